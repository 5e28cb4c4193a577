"""Times as people live them: what they type, their quiet hours, their hour, across midnight and clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.clock import at, audible, minute_of, next_time, quiet, shown, span_of
from handlers.zones import zone_name, zone_of

SHANGHAI, NEW_YORK, APIA = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")
ZONES = ["Asia/Shanghai", "Asia/Urumqi", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu",
         "Pacific/Kiritimati", "Pacific/Chatham", "America/St_Johns", "UTC"]  # fmt: skip
zones = st.sampled_from(ZONES).map(ZoneInfo)
minutes = st.integers(0, 24 * 60 - 1)
moments = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))
weekdays = st.sets(st.integers(0, 6), min_size=1)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("8", "08:00"), ("8点", "08:00"), ("8点半", "08:30"), ("08:30", "08:30"), ("20：15", "20:15"),
        ("8.30", "08:30"),
        ("晚上9点", "21:00"), ("下午3点一刻", "15:15"), ("中午12点", "12:00"), ("中午1点", "13:00"),
        ("中午11点半", "11:30"),
        ("晚上12点", "00:00"), ("凌晨2点", "02:00"), ("24:00", "00:00"), ("八点半", "08:30"), ("十点整", "10:00"),
        ("二十二点三刻", "22:45"), ("十点零五分", "10:05"), ("两点", "02:00"), ("9pm", "21:00"), ("12 AM", "00:00"),
        (" 7 时 5 分 ", "07:05"),
    ],
)  # fmt: skip
def test_a_time_is_read_as_people_type_it(typed: str, read: str) -> None:
    minute = minute_of(typed)
    assert minute is not None
    assert shown(minute) == read


@pytest.mark.parametrize("typed", ["", "早上", "25", "8:60", "24:01", "-1", "8点半半", "8点去", "三刻", "点", "1e1"])
def test_what_is_no_time_is_none(typed: str) -> None:
    assert minute_of(typed) is None


@given(st.text(max_size=20))
def test_any_text_is_a_minute_of_the_day_or_none(text: str) -> None:
    minute = minute_of(text)
    assert minute is None or 0 <= minute < 24 * 60
    span = span_of(text)
    assert span is None or all(0 <= one < 24 * 60 for one in span)
    assert zone_of(text) is None or zone_name(zone_of(text) or "", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("hour", "start", "end", "is_quiet"),
    [
        (21, 22, 8, False), (22, 22, 8, True), (0, 22, 8, True), (7, 22, 8, True), (8, 22, 8, False),
        (12, 22, 8, False),
        (13, 12, 14, True), (14, 12, 14, False), (11, 12, 14, False), (0, 0, 24, True), (3, 5, 5, False),
        (5, 5, 5, False),
    ],
)  # fmt: skip
def test_quiet_hours_may_cross_midnight(hour: int, start: int, end: int, is_quiet: bool) -> None:
    moment = datetime(2026, 5, 4, hour, tzinfo=SHANGHAI)
    assert quiet(moment, SHANGHAI, start * 60, end * 60) == is_quiet


@pytest.mark.parametrize(
    ("zone", "moment", "heard"),
    [
        (SHANGHAI, datetime(2026, 5, 4, 23), datetime(2026, 5, 5, 8)),
        (SHANGHAI, datetime(2026, 5, 5, 3), datetime(2026, 5, 5, 8)),
        (SHANGHAI, datetime(2026, 5, 5, 8), datetime(2026, 5, 5, 8)),
        (NEW_YORK, datetime(2026, 3, 7, 23), datetime(2026, 3, 8, 8)),  # the night is an hour shorter
        (NEW_YORK, datetime(2026, 10, 31, 23), datetime(2026, 11, 1, 8)),  # and here an hour longer
    ],
)
def test_what_is_said_at_night_waits_for_the_morning(zone: ZoneInfo, moment: datetime, heard: datetime) -> None:
    assert audible(moment.replace(tzinfo=zone), zone, 22 * 60, 8 * 60) == heard.replace(tzinfo=zone)


def test_quiet_hours_that_end_in_the_hour_that_comes_twice_end_on_the_same_night() -> None:
    second = datetime(2026, 11, 1, 1, 10, tzinfo=NEW_YORK, fold=1).astimezone(UTC)
    assert audible(second, NEW_YORK, 22 * 60, 90) == second + timedelta(minutes=20)


@given(moments, zones, minutes, minutes)
def test_what_is_postponed_is_heard_when_it_may_and_soon(
    moment: datetime, zone: ZoneInfo, start: int, end: int
) -> None:
    heard = audible(moment, zone, start, end)
    assert heard >= moment
    assert not quiet(heard, zone, start, end)
    assert heard - moment <= timedelta(hours=50)
    if not quiet(moment, zone, start, end):
        assert heard == moment


@pytest.mark.parametrize(
    ("zone", "after", "minute", "days", "comes"),
    [
        (SHANGHAI, datetime(2026, 5, 4, 8), 510, range(7), datetime(2026, 5, 4, 8, 30)),
        (SHANGHAI, datetime(2026, 5, 4, 8, 30), 510, range(7), datetime(2026, 5, 5, 8, 30)),
        (SHANGHAI, datetime(2026, 5, 8, 9), 510, range(5), datetime(2026, 5, 11, 8, 30)),  # Friday to Monday
        (SHANGHAI, datetime(2026, 5, 4, 9), 510, [0], datetime(2026, 5, 11, 8, 30)),
        (NEW_YORK, datetime(2026, 3, 7, 9), 510, range(7), datetime(2026, 3, 8, 8, 30)),
        (NEW_YORK, datetime(2026, 3, 8, 0), 150, range(7), datetime(2026, 3, 8, 3, 30)),  # 2:30 does not come
        (NEW_YORK, datetime(2026, 11, 1, 0), 90, range(7), datetime(2026, 11, 1, 1, 30)),  # 1:30 comes twice
        (NEW_YORK, datetime(2026, 11, 1, 1, 30), 90, range(7), datetime(2026, 11, 2, 1, 30)),
        (APIA, datetime(2011, 12, 29, 9), 510, range(7), datetime(2011, 12, 31, 8, 30)),  # a day that never was
    ],
)
def test_the_next_time_is_the_first_that_comes(
    zone: ZoneInfo, after: datetime, minute: int, days: range, comes: datetime
) -> None:
    assert next_time(after.replace(tzinfo=zone), minute, zone, days) == comes.replace(tzinfo=zone).astimezone(UTC)


@given(moments, zones, minutes, weekdays)
def test_the_next_time_is_later_on_such_a_day_at_that_minute(
    after: datetime, zone: ZoneInfo, minute: int, days: set[int]
) -> None:
    comes = next_time(after, minute, zone, days)
    local = comes.astimezone(zone)
    assert after < comes <= after + timedelta(days=8)
    assert local.weekday() in days
    assert local.hour * 60 + local.minute == minute or skipped(local.date(), minute, zone)
    assert next_time(comes - timedelta(microseconds=1), minute, zone, days) == comes


def skipped(day: date, minute: int, zone: ZoneInfo) -> bool:
    """Whether the clocks jump over that minute of that day."""
    wanted = datetime.combine(day, time(minute // 60, minute % 60))
    return wanted.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wanted


@given(zones, minutes, st.dates(date(2015, 1, 1), date(2034, 12, 1)))
def test_every_day_has_its_time_once(zone: ZoneInfo, minute: int, day: date) -> None:
    moment = at(day, 0, zone) - timedelta(seconds=1)
    days = []
    for _ in range(10):
        moment = next_time(moment, minute, zone, range(7))
        days.append(moment.astimezone(zone).date())
    assert days == [day + timedelta(n) for n in range(10)]


def test_no_day_at_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="no day"):
        next_time(datetime(2026, 1, 1, tzinfo=UTC), 0, SHANGHAI, [])

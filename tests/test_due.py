"""Due times as people type them, in their own zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.due import due_of, due_shown

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 18, 14, 30, tzinfo=SHANGHAI)  # a Wednesday


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("明天下午5点", "2026-11-19 17:00"), ("明天 下午 5点", "2026-11-19 17:00"),
        ("明天下午五点半", "2026-11-19 17:30"),
        ("明天", "2026-11-19 18:00"), ("今天", "2026-11-18 18:00"), ("后天上午", "2026-11-20 12:00"),
        ("大后天", "2026-11-21 18:00"), ("今晚8点", "2026-11-18 20:00"), ("今晚", "2026-11-18 21:00"),
        ("明早9点", "2026-11-19 09:00"), ("明天下班前", "2026-11-19 18:00"), ("明天之前", "2026-11-19 18:00"),
        ("周五", "2026-11-20 18:00"), ("周五前", "2026-11-20 18:00"), ("星期五下午3点", "2026-11-20 15:00"),
        ("周三", "2026-11-18 18:00"), ("周三10点", "2026-11-25 10:00"), ("周二", "2026-11-24 18:00"),
        ("礼拜天", "2026-11-22 18:00"), ("周末", "2026-11-22 18:00"), ("下周一", "2026-11-23 18:00"),
        ("下周五", "2026-11-27 18:00"), ("下个星期五 12:00", "2026-11-27 12:00"), ("本周五", "2026-11-20 18:00"),
        ("这周一", "2026-11-16 18:00"), ("下下周三", "2026-12-02 18:00"),
        ("3天内", "2026-11-21 14:30"), ("三天", "2026-11-21 14:30"), ("3天后", "2026-11-21 14:30"),
        ("48小时", "2026-11-20 14:30"), ("48 小时内", "2026-11-20 14:30"), ("半小时后", "2026-11-18 15:00"),
        ("30分钟内", "2026-11-18 15:00"), ("一个半小时", None),
        ("1个小时", "2026-11-18 15:30"), ("半天", "2026-11-19 02:30"),
        ("一周内", "2026-11-25 14:30"), ("两周", "2026-12-02 14:30"), ("1个月内", "2026-12-18 14:30"),
        ("11-25 18:00", "2026-11-25 18:00"), ("11-25", "2026-11-25 18:00"), ("11月25日周三 9点", "2026-11-25 09:00"),
        ("11/25", "2026-11-25 18:00"),
        ("11月25日", "2026-11-25 18:00"), ("11月25号下午3点", "2026-11-25 15:00"),
        ("十一月二十五号", "2026-11-25 18:00"),
        ("2026-11-25 08:05", "2026-11-25 08:05"), ("2027年1月5日", "2027-01-05 18:00"),
        ("2026.11.25", "2026-11-25 18:00"),
        ("１１－２５　１８：００", "2026-11-25 18:00"), ("1-5", "2027-01-05 18:00"), ("11-17", "2026-11-17 18:00"),
        ("25号", "2026-11-25 18:00"), ("25日 9:30", "2026-11-25 09:30"), ("5号", "2026-12-05 18:00"),
        ("下个月5号", "2026-12-05 18:00"), ("月底", "2026-11-30 18:00"), ("月底前", "2026-11-30 18:00"),
        ("下月底", "2026-12-31 18:00"), ("5日内", "2026-11-23 14:30"), ("最晚周五", "2026-11-20 18:00"),
        ("下午5点", "2026-11-18 17:00"), ("18:00", "2026-11-18 18:00"), ("9点", "2026-11-19 09:00"),
        ("下午", "2026-11-18 18:00"), ("中午", "2026-11-19 12:00"),
    ],
)  # fmt: skip
def test_a_due_time_is_read_as_people_type_it(typed: str, read: str | None) -> None:
    found = due_of(typed, NOW, SHANGHAI)
    assert (f"{found.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if found else None) == read


@pytest.mark.parametrize(
    "typed",
    ["", "尽快", "3", "11", "8.30", "2-30", "13-1", "32号", "周八", "明天25点", "明天3", "5月", "昨天", "两三天", "0-0",
     "明天下午5点吧", "11-25 18:00 20:00", "0000-01-01", "11-25 周四"],
)  # fmt: skip
def test_what_is_no_due_time_is_none(typed: str) -> None:
    assert due_of(typed, NOW, SHANGHAI) is None


def test_today_in_the_evening_is_the_end_of_the_day() -> None:
    late = datetime(2026, 11, 18, 20, tzinfo=SHANGHAI)
    assert due_of("今天", late, SHANGHAI) == datetime(2026, 11, 18, 23, 59, tzinfo=SHANGHAI)
    assert due_of("周三", late, SHANGHAI) == datetime(2026, 11, 18, 23, 59, tzinfo=SHANGHAI)
    assert due_of("今天下午5点", late, SHANGHAI) == datetime(2026, 11, 18, 17, tzinfo=SHANGHAI)


def test_a_day_is_the_persons_own() -> None:
    moment = datetime(2026, 11, 18, 23, tzinfo=UTC)
    assert due_of("明天", moment, SHANGHAI) == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert due_of("明天", moment, ZoneInfo("America/New_York")) == datetime(2026, 11, 19, 23, tzinfo=UTC)


def test_days_are_counted_over_a_change_of_the_clocks_and_hours_are_hours() -> None:
    zone = ZoneInfo("America/New_York")
    before = datetime(2026, 10, 31, 12, tzinfo=zone)  # the clocks go back on 1 November
    assert due_of("1天内", before, zone) == datetime(2026, 11, 1, 12, tzinfo=zone)
    assert due_of("24小时", before, zone) == datetime(2026, 11, 1, 11, tzinfo=zone)


@pytest.mark.parametrize(
    ("moment", "read"),
    [
        (NOW, "今天 14:30"), (NOW + timedelta(days=1), "明天 14:30"), (NOW + timedelta(days=7), "11-25 周三 14:30"),
        (NOW + timedelta(days=60), "2027-01-17 周日 14:30"), (NOW - timedelta(days=1), "11-17 周二 14:30"),
    ],
)  # fmt: skip
def test_a_due_time_is_shown_as_people_read_it(moment: datetime, read: str) -> None:
    assert due_shown(moment.astimezone(UTC), NOW, SHANGHAI) == read


@given(st.text(alphabet="明后今天周下个月一三5日号点半前内-/: 0129上午年", max_size=12) | st.text(max_size=12))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    found = due_of(text, NOW, SHANGHAI)
    assert found is None or (found.tzinfo is UTC and abs((found - NOW).days) < 366 * 8100)


@given(
    st.datetimes(datetime(2026, 11, 18, 15), datetime(2027, 10, 1)), st.sampled_from(["Asia/Shanghai", "Asia/Urumqi"])
)
def test_what_is_shown_is_read_as_the_same(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    whole = moment.replace(tzinfo=zone, second=0, microsecond=0)
    text = due_shown(whole, NOW, zone)
    assert due_of(text, NOW, zone) == whole, text

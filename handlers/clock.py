"""Times as people live them: their zone, their quiet hours, their reminder hour; DST and all."""

import re
import unicodedata
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_REACH = 370  # days
_DAY = 24 * 60  # minutes
_ONES = {name: number for number, name in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_NUMERAL = re.compile("[零〇一二两三四五六七八九十]+(?!刻)")
_PARTS = {"整": 0, "半": 30, "一刻": 15, "三刻": 45}
_CLOCK = re.compile(
    r"(早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|凌晨)?\s*(\d{1,2})"
    r"(?:\s*[:.点时]\s*(\d{1,2}|半|整|一刻|三刻)?\s*分?)?\s*(am|pm)?"
)


def at(day: date, minute: int, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    """A minute of a local day, in UTC; one that the clocks skip comes as much later as they skip.

    Of one that comes twice it is the first, with `fold` 1 the second.
    """
    return datetime.combine(day, time(minute // 60, minute % 60, fold=fold), zone).astimezone(UTC)


def next_time(after: datetime, minute: int, zone: ZoneInfo, weekdays: Collection[int]) -> datetime:
    """The first time later than `after` (aware) that it is that minute of a day of `weekdays` (Monday 0), in UTC."""
    day = after.astimezone(zone).date()
    for ahead in range(_REACH):
        moment = at(day + timedelta(ahead), minute, zone)
        if moment > after and (day + timedelta(ahead)).weekday() in weekdays:
            return moment
    raise ValueError(f"no day of {sorted(weekdays)} within a year")


def quiet(moment: datetime, zone: ZoneInfo, start: int, end: int) -> bool:
    """Whether a moment lies in the quiet hours from minute `start` to minute `end`; they may cross midnight."""
    local = moment.astimezone(zone)
    minute = local.hour * 60 + local.minute
    return start <= minute < end if start <= end else minute >= start or minute < end


def audible(moment: datetime, zone: ZoneInfo, start: int, end: int) -> datetime:
    """The moment itself, or the end of the quiet hours it lies in, in UTC."""
    if not quiet(moment, zone, start, end):
        return moment.astimezone(UTC)
    day = moment.astimezone(zone).date()
    ends = (at(day + timedelta(ahead), end, zone, fold=fold) for ahead in range(3) for fold in (0, 1))
    return min(one for one in ends if one > moment and not quiet(one, zone, start, end))


def minute_of(text: str) -> int | None:
    """The minute of the day in what a person types: 8, 八点半, 08:30, 20：15, 晚上9点, 9pm; None when it is none."""
    found = _CLOCK.fullmatch(figures(text))
    if not found:
        return None
    part, hour = found[1] or found[4] or "", int(found[2])
    minute = _PARTS[found[3]] if found[3] in _PARTS else int(found[3] or 0)
    if hour == 12 and part in ("晚上", "夜里", "半夜", "凌晨", "am"):
        hour = 0
    elif (part in ("下午", "傍晚", "晚上", "夜里", "pm") and hour < 12) or (part == "中午" and hour < 3):
        hour += 12
    minutes = hour * 60 + minute
    return minutes % _DAY if hour <= 24 and minute < 60 and minutes <= _DAY else None


def span_of(text: str) -> tuple[int, int] | None:
    """The two times in 22:00-08:00, 晚上10点到早上8点, 22 ~ 8; None when there are not two."""
    ends = [minute_of(end) for end in re.split(r"[-—–~～]+|到|至", unicodedata.normalize("NFKC", text).strip("从 "))]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    return ends[0], ends[1]


def figures(text: str) -> str:
    """A text in half-width small letters, its numerals as figures: 二十三号 -> 23号."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    return _NUMERAL.sub(lambda one: str(_number(one[0])), plain)


def _number(numeral: str) -> int:
    """二十三 -> 23; for the numbers of a clock."""
    tens, ten, ones = numeral.rpartition("十")
    return (_ONES.get(tens, 1) * 10 if ten else 0) + _ONES.get(ones.lstrip("零〇"), 0)


def shown(minute: int) -> str:
    """A minute of the day as people read it: 08:30."""
    return f"{minute // 60:02d}:{minute % 60:02d}"

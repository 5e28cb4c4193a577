"""Times as people live them: their zone, their quiet hours, their reminder hour; DST and all."""

import re
import unicodedata
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_REACH = 370  # days


def at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A minute of a local day, in UTC; one that the clocks skip comes as much later as they skip."""
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)


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
    return next_time(moment, end, zone, range(7))


def minute_of(text: str) -> int | None:
    """The minute of the day in what a person types: 8, 8点半, 08:30, 20：15, 晚上9点; None when it is none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = re.fullmatch(r"(早上|上午|中午|下午|晚上|凌晨)?\s*(\d{1,2})(?:\s*[:.点时]\s*(\d{1,2}|半)?\s*分?)?", plain)
    if not found:
        return None
    part, hour, minute = found[1], int(found[2]), 30 if found[3] == "半" else int(found[3] or 0)
    if (part in ("下午", "晚上") and hour < 12) or (part == "中午" and hour < 3):
        hour += 12
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def shown(minute: int) -> str:
    """A minute of the day as people read it: 08:30."""
    return f"{minute // 60:02d}:{minute % 60:02d}"

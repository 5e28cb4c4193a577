"""Days as people type them where they may be past: 昨天, 上周五, 11-25, besides all that handlers/due.py reads."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.clock import figures
from handlers.due import due_of

_AGO = {"昨天": 1, "昨日": 1, "前天": 2, "大前天": 3}
_LAST_WEEK = re.compile(r"(上上?)个?(?:周|星期|礼拜)([1-6日天])")
_NAMED = re.compile(r".*(?:周|星期|礼拜)")


def day_of(text: str, now: datetime, zone: ZoneInfo, *, past: bool = False) -> date | None:
    """The day in what a person types at `now`; where it must be `past`, the last one of that name."""
    plain, today = "".join(figures(text).split()), now.astimezone(zone).date()
    if plain in _AGO:
        return today - timedelta(_AGO[plain])
    if found := _LAST_WEEK.fullmatch(plain):
        weekday = 6 if found[2] in "日天" else int(found[2]) - 1
        return today - timedelta(today.weekday() + 7 * len(found[1])) + timedelta(weekday)
    moment = due_of(text, now, zone)
    if moment is None:
        return None
    day = moment.astimezone(zone).date()
    if not past or day <= today:
        return day
    if _NAMED.match(plain):
        return day - timedelta(7 * -(-(day - today).days // 7))
    return day if re.search(r"\d{4}", plain) else _year_before(day)


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day - timedelta(366)

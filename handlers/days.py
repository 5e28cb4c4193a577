"""Periods as people choose and type them: 本月, 近 90 天, 11-01 到 11-15."""

import re
from calendar import monthrange
from datetime import date, timedelta

from handlers.clock import figures

LONGEST = 366  # days
_DAY = re.compile(r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?|(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*月份?")
_BETWEEN = re.compile(r"\s*(?:从|到|至|[-—–~]+|,|、)?\s*")


def chosen(today: date) -> dict[str, tuple[date, date]]:
    """The periods that are offered, by name, both days included."""
    monday, first = today - timedelta(today.weekday()), today.replace(day=1)
    before = first - timedelta(1)
    return {
        "本周": (monday, today),
        "上周": (monday - timedelta(7), monday - timedelta(1)),
        "本月": (first, today),
        "上月": (before.replace(day=1), before),
        "近 90 天": (today - timedelta(89), today),
    }


def days_of(text: str, today: date) -> tuple[date, date] | None:
    """The first and the last day in what a person types; None when it is no period, or one with no past in it."""
    plain = figures(text)
    for name, offered in chosen(today).items():
        if plain.replace(" ", "") == name.replace(" ", ""):
            return offered
    try:
        days = _month(plain, today) or _days(plain, today)
    except ValueError:  # no such day
        return None
    if days is None or days[0] > min(days[1], today):
        return None
    return days[0], min(days[1], today)


def _month(plain: str, today: date) -> tuple[date, date] | None:
    found = _MONTH.fullmatch(plain)
    if not found:
        return None
    first = _past(found[1], int(found[2]), 1, today)
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def _days(plain: str, today: date) -> tuple[date, date] | None:
    found = list(_DAY.finditer(plain))
    rest = _DAY.sub("|", plain).split("|")
    if not 1 <= len(found) <= 2 or not all(_BETWEEN.fullmatch(one) for one in rest):
        return None
    first = _day(found[0], found[-1][1] or found[-1][4] or "", today)
    last = _day(found[-1], str(first.year), today)
    if last < first and not (found[-1][1] or found[-1][4]):
        last = last.replace(year=first.year + 1)
    return first, last


def _day(found: "re.Match[str]", year: str, today: date) -> date:
    """A day; without a year of its own it is of the year given, else of the latest in which it is past."""
    if found[4]:
        return date(int(found[4]), int(found[5]), int(found[6]))
    return _past(found[1] or year, int(found[2]), int(found[3]), today)


def _past(year: str, month: int, day: int, today: date) -> date:
    if year:
        return date(int(year), month, day)
    this = date(today.year, month, day)
    return this if this <= today else this.replace(year=today.year - 1)

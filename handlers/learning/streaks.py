"""Days in a row that know workdays and forgive."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from records.learning.quizzes import Streak

_EARNED_BY = 10  # days in a row earn a freeze
Counts = Callable[[date], bool]


def extended(streak: Streak, today: date, counts: Counts, most: int) -> Streak:
    """The streak once today's set is done; days that count and were missed use up freezes, or it begins anew.

    A day off need not be practised on, and adds a day if it is. At most `most` freezes are kept.
    """
    if streak.last is not None and today <= streak.last:
        return streak
    gap = missed(streak, today, counts)
    whole = streak.last is not None and gap <= streak.freezes
    days, toward = (streak.days + 1, streak.toward + 1) if whole else (1, 1)
    freezes = streak.freezes - gap if whole else min(streak.freezes, most)
    if toward >= _EARNED_BY and freezes < most:
        freezes, toward = freezes + 1, 0
    return Streak(days, max(streak.best, days), today, min(freezes, most), min(toward, _EARNED_BY))


def standing(streak: Streak, today: date, counts: Counts) -> Streak:
    """The streak as it stands before today's set is done: 0 days once it cannot be kept any more."""
    return streak if missed(streak, today, counts) <= streak.freezes else replace(streak, days=0)


def missed(streak: Streak, today: date, counts: Counts) -> int:
    """How many days that count lie between the last one that was done and today."""
    if streak.last is None:
        return 0
    between = range(1, (today - streak.last).days)
    return sum(counts(streak.last + timedelta(days=n)) for n in between)

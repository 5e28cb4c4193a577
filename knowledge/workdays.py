"""Which days are worked, and which day of a course falls on which date."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

MONDAY_TO_FRIDAY = frozenset(range(5))
_LONGEST = 366  # days without one that is worked, after which there is none
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """`weekdays` (Monday is 0) are worked but for `off`; `worked` are days that are worked whatever weekday they are.

    `announced` are the years whose holidays are arranged for good; of others only the weekdays are sure.
    """

    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    announced: frozenset[int] = frozenset()

    def works(self, day: date) -> bool:
        """Whether that day is worked; what is said to be worked goes before what is off."""
        return day in self.worked or (day.weekday() in self.weekdays and day not in self.off)

    def changed(
        self, weekdays: Iterable[int] | None = None, off: Iterable[date] = (), worked: Iterable[date] = ()
    ) -> "Calendar":
        """The calendar with a deployment's own days, which go before those it had."""
        off, worked = frozenset(off), frozenset(worked)
        return replace(
            self,
            weekdays=self.weekdays if weekdays is None else frozenset(weekdays),
            off=(self.off | off) - worked,
            worked=(self.worked - off) | worked,
        )

    def next(self, day: date) -> date | None:
        """The first worked day from `day` on, None where a year goes by without one."""
        return next((one for one in _from(day, _LONGEST) if self.works(one)), None)


@dataclass(frozen=True, slots=True)
class Pause:
    """Days that do not count for one person, `first` to `last`, both included; None: until further notice."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Whether that day is paused."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Schedule:
    """One person's course: day 1 is the first worked day from `start` on that is not paused."""

    start: date
    calendar: Calendar
    pauses: tuple[Pause, ...] = ()

    def counts(self, day: date) -> bool:
        """Whether the course goes on that day."""
        return day >= self.start and self.calendar.works(day) and not any(one.holds(day) for one in self.pauses)

    def date_of(self, number: int) -> date | None:
        """The date of course day `number` (from 1), None where it never comes: a pause without an end."""
        if number < 1:
            raise ValueError(f"course days count from 1, not {number}")
        day = self.start
        while number and (found := self._counting(day)):
            day, number = found + _DAY, number - 1
        return None if number else day - _DAY

    def day_on(self, today: date) -> int | None:
        """The course day that falls on a date, None on a day that does not count; it may lie behind the last one."""
        return self.begun(today) if self.counts(today) else None

    def begun(self, today: date) -> int:
        """How many course days have begun by the end of that date; 0 before the first."""
        return sum(self.counts(one) for one in _from(self.start, (today - self.start).days + 1))

    def _counting(self, day: date) -> date | None:
        """The first day from `day` on that counts."""
        free = _LONGEST
        while free:
            pause = next((one for one in self.pauses if one.holds(day)), None)
            if pause is None and self.calendar.works(day):
                return day
            if pause is not None and pause.last is None:
                return None
            day, free = (pause.last + _DAY, free) if pause and pause.last else (day + _DAY, free - 1)
        return None


def workdays_between(calendar: Calendar, after: date, until: date) -> int:
    """How many worked days lie strictly between two dates: what a streak may have missed."""
    return sum(calendar.works(one) for one in _from(after + _DAY, (until - after).days - 1))


def _from(day: date, many: int) -> Iterator[date]:
    return (day + timedelta(days=one) for one in range(max(many, 0)))

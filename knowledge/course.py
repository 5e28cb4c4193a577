"""The course: phases, weeks, and what each day teaches, as course.yaml states it."""

from dataclasses import dataclass
from typing import Literal, TypeVar

from knowledge.document import Reference

JudgedBy = Literal["test", "mentor"]


@dataclass(frozen=True, slots=True)
class Phase:
    """Days `first` to `last`; at their end `assessment` is sat as a test, or handed in for a mentor's points.

    `held` is how that is done, "" for no more than handing it in. Points are given by `criteria`; `pass_mark` (0-100)
    is the plan's own, None where the plan gives none.
    """

    key: str
    name: str
    first: int
    last: int
    assessment: str
    criteria: str
    pass_mark: float | None = None
    judged_by: JudgedBy = "test"
    held: str = ""


@dataclass(frozen=True, slots=True)
class Week:
    """Days `first` to `last` under one theme; `week` is how the plan counts it, the last being 11-12."""

    week: str
    first: int
    last: int
    name: str


@dataclass(frozen=True, slots=True)
class Practice:
    """What is done by hand: a 案例, 工具, 演练 … and its subject."""

    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day.

    `sessions` are (上午, what is taught) in order; `hand_in` is what the mentor gets to see, "" for none. `reading` is
    what to read, `more` what the day's questions ask about besides.
    """

    day: int
    title: str
    subjects: tuple[str, ...]
    sessions: tuple[tuple[str, str], ...]
    homework: str
    practices: tuple[Practice, ...]
    hand_in: str
    reading: tuple[Reference, ...]
    more: tuple[Reference, ...] = ()
    optional: bool = False


_Span = TypeVar("_Span", Phase, Week)


@dataclass(frozen=True, slots=True)
class Course:
    """All of it; days count from 1 without a gap."""

    name: str
    phases: tuple[Phase, ...]
    weeks: tuple[Week, ...]
    days: tuple[Day, ...]

    def __len__(self) -> int:
        return len(self.days)

    def day(self, number: int) -> Day:
        """That day, 1 to len; raises IndexError."""
        if not 1 <= number <= len(self.days):
            raise IndexError(number)
        return self.days[number - 1]

    def phase_of(self, number: int) -> Phase:
        """The phase that day belongs to."""
        return _holding(self.phases, number)

    def assessed(self, number: int) -> Phase | None:
        """The phase whose assessment is handed in on that day for points."""
        ends = (one for one in self.phases if one.last == number and one.judged_by == "mentor")
        return next(ends, None)

    def week_of(self, number: int) -> Week:
        """The week that day belongs to."""
        return _holding(self.weeks, number)


def _holding(spans: tuple[_Span, ...], number: int) -> _Span:
    return next(span for span in spans if span.first <= number <= span.last)

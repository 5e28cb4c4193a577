"""What a deployment teaches, and how: the course, the questions, the calendar, and the figures it has set."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.learning.items import Standard
from handlers.learning.memory import Memory
from knowledge.course import Course, Phase
from knowledge.quiz import Bank, merged
from knowledge.workdays import Calendar, Schedule
from records.learning.enrolments import Enrolment

GRADUATION = "graduation"
_NO_COURSE = Course("", (), (), ())


@dataclass(frozen=True, slots=True)
class Sitting:
    """An exam: so many `questions` of course days within `minutes`, passed with `pass_mark` of 100."""

    key: str
    name: str
    days: range
    questions: int
    minutes: int
    pass_mark: float


@dataclass(frozen=True, slots=True)
class School:
    """`nudge_at` is the local minute at which who has not practised is reminded, None for never.

    `graded_work` says that the certificate wants what phases end with for a mentor's points, besides the tests.
    """

    course: Course = _NO_COURSE
    bank: Bank = field(default_factory=lambda: merged(()))
    calendar: Calendar = field(default_factory=Calendar)
    memory: Memory = field(default_factory=Memory)
    standard: Standard = field(default_factory=Standard)
    a_day: int = 5
    freezes: int = 2
    nudge_at: int | None = 18 * 60
    questions: int = 25
    minutes: int = 30
    pass_mark: float = 80
    final_questions: int = 50
    final_minutes: int = 60
    final_pass_mark: float = 80
    final_name: str = "结业考试"
    graded_work: bool = True

    def schedule(self, enrolment: Enrolment) -> Schedule:
        """When which course day falls for someone."""
        return Schedule(enrolment.started_on, self.calendar, enrolment.pauses)

    def begun(self, enrolment: Enrolment, today: date) -> int:
        """The course day that has begun last, 0 before the first."""
        return min(self.schedule(enrolment).begun(today), len(self.course))

    def on(self, enrolment: Enrolment, today: date) -> int | None:
        """The course day that falls on a date, None where none does."""
        day = self.schedule(enrolment).day_on(today)
        return day if day is not None and day <= len(self.course) else None

    def counts(self, enrolment: Enrolment | None) -> Callable[[date], bool]:
        """On which days someone is expected to practise: workdays, but for their pauses."""
        return self.calendar.works if enrolment is None else self.schedule(enrolment).counts

    def behind(self, enrolment: Enrolment, done: set[int], today: date) -> list[int]:
        """The days before today's that are not marked done; what is optional is not missed."""
        last = self.begun(enrolment, today) - (1 if self.on(enrolment, today) else 0)
        return [one.day for one in self.course.days[:last] if not one.optional and one.day not in done]

    def sittings(self) -> tuple[Sitting, ...]:
        """The exams in order: one at the end of each phase, then the last over everything."""
        phases = [
            Sitting(
                one.key,
                one.name,
                range(one.first, one.last + 1),
                self.questions,
                self.minutes,
                self.mark(one),
            )
            for one in self.course.phases
        ]
        if not phases:
            return ()
        days = range(1, len(self.course) + 1)
        final = (self.final_questions, self.final_minutes, self.final_pass_mark)
        return (*phases, Sitting(GRADUATION, self.final_name, days, *final))

    def mark(self, phase: Phase) -> float:
        """With how many of 100 a phase is passed."""
        return self.pass_mark if phase.pass_mark is None else phase.pass_mark

    def sitting(self, key: str) -> Sitting | None:
        """The exam of that key."""
        return next((one for one in self.sittings() if one.key == key), None)

    def phase(self, key: str) -> Phase | None:
        """The phase of that key."""
        return next((one for one in self.course.phases if one.key == key), None)


def today(now: datetime, zone: str | ZoneInfo) -> date:
    """The local date."""
    return now.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone).date()

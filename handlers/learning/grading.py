"""An exam that is over: what it came to, counted once, kept for good."""

from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.learning import posing
from handlers.learning.rounds import remember
from handlers.learning.school import School, today
from records.database import Connection
from records.learning.exams import Exam, Exams
from records.learning.quizzes import EXAM, Attempt, Quizzes
from records.reminders import Reminder, Reminders

KIND = "exam"


def reminder(one: Exam) -> Reminder:
    """It is handed in by itself when its time is over."""
    return Reminder(f"{KIND}:{one.id}", one.person_id, KIND, one.ends_at, payload={"exam": one.id})


def rights(one: Exam, given: dict[int, object]) -> list[bool]:
    """Which of its questions are answered right, in order; what is not answered is not."""
    return [
        place in given and posing.right(posed.question, posing.from_json(given[place]))
        for place, posed in enumerate(one.posed)
    ]


async def graded(connection: Connection, school: School, one: Exam, zone: ZoneInfo, now: datetime) -> tuple[Exam, bool]:
    """The exam with its score, and whether it was handed in just now: what it says of memory counts once."""
    exams, quizzes = Exams(connection), Quizzes(connection)
    given = await exams.answers(one.id)
    right = rights(one, given)
    score = round(100 * sum(right) / len(right), 1)
    fresh = await exams.hand_in(one.id, score, score >= one.pass_mark, min(now, one.ends_at))
    if fresh:
        await Reminders(connection).drop(f"{KIND}:{one.id}")
        attempts = [_attempt(one, place, given[place], right[place], zone, now) for place in sorted(given)]
        counted = [attempt for attempt in attempts if await quizzes.attempt(attempt)]
        await remember(connection, school.memory, one.person_id, counted)
    found = await exams.get(one.id)
    assert found is not None
    return found, fresh


def _attempt(one: Exam, place: int, given: object, right: bool, zone: ZoneInfo, now: datetime) -> Attempt:
    question = one.posed[place].question
    return Attempt(
        one.person_id, EXAM, one.id, place, question.key, question.version, question.topic, right, given,
        today(now, zone), now,
    )  # fmt: skip

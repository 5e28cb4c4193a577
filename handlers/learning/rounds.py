"""Rounds: questions in a row; each answer counts once, whatever is tapped twice, on however many devices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from handlers.context import Context
from handlers.learning import daily, posing, streaks
from handlers.learning.memory import Memory
from handlers.learning.school import School, today
from knowledge.answers import Answer, shown
from knowledge.quiz import Bank, Question, Topic, merged
from records.database import Connection
from records.learning.bank import Changes
from records.learning.enrolments import Enrolments
from records.learning.quizzes import DAILY, Attempt, Posed, Quizzes, Round, Streak

_LATE = timedelta(days=1)  # after midnight a day's round still counts for its streak; an old button makes up for no day


@dataclass(frozen=True, slots=True)
class Counted:
    """What an answer came to: `streak` where it ended the day's round, `rights` how many were right by then."""

    attempt: Attempt
    over: bool
    rights: int
    streak: Streak | None = None


async def bank(connection: Connection, school: School) -> Bank:
    """The questions as they are now: the bundled ones with what admins changed."""
    changes = await Changes(connection).all()
    if not changes:
        return school.bank
    kept = dict(school.bank.by_key)
    names = {topic.key: topic.name for topic in school.bank.topics.values()}
    for one in changes:
        names.setdefault(one.topic, one.name)
        kept |= {question.key: question for question in one.questions}
        for key in one.dropped:
            kept.pop(key, None)
    return merged(Topic(one.topic, names[one.topic], (one,)) for one in kept.values())


def daily_key(day: date) -> str:
    """The key of a day's round."""
    return f"{DAILY}:{day.isoformat()}"


def posed(questions: Iterable[Question], chance: Random) -> tuple[Posed, ...]:
    """Questions as they are put, their options mixed."""
    return tuple(Posed(one, shown(one, chance)) for one in questions)


async def todays(context: Context) -> Round | None:
    """The round of today, begun if it was not; None where there is nothing to ask."""
    day = today(context.now(), context.zone)
    async with context.database.read() as connection:
        found = await Quizzes(connection).keyed(context.me.id, daily_key(day))
    if found is not None:
        return found
    connection, school = await context.write(), context.deployment.school
    enrolment = await Enrolments(connection).get(context.me.id)
    cards = await Quizzes(connection).cards(context.me.id)
    course_day = school.begun(enrolment, day) if enrolment else None
    questions = daily.picked(
        await bank(connection, school), course_day, cards, day, context.zone, school.a_day, context.deployment.chance
    )
    return await begun(context, DAILY, daily_key(day), questions) if questions else None


async def begun(context: Context, kind: str, key: str, questions: Iterable[Question]) -> Round:
    """A new round of these questions, or the one of this key."""
    put = posed(questions, context.deployment.chance)
    day, now = today(context.now(), context.zone), context.now()
    return await Quizzes(await context.write()).begin(Round(context.me.id, key, kind, day, put, now))


async def answered(context: Context, one: Round, position: int, answer: Answer | None) -> Counted | None:
    """Count an answer; None where that question was answered before, which stands."""
    connection, question = await context.write(), one.posed[position].question
    quizzes, now = Quizzes(connection), context.now()
    day = today(now, context.zone)
    attempt = Attempt(
        context.me.id, one.kind, one.id, position, question.key, question.version, question.topic,
        posing.right(question, answer), posing.as_json(answer), day, now,
    )  # fmt: skip
    if not await quizzes.attempt(attempt):
        return None
    await remember(connection, context.deployment.school.memory, context.me.id, [attempt])
    given = await quizzes.attempts(context.me.id, one.kind, one.id)
    over, rights = len(given) == len(one.posed), sum(other.right for other in given.values())
    ended = over and await quizzes.end(one.id, now)
    kept = ended and one.kind == DAILY and day - one.day <= _LATE
    streak = await _extended(context, connection, one.day) if kept else None
    return Counted(attempt, over, rights, streak)


async def remember(connection: Connection, memory: Memory, person_id: int, attempts: Iterable[Attempt]) -> None:
    """Move the cards of what was answered."""
    quizzes = Quizzes(connection)
    cards = await quizzes.cards(person_id)
    for one in attempts:
        moved = memory.reviewed(cards.get(one.question), one.question, one.right, one.at, one.day)
        if moved != cards.get(one.question):
            await quizzes.remember(person_id, moved)


async def _extended(context: Context, connection: Connection, day: date) -> Streak:
    quizzes, school = Quizzes(connection), context.deployment.school
    counts = school.counts(await Enrolments(connection).get(context.me.id))
    streak = streaks.extended(await quizzes.streak(context.me.id) or Streak(), day, counts, school.freezes)
    await quizzes.put_streak(context.me.id, streak)
    return streak

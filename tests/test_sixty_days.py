"""Sixty days of three learners, in their own zones: what they are asked, their streaks, the cap, their reminders."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from conftest import Opens
from fsrs import Card as Fsrs
from fsrs import Rating, Scheduler
from learners import Learner, seeded, ticking
from talking import Clock

from bot.app import App
from handlers.clock import at
from handlers.learning.streaks import standing
from knowledge.quiz import Question
from records.learning.quizzes import Card, Quizzes, Streak

START = date(2026, 9, 21)  # a Monday; the holidays of October, a worked Saturday and Sunday, and the end of DST follow
DAY = timedelta(days=1)
SPAN = 93  # days, in which the 60 days of the course fall
HOUR, NUDGE = 7 * 60 + 40, 18 * 60


@dataclass
class Lived:
    """A learner and what they lived through."""

    learner: Learner
    zone: ZoneInfo
    comes: Callable[[date], bool]
    asked: dict[date, list[Question]] = field(default_factory=dict)
    streaks: dict[date, int] = field(default_factory=dict)
    told: list[tuple[datetime, str]] = field(default_factory=list)


def quits(day: date) -> bool:
    """Workdays, but for ten days from the third week on."""
    return not date(2026, 10, 12) <= day < date(2026, 10, 22)


@pytest.fixture
async def app(own_home: Path, house: Opens) -> AsyncIterator[App]:
    async with house(own_home) as opened_app:
        opened_app.turns.now = Clock(at(START, 0, ZoneInfo("Asia/Shanghai")))
        opened_app.turns.per_minute = 100_000
        seeded(opened_app)
        yield opened_app


@pytest.fixture
async def lives(app: App) -> dict[str, Lived]:
    """Three people's quarter of a year: reminded at 7:40 and 18:00 their time, they practise at 20:00."""
    works = app.turns.deployment.school.calendar.works
    weekend: Callable[[date], bool] = lambda day: day.weekday() > 4  # noqa: E731
    people = {
        "diligent": Lived(Learner(app, "c1", person="勤"), ZoneInfo("Asia/Shanghai"), works),
        "weekend": Lived(Learner(app, "c2", person="末"), ZoneInfo("Europe/Berlin"), weekend),
        "quits": Lived(
            Learner(app, "c3", person="停"), ZoneInfo("America/New_York"), lambda day: works(day) and quits(day)
        ),
    }
    clock = app.turns.now
    assert isinstance(clock, Clock)
    for one in people.values():
        await one.learner.be("trainee", zone=one.zone.key, reminder_at=HOUR, quiet_from=22 * 60, quiet_to=7 * 60)
        await one.learner.say("/course")
        await one.learner.say(START.isoformat())
    for moment, who, what in moments(people):
        clock.now = max(moment, clock.now)
        if what == "tick":
            await ticking(app).reminders()
            continue
        await practised(people[who], moment.astimezone(people[who].zone).date(), Random(f"{who}{moment}"))
    for one in people.values():
        rows = [row for row in await one.learner.told() if row.inbox_id is None]
        one.told = [(row.due_at, row.payload["text"]) for row in rows]
    return people


def moments(people: dict[str, Lived]) -> list[tuple[datetime, str, str]]:
    """When something happens: ticks at the reminders' minutes and one minute before, and people who practise."""
    found = []
    for who, one in people.items():
        for day in (START + n * DAY for n in range(SPAN)):
            for minute in (HOUR, NUDGE):
                found += [(at(day, minute - early, one.zone), "", "tick") for early in (1, 0)]
            if one.comes(day):
                found.append((at(day, 20 * 60, one.zone), who, "practise"))
    return sorted(found, key=lambda moment: moment[0])


async def practised(one: Lived, day: date, chance: Random) -> None:
    """Today's set, three of four answers right."""
    one.asked[day] = await one.learner.practise(lambda question: chance.random() < 0.75)
    async with one.learner.app.database.read() as connection:
        streak = await Quizzes(connection).streak((await one.learner.who()).id)
    assert streak is not None
    one.streaks[day] = streak.days


async def test_sixty_days(app: App, lives: dict[str, Lived]) -> None:
    """One long life, looked at from all sides."""
    for one in lives.values():
        await _never_more_than_the_cap(one)
        await _due_when_the_library_says(app, one)
        _reminded_at_the_right_minute(app, one)
    _what_they_are_asked(app, lives["diligent"])
    _streaks(app, lives)
    _after_ten_days_no_backlog(lives["quits"])


async def _never_more_than_the_cap(one: Lived) -> None:
    for day, asked in one.asked.items():
        assert len(asked) == len({question.key for question in asked}) == 5, day


async def _due_when_the_library_says(app: App, one: Lived) -> None:
    """Every card stands where the library itself puts it after the same answers."""
    person = await one.learner.who()
    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    replayed: dict[str, Fsrs] = {}
    async with app.database.read() as connection:
        cards: dict[str, Card] = await Quizzes(connection).cards(person.id)
        attempts = await Quizzes(connection).history(person.id)
    for row in attempts:
        before = replayed.get(row.question) or Fsrs(card_id=0, due=row.at)
        replayed[row.question], _ = scheduler.review_card(
            before, Rating.Good if row.right else Rating.Again, row.at.astimezone(UTC)
        )
    assert set(cards) == set(replayed)
    assert {key: card.due_at for key, card in cards.items()} == {key: card.due for key, card in replayed.items()}


def _reminded_at_the_right_minute(app: App, one: Lived) -> None:
    """A page every course day at 7:40, and at 18:00 a word: they practise at 20:00. Nothing on days off."""
    works = app.turns.deployment.school.calendar.works
    workdays = [day for n in range(SPAN) if works(day := START + n * DAY)]
    course, local = workdays[:60], [(moment.astimezone(one.zone), text) for moment, text in one.told]
    pages = [moment for moment, text in local if text.startswith("早上好")]
    assert [moment.date() for moment in pages] == course
    assert {(moment.hour, moment.minute) for moment in pages} == {(7, 40)}
    nudges = [moment for moment, text in local if "题还没做完" in text]
    assert [moment.date() for moment in nudges] == course
    assert {(moment.hour, moment.minute) for moment in nudges} == {(18, 0)}
    assert [text.split("课程第 ")[1].split(" 天")[0] for _, text in local if text.startswith("早上好")] == [
        str(day) for day in range(1, 61)
    ]


def _what_they_are_asked(app: App, one: Lived) -> None:
    """At least two of five are today's; nothing comes before its day; what was wrong comes again within days."""
    school = app.turns.deployment.school
    course = [day for n in range(SPAN) if school.calendar.works(day := START + n * DAY)][:60]
    for number, day in enumerate(course, 1):
        subjects = [question.day for question in one.asked[day]]
        assert subjects.count(number) >= 2, day
        assert max(subjects) <= number
    seen: set[str] = set()
    repeated = 0
    for asked in one.asked.values():
        repeated += sum(question.key in seen for question in asked)
        seen |= {question.key for question in asked}
    assert repeated > 60


def _streaks(app: App, lives: dict[str, Lived]) -> None:
    works = app.turns.deployment.school.calendar.works
    diligent, weekend, quitter = (lives[who] for who in ("diligent", "weekend", "quits"))
    days = sorted(diligent.asked)
    assert [diligent.streaks[day] for day in days] == list(range(1, len(days) + 1))
    assert max(weekend.streaks.values()) <= 12  # five workdays are more than freezes forgive; holidays are not missed
    after = [day for day in sorted(weekend.asked) if day.weekday() == 5 and works(day - DAY) and works(day - 2 * DAY)]
    assert {weekend.streaks[day] for day in after} == {1}
    back = date(2026, 10, 22)
    assert quitter.streaks[back] == 1
    assert quitter.streaks[date(2026, 10, 10)] == 10  # with two holidays in between
    assert standing(Streak(9, 9, days[-1], 2), days[-1] + 30 * DAY, works).days == 0


def _after_ten_days_no_backlog(one: Lived) -> None:
    """Who comes back is asked five, two of them of today; what piled up comes little by little."""
    back = [day for day in sorted(one.asked) if day >= date(2026, 10, 22)][:5]
    assert [len(one.asked[day]) for day in back] == [5] * 5
    newest = [max(question.day for question in one.asked[day]) for day in back]
    assert newest == sorted(newest)

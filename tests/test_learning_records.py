"""Learning as rows, on SQLite and on a real PostgreSQL: what is begun twice is one, and the first answer stands."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import knowledge
from knowledge.quiz_file import load_folder
from knowledge.workdays import Pause
from records.database import Database
from records.learning.bank import Change, Changes
from records.learning.enrolments import ACCEPTED, RETURNED, Enrolment, Enrolments, HandIn
from records.learning.exams import Certificate, Exam, Exams
from records.learning.quizzes import DAILY, Attempt, Card, Posed, Quizzes, Round, Streak, Tally
from records.people import People

NOON = datetime(2026, 5, 6, 4, tzinfo=UTC)
DAY = date(2026, 5, 6)
QUESTIONS = load_folder(Path(knowledge.__file__).parent / "quizzes").questions[:3]
POSED = tuple(Posed(one, tuple(reversed(range(len(one.options))))) for one in QUESTIONS)


async def learner(database: Database) -> int:
    async with database.write() as connection:
        return (await People(connection).add("小林", "trainee", "Asia/Shanghai", NOON)).id


def attempt(person: int, round_id: int, *, right: bool = True, place: int = 0) -> Attempt:
    one = QUESTIONS[place]
    return Attempt(person, DAILY, round_id, place, one.key, one.version, one.topic, right, [0], DAY, NOON)


async def test_an_enrolment_is_changed_and_days_are_marked_once(database: Database) -> None:
    person = await learner(database)
    one = Enrolment(person, DAY, NOON, (Pause(DAY, DAY + timedelta(3)), Pause(DAY + timedelta(9))), person, False)
    async with database.write() as connection:
        enrolments = Enrolments(connection)
        await enrolments.put(Enrolment(person, DAY, NOON))
        await enrolments.put(one)
        assert [await enrolments.mark(person, 3, NOON) for _ in range(2)] == [True, False]
    async with database.read() as connection:
        assert await Enrolments(connection).get(person) == one
    other, asked = Pause(DAY, DAY), Pause(DAY + timedelta(1), DAY + timedelta(2))
    async with database.write() as connection:
        enrolments = Enrolments(connection)
        await enrolments.put(replace(one, asked=asked))
        assert [await enrolments.settle(person, which) for which in (other, asked, asked)] == [False, True, False]
    async with database.read() as connection:
        assert await Enrolments(connection).get(person) == one
        assert await Enrolments(connection).done([person]) == {person: {3}}


async def test_homework_is_judged_once(database: Database) -> None:
    person = await learner(database)
    async with database.write() as connection:
        enrolments = Enrolments(connection)
        file = {"name": "a.jpg", "media_type": "image/jpeg", "ref": "0" * 64}
        number = await enrolments.hand_in(HandIn(person, 1, "好", (file,), NOON))
        assert await enrolments.judge(number, RETURNED, "缺一块", person, NOON, 62.5)
        assert not await enrolments.judge(number, ACCEPTED, "", person, NOON)
        [one] = await enrolments.hand_ins([person], RETURNED)
    assert (one.comment, one.files, one.score) == ("缺一块", (file,), 62.5)


async def test_a_round_is_begun_once_by_however_many_at_once(database: Database) -> None:
    person = await learner(database)

    async def begun() -> Round:
        async with database.write() as connection:
            return await Quizzes(connection).begin(Round(person, "daily:1", DAILY, DAY, POSED, NOON))

    found = await asyncio.gather(*(begun() for _ in range(4)))
    assert len({one.id for one in found}) == 1
    assert found[0].posed == POSED


async def test_the_first_of_many_answers_at_once_stands(database: Database) -> None:
    person = await learner(database)

    async def answered(right: bool) -> bool:
        async with database.write() as connection:
            return await Quizzes(connection).attempt(attempt(person, 1, right=right))

    done = await asyncio.gather(*(answered(n % 2 == 0) for n in range(6)))
    assert sum(done) == 1
    async with database.read() as connection:
        [one] = await Quizzes(connection).history(person)
    assert one.first
    assert one.right == [n % 2 == 0 for n in range(6)][done.index(True)]


async def test_only_the_first_attempt_at_a_version_is_a_first_attempt(database: Database) -> None:
    person = await learner(database)
    async with database.write() as connection:
        quizzes = Quizzes(connection)
        for number, right in ((1, False), (2, True)):
            await quizzes.attempt(attempt(person, number, right=right))
        await quizzes.attempt(attempt(person, 2, place=1))
        assert await quizzes.tallies([person], DAY, DAY) == [Tally(person, 2, 1)]
        assert await quizzes.tallies([person], DAY + timedelta(1), DAY + timedelta(2)) == []
        assert [one.question for one in await quizzes.firsts()] == [QUESTIONS[0].key, QUESTIONS[1].key]
        assert len(await quizzes.recent(person, 9)) == 2


async def test_cards_and_streaks_are_put_in_place_of_what_was(database: Database) -> None:
    person = await learner(database)
    card, streak = Card("q", {"state": 2}, NOON, True, 2, DAY), Streak(3, 5, DAY, 1, 2)
    async with database.write() as connection:
        quizzes = Quizzes(connection)
        await quizzes.remember(person, Card("q", {}, NOON, False, 3, DAY))
        await quizzes.remember(person, card)
        await quizzes.put_streak(person, Streak())
        await quizzes.put_streak(person, streak)
        assert await quizzes.cards(person) == {"q": card}
        assert await quizzes.streak(person) == streak


async def test_an_exam_is_one_a_day_and_its_answers_end_with_it(database: Database) -> None:
    person = await learner(database)
    sat = Exam(person, "basics", DAY, POSED, 80, NOON, NOON + timedelta(minutes=30))
    async with database.write() as connection:
        exams = Exams(connection)
        one = await exams.begin(sat)
        assert (await exams.begin(sat)).id == one.id
        assert await exams.answer(one.id, 0, [1], NOON)
        assert await exams.answer(one.id, 0, None, NOON)
        assert not await exams.answer(one.id, 1, True, NOON + timedelta(minutes=30))
        assert await exams.under_way(person, NOON) == one.ends_at
        assert await exams.under_way(person, one.ends_at) is None
        assert await exams.hand_in(one.id, 50.0, False, NOON)
        assert not await exams.hand_in(one.id, 100.0, True, NOON)
        assert not await exams.answer(one.id, 1, True, NOON)
        assert await exams.answers(one.id) == {0: None}
        assert await exams.open(person) is None
        assert [(one.score, one.passed) for one in await exams.of([person])] == [(50.0, False)]


async def test_a_person_has_one_certificate(database: Database) -> None:
    person = await learner(database)
    async with database.write() as connection:
        exams = Exams(connection)
        first = await exams.certify(Certificate("A", person, "小林", "课程", 90, DAY, NOON))
        assert await exams.certify(Certificate("B", person, "小林", "课程", 95, DAY, NOON)) == first
        assert await exams.certificate("A") == first
        assert await exams.certificate("B") is None


async def test_changes_of_the_bank_count_until_they_are_undone(database: Database) -> None:
    person = await learner(database)
    async with database.write() as connection:
        changes = Changes(connection)
        ids = await changes.add([Change("own", "本店", QUESTIONS), Change("own", "本店", (), ("x",))], person, NOON)
        assert [one.questions for one in await changes.all()] == [QUESTIONS, ()]
        assert await changes.undo(ids[:1], NOON) == 1
        assert await changes.undo(ids[:1], NOON) == 0
        assert [one.dropped for one in await changes.all()] == [("x",)]

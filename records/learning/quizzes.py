"""Rounds of questions, every answer to them, and what each person remembers of each question."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from knowledge.quiz import Question
from knowledge.quiz_json import as_json, from_json
from records.connection import Connection
from records.tables import answer, card, quiz_round, streak

DAILY, FREE, CARDS, EXAM = "daily", "free", "cards", "exam"


@dataclass(frozen=True, slots=True)
class Posed:
    """A question as it is put: `order` is how its options are shown."""

    question: Question
    order: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Round:
    """Some questions in a row; `key` is one of a person's own, so that the same is not begun twice. `day` is local."""

    person_id: int
    key: str
    kind: str
    day: date
    posed: tuple[Posed, ...]
    begun_at: datetime
    ended_at: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """An answer to the question at a position of a round or an exam; `first` is a person's first to that version."""

    person_id: int
    source: str
    source_id: int
    position: int
    question: str
    version: str
    topic: str
    right: bool
    given: Any
    day: date
    at: datetime
    first: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """What a person remembers of a question: FSRS's `state`, whether the last answer was `right`.

    `owed` right answers, one a day, take it out of the wrong ones (错题); `reviewed_on` is the local day last counted.
    """

    question: str
    state: dict[str, Any]
    due_at: datetime
    right: bool
    owed: int
    reviewed_on: date


@dataclass(frozen=True, slots=True)
class Streak:
    """Days in a row: `freezes` forgive days that were missed, and `toward` are the days since the last was earned."""

    days: int = 0
    best: int = 0
    last: date | None = None
    freezes: int = 1
    toward: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """First attempts of a person: how many, and how many right."""

    person_id: int
    answered: int
    right: int


class Quizzes:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def begin(self, one: Round) -> Round:
        """Begin a round, or the one of this key that was begun already."""
        values = {name: getattr(one, name) for name in Round.__dataclass_fields__ if name not in ("id", "posed")}
        values["questions"] = posed_as_json(one.posed)
        await self._connection.execute(self._insert()(quiz_round).values(values).on_conflict_do_nothing())
        found = await self.keyed(one.person_id, one.key)
        assert found is not None
        return found

    async def round(self, number: int) -> Round | None:
        """A round."""
        row = (await self._connection.execute(select(quiz_round).where(quiz_round.c.id == number))).first()
        return _round(row) if row else None

    async def keyed(self, person_id: int, key: str) -> Round | None:
        """A person's round of that key."""
        query = select(quiz_round).where(quiz_round.c.person_id == person_id, quiz_round.c.key == key)
        row = (await self._connection.execute(query)).first()
        return _round(row) if row else None

    async def end(self, number: int, now: datetime) -> bool:
        """Every question of it is answered; False when it had ended."""
        open_ = (quiz_round.c.id == number) & quiz_round.c.ended_at.is_(None)
        return bool((await self._connection.execute(update(quiz_round).where(open_).values(ended_at=now))).rowcount)

    async def attempt(self, one: Attempt) -> bool:
        """Keep an answer; False when that position was answered before, which stands."""
        before = select(answer.c.id).where(answer.c.person_id == one.person_id, answer.c.question == one.question)
        known = await self._connection.execute(before.where(answer.c.version == one.version).limit(1))
        values = {name: getattr(one, name) for name in Attempt.__dataclass_fields__} | {"first": known.first() is None}
        added = await self._connection.execute(self._insert()(answer).values(values).on_conflict_do_nothing())
        return bool(added.rowcount)

    async def attempts(self, person_id: int, source: str, source_id: int) -> dict[int, Attempt]:
        """The answers of a round or an exam by position."""
        here = (answer.c.source == source) & (answer.c.source_id == source_id) & (answer.c.person_id == person_id)
        rows = await self._connection.execute(select(answer).where(here))
        return {row.position: _attempt(row) for row in rows}

    async def recent(self, person_id: int, limit: int) -> list[Attempt]:
        """A person's last first attempts, the latest first."""
        query = select(answer).where(answer.c.person_id == person_id, answer.c.first.is_(True))
        return [
            _attempt(row) for row in await self._connection.execute(query.order_by(answer.c.id.desc()).limit(limit))
        ]

    async def history(self, person_id: int) -> list[Attempt]:
        """Every answer of a person, in order."""
        query = select(answer).where(answer.c.person_id == person_id).order_by(answer.c.id)
        return [_attempt(row) for row in await self._connection.execute(query)]

    async def firsts(self) -> list[Attempt]:
        """Every first attempt there is, whoever's, without what was given."""
        wanted = [answer.c[name] for name in Attempt.__dataclass_fields__ if name != "given"]
        rows = await self._connection.execute(select(*wanted).where(answer.c.first.is_(True)).order_by(answer.c.id))
        return [Attempt(**row._mapping, given=None) for row in rows]

    async def tallies(self, people: Collection[int], since: date, until: date) -> list[Tally]:
        """How these people's first attempts went on those days, both included."""
        right = func.sum(case((answer.c.right.is_(True), 1), else_=0))
        query = select(answer.c.person_id, func.count().label("n"), right.label("good")).where(
            answer.c.first.is_(True), answer.c.day.between(since, until), answer.c.person_id.in_(list(people))
        )
        rows = await self._connection.execute(query.group_by(answer.c.person_id))
        return [Tally(row.person_id, row.n, row.good) for row in rows]

    async def cards(self, person_id: int) -> dict[str, Card]:
        """What a person remembers, by question."""
        return (await self.cards_of([person_id]))[person_id]

    async def cards_of(self, people: Iterable[int]) -> dict[int, dict[str, Card]]:
        """What each of these people remembers."""
        found: dict[int, dict[str, Card]] = {number: {} for number in people}
        for row in await self._connection.execute(select(card).where(card.c.person_id.in_(list(found)))):
            found[row.person_id][row.question] = _card(row)
        return found

    async def practised(self, people: Iterable[int]) -> set[int]:
        """Those of these people who remember anything."""
        query = select(card.c.person_id).where(card.c.person_id.in_(list(people))).distinct()
        return {row.person_id for row in await self._connection.execute(query)}

    async def remember(self, person_id: int, one: Card) -> None:
        """Keep a card, in place of the one there was."""
        values = {name: getattr(one, name) for name in Card.__dataclass_fields__} | {"person_id": person_id}
        adding = self._insert()(card).values(values)
        keys = ["person_id", "question"]
        await self._connection.execute(adding.on_conflict_do_update(index_elements=keys, set_=values))

    async def streak(self, person_id: int) -> Streak | None:
        """A person's days in a row, None before the first."""
        return (await self.streaks([person_id])).get(person_id)

    async def streaks(self, people: Iterable[int]) -> dict[int, Streak]:
        """Those of these people who have one."""
        rows = await self._connection.execute(select(streak).where(streak.c.person_id.in_(list(people))))
        fields = Streak.__dataclass_fields__
        return {row.person_id: Streak(**{name: getattr(row, name) for name in fields}) for row in rows}

    async def put_streak(self, person_id: int, one: Streak) -> None:
        """Keep it."""
        values = {name: getattr(one, name) for name in Streak.__dataclass_fields__} | {"person_id": person_id}
        adding = self._insert()(streak).values(values)
        await self._connection.execute(adding.on_conflict_do_update(index_elements=["person_id"], set_=values))

    async def finished(self, people: Iterable[int], key: str) -> set[int]:
        """Those of these people who have finished their round of that key."""
        query = select(quiz_round.c.person_id).where(
            quiz_round.c.person_id.in_(list(people)), quiz_round.c.key == key, quiz_round.c.ended_at.is_not(None)
        )
        return {row.person_id for row in await self._connection.execute(query)}

    def _insert(self) -> Any:
        return postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert


def posed_as_json(posed: Iterable[Posed]) -> list[dict[str, Any]]:
    """Questions as they are put, as JSON-able values."""
    return [{"question": as_json(one.question), "order": list(one.order)} for one in posed]


def posed_from_json(values: Iterable[dict[str, Any]]) -> tuple[Posed, ...]:
    """The questions of these values."""
    return tuple(Posed(from_json(one["question"]), tuple(one["order"])) for one in values)


def _round(row: Any) -> Round:
    values = {name: getattr(row, name) for name in Round.__dataclass_fields__ if name != "posed"}
    return Round(**values, posed=posed_from_json(row.questions))


def _attempt(row: Any) -> Attempt:
    return Attempt(**{name: getattr(row, name) for name in Attempt.__dataclass_fields__})


def _card(row: Any) -> Card:
    return Card(**{name: getattr(row, name) for name in Card.__dataclass_fields__})

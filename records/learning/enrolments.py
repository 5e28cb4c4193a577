"""Who learns since when, what they have done, and the homework they handed in."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from knowledge.workdays import Pause
from records.connection import Connection
from records.tables import day_done, enrolment, hand_in

SENT, ACCEPTED, RETURNED = "sent", "accepted", "returned"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A person's course: begun on a date, stopped in the pauses; `board` says whether colleagues see their place.

    `asked` are days off that wait for a leader's word.
    """

    person_id: int
    started_on: date
    enrolled_at: datetime
    pauses: tuple[Pause, ...] = ()
    mentor_id: int | None = None
    board: bool = True
    asked: Pause | None = None


@dataclass(frozen=True, slots=True)
class HandIn:
    """Homework of a course day; `files` are name, media_type, ref. `comment` is what its judge said.

    `score` (0-100) is what its judge gave, None where nothing is given but a word.
    """

    person_id: int
    day: int
    text: str
    files: tuple[dict[str, str], ...]
    sent_at: datetime
    state: str = SENT
    comment: str = ""
    judged_by: int | None = None
    judged_at: datetime | None = None
    score: float | None = None
    id: int = 0


class Enrolments:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def get(self, person_id: int) -> Enrolment | None:
        """A person's course, if they take it."""
        return next(iter(await self.all([person_id])), None)

    async def all(self, people: Collection[int] | None = None) -> list[Enrolment]:
        """Everyone's, or those of these people, by who began first."""
        query = select(enrolment).order_by(enrolment.c.started_on, enrolment.c.person_id)
        if people is not None:
            query = query.where(enrolment.c.person_id.in_(list(people)))
        return [_enrolment(row) for row in await self._connection.execute(query)]

    async def put(self, one: Enrolment) -> None:
        """Begin a course, or change it."""
        values = {name: getattr(one, name) for name in Enrolment.__dataclass_fields__ if name != "asked"}
        values |= {"asked_first": one.asked and one.asked.first, "asked_last": one.asked and one.asked.last}
        values["pauses"] = [[p.first.isoformat(), p.last.isoformat() if p.last else None] for p in one.pauses]
        adding = self._insert()(enrolment).values(values)
        await self._connection.execute(adding.on_conflict_do_update(index_elements=["person_id"], set_=values))

    async def settle(self, person_id: int, asked: Pause) -> bool:
        """The days off that were asked for wait no more; False where they did not: one word counts."""
        waits = (enrolment.c.person_id == person_id) & (enrolment.c.asked_first == asked.first)
        waits &= enrolment.c.asked_last == asked.last
        settled = update(enrolment).where(waits).values(asked_first=None, asked_last=None)
        return bool((await self._connection.execute(settled)).rowcount)

    async def done(self, people: Collection[int]) -> dict[int, set[int]]:
        """The course days that these people have marked done, by person."""
        found: dict[int, set[int]] = {number: set() for number in people}
        query = select(day_done.c.person_id, day_done.c.day).where(day_done.c.person_id.in_(list(people)))
        for row in await self._connection.execute(query):
            found[row.person_id].add(row.day)
        return found

    async def mark(self, person_id: int, day: int, now: datetime) -> bool:
        """Mark a day done; False when it was."""
        adding = self._insert()(day_done).values(person_id=person_id, day=day, done_at=now)
        return bool((await self._connection.execute(adding.on_conflict_do_nothing())).rowcount)

    async def hand_in(self, one: HandIn) -> int:
        """Keep what someone hands in; returns its id."""
        values = {name: getattr(one, name) for name in HandIn.__dataclass_fields__ if name != "id"}
        values["files"] = list(one.files)
        added = await self._connection.execute(insert(hand_in).values(values).returning(hand_in.c.id))
        return int(added.scalar_one())

    async def handed_in(self, number: int) -> HandIn | None:
        """One piece of homework."""
        row = (await self._connection.execute(select(hand_in).where(hand_in.c.id == number))).first()
        return _hand_in(row) if row else None

    async def hand_ins(self, people: Iterable[int], state: str = "") -> list[HandIn]:
        """What these people handed in, the oldest first, in a state or in any."""
        query = select(hand_in).where(hand_in.c.person_id.in_(list(people))).order_by(hand_in.c.id)
        if state:
            query = query.where(hand_in.c.state == state)
        return [_hand_in(row) for row in await self._connection.execute(query)]

    async def judge(
        self, number: int, state: str, comment: str, by: int, now: datetime, score: float | None = None
    ) -> bool:
        """Accept or return what waits; False when someone has judged it already."""
        waiting = (hand_in.c.id == number) & (hand_in.c.state == SENT)
        values = {"state": state, "comment": comment, "judged_by": by, "judged_at": now, "score": score}
        return bool((await self._connection.execute(update(hand_in).where(waiting).values(values))).rowcount)

    def _insert(self) -> Any:
        return postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert


def _enrolment(row: Any) -> Enrolment:
    values = {name: getattr(row, name) for name in Enrolment.__dataclass_fields__ if name != "asked"}
    values["asked"] = Pause(row.asked_first, row.asked_last) if row.asked_first else None
    values["pauses"] = tuple(
        Pause(date.fromisoformat(first), date.fromisoformat(last) if last else None) for first, last in row.pauses
    )
    return Enrolment(**values)


def _hand_in(row: Any) -> HandIn:
    values = {name: getattr(row, name) for name in HandIn.__dataclass_fields__}
    return HandIn(**{**values, "files": tuple(row.files)})

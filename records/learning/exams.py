"""Exams as rows: drawn once, answered within their time, handed in once; and certificates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from records.connection import Connection
from records.learning.quizzes import Posed, posed_as_json, posed_from_json
from records.tables import certificate, exam, exam_answer


@dataclass(frozen=True, slots=True)
class Exam:
    """One sitting of the exam `key` on a local `day`; `score` (0-100) and `passed` once it is handed in."""

    person_id: int
    key: str
    day: date
    posed: tuple[Posed, ...]
    pass_mark: float
    begun_at: datetime
    ends_at: datetime
    handed_in_at: datetime | None = None
    score: float | None = None
    passed: bool | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Certificate:
    """That someone passed the last exam of a course; `name` as it was then, "" once they have left."""

    number: str
    person_id: int | None
    name: str
    course: str
    score: float
    issued_on: date
    issued_at: datetime


class Exams:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def begin(self, one: Exam) -> Exam:
        """Begin an exam, or the one begun that day already: there is one a day."""
        values = {name: getattr(one, name) for name in Exam.__dataclass_fields__ if name not in ("id", "posed")}
        values["questions"] = posed_as_json(one.posed)
        await self._connection.execute(self._insert()(exam).values(values).on_conflict_do_nothing())
        here = (exam.c.person_id == one.person_id) & (exam.c.key == one.key) & (exam.c.day == one.day)
        return _exam((await self._connection.execute(select(exam).where(here))).one())

    async def get(self, number: int) -> Exam | None:
        """One exam."""
        row = (await self._connection.execute(select(exam).where(exam.c.id == number))).first()
        return _exam(row) if row else None

    async def open(self, person_id: int) -> Exam | None:
        """The exam of a person that is not handed in, whether its time is over or not."""
        query = select(exam).where(exam.c.person_id == person_id, exam.c.handed_in_at.is_(None))
        row = (await self._connection.execute(query.order_by(exam.c.id).limit(1))).first()
        return _exam(row) if row else None

    async def under_way(self, person_id: int, now: datetime) -> datetime | None:
        """When the exam that a person is sitting ends; None while they sit none."""
        query = select(exam.c.ends_at).where(exam.c.person_id == person_id, exam.c.handed_in_at.is_(None))
        ends: datetime | None = (await self._connection.execute(query.where(exam.c.ends_at > now))).scalar()
        return ends

    async def of(self, people: Iterable[int]) -> list[Exam]:
        """All exams of these people, the oldest first."""
        query = select(exam).where(exam.c.person_id.in_(list(people))).order_by(exam.c.id)
        return [_exam(row) for row in await self._connection.execute(query)]

    async def answer(self, exam_id: int, position: int, given: Any, now: datetime) -> bool:
        """Keep an answer, in place of an earlier one; False once the exam is handed in or its time is over."""
        locked = select(exam.c.id).where(exam.c.id == exam_id, exam.c.handed_in_at.is_(None), exam.c.ends_at > now)
        if (await self._connection.execute(locked.with_for_update())).first() is None:
            return False
        values = {"exam_id": exam_id, "position": position, "given": given, "at": now}
        adding = self._insert()(exam_answer).values(values)
        keys = ["exam_id", "position"]
        await self._connection.execute(adding.on_conflict_do_update(index_elements=keys, set_=values))
        return True

    async def answers(self, exam_id: int) -> dict[int, Any]:
        """What is answered so far, by position."""
        rows = await self._connection.execute(select(exam_answer).where(exam_answer.c.exam_id == exam_id))
        return {row.position: row.given for row in rows}

    async def hand_in(self, exam_id: int, score: float, passed: bool, now: datetime) -> bool:
        """It is over; False when it was."""
        open_ = (exam.c.id == exam_id) & exam.c.handed_in_at.is_(None)
        values = {"handed_in_at": now, "score": score, "passed": passed}
        return bool((await self._connection.execute(update(exam).where(open_).values(values))).rowcount)

    async def certify(self, one: Certificate) -> Certificate:
        """Issue a certificate, or the one this person has."""
        values = {name: getattr(one, name) for name in Certificate.__dataclass_fields__}
        held = await self.certificate_of(one.person_id) if one.person_id else None
        if held is None:
            await self._connection.execute(insert(certificate).values(values))
        return held or one

    async def certificate_of(self, person_id: int) -> Certificate | None:
        """The certificate of a person."""
        row = (await self._connection.execute(select(certificate).where(certificate.c.person_id == person_id))).first()
        return _certificate(row) if row else None

    async def certificate(self, number: str) -> Certificate | None:
        """The certificate of that number."""
        row = (await self._connection.execute(select(certificate).where(certificate.c.number == number))).first()
        return _certificate(row) if row else None

    def _insert(self) -> Any:
        return postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert


def _exam(row: Any) -> Exam:
    values = {name: getattr(row, name) for name in Exam.__dataclass_fields__ if name != "posed"}
    return Exam(**values, posed=posed_from_json(row.questions))


def _certificate(row: Any) -> Certificate:
    return Certificate(**{name: getattr(row, name) for name in Certificate.__dataclass_fields__})

"""What admins changed in the question bank: each change is kept, and counts until it is undone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from knowledge.quiz import Question
from knowledge.quiz_json import as_json, from_json
from records.connection import Connection
from records.tables import quiz_change


@dataclass(frozen=True, slots=True)
class Change:
    """Questions added to a topic, or put in place of those of their keys; and the keys of those `dropped`."""

    topic: str
    name: str
    questions: tuple[Question, ...] = ()
    dropped: tuple[str, ...] = ()
    id: int = 0


class Changes:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def all(self) -> list[Change]:
        """Those that count, the oldest first."""
        query = select(quiz_change).where(quiz_change.c.undone_at.is_(None)).order_by(quiz_change.c.id)
        return [_change(row) for row in await self._connection.execute(query)]

    async def add(self, changes: Iterable[Change], by: int, now: datetime) -> list[int]:
        """Keep changes; returns their ids."""
        ids = []
        for one in changes:
            values = {
                "topic": one.topic, "name": one.name, "dropped": list(one.dropped),
                "questions": [as_json(question) for question in one.questions], "added_by": by, "added_at": now,
            }  # fmt: skip
            added = await self._connection.execute(insert(quiz_change).values(values).returning(quiz_change.c.id))
            ids.append(int(added.scalar_one()))
        return ids

    async def undo(self, ids: Iterable[int], now: datetime) -> int:
        """These do not count any more; returns how many did."""
        theirs = quiz_change.c.id.in_(list(ids)) & quiz_change.c.undone_at.is_(None)
        return int((await self._connection.execute(update(quiz_change).where(theirs).values(undone_at=now))).rowcount)


def _change(row: Any) -> Change:
    questions = tuple(from_json(one) for one in row.questions)
    return Change(row.topic, row.name, questions, tuple(row.dropped), row.id)

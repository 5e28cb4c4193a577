"""Lists that admins sent: each version is kept, and the last that was not undone decides."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from records.connection import Connection
from records.tables import checklist


@dataclass(frozen=True, slots=True)
class ChecklistRow:
    """One version of a list; a `retired` one says that the list of this key is no longer offered."""

    id: int
    key: str
    version: str
    name: str
    payload: dict[str, Any]
    retired: bool
    added_by: int | None
    added_at: datetime


class Checklists:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def all(self) -> dict[str, ChecklistRow]:
        """What decides now, by the list's key; a key that is missing is as it was bundled."""
        kept = select(func.max(checklist.c.id)).where(checklist.c.undone_at.is_(None)).group_by(checklist.c.key)
        rows = await self._connection.execute(select(checklist).where(checklist.c.id.in_(kept.scalar_subquery())))
        return {row.key: _row(row) for row in rows}

    async def put(
        self,
        key: str,
        version: str,
        name: str,
        payload: dict[str, Any],
        added_by: int,
        now: datetime,
        *,
        retired: bool = False,
    ) -> int:
        """A new version, or with `retired` the end of a list; returns its id."""
        values = {"key": key, "version": version, "name": name, "payload": payload, "retired": retired}
        values |= {"added_by": added_by, "added_at": now}
        result = await self._connection.execute(insert(checklist).values(values).returning(checklist.c.id))
        return int(result.scalar_one())

    async def undo(self, row_id: int, now: datetime) -> None:
        """What came before it decides again."""
        await self._connection.execute(update(checklist).where(checklist.c.id == row_id).values(undone_at=now))


def _row(row: Any) -> ChecklistRow:
    return ChecklistRow(**{name: getattr(row, name) for name in ChecklistRow.__dataclass_fields__})

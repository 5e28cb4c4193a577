"""What is due when, as rows: a reminder is claimed by moving it on, in the transaction that promises its message."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from records.connection import Connection
from records.tables import reminder

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
WORKDAYS = (0, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing to tell a person at a time.

    `kind` names what happens then (handlers/reminding.py); `key` is unique, so that a thing is reminded of once.
    `minute` is the minute of the person's day it comes back at, None for once (or -1: their own reminder hour);
    `weekdays` are the days it may come on, Monday 0.
    """

    key: str
    person_id: int
    kind: str
    due_at: datetime
    minute: int | None = None
    weekdays: tuple[int, ...] = EVERY_DAY
    payload: dict[str, Any] | None = None
    id: int = 0


class Reminders:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def put(self, one: Reminder) -> None:
        """Add a reminder, in place of any of the same key."""
        make = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        values = {name: getattr(one, name) for name in Reminder.__dataclass_fields__ if name != "id"}
        values |= {"weekdays": list(one.weekdays), "payload": one.payload or {}}
        adding = make(reminder).values(values)
        await self._connection.execute(adding.on_conflict_do_update(index_elements=["key"], set_=values))

    async def drop(self, key: str) -> None:
        """It need not be said any more."""
        await self._connection.execute(delete(reminder).where(reminder.c.key == key))

    async def due(self, now: datetime, limit: int = 50) -> list[Reminder]:
        """Those whose time has come, held until the transaction ends so that no other process takes them."""
        query = select(reminder).where(reminder.c.due_at <= now).order_by(reminder.c.due_at, reminder.c.id)
        rows = await self._connection.execute(query.limit(limit).with_for_update(skip_locked=True))
        return [_reminder(row) for row in rows]

    async def is_due(self, now: datetime) -> bool:
        """Whether anything is."""
        query = select(reminder.c.id).where(reminder.c.due_at <= now).limit(1)
        return (await self._connection.execute(query)).first() is not None

    async def of(self, person_id: int) -> list[Reminder]:
        """Those of a person, the next first."""
        query = select(reminder).where(reminder.c.person_id == person_id).order_by(reminder.c.due_at)
        return [_reminder(row) for row in await self._connection.execute(query)]

    async def move(self, reminder_id: int, due: datetime) -> None:
        """It comes again then."""
        await self._connection.execute(update(reminder).where(reminder.c.id == reminder_id).values(due_at=due))


def _reminder(row: Any) -> Reminder:
    values = {name: getattr(row, name) for name in Reminder.__dataclass_fields__}
    return Reminder(**{**values, "weekdays": tuple(row.weekdays)})

"""What came in, kept before it is acknowledged: nothing is lost, nothing is done twice, a chat stays in order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from records.connection import Connection
from records.tables import inbox

_ADDING = {
    "sqlite": sqlite.insert(inbox).on_conflict_do_nothing().returning(inbox.c.id),
    "postgresql": postgresql.insert(inbox).on_conflict_do_nothing().returning(inbox.c.id),
}
_HANDLE = (
    update(inbox)
    .where(inbox.c.id.in_(bindparam("ids", expanding=True)), inbox.c.handled_at.is_(None))
    .values(handled_at=bindparam("handled_at"))
)
_CHAT_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:chat, 0))")


_LOOKED_AT = 32


class Handled(Exception):
    """Another process has handled this message; what this one did for it is undone."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message: `message` is its id in its channel, `part_of` joins the parts of an album ("" for none).

    What joins them need not be theirs alone: an album ends where its person says something else.
    """

    channel: str
    message: str
    chat: str
    user: str
    received_at: datetime
    payload: dict[str, Any]
    part_of: str = ""
    id: int = 0
    handled_at: datetime | None = None


_NAMES = tuple(Arrived.__dataclass_fields__)
_GIVEN = tuple(name for name in _NAMES if name not in ("id", "handled_at"))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A waiting message with the other parts of its album; no `rows` where nothing waits.

    `recent` counts its user's messages up to this one, an album as one; `more` says whether others wait behind it.
    """

    rows: list[Arrived]
    recent: int
    more: bool


class Inbox:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, rows: Sequence[Arrived]) -> list[int]:
        """Keep messages; returns the ids of those never seen before, in order."""
        if not rows:
            return []
        values = [{name: getattr(row, name) for name in _GIVEN} for row in rows]
        added = await self._connection.execute(_ADDING[self._connection.dialect.name], values)
        return sorted(int(i) for i in added.scalars())

    async def find(self, channel: str, message: str) -> Arrived | None:
        """A message by its id in its channel."""
        rows = await self._read((inbox.c.channel == channel) & (inbox.c.message == message))
        return rows[0] if rows else None

    async def get(self, ids: Collection[int]) -> dict[int, Arrived]:
        """Messages by their ids."""
        rows = await self._connection.execute(select(inbox).where(inbox.c.id.in_(list(ids))))
        return {row.id: _arrived(row) for row in rows}

    async def waiting(self, channel: str, chat: str, since: datetime) -> "Waiting":
        """The oldest message of a chat that was not handled, and how many its user has sent since then."""
        values = {"of_channel": channel, "of_chat": chat, "since": since}
        found = (await self._connection.execute(WAITING_IN_A_CHAT, values)).all()
        one = _album(found)
        recent = one[-1].sent - len(one) + 1 if one else 0
        return Waiting([_arrived(row) for row in one], recent, len(found) > len(one))

    async def chats(self, before: datetime) -> list[tuple[str, str]]:
        """(channel, chat) of those with messages from before that time that nobody has handled."""
        late = inbox.c.handled_at.is_(None) & (inbox.c.received_at < before)
        rows = await self._connection.execute(select(inbox.c.channel, inbox.c.chat).where(late).distinct().limit(500))
        return [(row.channel, row.chat) for row in rows]

    async def handle(self, ids: Sequence[int], now: datetime) -> None:
        """These are handled by this transaction; raises Handled when another one was quicker."""
        done = await self._connection.execute(_HANDLE, {"ids": list(ids), "handled_at": now})
        if done.rowcount != len(ids):
            raise Handled(ids)

    async def past(self, channel: str, chat: str, n: int, before: int = 0) -> list[Arrived]:
        """The last `n` messages of a chat (before the one of that id), oldest first."""
        query = select(inbox).where(inbox.c.channel == channel, inbox.c.chat == chat).order_by(inbox.c.id.desc())
        if before:
            query = query.where(inbox.c.id < before)
        return [_arrived(row) for row in await self._connection.execute(query.limit(n))][::-1]

    async def purge(self, before: datetime) -> None:
        """Forget handled messages from before then; must be more than 8 h ago, for a channel may deliver again."""
        old = inbox.c.handled_at.is_not(None) & (inbox.c.received_at < before)
        await self._connection.execute(delete(inbox).where(old))

    async def lock(self, channel: str, chat: str) -> bool:
        """Keep other processes off this chat until the transaction ends; False when one is at it now.

        On SQLite every writer is alone already.
        """
        if self._connection.dialect.name != "postgresql":
            return True
        return bool((await self._connection.execute(_CHAT_LOCK, {"chat": f"{channel}:{chat}"})).scalar_one())

    async def _read(self, where: Any, limit: int = 1) -> list[Arrived]:
        rows = await self._connection.execute(select(inbox).where(where).order_by(inbox.c.id).limit(limit))
        return [_arrived(row) for row in rows]


def _waiting() -> Select[Any]:
    """The statement of `Inbox.waiting`."""
    other = inbox.alias()
    theirs = (other.c.channel == inbox.c.channel) & (other.c.user == inbox.c.user) & (other.c.id <= inbox.c.id)
    lately = theirs & (other.c.received_at > bindparam("since"))
    sent = select(func.count()).select_from(other).where(lately).scalar_subquery()
    here = (inbox.c.channel == bindparam("of_channel")) & (inbox.c.chat == bindparam("of_chat"))
    waits = here & inbox.c.handled_at.is_(None)
    return select(inbox, sent.label("sent")).where(waits).order_by(inbox.c.id).limit(_LOOKED_AT)


WAITING_IN_A_CHAT = _waiting()


def _album(found: Sequence[Any]) -> list[Any]:
    """The first row and those that belong to it, up to where the same person said something else."""
    theirs = (row for row in found[1:] if row.user == found[0].user)
    return [*found[:1], *takewhile(lambda row: bool(row.part_of) and row.part_of == found[0].part_of, theirs)]


def _arrived(row: Any) -> Arrived:
    return Arrived(**{name: getattr(row, name) for name in _NAMES})

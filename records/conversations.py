"""Guided conversations that wait for the next word: in the database, so that any process goes on with them.

A conversation that is kept has its state in a draft of its person: it outlives other conversations there, and is taken
up again in any chat of theirs.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from records.connection import Connection
from records.tables import conversation, draft

_DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Open:
    """An open conversation: which flow, its state as JSON-able values, and the draft that keeps the state, if any."""

    id: int
    flow: str
    state: dict[str, Any]
    updated_at: datetime
    draft: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person has begun and not finished, whether it is open somewhere or not."""

    id: int
    person_id: int
    flow: str
    title: str
    state: dict[str, Any]
    held_by: int | None
    begun_at: datetime
    updated_at: datetime


class Conversations:
    """Reads and writes within one transaction; one conversation for a person in a chat."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def get(self, channel: str, chat: str, user: str) -> Open | None:
        """The open conversation there; one whose draft was taken up elsewhere is over."""
        values = {"of_channel": channel, "of_chat": chat, "of_user": user}
        row = (await self._connection.execute(_GET, values)).first()
        if row is None or _DRAFT not in row.state:
            return Open(row.id, row.flow, row.state, row.updated_at) if row else None
        found = await self.draft(row.state[_DRAFT])
        if found is None or found.held_by != row.id:
            return None
        return Open(row.id, row.flow, found.state, found.updated_at, found.id)

    async def start(self, channel: str, chat: str, user: str, flow: str, state: dict[str, Any], now: datetime) -> Open:
        """Open one, in place of any other."""
        await self.end(channel, chat, user)
        values = {"channel": channel, "chat": chat, "user": user, "flow": flow, "state": state, "updated_at": now}
        added = await self._connection.execute(insert(conversation).values(values).returning(conversation.c.id))
        return Open(int(added.scalar_one()), flow, state, now)

    async def keep(self, person_id: int, flow: str, title: str, state: dict[str, Any], now: datetime) -> int:
        """Begin a draft; returns its id, for `take_up`."""
        values = {"person_id": person_id, "flow": flow, "title": title, "state": state}
        values |= {"begun_at": now, "updated_at": now}
        return int((await self._connection.execute(insert(draft).values(values).returning(draft.c.id))).scalar_one())

    async def take_up(self, channel: str, chat: str, user: str, draft_id: int, now: datetime) -> Open | None:
        """Go on with a draft there, in place of any other conversation; where it was open it is over."""
        found = await self.draft(draft_id)
        if found is None:
            return None
        opened = await self.start(channel, chat, user, found.flow, {_DRAFT: draft_id}, now)
        await self._connection.execute(update(draft).where(draft.c.id == draft_id).values(held_by=opened.id))
        return Open(opened.id, found.flow, found.state, now, draft_id)

    async def go_on(self, opened: Open, state: dict[str, Any], now: datetime) -> bool:
        """Keep a new state; False when its draft was taken up elsewhere meanwhile."""
        values = {"state": state, "updated_at": now}
        if opened.draft is None:
            await self._connection.execute(update(conversation).where(conversation.c.id == opened.id).values(values))
            return True
        return bool((await self._connection.execute(update(draft).where(*_held(opened)).values(values))).rowcount)

    async def close(self, opened: Open) -> bool:
        """Close this one for good, unless another has taken its place; False when its draft was taken up elsewhere."""
        await self.put_down(opened)
        if opened.draft is None:
            return True
        return bool((await self._connection.execute(delete(draft).where(*_held(opened)))).rowcount)

    async def put_down(self, opened: Open) -> None:
        """Close this one; a draft stays."""
        await self._connection.execute(delete(conversation).where(conversation.c.id == opened.id))

    async def draft(self, draft_id: int) -> Draft | None:
        """One draft."""
        row = (await self._connection.execute(select(draft).where(draft.c.id == draft_id))).first()
        return _draft(row) if row else None

    async def drafts(self, person_id: int) -> list[Draft]:
        """What a person has begun, the latest first."""
        query = select(draft).where(draft.c.person_id == person_id)
        rows = await self._connection.execute(query.order_by(draft.c.updated_at.desc(), draft.c.id.desc()))
        return [_draft(row) for row in rows]

    async def drop(self, draft_id: int) -> bool:
        """Throw a draft away; False when it was gone."""
        return bool((await self._connection.execute(delete(draft).where(draft.c.id == draft_id))).rowcount)

    async def end(self, channel: str, chat: str, user: str) -> bool:
        """Close it; False when none was open."""
        done = await self._connection.execute(delete(conversation).where(*_here(channel, chat, user)))
        return bool(done.rowcount)


def _here(channel: Any, chat: Any, user: Any) -> tuple[Any, ...]:
    return (conversation.c.channel == channel, conversation.c.chat == chat, conversation.c.user == user)


_GET = select(conversation).where(*_here(bindparam("of_channel"), bindparam("of_chat"), bindparam("of_user")))


def _held(opened: Open) -> tuple[Any, ...]:
    return (draft.c.id == opened.draft, draft.c.held_by == opened.id)


def _draft(row: Any) -> Draft:
    return Draft(**{name: getattr(row, name) for name in Draft.__dataclass_fields__})

"""Guided conversations that wait for the next word: in the database, so that any process goes on with them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from records.connection import Connection
from records.tables import conversation


@dataclass(frozen=True, slots=True)
class Open:
    """An open conversation: which flow, and its state as JSON-able values."""

    id: int
    flow: str
    state: dict[str, Any]
    updated_at: datetime


class Conversations:
    """Reads and writes within one transaction; one conversation for a person in a chat."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def get(self, channel: str, chat: str, user: str) -> Open | None:
        """The open conversation there."""
        row = (await self._connection.execute(select(conversation).where(*_here(channel, chat, user)))).first()
        return Open(row.id, row.flow, row.state, row.updated_at) if row else None

    async def start(self, channel: str, chat: str, user: str, flow: str, state: dict[str, Any], now: datetime) -> Open:
        """Open one, in place of any other."""
        await self.end(channel, chat, user)
        values = {"channel": channel, "chat": chat, "user": user, "flow": flow, "state": state, "updated_at": now}
        added = await self._connection.execute(insert(conversation).values(values).returning(conversation.c.id))
        return Open(int(added.scalar_one()), flow, state, now)

    async def go_on(self, conversation_id: int, state: dict[str, Any], now: datetime) -> None:
        """Keep a new state."""
        here = conversation.c.id == conversation_id
        await self._connection.execute(update(conversation).where(here).values(state=state, updated_at=now))

    async def close(self, conversation_id: int) -> None:
        """Close this one, unless another has taken its place."""
        await self._connection.execute(delete(conversation).where(conversation.c.id == conversation_id))

    async def end(self, channel: str, chat: str, user: str) -> bool:
        """Close it; False when none was open."""
        done = await self._connection.execute(delete(conversation).where(*_here(channel, chat, user)))
        return bool(done.rowcount)


def _here(channel: str, chat: str, user: str) -> tuple[Any, ...]:
    return (conversation.c.channel == channel, conversation.c.chat == chat, conversation.c.user == user)

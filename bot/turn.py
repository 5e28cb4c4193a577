"""One message in, its replies out; one chat's messages one after the other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from handlers.ask import shown
from handlers.context import Context
from handlers.message import Incoming, Reply
from handlers.routing import route
from records.database import Database
from records.questions import Questions
from retrieval.desk import Desk

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Turns:
    """Takes every channel's messages; other chats go on while one waits."""

    desk: Desk
    database: Database
    zone: ZoneInfo
    _chats: dict[str, tuple[asyncio.Lock, int]] = field(default_factory=dict)

    async def __call__(self, incoming: Incoming, partial: Callable[[str], Awaitable[None]]) -> tuple[Reply, ...]:
        """The replies to a message; none to one that was answered already."""
        async with self._in_order(f"{incoming.channel}:{incoming.chat}"):
            return await route(incoming)(self._context(partial), incoming)

    async def history(self, channel: str, chat: str) -> list[tuple[str, Reply]]:
        """The last questions of a channel's chat with their answers, oldest first."""
        context = self._context(_nobody)
        async with self.database.read() as connection:
            questions = Questions(connection)
            rows = await questions.recent(channel, chat, _SHOWN)
            faqs = {faq.id: faq for faq in await questions.faqs()}
        return [(row.text, shown(context, row, faqs.get(row.faq_id or 0))) for row in rows]

    def _context(self, partial: Callable[[str], Awaitable[None]]) -> Context:
        return Context(self.desk, self.database, lambda: datetime.now(UTC), self.zone, partial)

    @asynccontextmanager
    async def _in_order(self, chat: str) -> AsyncIterator[None]:
        lock, waiting = self._chats.get(chat, (asyncio.Lock(), 0))
        self._chats[chat] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            _, waiting = self._chats[chat]
            if waiting == 1:
                del self._chats[chat]
            else:
                self._chats[chat] = (lock, waiting - 1)


async def _nobody(text: str) -> None:
    """Nobody watches."""

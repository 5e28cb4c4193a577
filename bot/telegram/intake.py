"""Updates are on disk before Telegram hears that they have arrived."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from telegram.error import TelegramError

from bot.telegram.api import Api, Me
from bot.telegram.lenient import filled
from bot.telegram.parse import CHANNEL, left, parse, query_of
from handlers.message import Incoming
from records.database import Database
from records.people import People

log = logging.getLogger(__name__)


class Intake:
    """Takes updates, whichever way they come; `accept` keeps messages and has them handled."""

    def __init__(
        self,
        api: Api,
        database: Database,
        accept: Callable[[Sequence[Incoming]], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        self._api, self._database, self._accept, self._now = api, database, accept, now
        self._answering = set[asyncio.Task[None]]()

    async def take(self, updates: Sequence[dict[str, Any]], me: Me) -> None:
        """Keep what people said; afterwards Telegram may forget the updates. Raises RecordsError."""
        said, closed = list[Incoming](), list[str]()
        for update in map(filled, updates):
            try:
                said += [one for one in [parse(update, me, self._now())] if one is not None]
                closed += [chat for chat in [left(update)] if chat]
            except Exception as error:  # whatever it is, it will not be readable next time either
                log.warning("telegram: update %s is not understood: %s", update.get("update_id"), type(error).__name__)
        if said:
            await self._accept(said)
        if closed:
            async with self._database.write() as connection:
                for chat in closed:
                    await People(connection).blocked(CHANNEL, chat, self._now())
        for update in updates:
            if query := query_of(update):
                self._answer(query)

    async def stop(self) -> None:
        """Leave what is not answered unanswered."""
        for task in self._answering:
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)

    def _answer(self, query: str) -> None:
        """Let the pressed button go at once; that it fails harms nobody."""

        async def answer() -> None:
            with suppress(TelegramError):
                await self._api.answer_callback_query(query)

        task = asyncio.create_task(answer())
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

"""What people see while an answer is written: a card that is written into."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

from bot.channel import Watch
from bot.feishu.api import Api
from bot.feishu.calls import Steps, Target, entity, send, write
from bot.feishu.cards import partly, streaming
from bot.feishu.pace import Pace

_LAST = 5.0  # seconds for a change that is under way when the turn ends
log = logging.getLogger(__name__)


class Watching(Watch):
    """One turn's; what fails here is shown by the answer itself, later."""

    def __init__(self, api: Api, target: Target, pace: Pace, steps: Steps, chat: str, seconds: float) -> None:
        self._api, self._target, self._pace, self._steps = api, target, pace, steps
        self._chat, self._seconds = chat, seconds
        self._card, self._said, self._at, self._given_up = "", "", 0.0, False
        self._writing: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Watch while the block lasts; afterwards nothing of this turn is under way any more."""
        try:
            yield
        finally:
            if self._writing is not None:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._writing, _LAST)

    async def partial(self, text: str) -> None:
        """The answer so far: the first time as a new card, then written into it, never too soon after each other.

        The first one is waited for: what the answer is to replace must be known when the turn ends.
        """
        if self._given_up or text == self._said:
            return
        if not self.shown:
            await self._tried(text, first=True)
        elif self._writing is None and time.monotonic() >= self._at + self._seconds:
            self._writing = asyncio.create_task(self._write(text))

    async def _write(self, text: str) -> None:
        try:
            await self._tried(text, first=False)
        finally:
            self._writing = None

    async def _tried(self, text: str, first: bool) -> None:
        shown = partly(text)
        if not shown or (first and not self._pace.free(self._chat)):
            return
        self._said = text
        try:
            if first:
                await self._begin(shown)
            else:
                await write(self._api, self._card, shown, self._steps.next())
        except Exception as error:  # whatever it is, the turn goes on
            self._given_up = True
            log.info("feishu: an answer is not shown while it is written: %s", error)
        self._at = time.monotonic()

    async def _begin(self, shown: str) -> None:
        self._card = await entity(self._api, streaming(shown))
        content = {"type": "card", "data": {"card_id": self._card}}
        message = await send(self._api, self._target, "interactive", content, uuid4().hex)
        self.shown = f"{message}#{self._card}"

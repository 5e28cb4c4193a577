"""What people see while a turn works: that the bot is typing, and the answer as it is written."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.channel import Watch
from bot.telegram.api import Api
from bot.telegram.calls import Target, show
from bot.telegram.pace import Pace
from bot.telegram.render import partly

_FIRST, _AGAIN = 0.5, 4.5  # seconds until typing is shown, and shown again: it lasts 5
_LAST = 5.0  # seconds for an edit that is under way when the turn ends
log = logging.getLogger(__name__)


class Watching(Watch):
    """One turn's; what fails here is shown by the answer itself, later."""

    def __init__(self, api: Api, target: Target, pace: Pace, seconds_between_edits: float) -> None:
        self._api, self._target, self._pace, self._seconds = api, target, pace, seconds_between_edits
        self._said, self._at, self._given_up = "", 0.0, False
        self._editing: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Watch while the block lasts; afterwards nothing of this turn is under way any more."""
        typing = asyncio.create_task(self._type())
        try:
            yield
        finally:
            typing.cancel()
            await self._settle()
            if self.shown:  # the answer is an edit, too
                self._pace.hold(self._target.chat, self._at + self._seconds - time.monotonic())
            await asyncio.gather(typing, return_exceptions=True)

    async def partial(self, text: str) -> None:
        """The answer so far: the first time as a message, then as edits of it, never too soon after each other.

        The first one is waited for: what the answer is to replace must be known when the turn ends.
        """
        if self._given_up or text == self._said:
            return
        if not self.shown:
            await self._show(text)
        elif self._editing is None and time.monotonic() >= self._at + self._seconds:
            self._editing = asyncio.create_task(self._edit(text))

    async def _edit(self, text: str) -> None:
        try:
            await self._show(text)
        finally:
            self._editing = None

    async def _show(self, text: str) -> None:
        shown = partly(text)
        if shown is None or not self._pace.free(self._target.chat):
            return
        self._said = text
        try:
            message = await show(self._api, self._target, shown, int(self.shown) if self.shown else None)
        except Exception as error:  # whatever it is, the turn goes on
            self._given_up = True
            log.info("telegram: an answer is not shown while it is written: %s", type(error).__name__)
            return
        self.shown, self._at = str(message), time.monotonic()

    async def _settle(self) -> None:
        """An edit under way must not arrive after the answer."""
        if self._editing is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._editing, _LAST)

    async def _type(self) -> None:
        await asyncio.sleep(_FIRST)
        while True:
            if not self._pace.hint():
                await asyncio.sleep(_FIRST)
                continue
            with suppress(TelegramError):
                await self._api.send_chat_action(
                    self._target.chat, ChatAction.TYPING, message_thread_id=self._target.topic
                )
            await asyncio.sleep(_AGAIN)

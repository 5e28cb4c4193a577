"""A sign on what a person wrote while its answer takes its time: Feishu shows nobody typing, so it is a reaction."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from bot.feishu import NoFeishu
from bot.feishu.api import NO_SCOPE, Api, Busy, Refusal
from bot.feishu.calls import react, unreact
from bot.window import Window

_FIRST = 1.0  # seconds until it is shown
_A_SECOND = 5  # signs; when many chats wait at once, showing it to each would make them wait longer
_ASK_AGAIN = 600.0  # seconds until it is tried again after Feishu would not let the app
_LAST = 2.0  # seconds for taking signs away when the process ends
log = logging.getLogger(__name__)


class Signs:
    """Those of one process; what fails here harms nobody, and is not tried again with every message."""

    def __init__(self, api: Api) -> None:
        self._api, self._window, self._refused = api, Window(_A_SECOND, 1.0), 0.0
        self._tasks = set[asyncio.Task[None]]()

    @asynccontextmanager
    async def on(self, message: str, shown: Callable[[], bool]) -> AsyncIterator[None]:
        """While the block lasts longer than a moment and nothing else is `shown` of it.

        The sign is taken away while the answer is sent.
        """
        ended = asyncio.Event()
        if message:
            task = asyncio.create_task(self._show(message, shown, ended))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            yield
        finally:
            ended.set()

    async def stop(self) -> None:
        """Take away what is shown."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_LAST)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _show(self, message: str, shown: Callable[[], bool], ended: asyncio.Event) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_FIRST):
                await ended.wait()
        now = time.monotonic()
        if ended.is_set() or shown() or now < self._refused or self._window.first(now) > now:
            return
        self._window.take(now)
        try:
            reaction = await react(self._api, message)
            await ended.wait()
            await unreact(self._api, message, reaction)
        except (Refusal, Busy, NoFeishu) as error:
            if isinstance(error, Refusal) and error.code == NO_SCOPE:
                self._refused = now + _ASK_AGAIN
            log.info("feishu: that an answer is under way is not shown: %s", error)

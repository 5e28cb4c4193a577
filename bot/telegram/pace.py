"""How fast the bot may speak: over all, in a private chat, in a group. Edits count, and answers go before the rest."""

import asyncio
import time
from collections.abc import Callable

from bot.channel import Later
from bot.window import Window

_PATIENCE = 6.0  # seconds; who must wait longer comes again later, for a claimed message is ours for 30 s
_UNASKED = 0.8  # of the pace is for what nobody waits for: a morning's push leaves room for answers
_MANY = 2000  # chats remembered
_HINTS = 5  # a second; when many chats wait at once, showing it to each would make them wait longer


class Pace:
    """Gives everyone their moment; `clock` counts seconds."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._all = Window(max(1, int(per_second)), max(1.0, 1 / per_second))
        self._unasked, self._calm = Window(1, 1 / (per_second * _UNASKED)), 0.0
        self._hints = Window(_HINTS, 1.0)
        self._chats = dict[int, list[Window]]()
        self._held = dict[int, float]()
        self._clock = clock

    async def take(self, chat: int, *, asked: bool = True) -> None:
        """Wait until something may be sent to the chat; raises Later when that is too long.

        What was not `asked` for waits for its own turn first, evenly, for what leaves in bursts may arrive in one;
        and for all of it when Telegram asks one of it to wait.
        """
        now = self._clock()
        if not asked:
            at = max(self._unasked.first(now), self._calm)
            _bearable(at - now)
            self._unasked.take(at)
            await self._until(at)
            now = self._clock()
        await self._until(self._reserve(chat, now, _PATIENCE))

    async def _until(self, at: float) -> None:
        if (wait := at - self._clock()) > 0:
            await asyncio.sleep(wait)

    def free(self, chat: int) -> bool:
        """Take this moment if it is free: for what need not be said."""
        now = self._clock()
        try:
            self._reserve(chat, now, 0)
        except Later:
            return False
        return True

    def hint(self) -> bool:
        """Whether there is room for a sign that the bot is typing."""
        now = self._clock()
        if self._hints.first(now) > now:
            return False
        self._hints.take(now)
        return True

    def hold(self, chat: int, seconds: float) -> None:
        """Nothing to this chat for so long, nor what was not asked for to any: whose limit it is, is not told."""
        until = self._clock() + seconds
        self._held[chat], self._calm = max(self._held.get(chat, 0.0), until), max(self._calm, until)

    def _reserve(self, chat: int, now: float, patience: float) -> float:
        windows = self._of(chat, now)
        at = max(self._held.get(chat, now), *(window.first(now) for window in windows))
        _bearable(at - now, patience)
        for window in windows:
            window.take(at)
        return at

    def _of(self, chat: int, now: float) -> list[Window]:
        if chat not in self._chats:
            if len(self._chats) >= _MANY:
                self._forget(now)
            self._chats[chat] = [Window(18, 60.0), Window(3, 3.0)] if chat < 0 else [Window(3, 3.0)]
        return [self._all, *self._chats[chat]]

    def _forget(self, now: float) -> None:
        """Chats that have been silent for more than a minute are as good as new."""
        self._held = {chat: until for chat, until in self._held.items() if until > now}
        quiet = [chat for chat, windows in self._chats.items() if all(w.times[-1] < now - 70 for w in windows)]
        for chat in quiet:
            del self._chats[chat]


def _bearable(wait: float, patience: float = _PATIENCE) -> None:
    if wait > patience:
        raise Later("the limits of Telegram", wait)

"""How fast the bot may speak in Feishu: over all, by the minute, and to one person or group. Edits count."""

import asyncio
import time
from collections.abc import Callable

from bot.channel import Later
from bot.window import Window

_PATIENCE = 6.0  # seconds; who must wait longer comes again later, for a claimed message is ours for 30 s
_MINUTE, _CHAT = 950, 4  # in a minute over all, of Feishu's 1000; in a second to one chat, of its 5
_MANY = 2000  # chats remembered


class Pace:
    """Gives everyone their moment; `clock` counts seconds."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._all = (Window(max(1, int(per_second)), max(1.0, 1 / per_second)), Window(_MINUTE, 60.0))
        self._chats = dict[str, Window]()
        self._held = dict[str, float]()
        self._clock = clock

    async def take(self, chat: str) -> None:
        """Wait until something may be sent to the chat; raises Later when that is too long."""
        now = self._clock()
        at = self._reserve(chat, now, _PATIENCE)
        if at > now:
            await asyncio.sleep(at - now)

    def free(self, chat: str) -> bool:
        """Take this moment if it is free: for what need not be said."""
        try:
            self._reserve(chat, self._clock(), 0)
        except Later:
            return False
        return True

    def hold(self, chat: str, seconds: float) -> None:
        """Nothing to this chat for so long."""
        self._held[chat] = max(self._held.get(chat, 0.0), self._clock() + seconds)

    def _reserve(self, chat: str, now: float, patience: float) -> float:
        if chat not in self._chats and len(self._chats) >= _MANY:
            self._forget(now)
        windows = (*self._all, self._chats.setdefault(chat, Window(_CHAT, 1.0)))
        at = max(self._held.get(chat, now), *(window.first(now) for window in windows))
        if at - now > patience:
            raise Later("the limits of Feishu", at - now)
        for window in windows:
            window.take(at)
        return at

    def _forget(self, now: float) -> None:
        """Chats that have been silent for a while are as good as new."""
        self._held = {chat: until for chat, until in self._held.items() if until > now}
        quiet = [chat for chat, window in self._chats.items() if window.times[-1] < now - 5]
        for chat in quiet:
            del self._chats[chat]

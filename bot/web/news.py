"""What a chat hears while its page is open: replies to other pages of the same person, notices, reminders."""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.history import Line, line
from bot.turn import Turns
from bot.web.visitors import CHANNEL
from handlers.wire import load_incoming
from records.database import RecordsError
from records.inbox import Inbox
from records.outbox import Outbox, Promised

MARGIN = timedelta(seconds=60)  # a message promised in a slow transaction is seen only when that commits
_EVERY = 0.5  # seconds between two looks for new messages
_MOST = 100  # messages at once
_RECENT = 100  # ids; numbers are given out in order, but not seen in order
_SINCE = re.compile(r"([0-9T:.+-]{19,40})~((?:\d{1,18}(?:\.\d{1,18}){0,99})?)")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Since:
    """How far a page has read: all that was due up to `at`, and these messages."""

    at: datetime
    ids: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, text: str) -> "Since":
        """The inverse of str(); raises ValueError."""
        found = _SINCE.fullmatch(text)
        at = datetime.fromisoformat(found[1]) if found else None
        if found is None or at is None or at.tzinfo is None:
            raise ValueError(text[:80])
        return cls(at, frozenset(int(one) for one in found[2].split(".") if one))

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{'.'.join(map(str, sorted(self.ids)))}"

    def after(self, rows: list[Promised], now: datetime) -> "Since":
        """Having read these, all that were due since `at` or the first _MOST of them."""
        upto = rows[-1].due_at - timedelta(microseconds=1) if len(rows) == _MOST else now
        at = max(self.at, min(upto, now - MARGIN))
        return Since(at, frozenset(row.id for row in rows if row.due_at > at))


@dataclass(slots=True)
class News:
    """Rings where something new is; one look at the database serves every page that is open."""

    turns: Turns
    _bells: dict[str, set[asyncio.Event]] = field(default_factory=dict)
    _watching: asyncio.Task[None] | None = None
    _closed: bool = False

    async def mark(self, chat: str) -> Since:
        """Where a page begins that reads the history after this."""
        now = self.turns.now()
        async with self.turns.database.read() as connection:
            rows = await Outbox(connection).since(CHANNEL, chat, now - MARGIN, now, _MOST)
        return Since(now - MARGIN).after(rows, now)

    async def wait(self, chat: str, since: Since, seconds: float) -> tuple[list[Line], Since]:
        """What a chat is told after `since`, as soon as there is something; nothing after `seconds`."""
        async with self._bell(chat) as bell:
            lines, read = await self._lines(chat, since)
            if not lines and seconds and not self._closed:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(bell.wait(), seconds)
                lines, read = await self._lines(chat, since)
        return lines, read

    @property
    def waiting(self) -> int:
        """How many chats are waited for."""
        return len(self._bells)

    def close(self) -> None:
        """Nobody waits any longer."""
        self._closed = True
        for bells in self._bells.values():
            for bell in bells:
                bell.set()

    async def _lines(self, chat: str, since: Since) -> tuple[list[Line], Since]:
        """New replies, each after what it replies to."""
        now = self.turns.now()
        async with self.turns.database.read() as connection:
            rows = await Outbox(connection).since(CHANNEL, chat, since.at, now, _MOST)
            new = [row for row in rows if row.id not in since.ids]
            asked = await Inbox(connection).get({row.inbox_id for row in new if row.inbox_id is not None})
        lines = []
        for row in new:
            if row.inbox_id is not None and (said := asked.pop(row.inbox_id, None)):
                lines.append(Line(said.received_at, load_incoming(said.payload), id=said.id))
            lines.append(line(row))
        return lines, since.after(rows, now)

    @asynccontextmanager
    async def _bell(self, chat: str) -> AsyncIterator[asyncio.Event]:
        bell = asyncio.Event()
        self._bells.setdefault(chat, set()).add(bell)
        if self._watching is None or self._watching.done():
            async with self.turns.database.read() as connection:
                newest = await Outbox(connection).last()
            if self._watching is None or self._watching.done():
                self._watching = asyncio.create_task(self._watch(newest))
        try:
            yield bell
        finally:
            self._bells[chat].discard(bell)
            if not self._bells[chat]:
                del self._bells[chat]

    async def _watch(self, newest: int) -> None:
        """Look for new messages for as long as somebody waits."""
        seen = set(range(newest - _RECENT, newest + 1))
        while self._bells and not self._closed:
            try:
                async with self.turns.database.read() as connection:
                    rows = await Outbox(connection).newest(CHANNEL, newest - _RECENT)
            except RecordsError as error:
                log.warning("web: %s", error)
                rows = []
            for chat in {chat for number, chat in rows if number not in seen}:
                for bell in self._bells.get(chat, ()):
                    bell.set()
            seen = {number for number, _ in rows}
            newest = max(seen | {newest})
            await asyncio.sleep(_EVERY)

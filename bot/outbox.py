"""Delivers what was promised: a chat's messages in order, again and again until they have arrived."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.channel import Blocked, Channel, Later, Mailbox, Refused
from bot.promising import LEASE
from handlers.wire import load_reply
from records.database import Database, RecordsError
from records.outbox import BLOCKED, LATE, Outbox, Promised
from records.people import People

SENT, RETRIED, FAILED, CLOSED = "sent", "retried", "failed", "closed"
_LONGEST = 300.0  # seconds between two attempts
_PATIENCE, _LEAST = timedelta(hours=24), 10  # given up after both: so long, and so many attempts
_IN_HAND = 100  # claimed and not sent yet: what waits behind a channel's limits had better wait in the records
_UNSURE = 2  # attempts after a fault that no channel should have
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Delivery:
    """One process's share of the sending; `name` is the process's, as in Turns.

    `seen` is told of every attempt: its channel, and SENT, RETRIED, FAILED or CLOSED.
    """

    database: Database
    channels: Mapping[str, Channel]
    name: str
    now: Callable[[], datetime]
    seen: Callable[[str, str], None] = lambda channel, outcome: None
    _queues: dict[tuple[str, str], list[Promised]] = field(default_factory=dict)
    _tasks: dict[tuple[str, str], asyncio.Task[None]] = field(default_factory=dict)
    _sent: list[tuple[int, str]] = field(default_factory=list)
    _renewed: datetime = _LONG_AGO
    _marking: asyncio.Task[None] | None = None

    def deliver(self, promised: Iterable[Promised]) -> None:
        """Send messages that this process has claimed, each chat's in order."""
        for one in promised:
            chat = (one.channel, one.chat)
            self._queues.setdefault(chat, []).append(one)
            if chat not in self._tasks:
                self._tasks[chat] = asyncio.create_task(self._send_all(chat))

    async def sweep(self) -> None:
        """Claim and send what is due: postponed, scheduled, or left by a process that died."""
        await self._renew()
        names = [name for name, channel in self.channels.items() if not isinstance(channel, Mailbox)]
        now = self.now()
        async with self.database.read() as connection:
            is_due = await Outbox(connection).is_due(names, now)
        room = _IN_HAND - sum(map(len, self._queues.values()))
        if is_due and room > 0:
            async with self.database.write() as connection:
                claimed = await Outbox(connection).claim(names, self.name, now, now + LEASE, room)
            self.deliver(claimed)

    async def _renew(self) -> None:
        """Keep what waits here, behind a limit of the channel perhaps, from being sent by others too."""
        if self._queues and self.now() > self._renewed + LEASE / 3:
            self._renewed = self.now()
            async with self.database.write() as connection:
                await Outbox(connection).renew(self.name, self._renewed + LEASE)

    async def stop(self, seconds: float) -> None:
        """Send what is in hand; what is not sent within `seconds` goes to the next process."""
        tasks = set(self._tasks.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._marking is not None:
            await asyncio.gather(self._marking, return_exceptions=True)
        async with self.database.write() as connection:
            await Outbox(connection).release(self.name)

    async def _send_all(self, chat: tuple[str, str]) -> None:
        try:
            while queue := self._queues.get(chat):
                one = queue[0]
                if not await self._send(one):
                    await self._release(queue)
                    break
                queue.pop(0)
        except RecordsError:
            log.exception("outbox: the records failed")  # the lease runs out, and the sweep takes it up
        finally:
            self._queues.pop(chat, None)
            del self._tasks[chat]

    async def _send(self, one: Promised) -> bool:
        """Whether the chat's next message may follow."""
        try:
            name = await self.channels[one.channel].send(one, load_reply(one.payload))
        except Later as later:
            return await self._later(one, later)
        except Blocked:
            log.info("outbox: a chat of %s is closed to us", one.channel)
            async with self.database.write() as connection:
                await People(connection).blocked(one.channel, one.chat, self.now())
                await Outbox(connection).give_up(one.channel, one.chat, BLOCKED, self.now())
            self.seen(one.channel, CLOSED)
            return False
        except Refused as refused:
            log.error("outbox: message %s was refused: %s", one.id, refused)
            async with self.database.write() as connection:
                await Outbox(connection).fail(one.id, str(refused)[:500], self.now())
            self.seen(one.channel, FAILED)
            return True
        except RecordsError:
            raise
        except Exception as error:  # it may have arrived: some attempts, not a day of them
            log.exception("outbox: message %s could not be sent", one.id)
            if one.attempts < _UNSURE:
                return await self._later(one, Later(type(error).__name__))
            async with self.database.write() as connection:
                await Outbox(connection).fail(one.id, type(error).__name__, self.now())
            self.seen(one.channel, FAILED)
            return True
        self._sent.append((one.id, name))
        self.seen(one.channel, SENT)
        if self._marking is None or self._marking.done():
            self._marking = asyncio.create_task(self._mark())
        return True

    async def _later(self, one: Promised, later: Later) -> bool:
        now = self.now()
        async with self.database.write() as connection:
            if one.attempts >= _LEAST and now - one.created_at > _PATIENCE:
                await Outbox(connection).fail(one.id, LATE, now)
                self.seen(one.channel, FAILED)
                return True
            wait = later.seconds if later.seconds is not None else min(_LONGEST, 2.0**one.attempts)
            await Outbox(connection).postpone(one.id, now + timedelta(seconds=wait))
        self.seen(one.channel, RETRIED)
        log.warning("outbox: message %s waits %.1f s: %s", one.id, wait, later)
        return False

    async def _release(self, queue: Sequence[Promised]) -> None:
        """The rest of a chat's messages, which must wait for the first."""
        async with self.database.write() as connection:
            await Outbox(connection).unclaim([one.id for one in queue[1:]])

    async def _mark(self) -> None:
        """Mark what was sent, many at a time."""
        while self._sent:
            batch, self._sent = self._sent, []
            try:
                async with self.database.write() as connection:
                    await Outbox(connection).sent(batch, self.now())
            except RecordsError:
                log.exception("outbox: sent messages could not be marked")
                self._sent = batch + self._sent
                await asyncio.sleep(1)

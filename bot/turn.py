"""One message in, its replies out, in one transaction; a chat's messages one after the other."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from bot.arrivals import Arrivals
from bot.channel import Channel, Mailbox, Watch
from bot.done import DONE, FAILED, LIMITED, SILENT, Done
from bot.history import Line, history
from bot.promising import Promising, unclaimed
from bot.transaction import Transaction
from handlers.context import Context, Deployment, Notice, Unfetched
from handlers.message import Attachment, Incoming, Reply
from handlers.routing import House
from handlers.wire import dump_incoming, load_incoming, load_reply
from records.conversations import Conversations, Open
from records.database import Database, RecordsError
from records.files import Files, FilesError
from records.inbox import Arrived, Handled, Inbox
from records.outbox import Outbox, Promised
from records.people import People, Person
from retrieval.desk import Desk

APOLOGY = "抱歉，这次没有处理成功，请再发一次。"
TOO_FAST = "您发得太快了，请过一分钟再发。这期间的消息我不会处理。"
UNREADABLE = "这个文件读不出来，请重新发送。"
ALBUM = timedelta(seconds=1.2)  # after the last part of an album nothing more of it comes
AT_ONCE = 12  # turns; each may hold two of the database's connections
_MINUTE = timedelta(minutes=1)
_AGAIN = 0.3  # seconds until a chat that another process is at, or a database that failed, is tried again
Partial = Callable[[str], Awaitable[None]]
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Turns:
    """Takes every channel's messages. What came in is on disk before `accept` returns; what goes out is, too.

    `deliver` is told of every promised message that this process is to send at once.
    """

    desk: Desk
    database: Database
    files: Files
    house: House
    deployment: Deployment
    channels: Mapping[str, Channel]
    deliver: Callable[[Sequence[Promised]], None] = lambda promised: None
    done: Callable[[Done], None] = lambda done: None
    per_minute: int = 30
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    name: str = field(default_factory=lambda: uuid4().hex)
    _chats: dict[tuple[str, str], asyncio.Task[None]] = field(default_factory=dict)
    _partials: dict[tuple[str, str], Partial] = field(default_factory=dict)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _stirred: set[tuple[str, str]] = field(default_factory=set)
    _replied: dict[tuple[str, str], asyncio.Future[tuple[Reply, ...]]] = field(default_factory=dict)
    _arrivals: Arrivals | None = None
    _stopped: bool = False

    @property
    def promising(self) -> Promising:
        """How this process promises."""
        return Promising(self.name, self.channels, self.now)

    async def accept(self, incomings: Sequence[Incoming]) -> None:
        """Keep messages and handle them in their time; one that was delivered before is dropped."""
        self._arrivals = self._arrivals or Arrivals(self.database)
        await self._arrivals.keep([_arrived(one) for one in incomings])
        for one in incomings:
            self.go_on(one.channel, one.chat)

    async def __call__(self, incoming: Incoming, partial: Partial) -> tuple[Reply, ...]:
        """The replies to a message, once it is handled; one that was delivered before gets the same replies."""
        key = (incoming.channel, incoming.id)
        self._partials[key] = partial
        replied = self._replied.setdefault(key, asyncio.get_running_loop().create_future())
        try:
            await self.accept([incoming])
            while not replied.done():
                ends: list[asyncio.Future[Any]] = [replied, self.go_on(incoming.channel, incoming.chat)]
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                if not replied.done() and (found := await self._recorded(*key)) is not None:
                    return found
            return replied.result()
        finally:
            self._partials.pop(key, None)
            self._replied.pop(key, None)

    async def _recorded(self, channel: str, message: str) -> tuple[Reply, ...] | None:
        """The replies to a message that was handled before, or elsewhere; None while it waits."""
        async with self.database.read() as connection:
            row = await Inbox(connection).find(channel, message)
            if row is None:  # its person has left, and took it along
                return ()
            if row.handled_at is None:
                return None
            return tuple(load_reply(one.payload) for one in await Outbox(connection).of(row.id))

    async def history(self, channel: str, chat: str, n: int = 20, before: int = 0) -> list[Line]:
        """The last `n` messages of a chat (before the one of that inbox id) and all it was told since, oldest first."""
        return await history(self.database, channel, chat, n, before, self.now())

    def go_on(self, channel: str, chat: str) -> asyncio.Task[None]:
        """See that the chat's waiting messages are handled; the task ends when none waits."""
        key = (channel, chat)
        self._stirred.add(key)
        task = self._chats.get(key)
        if task is None:
            task = asyncio.create_task(self._work(channel, chat))
            self._chats[key] = task
        return task

    async def sweep(self) -> None:
        """Take up what a crash, here or in another process, left unhandled."""
        async with self.database.read() as connection:
            chats = await Inbox(connection).chats(self.now() - timedelta(seconds=2))
        for channel, chat in chats:
            if channel in self.channels:
                self.go_on(channel, chat)

    async def stop(self, seconds: float) -> None:
        """Let the turns under way end; those that do not within `seconds` are undone, and start anew next time."""
        self._stopped = True
        tasks = set(self._chats.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _work(self, channel: str, chat: str) -> None:
        """Handle the messages of a chat until none waits."""
        key = (channel, chat)
        try:
            more = True
            while (more or key in self._stirred) and not (more and self._stopped):
                self._stirred.discard(key)
                more = await self._next(channel, chat)
        except RecordsError:
            log.exception("turn: the records failed")
            await asyncio.sleep(_AGAIN)
        finally:
            del self._chats[key]

    async def _next(self, channel: str, chat: str) -> bool:
        """Handle the oldest waiting message of a chat; whether there may be another."""
        async with self.database.read() as connection:
            waiting = await Inbox(connection).waiting(channel, chat, self.now() - _MINUTE)
            rows = waiting.rows
            if not rows:
                return False
            person = await People(connection).who(channel, rows[0].user)
            opened = await Conversations(connection).get(channel, chat, rows[0].user)
        if rows[0].part_of and (wait := rows[-1].received_at + ALBUM - self.now()) > timedelta():
            await asyncio.sleep(wait.total_seconds())
            return True
        incoming = merged(rows)
        partial = self._partials.get((channel, rows[0].message))
        async with self._slots, self.channels[channel].watch(incoming) as watch:
            asked = Asked(rows, incoming, person, opened, waiting.recent, partial or watch.partial, watch)
            try:
                replies, promised = await self._turn(asked)
            except Handled:
                await asyncio.sleep(_AGAIN)
                return True
        self.deliver(promised)
        replied = self._replied.get((channel, rows[0].message))
        if replied is not None and not replied.done():
            replied.set_result(replies)
        return waiting.more

    async def _opened(self, transaction: Transaction, asked: "Asked") -> Open | None:
        """The open conversation; read again where another process may have moved it on before this turn locked it."""
        if not self.database.served:
            return asked.opened
        conversations, one = Conversations(await transaction.connection()), asked.incoming
        return await conversations.get(one.channel, one.chat, one.person)

    async def _turn(self, asked: "Asked") -> tuple[tuple[Reply, ...], list[Promised]]:
        started = time.monotonic()
        try:
            replies, promised, outcome = await self._attempt(asked)
        except (Handled, RecordsError):
            raise
        except Exception:
            log.exception("turn: message %s of %s failed", asked.incoming.id, asked.incoming.channel)
            replies, outcome = (Reply(APOLOGY),), FAILED
            async with Transaction(self.database, asked.rows, self.now()) as transaction:
                promised = await self._promise(transaction, asked, replies, [])
        self.done(Done(asked.incoming, replies, asked.rows[0].id, time.monotonic() - started, outcome))
        return replies, promised

    async def _attempt(self, asked: "Asked") -> tuple[tuple[Reply, ...], list[Promised], str]:
        async with Transaction(self.database, asked.rows, self.now()) as transaction:
            context = Context(
                desk=self.desk,
                database=self.database,
                files=self.files,
                now=self.now,
                partial=asked.partial,
                write=transaction.connection,
                fetch=lambda one: self._fetch(asked.incoming.channel, one),
                deployment=self.deployment,
                person=asked.person,
                opened=await self._opened(transaction, asked),
            )
            replies: tuple[Reply, ...] = ()
            if asked.recent <= self.per_minute:
                replies = await self.house.route(context, asked.incoming)
            elif asked.recent == self.per_minute + 1:
                replies = (Reply(TOO_FAST),)
            outcome = (DONE if replies else SILENT) if asked.recent <= self.per_minute else LIMITED
            return replies, await self._promise(transaction, asked, replies, context.notices), outcome

    async def _promise(
        self, transaction: Transaction, asked: "Asked", replies: Sequence[Reply], notices: Sequence[Notice]
    ) -> list[Promised]:
        """Everything that is to be said, as rows of the turn's transaction; those that this process sends at once."""
        connection, now, incoming = await transaction.connection(), self.now(), asked.incoming
        await People(connection).used(incoming.channel, incoming.person, now)
        edits = asked.watch.shown
        waits = await Outbox(connection).held_up(incoming.channel, incoming.chat, self.name, now)
        promised = []
        for reply in replies:
            edits = edits or (incoming.pressed if reply.replaces else "")
            answers = "" if incoming.private else incoming.message
            row = self.promising.row(incoming.channel, incoming.chat, replace(reply, answers=answers), now)
            row = unclaimed(row) if waits else row
            promised.append(replace(row, inbox_id=asked.rows[0].id, edits=edits))
            edits = ""
        promised += await self.promising.notices(connection, notices)
        ids = await Outbox(connection).add(promised)
        numbered = [replace(one, id=i) for one, i in zip(promised, ids, strict=True)]
        return [one for one in numbered if one.claimed_by == self.name]

    async def _fetch(self, channel: str, attachment: Attachment) -> bytes:
        here = self.channels[channel]
        if not isinstance(here, Mailbox):
            return await here.fetch(attachment)
        try:
            return await self.files.get(attachment.ref)
        except FilesError as error:
            raise Unfetched(UNREADABLE) from error


@dataclass(frozen=True, slots=True)
class Asked:
    """A waiting message with what its turn needs: who writes, and how many messages of theirs came within a minute."""

    rows: Sequence[Arrived]
    incoming: Incoming
    person: Person | None
    opened: Open | None
    recent: int
    partial: Partial
    watch: Watch


def merged(rows: Sequence[Arrived]) -> Incoming:
    """A message, or the parts of an album as one: the first part's id, everyone's text and files."""
    parts = [load_incoming(row.payload) for row in rows]
    text = "\n".join(part.text for part in parts if part.text)
    return replace(parts[0], text=text, attachments=tuple(one for part in parts for one in part.attachments))


def _arrived(incoming: Incoming) -> Arrived:
    return Arrived(
        channel=incoming.channel,
        message=incoming.id,
        chat=incoming.chat,
        user=incoming.person,
        received_at=incoming.received,
        payload=dump_incoming(incoming),
        part_of=incoming.group,
    )

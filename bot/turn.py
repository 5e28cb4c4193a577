"""One message in, its replies out, in one transaction; a chat's messages one after the other."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from bot.channel import Channel, Mailbox, Watch
from bot.done import DONE, FAILED, LIMITED, SILENT, Done
from handlers.clock import audible
from handlers.context import Context, Deployment, Notice, Unfetched
from handlers.message import Attachment, Incoming, Reply
from handlers.routing import House
from handlers.wire import dump_incoming, dump_reply, load_incoming, load_reply
from records.database import Connection, Database, RecordsError
from records.files import Files, FilesError
from records.inbox import Arrived, Handled, Inbox
from records.outbox import Outbox, Promised
from records.people import People, Person
from retrieval.desk import Desk

APOLOGY = "抱歉，这次没有处理成功，请再发一次。"
TOO_FAST = "您发得太快了，请过一分钟再发。这期间的消息我不会处理。"
UNREADABLE = "这个文件读不出来，请重新发送。"
ALBUM = timedelta(seconds=1.2)  # after the last part of an album nothing more of it comes
LEASE = timedelta(seconds=30)
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
    _stopped: bool = False

    async def accept(self, incomings: Sequence[Incoming]) -> None:
        """Keep messages and handle them in their time; one that was delivered before is dropped."""
        rows = [_arrived(one) for one in incomings]
        async with self.database.write() as connection:
            await Inbox(connection).add(rows)
        for row in rows:
            self.go_on(row.channel, row.chat)

    async def __call__(self, incoming: Incoming, partial: Partial) -> tuple[Reply, ...]:
        """The replies to a message, once it is handled; one that was delivered before gets the same replies."""
        key = (incoming.channel, incoming.id)
        self._partials[key] = partial
        try:
            await self.accept([incoming])
            while True:
                async with self.database.read() as connection:
                    row = await Inbox(connection).find(*key)
                    if row is None:  # its person has left, and took it along
                        return ()
                    if row.handled_at is not None:
                        return tuple(load_reply(one.payload) for one in await Outbox(connection).of(row.id))
                await asyncio.wait([self.go_on(incoming.channel, incoming.chat)])
        finally:
            self._partials.pop(key, None)

    async def history(self, channel: str, chat: str, n: int = 20, before: int = 0) -> list["Line"]:
        """The last `n` messages of a chat (before the one of that inbox id) and all it was told since, oldest first."""
        async with self.database.read() as connection:
            said = await Inbox(connection).past(channel, chat, n, before)
            since = said[0].id if len(said) == n else 0
            told = await Outbox(connection).past(channel, chat, since, before, self.now())
        lines = [Line(row.received_at, load_incoming(row.payload), id=row.id) for row in said]
        lines += [line(row) for row in told]
        return sorted(lines, key=lambda line: line.at)

    def go_on(self, channel: str, chat: str) -> asyncio.Task[None]:
        """See that the chat's waiting messages are handled; the task ends when none waits."""
        task = self._chats.get((channel, chat))
        if task is None:
            task = asyncio.create_task(self._work(channel, chat))
            self._chats[channel, chat] = task
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
        try:
            while await self._next(channel, chat):
                if self._stopped:
                    return
        except RecordsError:
            log.exception("turn: the records failed")
            await asyncio.sleep(_AGAIN)
        finally:
            del self._chats[channel, chat]
        # what came between the last look and here would wait for the sweep
        if not self._stopped and await self._waits(channel, chat):
            self.go_on(channel, chat)

    async def _waits(self, channel: str, chat: str) -> bool:
        try:
            async with self.database.read() as connection:
                return bool(await Inbox(connection).waiting(channel, chat))
        except RecordsError:
            return False

    async def _next(self, channel: str, chat: str) -> bool:
        """Handle the oldest waiting message of a chat; False when there is none."""
        async with self.database.read() as connection:
            rows = await Inbox(connection).waiting(channel, chat)
        if not rows:
            return False
        if rows[0].part_of and (wait := rows[-1].received_at + ALBUM - self.now()) > timedelta():
            await asyncio.sleep(wait.total_seconds())
            return True
        incoming = merged(rows)
        channel_, partial = self.channels[channel], self._partials.get((channel, rows[0].message))
        async with self._slots, channel_.watch(incoming) as watch:
            try:
                promised = await self._turn(rows, incoming, partial or watch.partial, watch)
            except Handled:
                await asyncio.sleep(_AGAIN)
                return True
        self.deliver(promised)
        return True

    async def _turn(
        self, rows: Sequence[Arrived], incoming: Incoming, partial: Partial, watch: Watch
    ) -> list[Promised]:
        started = time.monotonic()
        try:
            promised, replies, outcome = await self._attempt(rows, incoming, partial, watch)
        except (Handled, RecordsError):
            raise
        except Exception:
            log.exception("turn: message %s of %s failed", incoming.id, incoming.channel)
            replies, outcome = (Reply(APOLOGY),), FAILED
            async with Transaction(self.database, rows, self.now()) as transaction:
                promised = await self._promise(transaction, rows, incoming, replies, [], watch)
        self.done(Done(incoming, replies, rows[0].id, time.monotonic() - started, outcome))
        return promised

    async def _attempt(
        self, rows: Sequence[Arrived], incoming: Incoming, partial: Partial, watch: Watch
    ) -> tuple[list[Promised], tuple[Reply, ...], str]:
        async with Transaction(self.database, rows, self.now()) as transaction:
            person, recent = await self._who(incoming, rows)
            context = Context(
                desk=self.desk,
                database=self.database,
                files=self.files,
                now=self.now,
                partial=partial,
                write=transaction.connection,
                fetch=lambda one: self._fetch(incoming.channel, one),
                deployment=self.deployment,
                person=person,
            )
            replies: tuple[Reply, ...] = ()
            if recent <= self.per_minute:
                replies = await self.house.route(context, incoming)
            elif recent == self.per_minute + 1:
                replies = (Reply(TOO_FAST),)
            return await self._promise(transaction, rows, incoming, replies, context.notices, watch)

    async def _who(self, incoming: Incoming, rows: Sequence[Arrived]) -> tuple[Person | None, int]:
        """Who writes, and how many messages came from them within a minute."""
        async with self.database.read() as connection:
            people = People(connection)
            person = await people.who(incoming.channel, incoming.person)
            since = incoming.received - _MINUTE
            recent = await Inbox(connection).count(incoming.channel, incoming.person, since, rows[-1].id)
        return person, recent - (len(rows) - 1)

    async def _promise(
        self,
        transaction: "Transaction",
        rows: Sequence[Arrived],
        incoming: Incoming,
        replies: Sequence[Reply],
        notices: Sequence[Notice],
        watch: Watch,
    ) -> list[Promised]:
        """Everything that is to be said, as rows of the turn's transaction; those that this process sends at once."""
        connection, now = await transaction.connection(), self.now()
        await People(connection).used(incoming.channel, incoming.person, now)
        edits = watch.shown
        promised = []
        for reply in replies:
            edits = edits or (incoming.pressed if reply.replaces else "")
            answers = "" if incoming.private else incoming.message
            row = self._row(incoming.channel, incoming.chat, replace(reply, answers=answers), now)
            promised.append(replace(row, inbox_id=rows[0].id, edits=edits))
            edits = ""
        for notice in notices:
            promised += [one for one in [await self.notice(connection, notice)] if one is not None]
        ids = await Outbox(connection).add(promised)
        numbered = [replace(one, id=i) for one, i in zip(promised, ids, strict=True)]
        return [one for one in numbered if one.claimed_by == self.name]

    async def notice(self, connection: Connection, notice: Notice) -> Promised | None:
        """A notice as a row, due when its person may be disturbed; None for someone who cannot be reached."""
        people = People(connection)
        person, accounts = await people.get(notice.person_id), await people.accounts(notice.person_id)
        if person is None or not accounts:
            return None
        now = self.now()
        due = now if notice.urgent else audible(now, ZoneInfo(person.zone), person.quiet_from, person.quiet_to)
        row = self._row(accounts[0].channel, accounts[0].chat, notice.reply, due)
        return replace(row, person_id=person.id)

    def _row(self, channel: str, chat: str, reply: Reply, due: datetime) -> Promised:
        now = self.now()
        row = Promised(channel, chat, now, due, dump_reply(reply))
        here = self.channels.get(channel)
        if isinstance(here, Mailbox):
            return replace(row, ended_at=now)
        if here is None or due > now:
            return row
        return replace(row, claimed_by=self.name, claimed_until=now + LEASE)

    async def _fetch(self, channel: str, attachment: Attachment) -> bytes:
        here = self.channels[channel]
        if not isinstance(here, Mailbox):
            return await here.fetch(attachment)
        try:
            return await self.files.get(attachment.ref)
        except FilesError as error:
            raise Unfetched(UNREADABLE) from error


@dataclass(frozen=True, slots=True)
class Line:
    """Something said in a chat with its id in the inbox, or a reply or a notice with its id in the outbox.

    `edits` is the message that the reply takes the place of; a notice was not `asked` for.
    """

    at: datetime
    said: Incoming | None
    reply: Reply | None = None
    id: int = 0
    edits: str = ""
    asked: bool = False


def line(row: Promised) -> Line:
    """A message of the outbox."""
    return Line(row.due_at, None, load_reply(row.payload), row.id, row.edits, row.inbox_id is not None)


class Transaction:
    """The one transaction of a turn, opened when it is first needed; it marks the turn's messages as handled.

    On a server it is opened at once, and keeps other processes off the chat. Left without a fault it commits.
    """

    def __init__(self, database: Database, rows: Sequence[Arrived], now: datetime) -> None:
        self._database, self._rows, self._now = database, rows, now
        self._stack = AsyncExitStack()
        self._opened: Connection | None = None

    async def connection(self) -> Connection:
        """The transaction's connection; raises Handled when another process was quicker."""
        if self._opened is None:
            self._opened = await self._stack.enter_async_context(self._database.write())
            inbox, first = Inbox(self._opened), self._rows[0]
            if not await inbox.lock(first.channel, first.chat):
                raise Handled(first.id)
            await inbox.handle([row.id for row in self._rows], self._now)
        return self._opened

    async def __aenter__(self) -> "Transaction":
        if self._database.served:
            try:
                await self.connection()
            except BaseException as error:
                await self._stack.__aexit__(type(error), error, error.__traceback__)
                raise
        return self

    async def __aexit__(self, *fault: object) -> None:
        await self._stack.__aexit__(*fault)  # type: ignore[arg-type]  # passed on as it came


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

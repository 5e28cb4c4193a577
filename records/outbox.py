"""What was promised to people: replies, notifications, reminders; kept until it is sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, and_, bindparam, cast, delete, func, insert, or_, select, update

from records.connection import Connection
from records.tables import outbox

LATE, BLOCKED = "late", "blocked"
_BEYOND = 2**62


@dataclass(frozen=True, slots=True)
class Promised:
    """One message to a chat.

    `inbox_id` is the message it replies to, None for what was sent by itself; `edits` the channel's message it takes
    the place of; `sent_as` what the channel called it once it was sent: its own id where the far end comes to read.
    """

    channel: str
    chat: str
    created_at: datetime
    due_at: datetime
    payload: dict[str, Any]
    person_id: int | None = None
    inbox_id: int | None = None
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    attempts: int = 0
    edits: str = ""
    sent_as: str = ""
    failure: str | None = None
    ended_at: datetime | None = None
    id: int = 0


_NAMES = tuple(Promised.__dataclass_fields__)


class Outbox:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, rows: Sequence[Promised]) -> list[int]:
        """Promise messages; returns their ids in order. One that need not be sent is called by its id."""
        ids = []
        for row in rows:
            values = {name: getattr(row, name) for name in _NAMES if name != "id"}
            added = await self._connection.execute(_ADD, values)
            ids.append(int(added.scalar_one()))
            if row.ended_at is not None and not row.sent_as:
                called = update(outbox).where(outbox.c.id == ids[-1]).values(sent_as=str(ids[-1]))
                await self._connection.execute(called)
        return ids

    async def held_up(self, channel: str, chat: str, by: str, now: datetime) -> bool:
        """Whether earlier messages of a chat wait, so that what this process adds must not be sent at once.

        Those that this process is sending itself do not count, nor those that are for later.
        """
        values = {"of_channel": channel, "of_chat": chat, "by": by, "at": now}
        return (await self._connection.execute(HELD_UP, values)).first() is not None

    async def of(self, inbox_id: int) -> list[Promised]:
        """The replies to a message, in order."""
        rows = await self._connection.execute(select(outbox).where(outbox.c.inbox_id == inbox_id).order_by(outbox.c.id))
        return [_promised(row) for row in rows]

    async def claim(
        self, channels: Iterable[str], by: str, now: datetime, until: datetime, limit: int = 100
    ) -> list[Promised]:
        """Take what is due and nobody's, or whose sender has died, for this process until then.

        Only the first unsent messages of a chat are taken, and none of a chat that another process is sending to.
        """
        due = select(outbox.c.id).where(*self._due(channels, now), ~self._held_up(now, by))
        chosen = due.order_by(outbox.c.id).limit(limit).with_for_update(skip_locked=True)
        taken = update(outbox).where(outbox.c.id.in_(chosen.scalar_subquery()))
        rows = await self._connection.execute(taken.values(claimed_by=by, claimed_until=until).returning(outbox))
        return sorted((_promised(row) for row in rows), key=lambda one: one.id)

    def _due(self, channels: Iterable[str], now: datetime) -> tuple[Any, ...]:
        return (
            outbox.c.ended_at.is_(None),
            outbox.c.due_at <= now,
            outbox.c.channel.in_(list(channels)),
            or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until < now),
        )

    def _held_up(self, now: datetime, by: str) -> Any:
        """Whether an earlier message of the chat waits for its time or is with another process."""
        earlier = outbox.alias("earlier")
        elsewhere = and_(earlier.c.claimed_until >= now, earlier.c.claimed_by != by)
        return (
            select(earlier.c.id)
            .where(
                earlier.c.channel == outbox.c.channel,
                earlier.c.chat == outbox.c.chat,
                earlier.c.id < outbox.c.id,
                earlier.c.ended_at.is_(None),
                or_(and_(earlier.c.due_at > now, earlier.c.attempts > 0), elsewhere),
            )
            .exists()
        )

    async def sent(self, done: Sequence[tuple[int, str]], now: datetime) -> None:
        """These (id, what the channel calls it) have arrived."""
        if done:
            await self._connection.execute(_SENT, [{"row": i, "name": name, "at": now} for i, name in done])

    async def postpone(self, row_id: int, due: datetime) -> None:
        """Try again then."""
        values = {"due_at": due, "claimed_by": None, "claimed_until": None, "attempts": outbox.c.attempts + 1}
        await self._connection.execute(update(outbox).where(outbox.c.id == row_id).values(values))

    async def fail(self, row_id: int, why: str, now: datetime) -> None:
        """Give it up."""
        values = {"ended_at": now, "failure": why, "claimed_by": None, "claimed_until": None}
        await self._connection.execute(update(outbox).where(outbox.c.id == row_id).values(values))

    async def give_up(self, channel: str, chat: str, why: str, now: datetime) -> None:
        """Nothing more reaches this chat."""
        here = (outbox.c.channel == channel) & (outbox.c.chat == chat) & outbox.c.ended_at.is_(None)
        await self._connection.execute(update(outbox).where(here).values(ended_at=now, failure=why))

    async def is_due(self, channels: Iterable[str], now: datetime) -> bool:
        """Whether there may be something to claim."""
        query = select(outbox.c.id).where(*self._due(channels, now)).limit(1)
        return (await self._connection.execute(query)).first() is not None

    async def renew(self, by: str, until: datetime) -> None:
        """This process still means to send what it has claimed."""
        mine = (outbox.c.claimed_by == by) & outbox.c.ended_at.is_(None)
        await self._connection.execute(update(outbox).where(mine).values(claimed_until=until))

    async def unclaim(self, ids: Sequence[int]) -> None:
        """These are nobody's again."""
        mine = outbox.c.id.in_(list(ids)) & outbox.c.ended_at.is_(None)
        await self._connection.execute(update(outbox).where(mine).values(claimed_by=None, claimed_until=None))

    async def release(self, by: str | None = None) -> None:
        """A process, or every one, sends nothing any more."""
        mine = outbox.c.ended_at.is_(None) & outbox.c.claimed_by.is_not(None)
        if by is not None:
            mine &= outbox.c.claimed_by == by
        await self._connection.execute(update(outbox).where(mine).values(claimed_by=None, claimed_until=None))

    async def shown(self, channel: str, chat: str, sent_as: str) -> Promised | None:
        """The newest message that the channel calls so."""
        here = (outbox.c.channel == channel) & (outbox.c.chat == chat) & (outbox.c.sent_as == sent_as)
        row = (await self._connection.execute(select(outbox).where(here).order_by(outbox.c.id.desc()))).first()
        return _promised(row) if row else None

    async def since(self, channel: str, chat: str, at: datetime, now: datetime, n: int) -> list[Promised]:
        """What a chat is to hear after that moment, up to now, at most `n`; the first due first."""
        here = (outbox.c.channel == channel) & (outbox.c.chat == chat)
        query = select(outbox).where(here, outbox.c.due_at > at, outbox.c.due_at <= now)
        rows = await self._connection.execute(query.order_by(outbox.c.due_at, outbox.c.id).limit(n))
        return [_promised(row) for row in rows]

    async def newest(self, channel: str, row_id: int) -> list[tuple[int, str]]:
        """(id, chat) of a channel's messages after that one."""
        query = select(outbox.c.id, outbox.c.chat).where(outbox.c.channel == channel, outbox.c.id > row_id)
        return [(row.id, row.chat) for row in await self._connection.execute(query)]

    async def last(self) -> int:
        """The id of the newest message of all; 0 when there is none."""
        query = select(func.coalesce(func.max(outbox.c.id), 0))
        return int((await self._connection.execute(query)).scalar_one())

    async def past(self, channel: str, chat: str, since: int, before: int, now: datetime) -> list[Promised]:
        """What a chat was told from the reply to the message of inbox id `since` (0: from the beginning) up to the
        one to `before` (0: up to now).
        """
        here = (outbox.c.channel == channel) & (outbox.c.chat == chat) & (outbox.c.due_at <= now)
        query = select(outbox).where(here).order_by(outbox.c.id)
        if since:
            query = query.where(outbox.c.id >= _reply_from(here, since))
        if before:
            query = query.where(outbox.c.id < _reply_from(here, before))
        return [_promised(row) for row in await self._connection.execute(query)]

    async def readdress(self, channel: str, chat: str, to: str) -> None:
        """What was for one chat is for another."""
        here = (outbox.c.channel == channel) & (outbox.c.chat == chat)
        await self._connection.execute(update(outbox).where(here).values(chat=to))

    async def was_sent(self, channel: str, chat: str, ref: str) -> list[Promised]:
        """The messages of a chat that speak of this ref (64 digits), as a file they carry does."""
        here = (outbox.c.channel == channel) & (outbox.c.chat == chat)
        query = select(outbox).where(here, cast(outbox.c.payload, Text).contains(ref, autoescape=True))
        return [_promised(row) for row in await self._connection.execute(query.order_by(outbox.c.id))]

    async def unsent(self) -> int:
        """How many messages wait."""
        query = select(func.count()).select_from(outbox).where(outbox.c.ended_at.is_(None))
        return int((await self._connection.execute(query)).scalar_one())

    async def purge(self, before: datetime) -> None:
        """Forget what was sent before then."""
        old = outbox.c.ended_at.is_not(None) & (outbox.c.created_at < before)
        await self._connection.execute(delete(outbox).where(old))


def _reply_from(here: Any, inbox_id: int) -> Any:
    """The id of the first reply to the message of that inbox id, or to a later one; beyond all when there is none."""
    first = select(func.min(outbox.c.id)).where(here, outbox.c.inbox_id >= inbox_id).scalar_subquery()
    return func.coalesce(first, _BEYOND)


_ADD = insert(outbox).returning(outbox.c.id)
_SENT = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(ended_at=bindparam("at"), sent_as=bindparam("name"), claimed_by=None, claimed_until=None)
)
HELD_UP = (
    select(outbox.c.id)
    .where(
        outbox.c.channel == bindparam("of_channel"),
        outbox.c.chat == bindparam("of_chat"),
        outbox.c.ended_at.is_(None),
        or_(outbox.c.claimed_by.is_(None), outbox.c.claimed_by != bindparam("by")),
        or_(outbox.c.due_at <= bindparam("at"), outbox.c.attempts > 0),
    )
    .limit(1)
)


def _promised(row: Any) -> Promised:
    return Promised(**{name: getattr(row, name) for name in _NAMES})

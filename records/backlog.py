"""What waits: messages that nobody has handled, and messages that are due and not sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, func, select

from records.connection import Connection
from records.tables import inbox, outbox


@dataclass(frozen=True, slots=True)
class Backlog:
    """Waiting messages by channel, and since when the oldest waits; None where none does."""

    inbox: dict[str, int]
    outbox: dict[str, int]
    oldest_inbox: datetime | None
    oldest_outbox: datetime | None


async def backlog(connection: Connection, channels: Iterable[str], now: datetime) -> Backlog:
    """What waits in these channels; a message that is to be sent later does not wait yet."""
    names = list(channels)
    came = await _waiting(connection, inbox, inbox.c.received_at, names, inbox.c.handled_at.is_(None))
    due = outbox.c.ended_at.is_(None) & (outbox.c.due_at <= now)
    goes = await _waiting(connection, outbox, outbox.c.due_at, names, due)
    return Backlog(came[0], goes[0], came[1], goes[1])


async def channels(connection: Connection) -> set[str]:
    """Every channel in which something waits."""
    found: set[str] = set()
    for table, waits in ((inbox, inbox.c.handled_at.is_(None)), (outbox, outbox.c.ended_at.is_(None))):
        found.update((await connection.execute(select(table.c.channel).where(waits).distinct())).scalars())
    return found


async def failures(connection: Connection, since: datetime) -> dict[str, int]:
    """How many messages were given up since then, by reason."""
    lost = outbox.c.failure.is_not(None) & (outbox.c.ended_at >= since)
    query = select(outbox.c.failure, func.count()).where(lost).group_by(outbox.c.failure)
    return {str(row[0]): int(row[1]) for row in await connection.execute(query)}


@dataclass(frozen=True, slots=True)
class Traffic:
    """What passed in a channel, as far as it is kept: messages and presses that came, offers of buttons that went."""

    messages: int
    presses: int
    offered: int


async def traffic(connection: Connection, channel: str) -> Traffic:
    """Whether messages come, and presses too."""
    pressed = cast(inbox.c.payload, Text).like('%"action":%')
    offers = outbox.c.sent_as.is_not(None) & (outbox.c.sent_as != "") & outbox.c.failure.is_(None)
    offers &= cast(outbox.c.payload, Text).like('%"buttons":%')
    came = (await connection.execute(
        select(func.count(), func.count().filter(pressed)).where(inbox.c.channel == channel)
    )).one()  # fmt: skip
    went = await connection.execute(select(func.count()).where(outbox.c.channel == channel, offers))
    return Traffic(int(came[0]) - int(came[1]), int(came[1]), int(went.scalar_one()))


async def _waiting(
    connection: Connection, table: Any, since: Any, channels: list[str], where: Any
) -> tuple[dict[str, int], datetime | None]:
    query = select(table.c.channel, func.count().label("n"), func.min(since).label("oldest"))
    rows = (await connection.execute(query.where(where, table.c.channel.in_(channels)).group_by(table.c.channel))).all()
    return {row.channel: row.n for row in rows}, min((row.oldest for row in rows), default=None)

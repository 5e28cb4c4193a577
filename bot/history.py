"""What was said in a chat and what it was told, one line after the other."""

from dataclasses import dataclass
from datetime import datetime

from handlers.message import Incoming, Reply
from handlers.wire import load_incoming, load_reply
from records.database import Database
from records.inbox import Inbox
from records.outbox import Outbox, Promised


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


async def history(database: Database, channel: str, chat: str, n: int, before: int, now: datetime) -> list[Line]:
    """The last `n` messages of a chat (before the one of that inbox id) and all it was told since, oldest first."""
    async with database.read() as connection:
        said = await Inbox(connection).past(channel, chat, n, before)
        since = said[0].id if len(said) == n else 0
        told = await Outbox(connection).past(channel, chat, since, before, now)
    lines = [Line(row.received_at, load_incoming(row.payload), id=row.id) for row in said]
    lines += [line(row) for row in told]
    return sorted(lines, key=lambda line: line.at)

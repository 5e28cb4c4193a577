"""What was uploaded to a chat: only that may be attached there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select

from records.connection import Connection
from records.tables import upload


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in the store (records/files.py) under `ref`; `size` is in bytes, `kind` as in Attachment."""

    channel: str
    chat: str
    ref: str
    name: str
    media_type: str
    size: int
    kind: str
    uploaded_at: datetime


class Uploads:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, one: Upload) -> None:
        """Note a file."""
        values = {name: getattr(one, name) for name in Upload.__dataclass_fields__}
        await self._connection.execute(insert(upload).values(values))

    async def of(self, channel: str, chat: str, refs: Sequence[str]) -> list[Upload]:
        """Those of a chat with these refs, in the order of `refs`; where one came twice, as it came last."""
        here = (upload.c.channel == channel) & (upload.c.chat == chat) & upload.c.ref.in_(list(refs))
        rows = await self._connection.execute(select(upload).where(here).order_by(upload.c.id))
        found = {row.ref: _upload(row) for row in rows}
        return [found[ref] for ref in refs if ref in found]

    async def count(self, channel: str, chat: str, since: datetime) -> int:
        """How many came from a chat since then."""
        here = (upload.c.channel == channel) & (upload.c.chat == chat) & (upload.c.uploaded_at > since)
        return int((await self._connection.execute(select(func.count()).select_from(upload).where(here))).scalar_one())

    async def purge(self, before: datetime) -> None:
        """Forget what was uploaded before then."""
        await self._connection.execute(delete(upload).where(upload.c.uploaded_at < before))


def _upload(row: Any) -> Upload:
    return Upload(**{name: getattr(row, name) for name in Upload.__dataclass_fields__})

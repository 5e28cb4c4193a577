"""The one transaction of a turn."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime

from records.database import Connection, Database
from records.inbox import Arrived, Handled, Inbox


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

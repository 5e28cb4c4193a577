"""What arrives together is put on disk together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from records.database import Database
from records.inbox import Arrived, Inbox


@dataclass(slots=True)
class Arrivals:
    """Keeps messages in the inbox: while one transaction commits, those that come in meanwhile wait for the next."""

    database: Database
    _waiting: list[tuple[Sequence[Arrived], asyncio.Future[None]]] = field(default_factory=list)
    _keeping: asyncio.Task[None] | None = None

    async def keep(self, rows: Sequence[Arrived]) -> None:
        """On disk when it returns; what was delivered before is dropped. Raises RecordsError."""
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, kept))
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._keep())
        await kept

    async def _keep(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            fault: BaseException | None = None
            try:
                async with self.database.write() as connection:
                    await Inbox(connection).add([row for rows, _ in waiting for row in rows])
            except BaseException as error:  # those who wait are told, whatever it is
                fault = error
            for _, kept in waiting:
                if not kept.done():
                    kept.set_result(None) if fault is None else kept.set_exception(fault)
            if fault is not None and not isinstance(fault, Exception):
                raise fault

"""What happens by the clock: reminders, unsent and unhandled messages, forgetting; every process may tick."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.outbox import Delivery
from bot.turn import Turns
from handlers.context import Notice
from handlers.reminding import fire
from records.database import RecordsError
from records.inbox import Inbox
from records.invites import Logins
from records.outbox import Outbox
from records.people import People
from records.reminders import Reminders
from records.uploads import Uploads

KEPT = timedelta(days=30)  # messages handled and sent; a channel delivers again for at most 8 hours
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ticking:
    """The jobs of a serving process."""

    turns: Turns
    delivery: Delivery

    async def reminders(self) -> None:
        """Promise what is due; claimed in the same transaction, so that no two processes say it.

        Some at a time, so that those who write meanwhile do not wait for a whole morning's push.
        """
        now, seen = self.turns.now(), set[int]()
        while True:
            async with self.turns.database.read() as connection:
                if not await Reminders(connection).is_due(now):
                    return
            fired = await self._fire(now)
            if not fired - seen:
                return
            seen |= fired

    async def _fire(self, now: datetime) -> set[int]:
        async with self.turns.database.write() as connection:
            due, notices = await Reminders(connection).due(now), list[Notice]()
            people = await People(connection).several(one.person_id for one in due)
            for one in due:
                try:
                    notices += await fire(connection, one, people.get(one.person_id), now, self.turns.deployment.school)
                except (LookupError, TypeError, ValueError):  # it has moved on, and must not hold up the others
                    log.exception("tick: reminder %s of kind %s failed", one.id, one.kind)
                await asyncio.sleep(0)  # SQLite's statements run in the loop: let others in between
            await Outbox(connection).add(await self.turns.promising.notices(connection, notices))
        return {one.id for one in due}

    async def forget(self) -> None:
        """Drop messages and logins that are long over."""
        now = self.turns.now()
        async with self.turns.database.write(long=True) as connection:
            await Inbox(connection).purge(now - KEPT)
            await Outbox(connection).purge(now - KEPT)
            await Logins(connection).purge(now)
            await Uploads(connection).purge(now - KEPT)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tick while the block lasts."""
        scheduler = AsyncIOScheduler(timezone="UTC")
        jobs = ((self.delivery.sweep, 1), (self.turns.sweep, 2), (self.reminders, 1), (self.forget, 3600))
        for job, seconds in jobs:
            scheduler.add_job(
                _calm(job), "interval", seconds=seconds, coalesce=True, max_instances=1, misfire_grace_time=None
            )
        scheduler.start()
        try:
            yield
        finally:
            scheduler.shutdown(wait=False)


def _calm(job: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """A fault ends this tick, not the ticking."""

    async def calm() -> None:
        try:
            await job()
        except RecordsError as error:
            log.warning("tick: %s", error)
        except Exception:
            log.exception("tick: %s failed", job.__qualname__)

    return calm

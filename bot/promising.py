"""Replies and notices as rows of the outbox: when they are due, and who sends them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.channel import Channel, Mailbox
from handlers.clock import audible
from handlers.context import Notice
from handlers.message import Reply
from handlers.wire import dump_reply
from records.database import Connection
from records.outbox import Promised
from records.people import Account, People, Person

LEASE = timedelta(seconds=30)  # after it, what a process had claimed is free for others


@dataclass(frozen=True, slots=True)
class Promising:
    """One process's way to promise; `name` is the process's."""

    name: str
    channels: Mapping[str, Channel]
    now: Callable[[], datetime]

    def row(self, channel: str, chat: str, reply: Reply, due: datetime) -> Promised:
        """A message that this process sends at once where it is due now and the channel is ours."""
        now = self.now()
        row = Promised(channel, chat, now, due, dump_reply(reply))
        here = self.channels.get(channel)
        if isinstance(here, Mailbox):
            return replace(row, ended_at=now)
        if here is None or due > now:
            return row
        return replace(row, claimed_by=self.name, claimed_until=now + LEASE)

    async def notices(self, connection: Connection, notices: Sequence[Notice]) -> list[Promised]:
        """Notices, each due when its person may be disturbed; none for someone who cannot be reached."""
        if not notices:
            return []
        people, whom = People(connection), {one.person_id for one in notices}
        known, accounts = await people.several(whom), await people.accounts_of(whom)
        return [
            self._notice(one, known[one.person_id], accounts[one.person_id][0])
            for one in notices
            if one.person_id in known and accounts[one.person_id]
        ]

    def _notice(self, notice: Notice, person: Person, account: Account) -> Promised:
        now = self.now()
        due = now if notice.urgent else audible(now, ZoneInfo(person.zone), person.quiet_from, person.quiet_to)
        row = self.row(account.channel, account.chat, notice.reply, due)
        return unclaimed(replace(row, person_id=person.id))


def unclaimed(row: Promised) -> Promised:
    """The same, for whichever process comes first: other messages of its chat may have to go before it."""
    return replace(row, claimed_by=None, claimed_until=None)

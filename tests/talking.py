"""A colleague who talks with the house: sends files and places, replies to messages, writes in groups."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from conftest import Chat

from bot.app import App
from bot.channel import Mailbox
from handlers.message import Attachment, Incoming, Place, Reply
from handlers.wire import load_reply
from records.outbox import Outbox, Promised
from records.people import People, Person
from records.stores import Store, Stores

NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)  # a Monday, 12:00 in Shanghai


@dataclass
class Talk(Chat):
    """A chat whose messages may hold more than a text or a press."""

    partials: list[str] = field(default_factory=list)

    async def be(self, role: str, *stores: Store, **changes: Any) -> Person:
        """Be someone of this role at these stores."""
        person = await self.join(role)
        async with self.app.database.write() as connection:
            people = People(connection)
            await people.change(person.id, role=role, **changes)
            for store in stores:
                await people.assign(person.id, store.id)
        return await self.who()

    async def who(self) -> Person:
        """Whom the house takes this for."""
        found = await self.known()
        assert found is not None
        return found

    async def known(self) -> Person | None:
        """Whom the house takes this for, if anyone."""
        async with self.app.database.read() as connection:
            return await People(connection).who(self.channel, self.person)

    async def send(self, text: str = "", **fields: Any) -> str:
        """What is answered to a message of any kind."""
        self.app.channels.setdefault(self.channel, Mailbox(self.channel))
        now, name = self.app.turns.now(), fields.pop("id", "") or uuid4().hex
        incoming = Incoming(name, self.channel, self.name, self.person, now, text, **fields)
        self.replies = await self.app.turns(incoming, self._watched)
        return "\n".join(reply.text for reply in self.replies)

    async def file(self, name: str, content: bytes, text: str = "", *, kind: str = "file", size: int = 0) -> str:
        """What is answered to a file."""
        ref = await self.app.turns.files.put(content)
        return await self.send(text, attachments=(Attachment(name, "", ref, size, kind),))

    async def share(self, latitude: float, longitude: float) -> str:
        """What is answered to one's location."""
        return await self.send(place=Place(latitude, longitude))

    async def reply(self, to: Reply, text: str) -> str:
        """What is answered to a reply to one of the messages of this chat."""
        [row] = [row for row in await self.told() if load_reply(row.payload) == to]
        return await self.send(text, answers=row.sent_as)

    async def told(self) -> list[Promised]:
        """Everything this chat was told."""
        async with self.app.database.read() as connection:
            return await Outbox(connection).past(
                self.channel, self.name, 0, 0, self.app.turns.now() + timedelta(days=9)
            )

    async def heard(self) -> list[str]:
        """The texts of what this chat was told without having asked."""
        return [row.payload["text"] for row in await self.told() if row.inbox_id is None]

    async def _send(self, text: str, action: str, message: str) -> str:
        if not self.stranger:
            await self.join()
        return await self.send(text, action=action, id=message)

    async def _watched(self, text: str) -> None:
        self.partials.append(text)


@dataclass
class Clock:
    """The time as a test wants it, in the house and in its turns."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def on(self, **more: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**more)
        return self.now


async def store(app: App, code: str = "SH-01", name: str = "浦东店", region: str = "华东") -> Store:
    """A store that is there."""
    async with app.database.write() as connection:
        return await Stores(connection).save(code, name, region)

"""A supervisor who checks stores, the people of those stores, and someone of another one."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from conftest import Chat
from photographs import jpeg, scene
from talking import NOON, Clock, Talk, store

from bot.app import App
from handlers.message import Attachment
from records.checks import Check, Checks, Wanted
from records.people import People
from records.stores import Store, Stores


@cache
def picture(seed: int) -> bytes:
    """A photo in which nothing stands out."""
    return jpeg(scene(seed, 1280, 960))


@dataclass
class Visitor(Talk):
    """A colleague whose messages are counted, and who taps buttons by the whole of their text."""

    said: int = 0

    async def send(self, text: str = "", **fields: Any) -> str:
        """What is answered to a message of any kind."""
        self.said += 1
        return await super().send(text, **fields)

    async def tap(self, text: str) -> str:
        """Press the button of the last replies that is called this."""
        [button] = [button for button in self.buttons if button.text == text]
        return await self.act(button.action)

    async def taps(self, *texts: str) -> str:
        """Press one after the other; what is answered to the last."""
        for text in texts:
            answered = await self.tap(text)
        return answered

    async def photo(self, *seeds: int, text: str = "") -> str:
        """What is answered to photos that come as one message."""
        refs = [await self.app.turns.files.put(picture(seed)) for seed in seeds]
        return await self.send(text, attachments=tuple(Attachment("p.jpg", "", ref, 0, "photo") for ref in refs))

    @property
    def ways(self) -> list[str]:
        """What can be tapped now."""
        return [button.text for button in self.buttons]


@dataclass
class Visit:
    """Two stores of one supervisor's, the staff of the first, and a supervisor of a third store."""

    app: App
    clock: Clock
    here: Store
    there: Store
    boss: Visitor
    hand: Visitor
    mate: Visitor
    other: Visitor

    async def checks(self) -> list[Check]:
        """All finished ones, in the order in which they were finished."""
        async with self.app.database.read() as connection:
            return sorted(await Checks(connection).all(Wanted()), key=lambda one: one.id)

    async def one(self) -> Check:
        """The only finished one."""
        [found] = await self.checks()
        return found

    async def close(self, one: Store) -> None:
        """The store closes."""
        async with self.app.database.write() as connection:
            await Stores(connection).close(one.id, self.clock.now)

    async def take_away(self, chat: Chat, one: Store) -> None:
        """The store is no longer this person's."""
        person = await chat.join()
        async with self.app.database.write() as connection:
            await People(connection).assign(person.id, one.id, take_away=True)

    async def desk(self, chat: Chat, app: App | None = None) -> Visitor:
        """The same person on another channel, perhaps served by another process."""
        person = await chat.join()
        name = f"{chat.person}-desk"
        async with self.app.database.write() as connection:
            await People(connection).connect(person.id, "web2", name, name, self.clock.now)
        return Visitor(app or self.app, name, "web2", person=name)


async def visiting(app: App) -> Visit:
    """They are there, at noon, and nobody sleeps."""
    clock = app.turns.now = Clock(NOON)
    app.turns.per_minute = 1000
    here, there = await store(app), await store(app, "SH-02", "虹桥店")
    far = await store(app, "BJ-01", "望京店", "华北")
    names = ("老王", "小李", "小赵", "外人")
    boss, hand, mate, other = (Visitor(app, f"chat-{name}", person=name) for name in names)
    awake: dict[str, Any] = {"quiet_from": 0, "quiet_to": 0}
    await boss.be("supervisor", here, there, **awake)
    await hand.be("staff", here, **awake)
    await mate.be("staff", here, **awake)
    await other.be("supervisor", far, **awake)
    return Visit(app, clock, here, there, boss, hand, mate, other)


async def failing(visit: Visit, chat: Visitor, seed: int) -> str:
    """A check of the 5S front desk in which only the floor fails, submitted; its actions are not made."""
    await chat.say("/check 5S 浦东")
    await chat.say("除了4，其余合格")
    await chat.photo(seed)
    await chat.tap("下一项")
    shown = await chat.tap("提交")
    await chat.tap("不建")
    visit.clock.on(days=7)
    return shown

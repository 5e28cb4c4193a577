"""People who look for root causes: their 5-Whys, walked by a table of what they say and tap, and read back."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from checks import Visit, Visitor, visiting

from bot.app import App
from bot.outbox import Delivery
from bot.ticking import Ticking
from knowledge.cause.stored import tree_from
from knowledge.cause.tree import Cause, Tree
from records.action import Action
from records.actions import Actions, Which
from records.analyses import WHY, Analyses, Analysis, Sought, Version

# The problem card of each walk: what is typed, or tapped where it begins with "!".
NPS = (
    "!5Why：一层层问", "9 月 NPS 从 52 降到 41", "交车环节，保养客户", "!先跳过", "320 份问卷里贬损者 74 份",
    "客户流失，厂家考核扣分", "!NPS", "41，目标 52",
)  # fmt: skip
REPAIRS = (
    "!5Why：一层层问", "返修率从 3% 升到 6.2%", "机电工位，空调和异响", "7 月起，周末多", "186 台里 12 台返修",
    "!先跳过", "!返修率", "6.2 3",
)  # fmt: skip


@dataclass
class Analyst:
    """A visit's people, and what they have found."""

    visit: Visit

    @property
    def boss(self) -> Visitor:
        """The supervisor of the first two stores."""
        return self.visit.boss

    async def begin(self, card: tuple[str, ...], chat: Visitor | None = None, store: str = "浦东店") -> str:
        """/why up to the first why; what is shown then."""
        who = chat or self.boss
        await who.say("/why")
        first, *rest = card
        await walk(who, first)
        return await walk(who, *(f"!{one}" for one in who.ways if one == store), *rest)

    async def all(self) -> list[Analysis]:
        """Every 5-Why, the oldest first."""
        async with self.visit.app.database.read() as connection:
            return sorted(await Analyses(connection).all(Sought(kinds=(WHY,))), key=lambda one: one.id)

    async def one(self, number: int = 1) -> Analysis:
        """One of them."""
        async with self.visit.app.database.read() as connection:
            found = await Analyses(connection).get(number)
        assert found is not None
        return found

    async def tree(self, number: int = 1) -> Tree:
        """Its tree."""
        return tree_from((await self.one(number)).content)

    async def cause(self, text: str, number: int = 1) -> Cause:
        """The cause of its tree that is called this."""
        [found] = [one for one in (await self.tree(number)).causes if one.text == text]
        return found

    async def texts(self, number: int = 1) -> list[str]:
        """What its causes are called."""
        return [one.text for one in (await self.tree(number)).causes]

    async def versions(self, number: int = 1) -> list[Version]:
        """What was finished, the latest first."""
        async with self.visit.app.database.read() as connection:
            return await Analyses(connection).versions(number)

    async def actions(self) -> list[Action]:
        """All there are, in the order in which they were made."""
        async with self.visit.app.database.read() as connection:
            return sorted(await Actions(connection).all(Which()), key=lambda one: one.id)

    async def ticked(self, **more: float) -> None:
        """Time passes, a day at a time, and what is due is said."""
        app, clock = self.visit.app, self.visit.clock
        ticking = Ticking(app.turns, Delivery(app.database, app.channels, "t", app.turns.now))
        end = clock.now + timedelta(**more)
        while clock.now < end:
            clock.on(days=min(1.0, (end - clock.now) / timedelta(days=1)))
            await ticking.reminders()


async def analysing(app: App) -> Analyst:
    """They are there, at noon."""
    return Analyst(await visiting(app))


async def walk(chat: Visitor, *said: str) -> str:
    """Say one after the other, and tap what begins with "!"; what is answered to the last."""
    shown = ""
    for one in said:
        shown = await (chat.tap(one[1:]) if one.startswith("!") else chat.say(one))
    return shown


async def at_once(*said: tuple[Visitor, str]) -> list[str]:
    """Several people press in the same moment."""
    return await asyncio.gather(*(chat.act(action) for chat, action in said))

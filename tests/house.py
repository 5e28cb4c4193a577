"""The house with one chat as its channel, in this process, against that chat's fake."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from conftest import loaded

from bot.app import App, opened
from handlers.context import Context
from handlers.message import Incoming, Reply
from records.invites import Invites
from records.people import People

ASKED = "普通洗车要在多少分钟内完成？"
Now = Callable[[], datetime]
Answers = Callable[[Context, Incoming], Awaitable[tuple[Reply, ...]]]
Sent = TypeVar("Sent")


@dataclass
class Talk(Generic[Sent]):
    """What a test needs: the far end, the house, and words for what people do, of whom `first` is meant by default."""

    fake: Any
    app: App
    service: Any
    channel: ClassVar[str]
    first: ClassVar[Any]

    async def invite(self, role: str = "admin") -> str:
        """A fresh invite's code."""
        async with self.app.database.write() as connection:
            return await Invites(connection).make(role, self.app.turns.now(), timedelta(hours=1))

    async def join(self, user: Any = None, role: str = "admin") -> Sent:
        """A person comes with an invite; what they are told."""
        return await self.ask(f"/start {await self.invite(role)}", user)

    async def ask(self, text: str, user: Any = None) -> Sent:
        """The next thing that is shown to someone who writes."""
        who = self.first if user is None else user
        before = len(self.fake.shown(who))
        self.fake.say(who, text)
        shown: list[Sent] = await self.fake.told(who, before + 1)
        return shown[-1]

    async def put_in(self, user: Any, role: str = "admin") -> None:
        """Someone who has joined before."""
        now = self.app.turns.now()
        async with self.app.database.write() as connection:
            known = await People(connection).add(f"人{user}", role, "Asia/Shanghai", now)
            await People(connection).connect(known.id, self.channel, str(user), str(user), now)


@asynccontextmanager
async def at_home(home: Path, now: Now | None, **changes: Any) -> AsyncIterator[App]:
    """The house, with a clock where one is given."""
    async with opened(loaded(home, **changes)) as app:
        app.turns.now = now or app.turns.now
        yield app


@asynccontextmanager
async def running(service: Any) -> AsyncIterator[None]:
    """The channel receives while the block lasts."""
    task = asyncio.create_task(service.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@dataclass(frozen=True)
class Says:
    """A house that answers everyone as a test wants it to."""

    answers: Answers

    async def route(self, context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        """As told."""
        return await self.answers(context, incoming)


def answering(talk: Talk[Any], answers: Answers | Reply) -> list[Incoming]:
    """From now on everything gets these replies; returns what is said to the bot, as it is said."""
    heard = list[Incoming]()

    async def answer(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        heard.append(incoming)
        return (answers,) if isinstance(answers, Reply) else await answers(context, incoming)

    talk.app.turns.house = Says(answer)  # type: ignore[assignment]  # no House, but it routes as one
    return heard

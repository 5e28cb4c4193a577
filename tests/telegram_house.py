"""The house with Telegram as its channel, in this process, against the fake."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import loaded
from fake_telegram import TOKEN, FakeTelegram, Sent

from bot.app import App, opened
from bot.metrics import Metrics
from bot.serving import _delivering
from bot.telegram.pace import Pace
from bot.telegram.start import Service, telegram
from handlers.context import Context
from handlers.message import Incoming, Reply
from records.invites import Invites
from records.people import People

LIN = 7001
GROUP = -100500
ASKED = "普通洗车要在多少分钟内完成？"
Now = Callable[[], datetime]


@dataclass
class Talk:
    """What a test needs: the far end, the house, and words for what people do."""

    fake: FakeTelegram
    app: App
    service: Service

    async def invite(self, role: str = "admin") -> str:
        """A fresh invite's code."""
        async with self.app.database.write() as connection:
            now = self.app.turns.now()
            return await Invites(connection).make(role, now, timedelta(hours=1))

    async def join(self, user: int = LIN, role: str = "admin") -> Sent:
        """A person comes through an invite link; what they are told."""
        before = len(self.fake.shown(user))
        self.fake.say(user, f"/start {await self.invite(role)}")
        return (await self.fake.told(user, before + 1))[-1]

    async def ask(self, text: str, user: int = LIN) -> Sent:
        """The next thing that is shown to someone who writes."""
        before = len(self.fake.shown(user))
        self.fake.say(user, text)
        return (await self.fake.told(user, before + 1))[-1]

    async def put_in(self, user: int, role: str = "admin") -> None:
        """Someone who has joined before."""
        now = self.app.turns.now()
        async with self.app.database.write() as connection:
            known = await People(connection).add(f"人{user}", role, "Asia/Shanghai", now)
            await People(connection).connect(known.id, "telegram", str(user), str(user), now)
        self.fake._chat(user, f"人{user}")


def unhurried(fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a limit: limits have their own tests."""

    async def at_once(pace: Pace, chat: int, **how: Any) -> None:
        """It may be sent."""

    monkeypatch.setattr(Pace, "take", at_once)
    fake.flood.factor = 0


def settings(fake: FakeTelegram, **changes: Any) -> dict[str, Any]:
    """The telegram part of the settings that lead to the fake."""
    return {
        "token": TOKEN,
        "base_url": f"{fake.url}/bot",
        "base_file_url": f"{fake.url}/file/bot",
        **changes,
    }


@asynccontextmanager
async def at_home(home: Path, now: Now | None, **changes: Any) -> AsyncIterator[App]:
    """The house, with a clock where one is given."""
    async with opened(loaded(home, **changes)) as app:
        app.turns.now = now or app.turns.now
        yield app


@asynccontextmanager
async def talking(fake: FakeTelegram, home: Path, now: Now | None = None, **changes: Any) -> AsyncIterator[Talk]:
    """The house, polling the fake; `changes` are settings."""
    part = settings(fake, **changes.pop("telegram", {}))
    async with (
        at_home(home, now, telegram=part, **changes) as app,
        telegram(app) as service,
        _delivering(app, Metrics()),
    ):
        running = asyncio.create_task(service.run())
        try:
            yield Talk(fake, app, service)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


Answers = Callable[[Context, Incoming], Awaitable[tuple[Reply, ...]]]


@dataclass(frozen=True)
class Says:
    """A house that answers everyone as a test wants it to."""

    answers: Answers

    async def route(self, context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        """As told."""
        return await self.answers(context, incoming)


def answering(talk: Talk, answers: Answers | Reply) -> list[Incoming]:
    """From now on everything gets these replies; returns what is said to the bot, as it is said."""
    heard = list[Incoming]()

    async def answer(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        heard.append(incoming)
        return (answers,) if isinstance(answers, Reply) else await answers(context, incoming)

    talk.app.turns.house = Says(answer)  # type: ignore[assignment]
    return heard

"""The house with Telegram as its channel, in this process, against the fake."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import house
import pytest
from fake_telegram import TOKEN, FakeTelegram, Sent
from house import ASKED, Now, Says, answering, at_home, running

from bot.metrics import Metrics
from bot.serving import _delivering
from bot.telegram.pace import Pace
from bot.telegram.start import Service, telegram

__all__ = ["ASKED", "GROUP", "LIN", "Now", "Says", "Talk", "answering", "at_home", "settings", "talking", "unhurried"]
LIN = 7001
GROUP = -100500


@dataclass
class Talk(house.Talk[Sent]):
    """In Telegram; people are numbers."""

    fake: FakeTelegram
    service: Service
    channel: ClassVar[str] = "telegram"
    first: ClassVar[int] = LIN

    async def put_in(self, user: int, role: str = "admin") -> None:
        """Someone who has joined before, and so has a chat with the bot."""
        await super().put_in(user, role)
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
async def talking(fake: FakeTelegram, home: Path, now: Now | None = None, **changes: Any) -> AsyncIterator[Talk]:
    """The house, polling the fake; `changes` are settings."""
    part = settings(fake, **changes.pop("telegram", {}))
    async with (
        at_home(home, now, telegram=part, **changes) as app,
        telegram(app) as service,
        _delivering(app, Metrics()),
        running(service),
    ):
        yield Talk(fake, app, service)

"""Phones in Feishu, against its strict fake."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fake_feishu import FakeFeishu, Sent
from feishu_house import talking
from feishu_rules import within
from phone import FakeScene, Phone, Shown, connected
from talking import store
from telegram_house import Now

from bot.feishu.pace import Pace
from records.people import Person


class FeishuScene(FakeScene[FakeFeishu]):
    """Photos and words are a post; a card may have a form."""

    channel = "feishu"

    async def enter(self, number: int, known: Person) -> None:
        """They have found the bot."""
        await connected(self.app, self.channel, known, _user(number))

    async def say(self, number: int, text: str, twice: bool) -> None:
        """A message."""
        self.fake.say(_user(number), text, twice=twice)

    async def press(self, number: int, one: Shown, button: str, twice: bool) -> None:
        """A card action."""
        [value] = [each["behaviors"][0]["value"] for each in one.raw.buttons if each["text"]["content"] == button]
        self.fake.press_value(_user(number), one.message, value, twice=twice)

    async def send(self, number: int, photos: Sequence[bytes], text: str) -> None:
        """A picture alone is an image."""
        if text or len(photos) > 1:
            self.fake.post(_user(number), text, *photos)
        else:
            self.fake.picture(_user(number), photos[0])

    async def fills(
        self, phone: Phone, one: Shown, values: dict[str, Any], expected: str, *, twice: bool = False
    ) -> Shown:
        """Fill in the form of a card, and send it."""

        async def fill() -> None:
            self.fake.fill(_user(phone.number), one.raw, dict(values), twice=twice)

        return await phone.does(fill, expected)

    def seen(self, number: int) -> list[Shown]:
        """Cards, and what became of them."""
        return [_seen(one) for one in self.fake.shown(_user(number))]


def _user(number: int) -> str:
    return f"ou_{number}"


def _seen(one: Sent) -> Shown:
    rows = [
        [each["text"]["content"] for each in within(top) if each["tag"] == "button"]
        for top in (one.card or {"body": {"elements": []}})["body"]["elements"]
        if top["tag"] in ("button", "column_set")
    ]
    files = len(one.pictures) + bool(one.file)
    return Shown(one.text, one.message, one.how in ("edit", "update"), rows, files, one)


async def _at_once(pace: Any, chat: Any, **how: Any) -> None:
    """Nobody waits for a limit: limits have their own tests."""


@asynccontextmanager
async def feishu_scene(
    fake: FakeFeishu, home: Path, monkeypatch: pytest.MonkeyPatch, now: Now | None = None
) -> AsyncIterator[FeishuScene]:
    """The house in Feishu."""
    monkeypatch.setattr(Pace, "take", _at_once)
    fake.flood.factor = 0
    async with talking(fake, home, now) as talk:
        talk.app.turns.per_minute = 1000
        yield FeishuScene(talk.app, await store(talk.app), fake)

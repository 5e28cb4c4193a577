"""Phones in Telegram, against its strict fake."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fake_telegram import FakeTelegram, Sent
from phone import FakeScene, Shown, connected
from talking import store
from telegram_house import Now, talking, unhurried

from records.people import Person


class TelegramScene(FakeScene[FakeTelegram]):
    """Several photos are an album."""

    channel = "telegram"

    async def enter(self, number: int, known: Person) -> None:
        """They have pressed START."""
        await connected(self.app, self.channel, known, str(number))
        self.fake._chat(number, known.name)

    async def say(self, number: int, text: str, twice: bool) -> None:
        """A message."""
        self.fake.say(number, text, twice=twice)

    async def press(self, number: int, one: Shown, button: str, twice: bool) -> None:
        """A callback query."""
        [data] = [each["callback_data"] for row in one.raw.buttons for each in row if each["text"] == button]
        self.fake.press_data(number, one.raw.message, data, twice=twice)

    async def send(self, number: int, photos: Sequence[bytes], text: str) -> None:
        """The words stand under the first."""
        name = f"album{len(self.fake.files)}" if len(photos) > 1 else ""
        for n, content in enumerate(photos):
            self.fake.photo(number, content, text if n == 0 else "", album=name)

    def seen(self, number: int) -> list[Shown]:
        """Messages, and their edits."""
        return [_seen(one) for one in self.fake.shown(number)]


def _seen(one: Sent) -> Shown:
    rows = [[each["text"] for each in row] for row in one.buttons]
    return Shown(one.text, str(one.message), one.method.startswith("edit"), rows, len(one.files), one)


@asynccontextmanager
async def telegram_scene(
    fake: FakeTelegram, home: Path, monkeypatch: pytest.MonkeyPatch, now: Now | None = None
) -> AsyncIterator[TelegramScene]:
    """The house in Telegram."""
    unhurried(fake, monkeypatch)
    async with talking(fake, home, now) as talk:
        talk.app.turns.per_minute = 1000
        yield TelegramScene(talk.app, await store(talk.app), fake)

"""Phones in any chat: what one person sees and taps, whether in Telegram or in Feishu, against the strict fakes."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fake_feishu
import fake_telegram
import feishu_house
import pytest
import telegram_house
from checks import picture
from feishu_rules import within
from talking import store

import bot.feishu.pace
import bot.telegram.pace
from bot.app import App
from records.people import People
from records.stores import Store

CHANNELS = ("telegram", "feishu")


@dataclass(frozen=True)
class Shown:
    """Something that was shown: `rows` are the texts of its buttons, `files` how many came with it."""

    text: str
    message: str
    edited: bool
    rows: list[list[str]]
    files: int
    raw: Any


@dataclass
class Phone:
    """One person's; `said` counts what they did."""

    scene: "Scene"
    user: str
    said: int = 0

    async def says(self, text: str, expected: str, *, twice: bool = False) -> Shown:
        """Write, and wait until something with `expected` in it is shown."""
        return await self._do(lambda: self.scene.say(self.user, text, twice), expected)

    async def taps(self, button: str, expected: str, *, on: Shown | None = None, twice: bool = False) -> Shown:
        """Tap the button of that very name: of that message, or of the last one that has buttons."""
        one = on or [each for each in self.shown() if each.rows][-1]
        return await self._do(lambda: self.scene.press(self.user, one, button, twice), expected)

    async def fills(self, one: Shown, values: dict[str, Any], expected: str, *, twice: bool = False) -> Shown:
        """Fill in the form of a card, and send it."""
        return await self._do(lambda: self.scene.fake.fill(self.user, one.raw, dict(values), twice=twice), expected)

    async def picks(self, action: str, expected: str) -> Shown:
        """A press of whatever action, on the last message that has buttons."""
        one = [each for each in self.shown() if each.rows][-1]
        return await self._do(lambda: self.scene.act(self.user, one, action), expected)

    async def sends(self, *seeds: int, expected: str, text: str = "") -> Shown:
        """Photos at once, with a word."""
        return await self._do(lambda: self.scene.photos(self.user, [picture(seed) for seed in seeds], text), expected)

    async def sees(self, expected: str, since: int = 0) -> Shown:
        """The last that was shown with `expected` in it, once there is one."""
        found: list[Shown] = []

        def there() -> bool:
            found[:] = [one for one in self.shown()[since:] if expected in one.text]
            return bool(found)

        await self.scene.fake.until(there)
        return found[-1]

    def shown(self) -> list[Shown]:
        """All that was shown, in order."""
        return self.scene.shown(self.user)

    async def _do(self, act: Callable[[], object], expected: str) -> Shown:
        self.said += 1
        before = len(self.shown())
        act()
        return await self.sees(expected, before)


@dataclass
class Scene:
    """The house in one channel, and the people in it."""

    channel: str
    fake: Any
    app: App
    here: Store

    def phone(self, number: int) -> Phone:
        """Someone's phone."""
        return Phone(self, self._user(number))

    async def put_in(self, number: int, role: str, *stores: Store) -> Phone:
        """Someone who has joined before and is never disturbed by the hour."""
        phone, now = self.phone(number), self.app.turns.now()
        async with self.app.database.write() as connection:
            people = People(connection)
            known = await people.add(f"人{number}", role, "Asia/Shanghai", now)
            await people.connect(known.id, self.channel, phone.user, phone.user, now)
            await people.change(known.id, quiet_from=0, quiet_to=0)
            for each in stores:
                await people.assign(known.id, each.id)
        if self.channel == "telegram":
            self.fake._chat(number, f"人{number}")
        return phone

    def say(self, user: str, text: str, twice: bool = False) -> None:
        """Someone writes; `twice` brings it two times."""
        self.fake.say(self._id(user), text, twice=twice)

    def press(self, user: str, one: Shown, button: str, twice: bool = False) -> None:
        """Someone presses the button of that very name."""
        if self.channel == "telegram":
            [data] = [each["callback_data"] for row in one.raw.buttons for each in row if each["text"] == button]
            self.fake.press_data(int(user), one.raw.message, data, twice=twice)
        else:
            [value] = [each["behaviors"][0]["value"] for each in one.raw.buttons if each["text"]["content"] == button]
            self.fake.press_value(user, one.message, value, twice=twice)

    def act(self, user: str, one: Shown, action: str) -> None:
        """Someone presses a button of that action, though it may not be shown."""
        if self.channel == "telegram":
            self.fake.press_data(int(user), one.raw.message, action)
        else:
            self.fake.press_value(user, one.message, {"action": action, "chat": user})

    def actions(self, one: Shown) -> list[str]:
        """What its buttons do."""
        if self.channel == "telegram":
            return [each["callback_data"] for row in one.raw.buttons for each in row]
        return [each["behaviors"][0]["value"]["action"] for each in one.raw.buttons]

    def photos(self, user: str, contents: list[bytes], text: str) -> None:
        """Several photos are an album in Telegram; in Feishu photos and words are a post."""
        if self.channel == "telegram":
            name = f"album{len(self.fake.files)}" if len(contents) > 1 else ""
            for n, content in enumerate(contents):
                self.fake.photo(int(user), content, text if n == 0 else "", album=name)
        elif text or len(contents) > 1:
            self.fake.post(user, text, *contents)
        else:
            self.fake.picture(user, contents[0])

    def shown(self, user: str) -> list[Shown]:
        """What was shown to someone."""
        return [self._shown(one) for one in self.fake.shown(self._id(user))]

    def refused(self) -> list[str]:
        """What the far end did not take."""
        return [one.error for one in self.fake.calls if one.error]

    def _shown(self, one: Any) -> Shown:
        if self.channel == "telegram":
            rows = [[each["text"] for each in row] for row in one.buttons]
            return Shown(one.text, str(one.message), one.method.startswith("edit"), rows, len(one.files), one)
        rows = [
            [each["text"]["content"] for each in within(top) if each["tag"] == "button"]
            for top in (one.card or {"body": {"elements": []}})["body"]["elements"]
            if top["tag"] in ("button", "column_set")
        ]
        files = len(one.pictures) + bool(one.file)
        return Shown(one.text, one.message, one.how in ("edit", "update"), rows, files, one)

    def _user(self, number: int) -> str:
        return str(number) if self.channel == "telegram" else f"ou_{number}"

    def _id(self, user: str) -> Any:
        return int(user) if self.channel == "telegram" else user


async def at_once(pace: Any, chat: Any) -> None:
    """Nobody waits for a limit: limits have their own tests, and this is about what is said."""


def far(channel: str) -> Any:
    """The far end of a channel, as a context."""
    return fake_telegram.fake_telegram() if channel == "telegram" else fake_feishu.fake_feishu()


@asynccontextmanager
async def scene(channel: str, fake: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """The house in a channel, with one store."""
    monkeypatch.setattr(bot.telegram.pace.Pace, "take", at_once)
    monkeypatch.setattr(bot.feishu.pace.Pace, "take", at_once)
    house: Any = telegram_house if channel == "telegram" else feishu_house
    fake.flood.factor = 0
    async with house.talking(fake, home) as talk:
        talk.app.turns.per_minute = 1000
        yield Scene(channel, fake, talk.app, await store(talk.app))

"""A phone in any chat: what one person sees and taps. Each channel has a scene of its own, all of one type."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from checks import picture
from far_end import FarEnd

from bot.app import App
from records.people import People, Person
from records.stores import Store


@dataclass(frozen=True)
class Shown:
    """Something that was shown: `rows` are the texts of its buttons, `files` how many came with it."""

    text: str
    message: str
    edited: bool
    rows: list[list[str]]
    files: int
    raw: Any = None


@dataclass
class Phone:
    """One person's; `said` counts what they did."""

    scene: "Scene"
    number: int
    said: int = 0

    @property
    def name(self) -> str:
        """What its owner is called."""
        return f"人{self.number}"

    async def says(self, text: str, expected: str, *, twice: bool = False) -> Shown:
        """Write, and wait until something with `expected` in it is shown; `twice` brings it two times."""
        return await self.does(lambda: self.scene.say(self.number, text, twice), expected)

    async def taps(self, button: str, expected: str, *, on: Shown | None = None, twice: bool = False) -> Shown:
        """Tap the button of that very name: of that message, or of the last one that has buttons."""
        one = on or await self.asked()
        return await self.does(lambda: self.scene.press(self.number, one, button, twice), expected)

    async def sends(self, *seeds: int, expected: str, text: str = "") -> Shown:
        """Photos at once, with a word."""
        photos = [picture(seed) for seed in seeds]
        return await self.does(lambda: self.scene.send(self.number, photos, text), expected)

    async def does(self, act: Callable[[], Awaitable[None]], expected: str) -> Shown:
        """Whatever else: do it, and wait until something with `expected` in it is shown."""
        self.said += 1
        before = len(await self.shown())
        await act()
        return await self.sees(expected, before)

    async def sees(self, expected: str, since: int = 0) -> Shown:
        """The last that was shown with `expected` in it, once there is one."""
        try:
            return await self.scene.awaited(self.number, expected, since)
        except TimeoutError as error:
            told = [one.text for one in (await self.shown())[since:]]
            raise AssertionError(f"{expected!r} was not shown to {self.name}, but {told}") from error

    async def asked(self) -> Shown:
        """The last that has buttons."""
        return [one for one in await self.shown() if one.rows][-1]

    async def shown(self) -> list[Shown]:
        """All that was shown, in order; what was edited stands there as it was, and again as it is."""
        return await self.scene.shown(self.number)

    async def comes_back(self) -> None:
        """Leave the chat, and open it again."""
        await self.scene.come_back(self.number)


class Scene(ABC):
    """The house in one channel with one store, and the people in it."""

    channel: ClassVar[str]
    source: ClassVar[str] = "出处：《{document}》 v{version}"  # how an answer names one

    def __init__(self, app: App, here: Store) -> None:
        self.app, self.here = app, here

    async def put_in(self, number: int, role: str, *stores: Store) -> Phone:
        """Someone who has joined before and is never disturbed by the hour."""
        phone, now = self.phone(number), self.app.turns.now()
        async with self.app.database.write() as connection:
            people = People(connection)
            known = await people.add(phone.name, role, "Asia/Shanghai", now)
            await people.change(known.id, quiet_from=0, quiet_to=0)
            for each in stores:
                await people.assign(known.id, each.id)
        await self.enter(number, known)
        return phone

    def phone(self, number: int) -> Phone:
        """The phone of someone who is in."""
        return Phone(self, number)

    async def who(self, phone: Phone) -> Person:
        """Whom the house knows its owner as."""
        async with self.app.database.read() as connection:
            [found] = [one for one in await People(connection).all() if one.name == phone.name]
        return found

    @abstractmethod
    async def enter(self, number: int, known: Person) -> None:
        """Someone comes into this channel."""

    @abstractmethod
    async def say(self, number: int, text: str, twice: bool) -> None:
        """Someone writes."""

    @abstractmethod
    async def press(self, number: int, one: Shown, button: str, twice: bool) -> None:
        """Someone presses the button of that very name."""

    @abstractmethod
    async def send(self, number: int, photos: Sequence[bytes], text: str) -> None:
        """Someone sends several photos at once."""

    @abstractmethod
    async def shown(self, number: int) -> list[Shown]:
        """What was shown to someone."""

    @abstractmethod
    async def awaited(self, number: int, expected: str, since: int) -> Shown:
        """The last that is shown with `expected` in it, leaving out the first `since`; raises TimeoutError."""

    @abstractmethod
    def refused(self) -> list[str]:
        """What the far end did not take."""

    async def come_back(self, number: int) -> None:  # noqa: B027  # most have nothing to do
        """Someone leaves the chat, and opens it again; an app shows what it showed."""


async def connected(app: App, channel: str, known: Person, user: str) -> None:
    """Let the house know someone in a channel."""
    async with app.database.write() as connection:
        await People(connection).connect(known.id, channel, user, user, app.turns.now())


Fake = TypeVar("Fake", bound=FarEnd[Any, Any])


class FakeScene(Scene, Generic[Fake]):
    """A channel whose far end is a strict fake: what it holds is what people see."""

    def __init__(self, app: App, here: Store, fake: Fake) -> None:
        super().__init__(app, here)
        self.fake = fake

    @abstractmethod
    def seen(self, number: int) -> list[Shown]:
        """All that the fake holds for someone, in order."""

    async def shown(self, number: int) -> list[Shown]:
        """As it is now."""
        return self.seen(number)

    async def awaited(self, number: int, expected: str, since: int) -> Shown:
        """The last that the fake holds with `expected` in it, once there is one."""
        found: list[Shown] = []

        def there() -> bool:
            found[:] = [one for one in self.seen(number)[since:] if expected in one.text]
            return bool(found)

        await self.fake.until(there)
        return found[-1]

    def refused(self) -> list[str]:
        """Calls of the bot that the fake would not take."""
        return [one.error for one in self.fake.calls if one.error]

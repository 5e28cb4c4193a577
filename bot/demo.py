"""Demo people and stores: added once to a new home that is used on this machine only, taken out with one command."""

from datetime import datetime
from pathlib import Path

from bot.app import KNOWLEDGE, App
from bot.config import Settings
from bot.local import LOCAL, NAME
from handlers.reminding import retimed
from knowledge.demo import DemoPerson, load_demo
from records.database import Connection, Database
from records.leaving import remove_demo
from records.people import ADMIN, People, Person
from records.stores import Stores

_CHANNEL = "web"


async def first(app: App) -> bool:
    """Add them where nobody but this machine's admin has joined yet and it was never done; whether that was so."""
    settings = app.settings
    if not settings.people.demo or not settings.web.enabled or settings.web.public or _note(settings).exists():
        return False
    async with app.database.read() as connection:
        mine = await People(connection).who(_CHANNEL, LOCAL)
        others = [one for one in await People(connection).all() if mine is None or one.id != mine.id]
    if others:
        return False
    await add(settings, app.database, app.turns.now())
    return True


async def add(settings: Settings, database: Database, now: datetime) -> tuple[int, int]:
    """Add those that are not there; returns how many (people, stores)."""
    demo = load_demo(KNOWLEDGE / "demo.yaml")
    async with database.write() as connection:
        stores, new = Stores(connection), 0
        for store in demo.stores:
            if await stores.named(store.code) is None:
                await stores.save(store.code, store.name, store.region, store.place, demo=True)
                new += 1
        added = [await _add(connection, one, settings.time_zone, now) for one in demo.people]
    _note(settings).write_text("added")
    return sum(added), new


async def remove(settings: Settings, database: Database) -> tuple[int, int]:
    """Take every one of them out, with all they said; returns how many (people, stores)."""
    async with database.write() as connection:
        gone = await remove_demo(connection)
    _note(settings).write_text("removed")
    return gone


async def roles(app: App) -> list[tuple[str, str, str]]:
    """(account on the page, name, role) of those who can be played on this machine."""
    async with app.database.read() as connection:
        people = People(connection)
        mine, played = await people.who(_CHANNEL, LOCAL), await people.played(_CHANNEL)
    first = (LOCAL, mine.name, mine.role) if mine else (LOCAL, NAME, ADMIN)
    return [first, *((account.user, person.name, person.role) for person, account in played)]


async def listed(database: Database) -> list[Person]:
    """The demo people that are here."""
    async with database.read() as connection:
        return await People(connection).all(demo=True)


async def _add(connection: Connection, one: DemoPerson, zone: str, now: datetime) -> bool:
    people, stores, user = People(connection), Stores(connection), f"demo-{one.key}"
    if await people.who(_CHANNEL, user) is not None:
        return False
    at = [store.id for code in one.stores if (store := await stores.named(code)) is not None and store.demo]
    person = await people.add(one.name, one.role, zone, now, demo=True, stores=at)
    await people.connect(person.id, _CHANNEL, user, user, now)
    if one.reports_to is not None:
        boss = await people.who(_CHANNEL, f"demo-{one.reports_to}")
        await people.change(person.id, reports_to=boss.id if boss else None)
    await retimed(connection, person, now)
    return True


def _note(settings: Settings) -> Path:
    return settings.home / "demo"

"""A house that gives canned answers over the real turn and real records: the far side of the page under test."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from uuid import uuid4
from zoneinfo import ZoneInfo

from starlette.applications import Starlette

from bot.channel import Mailbox
from bot.config import WebSettings
from bot.local import LOCAL
from bot.turn import Turns
from bot.web.server import create, serve
from handlers import logging_in
from handlers.context import Context, Deployment
from handlers.message import Incoming, Reply
from handlers.routing import Command, House
from records.database import Database
from records.files import Files
from records.people import ADMIN, STAFF, SUPERVISOR, People, Person
from retrieval.library import Reading

DEMO = (("wang", "王督导", SUPERVISOR), ("li", "李店员", STAFF))
Say = Callable[[Context, Incoming], tuple[Reply, ...]]


async def _help(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    return (Reply("能做这些。"),)


async def _count(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    return (Reply("都在这里。"),)


@dataclass(frozen=True, slots=True)
class CannedHouse(House):
    """Answers with `say`; keeps what came in. A message "慢" shows a partial text and waits until `open` is set."""

    say: Say = lambda context, incoming: ()
    seen: list[Incoming] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def route(self, context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        """What `say` answers."""
        self.seen.append(incoming)
        if incoming.text == "慢":
            for text in ("**正", "**正在"):
                await context.partial(text)
            self.begun.set()
            await self.open.wait()
        if incoming.text.startswith("/"):
            return await House.route(self, context, incoming)
        await context.write()
        return self.say(context, incoming)


COMMANDS = (
    Command("help", "能做什么", _help),
    Command("stores", "我的门店", _count, frozenset({SUPERVISOR})),
    Command("web", "在网页里用", logging_in.link, private=True),
)


async def add_person(turns: Turns, name: str, role: str, user: str = "", *, demo: bool = False) -> Person:
    """Somebody, who writes on the page where `user` is given."""
    now = turns.now()
    async with turns.database.write() as connection:
        people = People(connection)
        person = await people.add(name, role, "Asia/Shanghai", now, demo=demo)
        if user:
            await people.connect(person.id, "web", user, user, now)
        await people.change(person.id, quiet_from=0, quiet_to=0)
    return person


async def link(turns: Turns, person: Person, user: str) -> str:
    """What `/web` answers to someone who writes from the terminal as `user`."""
    async with turns.database.write() as connection:
        people = People(connection)
        if await people.account("console", user) is None:
            await people.connect(person.id, "console", user, user, turns.now())
    incoming = Incoming(uuid4().hex, "console", user, user, turns.now(), "/web")
    [reply] = await turns(incoming, _unwatched)
    return reply.text


async def _unwatched(text: str) -> None:
    """Nobody watches."""


@asynccontextmanager
async def canned(folder: Path, say: Say, *, page: str = "") -> AsyncIterator[tuple[Turns, CannedHouse]]:
    """The turn over a fresh database, with this machine's admin and the two people of DEMO."""
    database, house = Database(f"sqlite:///{folder / 'dudao.db'}"), CannedHouse(COMMANDS, (), (), say=say)
    await database.migrate()
    deployment = Deployment(
        zone=ZoneInfo("Asia/Shanghai"),
        reading=Reading(1_000_000, False),
        invite_hours=72,
        page=page,
        bot_link=lambda code: "",
        menu=lambda role: [(one.word, one.text) for one in house.menu(role)],
    )
    turns = Turns(
        desk=cast(Any, None),  # the canned house asks nobody
        database=database,
        files=Files(folder / "files"),
        house=house,
        deployment=deployment,
        channels={name: Mailbox(name) for name in ("web", "console")},
        per_minute=10_000,
    )
    await add_person(turns, "本机管理员", ADMIN, LOCAL)
    for key, name, role in DEMO:
        await add_person(turns, name, role, f"demo-{key}", demo=True)
    try:
        yield turns, house
    finally:
        house.open.set()
        await turns.stop(5)
        await database.close()


class Site:
    """The real server around a turn; it can be stopped and started again on its port."""

    def __init__(self, turns: Turns, settings: WebSettings | None = None) -> None:
        self.turns, self.settings, self.port = turns, settings or WebSettings(), 0
        self.task: asyncio.Task[None] | None = None
        self.app: Starlette | None = None

    @property
    def bot(self) -> CannedHouse:
        """The house behind it."""
        assert isinstance(self.turns.house, CannedHouse)
        return self.turns.house

    async def start(self) -> str:
        """Returns its address."""
        listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.app = create(self.turns, self.settings)
        self.task = asyncio.create_task(serve(self.app, "127.0.0.1", self.port, ready=listening.set_result))
        self.port = await listening
        return f"http://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        """Stop it, if it runs."""
        if self.task is not None:
            self.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.task
            self.task = None

"""The house with Feishu as its channel, in this process, against the fake; events come by the callback."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn
from fake_feishu import APP, KEY, SECRET, FakeFeishu, Sent
from feishu_far import VERIFICATION
from starlette.applications import Starlette
from telegram_house import Answers, Now, Says, at_home

from bot.app import App
from bot.feishu.start import Service, feishu
from bot.metrics import Metrics
from bot.serving import _delivering
from handlers.context import Context
from handlers.message import Incoming, Reply
from records.invites import Invites
from records.people import People

LIN, CHEN, GROUP = "ou_lin", "ou_chen", "oc_stores"
ASKED = "普通洗车要在多少分钟内完成？"


@dataclass
class Talk:
    """What a test needs: the far end, the house, and words for what people do."""

    fake: FakeFeishu
    app: App
    service: Service

    async def invite(self, role: str = "admin") -> str:
        """A fresh invite's code."""
        async with self.app.database.write() as connection:
            return await Invites(connection).make(role, self.app.turns.now(), timedelta(hours=1))

    async def join(self, user: str = LIN, role: str = "admin") -> Sent:
        """A person writes their invite's code; what they are told."""
        return await self.ask(f"/start {await self.invite(role)}", user)

    async def ask(self, text: str, user: str = LIN) -> Sent:
        """The next thing that is shown to someone who writes."""
        before = len(self.fake.shown(user))
        self.fake.say(user, text)
        return (await self.fake.told(user, before + 1))[-1]

    async def put_in(self, user: str, role: str = "admin") -> None:
        """Someone who has joined before."""
        now = self.app.turns.now()
        async with self.app.database.write() as connection:
            known = await People(connection).add(f"人{user}", role, "Asia/Shanghai", now)
            await People(connection).connect(known.id, "feishu", user, user, now)


def settings(fake: FakeFeishu, **changes: Any) -> dict[str, Any]:
    """The feishu part of the settings that lead to the fake."""
    led = {"app_id": APP, "app_secret": SECRET, "base_url": fake.url, "mode": "callback"}
    return {**led, "encrypt_key": KEY, "verification_token": VERIFICATION, **changes}


@asynccontextmanager
async def talking(fake: FakeFeishu, home: Path, now: Now | None = None, **changes: Any) -> AsyncIterator[Talk]:
    """The house, with a page that Feishu can call; `changes` are settings."""
    part = settings(fake, **changes.pop("feishu", {}))
    async with (
        at_home(home, now, feishu=part, **changes) as app,
        feishu(app) as service,
        _delivering(app, Metrics()),
    ):
        page = Starlette()
        service.mount(page)
        running = asyncio.create_task(service.run())
        async with listening(page) as url:
            await fake.until(lambda: fake.called("info"))
            fake.callback = f"{url}{app.settings.feishu.path}" if service.callback else ""
            fake._tell()
            try:
                yield Talk(fake, app, service)
            finally:
                fake.callback = ""
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)


@asynccontextmanager
async def listening(page: Starlette) -> AsyncIterator[str]:
    """The page on a port of its own."""

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    server = Server(uvicorn.Config(page, lifespan="off", log_config=None, access_log=False, ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


def answering(talk: Talk, answers: Answers | Reply) -> list[Incoming]:
    """From now on everything gets these replies; returns what is said to the bot, as it is said."""
    heard = list[Incoming]()

    async def answer(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        heard.append(incoming)
        return (answers,) if isinstance(answers, Reply) else await answers(context, incoming)

    talk.app.turns.house = Says(answer)  # type: ignore[assignment]
    return heard

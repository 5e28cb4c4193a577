"""What every fake far end has: it is listened to, waited for, breaks off, and runs as a server or as a process."""

import asyncio
import json
import socket
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import Field, asdict
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.loop import new_loop


class _Row(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


class _Called(_Row, Protocol):
    method: str
    error: str


class _Shown(_Row, Protocol):
    chat: Any


C = TypeVar("C", bound=_Called)
S = TypeVar("S", bound=_Shown)


class FarEnd(ABC, Generic[C, S]):
    """Calls and what they show, as they happen; whoever waits for something is told of everything."""

    calls: list[C]
    sent: list[S]

    def __init__(self) -> None:
        self.url, self.latency = "", 0.0
        self.closing = asyncio.Event()
        self._news = asyncio.Event()
        self.reset()

    def reset(self) -> None:
        """Everything as at the start."""
        self.calls, self.sent = [], []

    def shown(self, chat: Any) -> list[S]:
        """What was sent to a chat or edited there, in order."""
        return [one for one in self.sent if one.chat == chat]

    def called(self, method: str) -> list[C]:
        """The calls of one method."""
        return [one for one in self.calls if one.method == method]

    async def until(self, true: Callable[[], object], seconds: float = 20) -> None:
        """Wait until something of what the bot does makes it true."""
        async with asyncio.timeout(seconds):
            while not true():
                self._news.clear()
                await self._news.wait()

    async def told(self, chat: Any, count: int) -> list[S]:
        """The first `count` things shown in a chat, once they are."""
        await self.until(lambda: len(self.shown(chat)) >= count)
        return self.shown(chat)

    async def control(self, request: Request) -> Response:
        """GET and POST /control/…, as the fake's own page says: what was shown and called, and what is to happen."""
        what, since = request.path_params["what"], int(request.query_params.get("since", 0))
        if request.method == "POST":
            return JSONResponse(await self.order(what, json.loads(await request.body() or b"{}")))
        chat = request.query_params.get("chat")
        told: dict[str, Any] = {"sent": len(self.sent)}
        if what == "sent":
            told = {"sent": [asdict(one) for one in self.sent[since:] if chat is None or str(one.chat) == chat]}
        elif what == "calls":
            told = {"calls": [asdict(one) for one in self.calls[since:]]}
        elif what == "state":
            refused = Counter(one.error for one in self.calls if one.error)
            told |= {"calls": len(self.calls), "refused": refused, **self.state()}
        return JSONResponse(told)

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """What there is to know of it besides."""

    async def order(self, what: str, body: Any) -> dict[str, Any]:
        """What is to happen, by the name of a control call; raises ValueError where there is none."""
        if what != "reset":
            raise ValueError(what)
        self.reset()
        return {}

    async def hang(self) -> Response:
        """Say nothing, and then break off."""
        self._tell()
        with suppress(TimeoutError):
            async with asyncio.timeout(60):
                await self.closing.wait()
        return Broken()

    def _tell(self) -> None:
        self._news.set()


class Broken(Response):
    """Promises more than it sends, so that the connection is cut."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1000"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": False})


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """They are the test's."""
        yield


@asynccontextmanager
async def served(app: Starlette, port: int = 0, *, ws: Any = "none") -> AsyncIterator[str]:
    """The application's address, in this loop."""
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, log_level="critical", access_log=False, ws=ws,
        timeout_graceful_shutdown=1, timeout_keep_alive=60,
    )  # fmt: skip
    server = _Server(config)
    with socket.create_server(("127.0.0.1", port), backlog=512) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio does so only for sockets it made
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


async def process(fake: AbstractAsyncContextManager[FarEnd[Any, Any]], settings: dict[str, Any], said: str) -> None:
    """The fake as a process of its own, with these settings; `said` follows its address in the line it prints."""
    async with fake as far:
        await far.order("settings", settings)
        print(f"fake at {far.url} {said}", flush=True)
        await asyncio.Event().wait()


def run(far: Coroutine[Any, Any, None]) -> None:
    """Run such a process until it is told to stop, as quick as the bot, so that it is the bot that is measured."""
    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(far)

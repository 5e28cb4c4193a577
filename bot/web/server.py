"""The web channel: a page, a stream of replies, the history, files and news, on one port."""

import asyncio
import errno
import html
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.config import WebSettings
from bot.turn import Turns
from bot.web.guard import Guard, problem
from bot.web.login import Door
from bot.web.news import News
from bot.web.talk import TOO_LONG, Talk
from bot.web.uploads import Shelf
from bot.web.visitors import LOGIN_FIRST, Local, Public, Visitors

REFUSED = {404: "没有这个页面。", 405: "这个地址不接受这种请求。", 413: TOO_LONG}
PORT_IN_USE = "端口 {port} 已被占用：请关掉占用它的程序，或在 config.yaml 里把 web.port 改成别的端口。"
NO_PORT = "打不开 {host}:{port}（{cause}）：请检查 config.yaml 里的 web.host 和 web.port。"

STATIC = Path(__file__).with_name("static")
GRACE = 2  # seconds for connections, then for turns under way, when the server stops


class WebError(Exception):
    """The page cannot be served; the message says which port, why, and what to do."""


def create(
    turns: Turns,
    settings: WebSettings,
    *,
    title: str = "督导助手",
    extra_routes: Sequence[BaseRoute] = (),
    door: Door | None = None,
) -> Starlette:
    """The app: the page and its API, and the extra routes under the same guard.

    Routes that are put before those of the returned app are not guarded, and see to their own safety.
    """
    public = Public(turns)
    visitors: Visitors = public if settings.public else Local(turns)
    shelf = Shelf(turns, visitors, settings.max_megabytes)
    news = News(turns)
    talk = Talk(turns, visitors, shelf, news, settings.public)
    door = door or Door(public, title)
    routes = [
        Route("/", _page(title, visitors, door if settings.public else None)),
        Route("/api/hello", talk.hello, methods=["POST"]),
        Route("/api/history", talk.history),
        Route("/api/news", talk.latest),
        Route("/api/messages", talk.messages, methods=["POST"]),
        Route("/api/uploads", shelf.take, methods=["POST"]),
        Route("/files/{ref}", shelf.give),
        Mount("/static", StaticFiles(directory=STATIC)),
        *extra_routes,
    ]
    if settings.public:
        routes += [
            Route("/login", door.show),
            Route("/login", door.enter, methods=["POST"]),
            Route("/api/logout", door.leave, methods=["POST"]),
        ]
    guard = Middleware(Guard, origin=settings.url if settings.public else "")
    page = Starlette(routes=routes, middleware=[guard], exception_handlers={HTTPException: refuse})

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await talk.running.finish(GRACE)

    app = Starlette(routes=[Mount("/", page)], lifespan=lifespan)
    app.state.news = news
    return app


def _page(title: str, visitors: Visitors, door: Door | None) -> Callable[[Request], Coroutine[None, None, Response]]:
    page = (STATIC / "index.html").read_text("utf-8").replace("{{title}}", html.escape(title))

    async def index(request: Request) -> Response:
        """The page; behind a door, only for those who are in."""
        if door is not None:
            try:
                await visitors.of(request)
            except HTTPException:
                return door.page(LOGIN_FIRST)
        return HTMLResponse(page, headers={"Cache-Control": "no-store"} if door is not None else None)

    return index


async def refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    own = error.detail if error.detail and not error.detail.isascii() else REFUSED.get(error.status_code, "")
    return problem(error.status_code, own or error.detail)


async def serve(app: Starlette, host: str, port: int, *, ready: Callable[[int], None] | None = None) -> None:
    """Serves until cancelled; calls `ready` with the port once it listens (port 0: any free one).

    Signals stay with the caller. Raises WebError when the port is taken or cannot be opened.
    """
    import uvicorn

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            if hasattr(app.state, "news"):
                app.state.news.close()  # else pages that wait for news would hold it up
            await super().shutdown(sockets)

    config = uvicorn.Config(
        app, http="h11", ws="none", lifespan="on", proxy_headers=False, server_header=False,
        log_config=None, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE,
    )  # fmt: skip
    server = Server(config)
    with listen(host, port) as listener:
        if ready:
            ready(listener.getsockname()[1])
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            server.should_exit = True
            await running
            raise


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises WebError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise WebError(PORT_IN_USE.format(port=port)) from error
        raise WebError(NO_PORT.format(host=host, port=port, cause=error.strerror)) from error

"""The web adapter: a page, a stream of replies and the history, on one local port."""

import asyncio
import errno
import html
import logging
import re
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.web.guard import Guard, problem
from bot.web.stream import Running, Turn
from handlers.message import Incoming, Reply

NOT_JSON = "请用 JSON 发送消息（Content-Type: application/json）。"
BAD_MESSAGE = "消息格式不对：需要 id(UUID)，以及 text 或 action。"
TOO_LONG = "这条消息太长，请分几次发送。"
NO_HISTORY = "以前的对话暂时读不出来。"
REFUSED = {404: "没有这个页面。", 405: "这个地址不接受这种请求。", 413: TOO_LONG}
PORT_IN_USE = "端口 {port} 已被占用：请关掉占用它的程序，或在 config.yaml 里把 web.port 改成别的端口。"
NO_PORT = "打不开 {host}:{port}（{cause}）：请检查 config.yaml 里的 web.host 和 web.port。"

BODY_LIMIT = 128 * 1024  # bytes; chat.js says the same before it sends
COOKIE = "dudao_chat"
YEAR = 365 * 24 * 3600  # seconds
GRACE = 2  # seconds for connections, then for turns under way, when the server stops

log = logging.getLogger(__name__)


class WebError(Exception):
    """The page cannot be served; the message says which port, why, and what to do."""


class History(Protocol):
    """A chat's past: (question, reply), oldest first, at most 20."""

    async def __call__(self, chat: str) -> list[tuple[str, Reply]]: ...


class Message(BaseModel):
    """What the page posts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID
    text: str = ""
    action: str = ""


def create(
    turn: Turn, history: History, *, title: str = "督导助手", extra_routes: Sequence[BaseRoute] = ()
) -> Starlette:
    """The app: GET / and /static/…, GET /api/history, POST /api/messages (answers in JSON lines), the extra routes."""
    static = Path(__file__).with_name("static")
    page = (static / "index.html").read_text("utf-8").replace("{{title}}", html.escape(title))
    running = Running(turn)

    async def index(request: Request) -> Response:
        return HTMLResponse(page)

    async def messages(request: Request) -> Response:
        incoming = await read(request)
        return with_chat(StreamingResponse(running.lines(incoming), media_type="application/x-ndjson"), incoming.chat)

    async def past(request: Request) -> Response:
        chat = chat_of(request)
        try:
            turns = await history(chat)
        except Exception:
            log.exception("web: the history could not be read")
            return problem(500, NO_HISTORY)
        items = [{"question": question, "reply": asdict(reply)} for question, reply in turns]
        return with_chat(JSONResponse({"turns": items}), chat)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await running.finish(GRACE)

    return Starlette(
        routes=[
            Route("/", index),
            Route("/api/history", past),
            Route("/api/messages", messages, methods=["POST"]),
            Mount("/static", StaticFiles(directory=static)),
            *extra_routes,
        ],
        middleware=[Middleware(Guard)],
        exception_handlers={HTTPException: refuse},
        lifespan=lifespan,
    )


async def read(request: Request) -> Incoming:
    """One posted message; raises HTTPException (400, 413, 415) with a text fit for the page."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, NOT_JSON)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_LIMIT:
                raise HTTPException(413, TOO_LONG)
        message = Message.model_validate_json(bytes(body))
    except (ClientDisconnect, ValidationError) as error:
        raise HTTPException(400, BAD_MESSAGE) from error
    chat = chat_of(request)
    return Incoming(str(message.id), "web", chat, "local", datetime.now(UTC), message.text, message.action)


def chat_of(request: Request) -> str:
    """The chat id this browser was given, or a fresh random one."""
    known = request.cookies.get(COOKIE, "")
    return known if re.fullmatch(r"[\w-]{22}", known, re.ASCII) else secrets.token_urlsafe(16)


def with_chat(response: Response, chat: str) -> Response:
    """Only API responses set the cookie: a page opened from a link elsewhere comes without it (SameSite=Strict)."""
    response.set_cookie(COOKIE, chat, max_age=YEAR, httponly=True, samesite="strict")
    return response


async def refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, REFUSED.get(error.status_code, error.detail))


async def serve(app: Starlette, host: str, port: int, *, ready: Callable[[int], None] | None = None) -> None:
    """Serves until cancelled; calls `ready` with the port once it listens (port 0: any free one).

    Signals stay with the caller. Raises WebError when the port is taken or cannot be opened.
    """
    import uvicorn

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

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

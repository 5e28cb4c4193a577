"""The commands that stay: every enabled channel, and the terminal chat."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from starlette.applications import Starlette

from bot import demo, logs
from bot.alone import alone
from bot.app import App, opened
from bot.config import Settings
from bot.local import LOCAL, local_person
from bot.metrics import Metrics
from bot.outbox import Delivery
from bot.progress import bar, say
from bot.stopping import on_signal
from bot.ticking import Ticking
from handlers.helping import WELCOME
from handlers.message import Button, Incoming, Reply
from records.outbox import Outbox

if TYPE_CHECKING:
    from bot.feishu.start import Service as FeishuService
    from bot.telegram.start import Service

GRACE = 2.0  # seconds for what is under way when the process is told to stop; the web's two come before
NO_CHANNEL = (
    "dudao: 没有启用任何渠道；请在 config.yaml 里把 web.enabled 设为 true，"
    "或在环境变量 TELEGRAM_BOT_TOKEN 里给出机器人令牌，或给出 FEISHU_APP_ID 和 FEISHU_APP_SECRET。"
)
READY = "督导助手已启动：只在{where}里"
OPEN = (
    "web.host 是 {host}，web.public 是 false：能连到这个端口的人都可以当管理员。"
    "请改回 127.0.0.1（容器里请只对本机开放端口），或设 web.public: true。"
)
_SWITCH = 0.001  # seconds that a search may hold up everybody else; five times as long is Python's own choice
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
log = logging.getLogger(__name__)
_LEAVE = {"/exit", "/quit", "exit", "quit", "退出", "再见"}


async def run(settings: Settings, options: argparse.Namespace) -> int:
    """Serve until told to stop (Ctrl-C or SIGTERM)."""
    from bot.health import routes
    from bot.web.server import create, serve

    logs.setup(settings)
    sys.setswitchinterval(_SWITCH)
    if settings.web.enabled and not settings.web.public and settings.web.host not in _LOOPBACK:
        log.warning(OPEN.format(host=settings.web.host))
    talks = settings.telegram.enabled and bool(settings.telegram.token.get_secret_value())
    if not settings.web.enabled and not talks and not settings.feishu.talks:
        say(NO_CHANNEL)
        return 1
    async with (
        opened(settings, bar, say) as app,
        _alone(app),
        _telegram(app, talks) as telegram,
        _feishu(app) as feishu,
    ):
        host, metrics = settings.web.host, Metrics()
        services = [one for one in (telegram, feishu) if one is not None]
        parts = [one.run() for one in services]
        page = Starlette(routes=routes(app, metrics))
        if settings.web.enabled:
            page = create(app.turns, settings.web, extra_routes=routes(app, metrics))
            if not settings.web.public:
                await local_person(app, "web", LOCAL)
            await demo.first(app)
        if settings.web.enabled or (telegram and telegram.webhook) or (feishu and feishu.callback):
            for one in services:
                one.mount(page)
            parts.append(serve(page, host, settings.web.port, ready=partial(_ready, host)))
        else:
            named = [name for name, there in ((" Telegram ", telegram), ("飞书", feishu)) if there is not None]
            print(READY.format(where="和".join(named)), flush=True)
        async with _delivering(app, metrics), _warming(app):
            serving = asyncio.create_task(_together(parts))
            on_signal(serving.cancel)
            try:
                await serving
            except asyncio.CancelledError:
                say("已停止。")
    return 0


@asynccontextmanager
async def _alone(app: App) -> AsyncIterator[None]:
    with alone(app.settings, app.database):
        yield


@asynccontextmanager
async def _warming(app: App) -> AsyncIterator[None]:
    reading = asyncio.create_task(asyncio.to_thread(app.warm))
    try:
        yield
    finally:
        await reading


async def _together(parts: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Until one of them ends or fails; then the others end."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _telegram(app: App, talks: bool) -> "AsyncIterator[Service | None]":
    """Telegram among the channels where it is configured; else its library need not be loaded."""
    if not talks:
        yield None
        return
    from bot.telegram.start import telegram

    async with telegram(app) as service:
        yield service


@asynccontextmanager
async def _feishu(app: App) -> "AsyncIterator[FeishuService | None]":
    """Feishu among the channels where it is configured; else its library need not be loaded."""
    if not app.settings.feishu.talks:
        yield None
        return
    from bot.feishu.start import feishu

    async with feishu(app) as service:
        yield service


@asynccontextmanager
async def _delivering(app: App, metrics: Metrics) -> AsyncIterator[None]:
    """Send and tick while the block lasts; then let what is under way end."""
    delivery = Delivery(app.database, app.channels, app.turns.name, app.turns.now)
    metrics.watch(app, delivery)
    app.turns.deliver = delivery.deliver
    if not app.database.served:  # this is the only process that sends; what an earlier one had claimed is free
        async with app.database.write() as connection:
            await Outbox(connection).release()
    try:
        async with Ticking(app.turns, delivery).running():
            await app.turns.sweep()
            yield
    finally:
        await app.turns.stop(GRACE)
        await delivery.stop(GRACE)


def _ready(host: str, port: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    print(f"督导助手已启动：http://{shown}:{port}", flush=True)


async def chat(settings: Settings, options: argparse.Namespace) -> int:
    """The same conversation in a terminal; a button is pressed by its number."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # else Ctrl-C would wait for the line that is being read
    async with opened(settings, bar, say) as app:
        print(WELCOME, "（输入“退出”结束；输入按钮前的数字即可点按）", sep="\n")
        await local_person(app, "console", LOCAL)
        name, buttons = f"console-{uuid4().hex[:8]}", list[Button]()
        while (line := await _line()) is not None and line.strip().lower() not in _LEAVE:
            if not line.strip():
                continue
            action = {str(i): button.action for i, button in enumerate(buttons, 1)}.get(line.strip(), "")
            text = "" if action else line
            incoming = Incoming(uuid4().hex, "console", name, LOCAL, datetime.now(UTC), text, action)
            replies = await app.turns(incoming, _ignore)
            buttons = _show(replies)
    return 0


async def _line() -> str | None:
    print("> ", end="", flush=True)
    line = await asyncio.to_thread(sys.stdin.readline)
    return line.rstrip("\n") if line else None


async def _ignore(text: str) -> None:
    """The terminal shows whole answers."""


def _show(replies: tuple[Reply, ...]) -> list[Button]:
    buttons = [button for reply in replies for row in reply.buttons for button in row]
    for reply in replies:
        print(reply.text)
        for cited in reply.citations:
            page = f" 第{cited.page}页" if cited.page else ""
            print(f"  出处：《{cited.document}》{' › '.join(cited.section)}{page}")
    print("  " + "  ".join(f"[{i}] {button.text}" for i, button in enumerate(buttons, 1)) if buttons else "")
    return buttons

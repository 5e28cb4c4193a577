"""The commands that stay: every enabled channel, and the terminal chat."""

import argparse
import asyncio
import signal
import sys
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from bot.app import opened
from bot.config import Settings
from bot.progress import bar, say
from handlers.ask import WELCOME
from handlers.message import Button, Incoming, Reply

_LEAVE = {"/exit", "/quit", "exit", "quit", "退出", "再见"}


async def run(settings: Settings, options: argparse.Namespace) -> int:
    """Serve until told to stop (Ctrl-C or SIGTERM)."""
    from bot.web.server import create, serve

    if not settings.web.enabled:
        say("dudao: 没有启用任何渠道；请在 config.yaml 里把 web.enabled 设为 true。")
        return 1
    async with opened(settings, bar, say) as app:
        host = settings.web.host
        page = create(app.turns, partial(app.turns.history, "web"))
        serving = asyncio.create_task(serve(page, host, settings.web.port, ready=partial(_ready, host)))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, serving.cancel)
        try:
            await serving
        except asyncio.CancelledError:
            say("已停止。")
    return 0


def _ready(host: str, port: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    print(f"督导助手已启动：http://{shown}:{port}", flush=True)


async def chat(settings: Settings, options: argparse.Namespace) -> int:
    """The same conversation in a terminal; a button is pressed by its number."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # else Ctrl-C would wait for the line that is being read
    async with opened(settings, bar, say) as app:
        print(WELCOME, "（输入“退出”结束；输入按钮前的数字即可点按）", sep="\n")
        name, buttons = f"console-{uuid4().hex[:8]}", list[Button]()
        while (line := await _line()) is not None and line.strip().lower() not in _LEAVE:
            if not line.strip():
                continue
            action = {str(i): button.action for i, button in enumerate(buttons, 1)}.get(line.strip(), "")
            text = "" if action else line
            incoming = Incoming(uuid4().hex, "console", name, name, datetime.now(UTC), text, action)
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

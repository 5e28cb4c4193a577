"""Kills the bot in the middle of its work, again and again, and then looks whether anything was lost or done twice.

`python -m bench.soak` (make soak): 20 rounds of 500 mixed messages from 50 chats, one kill -9 at any moment of each;
one process on SQLite, then two processes on one PostgreSQL, first in Telegram (the two behind a webhook), then in
Feishu (on long connections). A short form is a test.
"""

import asyncio
import base64
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from PIL import Image

from bench.balance import balanced
from bench.far import Far, Feishu, Telegram, end, far, free_port, join, ready, start
from bench.home import scratch, settings
from bench.seen import Seen, seen
from bot.app import opened
from bot.config import Settings
from records.database import Database

CHATS, MESSAGES, ROUNDS = 50, 500, 20
WEBHOOK_SECRET = "soak"
_PATIENCE = 120.0  # seconds for everything to be answered after the last kill
_SPEED = 60  # messages a second
_KINDS = ("question", "command", "flow", "photo", "album", "place", "press", "claim", "check", "why")
_OFTEN = (6, 1, 2, 1, 1, 1, 1, 1, 2, 1)
_AT_ONCE = 3  # people who press the same button


@dataclass(frozen=True, slots=True)
class Bots:
    """Processes of one deployment: each with its home and its port."""

    homes: Sequence[Path]
    ports: Sequence[int]
    environment: dict[str, str]
    running: list["subprocess.Popen[str]"] = field(default_factory=list)

    async def start(self, which: int) -> None:
        """Start one, and wait until it serves."""
        port = str(self.ports[which])
        process = start(self.homes[which], **self.environment, DUDAO__WEB__PORT=port)
        self.running[which : which + 1] = [process]
        await asyncio.to_thread(ready, process)

    def kill(self, which: int) -> None:
        """kill -9."""
        end(self.running[which])

    def stop(self) -> None:
        """End those that run."""
        for process in self.running:
            end(process)


@dataclass(slots=True)
class Said:
    """What people have said so far: questions and names by chat, in order, and how many messages in all.

    `claims`: action -> the chats in which it was claimed; `checks`: chat -> what was noted in each check there; `whys`:
    chat -> the problem and the cause of each analysis there.
    """

    questions: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    claims: dict[int, set[str]] = field(default_factory=dict)
    checks: dict[str, list[str]] = field(default_factory=dict)
    whys: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    count: int = 0


async def small_home(home: Path, database_url: str = "") -> Path:
    """A home whose one document answers the question that is asked."""
    values = settings(home, handbook=False).model_dump()
    here = Settings.model_validate({**values, "database": {"url": database_url}})
    paper = home.with_suffix(".md")
    paper.write_text("# 洗车作业指引\n\n## 洗车时限\n\n普通洗车须在25分钟内完成。\n", encoding="utf-8")
    async with opened(here) as app:
        await app.desk.ingest([paper], app.reading)
    return home


def planned(draw: random.Random, chats: Sequence[str], messages: int, said: Said) -> list[dict[str, Any]]:
    """Messages of mixed kinds; some are flows of two messages, albums of two parts, or are delivered twice."""
    plan: list[dict[str, Any]] = []
    while len(plan) < messages:
        chat, number = draw.choice(chats), said.count + len(plan)
        kind = draw.choices(_KINDS, _OFTEN)[0]
        if kind == "question":
            text = f"普通洗车要在多少分钟内完成？第{number}次问"
            said.questions.setdefault(chat, []).append(text)
            plan.append({"user": chat, "text": text})
        elif kind == "flow":
            said.names[chat] = f"名{number}"
            plan += [{"user": chat, "press": "me:name", "message": 1}, {"user": chat, "text": said.names[chat]}]
        elif kind == "album":
            plan += [{"user": chat, "photo": _photo(number + i), "album": f"album{number}"} for i in (0, 1)]
        elif kind == "claim":
            action, several = len(said.claims) + 1, draw.sample(list(chats), _AT_ONCE)
            said.claims[action] = set(several)
            plan += [{"user": one, "press": f"action:claim:{action}:0", "message": 1} for one in several]
        elif kind == "check":
            said.checks.setdefault(chat, []).append(f"第{number}号")
            plan += [{"user": chat, **one} for one in _check(number)]
        elif kind == "why":
            said.whys.setdefault(chat, []).append((f"问题{number}", f"原因{number}"))
            plan += [{"user": chat, "text": text} for text in _why(number)]
        else:
            plan.append({"user": chat, **_single(kind, number)})
    said.count += len(plan)
    return [{**one, "twice": draw.random() < 0.1} for one in plan]


def _single(kind: str, number: int) -> dict[str, Any]:
    if kind == "photo":
        return {"photo": _photo(number)}
    if kind == "place":
        return {"place": [31.2, 121.4]}
    return {"press": "rate:1:up", "message": 1} if kind == "press" else {"text": "/help"}


def _check(number: int) -> list[dict[str, Any]]:
    """A whole check: one item, the rest at once, two photos of the one that failed, 提交; its action is put down."""
    before: list[dict[str, Any]] = [{"text": "/check 5s-front S-1"}, {"text": "合格"}, {"text": "除了4，其余合格"}]
    named = {"text": f"第{number}号"}
    photos = [{"photo": _photo(number + i), "album": f"check{number}", **(named if i == 0 else {})} for i in (0, 1)]
    return [*before, *photos, {"text": "下一项"}, {"text": "提交"}, {"text": "取消"}]


def _why(number: int) -> list[str]:
    """A 5-Why with one cause, put down."""
    return [f"/why 问题{number}", "5Why", *["跳过"] * 4, "没有指标", f"原因{number}", "取消"]


def _photo(number: int) -> str:
    content = BytesIO()
    Image.new("RGB", (32, 24), (number % 256, number // 256 % 256, 90)).save(content, "PNG")
    return base64.b64encode(content.getvalue()).decode()


async def say(there: Far, plan: Sequence[dict[str, Any]]) -> None:
    """Deliver them, at _SPEED."""
    for at in range(0, len(plan), _SPEED // 10):
        for twice, part in groupby(plan[at : at + _SPEED // 10], itemgetter("twice")):
            some = [{name: one[name] for name in one if name != "twice"} for one in part]
            await asyncio.to_thread(there.push, some, twice=twice)
        await asyncio.sleep(0.1)


async def settled(there: Far, database: Database, channel: str) -> Seen:
    """Once everything is confirmed, handled and sent."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        pending = (await asyncio.to_thread(there.state))["pending"]
        found = await seen(database, channel)
        if not pending and not found.unhandled and not found.unsent:
            return found
        await asyncio.sleep(0.3)
    waits = f"{pending} updates, {found.unhandled} messages, {found.unsent} replies"
    raise AssertionError(f"after {_PATIENCE:.0f} s there wait {waits}")


def judged(found: Seen, sent: Sequence[dict[str, Any]], said: Said) -> list[str]:
    """Everything that is wrong: lost, done twice, not arrived, or out of order."""
    wrong = []
    asked = {(chat, text) for chat, texts in said.questions.items() for text in texts}
    wrong += [f"lost: {one}" for one in asked - set(found.questions)]
    wrong += [f"done {count} times: {one}" for one, count in found.questions.items() if count != 1 and one in asked]
    for chat, texts in said.questions.items():
        done = [text for user, text in found.questions if user == chat and text in texts]
        wrong += [] if done == texts else [f"chat {chat} was handled out of order"]
    for chat, name in said.names.items():
        called = found.names.get(chat)
        wrong += [] if called == name else [f"{chat} is called {called}, not {name}"]
    for action, chats in said.claims.items():
        claimed = found.claims.get(action, [])
        wrong += [] if len(claimed) == 1 and claimed[0] in chats else [f"action {action} was claimed by {claimed}"]
    for chat, noted in said.checks.items():
        kept = found.checks.get(chat, [])
        wrong += [] if kept == [(note, 2) for note in noted] else [f"checks of {chat}: {kept}, not {noted}"]
    for chat, begun in said.whys.items():
        analyses = found.whys.get(chat, [])
        wrong += [] if analyses == begun else [f"analyses of {chat}: {analyses}, not {begun}"]
    photos = 2 * sum(map(len, said.checks.values()))
    wrong += [] if found.photos == (photos, photos) else [f"photos (kept, in checks): {found.photos}, not {photos}"]
    wrong += [f"message {message} was answered twice" for message in found.doubled]
    first: dict[tuple[str, str], int] = {}
    for one in sent:
        first.setdefault((str(one["chat"]), str(one["message"])), one["n"])
    for chat_, names in found.sent.items():
        places = [first.get((chat_, name)) for name in names if name]
        wrong += [f"a reply to {chat_} did not arrive"] if None in places else []
        known = [place for place in places if place is not None]
        wrong += [f"replies to {chat_} came out of order"] if known != sorted(known) else []
    return wrong


async def soak(
    folder: Path, homes: Sequence[Path], database_url: str, kind: type[Telegram] | type[Feishu] = Telegram, *,
    rounds: int, messages: int, chats: int, seed: int = 1,
) -> int:  # fmt: skip
    """Run it over homes that hold the same documents; returns how many messages were said. Raises AssertionError."""
    draw, said = random.Random(seed), Said()
    async with AsyncExitStack() as stack:
        there = stack.enter_context(far(0, kind, *(["--patient"] if kind is Feishu else [])))
        ports = [free_port() for _ in homes]
        environment = {**there.environment(), "DUDAO__FILES__URL": str(folder / "files"), "DUDAO__HANDBOOK": "false"}
        if len(homes) > 1:
            environment |= {"DUDAO__DATABASE__URL": database_url}
        if len(homes) > 1 and kind is Telegram:
            front = await stack.enter_async_context(balanced(ports))
            environment |= {
                "DUDAO__TELEGRAM__WEBHOOK": f"http://127.0.0.1:{front}/telegram",
                "TELEGRAM_WEBHOOK_SECRET": WEBHOOK_SECRET,
            }
        database = Database(database_url)
        stack.push_async_callback(database.close)
        await database.migrate()
        people = await join(database, chats, datetime.now(UTC), actions=rounds * (messages // _AT_ONCE + 1), kind=kind)
        bots = Bots(homes, ports, environment)
        stack.callback(bots.stop)
        for which in range(len(homes)):
            await bots.start(which)
        for number in range(rounds):
            await _round(bots, there, planned(draw, people, messages, said), draw)
            found = await settled(there, database, kind.channel)
            wrong = judged(found, await asyncio.to_thread(there.sent), said)
            if wrong:
                raise AssertionError("\n".join(wrong[:20]))
            print(f"round {number + 1}: {said.count} messages, nothing lost, nothing twice", flush=True)
    return said.count


async def _round(bots: Bots, there: Far, plan: Sequence[dict[str, Any]], draw: random.Random) -> None:
    """Say it all; at some moment of it one process is killed, and started again."""
    saying = asyncio.create_task(say(there, plan))
    await asyncio.sleep(draw.uniform(0.05, 1.2 * len(plan) / _SPEED))
    which = draw.randrange(len(bots.homes))
    bots.kill(which)
    await bots.start(which)
    await saying


async def main() -> None:
    """Every deployment, in every chat."""
    import postgres_server  # a module of the tests

    with scratch() as folder:
        for kind in (Telegram, Feishu):
            here = folder / kind.channel
            here.mkdir()
            first = await small_home(here / "one")
            url = f"sqlite:///{first / 'dudao.db'}"
            await soak(here, [first], url, kind, rounds=ROUNDS, messages=MESSAGES, chats=CHATS)
            with postgres_server.server() as running, postgres_server.database(running) as served:
                homes = [await small_home(here / name, served) for name in ("two", "three")]
                await soak(here, homes, served, kind, rounds=ROUNDS, messages=MESSAGES, chats=CHATS)


if __name__ == "__main__":
    sys.path.insert(0, "tests")
    asyncio.run(main())

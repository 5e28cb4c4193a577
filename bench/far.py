"""A fake Telegram or Feishu as a process of its own (tests/fake_….py), and bots that run against it."""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from records.action import Action
from records.actions import Actions
from records.database import Database
from records.people import SUPERVISOR, People
from records.stores import Stores

_FAKES = Path(__file__).resolve().parents[1] / "tests"
FIRST = 1001  # the first user's number at the far end


@dataclass(frozen=True, slots=True)
class Far(ABC):
    """The control API of a running fake; `key` and `secret` are what the bot shows there."""

    url: str
    key: str
    secret: str
    process: int

    @abstractmethod
    def push(self, said: Sequence[dict[str, Any]], *, twice: bool = False) -> None:
        """Let these be said, as the fake's control API writes them for Telegram."""

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """What a bot needs to talk to it."""

    def sent(self, since: int = 0) -> list[dict[str, Any]]:
        """What the bots have shown, from the `since`-th on."""
        return list(self._call(f"sent?since={since}")["sent"])

    def count(self) -> int:
        """How much was shown."""
        return int(self._call("count")["sent"])

    def state(self) -> dict[str, Any]:
        """Counts, as the fake gives them."""
        return self._call("state")

    def faults(self, faults: Sequence[dict[str, Any]]) -> None:
        """What goes wrong next."""
        self._call("faults", list(faults))

    def _call(self, what: str, body: Any = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/control/{what}", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found


class Telegram(Far):
    """Whose updates the bot fetches, or has brought to its webhook."""

    channel, fake, user = "telegram", "fake_telegram.py", "{}"

    def push(self, said: Sequence[dict[str, Any]], *, twice: bool = False) -> None:
        """As they are."""
        self._call("updates", {"updates": list(said), "twice": twice})

    def environment(self) -> dict[str, str]:
        """A token, and where to go with it."""
        base = {
            "DUDAO__TELEGRAM__BASE_URL": f"{self.url}/bot",
            "DUDAO__TELEGRAM__BASE_FILE_URL": f"{self.url}/file/bot",
        }
        return {"TELEGRAM_BOT_TOKEN": self.key, **base}


class Feishu(Far):
    """Whose events come over the bot's long connections; people wait with the next word until one was taken."""

    channel, fake, user = "feishu", "fake_feishu.py", "ou_{}"

    def push(self, said: Sequence[dict[str, Any]], *, twice: bool = False) -> None:
        """Pictures with words are posts there, albums are pictures in a row, and a button brings an object."""
        self._call("events", {"events": [_event(one) for one in said], "twice": twice})

    def environment(self) -> dict[str, str]:
        """An app, and where it is known."""
        return {
            "FEISHU_APP_ID": self.key, "FEISHU_APP_SECRET": self.secret, "DUDAO__FEISHU__BASE_URL": self.url,
            "DUDAO__FEISHU__MESSAGES_PER_SECOND": "10000",
        }  # fmt: skip


def _event(one: dict[str, Any]) -> dict[str, Any]:
    if "press" not in one:
        return one
    return {**one, "message": "om_1", "press": {"action": one["press"], "chat": one["user"]}}


@contextmanager
def far(flood: float = 0, kind: type[Telegram] | type[Feishu] = Telegram, *more: str) -> Iterator[Far]:
    """A fake without limits of speed, unless `flood` says otherwise; `more` are arguments of its own."""
    arguments = [sys.executable, str(_FAKES / kind.fake), "--flood", str(flood), *more]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        words = process.stdout.readline().split()
        yield kind(words[2], words[4], words[-1], process.pid)
    finally:
        end(process)


@contextmanager
def bot(home: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """`dudao run`, listening; killed at the end if it still runs."""
    process = start(home, **environment)
    try:
        ready(process)
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[str]) -> None:
    """kill -9."""
    process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


def start(home: Path, **environment: str) -> subprocess.Popen[str]:
    """`dudao run` in a process of its own."""
    settings = {"DUDAO__WEB__PORT": "0", "DUDAO__TELEGRAM__MESSAGES_PER_SECOND": "10000", **environment}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "--home", str(home), "run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env={**os.environ, "DUDAO__PEOPLE__MESSAGES_PER_MINUTE": "100000", **settings},
    )


def ready(process: subprocess.Popen[str]) -> str:
    """Wait until it serves; what it says then."""
    assert process.stdout
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"dudao run ended with {process.wait()}")
    return line.strip()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


async def join(
    database: Database, count: int, now: Any, actions: int = 0, kind: type[Telegram] | type[Feishu] = Telegram
) -> list[str]:
    """Let so many people join from there, with so many actions at their store, from 1 on.

    Returns what they are called there, which is what their chats are called too.
    """
    numbers = range(FIRST, FIRST + count)
    async with database.write() as connection:
        people, stores = People(connection), [await Stores(connection).save("S-1", "一店", "")] if actions else []
        for number in numbers:
            here = [one.id for one in stores]
            person = await people.add(f"测试{number}", SUPERVISOR, "Asia/Shanghai", now, stores=here)
            await people.connect(person.id, kind.channel, kind.user.format(number), kind.user.format(number), now)
        for number in range(actions):
            one = Action(stores[0].id, f"整改{number}", now + timedelta(days=9), now, None)
            await Actions(connection).make(one)
    return [kind.user.format(number) for number in numbers]

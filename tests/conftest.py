"""What tests share: homes, the model loaded once, the command line, a chat."""

import asyncio
import gc
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import postgres_server
import pytest
import pytest_asyncio
from filelock import FileLock
from sqlalchemy import make_url

import bot.app
from bot.__main__ import main
from bot.app import App, opened
from bot.channel import Mailbox
from bot.config import EmbedderSettings, Settings
from bot.config_file import load
from bot.turn import Turns
from handlers.message import Button, Incoming, Reply
from records.database import Database
from records.people import People, Person
from retrieval.model.types import Embedder

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job ignores it, and so would its children
    signal.signal(signal.SIGINT, signal.default_int_handler)

SCRIPTS = Path(sys.executable).parent
WASH = """---
title: 洗车作业指引
version: "2.1"
---
# 洗车作业指引

## 洗车时限
普通洗车须在25分钟内完成，精洗须在70分钟内完成。

## 洗车步骤
洗车分四步：
1. 预冲：高压水枪由上到下冲掉泥沙
2. 泡沫：均匀喷洒泡沫并停留3分钟
3. 擦洗：用两桶法擦洗车身
4. 吹干：吹干门缝和后视镜

## 水枪压力
水枪压力不超过120巴，枪头离车漆至少30厘米。
"""
TOOLS = """# 工具借用规定

## 借用登记
借用专用工具须在登记本写明姓名、工具编号和归还时间，由库管员老郑签字。

## 归还期限
专用工具须在下班前归还，逾期一次扣2分。

## 损坏赔偿
人为损坏按折旧后价格的60%赔偿。
"""
LOUNGE = """# 客休区管理

## 饮品供应
客休区供应菊花茶、咖啡和矿泉水三种饮品，每90分钟巡查一次。

## 室内温度
客休区夏季室温保持26度，冬季室温保持20度。
"""
WAITING = (
    "test_soak",
    "test_chat_process",
    "test_stopping",
    "test_model_torch",
    "test_morning_push",
    "test_sixty_days",
)
PRICES = "项目,工时,价格\n更换雨刮片,0.2,48元\n四轮定位,1.5,320元\n更换空调滤芯,0.3,86元\n"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for processes and clocks comes first, so that no worker is left waiting alone at the end."""
    items.sort(key=lambda item: item.path.stem not in WAITING)
    gc.collect()
    gc.freeze()  # thousands of tests stand in memory, and need not be looked through again and again


def loaded(home: Path, **changes: Any) -> Settings:
    """Settings for a home, from nothing but defaults and this machine's model cache."""
    keep = {name: os.environ[name] for name in ("DUDAO_MODELS", "XDG_CACHE_HOME") if name in os.environ}
    known = load(keep, home / "no-config.yaml", home)
    return Settings.model_validate({**known.model_dump(), "handbook": False, **changes})


@pytest.fixture(scope="session", autouse=True)
def embedder() -> Iterator[Embedder]:
    """The bundled model, loaded once; homes that use the default embedder are given this one."""
    kept: list[Embedder] = []
    build = bot.app.build_embedder

    def once(settings: EmbedderSettings, *rest: Any) -> Embedder:
        if settings != EmbedderSettings():
            return build(settings, *rest)
        kept[:] = kept or [build(settings, *rest)]
        return kept[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bot.app, "build_embedder", once)
        plain = loaded(Path("unused"))
        yield once(plain.embedder, plain.models, None)


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """A folder of four small documents of our own."""
    folder = tmp_path / "papers"
    folder.mkdir()
    for name, text in {"洗车.md": WASH, "工具.md": TOOLS, "客休区.md": LOUNGE, "价目.csv": PRICES}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def own_built(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """A home with our own four documents and no handbook, to be copied."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "papers").mkdir()
    for name, text in {"洗车.md": WASH, "工具.md": TOOLS, "客休区.md": LOUNGE, "价目.csv": PRICES}.items():
        (folder / "papers" / name).write_text(text, encoding="utf-8")

    async def build() -> None:
        async with opened(loaded(folder / "home")) as app:
            done = await app.desk.ingest([folder / "papers"], app.reading)
            assert [one.error for one in done] == [""] * 4

    asyncio.run(build())
    return folder / "home"


@pytest.fixture(scope="session")
def handbook_built(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """A home with the bundled handbook, to be copied; one for all workers."""
    shared = tmp_path_factory.getbasetemp()
    home = (shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) / "handbook-home"

    async def build() -> None:
        async with opened(loaded(home, handbook=True)):
            pass

    with FileLock(f"{home}.lock"):
        if not (made := home.with_suffix(".made")).exists():
            asyncio.run(build())
            made.touch()
    return home


@pytest.fixture
def own_home(own_built: Path, tmp_path: Path) -> Path:
    """A fresh copy of the home with our own documents."""
    return Path(shutil.copytree(own_built, tmp_path / "own-home"))


@pytest.fixture
def handbook_home(handbook_built: Path, tmp_path: Path) -> Path:
    """A fresh copy of the home with the handbook."""
    return Path(shutil.copytree(handbook_built, tmp_path / "handbook-home"))


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """Its lines on stdout."""
        return self.out.splitlines()


@pytest.fixture
def dudao(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Ran]:
    """Runs `dudao …` in this process, in an empty folder: dudao("--home", home, "ask", "…", stdin=b"…")."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as left:
            status = int(left.code or 0)
        out, err = capsys.readouterr()
        return Ran(status, out, err)

    return run


def process(*arguments: object, **options: Any) -> "subprocess.Popen[bytes]":
    """`dudao …` as a process of its own, all its streams piped."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    return subprocess.Popen([str(SCRIPTS / "dudao"), *map(str, arguments)], **{**pipes, "env": environment, **options})


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass
class ChromaServer:
    """A Chroma server of the package's own, on one port and one folder."""

    folder: Path
    port: int = field(default_factory=free_port)
    running: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and come back when it listens."""
        self.running = subprocess.Popen(
            [SCRIPTS / "chroma", "run", "--path", self.folder, "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 60
        while time.monotonic() < until and self.running.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)  # another process has the word
        raise AssertionError("chroma run does not listen")

    def stop(self) -> None:
        """End it."""
        if self.running is not None:
            self.running.terminate()
            self.running.wait()
            self.running = None


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    """A Chroma server for the whole session."""
    server = ChromaServer(tmp_path_factory.mktemp("chroma"))
    server.start()
    yield server
    server.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Any]:
    """The one Chromium of the session."""
    from chromium import Chromium

    async with AsyncExitStack() as stack:
        yield Chromium(stack)


@pytest.fixture(scope="session")
def postgres_running() -> Iterator[Any]:
    """A real PostgreSQL for the whole session."""
    with postgres_server.server() as running:
        yield running


@pytest.fixture
def postgres(postgres_running: Any) -> Iterator[str]:
    """The URL of a fresh, empty database on a real PostgreSQL."""
    with postgres_server.database(postgres_running) as url:
        yield url


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema and nothing else, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "dudao.db"
    asyncio.run(_migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres_running: Any) -> Iterator[str]:
    """The name of a PostgreSQL database with the schema and nothing else, to be copied."""
    with postgres_server.database(postgres_running) as url:
        asyncio.run(_migrate(url))
        yield make_url(url).database or ""


async def _migrate(url: str) -> None:
    made = Database(url)
    await made.migrate()
    await made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of each kind, migrated."""
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('migrated'), tmp_path / 'dudao.db')}"
        return
    running, like = (request.getfixturevalue(name) for name in ("postgres_running", "migrated_postgres"))
    with postgres_server.database(running, like) as url:
        yield url


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    """An empty database of each kind, migrated."""
    opened = Database(migrated_url)
    yield opened
    await opened.close()


@dataclass
class Chat:
    """One person's chat with a running house."""

    app: App
    name: str = "c1"
    channel: str = "test"
    person: str = "小林"
    stranger: bool = False
    replies: tuple[Reply, ...] = ()

    async def say(self, text: str, message: str = "") -> str:
        """What is answered to a text; "" when nothing is."""
        return await self._send(text, "", message)

    async def press(self, verb: str) -> str:
        """Press the button of the last reply whose text holds `verb`."""
        [button] = [button for button in self.buttons if verb in button.text]
        return await self._send("", button.action, "")

    async def act(self, action: str) -> str:
        """Press a button that is no longer, or never was, shown here."""
        return await self._send("", action, "")

    @property
    def buttons(self) -> list[Button]:
        """Those of the last reply."""
        return [button for reply in self.replies for row in reply.buttons for button in row]

    async def join(self, role: str = "admin") -> Person:
        """Be someone with a role; whoever has not joined is made an admin."""
        now = self.app.turns.now()
        self.app.channels.setdefault(self.channel, Mailbox(self.channel))
        async with self.app.database.write() as connection:
            people = People(connection)
            known = await people.who(self.channel, self.person)
            if known is None:
                known = await people.add(self.person, role, "Asia/Shanghai", now)
                await people.connect(known.id, self.channel, self.person, self.name, now)
        return known

    async def _send(self, text: str, action: str, message: str) -> str:
        if not self.stranger:
            await self.join()
        now = self.app.turns.now()
        incoming = Incoming(message or uuid4().hex, self.channel, self.name, self.person, now, text, action)
        self.replies = await self.app.turns(incoming, _unwatched)
        return "\n".join(reply.text for reply in self.replies)


async def _unwatched(text: str) -> None:
    """Nobody watches an answer grow."""


Opens = Callable[..., AbstractAsyncContextManager[App]]


@pytest.fixture
def house() -> Opens:
    """Opens a home: `async with house(home, handbook=True) as app`."""

    @asynccontextmanager
    async def at(home: Path, **changes: Any) -> AsyncIterator[App]:
        async with opened(loaded(home, **changes)) as app:
            yield app

    return at


@pytest.fixture
async def app(own_home: Path, house: Opens) -> AsyncIterator[App]:
    """A house with our own documents, at noon."""
    from talking import NOON, Clock

    async with house(own_home) as opened_app:
        opened_app.turns.now = Clock(NOON)
        yield opened_app


@pytest.fixture
async def admin(app: App) -> Any:
    """An admin who talks with it: a `Talk`."""
    from talking import Talk

    chat = Talk(app)
    await chat.be("admin")
    return chat


@pytest.fixture(name="bot")
def house_behind(turns: Turns) -> Any:
    """The house behind a test's turns, as what it is."""
    return turns.house

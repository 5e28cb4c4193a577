"""What the log says: one event a line, without secrets, and without what people wrote unless it is told to."""

import asyncio
import io
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import Chat, Opens, loaded
from pydantic import SecretStr

from bot import logs
from bot.config import LlmSettings, LogSettings, Settings, TelegramSettings
from bot.done import DONE, FAILED, Done
from bot.metrics import Metrics
from bot.outbox import Delivery
from handlers.message import Attachment, Incoming, Place, Reply

TOKEN = "7654321:AAH_secret-of-the-bot-0123456789abcdef"
PASSWORD = "p@ss/word"
KEY = 'sk-"quoted"-key'
WROTE = "客户张伟的电话是13800001111"
log = logging.getLogger("bot.test")


def settings(**changes: Any) -> Settings:
    """Settings full of secrets."""
    return loaded(
        Path("unused"),
        telegram=TelegramSettings(token=SecretStr(TOKEN), webhook_secret=SecretStr("hook-secret")),
        llm=LlmSettings(api_key=SecretStr(KEY)),
        database={"url": "postgresql+asyncpg://dudao:p%40ss%2Fword@db/dudao"},
        log=LogSettings(**changes),
    )


Lines = Callable[..., Callable[[], list[str]]]


@pytest.fixture
def written() -> Iterator[Lines]:
    """Sets logging up, and hands out the lines written since: lines = written(format="json"); lines()."""
    root = logging.getLogger()
    before, names = list(root.handlers), ["", *logs._OURS, *logs._SILENT]
    levels = {name: logging.getLogger(name).level for name in names}

    def start(**changes: Any) -> Callable[[], list[str]]:
        stream = io.StringIO()
        logs.setup(settings(**changes), stream)
        return lambda: stream.getvalue().splitlines()

    yield start
    logging.captureWarnings(False)
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_a_line_of_text_has_time_level_logger_event_and_fields(written: Lines) -> None:
    lines = written()
    logs.event(log, "turn", channel="web", seconds=0.25, why="two words", ok=True)
    [line] = lines()
    time, level, logger, event, *fields = line.split(maxsplit=4)
    assert time.endswith("Z")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(time)).total_seconds()) < 60
    assert (level, logger, event) == ("INFO", "bot.test", "turn")
    assert fields == ['channel=web seconds=0.25 why="two words" ok=true']


def test_a_line_of_json_is_an_object(written: Lines) -> None:
    lines = written(format="json")
    logs.event(log, "turn", channel="web", seconds=0.25)
    [line] = lines()
    read = json.loads(line)
    assert list(read) == ["time", "level", "logger", "event", "channel", "seconds"]
    assert (read["level"], read["event"], read["seconds"]) == ("info", "turn", 0.25)


@pytest.mark.parametrize("format", ["text", "json"])
def test_an_event_is_one_line_whatever_is_in_it(written: Lines, format: str) -> None:
    lines = written(format=format, texts=True)
    logs.event(log, "a\nb\r\u2028c", text="d\n\x85e\x1c", private={"said": ["f\ng"]})
    log.error("%s", "h\ni")
    assert len(lines()) == 2


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_only_what_is_of_the_level_is_written(written: Lines, level: str) -> None:
    lines = written(level=level, format="json")
    for name in ("debug", "info", "warning", "error"):
        log.log(getattr(logging, name.upper()), name)
    every = ["debug", "info", "warning", "error"]
    assert [json.loads(line)["event"] for line in lines()] == every[every.index(level) :]


@pytest.mark.parametrize("format", ["text", "json"])
def test_no_secret_is_written_in_any_disguise(written: Lines, format: str) -> None:
    lines = written(format=format, level="debug", texts=True)
    url = f"https://api.telegram.org/bot{TOKEN}/sendMessage"
    log.warning("cannot reach %s", url)
    log.warning("quoted %s", httpx.QueryParams({"token": TOKEN}))
    log.warning("of another bot: https://api.telegram.org/bot123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp012/getMe")
    logs.event(log, "connect", url="postgresql+asyncpg://dudao:p%40ss%2Fword@db/dudao", plain=PASSWORD, key=KEY)
    try:
        raise ConnectionError(f"POST {url} hook-secret")
    except ConnectionError:
        log.exception("failed with %s", KEY)
    told = "\n".join(lines())
    assert len(lines()) == 5
    for secret in (TOKEN, TOKEN.replace(":", "%3A"), "AAbbCC", PASSWORD, "p%40ss", "sk-", "hook-secret"):
        assert secret not in told
    assert "***" in told


def test_the_libraries_that_log_addresses_and_statements_are_quiet(written: Lines) -> None:
    lines = written(level="debug")
    client = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200)))
    with client:
        client.get(f"http://127.0.0.1/bot{TOKEN}/getMe")
    for name in ("httpx", "telegram.ext", "telegram.Bot", "httpcore.http11", "apscheduler", "openai"):
        logging.getLogger(name).info("https://api.telegram.org/bot%s/getMe", TOKEN)
    logging.getLogger("telegram.request.BaseRequest").error('Can not load invalid JSON data: "%s"', WROTE)
    assert lines() == []


def test_a_fault_says_where_it_happened_and_not_what_was_said(written: Lines) -> None:
    lines = written(format="json")

    def handler() -> None:
        raise KeyError(WROTE)

    try:
        try:
            handler()
        except KeyError as error:
            raise LookupError(f"not {WROTE}") from error
    except LookupError:
        log.exception("turn: message %s failed", 7)
    [line] = lines()
    assert WROTE not in line
    read = json.loads(line)
    assert read["error"] == "LookupError <- KeyError"
    assert "tests/test_logs.py:" in read["trace"]


def test_the_words_of_a_fault_of_the_machine_are_kept(written: Lines) -> None:
    lines = written(format="json")
    for error in (ConnectionRefusedError("refused"), sqlite3.OperationalError("disk I/O error")):
        log.warning("tick: %s", error)
    assert [json.loads(line)["event"] for line in lines()] == [
        "tick: ConnectionRefusedError: refused",
        "tick: OperationalError: disk I/O error",
    ]


async def test_what_asyncio_holds_in_its_hands_is_not_shown(written: Lines) -> None:
    lines = written()

    async def fail() -> None:
        raise ValueError(WROTE)

    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    asyncio.get_running_loop().call_exception_handler(
        {"message": "Task exception was never retrieved", "future": task, "exception": task.exception()}
    )
    [line] = lines()
    assert "never retrieved" in line
    assert WROTE not in line


@pytest.mark.parametrize("texts", [False, True])
async def test_a_turn_is_one_line_and_its_words_only_where_they_are_wanted(
    written: Lines, texts: bool, own_home: Path, house: Opens
) -> None:
    async with house(own_home) as app:
        chat = Chat(app)
        await chat.join()
        Metrics().watch(app, Delivery(app.database, app.channels, app.turns.name, app.turns.now))
        lines = written(format="json", texts=texts)
        await chat.say(f"{WROTE}，普通洗车要在多少分钟内完成？")
    [line] = lines()
    read = json.loads(line)
    assert (read["event"], read["channel"], read["kind"], read["outcome"]) == ("turn", "test", "text", DONE)
    assert (read["replies"], read["chat"]) == (1, logs.chat_id("test", "c1"))
    assert 0 < read["seconds"] < 60
    assert read["inbox"] > 0
    assert (WROTE in line, "小林" in line, "said" in read) == (texts, texts, texts)


async def test_a_turn_that_failed_says_so_without_its_words(
    written: Lines, own_home: Path, house: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(own_home) as app:

        async def fail(*_: object) -> None:
            raise RuntimeError(WROTE)

        monkeypatch.setattr(type(app.turns.desk), "ask", fail)
        chat = Chat(app)
        await chat.join()
        Metrics().watch(app, Delivery(app.database, app.channels, app.turns.name, app.turns.now))
        lines = written(format="json")
        await chat.say(WROTE)
    fault, turn = map(json.loads, lines())
    assert (fault["level"], fault["error"]) == ("error", "RuntimeError")
    assert turn["outcome"] == FAILED
    assert WROTE not in "\n".join(lines())


NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"text": "洗车"}, "text"),
        ({"text": "/start abc-secret-code"}, "/start"),
        ({"text": "/me@dudao_bot"}, "/me"),
        ({"text": "/小林"}, "text"),
        ({"action": "rate:12:up"}, "press:rate"),
        ({"action": "小林:12"}, "press"),
        ({"attachments": (Attachment("张伟.jpg", "image/jpeg", "r", 1, "photo"),)}, "photo"),
        ({"place": Place(31.2, 121.4)}, "place"),
    ],
)
def test_the_kind_of_a_message_never_quotes_it(changes: dict[str, Any], kind: str) -> None:
    incoming = Incoming("1", "test", "c1", "p", NOON, **changes)
    assert Done(incoming, (Reply(""),), 1, 0.1, DONE).kind == kind


def test_a_web_chats_id_is_its_key_and_is_not_written() -> None:
    assert logs.chat_id("web", "abc") == logs.chat_id("web", "abc") != logs.chat_id("telegram", "abc")
    assert logs.chat_id("web", "some-long-key") not in ("some-long-key", "")

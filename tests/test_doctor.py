"""What `dudao doctor` says of people, messages, files and Telegram, and how to mend it."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Ran, free_port, loaded, process
from fake_telegram import TOKEN, FakeTelegram, fake_telegram
from telegram_house import settings as to_the_fake

from bot import checkup
from bot.app import database_url
from bot.backup import UNFINISHED
from bot.config import Settings
from bot.finding import BAD, GOOD, MISSING, Finding
from handlers.message import Reply
from handlers.wire import dump_reply
from records.database import Database
from records.inbox import Arrived, Inbox
from records.outbox import BLOCKED, Outbox, Promised
from records.people import ADMIN, People
from records.stores import Stores

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(hours=1)


@pytest.fixture
async def database(own_home: Path) -> AsyncIterator[Database]:
    """The records of a home with four documents."""
    database = Database(database_url(loaded(own_home)))
    await database.migrate()
    yield database
    await database.close()


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with fake_telegram() as far:
        yield far


async def seen(home: Path, database: Database, **changes: Any) -> dict[str, Finding]:
    """The findings about the talk, by what was looked at."""
    return {one.check: one async for one in checkup.talk(loaded(home, **changes), database)}


async def put_in(database: Database, user: str, *, channel: str = "telegram", demo: bool = False) -> None:
    async with database.write() as connection:
        person = await People(connection).add("老陈", ADMIN, "Asia/Shanghai", NOW, demo=demo)
        await People(connection).connect(person.id, channel, user, user, NOW)


WITH_TELEGRAM = {"telegram": {"token": TOKEN}}


@pytest.mark.parametrize(
    ("today", "own", "state", "said"),
    [
        (date(2026, 9, 1), [], GOOD, "放假安排到 2026 年底都是公布的"),
        (date(2026, 11, 22), [], MISSING, "2027 年的放假安排还没有公布"),
        (date(2027, 5, 1), [], MISSING, "2027 年的放假安排还没有公布"),
        (date(2026, 11, 22), [date(2027, 2, 5)], GOOD, "放假安排到 2027 年底都是公布的"),
        (date(2027, 11, 22), [date(2027, 2, 5)], MISSING, "2028 年的放假安排还没有公布"),
    ],
)
def test_one_is_warned_before_the_arranged_holidays_end(
    own_home: Path, today: date, own: list[date], state: str, said: str
) -> None:
    found = checkup.workdays(loaded(own_home, learning={"days_off": own}), today)
    assert (found.state, found.detail.partition("，")[0]) == (state, said)
    assert ("learning.days_off" in found.mend) is (state == MISSING)


async def test_on_one_machine_nobody_needs_an_invite(own_home: Path, database: Database) -> None:
    found = (await seen(own_home, database))["人员"]
    assert (found.state, found.mend) == (GOOD, "")


async def test_with_telegram_the_first_admin_is_asked_for(own_home: Path, database: Database) -> None:
    await put_in(database, "local", channel="web")  # whoever sits at this machine
    await put_in(database, "demo-1", channel="web", demo=True)
    found = (await seen(own_home, database, **WITH_TELEGRAM))["人员"]
    assert found.state == BAD
    assert "dudao invite --role admin" in found.mend
    await put_in(database, "7")
    found = (await seen(own_home, database, **WITH_TELEGRAM))["人员"]
    assert (found.state, "管理员 2 人" in found.detail) == (GOOD, True)


async def test_demo_people_are_told_of_where_they_do_not_belong(own_home: Path, database: Database) -> None:
    assert (await seen(own_home, database))["演示数据"].state == GOOD
    await put_in(database, "demo-1", channel="web", demo=True)
    async with database.write() as connection:
        await Stores(connection).save("D1", "演示店", "华东", demo=True)
    assert (await seen(own_home, database))["演示数据"].state == GOOD
    found = (await seen(own_home, database, **WITH_TELEGRAM))["演示数据"]
    assert (found.state, "1 人，1 家" in found.detail) == (MISSING, True)
    assert "dudao demo remove" in found.mend


async def promise(database: Database, **changes: Any) -> None:
    row = {"channel": "telegram", "chat": "7", "created_at": LONG_AGO, "due_at": LONG_AGO}
    async with database.write() as connection:
        await Outbox(connection).add([Promised(**{**row, "payload": dump_reply(Reply("您好")), **changes})])


async def test_messages_that_wait_too_long_are_counted(own_home: Path, database: Database) -> None:
    assert (await seen(own_home, database))["待办消息"].detail == "没有"
    await promise(database, due_at=NOW + timedelta(hours=1))
    assert (await seen(own_home, database))["待办消息"].detail == "没有"
    await promise(database)
    async with database.write() as connection:
        await Inbox(connection).add([Arrived("telegram", "1", "7", "7", NOW, {})])
    found = (await seen(own_home, database))["待办消息"]
    assert (found.state, found.detail) == (MISSING, "1 条没有处理，1 条到时间没有发出")
    assert "dudao run" in found.mend


async def test_messages_that_never_arrived_are_told_with_the_reason(own_home: Path, database: Database) -> None:
    await promise(database, ended_at=NOW, failure=BLOCKED)
    await promise(database, ended_at=NOW, failure=BLOCKED)
    await promise(database, ended_at=NOW, failure="Bad Request: message is too long")
    await promise(database, ended_at=NOW - timedelta(days=2), failure=BLOCKED)
    found = (await seen(own_home, database))["没送达的消息"]
    assert found.state == MISSING
    assert "3 条" in found.detail
    assert "对方停用了机器人 2 条" in found.detail
    assert "too long 1 条" in found.detail


async def test_a_file_store_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    found = await checkup.files(loaded(tmp_path))
    assert (found.state, list((tmp_path / "files").rglob("*.*"))) == (GOOD, [])
    (tmp_path / "taken").write_text("a file")
    found = await checkup.files(loaded(tmp_path, files={"url": str(tmp_path / "taken")}))
    assert (found.state, "taken" in found.detail, "files.url" in found.mend) == (BAD, True, True)
    found = await checkup.files(loaded(tmp_path, files={"url": "nowhere://bucket"}))
    assert found.state == BAD


def telegram(home: Path, fake: FakeTelegram | None, **changes: Any) -> Settings:
    return loaded(home, telegram={**(to_the_fake(fake) if fake else {}), **changes})


async def test_without_a_token_telegram_is_off(tmp_path: Path) -> None:
    found = await checkup.telegram(telegram(tmp_path, None))
    assert (found.state, "TELEGRAM_BOT_TOKEN" in found.mend) == (MISSING, True)
    assert (await checkup.telegram(telegram(tmp_path, None, enabled=False))).state == MISSING


async def test_a_known_bot_is_named(tmp_path: Path, fake: FakeTelegram) -> None:
    fake.say(7, "你好")
    found = await checkup.telegram(telegram(tmp_path, fake))
    assert (found.state, found.detail) == (GOOD, "@dudao_test_bot，轮询，1 条消息等着取")


async def test_a_wrong_token_and_a_far_end_that_is_away_are_told_apart(tmp_path: Path, fake: FakeTelegram) -> None:
    wrong = await checkup.telegram(telegram(tmp_path, fake, token="1:wrong-token-of-nobody"))
    away = await checkup.telegram(telegram(tmp_path, fake, base_url="http://127.0.0.1:9/bot"))
    assert (wrong.state, away.state) == (BAD, BAD)
    assert "TELEGRAM_BOT_TOKEN" in wrong.detail
    assert "http://127.0.0.1:9/bot" in away.detail
    assert TOKEN not in wrong.detail + away.detail


async def test_a_webhook_that_is_not_the_configured_one_is_told(tmp_path: Path, fake: FakeTelegram) -> None:
    fake.webhook = "https://old.example.com/hook"
    found = await checkup.telegram(telegram(tmp_path, fake))
    assert (found.state, "old.example.com" in found.detail) == (MISSING, True)
    found = await checkup.telegram(telegram(tmp_path, fake, webhook="https://old.example.com/hook"))
    assert (found.state, found.detail) == (GOOD, "@dudao_test_bot，webhook https://old.example.com/hook")


async def test_a_webhook_that_telegram_cannot_reach_is_broken(
    tmp_path: Path, fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.webhook = "https://old.example.com/hook"
    fake.webhook_trouble = "Connection refused"
    found = await checkup.telegram(telegram(tmp_path, fake, webhook=fake.webhook))
    assert (found.state, "Connection refused" in found.detail, bool(found.mend)) == (BAD, True, True)


def test_a_restore_that_was_killed_is_told(dudao: Callable[..., Ran], own_home: Path) -> None:
    (own_home / UNFINISHED).write_text("x")
    ran = dudao("--home", own_home, "--no-handbook", "doctor", "--json")
    assert ran.status == 1
    [found] = [one for one in json.loads(ran.out)["findings"] if one["check"] == "恢复"]
    assert "dudao restore" in found["mend"]


def test_a_running_bot_is_recognised_by_its_health(
    dudao: Callable[..., Ran], own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUDAO__WEB__PORT", str(free_port()))
    with process("--home", own_home, "--no-handbook", "run") as running:
        assert running.stdout is not None
        running.stdout.readline()
        found = json.loads(dudao("--home", own_home, "--no-handbook", "doctor", "--json").out)["findings"]
        running.terminate()
        running.communicate()
    [web] = [one for one in found if one["check"] == "网页"]
    assert (web["state"], "正在" in web["detail"]) == (GOOD, True)

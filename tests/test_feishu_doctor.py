"""What `dudao doctor` says of Feishu: which of the console's settings is missing, by the error that is met."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import loaded
from fake_feishu import SECRET, FakeFeishu, Fault, fake_feishu
from feishu_house import settings as to_the_fake
from test_doctor import database

from bot import checkup
from bot.feishu.examine import NEEDED, USEFUL, Scope
from bot.finding import BAD, GOOD, MISSING, Finding
from handlers.message import Button, Reply
from handlers.wire import dump_reply
from records.database import Database
from records.inbox import Arrived, Inbox
from records.outbox import Outbox, Promised

__all__ = ["database"]
NOW = datetime.now(UTC)


@pytest.fixture
async def fake() -> AsyncIterator[FakeFeishu]:
    async with fake_feishu() as far:
        yield far


async def found(home: Path, fake: FakeFeishu, **changes: Any) -> Finding:
    part = to_the_fake(fake, **{"mode": "long-connection", **changes})
    return await checkup.feishu(loaded(home, feishu=part))


async def test_without_credentials_feishu_is_off(tmp_path: Path) -> None:
    seen = await checkup.feishu(loaded(tmp_path))
    assert (seen.state, "FEISHU_APP_ID" in seen.mend) == (MISSING, True)
    assert (await checkup.feishu(loaded(tmp_path, feishu={"enabled": False}))).state == MISSING


async def test_an_app_that_may_do_everything_is_named(tmp_path: Path, fake: FakeFeishu) -> None:
    assert (await found(tmp_path, fake)) == Finding("飞书", GOOD, "督导助手，长连接，权限齐全")
    assert "回调 /feishu" in (await found(tmp_path, fake, mode="callback")).detail


async def test_a_wrong_secret_and_a_far_end_that_is_away_are_told_apart(tmp_path: Path, fake: FakeFeishu) -> None:
    wrong = await found(tmp_path, fake, app_secret="wrong")
    away = await found(tmp_path, fake, base_url="http://127.0.0.1:9")
    assert (wrong.state, away.state) == (BAD, BAD)
    assert "FEISHU_APP_SECRET" in wrong.detail
    assert "http://127.0.0.1:9" in away.detail
    assert SECRET not in wrong.detail + away.detail


@pytest.mark.parametrize("scope", NEEDED, ids=lambda scope: scope.name)
async def test_a_permission_that_is_needed_and_missing_is_named(tmp_path: Path, fake: FakeFeishu, scope: Scope) -> None:
    fake.scopes.discard(scope.name)
    seen = await found(tmp_path, fake)
    assert (seen.state, f"（{scope.name}）" in seen.detail, "权限管理" in seen.mend) == (BAD, True, True)
    assert seen.detail.count("（") == 1


@pytest.mark.parametrize("scope", USEFUL, ids=lambda scope: scope.name)
async def test_a_permission_it_can_do_without_is_named_and_nothing_is_wrong(
    tmp_path: Path, fake: FakeFeishu, scope: Scope
) -> None:
    fake.scopes -= {scope.name, "im:message"}
    fake.scopes |= {"im:message:send_as_bot", "im:message:readonly"}  # which give less than the one
    if "reactions" not in scope.name:
        fake.scopes.add("im:message.reactions:write_only")
    seen = await found(tmp_path, fake)
    assert (seen.state, f"（{scope.name}）" in seen.detail, "权限管理" in seen.mend) == (MISSING, True, True)
    assert seen.detail.count("（") == 1


async def test_an_app_that_was_never_published_is_told_to_be(tmp_path: Path, fake: FakeFeishu) -> None:
    fake.faults.append(Fault("uninstalled", "scopes"))
    seen = await found(tmp_path, fake)
    assert (seen.state, "版本管理与发布" in seen.mend) == (BAD, True)


async def test_an_app_without_a_bot_is_told_to_get_one(tmp_path: Path, fake: FakeFeishu) -> None:
    fake.has_bot = False
    seen = await found(tmp_path, fake)
    assert (seen.state, "添加应用能力" in seen.mend) == (BAD, True)


async def test_a_callback_without_a_key_is_told(tmp_path: Path, fake: FakeFeishu) -> None:
    seen = await found(tmp_path, fake, mode="callback", encrypt_key="", verification_token="")
    assert (seen.state, "FEISHU_ENCRYPT_KEY" in seen.mend) == (BAD, True)


async def test_events_and_callbacks_that_never_came_are_told_apart(
    own_home: Path, database: Database, fake: FakeFeishu
) -> None:
    async def seen() -> Finding:
        told = [one async for one in checkup.talk(loaded(own_home, feishu=to_the_fake(fake)), database)]
        [last] = [one for one in told if one.check.startswith("飞书")]
        return last

    async def came(number: str, payload: dict[str, Any]) -> None:
        async with database.write() as connection:
            await Inbox(connection).add([Arrived("feishu", number, "ou_1", "ou_1", NOW, payload)])

    silent = await seen()
    assert (silent.check, "im.message.receive_v1" in silent.mend, "/feishu" in silent.mend) == ("飞书事件", True, True)
    await came("1", {"text": "好"})
    assert (await seen()).state == GOOD
    payload = dump_reply(Reply("好", buttons=((Button("好", "ok"),),)))
    async with database.write() as connection:
        await Outbox(connection).add([Promised("feishu", "ou_1", NOW, NOW, payload, ended_at=NOW, sent_as="om_1")])
    deaf = await seen()
    assert (deaf.check, deaf.state, "200340" in deaf.mend) == ("飞书回调", MISSING, True)
    await came("2", {"action": "ok"})
    assert (await seen()).detail == "收到过 1 条消息，1 次点击"

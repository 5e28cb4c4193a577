"""`dudao run` as a process of its own, in Telegram and in Feishu (on the SDK's own long connection)."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from chat_process import PATIENCE, Side, finish, invited, side
from conftest import Ran, free_port, process
from fake_feishu import fake_feishu
from fake_telegram import fake_telegram
from house import ASKED


@pytest.fixture(params=["telegram", "feishu"])
async def there(request: pytest.FixtureRequest) -> AsyncIterator[Side]:
    async with (fake_telegram if request.param == "telegram" else fake_feishu)() as far:
        yield side(request.param, far)


async def test_a_process_is_killed_and_another_goes_on_with_its_page_and_its_events_on_one_port(
    there: Side, own_home: Path
) -> None:
    fake, user, port, feishu = there.fake, there.user, free_port(), there.name == "feishu"
    run = ("--home", own_home, "--no-handbook", "run")
    code = await invited(own_home)
    first = process(*run, cwd=own_home.parent, env=there.environment())
    try:
        fake.say(user, f"/start {code}", twice=True)
        await fake.until(lambda: fake.shown(user), PATIENCE)
        if feishu:
            await fake.drop()
            fake.expire()
            await fake.order("faults", [{"do": "429", "method": "edit", "seconds": 1}])
        fake.say(user, ASKED + " " * 3000)  # in two frames of Feishu's
        answer = (await fake.told(user, 2))[1]
        fake.press(user, answer, "有用", twice=True)
        praised = (await fake.told(user, 3))[2]
        assert praised.message == answer.message
        await fake.settled()
        refused = len(there.refused())
        await fake.order("faults", [{"do": "500", "method": there.method, "times": 10_000}])
        fake.say(user, "洗车分几步？")
        await fake.until(lambda: len(there.refused()) > refused)
    finally:
        first.kill()
        said = b"".join(await asyncio.to_thread(first.communicate)).decode()
    fake.faults.clear()
    asked = len(fake.called("info"))
    second = process(*run, cwd=own_home.parent, env=there.brought(port))
    try:
        if feishu:
            await fake.until(lambda: len(fake.called("info")) > asked, PATIENCE)
            fake.callback = f"http://127.0.0.1:{port}/feishu"
        fake.say(user, "水枪压力不超过多少？", twice=True)
        await fake.until(lambda: len(fake.shown(user)) >= 5, PATIENCE)
        await fake.settled()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            assert (await client.get("/")).status_code == 200
            wrong = await client.post(f"/{there.name}", json={"update_id": 1}, headers={"X-Lark-Signature": "wrong"})
            assert wrong.status_code == 403
    finally:
        seconds, more = await finish(second, signal.SIGTERM)
    assert (second.returncode, seconds < 10) == (0, True), more
    shown = [one.text for one in fake.shown(user)]
    assert len(shown) == 5
    wanted = ("欢迎", "25分钟", "已记下", "泡沫", "120巴")
    assert [word in text for word, text in zip(wanted, shown, strict=True)] == [True] * 5
    assert [word for word in (*there.secrets, ASKED, "Traceback") if word in said + more] == [], said + more
    if feishu:
        assert ([one["type"] for one in fake.toasts], fake.lost, fake.slow) == (["info", "info"], [], 0)


async def test_a_wrong_secret_ends_the_process_with_what_to_do(there: Side, own_home: Path) -> None:
    wrong = "123456789:wrong-secret-of-nobody-at-all-anywhere"
    led = there.environment(**{there.token: wrong})
    running = process("--home", own_home, "--no-handbook", "run", cwd=own_home.parent, env=led)
    out, err = await asyncio.to_thread(running.communicate, None, PATIENCE)
    said = (out + err).decode()
    assert running.returncode == 1
    assert there.token in said
    assert [word for word in (wrong, "Traceback") if word in said] == []


def test_without_a_channel_nothing_runs(dudao: Any, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUDAO__WEB__ENABLED", "false")
    ran: Ran = dudao("--home", own_home, "--no-handbook", "run")
    assert ran.status == 1
    assert "TELEGRAM_BOT_TOKEN" in ran.err


def test_feishus_library_is_loaded_only_by_who_connects() -> None:
    asked = "import bot.serving, bot.feishu.start, sys; print('lark_oapi' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"

"""`dudao run` as a process of its own, on the SDK's own long connection to the fake."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from conftest import free_port, process
from fake_feishu import APP, KEY, SECRET, FakeFeishu, Fault, fake_feishu
from feishu_house import ASKED, LIN
from test_telegram_process import finish, invited

PATIENCE = 90  # seconds for a process to start on a busy machine; the SDK alone takes some


@pytest.fixture
async def fake() -> AsyncIterator[FakeFeishu]:
    async with fake_feishu() as far:
        yield far


def environment(url: str, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    led = {
        "FEISHU_APP_ID": APP,
        "FEISHU_APP_SECRET": SECRET,
        "DUDAO__FEISHU__BASE_URL": url,
        "DUDAO__WEB__ENABLED": "false",
        "PYTHONWARNINGS": "ignore",
    }
    return {**kept, **led, **more}


async def test_the_process_talks_over_the_long_connection_whatever_is_cut(fake: FakeFeishu, own_home: Path) -> None:
    code = await invited(own_home)
    running = process("--home", own_home, "--no-handbook", "run", cwd=own_home.parent, env=environment(fake.url))
    try:
        fake.say(LIN, f"/start {code}", twice=True)
        await fake.until(lambda: fake.shown(LIN), PATIENCE)
        assert "欢迎，小林" in fake.shown(LIN)[0].text
        await fake.drop()
        fake.expire()
        fake.say(LIN, ASKED + " " * 3000)  # in two frames
        answer = (await fake.told(LIN, 2))[1]
        assert "25分钟" in answer.text
        fake.faults.append(Fault("429", "edit", seconds=1))
        fake.press(LIN, answer, "有用", twice=True)
        shown = await fake.told(LIN, 3)
        assert (shown[2].how, shown[2].message) == ("edit", answer.message)
        await fake.settled()
        assert [one["type"] for one in fake.toasts] == ["info", "info"]
        assert (fake.slow, fake.lost, len(fake.shown(LIN))) == (0, [], 3)
    finally:
        seconds, said = await finish(running, signal.SIGTERM)
    assert (running.returncode, seconds < 10) == (0, True), said
    assert [word for word in (SECRET, ASKED, "fake-ticket", "Traceback") if word in said] == [], said


async def test_what_a_killed_process_was_told_is_answered_once(fake: FakeFeishu, own_home: Path) -> None:
    code = await invited(own_home)
    fake.faults.append(Fault("500", "send", times=10_000))
    command = ("--home", own_home, "--no-handbook", "run")
    first = process(*command, cwd=own_home.parent, env=environment(fake.url))
    fake.say(LIN, f"/start {code}")
    fake.say(LIN, ASKED)
    await fake.until(lambda: fake.called("send"), PATIENCE)
    first.kill()
    await asyncio.to_thread(first.communicate)
    fake.faults.clear()
    fake.say(LIN, "洗车分几步？")
    second = process(*command, cwd=own_home.parent, env=environment(fake.url))
    try:
        await fake.until(lambda: len(fake.shown(LIN)) >= 3, PATIENCE)
        await fake.settled()
    finally:
        await finish(second, signal.SIGTERM)
    shown = [one.text for one in fake.shown(LIN)]
    assert len(shown) == 3
    assert [word in text for word, text in zip(("欢迎", "25分钟", "泡沫"), shown, strict=True)] == [True] * 3


async def test_with_a_callback_the_page_and_the_events_share_one_port(fake: FakeFeishu, own_home: Path) -> None:
    port = free_port()
    led = {
        "DUDAO__WEB__ENABLED": "true",
        "DUDAO__WEB__PORT": str(port),
        "DUDAO__FEISHU__MODE": "callback",
        "FEISHU_ENCRYPT_KEY": KEY,
    }
    code = await invited(own_home)
    running = process("--home", own_home, "--no-handbook", "run", cwd=own_home.parent, env=environment(fake.url, **led))
    try:
        await fake.until(lambda: fake.called("info"), PATIENCE)
        fake.callback = f"http://127.0.0.1:{port}/feishu"
        fake.say(LIN, f"/start {code}")
        await fake.until(lambda: fake.shown(LIN), PATIENCE)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            assert (await client.get("/")).status_code == 200
            assert (await client.post("/feishu", json={"type": "url_verification"})).status_code == 403
    finally:
        seconds, said = await finish(running, signal.SIGTERM)
    assert (running.returncode, seconds < 10) == (0, True), said
    assert KEY not in said


async def test_a_wrong_secret_ends_the_process_with_what_to_do(fake: FakeFeishu, own_home: Path) -> None:
    led = environment(fake.url, FEISHU_APP_SECRET="wrong-secret-of-nobody")
    running = process("--home", own_home, "--no-handbook", "run", cwd=own_home.parent, env=led)
    out, err = await asyncio.to_thread(running.communicate, None, PATIENCE)
    said = (out + err).decode()
    assert running.returncode == 1
    assert "FEISHU_APP_SECRET" in said
    assert "wrong-secret" not in said
    assert "Traceback" not in said


def test_the_library_is_loaded_only_by_who_connects() -> None:
    asked = "import bot.serving, bot.feishu.start, sys; print('lark_oapi' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"

"""`dudao run` as a process of its own, led to the fake by the environment alone."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import Ran, free_port, process
from fake_telegram import TOKEN, FakeTelegram, Fault, fake_telegram
from telegram_house import ASKED, LIN

PATIENCE = 60  # seconds for a process to start on a busy machine


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with fake_telegram() as far:
        yield far


def environment(url: str, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    led = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "DUDAO__TELEGRAM__BASE_URL": f"{url}/bot",
        "DUDAO__TELEGRAM__BASE_FILE_URL": f"{url}/file/bot",
        "DUDAO__WEB__ENABLED": "false",
        "PYTHONWARNINGS": "ignore",
    }
    return {**kept, **led, **more}


async def finish(running: "subprocess.Popen[bytes]", number: int) -> tuple[float, str]:
    """Send a signal; seconds until the process was gone, and what it had said."""
    started = time.monotonic()
    running.send_signal(number)
    out, err = await asyncio.to_thread(running.communicate, None, 20)
    return time.monotonic() - started, (out + err).decode()


async def invited(home: Path) -> str:
    """An admin's code, made on the command line."""
    making = process("--home", home, "--no-handbook", "invite", "--role", "admin", "--json", cwd=home.parent)
    out, err = await asyncio.to_thread(making.communicate)
    assert making.returncode == 0, err.decode()
    return str(json.loads(out)["code"])


async def test_the_process_talks_and_is_gone_within_ten_seconds(fake: FakeTelegram, own_home: Path) -> None:
    code = await invited(own_home)
    running = process("--home", own_home, "--no-handbook", "run", cwd=own_home.parent, env=environment(fake.url))
    try:
        fake.say(LIN, f"/start {code}")
        await fake.until(lambda: len(fake.shown(LIN)) >= 1, PATIENCE)
        assert "欢迎" in fake.shown(LIN)[0].text
        fake.say(LIN, ASKED)
        answer = (await fake.told(LIN, 2))[1]
        assert "25分钟" in answer.text
        fake.press(LIN, answer, "原文")
        assert "精洗须在70分钟内完成" in (await fake.told(LIN, 3))[2].text
        await fake.settled()
    finally:
        seconds, said = await finish(running, signal.SIGTERM)
    assert running.returncode == 0
    assert seconds < 10
    assert ASKED not in said
    assert TOKEN not in said


async def test_with_a_webhook_the_page_and_the_updates_share_one_port(fake: FakeTelegram, own_home: Path) -> None:
    port = free_port()
    led = {
        "DUDAO__WEB__ENABLED": "true",
        "DUDAO__WEB__PORT": str(port),
        "DUDAO__TELEGRAM__WEBHOOK": f"http://127.0.0.1:{port}/telegram",
        "TELEGRAM_WEBHOOK_SECRET": "a-secret_1",
    }
    code = await invited(own_home)
    running = process("--home", own_home, "--no-handbook", "run", cwd=own_home.parent, env=environment(fake.url, **led))
    try:
        fake.say(LIN, f"/start {code}")
        await fake.until(lambda: len(fake.shown(LIN)) >= 1, PATIENCE)
        fake.say(LIN, ASKED)
        assert "25分钟" in (await fake.told(LIN, 2))[1].text
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            assert (await client.get("/")).status_code == 200
            wrong = {"X-Telegram-Bot-Api-Secret-Token": "wrong"}
            assert (await client.post("/telegram", json={"update_id": 1}, headers=wrong)).status_code == 403
    finally:
        seconds, said = await finish(running, signal.SIGTERM)
    assert (running.returncode, seconds < 10) == (0, True)
    assert "a-secret_1" not in said


async def test_what_was_said_while_the_process_was_down_is_answered_once(fake: FakeTelegram, own_home: Path) -> None:
    code = await invited(own_home)
    fake.faults.append(Fault("500", "sendMessage", times=10_000))
    command = ("--home", own_home, "--no-handbook", "run")
    first = process(*command, cwd=own_home.parent, env=environment(fake.url))
    fake.say(LIN, f"/start {code}")
    fake.say(LIN, ASKED)
    await fake.until(lambda: fake.called("sendMessage"), PATIENCE)
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


async def test_a_wrong_token_ends_the_process_with_what_to_do(fake: FakeTelegram, own_home: Path) -> None:
    wrong = "123456789:wrong-token-of-nobody-at-all-anywhere"
    led = environment(fake.url, TELEGRAM_BOT_TOKEN=wrong)
    running = process("--home", own_home, "--no-handbook", "run", cwd=own_home.parent, env=led)
    out, err = await asyncio.to_thread(running.communicate, None, PATIENCE)
    said = (out + err).decode()
    assert running.returncode == 1
    assert "TELEGRAM_BOT_TOKEN" in said
    assert wrong not in said
    assert "Traceback" not in said


def test_without_a_channel_nothing_runs(dudao: Any, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUDAO__WEB__ENABLED", "false")
    ran: Ran = dudao("--home", own_home, "--no-handbook", "run")
    assert ran.status == 1
    assert "TELEGRAM_BOT_TOKEN" in ran.err


def far_process() -> "subprocess.Popen[bytes]":
    """The fake as a process, without limits of speed."""
    script = Path(__file__).with_name("fake_telegram.py")
    return subprocess.Popen([sys.executable, script, "--flood", "0"], stdout=subprocess.PIPE)


async def test_the_fake_runs_as_a_process_and_is_told_what_people_do() -> None:
    running = far_process()
    assert running.stdout is not None
    try:
        line = await asyncio.to_thread(running.stdout.readline)
        url = line.decode().split()[2]
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            said = [{"user": 7, "text": "你好"}, {"user": 7, "chat": -5, "place": [31.2, 121.4]}]
            ids = (await client.post("/control/updates", json={"updates": said, "twice": True})).json()["ids"]
            got = (await client.post(f"/bot{TOKEN}/getUpdates", json={"offset": 0})).json()["result"]
            assert [one["update_id"] for one in got] == [ids[0], ids[0], ids[1], ids[1]]
            for n in range(40):
                await client.post(f"/bot{TOKEN}/sendMessage", data={"chat_id": 7, "text": f"第{n}条"})
            sent = (await client.get("/control/sent", params={"chat": 7, "since": 30})).json()["sent"]
            assert [one["text"] for one in sent] == [f"第{n}条" for n in range(30, 40)]
            await client.post("/control/faults", json=[{"do": "429", "method": "sendMessage", "seconds": 3}])
            limited = await client.post(f"/bot{TOKEN}/sendMessage", json={"chat_id": 7, "text": "好"})
            assert limited.json()["parameters"] == {"retry_after": 3}
            await client.get(f"/bot{TOKEN}/getUpdates", params={"offset": ids[1] + 1})
            state = (await client.get("/control/state")).json()
            assert (state["pending"], state["sent"]) == (0, 40)
            await client.post("/control/reset")
            assert (await client.get("/control/state")).json()["calls"] == 0
    finally:
        running.terminate()
        await asyncio.to_thread(running.communicate, None, 10)

"""The fake refuses what the real Bot API refuses; else the tests against it would prove nothing."""

import asyncio
import io
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_telegram import TOKEN, FakeTelegram, Fault, fake_telegram
from PIL import Image
from telegram_rules import Refusal, read_html

LIN, GROUP = 7, -5
KEYS = {"inline_keyboard": [[{"text": "好", "callback_data": "a"}]]}


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with fake_telegram() as far:
        far.say(LIN, "你好")
        far.say(LIN, "大家好", chat=GROUP)
        yield far


async def call(fake: FakeTelegram, method: str, files: Any = None, **parameters: Any) -> dict[str, Any]:
    """One call as a bot makes it."""
    plain = {n: v if isinstance(v, str) else json.dumps(v) for n, v in parameters.items()}
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        answer = await client.post(f"{fake.url}/bot{TOKEN}/{method}", data=plain, files=files)
    told: dict[str, Any] = answer.json()
    return told


def picture(width: int = 60, height: int = 40) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (width, height)).save(kept, "PNG")
    return kept.getvalue()


def keys(**button: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "好", **button}]]}


PLACE = {"keyboard": [[{"text": "位置", "request_location": True}]]}


@pytest.mark.parametrize(
    ("method", "parameters", "says"),
    [
        ("sendMessage", {"chat_id": 99, "text": "a"}, "chat not found"),
        ("sendMessage", {"chat_id": LIN, "text": ""}, "text is empty"),
        ("sendMessage", {"chat_id": LIN, "text": " \u200b\n"}, "text is empty"),
        ("sendMessage", {"chat_id": LIN, "text": "字" * 4097}, "too long"),
        ("sendMessage", {"chat_id": LIN, "text": "😀" * 2049}, "too long"),
        ("sendMessage", {"chat_id": LIN, "text": "<b>a", "parse_mode": "HTML"}, "can't parse entities"),
        ("sendMessage", {"chat_id": LIN, "text": "<b>a</b>" * 101, "parse_mode": "HTML"}, "too many entities"),
        ("sendMessage", {"chat_id": LIN, "text": "a", "parse_mode": "Markdown"}, "parse_mode"),
        ("sendMessage", {"chat_id": LIN, "text": "a", "reply_markup": keys(callback_data="x" * 65)}, "BUTTON_DATA"),
        ("sendMessage", {"chat_id": LIN, "text": "a", "reply_markup": keys(callback_data="字" * 22)}, "BUTTON_DATA"),
        ("sendMessage", {"chat_id": LIN, "text": "a", "reply_markup": keys()}, "unallowed"),
        ("sendMessage", {"chat_id": LIN, "text": "a", "reply_markup": {"inline_keyboard": [[]]}}, "empty row"),
        ("sendMessage", {"chat_id": GROUP, "text": "a", "reply_markup": PLACE}, "private chats only"),
        ("sendMessage", {"chat_id": LIN, "text": "a", "reply_parameters": {"message_id": 99}}, "replied not found"),
        ("editMessageText", {"chat_id": LIN, "message_id": 99, "text": "a"}, "to edit not found"),
        ("editMessageText", {"chat_id": LIN, "message_id": 1, "text": "a"}, "can't be edited"),
        ("sendMediaGroup", {"chat_id": LIN, "media": []}, "2 to 10"),
        ("sendChatAction", {"chat_id": LIN, "action": "sleeping"}, "wrong parameter"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, "too old"),
        ("setMyCommands", {"commands": [{"command": "Help", "description": "a"}]}, "COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "a" * 33, "description": "a"}]}, "COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "a", "description": ""}]}, "DESCRIPTION_INVALID"),
        ("setMyCommands", {"commands": [{"command": "a", "description": "字" * 257}]}, "DESCRIPTION_INVALID"),
        ("setMyCommands", {"commands": [{"command": "a", "description": "b"}] * 101}, "too many"),
        ("setMyCommands", {"commands": [], "scope": {"type": "chat", "chat_id": 99}}, "chat not found"),
        ("setWebhook", {"url": "http://example.com/x"}, "HTTPS"),
        ("setWebhook", {"url": "https://example.com/x", "secret_token": "字"}, "unallowed"),
        ("getFile", {"file_id": "none"}, "invalid file_id"),
        ("sendDance", {"chat_id": LIN}, "Not Found"),
    ],
)
async def test_it_refuses_what_the_real_one_refuses(
    fake: FakeTelegram, method: str, parameters: dict[str, Any], says: str
) -> None:
    told = await call(fake, method, **parameters)
    assert told["ok"] is False
    assert says in told["description"]
    assert fake.sent == []


@pytest.mark.parametrize(
    ("method", "name", "content", "caption", "says"),
    [
        ("sendPhoto", "photo", b"no picture", "", "IMAGE_PROCESS_FAILED"),
        ("sendPhoto", "photo", picture() + b"0" * 10_000_000, "", "Too Large"),
        ("sendPhoto", "photo", picture(9000, 1001), "", "DIMENSIONS"),
        ("sendPhoto", "photo", picture(), "字" * 1025, "caption is too long"),
        ("sendDocument", "document", b"0" * 50_000_001, "", "Too Large"),
        ("sendDocument", "document", b"", "", "non-empty"),
    ],
)
async def test_it_refuses_files_that_the_real_one_refuses(
    fake: FakeTelegram, method: str, name: str, content: bytes, caption: str, says: str
) -> None:
    told = await call(fake, method, files={name: ("a.png", content)}, chat_id=LIN, caption=caption)
    assert says in told["description"]


async def test_it_takes_what_the_real_one_takes(fake: FakeTelegram) -> None:
    text = "<b>a&lt;b</b> &amp; <code>x</code>" + "字" * 4000
    told = await call(fake, "sendMessage", chat_id=LIN, text=text, parse_mode="HTML", reply_markup=KEYS)
    assert told["result"]["text"].startswith("a<b & x")
    assert (await call(fake, "editMessageText", chat_id=LIN, message_id=3, text="b"))["ok"]
    assert (await call(fake, "sendPhoto", files={"photo": ("a.png", picture())}, chat_id=LIN))["ok"]


async def test_an_edit_that_changes_nothing_is_refused(fake: FakeTelegram) -> None:
    sent = await call(fake, "sendMessage", chat_id=LIN, text="a", reply_markup=KEYS)
    number = sent["result"]["message_id"]
    same = await call(fake, "editMessageText", chat_id=LIN, message_id=number, text="a", reply_markup=KEYS)
    assert "message is not modified" in same["description"]
    assert (await call(fake, "editMessageText", chat_id=LIN, message_id=number, text="a"))["ok"]


async def test_a_flood_is_told_to_wait(fake: FakeTelegram) -> None:
    told = [await call(fake, "sendMessage", chat_id=LIN, text="a") for _ in range(6)]
    assert told[0]["ok"]
    assert (told[-1]["error_code"], told[-1]["parameters"]["retry_after"]) == (429, 1)
    fake.flood.chats.clear()
    for n in range(20):
        fake.flood.groups.clear()
        fake.flood.check(-9 - n, time.monotonic())
    assert (await call(fake, "sendMessage", chat_id=GROUP, text="a"))["ok"]


async def test_a_group_takes_twenty_a_minute(fake: FakeTelegram) -> None:
    now = time.monotonic()
    for n in range(20):
        fake.flood.check(GROUP, now + n * 1.5)
    with pytest.raises(Refusal) as refused:
        fake.flood.check(GROUP, now + 31)
    assert refused.value.parameters["retry_after"] == 29


async def test_someone_who_has_blocked_the_bot_gets_nothing(fake: FakeTelegram) -> None:
    fake.block(LIN)
    assert (await call(fake, "sendMessage", chat_id=LIN, text="a"))["error_code"] == 403


async def test_updates_stay_until_they_are_confirmed(fake: FakeTelegram) -> None:
    first = (await call(fake, "getUpdates", offset=0))["result"]
    assert (await call(fake, "getUpdates", offset=0))["result"] == first
    assert [one["message"]["text"] for one in first] == ["你好", "大家好"]
    assert (await call(fake, "getUpdates", offset=first[0]["update_id"] + 1))["result"] == first[1:]
    assert len(fake.updates) == 1


async def test_two_who_poll_are_in_conflict_as_is_polling_beside_a_webhook(fake: FakeTelegram) -> None:
    await call(fake, "setWebhook", url="https://example.com/x")
    assert (await call(fake, "getUpdates"))["error_code"] == 409
    assert (await call(fake, "deleteWebhook"))["ok"]
    assert (await call(fake, "getUpdates"))["ok"]


async def test_an_unknown_token_is_refused(fake: FakeTelegram) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.post(f"{fake.url}/bot1:x/getMe")).status_code == 401


@pytest.mark.parametrize(("after", "sent"), [(False, 0), (True, 1)])
async def test_a_connection_drops_before_or_after_the_effect(fake: FakeTelegram, after: bool, sent: int) -> None:
    fake.faults.append(Fault("drop", "sendMessage", after=after))
    with pytest.raises(httpx.HTTPError):
        await call(fake, "sendMessage", chat_id=LIN, text="a")
    assert len(fake.sent) == sent


@pytest.mark.parametrize("text", ["<b>", "</b>", "<b><i>a</b></i>", "<script>", "a < b", "a & b", "&nbsp;", "<B>a</B>"])
def test_broken_html_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        read_html(text)


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

"""How the calls of the library travel."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fake_telegram import TOKEN, FakeTelegram, Fault, fake_telegram
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut
from telegram.request import RequestData

from bot.config import TelegramSettings
from bot.telegram.api import Api, connect
from bot.telegram.request import Request

LIN = 7
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with fake_telegram() as one:
        one.say(LIN, "在吗")
        yield one


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def calls(fake: FakeTelegram) -> AsyncIterator[Api]:
    made = connect(TelegramSettings.model_validate({"token": TOKEN, "base_url": f"{fake.url}/bot"}))
    yield made
    await made.hang_up()


async def heard(requests: list[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    requests.append(await reader.readuntil(b"\r\n"))
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
    await writer.drain()
    writer.close()


async def test_what_the_far_end_says_comes_back(fake: FakeTelegram, calls: Api) -> None:
    assert (await calls.send_message(LIN, "1 + 1 & 2 = 叁")).message_id
    with pytest.raises(BadRequest, match="Chat not found"):
        await calls.send_message(99, "谁")
    assert [one.text for one in fake.sent] == ["1 + 1 & 2 = 叁"]


@pytest.mark.parametrize("fault", ["drop", "garbage", "502"])
async def test_a_connection_that_fails_is_an_error_of_the_network(fake: FakeTelegram, calls: Api, fault: str) -> None:
    fake.faults.append(Fault(fault))
    with pytest.raises(TelegramError):
        await calls.send_message(LIN, "一")
    assert await calls.send_message(LIN, "二")


async def test_an_answer_that_does_not_come_is_waited_for_as_long_as_agreed(fake: FakeTelegram, calls: Api) -> None:
    fake.faults.append(Fault("hang"))
    with pytest.raises(TimedOut):
        await calls.send_message(LIN, "一", read_timeout=0.2)


async def test_nobody_listening_is_an_error_of_the_network() -> None:
    request = Request("http://127.0.0.1:1", 1, 1.0, 1.0)
    with pytest.raises(NetworkError):
        await request.post("http://127.0.0.1:1/bot/getMe", RequestData())
    await request.shutdown()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
async def test_calls_go_through_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    requests: list[bytes] = []
    server = await asyncio.start_server(lambda *ends: heard(requests, *ends), "127.0.0.1")
    monkeypatch.setenv(name, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    request = Request("http://far.example/bot", 1, 1.0, 1.0)
    assert await request.do_request("http://far.example/bot/getMe", "POST") == (200, b"{}")
    assert requests == [b"POST http://far.example/bot/getMe HTTP/1.1\r\n"]
    await request.shutdown()
    server.close()


async def test_a_place_that_needs_no_proxy_is_reached_without(
    monkeypatch: pytest.MonkeyPatch, fake: FakeTelegram
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    request = Request(fake.url, 1, 1.0, 1.0)
    assert (await request.do_request(f"{fake.url}/bot{TOKEN}/getMe", "POST"))[0] == 200
    await request.shutdown()

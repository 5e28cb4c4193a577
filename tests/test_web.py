"""The web chat's server, spoken to over HTTP: what it answers, what it refuses, how it fails and stops."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web import server
from bot.web.server import WebError, create, serve
from bot.web.stream import APOLOGY, line
from handlers.message import Button, Citation, Incoming, Reply

SITE = "http://127.0.0.1:8080"
SOURCE = Citation("接待流程", "1.0", ("第二步", "控制点"), 3, "一分钟内有人问候", "source:7", 1)
GREETING = Reply("**1 分钟内** [1]", (SOURCE,), ((Button("👍", "up:1"), Button("👎", "down:1")),))


class Desk:
    """Answers like the bot: keeps what came in, streams two partial texts, can be told to wait or to fail."""

    def __init__(self) -> None:
        self.seen: list[Incoming] = []
        self.past: dict[str, list[tuple[str, Reply]]] = {}
        self.begun, self.open, self.ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.open.set()

    async def turn(self, incoming: Incoming, partial: Callable[[str], Awaitable[None]]) -> tuple[Reply, ...]:
        self.seen.append(incoming)
        if incoming.text == "坏":
            raise RuntimeError("secret cause")
        for text in ("**1", "**1 分"):
            await partial(text)
            await asyncio.sleep(0)
        self.begun.set()
        await self.open.wait()
        self.past.setdefault(incoming.chat, []).append((incoming.text, GREETING))
        self.ended.set()
        return (GREETING,)

    async def history(self, chat: str) -> list[tuple[str, Reply]]:
        if chat in self.past:
            return self.past[chat]
        return []


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def browser(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create(desk.turn, desk.history))
    async with httpx.AsyncClient(transport=transport, base_url=SITE, headers={"Origin": SITE}) as client:
        yield client


def message(text: str = "", action: str = "") -> dict[str, str]:
    return {"id": str(uuid4()), "text": text, "action": action}


def events(response: httpx.Response) -> list[dict[str, Any]]:
    return [json.loads(part) for part in response.text.splitlines()]


async def test_the_page_carries_the_title_as_text(desk: Desk) -> None:
    transport = httpx.ASGITransport(create(desk.turn, desk.history, title="<b>华东</b>助手"))
    async with httpx.AsyncClient(transport=transport, base_url=SITE) as client:
        page = (await client.get("/")).text
    assert "<title>&lt;b&gt;华东&lt;/b&gt;助手</title>" in page
    assert "{{" not in page


async def test_a_question_brings_the_text_so_far_then_the_reply_then_done(browser: httpx.AsyncClient) -> None:
    response = await browser.post("/api/messages", json=message("客户进店多久内要有人接待?"))
    assert response.headers["content-type"].startswith("application/x-ndjson")
    *partial, reply, done = events(response)
    assert {event["type"] for event in partial} == {"partial"}
    assert partial[-1]["text"] == "**1 分"
    assert reply == {"type": "reply", **json.loads(json.dumps(asdict(GREETING)))}
    assert done == {"type": "done"}


async def test_what_was_typed_and_pressed_reaches_the_turn_unchanged(browser: httpx.AsyncClient, desk: Desk) -> None:
    typed, pressed = message("  SELECT * FROM x; \u0000 <b>\n"), message(action="source:7")
    for sent in (typed, pressed):
        await browser.post("/api/messages", json=sent)
    first, second = desk.seen
    assert (first.id, first.text, first.action) == (typed["id"], typed["text"], "")
    assert (second.id, second.text, second.action) == (pressed["id"], "", "source:7")
    assert first.channel == "web"
    assert first.received.utcoffset() is not None


async def test_a_browser_keeps_its_chat_and_another_gets_its_own(browser: httpx.AsyncClient, desk: Desk) -> None:
    for _ in range(2):
        await browser.post("/api/messages", json=message("你好"))
    browser.cookies.clear()
    await browser.post("/api/messages", json=message("你好"))
    first, again, other = (incoming.chat for incoming in desk.seen)
    assert first == again != other
    assert len(other) == 22


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(browser: httpx.AsyncClient) -> None:
    cookie = (await browser.get("/api/history")).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


async def test_opening_the_page_from_a_link_elsewhere_does_not_start_a_new_chat(browser: httpx.AsyncClient) -> None:
    assert "set-cookie" not in (await browser.get("/")).headers


async def test_a_made_up_cookie_is_not_taken_for_a_chat(browser: httpx.AsyncClient, desk: Desk) -> None:
    browser.cookies.set(server.COOKIE, "../../etc", domain="127.0.0.1")
    await browser.post("/api/messages", json=message("你好"))
    assert desk.seen[0].chat != "../../etc"


async def test_the_history_holds_question_and_reply(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/api/history")).json() == {"turns": []}
    await browser.post("/api/messages", json=message("多久内接待"))
    [turn] = (await browser.get("/api/history")).json()["turns"]
    assert turn["question"] == "多久内接待"
    assert turn["reply"]["citations"][0]["section"] == ["第二步", "控制点"]


async def test_a_turn_that_fails_apologises_and_is_logged_once(
    browser: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    response = await browser.post("/api/messages", json=message("坏"))
    reply, done = events(response)
    assert (reply["text"], done["type"]) == (APOLOGY, "done")
    assert "secret cause" not in response.text
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info is not None
    assert "secret cause" in str(record.exc_info[1])


async def test_a_history_that_fails_says_so_without_its_cause(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(chat: str) -> list[tuple[str, Reply]]:
        raise OSError("secret cause")

    transport = httpx.ASGITransport(create(desk.turn, broken))
    async with httpx.AsyncClient(transport=transport, base_url=SITE) as client:
        response = await client.get("/api/history")
    assert (response.status_code, response.json()) == (500, {"error": server.NO_HISTORY})
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1


async def test_a_turn_goes_on_when_its_reader_leaves(desk: Desk) -> None:
    desk.open.clear()
    body = json.dumps(message("多久内接待")).encode()
    headers = {"host": "127.0.0.1:8080", "origin": SITE, "content-type": "application/json"}
    scope = {
        "type": "http", "method": "POST", "path": "/api/messages", "query_string": b"", "server": ("127.0.0.1", 8080),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    coming = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if coming:
            return coming.pop()
        await desk.begun.wait()
        return {"type": "http.disconnect"}

    async def send(_: Any) -> None: ...

    await create(desk.turn, desk.history)(scope, receive, send)
    assert not desk.ended.is_set()
    desk.open.set()
    async with asyncio.timeout(10):
        await desk.ended.wait()


REFUSED: list[tuple[int, dict[str, str], str]] = [
    (421, {"Host": "evil.example:8080", "Origin": "http://evil.example:8080"}, ""),
    (421, {"Host": "127.0.0.1:9999", "Origin": "http://127.0.0.1:9999"}, ""),
    (421, {"Host": "127.0.0.1.evil.example:8080"}, ""),
    (403, {"Origin": "http://evil.example"}, ""),
    (403, {"Origin": "null"}, ""),
    (403, {"Origin": "http://127.0.0.1:8081"}, ""),
    (403, {"Origin": "https://127.0.0.1:8080"}, ""),
    (415, {"Content-Type": "text/plain"}, ""),
    (415, {"Content-Type": "application/x-www-form-urlencoded"}, ""),
    (400, {}, "not json"),
    (400, {}, "[]"),
    (400, {}, '{"id": "1", "text": "x"}'),
    (400, {}, f'{{"id": "{uuid4()}", "text": 5}}'),
    (400, {}, f'{{"id": "{uuid4()}", "text": "x", "chat": "other"}}'),
    (400, {}, f'{{"id": "{uuid4()}", "text": "\\ud800"}}'),
    (413, {}, f'{{"id": "{uuid4()}", "text": "{"长" * 50_000}"}}'),
]


@pytest.mark.parametrize(("status", "headers", "body"), REFUSED)
async def test_what_is_not_a_message_of_the_own_page_is_refused_in_chinese(
    browser: httpx.AsyncClient, desk: Desk, status: int, headers: dict[str, str], body: str
) -> None:
    content = body or json.dumps(message("你好"))
    response = await browser.post(
        "/api/messages", content=content, headers={"Content-Type": "application/json"} | headers
    )
    assert response.status_code == status
    assert any("一" <= letter <= "鿿" for letter in response.json()["error"])
    assert not desk.seen


async def test_a_post_without_an_origin_is_refused(desk: Desk) -> None:
    transport = httpx.ASGITransport(create(desk.turn, desk.history))
    async with httpx.AsyncClient(transport=transport, base_url=SITE) as client:
        assert (await client.post("/api/messages", json=message("你好"))).status_code == 403


@pytest.mark.parametrize("site", ["http://localhost:8080", "http://[::1]:8080", "http://127.0.0.1", SITE])
async def test_every_name_of_this_machine_is_served(desk: Desk, site: str) -> None:
    transport = httpx.ASGITransport(create(desk.turn, desk.history))
    async with httpx.AsyncClient(transport=transport, base_url=site, headers={"Origin": site}) as client:
        assert (await client.post("/api/messages", json=message("你好"))).status_code == 200


async def test_a_message_of_20000_characters_is_taken(browser: httpx.AsyncClient, desk: Desk) -> None:
    await browser.post("/api/messages", json=message("长" * 20_000))
    assert len(desk.seen[0].text) == 20_000


@pytest.mark.parametrize("path", ["/", "/static/chat.js", "/static/none.js", "/api/history", "/api/messages", "/none"])
async def test_every_response_is_locked_down(browser: httpx.AsyncClient, path: str) -> None:
    headers = (await browser.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == ("no-store" if path.startswith("/api/") else "no-cache")


@pytest.mark.parametrize("path", ["/none", "/static/../server.py", "/static/%2e%2e/server.py", "/static/none.js"])
async def test_what_does_not_exist_is_said_in_chinese(browser: httpx.AsyncClient, path: str) -> None:
    response = await browser.get(path)
    assert (response.status_code, response.json()) == (404, {"error": server.REFUSED[404]})


@given(st.text(st.characters(), max_size=50))
def test_any_text_however_broken_fits_on_one_line(text: str) -> None:
    written = line({"type": "partial", "text": text})
    assert written.count(b"\n") == 1
    assert json.loads(written)["text"] == text


# The rest needs a real server: a reader that leaves, a stop, a busy port.


class Site:
    """The real server on a free port, as the app runs it."""

    def __init__(self, desk: Desk) -> None:
        listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.task = asyncio.create_task(
            serve(create(desk.turn, desk.history), "127.0.0.1", 0, ready=listening.set_result)
        )
        self.listening = listening

    async def client(self) -> httpx.AsyncClient:
        url = f"http://127.0.0.1:{await self.listening}"
        return httpx.AsyncClient(base_url=url, headers={"Origin": url}, trust_env=False)

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture
async def site(desk: Desk) -> AsyncIterator[Site]:
    running = Site(desk)
    yield running
    await running.stop()


async def test_a_reader_that_leaves_does_not_break_the_server(site: Site, desk: Desk) -> None:
    desk.open.clear()
    async with await site.client() as client:
        async with client.stream("POST", "/api/messages", json=message("多久内接待")) as response:
            await anext(response.aiter_lines())
        desk.open.set()
        assert events(await client.post("/api/messages", json=message("多久内接待")))[-1] == {"type": "done"}


async def test_stopping_lets_the_turn_under_way_end(site: Site, desk: Desk) -> None:
    desk.open.clear()
    async with await site.client() as client:
        asking = asyncio.create_task(client.post("/api/messages", json=message("多久内接待")))
        await desk.begun.wait()
        site.task.cancel()
        with pytest.raises(OSError, match="Connect"):
            while True:  # until nobody listens any more
                _, writer = await asyncio.open_connection("127.0.0.1", await site.listening)
                writer.close()
        assert not site.task.done()
        desk.open.set()
        assert events(await asking)[-1] == {"type": "done"}
    with pytest.raises(asyncio.CancelledError):
        await site.task


async def test_a_busy_port_says_what_to_do(site: Site, desk: Desk) -> None:
    port = await site.listening
    with pytest.raises(WebError, match=rf"{port}.*web\.port"):
        await serve(create(desk.turn, desk.history), "127.0.0.1", port)


async def test_an_address_that_is_not_ours_says_what_to_do(desk: Desk) -> None:
    with pytest.raises(WebError, match=r"192\.0\.2\.1:0.*web\.host"):
        await serve(create(desk.turn, desk.history), "192.0.2.1", 0)

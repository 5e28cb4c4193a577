"""The page's server, spoken to over HTTP: what it answers, what it refuses, how it fails and stops."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from canned_house import CannedHouse, Site, canned
from hypothesis import given
from hypothesis import strategies as st

from bot.config import WebSettings
from bot.turn import APOLOGY, Turns
from bot.web import server, stream, talk, visitors
from bot.web.server import WebError, create, serve
from bot.web.stream import written
from handlers.context import Context
from handlers.message import Button, Citation, Incoming, Reply

ID = "7a0e6f52-4f3c-4a57-9d1f-0c6f9f1f2b11"  # the same in every process that collects the tests

SITE = "http://127.0.0.1:8080"
OWN = {"Origin": SITE, "Dudao-Page": "1"}
SOURCE = Citation("接待流程", "1.0", ("第二步", "控制点"), 3, "一分钟内有人问候", "source:7", 1)
GREETING = Reply("**1 分钟内** [1]", (SOURCE,), ((Button("👍", "up:1"), Button("👎", "down:1")),), about="question:1")
THANKS = Reply("谢谢，记下了。", replaces=True)


def say(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    if incoming.text == "坏":
        raise RuntimeError("secret cause")
    if incoming.text == "两个":
        return (GREETING, Reply("还有一句。"))
    return (THANKS,) if incoming.action == "up:1" else (GREETING,)


@pytest.fixture
async def turns(tmp_path: Path) -> AsyncIterator[Turns]:
    async with canned(tmp_path, say) as (turns, _):
        yield turns


def caller(turns: Turns, base: str = SITE, **options: Any) -> httpx.AsyncClient:
    """A browser's page at `base`."""
    transport = httpx.ASGITransport(create(turns, WebSettings(), **options))
    return httpx.AsyncClient(transport=transport, base_url=base, headers=OWN | {"Origin": base})


@pytest.fixture
async def browser(turns: Turns) -> AsyncIterator[httpx.AsyncClient]:
    async with caller(turns) as client:
        yield client


def message(text: str = "", action: str = "", **more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "text": text, "action": action, **more}


def events(response: httpx.Response) -> list[dict[str, Any]]:
    return [json.loads(part) for part in response.text.splitlines()]


async def past(browser: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await browser.get("/api/history", params=query)).json()
    return found


async def test_the_page_carries_the_title_as_text(turns: Turns) -> None:
    async with caller(turns, title="<b>华东</b>助手") as client:
        page = (await client.get("/")).text
    assert "<title>&lt;b&gt;华东&lt;/b&gt;助手</title>" in page
    assert "{{" not in page


async def test_a_question_brings_the_text_so_far_then_the_reply_then_done(
    browser: httpx.AsyncClient, bot: CannedHouse
) -> None:
    bot.open.set()
    response = await browser.post("/api/messages", json=message("慢"))
    assert response.headers["content-type"].startswith("application/x-ndjson")
    *partial, reply, done = events(response)
    assert {event["type"] for event in partial} == {"partial"}
    assert partial[-1]["text"] == "**正在"
    assert (reply["type"], reply["text"], reply["about"]) == ("reply", GREETING.text, "question:1")
    assert reply["citations"][0]["section"] == ["第二步", "控制点"]
    assert reply["buttons"][0][1] == {"text": "👎", "action": "down:1"}
    assert (reply["asked"], reply["edits"], reply["files"]) == (True, "", [])
    assert done == {"type": "done"}


async def test_several_replies_come_in_order_each_with_its_own_id(browser: httpx.AsyncClient) -> None:
    first, second, _ = events(await browser.post("/api/messages", json=message("两个")))
    assert [first["text"], second["text"]] == [GREETING.text, "还有一句。"]
    assert 0 < first["id"] < second["id"]


async def test_what_was_typed_and_pressed_reaches_the_turn_unchanged(
    browser: httpx.AsyncClient, bot: CannedHouse
) -> None:
    typed, pressed = message("  SELECT * FROM x; \u0000 <b>\n"), message(action="source:7", pressed="12")
    placed = message(place={"latitude": 31.23, "longitude": 121.47}, answers="9")
    for sent in (typed, pressed, placed):
        await browser.post("/api/messages", json=sent)
    first, second, third = bot.seen
    assert first.id.endswith(f"/{typed['id']}")
    assert (first.text, first.action) == (typed["text"], "")
    assert (second.text, second.action, second.pressed) == ("", "source:7", "12")
    assert third.place
    assert (third.place.latitude, third.place.longitude, third.answers) == (31.23, 121.47, "9")
    assert first.channel == "web"
    assert first.received.utcoffset() is not None


async def test_a_message_sent_again_is_answered_again_but_handled_once(
    browser: httpx.AsyncClient, bot: CannedHouse
) -> None:
    sent = message("多久内接待")
    first, again = [events(await browser.post("/api/messages", json=sent)) for _ in range(2)]
    assert first == again
    assert len(bot.seen) == 1


async def test_the_id_of_a_message_means_nothing_in_another_chat(browser: httpx.AsyncClient, bot: CannedHouse) -> None:
    sent = message("多久内接待")
    first, _ = events(await browser.post("/api/messages", json=sent))
    browser.cookies.clear()
    other, _ = events(await browser.post("/api/messages", json=sent))
    assert other["id"] != first["id"]
    assert len(bot.seen) == 2


async def test_a_browser_keeps_its_chat_and_another_gets_its_own(browser: httpx.AsyncClient, bot: CannedHouse) -> None:
    for _ in range(2):
        await browser.post("/api/messages", json=message("你好"))
    browser.cookies.clear()
    await browser.post("/api/messages", json=message("你好"))
    first, again, other = (incoming.chat for incoming in bot.seen)
    assert first == again != other
    assert len(other) == 22


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(browser: httpx.AsyncClient) -> None:
    cookie = (await browser.get("/api/history")).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


async def test_opening_the_page_from_a_link_elsewhere_does_not_start_a_new_chat(browser: httpx.AsyncClient) -> None:
    assert "set-cookie" not in (await browser.get("/")).headers


async def test_a_made_up_cookie_is_not_taken_for_a_chat(browser: httpx.AsyncClient, bot: CannedHouse) -> None:
    browser.cookies.set(visitors.CHAT_COOKIE, "../../etc", domain="127.0.0.1")
    await browser.post("/api/messages", json=message("你好"))
    assert bot.seen[0].chat != "../../etc"


async def test_the_history_holds_question_and_reply(browser: httpx.AsyncClient) -> None:
    assert (await past(browser))["lines"] == []
    sent = message("多久内接待")
    await browser.post("/api/messages", json=sent)
    said, reply = (await past(browser))["lines"]
    assert (said["said"]["text"], said["message"]) == ("多久内接待", sent["id"])
    assert reply["citations"][0]["section"] == ["第二步", "控制点"]


async def test_the_history_says_which_message_a_reply_took_the_place_of(browser: httpx.AsyncClient) -> None:
    first, _ = events(await browser.post("/api/messages", json=message("多久内接待")))
    pressed = message(action="up:1", pressed=str(first["id"]))
    second, _ = events(await browser.post("/api/messages", json=pressed))
    assert (second["text"], second["edits"]) == (THANKS.text, str(first["id"]))
    assert (await past(browser))["lines"][-1] == {key: value for key, value in second.items() if key != "type"}


async def test_a_long_history_comes_page_by_page_and_whole(browser: httpx.AsyncClient) -> None:
    for number in range(talk.PAGE + 5):
        await browser.post("/api/messages", json=message(f"第{number}问"))
    newest = await past(browser)
    older = await past(browser, before=newest["before"])
    said = [line["said"]["text"] for line in older["lines"] + newest["lines"] if "said" in line]
    replies = [line["id"] for line in older["lines"] + newest["lines"] if "said" not in line]
    assert said == [f"第{number}问" for number in range(talk.PAGE + 5)]
    assert replies == sorted(set(replies))
    assert len(replies) == talk.PAGE + 5
    assert older["before"] == 0


@pytest.mark.parametrize("before", ["x", "-1", "1.5", "9" * 30, "1 OR 1=1"])
async def test_a_made_up_page_of_the_history_is_refused(browser: httpx.AsyncClient, before: str) -> None:
    assert (await browser.get("/api/history", params={"before": before})).status_code == 400


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


async def test_a_message_that_cannot_even_be_kept_apologises_and_is_logged_once(
    browser: httpx.AsyncClient, turns: Turns, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(self: Turns, incoming: Incoming, partial: stream.Partial) -> tuple[Reply, ...]:
        raise OSError("secret cause")

    monkeypatch.setattr(Turns, "__call__", broken)
    reply, done = events(await browser.post("/api/messages", json=message("多久内接待")))
    assert (reply["text"], done["type"]) == (stream.APOLOGY, "done")
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1


async def test_a_history_that_fails_says_so_without_its_cause(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(self: Turns, *_: object) -> None:
        raise OSError("secret cause")

    monkeypatch.setattr(Turns, "history", broken)
    response = await browser.get("/api/history")
    assert (response.status_code, response.json()) == (500, {"error": talk.NO_HISTORY})
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1


async def test_a_turn_goes_on_when_its_reader_leaves(turns: Turns, bot: CannedHouse) -> None:
    body = json.dumps(message("慢")).encode()
    headers = {"host": "127.0.0.1:8080", "content-type": "application/json"} | OWN
    scope = {
        "type": "http", "method": "POST", "path": "/api/messages", "query_string": b"", "server": ("127.0.0.1", 8080),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    coming = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if coming:
            return coming.pop()
        await bot.begun.wait()
        return {"type": "http.disconnect"}

    async def send(_: Any) -> None: ...

    await create(turns, WebSettings())(scope, receive, send)
    chat = bot.seen[0].chat
    assert len(await turns.history("web", chat)) == 1
    bot.open.set()
    async with asyncio.timeout(10):
        await turns.go_on("web", chat)
    assert len(await turns.history("web", chat)) == 2


REFUSED: list[tuple[int, dict[str, str], str]] = [
    (421, {"Host": "evil.example:8080", "Origin": "http://evil.example:8080"}, ""),
    (421, {"Host": "127.0.0.1:9999", "Origin": "http://127.0.0.1:9999"}, ""),
    (421, {"Host": "127.0.0.1.evil.example:8080"}, ""),
    (403, {"Origin": "http://evil.example"}, ""),
    (403, {"Origin": "null"}, ""),
    (403, {"Origin": "http://127.0.0.1:8081"}, ""),
    (403, {"Origin": "https://127.0.0.1:8080"}, ""),
    (403, {"Sec-Fetch-Site": "cross-site"}, ""),
    (403, {"Sec-Fetch-Site": "same-site"}, ""),
    (403, {"Dudao-Page": ""}, ""),
    (415, {"Content-Type": "text/plain"}, ""),
    (415, {"Content-Type": "application/x-www-form-urlencoded"}, ""),
    (400, {}, "not json"),
    (400, {}, "[]"),
    (400, {}, '{"id": "1", "text": "x"}'),
    (400, {}, f'{{"id": "{ID}", "text": 5}}'),
    (400, {}, f'{{"id": "{ID}", "text": "x", "chat": "other"}}'),
    (400, {}, f'{{"id": "{ID}", "text": "\\ud800"}}'),
    (400, {}, f'{{"id": "{ID}", "place": {{"latitude": 91, "longitude": 0}}}}'),
    (400, {}, f'{{"id": "{ID}", "place": {{"latitude": NaN, "longitude": 0}}}}'),
    (400, {}, f'{{"id": "{ID}", "text": "x", "pressed": "1 OR 1"}}'),
    (400, {}, f'{{"id": "{ID}", "text": "x", "answers": "-1"}}'),
    (400, {}, f'{{"id": "{ID}", "attachments": ["{"0" * 64}"]}}'),
    (413, {}, f'{{"id": "{ID}", "text": "{"长" * 50_000}"}}'),
]


@pytest.mark.parametrize(("status", "headers", "body"), REFUSED)
async def test_what_is_not_a_message_of_the_own_page_is_refused_in_chinese(
    browser: httpx.AsyncClient, bot: CannedHouse, status: int, headers: dict[str, str], body: str
) -> None:
    content = body or json.dumps(message("你好"))
    response = await browser.post(
        "/api/messages", content=content, headers={"Content-Type": "application/json"} | headers
    )
    assert response.status_code == status
    assert any("一" <= letter <= "鿿" for letter in response.json()["error"])
    assert not bot.seen


@pytest.mark.parametrize("missing", ["Origin", "Dudao-Page"])
@pytest.mark.parametrize("path", ["/api/messages", "/api/uploads", "/api/hello"])
async def test_a_post_that_does_not_come_from_the_page_is_refused(turns: Turns, missing: str, path: str) -> None:
    async with caller(turns) as client:
        del client.headers[missing]
        assert (await client.post(path, json=message("你好"))).status_code == 403


@pytest.mark.parametrize("path", ["/api/history", "/api/news", f"/files/{'0' * 64}"])
async def test_another_site_cannot_even_ask(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403


@pytest.mark.parametrize("site", ["http://localhost:8080", "http://[::1]:8080", "http://127.0.0.1", SITE])
async def test_every_name_of_this_machine_is_served(turns: Turns, site: str) -> None:
    async with caller(turns, site) as client:
        assert (await client.post("/api/messages", json=message("你好"))).status_code == 200


async def test_a_message_of_20000_characters_is_taken(browser: httpx.AsyncClient, bot: CannedHouse) -> None:
    await browser.post("/api/messages", json=message("长" * 20_000))
    assert len(bot.seen[0].text) == 20_000


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


@pytest.mark.parametrize("path", ["/login", "/api/logout"])
async def test_on_this_machine_there_is_no_door(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.post(path)).status_code == 404


@given(st.text(st.characters(), max_size=50))
def test_any_text_however_broken_fits_on_one_line(text: str) -> None:
    line = written({"type": "partial", "text": text})
    assert line.count(b"\n") == 1
    assert json.loads(line)["text"] == text


# The rest needs a real server: a reader that leaves, a stop, a busy port.


@pytest.fixture
async def site(turns: Turns) -> AsyncIterator[Site]:
    running = Site(turns)
    await running.start()
    yield running
    await running.stop()


def visitor(site: Site) -> httpx.AsyncClient:
    url = f"http://127.0.0.1:{site.port}"
    return httpx.AsyncClient(base_url=url, headers=OWN | {"Origin": url}, trust_env=False)


async def test_a_reader_that_leaves_does_not_break_the_server(site: Site, bot: CannedHouse) -> None:
    async with visitor(site) as client:
        async with client.stream("POST", "/api/messages", json=message("慢")) as response:
            await anext(response.aiter_lines())
        bot.open.set()
        assert events(await client.post("/api/messages", json=message("多久内接待")))[-1] == {"type": "done"}


async def test_stopping_lets_the_turn_under_way_end(site: Site, bot: CannedHouse) -> None:
    async with visitor(site) as client:
        asking = asyncio.create_task(client.post("/api/messages", json=message("慢")))
        await bot.begun.wait()
        assert site.task is not None
        site.task.cancel()
        with pytest.raises(OSError, match="Connect"):
            while True:  # until nobody listens any more
                _, writer = await asyncio.open_connection("127.0.0.1", site.port)
                writer.close()
        assert not site.task.done()
        bot.open.set()
        assert events(await asking)[-1] == {"type": "done"}
    with pytest.raises(asyncio.CancelledError):
        await site.task


async def test_stopping_does_not_wait_for_a_page_that_waits_for_news(site: Site, turns: Turns) -> None:
    async with visitor(site) as client:
        since = (await past(client))["since"]
        waiting = asyncio.create_task(client.get("/api/news", params={"since": since, "wait": 1}, timeout=60))
        while not server_holds(site):  # noqa: ASYNC110  # the server has no event for it
            await asyncio.sleep(0)
        await site.stop()
        assert (await waiting).json()["lines"] == []


def server_holds(site: Site) -> bool:
    """Whether a page waits there."""
    assert site.app is not None
    return bool(site.app.state.news.waiting)


async def test_a_busy_port_says_what_to_do(site: Site, turns: Turns) -> None:
    with pytest.raises(WebError, match=rf"{site.port}.*web\.port"):
        await serve(create(turns, WebSettings()), "127.0.0.1", site.port)


async def test_an_address_that_is_not_ours_says_what_to_do(turns: Turns) -> None:
    with pytest.raises(WebError, match=r"192\.0\.2\.1:0.*web\.host"):
        await serve(create(turns, WebSettings()), "192.0.2.1", 0)

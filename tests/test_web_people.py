"""Who one is on this machine's page, and what others have for them: roles to play, notices, replies to messages."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from canned_house import CannedHouse, add_person, canned
from starlette.applications import Starlette

from bot.config import WebSettings
from bot.turn import Turns
from bot.web import talk, visitors
from bot.web.news import Since
from bot.web.server import create
from handlers.context import Context
from handlers.message import Incoming, Reply
from records.outbox import Outbox
from records.people import STAFF, SUPERVISOR, People

SITE = "http://127.0.0.1:8080"
NOTICE = Reply("李店员提交了整改。", about="action:1")


def say(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    if incoming.text.startswith("告诉 "):
        context.notify(int(incoming.text.split(" ")[1]), NOTICE)
    return (Reply(f"收到：{incoming.text}"),)


@pytest.fixture
async def turns(tmp_path: Path) -> AsyncIterator[Turns]:
    async with canned(tmp_path, say) as (turns, _):
        yield turns


@pytest.fixture
def app(turns: Turns) -> Starlette:
    return create(turns, WebSettings())


@pytest.fixture
async def browser(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Origin": SITE, "Dudao-Page": "1"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=SITE, headers=headers) as client:
        yield client


async def hello(browser: httpx.AsyncClient, user: str = "") -> dict[str, Any]:
    found: dict[str, Any] = (await browser.post("/api/hello", params={"as": user})).json()
    return found


async def post(browser: httpx.AsyncClient, text: str, user: str = "", **more: str) -> list[dict[str, Any]]:
    body = {"id": str(uuid4()), "text": text, **more}
    response = await browser.post("/api/messages", json=body, params={"as": user})
    return [json.loads(line) for line in response.text.splitlines()]


async def news(browser: httpx.AsyncClient, since: str, user: str = "", **query: Any) -> dict[str, Any]:
    response = await browser.get("/api/news", params={"since": since, "as": user, **query})
    found: dict[str, Any] = response.json()
    return found


async def since(browser: httpx.AsyncClient, user: str = "") -> str:
    return str((await browser.get("/api/history", params={"as": user})).json()["since"])


async def number(turns: Turns, user: str) -> int:
    async with turns.database.read() as connection:
        person = await People(connection).who("web", user)
    assert person
    return person.id


async def test_this_machines_admin_needs_no_login_and_sees_whom_they_can_play(browser: httpx.AsyncClient) -> None:
    me = await hello(browser)
    assert (me["name"], me["role"], me["as"], me["public"]) == ("本机管理员", "管理员", "", False)
    assert me["people"] == [
        {"as": "demo-wang", "name": "王督导", "role": "督导"},
        {"as": "demo-li", "name": "李店员", "role": "门店员工"},
    ]


async def test_a_played_person_is_who_writes_in_their_own_chat(browser: httpx.AsyncClient, bot: CannedHouse) -> None:
    me = await hello(browser, "demo-wang")
    assert (me["name"], me["role"], me["as"]) == ("王督导", "督导", "demo-wang")
    await post(browser, "我是王督导", "demo-wang")
    await post(browser, "我是管理员")
    played, own = bot.seen
    assert (played.person, played.chat) == ("demo-wang", "demo-wang")
    assert own.person == "local"
    lines = (await browser.get("/api/history", params={"as": "demo-wang"})).json()["lines"]
    assert [line["said"]["text"] for line in lines if "said" in line] == ["我是王督导"]


@pytest.mark.parametrize(("user", "words"), [("demo-wang", ["help", "stores"]), ("demo-li", ["help"])])
async def test_the_commands_are_those_of_the_role(browser: httpx.AsyncClient, user: str, words: list[str]) -> None:
    assert [word for word, _ in (await hello(browser, user))["menu"]] == words


@pytest.mark.parametrize("path", ["/api/hello", "/api/messages", "/api/uploads"])
async def test_nobody_but_demo_people_can_be_played(browser: httpx.AsyncClient, turns: Turns, path: str) -> None:
    await add_person(turns, "真人", SUPERVISOR, "p9")
    for user in ("p9", "demo-none", "本机管理员"):
        response = await browser.post(path, json={"id": str(uuid4()), "text": "x"}, params={"as": user})
        assert (response.status_code, response.json()) == (404, {"error": visitors.NOT_PLAYED})
        assert (await browser.get("/api/history", params={"as": user})).status_code == 404


async def test_who_has_left_can_be_played_no_more(browser: httpx.AsyncClient, turns: Turns) -> None:
    async with turns.database.write() as connection:
        people = People(connection)
        wang = await people.who("web", "demo-wang")
        assert wang
        await people.leave(wang.id, turns.now())
    assert [one["as"] for one in (await hello(browser))["people"]] == ["demo-li"]
    assert (await browser.post("/api/hello", params={"as": "demo-wang"})).status_code == 404


async def test_a_notice_reaches_the_page_of_whom_it_is_for_while_it_waits(
    browser: httpx.AsyncClient, app: Starlette, turns: Turns
) -> None:
    begin = await since(browser, "demo-wang")
    waiting = asyncio.create_task(news(browser, begin, "demo-wang", wait=1))
    while not app.state.news.waiting:  # noqa: ASYNC110  # the server has no event for it
        await asyncio.sleep(0)
    for _ in range(3):
        assert (await news(browser, begin, "demo-wang"))["lines"] == []
    await post(browser, f"告诉 {await number(turns, 'demo-wang')}", "demo-li")
    async with asyncio.timeout(10):
        found = await waiting
    [line] = found["lines"]
    assert (line["text"], line["about"], line["asked"]) == (NOTICE.text, "action:1", False)
    assert (await news(browser, found["since"], "demo-wang"))["lines"] == []
    assert NOTICE.text not in (await browser.get("/api/history", params={"as": "demo-li"})).text


async def test_a_notice_from_before_the_first_message_stays_in_the_history(
    browser: httpx.AsyncClient, turns: Turns
) -> None:
    await post(browser, f"告诉 {await number(turns, 'demo-wang')}", "demo-li")
    for _ in range(2):
        await post(browser, "看到了", "demo-wang")
        lines = (await browser.get("/api/history", params={"as": "demo-wang"})).json()["lines"]
        assert lines[0]["text"] == NOTICE.text


async def test_another_page_of_the_same_person_hears_question_and_answer(browser: httpx.AsyncClient) -> None:
    begin = await since(browser, "demo-wang")
    first, _ = await post(browser, "在电脑上问", "demo-wang")
    said, reply = (await news(browser, begin, "demo-wang"))["lines"]
    assert said["said"]["text"] == "在电脑上问"
    assert (reply["id"], reply["text"], reply["asked"]) == (first["id"], "收到：在电脑上问", True)


async def test_what_a_page_shows_is_not_news_to_it(browser: httpx.AsyncClient) -> None:
    await post(browser, "你好", "demo-wang")
    assert (await news(browser, await since(browser, "demo-wang"), "demo-wang"))["lines"] == []


async def test_a_notice_that_had_to_wait_is_news_when_its_time_has_come(
    browser: httpx.AsyncClient, turns: Turns
) -> None:
    start, begin = turns.now(), await since(browser, "demo-wang")
    async with turns.database.write() as connection:
        row = turns.promising.row("web", "demo-wang", NOTICE, start + timedelta(hours=8))
        await Outbox(connection).add([row])
    assert (await news(browser, begin, "demo-wang"))["lines"] == []
    lines = (await browser.get("/api/history", params={"as": "demo-wang"})).json()["lines"]
    assert lines == []
    later = [await post(browser, text, "demo-wang") for text in ("一", "二")]
    turns.now = lambda: start + timedelta(hours=8, minutes=1)
    found = await news(browser, begin, "demo-wang")
    texts = [line["text"] for line in found["lines"] if "text" in line]
    assert texts == [later[0][0]["text"], later[1][0]["text"], NOTICE.text]
    assert (await news(browser, found["since"], "demo-wang"))["lines"] == []


async def test_a_page_that_was_away_for_long_hears_everything_in_order(
    browser: httpx.AsyncClient, turns: Turns
) -> None:
    begin, clock = await since(browser, "demo-wang"), turns.now()
    async with turns.database.write() as connection:
        for minute in range(250):
            at = clock + timedelta(minutes=minute)
            turns.now = lambda at=at: at  # type: ignore[misc]
            row = turns.promising.row("web", "demo-wang", Reply(f"第{minute}条"), at)
            await Outbox(connection).add([row])
    heard: list[str] = []
    while (found := await news(browser, begin, "demo-wang"))["lines"]:
        heard += [line["text"] for line in found["lines"]]
        begin = found["since"]
    assert heard == [f"第{minute}条" for minute in range(250)]


async def test_what_is_too_old_for_the_page_is_not_news_to_it_either(browser: httpx.AsyncClient) -> None:
    for number in range(talk.PAGE + 3):
        await post(browser, f"第{number}问", "demo-wang")
    assert (await news(browser, await since(browser, "demo-wang"), "demo-wang"))["lines"] == []


@pytest.mark.parametrize("mark", ["", "x", "2026-01-01~", "2026-01-01T00:00:00~1", "~1", "2026-01-01T00:00:00+00:00~x"])
async def test_a_made_up_mark_is_refused(browser: httpx.AsyncClient, mark: str) -> None:
    assert (await browser.get("/api/news", params={"since": mark})).status_code == 400


def test_a_mark_is_read_as_it_was_written() -> None:
    mark = Since.parse("2026-05-04T04:00:00.123456+00:00~3.12")
    assert (mark.ids, str(mark)) == (frozenset({3, 12}), "2026-05-04T04:00:00.123456+00:00~3.12")


async def test_the_admins_notices_come_to_the_browser_they_wrote_from_last(
    browser: httpx.AsyncClient, turns: Turns
) -> None:
    admin = await number(turns, "local")
    await post(browser, f"告诉 {admin}", "demo-li")  # before any browser of the admin was there
    await hello(browser)
    assert NOTICE.text in (await browser.get("/api/history")).text
    begin = await since(browser)
    await post(browser, f"告诉 {admin}", "demo-li")
    assert [line["text"] for line in (await news(browser, begin))["lines"]] == [NOTICE.text]


async def test_a_reply_to_a_message_says_which_one_and_the_records_know_it(
    browser: httpx.AsyncClient, turns: Turns, bot: CannedHouse
) -> None:
    begin = await since(browser, "demo-wang")
    await post(browser, f"告诉 {await number(turns, 'demo-wang')}", "demo-li")
    [line] = (await news(browser, begin, "demo-wang"))["lines"]
    await post(browser, "知道了", "demo-wang", answers=str(line["id"]))
    answers = bot.seen[-1].answers
    async with turns.database.read() as connection:
        shown = await Outbox(connection).shown("web", "demo-wang", answers)
    assert shown
    assert shown.payload["about"] == "action:1"
    said = (await browser.get("/api/history", params={"as": "demo-wang"})).json()["lines"]
    assert [one["said"]["answers"] for one in said if "said" in one] == [answers]


async def test_two_people_do_not_hear_each_other(browser: httpx.AsyncClient, turns: Turns) -> None:
    await add_person(turns, "张店员", STAFF, "demo-zhang", demo=True)
    begin = await since(browser, "demo-zhang")
    await post(browser, "只对我说", "demo-li")
    assert (await news(browser, begin, "demo-zhang"))["lines"] == []

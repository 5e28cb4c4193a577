"""A public page: logging in by a link that works once, sessions, and everything that must not get in."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from canned_house import CannedHouse, add_person, canned, link

from bot.config import WebSettings
from bot.config_file import BadConfig, load
from bot.turn import Turns
from bot.web import login, visitors
from bot.web.server import create
from handlers import logging_in
from handlers.context import Context
from handlers.message import Incoming, Reply
from handlers.roles import PRIVATE
from records.invites import LOGIN, SESSION
from records.people import ADMIN, SUPERVISOR, People, Person

SITE = "https://dudao.example.com"
OWN = {"Origin": SITE, "Dudao-Page": "1", "Sec-Fetch-Site": "same-origin"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def say(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    return (Reply(f"收到：{incoming.text}"),)


@pytest.fixture
async def turns(tmp_path: Path) -> AsyncIterator[Turns]:
    async with canned(tmp_path, say, page=SITE) as (turns, _):
        yield turns


@pytest.fixture
async def lin(turns: Turns) -> Person:
    return await add_person(turns, "小林", SUPERVISOR)


@pytest.fixture
def app(turns: Turns) -> Any:
    return create(turns, WebSettings(public=True, url=SITE))


def visitor(app: Any, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url=SITE, headers=OWN | headers)


@pytest.fixture
async def browser(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with visitor(app) as client:
        yield client


async def code(turns: Turns, person: Person, user: str = "lin") -> str:
    found = re.search(rf"^{re.escape(SITE)}/login\?code=([\w-]+)$", await link(turns, person, user), re.MULTILINE)
    assert found
    return found[1]


async def enter(browser: httpx.AsyncClient, code: str) -> httpx.Response:
    return await browser.post("/login", data={"code": code})


def message(text: str = "你好") -> dict[str, str]:
    return {"id": str(uuid4()), "text": text}


async def test_the_link_the_bot_sends_opens_the_persons_own_chat(
    browser: httpx.AsyncClient, turns: Turns, bot: CannedHouse, lin: Person
) -> None:
    entered = await enter(browser, await code(turns, lin))
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    me = (await browser.post("/api/hello")).json()
    assert (me["name"], me["role"], me["public"], me["people"], me["admin"]) == ("小林", "督导", True, [], "")
    page = await browser.get("/")
    assert 'id="composer"' in page.text
    assert page.headers["cache-control"] == "no-store"  # else "back" would show it after logging out
    await browser.post("/api/messages", json=message())
    written = bot.seen[-1]
    assert (written.person, written.chat) == (f"p{lin.id}", f"p{lin.id}")


async def test_the_session_is_a_secure_cookie_of_this_host_alone(
    browser: httpx.AsyncClient, turns: Turns, lin: Person
) -> None:
    name, *attributes = (await enter(browser, await code(turns, lin))).headers["set-cookie"].split("; ")
    assert name.startswith("__Host-dudao=")
    assert {one.lower() for one in attributes} == {
        "httponly", "secure", "samesite=lax", "path=/", f"max-age={30 * 24 * 3600}"
    }  # fmt: skip
    assert timedelta(days=30) == SESSION


async def test_opening_the_link_spends_nothing_until_the_button_is_pressed(app: Any, turns: Turns, lin: Person) -> None:
    secret = await code(turns, lin)
    async with visitor(app, **{"Sec-Fetch-Site": "cross-site"}) as previewer:
        for _ in range(3):
            page = await previewer.get("/login", params={"code": secret})
            assert "set-cookie" not in page.headers
            assert login.PRESS in page.text
    async with visitor(app) as browser:
        assert (await enter(browser, secret)).status_code == 303


async def test_a_link_works_once(app: Any, turns: Turns, lin: Person) -> None:
    secret = await code(turns, lin)
    async with visitor(app) as first, visitor(app) as second:
        assert (await enter(first, secret)).status_code == 303
        refused = await enter(second, secret)
        assert refused.status_code == 403
        assert login.SPENT in refused.text
        assert (await second.get("/api/history")).status_code == 401


async def test_a_link_works_for_ten_minutes(browser: httpx.AsyncClient, turns: Turns, lin: Person) -> None:
    start, secret = turns.now(), await code(turns, lin)
    turns.now = lambda: start + LOGIN + timedelta(seconds=5)
    assert (await enter(browser, secret)).status_code == 403


async def test_a_session_ends_after_thirty_days(browser: httpx.AsyncClient, turns: Turns, lin: Person) -> None:
    start = turns.now()
    await enter(browser, await code(turns, lin))
    turns.now = lambda: start + SESSION - timedelta(minutes=1)
    assert (await browser.get("/api/history")).status_code == 200
    turns.now = lambda: start + SESSION + timedelta(minutes=1)
    assert (await browser.get("/api/history")).status_code == 401


async def test_logging_out_ends_the_session_not_only_the_cookie(
    browser: httpx.AsyncClient, turns: Turns, lin: Person
) -> None:
    await enter(browser, await code(turns, lin))
    kept = browser.cookies[visitors.SESSION_COOKIE]
    left = await browser.post("/api/logout")
    assert "max-age=0" in left.headers["set-cookie"].lower()
    assert left.headers["clear-site-data"] == '"cache"'
    browser.cookies.clear()
    browser.cookies.set(visitors.SESSION_COOKIE, kept, domain="dudao.example.com")
    assert (await browser.get("/api/history")).status_code == 401


async def test_who_leaves_is_out_at_once(browser: httpx.AsyncClient, turns: Turns, lin: Person) -> None:
    await enter(browser, await code(turns, lin))
    async with turns.database.write() as connection:
        await People(connection).leave(lin.id, turns.now())
    assert (await browser.get("/api/history")).status_code == 401
    assert visitors.LOGIN_FIRST in (await browser.get("/")).text


async def test_a_second_login_goes_on_in_the_same_chat(app: Any, turns: Turns, lin: Person) -> None:
    for text in ("在手机上", "在电脑上"):
        async with visitor(app) as browser:
            await enter(browser, await code(turns, lin))
            await browser.post("/api/messages", json=message(text))
            lines = (await browser.get("/api/history")).json()["lines"]
    assert [line["said"]["text"] for line in lines if "said" in line] == ["在手机上", "在电脑上"]


CLOSED = [
    ("GET", "/api/history"),
    ("GET", "/api/news?since=2026-01-01T00:00:00%2B00:00~"),
    ("GET", f"/files/{'0' * 64}"),
    ("POST", "/api/hello"),
    ("POST", "/api/messages"),
    ("POST", "/api/uploads"),
]


@pytest.mark.parametrize(("method", "path"), CLOSED)
@pytest.mark.parametrize("played", ["", "local", "demo-wang"])
async def test_without_a_session_everything_says_only_how_to_get_a_link(
    browser: httpx.AsyncClient, bot: CannedHouse, method: str, path: str, played: str
) -> None:
    response = await browser.request(
        method, path, params={"as": played} if played else None, json=message() if method == "POST" else None
    )
    assert (response.status_code, response.json()) == (401, {"error": visitors.LOGIN_FIRST})
    assert bot.seen == []


@pytest.mark.parametrize("path", ["/", "/login", "/login?code=", "/login?code=<script>", "/?as=local"])
async def test_without_a_session_every_page_says_only_how_to_get_a_link(browser: httpx.AsyncClient, path: str) -> None:
    page = await browser.get(path)
    assert visitors.LOGIN_FIRST in page.text
    assert "<form" not in page.text
    assert "<script" not in page.text


@pytest.mark.parametrize("cookie", ["", "x", "a" * 43, "null", "' OR 1=1"])
async def test_a_made_up_session_is_none(browser: httpx.AsyncClient, cookie: str) -> None:
    response = await browser.get("/api/history", headers={"Cookie": f"{visitors.SESSION_COOKIE}={cookie}"})
    assert response.status_code == 401


async def test_a_link_is_no_session(browser: httpx.AsyncClient, turns: Turns, lin: Person) -> None:
    secret = await code(turns, lin)
    response = await browser.get("/api/history", headers={"Cookie": f"{visitors.SESSION_COOKIE}={secret}"})
    assert response.status_code == 401


async def test_nobody_is_played_by_whoever_has_logged_in(
    browser: httpx.AsyncClient, turns: Turns, bot: CannedHouse, lin: Person
) -> None:
    await enter(browser, await code(turns, lin))
    for played in ("demo-wang", "local"):
        await browser.post("/api/messages", json=message(), params={"as": played})
        assert bot.seen[-1].person == f"p{lin.id}"


async def test_two_people_have_chats_of_their_own(app: Any, turns: Turns, lin: Person) -> None:
    chen = await add_person(turns, "老陈", ADMIN)
    async with visitor(app) as one, visitor(app) as other:
        await enter(one, await code(turns, lin))
        await enter(other, await code(turns, chen, "chen"))
        await one.post("/api/messages", json=message("只有我知道"))
        assert "只有我知道" not in json.dumps((await other.get("/api/history")).json(), ensure_ascii=False)


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {"Origin": "https://evil.example"}),
        (403, {"Origin": "null"}),
        (403, {"Origin": ""}),
        (403, {"Origin": "http://dudao.example.com"}),
        (403, {"Origin": "https://dudao.example.com.evil.example"}),
        (421, {"Host": "evil.example"}),
        (421, {"Host": "127.0.0.1:8080"}),
        (421, {"Host": "evil.example", "X-Forwarded-Host": "dudao.example.com"}),
    ],
)
@pytest.mark.parametrize("path", ["/api/messages", "/login", "/api/logout", "/api/uploads"])
async def test_a_post_from_elsewhere_is_refused_even_with_a_session(
    browser: httpx.AsyncClient, turns: Turns, bot: CannedHouse, lin: Person, path: str, status: int,
    headers: dict[str, str],
) -> None:  # fmt: skip
    await enter(browser, await code(turns, lin))
    secret = browser.cookies[visitors.SESSION_COOKIE]
    kept = {"Cookie": f"{visitors.SESSION_COOKIE}={secret}"}
    refused = await browser.post(path, json=message(), headers=kept | headers)
    assert refused.status_code == status
    assert bot.seen[1:] == []  # the first asked for the link
    assert (await browser.get("/api/history", headers=kept)).status_code == 200


async def test_a_post_without_the_pages_header_is_refused_even_with_a_session(
    browser: httpx.AsyncClient, turns: Turns, lin: Person
) -> None:
    await enter(browser, await code(turns, lin))
    del browser.headers["Dudao-Page"]
    assert (await browser.post("/api/messages", json=message())).status_code == 403
    assert (await browser.post("/api/logout")).status_code == 403
    assert (await browser.get("/api/history")).status_code == 200


async def test_the_login_page_runs_no_script_and_its_form_goes_nowhere_else(
    browser: httpx.AsyncClient, turns: Turns, lin: Person
) -> None:
    page = await browser.get("/login", params={"code": await code(turns, lin)})
    policy = page.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"  # with none at all, browsers hide where a form comes from


async def test_too_many_attempts_have_to_wait_a_minute(turns: Turns, lin: Person) -> None:
    now = 1000.0
    door = login.Door(visitors.Public(turns), "督导助手", lambda: now)
    app = create(turns, WebSettings(public=True, url=SITE), door=door)
    secret = await code(turns, lin)
    async with visitor(app) as browser:
        for _ in range(login.A_MINUTE):
            assert (await enter(browser, "x" * 43)).status_code == 403
        refused = await enter(browser, secret)
        assert refused.status_code == 429
        assert login.TOO_MANY in refused.text
        now += 61
        assert (await enter(browser, secret)).status_code == 303


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (415, {"json": {"code": "x"}}),
        (413, {"content": "code=" + "x" * 2000, "headers": FORM}),
        (403, {"content": "", "headers": FORM}),
        (403, {"content": "code=%00%ff", "headers": FORM}),
        (403, {"content": "other=x", "headers": FORM}),
    ],
)
async def test_what_is_not_the_login_form_opens_nothing(
    browser: httpx.AsyncClient, status: int, sent: dict[str, Any]
) -> None:
    response = await browser.post("/login", **sent)
    assert response.status_code == status
    assert "set-cookie" not in response.headers


# Asking for the link.


async def test_the_link_is_given_where_there_is_a_page_and_not_in_a_group(
    turns: Turns, bot: CannedHouse, lin: Person
) -> None:
    assert "10 分钟" in await link(turns, lin, "lin")
    incoming = Incoming(uuid4().hex, "console", "group", "lin", turns.now(), "/web", private=False)
    assert [reply.text for reply in await turns(incoming, _unwatched)] == [PRIVATE]


async def test_on_the_page_itself_no_link_is_needed(browser: httpx.AsyncClient, turns: Turns, lin: Person) -> None:
    await enter(browser, await code(turns, lin))
    response = await browser.post("/api/messages", json=message("/web"))
    assert logging_in.ALREADY in [json.loads(line).get("text") for line in response.text.splitlines()]


async def test_without_a_public_page_there_is_no_link(tmp_path: Path) -> None:
    async with canned(tmp_path, say) as (turns, _):
        person = await add_person(turns, "小林", SUPERVISOR)
        assert await link(turns, person, "lin") == logging_in.NO_PAGE


async def _unwatched(text: str) -> None:
    """Nobody watches."""


# The setting.


@pytest.mark.parametrize(
    "url",
    [
        "", "dudao.example.com", "http://dudao.example.com", "https://dudao.example.com/chat", "https://a@b.example",
        "https://dudao.example.com?x", "https://", "ftp://dudao.example.com", "http://localhost.evil.example",
    ],
)  # fmt: skip
def test_a_public_page_needs_its_own_https_address(tmp_path: Path, url: str) -> None:
    environment = {"DUDAO__WEB__PUBLIC": "true", "DUDAO__WEB__URL": f"'{url}'"}
    with pytest.raises(BadConfig, match=r"web\.url.*https://dudao\.example\.com"):
        load(environment, tmp_path / "config.yaml")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://dudao.example.com", "https://dudao.example.com"),
        ("https://Dudao.Example.com/", "https://dudao.example.com"),
        ("https://dudao.example.com:443", "https://dudao.example.com"),
        ("https://dudao.example.com:8443", "https://dudao.example.com:8443"),
        ("http://localhost:8080", "http://localhost:8080"),
    ],
)
def test_the_address_is_kept_as_browsers_write_it(tmp_path: Path, url: str, origin: str) -> None:
    environment = {"DUDAO__WEB__PUBLIC": "true", "DUDAO__WEB__URL": f"'{url}'"}
    assert load(environment, tmp_path / "config.yaml").web.url == origin

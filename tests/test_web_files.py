"""Photos and files on the page: what is taken, who may see it again, what is refused."""

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from canned_house import CannedHouse, canned
from hypothesis import given
from hypothesis import strategies as st

from bot.config import WebSettings
from bot.turn import Turns
from bot.web import uploads
from bot.web.server import create
from bot.web.uploads import tidy, typed
from handlers.context import Context
from handlers.message import Attachment, File, Incoming, Reply
from records.files import Files, FilesError
from records.outbox import Outbox

SITE = "http://127.0.0.1:8080"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"picture"
LIMIT = 0.02  # megabytes


def ref_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def say(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    if incoming.text.startswith("给我 "):
        _, name, media_type, ref = incoming.text.split(" ")
        return (Reply("在这里。", files=(File(name, media_type, ref),)),)
    return (Reply("收到。"),)


@pytest.fixture
async def turns(tmp_path: Path) -> AsyncIterator[Turns]:
    async with canned(tmp_path, say) as (turns, _):
        yield turns


@pytest.fixture
async def browser(turns: Turns) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create(turns, WebSettings(max_megabytes=LIMIT)))
    headers = {"Origin": SITE, "Dudao-Page": "1"}
    async with httpx.AsyncClient(transport=transport, base_url=SITE, headers=headers) as client:
        await client.get("/api/history")  # the browser gets its chat
        yield client


async def upload(
    browser: httpx.AsyncClient,
    content: bytes,
    name: str = "车间.png",
    media_type: str = "image/png",
    kind: str = "file",
) -> httpx.Response:
    return await browser.post("/api/uploads", data={"kind": kind}, files={"file": (name, content, media_type)})


async def post(browser: httpx.AsyncClient, text: str = "", *refs: str, **query: str) -> httpx.Response:
    body = {"id": str(uuid4()), "text": text, "attachments": refs}
    return await browser.post("/api/messages", json=body, params=query)


async def test_an_uploaded_photo_reaches_the_turn_with_the_message(
    browser: httpx.AsyncClient, bot: CannedHouse, turns: Turns
) -> None:
    taken = await upload(browser, PICTURE, kind="photo")
    ref = ref_of(PICTURE)
    assert taken.json() == {"ref": ref, "name": "车间.png", "media_type": "image/png", "size": len(PICTURE)}
    await upload(browser, b"a,b", "表.csv", "text/csv")
    await post(browser, "请看", ref, ref_of(b"a,b"))
    first, second = bot.seen[0].attachments
    assert first == Attachment("车间.png", "image/png", ref, len(PICTURE), "photo")
    assert (second.name, second.kind) == ("表.csv", "file")
    assert await turns.files.get(first.ref) == PICTURE


async def test_the_history_shows_what_was_attached(browser: httpx.AsyncClient) -> None:
    await upload(browser, PICTURE)
    await post(browser, "", ref_of(PICTURE))
    said = (await browser.get("/api/history")).json()["lines"][0]["said"]
    assert said["files"] == [{"name": "车间.png", "media_type": "image/png", "ref": ref_of(PICTURE)}]


async def test_what_another_chat_uploaded_can_be_neither_sent_nor_seen(
    browser: httpx.AsyncClient, bot: CannedHouse
) -> None:
    ref = (await upload(browser, PICTURE)).json()["ref"]
    assert (await browser.get(f"/files/{ref}")).status_code == 200
    assert (await browser.get(f"/files/{ref}", params={"as": "demo-li"})).status_code == 404
    refused = await post(browser, "我的", ref, **{"as": "demo-li"})
    assert (refused.status_code, refused.json()) == (400, {"error": uploads.GONE})
    browser.cookies.clear()
    assert (await browser.get(f"/files/{ref}")).status_code == 404
    assert (await post(browser, "我的", ref)).status_code == 400
    assert bot.seen == []


async def test_a_file_that_was_sent_to_a_chat_is_given_there_and_nowhere_else(
    browser: httpx.AsyncClient, turns: Turns
) -> None:
    ref = await turns.files.put(b"%PDF report")
    assert (await browser.get(f"/files/{ref}")).status_code == 404
    await post(browser, f"给我 月报.pdf application/pdf {ref}")
    given = await browser.get(f"/files/{ref}")
    assert given.content == b"%PDF report"
    assert given.headers["content-type"] == "application/pdf"
    assert given.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E6%9C%88")
    assert (await browser.get(f"/files/{ref}", params={"as": "demo-wang"})).status_code == 404


async def test_a_file_that_is_to_come_later_is_not_given_before(browser: httpx.AsyncClient, turns: Turns) -> None:
    ref = await turns.files.put(b"%PDF report")
    start, report = turns.now(), Reply("早报", files=(File("早报.pdf", "application/pdf", ref),))
    async with turns.database.write() as connection:
        await Outbox(connection).add([turns.promising.row("web", "demo-li", report, start + timedelta(hours=8))])
    assert (await browser.get(f"/files/{ref}?as=demo-li")).status_code == 404
    turns.now = lambda: start + timedelta(hours=9)
    assert (await browser.get(f"/files/{ref}?as=demo-li")).status_code == 200


async def test_a_ref_that_is_only_spoken_of_is_not_a_file_of_the_chat(browser: httpx.AsyncClient, turns: Turns) -> None:
    ref = await turns.files.put(b"secret")
    await post(browser, f"给我 {ref} application/pdf {ref_of(b'other')}")  # its name is the ref of another file
    assert (await browser.get(f"/files/{ref}")).status_code == 404


@pytest.mark.parametrize(
    ("media_type", "way"),
    [
        ("image/png", "inline"),
        ("image/jpeg", "inline"),
        ("image/svg+xml", "attachment"),
        ("text/html", "attachment"),
        ("application/xhtml+xml", "attachment"),
        ("application/pdf", "attachment"),
    ],
)
async def test_only_pictures_without_scripts_are_shown_by_the_browser(
    browser: httpx.AsyncClient, media_type: str, way: str
) -> None:
    ref = (await upload(browser, b"<script>", "x", media_type)).json()["ref"]
    given = await browser.get(f"/files/{ref}")
    assert given.headers["content-disposition"].startswith(f"{way};")
    assert given.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in given.headers["content-security-policy"]
    assert given.headers["cache-control"] == "private, no-cache"


async def test_a_file_is_sent_once_to_a_browser_that_has_it_still(browser: httpx.AsyncClient) -> None:
    ref = (await upload(browser, PICTURE)).json()["ref"]
    given = await browser.get(f"/files/{ref}")
    again = await browser.get(f"/files/{ref}", headers={"If-None-Match": given.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("ref", ["0" * 64, "x", "..%2f..%2fdudao.db", "0" * 63 + "%25", "A" * 64])
async def test_a_made_up_ref_is_no_file(browser: httpx.AsyncClient, ref: str) -> None:
    assert (await browser.get(f"/files/{ref}")).status_code == 404


async def test_a_file_at_the_limit_is_taken_and_one_beyond_it_is_refused_in_one_sentence(
    browser: httpx.AsyncClient,
) -> None:
    most = int(LIMIT * 1_000_000)
    assert (await upload(browser, b"x" * most)).status_code == 200
    for size in (most + 1, most * 10):
        refused = await upload(browser, b"x" * size)
        assert (refused.status_code, refused.json()) == (413, {"error": uploads.TOO_LARGE.format(limit=LIMIT)})


async def test_a_file_that_says_it_is_too_large_is_not_even_read(browser: httpx.AsyncClient) -> None:
    read = []

    async def sent() -> AsyncIterator[bytes]:
        read.append(True)
        yield b"x"

    headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": "9000000"}
    assert (await browser.post("/api/uploads", content=sent(), headers=headers)).status_code == 413
    assert read == []


async def test_a_body_that_does_not_say_how_long_it_is_is_refused(browser: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"x"

    response = await browser.post("/api/uploads", content=endless(), headers={"Content-Type": "multipart/form-data"})
    assert response.status_code == 411


BROKEN: list[dict[str, Any]] = [
    {"data": {"kind": "file"}},
    {"data": {"kind": "virus"}, "files": {"file": ("x", b"x")}},
    {"files": {"file": ("x", b"x")}},
    {"data": {"kind": "file", "file": "text"}},
    {"data": {"kind": "file"}, "files": [("file", ("a", b"a")), ("file", ("b", b"b"))]},
    {"content": b"rubbish", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
    {"content": b"rubbish", "headers": {"Content-Type": "multipart/form-data"}},
    {"json": {"kind": "file"}},
]


@pytest.mark.parametrize("sent", BROKEN)
async def test_a_form_without_one_file_is_refused(browser: httpx.AsyncClient, sent: dict[str, Any]) -> None:
    refused = await browser.post("/api/uploads", **sent)
    assert (refused.status_code, refused.json()) == (400, {"error": uploads.NO_FILE})


async def test_a_chat_cannot_fill_the_store(
    browser: httpx.AsyncClient, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "AT_ONCE", 3)
    assert [(await upload(browser, b"x")).status_code for _ in range(4)] == [200, 200, 200, 429]
    start = turns.now()
    turns.now = lambda: start + timedelta(minutes=11)
    assert (await upload(browser, b"x")).status_code == 200


async def test_an_empty_file_is_refused(browser: httpx.AsyncClient) -> None:
    assert (await upload(browser, b"")).json() == {"error": uploads.EMPTY}


async def test_a_store_that_is_away_says_so_without_its_cause(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: Files, content: bytes) -> str:
        raise FilesError("secret cause")

    monkeypatch.setattr(Files, "put", away)
    refused = await upload(browser, PICTURE)
    assert (refused.status_code, refused.json()) == (503, {"error": uploads.NOT_KEPT})


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\林\\照片.jpg", "照片.jpg"),
        ("a\r\nSet-Cookie: x.png", "aSet-Cookie: x.png"),
        ("", "file"),
        ("/", "file"),
        ("\u202egnp.exe", "gnp.exe"),
    ],
)
def test_a_name_keeps_nothing_that_could_mislead(sent: str, kept: str) -> None:
    assert tidy(sent) == kept


@given(st.text(max_size=400))
def test_any_name_is_short_printable_and_there(name: str) -> None:
    kept = tidy(name)
    assert 0 < len(kept) <= 120
    assert kept.isprintable()
    assert not set(kept) & set("/\\\r\n")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("image/PNG", "image/png"),
        ("text/html; charset=utf-8", "text/html"),
        ("", "application/octet-stream"),
        ("text/html\r\nX: y", "application/octet-stream"),
        ("图/片", "application/octet-stream"),
    ],
)
def test_a_type_is_one_or_that_of_any_bytes(sent: str, kept: str) -> None:
    assert typed(sent) == kept

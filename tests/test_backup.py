"""Backup and restore: the same file from and for every database, whole or not at all, while others write."""

import asyncio
import gzip
import io
import json
import sqlite3
import sys
import tarfile
from argparse import Namespace
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Chat, Opens, Ran, loaded
from sqlalchemy import insert, text

from bot import backup as commands
from bot.app import database_url, file_store
from bot.archive import verified
from bot.config import Settings
from records import dump, tables
from records.analyses import FISH, WHY, Analyses
from records.database import REVISION, Database, upgrade
from records.documents import Documents
from records.dump import DumpError, snapshot
from records.inbox import Arrived, Inbox
from records.invites import Invites
from records.outbox import Outbox, Promised
from records.people import People
from records.stores import Stores

Dudao = Callable[..., Ran]
NOON = datetime(2026, 5, 4, 4, 30, 15, 123456, tzinfo=UTC)
PICTURE = b"\x89PNG not really \x00\xff"
KINDS = ("sqlite", "postgres")


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str, str], Settings]:
    """Settings of a new home and a new database of that kind."""

    def make(kind: str, name: str) -> Settings:
        database = {"url": request.getfixturevalue("postgres")} if kind == "postgres" else {}
        return loaded(tmp_path / name, database=database)

    return make


@asynccontextmanager
async def database_of(settings: Settings) -> AsyncIterator[Database]:
    """The database of these settings while the block lasts."""
    database = Database(database_url(settings))
    try:
        yield database
    finally:
        await database.close()


async def inhabit(settings: Settings) -> None:
    """A row of every sort: all types, a reference to a later row of the same table, numbers given out and gone."""
    settings.home.mkdir(exist_ok=True)
    async with database_of(settings) as database:
        await database.migrate()
        ref = await file_store(settings).put(PICTURE)
        async with database.write() as connection:
            await Documents(connection).found()
            facts = {
                "name": "洗车",
                "title": "洗车",
                "version": "2.1",
                "effective": date(2026, 5, 1),
                "audience": ["店长"],
            }
            rest = {"source": "", "digest": "d", "bundled": False, "revision": 1, "passages": 1, "warnings": []}
            await connection.execute(insert(tables.document).values(**facts, **rest, added_at=NOON))
            place = {
                "position": 0,
                "path": ["洗车", "时限"],
                "text": "25\u2028分钟\n",
                "page": None,
                "breaks": [[1, 2]],
            }
            await connection.execute(insert(tables.section).values(key="k1", document_id=1, **place))
            store = await Stores(connection).save("s1", "一店", "华东", (31.2304, 121.4737))
            people = People(connection)
            below = await people.add("小林", "staff", "Asia/Shanghai", NOON, stores=[store.id])
            above = await people.add("老陈", "supervisor", "Asia/Tokyo", NOON)
            await people.change(below.id, reports_to=above.id)
            await people.connect(below.id, "telegram", "7", "7", NOON)
            await Invites(connection).make("trainee", NOON, timedelta(hours=1), store=store.id)
            analyses = Analyses(connection)
            why = await analyses.add(WHY, store.id, above.id, "返修多", {"causes": []}, NOON)
            fish = await analyses.add(FISH, store.id, above.id, "返修多", {"bones": ["人"], "votes": [[2, 1]]}, NOON)
            await connection.execute(
                tables.analysis.update().where(tables.analysis.c.id == why.id).values(source_id=fish.id)
            )
            await analyses.join(fish.id, below.id)
            await analyses.finish(fish, above.id, NOON, NOON)
            await said(connection, 1, ref)
            await said(connection, 2, ref)
            await connection.execute(
                tables.inbox.delete().where(tables.inbox.c.message == "2")
            )  # its number stays taken


async def said(connection: Any, number: int, ref: str = "") -> None:
    """A message and its answer, in one transaction."""
    payload = {"text": "你好", "attachments": [ref], "none": None, "nested": {"x": 1.5}}
    [row] = await Inbox(connection).add([Arrived("telegram", str(number), "7", "7", NOON, payload)])
    await Outbox(connection).add([Promised("telegram", "7", NOON, NOON, {"text": "您好"}, inbox_id=row)])


async def content(settings: Settings) -> dict[str, list[Any]]:
    """Every row of every table, but for the library's id, which must change."""
    async with database_of(settings) as database, snapshot(database) as records:
        assert records.revision == REVISION
        found = {name: [json.loads(line) async for line in records.rows(name)] for name in records.tables}
    for row in found["library"]:
        del row["uid"]
    return found


async def back_up(settings: Settings, file: Path) -> None:
    assert await commands.backup(settings, Namespace(file=file)) == 0


async def put_back(settings: Settings, file: Path, *, replace: bool = False) -> None:
    assert await commands.restore(settings, Namespace(file=file, replace=replace)) == 0


@pytest.fixture
async def saved(tmp_path: Path) -> Path:
    """A backup of a small home on SQLite."""
    await inhabit(loaded(tmp_path / "saved"))
    await back_up(loaded(tmp_path / "saved"), tmp_path / "saved.tar.gz")
    return tmp_path / "saved.tar.gz"


@pytest.mark.parametrize("before", KINDS)
@pytest.mark.parametrize("after", KINDS)
async def test_what_was_backed_up_is_what_is_restored(
    before: str, after: str, settings: Callable[[str, str], Settings], tmp_path: Path, postgres_running: Any
) -> None:
    old = settings(before, "old")
    await inhabit(old)
    kept = await content(old)
    assert {name for name, rows in kept.items() if rows} >= {"person", "membership", "inbox", "section", "invite"}
    await back_up(old, tmp_path / "all.tar.gz")
    if before == after == "postgres":
        await put_back(old, tmp_path / "all.tar.gz", replace=True)
        new = old
    else:
        new = settings(after, "new")
        await put_back(new, tmp_path / "all.tar.gz")
    assert await content(new) == kept
    [ref] = await file_store(new).refs()
    assert await file_store(new).get(ref) == PICTURE


@pytest.mark.parametrize("after", KINDS)
async def test_numbers_go_on_after_the_last_that_was_given_out(
    after: str, saved: Path, settings: Callable[[str, str], Settings]
) -> None:
    new = settings(after, "new")
    await put_back(new, saved)
    async with database_of(new) as database, database.write() as connection:
        added = await Inbox(connection).add([Arrived("telegram", "3", "7", "7", NOON, {})])
        person = await People(connection).add("新人", "staff", "Asia/Shanghai", NOON)
    assert (added, person.id) == ([3], 3)


async def test_the_library_gets_a_new_id_so_that_every_index_is_made_anew(saved: Path, tmp_path: Path) -> None:
    async def uid(home: str) -> str:
        async with database_of(loaded(tmp_path / home)) as database, database.read() as connection:
            found, _ = await Documents(connection).library()
        return found

    await put_back(loaded(tmp_path / "new"), saved)
    assert await uid("saved") != await uid("new") != ""


@pytest.mark.parametrize("kind", KINDS)
async def test_a_backup_is_of_one_moment_while_others_write(
    kind: str, settings: Callable[[str, str], Settings], tmp_path: Path
) -> None:
    here = settings(kind, "here")
    await inhabit(here)
    async with database_of(here) as database, snapshot(database) as records:
        seen: dict[str, int] = {}
        for number, name in enumerate(records.tables):
            async with database.write() as connection:
                await said(connection, 100 + number)
            seen[name] = len([line async for line in records.rows(name)])
    assert (seen["inbox"], seen["outbox"]) == (1, 2)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_writer_at_full_speed_leaves_no_half_turn_in_a_backup(
    kind: str, settings: Callable[[str, str], Settings], tmp_path: Path
) -> None:
    here = settings(kind, "here")
    await inhabit(here)
    written = asyncio.Event()
    async with database_of(here) as database:

        async def write() -> None:
            number = 10
            while True:
                async with database.write() as connection:
                    await said(connection, number)
                number += 1
                written.set()

        writer = asyncio.create_task(write())
        await written.wait()
        await back_up(here, tmp_path / "all.tar.gz")
        writer.cancel()
        with suppress(asyncio.CancelledError):
            await writer
    rows = {one.table: one.rows for one in verified(tmp_path / "all.tar.gz").tables}
    assert rows["inbox"] >= 2
    assert rows["outbox"] == rows["inbox"] + 1  # one message of the two at first was deleted, its answer was not


async def test_the_restored_bot_answers(own_home: Path, tmp_path: Path, house: Opens) -> None:
    await back_up(loaded(own_home), tmp_path / "own.tar.gz")
    await put_back(loaded(tmp_path / "new"), tmp_path / "own.tar.gz")
    async with house(tmp_path / "new") as app:
        assert "25分钟" in await Chat(app).say("普通洗车要在多少分钟内完成？")


async def test_a_backup_of_an_older_revision_is_migrated(tmp_path: Path) -> None:
    old = loaded(tmp_path / "old")
    old.home.mkdir()
    async with database_of(old) as database, database.write() as connection:
        await connection.run_sync(upgrade, "0001")
        await connection.execute(text("INSERT INTO library (id, uid, revision) VALUES (1, 'u', 7)"))
        await connection.execute(
            text(
                "INSERT INTO faq (id, question, answer, author, written_at, uses) VALUES (5, '问', '答', '我', :at, 0)"
            ),
            {"at": "2026-05-04 04:30:15.000000"},
        )
    await back_up(old, tmp_path / "old.tar.gz")
    assert verified(tmp_path / "old.tar.gz").revision == "0001"
    await put_back(loaded(tmp_path / "new"), tmp_path / "old.tar.gz")
    kept = await content(loaded(tmp_path / "new"))
    assert [row["question"] for row in kept["faq"]] == ["问"]
    assert kept["library"] == [{"id": 1, "revision": 7}]


def test_the_command_line_tells_what_it_did(dudao: Dudao, saved: Path, tmp_path: Path) -> None:
    ran = dudao("--home", tmp_path / "new", "restore", saved)
    assert (ran.status, ran.err) == (0, "")
    assert "1 个文件" in ran.out
    ran = dudao("--home", tmp_path / "new", "backup", tmp_path / "again.tar.gz")
    assert (ran.status, ran.err) == (0, "")
    assert (tmp_path / "again.tar.gz").stat().st_mode & 0o077 == 0
    assert verified(tmp_path / "again.tar.gz").parts.keys() == verified(saved).parts.keys()


def refused(ran: Ran) -> str:
    """The one line on stderr of a command that did nothing."""
    assert (ran.status, ran.out) == (1, "")
    [line] = ran.err.splitlines()
    assert line.startswith("dudao: ")
    return line


def test_what_is_there_is_only_replaced_when_told(dudao: Dudao, saved: Path, tmp_path: Path) -> None:
    home = tmp_path / "new"
    assert dudao("--home", home, "restore", saved).status == 0
    with closing(sqlite3.connect(home / "dudao.db")) as database:
        database.execute("UPDATE person SET name = '改过'")
        database.commit()
    assert "--replace" in refused(dudao("--home", home, "restore", saved))
    assert names(home) == ["改过", "改过"]
    assert dudao("--home", home, "restore", saved, "--replace").status == 0
    assert names(home) == ["小林", "老陈"]


def names(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "dudao.db")) as database:
        return [row[0] for row in database.execute("SELECT name FROM person ORDER BY id")]


async def test_nothing_is_restored_under_a_running_bot(
    saved: Path, settings: Callable[[str, str], Settings], tmp_path: Path
) -> None:
    for kind in KINDS:
        here = settings(kind, kind)
        await put_back(here, saved)
        async with database_of(here) as running:
            async with running.read() as connection:
                await People(connection).all()
            with pytest.raises(DumpError, match="dudao run"):
                await put_back(here, saved, replace=True)
        await put_back(here, saved, replace=True)


def test_a_backup_never_takes_another_files_place(dudao: Dudao, saved: Path, tmp_path: Path) -> None:
    before = saved.read_bytes()
    assert str(saved) in refused(dudao("--home", tmp_path / "saved", "backup", saved))
    assert saved.read_bytes() == before


def test_an_empty_home_has_nothing_to_back_up(dudao: Dudao, tmp_path: Path) -> None:
    assert "没有可以备份的内容" in refused(dudao("--home", tmp_path / "none", "backup", tmp_path / "x.tar.gz"))
    assert not (tmp_path / "x.tar.gz").exists()
    assert not (tmp_path / "none").exists()


def rewritten(saved: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> bytes:
    """A backup with changed parts; None leaves one out."""
    out = io.BytesIO()
    with tarfile.open(saved) as old, gzip.open(out, "wb") as zipped, tarfile.open(fileobj=zipped, mode="w") as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            if changed := change(member.name, content.read()):
                info = tarfile.TarInfo(changed[0])
                info.size = len(changed[1])
                new.addfile(info, io.BytesIO(changed[1]))
    return out.getvalue()


def _replaced(part: str, old: bytes, new: bytes) -> Callable[[Path], bytes]:
    def change(name: str, content: bytes) -> tuple[str, bytes]:
        assert name != part or old in content
        return name, content.replace(old, new) if name == part else content

    return lambda saved: rewritten(saved, change)


SPOILT: dict[str, Callable[[Path], bytes]] = {
    "empty": lambda saved: b"",
    "no archive": lambda saved: b"something else entirely",
    "another archive": lambda saved: rewritten(saved, lambda name, content: ("readme.txt", content)),
    "cut in the middle": lambda saved: saved.read_bytes()[: saved.stat().st_size // 2],
    "cut by a byte": lambda saved: saved.read_bytes()[:-1],
    "without its manifest": lambda saved: rewritten(saved, lambda *part: part if part[0] != "manifest.json" else None),
    "without a table": lambda saved: rewritten(saved, lambda *part: part if "person" not in part[0] else None),
    "a row changed": _replaced("tables/person.jsonl", "老陈".encode(), "老李".encode()),
    "a path outside": lambda saved: rewritten(saved, lambda name, content: (f"../{name}", content)),
    "of a later format": _replaced("manifest.json", b'"format": 1', b'"format": 2'),
    "a bit flipped": lambda saved: _flipped(saved.read_bytes()),
}


def _flipped(content: bytes) -> bytes:
    at = len(content) * 2 // 3
    return content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :]


@pytest.mark.parametrize("how", SPOILT)
def test_a_file_that_is_no_whole_backup_changes_nothing(how: str, dudao: Dudao, saved: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.tar.gz"
    bad.write_bytes(SPOILT[how](saved))
    line = refused(dudao("--home", tmp_path / "new", "restore", bad))
    assert str(bad) in line
    assert "没有改动" in line
    assert not (tmp_path / "new").exists()
    assert names(tmp_path / "saved") == ["小林", "老陈"]


def test_a_backup_of_a_newer_dudao_is_refused(dudao: Dudao, saved: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.tar.gz"
    newer.write_bytes(_replaced("manifest.json", f'"revision": "{REVISION}"'.encode(), b'"revision": "9999"')(saved))
    assert "升级" in refused(dudao("--home", tmp_path / "new", "restore", newer))


def test_a_file_that_is_not_there_is_named(dudao: Dudao, tmp_path: Path) -> None:
    assert "none.tar.gz" in refused(dudao("--home", tmp_path / "new", "restore", tmp_path / "none.tar.gz"))


def test_no_secret_is_in_a_backup(dudao: Dudao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, saved: Path) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123456:very-secret-token")
    monkeypatch.setenv("DUDAO__INDEX__URL", "http://someone:hush-hush@127.0.0.1:1")
    assert dudao("--home", tmp_path / "saved", "backup", tmp_path / "all.tar.gz").status == 0
    with tarfile.open(tmp_path / "all.tar.gz") as tar:
        config = tar.extractfile("config.yaml")
        assert config is not None
        told = config.read().decode()
    assert "messages_per_minute: 60" in told
    assert "very-secret" not in told
    assert "123456" not in told
    assert "hush" not in told


STOPS = {
    "before it drops what is there": "records.dump._drop",
    "with half of the tables in": "records.dump._count_on",
    "just before it commits": "records.dump.upgrade",
}
SCRIPT = """
import asyncio, importlib, sys, time
from bot.__main__ import main
module, _, name = sys.argv[1].rpartition(".")
module = importlib.import_module(module)
real, calls = getattr(module, name), []

def held(*arguments):
    calls.append(1)
    if name == "upgrade" and len(calls) < 2:
        return real(*arguments)
    print("held", flush=True)
    time.sleep(3600)

setattr(module, name, held)
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize(("kind", "stop"), [*(("sqlite", stop) for stop in STOPS), ("postgres", [*STOPS][-1])])
async def test_killed_in_the_middle_a_restore_leaves_what_was_there(
    kind: str, stop: str, saved: Path, settings: Callable[[str, str], Settings], tmp_path: Path
) -> None:
    here = settings(kind, "here")
    await inhabit(here)
    async with database_of(here) as database, database.write() as connection:
        await People(connection).add("后来的", "staff", "Asia/Shanghai", NOON)
    kept = await content(here)
    (tmp_path / "held.py").write_text(SCRIPT)
    (tmp_path / "config.yaml").write_text(f"database: {{url: '{here.database.url}'}}\n")
    options = ("--home", here.home, "--config", tmp_path / "config.yaml", "restore", saved, "--replace")
    command = [sys.executable, "-W", "ignore", tmp_path / "held.py", STOPS[stop], *options]
    restoring = await asyncio.create_subprocess_exec(*map(str, command), stdout=asyncio.subprocess.PIPE)
    assert restoring.stdout is not None
    assert await restoring.stdout.readline() == b"held\n"
    restoring.kill()
    await restoring.wait()
    assert (here.home / commands.UNFINISHED).exists()
    await let_go(here)
    assert await content(here) == kept
    await put_back(here, saved, replace=True)
    assert not (here.home / commands.UNFINISHED).exists()
    assert len((await content(here))["person"]) == 2


async def let_go(settings: Settings) -> None:
    """Come back when a server has noticed that its client is dead."""
    for _ in range(200):
        async with database_of(settings) as database:
            with suppress(DumpError):
                await dump.check(database, replace=True)
                return
        await asyncio.sleep(0.05)  # the server has the word
    raise AssertionError("still connected")

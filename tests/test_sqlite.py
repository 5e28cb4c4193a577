"""SQLite within the event loop: nobody waits for what another does, and nothing is left half done."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from records import sqlite
from records.database import Database, RecordsError

COUNTING = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT max(i) FROM n"
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'dudao.db'}")
    async with opened.write() as connection:
        await connection.execute(text("CREATE TABLE word (said TEXT)"))
    yield opened
    await opened.close()


async def say(database: Database, word: str) -> None:
    async with database.write() as connection:
        await connection.execute(text("INSERT INTO word VALUES (:word)"), {"word": word})


async def said(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.execute(text("SELECT said FROM word ORDER BY rowid"))).scalars())


async def test_who_waits_for_another_process_holds_up_nobody_here(database: Database) -> None:
    with closing(sqlite3.connect(database.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(say(database, "一"))
        assert await said(database) == []
        await asyncio.wait([waiting], timeout=0.1)
        assert not waiting.done()
        other.execute("COMMIT")
        await waiting
    assert await said(database) == ["一"]


async def test_who_gives_up_waiting_leaves_the_way_free(database: Database) -> None:
    with closing(sqlite3.connect(database.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(say(database, "一"))
        await asyncio.wait([waiting], timeout=0.1)
        waiting.cancel()
        other.execute("COMMIT")
        await asyncio.wait([waiting])
    assert waiting.cancelled()
    await say(database, "二")
    assert await said(database) == ["二"]


async def test_a_transaction_that_is_broken_off_is_undone(database: Database) -> None:
    begun = asyncio.Event()

    async def half() -> None:
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO word VALUES ('半')"))
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(half())
    await begun.wait()
    task.cancel()
    await asyncio.wait([task])
    await say(database, "整")
    assert await said(database) == ["整"]


async def test_one_writer_comes_after_the_other(database: Database) -> None:
    await asyncio.gather(*(say(database, str(number)) for number in range(30)))
    assert sorted(map(int, await said(database))) == list(range(30))


async def test_what_takes_long_lets_the_others_go_on(database: Database) -> None:
    async def count() -> int:
        async with database.read(long=True) as connection:
            return int((await connection.execute(COUNTING)).scalar_one())

    counting = asyncio.create_task(count())
    await asyncio.sleep(0)
    await say(database, "一")
    assert await said(database) == ["一"]
    assert not counting.done()
    assert await counting == 3_000_000


async def test_a_long_transaction_counts_what_it_has_changed(database: Database) -> None:
    await say(database, "一")
    async with database.write(long=True) as connection:
        changed = await connection.execute(text("UPDATE word SET said = '二'"))
        assert changed.rowcount == 1
    assert await said(database) == ["二"]


async def test_a_statement_that_held_everybody_up_is_told_of(
    database: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await said(database)
    assert not caplog.records
    monkeypatch.setattr(sqlite, "_SLOW", 0.0)
    with caplog.at_level(logging.WARNING):
        await said(database)
    assert "should be a long one" in caplog.text


async def test_a_file_that_is_no_database_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "dudao.db").write_bytes(b"no database" * 100)
    database = Database(f"sqlite:///{tmp_path / 'dudao.db'}")
    with pytest.raises(RecordsError, match="数据库无法使用"):
        await said(database)
    await database.close()

"""The database: migrated from empty, refusing what is newer, whole or not at all."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import text

import records
from records.database import REVISION, Database, RecordsError
from records.documents import DocumentFacts, Documents, SectionRow
from records.questions import CitedRow, QuestionRow, Questions
from records.tables import metadata

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def url(file: Path) -> str:
    return f"sqlite:///{file}"


def facts(name: str, digest: str = "d1") -> DocumentFacts:
    return DocumentFacts(
        name, f"{name}标题", "1.0", date(2026, 1, 1), ("督导",), "自编", digest, False, 2, ("去掉了页脚",), NOON
    )


def rows(*keys: str) -> list[SectionRow]:
    return [SectionRow(key, ("章", key), f"{key}的正文", 3, ((2, 4),)) for key in keys]


def asked(text: str, **changes: object) -> QuestionRow:
    values = {"asked_at": NOON, "channel": "web", "chat": "c", "person": "p", "text": text, "searched": text}
    return QuestionRow(**{**values, "answered": True, "answer": "答", "seconds": 0.1, **changes})  # type: ignore[arg-type]


async def test_an_empty_database_is_migrated_to_the_newest_revision(tmp_path: Path) -> None:
    database = Database(url(tmp_path / "dudao.db"))
    assert await database.revision() is None
    await database.migrate()
    assert await database.revision() == REVISION
    await database.migrate()
    await database.close()


async def test_two_processes_may_migrate_at_once(tmp_path: Path) -> None:
    several = [Database(url(tmp_path / "dudao.db")) for _ in range(4)]
    await asyncio.gather(*(database.migrate() for database in several))
    assert {await database.revision() for database in several} == {REVISION}
    for database in several:
        await database.close()


async def test_a_migration_that_is_cut_short_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "dudao.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE faq (id INTEGER)")  # the migration fails at its last table
    database = Database(url(file))
    with pytest.raises(RecordsError):
        await database.migrate()
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall() == [("faq",)]
    await database.close()


def upgrade(connection: Any, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(records.__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_database_of_the_first_revision_is_migrated_with_all_it_holds(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    where = url(tmp_path / "dudao.db") if kind == "sqlite" else request.getfixturevalue("postgres")
    database = Database(where)
    async with database.write() as connection:
        await connection.run_sync(upgrade, "0001")
    assert await database.revision() == "0001"
    async with database.write() as connection:
        [number] = await Questions(connection).add([asked("旧问题")])
        await Documents(connection).replace(facts("甲"), rows("k1"))
    await database.migrate()
    assert await database.revision() == REVISION
    async with database.read() as connection:
        kept = await Questions(connection).get(number)
        assert kept
        assert kept.text == "旧问题"
        assert [row.facts.name for row in await Documents(connection).all()] == ["甲"]
    await database.close()


async def test_the_migrated_schema_is_the_one_the_code_speaks_of(database: Database) -> None:
    def differences(connection: Any) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.write() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_newer_database_is_left_alone_and_told(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordsError, match=r"9999.*升级 dudao"):
        await database.migrate()
    assert await database.revision() == "9999"


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "dudao.db").write_text("this is a letter, not a database " * 99)
    database = Database(url(tmp_path / "dudao.db"))
    with pytest.raises(RecordsError, match=r"dudao\.db"):
        await database.migrate()
    await database.close()


@pytest.mark.parametrize("bad", ["nix", "postgresql://u:geheim@h/x", "mysql+nothing://u:geheim@h/x"])
def test_an_address_that_cannot_be_used_is_told(bad: str) -> None:
    with pytest.raises(RecordsError, match=r"database\.url") as refused:
        Database(bad)
    assert "geheim" not in str(refused.value)


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    async def half() -> None:
        async with database.write() as connection:
            await Documents(connection).replace(facts("甲"), rows("k1"))
            raise KeyError

    with pytest.raises(KeyError):
        await half()
    async with database.read() as connection:
        assert await Documents(connection).all() == []


async def test_a_document_comes_back_as_it_was_put_in(database: Database) -> None:
    async with database.write() as connection:
        await Documents(connection).replace(facts("甲"), rows("k1", "k2"))
    async with database.read() as connection:
        [row] = await Documents(connection).all()
        assert (row.facts, row.sections) == (facts("甲"), 2)
        assert await Documents(connection).sections([row.id]) == {row.id: rows("k1", "k2")}


async def test_a_replaced_document_takes_its_sections_with_it(database: Database) -> None:
    for digest, key in (("d1", "k1"), ("d2", "k2")):
        async with database.write() as connection:
            await Documents(connection).replace(facts("甲", digest), rows(key))
    async with database.read() as connection:
        [row] = await Documents(connection).all()
        assert row.facts.digest == "d2"
        assert await Documents(connection).sections([row.id]) == {row.id: rows("k2")}
        assert await Documents(connection).ids("甲") == [row.id]


async def test_every_change_of_the_library_has_its_own_revision(database: Database) -> None:
    seen = []
    for step in ("put", "put", "forget", "forget"):
        async with database.write() as connection:
            documents = Documents(connection)
            known = True if step == "put" else await documents.forget("甲")
            if step == "put":
                await documents.replace(facts("甲"), rows("k1"))
            seen.append((known, (await documents.library())[1]))
    assert seen == [(True, 1), (True, 2), (True, 3), (False, 3)]


async def test_a_question_comes_back_as_it_was_logged(database: Database) -> None:
    cited = CitedRow("甲", "1.0", ("章", "节"), 3, "原话", "k1", 1)
    row = asked("问", citations=(cited,), nearest=(("k1", "节"),))
    async with database.write() as connection:
        [number] = await Questions(connection).add([row])
    async with database.read() as connection:
        found = await Questions(connection).get(number)
        assert found is not None
        assert (found.citations, found.nearest, found.asked_at) == ((cited,), (("k1", "节"),), NOON)
        assert await Questions(connection).get(number + 1) is None


async def test_chats_of_the_same_name_on_two_channels_are_two_chats(database: Database) -> None:
    async with database.write() as connection:
        await Questions(connection).add([asked("一"), asked("二", channel="telegram"), asked("三")])
    async with database.read() as connection:
        assert [row.text for row in await Questions(connection).recent("web", "c", 9)] == ["一", "三"]
        assert [row.text for row in await Questions(connection).recent("web", "c", 1)] == ["三"]


async def test_the_last_verdict_of_a_person_stands(database: Database) -> None:
    async with database.write() as connection:
        questions = Questions(connection)
        [good, bad, none] = await questions.add([asked("好"), asked("坏"), asked("没", answered=False)])
        for number, person, verdict in (
            (good, "p", "wrong"), (good, "p", "up"), (bad, "p", "up"), (bad, "p", "partial"), (bad, "q", "outdated")
        ):  # fmt: skip
            await questions.judge(number, person, verdict, NOON)
        assert [(c.question.id, c.reason) for c in await questions.complaints()] == [
            (bad, "partial"), (bad, "outdated"), (none, "")
        ]  # fmt: skip


async def test_times_are_moments_not_wall_clocks(database: Database) -> None:
    shanghai = NOON.astimezone(timezone(timedelta(hours=8)))
    async with database.write() as connection:
        await Questions(connection).write_faq("问", "答", "老郑", shanghai)
    async with database.read() as connection:
        [faq] = await Questions(connection).faqs()
    assert (faq.written_at, faq.written_at.utcoffset()) == (NOON, timedelta(0))
    with pytest.raises(Exception, match="has no time zone"):
        async with database.write() as connection:
            await Questions(connection).write_faq("问二", "答", "老郑", datetime(2026, 5, 4))


async def test_a_curated_answer_is_replaced_by_a_newer_one_to_the_same_question(database: Database) -> None:
    async with database.write() as connection:
        questions = Questions(connection)
        await questions.write_faq("问", "旧", "老郑", NOON)
        await questions.write_faq("问", "新", "小林", NOON)
        [faq] = await questions.faqs()
        await questions.count_uses({faq.id: 2})
        [faq] = await questions.faqs()
        assert (faq.answer, faq.author, faq.uses) == ("新", "小林", 2)
        assert await questions.forget_faq(faq.id)
        assert not await questions.forget_faq(faq.id)


async def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    async with database.write() as writing:
        await Documents(writing).replace(facts("甲"), rows("k1"))
        async with asyncio.timeout(5), database.read() as reading:
            assert await Documents(reading).all() == []

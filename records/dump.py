"""The records as lines of JSON, the same from every database: out in one snapshot, in wholly or not at all."""

import base64
import json
import sqlite3
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, closing
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Date, DateTime, LargeBinary, MetaData, Numeric, Table, bindparam, func, null, select, text
from sqlalchemy.exc import DataError, IntegrityError

from records import tables
from records.connection import Connection
from records.database import Database, RecordsError, known_revisions, upgrade

Line = Mapping[str, Any]
_AT_ONCE = 500  # rows
_VERSION = "alembic_version"
_EMPTY = "数据库（{url}）还是空的，没有可以备份的内容。"
_FULL = "数据库（{url}）里已经有数据，没有恢复。确实要用备份换掉它们，请加 --replace。"
_IN_USE = "还有程序连着数据库（{url}），没有恢复。请先停掉所有 dudao run，再运行一次。"
_NEWER = "备份是更新版本的 dudao 做的（数据版本 {found}），没有恢复。请升级 dudao 后再运行。"
_FOREIGN = "备份里的 {table} 表不能放进数据库，没有恢复。请确认备份没有被改动过。"
_UNFIT = (IntegrityError, DataError, ValueError, KeyError, TypeError, AttributeError)


class DumpError(RecordsError):
    """Nothing was dumped or restored; the message says why and what to do."""


class Snapshot:
    """Everything in the database at one moment, whatever is written meanwhile."""

    def __init__(self, connection: Connection, revision: str, found: list[Table]) -> None:
        self._connection, self.revision, self._found = connection, revision, found

    @property
    def tables(self) -> list[str]:
        """Their names; a table comes after those it refers to."""
        return [table.name for table in self._found]

    async def rows(self, name: str) -> AsyncIterator[bytes]:
        """A table's rows, each one line of JSON."""
        [table] = [one for one in self._found if one.name == name]
        streamed = await self._connection.stream(select(table).order_by(*table.primary_key.columns))
        async for row in streamed.mappings():
            plain = {key: _plain(value) for key, value in row.items()}
            yield json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    async def counters(self) -> dict[str, int]:
        """The last number each table has given out, where it counts: none is ever given out twice."""
        if self._connection.dialect.name == "sqlite":
            if not await self._connection.run_sync(lambda sync: sync.dialect.has_table(sync, "sqlite_sequence")):
                return {}
            rows = await self._connection.execute(text("SELECT name, seq FROM sqlite_sequence"))
            return {name: seq for name, seq in rows if name in self.tables}
        counted = {}
        for table in self._found:
            if sequence := await _sequence(self._connection, table):
                last = text(f"SELECT last_value FROM {sequence} WHERE is_called")  # noqa: S608 - the server's own name
                counted[table.name] = int((await self._connection.execute(last)).scalar() or 0)
        return counted


@asynccontextmanager
async def snapshot(database: Database) -> AsyncIterator[Snapshot]:
    """The records as they are now, in whatever revision they are; writers are not kept waiting."""
    async with database.read() as connection:
        if database.served:
            await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        found = await connection.run_sync(_reflected)
        version = found.tables.get(_VERSION)
        revision = (await connection.execute(select(version.c.version_num))).scalar() if version is not None else None
        if revision is None:
            raise DumpError(_EMPTY.format(url=database.url))
        yield Snapshot(connection, revision, [one for one in found.sorted_tables if one.name != _VERSION])


async def check(database: Database, *, replace: bool) -> None:
    """Raises DumpError when records may not go in: some are there, or another program is connected."""
    async with database.read() as connection:
        await _check(connection, database.url, replace=replace)
    if not database.served:
        await database.close()  # this program's own connection would be in the way
        _alone(database.file, database.url)


async def restore(
    database: Database,
    revision: str,
    lines: Iterable[tuple[str, Iterable[Line]]],
    counters: Mapping[str, int],
    *,
    replace: bool,
) -> None:
    """Put a dump of that revision in place of what is there, and migrate it, in one transaction.

    The library gets a new id, so that every index, on every machine, is made anew.
    """
    if revision not in known_revisions():
        raise DumpError(_NEWER.format(found=revision))
    async with database.write() as connection:
        await _check(connection, database.url, replace=replace)
        await connection.run_sync(_drop)
        await connection.run_sync(upgrade, revision)
        known = (await connection.run_sync(_reflected)).tables
        for name, rows in lines:
            if name not in known or name == _VERSION:
                raise DumpError(_FOREIGN.format(table=name))
            try:
                await _fill(connection, known[name], rows)
            except _UNFIT as error:
                raise DumpError(_FOREIGN.format(table=name)) from error
        for table in known.values():
            await _count_on(connection, table, counters.get(table.name, 0))
        await connection.execute(known["library"].update().values(uid=uuid.uuid4().hex))
        await connection.run_sync(upgrade)


async def _check(connection: Connection, url: str, *, replace: bool) -> None:
    if not replace:
        for table in (await connection.run_sync(_reflected)).sorted_tables:
            if table.name != _VERSION and (await connection.execute(select(table).limit(1))).first():
                raise DumpError(_FULL.format(url=url))
    if connection.dialect.name == "postgresql":
        others = "datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        count = text(f"SELECT count(*) FROM pg_stat_activity WHERE {others}")  # noqa: S608 - written here
        if (await connection.execute(count)).scalar_one():
            raise DumpError(_IN_USE.format(url=url))


def _alone(file: str, url: str) -> None:
    """SQLite keeps a file to one program only while no other has it open."""
    with closing(sqlite3.connect(file, timeout=0)) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise DumpError(_IN_USE.format(url=url)) from error


def _reflected(connection: Any) -> MetaData:
    """The tables of ours that are there, as they are there."""
    found, ours = MetaData(), {*tables.metadata.tables, _VERSION}
    found.reflect(connection, only=lambda name, _: name in ours)
    return found


def _drop(connection: Any) -> None:
    _reflected(connection).drop_all(connection)


async def _fill(connection: Connection, table: Table, lines: Iterable[Line]) -> None:
    """Insert rows; those that refer to others of their own table are joined once all are there."""
    own = {fk.parent.name for fk in table.foreign_keys if fk.column.table is table}
    readers = {column.name: _reader(column) for column in table.columns}
    [key] = table.primary_key.columns if own else [None]
    joined: list[dict[str, Any]] = []
    rows: Iterator[Line] = iter(lines)
    while batch := [{name: readers[name](value) for name, value in row.items()} for row in islice(rows, _AT_ONCE)]:
        if key is not None:
            joined += [{"_key": row[key.name], **{f"_{one}": row[one] for one in own}} for row in batch]
            batch = [row | dict.fromkeys(own) for row in batch]
        await connection.execute(table.insert(), batch)
    if key is not None and joined:
        values: dict[str, Any] = {one: bindparam(f"_{one}") for one in own}
        await connection.execute(table.update().where(key == bindparam("_key")).values(values), joined)


async def _count_on(connection: Connection, table: Table, last: int) -> None:
    """Let a table's numbers go on after the last that was given out."""
    if connection.dialect.name == "sqlite":
        if last:
            await connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
            put = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)")
            await connection.execute(put, {"name": table.name, "last": last})
        return
    if sequence := await _sequence(connection, table):
        [key] = table.primary_key.columns
        highest = max(last, (await connection.execute(select(func.max(key)))).scalar() or 0)
        if highest:
            await connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": highest})


async def _sequence(connection: Connection, table: Table) -> str | None:
    """PostgreSQL's counter of a table's key."""
    if len(table.primary_key.columns) != 1:
        return None
    [key] = table.primary_key.columns
    names = {"table": f'"{table.name}"', "key": key.name}
    found = (await connection.execute(text("SELECT pg_get_serial_sequence(:table, :key)"), names)).scalar_one()
    return None if found is None else str(found)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _reader(column: Any) -> Callable[[Any], Any]:
    """How a column's values come back from JSON."""
    kinds: list[tuple[Any, Callable[[Any], Any]]] = [
        (DateTime, datetime.fromisoformat),
        (Date, date.fromisoformat),
        (LargeBinary, base64.b64decode),
        (Numeric, lambda value: Decimal(value) if isinstance(value, str) else value),
    ]
    read = next((how for kind, how in kinds if isinstance(column.type, kind)), lambda value: value)
    if isinstance(column.type, JSON):
        return lambda value: null() if value is None and column.nullable else value
    return lambda value: None if value is None else read(value)

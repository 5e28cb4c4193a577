"""Opens the database, migrates it, and hands out transactions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

REVISION = "0001"
_MIGRATIONS = Path(__file__).with_name("migrations")


class RecordsError(Exception):
    """The database cannot be used; the message says which and what to do."""


class Database:
    """The one engine of a process; `read()` and `write()` are transactions."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = create_async_engine(url)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine.sync_engine, "connect", _prepare)
            event.listen(self._engine.sync_engine, "begin", _begin)

    async def migrate(self) -> None:
        """Bring the schema to REVISION, from empty or from any earlier revision."""
        try:
            async with self.read() as connection:
                current = await connection.run_sync(_revision)
        except DatabaseError as error:
            raise RecordsError(f"数据库无法使用({self.url}):{error.orig}。请检查文件是否完好、磁盘是否可写。") from error
        if current != REVISION:
            await asyncio.to_thread(_upgrade, self.url)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only looks."""
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at the end, or not at all."""
        async with self._engine.connect() as connection:
            await connection.execution_options(dudao_write=True)
            async with connection.begin():
                yield connection

    async def close(self) -> None:
        """Let go of every connection."""
        await self._engine.dispose()


def _prepare(connection: Any, _record: Any) -> None:
    """SQLite as a server would be: readers never block, a commit survives power loss, foreign keys hold."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Any) -> None:
    """A writer takes its lock at once, so that no transaction fails half way for having read first."""
    immediate = connection.get_execution_options().get("dudao_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _revision(connection: Any) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return None if found is None else str(found)


def _upgrade(url: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "head")

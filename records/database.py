"""Opens the database, migrates it, and hands out transactions."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, InvalidRequestError

from records.connection import Connection as Connection
from records.server import Server
from records.sqlite import Sqlite

REVISION = "0009"
_MIGRATIONS = Path(__file__).with_name("migrations")
_PATIENCE = 2.0  # seconds
_LOCK = 7_226_341  # any number, the same in every process
_BROKEN = "数据库无法使用（{url}）：{cause}。请检查它是否在运行、文件是否完好、磁盘是否有空间、是否可写。"
_NEWER = "数据库（{url}）是更新版本的 dudao 建立的（版本 {found}，本程序只认识到 {known}）。请升级 dudao 后再打开。"
_BAD_URL = "config.yaml 的 database.url 不能用：{cause}。留空即用 SQLite；否则写带异步驱动的 SQLAlchemy 地址。"


class RecordsError(Exception):
    """The database cannot be used; the message says which and what to do, without its password."""


class Database:
    """The one engine of a process; `read()` and `write()` are transactions and raise RecordsError when it fails."""

    def __init__(self, url: str) -> None:
        try:
            known = make_url(url)
            self._engine: Sqlite | Server = Sqlite(known) if known.get_backend_name() == "sqlite" else Server(known)
        except (ArgumentError, InvalidRequestError, ImportError) as error:
            raise RecordsError(_BAD_URL.format(cause=error)) from error
        self.served = isinstance(self._engine, Server)
        self._under_way, self._idle = 0, asyncio.Event()
        self._idle.set()
        self.file = "" if self.served else known.database or ""
        self.url = known.render_as_string(hide_password=True)

    async def revision(self) -> str | None:
        """The schema's revision, None when the database is empty."""
        async with self.read() as connection:
            return await connection.run_sync(_revision)

    async def migrate(self) -> None:
        """Bring the schema to REVISION, from empty or from any earlier revision; safe when several processes do it."""
        if await self.revision() == REVISION:
            return
        async with self.write() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            found = await connection.run_sync(upgrade)
        if found != REVISION:
            raise RecordsError(_NEWER.format(url=self.url, found=found, known=REVISION))

    @asynccontextmanager
    async def read(self, *, long: bool = False) -> AsyncIterator[Connection]:
        """A transaction that only looks; one that looks at many rows says that it takes `long`."""
        with self._told():
            async with self._engine.read(long) as connection:
                yield connection

    @asynccontextmanager
    async def write(self, *, long: bool = False) -> AsyncIterator[Connection]:
        """A transaction that commits at the end, or not at all; `long` as for `read`."""
        with self._told():
            async with self._engine.write(long) as connection:
                yield connection

    async def close(self) -> None:
        """Let go of every connection, once the transactions under way have ended (or _PATIENCE has)."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await self._idle.wait()
        await self._engine.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        self._under_way += 1
        self._idle.clear()
        try:
            yield
        except IntegrityError:
            raise
        except (DBAPIError, sqlite3.Error, ConnectionError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise RecordsError(_BROKEN.format(url=self.url, cause=cause)) from error
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()


def _revision(connection: Any) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return None if found is None else str(found)


def upgrade(connection: Any, to: str = "head") -> str | None:
    """Migrate within the connection's transaction; a revision that this program does not know is left alone."""
    from alembic import command

    config = _alembic()
    config.attributes["connection"] = connection
    if (_revision(connection) or to) in known_revisions() | {"head"}:
        command.upgrade(config, to)
    return _revision(connection)


def known_revisions() -> set[str]:
    """Every revision of the schema that this program can read."""
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions()}


def _alembic() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config

"""SQLite in this process: a statement is answered sooner than a thread could be woken for it.

So it runs within the event loop. What waits for the disk (a commit) or for another process (a writer's lock) runs in a
thread, and so does everything of a transaction that is said to take long.
"""

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, Concatenate, cast

from sqlalchemy import URL, Dialect, Executable, create_engine, event
from sqlalchemy import Connection as Plain
from sqlalchemy.ext.asyncio import AsyncResult

from records.connection import P, Rows, T

_KEPT = 8  # connections; each more that is needed at once is closed after use
_BUSY = 15_000  # milliseconds that a lock of another process is waited for
_SLOW = 0.5  # seconds in which everybody else waits
log = logging.getLogger(__name__)


class Local:
    """A transaction on SQLite, as records.connection.Connection."""

    def __init__(self, plain: Plain, long: bool) -> None:
        self._plain, self._long = plain, long

    @property
    def dialect(self) -> Dialect:
        """SQLite's."""
        return self._plain.dialect

    async def execute(self, statement: Executable, parameters: Any = None, /) -> Rows:
        """Run one statement."""
        if self._long:
            return await _aside(None, _executed, self._plain, statement, parameters)
        started = time.perf_counter()
        result = self._plain.execute(statement, parameters)
        if (took := time.perf_counter() - started) > _SLOW:
            log.warning("records: everybody waited %.1f s for a statement; its transaction should be a long one", took)
        return result

    async def stream(self, statement: Executable, parameters: Any = None, /) -> AsyncResult[*tuple[Any, ...]]:
        """The rows of a statement, a few at a time."""
        return AsyncResult(self._plain.execute(statement, parameters))

    async def run_sync(self, fn: Callable[Concatenate[Plain, P], T], *arguments: P.args, **named: P.kwargs) -> T:
        """Let a function work that knows plain connections only."""
        return fn(self._plain, *arguments, **named)


class Sqlite:
    """One database file: any number of readers, and one writer at a time."""

    def __init__(self, url: URL) -> None:
        self._engine = create_engine(url.set(drivername="sqlite"), pool_size=_KEPT, max_overflow=-1, pool_use_lifo=True)
        event.listen(self._engine, "connect", _prepare)
        self._one_writer = asyncio.Lock()
        self._writer = ThreadPoolExecutor(1, "records")

    @asynccontextmanager
    async def read(self, long: bool) -> AsyncIterator[Local]:
        """A transaction that only looks."""
        with self._engine.connect() as plain:
            _driver(plain).execute("BEGIN")
            yield Local(plain, long)

    @asynccontextmanager
    async def write(self, long: bool) -> AsyncIterator[Local]:
        """A transaction that commits at the end; its lock is taken at once, so that it never fails for having read."""
        async with self._one_writer:  # waiting here is quicker than SQLite's own polling
            with self._engine.connect() as plain:
                driver = _driver(plain)
                if not _begun(driver):
                    await _aside(self._writer, driver.execute, "BEGIN IMMEDIATE")
                yield Local(plain, long)
                await _aside(self._writer, driver.commit)

    async def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def _driver(plain: Plain) -> sqlite3.Connection:
    driver = plain.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _prepare(driver: sqlite3.Connection, _record: object) -> None:
    """SQLite as a server would be: readers never block, a commit survives power loss, foreign keys hold."""
    driver.isolation_level = None  # transactions begin when we say so
    for pragma in (f"busy_timeout={_BUSY}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        driver.execute(f"PRAGMA {pragma}")


def _begun(driver: sqlite3.Connection) -> bool:
    """Take the writer's lock; False where another process has it."""
    driver.execute("PRAGMA busy_timeout=0")
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    finally:
        driver.execute(f"PRAGMA busy_timeout={_BUSY}")
    return True


def _executed(plain: Plain, statement: Executable, parameters: Any) -> Rows:
    result = plain.execute(statement, parameters)
    # all rows are read here, in the thread; what is frozen has everything of Rows that is asked of rows
    return cast("Rows", result.freeze()()) if result.returns_rows else result


async def _aside(executor: Executor | None, fn: Callable[..., T], *arguments: Any) -> T:
    """In a thread; the connection is in use until it is done, also where nobody waits for it any more."""
    done = asyncio.get_running_loop().run_in_executor(executor, fn, *arguments)
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        await asyncio.wait([done])
        raise

"""On SQLite one process serves a home; a second one is told so at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from bot.config import Settings
from records.database import Database

TAKEN = (
    "已经有一个 dudao run 在用这个文件夹（{home}）。请先停掉它，或用 --home 换一个文件夹；"
    "要同时跑多个进程，请在 config.yaml 里设 database.url 为 PostgreSQL。"
)


class Taken(Exception):
    """Another process serves this home; the message says what to do."""


@contextmanager
def alone(settings: Settings, database: Database) -> Iterator[None]:
    """Hold the home while the block lasts; raises Taken. Processes on a database server share it."""
    if database.served:
        yield
        return
    lock = FileLock(settings.home / "serving.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Taken(TAKEN.format(home=settings.home)) from error
    try:
        yield
    finally:
        lock.release()

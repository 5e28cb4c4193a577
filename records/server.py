"""A database server: PostgreSQL, or another that SQLAlchemy has an asynchronous driver for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

_CONNECTIONS = 30


class Server:
    """One pool of connections; `long` makes no difference here."""

    def __init__(self, url: URL) -> None:
        self._engine = create_async_engine(url, pool_size=_CONNECTIONS, max_overflow=0, pool_timeout=60)

    @asynccontextmanager
    async def read(self, long: bool) -> AsyncIterator[AsyncConnection]:
        """A transaction that only looks."""
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self, long: bool) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at the end, or not at all."""
        async with self._engine.begin() as connection:
            yield connection

    async def close(self) -> None:
        """Let go of every connection."""
        await self._engine.dispose()

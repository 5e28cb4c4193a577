"""The stores that are kept to standard."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from records.connection import Connection
from records.tables import store


@dataclass(frozen=True, slots=True)
class Store:
    """A store; its place is in degrees, WGS 84, where it is known."""

    id: int
    code: str
    name: str
    region: str
    latitude: float | None
    longitude: float | None
    demo: bool
    closed_at: datetime | None


class Stores:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def all(self) -> list[Store]:
        """Those that are open, by code."""
        rows = await self._connection.execute(select(store).where(store.c.closed_at.is_(None)).order_by(store.c.code))
        return [_store(row) for row in rows]

    async def get(self, store_id: int) -> Store | None:
        """One store, also a closed one."""
        row = (await self._connection.execute(select(store).where(store.c.id == store_id))).first()
        return _store(row) if row else None

    async def named(self, code: str) -> Store | None:
        """The store with this code, whatever its case."""
        row = (await self._connection.execute(select(store).where(store.c.code == code.upper()))).first()
        return _store(row) if row else None

    async def save(
        self,
        code: str,
        name: str,
        region: str,
        place: tuple[float, float] | None = None,
        *,
        demo: bool = False,
    ) -> Store:
        """Add a store, or change the one with this code (and open it again); `place` None leaves its place alone."""
        values: dict[str, Any] = {"code": code.upper(), "name": name, "region": region, "closed_at": None}
        if place is not None:
            values |= {"latitude": place[0], "longitude": place[1]}
        known = await self.named(code)
        if known:
            await self._connection.execute(update(store).where(store.c.id == known.id).values(values))
        else:
            await self._connection.execute(insert(store).values(values | {"demo": demo}))
        saved = await self.named(code)
        assert saved is not None
        return saved

    async def close(self, store_id: int, now: datetime) -> None:
        """No longer offered; what happened there stays."""
        await self._connection.execute(update(store).where(store.c.id == store_id).values(closed_at=now))


def _store(row: Any) -> Store:
    return Store(**{name: getattr(row, name) for name in Store.__dataclass_fields__})

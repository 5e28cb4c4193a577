"""Spot checks as rows: what a store is asked to photograph by when, what it sent, and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import delete, insert, select, update

from records.connection import Connection
from records.tables import spot, spot_photo, spot_plan

ASKED, SENT, ACCEPTED, REJECTED, WITHDRAWN = "asked", "sent", "accepted", "rejected", "withdrawn"
OPEN = (ASKED, SENT)


class Overtaken(Exception):
    """Someone else has changed the spot check since it was read; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A spot check of one store: `items` are to be photographed by `due_at`, beside `code` on paper where there is one.

    `sample` is the id of a photo that shows what good looks like. A retake begins another `round`; `photos` are of
    this one alone. `reason` is why photos were sent back or judged bad.
    """

    store_id: int
    items: tuple[str, ...]
    code: str
    created_by: int | None
    created_at: datetime
    due_at: datetime
    sample: int | None = None
    state: str = ASKED
    round: int = 1
    sent_by: int | None = None
    sent_at: datetime | None = None
    judged_by: int | None = None
    judged_at: datetime | None = None
    reason: str = ""
    version: int = 0
    id: int = 0
    photos: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Every week each store is asked for one of the items, on one of the weekdays (Monday 0), as chance has it.

    `minute` is that of its owner's day; photos are due `hours` later. `seed` decides what chance has.
    """

    created_by: int
    created_at: datetime
    stores: tuple[int, ...]
    items: tuple[str, ...]
    weekdays: tuple[int, ...]
    minute: int
    hours: float
    seed: str
    id: int = 0


_PLAIN = [name for name in Spot.__dataclass_fields__ if name not in ("id", "photos", "items")]


def new_code(chance: Random) -> str:
    """Four digits."""
    return f"{chance.randrange(10_000):04d}"


def drawn(plan: Plan, day: date) -> list[tuple[int, str]]:
    """(store, item) that a plan asks for on that day: the same whenever it is drawn."""
    monday = day - timedelta(day.weekday())
    found = []
    for store in plan.stores:
        chance = Random(f"{plan.seed}:{monday.isoformat()}:{store}")  # noqa: S311 - a draw that can be drawn again
        weekday, item = chance.choice(plan.weekdays), chance.choice(plan.items)
        if weekday == day.weekday():
            found.append((store, item))
    return found


class Spots:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, one: Spot) -> Spot:
        """Ask a store."""
        values = {name: getattr(one, name) for name in _PLAIN} | {"items": list(one.items)}
        added = await self._connection.execute(insert(spot).values(values).returning(spot.c.id))
        return replace(one, id=int(added.scalar_one()))

    async def get(self, spot_id: int) -> Spot | None:
        """One, with the photos of its round."""
        found = await self._read(spot.c.id == spot_id)
        return found[0] if found else None

    async def all(self, stores: Collection[int] | None = None, *states: str) -> list[Spot]:
        """Those of these stores (None: of all) in these states, what is due first before the others."""
        where = [spot.c.state.in_(states or OPEN)]
        where += [] if stores is None else [spot.c.store_id.in_(list(stores))]
        return await self._read(*where)

    async def save(self, old: Spot, new: Spot) -> Spot:
        """Change one that is still as it was read; raises Overtaken when it is not."""
        values = {name: getattr(new, name) for name in _PLAIN} | {"version": old.version + 1}
        here = (spot.c.id == old.id) & (spot.c.version == old.version)
        done = await self._connection.execute(update(spot).where(here).values(values))
        if not done.rowcount:
            raise Overtaken
        return replace(new, version=old.version + 1)

    async def attach(self, one: Spot, photos: Sequence[int]) -> None:
        """Photos that came for its round; those that are there already stay."""
        known = select(spot_photo.c.photo_id).where(spot_photo.c.spot_id == one.id)
        there = set((await self._connection.execute(known)).scalars())
        rows = [{"spot_id": one.id, "photo_id": n, "round": one.round} for n in dict.fromkeys(photos) if n not in there]
        if rows:
            await self._connection.execute(insert(spot_photo), rows)

    async def _read(self, *where: Any) -> list[Spot]:
        rows = (await self._connection.execute(select(spot).where(*where).order_by(spot.c.due_at, spot.c.id))).all()
        found = {row.id: _spot(row) for row in rows}
        if found:
            query = select(spot_photo).where(spot_photo.c.spot_id.in_(list(found))).order_by(spot_photo.c.photo_id)
            for row in await self._connection.execute(query):
                one = found[row.spot_id]
                if row.round == one.round:
                    found[one.id] = replace(one, photos=(*one.photos, row.photo_id))
        return list(found.values())


class Plans:
    """Weekly plans, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, one: Plan) -> Plan:
        """Keep a plan."""
        values = {name: getattr(one, name) for name in Plan.__dataclass_fields__ if name != "id"}
        values |= {name: list(values[name]) for name in ("stores", "items", "weekdays")}
        added = await self._connection.execute(insert(spot_plan).values(values).returning(spot_plan.c.id))
        return replace(one, id=int(added.scalar_one()))

    async def get(self, plan_id: int) -> Plan | None:
        """One plan."""
        row = (await self._connection.execute(select(spot_plan).where(spot_plan.c.id == plan_id))).first()
        return _plan(row) if row else None

    async def of(self, person_id: int) -> list[Plan]:
        """Those of a person, oldest first."""
        query = select(spot_plan).where(spot_plan.c.created_by == person_id).order_by(spot_plan.c.id)
        return [_plan(row) for row in await self._connection.execute(query)]

    async def drop(self, plan_id: int) -> None:
        """It draws no more."""
        await self._connection.execute(delete(spot_plan).where(spot_plan.c.id == plan_id))


def _spot(row: Any) -> Spot:
    return Spot(**{name: getattr(row, name) for name in _PLAIN}, id=row.id, items=tuple(row.items))


def _plan(row: Any) -> Plan:
    values = {name: getattr(row, name) for name in Plan.__dataclass_fields__}
    return Plan(**{**values, **{name: tuple(values[name]) for name in ("stores", "items", "weekdays")}})

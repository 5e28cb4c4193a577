"""Photos as rows: who sent which, when, for which store, and what stood out; their bytes are in the file store."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from records.connection import Connection
from records.tables import photo

_COLUMNS = [column for column in photo.c if column.name != "fingerprint"]


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as it was sent: `ref` are the bytes as they came, `shown` and `thumb` what others may see of it.

    `flags` say what a human should look at: dark, blurred, small, graphic, duplicate (`same_as` names the earlier
    one), elsewhere (`metres` from the store), earlier, unproven. `live` is whether `code` was read in the picture, None
    where nobody looked. `place` is in degrees, `size` in bytes, `width` and `height` in pixels, upright.
    """

    ref: str
    shown: str
    thumb: str
    store_id: int | None
    person_id: int | None
    received_at: datetime
    width: int
    height: int
    size: int = 0
    media_type: str = "image/jpeg"
    taken_at: datetime | None = None
    place: tuple[float, float] | None = None
    camera: str = ""
    software: str = ""
    exif: Mapping[str, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    same_as: int | None = None
    metres: float | None = None
    code: str = ""
    live: bool | None = None
    id: int = 0


class Photos:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, one: Photo, fingerprint: bytes) -> int:
        """Keep a photo; returns its id."""
        names = [name for name in Photo.__dataclass_fields__ if name not in ("id", "place", "flags", "exif")]
        latitude, longitude = one.place or (None, None)
        values = {name: getattr(one, name) for name in names} | {"flags": list(one.flags), "exif": dict(one.exif)}
        values |= {"latitude": latitude, "longitude": longitude, "fingerprint": fingerprint}
        added = await self._connection.execute(insert(photo).values(values).returning(photo.c.id))
        return int(added.scalar_one())

    async def get(self, photo_id: int) -> Photo | None:
        """One photo."""
        found = await self.of([photo_id])
        return found[0] if found else None

    async def of(self, ids: Sequence[int]) -> list[Photo]:
        """Those of these ids that are there, in this order."""
        found = {one.id: one for one in await self._read(photo.c.id.in_(list(ids)))} if ids else {}
        return [found[one] for one in dict.fromkeys(ids) if one in found]

    async def same(self, refs: Iterable[str]) -> dict[str, Photo]:
        """By their refs, the first photos that were sent with these very bytes."""
        found: dict[str, Photo] = {}
        for one in await self._read(photo.c.ref.in_(list(refs))):
            found.setdefault(one.ref, one)
        return found

    async def fingerprints(self, after: int, limit: int = 20_000) -> list[tuple[int, bytes]]:
        """(id, fingerprint) of the photos with higher ids, in their order."""
        query = select(photo.c.id, photo.c.fingerprint).where(photo.c.id > after).order_by(photo.c.id).limit(limit)
        return [(row.id, row.fingerprint) for row in await self._connection.execute(query)]

    async def _read(self, where: Any) -> list[Photo]:
        rows = await self._connection.execute(select(*_COLUMNS).where(where).order_by(photo.c.id))
        return [_photo(row) for row in rows]


def _photo(row: Any) -> Photo:
    values = {name: getattr(row, name) for name in Photo.__dataclass_fields__ if name != "place"}
    place = None if row.latitude is None or row.longitude is None else (row.latitude, row.longitude)
    return Photo(**{**values, "flags": tuple(row.flags), "place": place})

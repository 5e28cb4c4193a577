"""Where photos are inspected and compared, off the event loop; one a process."""

import asyncio
import io
from collections.abc import Callable, Sequence
from datetime import tzinfo

from PIL import Image

from records.database import Database
from records.files import Files, FilesError
from records.photos.alignment import agreement
from records.photos.inspecting import Inspected, inspected
from records.photos.inspecting import looks as looks_of
from records.photos.keeping import Photo, Photos
from records.photos.limits import Limits
from records.photos.nearest import Nearest

LOOKED_AT = 8  # photos that look alike, compared piece by piece
WITHIN = 52  # bits of 128 that may differ

ReadsCode = Callable[[bytes, str], bool]


class Studio:
    """`reads` says whether a code is to be seen in a JPEG, None where this installation cannot read pictures."""

    def __init__(self, limits: Limits | None = None, reads: ReadsCode | None = None) -> None:
        self.limits, self.reads = limits or Limits(), reads
        self._nearest = Nearest()
        self._opening = asyncio.Lock()  # one at a time: 12 megapixels take 60 MB while they are open, 60 take 300
        self._reading = asyncio.Lock()
        self._following = asyncio.Lock()

    async def inspect(self, data: bytes, zone: tzinfo) -> Inspected:
        """What is to be known of a photo; raises Unusable."""
        async with self._opening:
            return await asyncio.to_thread(inspected, data, self.limits, zone)

    async def live(self, one: Inspected, code: str) -> bool | None:
        """Whether the code is to be seen in the photo; None where nobody can say."""
        if not code or self.reads is None:
            return None
        async with self._reading:
            return await asyncio.to_thread(self.reads, one.shown, code)

    async def earlier(self, one: Inspected, database: Database, files: Files) -> Photo | None:
        """The first photo that was sent before and is the same, or nearly the same."""
        async with database.read() as connection:
            exact = (await Photos(connection).same([one.ref])).get(one.ref)
        found = exact or await self._alike(one, database, files)
        if found is None or found.same_as is None:
            return found
        async with database.read() as connection:
            return await Photos(connection).get(found.same_as)

    async def _alike(self, one: Inspected, database: Database, files: Files) -> Photo | None:
        await self._follow(database)
        near = await asyncio.to_thread(self._nearest.search, one.sought, LOOKED_AT, WITHIN)
        if not near:
            return None
        async with database.read() as connection:
            photos = await Photos(connection).of([photo_id for photo_id, _ in near])
        for photo in photos:
            try:
                thumb = await files.get(photo.thumb)
            except FilesError:
                continue
            async with self._opening:
                if await asyncio.to_thread(same, one.looks, thumb):
                    return photo
        return None

    async def _follow(self, database: Database) -> None:
        """Bring in what any process has kept since."""
        async with self._following:
            after, read = self._nearest.after, True
            while read:
                async with database.read() as connection:
                    rows = await Photos(connection).fingerprints(after)
                read = bool(rows)
                if rows:
                    await asyncio.to_thread(self._nearest.add, rows)
                    after = rows[-1][0]


def same(looks: Sequence[Image.Image], thumb: bytes) -> bool:
    """Whether a thumbnail is of the same photograph, be one of them framed."""
    with Image.open(io.BytesIO(thumb)) as opened:
        whole = opened.convert("RGB")
    others = looks_of(whole, max(whole.size))
    return any(agreement(one, other).same for one in looks for other in others)

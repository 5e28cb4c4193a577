"""Everything that is found out about one photo, and how others see it: a pure function of its bytes."""

import hashlib
import io
from dataclasses import dataclass
from datetime import tzinfo

from PIL import Image

from records.photos import quality
from records.photos.decode import decoded
from records.photos.exif import Noted, noted
from records.photos.fingerprint import Hashes, kept, sought
from records.photos.frame import content
from records.photos.limits import Limits

_SHOWN_QUALITY, _THUMB_QUALITY = 85, 82


@dataclass(frozen=True, slots=True)
class Inspected:
    """`original` as it came; `shown` and `thumb` are JPEGs that say nothing but what is seen.

    `looks` are what it is compared by, as `sought` is what it is found by.
    """

    ref: str
    original: bytes
    shown: bytes
    thumb: bytes
    width: int
    height: int
    size: int
    media_type: str
    noted: Noted
    measured: quality.Measured
    flaws: tuple[str, ...]
    fingerprint: bytes
    sought: Hashes
    looks: tuple[Image.Image, ...]


def inspected(data: bytes, limits: Limits, zone: tzinfo) -> Inspected:
    """What is to be known of a photo; raises Unusable. About 0.2 s at 12 megapixels: for a worker thread."""
    one = decoded(data, limits)
    seen = quality.fitted(one.picture, quality.EDGE)
    measures = quality.measured(one.picture, seen)
    hashes = sought(seen)
    return Inspected(
        ref=hashlib.sha256(data).hexdigest(),
        original=data,
        shown=_jpeg(one.picture, _SHOWN_QUALITY),
        thumb=_jpeg(quality.fitted(seen, limits.thumb_edge), _THUMB_QUALITY),
        width=one.width,
        height=one.height,
        size=len(data),
        media_type=one.media_type,
        noted=noted(one.exif, zone),
        measured=measures,
        flaws=quality.flaws(measures, min(one.width, one.height), limits.least_edge),
        fingerprint=kept(hashes),
        sought=hashes,
        looks=looks(seen, limits.thumb_edge),
    )


def looks(picture: Image.Image, edge: int) -> tuple[Image.Image, ...]:
    """The picture in grey, small, as it is compared: what a frame surrounds first, where there is one."""
    one = content(picture)
    views = (one,) if one is picture else (one, picture)
    return tuple(quality.fitted(view, edge).convert("L") for view in views)


def _jpeg(picture: Image.Image, how_good: int) -> bytes:
    """The pixels and nothing else."""
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=how_good)
    return written.getvalue()

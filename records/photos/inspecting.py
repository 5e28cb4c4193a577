"""Everything that is found out about one photo, and how others see it: a pure function of its bytes."""

import hashlib
import io
from dataclasses import dataclass
from datetime import tzinfo

from PIL import Image

from records.photos import quality
from records.photos.decode import decoded
from records.photos.exif import Noted, noted
from records.photos.fingerprint import Hashes, fingerprint, sought
from records.photos.limits import Limits

_SHOWN_QUALITY, _THUMB_QUALITY = 85, 82


@dataclass(frozen=True, slots=True)
class Inspected:
    """`original` as it came; `shown` and `thumb` are JPEGs that say nothing but what is seen."""

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


def inspected(data: bytes, limits: Limits, zone: tzinfo) -> Inspected:
    """What is to be known of a photo; raises Unusable. About 0.2 s at 12 megapixels: for a worker thread."""
    one = decoded(data, limits)
    measures = quality.measured(one.picture)
    small = quality.fitted(one.picture, limits.thumb_edge)
    return Inspected(
        ref=hashlib.sha256(data).hexdigest(),
        original=data,
        shown=_jpeg(one.picture, _SHOWN_QUALITY),
        thumb=_jpeg(small, _THUMB_QUALITY),
        width=one.width,
        height=one.height,
        size=len(data),
        media_type=one.media_type,
        noted=noted(one.exif, zone),
        measured=measures,
        flaws=quality.flaws(measures, min(one.width, one.height), limits.least_edge),
        fingerprint=fingerprint(one.picture),
        sought=sought(one.picture),
    )


def _jpeg(picture: Image.Image, how_good: int) -> bytes:
    """The pixels and nothing else."""
    kept = io.BytesIO()
    bare = picture.copy()
    bare.info = {}
    bare.save(kept, "JPEG", quality=how_good, optimize=False, progressive=True)
    return kept.getvalue()

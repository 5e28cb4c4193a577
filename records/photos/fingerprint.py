"""What a picture looks like in a few hundred bits: those of one that was re-saved, dimmed or cropped differ in few."""

from typing import Any

import numpy as np
from PIL import Image

from records.photos.frame import inside

WORDS = 4  # of 64 bits in a hash
HASHES = 2  # kept of a picture: the whole, and its middle
_SIDE, _KEPT = 64, 16
_MIDDLE = 0.9
Hashes = np.ndarray[Any, np.dtype[np.uint64]]  # (n, WORDS)

_angles = np.pi / _SIDE * np.outer(np.arange(_KEPT), np.arange(_SIDE) + 0.5)
_COSINES = np.cos(_angles).astype(np.float32)


def fingerprint(picture: Image.Image) -> bytes:
    """The hashes to keep of a picture."""
    return b"".join(hashed(one).tobytes() for one in (picture, middle(picture)))


def sought(picture: Image.Image) -> Hashes:
    """The hashes to look for: those to keep, and those of what a frame (a screenshot's) surrounds."""
    views = [picture, middle(picture)]
    box = inside(picture)
    if box is not None:
        framed = picture.crop(box)
        views += [framed, middle(framed)]
    return np.stack([hashed(one) for one in views])


def hashed(picture: Image.Image) -> Hashes:
    """One hash: the signs of the lowest frequencies about their median."""
    grey = np.asarray(picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX), np.float32)
    low = (_COSINES @ grey @ _COSINES.T).ravel()
    bits = low > np.median(low[1:])
    return np.packbits(bits).view(np.uint64)


def loaded(kept: bytes) -> Hashes:
    """The hashes that were kept."""
    return np.frombuffer(kept, np.uint64).reshape(-1, WORDS)


def middle(picture: Image.Image) -> Image.Image:
    """The picture without its outermost parts."""
    left, top = (round(size * (1 - _MIDDLE) / 2) for size in picture.size)
    return picture.crop((left, top, picture.width - left, picture.height - top))

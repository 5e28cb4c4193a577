"""What a picture looks like in a few hundred bits: those of one that was re-saved, dimmed or cropped differ in few."""

from typing import Any

import numpy as np
from PIL import Image

from records.photos.frame import content

WORDS = 2  # of 64 bits in a hash
HASHES = 2  # kept of a picture: what a frame surrounds or the whole, and the middle of that
_SIDE, _WAVES = 64, 12
_MIDDLE = 0.93
Hashes = np.ndarray[Any, np.dtype[np.uint64]]  # (n, WORDS)

_COSINES = np.cos(np.pi / _SIDE * np.outer(np.arange(_WAVES), np.arange(_SIDE) + 0.5)).astype(np.float32)
_down, _across = np.divmod(np.arange(_WAVES * _WAVES), _WAVES)
_CHOSEN = np.argsort(_down + _across, kind="stable")[1 : 1 + WORDS * 64]  # the lowest, but for the mean


def sought(picture: Image.Image) -> Hashes:
    """The hashes to look for: those to keep, and after them those of the whole where a frame was seen."""
    one = content(picture)
    return _of(one) if one is picture else np.concatenate([_of(one), _of(picture)])


def kept(hashes: Hashes) -> bytes:
    """Those to keep."""
    return hashes[:HASHES].tobytes()


def loaded(fingerprint: bytes) -> Hashes:
    """The hashes that were kept."""
    return np.frombuffer(fingerprint, np.uint64).reshape(-1, WORDS)


def _of(picture: Image.Image) -> Hashes:
    """Two hashes; a small copy is enough for both."""
    grey = picture.convert("L").resize((256, 256), Image.Resampling.BOX, reducing_gap=2.0)
    rim = round(256 * (1 - _MIDDLE) / 2)
    return np.stack([_hashed(grey, (0, 0, 256, 256)), _hashed(grey, (rim, rim, 256 - rim, 256 - rim))])


def _hashed(grey: Image.Image, box: tuple[int, int, int, int]) -> Hashes:
    """The signs of the lowest frequencies about their median."""
    square = np.asarray(grey.resize((_SIDE, _SIDE), Image.Resampling.BOX, box), np.float32)
    low = (_COSINES @ square @ _COSINES.T).ravel()[_CHOSEN]
    return np.packbits(low > np.median(low)).view(np.uint64)

"""The picture inside a screenshot: what the plain bars of a phone's gallery or a chat surround."""

from typing import Any

import numpy as np
from PIL import Image

_EDGE = 480  # pixels at which bars are looked for
_NEAR = 14  # grey levels from the bars' colour
_STILL = 2  # grey levels from the next pixel: a drawn bar has no grain, a wall in a photograph has
_FULL = 0.3  # share of a line that is picture
_GAP = 4  # lines
_LEAST = 0.2  # of each side, that is left
_STRAY = 0.08  # of the bars, that icons and words may take
Box = tuple[int, int, int, int]


def inside(picture: Image.Image) -> Box | None:
    """The box of what a frame surrounds, None where there is no frame."""
    scale = min(1.0, _EDGE / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    small = np.asarray(picture.resize(size, Image.Resampling.NEAREST).convert("L"), np.int16)
    plain = np.median(np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]]))
    drawn = np.abs(small - plain) > _NEAR
    drawn[:, 1:] |= np.abs(np.diff(small, axis=1)) > _STILL
    top, bottom = _longest(drawn.mean(axis=1) > _FULL)
    left, right = _longest(drawn[top:bottom].mean(axis=0) > _FULL) if bottom > top else (0, 0)
    high, wide = (bottom - top) / size[1], (right - left) / size[0]
    bars = drawn.size - (bottom - top) * (right - left)
    if min(high, wide) < _LEAST or high * wide > 0.97:
        return None
    if (drawn.sum() - drawn[top:bottom, left:right].sum()) / bars > _STRAY:
        return None
    box = (left / scale, top / scale, min(picture.width, right / scale), min(picture.height, bottom / scale))
    return round(box[0]), round(box[1]), round(box[2]), round(box[3])


def content(picture: Image.Image) -> Image.Image:
    """The picture without the frame it may have."""
    box = inside(picture)
    return picture if box is None else picture.crop(box)


def _longest(lines: Any) -> tuple[int, int]:
    """The longest run of lines, small gaps bridged: from, to."""
    best, start, gap = (0, 0), None, 0
    for number, full in enumerate([*lines, *[False] * (_GAP + 1)]):
        if full:
            start, gap = (number if start is None else start), 0
        elif start is not None:
            gap += 1
            if gap > _GAP:
                end = number - gap + 1
                best = (start, end) if end - start > best[1] - best[0] else best
                start, gap = None, 0
    return best

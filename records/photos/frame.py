"""The picture inside a screenshot: what the plain bars of a phone's gallery or a chat surround."""

from typing import Any

import numpy as np
from PIL import Image

_EDGE = 320  # pixels at which bars are looked for
_NEAR = 14  # grey levels from the bar's colour
_FULL = 0.5  # share of a line that is picture
_LEAST = 0.35  # of each side, that is left
Box = tuple[int, int, int, int]


def inside(picture: Image.Image) -> Box | None:
    """The box of what a frame surrounds, None where there is no frame."""
    scale = _EDGE / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    small = np.asarray(picture.resize(size, Image.Resampling.BOX), np.int16)
    edges = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    plain = np.median(edges, axis=0)
    foreign = np.abs(small - plain).max(axis=2) > _NEAR
    rows = _longest(foreign.mean(axis=1) > _FULL)
    columns = _longest(foreign[rows[0] : rows[1]].mean(axis=0) > _FULL) if rows[1] > rows[0] else (0, 0)
    kept = ((rows[1] - rows[0]) / size[1], (columns[1] - columns[0]) / size[0])
    if min(kept) < _LEAST or min(kept) > 0.98:
        return None
    return (
        round(columns[0] / scale), round(rows[0] / scale),
        min(picture.width, round(columns[1] / scale)), min(picture.height, round(rows[1] / scale)),
    )  # fmt: skip


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


_GAP = 6

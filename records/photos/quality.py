"""Is a picture of use to whoever judges it? Measures whose limits `python -m bench photos` shows at work."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

DARK, BLURRED, SMALL, GRAPHIC = "dark", "blurred", "small", "graphic"
EDGE = 960  # pixels: what is not seen at this size is of no use
_TILE = 64
_WINDOW = 9  # pixels of the further blur
_CONTRAST = 1.0  # grey levels a pixel, in a tile that says anything
Grey = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class Measured:
    """`light` 0 to 255, `bright` its 95th percentile; `blur` 0 (sharp) to 1; `flat` the share without grain."""

    light: float
    bright: float
    blur: float
    flat: float
    colours: float


def measured(picture: Image.Image, small: Image.Image) -> Measured:
    """The measures of an upright RGB picture, most of them of a copy of EDGE pixels."""
    grey = np.asarray(small.convert("L"), np.float32)
    light, bright = float(grey.mean()), float(np.percentile(grey[::2, ::2], 95))
    return Measured(light, bright, _blur(grey), _flat(picture), _colours(small))


def flaws(one: Measured, shorter_edge: int, least_edge: int) -> tuple[str, ...]:
    """What is wrong with a picture, worst first."""
    found = []
    if one.light < 38 and one.bright < 110:
        found.append(DARK)
    elif one.flat > 0.6 and one.colours > 0.5:
        found.append(GRAPHIC)
    elif one.blur > 0.55:
        found.append(BLURRED)
    if shorter_edge < least_edge:
        found.append(SMALL)
    return tuple(found)


def fitted(picture: Image.Image, edge: int) -> Image.Image:
    """The picture, no larger than `edge` pixels."""
    scale = edge / max(picture.size)
    if scale >= 1:
        return picture
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.BOX)


def _blur(grey: Grey) -> float:
    """How little a further blur takes away (Crete and others, 2007), where the picture is sharpest."""
    return max(_lost(grey), _lost(np.ascontiguousarray(grey.T)))


def _lost(grey: Grey) -> float:
    """The same along the rows alone: 0 sharp, 1 as smooth as can be."""
    summed = np.cumsum(grey, axis=1)
    smooth = (summed[:, _WINDOW:] - summed[:, :-_WINDOW]) / _WINDOW
    half = _WINDOW // 2
    had = np.abs(np.diff(grey[:, half + 1 : half + 1 + smooth.shape[1]], axis=1))
    gone = np.maximum(had - np.abs(np.diff(smooth, axis=1)), 0)
    before, after = _tiles(had), _tiles(gone)
    counted = before > _CONTRAST * _TILE * _TILE
    if not counted.any():
        return 1.0
    return float(np.percentile(1 - after[counted] / before[counted], 20))


def _tiles(values: Grey) -> Grey:
    """Their sums in tiles."""
    height, width = (size // _TILE * _TILE for size in values.shape)
    tiled = values[:height, :width].reshape(height // _TILE, _TILE, width // _TILE, _TILE)
    return np.asarray(tiled.sum(axis=(1, 3)), np.float32)


def _flat(picture: Image.Image) -> float:
    """The share of pixels that are as their neighbour is, to the level: those of drawn things."""
    grey = np.asarray(picture.convert("L"))
    across, down = grey[::3, 1:] == grey[::3, :-1], grey[1::3] == grey[:-1:3]
    return min(float(across.mean()), float(down.mean()))


def _colours(small: Image.Image) -> float:
    """The share of the four most frequent colours, of 32768."""
    coarse = np.asarray(small)[::2, ::2].astype(np.uint16) >> 3
    counts = np.bincount((coarse[..., 0] << 10 | coarse[..., 1] << 5 | coarse[..., 2]).ravel(), minlength=32768)
    return float(np.partition(counts, -4)[-4:].sum() / counts.sum())

"""Is a picture of use to whoever judges it? Measures whose limits `python -m bench photos` shows at work."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

DARK, BLURRED, SMALL, GRAPHIC = "dark", "blurred", "small", "graphic"
_EDGE = 640  # pixels at which light and flatness are measured
_SHARP = 1280  # pixels at which sharpness is
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


def measured(picture: Image.Image) -> Measured:
    """The measures of an upright RGB picture."""
    small = fitted(picture, _EDGE)
    grey = np.asarray(small.convert("L"), np.float32)
    return Measured(float(grey.mean()), float(np.percentile(grey, 95)), _blur(picture), _flat(picture), _colours(small))


def flaws(one: Measured, shorter_edge: int, least_edge: int) -> tuple[str, ...]:
    """What is wrong with a picture, worst first."""
    found = []
    if one.light < 38 and one.bright < 130:
        found.append(DARK)
    elif one.blur > 0.62:
        found.append(BLURRED)
    if shorter_edge < least_edge:
        found.append(SMALL)
    if one.flat > 0.6 and one.colours > 0.55:
        found.append(GRAPHIC)
    return tuple(found)


def fitted(picture: Image.Image, edge: int) -> Image.Image:
    """The picture, no larger than `edge` pixels."""
    scale = edge / max(picture.size)
    if scale >= 1:
        return picture
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.BOX)


def _blur(picture: Image.Image) -> float:
    """How little a further blur takes away (Crete and others, 2007), where the picture is sharpest."""
    grey = np.asarray(fitted(picture, _SHARP).convert("L"), np.float32)
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
    grey = np.asarray(picture.convert("L"), np.int16)
    across = np.abs(np.diff(grey, axis=1))[:-1] == 0
    down = np.abs(np.diff(grey, axis=0))[:, :-1] == 0
    return float((across & down).mean())


def _colours(small: Image.Image) -> float:
    """The share of the four most frequent colours, of 4096."""
    coarse = np.asarray(small, np.uint16) >> 4
    counts = np.bincount((coarse[..., 0] << 8 | coarse[..., 1] << 4 | coarse[..., 2]).ravel(), minlength=4096)
    return float(np.sort(counts)[-4:].sum() / counts.sum())

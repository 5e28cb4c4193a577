"""Is this the same photograph? Two pictures are laid over each other and compared piece by piece.

Hashes say which pictures look alike; only where every piece agrees is it one photograph. Another one of the same place
differs somewhere: things were moved, light fell otherwise, near and far shifted against each other.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

_PYRAMID = ((32, 14), (64, 8), (128, 6), (224, 4))  # (pixels of a side, steps of fitting)
_ENOUGH = 128  # pixels of a side on which pictures can be told apart
_HOPELESS = 0.35  # likeness on the coarsest square below which finer ones are not tried
_GRAIN = 2.0  # grey levels below which contrast is grain
_RIM = 0.04  # of a side, left out: corners of a turned picture, remnants of a frame
_PIECE = 16  # pixels
_TELLING = 5.0  # grey levels of contrast in a piece that says anything
_ALIKE = 0.6  # likeness of a piece that agrees
_ASTRAY = 0.03  # of the telling pieces of one photograph that may not agree
_NOT_NEARLY = 0.3  # of them, on a coarser square, from which on finer ones are not tried
_FEW, _WHOLE = 4, 0.985  # with fewer telling pieces the likeness of the whole decides
Square = np.ndarray[Any, np.dtype[np.float32]]
Move = np.ndarray[Any, np.dtype[np.float64]]  # (2, 3): an affine map of the centred unit square


@dataclass(frozen=True, slots=True)
class Agreement:
    """`whole` is the likeness of two pictures laid over each other, `astray` the share of pieces that do not agree."""

    whole: float
    astray: float = 1.0
    telling: int = 0

    @property
    def same(self) -> bool:
        """Whether it is one photograph."""
        return self.astray <= _ASTRAY if self.telling >= _FEW else self.whole > _WHOLE


def agreement(one: Image.Image, other: Image.Image) -> Agreement:
    """How far two pictures agree, once `other` is moved, turned and stretched a little to lie on `one`."""
    move = np.array([[1, 0, 0], [0, 1, 0]], np.float64)
    known = max(_ENOUGH, min(max(one.size), max(other.size)))  # pixels beyond which nothing is to be seen
    for side, steps in (level for level in _PYRAMID if level[0] <= known):
        fixed, moving = _square(one, side), _square(other, side)
        move = _fitted(_levelled(fixed), _levelled(moving), move, steps)
        if side == _PYRAMID[0][0]:
            laid, seen = _laid(moving, move)
            if seen.mean() < 0.5 or _likeness(_levelled(fixed)[seen], _levelled(laid)[seen]) < _HOPELESS:
                return Agreement(0.0)
        if side == _ENOUGH and (coarse := _judged(fixed, moving, move)).astray > _NOT_NEARLY:
            return coarse
    return _judged(fixed, moving, move)


def _judged(fixed: Square, moving: Square, move: Move) -> Agreement:
    side, (laid, inner) = len(fixed), _laid(moving, move, _RIM)
    rim = round(side * _RIM)
    inner[:rim], inner[-rim:], inner[:, :rim], inner[:, -rim:] = False, False, False, False
    if inner.mean() < 0.4:
        return Agreement(0.0)
    ones, others = (square - _blurred(square, side // 16) for square in (fixed, laid))
    found = list[float]()
    for top in range(0, side, _PIECE):
        for left in range(0, side, _PIECE):
            here = slice(top, top + _PIECE), slice(left, left + _PIECE)
            if inner[here].all() and max(ones[here].std(), others[here].std()) > _TELLING:
                found.append(_likeness(ones[here], others[here]))
    astray = sum(one < _ALIKE for one in found) / max(1, len(found))
    return Agreement(_likeness(fixed[inner], laid[inner]), astray, len(found))


def _square(picture: Image.Image, side: int) -> Square:
    return np.asarray(picture.resize((side, side), Image.Resampling.BOX), np.float32)


def _levelled(square: Square) -> Square:
    """Without what light does to it: about nought, with the same contrast everywhere."""
    reach = max(3, len(square) // 8)
    centred = square - _blurred(square, reach)
    return np.asarray(centred / (np.sqrt(_blurred(centred * centred, reach)) + _GRAIN), np.float32)


def _blurred(square: Square, reach: int) -> Square:
    """The mean of every pixel's surroundings."""
    wide = 2 * reach + 1
    for _ in range(2):
        padded = np.pad(square, ((reach + 1, reach), (0, 0)), mode="edge")
        summed = np.cumsum(padded, axis=0, dtype=np.float64)
        square = ((summed[wide:] - summed[:-wide]) / wide).astype(np.float32).T
    return square


def _fitted(fixed: Square, moving: Square, move: Move, steps: int) -> Move:
    """The move that lays `moving` on `fixed` best: Gauss and Newton, what agrees badly counting less."""
    across, down = np.meshgrid(_grid(len(fixed)), _grid(len(fixed)))
    for _ in range(steps):
        laid, seen = _laid(moving, move)
        by_down, by_across = np.gradient(laid, axis=0), np.gradient(laid, axis=1)
        slopes = (by_across * across, by_across * down, by_across, by_down * across, by_down * down, by_down)
        jacobian = np.stack([slope[seen] for slope in slopes]) * len(fixed)
        wrong = (fixed - laid)[seen]
        weighed = jacobian / (1 + wrong * wrong)
        change = np.linalg.solve(weighed @ jacobian.T + 1e-3 * np.eye(6), weighed @ wrong)
        if not np.isfinite(change).all() or np.abs(change).max() > 0.5:
            break
        move = move + change.reshape(2, 3)
        if np.abs(change).max() < 2e-4:
            break
    return move


def _laid(moving: Square, move: Move, rim: float = 0.0) -> tuple[Square, Any]:
    """The picture as it lies after the move, and where there is any of it, but for its rim."""
    side, grid = len(moving), _grid(len(moving))
    x = (move[0, 0] * grid[None, :] + move[0, 1] * grid[:, None] + move[0, 2] + 0.5) * side - 0.5
    y = (move[1, 0] * grid[None, :] + move[1, 1] * grid[:, None] + move[1, 2] + 0.5) * side - 0.5
    low, high = rim * side, side * (1 - rim) - 1
    seen = (x >= low) & (x <= high) & (y >= low) & (y <= high)
    x, y = np.clip(x, 0, side - 1.001), np.clip(y, 0, side - 1.001)
    left, top = x.astype(np.int32), y.astype(np.int32)
    right, lower = (x - left).astype(np.float32), (y - top).astype(np.float32)
    flat, start = moving.ravel(), top * side + left
    upper = flat[start] * (1 - right) + flat[start + 1] * right
    under = flat[start + side] * (1 - right) + flat[start + side + 1] * right
    return np.asarray(upper * (1 - lower) + under * lower, np.float32), seen


def _grid(side: int) -> Any:
    return (np.arange(side) + 0.5) / side - 0.5


def _likeness(one: Any, other: Any) -> float:
    """Their correlation."""
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / size if size else 0.0

"""Is this the same photograph? Two pictures are laid over each other and compared piece by piece.

Hashes say which pictures look alike; only where every piece agrees, down to the grain, is it one photograph. Another
one of the same place differs somewhere: things were moved, light fell otherwise, near and far shifted against each other.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

_SIDES = (32, 64, 128)  # pixels of the pyramid's squares
_STEPS = (14, 8, 6)
_HOPELESS = 0.35  # likeness on the coarsest square below which finer ones are not tried
_BLOCK = 16
_GRAIN = 2.0  # grey levels of contrast in a block that says anything
Square = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """`whole` is the correlation of the pictures laid over each other, `pieces` that of their less alike pieces."""

    whole: float
    pieces: float
    shared: float

    @property
    def same(self) -> bool:
        """Whether it is one photograph."""
        return self.whole > 0.8 and self.pieces > 0.6 and self.shared > 0.6


def agreement(one: Image.Image, other: Image.Image) -> Agreement:
    """How far two pictures agree, once `other` is moved, turned and stretched a little to lie on `one`."""
    move = np.array([[1, 0, 0], [0, 1, 0]], np.float64)
    at = Agreement(0, 0, 0)
    for side, steps in zip(_SIDES, _STEPS, strict=True):
        fixed, moving = _square(one, side), _square(other, side)
        move = _fitted(_levelled(fixed), _levelled(moving), move, steps)
        at = _agreement(fixed, moving, move)
        if at.whole < _HOPELESS:
            return at
    return at


def _square(picture: Image.Image, side: int) -> Square:
    return np.asarray(picture.convert("L").resize((side, side), Image.Resampling.BOX), np.float32)


def _levelled(square: Square) -> Square:
    """Without what light does to it: about nought, with the same contrast everywhere."""
    reach = max(3, len(square) // 8)
    mean = _blurred(square, reach)
    centred = square - mean
    return np.asarray(centred / (np.sqrt(_blurred(centred * centred, reach)) + _GRAIN), np.float32)


def _blurred(square: Square, reach: int) -> Square:
    for axis in (0, 1):
        padded = np.pad(square, [(reach + 1, reach) if one == axis else (0, 0) for one in (0, 1)], mode="edge")
        summed = np.cumsum(padded, axis=axis, dtype=np.float64)
        size, wide = square.shape[axis], 2 * reach + 1
        ends, starts = (np.take(summed, range(start, start + size), axis) for start in (wide, 0))
        square = ((ends - starts) / wide).astype(np.float32)
    return square


def _fitted(fixed: Square, moving: Square, move: Any, steps: int) -> Any:
    """The affine move, in parts of the side, that lays `moving` on `fixed` best: Gauss and Newton."""
    side = len(fixed)
    grid = (np.arange(side) + 0.5) / side - 0.5
    across, down = np.meshgrid(grid, grid)
    for _ in range(steps):
        laid, seen = _laid(moving, move)
        by_down, by_across = np.gradient(laid, axis=0), np.gradient(laid, axis=1)
        slopes = [by_across * across, by_across * down, by_across, by_down * across, by_down * down, by_down]
        jacobian = np.stack([(slope * side)[seen] for slope in slopes])
        wrong = (fixed - laid)[seen]
        weights = 1 / (1 + wrong * wrong)
        weighed = jacobian * weights
        try:
            change = np.linalg.solve(weighed @ jacobian.T + 1e-3 * np.eye(6), weighed @ wrong)
        except np.linalg.LinAlgError:
            break
        move = move + change.reshape(2, 3)
        if np.abs(change).max() < 2e-4 or not np.isfinite(move).all():
            break
    return move


def _laid(moving: Square, move: Any) -> tuple[Square, Any]:
    """The picture as it lies after the move, and where there is any of it."""
    side = len(moving)
    grid = (np.arange(side) + 0.5) / side - 0.5
    x = (move[0, 0] * grid[None, :] + move[0, 1] * grid[:, None] + move[0, 2] + 0.5) * side - 0.5
    y = (move[1, 0] * grid[None, :] + move[1, 1] * grid[:, None] + move[1, 2] + 0.5) * side - 0.5
    seen = (x >= 0) & (x <= side - 1) & (y >= 0) & (y <= side - 1)
    x, y = np.clip(x, 0, side - 1.001), np.clip(y, 0, side - 1.001)
    left, top = x.astype(np.int32), y.astype(np.int32)
    right, low = (x - left).astype(np.float32), (y - top).astype(np.float32)
    flat, start = moving.ravel(), top * side + left
    upper = flat[start] * (1 - right) + flat[start + 1] * right
    lower = flat[start + side] * (1 - right) + flat[start + side + 1] * right
    return upper * (1 - low) + lower * low, seen


def _agreement(fixed: Square, moving: Square, move: Any) -> Agreement:
    laid, seen = _laid(moving, move)
    shared = float(seen.mean())
    if shared < 0.3:
        return Agreement(0, 0, shared)
    one, other = _levelled(fixed), _levelled(laid)
    whole = _likeness(one[seen], other[seen])
    pieces = []
    size = min(_BLOCK, len(fixed) // 4)
    for top in range(0, len(fixed) - size + 1, size):
        for left in range(0, len(fixed) - size + 1, size):
            here = slice(top, top + size), slice(left, left + size)
            if seen[here].all() and fixed[here].std() > _GRAIN:
                pieces.append(_likeness(one[here], other[here]))
    return Agreement(whole, float(np.percentile(pieces, 15)) if pieces else whole, shared)


def _likeness(one: Any, other: Any) -> float:
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / size if size else 0.0

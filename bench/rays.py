"""A small ray caster: quads with textures, balls, a lamp and a camera, so that another view is another view."""

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
_FAR = 1e9


@dataclass(frozen=True)
class Quad:
    """A parallelogram from `corner` along `across` and `down`, in metres; `texture` is (h, w, 3), 0 to 255."""

    corner: Array
    across: Array
    down: Array
    texture: Array


@dataclass(frozen=True)
class Ball:
    """A ball of one colour."""

    centre: Array
    radius: float
    colour: Array


@dataclass(frozen=True)
class Camera:
    """Where it stands, where it looks (radians), and its focal length in widths of the picture."""

    at: Array
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    focal: float = 0.85


@dataclass(frozen=True)
class Lamp:
    """A light; `ambient` is what reaches every place, `warm` tints it."""

    at: Array
    strength: float
    ambient: float
    warm: float


def rendered(things: list[Quad | Ball], camera: Camera, lamp: Lamp, width: int, height: int) -> Array:
    """The picture, (height, width, 3), linear in what the textures say, not yet clipped."""
    rays = _rays(camera, width, height)
    depth, colour = np.full((height, width), _FAR, np.float32), np.zeros((height, width, 3), np.float32)
    for thing in things:
        here = _where(thing, camera, width, height)
        some = rays[here]
        if not some.size:
            continue
        far, seen, painted, normal = (
            _quad(thing, camera, some) if isinstance(thing, Quad) else _ball(thing, camera, some)
        )
        nearer = seen & (far < depth[here])
        depth[here][nearer] = far[nearer]
        points = (camera.at + some[nearer] * far[nearer][:, None]).astype(np.float32)
        colour[here][nearer] = _lit(painted(nearer), points, normal(nearer, points), lamp)
    return colour * (1 + lamp.warm * np.array([0.12, 0.0, -0.15], np.float32))


def _where(thing: Quad | Ball, camera: Camera, width: int, height: int) -> tuple[slice, slice]:
    """The rows and columns that a thing is within; all of them where a part of it is behind the camera."""
    if isinstance(thing, Ball):
        signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
        corners = thing.centre + signs * thing.radius
    else:
        corners = thing.corner + np.array([0 * thing.across, thing.across, thing.down, thing.across + thing.down])
    seen = _turned(corners - camera.at, camera, back=True)
    if (seen[:, 2] < 0.05).any():
        return slice(0, height), slice(0, width)
    x = seen[:, 0] / seen[:, 2] * camera.focal * width + width / 2
    y = seen[:, 1] / seen[:, 2] * camera.focal * width + height / 2
    rows = slice(max(0, int(y.min()) - 1), max(0, min(height, int(y.max()) + 2)))
    return rows, slice(max(0, int(x.min()) - 1), max(0, min(width, int(x.max()) + 2)))


def _turned(points: Array, camera: Camera, *, back: bool = False) -> Array:
    """Directions as the camera sees them -> as they are in the room; `back` the other way."""
    turns = [(camera.roll, 0, 1), (camera.pitch, 1, 2), (camera.yaw, 0, 2)]
    turned = points.copy()
    for angle, one, two in [(-angle, one, two) for angle, one, two in reversed(turns)] if back else turns:
        cos, sin = np.cos(angle), np.sin(angle)
        first, second = turned[..., one].copy(), turned[..., two].copy()
        turned[..., one], turned[..., two] = first * cos + second * sin, second * cos - first * sin
    return np.asarray(turned)


def _rays(camera: Camera, width: int, height: int) -> Array:
    x, y = np.meshgrid(np.arange(width) - width / 2 + 0.5, np.arange(height) - height / 2 + 0.5)
    rays = _turned(np.stack([x, y, np.full_like(x, camera.focal * width)], axis=-1), camera)
    return np.asarray(rays / np.linalg.norm(rays, axis=-1, keepdims=True), np.float32)


def _quad(thing: Quad, camera: Camera, rays: Array) -> Any:
    normal = np.cross(thing.across, thing.down)
    normal = normal / np.linalg.norm(normal)
    slope = rays @ normal.astype(np.float32)
    slope[np.abs(slope) < 1e-6] = 1e-6
    far = ((thing.corner - camera.at) @ normal).astype(np.float32) / slope
    away = (camera.at - thing.corner).astype(np.float32)
    u = (far * (rays @ _unit(thing.across)) + away @ _unit(thing.across)) if _square(thing) else None
    assert u is not None, "quads have right angles"
    v = far * (rays @ _unit(thing.down)) + away @ _unit(thing.down)
    seen = (far > 0.05) & (u >= 0) & (u < 1) & (v >= 0) & (v < 1)
    high, wide = thing.texture.shape[:2]

    def painted(where: Array) -> Array:
        return _smooth(thing.texture, u[where] * (wide - 1), v[where] * (high - 1))

    return far, seen, painted, lambda where, points: normal * np.sign((camera.at - thing.corner) @ normal)


def _unit(side: Array) -> Array:
    return np.asarray(side / (side @ side), np.float32)


def _square(thing: Quad) -> bool:
    return bool(abs(thing.across @ thing.down) < 1e-6)


def _smooth(texture: Array, x: Array, y: Array) -> Array:
    left, top = x.astype(int), y.astype(int)
    right, low = np.minimum(left + 1, texture.shape[1] - 1), np.minimum(top + 1, texture.shape[0] - 1)
    fx, fy = (x - left)[:, None], (y - top)[:, None]
    upper = texture[top, left] * (1 - fx) + texture[top, right] * fx
    lower = texture[low, left] * (1 - fx) + texture[low, right] * fx
    return np.asarray(upper * (1 - fy) + lower * fy, np.float32)


def _ball(thing: Ball, camera: Camera, rays: Array) -> Any:
    toward = (thing.centre - camera.at).astype(np.float32)
    along = rays @ toward
    inside = along**2 - (toward @ toward - thing.radius**2)
    far = along - np.sqrt(np.maximum(inside, 0))
    seen = (inside > 0) & (far > 0.05)
    return (
        far, seen, lambda where: np.broadcast_to(thing.colour.astype(np.float32), (int(where.sum()), 3)),
        lambda where, points: (points - thing.centre) / thing.radius,
    )  # fmt: skip


def _lit(painted: Array, points: Array, normal: Array, lamp: Lamp) -> Array:
    toward = lamp.at - points
    away = np.linalg.norm(toward, axis=-1, keepdims=True)
    facing = np.abs((toward / away * normal).sum(axis=-1, keepdims=True))
    light = lamp.ambient + lamp.strength * facing / (1 + 0.12 * away**2)
    return np.asarray(painted * light, np.float32)

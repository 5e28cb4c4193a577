"""Places of a store as a camera sees them, from a seed; the same place again from elsewhere, changed, relit."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from bench.rays import Array, Ball, Camera, Lamp, Quad, rendered

Chance = np.random.Generator


@dataclass(frozen=True)
class Place:
    """What never moves, what may, and how it is seen."""

    walls: tuple[Quad, ...]
    things: tuple[tuple[Quad | Ball, ...], ...]
    camera: Camera
    lamp: Lamp
    grain: float


def place(seed: int) -> Place:
    """A room with a counter, shelves, posters, cars or boxes, as the seed has it."""
    chance = np.random.default_rng(seed)
    wide, high, deep = chance.uniform(5, 9), chance.uniform(2.7, 4.5), chance.uniform(5, 10)
    camera = Camera(
        _v(chance.uniform(-1, 1), chance.uniform(-1.9, -1.2), chance.uniform(0, 1)), chance.uniform(-0.3, 0.3),
        chance.uniform(-0.02, 0.25), chance.uniform(-0.03, 0.03), chance.uniform(0.65, 0.95),
    )  # fmt: skip
    lamp = Lamp(
        _v(chance.uniform(-2, 2), -high + 0.3, chance.uniform(1, 4)), chance.uniform(0.9, 1.6),
        chance.uniform(0.3, 0.55), chance.uniform(-0.5, 1),
    )  # fmt: skip
    things = [_thing(chance, wide, deep) for _ in range(int(chance.integers(5, 12)))]
    things += [_poster(chance, wide, high, deep) for _ in range(int(chance.integers(1, 5)))]
    return Place(_walls(chance, wide, high, deep), tuple(things), camera, lamp, chance.uniform(1.5, 5))


def again(one: Place, chance: Chance, *, steps: float = 1.0, changed: bool = True) -> Place:
    """The same place another time: the camera elsewhere by up to `steps` x 0.4 m, things moved, other light."""
    turn = chance.normal(0, 0.06 * steps, 3) * (1, 0.6, 0.3)
    move = chance.uniform(0.12, 0.4) * steps * _direction(chance)
    seen = replace(
        one.camera, at=one.camera.at + move * (1, 0.3, 0.6), yaw=one.camera.yaw + turn[0],
        pitch=one.camera.pitch + turn[1], roll=one.camera.roll + turn[2],
    )  # fmt: skip
    if not changed:
        return replace(one, camera=seen)
    lamp = replace(
        one.lamp, at=one.lamp.at + chance.normal(0, 0.5, 3) * (1, 0.1, 1),
        strength=one.lamp.strength * chance.uniform(0.7, 1.3), warm=one.lamp.warm + chance.normal(0, 0.3),
    )  # fmt: skip
    things = [_moved(thing, chance) for thing in one.things if chance.random() > 0.12]
    return replace(one, camera=seen, lamp=lamp, things=tuple(things))


def photographed(one: Place, chance: Chance, width: int = 960, height: int = 720) -> Image.Image:
    """A photograph of it: lens, exposure and grain."""
    things = [*one.walls, *(part for thing in one.things for part in thing)]
    light = rendered(things, one.camera, one.lamp, width, height)
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    light = light * (1 - 0.18 * (x**2 + y**2))[..., None]
    light = light * (118 / max(20.0, float(light.mean()))) ** 0.7
    grain = chance.normal(0, one.grain, (height, width, 3)) * (0.5 + np.sqrt(np.maximum(light, 0)) / 16)
    picture = Image.fromarray((light + grain).clip(0, 255).astype(np.uint8))
    return picture.filter(ImageFilter.GaussianBlur(0.6))


def _v(*parts: float) -> Array:
    return np.array(parts, np.float64)


def _direction(chance: Chance) -> Array:
    some = chance.normal(0, 1, 3)
    return np.asarray(some / np.linalg.norm(some))


def _walls(chance: Chance, wide: float, high: float, deep: float) -> tuple[Quad, ...]:
    left, right, top, near = -wide / 2, wide / 2, -high, -2.0
    long = deep - near
    return (
        Quad(_v(left, 0, near), _v(wide, 0, 0), _v(0, 0, long), _floor(chance)),
        Quad(_v(left, top, near), _v(wide, 0, 0), _v(0, 0, long), _plaster(chance, 200)),
        Quad(_v(left, top, deep), _v(wide, 0, 0), _v(0, high, 0), _plaster(chance, 180)),
        Quad(_v(left, top, near), _v(0, 0, long), _v(0, high, 0), _plaster(chance, 170)),
        Quad(_v(right, top, near), _v(0, 0, long), _v(0, high, 0), _plaster(chance, 170)),
    )


def _thing(chance: Chance, wide: float, deep: float) -> tuple[Quad | Ball, ...]:
    at = (chance.uniform(-wide / 2 + 0.6, wide / 2 - 0.6), chance.uniform(2.0, deep - 0.8))
    kind = chance.random()
    if kind < 0.2:
        radius = chance.uniform(0.12, 0.4)
        return (Ball(_v(at[0], -radius, at[1]), radius, chance.uniform(20, 230, 3)),)
    if kind < 0.4:
        return _car(chance, at)
    size: Array = chance.uniform((0.4, 0.3, 0.3), (2.2, 2.0, 0.9))
    skin = (_shelf, _wood, _plain)[int(chance.integers(0, 3))](chance)
    lower = _box(_v(at[0] - size[0] / 2, -size[1], at[1]), size, skin)
    some = list[Quad]()
    for _ in range(int(chance.integers(0, 4))):
        tall = chance.uniform(0.1, 0.35)
        corner = _v(at[0] + chance.uniform(-0.4, 0.3) * size[0], -size[1] - tall, at[1] + 0.05)
        some += _box(corner, np.array([chance.uniform(0.1, 0.4), tall, 0.2]), _plain(chance))
    return (*lower, *some)


def _car(chance: Chance, at: tuple[float, float]) -> tuple[Quad | Ball, ...]:
    paint = np.full((32, 64, 3), chance.uniform(20, 230, 3)) + np.linspace(40, -30, 32)[:, None, None]
    glass = np.full((16, 48, 3), chance.uniform(20, 70, 3)) + np.linspace(50, 0, 16)[:, None, None]
    x, z = at
    body = _box(_v(x - 1.3, -1.0, z), np.array([2.6, 0.75, 1.4]), paint)
    cabin = _box(_v(x - 0.8, -1.5, z + 0.1), np.array([1.5, 0.5, 1.2]), glass)
    wheels = [Ball(_v(x + side, -0.3, z + 0.05), 0.3, _v(25, 25, 28)) for side in (-0.85, 0.85)]
    return (*body, *cabin, *wheels)


def _box(corner: Array, size: Array, skin: Array) -> tuple[Quad, ...]:
    w, h, d = (_v(size[0], 0, 0), _v(0, size[1], 0), _v(0, 0, size[2]))
    dim = skin * 0.8
    return (
        Quad(corner, w, h, skin), Quad(corner, d, h, dim), Quad(corner + w, d, h, dim),
        Quad(corner, w, d, skin[:8] * 1.1),
    )  # fmt: skip


def _poster(chance: Chance, wide: float, high: float, deep: float) -> tuple[Quad, ...]:
    size = chance.uniform((0.5, 0.5), (1.6, 1.2))
    corner = _v(chance.uniform(-wide / 2, wide / 2 - size[0]), -chance.uniform(1.2, high - 0.1), deep - 0.01)
    paper = Image.new("RGB", (160, 120), tuple(int(one) for one in chance.integers(90, 255, 3)))
    draw = ImageDraw.Draw(paper)
    draw.rectangle((0, 0, 160, 24), fill=tuple(int(one) for one in chance.integers(0, 160, 3)))
    for line in range(int(chance.integers(3, 8))):
        draw.rectangle((10, 34 + line * 11, int(chance.integers(50, 150)), 40 + line * 11), fill=(30, 30, 40))
    x, y = (int(one) for one in chance.integers(60, 110, 2))
    draw.ellipse((x, y - 20, x + 40, y + 20), fill=tuple(int(one) for one in chance.integers(0, 255, 3)))
    return (Quad(corner, _v(size[0], 0, 0), _v(0, size[1], 0), np.asarray(paper, np.float32)),)


def _rough(chance: Chance, size: int, cells: int, depth: float) -> Array:
    some = np.zeros((size, size), np.float32)
    while cells < size:
        coarse = Image.fromarray(chance.normal(0, 1, (cells, cells)).astype(np.float32))
        some += np.asarray(coarse.resize((size, size), Image.Resampling.BICUBIC)) * depth
        cells, depth = cells * 3, depth * 0.6
    return some


def _floor(chance: Chance) -> Array:
    tone = np.full((256, 256, 3), chance.uniform(70, 170, 3) * (1, 0.97, 0.93), np.float32)
    tone += _rough(chance, 256, 5, chance.uniform(3, 10))[..., None]
    if chance.random() < 0.6:
        tile = int(chance.integers(16, 40))
        tone[::tile] *= 0.75
        tone[:, ::tile] *= 0.75
    if chance.random() < 0.5:
        start = int(chance.integers(40, 200))
        tone[:, start : start + 4] = (210, 180, 40)
    return tone


def _plaster(chance: Chance, tone: float) -> Array:
    wall = np.full((256, 256, 3), tone * chance.uniform(0.6, 1.15) * chance.uniform(0.9, 1.05, 3), np.float32)
    wall += _rough(chance, 256, 4, chance.uniform(2, 6))[..., None]
    if chance.random() < 0.4:
        wall[int(chance.integers(120, 180)) :] *= chance.uniform(0.5, 0.9, 3)
    return wall


def _shelf(chance: Chance) -> Array:
    skin = np.full((96, 128, 3), 60.0, np.float32)
    rows, columns = int(chance.integers(2, 6)), int(chance.integers(3, 9))
    for row in range(rows):
        for column in range(columns):
            top, left = row * 96 // rows + 3, column * 128 // columns + 2
            skin[top : (row + 1) * 96 // rows - 3, left : (column + 1) * 128 // columns - 2] = chance.uniform(
                30, 235, 3
            )
    return skin


def _wood(chance: Chance) -> Array:
    rings = np.sin(np.arange(96)[:, None] / chance.uniform(1.5, 5) + _rough(chance, 128, 4, 1.0)[:96] * 2)
    return np.asarray(chance.uniform(60, 150) + 25 * rings[..., None] * (1, 0.8, 0.5) + (30, 10, -15), np.float32)


def _plain(chance: Chance) -> Array:
    return np.asarray(chance.uniform(30, 230, 3) + _rough(chance, 64, 4, 6)[..., None], np.float32)


def _moved(thing: tuple[Quad | Ball, ...], chance: Chance) -> tuple[Any, ...]:
    """Some stay where they are; others stand up to half a metre off."""
    if chance.random() < 0.5:
        return thing
    off = chance.uniform(-0.5, 0.5, 3) * (1, 0, 0.6)
    return tuple(
        replace(one, centre=one.centre + off) if isinstance(one, Ball) else replace(one, corner=one.corner + off)
        for one in thing
    )

"""What a picture consists of: boxes, lines and lines of text, placed in points from the upper left corner."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rounded rectangle; `key` and `label` say which cause it shows, "" for what only adorns."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    edge: str = ""
    radius: float = 0.0
    thick: float = 1.0
    key: str = ""
    label: str = ""

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points; `dashed` for what leads to something refuted."""

    points: tuple[Point, ...]
    colour: str
    thick: float = 1.2
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text, its baseline starting at (x, y)."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    bold: bool = False
    struck: bool = False


Shape = Box | Stroke | Text


@dataclass(frozen=True, slots=True)
class Scene:
    """A page and what is on it, in the order it is drawn."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    title: str = ""

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The boxes that show something."""
        return tuple(one for one in self.shapes if isinstance(one, Box) and one.key)

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        return tuple(one for one in self.shapes if isinstance(one, Stroke))


def moved(shapes: Iterable[Shape], across: float, down: float) -> tuple[Shape, ...]:
    """The same shapes elsewhere."""
    return tuple(_moved(one, across, down) for one in shapes)


def _moved(one: Shape, across: float, down: float) -> Shape:
    if isinstance(one, Stroke):
        return replace(one, points=tuple((x + across, y + down) for x, y in one.points))
    return replace(one, x=one.x + across, y=one.y + down)


def cut(scene: Scene, most: float) -> tuple[Scene, ...]:
    """The scene as pages no higher than `most`, cut where no box is; what has no such place stays whole."""
    edges, last = [0.0], 0.0
    for gap in (*_gaps(scene), scene.height):
        if gap - edges[-1] > most and last > edges[-1]:
            edges.append(last)
        last = gap
    return tuple(_slice(scene, top, bottom) for top, bottom in pairwise((*edges, scene.height)))


def _gaps(scene: Scene) -> tuple[float, ...]:
    """Heights at which no box is, each in the middle between two rows of them, from the top."""
    found, reached = list[float](), 0.0
    for one in sorted(scene.boxes, key=lambda one: one.y):
        if one.y > reached > 0:
            found.append((reached + one.y) / 2)
        reached = max(reached, one.bottom)
    return tuple(found)


def _slice(scene: Scene, top: float, bottom: float) -> Scene:
    kept = [one for one in scene.shapes if _top(one) < bottom and _bottom(one) > top]
    return Scene(scene.width, bottom - top, moved(kept, 0, -top), scene.title)


def _top(one: Shape) -> float:
    return (
        min(y for _, y in one.points) if isinstance(one, Stroke) else one.y - (one.size if isinstance(one, Text) else 0)
    )


def _bottom(one: Shape) -> float:
    if isinstance(one, Stroke):
        return max(y for _, y in one.points)
    return one.bottom if isinstance(one, Box) else one.y

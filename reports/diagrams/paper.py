"""A scene on a sheet of paper: the smallest on which its text can be read."""

from dataclasses import replace

from reports.diagrams.scene import Box, Scene, Shape, Stroke, moved

SHEETS = {
    "A4": (595.0, 842.0),
    "A3": (842.0, 1191.0),
    "A2": (1191.0, 1684.0),
    "A1": (1684.0, 2384.0),
}  # points, upright
_MARGIN = 24.0
_LEAST, _MOST = 0.72, 1.25  # how far a scene is drawn smaller or larger than it was laid out


def fitted(scene: Scene) -> Scene:
    """The scene in the middle of a sheet, upright or across; on the largest, as small as it has to be."""
    sizes = [size for upright in SHEETS.values() for size in (upright, upright[::-1])]
    scale, (wide, high) = max(((_scale(scene, *size), size) for size in sizes[-2:]), key=lambda one: one[0])
    for pair in zip(sizes[::2], sizes[1::2], strict=True):
        best, size = max(((_scale(scene, *size), size) for size in pair), key=lambda one: one[0])
        if best >= _LEAST:
            scale, (wide, high) = best, size
            break
    across, down = (wide - scene.width * scale) / 2, (high - scene.height * scale) / 2
    return Scene(wide, high, moved((scaled(one, scale) for one in scene.shapes), across, down), scene.title)


def _scale(scene: Scene, wide: float, high: float) -> float:
    return min((wide - 2 * _MARGIN) / scene.width, (high - 2 * _MARGIN) / scene.height, _MOST)


def scaled(one: Shape, by: float) -> Shape:
    """The same shape, larger or smaller, seen from the upper left corner."""
    if isinstance(one, Stroke):
        return replace(one, points=tuple((x * by, y * by) for x, y in one.points), thick=one.thick * by)
    if isinstance(one, Box):
        return replace(
            one, x=one.x * by, y=one.y * by, width=one.width * by, height=one.height * by,
            radius=one.radius * by, thick=one.thick * by,
        )  # fmt: skip
    return replace(one, x=one.x * by, y=one.y * by, size=one.size * by)


def shrunk_to(scene: Scene, wide: float, high: float) -> Scene:
    """The scene no wider and no higher than that; never larger than it was."""
    scale = min(wide / scene.width, high / scene.height, 1.0)
    shapes = tuple(scaled(one, scale) for one in scene.shapes)
    return Scene(scene.width * scale, scene.height * scale, shapes, scene.title)

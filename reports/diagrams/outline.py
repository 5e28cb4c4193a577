"""A tree as a phone shows it: one column of cards, each level a step to the right, wires at the left."""

from reports.diagrams.palette import BONES, WIRE
from reports.diagrams.pieces import card, drawn, head, heading, legend
from reports.diagrams.scene import Scene, Shape, Stroke
from reports.diagrams.sheet import Node, Sheet

PHONE = 360.0  # points, drawn as 1080 pixels
_EDGE, _STEP, _GAP = 14.0, 15.0, 7.0
_TEXT, _TITLE, _SMALL = 11.5, 15.0, 10.0


def outline(sheet: Sheet, wide: float = PHONE) -> Scene:
    """The scene, as high as it needs to be."""
    room = wide - 2 * _EDGE
    shapes, top = head(sheet, _TITLE, _EDGE, _EDGE, room)
    made, wires, y = list(shapes), list[Shape](), top.bottom + _GAP * 2
    for group in sheet.groups:
        pill, box = heading(group.key, group.name, BONES[group.hue % len(BONES)], _TEXT * 0.95, _EDGE, y)
        made += pill
        y = box.bottom + _GAP
        y = _placed(group.nodes, _EDGE + _STEP, box.x + _STEP * 0.55, box.bottom, y, wide - _EDGE, made, wires)
        y += _GAP
    marks, high = legend(sheet, _SMALL, _EDGE, y + 2, room)
    height = y + 2 + high + (_EDGE if high else _EDGE / 2)
    return Scene(wide, height, (*wires, *made, *marks), sheet.problem)


def _placed(
    nodes: tuple[Node, ...], x: float, rail: float, start: float, y: float, right: float,
    made: list[Shape], wires: list[Shape],
) -> float:  # fmt: skip
    """Cards from `y` down, wired to the rail that comes down from `start`; where the next one may stand."""
    for node in nodes:
        one = card(node, _TEXT, right - x)
        made += drawn(one, x, y)
        middle = y + min(one.height / 2, _TEXT * 1.2)
        wires.append(Stroke(((rail, start), (rail, middle), (x, middle)), WIRE, dashed=node.tone == "refuted"))
        below = y + one.height
        y = _placed(node.children, x + _STEP, x + _STEP * 0.45, below, below + _GAP, right, made, wires)
    return y

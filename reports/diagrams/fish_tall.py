"""A fishbone for a phone: the head on top, the spine down the middle, bones at both sides.

No card of either side lies across a multiple of the page's height, so that it can be cut there.
"""

from collections.abc import Sequence

from reports.diagrams.palette import BONES, DARK, WIRE
from reports.diagrams.pieces import PAGE, card, clear, drawn, head, heading, legend
from reports.diagrams.scene import Scene, Shape, Stroke, moved
from reports.diagrams.sheet import Group, Node, Sheet

PHONE = 360.0
_EDGE, _GAP, _TEXT, _TITLE, _SMALL = 10.0, 6.0, 10.5, 15.0, 10.0
_SPINE, _RIB, _SUB = 24.0, 10.0, 11.0  # half the room around the spine, from a bone to its cards, a sub-cause's step
_RISE = 16.0  # how much lower than its joint a bone's name stands


def fish_tall(sheet: Sheet, wide: float = PHONE, page: float = PAGE) -> Scene:
    """The scene, as high as it needs to be."""
    shapes, top = head(sheet, _TITLE, _EDGE, _EDGE, wide - 2 * _EDGE)
    made, wires, middle = list(shapes), list[Shape](), wide / 2
    y = {-1: top.bottom + 14.0, 1: top.bottom + 14.0}
    last = top.bottom
    for group in sheet.groups:
        side = -1 if y[-1] <= y[1] else 1
        start = y[side] = max(y[side], last)
        y[side] = _bone(group, side, middle, start, wide, page, made, wires) + 12.0
        last = start + _RISE
    end = max(y.values())
    trunk = Stroke(((middle, top.bottom), (middle, end - 4)), DARK, 3.0)
    marks, high = legend(sheet, _SMALL, _EDGE, end + 4, wide - 2 * _EDGE)
    return Scene(wide, end + (high + 4 if high else 0) + _EDGE, (trunk, *wires, *made, *marks), sheet.problem)


def _bone(
    group: Group, side: int, middle: float, y: float, wide: float, page: float, made: list[Shape], wires: list[Shape]
) -> float:
    """A bone from its joint at height `y`; how far down it reaches."""
    colour = BONES[group.hue % len(BONES)]
    pill, box = heading(group.key, group.name, colour, _TEXT, 0, 0)
    y = clear(y + _RISE, box.height, page) - _RISE
    rail = middle + side * _SPINE
    x = rail - box.width + 8 if side < 0 else rail - 8
    made += moved(pill, x, y + _RISE)
    wires.append(Stroke(((middle, y), (rail, y + _RISE + box.height / 2)), colour, 2.2))
    start = y + _RISE + box.height
    below, reached, parent = start + _GAP, start, start
    for node, step in _rows(group.nodes):
        one = card(node, _TEXT, middle - _SPINE - _RIB - _EDGE - step)
        below = clear(below, one.height, page)
        left = _EDGE if side < 0 else rail + _RIB + step
        made += drawn(one, left, below)
        at, inner = below + one.height / 2, left + one.width if side < 0 else left
        if step:
            bend = inner - side * _SUB / 2
            wires.append(Stroke(((bend, parent), (bend, at), (inner, at)), WIRE, 1.3))
        else:
            wires.append(Stroke(((rail, at), (inner, at)), colour, 1.3))
            reached, parent = at, below + one.height
        below += one.height + _GAP
    if reached > start:
        wires.append(Stroke(((rail, start), (rail, reached)), colour, 2.2))
    return below


def _rows(nodes: Sequence[Node]) -> list[tuple[Node, float]]:
    """Causes and their sub-causes in order, with how far they step back from the bone."""
    return [row for node in nodes for row in ((node, 0.0), *((child, _SUB) for child in node.children))]

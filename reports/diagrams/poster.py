"""A tree for paper: from the problem at the left to the roots at the right, a column for each level."""

from dataclasses import dataclass

from reports.diagrams.palette import BONES, WIRE
from reports.diagrams.pieces import Card, card, drawn, head, heading, legend
from reports.diagrams.scene import Scene, Shape, Stroke, moved
from reports.diagrams.sheet import Group, Node, Sheet

_EDGE, _HEAD, _CARD, _GUTTER, _GAP = 20.0, 190.0, 172.0, 26.0, 8.0
_TEXT, _TITLE, _SMALL = 10.0, 14.0, 8.5


@dataclass(frozen=True, slots=True)
class _Branch:
    """Something with a place across, and what stands to its right; `column` is how wide what stands below it is,
    `height` what the whole of it takes.
    """

    shapes: tuple[Shape, ...]
    wide: float
    high: float
    column: float
    dashed: bool
    below: tuple["_Branch", ...]

    @property
    def height(self) -> float:
        return max(self.high, sum(one.height for one in self.below) + _GAP * max(len(self.below) - 1, 0))


def poster(sheet: Sheet) -> Scene:
    """The scene, as large as it needs to be; `paper.fitted` puts it on a sheet of paper."""
    column = max((heading(one.key, one.name, "", _TEXT, 0, 0)[1].width for one in sheet.groups), default=0.0)
    groups = tuple(_group(one, column) for one in sheet.groups)
    shapes, box = head(sheet, _TITLE, 0, 0, _HEAD)
    top = _Branch(shapes, box.width, box.height, _HEAD, False, groups)
    made, wires = list[Shape](), list[Shape]()
    _place(top, _EDGE, _EDGE, made, wires)
    right = max(one.x + one.width for one in Scene(0, 0, tuple(made)).boxes)
    marks, high = legend(sheet, _SMALL, _EDGE, _EDGE + top.height + 12, max(right - _EDGE, _HEAD))
    height = _EDGE * 2 + top.height + (12 + high if high else 0)
    return Scene(right + _EDGE, height, (*wires, *made, *marks), sheet.problem)


def _group(group: Group, column: float) -> _Branch:
    shapes, box = heading(group.key, group.name, BONES[group.hue % len(BONES)], _TEXT, 0, 0)
    return _Branch(shapes, box.width, box.height, column, False, tuple(_branch(one) for one in group.nodes))


def _branch(node: Node) -> _Branch:
    one: Card = card(node, _TEXT, _CARD)
    below = tuple(_branch(child) for child in node.children)
    return _Branch(drawn(one, 0, 0), one.width, one.height, one.width, node.tone == "refuted", below)


def _place(branch: _Branch, x: float, y: float, made: list[Shape], wires: list[Shape]) -> float:
    """Place it with its upper edge at `y`; the height of its middle."""
    middle = y + branch.height / 2
    made += moved(branch.shapes, x, middle - branch.high / 2)
    right, column, taken = (
        x + branch.wide,
        x + branch.column,
        sum(one.height for one in branch.below) + _GAP * max(len(branch.below) - 1, 0),
    )
    below = middle - taken / 2
    for one in branch.below:
        at = _place(one, column + _GUTTER, below, made, wires)
        bend, end = column + _GUTTER / 2, column + _GUTTER
        wires.append(Stroke(((right, middle), (bend, middle), (bend, at), (end, at)), WIRE, dashed=one.dashed))
        below += one.height + _GAP
    return middle

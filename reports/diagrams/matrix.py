"""Four fields of two choices: two columns and two rows, each item a card in its field."""

from reports.diagrams.palette import BONES, SOFT, WASH
from reports.diagrams.pieces import PAGE, card, clear, drawn, head, heading
from reports.diagrams.scene import Box, Scene, Shape, Text
from reports.diagrams.sheet import Group, Sheet
from reports.diagrams.wrapping import width

PHONE, PAPER = 360.0, 720.0
EMPTY = "没有"
_EDGE, _GAP, _PAD, _TEXT, _TITLE, _SMALL = 12.0, 8.0, 8.0, 11.0, 15.0, 10.0

Names = tuple[str, str]


def matrix(sheet: Sheet, across: Names, down: Names, wide: float = PHONE, page: float = PAGE) -> Scene:
    """The scene, as high as it needs to be; the sheet's four groups are the fields, row by row."""
    shapes, top = head(sheet, _TITLE, _EDGE, _EDGE, wide - 2 * _EDGE)
    made, column = list(shapes), (wide - 2 * _EDGE - _GAP) / 2
    lefts = (_EDGE, _EDGE + column + _GAP)
    y = top.bottom + _GAP
    for left, name in zip(lefts, across, strict=True):
        made.append(Text(left + (column - width(name, _SMALL)) / 2, y + _SMALL, name, _SMALL, SOFT, bold=True))
    y += _SMALL * 1.3 + _GAP / 2
    for row, name in enumerate(down):
        y = clear(y, _SMALL * 5, page)
        made.append(Text(_EDGE, y + _SMALL, name, _SMALL, SOFT, bold=True))
        y += _SMALL * 1.5
        fields = [_field(one, left, y, column, page) for one, left in zip(sheet.groups[2 * row :], lefts, strict=False)]
        bottom = max(end for _, end in fields)
        made += [Box(left, y, column, bottom - y, WASH, "", _PAD) for left in lefts]
        made += [one for inside, _ in fields for one in inside]
        y = bottom + _GAP
    return Scene(wide, y - _GAP + _EDGE, tuple(made), sheet.problem)


def _field(group: Group, x: float, y: float, wide: float, page: float) -> tuple[list[Shape], float]:
    """A field's name and its cards, and how far down it reaches."""
    pill, box = heading(group.key, group.name, BONES[group.hue % len(BONES)], _SMALL, x + _PAD, y + _PAD)
    made, below = list(pill), box.bottom + _PAD
    for node in group.nodes:
        one = card(node, _TEXT, wide - 2 * _PAD)
        below = clear(below, one.height, page)
        made += drawn(one, x + _PAD, below)
        below += one.height + _PAD * 0.75
    if not group.nodes:
        made.append(Text(x + _PAD + 4, below + _TEXT, EMPTY, _SMALL, SOFT))
        below += _TEXT * 1.5
    return made, below + _PAD * 0.25

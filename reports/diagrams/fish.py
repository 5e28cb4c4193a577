"""A fishbone for paper: the head at the right, bones above and below the spine, causes on each bone."""

import math
from dataclasses import dataclass

from reports.diagrams.palette import BONES, DARK, WIRE
from reports.diagrams.pieces import Card, card, drawn, head, heading, legend
from reports.diagrams.scene import Scene, Shape, Stroke, moved
from reports.diagrams.sheet import Group, Sheet

_EDGE, _HEAD, _CARD = 20.0, 190.0, 172.0
_TEXT, _TITLE, _SMALL = 10.0, 14.0, 8.5
_LEAN = math.tan(math.radians(22))  # how far a bone leans back for each point it rises
_GAP, _TWIG, _CLEAR = 7.0, 14.0, 20.0  # between cards, from a card to its bone, from a card to the bone before
_SUB, _RAIL = 8.0, 8.0  # how much further a sub-cause is from the bone, and the line that leads to it


@dataclass(frozen=True, slots=True)
class _Row:
    """A card on a bone, or (`sub`) below the card before it."""

    card: Card
    sub: bool


@dataclass(frozen=True, slots=True)
class _Rib:
    """A bone with its rows, counted from its end to the spine; `high` from the spine to its end."""

    group: Group
    rows: tuple[_Row, ...]
    high: float


def fish(sheet: Sheet) -> Scene:
    """The scene, as large as it needs to be."""
    ribs = [_rib(group) for group in sheet.groups]
    pairs = [ribs[first : first + 2] for first in range(0, len(ribs), 2)]
    above = max((pair[0].high for pair in pairs), default=0.0)
    under = max((pair[1].high for pair in pairs if len(pair) > 1), default=0.0)
    shapes, box = head(sheet, _TITLE, 0, 0, _HEAD)
    above, under = max(above, box.height / 2), max(under, box.height / 2)
    made, wires, spine = list[Shape](), list[Shape](), 0.0
    joint = 0.0
    for pair in reversed(pairs):  # from the tail to the head, so that the first bones stand next to the head
        joint += _reach(pair)
        for side, rib in zip((-1, 1), pair, strict=False):
            _draw(rib, joint, spine, side, made, wires)
    nose = joint + _CLEAR * 1.4
    tail = tuple(Stroke(((-14.0, spine + side * 14.0), (0.0, spine)), DARK, 3.0) for side in (-1, 1))
    whole = [
        Stroke(((0.0, spine), (nose, spine)), DARK, 3.0),
        *tail,
        *wires,
        *made,
        *moved(shapes, nose, spine - box.height / 2),
    ]
    left = min(-15.0, *(one.x for one in Scene(0, 0, tuple(made)).boxes)) if made else -15.0
    right = nose + box.width
    marks, high = legend(sheet, _SMALL, left, under + 12, right - left)
    placed = moved([*whole, *marks], _EDGE - left, _EDGE + above)
    height = above + under + 2 * _EDGE + (12 + high if high else 0)
    return Scene(right - left + 2 * _EDGE, height, placed, sheet.problem)


def _rib(group: Group) -> _Rib:
    rows: list[_Row] = []
    for node in group.nodes:
        rows.append(_Row(card(node, _TEXT, _CARD), False))
        rows += [_Row(card(child, _TEXT * 0.92, _CARD - 2 * _SUB), True) for child in node.children]
    used = sum(row.card.height + _GAP for row in rows)
    return _Rib(group, tuple(rows), max(used, 30.0) + _TEXT * 1.75 + _GAP * 3)


def _reach(pair: list[_Rib]) -> float:
    """How far a pair's joint is from the one before: room for a card, and for what the bone leans beside it."""
    tallest = max((row.card.height for rib in pair for row in rib.rows), default=0.0)
    return _CARD + _TWIG + _CLEAR + (tallest + _GAP) * _LEAN


def _draw(rib: _Rib, joint: float, spine: float, side: int, made: list[Shape], wires: list[Shape]) -> None:
    """A bone from its joint on the spine up (`side` -1) or down (1), its cards at its left."""
    colour = BONES[rib.group.hue % len(BONES)]
    pill, box = heading(rib.group.key, rib.group.name, colour, _TEXT * 1.05, 0, 0)
    end = rib.high - box.height  # how far from the spine the bone ends, at its pill
    tip = joint - end * _LEAN
    wires.append(Stroke(((joint, spine), (tip, spine + side * end)), colour, 2.2))
    made += moved(
        pill, tip - box.width + min(box.width / 2, _TWIG), spine + side * (end + box.height / 2) - box.height / 2
    )
    used, heights = end - _GAP * 1.5, list[tuple[float, bool]]()
    for row in rib.rows if side < 0 else reversed(rib.rows):
        top = spine - used if side < 0 else spine + used - row.card.height
        edge = joint - used * _LEAN - _TWIG - (_SUB if row.sub else 0)  # the bone where it is nearest, less the twig
        made += drawn(row.card, edge - row.card.width, top)
        at = top + row.card.height / 2
        bone = joint - abs(at - spine) * _LEAN
        wires.append(Stroke(((edge, at), (bone - (_RAIL if row.sub else 0), at)), WIRE if row.sub else colour, 1.3))
        heights.append((at, row.sub))
        used -= row.card.height + _GAP
    for first, last in _runs(sorted(heights)):
        ends = tuple((joint - abs(at - spine) * _LEAN - _RAIL, at) for at in (first, last))
        wires.append(Stroke(ends, WIRE, 1.3))


def _runs(heights: list[tuple[float, bool]]) -> list[tuple[float, float]]:
    """From each cause that has sub-causes to the last of them, from the top."""
    runs: list[tuple[float, float]] = []
    cause = 0.0
    for at, sub in heights:
        if not sub:
            cause = at
        elif runs and runs[-1][0] == cause:
            runs[-1] = (cause, at)
        else:
            runs.append((cause, at))
    return runs

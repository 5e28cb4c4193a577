"""Pieces that every layout is made of: cards with wrapped text and chips, the head, the legend."""

from dataclasses import dataclass

from reports.diagrams.palette import DARK, INK, ON_DARK, ON_DARK_SOFT, SOFT, TONES
from reports.diagrams.scene import Box, Shape, Text
from reports.diagrams.sheet import PROBLEM, Node, Sheet
from reports.diagrams.wrapping import balanced, width, wrapped

PAGE = 580.0  # points: where columns stand side by side, no card lies across a multiple of it
_LEADING = 1.38  # of a line, in ems
_ASCENT = 0.88
_CHIP, _CHIP_PAD, _CHIP_GAP = 0.8, 0.45, 0.4  # in ems of the card's text


@dataclass(frozen=True, slots=True)
class Card:
    """A cause with its text in lines, ready to be placed; `height` is what it takes."""

    node: Node
    lines: tuple[str, ...]
    size: float
    width: float
    height: float
    chips_beside: bool


def card(node: Node, size: float, room: float, *, snug: bool = False) -> Card:
    """A card at most `room` wide; a snug one is as narrow as its text."""
    inner = room - _pads(size)
    lines = balanced(node.text, size, inner)
    chips = _chips_width(node, size)
    beside = bool(node.chips) and width(lines[-1], size) + chips + size * 0.6 <= inner
    rows = len(lines) + (0.0 if beside or not node.chips else 0.86)
    widest = max(*(width(one, size) for one in lines), 0 if beside else chips)
    if beside:
        widest = max(widest, width(lines[-1], size) + chips + size * 0.6)
    return Card(node, lines, size, widest + _pads(size) if snug else room, rows * size * _LEADING + size * 1.0, beside)


def _pads(size: float) -> float:
    return size * 1.9


def drawn(one: Card, x: float, y: float) -> tuple[Shape, ...]:
    """The card with its upper left corner there."""
    size, node = one.size, one.node
    fill, edge, accent = TONES[node.tone]
    strong = node.tone in ("root", "likely")
    shapes: list[Shape] = [
        Box(x, y, one.width, one.height, fill, edge, size * 0.5, 1.4 if strong else 1.0, node.key, node.text),
        Box(x + size * 0.42, y + size * 0.55, size * 0.24, one.height - size * 1.1, accent, "", size * 0.12),
    ]
    left, top = x + size * 1.12, y + size * 0.5
    colour = SOFT if node.tone == "refuted" else INK
    for number, line in enumerate(one.lines):
        base = top + number * size * _LEADING + size * (_LEADING - 1) / 2 + size * _ASCENT
        shapes.append(Text(left, base, line, size, colour, strong, node.tone == "refuted"))
    if node.chips:
        last = len(one.lines) - (1 if one.chips_beside else 0)
        start = left + (width(one.lines[-1], size) + size * 0.6 if one.chips_beside else 0)
        shapes += _chips(node, size, start, top + last * size * _LEADING)
    return tuple(shapes)


def _chips_width(node: Node, size: float) -> float:
    small = size * _CHIP
    each = [width(word, small) + 2 * _CHIP_PAD * small for word in node.chips]
    return sum(each) + _CHIP_GAP * size * max(len(each) - 1, 0)


def _chips(node: Node, size: float, x: float, y: float) -> list[Shape]:
    """Small rounded words in the state's colour, the first one filled."""
    accent, small, shapes = TONES[node.tone][2], size * _CHIP, list[Shape]()
    height = small * 1.5
    top = y + (size * _LEADING - height) / 2
    for number, word in enumerate(node.chips):
        across = width(word, small) + 2 * _CHIP_PAD * small
        filled = number == 0 and node.tone not in ("open", "refuted")
        shapes.append(Box(x, top, across, height, accent if filled else "", accent, small * 0.4, 0.7))
        base = top + (height - small) / 2 + small * _ASCENT
        shapes.append(Text(x + _CHIP_PAD * small, base, word, small, ON_DARK if filled else accent))
        x += across + _CHIP_GAP * size
    return shapes


def clear(y: float, height: float, page: float) -> float:
    """Where something of that height may stand from `y` down so that no edge between pages cuts it."""
    return y if y // page == (y + height) // page else (y // page + 1) * page


def head(sheet: Sheet, size: float, x: float, y: float, room: float) -> tuple[tuple[Shape, ...], Box]:
    """The problem's dark card, and its box."""
    inner, small = room - 2.4 * size, size * 0.74
    title = balanced(sheet.problem, size, inner)
    facts = [line for fact in sheet.facts for line in wrapped(fact, small, inner)]
    height = (
        size * 1.1
        + small * 1.6
        + len(title) * size * _LEADING
        + (small * 0.9 + len(facts) * small * 1.5 if facts else size * 0.35)
    )
    box = Box(x, y, room, height, DARK, "", size * 0.6, key=PROBLEM, label=sheet.problem)
    left, base = x + 1.2 * size, y + size * 0.65 + small * _ASCENT
    shapes: list[Shape] = [box, Text(left, base, sheet.kind, small, ON_DARK_SOFT)]
    base += small * 0.55
    for line in title:
        base += size * _LEADING
        shapes.append(Text(left, base, line, size, ON_DARK, bold=True))
    base += small * 0.5
    for line in facts:
        base += small * 1.5
        shapes.append(Text(left, base, line, small, ON_DARK_SOFT))
    return tuple(shapes), box


def heading(key: str, name: str, colour: str, size: float, x: float, y: float) -> tuple[tuple[Shape, ...], Box]:
    """A pill with a group's name."""
    height = size * 1.75
    box = Box(x, y, width(name, size) + size * 1.8, height, colour, "", height / 2, key=f"g:{key}", label=name)
    return (box, Text(x + size * 0.9, y + (height - size) / 2 + size * _ASCENT, name, size, ON_DARK, bold=True)), box


def legend(sheet: Sheet, size: float, x: float, y: float, room: float) -> tuple[tuple[Shape, ...], float]:
    """A row of what the colours mean, and how high it is; 0 where nothing is to be said."""
    shapes: list[Shape] = []
    left, row = x, 0
    for tone, word in sheet.legend:
        across = size * 1.3 + width(word, size)
        if left > x and left + across > x + room:
            left, row = x, row + 1
        top = y + row * size * 1.7
        shapes.append(Box(left, top + size * 0.15, size * 0.85, size * 0.85, TONES[tone][2], "", size * 0.25))
        shapes.append(Text(left + size * 1.3, top + size * _ASCENT, word, size, SOFT))
        left += across + size * 1.4
    return tuple(shapes), (row + 1) * size * 1.7 if shapes else 0.0

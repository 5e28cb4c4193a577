"""Text broken into lines by the widths of its characters, as Chinese is set."""

import re
from collections.abc import Iterator
from functools import lru_cache
from unicodedata import category

from reports.fonts import advance, drawable

_NOT_FIRST = frozenset("，。、；：？！）》】」』”’…—·％%,.;:?!)]}>〉〕")
_NOT_LAST = frozenset("（《【「『“‘([{<〈〔￥$#")
_JOINED = "\ufe0f"
_CIRCLE = 0.7  # ems
_PIECES = re.compile(r"[A-Za-z0-9\u00c0-\u024f_@#$%&+*/=.,:;'’\-]+|\s+|.", re.DOTALL)


def width(text: str, size: float) -> float:
    """How wide a line is in points."""
    return sum(_advance(one) for one in text) * size


def _advance(one: str) -> float:
    """A mark that has nothing to stand on is drawn on a circle of its own."""
    return max(advance(one), _CIRCLE) if category(one)[0] == "M" and one not in _JOINED else advance(one)


@lru_cache(2048)
def wrapped(text: str, size: float, room: float) -> tuple[str, ...]:
    """Lines no wider than `room`: no comma begins one and no bracket opens at its end; a word is broken only where it
    is wider than a line.
    """
    lines, line = [], ""
    for piece in _unbroken(drawable(text).replace("\n", " ")):
        if line and width(line + piece.rstrip(), size) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
        while width(line.rstrip(), size) > room and len(line) > 1:
            fits = _fitting(line, size, room)
            lines.append(line[:fits])
            line = line[fits:].lstrip()
    return tuple([*lines, line.rstrip()] if line.strip() else lines) or ("",)


@lru_cache(2048)
def balanced(text: str, size: float, room: float) -> tuple[str, ...]:
    """As many lines as `wrapped` gives, of about the same width."""
    lines = wrapped(text, size, room)
    if len(lines) == 1:
        return lines
    tight = max(sum(width(one, size) for one in lines) / len(lines), size)
    while tight < room:
        tried = wrapped(text, size, tight)
        if len(tried) <= len(lines):
            return tried
        tight += size / 2
    return lines


def _unbroken(text: str) -> Iterator[str]:
    """Pieces between which a line may end."""
    held = ""
    for piece in _PIECES.findall(text):
        if held and (
            piece[0] in _NOT_FIRST or held[-1] in _NOT_LAST or piece[0] in "\u200d\ufe0f" or held[-1] == "\u200d"
        ):
            held += piece
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held


def _fitting(line: str, size: float, room: float) -> int:
    """How many characters of a piece that is too wide stand in the room, at least one."""
    used = 0.0
    for number, one in enumerate(line):
        used += _advance(one) * size
        if used > room:
            return max(number, 1)
    return len(line)

"""Root causes by how often they were found, as a picture for a phone: bars, and beside them how the shares add up."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.diagrams.draw import as_png
from reports.diagrams.palette import DARK, INK, RULE, SOFT, WASH
from reports.diagrams.scene import Box, Scene, Shape, Stroke, Text
from reports.diagrams.wrapping import balanced, width, wrapped

TITLE, ADDED, MOST = "高频根因", "累计占比", "80%"
TIMES, STORES, WORDINGS, SHARE = "{n} 次", "{n} 家门店", "{n} 种说法", "{share:.0%}"
REST = "还有 {n} 种根因没有画出，共 {times} 次。"
FEW = 0.8  # what the first causes together make up, where most is won
_WIDE, _EDGE, _LEFT = 360.0, 20.0, 214.0
_CHART = _EDGE + _LEFT + 22.0  # where the shares begin
_ROOM = _WIDE - _EDGE - _CHART
_TITLE, _UNDER, _TEXT, _SMALL = 23.0, 12.5, 13.5, 11.0
_BAR, _GAP, _LEADING = 9.0, 17.0, 1.38
_BLUE, _LINE = "#1f5f99", "#d9771a"
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Frequent:
    """A root cause, in how many analyses of how many stores it was found, and in how many wordings."""

    text: str
    times: int
    stores: int
    wordings: int = 1


def pareto_picture(found: Sequence[Frequent], scope: str) -> bytes:
    """The picture; `scope` says of what. Slow: not for the loop."""
    return as_png(pareto(found, scope))


def pareto(found: Sequence[Frequent], scope: str) -> Scene:
    """The scene: `found` has those found most first, at least one."""
    whole, shapes, y = sum(one.times for one in found), list[Shape](), _EDGE
    shapes.append(Text(_EDGE, y + _TITLE * 0.88, TITLE, _TITLE, INK, bold=True))
    y += _TITLE * 1.35
    for line in wrapped(scope, _UNDER, _WIDE - 2 * _EDGE):
        y += _UNDER * 1.45
        shapes.append(Text(_EDGE, y, line, _UNDER, SOFT))
    y += 30.0
    top, added, dots = y, 0, list[tuple[float, float, float]]()
    for one in found[:_SHOWN]:
        row, high, middle = _row(one, found[0].times, y)
        shapes += row
        added += one.times
        dots.append((_CHART + _ROOM * added / whole, middle, added / whole))
        y += high
    shapes += _shares(dots, top - 8.0, y - _GAP)
    rest = found[_SHOWN:]
    if rest:
        words = REST.format(n=len(rest), times=sum(one.times for one in rest))
        shapes.append(Text(_EDGE, y + _SMALL, words, _SMALL, SOFT))
        y += _SMALL * 1.6
    return Scene(_WIDE, y + _EDGE - _GAP / 2, tuple(shapes), TITLE)


def _row(one: Frequent, most: int, y: float) -> tuple[list[Shape], float, float]:
    """A cause with its bar and what stands below it, how high that is, and the middle of the bar."""
    shapes, times = list[Shape](), TIMES.format(n=one.times)
    start = y
    for line in balanced(one.text, _TEXT, _LEFT):
        y += _TEXT * _LEADING
        shapes.append(Text(_EDGE, y - _TEXT * 0.3, line, _TEXT, INK))
    y += 5.0
    room = _LEFT - width(TIMES.format(n=most), _TEXT) - 8.0
    shapes.append(Box(_EDGE, y, max(room * one.times / most, 3.0), _BAR, _BLUE, key=f"bar:{start:.0f}", label=one.text))
    shapes.append(Text(_EDGE + _LEFT - width(times, _TEXT), y + _BAR, times, _TEXT, _BLUE, bold=True))
    middle = y + _BAR / 2
    y += _BAR
    parts = [STORES.format(n=one.stores)] + ([WORDINGS.format(n=one.wordings)] if one.wordings > 1 else [])
    y += _SMALL * 1.6
    shapes.append(Text(_EDGE, y - 1.0, " · ".join(parts), _SMALL, SOFT))
    return shapes, y - start + _GAP, middle


def _shares(dots: Sequence[tuple[float, float, float]], top: float, bottom: float) -> list[Shape]:
    """How the shares add up from cause to cause, with the line at which most is won."""
    right, few = _CHART + _ROOM, _CHART + _ROOM * FEW
    shapes: list[Shape] = [
        Box(_CHART, top, _ROOM, bottom - top, WASH),
        Stroke(((few, top), (few, bottom)), SOFT, 0.8, dashed=True),
        Text(_CHART, top - 5.0, ADDED, _SMALL * 0.9, SOFT),
        Text(few - width(MOST, _SMALL * 0.9) / 2, top - 5.0, MOST, _SMALL * 0.9, SOFT),
        Stroke(((right, top), (right, bottom)), RULE, 0.8),
        Stroke(tuple((x, y) for x, y, _ in dots), _LINE, 1.8),
    ]
    for x, y, share in dots:
        words, size = SHARE.format(share=share), _SMALL
        left = max(min(x, few) - width(words, size) - 3.0, _CHART + 2.0)
        shapes.append(Box(x - 3.0, y - 3.0, 6.0, 6.0, _LINE, radius=3.0, key=f"dot:{y:.0f}", label=words))
        shapes.append(Text(left, y + size * 1.45, words, size, DARK))
    return shapes

"""Captions that came out of a slide in the wrong order, put back before the paragraph whose words they share."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge.reading.headings import PLAIN
from knowledge.reading.line import Line, fold

_DOUBLE, _ORPHAN, _LEADING = 1.0, 1.0, 0.5


@dataclass(frozen=True, slots=True)
class _Caption:
    """A caption, the paragraphs up to the next one, and how well it fits the paragraph before it and after it."""

    line: Line
    body: tuple[Line, ...]
    before: float
    after: float


def reattach(lines: Sequence[Line]) -> list[Line]:
    """The lines with each caption before its paragraph. Blank lines go; other headings stay where they are."""
    rows = [line for line in lines if line.text.strip()]
    common = _common([fold(line.text) for line in rows])
    result: list[Line] = []
    run: list[Line] = []
    for line in rows:
        if line.level and line.level != PLAIN:
            result += [*_ordered(run, common), line]
            run = []
        else:
            run.append(line)
    return result + _ordered(run, common)


def _ordered(run: Sequence[Line], common: set[str]) -> list[Line]:
    """One stretch between numbered headings: its captions either head what follows or what stands before them."""
    first = next((place for place, line in enumerate(run) if line.level), len(run))
    result, opening = list(run[:first]), bool(first)
    captions = _captions(run[first:], run[first - 1] if first else None, common)
    for caption, backward in zip(captions, _directions(captions, opening), strict=True):
        result.insert(len(result) - (1 if backward else 0), caption.line)
        result += caption.body
    return result


def _captions(rows: Sequence[Line], previous: Line | None, common: set[str]) -> list[_Caption]:
    captions: list[_Caption] = []
    starts = [place for place, line in enumerate(rows) if line.level]
    for start, end in pairwise((*starts, len(rows))):
        body = tuple(rows[start + 1 : end])
        before = _shared(rows[start], previous, common) if previous else float("-inf")
        captions.append(_Caption(rows[start], body, before, _shared(rows[start], body[0], common) if body else 0))
        previous = body[-1] if body else None
    return captions


def _directions(captions: Sequence[_Caption], opening: bool) -> list[bool]:
    """For each caption whether it heads the paragraph before it: the choice that shares most words and breaks least."""
    if not captions:
        return []
    first = captions[0]
    ways = [_Way(first.after - (_LEADING if opening else 0), (False,)), _Way(first.before, (True,))]
    for earlier, caption in pairwise(captions):
        paragraphs = len(earlier.body)
        ways = [max((way.on(caption, turn, paragraphs) for way in ways), key=_score) for turn in (False, True)]
    return list(max(ways, key=_score).turns)


@dataclass(frozen=True, slots=True)
class _Way:
    """One choice for the captions so far, and its score."""

    score: float
    turns: tuple[bool, ...]

    def on(self, caption: _Caption, backward: bool, paragraphs: int) -> "_Way":
        gain = caption.before if backward else caption.after
        return _Way(self.score + gain - _cost(self.turns[-1], backward, paragraphs), (*self.turns, backward))


def _score(way: _Way) -> float:
    return way.score


def _cost(old: bool, new: bool, paragraphs: int) -> float:
    if new and not old:
        return _DOUBLE if paragraphs == 1 else 0
    if old and not new:
        return _ORPHAN if paragraphs else 0
    return _LEADING if old and new and paragraphs > 1 else 0


def _common(texts: Sequence[str]) -> set[str]:
    """Pairs of characters in so many lines that sharing them says nothing."""
    counts = Counter(pair for text in texts for pair in _pairs(text))
    return {pair for pair, count in counts.items() if count * 6 > len(texts) > 12}


def _pairs(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1) if text[place : place + 2].isalnum()}


def _shared(caption: Line, paragraph: Line, common: set[str]) -> float:
    return len((_pairs(fold(caption.text)) & _pairs(fold(paragraph.text))) - common)

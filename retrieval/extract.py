"""An answer in the documents' own words: the right section, its deciding line first, lists whole, within a limit."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from retrieval import kinds
from retrieval.blocks import blocks
from retrieval.card import Card
from retrieval.rank import Question, Ranked
from retrieval.text import Analyzer, tokens

_SENTENCE = re.compile(r"[^。!?;\uff01\uff1f\uff1b\n]*[。!?;\uff01\uff1f\uff1b\n]+|[^。!?;\uff01\uff1f\uff1b\n]+")
_WORTH_SHOWING = 60
_LEAD = 120
_FAMILY = 350
_REMEMBERED = 2048


@dataclass(frozen=True, slots=True)
class Quote:
    """A section that an answer used, and the line of it that decided."""

    card: Card
    line: str


@dataclass(frozen=True, slots=True)
class Extract:
    """The text of an answer and the sections it is taken from, in order."""

    text: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    kind: str
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class _Part:
    kind: str
    text: str
    canonical: str
    bare: str
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Extractor:
    """`limit` is in characters; a further section is shown when its score is within `margin` of the best."""

    analyzer: Analyzer
    limit: int
    margin: float = 5.0
    _analysed: dict[str, list[_Part]] = field(default_factory=dict, repr=False)

    def compose(self, question: Question, ranked: Sequence[Ranked]) -> Extract:
        """The answer from ranked sections, best first; there must be at least one."""
        parts: list[str] = []
        quotes: list[Quote] = []
        left = self.limit
        for one in ranked[:3]:
            if parts and (one.score < ranked[0].score - self.margin or left < _WORTH_SHOWING):
                break
            if parts and _together(ranked[0].card) and one.card.family == ranked[0].card.family:
                continue
            part, line = self._part(question, one.card, left - 2 * bool(parts), first=not parts)
            if part:
                parts.append(part)
                quotes.append(Quote(one.card, line))
                left = self.limit - len("\n\n".join(parts))
        return Extract("\n\n".join(parts), tuple(quotes))

    def _part(self, question: Question, card: Card, limit: int, *, first: bool) -> tuple[str, str]:
        """(a section within the limit, its deciding line); ("", "") when nothing of use fits."""
        title = f"**{card.heading}**\n"
        found = self._blocks(question, card)
        if not found:
            return (title.strip(), card.heading) if first else ("", "")
        deciding = max(range(len(found)), key=lambda i: (found[i].score, -i))
        line = _plain(found[deciding].text)
        if first and _together(card) and len(family := _family(card, line)) <= limit:
            return family, line[:_LEAD]
        room = limit - len(title)
        whole = card.text.strip()
        if len(whole) <= room:
            shown, start = whole, 0
        elif not first:
            return "", ""
        else:
            shown, start = _window(found, deciding, room)
        lead = f"{line}\n\n" if first and _buried(found, deciding, start, line) else ""
        if len(lead) + len(shown) > room:
            lead = ""
        return title + lead + shown, line[:_LEAD]

    def _blocks(self, question: Question, card: Card) -> list[_Block]:
        """The section's items, tables and sentences with how much of the question each holds."""
        return [_Block(part.kind, part.text, _score(question, part)) for part in self._parts(card)]

    def _parts(self, card: Card) -> list[_Part]:
        if card.key not in self._analysed:
            if len(self._analysed) >= _REMEMBERED:
                self._analysed.clear()
            pieces = (
                (kind, piece)
                for kind, block, _ in blocks(card.text)
                for piece in (_SENTENCE.findall(block) if kind == "prose" else [block])
            )
            self._analysed[card.key] = [self._part_of(kind, piece) for kind, piece in pieces]
        return self._analysed[card.key]

    def _part_of(self, kind: str, text: str) -> _Part:
        canonical = self.analyzer.canonical(text)
        return _Part(kind, text, canonical, kinds.bare(canonical), frozenset(tokens(canonical)))


def _together(card: Card) -> bool:
    """Whether a section is shown with its neighbours: only where all are short."""
    return 0 < len(card.family) <= _FAMILY


def _family(card: Card, line: str) -> str:
    """A section among its neighbours, under the heading they share; the deciding line first when it stands far down."""
    parent = card.path[-2] if len(card.path) > 1 else card.title
    far = 8 <= len(line) <= _LEAD and card.family.find(line) > 80
    return f"**{parent}**\n" + (f"{line}\n\n" if far else "") + card.family


def _score(question: Question, part: _Part) -> float:
    if not part.text.strip():
        return -1.0
    kind = kinds.holds(question.kinds, part.bare) if question.kinds else 0.0
    return question.covered(part.terms) + 0.5 * question.longest_run(part.canonical) + 0.25 * kind


def _window(found: Sequence[_Block], deciding: int, room: int) -> tuple[str, int]:
    """The run of blocks around the deciding one that fits and holds most of the question; and the first's index."""
    if len(found[deciding].text) >= room:
        return found[deciding].text.strip()[: room - 1] + "…", deciding
    room -= len("…\n\n…")
    best, gained = (deciding, deciding), -1.0
    for low in range(deciding + 1):
        sizes = list(accumulate(len(block.text) for block in found[low:]))
        high = low + bisect_right(sizes, room) - 1
        gain = sum(max(block.score, 0.0) ** 2 for block in found[low : high + 1])
        if high >= deciding and gain > gained:
            best, gained = (low, high), gain
    low, high = best
    before = "…\n" if low else ""
    after = "\n…" if high + 1 < len(found) else ""
    return before + "".join(block.text for block in found[low : high + 1]).strip() + after, low


def _buried(found: Sequence[_Block], deciding: int, start: int, line: str) -> bool:
    """Whether the deciding line would be read only after others."""
    ahead = sum(len(block.text) for block in found[start:deciding])
    return found[deciding].kind != "table" and 8 <= len(line) <= _LEAD and ahead > 80


def _plain(block: str) -> str:
    """A line without its list mark."""
    return re.sub(r"^\s*(?:[-*+•]|\d{1,3}[.\uff0e)\uff09、])\s*", "", block.strip())

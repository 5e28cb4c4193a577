"""Which lines head a part of a plain text, by the numbering habits of Chinese documents and by their shape."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from knowledge.reading.line import Line, fold

PLAIN = 90  # levels above 6 are ranks of headings found by habit; the smaller, the higher in the outline
LABEL = 95
_CN = "[一二三四五六七八九十百零]{1,4}"
_N = rf"(?:{_CN}|\d{{1,3}})"
_KINDS: tuple[tuple[int, str], ...] = (
    (10, rf"PART\s*(?:\d{{1,2}}|[IVX]{{1,4}}\b)|第{_N}(?:篇|编|卷|部分)"),
    (20, rf"第{_N}章|Chapter\s+\d{{1,2}}"),
    (22, rf"第{_N}(?:阶段|模块|单元|讲)|(?:模块|单元|专题|阶段){_N}(?!\d)"),
    (30, rf"第{_N}(?:节|课)"),
    (32, rf"Week\s*\d{{1,2}}(?:\s*[-–~至]\s*\d{{1,2}})?|第{_N}周"),
    (35, rf"Day\s*\d{{1,3}}(?:\s*[-–~至]\s*\d{{1,3}}(?!\d))?|第{_N}[天日]"),
    (40, rf"{_CN}、"),
    (50, rf"\({_CN}\)"),
    (64, r"\d{1,2}\.\d{1,2}\.\d{1,2}(?![\d.%])"),
    (62, r"\d{1,2}\.\d{1,2}(?![\d.%])"),
    (60, r"\d{1,2}[.、](?!\d)"),
    (70, r"\(\d{1,2}\)"),
)
_NUMBERED = tuple((rank, re.compile(pattern, re.IGNORECASE)) for rank, pattern in _KINDS)
_MARKED = re.compile(r"([?■◆★▶❖✦➤▌【#]|[\U0001F300-\U0001FAFF\u2600-\u27BF])\uFE0F?\s+(?=\S)")
_BULLET = re.compile(r"\s*(?:[-*+•·●○◦▪►]\s|[-•·]\S|[①-⑳])")
_END = re.compile(r"[。;!,、,;!:]$|[。;](?!$)")
_FRAME = re.compile(r"(?:引言|前言|序言|结语|结束语|后记|附录[A-Z一二三四五六七八九十\d]?)(?:[: ]|$)")
_LEAD_IN = re.compile(r"(?:如下|包括|以下|下列|例如|比如|如)[^,]{0,4}$")
_MARK_RANK = 15


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a line's beginning says: its rank (0: none) and where the words after the number start."""

    rank: int
    rest: int


def candidate(text: str) -> Candidate:
    """The numbering at the beginning of a folded line."""
    marked = _MARKED.match(text)
    start = marked.end() if marked else 0
    for rank, pattern in _NUMBERED:
        found = pattern.match(text, start)
        if found:
            return Candidate(_MARK_RANK if marked else rank, found.end())
    if marked:
        return Candidate(_MARK_RANK, start)
    return Candidate(20, 0) if _FRAME.match(text) else Candidate(0, 0)


def title_like(text: str, longest: int = 40) -> bool:
    """Short, and not a sentence or a part of one."""
    return 0 < len(text) <= longest and not _END.search(text) and not _BULLET.match(text)


def find_headings(lines: Sequence[Line]) -> list[Line]:
    """Give a level to the lines of a plain text that are headings by number or by shape."""
    texts = [fold(line.text).strip() for line in lines]
    filled = [row for row, text in enumerate(texts) if text and not lines[row].rigid]
    levels: dict[int, int] = {}
    for place, row in enumerate(filled):
        before = texts[filled[place - 1]] if place else ""
        after = texts[filled[place + 1]] if place + 1 < len(filled) else ""
        if not lines[row].level:
            levels[row] = _level(texts[row], before, after)
    return [replace(line, level=levels.get(row) or line.level) for row, line in enumerate(lines)]


def _level(text: str, before: str, after: str) -> int:
    found = candidate(text)
    if not found.rank:
        return _plain_level(text, before, after)
    rest = text[found.rest :].strip(" ::.-–—、")
    if not title_like(rest, 50 if found.rank < 40 else 32) and not (rest == "" and found.rank < 40):
        return 0
    if found.rank >= 60 and re.search(r"[,::]|--|—|–", rest) and len(rest) > 12:
        return 0
    alone = candidate(after).rank != found.rank and candidate(before).rank != found.rank
    if not after or not (alone or candidate(after).rank != found.rank and _body(before)):
        return 0
    return found.rank


def _plain_level(text: str, before: str, after: str) -> int:
    if text.endswith(":") and title_like(text[:-1], 16) and not _LEAD_IN.search(text[:-1]) and _body(after):
        return LABEL
    if title_like(text, 24) and "," not in text and _body(after) and (not before or _closed(before)):
        return PLAIN
    return 0


def _body(text: str) -> bool:
    """A line that can stand under a heading: a sentence or an item."""
    return bool(_BULLET.match(text)) or (len(text) > 12 and bool(re.search(r"[。;,!]|[,.;]\s?", text)))


def _closed(text: str) -> bool:
    return bool(re.search(r"[。!?;.…)”]$", text)) or len(text) <= 24 or bool(_BULLET.match(text))


@dataclass(slots=True)
class Outline:
    """The open headings while reading on; `enter` gives the path to a new one."""

    _open: list[tuple[int, str]] = field(default_factory=list)

    def enter(self, line: Line) -> tuple[str, ...]:
        """Close what the heading ends, open it, and return the path including it."""
        while self._open and self._open[-1][0] >= line.level:
            self._open.pop()
        self._open.append((line.level, line.text.strip()))
        return tuple(text for _, text in self._open)

"""Which lines head a part of a plain text, by the numbering habits of Chinese documents and by their shape."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from knowledge.reading.line import Line, fold

GROUP, PLAIN, LABEL = 85, 90, 95  # levels of headings without a number, after those of the kinds below
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
_MARKED = re.compile(r"(^[?\uff1f]|[■◆★▶❖✦➤▌【#]|[\U0001F300-\U0001FAFF\u2600-\u27BF])\uFE0F?\s+(?=\S)")
_BULLET = re.compile(r"\s*(?:[-*+•·●○◦▪►]\s|[-•·]\S|[①-⑳])")
_END = re.compile(r"[。;!,、:]$|[。;](?!$)")
_FRAME = re.compile(r"(?:引言|前言|序言|结语|结束语|后记|附录[A-Z一二三四五六七八九十\d]?)(?:[: ]|$)")
_LEAD_IN = re.compile(r"(?:如下|包括|以下|下列|例如|比如|如)[^,]{0,4}$")
_WORDS = re.compile(r"(?=.*[\u3400-\u9fffA-Za-z]{2})(?!.*[\u3400-\u9fff] [\u3400-\u9fff])[^,=×÷+|]+")
_FIRST = re.compile(r"1[.、](?!\d)|\(1\)")
_MARK_RANK = 15
_LOST_MARK = re.compile(r"[?\uff1f]\s+\S")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a line's beginning says: its rank (0: none) and where the words after the number start."""

    rank: int
    rest: int


@lru_cache(maxsize=4096)
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


def find_headings(lines: Sequence[Line], captions: bool = False) -> list[Line]:
    """Give a level to the lines of a plain text that are headings by number or by shape.

    With `captions` (text of slides) every short line that is no sentence is a heading.
    """
    texts = [fold(_bare(line.text)) for line in lines]
    filled = [row for row, text in enumerate(texts) if text]
    levels = {row: lines[row].level for row in filled}
    for place, row in reversed(list(enumerate(filled))):
        if levels[row] or lines[row].rigid:
            continue
        previous = filled[place - 1] if place else -1
        before = texts[previous] if place and previous == row - 1 else ""
        following = filled[place + 1] if place + 1 < len(filled) else -1
        after, level_after = (texts[following], levels[following]) if following > 0 else ("", 0)
        if _heads_decimals(texts[row], after):
            levels[row] = 60
        elif candidate(texts[row]).rank:
            levels[row] = _numbered_level(texts[row], texts[previous] if place else "", after)
        elif captions:
            levels[row] = PLAIN if title_like(texts[row], 24) and "," not in texts[row] else 0
        else:
            tabular = following > 0 and lines[following].rigid
            levels[row] = _plain_level(texts[row], before, after, level_after, tabular)
    return [_headed(line, levels.get(row, line.level)) for row, line in enumerate(lines)]


def _heads_decimals(text: str, after: str) -> bool:
    """Whether a line like "2 Scope" stands right before its own 2.1."""
    found = re.match(r"(\d{1,2})\s+(?=\D)", text)
    return bool(found and title_like(text, 32) and re.match(rf"{found[1]}\.1(?!\d)", after))


def group(lines: Sequence[Line]) -> list[Line]:
    """A caption with another caption right under it heads the whole group."""
    result = list(lines)
    filled = [row for row, line in enumerate(lines) if line.text.strip()]
    for row, following in pairwise(filled):
        if lines[row].level == PLAIN and lines[following].level == PLAIN:
            result[row] = replace(lines[row], level=GROUP)
    return result


def _headed(line: Line, level: int) -> Line:
    if line.rigid or not (level or _LOST_MARK.match(line.text)):
        return line
    text = _MARKED.sub("", _bare(line.text))
    return replace(line, text=text.rstrip(":\uff1a ") if level else text, level=level)


def _bare(text: str) -> str:
    """Without white space and without bold marks around the whole line."""
    text = text.strip()
    found = re.fullmatch(r"\*\*([^*]+)\*\*", text)
    return found[1].strip() if found else text


def _numbered_level(text: str, before: str, after: str) -> int:
    found = candidate(text)
    rest = text[found.rest :].strip(" :.-–—、")
    if not title_like(rest, 50 if found.rank < 40 else 32) and not (rest == "" and found.rank < 40):
        return 0
    if found.rank in (60, 70) and len(rest) > 12 and re.search(r"[,:]|--|—|–", rest):
        return 0
    listed = found.rank in (candidate(before).rank, candidate(after).rank)
    return 0 if listed or not after else found.rank


def _plain_level(text: str, before: str, after: str, level_after: int, tabular: bool) -> int:
    """`before` is empty where a blank line parts the line from what stands above it."""
    body = tabular or _body(after)
    if text.endswith(":") and ":" not in text[:-1] and title_like(text[:-1], 16) and not _LEAD_IN.search(text[:-1]):
        return LABEL if body else 0
    if not title_like(text, 24) or not _WORDS.fullmatch(text) or not _closed(before):
        return 0
    if body:
        return PLAIN
    return GROUP if level_after == PLAIN and len(text) >= 4 else 0


def _body(text: str) -> bool:
    """A line that can stand under a heading: a sentence or an item."""
    rest = text[candidate(text).rest :]
    sentence = len(rest) > 12 and re.search(r"[。;,!、:]|[.;]\s", rest)
    return bool(sentence or _BULLET.match(text) or _FIRST.match(text))


def _closed(text: str) -> bool:
    """Whether the line above is done with: a sentence, an item, a heading by its number, or none."""
    return not text or bool(re.search(r"[。!?;.…)”:]$", text) or _BULLET.match(text) or candidate(text).rank)


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

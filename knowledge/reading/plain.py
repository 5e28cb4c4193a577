"""Lines -> lines with headings: by the format's own marks first, by habit and shape where it marks nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from knowledge.reading.columns import tabulate
from knowledge.reading.disorder import reattach
from knowledge.reading.headings import GROUP, candidate, find_headings, group, title_like
from knowledge.reading.line import WORK, Line, fold, folded
from knowledge.reading.runs import untangle
from knowledge.reading.sections import SIZE
from knowledge.reading.slides import slide_like, tidy

_PART = re.compile(r"PART\s*\d{1,2}", re.IGNORECASE)


def outlined(lines: list[Line], settled: bool) -> tuple[list[Line], tuple[str, ...]]:
    """Lines whose headings have levels, and Chinese warnings about layout that was dropped.

    Marked headings stay; a stretch without any that is too long for one section is outlined by habit, unless the
    format has `settled` all of it.
    """
    if not settled and not any(line.level for line in lines):
        return _by_habit(lines)
    lines, warnings = tidy(lines)
    if settled:
        return lines, warnings
    return [line for stretch in _stretches(lines) for line in _refined(stretch)], warnings


def _by_habit(lines: list[Line]) -> tuple[list[Line], tuple[str, ...]]:
    lines = tabulate(untangle(lines))
    texts = folded(lines)
    slides = slide_like(texts) or sum(1 for text in texts if _PART.match(text)) >= 3
    lines, warnings = tidy(lines)
    lines = find_headings(_with_works(lines), captions=slides)
    return group(reattach(lines) if slides else lines), warnings


def _stretches(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """A heading and the lines up to the next one."""
    stretch: list[Line] = []
    for line in lines:
        if line.level and stretch:
            yield stretch
            stretch = []
        stretch.append(line)
    if stretch:
        yield stretch


def _refined(stretch: list[Line]) -> list[Line]:
    if sum(len(line.text) for line in stretch if not line.rigid) <= SIZE:
        return stretch
    marked = 1 if stretch[0].level else 0
    return stretch[:marked] + _by_habit(stretch[marked:])[0]


def _with_works(lines: list[Line]) -> list[Line]:
    """In a collection whose titles showed by their echo, the other titles are the lines before a blank line."""
    ends = [row for row, line in enumerate(lines[:-1]) if line.text.strip() and not lines[row + 1].text.strip()]
    works = sum(1 for line in lines if line.level == WORK)
    if works < 2 or not all(title_like(fold(lines[row].text).strip()) for row in ends):
        return lines
    return [replace(line, level=WORK) if row in ends else line for row, line in enumerate(lines)]


def opening_title(lines: list[Line], known: str) -> tuple[str, list[Line]]:
    """The document's title and the lines without it: one `known` already, else the first line if it is a title.

    A marked heading is the title only when it stands first and alone on its level.
    """
    if known:
        return known, _rest(lines, [row for row, line in enumerate(lines) if line.text.strip() == known])
    first = next((row for row, line in enumerate(lines) if line.text.strip()), None)
    if first is None or not _is_title(lines, first):
        return "", lines
    return lines[first].text.strip(), _rest(lines, [first])


def _rest(lines: list[Line], titles: list[int]) -> list[Line]:
    """The lines without these; a document that is nothing but its title keeps it as its text."""
    rest = [line for row, line in enumerate(lines) if row not in titles]
    return rest if any(line.text.strip() for line in rest) else [replace(line, level=0) for line in lines]


def _is_title(lines: list[Line], first: int) -> bool:
    line = lines[first]
    if line.rigid or not title_like(fold(line.text).strip(), 60):
        return False
    if 0 < line.level < WORK:
        return all(other.level == 0 or other.level > line.level for other in lines[first + 1 :])
    return line.level >= GROUP or (line.level in (0, WORK) and not candidate(fold(line.text)).rank)

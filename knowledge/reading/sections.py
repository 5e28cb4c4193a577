"""Lines with headings -> sections: nested paths, natural cuts, and the page each part stands on."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge.document import Section
from knowledge.reading.headings import Outline
from knowledge.reading.line import Line, fold

SIZE = 800  # a section is cut at natural boundaries so that it stays within about so many characters
_ITEM = re.compile(r"\s*(?:[-*+•·●○◦▪■]\s|\d{1,3}[.、)]|\(\d{1,2}\)|[①-⑳])")
_SENTENCE = re.compile(r"(?<=[。!?;])(?=[^”’」』)\]】\d])|(?<=[。!?][”’」』)])|(?<=[.,])\s")


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that belong together under one path."""

    path: tuple[str, ...]
    lines: tuple[Line, ...]


def assemble(lines: Sequence[Line]) -> tuple[Section, ...]:
    """Sections in reading order. A heading with nothing under it but sub-headings only shows in their paths."""
    return tuple(_section(part.path, piece) for part in parts(lines) for piece in _cut(part.lines) if _filled(piece))


def parts(lines: Iterable[Line]) -> Iterator[Part]:
    """The lines under each heading, with the path to it; a last heading with no text keeps itself as its text."""
    outline = Outline()
    path: tuple[str, ...] = ()
    held: list[Line] = []
    for line in lines:
        if not line.level:
            held.append(line)
            continue
        before, path = path, outline.enter(line)
        if _filled(held):
            yield Part(before, tuple(held))
        elif before and path[: len(before)] != before:
            yield Part(before[:-1], (Line(before[-1], line.page),))
        held = []
    if _filled(held):
        yield Part(path, tuple(held))
    elif path:
        yield Part(path[:-1], (Line(path[-1]),))


def _filled(lines: Iterable[Line]) -> bool:
    return any(line.text.strip() for line in lines)


def _cut(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Pieces of about SIZE characters, cut between blocks, then between items, then between sentences."""
    held: list[Line] = []
    size = 0
    for block in _small_blocks(lines):
        length = sum(len(line.text) + 1 for line in block)
        if held and size + length > SIZE:
            yield held
            held, size = [], 0
        held += block
        size += length
    if held:
        yield held


def _small_blocks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    for block in _blocks(lines):
        if block[0].rigid or sum(len(line.text) + 1 for line in block) <= SIZE:
            yield block
        else:
            yield from ([piece] for line in block for piece in _sentences(line))


def _sentences(line: Line) -> Iterator[Line]:
    """A line over SIZE in pieces of whole sentences; a sentence longer than SIZE is cut hard."""
    if len(line.text) <= SIZE:
        yield line
        return
    held = ""
    cuts = (found.start() for found in _SENTENCE.finditer(fold(line.text)))
    for sentence in (line.text[start:end] for start, end in pairwise((0, *cuts, len(line.text)))):
        for piece in (sentence[start : start + SIZE] for start in range(0, len(sentence), SIZE)):
            if held and len(held) + len(piece) > SIZE:
                yield Line(held, line.page)
                held = ""
            held += piece
    if held:
        yield Line(held, line.page)


def _blocks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Paragraphs, whole lists with the line that introduces them, whole tables; blank lines go with what is before."""
    block: list[Line] = []
    for line in lines:
        if block and _parted(block, line):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _parted(block: Sequence[Line], line: Line) -> bool:
    if not line.text.strip():
        return False
    if line.rigid != block[0].rigid:
        return not (line.rigid and _introduces(block))
    if line.rigid:
        return False
    if _ITEM.match(fold(line.text)):
        return not (_ITEM.match(fold(block[-1].text)) or _listed(block) or _introduces(block))
    return not (line.text.startswith((" ", "\t")) and _listed(block))


def _listed(block: Sequence[Line]) -> bool:
    return any(_ITEM.match(fold(line.text)) for line in block)


def _introduces(block: Sequence[Line]) -> bool:
    last = next((line.text for line in reversed(block) if line.text.strip()), "")
    return fold(last).rstrip().endswith(":")


def _section(path: tuple[str, ...], lines: Sequence[Line]) -> Section:
    kept = _trimmed(lines)
    text, breaks, page = "", [], kept[0].page
    for line in kept:
        if line.page is not None and page is not None and line.page > page:
            breaks.append((len(text), line.page))
            page = line.page
        text += line.text + "\n"
    return Section(path, text.rstrip("\n"), kept[0].page, tuple(breaks))


def _trimmed(lines: Sequence[Line]) -> list[Line]:
    """Without outer blank lines, and with at most one blank line in a row."""
    kept: list[Line] = []
    for line in lines:
        if line.text.strip() or line.rigid or (kept and kept[-1].text.strip()):
            kept.append(line)
    while kept and not kept[-1].text.strip():
        kept.pop()
    return kept

"""Cuts a section into passages small enough to match precisely; lists stay whole by item, tables keep their header."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from langchain_text_splitters import RecursiveCharacterTextSplitter, TextSplitter

from knowledge.document import Section

_ITEM = re.compile(r"\s{0,3}(?:[-*+•]|\d{1,3}[.)、])\s*\S")
_ROW = re.compile(r"\s*\|.*\|\s*$")
_RULE = re.compile(r"\s*\|(?:\s*:?-+:?\s*\|)+\s*$")
_SENTENCES = ["\n", "。", "!", "!", "?", "?", ";", ";", ",", ",", "、", " ", ""]


@dataclass(frozen=True, slots=True)
class Piece:
    """One passage of a section: its text, the offset it starts at in the section's text, and its page."""

    text: str
    start: int
    page: int | None


class MarkdownSplitter(TextSplitter):
    """A langchain splitter that packs whole blocks up to `size` characters and cuts only blocks longer than that."""

    def __init__(self, size: int = 200, **options: Any) -> None:
        super().__init__(chunk_size=size, chunk_overlap=0, **options)
        self._size = size
        self._prose = RecursiveCharacterTextSplitter(
            chunk_size=size, chunk_overlap=0, separators=_SENTENCES, keep_separator="end", strip_whitespace=False
        )

    def split_text(self, text: str) -> list[str]:
        """Passages in order; joined, they hold every character that is not a blank (a table's header recurs)."""
        return [passage for passage, _ in self.split_with_offsets(text)]

    def split_with_offsets(self, text: str) -> list[tuple[str, int]]:
        """Passages with the offset in `text` of their first own character."""
        packed: list[tuple[str, int]] = []
        current, start, size = "", 0, 0
        for block, offset, alone in self._blocks(text):
            if current and (alone or size + len(block) > self._size):
                packed.append((current, start))
                current, size = "", 0
            if not current:
                start = offset
            current += block
            size += len(block)
            if alone:
                packed.append((current, start))
                current, size = "", 0
        if current:
            packed.append((current, start))
        return [(body.strip("\n"), offset) for body, offset in packed if body.strip()]

    def _blocks(self, text: str) -> Iterator[tuple[str, int, bool]]:
        """(block, offset, whether it must be a passage of its own), the blocks no longer than one passage if prose."""
        for kind, block, offset in blocks(text):
            if kind == "table":
                for part, at in self._table(block):
                    yield part, offset + at, True
            elif kind == "item" or len(block) <= self._size:
                yield block, offset, len(block) > self._size
            else:
                at = offset
                for part in self._prose.split_text(block):
                    yield part, at, False
                    at += len(part)

    def _table(self, block: str) -> Iterator[tuple[str, int]]:
        """Parts of a table, the header and rule rows on each."""
        rows = block.splitlines(keepends=True)
        head = rows[:2] if len(rows) > 1 and _RULE.match(rows[1]) else rows[:0]
        header = "".join(head)
        part, at, start = "", len(header), len(header)
        for row in rows[len(head) :]:
            if part and len(header) + len(part) + len(row) > self._size * 2:
                yield header + part, 0 if start == len(header) else start
                part, start = "", at
            part += row
            at += len(row)
        if part or header:
            yield header + part, 0 if start == len(header) else start


def blocks(text: str) -> Iterator[tuple[str, str, int]]:
    """("table" | "item" | "prose", block with its line ends, offset); an item keeps its indented lines."""
    kind, lines, start, offset = "", [], 0, 0
    for line in text.splitlines(keepends=True):
        this = "table" if _ROW.match(line) else "item" if _ITEM.match(line) else "prose"
        joined = lines and (
            (this == kind == "table") or (kind == "item" and this != "table" and line[:1] in " \t" and line.strip())
        )
        if not joined and lines:
            yield kind, "".join(lines), start
            lines = []
        if not lines:
            kind, start = this, offset
        lines.append(line)
        offset += len(line)
    if lines:
        yield kind, "".join(lines), start


def split(section: Section, splitter: MarkdownSplitter) -> list[Piece]:
    """The passages of a section with their pages."""
    return [Piece(text, start, page_at(section, start)) for text, start in splitter.split_with_offsets(section.text)]


def page_at(section: Section, offset: int) -> int | None:
    """The page the character at `offset` of the section's text stands on."""
    page = section.page
    for at, later in section.breaks:
        if at <= offset:
            page = later
    return page


def headed(title: str, path: Iterable[str], text: str) -> str:
    """What is embedded for a passage: where it stands, then what it says."""
    return " > ".join((title, *path)) + "\n" + text

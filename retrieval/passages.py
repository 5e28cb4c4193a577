"""Cuts a section into passages small enough to match precisely; lists stay whole by item, tables keep their header."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from langchain_text_splitters import RecursiveCharacterTextSplitter, TextSplitter

from retrieval.blocks import blocks

_RULE = re.compile(r"\s*\|(?:\s*:?-+:?\s*\|)+\s*$")
_ENDS = "。!?;\uff01\uff1f\uff1b"
_SENTENCE = re.compile(rf"(?:[^{_ENDS}.\n]|\.(?!\s))*(?:[{_ENDS}.]+[”’」』)\uff09\]】]*[ \t]*\n?|\n|$)")
_COMMAS = ["\uff0c", ",", "、", "\uff1a", ":", " ", ""]
_COLONS = (":", "\uff1a")
_WHOLE = 400


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is never cut again: text[start:end], after a header that is only repeated; `alone` shares no passage."""

    start: int
    end: int
    header: str = ""
    alone: bool = False

    def __len__(self) -> int:
        return self.end - self.start


class MarkdownSplitter(TextSplitter):
    """A langchain splitter that packs sentences, list items and table rows up to `size` characters.

    A sentence may be half as long again, a list item, or a row with its header, twice as long but at least 400 (what
    every embedder reads whole); what is longer still is cut at sentences, then at commas. A line that ends in a colon
    stays with what it announces.
    """

    def __init__(self, size: int = 200, **options: Any) -> None:
        super().__init__(chunk_size=size, chunk_overlap=0, **options)
        self._size = size
        self._whole = max(2 * size, _WHOLE)
        self._commas = RecursiveCharacterTextSplitter(
            chunk_size=size, chunk_overlap=0, separators=_COMMAS, keep_separator="end", strip_whitespace=False
        )

    def split_text(self, text: str) -> list[str]:
        """Passages in order; joined, they hold every character that is not a blank (a table's header recurs)."""
        return [passage for passage, _ in self.split_with_offsets(text)]

    def split_with_offsets(self, text: str) -> list[tuple[str, int]]:
        """Passages with the offset in `text` of their first own character that is not a blank, ascending."""
        passages = []
        for header, start, end in self._packed(list(self._led(text))):
            own = text[start:end]
            passages.append((header + own.strip("\n"), start + len(own) - len(own.lstrip())))
        return passages

    def _packed(self, units: Sequence[_Unit]) -> Iterator[tuple[str, int, int]]:
        """(header, start, end) of each passage; the rest of a run stays with it when it would be a mere tail."""
        for alone, run in groupby(units, lambda unit: unit.alone):
            members = list(run)
            first = last = members[0]
            for unit in members[1:]:
                over = unit.end - first.start > self._size
                if alone or (over and members[-1].end - first.start > self._size * 5 // 4):
                    yield first.header, first.start, last.end
                    first = unit
                last = unit
            yield first.header, first.start, last.end

    def _led(self, text: str) -> Iterator[_Unit]:
        """The units that are not blank, a line that ends in a colon joined to what it announces."""
        lead: _Unit | None = None
        for unit in self._units(text):
            line = text[unit.start : unit.end].strip()
            if not line:
                continue
            joined = replace(unit, start=lead.start) if lead else unit
            announces = line.endswith(_COLONS) and not unit.alone and len(joined) <= self._size // 2
            lead = joined if announces else None
            if lead is None:
                yield joined
        if lead:
            yield lead

    def _units(self, text: str) -> Iterator[_Unit]:
        for kind, block, offset in blocks(text):
            if kind == "table":
                yield from self._table(block, offset)
            elif kind == "item" and len(block) <= self._whole:
                yield _Unit(offset, offset + len(block), alone=len(block) > self._size)
            else:
                yield from self._sentences(block, offset)

    def _table(self, block: str, offset: int) -> Iterator[_Unit]:
        """Parts of a table, the header and rule rows on each; a header too long to be one is not repeated."""
        rows = block.splitlines(keepends=True)
        ruled = len(rows) > 1 and _RULE.match(rows[1]) and len(rows[0] + rows[1]) <= self._whole // 2
        header = rows[0] + rows[1] if ruled else ""
        start, end = 0, len(header)
        for row in self._rows(rows[2 if ruled else 0 :], len(header)):
            if end > max(start, len(header)) and len(header if start else "") + row.end - start > 2 * self._size:
                yield _Unit(offset + start, offset + end, header if start else "", alone=True)
                start = row.start
            end = row.end
        yield _Unit(offset + start, offset + end, header if start else "", alone=True)

    def _rows(self, rows: Iterable[str], at: int) -> Iterator[_Unit]:
        """Each row, the sentences of one that is too long."""
        for row in rows:
            if len(row) <= self._whole:
                yield _Unit(at, at + len(row))
            else:
                yield from self._sentences(row, at)
            at += len(row)

    def _sentences(self, block: str, offset: int) -> Iterator[_Unit]:
        at = offset
        for sentence in _SENTENCE.findall(block):
            whole = len(sentence) <= self._size * 3 // 2
            for part in [sentence] if whole else self._commas.split_text(sentence):
                yield _Unit(at, at + len(part))
                at += len(part)

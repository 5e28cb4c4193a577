"""What Markdown is made of: items, tables and prose, and the page each stands on."""

import re
from collections.abc import Iterable, Iterator

from knowledge.document import Section

_ITEM = re.compile(
    r"\s{0,3}(?:[-*+]\s+|[•●▪·]\s*|\d{1,3}(?:[.\uff0e)]\s+|[.\uff0e](?!\d)|[)\uff09、]\s*)|[(\uff08]\d{1,3}[)\uff09]\s*|[①-⑳]\s*)\S"
)
_ROW = re.compile(r"\s*\|.*\|\s*$")


def blocks(text: str) -> Iterator[tuple[str, str, int]]:
    """("table" | "item" | "prose", block with its line ends, offset); an item keeps the lines indented under it."""
    lines: list[str] = []
    kind, start, offset, depth = "", 0, 0, 0
    for line in text.splitlines(keepends=True):
        this = "table" if _ROW.match(line) else "item" if _ITEM.match(line) else "prose"
        indent = len(line) - len(line.lstrip(" \t"))
        under = kind == "item" and this != "table" and indent > depth and line.strip()
        if lines and not (this == kind == "table" or under):
            yield kind, "".join(lines), start
            lines = []
        if not lines:
            kind, start, depth = this, offset, indent
        lines.append(line)
        offset += len(line)
    if lines:
        yield kind, "".join(lines), start


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

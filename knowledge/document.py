"""A document as the rest of the house sees it: named sections of Markdown, with where they stand."""

from dataclasses import dataclass, field
from datetime import date

BETWEEN = " > "  # between a document's name and its headings, where a section is named


@dataclass(frozen=True, slots=True)
class Section:
    """One headed part of a document, small enough to be read on a phone or cut by the splitter later.

    `path` holds the headings from the top (document title excluded) to this one; it may be empty for text before the
    first heading. `text` is Markdown without the heading line. `page` is the 1-based page or slide the section starts
    on, None where the format has no pages. `breaks` holds (offset into `text`, page) for each later page that starts
    inside the section, offsets ascending.
    """

    path: tuple[str, ...]
    text: str
    page: int | None = None
    breaks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A section of the handbook: the document's file name and the headings down to it."""

    document: str
    section: tuple[str, ...]


def reference(text: str) -> Reference | None:
    """What “文件名 > 标题 > 标题” stands for; None where it is not written so."""
    parts = [part.strip() for part in text.split(BETWEEN.strip())]
    return Reference(parts[0], tuple(parts[1:])) if len(parts) > 1 and all(parts) else None


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document after reading; `digest` is the SHA-256 of the file's bytes, `name` is unique in a library."""

    name: str
    title: str
    digest: str
    sections: tuple[Section, ...]
    version: str = ""
    effective: date | None = None
    audience: tuple[str, ...] = ()
    source: str = ""
    warnings: tuple[str, ...] = field(default=())

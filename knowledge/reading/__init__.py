"""Reading other people's documents: a file in, a `Document` of named sections out."""

import hashlib
from pathlib import Path

from knowledge.document import Document
from knowledge.reading.encoding import decode
from knowledge.reading.headings import find_headings
from knowledge.reading.line import Line, lines_of
from knowledge.reading.markdown import FrontMatter, marked_lines, split_front_matter
from knowledge.reading.problem import Unreadable
from knowledge.reading.sections import assemble

__all__ = ["SUFFIXES", "Unreadable", "read"]

SUFFIXES = (".md", ".txt")


def read(path: Path, *, max_bytes: int, ocr: bool = False) -> Document:
    """The document in `path`; `max_bytes` bounds the file. Unreadable says in one line why a file cannot be read."""
    data = path.read_bytes()
    text = decode(data)
    front, warnings = FrontMatter(), ()
    if path.suffix == ".md":
        front, text, warnings = split_front_matter(text)
        lines = marked_lines(text)
    else:
        lines = find_headings(lines_of(text))
    title, lines = _title(lines)
    return Document(
        name=path.stem,
        title=front.title or title or path.stem,
        digest=hashlib.sha256(data).hexdigest(),
        sections=assemble(lines),
        version=front.version,
        effective=front.effective,
        audience=front.audience,
        source=front.source,
        warnings=warnings,
    )


def _title(lines: list[Line]) -> tuple[str, list[Line]]:
    first = next((row for row, line in enumerate(lines) if line.text.strip()), None)
    if first is None:
        return "", lines
    return lines[first].text, lines[:first] + lines[first + 1 :]

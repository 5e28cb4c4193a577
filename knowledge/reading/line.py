"""A line of a document on its way to sections, and the folding that rules compare lines by."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

WORK = 8  # the level of a work inside a collection; above 6 are levels found by habit, the smaller the higher


@dataclass(frozen=True, slots=True)
class Line:
    """One line of Markdown or plain text. `level` is 1-6 for a heading the format itself marks, 0 for anything else;

    a heading's text carries no marks. `page` is 1-based. `rigid` lines (tables, code) are kept as they are.
    """

    text: str
    page: int | None = None
    level: int = 0
    rigid: bool = False


def lines_of(text: str, page: int | None = None) -> list[Line]:
    """Split text at its line ends."""
    return [Line(part.rstrip(), page) for part in text.splitlines()]


def fold(text: str) -> str:
    """Simplified characters and half-width ASCII, one for one, so that offsets in the result fit the original."""
    return text.translate(_folding())


def folded(lines: Iterable[Line]) -> list[str]:
    """The folded text of each line, without outer white space."""
    return [fold(line.text).strip() for line in lines]


@cache
def _folding() -> dict[int, str]:
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xA0: " "}
    source = files("opencc") / "dictionary" / "TSCharacters.txt"
    for row in source.read_text(encoding="utf-8").splitlines():
        traditional, _, simplified = row.partition("\t")
        if len(traditional) == 1 and simplified:
            table[ord(traditional)] = simplified[0]
    return table

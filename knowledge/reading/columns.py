"""Tables whose columns became spaces, put back as Markdown tables where every row says so."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from knowledge.reading.headings import candidate
from knowledge.reading.line import Line, fold

_ROWS, _COLUMNS = 3, 3


def tabulate(lines: Sequence[Line]) -> list[Line]:
    """Runs of at least three lines with the same three or more words parted by spaces become rigid table rows."""
    result: list[Line] = []
    for run in _runs(lines):
        cells = [line.text.split() for line in run]
        if len(run) >= _ROWS and len(cells[0]) >= _COLUMNS:
            result += [replace(line, text=row(words), rigid=True) for line, words in zip(run, cells, strict=True)]
            rule = replace(run[0], text=row(["---"] * len(cells[0])), rigid=True)
            result.insert(len(result) - len(run) + 1, rule)
        else:
            result += run
    return result


def row(cells: Sequence[str]) -> str:
    """One row of a Markdown table; bars and line ends inside a cell do not break it."""
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table whose first row is the header."""
    return [row(rows[0]), row(["---"] * len(rows[0])), *map(row, rows[1:])]


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    run: list[Line] = []
    width = 0
    for line in lines:
        columns = _width(line)
        if run and (columns != width or not columns):
            yield run
            run = []
        run.append(line)
        width = columns
    if run:
        yield run


def _width(line: Line) -> int:
    """How many columns a line can be, 0 for a line that is no row."""
    text = fold(line.text).strip()
    words = text.split()
    if line.rigid or line.level or (candidate(text).rank and "." in text[:4]) or len(words) < _COLUMNS:
        return 0
    if any(len(word) > 30 or word[-1] in "。;,:" or not _cjk(word) for word in words):
        return 0
    return 0 if text[0] in "-*•·●○" else len(words)


def _cjk(word: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in word)

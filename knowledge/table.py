"""A table in a workbook that people send: found by its column names, wherever they stand."""

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from knowledge.faults import BadFile, near
from knowledge.reading.guard import check
from knowledge.reading.raw import Refused

UNREADABLE = "{file}：{cause}，{remedy}"
BROKEN = "{file}：不是能读的 Excel 工作簿，请用原软件打开检查，另存为 xlsx 后再发"
CELL = "{file}：第 {row} 行，列“{column}”"
UNKNOWN_COLUMN = "{file}：第 {row} 行，不认识的列“{column}”{near}"
COLUMN_TWICE = "{file}：第 {row} 行，列“{column}”有两个"
NO_COLUMN = "{file}：第 {row} 行，缺少列“{column}”"
TOO_MANY = "{file}：行数太多，最多 {most} 行"
MOST_ROWS = 500
_MOST_COLUMNS, _SHEETS = 40, 5
_HEADERS_WITHIN = 10
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a sheet below its column names, which stand in the row `head` (counted from 1)."""

    file: str
    head: int
    names: Sequence[str]
    below: Rows

    def wrong(self, known: Sequence[str], needed: Sequence[str]) -> Iterator[str]:
        """What is wrong with its columns and with how many rows it has."""
        if self.head + len(self.below) > MOST_ROWS:
            yield TOO_MANY.format(file=self.file, most=MOST_ROWS)
        for name, times in Counter(name for name in self.names if name).items():
            if name not in known:
                nearest = near(name, known)
                yield UNKNOWN_COLUMN.format(file=self.file, row=self.head, column=name[:20], near=nearest)
            elif times > 1:
                yield COLUMN_TWICE.format(file=self.file, row=self.head, column=name)
        for name in needed:
            if name not in self.names:
                yield NO_COLUMN.format(file=self.file, row=self.head, column=name)

    def rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Each row's number and its cells by column name, without empty ones; a row without cells is passed over."""
        for number, row in enumerate(self.below, start=self.head + 1):
            cells = {name: cell for name, cell in zip(self.names, row, strict=False) if name and not empty(cell)}
            if cells:
                yield number, cells


def find(
    read: Mapping[str, Rows], file: str, named: Callable[[Any], str], is_head: Callable[[set[str]], bool]
) -> Table | None:
    """The first table whose row of names `is_head`, each cell `named` as columns are known."""
    for rows in read.values():
        for at, row in enumerate(rows[:_HEADERS_WITHIN], start=1):
            names = [named(cell) for cell in row]
            if is_head(set(names)):
                return Table(file, at, names, rows[at:])
    return None


def sheets(content: bytes, file: str = "") -> dict[str, Rows]:
    """The first sheets by name, as rows of cells, at most MOST_ROWS + 1 each; raises BadFile."""
    import openpyxl

    try:
        check(content, ".xlsx")
    except Refused as error:
        raise BadFile(UNREADABLE.format(file=file, cause=error.cause, remedy=error.remedy)) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that are of no use here
            book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
            return {sheet.title: _cells(sheet) for sheet in book.worksheets[:_SHEETS]}
    except Exception as error:  # openpyxl raises anything on damaged files
        raise BadFile(BROKEN.format(file=file)) from error


def _cells(sheet: Any) -> Rows:
    sheet.reset_dimensions()
    return list(sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=_MOST_COLUMNS, values_only=True))


def empty(cell: Any) -> bool:
    """Whether nothing stands in it."""
    return cell is None or (isinstance(cell, str) and not cell.strip())

"""The cells of a workbook that people fill in: how each column is read and written, and how the sheets are taken in."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from knowledge.faults import ONE_OF, BadFile, near
from knowledge.reading.guard import check
from knowledge.reading.raw import Refused

YES, NO = "是", "否"
NOT_TEXT, NOT_NUMBER, NOT_WHOLE = "应是文字", "应是数字", "应是整数"
UNREADABLE = "{file}：{cause}，{remedy}"
BROKEN = "{file}：不是能读的 Excel 工作簿，请用原软件打开检查，另存为 xlsx 后再发"
MOST_ROWS = 500
_MOST_COLUMNS, _SHEETS = 40, 5


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the key it stands for, how a cell is read (ValueError says what is wrong) and a value written."""

    key: str
    read: Callable[[Any], Any]
    note: str
    write: Callable[[Any], Any] = lambda value: value
    choices: tuple[str, ...] = ()
    width: int = 10


def text(cell: Any) -> str:
    """Words; a whole number as it is read."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise ValueError(NOT_TEXT)
    return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).strip()


def number(cell: Any) -> float:
    """A number, also where it was typed as text."""
    if isinstance(cell, str | int | float) and not isinstance(cell, bool):
        try:
            return float(cell)
        except ValueError:
            pass
    raise ValueError(NOT_NUMBER)


def whole(cell: Any) -> int:
    """A whole number."""
    value = number(cell)
    if not value.is_integer():
        raise ValueError(NOT_WHOLE)
    return int(value)


def yes(cell: Any) -> bool:
    """是 or 否, or Excel's own."""
    if isinstance(cell, bool):
        return cell
    return bool(one_of({True: YES, False: NO}, cell))


def one_of(names: dict[Any, str], cell: Any) -> Any:
    """The value of that name."""
    word = str(cell).strip().replace("／", "/").replace(" ", "")
    for value, name in names.items():
        if word == name:
            return value
    raise ValueError(ONE_OF.format(given=word[:20], known="、".join(names.values())) + near(word, [*names.values()]))


def yes_no(value: bool) -> str:
    """是 or 否."""
    return YES if value else NO


def sheets(content: bytes, file: str = "") -> dict[str, list[Sequence[Any]]]:
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


def _cells(sheet: Any) -> list[Sequence[Any]]:
    sheet.reset_dimensions()
    return list(sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=_MOST_COLUMNS, values_only=True))


def empty(cell: Any) -> bool:
    """Whether nothing stands in it."""
    return cell is None or (isinstance(cell, str) and not cell.strip())

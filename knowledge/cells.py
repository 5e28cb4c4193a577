"""The cells of a workbook that people fill in: how each column is read and written."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.faults import ONE_OF, near

YES, NO = "是", "否"
NOT_TEXT, NOT_NUMBER, NOT_WHOLE = "应是文字", "应是数字", "应是整数"


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


def read_row(cells: Mapping[str, Any], columns: Mapping[str, Column]) -> tuple[dict[str, Any], dict[str, str]]:
    """The cells of known columns by the key each stands for, and what is wrong with those that cannot be read."""
    read, wrong = {}, {}
    for name, column in columns.items():
        if name in cells:
            try:
                read[column.key] = column.read(cells[name])
            except ValueError as error:
                wrong[column.key] = str(error)
    return read, wrong


def made(kind: str, name: str, digits: int) -> str:
    """A key for what has none: the same for the same name, so that it is known again when it is sent again."""
    return f"{kind}-{hashlib.sha256(name.encode()).hexdigest()[:digits]}"

"""Tables as an Excel workbook: frozen heads, filters, widths, real dates and numbers, and nothing that is a formula."""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

Row = TypeVar("Row")
Value = str | int | float | datetime | None
_LONGEST = 32_767  # characters of a cell
_ROWS = 1_048_575  # below the head


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column: its head, how wide it is in characters, and what it says of a row; a time must carry its zone."""

    name: str
    width: float
    value: Callable[[Row], Value]


@dataclass(frozen=True, slots=True)
class Table(Generic[Row]):
    """A sheet of rows; those that are `alarming` are red."""

    name: str
    columns: Sequence[Column[Row]]
    rows: Iterable[Row]
    alarming: Callable[[Row], bool] = lambda row: False


@dataclass(frozen=True, slots=True)
class Front:
    """The first sheet: names and values."""

    name: str
    pairs: Sequence[tuple[str, Value]]


def workbook(front: Front, tables: Sequence[Table[Any]], zone: ZoneInfo) -> bytes:
    """The xlsx; times as they are in the zone. Slow: not for the loop."""
    from xlsxwriter import Workbook

    written = io.BytesIO()
    book = Workbook(written, {"constant_memory": True, "remove_timezone": False})
    book.set_properties({"author": "", "company": ""})
    write = _Writer(book, zone)
    write.front(front)
    for table in tables:
        write.table(table)
    book.close()
    return written.getvalue()


class _Writer:
    """Writes sheets of one workbook."""

    def __init__(self, book: Any, zone: ZoneInfo) -> None:
        plain = {"font_name": "微软雅黑", "font_size": 10, "valign": "top", "text_wrap": True}
        dated = {**plain, "num_format": "yyyy-mm-dd hh:mm", "text_wrap": False, "align": "left"}
        red = {"font_color": "#C4372B"}
        self._book, self._zone = book, zone
        self._plain = book.add_format(plain), book.add_format({**plain, **red})
        self._dated = book.add_format(dated), book.add_format({**dated, **red})
        self._head = book.add_format({**plain, "bold": True, "font_color": "#FFFFFF", "bg_color": "#1F5F99"})
        self._soft = book.add_format({**plain, "font_color": "#6B7785"})

    def front(self, front: Front) -> None:
        sheet = self._book.add_worksheet(front.name)
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 1, 80)
        for number, (name, value) in enumerate(front.pairs):
            sheet.write_string(number, 0, name, self._soft)
            self._write(sheet, number, 1, value, alarming=False)

    def table(self, table: Table[Any]) -> None:
        sheet = self._book.add_worksheet(table.name)
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(table.columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(0, at, column.name, self._head)
        last = 0
        for last, row in enumerate(table.rows, 1):
            if last > _ROWS:
                break
            alarming = table.alarming(row)
            for at, column in enumerate(table.columns):
                self._write(sheet, last, at, column.value(row), alarming=alarming)
        sheet.autofilter(0, 0, max(last, 1), len(table.columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _write(self, sheet: Any, row: int, column: int, value: Value, *, alarming: bool) -> None:
        if isinstance(value, datetime):
            local = value.astimezone(self._zone).replace(tzinfo=None, microsecond=0)
            sheet.write_datetime(row, column, local, self._dated[alarming])
        elif isinstance(value, int | float):
            sheet.write_number(row, column, value, self._plain[alarming])
        elif value:
            said = "".join(one for one in value if one == "\n" or one.isprintable())
            sheet.write_string(row, column, said[:_LONGEST], self._plain[alarming])

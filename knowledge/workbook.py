"""A workbook that people fill in and send back: a row for each thing, and what each column wants."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

from knowledge.cells import Column

NOTES = "填写说明"
COLUMN, FILL_IN = "列名", "怎么填"
_HEAD = "1F4E78"  # the header's colour
_CHOICE_ROWS = 500
Pairs = Sequence[tuple[str, Any]]


def as_xlsx(
    name: str,
    columns: Mapping[str, Column],
    rows: Iterable[Mapping[str, Any]],
    about: tuple[str, Pairs] | None = None,
) -> bytes:
    """The xlsx: a sheet of that name with the rows' cells by column name, one `about` them all, and the notes."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    _rows(sheet, columns, rows)
    if about:
        _pairs(book.create_sheet(about[0]), about[1], 12)
    notes = book.create_sheet(NOTES)
    _pairs(notes, [(COLUMN, FILL_IN), *((name, column.note) for name, column in columns.items())], 18)
    for one in (sheet, notes):
        _head(one)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _rows(sheet: Any, columns: Mapping[str, Column], rows: Iterable[Mapping[str, Any]]) -> None:
    from openpyxl.styles import Alignment
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    _put(sheet, 1, list(columns))
    for at, row in enumerate(rows, start=2):
        _put(sheet, at, [row.get(name) for name in columns])
    for at, column in enumerate(columns.values(), start=1):
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = column.width
        if column.choices:
            offered = DataValidation("list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
            offered.add(f"{letter}2:{letter}{_CHOICE_ROWS}")
            sheet.add_data_validation(offered)
    sheet.freeze_panes = "A2"
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _pairs(sheet: Any, pairs: Pairs, width: int) -> None:
    for at, pair in enumerate(pairs, start=1):
        _put(sheet, at, pair)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = width, 60


def _head(sheet: Any) -> None:
    from openpyxl.styles import Font, PatternFill

    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", _HEAD)


def _put(sheet: Any, row: int, values: Sequence[Any]) -> None:
    """Cells as they are: a text that begins with = is no formula."""
    for column, value in enumerate(values, start=1):
        if value is not None:
            cell = sheet.cell(row, column, value)
            cell.data_type = "s" if isinstance(value, str) else cell.data_type

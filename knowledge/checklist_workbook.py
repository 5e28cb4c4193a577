"""A list as a workbook that an admin fills in and sends back."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from knowledge.cells import Column
from knowledge.checklist import Checklist, Item
from knowledge.checklist_columns import ABOUT, ITEMS, NAME, NOTES, ROWS, SECTION
from knowledge.checklist_file import load_file, plain_item

COLUMN, FILL_IN = "列名", "怎么填"
_HEAD = "1F4E78"  # the header's colour
_CHOICE_ROWS = 500


def template() -> Checklist:
    """A small list with an item of every kind, to begin with."""
    return load_file(Path(__file__).with_name("template.yaml"))


def workbook(checklist: Checklist) -> bytes:
    """The list as xlsx: its rows, which list it is, and what each column wants."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    rows, about, notes = book.active, book.create_sheet(ABOUT), book.create_sheet(NOTES)
    assert rows is not None
    rows.title = ROWS
    columns: dict[str, Column] = {**SECTION, **ITEMS}
    _put(rows, 1, list(columns))
    for number, row in enumerate(_rows(checklist), start=2):
        _put(rows, number, [row.get(name) for name in columns])
    for number, (name, column) in enumerate(columns.items(), start=1):
        letter = get_column_letter(number)
        rows.column_dimensions[letter].width = column.width
        if column.choices:
            offered = DataValidation("list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
            offered.add(f"{letter}2:{letter}{_CHOICE_ROWS}")
            rows.add_data_validation(offered)
        _put(notes, number + 1, [name, column.note])
    for number, (key, name) in enumerate(NAME.items(), start=1):
        _put(about, number, [name, getattr(checklist, key)])
    _put(notes, 1, [COLUMN, FILL_IN])
    rows.freeze_panes = "A2"
    for sheet in (rows, notes):
        for cell in sheet[1]:
            cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", _HEAD)
    for line in rows.iter_rows(min_row=2):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for sheet, widths in ((about, (12, 60)), (notes, (18, 60))):
        for letter, width in zip("AB", widths, strict=True):
            sheet.column_dimensions[letter].width = width
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _rows(checklist: Checklist) -> list[dict[str, Any]]:
    """Each item's cells by column name; a section is said in its first row."""
    rows = []
    for section in checklist.sections:
        for number, item in enumerate(section.items):
            said = {"name": section.name, "key": section.key, "weight": section.weight, "pass_mark": section.pass_mark}
            first = _cells(said if number == 0 else {"name": section.name}, SECTION)
            rows.append(first | _cells(_item(item), ITEMS))
    return rows


def _item(item: Item) -> dict[str, Any]:
    """What an item says, with what goes without saying where a reader would want to see it."""
    values: dict[str, Any] = {
        "kind": item.kind,
        "may_skip": item.may_skip,
        "veto": item.veto,
        "due_hours": item.due_hours,
    }
    values |= {} if item.kind == "text" else {"weight": item.weight}
    values |= {} if item.kind == "photo" else {"photos": item.photos.when}
    return {**plain_item(item), **values}


def _cells(values: Mapping[str, Any], columns: Mapping[str, Column]) -> dict[str, Any]:
    return {name: column.write(values[column.key]) for name, column in columns.items() if column.key in values}


def _put(sheet: Any, row: int, values: list[Any]) -> None:
    """Cells as they are: a text that begins with = is no formula."""
    for column, value in enumerate(values, start=1):
        if value is not None:
            cell = sheet.cell(row, column, value)
            cell.data_type = "s" if isinstance(value, str) else cell.data_type

"""Questions as a workbook that an admin fills in and sends back."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

from knowledge.quiz import Question, Topic
from knowledge.quiz_columns import EVERY, NOTES, OPTIONS, QUESTIONS, RIGHT, ROWS, TOLERANCE, UNIT, right_to
from knowledge.quiz_file import load_yaml, plain

COLUMN, FILL_IN = "列名", "怎么填"
_HEAD = "1F4E78"  # the header's colour
_CHOICE_ROWS = 500


def template() -> Topic:
    """A question of every kind, to begin with."""
    file = Path(__file__).with_name("quiz_template.yaml")
    return load_yaml(file.read_bytes(), file.name)


def workbook(topics: Iterable[Topic]) -> bytes:
    """The questions as xlsx: a row each, and what each column wants."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    rows, notes = book.active, book.create_sheet(NOTES)
    assert rows is not None
    rows.title = ROWS
    _put(rows, 1, list(EVERY))
    _put(notes, 1, [COLUMN, FILL_IN])
    for at, cells in enumerate((_cells(topic, one) for topic in topics for one in topic.questions), start=2):
        _put(rows, at, [cells.get(name) for name in EVERY])
    for at, (name, column) in enumerate(EVERY.items(), start=1):
        letter = get_column_letter(at)
        rows.column_dimensions[letter].width = column.width
        if column.choices:
            offered = DataValidation("list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
            offered.add(f"{letter}2:{letter}{_CHOICE_ROWS}")
            rows.add_data_validation(offered)
        _put(notes, at + 1, [name, column.note])
    rows.freeze_panes = "A2"
    for sheet in (rows, notes):
        for cell in sheet[1]:
            cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", _HEAD)
    for line in rows.iter_rows(min_row=2):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in (("A", 18), ("B", 60)):
        notes.column_dimensions[letter].width = width
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _cells(topic: Topic, question: Question) -> dict[str, Any]:
    """A question's cells by column name."""
    said = plain(question)
    cells: dict[str, Any] = {"主题": topic.name, "主题编号": topic.key}
    cells |= {name: column.write(said[column.key]) for name, column in QUESTIONS.items() if column.key in said}
    cells |= dict(zip(OPTIONS, question.options, strict=False))
    if "right" in said:
        cells[RIGHT] = right_to(question.kind, said["right"])
    if question.number:
        cells |= {UNIT: question.number.unit or None, TOLERANCE: question.number.tolerance}
    return cells


def _put(sheet: Any, row: int, values: list[Any]) -> None:
    """Cells as they are: a text that begins with = is no formula."""
    for column, value in enumerate(values, start=1):
        if value is not None:
            cell = sheet.cell(row, column, value)
            cell.data_type = "s" if isinstance(value, str) else cell.data_type

"""A list as a workbook that an admin fills in and sends back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from knowledge.cells import Column
from knowledge.checklist import Checklist, Item
from knowledge.checklist_columns import ABOUT, ITEMS, NAME, ROWS, SECTION
from knowledge.checklist_file import load_file, plain_item
from knowledge.workbook import as_xlsx


def template() -> Checklist:
    """A small list with an item of every kind, to begin with."""
    return load_file(Path(__file__).with_name("template.yaml"))


def workbook(checklist: Checklist) -> bytes:
    """The list as xlsx: its rows, which list it is, and what each column wants."""
    about = [(name, getattr(checklist, key)) for key, name in NAME.items()]
    return as_xlsx(ROWS, {**SECTION, **ITEMS}, _rows(checklist), (ABOUT, about))


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

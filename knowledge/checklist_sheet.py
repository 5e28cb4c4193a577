"""Lists as Excel: one row an item, under Chinese column names; what is written reads the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from knowledge.cells import made, read_row
from knowledge.checklist import Checklist
from knowledge.checklist_columns import ABOUT, ITEMS, NAME, ROWS, SECTION, header
from knowledge.checklist_form import checked
from knowledge.faults import BadFile
from knowledge.table import CELL, Rows, Table, empty, find, sheets

HEAD_CELL = "{file}：“{sheet}”页，“{row}”"
NO_ROWS = "{file}：列名下面没有检查项"
DIFFERS = "同一个分区里要一样，或只在第一行写"
WHOLE = "全部"  # the section where a sheet has none
_DIGITS = 10  # of a key that is made
_ENOUGH = 3  # known column names that make a row the header of a list


@dataclass(slots=True)
class _Sheet:
    """What the rows say, and the row each part stands in."""

    file: str
    problems: list[str] = field(default_factory=list)
    faults: dict[tuple[str | int, ...], str] = field(default_factory=dict)
    sections: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[tuple[str | int, ...], int] = field(default_factory=dict)

    def place(self, where: tuple[str | int, ...]) -> str:
        """Where a part of the list stands."""
        part, key = where[:-1], str(where[-1])
        if where in self.rows:  # a whole section or item
            part, key = where, "name"
        if part not in self.rows:
            return HEAD_CELL.format(file=self.file, sheet=ABOUT, row=NAME.get(key, key))
        names = SECTION if len(part) == 2 else ITEMS
        column = next((name for name, one in names.items() if one.key == key), key)
        return CELL.format(file=self.file, row=self.rows[part], column=column)


def is_list(content: bytes) -> bool:
    """Whether this is a workbook with the header of a list."""
    try:
        return _table(sheets(content), "") is not None
    except BadFile:
        return False


def load_sheet(content: bytes, file: str, keys: Mapping[str, str] | None = None) -> Checklist:
    """The list in a workbook called `file`; raises BadFile.

    Where the workbook does not say which list it is, it is the one of its name in `keys` (name to key), else a new one.
    """
    read = sheets(content, file)
    sheet = _Sheet(file)
    if table := _table(read, file):
        _fill(sheet, table)
    head = _head(read.get(ABOUT, []), file, keys or {})
    values = {**head, "sections": list(sheet.sections.values())}
    if not sheet.sections:
        raise BadFile(*sheet.problems or [NO_ROWS.format(file=file)])
    try:
        found = checked(values, sheet.place, sheet.faults)
    except BadFile as error:
        raise BadFile(*sheet.problems, *error.problems) from error
    if sheet.problems:
        raise BadFile(*sheet.problems)
    return found


def _table(read: Mapping[str, Rows], file: str) -> Table | None:
    return find(read, file, header, lambda names: len(names & {*SECTION, *ITEMS}) >= _ENOUGH)


def _fill(sheet: _Sheet, table: Table) -> None:
    """Take the rows into sections and items."""
    sheet.problems += table.wrong([*SECTION, *ITEMS], [ROWS])
    above = WHOLE
    for number, cells in table.rows():
        above = _row(sheet, number, cells, above)


def _row(sheet: _Sheet, number: int, cells: Mapping[str, Any], above: str) -> str:
    """Take one row; returns the name of its section."""
    said, wrong = read_row(cells, SECTION)
    name = str(said.pop("name", above))
    known = name in sheet.sections
    section = sheet.sections.setdefault(name, {"key": made("s", name, _DIGITS), "name": name, **said, "items": []})
    s = list(sheet.sections).index(name)
    sheet.rows.setdefault(("sections", s), number)
    sheet.faults |= {("sections", s, key): why for key, why in wrong.items()}
    for column in (one for one, what in SECTION.items() if known and what.key in said):
        if section.get(SECTION[column].key) != said[SECTION[column].key]:
            sheet.problems.append(f"{CELL.format(file=sheet.file, row=number, column=column)}：{DIFFERS}")
    item, wrong = read_row(cells, ITEMS)
    if item or wrong:
        where = ("sections", s, "items", len(section["items"]))
        sheet.rows[where] = number
        sheet.faults |= {(*where, key): why for key, why in wrong.items()}
        section["items"].append({"key": made("i", str(item.get("name", number)), _DIGITS), **item})
    return name


def _head(rows: Rows, file: str, keys: Mapping[str, str]) -> dict[str, Any]:
    """Which list it is: its own sheet says so, else the file's name does."""
    said = {header(row[0]): row[1] for row in rows if len(row) > 1 and not empty(row[0]) and not empty(row[1])}
    values = {key: str(said[name]).strip() for key, name in NAME.items() if name in said}
    name = values.setdefault("name", file.rpartition(".")[0].strip()[:20] or file[:20])
    return {"key": keys.get(name) or made("list", name, _DIGITS), **values}

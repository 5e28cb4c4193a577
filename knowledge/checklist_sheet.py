"""Lists as Excel: one row an item, under Chinese column names; what is written reads the same."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from knowledge.cells import MOST_ROWS, Column, empty, sheets
from knowledge.checklist import Checklist
from knowledge.checklist_columns import ABOUT, ITEMS, NAME, SECTION, columns, header
from knowledge.checklist_form import checked
from knowledge.faults import BadFile

CELL, HEAD_CELL = "{file}：第 {row} 行，列“{column}”", "{file}：“{sheet}”页，“{row}”"
UNKNOWN_COLUMN = "{file}：第 {row} 行，不认识的列“{column}”{near}"
COLUMN_TWICE = "{file}：第 {row} 行，列“{column}”有两个"
NO_COLUMN = "{file}：第 {row} 行，缺少列“{column}”"
TOO_MANY = "{file}：行数太多，最多 {most} 行"
NO_ROWS = "{file}：列名下面没有检查项"
DIFFERS = "同一个分区里要一样，或只在第一行写"
WHOLE = "全部"  # the section where a sheet has none
_HEADERS_WITHIN = 10
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
        return any(_header(rows) is not None for rows in sheets(content).values())
    except BadFile:
        return False


def load_sheet(content: bytes, file: str, keys: Mapping[str, str] | None = None) -> Checklist:
    """The list in a workbook called `file`; raises BadFile.

    Where the workbook does not say which list it is, it is the one of its name in `keys` (name to key), else a new one.
    """
    read = sheets(content, file)
    rows = next((rows for rows in read.values() if _header(rows) is not None), [])
    sheet = _Sheet(file)
    _fill(sheet, rows)
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


def _header(rows: Sequence[Sequence[Any]]) -> int | None:
    """Which row holds the column names of a list."""
    for number, row in enumerate(rows[:_HEADERS_WITHIN]):
        if len({header(cell) for cell in row} & {*SECTION, *ITEMS}) >= _ENOUGH:
            return number
    return None


def _fill(sheet: _Sheet, rows: Sequence[Sequence[Any]]) -> None:
    """Take the rows under the header into sections and items."""
    start = _header(rows)
    if start is None:
        return
    if len(rows) > MOST_ROWS:
        sheet.problems.append(TOO_MANY.format(file=sheet.file, most=MOST_ROWS))
    names = [header(cell) for cell in rows[start]]
    sheet.problems += [
        form.format(file=sheet.file, row=start + 1, column=name, near=near)
        for form, name, near in columns(names, UNKNOWN_COLUMN, COLUMN_TWICE, NO_COLUMN)
    ]
    above = WHOLE
    for number, row in enumerate(rows[start + 1 :], start=start + 2):
        cells = {name: cell for name, cell in zip(names, row, strict=False) if name and not empty(cell)}
        if cells:
            above = _row(sheet, number, cells, above)


def _row(sheet: _Sheet, number: int, cells: Mapping[str, Any], above: str) -> str:
    """Take one row; returns the name of its section."""
    said, wrong = _values(cells, SECTION)
    name = str(said.pop("name", above))
    known = name in sheet.sections
    section = sheet.sections.setdefault(name, {"key": _made("s", name), "name": name, **said, "items": []})
    s = list(sheet.sections).index(name)
    sheet.rows.setdefault(("sections", s), number)
    sheet.faults |= {("sections", s, key): why for key, why in wrong.items()}
    for column in (one for one, what in SECTION.items() if known and what.key in said):
        if section.get(SECTION[column].key) != said[SECTION[column].key]:
            sheet.problems.append(f"{CELL.format(file=sheet.file, row=number, column=column)}：{DIFFERS}")
    item, wrong = _values(cells, ITEMS)
    if item or wrong:
        where = ("sections", s, "items", len(section["items"]))
        sheet.rows[where] = number
        sheet.faults |= {(*where, key): why for key, why in wrong.items()}
        section["items"].append({"key": _made("i", str(item.get("name", number))), **item})
    return name


def _values(cells: Mapping[str, Any], known: Mapping[str, Column]) -> tuple[dict[str, Any], dict[str, str]]:
    """The cells of known columns by the key each stands for, and what is wrong with those that cannot be read."""
    values, wrong = {}, {}
    for name, column in known.items():
        if name in cells:
            try:
                values[column.key] = column.read(cells[name])
            except ValueError as error:
                wrong[column.key] = str(error)
    return values, wrong


def _head(rows: Sequence[Sequence[Any]], file: str, keys: Mapping[str, str]) -> dict[str, Any]:
    """Which list it is: its own sheet says so, else the file's name does."""
    said = {header(row[0]): row[1] for row in rows if len(row) > 1 and not empty(row[0]) and not empty(row[1])}
    values = {key: str(said[name]).strip() for key, name in NAME.items() if name in said}
    name = values.setdefault("name", file.rpartition(".")[0].strip()[:20] or file[:20])
    return {"key": keys.get(name) or _made("list", name), **values}


def _made(kind: str, name: str) -> str:
    """A key for what has none: the same for the same name, so that it is known again in the next version."""
    return f"{kind}-{hashlib.sha256(name.encode()).hexdigest()[:10]}"

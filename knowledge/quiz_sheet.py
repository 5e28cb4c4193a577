"""Questions as Excel: one row a question, under Chinese column names; what is written reads the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from knowledge.cells import made, read_row
from knowledge.faults import BadFile, Where
from knowledge.quiz import Topic
from knowledge.quiz_columns import (
    ANSWERS,
    EVERY,
    OPTIONS,
    QUESTIONS,
    RIGHT,
    TOLERANCE,
    TOPIC,
    UNIT,
    column_of,
    right_from,
)
from knowledge.quiz_form import checked, only_once
from knowledge.table import CELL, Rows, Table, find, sheets

NO_ROWS = "{file}：列名下面没有题目"
NO_TOPIC = "第一道题要写主题"
GAP = "前面的选项空着"
_HEAD, _NEEDED = {"题型", "题目"}, ("天", RIGHT, "解析", "出处")
_DIGITS = 8  # of a key that is made
_ENOUGH = 3  # known column names that make a row the header of questions


@dataclass(slots=True)
class _Part:
    """The questions of one topic, the row each stands in, and what could not be read."""

    file: str
    values: dict[str, Any]
    rows: list[int] = field(default_factory=list)
    faults: dict[Where, str] = field(default_factory=dict)

    def place(self, where: Where) -> str:
        """Where a part of it stands."""
        row, key = self.rows[0], str(where[-1])
        if where[0] == "questions" and len(where) > 1:
            row, key = self.rows[int(where[1])], str(where[2]) if len(where) > 2 else "ask"
        column = OPTIONS[int(where[3])] if key == "options" and len(where) > 3 else column_of(key)
        return CELL.format(file=self.file, row=row, column=column)


def is_questions(content: bytes) -> bool:
    """Whether this is a workbook with the header of questions."""
    try:
        return _table(sheets(content), "") is not None
    except BadFile:
        return False


def load_sheet(content: bytes, file: str, keys: Mapping[str, str] | None = None) -> tuple[Topic, ...]:
    """The questions in a workbook called `file`, by topic; raises BadFile.

    A topic without a key is the one of its name in `keys` (name to key), else a new one.
    """
    table = _table(sheets(content, file), file)
    if table is None:
        raise BadFile(NO_ROWS.format(file=file))
    problems = list(table.wrong([*EVERY], _NEEDED))
    found: list[Topic] = []
    for part in _parts(table, keys or {}, problems):
        try:
            found.append(checked(part.values, part.place, part.faults))
        except BadFile as error:
            problems += error.problems
    problems += [f"{file}：{why}" for why in only_once(found)]
    if problems or not found:
        raise BadFile(*problems or [NO_ROWS.format(file=file)])
    return tuple(found)


def _table(read: Mapping[str, Rows], file: str) -> Table | None:
    return find(read, file, _name, lambda names: names >= _HEAD and len(names & set(EVERY)) >= _ENOUGH)


def _name(cell: Any) -> str:
    return str(cell or "").replace(" ", "").strip("*＊")


def _parts(table: Table, keys: Mapping[str, str], problems: list[str]) -> Sequence[_Part]:
    """The rows by topic."""
    found: dict[str, _Part] = {}
    above: _Part | None = None
    for number, row in table.rows():
        cells = {name: cell for name, cell in row.items() if name in EVERY}
        if not cells:
            continue
        above = _part(found, cells, table.file, keys) or above
        if above is None:
            problems.append(f"{CELL.format(file=table.file, row=number, column='主题')}：{NO_TOPIC}")
            break
        _add(above, number, cells)
    return [*found.values()]


def _part(found: dict[str, _Part], cells: Mapping[str, Any], file: str, keys: Mapping[str, str]) -> _Part | None:
    """The topic a row names, None where it names none."""
    said, _ = read_row(cells, TOPIC)
    if not said:
        return None
    name = str(said.get("name") or said["topic"])
    key = str(said.get("topic") or keys.get(name) or made("topic", name, _DIGITS))
    return found.setdefault(key, _Part(file, {"topic": key, "name": name, "questions": []}))


def _add(part: _Part, number: int, cells: Mapping[str, Any]) -> None:
    """Take one row."""
    where: Where = ("questions", len(part.rows))
    part.rows.append(number)
    said, wrong = read_row(cells, QUESTIONS)
    said.setdefault("key", made(part.values["topic"], str(said.get("ask", number)), _DIGITS))
    answers, unread = read_row(cells, {name: ANSWERS[name] for name in (UNIT, TOLERANCE)})
    wrong |= unread
    options, gap = _options(cells)
    if gap:
        wrong["options"] = GAP
    if options:
        said["options"] = options
    if RIGHT in cells and "kind" in said and not unread:
        try:
            unit, tolerance = str(answers.get("unit", "")), float(answers.get("tolerance", 0))
            said["right"] = right_from(said["kind"], cells[RIGHT], options, unit, tolerance)
        except ValueError as error:
            wrong["right"] = str(error)
    part.faults |= {(*where, key): why for key, why in wrong.items()}
    part.values["questions"].append(said)


def _options(cells: Mapping[str, Any]) -> tuple[list[str], bool]:
    """The options, and whether one is left out between them."""
    stated = [str(EVERY[name].read(cells[name])) if name in cells else "" for name in OPTIONS]
    while stated and not stated[-1]:
        stated.pop()
    return [one for one in stated if one], "" in stated

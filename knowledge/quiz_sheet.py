"""Questions as Excel: one row a question, under Chinese column names; what is written reads the same."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from knowledge.cells import MOST_ROWS, Column, empty, sheets
from knowledge.faults import BadFile, Where, near
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

CELL = "{file}：第 {row} 行，列“{column}”"
UNKNOWN_COLUMN = "{file}：第 {row} 行，不认识的列“{column}”{near}"
COLUMN_TWICE = "{file}：第 {row} 行，列“{column}”有两个"
NO_COLUMN = "{file}：第 {row} 行，缺少列“{column}”"
TOO_MANY = "{file}：行数太多，最多 {most} 行"
NO_ROWS = "{file}：列名下面没有题目"
NO_TOPIC = "第一道题要写主题"
GAP = "前面的选项空着"
NEEDED = ("题型", "题目")
_HEADERS_WITHIN = 10
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
        return any(_header(rows) is not None for rows in sheets(content).values())
    except BadFile:
        return False


def load_sheet(content: bytes, file: str, keys: Mapping[str, str] | None = None) -> tuple[Topic, ...]:
    """The questions in a workbook called `file`, by topic; raises BadFile.

    A topic without a key is the one of its name in `keys` (name to key), else a new one.
    """
    rows = next((rows for rows in sheets(content, file).values() if _header(rows) is not None), [])
    problems: list[str] = list(_wrong_columns(rows, file))
    parts = _parts(rows, file, keys or {}, problems)
    found: list[Topic] = []
    for part in parts:
        try:
            found.append(checked(part.values, part.place, part.faults))
        except BadFile as error:
            problems += error.problems
    problems += [f"{file}：{why}" for why in only_once(found)]
    if problems or not found:
        raise BadFile(*problems or [NO_ROWS.format(file=file)])
    return tuple(found)


def _header(rows: Sequence[Sequence[Any]]) -> int | None:
    for number, row in enumerate(rows[:_HEADERS_WITHIN]):
        names = {_name(cell) for cell in row}
        if names >= set(NEEDED) and len(names & set(EVERY)) >= _ENOUGH:
            return number
    return None


def _name(cell: Any) -> str:
    return str(cell or "").replace(" ", "").strip("*＊")


def _wrong_columns(rows: Sequence[Sequence[Any]], file: str) -> Iterator[str]:
    start = _header(rows)
    if start is None:
        return
    if len(rows) > MOST_ROWS:
        yield TOO_MANY.format(file=file, most=MOST_ROWS)
    names = [name for cell in rows[start] if (name := _name(cell))]
    for name, times in Counter(names).items():
        if name not in EVERY:
            yield UNKNOWN_COLUMN.format(file=file, row=start + 1, column=name[:20], near=near(name, [*EVERY]))
        elif times > 1:
            yield COLUMN_TWICE.format(file=file, row=start + 1, column=name)
    for name in ("天", RIGHT, "解析", "出处"):
        if name not in names:
            yield NO_COLUMN.format(file=file, row=start + 1, column=name)


def _parts(rows: Sequence[Sequence[Any]], file: str, keys: Mapping[str, str], problems: list[str]) -> Sequence[_Part]:
    """The rows under the header by topic."""
    start = _header(rows)
    if start is None:
        return []
    names = [_name(cell) for cell in rows[start]]
    found: dict[str, _Part] = {}
    above: _Part | None = None
    for number, row in enumerate(rows[start + 1 :], start=start + 2):
        cells = {name: cell for name, cell in zip(names, row, strict=False) if name in EVERY and not empty(cell)}
        if not cells:
            continue
        above = _part(found, cells, file, keys) or above
        if above is None:
            problems.append(f"{CELL.format(file=file, row=number, column='主题')}：{NO_TOPIC}")
            break
        _add(above, number, cells)
    return [*found.values()]


def _part(found: dict[str, _Part], cells: Mapping[str, Any], file: str, keys: Mapping[str, str]) -> _Part | None:
    """The topic a row names, None where it names none."""
    said, _ = _values(cells, TOPIC)
    if not said:
        return None
    name = str(said.get("name") or said["topic"])
    key = str(said.get("topic") or keys.get(name) or _made("topic", name))
    return found.setdefault(key, _Part(file, {"topic": key, "name": name, "questions": []}))


def _add(part: _Part, number: int, cells: Mapping[str, Any]) -> None:
    """Take one row."""
    where: Where = ("questions", len(part.rows))
    part.rows.append(number)
    said, wrong = _values(cells, QUESTIONS)
    said.setdefault("key", _made(part.values["topic"], str(said.get("ask", number))))
    answers, unread = _values(cells, {name: ANSWERS[name] for name in (UNIT, TOLERANCE)})
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


def _made(kind: str, name: str) -> str:
    """A key for what has none: the same for the same words."""
    return f"{kind}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"

"""The columns of questions in Excel: what each is called, how its cells are read and written, and what to fill in."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from knowledge.answers import FALSE, LETTERS, TRUE, truth
from knowledge.cells import Column, number, one_of, text, whole
from knowledge.numerals import said
from knowledge.units import valued

KINDS = {"single": "单选", "multiple": "多选", "truth": "判断", "number": "数字", "order": "排序", "fill": "填空"}
ROWS = "题目"  # the sheet of a workbook
RIGHT, UNIT, TOLERANCE = "答案", "单位", "允许误差"
OPTIONS = tuple(f"选项{letter}" for letter in LETTERS)
WORDS_BETWEEN = "|"
NOT_LETTERS = "应是选项的字母，例如 B 或 AC"
NOT_TRUTH, NOT_NUMBER = "应是“对”或“错”", "应是一个数字"
_ALSO = {"单选题": "single", "多选题": "multiple", "判断题": "truth", "对错": "truth", "数字题": "number",
         "数值": "number", "排序题": "order", "填空题": "fill"}  # fmt: skip


def _kind(cell: Any) -> Any:
    word = str(cell).strip()
    return _ALSO.get(word) or one_of(KINDS, cell)


TOPIC = {
    "主题": Column("name", text, "这道题属于哪个主题；空着表示与上一行相同", width=14),
    "主题编号": Column("topic", text, "小写字母、数字和短横线；可以不填", width=12),
}
QUESTIONS = {
    "题号": Column("key", text, "主题编号-数字；可以不填；改题目时留着它，成绩才对得上", width=14),
    "天": Column("day", whole, "课程第几天，1-60", width=6),
    "难度": Column("difficulty", whole, "1-3，默认 1", choices=("1", "2", "3"), width=6),
    "题型": Column("kind", _kind, "、".join(KINDS.values()), KINDS.__getitem__, tuple(KINDS.values()), 8),
    "题目": Column("ask", text, "4-200 个字；填空用 ____ 表示空格", width=44),
    "解析": Column("why", text, "为什么是这个答案，一两句话", width=44),
    "出处": Column("proof", text, "手册里哪一节：文件名 > 标题", width=44),
}
ANSWERS = {
    **{name: Column("options", text, "单选、多选 3-5 个，排序 3-6 步并按正确顺序", width=16) for name in OPTIONS},
    RIGHT: Column(
        "right", text, f"字母（B、AC）、对/错、数字；填空可以写几个，用 {WORDS_BETWEEN} 隔开；排序不填", width=14
    ),
    UNIT: Column("unit", text, "只有数字题填，如：%、小时", width=8),
    TOLERANCE: Column("tolerance", number, "只有数字题填，相差多少以内也算对，默认 0"),
}
EVERY: Mapping[str, Column] = {**TOPIC, **QUESTIONS, **ANSWERS}


def column_of(key: str) -> str:
    """The name of the column a key of a question stands in."""
    return next((name for name, column in EVERY.items() if column.key == key), key)


def right_from(kind: str, cell: Any, options: Sequence[str], unit: str, tolerance: float) -> Any:
    """What is right, as the form wants it, from the cell that says so; ValueError says what is wrong."""
    if kind == "truth" and isinstance(cell, bool):
        return cell
    written = text(cell)
    if kind in ("single", "multiple"):
        return _letters(written, options)
    if kind == "truth":
        found = truth(written)
        if found is None:
            raise ValueError(NOT_TRUTH)
        return found
    if kind == "number":
        typed = said(repr(cell) if isinstance(cell, float) else written)
        value = None if typed is None else valued(typed, unit)
        if value is None:
            raise ValueError(NOT_NUMBER)
        return {"value": round(value, 6), "tolerance": tolerance, "unit": unit}
    if kind == "fill":
        return [word.strip() for word in re.split(r"[|｜]", written) if word.strip()]
    return written


def right_to(kind: str, right: Any) -> Any:
    """The cell that says what is right."""
    if kind in ("single", "multiple"):
        return "".join(LETTERS[index] for index in right)
    if kind == "truth":
        return TRUE if right else FALSE
    if kind == "number":
        return right["value"]
    return WORDS_BETWEEN.join(right)


def _letters(written: str, options: Sequence[str]) -> list[int]:
    if written in options:
        return [options.index(written)]
    letters = re.sub(r"[\s、,，;；/]+", "", written).upper()
    if not letters or any(letter not in LETTERS for letter in letters):
        raise ValueError(NOT_LETTERS)
    return [LETTERS.index(letter) for letter in letters]

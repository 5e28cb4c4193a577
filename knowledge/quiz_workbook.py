"""Questions as a workbook that an admin fills in and sends back."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from knowledge.quiz import Question, Topic
from knowledge.quiz_columns import EVERY, OPTIONS, QUESTIONS, RIGHT, ROWS, TOLERANCE, UNIT, right_to
from knowledge.quiz_file import load_yaml, plain
from knowledge.workbook import as_xlsx


def template() -> Topic:
    """A question of every kind, to begin with."""
    file = Path(__file__).with_name("quiz_template.yaml")
    return load_yaml(file.read_bytes(), file.name)


def workbook(topics: Iterable[Topic]) -> bytes:
    """The questions as xlsx: a row each, and what each column wants."""
    rows = (_cells(topic, one) for topic in topics for one in topic.questions)
    return as_xlsx(ROWS, EVERY, rows)


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

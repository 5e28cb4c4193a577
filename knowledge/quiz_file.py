"""Questions as YAML: read strictly, and written so that they read the same."""

from pathlib import Path
from typing import Any

import yaml

from knowledge import strict_yaml
from knowledge.document import BETWEEN
from knowledge.faults import BadFile
from knowledge.folder import load_all
from knowledge.quiz import Bank, Question, Topic, merged
from knowledge.quiz_form import checked, only_once

NO_QUIZ = "{file}：最外层应是 topic、name、questions 这几个键"
QUESTION, NUMBER = "题目 {key}", "第 {n} 题"


def load_folder(folder: Path) -> Bank:
    """Every question of a folder; files of one topic are merged. Raises BadFile with the faults of all files."""
    return merged(load_all(folder, load_yaml, lambda found: (f"{folder.name}：{why}" for why in only_once(found))))


def load_yaml(content: bytes, file: str) -> Topic:
    """The questions in what a file called `file` holds; raises BadFile."""
    values = strict_yaml.mapping(content, file, NO_QUIZ)
    return checked(values, lambda where: _place(file, values, where))


def is_quiz(content: bytes) -> bool:
    """Whether this is YAML with the outer keys of a file of questions."""
    try:
        values = strict_yaml.values(content, "")
    except BadFile:
        return False
    return isinstance(values, dict) and "questions" in values


def _place(file: str, values: Any, where: tuple[str | int, ...]) -> str:
    """“文件：题目 5s-001：right”."""
    parts = [file]
    if len(where) >= 2 and where[0] == "questions" and isinstance(where[1], int):
        one = values["questions"][where[1]]
        key = one.get("key") if isinstance(one, dict) else None
        parts.append(QUESTION.format(key=str(key)[:48]) if key else NUMBER.format(n=where[1] + 1))
        where = where[2:]
    return "：".join([*parts, *(str(one) for one in where)])


def as_yaml(topic: Topic) -> str:
    """The topic as `load_yaml` reads it."""
    values = {"topic": topic.key, "name": topic.name, "questions": [plain(one) for one in topic.questions]}
    return yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=110)


def plain(question: Question) -> dict[str, Any]:
    """A question as `QuestionForm` takes it."""
    values: dict[str, Any] = {key: getattr(question, key) for key in ("key", "day", "difficulty", "kind", "ask")}
    if question.options:
        values["options"] = list(question.options)
    if question.kind != "order":
        values["right"] = _right(question)
    return {**values, "why": question.why, "proof": BETWEEN.join((question.proof.document, *question.proof.section))}


def _right(question: Question) -> Any:
    if question.number:
        number = question.number
        return {"value": number.value, "tolerance": number.tolerance, "unit": number.unit}
    if question.truth is not None:
        return question.truth
    return list(question.words or question.right)

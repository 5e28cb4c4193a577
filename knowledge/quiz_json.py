"""Questions as plain values, as the records keep them: what was asked stays what was asked."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from knowledge.document import Reference
from knowledge.quiz import Number, Question

_TUPLES = ("options", "right", "words")


def as_json(question: Question) -> dict[str, Any]:
    """A question as JSON-able values."""
    values = asdict(question)
    return values | {name: list(values[name]) for name in _TUPLES}


def from_json(values: Mapping[str, Any]) -> Question:
    """The question of these values."""
    proof, number = values["proof"], values["number"]
    changed: dict[str, Any] = {name: tuple(values[name]) for name in _TUPLES}
    changed["proof"] = Reference(proof["document"], tuple(proof["section"]))
    changed["number"] = Number(**number) if number else None
    return Question(**{**values, **changed})

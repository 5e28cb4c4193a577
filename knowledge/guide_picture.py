"""Pictures in the result of a guide, as people write them in YAML: a whole with its parts, and four fields."""

from typing import Annotated

from pydantic import Field

from knowledge.faults import Form
from knowledge.guide import Axis, Parts, Quadrants, Split
from knowledge.paper import Mark

_Template = Annotated[str, Field(min_length=1, max_length=400)]
_Pair = Annotated[list[str], Field(min_length=2, max_length=2)]
_Name = Annotated[str, Field(min_length=1, max_length=10)]


class PartsForm(Form):
    """Items of a picture, one for each round of a repeat, and those below each."""

    of: str
    item: _Template
    by: str = ""
    marks: dict[str, Mark] = Field(default_factory=dict, max_length=12)
    parts: "PartsForm | None" = None


class BreakdownForm(Form):
    """A picture of a whole and its parts."""

    top: _Template
    name: _Template
    parts: PartsForm
    facts: dict[str, _Template] = Field(default_factory=dict, max_length=4)


class MatrixForm(Form):
    """A picture of four fields: two choices, each with its two values in the order in which they are drawn."""

    top: _Template
    across: dict[str, _Pair] = Field(min_length=1, max_length=1)
    down: dict[str, _Pair] = Field(min_length=1, max_length=1)
    fields: list[_Name] = Field(min_length=4, max_length=4)
    parts: PartsForm


def split(form: BreakdownForm) -> Split:
    """What the form of a breakdown states."""
    return Split(form.top, form.name, _parts(form.parts), tuple(form.facts.items()))


def quadrants(form: MatrixForm) -> Quadrants:
    """What the form of a matrix states."""
    return Quadrants(form.top, _axis(form.across), _axis(form.down), tuple(form.fields), _parts(form.parts))


def _axis(form: dict[str, list[str]]) -> Axis:
    [(by, (first, second))] = form.items()
    return Axis(by, (first, second))


def _parts(form: PartsForm) -> Parts:
    below = _parts(form.parts) if form.parts else None
    return Parts(form.of, form.item, form.by, tuple(form.marks.items()), below)

"""The form of a guide as people write it in YAML: checked wholly, every fault named where it stands."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from knowledge.document import reference
from knowledge.faults import Form, Key, Place, Where, filled, refuse
from knowledge.guide import Block, Case, Doubt, Grid, Guide, Kind, Lines, Result, Step, When, versioned
from knowledge.guide_check import across
from knowledge.guide_picture import BreakdownForm, MatrixForm, PartsForm, quadrants, split

_Words = Annotated[str, Field(min_length=1, max_length=20)]
_Template = Annotated[str, Field(min_length=1, max_length=400)]


class DoubtForm(Form):
    """What is asked back once; `{word}` in `say` is the word that was met."""

    words: list[_Words] = Field(min_length=1, max_length=60)
    say: str = Field(min_length=4, max_length=200)


class CaseForm(Form):
    """What is asked where the choice was one of `is`."""

    values: list[str] = Field(alias="is", min_length=1, max_length=12)
    steps: list["StepForm"] = Field(min_length=1, max_length=20)


class StepForm(Form):
    """A step; what its kind does not use may not be given."""

    key: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9-]{0,31})?$")] = ""
    kind: Kind = "text"
    ask: str = Field(default="", max_length=200)
    hint: str = Field(default="", max_length=300)
    example: str = Field(default="", max_length=200)
    optional: bool = False
    least: float | None = None
    most: float | None = None
    unit: str = Field(default="", max_length=8)
    when: When = "any"
    choices: list[_Words] = Field(default_factory=list, max_length=12)
    doubt: DoubtForm | None = None
    more: str = Field(default="", max_length=16)
    enough: str = Field(default="", max_length=16)
    steps: list["StepForm"] = Field(default_factory=list, max_length=20)
    by: str = ""
    cases: list[CaseForm] = Field(default_factory=list, max_length=12)
    otherwise: list["StepForm"] = Field(default_factory=list, max_length=20)


class LinesForm(Form):
    """A list of the result."""

    of: str
    item: _Template
    where: dict[str, str] = Field(default_factory=dict)
    numbered: bool = False
    empty: str = Field(default="", max_length=100)
    below: "LinesForm | None" = None


class GridForm(Form):
    """A table of the result."""

    of: str
    columns: dict[str, _Template] = Field(min_length=2, max_length=8)
    where: dict[str, str] = Field(default_factory=dict)


class BlockForm(Form):
    """A part of the result: exactly one of these."""

    heading: str = Field(default="", max_length=100)
    text: str = Field(default="", max_length=1000)
    facts: dict[str, _Template] = Field(default_factory=dict, max_length=20)
    lines: LinesForm | None = None
    grid: GridForm | None = None
    photos: str = ""
    picture: str = ""
    chain: str = ""
    breakdown: BreakdownForm | None = None
    matrix: MatrixForm | None = None


class ResultForm(Form):
    """What the answers become."""

    title: _Template
    summary: str = Field(default="", max_length=400)
    blocks: list[BlockForm] = Field(min_length=1, max_length=40)


class GuideForm(Form):
    """A guide."""

    key: Key
    name: str = Field(min_length=1, max_length=16)
    description: str = Field(min_length=1, max_length=200)
    minutes: int = Field(ge=1, le=120)
    standard: str = Field(default="", max_length=300)
    steps: list[StepForm] = Field(min_length=1, max_length=60)
    result: ResultForm


_FORMS: dict[str, type[Form]] = {
    "steps": StepForm, "otherwise": StepForm, "cases": CaseForm, "doubt": DoubtForm, "result": ResultForm,
    "blocks": BlockForm, "lines": LinesForm, "below": LinesForm, "grid": GridForm,
    "breakdown": BreakdownForm, "matrix": MatrixForm, "parts": PartsForm,
}  # fmt: skip


def checked(values: Any, place: Place) -> Guide:
    """The guide that these values state; raises BadFile with every fault, each where `place` says it stands."""
    form = filled(GuideForm, values, place, _form_at)
    guide = _guide(form)
    refuse(place, across(guide, form.standard, values))
    return versioned(guide)


def _form_at(where: Where) -> type[Form]:
    return next((_FORMS[one] for one in reversed(where[:-1]) if isinstance(one, str) and one in _FORMS), GuideForm)


def _guide(form: GuideForm) -> Guide:
    result = Result(form.result.title, form.result.summary, tuple(_block(one) for one in form.result.blocks))
    standard = reference(form.standard) if form.standard else None
    return Guide(form.key, form.name, "", form.description, form.minutes, standard, _steps(form.steps), result)


def _steps(forms: Sequence[StepForm]) -> tuple[Step, ...]:
    return tuple(_step(one) for one in forms)


def _step(form: StepForm) -> Step:
    made = ("choices", "doubt", "steps", "cases", "otherwise")
    return Step(
        **{key: getattr(form, key) for key in type(form).model_fields if key not in made},
        choices=tuple(form.choices),
        doubt=Doubt(tuple(form.doubt.words), form.doubt.say) if form.doubt else None,
        steps=_steps(form.steps),
        cases=tuple(Case(tuple(one.values), _steps(one.steps)) for one in form.cases),
        otherwise=_steps(form.otherwise),
    )


def _block(form: BlockForm) -> Block:
    grid = form.grid
    return Block(
        form.heading,
        form.text,
        tuple(form.facts.items()),
        _lines(form.lines) if form.lines else None,
        Grid(grid.of, tuple(grid.columns.items()), tuple(grid.where.items())) if grid else None,
        form.photos,
        form.picture,
        form.chain,
        split(form.breakdown) if form.breakdown else None,
        quadrants(form.matrix) if form.matrix else None,
    )


def _lines(form: LinesForm) -> Lines:
    below = _lines(form.below) if form.below else None
    return Lines(form.of, form.item, tuple(form.where.items()), form.numbered, form.empty, below)

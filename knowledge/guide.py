"""What a guide asks, step by step, and what its answers become, as the files in guides/ state it."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Literal

from knowledge.document import Reference
from knowledge.paper import Mark

Kind = Literal["text", "choice", "number", "date", "person", "photo", "repeat", "branch", "causes", "bones"]
When = Literal["any", "future", "past"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """What to ask back, once, where an answer holds one of `words`: it may stand, or be said better."""

    words: tuple[str, ...]
    say: str


@dataclass(frozen=True, slots=True)
class Case:
    """The steps taken where the choice was one of `values`."""

    values: tuple[str, ...]
    steps: tuple["Step", ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing asked.

    `least` and `most` bound a text's characters, a number's value, how many photos, or how often a repeat is walked.
    A repeat asks its `steps` again and again, `ask` being the question after each round, answered by `more` or
    `enough`. A branch asks nothing: it takes the case of the choice called `by`, else `otherwise`. `causes` and
    `bones` are walked by the code of knowledge.cause; their answers are its stored values.
    """

    key: str
    kind: Kind = "text"
    ask: str = ""
    hint: str = ""
    example: str = ""
    optional: bool = False
    least: float | None = None
    most: float | None = None
    unit: str = ""
    when: When = "any"
    choices: tuple[str, ...] = ()
    doubt: Doubt | None = None
    more: str = ""
    enough: str = ""
    steps: tuple["Step", ...] = ()
    by: str = ""
    cases: tuple[Case, ...] = ()
    otherwise: tuple["Step", ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """A list in the result: a line for each round of the repeat `of` that has these choices (`where`)."""

    of: str
    item: str
    where: tuple[tuple[str, str], ...] = ()
    numbered: bool = False
    empty: str = ""
    below: "Lines | None" = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table in the result: a row for each round of the repeat `of`, columns as (name, template)."""

    of: str
    columns: tuple[tuple[str, str], ...]
    where: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """Items of a picture: one for each round of the repeat `of`, marked by the choice called `by`."""

    of: str
    item: str
    by: str = ""
    marks: tuple[tuple[str, Mark], ...] = ()
    below: "Parts | None" = None


@dataclass(frozen=True, slots=True)
class Split:
    """A picture of what is asked (`top`) and its parts; `name` says how it is broken down."""

    top: str
    name: str
    parts: Parts
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """A side of a matrix: a choice, and its two values from the left or from the top."""

    by: str
    values: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Quadrants:
    """A picture of parts in the four fields of two choices; `fields` are their names, row by row."""

    top: str
    across: Axis
    down: Axis
    fields: tuple[str, ...]
    parts: Parts


@dataclass(frozen=True, slots=True)
class Block:
    """One part of the result; exactly one of these is given. `photos`, `picture`, `chain` name a step."""

    heading: str = ""
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    lines: Lines | None = None
    grid: Grid | None = None
    photos: str = ""
    picture: str = ""
    chain: str = ""
    breakdown: Split | None = None
    matrix: Quadrants | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """Templates: `{key}` stands for a step's answer; what has none is left out."""

    title: str
    summary: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide: `key` names it, `version` changes with its content, `minutes` is what it takes."""

    key: str
    name: str
    version: str
    description: str
    minutes: int
    standard: Reference | None
    steps: tuple[Step, ...]
    result: Result


def inside(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Every step, with those in repeats and branches."""
    for step in steps:
        yield step
        yield from inside(step.steps)
        for case in step.cases:
            yield from inside(case.steps)
        yield from inside(step.otherwise)


def versioned(guide: Guide) -> Guide:
    """The same guide, its version made from all that it says."""
    said = json.dumps(asdict(replace(guide, version="")), ensure_ascii=False, sort_keys=True)
    return replace(guide, version=hashlib.sha256(said.encode()).hexdigest()[:12])

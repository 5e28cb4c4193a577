"""What a store check asks: sections of items, as the lists in checklists/ state them."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["pass", "score", "number", "text", "photo"]
"""合格/不合格, 0-5 points, a number with bounds, words, or nothing but photos."""


@dataclass(frozen=True, slots=True)
class Photos:
    """Which photos an item wants: always, only when it fails, or none; between `least` and `most`."""

    when: Literal["never", "fail", "always"] = "never"
    least: int = 1
    most: int = 9


@dataclass(frozen=True, slots=True)
class Standard:
    """The handbook section that states what an item asks: the document's file name and the headings down to it."""

    document: str
    section: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at.

    `guide` says how to look, `good` what good looks like. `low` and `high` bound a number that passes, in `unit`.
    A failed `veto` item fails the check whatever its score. `due_hours` is the default time to mend it.
    """

    key: str
    name: str
    kind: Kind = "pass"
    weight: float = 1.0
    guide: str = ""
    good: str = ""
    may_skip: bool = True
    veto: bool = False
    photos: Photos = Photos()
    due_hours: int = 48
    standard: Standard | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Items that are scored together; `pass_mark` (0-100) is what the section must reach, None for no mark."""

    key: str
    name: str
    items: tuple[Item, ...]
    weight: float = 1.0
    pass_mark: float | None = None


@dataclass(frozen=True, slots=True)
class Checklist:
    """A list: `key` names it (5s-front), `version` changes with its content."""

    key: str
    name: str
    version: str
    description: str
    sections: tuple[Section, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """All items, in order."""
        return tuple(item for section in self.sections for item in section.items)

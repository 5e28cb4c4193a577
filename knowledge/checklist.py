"""What a store check asks: sections of items, as the lists in checklists/ state them."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from knowledge.document import Reference

Kind = Literal["pass", "score", "number", "text", "photo"]
"""合格/不合格, 0-5 points, a number with bounds, words, or nothing but photos."""


@dataclass(frozen=True, slots=True)
class Photos:
    """Which photos an item wants: always, only when it fails, or none; between `least` and `most`."""

    when: Literal["never", "fail", "always"] = "never"
    least: int = 1
    most: int = 9


Standard = Reference
"""The handbook section that states what an item asks."""


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

    def item(self, key: str) -> Item | None:
        """The item of that key."""
        return next((item for item in self.items if item.key == key), None)


def versioned(checklist: Checklist) -> Checklist:
    """The same list, its version made from all that it says."""
    said = json.dumps(as_json(replace(checklist, version="")), ensure_ascii=False, sort_keys=True)
    return replace(checklist, version=hashlib.sha256(said.encode()).hexdigest()[:12])


def as_json(checklist: Checklist) -> dict[str, Any]:
    """The list as values that JSON keeps, for `from_json`."""
    values: dict[str, Any] = json.loads(json.dumps(asdict(checklist)))
    return values


def from_json(values: dict[str, Any]) -> Checklist:
    """A list as `as_json` gave it; what it says is not judged again, so that old ones can always be read."""
    return Checklist(**{**values, "sections": tuple(_section(one) for one in values["sections"])})


def _section(values: dict[str, Any]) -> Section:
    return Section(**{**values, "items": tuple(_item(one) for one in values["items"])})


def _item(values: dict[str, Any]) -> Item:
    stated = values["standard"]
    standard = Standard(stated["document"], tuple(stated["section"])) if stated else None
    return Item(**{**values, "photos": Photos(**values["photos"]), "standard": standard})

"""What a check comes to: marks in, a score out, the same whatever the order of the answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from knowledge.checklist import Checklist, Item, Section

FULL = 5
"""The most points of a `score` item."""
ENOUGH = 3
"""The points from which a `score` item is not a finding."""


class BadMark(Exception):
    """A mark that its item cannot have; the message names the list, the item and what would do."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What was found at an item: `value` True or False (pass), 0-5 (score), a number, words, or how many photos.

    A photo item that a person has judged has True or False instead. A `skipped` item did not apply.
    """

    item: str
    value: bool | int | float | str | None
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """How a deployment scores.

    `bands` are (grade, least total), best first; the last begins at 0 and is what no check passes with.
    `repeat_deduction` points of the total are lost for each earlier time an item failed, counting `repeat_most` times
    of one item at most.
    """

    bands: tuple[tuple[str, float], ...] = (("A", 90), ("B", 80), ("C", 70), ("D", 0))
    repeat_deduction: float = 2
    repeat_most: int = 3

    def __post_init__(self) -> None:
        floors = [least for _, least in self.bands]
        falling = all(above > below for above, below in pairwise(floors))
        if len(floors) < 2 or not falling or floors[-1] != 0 or floors[0] > 100:
            raise ValueError(f"grades {self.bands!r} must fall from at most 100 to 0, two of them at least")
        if len({grade for grade, _ in self.bands}) < len(floors):
            raise ValueError(f"grades {self.bands!r}: a name stands twice")
        if self.repeat_deduction < 0 or self.repeat_most < 0:
            raise ValueError("what repeats cost must not be negative")


@dataclass(frozen=True, slots=True)
class SectionScore:
    """0-100 points of a section, None where nothing in it counts; `passed` says whether it reached its pass mark."""

    key: str
    name: str
    score: float | None
    pass_mark: float | None
    passed: bool


@dataclass(frozen=True, slots=True)
class Score:
    """0-100 points, `before` what repeats take off; `grade` is "" where nothing counts.

    `vetoes` are the failed veto items, which decide whatever the total; `failed` all failed items, `missing` those
    that have no mark yet, `repeats` the failed ones that failed before, with how often.
    """

    total: float
    before: float
    grade: str
    passed: bool
    sections: tuple[SectionScore, ...]
    vetoes: tuple[str, ...]
    failed: tuple[str, ...]
    skipped: tuple[str, ...]
    missing: tuple[str, ...]
    repeats: tuple[tuple[str, int], ...]

    @property
    def deducted(self) -> float:
        """The points that repeats took off."""
        return rounded(self.before - self.total)


def fails(item: Item, value: bool | int | float | str | None) -> bool:
    """Whether this value is a finding; raises BadMark where the item cannot have it."""
    match item.kind:
        case "pass" if isinstance(value, bool):
            return not value
        case "score" if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= FULL:
            return value < ENOUGH
        case "number" if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf"):
            return (item.low is not None and value < item.low) or (item.high is not None and value > item.high)
        case "photo" if isinstance(value, bool):
            return not value
        case "photo" if isinstance(value, int) and value >= 0:
            return value < item.photos.least
        case "text" if value is None or isinstance(value, str):
            return False
    raise BadMark(f"item {item.key} ({item.kind}) cannot have the value {value!r}")


def score(
    checklist: Checklist,
    marks: Mapping[str, Mark],
    rules: Rules = Rules(),
    repeats: Mapping[str, int] | None = None,
) -> Score:
    """What the marks (by item key) come to; `repeats` says how often an item failed before. Raises BadMark.

    An item's share of its section is its weight, a section's share of the total is its weight. Skipped items, text and
    what has no mark yet count nowhere: the others share their part.
    """
    for key, mark in marks.items():
        _possible(checklist, key, mark)
    given = {key: mark for key, mark in marks.items() if not mark.skipped}
    failed = tuple(one.key for one in checklist.items if one.key in given and fails(one, given[one.key].value))
    again = tuple((key, (repeats or {}).get(key, 0)) for key in failed if (repeats or {}).get(key, 0) > 0)
    points = [(section, _points(section, given)) for section in checklist.sections]
    scored = tuple(_section_score(section, mean) for section, mean in points)
    before = _mean([(section.weight, mean) for section, mean in points if mean is not None])
    lost = rules.repeat_deduction * sum(min(times, rules.repeat_most) for _, times in again)
    total = rounded(min(100.0, max(0.0, (before or 0.0) - lost)))
    vetoes = tuple(one.key for one in checklist.items if one.veto and one.key in failed)
    missing = tuple(one.key for one in checklist.items if one.key not in marks)
    grade = "" if before is None else _grade(rules, total, worst=bool(vetoes))
    good = grade not in ("", rules.bands[-1][0]) and not vetoes and not missing
    return Score(
        total=total,
        before=rounded(before or 0.0),
        grade=grade,
        passed=good and all(one.passed for one in scored),
        sections=scored,
        vetoes=vetoes,
        failed=failed,
        skipped=tuple(one.key for one in checklist.items if one.key in marks and marks[one.key].skipped),
        missing=missing,
        repeats=again,
    )


def rounded(points: float) -> float:
    """Points with one decimal, halves up, as people are shown and graded by."""
    return round(points + 1e-9, 1)


def _possible(checklist: Checklist, key: str, mark: Mark) -> None:
    item = checklist.item(key)
    if item is None or mark.item != key:
        raise BadMark(f"list {checklist.key} has no item {key!r} with a mark of {mark.item!r}")
    if mark.skipped and not item.may_skip:
        raise BadMark(f"list {checklist.key}: item {key} may not be skipped")
    if not mark.skipped:
        fails(item, mark.value)


def _points(section: Section, given: Mapping[str, Mark]) -> float | None:
    """0-100, None where nothing in the section counts."""
    counted = [item for item in section.items if item.key in given and item.kind != "text"]
    return _mean([(item.weight, 100 * _part(item, given[item.key].value)) for item in counted])


def _section_score(section: Section, mean: float | None) -> SectionScore:
    points = None if mean is None else rounded(mean)
    passed = points is None or section.pass_mark is None or points >= section.pass_mark
    return SectionScore(section.key, section.name, points, section.pass_mark, passed)


def _part(item: Item, value: bool | int | float | str | None) -> float:
    """How much of an item's weight this value earns, 0 to 1."""
    if item.kind == "score":
        assert isinstance(value, int)
        return value / FULL
    return 0.0 if fails(item, value) else 1.0


def _mean(shares: list[tuple[float, float]]) -> float | None:
    """The weighted mean, None of nothing."""
    weights = sum(weight for weight, _ in shares)
    return sum(weight * points for weight, points in shares) / weights if shares else None


def _grade(rules: Rules, total: float, *, worst: bool) -> str:
    return rules.bands[-1][0] if worst else next(grade for grade, least in rules.bands if total >= least)

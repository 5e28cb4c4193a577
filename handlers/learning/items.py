"""Item statistics: which questions are too easy, too hard, or do not tell who knows; from first attempts only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import correlation, mean

from records.learning.quizzes import Attempt

_REST = 4  # other answers of a person, without which their level is not known
EASY, HARD, BLIND = "easy", "hard", "blind"


@dataclass(frozen=True, slots=True)
class Standard:
    """What a question should be, once `least` people answered: right for `low` to `high` of them, and `telling`."""

    least: int = 10
    low: float = 0.3
    high: float = 0.7
    telling: float = 0.25


@dataclass(frozen=True, slots=True)
class Item:
    """How a version of a question does: `facility` is the share of people who had it right.

    `discrimination` is the correlation of having it right with how the same people do elsewhere, -1 to 1; None where it
    cannot be told.
    """

    question: str
    version: str
    n: int
    facility: float
    discrimination: float | None

    def flaws(self, standard: Standard) -> tuple[str, ...]:
        """What is wrong with it; nothing is said of a question that too few have answered."""
        if self.n < standard.least:
            return ()
        found = [EASY] if self.facility > standard.high else [HARD] if self.facility < standard.low else []
        blind = self.discrimination is not None and self.discrimination < standard.telling
        return (*found, *([BLIND] if blind else []))


def items(attempts: Iterable[Attempt]) -> tuple[Item, ...]:
    """The statistics of every version that was answered, from the first attempt of each person."""
    firsts: dict[tuple[str, str], dict[int, bool]] = defaultdict(dict)
    totals: dict[int, list[bool]] = defaultdict(list)
    for one in attempts:
        if one.first and one.person_id not in firsts[one.question, one.version]:
            firsts[one.question, one.version][one.person_id] = one.right
            totals[one.person_id].append(one.right)
    return tuple(_item(key, version, rights, totals) for (key, version), rights in firsts.items())


def bad(found: Iterable[Item], standard: Standard) -> list[Item]:
    """Those to mend: the least telling first."""
    wrong = [one for one in found if one.flaws(standard)]
    return sorted(wrong, key=lambda one: (one.discrimination if one.discrimination is not None else 1.0, one.question))


def _item(key: str, version: str, rights: Mapping[int, bool], totals: Mapping[int, list[bool]]) -> Item:
    pairs = [
        (float(right), (sum(totals[person]) - right) / (len(totals[person]) - 1))
        for person, right in rights.items()
        if len(totals[person]) > _REST
    ]
    return Item(key, version, len(rights), mean(map(float, rights.values())), _told(pairs))


def _told(pairs: list[tuple[float, float]]) -> float | None:
    rights, others = [right for right, _ in pairs], [other for _, other in pairs]
    if len(pairs) < 2 or len(set(rights)) < 2 or len(set(others)) < 2:
        return None
    return correlation(rights, others)

"""The tree of a 5-Why: causes, what shows them, and what can be read off them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from knowledge.cause.card import Card

Line = Literal["happened", "escaped", "system"]
State = Literal["open", "verified", "refuted"]
End = Literal["", "root", "part", "beyond"]
"""Goes on; the root cause; one that explains only a part of the facts; one that nobody here can change."""

LINES: dict[Line, str] = {"happened": "为何发生", "escaped": "为何没发现", "system": "体系为何没预防"}
STATES: dict[State, str] = {"open": "待验证", "verified": "已证实", "refuted": "已排除"}
ENDS: dict[End, str] = {"": "", "root": "根因", "part": "部分原因", "beyond": "要上报"}
PROBLEM = 0  # what stands above the first causes


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows that a cause is so, or is not: words, photos' ids, a figure, a check or a question in the records."""

    text: str = ""
    photos: tuple[int, ...] = ()
    figure: str = ""
    check: int | None = None
    question: int | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """An answer to one why.

    `parent` is the cause it explains, PROBLEM at the top. `objected`: it has been asked once what lies behind a blaming
    word. `link`: someone read “因此” aloud from it to its parent and it held.
    """

    id: int
    parent: int
    text: str
    line: Line = "happened"
    state: State = "open"
    evidence: tuple[Evidence, ...] = ()
    end: End = ""
    objected: bool = False
    link: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    """Causes in the order they were found; `at` is where the walk stands, `next` the id of the next one."""

    card: Card
    causes: tuple[Cause, ...] = ()
    at: int = PROBLEM
    next: int = 1

    def cause(self, number: int) -> Cause:
        """The cause of that id; KeyError where there is none."""
        for one in self.causes:
            if one.id == number:
                return one
        raise KeyError(number)

    def under(self, parent: int, line: Line | None = None) -> tuple[Cause, ...]:
        """The causes right below one, or below the problem (then of one line, or of all, line by line)."""
        found = [one for one in self.causes if one.parent == parent and line in (None, one.line)]
        return tuple(sorted(found, key=lambda one: list(LINES).index(one.line)))

    def path(self, number: int) -> tuple[Cause, ...]:
        """A cause and those above it, up to right below the problem; () for the problem."""
        steps: list[Cause] = []
        while number != PROBLEM:
            steps.append(self.cause(number))
            number = steps[-1].parent
        return tuple(steps)

    def level(self, number: int) -> int:
        """How many whys led to it: 0 for the problem."""
        return len(self.path(number))

    def walk(self, top: int = PROBLEM) -> Iterator[Cause]:
        """Every cause below one, each before those that explain it, as one reads the picture."""
        for one in self.under(top):
            yield one
            yield from self.walk(one.id)

    def with_cause(self, changed: Cause) -> "Tree":
        """The tree with one cause in place of that of its id."""
        return replace(self, causes=tuple(changed if one.id == changed.id else one for one in self.causes))


def standing(tree: Tree) -> tuple[Cause, ...]:
    """Causes that no refutation has taken away, neither their own nor one above."""
    return tuple(one for one in tree.walk() if all(above.state != "refuted" for above in tree.path(one.id)))


def open_branches(tree: Tree) -> tuple[Cause, ...]:
    """Standing causes below which nothing stands yet and that nobody has called an end."""
    known = standing(tree)
    explained = {one.parent for one in known}
    return tuple(one for one in known if not one.end and one.id not in explained)


def unverified(tree: Tree) -> tuple[Cause, ...]:
    """Standing causes that are neither verified nor refuted."""
    return tuple(one for one in standing(tree) if one.state == "open")


def roots(tree: Tree) -> tuple[Cause, ...]:
    """The root causes that stand, with those that are a part of the explanation."""
    return tuple(one for one in standing(tree) if one.end in ("root", "part"))


def empty_lines(tree: Tree) -> tuple[Line, ...]:
    """The lines below which nothing stands."""
    used = {one.line for one in standing(tree)}
    return tuple(line for line in LINES if line not in used)

"""Whatever a paper has drawn as a sheet: trees, fishbones, and what guides break down or sort into four fields."""

from collections.abc import Iterable, Iterator
from itertools import count

from knowledge.cause.fishbone import Fishbone
from knowledge.cause.tree import Tree
from knowledge.paper import Breakdown, Drawn, Item, Mark, Matrix
from reports.diagrams.of_cause import of_fishbone, of_tree
from reports.diagrams.sheet import Group, Node, Sheet, Tone

_TONES: dict[Mark, Tone] = {
    "plain": "plain", "first": "likely", "good": "verified", "bad": "root", "out": "refuted",
}  # fmt: skip


def sheet_of(of: Drawn) -> Sheet:
    """The sheet to lay out or to export."""
    match of:
        case Tree():
            return of_tree(of)
        case Fishbone():
            return of_fishbone(of)
        case Breakdown():
            facts = tuple(f"{name}：{said}" for name, said in of.facts)
            return Sheet(of.kind, of.top, facts, (Group("by", of.name, _nodes(of.items, count(1))),))
        case Matrix():
            return _four(of)


def _four(of: Matrix) -> Sheet:
    numbers = count(1)
    groups = tuple(Group(f"f{hue}", name, _nodes(items, numbers), hue) for hue, (name, items) in enumerate(of.fields))
    return Sheet(of.kind, of.top, (), groups)


def _nodes(items: Iterable[Item], numbers: Iterator[int]) -> tuple[Node, ...]:
    return tuple(_node(one, f"n{next(numbers)}", numbers) for one in items)


def _node(one: Item, key: str, numbers: Iterator[int]) -> Node:
    chips = (one.said,) if one.said else ()
    return Node(key, one.text, _TONES[one.mark], chips, _nodes(one.below, numbers))

"""What is drawn, before it has a place: a problem, and causes below it with their states."""

from dataclasses import dataclass

Tone = str
"""A key of the palette's tones."""


@dataclass(frozen=True, slots=True)
class Node:
    """A cause: `key` names it in every export, `chips` are short words beside it (state, root, evidence)."""

    key: str
    text: str
    tone: Tone = "plain"
    chips: tuple[str, ...] = ()
    children: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Causes under a heading: a line of the 5-Why, or a bone; `hue` is its place among the palette's bones."""

    key: str
    name: str
    nodes: tuple[Node, ...]
    hue: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A problem with the facts that describe it, and its causes in groups; `legend` is (tone, word)."""

    kind: str
    problem: str
    facts: tuple[str, ...]
    groups: tuple[Group, ...]
    legend: tuple[tuple[Tone, str], ...] = ()


PROBLEM = "problem"  # the key of what stands above all

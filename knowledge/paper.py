"""A finished piece of work before it is set: headings, words, facts, lists, tables, photos, pictures."""

from dataclasses import dataclass
from typing import Literal

from knowledge.cause.fishbone import Fishbone
from knowledge.cause.tree import Tree


@dataclass(frozen=True, slots=True)
class Heading:
    """What comes next is called so; `level` 1 is the largest."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what they stand for."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a list, and the lines below it."""

    text: str
    below: tuple["Entry", ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines, numbered or not."""

    entries: tuple[Entry, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows, each as long as `columns`."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Photos:
    """Photos by their ids in the records."""

    ids: tuple[int, ...]


Mark = Literal["plain", "first", "good", "bad", "out"]
"""How an item stands out in a picture: not at all, as the first to look at, as for or against it, as set aside."""


@dataclass(frozen=True, slots=True)
class Item:
    """A part of something drawn; `said` is the word beside it (“重点查”)."""

    text: str
    said: str = ""
    mark: Mark = "plain"
    below: tuple["Item", ...] = ()


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A question broken down into its parts, by the way that `name` says; `kind` is what the picture is called."""

    kind: str
    top: str
    facts: tuple[tuple[str, str], ...]
    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Items in four fields: `across` names the columns, `down` the rows, `fields` are (name, items) row by row."""

    kind: str
    top: str
    across: tuple[str, str]
    down: tuple[str, str]
    fields: tuple[tuple[str, tuple[Item, ...]], ...]


Drawn = Tree | Fishbone | Breakdown | Matrix


@dataclass(frozen=True, slots=True)
class Picture:
    """What is to be drawn."""

    of: Drawn


Block = Heading | Paragraph | Facts | Listing | Table | Photos | Picture


@dataclass(frozen=True, slots=True)
class Paper:
    """A title and what follows; `kind` says what it is (“整改方案”), `summary` the whole in a sentence or two."""

    kind: str
    title: str
    summary: str
    blocks: tuple[Block, ...]

    @property
    def photos(self) -> tuple[int, ...]:
        """Every photo in it, once."""
        return tuple(dict.fromkeys(one for block in self.blocks if isinstance(block, Photos) for one in block.ids))

"""A finished piece of work before it is set: headings, words, facts, lists, tables, photos, pictures of causes."""

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Picture:
    """Causes, to be drawn."""

    of: Tree | Fishbone


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

"""What a question needs to know of a section, kept beside the keyword index."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from knowledge.document import Section


@dataclass(frozen=True, slots=True)
class Card:
    """A section with its document's name, and its terms as the analyzer made them (space between terms).

    `starts` are the offsets of its passages in `text`, ascending; `passages` their terms; `headings` the terms of title
    and path, `leaf` of the nearest heading; `folded` the canonical text; `family` what
    is shown in its place when its neighbours are short (retrieval/family.py).
    """

    key: str
    document: str
    title: str
    version: str
    path: tuple[str, ...]
    text: str
    page: int | None = None
    breaks: tuple[tuple[int, int], ...] = ()
    starts: tuple[int, ...] = (0,)
    passages: tuple[str, ...] = ()
    headings: str = ""
    leaf: str = ""
    folded: str = ""
    family: str = ""

    @property
    def heading(self) -> str:
        """The nearest heading, the document's title where the section has none."""
        return self.path[-1] if self.path else self.title

    @property
    def section(self) -> Section:
        """The section as its document holds it."""
        return Section(self.path, self.text, self.page, self.breaks)

    def passage(self, number: int) -> str:
        """The text of a passage, without the header a cut table repeats."""
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[number] : end].strip()

    def dump(self) -> dict[str, Any]:
        """As JSON-able values."""
        return asdict(self)

    @classmethod
    def load(cls, values: dict[str, Any]) -> Self:
        """The inverse of `dump`, lists (JSON has no tuples) made tuples again."""
        for name in ("path", "starts", "passages"):
            values[name] = tuple(values[name])
        return cls(**{**values, "breaks": tuple((at, page) for at, page in values["breaks"])})

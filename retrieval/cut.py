"""Makes the cards of a section: cut into passages, analysed once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from knowledge.document import Section
from retrieval.blocks import headed
from retrieval.card import Card
from retrieval.family import families
from retrieval.text import Analyzer, simplify

if TYPE_CHECKING:
    from retrieval.passages import MarkdownSplitter


@dataclass(frozen=True, slots=True)
class Source:
    """What a card says of its document."""

    name: str
    title: str
    version: str


@dataclass(frozen=True)
class Cutter:
    """Cuts into passages of about `size` characters and analyses; `embedded` gives what their vectors are made of."""

    size: int
    analyzer: Analyzer

    @cached_property
    def splitter(self) -> "MarkdownSplitter":
        """Made when first something is cut: langchain takes its time to import, and questions do not need it."""
        from retrieval.passages import MarkdownSplitter

        return MarkdownSplitter(self.size)

    def cards(self, source: Source, sections: Sequence[tuple[str, Section]]) -> list[Card]:
        """The cards of a whole document's (key, section), in order."""
        wholes = families([section for _, section in sections])
        return [self.card(key, source, section, whole) for (key, section), whole in zip(sections, wholes, strict=True)]

    def card(self, key: str, source: Source, section: Section, family: str = "") -> Card:
        """The card of a section."""
        pieces = self.splitter.split_with_offsets(section.text)
        return Card(
            key=key,
            document=source.name,
            title=source.title,
            version=source.version,
            path=section.path,
            text=section.text,
            page=section.page,
            breaks=section.breaks,
            starts=tuple(start for _, start in pieces),
            passages=tuple(self._terms(text) for text, _ in pieces),
            headings=self._terms("\n".join((source.title, *section.path))),
            leaf=self._terms(section.path[-1] if section.path else source.title),
            folded=self.analyzer.canonical("\n".join((*section.path, section.text))),
            family=family,
        )

    def embedded(self, card: Card) -> Sequence[tuple[str, str]]:
        """(passage id, text to embed) for each passage."""
        pieces = self.splitter.split_text(card.text)
        return [(f"{card.key}/{n}", simplify(headed(card.title, card.path, text))) for n, text in enumerate(pieces)]

    def _terms(self, text: str) -> str:
        return " ".join(self.analyzer.terms(text))

"""Keeps the vectors in step with the live sections, and every one of them reachable."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from retrieval.cut import Cutter
from retrieval.keywords import Keywords
from retrieval.model.types import Embedder
from retrieval.vectors import Vectors, VectorsError

Progress = Callable[[str, int, int], None]
_AT_ONCE = 64  # sections embedded in one go when an index is made anew
_PROVED_WHOLE = 20_000  # passages
_AROUND = 40


@dataclass(frozen=True, slots=True)
class Upkeep:
    """For the one process that holds the library's lock; the keywords must be in line with the database."""

    keywords: Keywords
    vectors: Vectors
    embedder: Embedder
    cutter: Cutter

    def drop(self, keys: Sequence[str]) -> None:
        """Remove the vectors of sections that are gone but still indexed by keywords; what fails is swept later."""
        with suppress(VectorsError):
            self.vectors.delete([passage for key in keys for passage in self._passages(key)])

    def sweep(self, progress: Progress | None) -> None:
        """Drop vectors that no live section claims, make those that are missing."""
        self.vectors.mend()
        self.vectors.sweep()
        if self.vectors.count() == self.keywords.passages:
            return
        with self.vectors.writing():
            self._settle(progress)

    def _settle(self, progress: Progress | None) -> None:
        there = self.vectors.ids()
        lost, stray = self.gaps(there)
        self.vectors.delete(sorted(stray))
        missing = sorted({passage.partition("/")[0] for passage in lost})
        for start in range(0, len(missing), _AT_ONCE):
            if progress:
                progress("", start, len(missing))
            self._embed(missing[start : start + _AT_ONCE], there)
        if progress and missing:
            progress("", len(missing), len(missing))

    def gaps(self, there: set[str]) -> tuple[set[str], set[str]]:
        """(live passages that are not `there`, those there that are not live)."""
        live = {passage for key in self.keywords.keys() for passage in self._passages(key)}  # noqa: SIM118 - no dict
        return live - there, there - live

    def _embed(self, keys: Sequence[str], there: set[str]) -> None:
        cards = [card for key in keys if (card := self.keywords.card(key))]
        passages = [(i, text) for card in cards for i, text in self.cutter.embedded(card) if i not in there]
        self.vectors.add([i for i, _ in passages], self.embedder.passages([text for _, text in passages]))

    def _passages(self, key: str) -> list[str]:
        card = self.keywords.card(key)
        return [f"{key}/{n}" for n in range(len(card.starts))] if card else []

    def prove(self, new: Sequence[str]) -> None:
        """Every live passage must be found by its own vector (chroma #7758); if not, the collection is made anew.

        In a large collection only the new passages and those around them are asked for: no other lost a neighbour.
        """
        for _ in range(3):
            few = self.vectors.count() <= _PROVED_WHOLE
            if not self.vectors.unreachable(sorted(self.vectors.ids() if few else self.vectors.around(new, _AROUND))):
                return
            self.vectors.rebuild()

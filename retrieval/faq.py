"""Curated answers win over retrieval for near-identical questions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from records.questions import FaqRow
from retrieval.gist import Gist, Likeness, gist
from retrieval.search import Asks
from retrieval.text import Analyzer

# Measured on the pairs of tests/test_faq.py with the bundled model: turned questions .986 and up, one with a harmless
# word more .990 and up, one with a word that changes it .987 and down.
_LEAST: dict[Likeness, float] = {"same": 0.0, "turned": 0.98, "added": 0.99}


@dataclass(frozen=True, slots=True)
class _Known:
    row: FaqRow
    bare: str
    gist: Gist
    vector: NDArray[np.float32]


class Faqs:
    """The curated questions, embedded; `load` again after one is written."""

    def __init__(self, analyzer: Analyzer, embedder: Asks) -> None:
        self._analyzer = analyzer
        self._embedder = embedder
        self._known: list[_Known] = []

    def load(self, rows: Sequence[FaqRow]) -> None:
        """Take these as all there are; what was embedded before is kept."""
        before = {one.row.question: one.vector for one in self._known}
        self._known = [self._prepare(row, before.get(row.question)) for row in rows]

    def match(self, question: str) -> FaqRow | None:
        """The curated answer to this very question, or to one that differs only in wording.

        The question is embedded only when its words leave open whether it is the same.
        """
        canonical = self._analyzer.canonical(question)
        asked, bare = gist(canonical), _bare(canonical)
        near: list[tuple[_Known, float]] = []
        for known in self._known:
            likeness = known.gist.likeness(asked) if known.gist.agrees(asked) else None
            if known.bare == bare:
                return known.row
            if likeness and asked.words:
                near.append((known, _LEAST[likeness]))
        same = next((known for known, least in near if not least), None)
        if same or not near:
            return same.row if same else None
        vector = self._embedder.query(canonical)
        best, least = max(near, key=lambda pair: float(pair[0].vector @ vector) - pair[1])
        return best.row if float(best.vector @ vector) >= least else None

    def _prepare(self, row: FaqRow, vector: NDArray[np.float32] | None) -> _Known:
        canonical = self._analyzer.canonical(row.question)
        if vector is None:
            vector = self._embedder.query(canonical)
        return _Known(row, _bare(canonical), gist(canonical), vector)


def _bare(canonical: str) -> str:
    return re.sub(r"[\W_]+", "", canonical)

"""Curated answers win over retrieval for near-identical questions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from records.questions import FaqRow
from retrieval.search import Asks
from retrieval.text import Analyzer, fold, simplify, tokens

_NEAR = 0.94
_SHARED = 0.6


@dataclass(frozen=True, slots=True)
class _Known:
    row: FaqRow
    bare: str
    terms: frozenset[str]
    numbers: frozenset[str]
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

    def match(self, question: str, vector: NDArray[np.float32] | None = None) -> FaqRow | None:
        """The curated answer to this very question, or to one that differs only in wording."""
        if not self._known:
            return None
        asked = self._prepare_text(question)
        for known in self._known:
            if known.bare == asked[0]:
                return known.row
        if vector is None:
            vector = self._embedder.query(simplify(question))
        best = max(self._known, key=lambda known: float(known.vector @ vector))
        if float(best.vector @ vector) < _NEAR or best.numbers != asked[2]:
            return None
        shared = len(best.terms & asked[1]) / max(len(best.terms | asked[1]), 1)
        return best.row if shared >= _SHARED else None

    def _prepare(self, row: FaqRow, vector: NDArray[np.float32] | None) -> _Known:
        if vector is None:
            vector = self._embedder.query(simplify(row.question))
        return _Known(row, *self._prepare_text(row.question), vector)

    def _prepare_text(self, question: str) -> tuple[str, frozenset[str], frozenset[str]]:
        canonical = self._analyzer.canonical(question)
        terms = frozenset(tokens(self._analyzer.asked(question)))
        return re.sub(r"[\W_]+", "", canonical), terms, frozenset(re.findall(r"\d+", fold(question)))

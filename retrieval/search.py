"""From a question to ranked sections: nearest passages and keyword hits, ordered by fitted evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.keywords import Keywords
from retrieval.rank import Candidate, Question, Ranked, Ranking
from retrieval.text import Analyzer
from retrieval.vectors import Vectors

_NEAREST, _PASSAGES, _WHOLE, _HEADINGS = 30, 10, 8, 5


class Asks(Protocol):
    """Turns a question into a unit vector."""

    def query(self, text: str) -> NDArray[np.float32]:
        """Shape (dimensions,)."""
        ...


class Reranks(Protocol):
    """Judges texts against a question with a cross encoder."""

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (len(texts),), higher is better."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """What a question brought up: ranked sections, best first, and its vector."""

    question: Question
    vector: NDArray[np.float32]
    ranked: tuple[Ranked, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """Everything a question needs, no database among it; safe to call from several threads."""

    keywords: Keywords
    vectors: Vectors
    embedder: Asks
    analyzer: Analyzer
    ranking: Ranking
    reranker: Reranks | None = None

    def find(self, text: str, k: int = 10) -> Found:
        """The best `k` sections for a question."""
        question, vector = self.question(text)
        ranked = self.ranking.order(question, self.candidates(question, vector))
        if self.reranker is not None and ranked:
            ranked = _reranked(self.reranker, text, ranked[: 2 * k])
        return Found(question, vector, tuple(ranked[:k]))

    def question(self, text: str) -> tuple[Question, NDArray[np.float32]]:
        """A question's terms in the documents' words, and its vector."""
        frequency = self.keywords.frequency
        standard = self.analyzer.standard(text, lambda term: frequency(term) > 0)
        asked = self.analyzer.asked(standard)
        canonical = self.analyzer.canonical(standard)
        question = Question.of(canonical, asked, frequency, self.keywords.sections)
        return question, self.embedder.query(standard)

    def candidates(self, question: Question, vector: NDArray[np.float32]) -> list[Candidate]:
        """Sections near by meaning or by words; one found by words alone has the least cosine seen."""
        cosine: dict[str, tuple[float, int]] = {}
        least = 0.0
        for passage, nearness in self.vectors.search(vector, _NEAREST):
            key, _, number = passage.partition("/")
            cosine.setdefault(key, (nearness, int(number)))
            least = nearness
        terms = [term for term in question.idf if self.keywords.frequency(term)]
        for field, k in (("passage", _PASSAGES), ("whole", _WHOLE), ("heading", _HEADINGS)):
            for key, _ in self.keywords.search(field, terms, k):
                cosine.setdefault(key, (least, -1))
        cards = ((self.keywords.card(key), found) for key, found in cosine.items())
        return [Candidate(card, nearness, number) for card, (nearness, number) in cards if card is not None]


def _reranked(reranker: Reranks, text: str, ranked: Sequence[Ranked]) -> list[Ranked]:
    scores = reranker.scores(text, ["\n".join((*one.card.path, one.card.text)) for one in ranked])
    judged = [replace(one, score=float(score)) for one, score in zip(ranked, scores, strict=True)]
    return sorted(judged, key=lambda one: -one.score)

"""From a question to ranked sections: nearest passages and keyword hits, ordered by fitted evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.homophones import mended
from retrieval.keywords import Keywords
from retrieval.rank import Candidate, Question, Ranked, Ranking
from retrieval.text import Analyzer, simplify, subject
from retrieval.vectors import Vectors

_NEAREST, _PASSAGES, _WHOLE, _HEADINGS = 30, 8, 6, 4
_LOOKED_AT = 18


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
    """What a question brought up: ranked sections, best first."""

    question: Question
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
        question, candidates = self.candidates(text, k)
        ranked = self.ranking.order(question, candidates)
        if self.reranker is not None and ranked:
            ranked = _reranked(self.reranker, text, ranked[: 2 * k])
        return Found(question, tuple(ranked[:k]))

    def candidates(self, text: str, k: int = 10) -> tuple[Question, list[Candidate]]:
        """Sections near by meaning or by words, and what they are compared with.

        One found by words alone has the least cosine seen; one that is no longer indexed is left out.
        """
        frequency = self.keywords.frequency
        heard = mended(simplify(text), frequency)
        standard = self.analyzer.standard(heard, lambda term: frequency(term) > 0)
        canonical = self.analyzer.canonical(standard)
        question = Question.of(canonical, subject(canonical), frequency, self.keywords.sections)
        vector = self.embedder.query(standard)
        near = _nearest(self.vectors.search(vector, max(_NEAREST, k)))
        least = min((cosine for cosine, _ in near.values()), default=0.0)
        cards = ((key, self.keywords.card(key)) for key in _likeliest([list(near), *self._by_words(question)], k))
        found = [Candidate(card, *near.get(key, (least, -1))) for key, card in cards if card is not None]
        return question, found

    def _by_words(self, question: Question) -> list[list[str]]:
        """Section keys, best first, from each field of the keyword index."""
        known = [term for term, weight in question.idf.items() if weight < question.rarest]
        fields = (("passage", _PASSAGES), ("whole", _WHOLE), ("heading", _HEADINGS))
        return [[key for key, _ in self.keywords.search(field, known, k)] for field, k in fields]


def _nearest(passages: Sequence[tuple[str, float]]) -> dict[str, tuple[float, int]]:
    """Section key -> (cosine, number) of its nearest passage, nearest first."""
    near: dict[str, tuple[float, int]] = {}
    for passage, cosine in passages:
        key, _, number = passage.partition("/")
        near.setdefault(key, (cosine, int(number)))
    return near


def _likeliest(lists: Sequence[Sequence[str]], k: int) -> list[str]:
    """The keys with the most reciprocal ranks in the lists, `k` or _LOOKED_AT: only these are worth reading."""
    votes: dict[str, float] = {}
    for keys in lists:
        for rank, key in enumerate(dict.fromkeys(keys)):
            votes[key] = votes.get(key, 0.0) + 1 / (10 + rank)
    return sorted(votes, key=lambda key: -votes[key])[: max(_LOOKED_AT, k)]


def _reranked(reranker: Reranks, text: str, ranked: Sequence[Ranked]) -> list[Ranked]:
    scores = reranker.scores(text, ["\n".join((*one.card.path, one.card.text)) for one in ranked])
    judged = [replace(one, score=float(score)) for one, score in zip(ranked, scores, strict=True)]
    return sorted(judged, key=lambda one: -one.score)

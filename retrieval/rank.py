"""Orders candidate sections by weighted evidence; the weights are fitted by bench/fit.py, never typed in."""

import json
import math
import re
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

from retrieval import kinds
from retrieval.card import Card
from retrieval.text import tokens

FEATURES = (
    "cosine",
    "bm25_passage",
    "bm25_section",
    "bm25_heading",
    "covered_by_passage",
    "covered_by_section",
    "covered_by_heading",
    "heading_in_question",
    "longest_run",
    "kind_of_answer",
    "ordinal",
)
_K1, _B = 1.2, 0.75


@dataclass(frozen=True)
class Question:
    """A question with its terms and their weights in the index at hand (inverse document frequency).

    `rarest` is the weight of a term that stands in no section.
    """

    text: str
    asked: str
    idf: dict[str, float]
    rarest: float

    @classmethod
    def of(cls, text: str, asked: str, frequency: Callable[[str], int], sections: int) -> "Question":
        """Count each term of `asked` in an index of so many sections."""
        idf = {}
        terms = dict.fromkeys(tokens(asked))
        for term in [t for t in terms if len(t) > 1 or t.isascii()] or terms:
            n = frequency(term)
            idf[term] = math.log(1 + (sections - n + 0.5) / (n + 0.5))
        return cls(text, asked, idf, math.log(1 + (sections + 0.5) / 0.5))

    @cached_property
    def weight(self) -> float:
        """The weight of all its terms together; never zero."""
        return sum(self.idf.values()) or 1.0

    @cached_property
    def kinds(self) -> tuple[int, ...]:
        """The kinds of answer it asks for."""
        return kinds.wanted(self.text)

    @cached_property
    def ordinals(self) -> frozenset[str]:
        """The ordinals it names: 第2步."""
        return kinds.ordinals(self.text)

    @cached_property
    def runs(self) -> tuple[str, ...]:
        """What is asked, piece by piece, for the longest common run."""
        return tuple(piece for piece in re.split(r"[\W_]+", self.asked) if piece)

    @cached_property
    def spaced(self) -> tuple[tuple[str, float], ...]:
        """Its terms as they stand in `Terms`, with their weights."""
        return tuple((f" {term} ", weight) for term, weight in self.idf.items())

    def covered(self, *terms: Container[str], held: Iterable[tuple[str, float]] | None = None) -> float:
        """How much of the question's weight stands in any of the terms: 0 to 1; only `held` ones are looked at."""
        found = 0.0
        for term, weight in self.idf.items() if held is None else held:
            for each in terms:
                if term in each:
                    found += weight
                    break
        return found / self.weight

    def bm25(self, held: Iterable[tuple[str, float]], terms: str, length: float) -> float:
        """BM25 of spaced terms with this question's weights, over their total; `length` is relative to the average."""
        norm = _K1 * (1 - _B + _B * length)
        score = 0.0
        for term, weight in held:
            count = terms.count(term)
            if count:
                score += weight * count * (_K1 + 1) / (count + norm)
        return score / self.weight

    def longest_run(self, text: str) -> float:
        """The longest piece of what is asked that stands in the text, over all that is asked: 0 to 1."""
        total = sum(len(run) for run in self.runs)
        return max((_longest(run, text) for run in self.runs), default=0) / total if total else 0.0


class Terms:
    """The terms of a card, each between spaces of its own: of each passage, of the whole, and of the headings.

    Looking for a question's few terms in them is quicker than counting all of a card that is met for the first time.
    """

    def __init__(self, card: Card) -> None:
        self.passages = [_spaced(passage) for passage in card.passages]
        self.lengths = [(passage.count(" ") + 1) / 60 for passage in card.passages]
        self.heading = _spaced(card.headings)
        self.leaf = _spaced(card.leaf)
        self.leaves = tuple(dict.fromkeys(card.leaf.split()))
        self.whole = "".join((self.heading, *self.passages))
        self.text = card.folded
        self.ordinals = kinds.ordinals(card.leaf)

    @cached_property
    def bare(self) -> str:
        """The text without list marks."""
        return kinds.bare(self.text)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A section that may answer: how near its nearest passage is, and which passage that is (-1 unknown)."""

    card: Card
    cosine: float
    nearest: int = -1


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its evidence (one figure for each of FEATURES), its score and its best passage."""

    card: Card
    score: float
    evidence: tuple[float, ...]
    passage: int


class Ranking:
    """The fitted weights."""

    def __init__(self, weights: Sequence[float] | None = None) -> None:
        if weights is None:
            fitted = json.loads(files("retrieval").joinpath("weights.json").read_text(encoding="utf-8"))
            weights = [fitted["ranking"][name] for name in FEATURES]
        self._weights = tuple(weights)
        self._terms: dict[str, Terms] = {}

    def __repr__(self) -> str:
        return f"Ranking({self._weights})"

    def order(self, question: Question, candidates: Sequence[Candidate]) -> list[Ranked]:
        """Best first."""
        ranked = []
        for candidate in candidates:
            evidence, passage = self.evidence(question, candidate)
            score = sum(w * e for w, e in zip(self._weights, evidence, strict=True))
            ranked.append(Ranked(candidate.card, score, evidence, passage))
        return sorted(ranked, key=lambda one: -one.score)

    def evidence(self, question: Question, candidate: Candidate) -> tuple[tuple[float, ...], int]:
        """(one figure for each of FEATURES, the passage with the most keyword evidence)."""
        terms = self._terms_of(candidate.card)
        lengths = terms.lengths
        held = [one for one in question.spaced if one[0] in terms.whole]
        scores = [question.bm25(held, p, n) for p, n in zip(terms.passages, lengths, strict=True)]
        best = max(range(len(scores)), key=lambda i: (scores[i], i == candidate.nearest), default=0)
        evidence = (
            candidate.cosine,
            scores[best] if scores else 0.0,
            question.bm25(held, terms.whole, sum(lengths) / 2),
            question.bm25(held, terms.heading, 1.0),
            question.covered(terms.passages[best], terms.heading, held=held) if scores else 0.0,
            sum(weight for _, weight in held) / question.weight,
            question.covered(terms.leaf, held=held),
            _within(terms.leaves, question),
            question.longest_run(terms.text),
            kinds.holds(question.kinds, terms.bare) if question.kinds else 0.5,
            kinds.ordinal(question.ordinals, terms.ordinals),
        )
        return evidence, best if scores and scores[best] > 0 else max(candidate.nearest, 0)

    def _terms_of(self, card: Card) -> Terms:
        if card.key not in self._terms:
            if len(self._terms) > 4096:
                self._terms.clear()
            self._terms[card.key] = Terms(card)
        return self._terms[card.key]


def _spaced(terms: str) -> str:
    return f" {terms.replace(' ', '  ')} "


def _within(heading: Sequence[str], question: Question) -> float:
    """How much of a heading the question says."""
    return sum(1 for term in heading if term in question.idf) / len(heading) if heading else 0.0


def _longest(run: str, text: str) -> int:
    """The length of the longest piece of `run` that stands in `text`."""
    best = 0
    for start in range(len(run)):
        while start + best < len(run) and run[start : start + best + 1] in text:
            best += 1
    return best

"""Puts questions that ask the same together."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from records.questions import Complaint
from retrieval.faq import Faqs
from retrieval.gist import gist
from retrieval.search import Search
from retrieval.text import fold, tokens

_SAME = 0.93
_SHARED = 0.5


@dataclass(frozen=True, slots=True)
class _Group:
    vector: NDArray[np.float32]
    terms: frozenset[str]
    numbers: tuple[str, ...]
    members: list[Complaint] = field(default_factory=list)

    def alike(self, other: "_Group") -> bool:
        """Near in meaning, with half of the words of the shorter and all the numbers in common."""
        shared = len(self.terms & other.terms) >= _SHARED * max(1, min(len(self.terms), len(other.terms)))
        return shared and self.numbers == other.numbers and float(self.vector @ other.vector) >= _SAME


def grouped(search: Search, complaints: Sequence[Complaint]) -> list[list[Complaint]]:
    """Groups of near-identical questions, the most frequent first, each in the order they were asked."""
    groups: list[_Group] = []
    seen: dict[str, _Group] = {}
    for complaint in complaints:
        text = complaint.question.searched or complaint.question.text
        if text not in seen:
            canonical = search.analyzer.canonical(text)
            terms = frozenset(tokens(search.analyzer.asked(text)))
            fresh = _Group(search.embedder.query(canonical), terms, gist(canonical).numbers)
            seen[text] = next((group for group in groups if group.alike(fresh)), fresh)
            if seen[text] is fresh:
                groups.append(fresh)
        seen[text].members.append(complaint)
    return sorted((group.members for group in groups), key=lambda members: -len(members))


def waiting(search: Search, faqs: Faqs, complaints: Sequence[Complaint]) -> list[list[Complaint]]:
    """Groups of the questions in words that no curated answer has been written for since."""
    return grouped(search, [one for one in complaints if _waits(one, faqs)])


def _waits(complaint: Complaint, faqs: Faqs) -> bool:
    asked = complaint.question
    if not tokens(fold(asked.searched)):
        return False
    known = faqs.match(asked.searched)
    return known is None or known.written_at <= asked.asked_at

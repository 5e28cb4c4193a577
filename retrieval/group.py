"""Puts questions that ask the same together."""

from collections.abc import Sequence

import numpy as np

from records.questions import Complaint
from retrieval.search import Search
from retrieval.text import simplify, tokens

_SAME = 0.93
_SHARED = 0.5


def grouped(search: Search, complaints: Sequence[Complaint]) -> list[list[Complaint]]:
    """Groups of near-identical questions, the most frequent first, each in the order they were asked."""
    groups: list[tuple[np.ndarray[tuple[int], np.dtype[np.float32]], set[str], list[Complaint]]] = []
    seen: dict[str, int] = {}
    for complaint in complaints:
        text = complaint.question.searched or complaint.question.text
        if text not in seen:
            vector = search.embedder.query(simplify(text))
            terms = set(tokens(search.analyzer.asked(text)))
            seen[text] = next(
                (i for i, (v, t, _) in enumerate(groups) if float(v @ vector) >= _SAME and _alike(t, terms)), len(groups)
            )
            if seen[text] == len(groups):
                groups.append((vector, terms, []))
        groups[seen[text]][2].append(complaint)
    return sorted((members for _, _, members in groups), key=lambda members: -len(members))


def _alike(one: set[str], other: set[str]) -> bool:
    return len(one & other) >= _SHARED * max(1, min(len(one), len(other)))

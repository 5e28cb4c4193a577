"""What is said in other words: how alike two sentences are, and those that mean the same put together."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SAME = 0.6  # from here on two causes count as one


@dataclass(frozen=True, slots=True)
class Heap:
    """What is said in much the same words: `text` is how most say it, `of` the ids it was said of, each once."""

    text: str
    texts: tuple[str, ...]
    of: tuple[int, ...]


def alike(one: str, other: str) -> float:
    """How much two sentences are alike: the share of common pairs of characters, 0 to 1."""
    return _share(_pairs(one), _pairs(other))


def heaped(said: Iterable[tuple[str, int]], least: float = SAME) -> tuple[Heap, ...]:
    """(text, the id it was said of) as heaps, those said of most first."""
    known = list(said)
    counts = Counter(text for text, _ in known)
    heads: dict[str, list[str]] = {}
    pairs_of: list[tuple[str, frozenset[str]]] = []
    heads_with: dict[str, list[int]] = {}
    for text, _ in counts.most_common():
        pairs = _pairs(text)
        near = [(_share(pairs_of[at][1], pairs), -at) for at in _near(pairs, heads_with, least)]
        share, at = max(near, default=(0.0, 0))
        if near and share >= least:
            heads[pairs_of[-at][0]].append(text)
            continue
        for pair in pairs:
            heads_with.setdefault(pair, []).append(len(pairs_of))
        pairs_of.append((text, pairs))
        heads[text] = [text]
    said_of: dict[str, dict[int, None]] = {}
    for text, of in known:
        said_of.setdefault(text, {})[of] = None
    heaps = [
        Heap(head, tuple(texts), tuple(dict.fromkeys(of for text in texts for of in said_of[text])))
        for head, texts in heads.items()
    ]
    return tuple(sorted(heaps, key=lambda one: -len(one.of)))


def _near(pairs: frozenset[str], heads_with: Mapping[str, Sequence[int]], least: float) -> set[int]:
    """Heads that can be alike: they have one of the rarest pairs, so many that no others could make up for them."""
    missing = len(pairs) - math.ceil(least * len(pairs) - 1e-9) + 1
    rarest = sorted(pairs, key=lambda pair: len(heads_with.get(pair, ())))[:missing]
    return {head for pair in rarest for head in heads_with.get(pair, ())}


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    both = len(one | other)
    return len(one & other) / both if both else 0.0


def _pairs(text: str) -> frozenset[str]:
    bare = _bare(text)
    return frozenset(bare[at : at + 2] for at in range(len(bare) - 1))


def _bare(text: str) -> str:
    return "".join(one for one in text.lower() if one.isalnum() and not one.isdigit())

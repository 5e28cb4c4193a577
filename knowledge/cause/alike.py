"""What is said in other words: how alike two sentences are, and those that mean the same put together."""

from collections import Counter
from collections.abc import Iterable
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
    pairs = [{text[i : i + 2] for i in range(len(text) - 1)} for text in (_bare(one), _bare(other))]
    both = pairs[0] | pairs[1]
    return len(pairs[0] & pairs[1]) / len(both) if both else 0.0


def heaped(said: Iterable[tuple[str, int]], least: float = SAME) -> tuple[Heap, ...]:
    """(text, the id it was said of) as heaps, those said of most first."""
    known = list(said)
    counts = Counter(text for text, _ in known)
    heads: dict[str, list[str]] = {}
    for text, _ in counts.most_common():
        best = max(heads, key=lambda head: alike(head, text), default=None)
        if best is not None and alike(best, text) >= least:
            heads[best].append(text)
        else:
            heads[text] = [text]
    heaps = [
        Heap(head, tuple(texts), tuple(dict.fromkeys(of for text, of in known if text in texts)))
        for head, texts in heads.items()
    ]
    return tuple(sorted(heaps, key=lambda one: -len(one.of)))


def _bare(text: str) -> str:
    return "".join(one for one in text.lower() if one.isalnum() and not one.isdigit())

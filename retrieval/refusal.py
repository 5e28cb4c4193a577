"""Decides whether the documents answer, on several signals measured against the index at hand."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from statistics import median

from retrieval.card import Card
from retrieval.particulars import nearness, particulars, unnamed
from retrieval.rank import FEATURES, Question, Ranked
from retrieval.search import Found, Search

SIGNALS = ("cosine", "covered_by_passage", "score", "missing", "particular", "near", "length", "foreign")
_ON_SCALE = 3  # the first so many depend on the index; the others are shares already
_COSINE, _COVERED = FEATURES.index("cosine"), FEATURES.index("covered_by_passage")
_OWN = 60


@dataclass(frozen=True, slots=True)
class Scale:
    """What each signal is in this index for a question it cannot answer (`low`) and for one it surely can (`high`)."""

    low: tuple[float, ...]
    high: tuple[float, ...]

    def place(self, signals: Sequence[float]) -> tuple[float, ...]:
        """Each signal with 0 where nothing answers and 1 where a section surely does; clipped to [-2, 3]."""
        rows = zip(signals, self.low, self.high, strict=True)
        return tuple(min(3.0, max(-2.0, (s - low) / max(high - low, 1e-3))) for s, low, high in rows)


@dataclass(frozen=True, slots=True)
class Refusal:
    """`threshold` is the least confidence (0 to 1) for an answer."""

    scale: Scale
    threshold: float
    weights: tuple[float, ...]
    bias: float

    def confidence(self, found: Found) -> float:
        """How sure we are that the best section answers: 0 to 1."""
        if not found.ranked:
            return 0.0
        placed = self.scale.place(signals(found))
        return 1 / (1 + math.exp(-self.bias - sum(w * s for w, s in zip(self.weights, placed, strict=True))))


UNMEASURED = Scale((0.0,) * len(SIGNALS), (1.0,) * len(SIGNALS))


def fitted(scale: Scale, threshold: float) -> Refusal:
    """With the weights that bench/fit.py measured."""
    learnt = json.loads(_weights())["refusal"]
    return Refusal(scale, threshold, tuple(learnt[name] for name in SIGNALS), learnt["bias"])


def signals(found: Found) -> tuple[float, ...]:
    """One figure for each of SIGNALS, of the three best sections; there must be one."""
    best, question = found.ranked[:3], found.question
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in question.text)
    return (
        max(one.evidence[_COSINE] for one in best),
        max(one.evidence[_COVERED] for one in best),
        best[0].score,
        *_particular(question, best),
        min(len(question.idf), 12) / 12,
        float(chinese < 3),
    )


def _particular(question: Question, best: Sequence[Ranked]) -> tuple[float, float, float]:
    """(whether something asked for is missing, whether a particular is asked for, how near its subject it stands)."""
    wanted = particulars(question.text)
    near = [nearness(question, looks, best) for looks in wanted]
    missing = None in near or unnamed(question.text, best)
    return float(missing), float(bool(wanted)), min((one or 0.0 for one in near), default=1.0)


def measure(search: Search, probes: Iterable[str]) -> Scale:
    """Ask the index what it cannot know, and what it surely does: its own headings."""
    low = [signals(found) for found in map(search.find, probes) if found.ranked]
    high = [signals(found) for found in map(search.find, own_questions(search)) if found.ranked]
    if not low or not high:
        return UNMEASURED
    shares = len(SIGNALS) - _ON_SCALE
    return Scale((*_medians(low), *(0.0,) * shares), (*_medians(high), *(1.0,) * shares))


def _medians(rows: Sequence[Sequence[float]]) -> tuple[float, ...]:
    return tuple(map(median, zip(*(row[:_ON_SCALE] for row in rows), strict=True)))


def own_questions(search: Search) -> list[str]:
    """What some of the sections are about, as a person might type it: evenly spread."""
    keys = search.keywords.keys()
    step = max(1, len(keys) // _OWN)
    cards = (search.keywords.card(key) for key in keys[::step])
    return [_topic(card) for card in cards if card is not None]


def _topic(card: Card) -> str:
    return card.heading if card.path else card.text.strip()[:24]


def load_scale(path: Path, revision: str) -> Scale | None:
    """A scale that was measured on this very index with these very weights, None when there is none."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if (kept["revision"], kept["weights"]) != (revision, _fingerprint()) or len(kept["low"]) != len(SIGNALS):
            return None
        return Scale(tuple(kept["low"]), tuple(kept["high"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def save_scale(path: Path, revision: str, scale: Scale) -> None:
    """Keep a scale beside its index, whole or not at all."""
    temporary = path.with_suffix(".tmp")
    kept = {"revision": revision, "weights": _fingerprint(), "low": scale.low, "high": scale.high}
    temporary.write_text(json.dumps(kept), encoding="utf-8")
    temporary.replace(path)


def _weights() -> str:
    return files("retrieval").joinpath("weights.json").read_text(encoding="utf-8")


def _fingerprint() -> str:
    return sha256(_weights().encode()).hexdigest()[:12]

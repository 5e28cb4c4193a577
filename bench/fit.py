"""Fits the weights of ranking and refusal on labelled questions and writes retrieval/weights.json.

    python -m bench.fit [--corpus DIR QUESTIONS]...     the bundled handbook with tests/data/questions.jsonl is included

A section is right when it holds every key fact of its question. Ranking: a softmax over each question's candidates,
fitted by gradient steps. Refusal: logistic regression on signals placed on the scale of the index at hand. Figures are
printed for the whole set and, honestly, for five folds in which the weights never saw the questions.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.app import KNOWLEDGE, opened
from bot.config import Settings
from bot.config_file import load
from retrieval.evaluate import Labelled, holds
from retrieval.evaluate import load as labelled
from retrieval.rank import FEATURES, Ranking
from retrieval.refusal import SIGNALS, measure, signals
from retrieval.search import Search

Floats = NDArray[np.float64]
WEIGHTS = Path("retrieval/weights.json")
QUESTIONS = Path("tests/data/questions.jsonl")
FOLDS = 5
WRONGLY = 0.035  # the share of a corpus' answerable questions that may be refused; unseen short ones fare worse


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's candidates: evidence of shape (candidates, features), and which of them are right."""

    evidence: Floats
    right: NDArray[np.bool_]
    fold: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A question's signals on its index's scale, and whether it should be answered."""

    signals: Floats
    answerable: bool
    fold: int


def asked(search: Search, questions: Sequence[Labelled]) -> list[Asked]:
    """The candidates of every answerable question that has a right one among them."""
    found = []
    for number, one in enumerate(questions):
        if not one.answerable:
            continue
        question, candidates = search.candidates(one.question)
        evidence = np.array([search.ranking.evidence(question, c)[0] for c in candidates])
        texts = ["\n".join((c.card.title, *c.card.path, c.card.text)) for c in candidates]
        right = np.array(
            [
                c.card.document in one.relevant if one.relevant else holds(t, one.answer)
                for c, t in zip(candidates, texts, strict=True)
            ]
        )
        if right.any() and (one.answer or one.relevant):
            found.append(Asked(evidence, right, number % FOLDS))
    return found


def judged(search: Search, questions: Sequence[Labelled], probes: Sequence[str]) -> list[Judged]:
    """Every question's signals."""
    scale = measure(search, probes)
    rows = ((number, one, search.find(one.question)) for number, one in enumerate(questions))
    return [
        Judged(np.array(scale.place(signals(found))), one.answerable, number % FOLDS)
        for number, one, found in rows
        if found.ranked
    ]


def rank_weights(sets: Sequence[Sequence[Asked]], steps: int = 400, decay: float = 1e-3) -> Floats:
    """Weights (one for each feature) under which right candidates are likeliest; every set counts the same."""
    rows = np.concatenate([one.evidence for each in sets for one in each])
    mean, spread = rows.mean(0), rows.std(0) + 1e-6
    normal = [[((one.evidence - mean) / spread, one.right) for one in each] for each in sets]
    weights: Floats = _descend(len(FEATURES), steps, lambda w: _rank_slope(w, normal) + decay * len(sets) * w) / spread
    return weights


def _rank_slope(weights: Floats, sets: Sequence[Sequence[tuple[Floats, NDArray[np.bool_]]]]) -> Floats:
    slope = np.zeros_like(weights)
    for each in sets:
        for rows, right in each:
            scores = rows @ weights
            likely = np.exp(scores - scores.max())
            likely /= likely.sum()
            wanted = likely * right
            slope += rows.T @ (likely - wanted / max(wanted.sum(), 1e-12)) / len(each)
    return slope


def refusal_weights(sets: Sequence[Sequence[Judged]], steps: int = 1500, decay: float = 0.003) -> Floats:
    """Weights (one for each signal, the bias last) of a logistic regression, both sorts counting the same."""
    rows = np.array([[*one.signals, 1.0] for each in sets for one in each])
    truth = np.array([one.answerable for each in sets for one in each], float)
    share = np.where(truth > 0, 0.5 / truth.mean(), 0.5 / (1 - truth.mean())) / len(truth)

    def slope(weights: Floats) -> Floats:
        sure = 1 / (1 + np.exp(-(rows @ weights)))
        result: Floats = rows.T @ (share * (sure - truth)) + decay * np.append(weights[:-1], 0) / 10
        return result

    weights = _descend(len(SIGNALS) + 1, steps, slope)
    weights[-1] -= min(_cut(weights, each) for each in sets)
    return weights


def _cut(weights: Floats, each: Sequence[Judged]) -> float:
    """The score below which WRONGLY of the answerable questions lie: the least becomes a confidence of one half."""
    rows = np.array([[*one.signals, 1.0] for one in each if one.answerable])
    return float(np.quantile(rows @ weights, WRONGLY))


def _descend(size: int, steps: int, slope: Any) -> Floats:
    """Adam from zero, the last third in small steps."""
    weights, first, second = np.zeros(size), np.zeros(size), np.zeros(size)
    for step in range(1, steps + 1):
        g = slope(weights)
        first, second = 0.9 * first + 0.1 * g, 0.99 * second + 0.01 * g * g
        rate = 0.09 if step < steps * 0.7 else 0.009
        weights = weights - rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return weights


def rank_figures(weights: Floats, each: Sequence[Asked]) -> str:
    """R@1 and R@3 of sections."""
    ranks = [int(np.where(one.right[np.argsort(-(one.evidence @ weights))])[0][0]) for one in each]
    return f"R@1 {np.mean([r == 0 for r in ranks]):.3f}  R@3 {np.mean([r < 3 for r in ranks]):.3f}"


def refusal_figures(weights: Floats, each: Sequence[Judged], threshold: float = 0.5) -> str:
    """How many of either sort are refused."""
    sure = [1 / (1 + np.exp(-(one.signals @ weights[:-1] + weights[-1]))) for one in each]
    no = [s < threshold for s, one in zip(sure, each, strict=True) if not one.answerable]
    yes = [s < threshold for s, one in zip(sure, each, strict=True) if one.answerable]
    return f"answerable refused {np.mean(yes):.3f}  unanswerable refused {np.mean(no) if no else float('nan'):.3f}"


def complete() -> None:
    """A feature or signal that is new to weights.json starts at zero, so that the house can open."""
    known = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    whole = {
        "ranking": {name: known["ranking"].get(name, 0.0) for name in FEATURES},
        "refusal": {name: known["refusal"].get(name, 0.0) for name in (*SIGNALS, "bias")},
    }
    if whole != known:
        WEIGHTS.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")


async def main() -> None:
    """Build each corpus in a home of its own, fit, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", nargs=2, type=Path, action="append", default=[], metavar=("DIR", "QUESTIONS"))
    parser.add_argument("--dry", action="store_true", help="print only")
    options = parser.parse_args()
    complete()
    corpora = [(KNOWLEDGE / "documents", QUESTIONS), *options.corpus]
    with tempfile.TemporaryDirectory() as scratch:
        settings = [load({}, Path("config.yaml"), Path(scratch) / str(i), handbook=False) for i in range(len(corpora))]
        ranking_sets = [await _ranked(s, d, q) for s, (d, q) in zip(settings, corpora, strict=True)]
        ranking = rank_weights(ranking_sets)
        for each, (folder, _) in zip(ranking_sets, corpora, strict=True):
            print(f"{folder.name}: ranking {rank_figures(ranking, each)}; {_folded_ranks(ranking_sets, each)}")
        refusal_sets = [await _judged(s, q, ranking) for s, (_, q) in zip(settings, corpora, strict=True)]
    refusal = refusal_weights(refusal_sets)
    for signs, (folder, _) in zip(refusal_sets, corpora, strict=True):
        print(f"{folder.name}: refusal {refusal_figures(refusal, signs)}; {_folded_refusals(refusal_sets, signs)}")
    fitted = {
        "ranking": dict(zip(FEATURES, ranking.round(3).tolist(), strict=True)),
        "refusal": dict(zip((*SIGNALS, "bias"), refusal.round(3).tolist(), strict=True)),
    }
    print(json.dumps(fitted))
    if not options.dry:
        _write(fitted)


def _write(fitted: dict[str, dict[str, float]]) -> None:
    WEIGHTS.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")


async def _ranked(settings: Settings, documents: Path, questions: Path) -> list[Asked]:
    async with opened(settings) as app:
        await app.desk.ingest([documents], app.reading)
        return asked(app.desk.answerer.search, labelled(questions))


async def _judged(settings: Settings, questions: Path, ranking: Floats) -> list[Judged]:
    async with opened(settings) as app:
        search = replace(app.desk.answerer.search, ranking=Ranking(ranking.tolist()))
        return judged(search, labelled(questions), app.desk.probes)


def _folded_ranks(sets: Sequence[Sequence[Asked]], each: Sequence[Asked]) -> str:
    unseen = [
        (rank_weights([[o for o in s if o.fold != fold] for s in sets]), [o for o in each if o.fold == fold])
        for fold in range(FOLDS)
    ]
    ranks = [
        int(np.where(one.right[np.argsort(-(one.evidence @ weights))])[0][0])
        for weights, part in unseen
        for one in part
    ]
    return f"unseen R@1 {np.mean([r == 0 for r in ranks]):.3f} R@3 {np.mean([r < 3 for r in ranks]):.3f}"


def _folded_refusals(sets: Sequence[Sequence[Judged]], each: Sequence[Judged]) -> str:
    yes: list[bool] = []
    no: list[bool] = []
    for fold in range(FOLDS):
        weights = refusal_weights([[o for o in s if o.fold != fold] for s in sets])
        for one in each:
            if one.fold == fold:
                (yes if one.answerable else no).append(bool(one.signals @ weights[:-1] + weights[-1] < 0))
    return (
        f"unseen answerable refused {np.mean(yes):.3f} unanswerable refused {np.mean(no) if no else float('nan'):.3f}"
    )


if __name__ == "__main__":
    asyncio.run(main())

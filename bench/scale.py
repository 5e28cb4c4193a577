"""What a hundred times as many passages cost a question.

The passages are sentences of the handbook drawn anew; their vectors are sums of the sentences' vectors and noise, so
that a hundred thousand are made in a minute. Everything a question goes through is the house's own.
"""

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import corpus, home
from bench.table import against, milliseconds, show
from bot.app import opened
from retrieval.answering import Answerer
from retrieval.evaluate import load
from retrieval.keywords import Entry, Keywords
from retrieval.model.build import prepare
from retrieval.model.bundled import BundledEmbeddings
from retrieval.vectors import Vectors

SIZES = (1_000, 100_000)
_BASES, _AT_ONCE = 700, 2_000


async def scale(folder: Path) -> None:
    """One table."""
    questions = [one.question for one in load(home.QUESTIONS)]
    random.Random(4).shuffle(questions)
    rows, medians = [], []
    settings = home.settings(folder / "scale")
    async with opened(settings) as app:
        answerer = app.desk.answerer
        known = corpus.analysed(answerer.search.analyzer)
        bases = BundledEmbeddings(prepare(settings.models)).passages([one.text for one in known[:_BASES]])
        for size in SIZES:
            started = time.perf_counter()
            larger = _filled(folder / str(size), size, known, bases, answerer)
            built = time.perf_counter() - started
            seconds = await _timed(larger, questions)
            larger.search.vectors.close()
            medians.append(milliseconds(seconds))
            rows.append((f"{size:,} passages", f"{medians[-1]:.1f} ms", f"{built:.0f} s", ""))
    ratio = medians[-1] / medians[0]
    rows.append(("ratio", f"{ratio:.2f} x", "", against(ratio, 2)))
    show("Answer time by size", ("index", "median answer", "build", "goal"), rows)


async def _timed(answerer: Answerer, questions: Sequence[str]) -> list[float]:
    for question in questions[:20]:
        await answerer.ask(question)
    return [(await answerer.ask(question)).seconds for question in questions]


def _filled(
    folder: Path, size: int, known: list[corpus.Analysed], bases: NDArray[np.float32], answerer: Answerer
) -> Answerer:
    """The answerer over an index of so many passages."""
    keywords, vectors = Keywords(folder / "keywords"), Vectors(folder / "chroma", "bench")
    noise = np.random.default_rng(5)
    cards = corpus.cards(size, known)
    for number in range(0, size, _AT_ONCE * 4):
        part = list(islice(cards, _AT_ONCE))
        keywords.apply([], [Entry(number, 1, [card for card, _ in part])])
        sums = [bases[[at % _BASES for at in each]].sum(0) for _, chosen in part for each in chosen]
        rows = np.stack(sums) + noise.normal(0, 0.01, (len(sums), bases.shape[1]))
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        vectors.add([f"{card.key}/{n}" for card, _ in part for n in range(len(card.starts))], rows.astype(np.float32))
    return replace(answerer, search=replace(answerer.search, keywords=keywords, vectors=vectors))

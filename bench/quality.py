"""Retrieval, answers and refusals on labelled questions."""

from pathlib import Path

from bench import home
from bench.table import against, show
from bot.app import opened
from retrieval.evaluate import evaluate, figures, load

_GOALS = (
    ("R@1", "the right document first", 0.98, False),
    ("MRR@10", "mean reciprocal rank of the right document", 0.985, False),
    ("reply_holds_every_fact", "the reply holds every key fact", 0.90, False),
    ("first_three_hold_every_fact", "the first three sections do", 0.97, False),
    ("answerable_refused", "refused though answerable", 0.05, True),
    ("unanswerable_refused", "refused when unanswerable", 0.90, False),
)


async def quality(folder: Path, documents: Path | None = None, questions: Path = home.QUESTIONS) -> None:
    """One table: over the handbook, or over `documents` alone."""
    async with opened(home.settings(folder / "quality", handbook=documents is None)) as app:
        if documents is not None:
            await app.desk.ingest([documents], app.reading)
        found = figures(await evaluate(app.desk, load(questions)))
    rows = [
        (text, f"{found[key]:.1%}", against(found[key], goal, most=most))
        for key, text, goal, most in _GOALS
        if found[key] is not None
    ]
    show(f"{found['questions']} questions over {documents or 'the handbook'}", ("figure", "share", "goal"), rows)

"""Evaluation figures as a table for the terminal."""

from collections.abc import Mapping

_NAMES = {
    "questions": "问题数",
    "R@1": "首位命中 R@1",
    "MRR@10": "MRR@10",
    "reply_holds_every_fact": "回答含全部要点",
    "first_three_hold_every_fact": "前三节含全部要点",
    "answerable_refused": "该答而拒答",
    "unanswerable_refused": "不该答而拒答",
    "median_seconds": "回答用时中位数（秒）",
}


def table(figures: Mapping[str, object]) -> str:
    """One line a figure; what was not labelled is left out, curated answers come last."""
    lines = [f"{name}\t{_shown(key, figures[key])}" for key, name in _NAMES.items() if figures.get(key) is not None]
    curated = figures.get("faq")
    if isinstance(curated, Mapping) and curated.get("questions"):
        lines += ["", "已整理的问答", table(curated)]
    return "\n".join(lines)


def _shown(key: str, value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4f}" if key == "median_seconds" else f"{value:.1%}"
    return str(value)

"""How measurements are printed: one small table each, every ratio with its goal."""

import os
import unicodedata
from collections.abc import Sequence
from statistics import median

Row = tuple[str, str, str]


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as what stands in them."""
    widths = [max(_width(row[at]) for row in (head, *rows)) for at in range(len(head))]
    print(f"\n{title} ({cores()} cores)", flush=True)
    for row in (head, ["-" * width for width in widths], *rows):
        print("  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip())
    print(flush=True)


def milliseconds(seconds: Sequence[float]) -> float:
    """The median, in milliseconds."""
    return median(seconds) * 1000


def against(value: float, goal: float, *, most: bool = True) -> str:
    """The goal and whether it is met."""
    met = value <= goal if most else value >= goal
    return f"{'<=' if most else '>='} {goal:g} {'yes' if met else 'NO'}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)

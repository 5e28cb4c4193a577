"""How long a picture of forty causes takes, from the causes to the file."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench.table import Row, against, show
from knowledge.cause import edit
from knowledge.cause import fishbone as bones
from knowledge.cause.card import Card
from knowledge.cause.fishbone import Fishbone, fishbone
from knowledge.cause.tree import Tree
from reports.diagrams.draw import as_pdf, as_png, as_svg
from reports.diagrams.fish import fish
from reports.diagrams.fish_tall import fish_tall
from reports.diagrams.of_cause import of_fishbone, of_tree
from reports.diagrams.outline import outline
from reports.diagrams.paper import fitted
from reports.diagrams.poster import poster

CAUSES, ROUNDS = 40, 5
GOAL = 1.0  # seconds
_TEXT = "备件到货时间没有反馈给服务顾问，客户等待时没人告知进度和原"  # of 30 characters with its number


async def diagrams(_folder: Path) -> None:
    """One table: the first picture of a process, which reads the fonts, and those after it."""
    tree, hung = _tree(), _fishbone()
    drawn: dict[str, Callable[[], object]] = {
        "tree, PNG for the phone": lambda: as_png(outline(of_tree(tree))),
        "tree, PDF on paper": lambda: as_pdf(fitted(poster(of_tree(tree)))),
        "tree, SVG": lambda: as_svg(poster(of_tree(tree))),
        "fishbone, PNG for the phone": lambda: as_png(fish_tall(of_fishbone(hung))),
        "fishbone, PNG across": lambda: as_png(fish(of_fishbone(hung))),
        "fishbone, PDF on paper": lambda: as_pdf(fitted(fish(of_fishbone(hung)))),
    }
    rows: list[Row] = []
    for what, draw in drawn.items():
        first, *others = [_taken(draw) for _ in range(ROUNDS + 1)]
        rows.append((f"{what}: first", f"{first:.2f} s", against(first, GOAL)))
        rows.append((f"{what}: median of {ROUNDS} more", f"{median(others):.2f} s", against(median(others), GOAL)))
    show(f"Pictures of {CAUSES} causes of 30 characters", ("what", "measured", "goal"), rows)


def _taken(draw: Callable[[], object]) -> float:
    started = time.perf_counter()
    draw()
    return time.perf_counter() - started


def _tree() -> Tree:
    tree = Tree(Card("返修率连续三个月上升", "海淀店 车间", "2026 年 9 月起"))
    for number in range(CAUSES):
        tree = edit.add(tree, f"{_TEXT}{number:02}", number // 3)
    return tree


def _fishbone() -> Fishbone:
    hung = fishbone(Card("返修率连续三个月上升", "海淀店 车间"), ("人", "机", "料", "法", "环", "测"))
    for number in range(CAUSES):
        hung = bones.put(hung, hung.bones[number % 6], f"{_TEXT}{number:02}")
    return hung

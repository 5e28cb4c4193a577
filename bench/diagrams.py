"""How long a picture of forty causes takes, from the causes to the file."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from bench.table import Row, against, show
from knowledge.cause import edit
from knowledge.cause import fishbone as bones
from knowledge.cause.card import Card
from knowledge.cause.fishbone import Fishbone, fishbone
from knowledge.cause.tree import Tree
from knowledge.paper import Breakdown, Drawn, Item, Matrix
from reports.diagrams.draw import as_pdf, as_png, as_svg
from reports.diagrams.layout import on_paper, on_phone, poster_of
from reports.diagrams.scene import cut

CAUSES, ROUNDS = 40, 5
GOAL = 1.0  # seconds
_TALLEST = 640.0  # points of a picture for the phone, as in handlers/causes/analysing.py
_TEXT = "备件到货时间没有反馈给服务顾问，客户等待时没人告知进度和原"  # of 30 characters with its number


async def diagrams(_folder: Path) -> None:
    """One table: the first picture of a process, which reads the fonts, and those after it."""
    what: dict[str, Drawn] = {
        "tree": _tree(), "fishbone": _fishbone(), "issue tree": _breakdown(), "matrix": _matrix(),
    }  # fmt: skip
    drawn: dict[str, Callable[[], object]] = {}
    for name, of in what.items():
        drawn |= {
            f"{name}, PNGs for the phone": partial(_for_the_phone, of),
            f"{name}, PDF on paper": partial(_on_paper, of),
            f"{name}, SVG": partial(_as_svg, of),
        }
    rows: list[Row] = []
    for form, draw in drawn.items():
        first, *others = [_taken(draw) for _ in range(ROUNDS + 1)]
        rows.append((f"{form}: first", f"{first:.2f} s", against(first, GOAL)))
        rows.append((f"{form}: median of {ROUNDS} more", f"{median(others):.2f} s", against(median(others), GOAL)))
    show(f"Pictures of {CAUSES} causes of 30 characters", ("what", "measured", "goal"), rows)


def _taken(draw: Callable[[], object]) -> float:
    started = time.perf_counter()
    draw()
    return time.perf_counter() - started


def _for_the_phone(of: Drawn) -> list[bytes]:
    return [as_png(part) for part in cut(on_phone(of), _TALLEST)]


def _on_paper(of: Drawn) -> bytes:
    return as_pdf(on_paper(of))


def _as_svg(of: Drawn) -> str:
    return as_svg(poster_of(of))


def _breakdown() -> Breakdown:
    parts = [Item(f"{_TEXT}{number:02}", "重点查", "first") for number in range(CAUSES)]
    items = tuple(Item("进厂台次减少", below=tuple(parts[first : first + 8])) for first in range(0, CAUSES, 8))
    return Breakdown("问题树（MECE）", "售后收入为什么比去年同期少 12%？", (), "按公式组成", items)


def _matrix() -> Matrix:
    items = [Item(f"{_TEXT}{number:02}", "中立") for number in range(CAUSES)]
    fields = tuple(
        (name, tuple(items[at::4])) for at, name in enumerate(("使其满意", "重点管理", "适当关注", "及时告知"))
    )
    return Matrix("利益相关方", "推行预约备件交接", ("关注度低", "关注度高"), ("影响力高", "影响力低"), fields)


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

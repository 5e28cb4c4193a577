"""A finished check as a PDF, with its photos."""

from collections.abc import Iterable
from dataclasses import asdict

from reports.check import TITLE, Inspection, Report, report
from reports.shrinking import shrunk
from reports.typesetting import pdf

WORDS = {
    "page": "第 {n} 页，共 {all} 页",
    "sections": "各分区得分",
    "columns": ("分区", "占比", "得分", "及格线", "不合格项"),
    "items": "检查项",
    "mendings": "整改",
    "before": "整改前",
    "after": "整改后",
    "answer": "门店意见",
}
_SIDE = 640  # pixels of a photo's longer side: 300 an inch as it is printed


def check_pdf(seen: Inspection) -> bytes:
    """The pages. Slow: not for the loop."""
    said = report(seen)
    pictures = {one: seen.photos[one] for one in dict.fromkeys(_shown(said))}
    small = {f"photo-{one}.jpg": shrunk(content, _SIDE) for one, content in pictures.items()}
    head = f"{TITLE} · {_short(said.store)} · {_short(said.checklist)}"
    return pdf("check", {"report": asdict(said), "words": {**WORDS, "head": head}}, small)


def _shown(said: Report) -> Iterable[int]:
    for part in said.parts:
        for line in part.lines:
            yield from line.photos
    for mending in said.mendings:
        yield from (*mending.before, *mending.after)


def _short(name: str, most: int = 24) -> str:
    """What fits in a line above a page."""
    return name if len(name) <= most else name[: most - 1] + "…"

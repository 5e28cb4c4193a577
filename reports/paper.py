"""A finished piece of work as a PDF: its words, its photos, and its causes drawn."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from knowledge.paper import Block, Drawn, Paper, Photos, Picture, Table
from reports.check_pdf import WORDS
from reports.diagrams.draw import values_of
from reports.diagrams.layout import on_page
from reports.diagrams.paper import shrunk_to
from reports.diagrams.scene import Scene, cut
from reports.diagrams.wrapping import width
from reports.fonts import drawable
from reports.shrinking import shrunk
from reports.typesetting import pdf

ACROSS, DOWN = 498.0, 690.0  # points between the margins of A4, and what fits below a heading
_WHOLE, _PIECE = 360.0, 60.0  # points: up to here a picture is on one page; above it, pages break between its pieces
_SIDE = 640  # pixels of a photo's longer side


def paper_pdf(paper: Paper, photos: Mapping[int, bytes], under: str = "") -> bytes:
    """The pages; `under` stands below the title (who, when). Slow: not for the loop."""
    blocks = [_values(one, photos) for one in paper.blocks]
    small = {f"photo-{one}.jpg": shrunk(photos[one], _SIDE) for one in paper.photos if one in photos}
    values = {
        "paper": {"kind": paper.kind, "title": paper.title, "summary": paper.summary, "blocks": blocks},
        "head": f"{paper.kind} · {short(paper.title)}",
        "page": WORDS["page"],
        "under": under,
    }
    return pdf("paper", values, small)


def scenes(of: Drawn, most: float = _PIECE) -> tuple[Scene, ...]:
    """Drawn as wide as A4 takes it, in pieces about as high as `most` that stand one below another."""
    whole = on_page(of, ACROSS, DOWN)
    if whole.height <= _WHOLE:
        return (whole,)
    return tuple(shrunk_to(one, ACROSS, DOWN) for one in cut(whole, most))


def ems(table: Table) -> tuple[float, ...]:
    """How wide each column's longest cell is, in ems."""
    columns = zip(table.columns, *table.rows, strict=True)
    return tuple(max(width(drawable(one), 1) for one in column) for column in columns)


def short(text: str, most: int = 24) -> str:
    """What fits in a line above a page."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _values(block: Block, photos: Mapping[int, bytes]) -> dict[str, Any]:
    kind = type(block).__name__.lower()
    if isinstance(block, Picture):
        return {"kind": kind, "scenes": [values_of(one) for one in scenes(block.of)]}
    if isinstance(block, Photos):
        return {"kind": kind, "ids": [one for one in block.ids if one in photos]}
    if isinstance(block, Table):
        return {"kind": kind, **asdict(block), "ems": ems(block)}
    return {"kind": kind, **asdict(block)}

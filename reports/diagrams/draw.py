"""A scene as a PNG for the phone, a PDF for paper, an SVG for other tools."""

from dataclasses import asdict
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from reports.diagrams.palette import PAPER
from reports.diagrams.scene import Box, Scene, Shape, Stroke
from reports.fonts import FAMILY, drawable
from reports.typesetting import pdf, png

_FAMILIES = f"'{FAMILY}','Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif"


def as_png(scene: Scene) -> bytes:
    """A picture, three pixels a point. Slow: not for the loop."""
    return png("diagram", values_of(scene))


def as_pdf(scene: Scene) -> bytes:
    """One page of the scene's own size. Slow: not for the loop."""
    return pdf("diagram", values_of(scene))


def values_of(scene: Scene) -> dict[str, Any]:
    """What scene.typ draws."""
    shapes = [{**asdict(one), "kind": type(one).__name__.lower()} for one in scene.shapes]
    return {"width": scene.width, "height": scene.height, "title": scene.title, "paper": PAPER, "shapes": shapes}


def as_svg(scene: Scene) -> str:
    """The same with text that stays text; every box that shows something carries its key and its whole label."""
    size = (
        f'width="{scene.width:.1f}pt" height="{scene.height:.1f}pt" viewBox="0 0 {scene.width:.1f} {scene.height:.1f}"'
    )
    body = "\n".join(_svg(one) for one in scene.shapes)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" {size} '
        f"font-family={quoteattr(_FAMILIES)}>\n<title>{escape(drawable(scene.title))}</title>\n"
        f'<rect width="100%" height="100%" fill="{PAPER}"/>\n{body}\n</svg>\n'
    )


def _svg(one: Shape) -> str:
    if isinstance(one, Box):
        named = f" data-key={quoteattr(one.key)}" if one.key else ""
        title = f"<title>{escape(drawable(one.label))}</title>" if one.label else ""
        edge = f'stroke="{one.edge}" stroke-width="{one.thick:g}"' if one.edge else 'stroke="none"'
        return (
            f'<rect x="{one.x:.2f}" y="{one.y:.2f}" width="{one.width:.2f}" height="{one.height:.2f}" '
            f'rx="{one.radius:.2f}" fill="{one.fill or "none"}" {edge}{named}>{title}</rect>'
        )
    if isinstance(one, Stroke):
        points = " ".join(f"{x:.2f},{y:.2f}" for x, y in one.points)
        dash = ' stroke-dasharray="3 3"' if one.dashed else ""
        return (
            f'<polyline points="{points}" fill="none" stroke="{one.colour}" stroke-width="{one.thick:g}" '
            f'stroke-linecap="round" stroke-linejoin="round"{dash}/>'
        )
    extra = (' font-weight="700"' if one.bold else "") + (' text-decoration="line-through"' if one.struck else "")
    return (
        f'<text x="{one.x:.2f}" y="{one.y:.2f}" font-size="{one.size:.2f}" fill="{one.colour}" xml:space="preserve"'
        f"{extra}>{escape(drawable(one.text))}</text>"
    )

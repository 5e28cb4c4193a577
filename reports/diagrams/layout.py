"""Which layout fits what: one column for a phone, one sheet of paper, and as wide as a report's page."""

from dataclasses import replace

from knowledge.cause.fishbone import Fishbone
from knowledge.paper import Drawn, Matrix
from reports.diagrams.fish import fish
from reports.diagrams.fish_tall import PHONE, fish_tall
from reports.diagrams.matrix import PAPER, matrix
from reports.diagrams.of_paper import sheet_of
from reports.diagrams.outline import outline
from reports.diagrams.paper import fitted, shrunk_to
from reports.diagrams.poster import poster
from reports.diagrams.scene import Scene

_LEAST = 0.62  # how small a fishbone across may be drawn before it is turned upright


def on_phone(of: Drawn, wide: float = PHONE) -> Scene:
    """As wide as a phone, as high as it needs to be."""
    sheet = sheet_of(of)
    match of:
        case Fishbone():
            return fish_tall(sheet, wide)
        case Matrix():
            return matrix(sheet, of.across, of.down, wide)
    return outline(sheet, wide)


def poster_of(of: Drawn) -> Scene:
    """Read from left to right, as large as it needs to be."""
    sheet = sheet_of(of)
    match of:
        case Fishbone():
            return fish(sheet)
        case Matrix():
            return matrix(sheet, of.across, of.down, PAPER)
    return poster(sheet)


def on_paper(of: Drawn) -> Scene:
    """The same on the smallest sheet on which it can be read."""
    return fitted(poster_of(of))


def on_page(of: Drawn, wide: float, high: float) -> Scene:
    """As wide as a report's page takes it; the facts are left out, which the report states."""
    sheet = replace(sheet_of(of), facts=())
    if isinstance(of, Matrix):
        return matrix(sheet, of.across, of.down, wide, high)
    if not isinstance(of, Fishbone):
        return outline(sheet, wide)
    across = fish(sheet)
    if min(wide / across.width, high / across.height) >= _LEAST:
        return shrunk_to(across, wide, high)
    return fish_tall(sheet, wide, high)

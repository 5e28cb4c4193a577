"""Pieces that Word documents are made of: the page, titles, facts, tables, photos."""

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from reports.check import Facts, Tone
from reports.shrinking import shrunk

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

FONT, LATIN = "微软雅黑", "Arial"
COLOURS: dict[Tone, str] = {"good": "1F5F99", "bad": "C4372B", "plain": "1F2933", "soft": "6B7785"}
WIDTH = 17.4  # centimetres between the margins of A4
_WASH, _LINE = "F3F6F9", "D5DCE3"
_SIDE = 640  # pixels
_PHOTO = 4.6  # centimetres of a photo's longer side
_PAGE = ("第 ", "PAGE", " 页，共 ", "NUMPAGES", " 页")


def laid_out(document: "Document", head: str, title: str) -> None:
    """A4, its margins, the fonts of both scripts, `head` above every page, the page's number below, the title."""
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = LATIN, Pt(10)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(3)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    for borders in document.styles["Table Grid"].element.iter(qn("w:tblBorders")):
        for side in borders:
            side.set(qn("w:color"), _LINE)
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(1.8)
    page.top_margin = page.bottom_margin = Cm(1.8)
    say(page.header.paragraphs[0], head, "soft", 8.5)
    numbered(page.footer.paragraphs[0])
    document.core_properties.title = title[:200]
    document.core_properties.author = ""
    document.core_properties.language = "zh-CN"


def heading(document: "Document", name: Any) -> None:
    """What comes next is called so, and stays with it."""
    from docx.shared import Pt

    title = document.add_paragraph()
    title.paragraph_format.keep_with_next, title.paragraph_format.space_before = True, Pt(10)
    say(title, str(name), "plain", 13, bold=True)


def say(paragraph: "Paragraph", text: str, tone: Tone, size: float = 10, *, bold: bool = False) -> None:
    """More words of a paragraph; `size` in points."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run("".join(one for one in text if one == "\n" or one.isprintable()))
    run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, RGBColor.from_string(COLOURS[tone])
    run.font.name = LATIN
    fonts: Any = run._element.rPr
    fonts.rFonts.set(qn("w:eastAsia"), FONT)


def facts(document: "Document", stated: Facts, pairs: int) -> None:
    """Names and values, so many pairs a row."""
    wide = WIDTH / pairs - 2.2
    table = table_of(document, (2.2, wide) * pairs, lined=False)
    for number, (name, value) in enumerate(stated):
        row = table.rows[0] if number < pairs else table.add_row() if number % pairs == 0 else table.rows[-1]
        at = 2 * (number % pairs)
        say(row.cells[at].paragraphs[0], name, "soft")
        say(row.cells[at + 1].paragraphs[0], value, "plain")


def pictures(cell: "_Cell", photos: Iterable[bytes], side: float = _PHOTO) -> None:
    """Photos in one row of a cell, as many as go there; `side` is their longer side in centimetres."""
    from docx.shared import Cm
    from PIL import Image

    row = None
    for content in photos:
        row = row or cell.add_paragraph()
        small = shrunk(content, _SIDE)
        with Image.open(io.BytesIO(small)) as opened:
            long = {"width" if opened.width >= opened.height else "height": Cm(side)}
        row.add_run().add_picture(io.BytesIO(small), **long)
        row.add_run(" ")


def table_of(document: "Document", widths: Sequence[float], *, lined: bool = True) -> Any:
    """A table of one row with these widths in centimetres."""
    from docx.shared import Cm

    table = document.add_table(rows=1, cols=len(widths))
    table.autofit = False
    if lined:
        table.style = "Table Grid"
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        column.cells[0].width = Cm(width)
    return table


def repeated(table: Any) -> None:
    """The first row comes again on every page."""
    marked(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")


def whole(row: Any) -> None:
    """A row that no page break goes through."""
    marked(row._tr.get_or_add_trPr(), "w:cantSplit")


def washed(cell: "_Cell") -> None:
    """A cell on a light ground."""
    marked(cell._tc.get_or_add_tcPr(), "w:shd", val="clear", fill=_WASH)


def numbered(paragraph: "Paragraph") -> None:
    """第 1 页，共 3 页, as fields that Word works out."""
    for text in _PAGE:
        if not text.isupper():
            say(paragraph, text, "soft", 8.5)
            continue
        for part in ("begin", "", "separate", "1", "end"):
            say(paragraph, part if part.isdigit() else "", "soft", 8.5)
            run: Any = paragraph.runs[-1]
            if not part:
                marked(run._r, "w:instrText").text = text
            elif part.isalpha():
                marked(run._r, "w:fldChar", fldCharType=part)


def marked(parent: Any, name: str, **values: str) -> Any:
    """An element that python-docx has no name for."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element: Any = OxmlElement(name)
    for key, value in values.items():
        element.set(qn(f"w:{key}"), value)
    parent.append(element)
    return element

"""A finished check as a Word document, for offices that file or fill in."""

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from reports.check import Facts, Inspection, Mending, Part, Report, Tone, report
from reports.check_pdf import WORDS
from reports.shrinking import shrunk

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

FONT, LATIN = "微软雅黑", "Arial"
COLOURS: dict[Tone, str] = {"good": "1F5F99", "bad": "C4372B", "plain": "1F2933", "soft": "6B7785"}
_WASH = "F3F6F9"
_SIDE = 640  # pixels
_WIDTH = 17.4  # centimetres between the margins of A4
_PHOTO = 5.4  # centimetres of a photo's longer side
_PAGE = ("第 ", "PAGE", " 页，共 ", "NUMPAGES", " 页")


def check_word(seen: Inspection) -> bytes:
    """The document. Slow: not for the loop."""
    from docx import Document

    said, document = report(seen), Document()
    _laid_out(document, said)
    _head(document, said)
    _sections(document, said.parts)
    _title(document, WORDS["items"])
    for part in said.parts:
        _part(document, part, seen)
    if said.mendings:
        _title(document, WORDS["mendings"])
        for mending in said.mendings:
            _mending(document, mending, seen)
    _title(document, WORDS["answer"])
    _facts(document, said.answer, pairs=1)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _laid_out(document: "Document", said: Report) -> None:
    """A4, its margins, the fonts of both scripts, a header and the page's number."""
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = LATIN, Pt(10)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(3)
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(1.8)
    page.top_margin = page.bottom_margin = Cm(1.8)
    _say(page.header.paragraphs[0], f"{said.title} · {said.store} · {said.checklist}", "soft", 8.5)
    _numbered(page.footer.paragraphs[0])
    document.core_properties.title = f"{said.title} {said.store}"[:200]
    document.core_properties.author = ""
    document.core_properties.language = "zh-CN"


def _head(document: "Document", said: Report) -> None:
    from docx.shared import Pt

    name = document.add_paragraph()
    name.paragraph_format.space_after = Pt(0)
    _say(name, said.store, "plain", 20, bold=True)
    _say(document.add_paragraph(), said.checklist, "plain", 12)
    verdict = document.add_paragraph()
    _say(verdict, said.total, said.tone, 18, bold=True)
    _say(verdict, "  " + " · ".join(filter(None, (said.grade, said.verdict))), said.tone, 12)
    _facts(document, said.facts, pairs=2)
    document.add_paragraph().paragraph_format.space_after = Pt(0)
    for reason in said.reasons:
        _say(document.add_paragraph(), reason, "soft" if reason is said.reasons[-1] else "plain")


def _sections(document: "Document", parts: Sequence[Part]) -> None:
    _title(document, WORDS["sections"])
    table = _table(document, (8.4, 2, 2.5, 2, 2.5))
    for cell, name in zip(table.rows[0].cells, WORDS["columns"], strict=True):
        _say(cell.paragraphs[0], name, "soft")
    _repeated(table)
    for part in parts:
        values = (part.name, part.share, part.score, part.least, str(part.failed))
        tones: tuple[Tone, ...] = ("plain", "soft", part.tone, "soft", "bad" if part.failed else "soft")
        for cell, value, tone in zip(table.add_row().cells, values, tones, strict=True):
            _say(cell.paragraphs[0], value, tone)


def _part(document: "Document", part: Part, seen: Inspection) -> None:
    """A section as a table whose first row comes again on every page."""
    table = _table(document, (_WIDTH - 3, 3))
    name, points = table.rows[0].cells
    _say(name.paragraphs[0], part.name, "plain", bold=True)
    _say(points.paragraphs[0], part.score, part.tone, bold=True)
    for cell in (name, points):
        _washed(cell)
    _repeated(table)
    for line in part.lines:
        row = table.add_row()
        _whole(row)
        what, mark = row.cells
        _say(what.paragraphs[0], line.name, "plain")
        for note in line.notes:
            _say(what.add_paragraph(), note, "bad" if line.tone == "bad" else "soft", 9)
        _photos(what, (seen.photos[one] for one in line.photos))
        _say(mark.paragraphs[0], line.mark, line.tone, bold=line.tone == "bad")
    document.add_paragraph()


def _mending(document: "Document", mending: Mending, seen: Inspection) -> None:
    title = document.add_paragraph()
    title.paragraph_format.keep_with_next = True
    _say(title, mending.title, "plain", 11, bold=True)
    _facts(document, mending.facts, pairs=2)
    if mending.said:
        _say(document.add_paragraph(), mending.said, "plain")
    if mending.before or mending.after:
        table = _table(document, (_WIDTH / 2, _WIDTH / 2))
        sides = ((WORDS["before"], mending.before), (WORDS["after"], mending.after))
        for cell, (name, ids) in zip(table.rows[0].cells, sides, strict=True):
            if ids:
                _say(cell.paragraphs[0], str(name), "soft", 9)
                _photos(cell, (seen.photos[one] for one in ids))
    document.add_paragraph()


def _facts(document: "Document", facts: Facts, pairs: int) -> None:
    """Names and values, so many pairs a row."""
    wide = _WIDTH / pairs - 2.2
    table = _table(document, (2.2, wide) * pairs, lined=False)
    for number, (name, value) in enumerate(facts):
        row = table.rows[0] if number < pairs else table.add_row() if number % pairs == 0 else table.rows[-1]
        at = 2 * (number % pairs)
        _say(row.cells[at].paragraphs[0], name, "soft")
        _say(row.cells[at + 1].paragraphs[0], value, "plain")


def _title(document: "Document", name: Any) -> None:
    from docx.shared import Pt

    title = document.add_paragraph()
    title.paragraph_format.keep_with_next, title.paragraph_format.space_before = True, Pt(10)
    _say(title, str(name), "plain", 13, bold=True)


def _say(paragraph: "Paragraph", text: str, tone: Tone, size: float = 10, *, bold: bool = False) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run("".join(one for one in text if one == "\n" or one.isprintable()))
    run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, RGBColor.from_string(COLOURS[tone])
    run.font.name = LATIN
    fonts: Any = run._element.rPr
    fonts.rFonts.set(qn("w:eastAsia"), FONT)


def _photos(cell: "_Cell", photos: Iterable[bytes]) -> None:
    from docx.shared import Cm
    from PIL import Image

    run = None
    for content in photos:
        run = run or cell.add_paragraph().add_run()
        small = shrunk(content, _SIDE)
        with Image.open(io.BytesIO(small)) as opened:
            long = {"width" if opened.width >= opened.height else "height": Cm(_PHOTO * 0.85)}
        run.add_picture(io.BytesIO(small), **long)
        run.add_text(" ")


def _table(document: "Document", widths: Sequence[float], *, lined: bool = True) -> Any:
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


def _repeated(table: Any) -> None:
    """The first row comes again on every page."""
    _mark(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")


def _whole(row: Any) -> None:
    """A row that no page break goes through."""
    _mark(row._tr.get_or_add_trPr(), "w:cantSplit")


def _washed(cell: "_Cell") -> None:
    _mark(cell._tc.get_or_add_tcPr(), "w:shd", val="clear", fill=_WASH)


def _numbered(paragraph: "Paragraph") -> None:
    """第 1 页，共 3 页, as fields that Word works out."""
    for text in _PAGE:
        if not text.isupper():
            _say(paragraph, text, "soft", 8.5)
            continue
        _say(paragraph, "", "soft", 8.5)
        run: Any = paragraph.runs[-1]
        _mark(run._r, "w:fldChar", fldCharType="begin")
        _mark(run._r, "w:instrText").text = text
        _mark(run._r, "w:fldChar", fldCharType="end")


def _mark(parent: Any, name: str, **values: str) -> Any:
    """An element that python-docx has no name for."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element: Any = OxmlElement(name)
    for key, value in values.items():
        element.set(qn(f"w:{key}"), value)
    parent.append(element)
    return element

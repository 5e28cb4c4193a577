"""A finished piece of work as a Word document, for offices that file it or go on writing."""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from knowledge.paper import Entry, Facts, Heading, Listing, Paper, Paragraph, Photos, Picture, Table
from reports.diagrams.draw import as_png
from reports.paper import ACROSS, ems, scenes, short
from reports.word import WIDTH, facts, heading, laid_out, pictures, repeated, say, table_of, washed, whole

if TYPE_CHECKING:
    from docx.document import Document

_INDENT = 0.6  # centimetres a level
_LEAST, _MOST = 7.0, 26.0  # ems of a table's columns
_SMALL = 9.0
_PICTURE = 330.0  # points of a picture's piece


def paper_word(paper: Paper, photos: Mapping[int, bytes], under: str = "") -> bytes:
    """The document; `under` stands below the title (who, when). Slow: not for the loop."""
    from docx import Document

    document = Document()
    laid_out(document, f"{paper.kind} · {short(paper.title)}", f"{paper.kind} {paper.title}")
    say(document.add_paragraph(), paper.kind, "soft")
    say(document.add_paragraph(), paper.title, "plain", 18, bold=True)
    for words, tone in ((under, "soft"), (paper.summary, "plain")):
        if words:
            say(document.add_paragraph(), words, tone)  # type: ignore[arg-type]  # a tone is what the pairs hold
    for block in paper.blocks:
        _block(document, block, photos)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _block(document: "Document", block: Any, photos: Mapping[int, bytes]) -> None:
    match block:
        case Heading(text, level):
            _heading(document, text, level)
        case Paragraph(text):
            for line in text.split("\n"):
                say(document.add_paragraph(), line, "plain")
        case Facts(pairs):
            facts(document, pairs, pairs=1)
        case Listing(entries, numbered):
            _entries(document, entries, numbered)
        case Table():
            _table(document, block)
        case Photos(ids):
            shown = [photos[one] for one in ids if one in photos]
            for first in range(0, len(shown), 3):
                row = table_of(document, (WIDTH,), lined=False)
                pictures(row.rows[0].cells[0], shown[first : first + 3])
        case Picture(of):
            _drawn(document, of)


def _heading(document: "Document", text: str, level: int) -> None:
    if level <= 2:
        heading(document, text)
        return
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    say(paragraph, text, "plain", 10.5, bold=True)


def _entries(document: "Document", entries: Sequence[Entry], numbered: bool, level: int = 0) -> None:
    from docx.shared import Cm

    for number, one in enumerate(entries, 1):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.left_indent = Cm(_INDENT * (level + 1))
        paragraph.paragraph_format.first_line_indent = Cm(-_INDENT)
        say(paragraph, f"{number}. " if numbered else "· ", "soft")
        say(paragraph, one.text, "plain")
        _entries(document, one.below, False, level + 1)


def _table(document: "Document", block: Table) -> None:
    wide = [max(_LEAST, min(one, _MOST)) for one in ems(block)]
    table = table_of(document, [WIDTH * one / sum(wide) for one in wide])
    for cell, name in zip(table.rows[0].cells, block.columns, strict=True):
        say(cell.paragraphs[0], name, "soft", _SMALL)
        washed(cell)
    repeated(table)
    for row in block.rows:
        added = table.add_row()
        whole(added)
        for cell, said in zip(added.cells, row, strict=True):
            say(cell.paragraphs[0], said, "plain", _SMALL)
    document.add_paragraph()


def _drawn(document: "Document", of: Any) -> None:
    """Causes as pictures, each no wider than the page."""
    from docx.shared import Cm

    for scene in scenes(of, _PICTURE):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_after = Cm(0)
        run = paragraph.add_run()
        run.add_picture(io.BytesIO(as_png(scene)), width=Cm(WIDTH * scene.width / ACROSS))

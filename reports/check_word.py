"""A finished check as a Word document, for offices that file or fill in."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.check import Inspection, Mending, Part, Report, Tone, report
from reports.check_pdf import WORDS
from reports.word import WIDTH, facts, heading, laid_out, pictures, repeated, say, table_of, washed, whole

if TYPE_CHECKING:
    from docx.document import Document

_PAIRED = 3.9  # centimetres of a photo's longer side, where two stand in half a page's width


def check_word(seen: Inspection) -> bytes:
    """The document. Slow: not for the loop."""
    from docx import Document

    said, document = report(seen), Document()
    laid_out(document, f"{said.title} · {said.store} · {said.checklist}", f"{said.title} {said.store}")
    _head(document, said)
    _sections(document, said.parts)
    heading(document, WORDS["items"])
    for part in said.parts:
        _part(document, part, seen)
    if said.mendings:
        heading(document, WORDS["mendings"])
        for mending in said.mendings:
            _mending(document, mending, seen)
    heading(document, WORDS["answer"])
    facts(document, said.answer, pairs=1)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _head(document: "Document", said: Report) -> None:
    from docx.shared import Pt

    name = document.add_paragraph()
    name.paragraph_format.space_after = Pt(0)
    say(name, said.store, "plain", 20, bold=True)
    say(document.add_paragraph(), said.checklist, "plain", 12)
    verdict = document.add_paragraph()
    say(verdict, said.total, said.tone, 18, bold=True)
    say(verdict, "  " + " · ".join(filter(None, (said.grade, said.verdict))), said.tone, 12)
    facts(document, said.facts, pairs=2)
    document.add_paragraph().paragraph_format.space_after = Pt(0)
    for reason in said.reasons:
        say(document.add_paragraph(), reason, "soft" if reason is said.reasons[-1] else "plain")


def _sections(document: "Document", parts: Sequence[Part]) -> None:
    heading(document, WORDS["sections"])
    table = table_of(document, (8.4, 2, 2.5, 2, 2.5))
    for cell, name in zip(table.rows[0].cells, WORDS["columns"], strict=True):
        say(cell.paragraphs[0], name, "soft")
    repeated(table)
    for part in parts:
        values = (part.name, part.share, part.score, part.least, str(part.failed))
        tones: tuple[Tone, ...] = ("plain", "soft", part.tone, "soft", "bad" if part.failed else "soft")
        for cell, value, tone in zip(table.add_row().cells, values, tones, strict=True):
            say(cell.paragraphs[0], value, tone)


def _part(document: "Document", part: Part, seen: Inspection) -> None:
    """A section as a table whose first row comes again on every page."""
    table = table_of(document, (WIDTH - 3, 3))
    name, points = table.rows[0].cells
    say(name.paragraphs[0], part.name, "plain", bold=True)
    say(points.paragraphs[0], part.score, part.tone, bold=True)
    for cell in (name, points):
        washed(cell)
    repeated(table)
    for line in part.lines:
        row = table.add_row()
        whole(row)
        what, mark = row.cells
        say(what.paragraphs[0], line.name, "plain")
        for note in line.notes:
            say(what.add_paragraph(), note, "bad" if line.tone == "bad" else "soft", 9)
        pictures(what, (seen.photos[one] for one in line.photos))
        say(mark.paragraphs[0], line.mark, line.tone, bold=line.tone == "bad")
    document.add_paragraph()


def _mending(document: "Document", mending: Mending, seen: Inspection) -> None:
    title = document.add_paragraph()
    title.paragraph_format.keep_with_next = True
    say(title, mending.title, "plain", 11, bold=True)
    facts(document, mending.facts, pairs=2)
    if mending.said:
        say(document.add_paragraph(), mending.said, "plain")
    if mending.before or mending.after:
        sides = [side for side in ((WORDS["before"], mending.before), (WORDS["after"], mending.after)) if side[1]]
        table = table_of(document, (WIDTH / len(sides),) * len(sides))
        whole(table.rows[0])
        for cell, (name, ids) in zip(table.rows[0].cells, sides, strict=True):
            say(cell.paragraphs[0], str(name), "soft", 9)
            pictures(cell, (seen.photos[one] for one in ids), _PAIRED)
    document.add_paragraph()

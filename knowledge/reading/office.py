"""Word, PowerPoint and Excel files -> lines; slides know their number, sheets are tables under their name."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from io import BytesIO, StringIO
from typing import Any

from knowledge.reading.columns import table
from knowledge.reading.headings import title_like
from knowledge.reading.line import Line, fold
from knowledge.reading.raw import Raw, Refused
from knowledge.reading.web import html_lines

_CELLS = 500_000
_STYLES = "\n".join(
    [
        "p[style-name='Title'] => h1:fresh",
        "p[style-name='标题'] => h1:fresh",
        "p[style-name='Subtitle'] => p:fresh",
        *(f"p[style-name='heading {level}'] => h{level + 1}:fresh" for level in range(1, 6)),
        *(f"p[style-name='标题 {level}'] => h{level + 1}:fresh" for level in range(1, 6)),
    ]
)


def read_docx(data: bytes) -> Raw:
    """A Word file; its heading styles become headings, its lists and tables stay."""
    import mammoth  # type: ignore[import-untyped]

    images = mammoth.images.img_element(_no_image)
    result = mammoth.convert_to_html(BytesIO(data), style_map=_STYLES, convert_image=images)
    return Raw(html_lines(result.value))


def _no_image(_image: Any) -> dict[str, str]:
    return {}


def read_pptx(data: bytes) -> Raw:
    """A slide deck: each slide a section under its title, on its page."""
    from pptx import Presentation

    deck = Presentation(BytesIO(data))
    lines = [line for page, slide in enumerate(deck.slides, start=1) for line in _slide(slide, page)]
    return Raw(lines, title=next((line.text for line in lines if line.level), ""), settled=True, untitled=True)


def _slide(slide: Any, page: int) -> Iterator[Line]:
    title = slide.shapes.title
    words = " ".join(title.text_frame.text.split()) if title is not None and title.has_text_frame else ""
    lines = [line for shape in _sorted(slide.shapes) if shape != title for line in _shape(shape, page)]
    if not words:
        first = next((line for line in lines if not line.rigid and title_like(fold(line.text), 30)), None)
        words = first.text if first else f"第 {page} 页"
        lines = [line for line in lines if line is not first]
    yield Line(words, page, level=2)
    yield from lines
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = slide.notes_slide.notes_text_frame.text.strip()
        if notes:
            yield from (Line(part, page) for part in ("", "备注：", *notes.splitlines()))


def _sorted(shapes: Any) -> list[Any]:
    return sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0))


def _shape(shape: Any, page: int) -> Iterator[Line]:
    from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER

    passing = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
    if shape.is_placeholder and shape.placeholder_format.type in passing:
        return
    if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
        for inner in _sorted(shape.shapes):
            yield from _shape(inner, page)
    elif shape.has_table:
        rows = [[cell.text for cell in row.cells] for row in shape.table.rows]
        yield Line("", page)
        yield from (Line(text, page, rigid=True) for text in table(rows))
    elif shape.has_text_frame:
        paragraphs = [paragraph for paragraph in shape.text_frame.paragraphs if paragraph.text.strip()]
        for paragraph in paragraphs:
            text = " ".join(paragraph.text.split())
            yield Line("  " * (paragraph.level - 1) + f"- {text}" if paragraph.level else text, page)
        if paragraphs:
            yield Line("", page)


def read_xlsx(data: bytes) -> Raw:
    """A workbook: each visible sheet a section with one table; a lone first cell is the table's caption."""
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(data), read_only=True, data_only=True)
    lines: list[Line] = []
    hidden: list[str] = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            hidden.append(sheet.title)
            continue
        rows = _filled([[_cell(cell) for cell in row] for row in _bounded(sheet)])
        if rows:
            lines += [Line(sheet.title, level=2), *_sheet(rows)]
    book.close()
    warnings = (f"已略过隐藏的工作表：{'、'.join(hidden)}",) if hidden else ()
    return Raw(lines, warnings=warnings, settled=True, untitled=True)


def _bounded(sheet: Any) -> Iterator[tuple[Any, ...]]:
    seen = 0
    for row in sheet.iter_rows():
        seen += len(row)
        if seen > _CELLS:
            raise Refused("表格太大", f"请拆分到每个工作表不超过 {_CELLS // 10_000} 万个单元格后再导入")
        yield row


def read_csv(text: str) -> Raw:
    """A table of values parted by commas, semicolons, tabs or bars."""
    delimiter = max(",;\t|", key=text[:10_000].count)
    rows = _filled([[cell.strip() for cell in row] for row in csv.reader(StringIO(text), delimiter=delimiter)])
    return Raw(list(_sheet(rows)) if rows else [], settled=True)


def _filled(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Rows without the empty ones, columns without the empty ones, all of one width."""
    kept = [row for row in rows if any(row)]
    width = max((len(row) for row in kept), default=0)
    padded = [[*row, *[""] * (width - len(row))] for row in kept]
    columns = [column for column in range(width) if any(row[column] for row in padded)]
    return [[row[column] for column in columns] for row in padded]


def _sheet(rows: list[list[str]]) -> Iterator[Line]:
    while len(rows) > 1 and len(rows[0]) > 1 and sum(1 for cell in rows[0] if cell) == 1:
        yield Line(next(cell for cell in rows[0] if cell))
        rows = rows[1:]
    if len(rows[0]) == 1:
        yield from (Line(row[0]) for row in rows)
    else:
        yield from (Line(text, rigid=True) for text in table(rows))


def _cell(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%d %H:%M")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value, getattr(cell, "number_format", "") or "")
    return " ".join(str(value).split())


def _number(value: float, pattern: str) -> str:
    if "%" in pattern:
        return f"{round(value * 100, 4):g}%"
    return str(int(value)) if value == int(value) else f"{value:.10g}"

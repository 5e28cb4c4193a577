"""PDF -> lines that know their page: headings by letter size, tables, paragraphs joined over line ends."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from knowledge.reading.columns import table
from knowledge.reading.headings import candidate, title_like
from knowledge.reading.line import Line, fold
from knowledge.reading.raw import Raw, Refused

_MARGIN = 2
_MARGIN_HEIGHT = 0.1
_LARGER = 1.15
_PAGE_NUMBER = re.compile(
    r"(?:第\s*)?[-–—]?\s*\d{1,4}\s*[-–—]?\s*页?(?:\s*[/,共]\s*共?\s*\d{1,4}\s*页?)?|Page \d+(?: of \d+)?", re.IGNORECASE
)
_ENDS = re.compile(r"[。!?;:.)”|]$")
_SCANNED = "第 {pages} 页没有文字，可能是扫描页，未收入"


@dataclass(frozen=True, slots=True)
class Row:
    """A printed line, or a table in its place (`cells`). `height` is where it stands on the page, 0 top to 1 bottom."""

    text: str
    size: float = 0.0
    left: float = 0.0
    right: float = 0.0
    height: float = 0.5
    cells: tuple[str, ...] = ()


def read_pdf(data: bytes, ocr: bool) -> Raw:
    """A PDF's text; pages without any go through OCR when asked. Refused for passwords and scans without `ocr`."""
    pages = _pages(data)
    empty = [number for number, rows in enumerate(pages, start=1) if not rows]
    warnings: tuple[str, ...] = ()
    if empty and ocr:
        from knowledge.reading.ocr import page_rows

        for number, rows in page_rows(data, empty):
            pages[number - 1] = rows
        warnings = (f"第 {_listed(empty)} 页是扫描页，文字由 OCR 识别，可能有错字",)
    elif len(empty) == len(pages):
        raise Refused("没有可以提取的文字，是扫描件", "请打开 OCR 再导入（需要先安装：pip install 'dudao[ocr]'）")
    elif empty:
        warnings = (_SCANNED.format(pages=_listed(empty)),)
    pages, dropped = _without_margins(pages)
    if dropped:
        warnings += (f"已去掉 {dropped} 行页眉、页脚和页码",)
    return Raw(_lines(pages), warnings=warnings)


def _listed(pages: Sequence[int]) -> str:
    return "、".join(map(str, pages[:10])) + (" 等" if len(pages) > 10 else "")


def _pages(data: bytes) -> list[list[Row]]:
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        with pdfplumber.open(BytesIO(data)) as document:
            pages = []
            for page in document.pages:
                pages.append(_rows(page))
                page.close()
            return pages
    except (PDFPasswordIncorrect, PdfminerException) as error:
        if isinstance(error, PDFPasswordIncorrect) or isinstance(error.args[0], PDFPasswordIncorrect):
            raise Refused("文件有密码保护", "请去掉密码后再导入") from error
        raise


def _rows(page: Any) -> list[Row]:
    tables = [found for found in page.find_tables() if len(found.rows) > 1 and len(found.columns) > 1]
    placed: list[tuple[float, Row]] = []
    for found in tables:
        cells = [[cell or "" for cell in row] for row in found.extract()]
        placed.append((found.bbox[1], Row("", cells=tuple(table(cells)))))
    for line in page.extract_text_lines():
        if not any(_inside(line, found.bbox) for found in tables):
            sizes = Counter(round(char["size"] * 2) / 2 for char in line["chars"])
            row = Row(
                line["text"].strip(), sizes.most_common(1)[0][0], line["x0"], line["x1"], line["top"] / page.height
            )
            placed.append((line["top"], row))
    return [row for _, row in sorted(placed, key=lambda item: item[0]) if row.text or row.cells]


def _inside(line: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    left, top, right, bottom = box
    middle = (line["top"] + line["bottom"]) / 2
    return bool(top <= middle <= bottom and left - 1 <= line["x0"] <= right)


def _without_margins(pages: list[list[Row]]) -> tuple[list[list[Row]], int]:
    """Without page numbers at the edges, and without edge lines that come again on at least half of the pages.

    Lines in letters larger than running text stay: they are headings, even when pages begin alike.
    """
    body, _ = _sizes(pages)
    edges = Counter(key for number, rows in enumerate(pages, start=1) for key in _edge_keys(rows, number))
    often = max(2, (len(pages) + 1) // 2)
    kept = []
    for number, rows in enumerate(pages, start=1):
        passing = [_passes(row, number, edges, often, body) for row in rows]
        first = next((place for place, gone in enumerate(passing[:_MARGIN]) if not gone), min(_MARGIN, len(rows)))
        last = next((place for place, gone in enumerate(passing[: -_MARGIN - 1 : -1]) if not gone), _MARGIN)
        kept.append(rows[first : max(first, len(rows) - last)])
    return kept, sum(map(len, pages)) - sum(map(len, kept))


def _edge_keys(rows: list[Row], number: int) -> set[str]:
    return {_key(row, number) for row in (*rows[:_MARGIN], *rows[-_MARGIN:])}


def _passes(row: Row, number: int, edges: Counter[str], often: int, body: float) -> bool:
    if (
        row.cells
        or _MARGIN_HEIGHT < row.height < 1 - _MARGIN_HEIGHT
        or row.size >= body * _LARGER
        or len(row.text) > 80
    ):
        return False
    return edges[_key(row, number)] >= often or _PAGE_NUMBER.fullmatch(fold(row.text)) is not None


def _key(row: Row, number: int) -> str:
    """A line with its page's own number left open, so that running heads with page numbers are alike."""
    return re.sub(rf"(?<!\d){number}(?!\d)", "#", row.text) if not row.cells else "|"


def _lines(pages: list[list[Row]]) -> list[Line]:
    """Lines of all pages: larger letters are headings, wrapped lines are joined, also over a page's end."""
    body, large = _sizes(pages)
    lines: list[Line] = []
    wraps = False
    for number, rows in enumerate(pages, start=1):
        edge = max((row.right for row in rows if row.size == body), default=0.0)
        for row in rows:
            level = min(large.index(row.size) + 1, 6) if row.size in large and title_like(fold(row.text), 60) else 0
            if row.cells:
                lines += [Line(text, number, rigid=True) for text in row.cells]
            elif wraps and not level and not _begins(row.text):
                lines[-1] = replace(lines[-1], text=_joined(lines[-1].text, row.text))
            else:
                lines.append(Line(row.text, number, level))
            full = row.right >= edge - 1.5 * row.size and not _ENDS.search(fold(row.text))
            wraps = full and not level and not row.cells
    return lines


def _sizes(pages: list[list[Row]]) -> tuple[float, list[float]]:
    """The letter size of running text, and the larger ones of headings, largest first."""
    weights: Counter[float] = Counter()
    for row in (row for rows in pages for row in rows if not row.cells):
        weights[row.size] += len(row.text)
    body = max(weights, key=lambda size: weights[size], default=0.0)
    return body, sorted((size for size in weights if size >= body * _LARGER), reverse=True)


def _begins(text: str) -> bool:
    """Whether a printed line begins an item or a numbered heading, so that it does not go on from the line before."""
    return bool(candidate(fold(text)).rank or re.match(r"[•·●○■◆▪-]\s?", text))


def _joined(first: str, second: str) -> str:
    between = " " if first[-1].isascii() and second[0].isascii() and first[-1].isalnum() else ""
    return first + between + second

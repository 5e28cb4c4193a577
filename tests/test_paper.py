"""Finished guides as PDF and Word: every word of the paper, its photos, its causes drawn, on pages that hold them."""

import io
import re
from typing import Any

import pdfplumber
import pytest
from docx import Document
from PIL import Image
from pypdf import PdfReader
from test_diagrams import broken, grown, hung, sorted_out

from knowledge.cause.fishbone import Fishbone
from knowledge.cause.tree import Tree
from knowledge.paper import (
    Block,
    Breakdown,
    Drawn,
    Entry,
    Facts,
    Heading,
    Listing,
    Matrix,
    Paper,
    Paragraph,
    Photos,
    Picture,
    Table,
)  # fmt: skip
from reports.diagrams.of_cause import of_fishbone, of_tree
from reports.diagrams.scene import Scene
from reports.paper import ACROSS, DOWN, paper_pdf, scenes
from reports.paper_word import paper_word

LONG = "备件到货时间没有反馈给服务顾问，客户等待时没人告知进度和原因，" * 3
ROWS = tuple((f"措施 {n}：{LONG}", "王芳", "2026-12-01") for n in range(12))
PAPER = Paper(
    "5Why 根因分析",
    "返修率连续三个月上升",
    "海淀店，2026 年 9 月起。",
    (
        Heading("问题", 2),
        Facts((("什么问题", "返修率 6.2%"), ("影响谁", LONG))),
        Heading("原因", 2),
        Picture(grown(12, 3, 8, 30)),
        Heading("根因：没有路试（已证实）", 3),
        Listing((Entry("因为甲，因此乙。", (Entry("下一层"),)), Entry("因为乙，因此丙。")), numbered=True),
        Paragraph("第一段\n第二段 #[*_`$@<>\\"),
        Table(("措施", "负责人", "期限"), ROWS),
        Photos((4, 5, 6, 7)),
        Heading("鱼骨", 2),
        Picture(hung(12, 3, 4, 20)),
        Picture(broken(12, 3, 4, 20)),
        Picture(sorted_out(12, 3, 4, 20)),
    ),
)


@pytest.fixture(scope="module")
def photos() -> dict[int, bytes]:
    made = {}
    for number in (4, 5, 6):
        written = io.BytesIO()
        Image.new("RGB", (800, 600), (number * 30, 90, 120)).save(written, "JPEG")
        made[number] = written.getvalue()
    return made


def said(block: Block) -> list[str]:
    """Every word of a block."""
    match block:
        case Heading(text) | Paragraph(text):
            return text.split("\n")
        case Facts(pairs):
            return [one for pair in pairs for one in pair]
        case Listing(entries):
            return [one for entry in entries for one in (entry.text, *(below.text for below in entry.below))]
        case Table(columns, rows):
            return [one for row in (columns, *rows) for one in row]
        case Picture(of):
            return drawn(of)
    return []


def drawn(of: Drawn) -> list[str]:
    match of:
        case Tree(causes=found) | Fishbone(twigs=found):
            return [one.text for one in found]
        case Breakdown(items=items):
            return [one.text for item in items for one in (item, *item.below)]
        case Matrix(fields=fields):
            return [one.text for _, items in fields for one in items]


def plain(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_the_pdf_holds_every_word_and_the_photos_there_are(photos: dict[int, bytes]) -> None:
    reader = PdfReader(io.BytesIO(paper_pdf(PAPER, photos, "王芳 · 2026-11-22")))
    pages = [plain(page.extract_text()) for page in reader.pages]
    whole = "".join(pages)
    for text in (PAPER.kind, PAPER.title, PAPER.summary, "王芳 · 2026-11-22"):
        assert plain(text) in pages[0]
    missing = [one for block in PAPER.blocks for one in said(block) if plain(one) not in whole]
    assert missing == []
    assert whole.count("2026-12-01") == whole.count("王芳") - 1 == len(ROWS)
    assert sum(len(page.images) for page in reader.pages) == 3
    assert f"第{len(pages)}页，共{len(pages)}页" in pages[-1]
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages} == {(595, 842)}


def test_word_holds_every_word_the_photos_and_the_pictures(photos: dict[int, bytes]) -> None:
    document: Any = Document(io.BytesIO(paper_word(PAPER, photos, "王芳 · 2026-11-22")))
    texts = [one.text for one in document.paragraphs]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    whole = plain("".join(texts))
    words = [one for block in PAPER.blocks if not isinstance(block, Picture) for one in said(block)]
    assert [one for one in (PAPER.kind, PAPER.title, PAPER.summary, *words) if plain(one) not in whole] == []
    pictures = [len(scenes(block.of, 330)) for block in PAPER.blocks if isinstance(block, Picture)]
    assert len(document.inline_shapes) == 3 + sum(pictures)
    for shape in document.inline_shapes:
        assert shape.width.cm <= 17.5 and shape.height.cm <= 25


@pytest.mark.parametrize("count", [1, 8, 40, 60])
def test_pieces_of_a_picture_hold_all_its_causes_and_each_fits_on_a_page(count: int) -> None:
    for of, keys in (
        (grown(count, 7), _keys(of_tree(grown(count, 7)))),
        (hung(count, 7), _keys(of_fishbone(hung(count, 7)))),
    ):
        pieces = scenes(of)
        assert all(one.width <= ACROSS + 0.1 and one.height <= DOWN + 0.1 for one in pieces)
        shown = [box.key for piece in pieces for box in piece.boxes if box.key[0] in "ct" and box.key[1:].isdigit()]
        assert sorted(shown) == sorted(keys)
        assert all(_inside(piece) for piece in pieces)


def _keys(sheet: Any) -> list[str]:
    def below(nodes: Any) -> list[str]:
        return [key for node in nodes for key in (node.key, *below(node.children))]

    return [key for group in sheet.groups for key in below(group.nodes)]


def _inside(piece: Scene) -> bool:
    return all(box.y >= -0.1 and box.bottom <= piece.height + 0.1 for box in piece.boxes)


def test_a_word_without_a_gap_stays_in_its_column() -> None:
    table = Table(tuple("甲乙丙丁戊己"), (("LSVAA49J712345678" * 4, *["改流程" * 20] * 4, "2026-12-01"),))
    with pdfplumber.open(io.BytesIO(paper_pdf(Paper("报告", "甲" * 80, "", (table,)), {}))) as opened:
        letters = [one for page in opened.pages for one in page.chars]
    assert max(one["x1"] for one in letters) <= 595.3 - 48.1
    second = min(one["x0"] for one in letters if one["text"] == "改")
    assert max(one["x1"] for one in letters if one["text"].strip("\u200b") in set("LSVAJ")) <= second

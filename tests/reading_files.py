"""Files of every kind the reading tests read, made on the spot."""

import re
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from knowledge.document import Document
from knowledge.reading import read

LIMIT = 10_000_000
_UNSTYLED = ("售后管理办法", "第一章 总则", "为规范服务,制定本办法。", "第二章 职责", "督导负责检核,每月一次。")
_ROWS = (["2026 年指标"], ["指标", "目标", "生效"], ["一次修复率", 0.92, date(2026, 3, 1)], ["返修台次", 3.0, None])
_WIDE = str.maketrans(
    {",": "\uff0c", ":": "\uff1a", "(": "\uff08", ")": "\uff09", "?": "\uff1f", "!": "\uff01", ";": "\uff1b"}
)
_COUNT = re.compile(r"(?<![\d.])(\d{1,2})\.(?=[ \u4e00-\u9fff])")


def wide(text: str) -> str:
    """The text with full-width punctuation, also after the numbers of items, the way Chinese input methods type it."""
    return _COUNT.sub("\\1\uff0e", text).translate(_WIDE)


def read_text(folder: Path, text: str, name: str = "样本.txt", encoding: str = "utf-8") -> Document:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return read(path, max_bytes=LIMIT)


def paths(document: Document) -> list[tuple[str, ...]]:
    return [section.path for section in document.sections]


def make_docx(path: Path, styled: bool = True) -> Path:
    from docx import Document as Word

    word = Word()
    if styled:
        word.add_heading("门店接待手册", 0)
        word.add_heading("接待", 1)
        word.add_paragraph("客户进店后一分钟内要有人接待。")
        word.add_heading("要点", 2)
        for item in ("微笑问候", "引导停车"):
            word.add_paragraph(item, style="List Bullet")
        table = word.add_table(2, 2)
        for row, cells in enumerate([("项目", "标准"), ("等待", "10|15 分钟")]):
            for column, text in enumerate(cells):
                table.cell(row, column).text = text
        word.add_heading("交车", 1)
        word.add_paragraph("交车前完成三级检验。")
    else:
        for text in (
            "售后管理办法",
            "第一章 总则",
            "为规范售后服务,制定本办法。",
            "第二章 职责",
            "督导负责检核,每月一次。",
        ):
            word.add_paragraph(text)
    word.save(str(path))
    return path


def make_pptx(path: Path) -> Path:
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "5S 管理"
    slide.placeholders[1].text_frame.text = "整理:区分要与不要"
    slide.notes_slide.notes_text_frame.text = "讲解时举例。"
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    for top, text in ((1, "投诉分级"), (2, "重大投诉 24 小时内升级。")):
        box = slide.shapes.add_textbox(Inches(1), Inches(top), Inches(5), Inches(1))
        box.text_frame.text = text
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(3), Inches(5), Inches(1)).table
    for row, cells in enumerate([("级别", "时限"), ("一级", "24 h")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    deck.save(str(path))
    return path


def make_xlsx(path: Path) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "KPI"
    for row in (
        ["2026 年指标"],
        ["指标", "目标", "生效"],
        ["一次修复率", 0.92, date(2026, 3, 1)],
        ["返修台次", 3.0, None],
    ):
        sheet.append(row)
    sheet["B3"].number_format = "0%"
    hidden = book.create_sheet("草稿")
    hidden["A1"] = "不要"
    hidden.sheet_state = "hidden"
    book.save(path)
    return path


def make_pdf(path: Path, pages: Sequence[tuple[str, Sequence[str]]], rows: Sequence[Sequence[str]] = ()) -> Path:
    """Pages of (heading, printed lines) with a running head and page numbers; `rows` is a ruled table on the last."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path))
    for number, (heading, lines) in enumerate(pages, start=1):
        canvas.setFont("STSong-Light", 9)
        canvas.drawString(60, 815, "某品牌售后手册 内部资料")
        canvas.drawString(280, 25, f"第 {number} 页 共 {len(pages)} 页")
        canvas.setFont("STSong-Light", 18)
        canvas.drawString(60, 740, heading)
        canvas.setFont("STSong-Light", 11)
        for place, line in enumerate(lines):
            canvas.drawString(60, 700 - 16 * place, line)
        if number == len(pages):
            for down, cells in enumerate(rows):
                for across, text in enumerate(cells):
                    canvas.rect(60 + across * 120, 395 - down * 20, 120, 20)
                    canvas.drawString(65 + across * 120, 400 - down * 20, text)
        canvas.showPage()
    canvas.save()
    return path


def make_zip_bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return path


def make_picture(path: Path) -> Path:
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (800, 200), "white")
    ImageDraw.Draw(picture).text((20, 80), "SERVICE MANUAL 2026", fill="black", font_size=48)
    picture.save(path)
    return path


def make_scan(path: Path) -> Path:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path))
    canvas.drawImage(str(make_picture(path.with_suffix(".png"))), 50, 500, 500, 125)
    canvas.showPage()
    canvas.save()
    return path

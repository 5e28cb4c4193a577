"""Reading Word, PowerPoint, Excel, CSV, HTML, PDF and pictures, made on the spot."""

from collections.abc import Callable
from pathlib import Path

import pytest
from reading_files import LIMIT, make_docx, make_pdf, make_picture, make_pptx, make_scan, make_xlsx, paths, read_text

from knowledge.reading import SUFFIXES, read


def test_word_headings_lists_and_tables_stay(tmp_path: Path) -> None:
    document = read(make_docx(tmp_path / "接待.docx"), max_bytes=LIMIT)
    assert (document.name, document.title) == ("接待", "门店接待手册")
    assert paths(document) == [("接待",), ("接待", "要点"), ("交车",)]
    assert "- 微笑问候\n- 引导停车" in document.sections[1].text
    assert "| 项目 | 标准 |\n| --- | --- |\n| 等待 | 10\\|15 分钟 |" in document.sections[1].text


def test_a_word_file_without_styles_has_headings_by_habit(tmp_path: Path) -> None:
    document = read(make_docx(tmp_path / "办法.docx", styled=False), max_bytes=LIMIT)
    assert document.title == "售后管理办法"
    assert paths(document) == [("第一章 总则",), ("第二章 职责",)]


def test_slides_are_sections_on_their_page(tmp_path: Path) -> None:
    document = read(make_pptx(tmp_path / "课件.pptx"), max_bytes=LIMIT)
    assert document.title == "5S 管理"
    assert [(section.path, section.page) for section in document.sections] == [(("5S 管理",), 1), (("投诉分级",), 2)]
    assert "备注：\n讲解时举例。" in document.sections[0].text
    assert "| 级别 | 时限 |\n| --- | --- |\n| 一级 | 24 h |" in document.sections[1].text


def test_a_sheet_is_a_section_with_its_table_and_numbers_as_shown(tmp_path: Path) -> None:
    document = read(make_xlsx(tmp_path / "指标.xlsx"), max_bytes=LIMIT)
    (section,) = document.sections
    assert section.path == ("KPI",)
    assert section.text.splitlines() == [
        "2026 年指标",
        "| 指标 | 目标 | 生效 |",
        "| --- | --- | --- |",
        "| 一次修复率 | 92% | 2026-03-01 |",
        "| 返修台次 | 3 |  |",
    ]
    assert document.warnings == ("已略过隐藏的工作表：草稿",)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_a_csv_file_is_a_table_whatever_parts_its_columns(tmp_path: Path, mark: str) -> None:
    text = f"门店{mark}得分\n一店{mark}90\n二店{mark}85\n"
    document = read_text(tmp_path, text, "得分.csv", encoding="gb18030")
    assert document.sections[0].text == "| 门店 | 得分 |\n| --- | --- |\n| 一店 | 90 |\n| 二店 | 85 |"


@pytest.mark.parametrize("coding", ["utf-8", "gb18030"])
def test_a_web_page_gives_its_text_without_its_menus(tmp_path: Path, coding: str) -> None:
    text = (
        "<html><head><title>接待 - 某站</title><style>p{}</style></head><body><nav><a href='/'>首页</a></nav>"
        "<h1>接待标准</h1>"
        "<p>一分钟<b>内</b>接待,见<a href='x'>细则</a>。</p><h2>时限</h2><table><tr><td>项</td><td>值</td></tr>"
        "<tr><td>a</td><td>b</td></tr></table><ul><li>一</li><li>二</li></ul>"
        "<script>x()</script><footer>页脚</footer></body></html>"
    )
    document = read_text(tmp_path, text, "page.html", encoding=coding)
    assert document.title == "接待标准"
    assert paths(document) == [(), ("时限",)]
    assert document.sections[1].text == "| 项 | 值 |\n| --- | --- |\n| a | b |\n\n- 一\n- 二"
    whole = "".join(section.text for section in document.sections)
    assert "细则。" in whole and not any(word in whole for word in ("首页", "页脚", "x()", "]("))


def _pages(count: int) -> list[tuple[str, list[str]]]:
    sentence = "门店第{}次检核由区域督导带队先看现场再看单据然后听取店长汇报并当场指出不足"
    return [
        (f"检核第{number}轮", [sentence.format(number), f"最后形成第{number}份报告。", "1. 登记", "2. 归档"])
        for number in range(1, count + 1)
    ]


def test_a_pdf_has_headings_by_letter_size_joined_lines_and_pages(tmp_path: Path) -> None:
    document = read(
        make_pdf(tmp_path / "手册.pdf", _pages(4), [("项目", "标准"), ("等待", "10 分钟")]), max_bytes=LIMIT
    )
    assert [(section.path, section.page) for section in document.sections] == [
        ((f"检核第{n}轮",), n) for n in range(1, 5)
    ]
    assert "并当场指出不足最后形成第1份报告。" in document.sections[0].text
    assert "1. 登记\n2. 归档" in document.sections[0].text
    assert "| 项目 | 标准 |\n| --- | --- |\n| 等待 | 10 分钟 |" in document.sections[3].text


def test_running_heads_and_page_numbers_of_a_pdf_go_and_are_reported(tmp_path: Path) -> None:
    document = read(make_pdf(tmp_path / "手册.pdf", _pages(4)), max_bytes=LIMIT)
    whole = "".join(section.text for section in document.sections)
    assert "内部资料" not in whole and "共 4 页" not in whole
    assert document.warnings == ("已去掉 8 行页眉、页脚和页码",)


def test_a_section_that_runs_over_pdf_pages_knows_where_they_begin(tmp_path: Path) -> None:
    heading, lines = _pages(1)[0]
    document = read(
        make_pdf(tmp_path / "手册.pdf", [(heading, lines), ("", ["第二页接着讲,先看现场。"])]), max_bytes=LIMIT
    )
    (section,) = document.sections
    ((offset, page),) = section.breaks
    assert page == 2 and section.text[offset:].startswith("第二页接着讲")


@pytest.mark.ocr
@pytest.mark.parametrize(("make", "name"), [(make_picture, "a.png"), (make_scan, "a.pdf")])
def test_ocr_reads_pictures_and_scanned_pages(tmp_path: Path, make: Callable[[Path], Path], name: str) -> None:
    pytest.importorskip("rapidocr", reason="the extra `ocr` is not installed")
    document = read(make(tmp_path / name), max_bytes=LIMIT, ocr=True)
    assert document.sections[0].text == "SERVICE MANUAL 2026"
    assert document.sections[0].page == 1
    assert "OCR" in document.warnings[0]


def test_every_suffix_is_lower_case_with_its_dot() -> None:
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in SUFFIXES)
    assert {".md", ".txt", ".html", ".docx", ".pptx", ".xlsx", ".csv", ".pdf", ".png", ".jpg"} <= set(SUFFIXES)

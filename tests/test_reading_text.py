"""Reading plain text and Markdown: encodings, front matter, headings by habit, sizes."""

import codecs
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_files import paths, read_text, wide

from knowledge.reading.encoding import decode
from knowledge.reading.line import Line, fold, lines_of
from knowledge.reading.plain import outlined
from knowledge.reading.sections import SIZE, assemble

SIMPLIFIED = wide(
    "督导每月到店检核一次,当天写报告:先看现场,再看单据。客户投诉要在一天内回电(重大投诉两小时内),处理结果由店长签字。"
    "备件到货后先验收再入库,损坏的拍照留证,三天之内向仓库索赔。技师领料时核对车牌与工单,多领的当天退回。"
)
TRADITIONAL = wide(
    "督導每月到店檢核一次,當天寫報告:先看現場,再看單據。客戶投訴要在一天內回電,處理結果由店長簽字。"
    "備件到貨後先驗收再入庫,損壞的拍照留證,三天之內向倉庫索賠。技師領料時核對車牌與工單,多領的當天退回。"
)
CODINGS = ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]


@pytest.mark.parametrize("length", [20, 60, 400, 2000])
@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("text", [SIMPLIFIED, TRADITIONAL, "Day 1 接待: check in\n" + SIMPLIFIED])
def test_chinese_text_is_decoded_whatever_its_encoding(text: str, coding: str, length: int) -> None:
    sample = (text * 40)[:length]
    assert decode(sample.encode(coding)) == sample


@pytest.mark.parametrize("length", [20, 60, 400, 2000])
@pytest.mark.parametrize("coding", ["big5", "cp950", "big5hkscs"])
def test_traditional_text_in_big5_is_decoded(coding: str, length: int) -> None:
    sample = (TRADITIONAL * 40)[:length]
    assert decode(sample.encode(coding)) == sample


def test_english_in_utf_16_without_a_mark_is_decoded() -> None:
    assert decode("Check every car twice.\r\nThen sign.".encode("utf-16-le")) == "Check every car twice.\nThen sign."


@pytest.mark.parametrize("data", [bytes(range(256)) * 20, b"\x00\x01\x02\x03" * 500, codecs.BOM_UTF8 + b"\x01" * 400])
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode(data)


@given(st.text(max_size=200))
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_a_handbook_file_keeps_its_headings_and_front_matter(tmp_path: Path) -> None:
    text = (
        '---\ntitle: 接待\nversion: "1.0"\neffective: 2026-12-01\naudience: [督导, 店员]\nsource: 自编\n---\n'
        "# 接待\n\n开头。\n\n## 目标\n一分钟内接待。\n\n### 例外\n1. 雨天\n2. 夜间\n\n"
        "## 表\n| 项 | 值 |\n|---|---|\n| a | 1 |\n"
    )
    document = read_text(tmp_path, text, "接待.md")
    assert (document.name, document.title, document.version, document.audience) == (
        "接待",
        "接待",
        "1.0",
        ("督导", "店员"),
    )
    assert document.effective is not None and document.effective.isoformat() == "2026-12-01"
    assert paths(document) == [(), ("目标",), ("目标", "例外"), ("表",)]
    assert document.sections[2].text == "1. 雨天\n2. 夜间"
    assert document.warnings == ()


def test_a_rule_at_the_top_of_a_markdown_file_is_not_front_matter(tmp_path: Path) -> None:
    assert "正文" in read_text(tmp_path, "---\n\n正文第一句。\n\n---\n后文。\n", "a.md").sections[0].text


def test_front_matter_that_is_no_yaml_is_left_out_and_reported(tmp_path: Path) -> None:
    document = read_text(tmp_path, "---\ntitle: [接待\n---\n正文一句。\n", "a.md")
    assert document.sections[0].text == "正文一句。"
    assert "front matter" in document.warnings[0]


def test_a_hash_in_a_code_block_is_no_heading(tmp_path: Path) -> None:
    document = read_text(tmp_path, "# 题\n\n## 脚本\n```\n# 注释\n```\n", "a.md")
    assert paths(document) == [("脚本",)]


@pytest.mark.parametrize("punctuate", [str, wide])
def test_chapters_and_decimals_nest(tmp_path: Path, punctuate: Callable[[str], str]) -> None:
    text = (
        "检核办法\n第一章:总则\n1.1 目的:统一标准\n为了统一标准,制定本办法。\n1.2 范围\n适用于全部门店,包括直营店。\n"
        "第二章:检核\n检核每月一次,由督导执行。\n"
    )
    document = read_text(tmp_path, punctuate(text))
    assert document.title == "检核办法"
    assert [tuple(fold(part) for part in path) for path in paths(document)] == [
        ("第一章:总则", "1.1 目的:统一标准"),
        ("第一章:总则", "1.2 范围"),
        ("第二章:检核",),
    ]


HABITS = {
    "第1章 接待\n客户到店,一分钟内接待。\n第1节 问诊\n先听客户说,再记录。": [
        ("第1章 接待",),
        ("第1章 接待", "第1节 问诊"),
    ],
    "Week 3:巡店\nDay 12 - 现场\n• 上午:看现场\nDay 13 - 单据\n• 上午:看单据": [
        ("Week 3:巡店", "Day 12 - 现场"),
        ("Week 3:巡店", "Day 13 - 单据"),
    ],
    "? 第一阶段:基础(Day 1-10)\nWeek 1:行业\n先了解行业,再了解门店。\n? 第二阶段:督导\n到店检核,写出报告。": [
        ("第一阶段:基础(Day 1-10)", "Week 1:行业"),
        ("第二阶段:督导",),
    ],
    "模块三 检核\n第3天 到店\n上午到店,下午写报告。\n第4天 复核\n有争议的,请店长签字。": [
        ("模块三 检核", "第3天 到店"),
        ("模块三 检核", "第4天 复核"),
    ],
    "一、准备\n(一)工具\n带好平板,检查电量。\n(二)通知\n提前一天,通知店长。\n二、执行\n逐项检查,拍照留证。": [
        ("一、准备", "(一)工具"),
        ("一、准备", "(二)通知"),
        ("二、执行",),
    ],
    "1 总则\n1.1 目的\n为了统一标准,制定本办法。\n2 检核\n2.1 频次\n每月一次,三天内上传。": [
        ("1 总则", "1.1 目的"),
        ("2 检核", "2.1 频次"),
    ],
    "PART\n\n01\n\n角色定位\n\n负责区域内的检核,并跟踪整改。\n\nPART\n\n02\n\n客户体验\n\n每季度访谈客户,汇总意见。": [
        ("PART 01 角色定位",),
        ("PART 02 客户体验",),
    ],
    "注意事项\n实施步骤:\n- 先培训,再检查\n- 按月复盘": [("实施步骤",)],
}


@pytest.mark.parametrize("punctuate", [str, wide])
@pytest.mark.parametrize("text", HABITS)
def test_numbering_habits_make_headings(text: str, punctuate: Callable[[str], str]) -> None:
    lines, _ = outlined(lines_of(punctuate(text)), settled=False)
    found = [tuple(map(fold, section.path)) for section in assemble(lines)]
    assert [path for path in found if path] == HABITS[text]


@pytest.mark.parametrize("punctuate", [str, wide])
@pytest.mark.parametrize(
    "text",
    [
        "检核分三步,依次进行。\n1. 登记\n2. 审核\n3. 归档\n归档之后通知店长,流程结束。",
        "1. 服务意识培训通过讲座和案例,让员工理解服务。\n2. 技能培训由讲师到店,手把手地教。",
        "按以下办法处理,不得遗漏。\n一、二线城市优先安排,三线城市其次。",
        "(1)第一周:客户理念\n(2)第二周:技术\n(3)第三周:流程",
        "比例是 2.5 比 1,按月统计。\n3.2% 的门店没有达标,需要整改。",
    ],
)
def test_items_of_a_list_are_no_headings(text: str, punctuate: Callable[[str], str]) -> None:
    lines, _ = outlined(lines_of(punctuate(text)), settled=False)
    assert not any(line.level for line in lines)


TWINS = [
    "问:多久接待?答:一分钟内接待。\n问:谁来接待?\n答:服务顾问;不在时由前台接待。",
    "常见问题\n问:多久接待?\n答:一分钟内接待,雨天也一样。\n问:谁来接待?\n答:服务顾问,不在时由前台接待。",
    "第一章:总则\n(一)目的:统一标准\n为了统一标准,制定本办法。\n(二)范围\n适用于全部门店;直营店也一样。\n第二章:检核\n每月一次,由督导执行。",
    "1. 现场检核\n先看现场,再看单据。\n2. 单据检核\n核对工单,签字。\n3. 报告\n当天写报告,三天内上传。",
    "检核步骤:1. 登记,写明门店。2. 审核,写明问题。3. 归档,写明日期。",
    "注意:(1)先断电;(2)再拆件;(3)最后验收。",
    "目录\n一、现场\n二、单据\n\n一、现场\n先看现场,再看单据。\n二、单据\n核对工单,签字(盖章)。",
    "? 现场:上午\n先看现场,再看单据。\n? 单据:下午\n核对工单,签字。",
    "演练要求\n- " + "客户说:能便宜些吗?顾问先听;再解释!不许打断,不许推托。" * 40,
]


@pytest.mark.parametrize("text", TWINS)
def test_a_text_with_full_width_punctuation_is_read_as_its_half_width_twin(tmp_path: Path, text: str) -> None:
    half, full = (read_text(tmp_path, punctuate(text)) for punctuate in (str, wide))
    assert fold(full.title) == fold(half.title)
    assert [[*map(fold, path)] for path in paths(full)] == [[*map(fold, path)] for path in paths(half)]
    assert [fold(section.text) for section in full.sections] == [fold(section.text) for section in half.sections]


def test_a_heading_run_into_its_list_is_cut_off() -> None:
    text = "二、培训内容1. 接待礼仪通过讲座学习,每周一次。\n2. 投诉处理由店长示范,全员演练。"
    lines, _ = outlined(lines_of(text), settled=False)
    sections = assemble(lines)
    assert [section.path for section in sections] == [("二、培训内容",)]
    assert sections[0].text.splitlines()[1].startswith("2. 投诉处理")


def test_a_collection_of_plans_becomes_one_part_for_each_plan(tmp_path: Path) -> None:
    text = (
        "资料合集\n接待培训计划\n\n接待培训计划一、培训目标让员工会接待,能问诊。\n二、培训方式讲座与演练结合,每周一次。\n"
        "备件培训计划\n\n备件培训计划一、培训目标让员工会验收,能索赔。\n补充说明\n\n以上计划按季度修订,报区域备案。\n"
    )
    document = read_text(tmp_path, text)
    assert paths(document) == [
        ("接待培训计划", "一、培训目标"),
        ("接待培训计划", "二、培训方式"),
        ("备件培训计划", "一、培训目标"),
        ("补充说明",),
    ]


def _slide_text() -> str:
    body = "每月组织一次复盘,把问题写进清单并逐条跟踪到关闭为止,由店长签字确认。" * 4
    parts = "".join(
        f"PART0{number}{title}质量改进方案建立{body}" for number, title in ((1, "现状"), (2, "挑战"), (3, "规划"))
    )
    return f"演讲人:日期:区域述职报告目录CATALOGUE01现状02挑战03规划{parts}"


def test_one_long_line_is_cut_at_its_part_marks(tmp_path: Path) -> None:
    document = read_text(tmp_path, _slide_text())
    assert document.title == "区域述职报告"
    assert {path[0] for path in paths(document)} == {"PART01 现状", "PART02 挑战", "PART03 规划"}
    assert all(path[-1] == "质量改进方案" for path in paths(document))
    assert any("目录" in warning for warning in document.warnings)


def test_columns_parted_by_spaces_become_a_table() -> None:
    text = "阶段 交付成果 评估标准\n第一阶段 知识测试 80分及格\n第二阶段 检核报告 完整性+专业性\n\n结束。"
    lines, _ = outlined(lines_of(text), settled=False)
    assert [line.text for line in lines[:3]] == [
        "| 阶段 | 交付成果 | 评估标准 |",
        "| --- | --- | --- |",
        "| 第一阶段 | 知识测试 | 80分及格 |",
    ]


def test_captions_that_follow_their_paragraph_are_put_before_it() -> None:
    pairs = [
        ("接待与问诊", "客户到店后先接待再问诊,记录里程。"),
        ("备件验收", "备件到货当天验收,损坏的拍照。"),
        ("工具点检", "工具每周点检一次,缺失的补齐。"),
    ]
    text = (
        "PART\n01\n区域管理\n"
        + "".join(f"{body}\n{caption}\n0{number}\n" for number, (caption, body) in enumerate(pairs, start=1))
        + "04\n"
    )
    lines, _ = outlined(lines_of(text), settled=False)
    assert [(section.path[-1], section.text) for section in assemble(lines)] == pairs


@given(
    st.lists(
        st.text(alphabet="接待客户维修备件,。;1234567890 ", max_size=1500)
        | st.sampled_from(["## ", "- 项", "1. 项", ""]),
        max_size=12,
    )
)
def test_cutting_loses_no_character_and_keeps_sections_small(texts: list[str]) -> None:
    lines = [Line(text) for text in texts]
    sections = assemble(lines)
    assert all(len(section.text) <= SIZE for section in sections)
    assert "".join("".join(s.text.split()) for s in sections) == "".join("".join(text.split()) for text in texts)


def test_pages_that_begin_inside_a_section_are_known() -> None:
    lines = [Line("题", 1, level=1), Line("甲。", 1), Line("乙。", 2), Line("丙。", 3)]
    (section,) = assemble(lines)
    assert (section.page, section.breaks) == (1, ((3, 2), (6, 3)))
    assert [section.text[offset] for offset, _ in section.breaks] == ["乙", "丙"]


def test_a_long_table_is_not_cut() -> None:
    rows = ["| a | b |", "| --- | --- |", *(f"| {number} | 值 |" for number in range(300))]
    assert len(assemble([Line(row, rigid=True) for row in rows])) == 1

"""How a section is cut into passages: nothing is lost, lists and tables stay readable, pages and sizes are right."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document
from reading_files import wide

from knowledge.document import Section
from knowledge.reading.line import fold
from retrieval.blocks import blocks, headed, page_at
from retrieval.cut import Cutter, Source
from retrieval.passages import MarkdownSplitter
from retrieval.text import Analyzer

DOCUMENTS = Path(__file__).parent.parent / "knowledge" / "documents"
SOURCE = Source("门店手册", "门店手册", "1.0")
RULE = "|---|---|\n"

sizes = st.integers(60, 200)
words = st.text("售后服务顾问接待客户备件工单abc0123456789", min_size=1, max_size=40)
sentences = st.builds("{}{}".format, words, st.sampled_from(["。", "\uff01", "?", "\uff1b", "…… ", ". ", "”。”", ""]))
prose = st.lists(sentences, min_size=1, max_size=8).map("".join).map("{}\n".format)
items = st.builds(
    "{}{}\n".format,
    st.sampled_from(["- ", "* ", "1. ", "2、", "4\uff0e", "5\uff09", "(3) ", "\uff083\uff09", "① ", "\u2022 "]),
    prose.map(str.strip),
)
nested = st.builds("{}  - {}\n".format, items, words)
leads = words.map("{}\uff1a\n".format)
rows = st.builds("| {} | {} |\n".format, words, prose.map(str.strip))
tables = st.builds(
    lambda head, body: f"{head}{RULE}{''.join(body)}",
    st.builds("| {} | {} |\n".format, words, words),
    st.lists(rows, max_size=12),
)
sections = st.lists(st.one_of(prose, items, nested, leads, tables, st.just("\n")), max_size=12).map("".join)
anything = st.one_of(sections, st.text(max_size=600), st.text("|-: \n。甲", max_size=300))


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def cut(text: str, size: int = 100) -> list[str]:
    return MarkdownSplitter(size).split_text(text)


@given(anything, sizes)
def test_every_character_that_is_not_blank_stands_in_one_passage_in_order(text: str, size: int) -> None:
    card = Cutter(size, Analyzer()).card("key", SOURCE, Section(("接待",), text))
    assert bare("".join(card.passage(n) for n in range(len(card.starts)))) == bare(text)


@given(anything, sizes)
def test_a_passage_ends_with_its_own_part_of_the_text(text: str, size: int) -> None:
    found = MarkdownSplitter(size).split_with_offsets(text)
    ends = [*(start for _, start in found), len(text)][1:]
    assert [start for _, start in found] == sorted({start for _, start in found})
    for (passage, start), end in zip(found, ends, strict=True):
        assert not text[start].isspace()
        assert bare(passage).endswith(bare(text[start:end]))


@given(anything, sizes)
def test_no_passage_is_longer_than_an_embedder_reads(text: str, size: int) -> None:
    assert all(len(passage) <= max(2 * size, 400) + 200 for passage in cut(text, size))


@given(st.lists(prose, max_size=20).map("".join), sizes)
def test_prose_is_never_much_longer_than_asked(text: str, size: int) -> None:
    assert all(len(passage) <= size * 3 // 2 for passage in cut(text, size))


@given(st.lists(st.one_of(prose, items, nested), max_size=10).map("".join), sizes)
def test_a_list_is_not_cut_inside_an_item(text: str, size: int) -> None:
    passages = cut(text, size)
    for kind, block, _ in blocks(text):
        if kind == "item" and len(block) <= 400:
            assert any(block.strip() in passage for passage in passages)


@given(sections, tables, sections, sizes)
def test_every_part_of_a_table_carries_its_header(before: str, table: str, after: str, size: int) -> None:
    header = table[: table.index(RULE) + len(RULE)]
    body = table[len(header) :].splitlines()
    passages = cut(f"{before}\n{table}\n{after}", size)
    for row in body:
        holding = [passage for passage in passages if row in passage]
        assert any(header in passage for passage in holding) or len(row) > 400


def test_an_item_of_five_thousand_characters_is_cut_at_its_sentences() -> None:
    sentence = "服务顾问接到客户来电后要在当天回复并记入系统。"
    passages = cut("- " + sentence * 220, 100)
    assert all(len(passage) <= 125 and passage.endswith("。") for passage in passages)


def test_a_text_without_any_stop_is_still_cut() -> None:
    assert [len(passage) for passage in cut("工" * 5000, 100)] == [100] * 50


def test_a_row_of_five_thousand_characters_is_cut_and_each_part_says_its_columns() -> None:
    header = "| 环节 | 要求 |\n|---|---|\n"
    passages = cut(header + "| 交车 | " + "交车前逐项核对委托书。" * 450 + " |\n", 100)
    assert len(passages) > 20
    assert all(passage.startswith(header) and len(passage) <= 300 for passage in passages)


def test_a_header_that_is_really_a_text_is_not_repeated() -> None:
    long = "本表列出各环节的要求。" * 30
    passages = cut(f"| {long} | b |\n|---|---|\n| 交车 | 当面核对 |\n", 100)
    assert sum(passage.count("本表列出") for passage in passages) == 30


def test_a_short_table_stays_in_one_piece() -> None:
    table = "| 等级 | 时限 |\n|---|---|\n| 一般 | 72小时 |\n| 重大 | 24小时 |\n"
    assert cut(f"投诉分两级。\n\n{table}\n逾期升级。") == ["投诉分两级。", table.strip(), "逾期升级。"]


def test_a_table_without_rows_is_kept() -> None:
    assert cut("| 等级 | 时限 |\n|---|---|\n") == ["| 等级 | 时限 |\n|---|---|"]


@pytest.mark.parametrize("colon", [":", "\uff1a"])
def test_a_line_that_announces_a_list_stays_with_its_first_item(colon: str) -> None:
    text = f"{'首问负责制要求谁接谁办。' * 4}\n\n管控要点{colon}\n\n- {'甲' * 60}\n- {'乙' * 60}\n"
    assert [p for p in cut(text, 80) if "管控要点" in p] == [f"管控要点{colon}\n\n- {'甲' * 60}"]


def test_a_line_that_announces_a_table_stays_with_its_header() -> None:
    [passage] = cut("时限如下:\n| 等级 | 时限 |\n|---|---|\n| 重大 | 24小时 |\n")
    assert passage.startswith("时限如下:\n| 等级 |")


def test_a_mere_tail_stays_with_the_passage_before() -> None:
    assert len(cut("- " + "甲" * 90 + "\n- 一次修好\n", 100)) == 1


def test_closing_quotes_stay_with_their_sentence() -> None:
    text = "他说“请稍等。”" * 20
    assert all(passage.endswith("”") for passage in cut(text, 60))


def test_figures_are_not_taken_for_sentence_ends() -> None:
    text = "满意度不低于95.5分,费用偏差不超过3.25%," * 6
    assert "".join(cut(text, 60)) == text
    assert not any(passage.endswith((".", "95", "3")) for passage in cut(text, 60))


@pytest.mark.parametrize("size", [20, 60, 100])
@pytest.mark.parametrize(
    "text",
    [
        "管控要点:\n\n1. 先看现场,再看单据;\n2. 听店长说明!\n3. 当场签字?可以。\n" * 5,
        "问:多久接待?答:一分钟内接待(雨天也一样)。" * 9,
        "(1)先断电;\n(2)再拆件;\n(3)最后验收。\n" * 5,
        "先看现场,再看单据,然后听店长说明:哪些已改,哪些未改," * 12,
    ],
)
def test_full_width_punctuation_is_cut_where_half_width_is(text: str, size: int) -> None:
    assert [bare(fold(passage)) for passage in cut(wide(text), size)] == [bare(passage) for passage in cut(text, size)]


@pytest.mark.parametrize("text", ["", " ", "\n\n\t\n", "\u3000"])
def test_a_blank_section_has_no_passages(text: str) -> None:
    assert cut(text) == []


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("- 态度", "item"),
        ("* 态度", "item"),
        ("1. 态度", "item"),
        ("1.态度", "item"),
        ("12、态度", "item"),
        ("(3) 态度", "item"),
        ("\uff083\uff09态度", "item"),
        ("1\uff0e态度", "item"),
        ("1\uff0e 态度", "item"),
        ("12\uff09态度", "item"),
        ("1\uff0e5倍工时", "prose"),
        ("① 态度", "item"),
        ("\u2022态度", "item"),
        ("**态度**决定一切", "prose"),
        ("1.5倍工时", "prose"),
        ("-5度以下不洗车", "prose"),
        ("1分钟内接待", "prose"),
        ("| 一 | 二 |", "table"),
    ],
)
def test_what_a_line_is(line: str, kind: str) -> None:
    assert [found for found, _, _ in blocks(line)] == [kind]


def test_items_that_are_all_indented_alike_are_items_of_their_own() -> None:
    assert len(list(blocks(" - 一\n - 二\n   续二\n   - 二之一\n - 三\n"))) == 3


def test_a_passage_knows_the_page_it_starts_on() -> None:
    text = "甲。\n" * 40 + "\n" + "乙。\n" * 40 + "丙。\n" * 40
    section = Section(("接待",), text, 4, ((text.index("乙"), 5), (text.index("丙"), 7)))
    pages = {passage[0]: page_at(section, at) for passage, at in MarkdownSplitter(60).split_with_offsets(text)}
    assert pages == {"甲": 4, "乙": 5, "丙": 7}


@pytest.mark.parametrize(("offset", "page"), [(0, 2), (9, 2), (10, 3), (19, 3), (20, 6), (99, 6)])
def test_pages_change_at_their_breaks(offset: int, page: int) -> None:
    assert page_at(Section((), "", 2, ((10, 3), (20, 6))), offset) == page


def test_a_section_of_a_format_without_pages_has_none() -> None:
    assert page_at(Section((), "甲" * 50), 30) is None


def test_what_is_embedded_says_where_it_stands() -> None:
    cutter = Cutter(60, Analyzer())
    card = cutter.card("k", SOURCE, Section(("接待", "首觸"), "客戶到店。\n" * 40))
    embedded = cutter.embedded(card)
    assert [key for key, _ in embedded] == [f"k/{n}" for n in range(len(card.starts))]
    assert all(text.startswith(headed("门店手册", ("接待", "首触"), "客户到店")) for _, text in embedded)


def test_it_serves_langchain_like_any_splitter() -> None:
    documents = MarkdownSplitter(60).split_documents([Document("客户到店。\n" * 30, metadata={"page": 2})])
    assert len(documents) > 1
    assert {document.metadata["page"] for document in documents} == {2}


@pytest.mark.parametrize("size", [60, 100, 200])
def test_the_handbook_is_cut_into_passages_near_the_size_asked(size: int) -> None:
    texts = [re.sub(r"(?m)^#.*\n", "", file.read_text("utf-8").split("---", 2)[2]) for file in DOCUMENTS.glob("*.md")]
    lengths = [len(p) for text in texts for p in cut(text, size) if not p.startswith("|")]
    assert sum(length > size * 5 // 4 for length in lengths) < 0.02 * len(lengths)
    assert sum(lengths) / len(lengths) > size / 3

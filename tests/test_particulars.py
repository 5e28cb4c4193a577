"""What a question asks for in particular, whether the sections found have it, and how near its subject."""

import json
from pathlib import Path

import pytest

from retrieval.card import Card
from retrieval.particulars import nearness, particulars, unnamed
from retrieval.rank import Question, Ranked
from retrieval.refusal import SIGNALS, Scale, load_scale, save_scale, signals
from retrieval.search import Found
from retrieval.text import Analyzer, subject

ANALYZER = Analyzer()


def question(text: str) -> Question:
    folded = ANALYZER.canonical(text)
    return Question.of(folded, subject(folded), lambda term: 1, 10)


def section(text: str, *path: str) -> Ranked:
    terms = " ".join(ANALYZER.terms(text))
    leaf = " ".join(ANALYZER.terms(path[-1])) if path else ""
    card = Card("1.0", "手册", "手册", "", path, text, passages=(terms,), leaf=leaf, folded=ANALYZER.canonical(text))
    return Ranked(card, 1.0, (0.5,) * 11, 0)


def has(text: str, answer: str) -> bool:
    asked = question(text)
    return all(nearness(asked, looks, [section(answer)]) is not None for looks in particulars(asked.text))


@pytest.mark.parametrize(
    ("text", "answer", "otherwise"),
    [
        ("一套轮胎卖多少钱", "一套轮胎1200元", "轮胎有四条"),
        ("督导一个月跑几家店", "督导每月跑6家门店", "督导每月巡店"),
        ("报告要写多少字", "报告不少于800字", "报告写三节"),
        ("师徒制带几个月", "师傅带教三个月", "师傅带教，考核后出师"),
        ("洗车区配几个人", "洗车区配两名员工", "洗车区由员工值守"),
        ("安全库存的计算公式", "安全库存=日用量×天数", "安全库存要留足"),
        ("报警灯多久检查一次", "报警灯每周检查", "报警灯要检查"),
        ("首保毛利占百分之几", "首保毛利占30%", "首保毛利不高"),
        ("第二阶段几号到几号", "第二阶段：第11天-第20天", "第二阶段学管理"),
        ("车间安全的责任人是谁", "车间安全由车间主管负责", "车间安全第一"),
        ("证书去哪里领", "证书到培训中心领", "证书请本人领"),
    ],
)
def test_a_particular_is_there_or_missing(text: str, answer: str, otherwise: str) -> None:
    assert has(text, answer)
    assert not has(text, otherwise)


@pytest.mark.parametrize(
    "text",
    [
        "收入由哪几块组成",
        "要看哪几点",
        "企业微信怎么用",
        "客户对价格有异议怎么处理",
        "旁边开了好几家店怎么办",
        "培训里管它叫什么来着",
        "在哪几天讲",
        "战略高度怎么理解",
    ],
)
def test_a_question_that_a_list_or_a_sentence_answers_asks_for_no_particular(text: str) -> None:
    assert particulars(question(text).text) == []


def test_a_number_in_a_line_on_something_else_is_farther_than_one_beside_the_subject() -> None:
    asked = question("投诉几小时内回复")
    (looks,) = particulars(asked.text)
    beside = nearness(asked, looks, [section("投诉要在2小时内回复。\n配件到货后入库。")])
    elsewhere = nearness(asked, looks, [section("投诉要回复。\n配件到货后2小时入库。")])
    assert beside is not None
    assert elsewhere is not None
    assert beside > elsewhere


def test_a_heading_speaks_for_the_lines_under_it() -> None:
    asked = question("旧件多久回收")
    (looks,) = particulars(asked.text)
    assert nearness(asked, looks, [section("旧件统一回收。", "每周要做的事")]) is not None
    assert nearness(asked, looks, [section("旧件统一回收。", "要做的事")]) is None


def test_a_maker_or_an_ordinal_must_be_named_in_text_or_heading() -> None:
    assert unnamed(question("丰田怎么接待").text, [section("接待分八步")])
    assert not unnamed(question("丰田怎么接待").text, [section("丰田的接待分八步")])
    assert unnamed(question("第61天学什么").text, [section("学接待", "第60天")])
    assert not unnamed(question("第60天学什么").text, [section("学接待", "第六十天")])


def test_signals_tell_a_missing_particular_from_one_nobody_asked_for() -> None:
    named = dict.fromkeys(SIGNALS, 0.0)
    asked = dict(zip(named, signals(Found(question("投诉几小时内回复"), (section("投诉要回复"),))), strict=True))
    plain = dict(zip(named, signals(Found(question("投诉怎么回复"), (section("投诉要回复"),))), strict=True))
    assert (asked["missing"], asked["particular"], asked["near"]) == (1.0, 1.0, 0.0)
    assert (plain["missing"], plain["particular"], plain["near"]) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    "older",
    [{"low": [0.0] * 6, "high": [1.0] * 6}, {"weights": "0"}, {"revision": "0"}],
    ids=lambda older: next(iter(older)),
)
def test_a_scale_of_other_signals_weights_or_documents_is_measured_anew(
    tmp_path: Path, older: dict[str, object]
) -> None:
    file = tmp_path / "scale.json"
    scale = Scale((0.0,) * len(SIGNALS), (1.0,) * len(SIGNALS))
    save_scale(file, "1", scale)
    assert load_scale(file, "1") == scale
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | older), encoding="utf-8")
    assert load_scale(file, "1") is None

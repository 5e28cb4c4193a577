"""Labelled questions: how they are read, asked, judged and counted."""

from pathlib import Path

import pytest
from conftest import Opens

from retrieval.card import Card
from retrieval.evaluate import BadQuestions, Case, Labelled, evaluate, figures, holds, load, place
from retrieval.rank import Ranked


async def test_labelled_questions_are_asked_and_judged(house: Opens, own_home: Path) -> None:
    questions = [
        Labelled(question="洗车分哪几步", relevant=("洗车",), answer=(("预冲",), ("吹干", "吹乾"))),
        Labelled(question="专用工具逾期归还扣几分", relevant=("客休区", "工具"), answer=(("2分",),)),
        Labelled(question="火星上的重力是多少", answerable=False),
        Labelled(question="水枪压力不超过多少", answer=(("120巴",), ("没有这回事",))),
    ]
    async with house(own_home) as app:
        cases = await evaluate(app.desk, questions)
    assert [case.rank for case in cases] == [1, 1, None, None]
    assert [case.in_reply for case in cases] == [True, True, None, False]
    assert [case.failed for case in cases] == ["", "", "", "前三节缺要点"]
    assert figures(cases)["R@1"] == 1.0


async def test_a_relevant_document_far_down_is_still_placed_among_documents(house: Opens, tmp_path: Path) -> None:
    many = "\n".join(f"## 盘点第{n}条\n备件盘点的第{n}条规定:盘点时核对第{n}号货架。\n" for n in range(1, 31))
    (tmp_path / "盘点.md").write_text(f"# 盘点\n{many}", encoding="utf-8")
    (tmp_path / "货架.md").write_text("# 货架\n## 货架间距\n货架间距不小于80厘米。\n", encoding="utf-8")
    async with house(tmp_path / "home") as app:
        await app.desk.ingest([tmp_path / "盘点.md", tmp_path / "货架.md"], app.reading)
        [case] = await evaluate(app.desk, [Labelled(question="备件盘点核对货架的规定", relevant=("货架",))])
    assert case.rank == 2


@pytest.mark.parametrize(
    ("text", "facts", "held"),
    [
        ("须在1分钟内接待", [["1分钟"]], True),
        ("须在 1 分钟内接待", [["1分钟"]], True),
        ("须在１分钟内接待", [["1分钟"]], True),
        ("須在1分鐘內接待", [["1分钟内"]], True),
        ("须在1分钟内接待", [["一分钟", "1分钟"]], True),
        ("须在1分钟内接待", [["1分钟"], ["送别"]], False),
        ("须在1分钟内接待", [["2分钟", "60秒"]], False),
        ("**首次**修复率", [["首次修复率"]], True),
        ("FTFR", [["ftfr"]], True),
        ("| 24小时 |\n| 48小时 |", [["24小时48小时"]], True),
        ("", [["1分钟"]], False),
        ("什么都行", [], True),
        ("什么都行", [[]], False),
    ],
)
def test_whether_a_text_holds_every_key_fact(text: str, facts: list[list[str]], held: bool) -> None:
    assert holds(text, facts) is held


def test_figures_are_shares_of_the_cases_they_speak_of() -> None:
    cases = [
        Case(question="a", answered=True, rank=1, in_reply=True, in_three=True, seconds=0.1),
        Case(question="b", answered=True, rank=4, in_reply=False, in_three=True, seconds=0.3),
        Case(question="c", answered=False, rank=0, in_reply=False, in_three=False, seconds=0.2),
        Case(question="d", answered=False, answerable=False, seconds=0.2),
        Case(question="e", answered=True, answerable=False, seconds=0.2),
    ]
    assert figures(cases) == {
        "questions": 5,
        "R@1": 0.3333,
        "MRR@10": 0.4167,
        "reply_holds_every_fact": 0.3333,
        "first_three_hold_every_fact": 0.6667,
        "answerable_refused": 0.3333,
        "unanswerable_refused": 0.5,
        "median_seconds": 0.2,
    }
    failed = [case.failed for case in cases]
    assert failed == ["", "前三节有，回答缺要点", "拒答了", "", "不该答却答了"]


def test_without_cases_there_are_no_figures() -> None:
    assert {value for name, value in figures([]).items() if name != "questions"} == {None}


def test_a_document_counts_once_at_its_best_section_and_not_beyond_ten() -> None:
    ranked = [Ranked(Card(f"k{n}", name, name, "", (), ""), -n, (), 0) for n, name in enumerate("aaabaacdefghijkl")]
    assert place(ranked, ("b",)) == 2
    assert place(ranked, ("c", "b")) == 2
    assert (place(ranked, ("j",)), place(ranked, ("k",)), place(ranked, ("z",))) == (10, 0, 0)


def test_labels_are_optional_but_the_question(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    lines = ['{"question": "甲", "kind": "x"}', "", '{"question": "乙", "relevant": null, "answer": null}', ""]
    file.write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8")
    assert load(file) == [Labelled(question="甲"), Labelled(question="乙")]


def test_a_separator_inside_a_question_does_not_end_its_line(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "甲\u2028乙"}\n', encoding="utf-8")
    assert [one.question for one in load(file)] == ["甲\u2028乙"]


@pytest.mark.parametrize("line", ["not json", "[]", '{"answer": []}', '{"question": "甲", "answer": "乙"}', '"甲"'])
def test_a_line_that_is_no_labelled_question_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "甲"}\n' + line, encoding="utf-8")
    with pytest.raises(BadQuestions, match=r"questions\.jsonl:2: "):
        load(file)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xfa"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "questions.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadQuestions, match=r"questions\.jsonl"):
        load(file)

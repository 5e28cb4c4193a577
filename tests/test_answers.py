"""Answers as people type them."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answers import how, read, right, right_answer, shown, worded
from knowledge.document import Reference
from knowledge.numerals import said
from knowledge.quiz import Number, Question

PROOF = Reference("5S现场管理", ("5S的五个要素",))
PLAIN = Question("t-001", "t", 12, 1, "single", "问什么？", "因为如此。", PROOF)
SINGLE = replace(PLAIN, options=("整理", "整顿", "清扫", "清洁"), right=(1,))
SEVERAL = replace(PLAIN, kind="multiple", options=("标准照片", "联合巡检", "正向激励", "处罚"), right=(0, 2))
STEPS = replace(PLAIN, kind="order", options=("培训", "定标准", "考核", "优化"))
TRUTH = replace(PLAIN, kind="truth", truth=True)
PERCENT = replace(PLAIN, kind="number", number=Number(90, unit="%"))
HOURS = replace(PLAIN, kind="number", number=Number(48, unit="小时"))
MONEY = replace(PLAIN, kind="number", number=Number(40, unit="万元"))
ROUGH = replace(PLAIN, kind="number", number=Number(33.3, tolerance=0.5, unit="%"))
WORD = replace(PLAIN, kind="fill", words=("三级", "5Why"))
EVERY = (SINGLE, SEVERAL, STEPS, TRUTH, PERCENT, WORD)


def marked(question: Question, text: str, order: tuple[int, ...] = ()) -> bool | None:
    """Right, wrong, or not understood."""
    answer = read(question, text, order)
    return None if answer is None else right(question, answer)


@pytest.mark.parametrize(
    "text",
    [
        "B",
        "b",
        "Ｂ",
        "B。",
        "选B",
        "我选 B",
        "答案是B",
        "2",
        "②",
        "第二个",
        "整顿",
        "整顿。",
        " 整 顿 ",
        "B. 整顿",
        "b、整顿",
    ],
)
def test_one_option_is_named_by_its_letter_its_place_or_its_words(text: str) -> None:
    assert marked(SINGLE, text) is True


@pytest.mark.parametrize(
    ("text", "expected"), [("A", False), ("清洁", False), ("E", None), ("AB", None), ("B. 整理", None)]
)
def test_of_one_option_there_is_one_only(text: str, expected: bool | None) -> None:
    assert marked(SINGLE, text) is expected


@pytest.mark.parametrize(
    "text",
    [
        "AC",
        "a,c",
        "a、c",
        "A，C",
        "ＡＣ",
        "c a",
        "CA",
        "A和C",
        "13",
        "1,3",
        "①③",
        "选AC",
        "AC。",
        "标准照片、正向激励",
        "A/C",
        "ACA",
    ],
)
def test_several_options_are_named_in_any_order(text: str) -> None:
    assert marked(SEVERAL, text) is True


@pytest.mark.parametrize(
    ("text", "expected"), [("A", False), ("全选", False), ("ABC", False), ("AE", None), ("好的", None)]
)
def test_several_means_all_that_are_right_and_no_other(text: str, expected: bool | None) -> None:
    assert marked(SEVERAL, text) is expected


@pytest.mark.parametrize(
    "text", ["2-4-1-3", "2413", "2,4,1,3", "②④①③", "BDAC", "b>d>a>c", "2→4→1→3", "2 4 1 3", "培训、定标准、考核、优化"]
)
def test_steps_are_put_in_order_by_the_places_they_were_shown_at(text: str) -> None:
    assert marked(STEPS, text, (2, 0, 3, 1)) is True


@pytest.mark.parametrize(
    ("text", "expected"), [("1-2-3-4", False), ("2-4-1", None), ("2-4-1-1", None), ("2-4-1-5", None)]
)
def test_an_order_names_every_step_once(text: str, expected: bool | None) -> None:
    assert marked(STEPS, text, (2, 0, 3, 1)) is expected


@pytest.mark.parametrize(
    "text", ["对", "对的", "正确", "是", "√", "✓", "✅", "T", "true", "Yes", "没错", "答案是对", "对。"]
)
def test_a_sentence_is_held_to_be_true(text: str) -> None:
    assert read(TRUTH, text) is True


@pytest.mark.parametrize(
    "text", ["错", "错误", "不对", "不正确", "否", "×", "x", "X", "✗", "❌", "F", "no", "是错的", "不是"]
)
def test_a_sentence_is_held_to_be_false(text: str) -> None:
    assert read(TRUTH, text) is False


@pytest.mark.parametrize("text", ["不知道", "也许", "", "不错", "对错"])
def test_what_is_neither_is_asked_again(text: str) -> None:
    assert read(TRUTH, text) is None


@pytest.mark.parametrize(
    "text",
    [
        "90",
        "90%",
        "９０％",
        "九十",
        "百分之九十",
        "九成",
        "0.9",
        "9/10",
        "90.0",
        "约90%",
        "是90%",
        "90 %",
        "90个百分点",
    ],
)
def test_percent_is_typed_in_many_ways(text: str) -> None:
    assert marked(PERCENT, text) is True


@pytest.mark.parametrize(
    ("text", "expected"), [("9", False), ("0.8", False), ("90-95", None), ("90小时", None), ("多", None)]
)
def test_what_is_no_such_number_is_wrong_or_asked_again(text: str, expected: bool | None) -> None:
    assert marked(PERCENT, text) is expected


@pytest.mark.parametrize(
    "text", ["48", "48小时", "四十八小时", "48h", "2天", "两天", "48小时内", "４８ 小时", "2880分钟"]
)
def test_times_are_turned_into_the_unit_that_is_asked_for(text: str) -> None:
    assert marked(HOURS, text) is True


@pytest.mark.parametrize(("text", "expected"), [("48分钟", False), ("48天", False), ("48%", None), ("48元", None)])
def test_another_unit_is_another_answer(text: str, expected: bool | None) -> None:
    assert marked(HOURS, text) is expected


@pytest.mark.parametrize("text", ["40", "40万", "40万元", "400000", "400,000元", "四十万", "40万块"])
def test_money_is_typed_with_and_without_its_zeros(text: str) -> None:
    assert marked(MONEY, text) is True


@pytest.mark.parametrize(
    ("text", "expected"), [("33", True), ("33.8", True), ("33.9", False), ("三十三点三", True), ("1/3", True)]
)
def test_a_number_may_differ_by_its_tolerance(text: str, expected: bool) -> None:
    assert marked(ROUGH, text) is expected


@pytest.mark.parametrize("text", ["三级", "3级", "三级。", "“三级”", "是三级", "5why", "５Ｗｈｙ", "5 Why", "五why"])
def test_a_word_is_right_however_it_is_typed(text: str) -> None:
    assert marked(WORD, text) is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("三级检验", True),
        ("执行三级检验", True),
        ("3级检", True),
        ("三级质检", False),
        ("不是三级", False),
        ("检验", False),
    ],
)
def test_a_word_may_come_with_what_stands_around_the_blank(text: str, expected: bool) -> None:
    assert marked(replace(WORD, ask="质检这一步执行____检验，做到一次修好。"), text) is expected


def test_another_word_is_wrong_and_nothing_is_asked_again() -> None:
    assert marked(WORD, "二级") is False
    assert marked(WORD, " 。") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一百二", 120),
        ("一百零二", 102),
        ("两千三百", 2300),
        ("一万二", 12000),
        ("十五", 15),
        ("二十", 20),
        ("九零", 90),
    ],
)
def test_chinese_numerals(text: str, value: float) -> None:
    number = said(text)
    assert number is not None
    assert number.value == value


@given(st.integers(0, 99_999))
def test_every_number_is_read_as_written_in_chinese(number: int) -> None:
    found = said(in_chinese(number))
    assert found is not None
    assert found.value == number


def in_chinese(number: int) -> str:
    """The usual way to write it, up to 99999."""
    if number >= 10_000:
        rest = number % 10_000
        gap = "零" if 0 < rest < 1000 else ""
        return in_chinese(number // 10_000) + "万" + gap + (in_chinese(rest) if rest else "")
    digits, places = str(number), ["", "十", "百", "千"]
    if number == 0:
        return "零"
    text = ""
    for index, digit in enumerate(digits):
        if digit != "0":
            text += "零一二三四五六七八九"[int(digit)] + places[len(digits) - 1 - index]
        elif text and not text.endswith("零") and digits[index:].strip("0"):
            text += "零"
    return text


@given(st.sampled_from(EVERY), st.integers())
def test_the_right_answer_is_right_however_the_options_are_shown(question: Question, seed: int) -> None:
    order = shown(question, random.Random(seed))
    answer = right_answer(question)
    assert sorted(order) == list(range(len(question.options)))
    assert right(question, answer)
    if isinstance(answer, tuple):
        letters = "".join("ABCDEF"[order.index(one)] for one in answer)
        assert read(question, letters, order) == answer
    else:
        assert read(question, worded(question, answer, order), order) == answer


@given(st.integers())
def test_steps_are_never_shown_in_their_right_order(seed: int) -> None:
    assert shown(STEPS, random.Random(seed)) != (0, 1, 2, 3)


def test_options_called_by_letters_stand_at_their_letters() -> None:
    grades = replace(SINGLE, options=("D级", "B级", "A级", "C级"), right=(3,))
    order = shown(grades, random.Random(5))
    assert [grades.options[one] for one in order] == ["A级", "B级", "C级", "D级"]
    assert marked(grades, "C", order) is marked(grades, "C级", order) is True


@given(st.text(max_size=20), st.sampled_from(EVERY))
def test_any_text_is_read_or_asked_again(text: str, question: Question) -> None:
    answer = read(question, text)
    assert answer is None or right(question, answer) in (True, False)


def test_how_to_answer_is_said_with_its_unit() -> None:
    assert how(HOURS) == "回一个数字，单位：小时"
    assert how(STEPS) == "按顺序回编号，例如 2-1-3"


def test_a_right_answer_is_said_under_the_letters_it_was_shown_with() -> None:
    assert worded(SEVERAL, (0, 2), (3, 2, 1, 0)) == "B. 正向激励，D. 标准照片"
    assert worded(STEPS, (0, 1, 2, 3)) == "培训 → 定标准 → 考核 → 优化"
    assert worded(PERCENT, 90.0) == "90%"
    assert worded(HOURS, 48.0) == "48 小时"

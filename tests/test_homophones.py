"""Wrong characters of the right sound, against a small set of known pairs and the handbook's own index."""

from collections import Counter
from pathlib import Path

import pytest
from conftest import loaded
from hypothesis import given
from hypothesis import strategies as st

from bot.app import opened
from retrieval.homophones import mended

TEXTS = ("返修率怎么计算", "服务顾问接待客户", "平衡计分卡四个维度", "滞销备件占比", "神秘客户暗访", "检核维度设计")
PAIRS = Counter(text[i : i + 2] for text in TEXTS for i in range(len(text) - 1) for _ in range(3))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("返休率怎么计算", "返修率怎么计算"),
        ("服物顾问怎么接待客户", "服务顾问怎么接待客户"),
        ("平横计分卡", "平衡计分卡"),
        ("致销备件", "滞销备件"),
        ("神密客户", "神秘客户"),
        ("检合维度怎么设计", "检核维度怎么设计"),
    ],
)
def test_a_wrong_character_of_the_right_sound_is_mended(typed: str, meant: str) -> None:
    assert mended(typed, lambda pair: PAIRS[pair]) == meant


@pytest.mark.parametrize(
    "text", ["", "返", "返休", "晚上吃什么", "what is CSI", "雨刮片多少钱一对", "股票能买吗", "服務顧問"]
)
def test_what_is_merely_unknown_stays(text: str) -> None:
    assert mended(text, lambda pair: PAIRS[pair]) == text


@given(st.text(max_size=60))
def test_any_text_keeps_its_length_and_everything_that_is_not_chinese(text: str) -> None:
    found = mended(text, lambda pair: PAIRS[pair])
    assert len(found) == len(text)
    assert all(new == old or "\u4e00" <= old <= "\u9fff" for new, old in zip(found, text, strict=True))


async def test_a_typo_in_a_question_finds_the_same_section(handbook_home: Path) -> None:
    async with opened(loaded(handbook_home, handbook=True)) as app:
        right, wrong = [await app.desk.ask(text) for text in ("神秘客户暗访报告写什么", "神密客户暗访报告写什么")]
    assert right.answered
    assert wrong.citations == right.citations

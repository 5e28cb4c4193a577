"""Causes as people type them: numbers, dashes, bones in front; what cannot be kept costs no other line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.cause.card import Card
from knowledge.cause.edit import CannotEdit
from knowledge.cause.fishbone import MOST_TWIGS, Fishbone, put, put_all, with_bones
from knowledge.cause.said import Said, by_bone, said

BONES = ("人", "机", "料")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("人手不够", [Said("人手不够")]),
        ("1. 人手不够\n2、带教没人\n（3）新人多", [Said("人手不够"), Said("带教没人"), Said("新人多")]),
        ("人手不够\n- 请假多\n— 离职多", [Said("人手不够"), Said("请假多", True), Said("离职多", True)]),
        ("- 人手不够\n- 请假多", [Said("人手不够"), Said("请假多")]),
        ("3.5 吨举升机坏\n\n  \n-", [Said("3.5 吨举升机坏")]),
        ("12 台车等件", [Said("12 台车等件")]),
        (" \n-\n", []),
    ],
)
def test_a_line_is_a_cause(text: str, lines: list[Said]) -> None:
    assert said(text) == tuple(lines)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("人：手不够", [("人", ["手不够"])]),
        ("人: 手不够\n离职多\n机：旧", [("人", ["手不够", "离职多"]), ("机", ["旧"])]),
        ("旧\n人：手不够", [("", ["旧"]), ("人", ["手不够"])]),
        ("1. 人：手不够", [("人", ["手不够"])]),
        ("环：太暗", [("", ["环：太暗"])]),
        ("人：\n手不够", [("人", ["手不够"])]),
        ("", []),
    ],
)
def test_a_line_may_name_its_bone(text: str, parts: list[tuple[str, list[str]]]) -> None:
    assert [(bone, [one.text for one in lines]) for bone, lines in by_bone(text, BONES)] == parts


@given(st.text(max_size=200))
def test_no_line_is_empty_and_none_is_lost(text: str) -> None:
    lines = said(text)
    assert all(one.text for one in lines)
    assert not lines or not lines[0].sub
    assert sum(len(found) for _, found in by_bone(text, ())) == len(lines)


def test_a_sub_cause_whose_cause_is_refused_stays_below_the_one_that_is_there() -> None:
    fish = put(Fishbone(Card("返修多"), BONES), "人", "手不够")
    fish, refused = put_all(fish, "人", said("新人多\n- 没考过\n手不够\n- 请假多"), 7)
    assert len(refused) == 1
    assert {(one.text, one.parent, one.by) for one in fish.twigs} == {
        ("手不够", 0, None), ("新人多", 0, 7), ("没考过", 2, 7), ("请假多", 1, 7),
    }  # fmt: skip


def test_what_is_beyond_the_room_is_said_for_each_line() -> None:
    fish, refused = put_all(
        Fishbone(Card("返修多"), BONES), "料", [Said(f"第{n}条") for n in range(MOST_TWIGS + 3)], None
    )
    assert (len(fish.twigs), len(refused)) == (MOST_TWIGS, 3)


def test_bones_change_only_while_nothing_is_on_those_that_go() -> None:
    fish = put(Fishbone(Card("返修多"), BONES), "人", "手不够")
    assert with_bones(fish, ("人", "法")).bones == ("人", "法")
    with pytest.raises(CannotEdit, match="“人”上还有原因"):
        with_bones(fish, ("机", "法"))

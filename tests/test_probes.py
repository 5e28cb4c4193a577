"""The questions of the fishbone's bones: those that are shipped, and what is refused."""

import re
from collections import Counter

import pytest

from knowledge.cause.card import Card
from knowledge.cause.fishbone import fishbone
from knowledge.cause.probes import FILE, load, probes
from knowledge.faults import BadFile

TEXT = FILE.read_text("utf-8")


def test_every_bone_has_four_to_six_questions_in_every_place_and_none_stands_twice() -> None:
    shipped = probes()
    assert list(shipped.kinds) == ["factory", "service"]
    assert list(shipped.places.values()) == ["接待", "车间", "备件", "客户联系"]
    for place in shipped.places:
        for _, bones in shipped.kinds.values():
            assert fishbone(Card("返修多"), bones).bones == bones
            for bone in bones:
                assert 4 <= len(shipped.at(place, bone)) <= 6
    every = Counter(one for asked in shipped.questions.values() for one in asked)
    assert len(every) > 160
    assert [one for one, count in every.items() if count > 1] == []
    assert [one for one in every if one[-1] != "？" or re.search(r"[,;?!()]", one)] == []


def test_own_bones_are_asked_about_by_their_name() -> None:
    asked = probes().at("reception", "交车")
    assert len(asked) == 4
    assert all("交车" in one and "{" not in one for one in asked)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("kinds:\n", "kind:\n", "bones.yaml：kind：不认识的键“kind”，是不是“kinds”？"),
        ("    name: 接待", "    nam: 接待", "bones.yaml：places：0：nam：不认识的键“nam”，是不是“name”？"),
        ("      场所:", "      场索所:", "bones.yaml：places：reception：没有“场索所”这根骨，是不是“场所”？"),
        ("      场所:", "      场索所:", "bones.yaml：places：reception：“场所”还没有问题"),
        ("        - 高峰时每位服务顾问同时接待几台车？\n        - 新人上岗前考过接待流程吗，谁带教？\n", "",
         "“人”要有 4 到 6 个问题，现在有 3 个"),
        ("  - key: workshop", "  - key: reception", "bones.yaml：places：1：key：编号“reception”用了两次"),
        ("\nown:", "\nown: [", "不是能读的 YAML"),
    ],
)  # fmt: skip
def test_a_fault_is_named_where_it_stands(old: str, new: str, why: str) -> None:
    assert old in TEXT
    with pytest.raises(BadFile, match=re.escape(why)):
        load(TEXT.replace(old, new, 1).encode(), "bones.yaml")

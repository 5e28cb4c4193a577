"""The cause tree and the fishbone: what their edits do, what they refuse, and what none of them ever loses."""

import json
from dataclasses import replace

import pytest
from diagrams_read import nested, of_mermaid
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.cause import chain, edit, stop
from knowledge.cause import fishbone as bones
from knowledge.cause.card import Card, Kpi
from knowledge.cause.edit import CannotEdit
from knowledge.cause.fishbone import Fishbone, fishbone, into_tree, likely
from knowledge.cause.stored import fishbone_from, fishbone_values, tree_from, tree_values
from knowledge.cause.tree import (
    LINES,
    PROBLEM,
    STATES,
    Evidence,
    Tree,
    empty_lines,
    open_branches,
    roots,
    standing,
    unverified,
)
from reports.diagrams.mermaid import as_mermaid
from reports.diagrams.of_cause import of_fishbone, of_tree

CARD = Card(
    "客户抱怨交车晚", "海淀店 车间", "2026 年 9 月起", "准时交车率从 95% 降到 82%", "客户等待、车间加班",
    Kpi("准时交车率", 82, 95, "%"),
)  # fmt: skip
WHYS = (
    "车辆在工位上等件",
    "所需备件没有库存",
    "预约时没有提前备件",
    "预约信息没有传到备件岗位",
    "流程里没有规定由谁、何时传",
)
PROOF = Evidence(text="查了 20 张工单")


def deep(levels: int) -> Tree:
    """A chain of that many whys."""
    tree = Tree(CARD)
    for text in WHYS[:levels]:
        tree = edit.add(tree, text, tree.at)
    return tree


def refused(why: str, *, match: str = "") -> pytest.RaisesExc[CannotEdit]:
    return pytest.raises(CannotEdit, match=match or why)


# The tree


def test_a_chain_is_read_back_link_by_link_to_the_problem() -> None:
    tree = deep(3)
    assert chain.chain(tree, 3) == (
        "因为预约时没有提前备件，因此所需备件没有库存。",
        "因为所需备件没有库存，因此车辆在工位上等件。",
        "因为车辆在工位上等件，因此客户抱怨交车晚。",
    )


def test_the_other_two_lines_end_in_what_was_not_seen_and_not_prevented() -> None:
    tree = edit.add(edit.add(Tree(CARD), "没有人看准时率", line="escaped"), "没有备件的预警", line="system")
    assert chain.link(tree, 1) == "因为没有人看准时率，因此没能及时发现“客户抱怨交车晚”。"
    assert chain.link(tree, 2) == "因为没有备件的预警，因此没能预防“客户抱怨交车晚”。"
    assert empty_lines(tree) == ("happened",)


def test_several_causes_of_one_why_are_open_branches_until_each_has_its_end() -> None:
    tree = edit.add(deep(2), "备件到货晚", 1)
    assert [one.text for one in open_branches(tree)] == ["所需备件没有库存", "备件到货晚"]
    tree = stop.close(tree, 3, "root")
    assert [one.id for one in open_branches(tree)] == [2]
    assert [one.id for one in roots(tree)] == [3]
    tree = edit.judge(edit.show(tree, 2, PROOF), 2, "refuted")
    assert open_branches(tree) == ()


def test_a_cause_below_the_first_level_is_of_the_line_above_it() -> None:
    tree = edit.add(edit.add(Tree(CARD), "没有人看准时率", line="escaped"), "报表里没有", 1, "happened")
    assert tree.cause(2).line == "escaped"


def test_the_walk_stands_on_what_was_added_and_can_be_sent_elsewhere() -> None:
    tree = deep(3)
    assert tree.at == 3
    assert edit.add(edit.jump(tree, 1), "备件到货晚", 1).cause(4).parent == 1
    assert edit.jump(tree, PROBLEM).at == PROBLEM
    with refused(edit.GONE):
        edit.jump(tree, 9)


def test_a_refuted_cause_takes_what_is_below_it_along_and_asks_no_more() -> None:
    tree = edit.judge(edit.show(deep(3), 1, PROOF), 1, "refuted")
    assert standing(tree) == () == open_branches(tree) == roots(tree)
    with refused("已排除，不能再往下问"):
        edit.add(tree, "没有别的", 3)
    tree = edit.judge(tree, 1, "open")
    assert len(standing(tree)) == 3


def test_nothing_is_verified_or_refuted_without_evidence() -> None:
    tree = deep(1)
    for state in ("verified", "refuted"):
        with refused("请先写出证据"):
            edit.judge(tree, 1, state)
    with refused("请先写出证据"):
        edit.show(tree, 1, Evidence())
    shown = edit.show(tree, 1, Evidence(photos=(4, 5)))
    assert edit.judge(shown, 1, "verified").cause(1).state == "verified"
    assert unverified(shown) and not unverified(edit.judge(shown, 1, "verified"))


@pytest.mark.parametrize(
    "evidence",
    [PROOF, Evidence(photos=(1, 2)), Evidence(figure="82%"), Evidence(check=7), Evidence(question=9)],
    ids=["words", "photos", "figure", "check", "question"],
)
def test_evidence_is_words_photos_a_figure_or_what_is_in_the_records(evidence: Evidence) -> None:
    tree = edit.show(deep(1), 1, evidence)
    assert tree.cause(1).evidence == (evidence,)
    assert edit.show(tree, 1, evidence) == tree
    assert tree_from(json.loads(json.dumps(tree_values(tree)))) == tree


def test_a_cause_is_asked_seven_times_and_no_more() -> None:
    tree = Tree(CARD)
    for number in range(edit.MOST_LEVELS):
        tree = edit.add(tree, f"原因 {number}", tree.at)
    assert tree.level(tree.at) == 7
    with refused("已经问到第 7 层"):
        edit.add(tree, "再问", tree.at)


def test_sixty_causes_are_enough() -> None:
    tree = Tree(CARD)
    for number in range(edit.MOST_CAUSES):
        tree = edit.add(tree, f"原因 {number}")
    with refused("已经有 60 条原因"):
        edit.add(tree, "再一条")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("因为没有备件", "没有备件"),
        ("是因为，没有备件。", "没有备件"),
        ("由于：没有\n备件；", "没有 备件"),
        ("  没有\u200b备件\t了 ", "没有 备件 了"),
    ],
)
def test_a_cause_is_one_line_without_because(said: str, kept: str) -> None:
    assert edit.add(Tree(CARD), said).cause(1).text == kept


@pytest.mark.parametrize("said", ["", "   ", "因为", "。", "\u200b"])
def test_nothing_is_no_cause(said: str) -> None:
    with refused("请写出原因"):
        edit.add(Tree(CARD), said)


def test_the_same_cause_stands_once_in_one_place() -> None:
    tree = deep(2)
    with refused("这里已经有“所需备件没有库存”了"):
        edit.add(tree, "因为所需备件没有库存。", 1)
    assert edit.add(tree, "所需备件没有库存", 2).cause(3).text == "所需备件没有库存"


def test_other_words_want_the_links_to_and_from_them_read_again() -> None:
    tree = deep(3)
    for number in (1, 2, 3):
        tree = edit.confirm(tree, number)
    mended = edit.mend(tree, 2, "备件没有备货")
    assert [one.link for one in mended.causes] == [True, False, False]
    assert edit.mend(tree, 2, WHYS[1]) == tree
    renamed = edit.mend_card(tree, replace(CARD, what="准时交车率下降"))
    assert [one.link for one in renamed.causes] == [False, True, True]
    assert edit.mend_card(tree, replace(CARD, impact="投诉")).causes == tree.causes


def test_a_gap_in_the_read_back_is_filled_in_between() -> None:
    tree = edit.between(deep(3), 3, "备件员不知道要备什么")
    assert [one.text for one in tree.path(3)] == [WHYS[2], "备件员不知道要备什么", WHYS[1], WHYS[0]]
    tree = deep(5)
    tree = edit.between(edit.between(tree, 2, "甲"), 2, "乙")
    with refused("已经问到第 7 层"):
        edit.between(tree, 2, "丙")


def test_what_is_removed_takes_only_what_is_below_it() -> None:
    tree = edit.add(deep(3), "备件到货晚", 1)
    left = edit.remove(tree, 2)
    assert [one.text for one in left.causes] == [WHYS[0], "备件到货晚"]
    assert left.at == tree.at
    assert edit.remove(deep(3), 2).at == 1
    assert edit.add(left, "新的", 1).at == 5, "ids are never given twice"


def test_it_ends_where_we_can_act_and_the_facts_are_explained() -> None:
    tree = deep(5)
    assert stop.verdict(tree, 5, can_act=True, explains=True) == "root"
    assert stop.verdict(tree, 5, can_act=True, explains=False) == "part"
    assert stop.verdict(tree, 5, can_act=False, explains=True) == "deeper"
    seven = edit.add(edit.add(tree, "甲", 5), "乙", 6)
    assert stop.verdict(seven, 7, can_act=False, explains=True) == "beyond"


def test_an_end_has_nothing_open_below_it_and_is_not_refuted() -> None:
    tree = deep(3)
    with refused("下面还有没问完的原因"):
        stop.close(tree, 2, "root")
    with refused("已排除，不能当作根因"):
        stop.close(edit.judge(edit.show(tree, 3, PROOF), 3, "refuted"), 3, "root")
    below = edit.judge(edit.show(tree, 3, PROOF), 3, "refuted")
    assert stop.close(below, 2, "root").cause(2).end == "root"


def test_one_why_more_makes_an_end_no_end() -> None:
    tree = stop.close(deep(3), 3, "root")
    assert edit.add(tree, "还有一层", 3).cause(3).end == ""


def test_fewer_than_three_whys_are_asked_about() -> None:
    assert "才问到第 2 层" in stop.shallow(deep(2), 2)
    assert stop.shallow(deep(3), 3) == ""


def test_blame_is_objected_to_once_and_politely() -> None:
    tree = edit.add(deep(2), "员工粗心", 2)
    said = stop.objection(tree, 3)
    assert said.startswith("“员工粗心”也许是真的")
    assert said.endswith("？")
    tree = stop.objected(tree, 3)
    assert stop.objection(tree, 3) == ""
    assert stop.objection(edit.mend(tree, 3, "员工马虎"), 3) == ""
    assert "差别在哪里" in stop.objection(edit.add(tree, "没办法", 2), 4)
    assert stop.objection(tree, 2) == ""


def test_what_is_missing_is_said_until_nothing_is() -> None:
    tree = replace(deep(3), card=Card("客户抱怨交车晚"))
    missing = stop.gaps(tree)
    assert "问题卡还缺：在哪里、什么时候、差多少、影响谁。" in missing
    assert "还没有找到根因。" in missing
    assert "“预约时没有提前备件”还没问到底。" in missing
    tree = stop.close(edit.mend_card(tree, CARD), 3, "root")
    assert "根因“预约时没有提前备件”还没有证实。" in stop.gaps(tree)
    assert [one.id for one in stop.unread(tree)] == [1, 2, 3]
    tree = edit.judge(edit.show(tree, 3, PROOF), 3, "verified")
    for one in stop.unread(tree):
        tree = edit.confirm(tree, one.id)
    assert stop.gaps(tree) == ("“为何没发现”这条线还没问。", "“体系为何没预防”这条线还没问。")


def test_a_card_says_what_it_knows_with_its_units() -> None:
    assert CARD.facts[-1] == ("指标", "准时交车率 82%（目标 95%）")
    assert Kpi("NPS", 41, 60, "分").said == "NPS 41 分（目标 60 分）"
    assert Kpi("返修", 3.5).said == "返修 3.5"
    assert Card("交车晚").missing == ("在哪里", "什么时候", "差多少", "影响谁")


# The fishbone


def team() -> Fishbone:
    """Three people's fishbone."""
    hung = fishbone(CARD, ("人", "机", "料", "法", "环", "测"))
    for bone, text, by in (("料", "备件没有库存", 1), ("法", "预约不传备件", 2), ("人", "备件员只有一名", 3)):
        hung = bones.put(hung, bone, text, by)
    return bones.put(hung, "人", "盘点时无人出库", 2, parent=1)


def test_a_sub_cause_hangs_on_the_bone_of_its_cause_and_no_deeper() -> None:
    hung = team()
    assert hung.twig(4).bone == "料"
    assert [one.id for one in hung.under(1)] == [4]
    with refused("再往下请用 5Why"):
        bones.put(hung, "料", "再往下", 1, parent=4)
    with refused("没有“钱”这根骨"):
        bones.put(hung, "钱", "没有", 1)


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["人"], "2 到 8 根骨"),
        (["人", "人"], "写了两次"),
        (["人", "这个名字太长了"], "最多 6 个字"),
        (list("甲乙丙丁戊己庚辛壬"), "2 到 8"),
    ],
)
def test_own_bones_have_names(names: list[str], why: str) -> None:
    with refused(why):
        fishbone(CARD, names)
    assert fishbone(CARD, [" 预约 ", "交车", ""]).bones == ("预约", "交车")


def test_each_has_three_votes_and_may_take_one_back() -> None:
    hung = team()
    for number in (1, 2, 3):
        hung = bones.vote(hung, 10, number)
    with refused("每人最多投 3 票"):
        bones.vote(hung, 10, 4)
    hung = bones.vote(bones.vote(hung, 10, 1), 10, 4)
    assert bones.left(hung, 10) == 0
    assert hung.tally == {2: 1, 3: 1, 4: 1}


def test_the_likely_ones_are_those_with_the_most_votes_ties_and_all() -> None:
    hung = team()
    for person, number in ((1, 2), (2, 2), (3, 2), (1, 1), (2, 3)):
        hung = bones.vote(hung, person, number)
    assert [one.id for one in likely(hung, 1)] == [2]
    assert [one.id for one in likely(hung, 2)] == [2, 1, 3]
    assert likely(team()) == ()


def test_a_cause_taken_off_takes_its_sub_causes_and_their_votes() -> None:
    hung = bones.take_off(bones.vote(bones.vote(team(), 1, 4), 1, 2), 1)
    assert [one.id for one in hung.twigs] == [2, 3]
    assert hung.tally == {2: 1}
    with refused("已经不在了"):
        bones.vote(hung, 2, 4)


def test_a_cause_moves_to_another_bone_with_what_is_below_it() -> None:
    hung = bones.move(team(), 1, "法")
    assert {one.bone for one in hung.twigs if one.id in (1, 4)} == {"法"}
    alone = bones.move(team(), 4, "环")
    assert (alone.twig(4).bone, alone.twig(4).parent) == ("环", 0)


def test_likely_causes_go_on_into_a_tree() -> None:
    tree = into_tree(team(), [2, 4])
    assert [(one.text, one.parent) for one in tree.causes] == [
        ("预约不传备件", 0), ("备件没有库存", 0), ("盘点时无人出库", 2),
    ]  # fmt: skip
    assert tree.card == CARD and tree.at == 1
    with refused("请至少选一条"):
        into_tree(team(), [])


# Whatever people do

LABELS = st.text(alphabet="预约流程没有规定备件客户", min_size=1, max_size=6)
STEPS = st.tuples(
    st.sampled_from(
        ["add", "add", "add", "between", "mend", "remove", "judge", "show", "close", "jump", "confirm", "object"]
    ),
    st.integers(0, 12),
    st.integers(0, 12),
    LABELS,
)


def step(tree: Tree, what: str, first: int, second: int, text: str) -> Tree:
    """One edit of a random walk."""
    ids = [one.id for one in tree.causes] or [0]
    number = ids[first % len(ids)]
    match what:
        case "add":
            return edit.add(tree, text, [0, *ids][first % (len(ids) + 1)], list(LINES)[second % 3])
        case "between":
            return edit.between(tree, number, text)
        case "mend":
            return edit.mend(tree, number, text)
        case "remove":
            return edit.remove(tree, number)
        case "judge":
            return edit.judge(tree, number, list(STATES)[second % 3])
        case "show":
            return edit.show(tree, number, Evidence(text=text, photos=(second,)))
        case "close":
            return stop.close(tree, number, ("root", "part", "beyond")[second % 3])
        case "jump":
            return edit.jump(tree, number)
        case "confirm":
            return edit.confirm(tree, number)
    return stop.objected(tree, number) if tree.causes else tree


def is_tree(tree: Tree) -> bool:
    """Every cause hangs, by a way that ends, on the problem, once, in the line and the depth it may."""
    ids = [one.id for one in tree.causes]
    assert len(ids) == len(set(ids)) and all(0 < one < tree.next for one in ids)
    assert sorted(one.id for one in tree.walk()) == sorted(ids)
    assert tree.at == PROBLEM or tree.at in ids
    for one in tree.causes:
        assert 1 <= tree.level(one.id) <= edit.MOST_LEVELS
        assert one.parent == PROBLEM or tree.cause(one.parent).line == one.line
    return True


@given(st.lists(STEPS, max_size=60))
@settings(max_examples=120, deadline=None)
def test_whatever_is_edited_the_tree_stays_a_tree_and_nothing_else_is_lost(
    steps: list[tuple[str, int, int, str]],
) -> None:
    tree = Tree(CARD)
    for what, first, second, text in steps:
        before = tree
        try:
            tree = step(tree, what, first, second, text)
        except CannotEdit as error:
            assert tree == before
            assert str(error).endswith("。")
            continue
        assert is_tree(tree)
        was, now = {one.id: one for one in before.causes}, {one.id: one for one in tree.causes}
        lost = was.keys() - now.keys()
        if what == "remove":
            (top,) = [one for one in lost if was[one].parent not in lost]
            assert lost == {top, *(one.id for one in before.walk(top))}
        else:
            assert not lost
        for number in was.keys() & now.keys():
            assert set(was[number].evidence) <= set(now[number].evidence)
            assert what == "mend" or was[number].text == now[number].text
    assert tree_from(json.loads(json.dumps(tree_values(tree)))) == tree
    assert of_mermaid(as_mermaid(of_tree(tree))) == nested(of_tree(tree))
    assert all(isinstance(one, str) for one in stop.gaps(tree))


HANGING = st.tuples(
    st.sampled_from(["put", "put", "put", "sub", "mend", "off", "vote", "vote", "move"]),
    st.integers(0, 12),
    st.integers(0, 5),
    LABELS,
)


@given(st.lists(HANGING, max_size=60))
@settings(max_examples=120, deadline=None)
def test_whatever_a_team_does_the_fishbone_keeps_its_causes_and_each_vote_has_one(
    steps: list[tuple[str, int, int, str]],
) -> None:
    hung = fishbone(CARD, ("人", "机", "料"))
    for what, first, second, text in steps:
        ids = [one.id for one in hung.twigs] or [0]
        number, bone, count = ids[first % len(ids)], hung.bones[second % 3], len(hung.twigs)
        try:
            match what:
                case "put":
                    hung = bones.put(hung, bone, text, second)
                case "sub":
                    hung = bones.put(hung, bone, text, second, parent=number)
                case "mend":
                    hung = bones.mend(hung, number, text)
                case "off":
                    hung = bones.take_off(hung, number)
                case "vote":
                    hung = bones.vote(hung, second, number)
                case "move":
                    hung = bones.move(hung, number, bone)
        except CannotEdit as error:
            assert str(error).endswith("。")
            continue
        assert what == "off" or len(hung.twigs) >= count
        for one in hung.twigs:
            assert one.bone in hung.bones
            assert one.parent == 0 or (hung.twig(one.parent).parent, hung.twig(one.parent).bone) == (0, one.bone)
        assert all(hung.twig(twig) for _, twig in hung.votes)
        assert all(bones.left(hung, person) >= 0 for person in range(6))
    assert fishbone_from(json.loads(json.dumps(fishbone_values(hung)))) == hung
    assert of_mermaid(as_mermaid(of_fishbone(hung))) == nested(of_fishbone(hung))
    if hung.twigs:
        assert is_tree(into_tree(hung, [one.id for one in hung.twigs]))

"""Guides: every one that is shipped walked to its end, what a walk keeps, what is refused and where it stands."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import knowledge
from knowledge.cause import edit, stop
from knowledge.cause import fishbone as bones
from knowledge.cause.card import Card, Kpi
from knowledge.cause.fishbone import fishbone
from knowledge.cause.stored import fishbone_values, tree_values
from knowledge.cause.tree import Evidence, Tree
from knowledge.faults import BadFile
from knowledge.guide import Guide, Step, inside
from knowledge.guide_answer import BadAnswer, check, read
from knowledge.guide_file import FOLDER, load_folder, load_yaml
from knowledge.guide_result import card, result
from knowledge.guide_walk import Ask, TooMany, advance, mended, questions, values
from knowledge.paper import Breakdown, Facts, Heading, Listing, Matrix, Paper, Photos, Picture, Table
from knowledge.paper_text import as_markdown
from knowledge.reading import read as read_document

GUIDES = load_folder(FOLDER)
NAMES = {
    "5-why": "5Why 根因分析", "fishbone": "鱼骨图", "issue-tree": "问题树（MECE）", "smart": "整改方案（SMART）",
    "pdca": "PDCA 循环", "review": "活动复盘四步法", "scqa": "SCQA 汇报", "8d": "8D 简版",
    "eisenhower": "艾森豪威尔矩阵", "stakeholders": "利益相关方", "patrol": "巡检报告", "mystery": "神秘客户报告",
}  # fmt: skip
every = pytest.mark.parametrize("guide", GUIDES.values(), ids=list(GUIDES))


def analysed() -> Tree:
    """A small finished tree."""
    tree = edit.add(edit.add(Tree(Card("交车晚")), "等件"), "预约没有传到备件", 1)
    tree = edit.judge(edit.show(tree, 2, Evidence(text="20 张工单里 13 张没有备件单", photos=(71,))), 2, "verified")
    return stop.close(tree, 2, "root")


def collected() -> dict[str, Any]:
    return fishbone_values(bones.put(fishbone(Card("返修多"), ("人", "法")), "法", "没有路试"))


def answer(guide: Guide, ask: Ask, longest: bool) -> Any:
    """An answer that will do, the one that leads to the fewest or to the most questions."""
    step = ask.step
    if ask.kind == "more":
        return longest
    if ask.kind == "doubt":
        return "改成可以检查的写法"
    if step.optional and not longest:
        return None
    match ask.kind:
        case "text":
            plain = (step.example or "写一段话说明")[: int(step.most or 500)]
            return (
                step.doubt.words[0] * max(1, int(step.least or 1)) if longest and step.doubt else plain.ljust(4, "字")
            )
        case "choice":
            return sorted(ask.choices, key=lambda one: _weight(guide, step.key, one), reverse=longest)[0]
        case "number":
            return step.least or 3.5
        case "date":
            return "2026-12-01"
        case "person":
            return {"id": 7, "name": "王芳"}
        case "photo":
            return list(range(1, 1 + int(step.most or 9 if longest else step.least or 1)))
        case "causes":
            return tree_values(analysed())
    return collected()


def _weight(guide: Guide, key: str, choice: str) -> int:
    """How many steps a choice leads to."""
    found = 0
    for step in inside(guide.steps):
        if step.kind == "branch" and step.by == key:
            steps = next((case.steps for case in step.cases if choice in case.values), step.otherwise)
            found += sum(one.kind != "branch" for one in inside(steps))
    return found


def walked(guide: Guide, longest: bool) -> tuple[list[Any], list[Ask]]:
    """The answers of a walk to the end, and what was asked."""
    answers: list[Any] = []
    asked: list[Ask] = []
    while ask := advance(guide, answers):
        said = answer(guide, ask, longest)
        assert check(ask, said) == "", (guide.key, ask.text, said)
        answers.append(said)
        asked.append(ask)
        assert len(answers) < 500
    return answers, asked


def words(paper: Paper) -> str:
    return as_markdown(paper)


# Those that are shipped


def test_the_guides_that_are_promised_are_there() -> None:
    assert {key: one.name for key, one in GUIDES.items()} == NAMES


@every
@pytest.mark.parametrize("longest", [False, True], ids=["shortest", "longest"])
def test_every_guide_is_walked_to_its_end(guide: Guide, longest: bool) -> None:
    answers, asked = walked(guide, longest)
    assert advance(guide, json.loads(json.dumps(answers))) is None
    assert all(ask.text and "{" not in ask.text for ask in asked)
    with pytest.raises(TooMany):
        advance(guide, [*answers, "一个太多"])


@every
def test_the_longest_walk_meets_every_step_and_the_shortest_fewer(guide: Guide) -> None:
    longest = {ask.step.key for ask in walked(guide, True)[1]}
    shortest = {ask.step.key for ask in walked(guide, False)[1]}
    plain = {step.key for step in inside(guide.steps) if step.kind not in ("branch", "repeat")}
    branched = {
        step.key
        for branch in inside(guide.steps)
        if branch.kind == "branch" or branch.least == 0
        for steps in (*(case.steps for case in branch.cases), branch.otherwise, branch.steps)
        for step in inside(steps)
    }
    assert plain - branched <= longest & shortest
    assert len(walked(guide, False)[0]) < len(walked(guide, True)[0])


@every
def test_every_step_is_met_on_some_path(guide: Guide) -> None:
    met: set[str] = set()
    for choice in range(12):
        answers: list[Any] = []
        while ask := advance(guide, answers):
            met.add(ask.step.key)
            said = answer(guide, ask, True)
            answers.append(ask.choices[choice % len(ask.choices)] if ask.kind == "choice" else said)
    assert met >= {step.key for step in inside(guide.steps) if step.kind not in ("branch", "repeat")}


@every
@pytest.mark.parametrize("longest", [False, True], ids=["shortest", "longest"])
def test_an_answer_that_is_given_again_as_it_was_changes_nothing(guide: Guide, longest: bool) -> None:
    answers, asked = walked(guide, longest)
    assert questions(guide, answers) == asked
    for n in range(0, len(answers), len(answers) // 12 + 1):
        assert mended(guide, answers, n, answers[n : n + 1]) == answers


@every
def test_from_the_shortest_walk_one_change_at_a_time_leads_to_the_longest(guide: Guide) -> None:
    """Whatever is changed, the walk stays one that the guide could have asked."""
    answers, longest = walked(guide, False)[0], walked(guide, True)[0]
    for n in range(len(longest)):
        if n >= len(answers) or answers[n] == longest[n]:
            continue
        given = [longest[n]]
        while ask := advance(guide, mended(guide, answers, n, given)):
            given.append(answer(guide, ask, True))
        answers = mended(guide, answers, n, given)
        assert advance(guide, answers) is None
        assert answers[: n + 1] == longest[: n + 1]


@every
@pytest.mark.parametrize("longest", [False, True], ids=["shortest", "longest"])
def test_the_result_holds_what_was_answered_and_no_empty_place(guide: Guide, longest: bool) -> None:
    answers, _ = walked(guide, longest)
    paper = result(guide, answers)
    said = words(paper)
    assert paper.title and paper.blocks
    assert not re.search(r"[{}]|None|True|False|（）|：\n|：$", said), said
    assert any(isinstance(one, Heading) for one in paper.blocks)
    for one, after in zip(paper.blocks, [*paper.blocks[1:], None], strict=True):
        assert not isinstance(one, Heading) or (
            after is not None and (not isinstance(after, Heading) or after.level > one.level)
        )


@every
def test_no_answer_of_the_longest_walk_is_lost(guide: Guide) -> None:
    """Every text has a place in the paper, each marked so that it is known again."""
    answers: list[Any] = []
    marked: dict[str, str] = {}
    while ask := advance(guide, answers):
        said = answer(guide, ask, True)
        if ask.kind == "text" and not ask.step.doubt:
            said = f"答{len(answers):03}"[: int(ask.step.most or 9)]
            marked[said] = ask.step.key
        elif ask.kind == "doubt":
            said = f"答{len(answers):03}"
            marked[said] = ask.step.key
        answers.append(said)
    text = words(result(guide, answers))
    assert {key for mark, key in marked.items() if mark not in text} == set()


@every
def test_a_walk_goes_on_from_where_it_was_and_back_by_one(guide: Guide) -> None:
    answers, asked = walked(guide, True)
    for count, ask in enumerate(asked):
        again = advance(guide, json.loads(json.dumps(answers[:count])))
        assert again is not None
        assert (again.text, again.kind, again.choices, again.round) == (ask.text, ask.kind, ask.choices, ask.round)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_is_chosen_every_walk_ends(data: st.DataObject) -> None:
    guide = data.draw(st.sampled_from(list(GUIDES.values())))
    answers: list[Any] = []
    while ask := advance(guide, answers):
        if ask.kind == "choice":
            answers.append(data.draw(st.sampled_from(ask.choices)))
        elif ask.kind == "more":
            answers.append(data.draw(st.booleans()))
        elif ask.kind == "doubt":
            answers.append(data.draw(st.sampled_from([True, "换一种写法"])))
        else:
            answers.append(answer(guide, ask, data.draw(st.booleans())))
    assert words(result(guide, answers))


def test_every_standard_is_a_section_of_the_handbook() -> None:
    folder = Path(knowledge.__file__).parent / "documents"
    found = [read_document(file, max_bytes=1_000_000) for file in sorted(folder.glob("*.md"))]
    sections = {(one.name, section.path) for one in found for section in one.sections}
    stated = {guide.key: guide.standard for guide in GUIDES.values()}
    assert {key for key, one in stated.items() if one is None or (one.document, one.section) not in sections} == set()


def test_texts_for_people_have_full_width_punctuation() -> None:
    for file in sorted(FOLDER.glob("*.yaml")):
        text = file.read_text("utf-8")
        assert not re.findall(
            r"[\u4e00-\u9fff][,;?!]|[,;?!()][\u4e00-\u9fff]", re.sub(r"\[[^\]]*\]|\{[^}\n]*: [^\n]*", "", text)
        ), file.name
        assert "!" not in text and "！" not in text, file.name


def test_the_problem_card_comes_out_of_the_answers() -> None:
    known = {
        "what": "NPS 下滑",
        "where": "朝阳店",
        "how-many": "32 条",
        "kpi": "NPS",
        "unit": "分",
        "now": 41,
        "goal": 60,
    }
    assert card(known) == Card("NPS 下滑", "朝阳店", how_many="32 条", kpi=Kpi("NPS", 41, 60, "分"))
    assert card({"what": "NPS 下滑"}) == Card("NPS 下滑")


def test_the_analysis_has_its_picture_its_chain_and_its_evidence() -> None:
    paper = result(GUIDES["5-why"], walked(GUIDES["5-why"], True)[0])
    said = words(paper)
    assert [one.of for one in paper.blocks if isinstance(one, Picture)] == [analysed()]
    assert "因为预约没有传到备件，因此等件。" in said
    assert "20 张工单里 13 张没有备件单" in said
    assert paper.photos == (71,)


def test_photos_of_every_round_are_in_the_paper() -> None:
    paper = result(GUIDES["patrol"], walked(GUIDES["patrol"], True)[0])
    assert [one.ids for one in paper.blocks if isinstance(one, Photos)] == [(1, 2, 3) * 15]


def test_the_four_fields_of_the_matrix_get_what_is_theirs() -> None:
    tasks = [
        ("重大投诉", "重要", "紧急", "现在"),
        ("辅导店长", "重要", "不紧急", "周三"),
        ("报表", "不重要", "紧急", "给助理"),
    ]
    answers: list[Any] = ["今天"]
    for number, task in enumerate(tasks):
        answers += [*([True] if number >= 2 else []), *task]
    said = words(result(GUIDES["eisenhower"], [*answers, False]))
    assert "马上做**\n\n1. 重大投诉（现在）" in said
    assert "排进日程**\n\n1. 辅导店长（周三）" in said
    assert "交出去**\n\n1. 报表（给助理）" in said
    assert "少做或不做" not in said


# How it walks

SMALL = """
key: small
name: 小指南
description: 用来测试。
minutes: 1
steps:
  - {key: what, ask: 什么问题？, least: 4, most: 20, doubt: {words: [粗心], say: "“{word}”之外呢？"}}
  - {key: kind, kind: choice, ask: 哪一种？, choices: [甲类, 乙类]}
  - kind: branch
    by: kind
    cases:
      - is: [甲类]
        steps:
          - {key: figure, kind: number, ask: "“{what}”有多少？", least: 1, most: 100, unit: 台}
    otherwise:
      - {key: note, ask: 说明, optional: true}
  - key: measures
    kind: repeat
    ask: 还有吗？
    least: 1
    most: 3
    steps:
      - {key: measure, ask: 做什么？}
      - {key: who, kind: person, ask: "谁做“{measure}”？"}
  - {key: day, kind: date, ask: 哪天？, when: future}
  - {key: shots, kind: photo, ask: 照片, least: 1, most: 2, optional: true}
result:
  title: "{what}"
  summary: "{kind}，{figure}"
  blocks:
    - heading: 措施
    - lines: {of: measures, item: "{measure}（{who}，{what}）", numbered: true}
    - heading: 其余
    - facts: {数量: "{figure}", 说明: "{note}", 日期: "{day}"}
    - photos: shots
"""


@pytest.fixture(scope="module")
def small() -> Guide:
    return load_yaml(SMALL.encode(), "small.yaml")


def asked(guide: Guide, *answers: Any) -> Ask:
    ask = advance(guide, answers)
    assert ask is not None
    return ask


def test_it_asks_back_once_and_the_answer_may_stand(small: Guide) -> None:
    doubt = asked(small, "员工粗心了")
    assert (doubt.kind, doubt.text, doubt.choices) == ("doubt", "“粗心”之外呢？", ("就这样写",))
    assert asked(small, "员工粗心了", True).step.key == "kind"
    assert values(small, ["员工粗心了", True])["what"] == "员工粗心了"
    assert asked(small, "员工粗心了", "还是粗心").step.key == "kind"
    assert values(small, ["员工粗心了", "流程没有复核"])["what"] == "流程没有复核"


def test_a_branch_asks_what_the_choice_calls_for(small: Guide) -> None:
    assert asked(small, "交车晚了", "甲类").text == "“交车晚了”有多少？"
    assert asked(small, "交车晚了", "乙类").step.key == "note"


def test_a_repeat_goes_on_until_enough_or_the_most(small: Guide) -> None:
    start, who = ["交车晚了", "乙类", None], {"id": None, "name": "李"}
    assert asked(small, *start).round == 1
    more = asked(small, *start, "一", who)
    assert (more.kind, more.text, more.choices) == ("more", "还有吗？", ("再加一条", "够了"))
    assert asked(small, *start, "一", who, False).step.key == "day"
    assert asked(small, *start, "一", who, True).round == 2
    assert asked(small, *start, "一", who, True, "二", who, True, "三", who).step.key == "day"
    assert asked(small, *start, "一", who, True, "二").text == "谁做“二”？"


def test_what_was_skipped_is_left_out_of_the_result(small: Guide) -> None:
    paper = result(small, ["交车晚了", "甲类", 12, "改流程", {"id": 3, "name": "王芳"}, False, "2026-12-01", [5]])
    assert paper.summary == "甲类，12 台"
    assert Listing(paper.blocks[1].entries, True) == paper.blocks[1] if isinstance(paper.blocks[1], Listing) else False
    assert "1. 改流程（王芳，交车晚了）" in words(paper)
    assert Facts((("数量", "12 台"), ("日期", "2026-12-01"))) in paper.blocks
    assert paper.photos == (5,)
    other = result(small, ["交车晚了", "乙类", None, "改流程", {"id": None, "name": "王芳"}, False, "2026-12-01", None])
    assert other.summary == ""
    assert not any(isinstance(one, Photos | Table) for one in other.blocks)


@pytest.mark.parametrize(
    ("answers", "said", "read_as"),
    [
        ((), "  交车晚了 ", "交车晚了"),
        (("交车晚了",), "乙类", "乙类"),
        (("交车晚了",), "2", "乙类"),
        (("交车晚了",), "甲", "甲类"),
        (("交车晚了", "甲类"), "12 台", 12),
        (("交车晚了", "甲类"), "约３．５", 3.5),
        (("交车晚了", "乙类", None, "一"), "王 芳", {"id": None, "name": "王 芳"}),
        (("交车晚了", "乙类", None, "一", {"id": None, "name": "李"}), "够了", False),
        (("交车晚了", "乙类", None, "一", {"id": None, "name": "李"}), "再加一条", True),
    ],
)
def test_what_people_type_is_read(small: Guide, answers: tuple[Any, ...], said: str, read_as: Any) -> None:
    assert read(asked(small, *answers), said) == read_as


@pytest.mark.parametrize(
    ("answers", "said", "why"),
    [
        ((), "", "请写几个字。"),
        ((), "晚", "太短了，请写 4 个字以上。"),
        ((), "晚" * 21, "太长了，请用 20 个字以内。"),
        (("交车晚了",), "丙", "请从这些里选：甲类、乙类。"),
        (("交车晚了",), "类", "请从这些里选：甲类、乙类。"),
        (("交车晚了", "甲类"), "不知道", "请发一个数字，例如 12。"),
        (("交车晚了", "甲类"), "0", "不能小于 1台。"),
        (("交车晚了", "甲类"), "1 万", "不能大于 100台。"),
        (("交车晚了", "乙类", None, "一"), " ", "请选一个人，或写出姓名。"),
    ],
)
def test_what_is_no_answer_is_said_in_a_sentence(small: Guide, answers: tuple[Any, ...], said: str, why: str) -> None:
    with pytest.raises(BadAnswer, match=re.escape(why)):
        read(asked(small, *answers), said)


def test_dates_and_photos_are_judged(small: Guide) -> None:
    from datetime import date

    day = asked(small, "交车晚了", "乙类", None, "一", {"id": None, "name": "李"}, False)
    assert check(day, "2026-12-01", date(2026, 12, 1)) == ""
    assert check(day, "2026-11-30", date(2026, 12, 1)) == "这里要今天或以后的日期。"
    assert check(day, "明天") == "请发一个日期。"
    assert check(day, None) == "这一步不能跳过。"
    shots = asked(small, "交车晚了", "乙类", None, "一", {"id": None, "name": "李"}, False, "2026-12-01")
    assert check(shots, None) == check(shots, [1, 2]) == ""
    assert check(shots, []) == "至少要 1 张照片。"
    assert check(shots, [1, 2, 3]) == "最多 2 张照片。"


def test_markdown_shows_what_people_wrote_as_they_wrote_it(small: Guide) -> None:
    paper = result(small, ["*A*_[b](c)#", "乙类", "`x`", "1\n2", {"id": None, "name": "~~"}, False, "2026-12-01", None])
    said = words(paper)
    assert r"\*A\*\_\[b\]\(c\)\#" in said
    assert r"\`x\`" in said
    assert "1 2（" in said


# What is refused


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("minutes: 1", "minuts: 1", "small.yaml：minuts：不认识的键“minuts”，是不是“minutes”？"),
        ("minutes: 1", "minutes: 一", "small.yaml：minutes：应是整数"),
        ("kind: number", "kind: numbre", "small.yaml：步骤“3”：cases：0：步骤“figure”：kind：“numbre”不行，只能是"),
        (
            'ask: "谁做“{measure}”？"',
            "aks: 谁做？",
            "small.yaml：步骤“measures”：步骤“who”：aks：不认识的键“aks”，是不是“ask”？",
        ),
        ("by: kind", "by: kinds", "small.yaml：步骤“3”：by：没有叫“kinds”的步骤，是不是“kind”？"),
        ("by: kind", "by: what", "small.yaml：步骤“3”：by：“what”不是选择步骤"),
        ("is: [甲类]", "is: [甲]", "small.yaml：步骤“3”：cases：0：is：“kind”没有“甲”这个选项，是不是“甲类”？"),
        ("“{what}”有多少？", "“{whta}”有多少？", "步骤“figure”：ask：没有叫“whta”的步骤，是不是“what”？"),
        ("ask: 做什么？", 'ask: "“{who}”做什么？"', "步骤“measure”：ask：没有叫“who”的步骤"),
        ("choices: [甲类, 乙类]", "choices: [甲类, 甲类]", "步骤“kind”：choices：选项“甲类”写了两次"),
        (", choices: [甲类, 乙类]", "", "步骤“kind”：choices：“choice”步骤缺少这一项"),
        ("least: 4, most: 20", "least: 40, most: 20", "步骤“what”：least：least 40 大于 most 20"),
        ("ask: 做什么？", "ask: 做什么？, unit: 台", "步骤“measure”：unit：“text”步骤没有这个键"),
        ("key: note", "key: what", "步骤“what”：key：编号“what”用了两次"),
        ("{key: note, ask: 说明", "{ask: 说明", "步骤“1”：key：“text”步骤缺少这一项"),
        ("{word}”之外呢", "这”之外呢", "步骤“what”：doubt：say：doubt 的 say 里要有 {word}"),
        ("photos: shots", "photos: shot", "small.yaml：结果第 5 块：photos：没有叫“shot”的步骤，是不是“shots”？"),
        ("photos: shots", "photos: day", "结果第 5 块：photos：“day”不是照片步骤"),
        ("photos: shots", "picture: shots", "结果第 5 块：picture：“shots”不是原因步骤"),
        ("of: measures", "of: measure", "结果第 2 块：lines：of：“measure”不是重复步骤"),
        (
            'of: measures, item: "{measure}',
            'of: measures, where: {kind: 丙}, item: "{measure}',
            "“kind”没有“丙”这个选项",
        ),
        ('数量: "{figure}"', '数量: "{figur}"', "结果第 4 块：facts：数量：没有叫“figur”的步骤，是不是“figure”？"),
        ('title: "{what}"', 'title: "{waht}"', "small.yaml：result：title：没有叫“waht”的步骤，是不是“what”？"),
        ("heading: 其余", "heading: 其余\n      text: 再一项", "结果第 3 块：每一块只能有一项，这里有 2 项"),
        ("minutes: 1", "minutes: 1\nstandard: 5S", "small.yaml：standard：应是“文件名 > 标题”"),
        ("kind: photo, ask: 照片, least: 1, most: 2, optional: true", "kind: causes, ask: 原因", "不是照片步骤"),
        ("minutes: 1", "minutes: 1\nminutes: 2", "small.yaml：第 6 行的键“minutes”写了两次"),
    ],
)
def test_a_fault_is_named_where_it_stands(old: str, new: str, why: str) -> None:
    assert old in SMALL
    with pytest.raises(BadFile) as error:
        load_yaml(SMALL.replace(old, new, 1).encode(), "small.yaml")
    assert any(why in one for one in error.value.problems), error.value.problems


@pytest.mark.parametrize(
    ("key", "old", "new", "why"),
    [
        ("issue-tree", "by: weight", "by: weigth", "没有叫“weigth”的步骤，是不是“weight”？"),
        ("issue-tree", "by: weight", "by: part", "“part”不是选择步骤"),
        ("issue-tree", "重点查: first", "重点: first", "“weight”没有“重点”这个选项"),
        ("issue-tree", "重点查: first", "重点查: frist", "first"),
        ("issue-tree", "          of: directions", "          of: question", "“question”不是重复步骤"),
        ("issue-tree", 'name: "{split}"', 'name: "{spilt}"', "没有叫“spilt”的步骤"),
        ("stakeholders", "[关注度低, 关注度高]", "[关注度低, 关注度中]", "没有“关注度中”这个选项"),
        ("stakeholders", "{power: [影响力高, 影响力低]}", "{power: [影响力高]}", "power"),
        ("stakeholders", "重点管理, 适当关注, 及时告知]", "重点管理, 适当关注]", "fields"),
    ],
)  # fmt: skip
def test_a_fault_of_a_picture_is_named_where_it_stands(key: str, old: str, new: str, why: str) -> None:
    text = (FOLDER / f"{key}.yaml").read_text("utf-8")
    assert text.count(old) == 1
    with pytest.raises(BadFile, match=why):
        load_yaml(text.replace(old, new).encode(), f"{key}.yaml")


def test_the_pictures_of_guides_hold_what_was_answered() -> None:
    [drawn] = pictures_of("issue-tree")
    assert isinstance(drawn, Breakdown)
    assert (drawn.kind, drawn.name, len(drawn.items)) == ("问题树（MECE）", "按流程先后", 6)
    assert {len(one.below) for one in drawn.items} == {5}
    for key, count in (("eisenhower", 20), ("stakeholders", 12)):
        [four] = pictures_of(key)
        assert isinstance(four, Matrix)
        assert sum(len(items) for _, items in four.fields) == count


def pictures_of(key: str) -> list[Any]:
    """What the longest walk has drawn."""
    paper = result(GUIDES[key], walked(GUIDES[key], True)[0])
    return [one.of for one in paper.blocks if isinstance(one, Picture)]


def test_causes_want_a_problem_card() -> None:
    text = SMALL.replace("key: what", "key: problem").replace("{what}", "{problem}")
    text = text.replace("result:\n", "  - {key: tree, kind: causes, ask: 为什么？}\nresult:\n", 1)
    with pytest.raises(BadFile, match="问题卡缺少叫“what”的步骤"):
        load_yaml(text.encode(), "small.yaml")


def test_all_faults_of_all_files_are_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(SMALL.replace("minutes: 1", "minuts: 1"), "utf-8")
    (tmp_path / "two.yaml").write_text("- 不是", "utf-8")
    (tmp_path / "three.yaml").write_text(SMALL, "utf-8")
    with pytest.raises(BadFile) as error:
        load_folder(tmp_path)
    said = "\n".join(error.value.problems)
    assert all(one in said for one in ("minuts", "two.yaml：最外层应是", "three.yaml：key：应与文件名一样，是“three”"))


def test_another_version_is_known_by_its_content(small: Guide) -> None:
    assert load_yaml(SMALL.encode(), "small.yaml").version == small.version
    assert load_yaml(SMALL.replace("还有吗", "还有么").encode(), "small.yaml").version != small.version
    assert isinstance(small.steps[0], Step)

"""What a check comes to: worked out by hand, and true whatever the list and the marks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.checklist import Checklist, Item, Photos, Section
from knowledge.score import BadMark, Mark, Rules, Score, fails, score

RULES = Rules((("A", 90), ("B", 80), ("C", 70), ("D", 0)), repeat_deduction=2, repeat_most=3)

# Two sections. 环境 counts 3 of 4 parts of the total, 人员 1 of 4.
#   环境: 地面 weight 1 (pass), 通道 weight 2 (pass, veto), 温度 weight 1 (18-26), 全景 weight 1 (2 photos)
#   人员: 热情 weight 3 (score 0-5), 着装 weight 2 (pass); must reach 60; 原话 (text) weighs nothing
FLOOR, EXIT = Item("floor", "地面"), Item("exit", "通道", weight=2.0, veto=True)
WARM, VIEW = (
    Item("warm", "温度", "number", low=18, high=26, unit="度"),
    Item("view", "全景", "photo", photos=Photos("always", 2)),
)
SMILE, DRESS, WORDS = (
    Item("smile", "热情", "score", 3.0),
    Item("dress", "着装", weight=2.0),
    Item("words", "原话", "text"),
)
BY_HAND = Checklist(
    "by-hand",
    "手算",
    "1",
    "",
    (
        Section("place", "环境", (FLOOR, EXIT, WARM, VIEW), 3.0),
        Section("people", "人员", (SMILE, DRESS, WORDS), 1.0, 60.0),
    ),
)
ALL_GOOD: dict[str, Any] = {
    "floor": True, "exit": True, "warm": 22, "view": 2, "smile": 5, "dress": True, "words": "好",
}  # fmt: skip
NA = object()


def marked(values: Mapping[str, Any]) -> dict[str, Mark]:
    return {key: Mark(key, None, True) if value is NA else Mark(key, value) for key, value in values.items()}


def came_to(changes: Mapping[str, Any], repeats: Mapping[str, int] | None = None) -> Score:
    return score(BY_HAND, marked(ALL_GOOD | dict(changes)), RULES, repeats)


@pytest.mark.parametrize(
    ("changes", "repeats", "place", "people", "before", "total", "grade", "passed"),
    [
        # 环境 5/5, 人员 5/5
        ({}, {}, 100.0, 100.0, 100.0, 100.0, "A", True),
        # weights: 地面 fails: 环境 (2+1+1)/5 = 80; (3*80 + 1*100)/4 = 85
        ({"floor": False}, {}, 80.0, 100.0, 85.0, 85.0, "B", True),
        # points: 热情 3 of 5: 人员 (3*0.6 + 2)/5 = 76; (3*100 + 76)/4 = 94
        ({"smile": 3}, {}, 100.0, 76.0, 94.0, 94.0, "A", True),
        # bounds: 26 is in, 26.1 is out: 环境 80
        ({"warm": 26}, {}, 100.0, 100.0, 100.0, 100.0, "A", True),
        ({"warm": 26.1}, {}, 80.0, 100.0, 85.0, 85.0, "B", True),
        ({"warm": 17.9}, {}, 80.0, 100.0, 85.0, 85.0, "B", True),
        # photos: one of two: 环境 80
        ({"view": 1}, {}, 80.0, 100.0, 85.0, 85.0, "B", True),
        # N/A: 地面 leaves 环境 with 4 of 4; 全景 fails too: (2+1)/4 = 75; (3*75 + 100)/4 = 81.25 -> 81.3
        ({"floor": NA, "view": 0}, {}, 75.0, 100.0, 81.3, 81.3, "B", True),
        # N/A: all of 人员 leaves 环境 alone: 80
        ({"floor": False, "smile": NA, "dress": NA, "words": NA}, {}, 80.0, None, 80.0, 80.0, "B", True),
        # veto: 环境 (1+1+1)/5 = 60; (3*60 + 100)/4 = 70 would be C
        ({"exit": False}, {}, 60.0, 100.0, 70.0, 70.0, "D", False),
        # section pass mark: 热情 2, 着装 fails: 人员 3*0.4/5 = 24 < 60; (300 + 24)/4 = 81: B, and not passed
        ({"smile": 2, "dress": False}, {}, 100.0, 24.0, 81.0, 81.0, "B", False),
        # section pass mark, just reached: 热情 5, 着装 fails: 3/5 = 60; (300 + 60)/4 = 90
        ({"dress": False}, {}, 100.0, 60.0, 90.0, 90.0, "A", True),
        # repeats: 地面 failed once before: 85 - 2; twice: 85 - 4; ten times counts three: 85 - 6 = 79, C
        ({"floor": False}, {"floor": 1}, 80.0, 100.0, 85.0, 83.0, "B", True),
        ({"floor": False}, {"floor": 2}, 80.0, 100.0, 85.0, 81.0, "B", True),
        ({"floor": False}, {"floor": 10}, 80.0, 100.0, 85.0, 79.0, "C", True),
        # repeats of what is good now, or does not apply now, cost nothing
        ({"floor": True, "warm": NA}, {"floor": 2, "warm": 3}, 100.0, 100.0, 100.0, 100.0, "A", True),
        # everything fails: 0, and repeats take nothing more
        ({"floor": False, "exit": False, "warm": 0, "view": 0, "smile": 0, "dress": False}, {"floor": 3},
         0.0, 0.0, 0.0, 0.0, "D", False),
    ],
)  # fmt: skip
def test_the_score_is_the_one_worked_out_by_hand(
    changes: Mapping[str, Any], repeats: Mapping[str, int], place: float | None, people: float | None,
    before: float, total: float, grade: str, passed: bool,
) -> None:  # fmt: skip
    found = came_to(changes, repeats)
    assert tuple(one.score for one in found.sections) == (place, people)
    assert (found.before, found.total, found.grade, found.passed) == (before, total, grade, passed)
    assert found.deducted == pytest.approx(before - total)


def test_what_decided_is_named() -> None:
    found = came_to({"exit": False, "smile": 1, "floor": NA}, {"smile": 2, "dress": 1})
    assert found.vetoes == ("exit",)
    assert found.failed == ("exit", "smile")
    assert found.skipped == ("floor",)
    assert found.repeats == (("smile", 2),)
    assert found.missing == ()
    assert [one.passed for one in found.sections] == [True, False]


def test_a_check_that_is_not_done_is_not_passed() -> None:
    marks = marked(ALL_GOOD)
    del marks["dress"]
    found = score(BY_HAND, marks, RULES)
    assert found.missing == ("dress",)
    assert (found.total, found.grade, found.passed) == (100.0, "A", False)


def test_a_check_in_which_nothing_counts_has_no_grade() -> None:
    found = score(BY_HAND, marked(dict.fromkeys(ALL_GOOD, NA)), RULES)
    assert (found.total, found.grade, found.passed) == (0.0, "", False)
    assert [one.score for one in found.sections] == [None, None]


def test_the_lowest_grade_is_not_passed() -> None:
    found = came_to({"floor": False, "warm": 0, "view": 0})
    assert (found.total, found.grade, found.passed) == (55.0, "D", False)


def test_the_bands_are_those_of_the_deployment() -> None:
    rules = Rules((("优", 95), ("合格", 60), ("不合格", 0)), repeat_deduction=0)
    found = score(BY_HAND, marked(ALL_GOOD | {"floor": False}), rules, {"floor": 3})
    assert (found.total, found.grade) == (85.0, "合格")
    assert score(BY_HAND, marked(ALL_GOOD | {"exit": False}), rules).grade == "不合格"


def test_a_grade_is_that_of_the_points_people_see() -> None:
    third = Checklist("t", "t", "1", "", (Section("a", "a", tuple(Item(f"i{n}", f"i{n}") for n in range(3))),))
    marks = {"i0": Mark("i0", True), "i1": Mark("i1", True), "i2": Mark("i2", False)}
    assert score(third, marks, Rules((("A", 66.7), ("D", 0)))).grade == "A"


@pytest.mark.parametrize(
    ("item", "value", "failed"),
    [
        (FLOOR, True, False), (FLOOR, False, True),
        (SMILE, 5, False), (SMILE, 3, False), (SMILE, 2, True), (SMILE, 0, True),
        (WARM, 18, False), (WARM, 26.0, False), (WARM, 17.99, True), (WARM, -1, True), (WARM, 27, True),
        (Item("n", "n", "number", high=60), -5, False), (Item("n", "n", "number", low=60), 59, True),
        (VIEW, 2, False), (VIEW, 3, False), (VIEW, 1, True), (VIEW, 0, True), (VIEW, True, False), (VIEW, False, True),
        (WORDS, "", False), (WORDS, "差", False), (WORDS, None, False),
    ],
)  # fmt: skip
def test_what_a_finding_is(item: Item, value: Any, failed: bool) -> None:
    assert fails(item, value) is failed


@pytest.mark.parametrize(
    ("key", "mark"),
    [
        ("floor", Mark("floor", 1)), ("floor", Mark("floor", None)), ("floor", Mark("floor", "是")),
        ("smile", Mark("smile", 6)), ("smile", Mark("smile", -1)), ("smile", Mark("smile", 2.5)),
        ("smile", Mark("smile", True)), ("warm", Mark("warm", "22")), ("warm", Mark("warm", float("nan"))),
        ("warm", Mark("warm", float("inf"))), ("warm", Mark("warm", True)), ("view", Mark("view", -1)),
        ("words", Mark("words", 3)), ("other", Mark("other", True)), ("floor", Mark("exit", True)),
    ],
)  # fmt: skip
def test_a_mark_that_its_item_cannot_have_is_refused(key: str, mark: Mark) -> None:
    with pytest.raises(BadMark):
        score(BY_HAND, {key: mark}, RULES)


def test_what_must_be_looked_at_cannot_be_skipped() -> None:
    strict = replace(BY_HAND, sections=(Section("a", "a", (replace(FLOOR, may_skip=False),)),))
    with pytest.raises(BadMark, match="floor"):
        score(strict, {"floor": Mark("floor", None, True)}, RULES)


@pytest.mark.parametrize(
    "bands",
    [(), (("A", 0),), (("A", 90), ("B", 95), ("C", 0)), (("A", 90), ("B", 10)), (("A", 90), ("A", 0)),
     (("A", 101), ("B", 0)), (("A", 90), ("B", 90), ("C", 0)), (("A", 90), ("B", -1))],
)  # fmt: skip
def test_grades_that_leave_a_score_without_one_are_refused(bands: tuple[tuple[str, float], ...]) -> None:
    with pytest.raises(ValueError, match="grades"):
        Rules(bands)


def test_a_negative_deduction_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        Rules(repeat_deduction=-1)


WEIGHTS = st.floats(min_value=0.01, max_value=100)
KINDS = st.sampled_from(["pass", "score", "number", "text", "photo"])


@st.composite
def lists(draw: st.DrawFn) -> Checklist:
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    sections = []
    for s, size in enumerate(sizes):
        kinds = [draw(KINDS) for _ in range(size)]
        items = tuple(
            Item(
                f"s{s}i{i}", f"{s}.{i}", kind,  # type: ignore[arg-type]
                weight=draw(WEIGHTS), veto=kind != "text" and draw(st.booleans()), low=1.0, high=9.0,
                photos=Photos("always", draw(st.integers(1, 3))),
            )
            for i, kind in enumerate(kinds)
        )  # fmt: skip
        mark = draw(st.none() | st.floats(0, 100))
        sections.append(Section(f"s{s}", f"{s}", items, draw(WEIGHTS), mark))
    return Checklist("any", "任意", "1", "", tuple(sections))


def values(item: Item) -> st.SearchStrategy[Any]:
    each: dict[str, st.SearchStrategy[Any]] = {
        "pass": st.booleans(),
        "score": st.integers(0, 5),
        "number": st.floats(-5, 15),
        "text": st.text(max_size=5),
        "photo": st.integers(0, 4) | st.booleans(),
    }
    return each[item.kind]


@st.composite
def checks(draw: st.DrawFn) -> tuple[Checklist, dict[str, Mark], dict[str, int]]:
    checklist = draw(lists())
    marks = {}
    for item in checklist.items:
        skipped = draw(st.booleans()) and draw(st.booleans())
        marks[item.key] = Mark(item.key, None if skipped else draw(values(item)), skipped)
    repeats = draw(st.dictionaries(st.sampled_from([item.key for item in checklist.items]), st.integers(0, 9)))
    return checklist, marks, repeats


Check = tuple[Checklist, dict[str, Mark], dict[str, int]]


@given(checks())
def test_a_score_is_between_nothing_and_a_hundred(check: Check) -> None:
    checklist, marks, repeats = check
    found = score(checklist, marks, RULES, repeats)
    assert 0 <= found.total <= found.before <= 100
    assert all(one.score is None or 0 <= one.score <= 100 for one in found.sections)
    assert found.grade in ("", "A", "B", "C", "D")


@given(checks())
def test_what_does_not_apply_scores_as_if_it_were_not_on_the_list(check: Check) -> None:
    checklist, marks, repeats = check
    sections = []
    for section in checklist.sections:
        left = tuple(item for item in section.items if not marks[item.key].skipped)
        sections.append(replace(section, items=left))
    without = score(
        replace(checklist, sections=tuple(sections)),
        {key: mark for key, mark in marks.items() if not mark.skipped},
        RULES,
        repeats,
    )
    found = score(checklist, marks, RULES, repeats)
    assert replace(found, skipped=()) == without
    gone = tuple(section for section in sections if section.items)
    if gone:
        shorter = score(
            replace(checklist, sections=gone), {k: m for k, m in marks.items() if not m.skipped}, RULES, repeats
        )
        assert (shorter.total, shorter.grade, shorter.passed) == (found.total, found.grade, found.passed)


@given(checks())
def test_a_failed_veto_never_passes(check: Check) -> None:
    checklist, marks, repeats = check
    found = score(checklist, marks, RULES, repeats)
    vetoed = [item.key for item in checklist.items if item.veto and item.key in found.failed]
    assert list(found.vetoes) == vetoed
    if vetoed:
        assert (found.passed, found.grade) == (False, "D")


@given(checks(), st.randoms(use_true_random=False))
def test_the_order_of_the_answers_does_not_matter(check: Check, shuffle: Any) -> None:
    checklist, marks, repeats = check
    keys = list(marks)
    shuffle.shuffle(keys)
    assert score(checklist, {key: marks[key] for key in keys}, RULES, repeats) == score(
        checklist, marks, RULES, repeats
    )


def worth(item: Item, value: Any) -> float:
    """How good a value is: more is better."""
    if item.kind == "number":
        return 1.0 if 1 <= value <= 9 else 0.0
    return 0.0 if item.kind == "text" else float(item.photos.least if value is True and item.kind == "photo" else value)


@given(checks(), st.data())
def test_a_better_mark_never_lowers_the_score(check: Check, data: st.DataObject) -> None:
    checklist, marks, repeats = check
    item = data.draw(st.sampled_from(checklist.items))
    one, other = sorted((data.draw(values(item)), data.draw(values(item))), key=lambda value: worth(item, value))
    worse = score(checklist, marks | {item.key: Mark(item.key, one)}, RULES, repeats)
    better = score(checklist, marks | {item.key: Mark(item.key, other)}, RULES, repeats)
    assert better.total >= worse.total
    assert better.passed >= worse.passed
    assert "ABCD".index(better.grade or "D") <= "ABCD".index(worse.grade or "D")


@given(checks())
def test_what_has_no_mark_yet_is_told_and_never_passed(check: Check) -> None:
    checklist, marks, repeats = check
    first = checklist.items[0].key
    found = score(checklist, {key: mark for key, mark in marks.items() if key != first}, RULES, repeats)
    assert found.missing == (first,)
    assert not found.passed

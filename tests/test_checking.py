"""What a check is after what was tapped, typed and sent: pure, whatever the order."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.checks import reading as check_reading
from handlers.checks.marking import Found, Walk, lacking, marks, remark, settled, walked
from handlers.checks.reading import MAY_NOT_SKIP, NOT_A_NUMBER, NOT_ITEMS
from handlers.checks.steps import rules_of, scored, step
from handlers.flow import Misread, Prompt
from handlers.message import Incoming
from knowledge.checklist import Checklist, Item, Photos, Section, as_json
from knowledge.document import Reference
from knowledge.score import Rules, score

NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)
FLOOR = Item("floor", "地面无水渍", weight=2.0, may_skip=False, photos=Photos("fail", 1, 3))
KEYS = Item("keys", "钥匙与资料收好", weight=3.0, veto=True, photos=Photos("fail", 2, 3))
WALL = Item("wall", "标准照片已上墙", photos=Photos("always", 1, 2))
BOARD = Item("board", "5S看板有近期记录", standard=Reference("5S现场管理", ("看板",)))
WAIT = Item("wait", "接待等待", "number", high=60, unit="秒")
WARM = Item("warm", "室温", "number", low=18, high=26, unit="℃")
SMILE = Item("smile", "热情", "score", 2.0)
VIEW = Item("view", "前台全景", "photo", photos=Photos("always", 2, 4))
DOOR = Item("door", "门头", "photo", may_skip=False, photos=Photos("always", 1, 4))
WORDS = Item("words", "客户原话", "text")
PLACE = Section("place", "环境", (FLOOR, KEYS, WALL, BOARD), 3.0)
PEOPLE = Section("people", "人员", (WAIT, WARM, SMILE, VIEW, DOOR, WORDS), 1.0, 60.0)
ALL = Checklist("all", "什么都有", "1", "", (PLACE, PEOPLE))
PLAIN = Checklist("plain", "只看对错", "1", "", (Section("s", "整理", (FLOOR, KEYS, BOARD)),))
GOOD: list[dict[str, Any]] = [
    {"rest": []}, {"photos": "wall", "ids": [1], "text": ""}, {"next": "wall"}, {"mark": "wait", "value": 30.0},
    {"mark": "warm", "value": 20.0}, {"mark": "smile", "value": 5}, {"photos": "view", "ids": [2, 3], "text": ""},
    {"next": "view"}, {"photos": "door", "ids": [4], "text": ""}, {"next": "door"}, {"mark": "words", "value": "很好"},
]  # fmt: skip


def facts(checklist: Checklist = ALL, **times: int) -> dict[str, Any]:
    rules = asdict(Rules())
    return {"store": 1, "named": "浦东店", "list": as_json(checklist), "rules": rules, "times": times}


def said(text: str) -> Incoming:
    return Incoming("1", "test", "c1", "小林", NOON, text)


def read(item: Item, text: str, checklist: Checklist = ALL) -> dict[str, Any]:
    return check_reading.read(checklist, item, said(text))


def prompt(answers: Sequence[Any], checklist: Checklist = ALL, **times: int) -> Prompt:
    shown = step(facts(checklist, **times), list(answers))
    assert shown is not None
    return shown


def stands(checklist: Checklist, answers: Sequence[Any]) -> Walk:
    return walked(checklist, answers)


def ways(shown: Prompt) -> list[str]:
    return [choice.text for row in shown.choices for choice in row]


def test_items_come_one_by_one_and_then_the_summary() -> None:
    answers: list[dict[str, Any]] = []
    for n, item in enumerate(PLAIN.items, 1):
        assert f"{n}/3 {item.name}" in prompt(answers, PLAIN).reply.text
        answers.append({"mark": item.key, "value": True})
    assert "总分 **100**，**A** 级，通过" in prompt(answers, PLAIN).reply.text
    assert step(facts(PLAIN), [*answers, {"done": True}]) is None


def test_what_is_right_needs_one_answer_and_what_is_wrong_waits_for_words_and_photos() -> None:
    wrong = [{"mark": "floor", "value": False}]
    assert stands(PLAIN, wrong).at == "floor"
    shown = prompt(wrong, PLAIN)
    assert "地面无水渍：不合格" in shown.reply.text
    assert "发 1 张照片" in shown.reply.text
    assert ways(shown) == ["拍不了照"]
    worded = [*wrong, {"note": "floor", "text": "有水"}]
    assert "备注：有水\n还要 1 张照片" in prompt(worded, PLAIN).reply.text
    sent = [*worded, {"photos": "floor", "ids": [7], "text": "门口也有"}]
    assert ways(prompt(sent, PLAIN)) == ["下一项"]
    assert stands(PLAIN, sent).at == "floor"
    gone = stands(PLAIN, [*sent, {"next": "floor"}])
    assert gone.at == "keys"
    assert (gone.found["floor"].note, gone.found["floor"].photos) == ("有水；门口也有", (7,))


def test_where_no_photo_can_be_taken_it_is_said_why_and_the_note_says_so() -> None:
    failed = [{"mark": "floor", "value": True}, {"mark": "keys", "value": False}, {"note": "keys", "text": "没锁"}]
    wrong = [*failed, {"bare": "keys", "why": ""}]
    asked = prompt(wrong)
    assert "说一句为什么没有照片" in asked.reply.text
    assert ways(asked) == []
    assert asked.read
    why = asked.read(said("手机没电"))
    told = prompt([*wrong, why])
    assert "备注：没有照片：手机没电；没锁\n可以接着补充" in told.reply.text
    assert ways(told) == ["下一项"]
    few = [*wrong, why, {"photos": "keys", "ids": [1], "text": ""}, {"next": "keys"}]
    assert remark(KEYS, stands(ALL, few).found["keys"]) == "照片不全：手机没电；没锁"
    all_there = [*wrong, why, {"photos": "keys", "ids": [1, 2], "text": ""}]
    assert remark(KEYS, stands(ALL, all_there).found["keys"]) == "没锁"
    assert ways(prompt([*wrong, {"photos": "keys", "ids": [1], "text": ""}])) == ["拍不了照"]


@pytest.mark.parametrize(
    ("text", "why"),
    [("拍不了照", ""), ("没有照片：客户不让拍", "客户不让拍"), ("没法拍，相机坏了", "相机坏了"), ("无法拍照", "")],
)
def test_that_no_photo_can_be_taken_is_read_as_people_write_it(text: str, why: str) -> None:
    wrong = Found(False, marked=True)
    assert check_reading.read_finding(FLOOR, wrong, said(text)) == {"bare": "floor", "why": why}
    shown = replace(wrong, photos=(1,))
    assert check_reading.read_finding(FLOOR, shown, said(text))["note"] == "floor"  # the photos are there


def test_a_note_that_would_be_too_long_is_refused_and_not_cut() -> None:
    full = [{"mark": "floor", "value": False}, {"note": "floor", "text": "长" * 299}]
    asked = prompt(full, PLAIN)
    assert asked.read
    with pytest.raises(Misread, match="最多 300 个字，现在有 299 个，这句有 4 个"):
        asked.read(said("门口有水"))
    with pytest.raises(Misread, match="300 个字以内"):
        read(WORDS, "长" * 301)


def test_photos_may_come_before_the_mark_and_then_it_is_one_tap() -> None:
    before = [{"photos": "wall", "ids": [1], "text": "在这里"}, {"mark": "wall", "value": True}]
    assert settled(WALL, stands(ALL, before).found["wall"])
    after = [{"mark": "wall", "value": True}, {"photos": "wall", "ids": [1], "text": ""}]
    assert not settled(WALL, stands(ALL, after).found["wall"])  # a second photo may still be on its way
    assert settled(WALL, stands(ALL, [*after, {"next": "wall"}]).found["wall"])


def test_no_more_photos_are_kept_than_the_item_takes_and_none_twice() -> None:
    found = stands(ALL, [{"photos": "wall", "ids": [1, 1, 2, 3], "text": ""}]).found["wall"]
    assert found.photos == (1, 2)


def test_going_back_is_dropping_the_last_answer() -> None:
    answers = [{"mark": "floor", "value": True}, {"mark": "keys", "value": False}, {"note": "keys", "text": "没锁"}]
    seen = [prompt(answers[:n], PLAIN).reply.text for n in range(4)]
    assert len(set(seen)) == 4
    assert stands(PLAIN, answers[:1]).at == "keys"


def test_photos_and_words_stay_with_an_item_that_does_not_apply() -> None:
    sent = [{"photos": "keys", "ids": [5], "text": "没有柜子"}, {"skip": "keys"}]
    found = stands(PLAIN, sent).found["keys"]
    assert (found.skipped, found.photos, found.note) == (True, (5,), "没有柜子")
    assert settled(KEYS, found)


def test_all_at_once_leaves_what_needs_more_than_a_mark() -> None:
    walk = stands(ALL, [{"rest": []}])
    assert walk.at == "wall"  # it wants a photo
    assert not walk.found.get("smile", Found()).marked
    assert stands(PLAIN, [{"rest": []}]).at is None
    assert ways(prompt([])) == ["合格", "不合格", "全部合格", "全部合格，除了…"]
    assert "其余合格" in ways(prompt([{"mark": "floor", "value": True}]))


def test_exceptions_are_chosen_by_tapping_and_let_go_by_tapping_again() -> None:
    choosing = [{"choose": True}, {"except": "floor"}, {"except": "board"}, {"except": "floor"}]
    shown = prompt(choosing, PLAIN)
    assert ways(shown) == ["1 地面无水渍", "2 钥匙与资料收好", "✓ 3 5S看板有近期记录", "选好了，其余合格"]
    walk = stands(PLAIN, [*choosing, {"rest": ["board"]}])
    assert (walk.at, walk.choosing) == ("board", None)
    assert walk.found["floor"].value is True


def test_an_exception_named_later_overrides_the_mark_it_had() -> None:
    answers = [{"mark": "floor", "value": True}, {"mark": "smile", "value": 5}, {"rest": ["floor", "smile"]}]
    walk = stands(ALL, answers)
    assert walk.found["floor"].value is False
    assert not walk.found["smile"].marked
    assert walk.at == "floor"


def test_an_item_is_changed_from_the_summary_and_the_summary_comes_back() -> None:
    good: list[Any] = [{"rest": []}]
    assert "改哪一项" in prompt([*good, {"mend": True}], PLAIN).reply.text
    assert "总分" in prompt([*good, {"mend": True}, {"mend": False}], PLAIN).reply.text
    again = [*good, {"mend": True}, {"goto": "floor"}]
    assert ways(prompt(again, PLAIN)) == ["合格", "不合格"]
    wrong = [*again, {"mark": "floor", "value": False}, {"photos": "floor", "ids": [3], "text": ""}, {"next": "floor"}]
    shown = prompt(wrong, PLAIN).reply.text
    assert "不合格 1 项" in shown
    right = [*wrong, {"mend": True}, {"goto": "floor"}, {"mark": "floor", "value": True}]
    assert "总分 **100**" in prompt(right, PLAIN).reply.text
    typed = [*wrong, {"mend": True}, {"goto": "floor"}, {"rest": []}]
    assert "总分 **100**" in prompt(typed, PLAIN).reply.text


@pytest.mark.parametrize(
    ("text", "answer"),
    [("提交", {"done": True}), ("没问题。", {"done": True}), ("改2", {"goto": "keys"}), ("改第3项", {"goto": "board"}),
     ("改地面", {"goto": "floor"})],
)  # fmt: skip
def test_the_summary_is_answered_in_words_too(text: str, answer: dict[str, Any]) -> None:
    shown = prompt([{"rest": []}], PLAIN)
    assert shown.read is not None
    assert shown.read(said(text)) == answer


@pytest.mark.parametrize("text", ["改", "改9", "改1和2", "随便", "1"])
def test_the_summary_says_what_would_do(text: str) -> None:
    with pytest.raises(Misread, match="改4"):
        check_reading.read_summary(PLAIN, said(text))


def test_an_item_changed_from_the_summary_keeps_its_photos() -> None:
    mended = stands(ALL, [*GOOD, {"mend": True}, {"goto": "view"}])
    assert (mended.at, mended.found["view"].photos) == ("view", (2, 3))
    assert stands(ALL, [*GOOD, {"mend": True}, {"goto": "view"}, {"next": "view"}]).at is None


def test_a_photo_item_passes_by_its_photos_and_fails_in_words() -> None:
    start: list[Any] = GOOD[:8]
    assert ways(prompt(start[:6])) == ["不合格", "不适用"]
    assert "下一项" not in ways(prompt([*start[:6], {"photos": "view", "ids": [2], "text": ""}]))
    failed = [*start, {"mark": "door", "value": False}]
    shown = prompt(failed)
    assert "为什么没有照片" in shown.reply.text
    assert ways(shown) == []
    worded = [*failed, {"note": "door", "text": "在装修，被围挡挡住"}]
    assert ways(prompt(worded)) == ["下一项"]
    gone = stands(ALL, [*worded, {"next": "door"}])
    assert (gone.at, gone.found["door"].value) == ("words", False)


def test_numbers_scores_and_words_are_findings_by_their_own_measure() -> None:
    for value, wrong in ((60.0, False), (61.0, True)):
        assert settled(WAIT, stands(ALL, [{"mark": "wait", "value": value}]).found["wait"]) != wrong
    for points, wrong in ((3, False), (2, True)):
        assert settled(SMILE, stands(ALL, [{"mark": "smile", "value": points}]).found["smile"]) != wrong
    assert settled(WORDS, stands(ALL, [{"mark": "words", "value": "什么都好"}]).found["words"])


def test_the_summary_names_what_decided_and_what_repeats() -> None:
    answers = [
        {"rest": ["floor", "keys"]}, {"photos": "floor", "ids": [1], "text": "有水"}, {"next": "floor"},
        {"photos": "keys", "ids": [2, 3], "text": ""}, {"next": "keys"},
    ]  # fmt: skip
    shown = prompt(answers, PLAIN, floor=2).reply.text
    # board 1 of 2 + 3 + 1: 16.7; floor failed twice before: 2 x 2 points
    for part in ("总分 **12.7**，**D** 级，不通过", "1. 地面无水渍（第3次）：有水",
                 "2. 钥匙与资料收好（一票否决）",
                 "一票否决：钥匙与资料收好。12.7 分也判 D 级", "重复问题扣 4 分（原 16.7 分）",
                 "照片 3 张"):  # fmt: skip
        assert part in shown
    assert "以前有 2 次不合格；再不合格就是第3次。" in prompt([], PLAIN, floor=2).reply.text


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("全部合格", []), ("都合格", []), ("全部合格。", []), ("其余都合格", []),
        ("全部合格，除了3、5", ["wall", "wait"]), ("全部合格,除了3，5", ["wall", "wait"]),
        ("除了地面", ["floor"]), ("除了地面，其余合格", ["floor"]), ("除了地面和看板以外都合格", ["floor", "board"]),
        ("除了第1项和第3项，其他都合格", ["floor", "wall"]), ("3、5不合格，其余合格", ["wall", "wait"]),
        ("全部合格，除了钥匙与资料收好", ["keys"]), ("全部合格，除了5S看板", ["board"]),
        ("除三、四", ["wall", "board"]),
        ("全部合格，但1 2", ["floor", "keys"]), ("全部合格，除了第1项第2项", ["floor", "keys"]),
        ("全部合格，除了１０", ["words"]), ("除了3、3", ["wall"]),
    ],
)  # fmt: skip
def test_exceptions_are_read_as_people_write_them(text: str, keys: list[str]) -> None:
    assert read(FLOOR, text) == {"rest": keys}
    assert check_reading.read_exceptions(ALL, said(text)) == {"rest": keys}


@pytest.mark.parametrize(
    ("text", "keys"), [("3、5", ["wall", "wait"]), ("地面", ["floor"]), ("3 5 不合格", ["wall", "wait"]),
                       ("第3项", ["wall"]), ("地面和3", ["floor", "wall"])],
)  # fmt: skip
def test_while_choosing_bare_numbers_and_names_will_do(text: str, keys: list[str]) -> None:
    assert check_reading.read_exceptions(ALL, said(text)) == {"rest": keys}


@pytest.mark.parametrize(
    "text", ["除了11", "除了0", "全部合格，除了天花板", "除了3、天花板", "除了99999999999999999999"]
)
def test_an_exception_that_is_no_item_is_not_guessed(text: str) -> None:
    with pytest.raises(Misread, match=NOT_ITEMS):
        read(FLOOR, text)
    with pytest.raises(Misread, match=NOT_ITEMS):
        check_reading.read_exceptions(ALL, said(text))


@pytest.mark.parametrize(
    ("item", "text", "answer"),
    [
        (FLOOR, "合格", {"mark": "floor", "value": True, "text": ""}),
        (FLOOR, "合格。", {"mark": "floor", "value": True, "text": ""}),
        (FLOOR, "OK", {"mark": "floor", "value": True, "text": ""}),
        (FLOOR, "不合格", {"mark": "floor", "value": False, "text": ""}),
        (FLOOR, "不合格，门口有水", {"mark": "floor", "value": False, "text": "门口有水"}),
        (FLOOR, "备注 拖把没收", {"note": "floor", "text": "拖把没收"}),
        (FLOOR, "备注：*拖把*", {"note": "floor", "text": "＊拖把＊"}),
        (KEYS, "不适用", {"skip": "keys"}),
        (SMILE, "4", {"mark": "smile", "value": 4}),
        (SMILE, "４分", {"mark": "smile", "value": 4}),
        (WAIT, "45", {"mark": "wait", "value": 45.0}),
        (WAIT, "４５ 秒", {"mark": "wait", "value": 45.0}),
        (WARM, "21.5℃", {"mark": "warm", "value": 21.5}),
        (WARM, "-3度", {"mark": "warm", "value": -3.0}),
        (DOOR, "不合格 被挡住了", {"mark": "door", "value": False, "text": "被挡住了"}),
        (WORDS, "都合格，很好", {"mark": "words", "value": "都合格，很好"}),
        (WORDS, "注意到灯没开", {"mark": "words", "value": "注意到灯没开"}),
    ],
)
def test_what_is_typed_at_an_item_is_its_answer(item: Item, text: str, answer: dict[str, Any]) -> None:
    assert read(item, text) == answer


@pytest.mark.parametrize(
    ("item", "text", "why"),
    [
        (FLOOR, "不适用", MAY_NOT_SKIP),
        (FLOOR, "好像可以", "请点一个按钮"),
        (SMILE, "6", "请点一个按钮"),
        (SMILE, "4.5", "请点一个按钮"),
        (WAIT, "45 分钟", NOT_A_NUMBER.format(unit="秒")),
        (WAIT, "很久", NOT_A_NUMBER.format(unit="秒")),
        (WAIT, "9" * 400, NOT_A_NUMBER.format(unit="秒")),
        (DOOR, "合格", "请点一个按钮"),
        (WORDS, "", "请点一个按钮"),
    ],
)
def test_what_is_no_answer_says_so(item: Item, text: str, why: str) -> None:
    with pytest.raises(Misread, match=why):
        read(item, text)


def test_at_a_finding_words_are_its_note_and_a_few_words_mean_more() -> None:
    wrong, shown = Found(False, marked=True), Found(False, marked=True, photos=(1,))
    for text, answer in (
        ("门口有水", {"note": "floor", "text": "门口有水"}),
        ("合格", {"mark": "floor", "value": True}),
        ("下一项", {"next": "floor"}),
        ("其余合格", {"rest": [], "from": "floor"}),
    ):
        assert check_reading.read_finding(FLOOR, shown, said(text)) == answer
    for text in ("下一项", "其余合格"):
        with pytest.raises(Misread, match="还要 1 张照片"):
            check_reading.read_finding(FLOOR, wrong, said(text))
    with pytest.raises(Misread, match=MAY_NOT_SKIP):
        check_reading.read_finding(FLOOR, shown, said("不适用"))
    left = stands(PLAIN, [{"mark": "floor", "value": False}, {"photos": "floor", "ids": [1], "text": ""},
                          {"rest": [], "from": "floor"}])  # fmt: skip
    assert left.at is None


def test_a_photo_whose_words_are_a_mark_marks_too() -> None:
    sent = {"photos": "floor", "ids": [1], "text": "有水", "value": False}
    found = stands(PLAIN, [sent]).found["floor"]
    assert (found.value, found.note, found.photos) == (False, "有水", (1,))


@st.composite
def walks(draw: st.DrawFn) -> tuple[Checklist, list[Any]]:
    """A list of any kind, and a person who answers each prompt somehow: taps, types, sends, goes back."""
    checklist = draw(lists())
    answers: list[Any] = []
    for n in range(draw(st.integers(0, 60))):
        shown = step(facts(checklist), answers)
        assert shown is not None
        sent = _sent(stands(checklist, answers), n)
        answer = draw(st.sampled_from([*_taps(shown), *_typed(shown), *sent, None]))
        answers = answers[:-1] if answer is None else [*answers, answer]
    return checklist, answers


@st.composite
def lists(draw: st.DrawFn) -> Checklist:
    def item(n: int) -> Item:
        kind: Any = draw(st.sampled_from(["pass", "pass", "score", "number", "text", "photo"]))
        when: Any = "always" if kind == "photo" else draw(st.sampled_from(["never", "fail", "always"]))
        least = draw(st.integers(1, 2))
        photos = Photos(when, least, draw(st.integers(least, 3)))
        skip, veto = draw(st.booleans()), kind != "text" and draw(st.booleans())
        bounds: dict[str, Any] = {"high": 9.0} if kind == "number" else {}
        return Item(f"i{n}", f"第{n}样", kind, may_skip=skip, veto=veto, photos=photos, **bounds)

    items = [item(n) for n in range(draw(st.integers(1, 6)))]
    cut = draw(st.integers(1, len(items)))
    parts = [part for part in (items[:cut], items[cut:]) if part]
    return Checklist("any", "任意", "1", "", tuple(Section(f"s{n}", f"区{n}", tuple(p)) for n, p in enumerate(parts)))


def _taps(shown: Prompt) -> list[Any]:
    return [choice.value for row in shown.choices for choice in row if choice.value != {"done": True}]


def _typed(shown: Prompt) -> list[Any]:
    answers = []
    for text in (
        "拍不了照，相机坏了",
        "拍不了照",
        "合格",
        "不合格，坏了",
        "不适用",
        "3",
        "12",
        "1e9",
        "备注 看过",
        "其余合格",
        "除了1",
        "下一项",
        "随便说说",
    ):
        try:
            answers += [shown.read(said(text))] if shown.read else []
        except Misread:
            continue
    return answers


def _sent(walk: Walk, n: int) -> list[Any]:
    if walk.at is None or walk.mending or walk.choosing is not None:
        return []
    return [{"photos": walk.at, "ids": [n * 2, n * 2 + 1], "text": "照片"}]


@given(walks())
def test_whatever_people_do_no_mark_is_lost_and_the_summary_is_reached(walk: tuple[Checklist, list[Any]]) -> None:
    checklist, answers = walk
    for _ in range(400):
        now = stands(checklist, answers)
        if now.at is None and not now.mending and now.choosing is None:
            break
        answers = [*answers, _sensible(checklist, now, len(answers))]
    before = stands(checklist, walk[1])
    kept = {key: one for key, one in before.found.items() if one.marked}
    assert now.at is None
    for item in (one for one in checklist.items if one.key in kept and one.key not in (before.choosing or ())):
        one, then = kept[item.key], now.found[item.key]
        counted = item.kind == "photo" and one.value is not False  # its value is how many photos there are
        assert (then.value == one.value or counted) and then.skipped == one.skipped and one.note in then.note
    for key, one in now.found.items():
        assert set(before.found.get(key, Found()).photos) <= set(one.photos)
    assert set(marks(checklist, now)) == {item.key for item in checklist.items}
    assert all(lacking(item, now.found[item.key]) == 0 for item in checklist.items)
    came = scored(facts(checklist), checklist, now)
    assert came.missing == ()
    assert 0 <= came.total <= 100


def _sensible(checklist: Checklist, walk: Walk, n: int) -> dict[str, Any]:
    """What someone who wants to be done does next."""
    if walk.mending:
        return {"mend": False}
    if walk.choosing is not None:
        return {"rest": list(walk.choosing)}
    assert walk.at is not None
    item = checklist.item(walk.at)
    assert item is not None
    found = walk.found.get(item.key, Found())
    wants = item.kind == "photo" and not found.marked and len(found.photos) < item.photos.least
    if wants or lacking(item, found):
        return {"photos": item.key, "ids": [1000 + n, 2000 + n], "text": ""}
    if found.marked or item.kind == "photo":
        return {"next": item.key}
    return {"mark": item.key, "value": {"pass": True, "score": 4, "number": 5.0, "text": "好"}[item.kind]}


@given(st.permutations([*GOOD[3:6], GOOD[10]]), st.randoms())
def test_the_order_of_the_answers_does_not_matter_for_the_score(singles: list[Any], random: Any) -> None:
    groups = [[one] for one in singles] + [GOOD[1:3], GOOD[6:8], GOOD[8:10]]
    groups += [[{"mark": "floor", "value": True}], [{"skip": "board"}]]
    groups.append(
        [{"mark": "keys", "value": False}, {"photos": "keys", "ids": [8, 9], "text": "没锁"}, {"next": "keys"}]
    )
    groups[4].insert(0, {"mark": "wall", "value": True})
    random.shuffle(groups)
    came = scored(facts(keys=1), ALL, stands(ALL, [one for group in groups for one in group]))
    # 环境: 2 + 0 + 1 of 2 + 3 + 1 = 50; 人员: all of it; (3 * 50 + 100) / 4 = 62.5, less 2 for keys
    assert (came.total, came.before, came.grade, came.vetoes) == (60.5, 62.5, "D", ("keys",))


def test_the_rules_a_check_was_begun_with_are_its_own() -> None:
    kept = facts()
    kept["rules"] = {"bands": [["好", 50], ["差", 0]], "repeat_deduction": 1, "repeat_most": 2}
    assert rules_of(kept) == Rules((("好", 50), ("差", 0)), 1, 2)
    assert score(PLAIN, marks(PLAIN, stands(PLAIN, [{"rest": []}])), rules_of(kept)).grade == "好"

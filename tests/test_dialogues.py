"""The same talk in Telegram and in Feishu: asking, checking, causes, quiz; messages that come twice, a next process."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from learners import enrolled, seeded, tapped, typed
from phones import CHANNELS, Scene, Shown, far, scene

from knowledge.cause.stored import tree_from
from knowledge.quiz import Question
from records.actions import Actions, Which
from records.analyses import DONE, Analyses
from records.checks import Check, Checks
from records.learning.quizzes import Quizzes
from records.people import People

BOSS, HAND = 7001, 7002
ASKED = "普通洗车要在多少分钟内完成？"


@pytest.fixture(params=CHANNELS)
async def here(request: pytest.FixtureRequest, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    async with far(request.param) as fake, scene(request.param, fake, own_home, monkeypatch) as opened:
        yield opened


async def checked(here: Scene) -> Check:
    async with here.app.database.read() as connection:
        [check] = await Checks(connection).all()
    return check


async def test_a_question_its_source_and_praise(here: Scene) -> None:
    boss = await here.put_in(BOSS, "supervisor", here.here)
    answer = await boss.says(ASKED, "25分钟")
    assert "出处：《洗车》 v2.1" in answer.text
    await boss.taps("原文", "精洗须在70分钟内完成", on=answer)
    praised = await boss.taps("👍 有用", "已记下", on=answer)
    assert (praised.edited, praised.message, praised.rows) == (True, answer.message, [["原文"]])
    assert here.refused() == []


async def test_a_full_check_with_a_veto_two_failures_and_photos_at_once(here: Scene) -> None:
    boss = await here.put_in(BOSS, "supervisor", here.here)
    hand = await here.put_in(HAND, "staff", here.here)
    first = await boss.says("/check 5S", "1/8 台面只留必需品")
    assert first.rows == [["合格", "不合格"], ["全部合格", "全部合格，除了…"], ["看标准", "先放下"]]
    second = await boss.taps("合格", "2/8")
    assert (second.edited, second.message) == (True, first.message)
    await boss.taps("合格", "3/8 客户资料与钥匙收好（一票否决）")
    await boss.taps("不合格", "发 1 张照片")
    assert not (await boss.sends(1, 2, text="委托书摊在台面上", expected="已收照片 2 张")).edited
    await boss.taps("下一项", "4/8")
    await boss.sends(3, text="不合格，门口有水", expected="已收照片 1 张")
    await boss.taps("下一项", "5/8")
    await boss.taps("不适用", "6/8")
    shown = await boss.taps("其余合格", "总分")
    # as in test_check_talk: (100 + 40 + 0 + 100 + 100) / 5 = 68
    assert "总分 68，D 级，不通过" in shown.text
    assert "一票否决：客户资料与钥匙收好。68 分也判 D 级" in shown.text
    assert "照片 3 张" in shown.text
    submitted = await boss.taps("提交", "已提交")
    assert submitted.message == shown.message
    offer = await boss.sees("有 2 项要整改")
    await boss.taps("全部建 2 条", "已建 2 条整改", on=offer)
    told = await hand.sees("刚做完一次检核")
    await hand.taps("看照片（3）", "客户资料与钥匙收好、地面台面无垃圾残留", on=told)
    assert [one.files for one in hand.shown() if one.files]
    confirmed = await hand.taps("确认", "门店已确认", on=told)
    assert (confirmed.edited, confirmed.message) == (True, told.message)
    check = await checked(here)
    assert (check.total, check.grade, check.state) == (68, "D", "confirmed")
    assert [len(mark.photos) for _, mark in check.failed] == [2, 1]
    assert here.refused() == []


async def test_a_passing_check_takes_ten_messages_in_one_bubble_though_each_comes_twice(here: Scene) -> None:
    boss = await here.put_in(BOSS, "supervisor", here.here)
    first = await boss.says("/check 5S 浦东", "1/8", twice=True)
    for n in range(2, 9):
        await boss.taps("合格", f"{n}/8", twice=True)
    await boss.taps("合格", "总分 100，A 级，通过", twice=True)
    last = await boss.taps("提交", "已提交", twice=True)
    assert boss.said == 10
    assert last.message == first.message
    assert len({one.message for one in boss.shown()}) == 1
    assert (await checked(here)).total == 100


async def test_a_falling_nps_from_the_card_to_a_picture_and_an_action(here: Scene) -> None:
    boss = await here.put_in(BOSS, "supervisor", here.here)
    await boss.says("/why", "用什么办法找原因")
    await boss.taps("5Why：一层层问", "什么问题")
    await boss.says("9 月 NPS 从 52 降到 41", "在哪里")
    for expected in ("什么时候开始的", "差多少", "影响谁", "哪个指标"):
        await boss.taps("先跳过", expected)
    await boss.taps("NPS", "NPS现在是多少")
    assert "指标：NPS 41 分（目标 52 分）" in (await boss.says("41，目标 52", "问题卡记好了")).text
    await boss.says("交车时等太久\n没人解释账单", "记下 2 条")
    await boss.says("员工不上心", "也许是真的，但换一个人还可能再发生")
    asked = await boss.says("洗车排班没有按预约量排", "第 3 层")
    hinted = await boss.taps("给点提示", "可以先查查这些")
    assert (hinted.edited, hinted.message) == (True, asked.message)
    await boss.taps("问到底了", "能着手改吗")
    await boss.taps("能改", "能解释手上的事实吗")
    await boss.taps("能解释", "有什么证据")
    await boss.sends(1, 2, text="排班表，周六 2 人", expected="排班表，周六 2 人，照片 2 张")
    await boss.taps("已证实", "接着问哪一处")
    await boss.taps("没问完：没人解释账单", "第 1 层")
    await boss.taps("删掉", "已删掉")
    await boss.taps("做完了", "还差这些")
    await boss.taps("读“因此”", "因为交车时等太久，因此9 月 NPS 从 52 降到 41")
    await boss.taps("读得通", "因为员工不上心")
    await boss.taps("读得通", "因为洗车排班没有按预约量排")
    await boss.taps("读得通", "还差这些")
    offer = await boss.taps("就这样结束", "有 1 项要整改")
    done = await boss.sees("记为第 1 版")
    assert [one.files for one in boss.shown() if one.files]
    assert done.rows
    await boss.taps("全部建 1 条", "已建 1 条整改", on=offer)
    async with here.app.database.read() as connection:
        one = await Analyses(connection).get(1)
        [made] = await Actions(connection).all(Which())
    assert one is not None
    assert one.state == DONE
    [root] = [cause for cause in tree_from(one.content).causes if cause.end]
    assert (root.text, root.state, len(root.evidence[0].photos)) == ("洗车排班没有按预约量排", "verified", 2)
    assert (made.title, made.source, len(made.before)) == (root.text, "cause", 2)
    assert here.refused() == []


async def posed(here: Scene, shown: Shown) -> tuple[Question, str]:
    """The question on the screen, and how what answers it begins."""
    action = next(one for one in here.actions(shown) if one.count(":") == 3).rpartition(":")[0]
    _, number, place = action.split(":")
    async with here.app.database.read() as connection:
        found = await Quizzes(connection).round(int(number))
    assert found is not None
    return found.posed[int(place)].question, action


async def test_five_questions_of_the_day_answered_and_explained(here: Scene) -> None:
    learner = await here.put_in(BOSS, "trainee", here.here)
    seeded(here.app)
    async with here.app.database.read() as connection:
        known = await People(connection).who(here.channel, learner.user)
    assert known is not None
    await enrolled(here.app, known.id, date(2026, 1, 5))
    shown = await learner.says("/quiz", "第 1/5 题")
    for place in range(1, 6):
        expected = f"第 {place + 1}/5 题" if place < 5 else "今天的 5 题做完了，答对 5 题"
        question, action = await posed(here, shown)
        if question.kind in ("number", "fill"):
            shown = await learner.says(typed(question, True), expected)
        else:
            shown = await learner.picks(f"{action}:{tapped(question, True)}", expected)
    assert here.refused() == []


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_check_goes_on_in_the_next_process_where_it_was_left(
    channel: str, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with far(channel) as fake:
        async with scene(channel, fake, own_home, monkeypatch) as before:
            boss = await before.put_in(BOSS, "supervisor", before.here)
            await boss.says("/check 5S", "1/8")
            await boss.taps("合格", "2/8")
        async with scene(channel, fake, own_home, monkeypatch) as after:
            again = after.phone(BOSS)
            shown = await again.taps("合格", "3/8")
            assert shown.edited
            await again.taps("其余合格", "总分 100，A 级，通过")
            assert after.refused() == []

"""The same talk in Telegram, in Feishu and on the page: asking, checking, causes; what comes twice, a crash."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from chromium import Chromium
from phones import CHANNELS, Phone, Scene, far, scene

from handlers.flow import PUT_DOWN, RESUMED
from knowledge.cause.stored import fishbone_from, tree_from
from records.action import Action
from records.actions import Actions, Which
from records.analyses import DONE, FISH, WHY, Analyses, Analysis, Sought, Version
from records.checks import Check, Checks

pytestmark = pytest.mark.asyncio(loop_scope="session")

BOSS, HAND, CHIEF = 7001, 7002, 7003
ASKED = "普通洗车要在多少分钟内完成？"


@pytest_asyncio.fixture(params=CHANNELS, loop_scope="session")
async def here(
    request: pytest.FixtureRequest, own_home: Path, monkeypatch: pytest.MonkeyPatch, chromium: Chromium
) -> AsyncIterator[Scene]:
    async with far(request.param, chromium) as end, scene(request.param, end, own_home, monkeypatch) as opened:
        yield opened
        assert opened.refused() == []


async def checked(here: Scene) -> Check:
    async with here.app.database.read() as connection:
        [check] = await Checks(connection).all()
    return check


async def analysed(here: Scene, kind: str) -> tuple[Analysis, list[Version]]:
    """The only analysis of a kind, and what was finished of it."""
    async with here.app.database.read() as connection:
        analyses = Analyses(connection)
        [one] = await analyses.all(Sought(kinds=(kind,)))
        return one, await analyses.versions(one.id)


async def actions(here: Scene) -> list[Action]:
    async with here.app.database.read() as connection:
        return await Actions(connection).all(Which())


async def drawn(phone: Phone, expected: str) -> list[str]:
    """The buttons under a picture that has been shown."""
    one = await phone.sees(expected)
    assert [shown for shown in await phone.shown() if shown.files]
    return [text for row in one.rows for text in row]


async def test_a_question_its_source_and_praise(here: Scene) -> None:
    boss = await here.put_in(BOSS, "supervisor", here.here)
    answer = await boss.says(ASKED, "25分钟", twice=True)
    assert here.source.format(document="洗车", section="洗车时限", version="2.1") in answer.text
    await boss.taps("原文", "精洗须在70分钟内完成", on=answer)
    praised = await boss.taps("👍 有用", "已记下", on=answer)
    assert (praised.edited, praised.message, praised.rows) == (True, answer.message, [["原文"]])
    assert len({one.message for one in await boss.shown()}) == 2


# Checks


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
    await boss.taps("改一项", "改哪一项")
    await boss.taps("不改了", "总分 68")
    submitted = await boss.taps("提交", "已提交", twice=True)
    assert submitted.message == shown.message
    offer = await boss.sees("有 2 项要整改")
    await boss.taps("全部建 2 条", "已建 2 条整改", on=offer, twice=True)
    assert len(await actions(here)) == 2
    told = await hand.sees("刚做完一次检核")
    await hand.taps("看照片（3）", "客户资料与钥匙收好、地面台面无垃圾残留", on=told)
    assert [one.files for one in await hand.shown() if one.files]
    confirmed = await hand.taps("确认", f"门店已确认（{hand.name}）", on=told)
    assert (confirmed.edited, confirmed.message) == (True, told.message)
    check = await checked(here)
    assert (check.total, check.grade, check.state) == (68, "D", "confirmed")
    assert [len(mark.photos) for _, mark in check.failed] == [2, 1]


async def test_a_passing_check_takes_ten_messages_in_one_bubble_though_each_comes_twice(here: Scene) -> None:
    boss = await here.put_in(BOSS, "supervisor", here.here)
    first = await boss.says("/check 5S 浦东", "1/8", twice=True)
    for n in range(2, 9):
        await boss.taps("合格", f"{n}/8", twice=True)
    await boss.taps("合格", "总分 100，A 级，通过", twice=True)
    last = await boss.taps("提交", "已提交", twice=True)
    assert boss.said == 10
    assert last.message == first.message
    assert len({one.message for one in await boss.shown()}) == 1
    assert (await checked(here)).total == 100


async def test_all_but_some_is_chosen_with_the_thumb(here: Scene) -> None:
    boss = await here.put_in(BOSS, "supervisor", here.here)
    await boss.says("/check", "用哪份清单")
    await boss.taps("5S 前台（8 项）", "1/8 台面只留必需品")
    await boss.taps("全部合格，除了…", "哪几项不合格")
    await boss.taps("8 员工说得出自己的5S责任", "已选 1 项：员工说得出自己的5S责任")
    await boss.taps("选好了，其余合格", "说一句哪里不对")
    await boss.says("问了两位，都说不出", "下一项")
    await boss.taps("下一项", "总分 80")
    await boss.comes_back()
    await boss.taps("提交", "已提交")
    await boss.sees("有 1 项要整改")


# Causes


async def test_a_falling_nps_from_the_card_to_a_picture_an_action_and_an_edit(here: Scene) -> None:
    boss = await here.put_in(BOSS, "supervisor", here.here)
    await boss.says("/why", "用什么办法找原因")
    await boss.taps("5Why：一层层问", "什么问题")
    await boss.says("8 月 NPS 掉了", "在哪里")
    await boss.says("取消", PUT_DOWN)
    await boss.taps("删掉", "确定删掉“问题卡”吗")
    await boss.taps("确定删掉", "已删掉")
    await boss.says("/why", "用什么办法找原因")
    await boss.taps("5Why：一层层问", "什么问题")
    await boss.says("9 月 NPS 从 52 降到 41", "在哪里")
    await boss.says("保养客户", "什么时候开始的")
    await boss.taps("上一步", "在哪里")
    for expected in ("什么时候开始的", "差多少", "影响谁", "哪个指标"):
        await boss.taps("先跳过", expected)
    await boss.taps("NPS", "NPS 现在是多少")
    assert "指标：NPS 41 分（目标 52 分）" in (await boss.says("41，目标 52", "问题卡记好了")).text
    await boss.says("交车时等太久\n没人解释账单", "记下 2 条", twice=True)
    await boss.says("员工不上心", "也许是真的，但换一个人还可能再发生")
    await boss.says(ASKED, RESUMED)
    asked = await boss.says("洗车排班没有按预约量排", "第 3 层")
    hinted = await boss.taps("给点提示", "可以先查查这些")
    assert (hinted.edited, hinted.message) == (True, asked.message)
    await boss.taps("问到底了", "能着手改吗")
    await boss.taps("能改", "能解释手上的事实吗")
    await boss.taps("能解释", "有什么证据", twice=True)
    await boss.sends(1, 2, text="排班表，周六 2 人", expected="排班表，周六 2 人，照片 2 张")
    await boss.taps("已证实", "接着问哪一处")
    await boss.taps("没问完：没人解释账单", "第 1 层")
    await boss.taps("删掉", "已删掉")
    await boss.taps("做完了", "还差这些")
    await boss.taps("读“因此”", "因为交车时等太久，因此9 月 NPS 从 52 降到 41")
    await boss.taps("读得通", "因为员工不上心")
    await boss.taps("读得通", "因为洗车排班没有按预约量排")
    await boss.taps("读得通", "还差这些")
    await boss.taps("就这样结束", "有 1 项要整改", twice=True)
    offer = await boss.sees("有 1 项要整改")
    assert (await drawn(boss, "记为第 1 版"))[:2] == ["PDF 报告", "Word 报告"]
    await boss.taps("全部建 1 条", "已建 1 条整改", on=offer)
    await boss.taps("2 周后", "我来问您", on=await boss.sees("哪天回头看"))
    one, [version] = await analysed(here, WHY)
    assert one.state == DONE
    [root] = [cause for cause in tree_from(version.content).causes if cause.end]
    assert (root.text, root.state, len(root.evidence[0].photos)) == ("洗车排班没有按预约量排", "verified", 2)
    [made] = await actions(here)
    assert (made.title, made.source, made.source_id, len(made.before)) == (root.text, "cause", one.id, 2)
    await boss.says("/causes", "9 月 NPS")
    await boss.taps("1. 9 月 NPS 从 52 降到 41", "已完成")
    await boss.taps("再打开", "为何发生")
    await boss.taps("换一处", "接着问哪一处")
    await boss.taps("交车时等太久", "第 1 层")
    await boss.taps("改说法", "改成什么")
    await boss.says("交车前等太久", "第 1 层")
    await boss.taps("做完了", "还差这些")
    await boss.taps("就这样结束", "记为第 2 版")
    _, versions = await analysed(here, WHY)
    assert ["交车前等太久" in str(each.content) for each in versions] == [True, False]


async def test_a_rising_rate_of_repairs_to_its_root_a_picture_and_an_action(here: Scene) -> None:
    boss = await here.put_in(BOSS, "supervisor", here.here)
    await boss.says("/why 返修率从 3% 升到 6.2%", "用什么办法找原因")
    await boss.taps("5Why：一层层问", "在哪里")
    for expected in ("什么时候", "差多少", "影响谁", "哪个指标"):
        await boss.taps("先跳过", expected)
    await boss.taps("返修率", "返修率 现在是多少")
    assert "指标：返修率 6.2%（目标 3%）" in (await boss.says("6.2 3", "问题卡记好了")).text
    await boss.says("没有路试就交车\n诊断仪没有升级", "记下 2 条")
    await boss.says("没有办法", "先记着")
    await boss.says("路试没有写进派工单", "第 3 层")
    await boss.taps("给点提示", "可以先查查这些")
    await boss.taps("问到底了", "能着手改吗")
    await boss.taps("能改", "能解释手上的事实吗")
    await boss.taps("能解释", "有什么证据")
    await boss.sends(1, text="派工单没有这一栏", expected="照片 1 张")
    await boss.taps("已证实", "接着问哪一处")
    await boss.comes_back()
    await boss.taps("没问完：诊断仪没有升级", "第 1 层")
    await boss.taps("证据", "有什么证据")
    await boss.says("8 月 2 日刚升级", "的证据 1 份")
    await boss.taps("排除", "接着问哪一处")
    await boss.taps("为何没发现（还没问）", "当时为何没发现")
    await boss.says("质检只看单据", "第 1 层")
    await boss.taps("做完了", "还差这些")
    offer = await boss.taps("就这样结束", "有 1 项要整改")
    await drawn(boss, "记为第 1 版")
    await boss.taps("全部建 1 条", "已建 1 条整改", on=offer)
    one, _ = await analysed(here, WHY)
    assert one.state == DONE
    causes = {cause.text: (cause.line, cause.end, cause.state) for cause in tree_from(one.content).causes}
    assert causes == {
        "没有路试就交车": ("happened", "", "open"),
        "诊断仪没有升级": ("happened", "", "refuted"),
        "没有办法": ("happened", "", "open"),
        "路试没有写进派工单": ("happened", "root", "verified"),
        "质检只看单据": ("escaped", "", "open"),
    }
    assert [made.title for made in await actions(here)] == ["路试没有写进派工单"]


async def test_two_phones_fill_one_fishbone_and_vote(here: Scene) -> None:
    boss = await here.put_in(BOSS, "supervisor", here.here)
    hand = await here.put_in(HAND, "staff", here.here)
    await boss.says("/why 返修率从 3% 升到 6.2%", "用什么办法")
    await boss.taps("鱼骨图：一起列全", "在哪里")
    for asked in ("什么时候", "差多少", "影响谁", "指标"):
        await boss.taps("先跳过", asked)
    await boss.taps("没有指标", "用哪几根骨")
    await boss.taps("人机料法环测", "哪个环节")
    assert (await boss.taps("车间", "点一根骨写原因")).edited
    invites = await boss.taps("邀请同事", "请谁也来")
    [invite] = [text for row in invites.rows for text in row if "邀请" in text]
    await boss.taps(invite, "已邀请", twice=True)
    await boss.taps("全部骨", "点一根骨写原因")
    await hand.taps("参加", "欢迎参加", on=await hand.sees("请您一起找原因"))
    await hand.says("人：夜班没有质检员\n- 排班没算质检", "记下 2 条", twice=True)
    assert (await boss.taps("法", "完工后有没有路试和复检的要求")).edited
    await boss.says("完工后没有路试", "记下了")
    await boss.taps("全部骨", "夜班没有质检员")
    await boss.taps("投票", "每人 3 票")
    await boss.taps("投：夜班没有质检员", "您还有 2 票", twice=True)
    await boss.taps("请大家投票", "已请还没投票的 1 人来投")
    await hand.taps("去投票", "每人 3 票", on=await hand.sees("请您投票"))
    await hand.taps("投：夜班没有质检员", "夜班没有质检员（人，2 票）")
    await boss.taps("全部骨", "点一根骨写原因")
    await boss.taps("做完了", "第 1 版")
    await drawn(boss, "第 1 版")
    await hand.sees("的鱼骨图做完了")
    one, _ = await analysed(here, FISH)
    fish = fishbone_from(one.content)
    assert one.state == DONE
    assert {(twig.bone, twig.text) for twig in fish.twigs} == {
        ("人", "夜班没有质检员"), ("人", "排班没算质检"), ("法", "完工后没有路试"),
    }  # fmt: skip
    assert dict(fish.tally) == {1: 2}


# A crash


@pytest.mark.parametrize("channel", CHANNELS)
async def test_after_a_crash_everyone_goes_on_where_they_were(
    channel: str, own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chromium: Chromium
) -> None:
    async with far(channel, chromium) as end:
        async with scene(channel, end, own_home, monkeypatch) as before:
            boss = await before.put_in(BOSS, "supervisor", before.here)
            chief = await before.put_in(CHIEF, "supervisor", before.here)
            await boss.says("/check 5S", "1/8")
            await boss.taps("合格", "2/8")
            await chief.says("/why 交车晚", "用什么办法")
            await chief.taps("5Why：一层层问", "在哪里")
            await chief.says("前台", "什么时候")
            on_disk = shutil.copytree(own_home, tmp_path / "crashed", ignore=shutil.ignore_patterns("*-shm"))
        async with scene(channel, end, on_disk, monkeypatch) as after:
            again, other = after.phone(BOSS), after.phone(CHIEF)
            assert (await again.taps("合格", "3/8")).edited
            await again.taps("其余合格", "总分 100，A 级，通过")
            for expected in ("差多少", "影响谁", "指标"):
                await other.taps("先跳过", expected)
            shown = await other.taps("没有指标", "问题卡记好了")
            assert "在哪里：前台" in shown.text
            await other.says("洗车排队", "第 1 层")
            assert after.refused() == []

"""/check in talk: a store, a list, the items with one tap each or all at once, a summary, 整改."""

import asyncio
from pathlib import Path

import pytest
from checks import Visit, Visitor, failing, visiting
from conftest import loaded
from talking import NOON, store

from bot.app import App, opened
from handlers import flow
from handlers.checks import pick as check_pick
from handlers.checks import start as check
from handlers.checks.finished import NOT_HERE
from handlers.checks.start import GONE_STORE, KEPT_BACK, NO_STORE
from handlers.flow import OVER, RESUMED
from handlers.roles import NOT_YOURS
from records.actions import Actions, Which
from records.people import People
from records.stores import Stores

ASKED = "普通洗车要在多少分钟内完成？"
FIRST = "1/8 台面只留必需品"


@pytest.fixture
async def visit(app: App) -> Visit:
    return await visiting(app)


# Where and by which list


async def test_a_store_and_a_list_are_tapped_and_the_first_item_comes(visit: Visit) -> None:
    boss = visit.boss
    assert "检核哪家门店" in await boss.say("/check")
    assert boss.ways == ["浦东店（SH-01）", "虹桥店（SH-02）", "取消"]
    assert boss.replies[0].asks_place
    assert "浦东店，用哪份清单" in await boss.press("浦东店")
    assert boss.ways[0] == "5S 前台（8 项）"
    assert FIRST in await boss.press("5S")
    assert boss.ways == ["合格", "不合格", "全部合格", "全部合格，除了…", "看标准", "先放下"]


async def test_a_command_is_known_without_its_s_and_in_chinese(visit: Visit) -> None:
    assert "门店共 2 家" in await visit.boss.say("/store")
    assert "检核哪家门店" in await visit.boss.say("/检核")


async def test_what_was_checked_last_is_first_with_store_and_list_in_one_tap(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("检核")
    await boss.press("虹桥店")
    await boss.press("5S")
    await boss.taps("全部合格", "提交")
    await boss.say("/check")
    assert boss.ways == ["5S 前台 · 虹桥店", "虹桥店（SH-02）", "浦东店（SH-01）", "取消"]
    assert FIRST in await boss.tap("5S 前台 · 虹桥店")


async def test_the_lists_used_there_before_come_first(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("/check 浦东")
    assert boss.ways[0] == "5S 前台（8 项）"
    await failing(visit, boss, 1)
    await boss.say("/check 车间 浦东")
    await boss.tap("全部合格")
    assert "发一个数字，单位 台。合格是 5 到 5。" in boss.replies[0].text
    await boss.say("5")
    await boss.photo(2)
    await boss.taps("下一项", "提交")
    await boss.say("/check 浦东")
    assert boss.ways[:2] == ["车间（13 项）", "5S 前台（8 项）"]
    await boss.say("/check 虹桥")
    assert boss.ways[0] == "5S 前台（8 项）"


async def test_a_shared_place_puts_the_nearest_store_first_and_says_how_far(visit: Visit) -> None:
    async with visit.app.database.write() as connection:
        stores = Stores(connection)
        await stores.save("SH-01", "浦东店", "华东", (31.2400, 121.5000))
        await stores.save("SH-02", "虹桥店", "华东", (31.2000, 121.3300))
    await visit.boss.be("supervisor", await store(visit.app, "SH-03", "没有位置的店"))
    await visit.boss.say("/check")
    assert "离您最近的" in await visit.boss.share(31.2001, 121.3302)
    assert visit.boss.ways[:3] == ["虹桥店（SH-02） · 22 米", "浦东店（SH-01） · 16.7 公里", "没有位置的店（SH-03）"]


async def test_a_store_is_found_by_a_part_of_its_name_or_its_code(visit: Visit) -> None:
    boss = visit.boss
    await boss.be("supervisor", await store(visit.app, "SH-07", "浦东二店"))
    await boss.say("/check")
    assert "“浦东”有 2 家" in await boss.say("浦东")
    assert boss.ways[:2] == ["浦东店（SH-01）", "浦东二店（SH-07）"]
    assert "浦东二店，用哪份" in await boss.say("sh-07")
    await boss.say("/check")
    assert "没有找到“望京”" in await boss.say("望京")
    assert "浦东店，用哪份" in await boss.say("浦东店")
    assert FIRST in await boss.say("5s")


async def test_the_only_store_is_not_asked_for(visit: Visit) -> None:
    await visit.take_away(visit.boss, visit.there)
    assert "浦东店，用哪份清单" in await visit.boss.say("/check")
    assert FIRST in await visit.boss.say("/check 5S")


@pytest.mark.parametrize("said", ["/check 5S 浦东", "/check 浦东 5s", "/check 5S-front SH-01", "/check 5S 前台 浦东店"])
async def test_store_and_list_are_typed_after_the_command(visit: Visit, said: str) -> None:
    assert FIRST in await visit.boss.say(said)


async def test_of_several_stores_that_a_word_means_one_is_tapped(visit: Visit) -> None:
    await visit.boss.be("supervisor", await store(visit.app, "SH-07", "浦东二店"))
    assert "“浦东”有 2 家" in await visit.boss.say("/check 5S 浦东")
    assert FIRST in await visit.boss.press("浦东二店")


async def test_of_many_stores_eight_are_shown_and_the_others_are_a_tap_away(visit: Visit) -> None:
    for number in range(3, 13):
        one = await store(visit.app, f"SH-{number:02}", f"第{number}店")
        async with visit.app.database.write() as connection:
            await People(connection).assign((await visit.boss.who()).id, one.id)
    await visit.boss.say("/check")
    assert visit.boss.ways[7:] == ["第8店（SH-08）", "更多门店（还有 4 家）", "取消"]
    await visit.boss.press("更多门店")
    assert visit.boss.ways == [
        "第9店（SH-09）",
        "第10店（SH-10）",
        "第11店（SH-11）",
        "第12店（SH-12）",
        "上一步",
        "取消",
    ]
    assert "第12店，用哪份清单" in await visit.boss.press("第12店")
    await visit.boss.say("/check")
    await visit.boss.say("第")
    await visit.boss.press("更多门店")
    assert visit.boss.ways[:2] == ["第11店（SH-11）", "第12店（SH-12）"]


async def test_the_code_at_the_stores_door_leads_to_its_check(visit: Visit) -> None:
    assert "浦东店" in await visit.boss.say("/start store_SH-01")
    assert "浦东店，用哪份清单" in await visit.boss.tap("检核")
    await visit.hand.say("/start store_SH-01")
    assert "检核" not in visit.hand.ways
    assert "没有这家门店" in await visit.other.say("/start store_SH-01")
    assert "浦东" not in await visit.other.act(f"check:store:{visit.here.id}")


async def test_who_has_no_store_or_is_not_to_check_is_told(visit: Visit) -> None:
    nobody = Visitor(visit.app, "c9", person="新督导")
    await nobody.be("supervisor")
    assert await nobody.say("/check") == NO_STORE
    assert await visit.hand.say("/check") == NOT_YOURS


# How many messages it takes


async def test_a_passing_check_of_eight_items_takes_ten_messages_one_by_one(visit: Visit) -> None:
    await visit.boss.say("/check 5S 浦东")
    for _ in range(8):
        await visit.boss.tap("合格")
    assert "总分 **100**，**A** 级，通过" in "".join(one.text for one in visit.boss.replies)
    assert "已提交" in await visit.boss.tap("提交")
    assert visit.boss.said == 10
    assert (await visit.one()).total == 100


async def test_all_at_once_it_takes_three(visit: Visit) -> None:
    await visit.boss.say("/check 5S 浦东")
    await visit.boss.taps("全部合格", "提交")
    assert visit.boss.said == 3
    check_ = await visit.one()
    assert (check_.total, check_.grade, check_.passed, check_.failed) == (100, "A", True, ())


async def test_with_taps_alone_it_is_five_and_where_it_was_checked_last_four(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("/check")
    await boss.press("浦东店")
    await boss.press("5S")
    await boss.taps("全部合格", "提交")
    assert boss.said == 5
    await boss.say("/check")
    await boss.taps("5S 前台 · 浦东店", "全部合格", "提交")
    assert boss.said == 5 + 4


# A whole check


async def test_a_check_with_a_veto_two_failures_and_three_photos_comes_to_what_was_worked_out_by_hand(
    visit: Visit,
) -> None:
    boss = visit.boss
    await boss.say("/check 5S 浦东")
    assert "2/8" in await boss.tap("合格")
    assert "备注：标签旧了" in await boss.say("备注 标签旧了")
    assert "3/8 客户资料与钥匙收好**（一票否决）" in await boss.tap("合格")
    assert "发 1 张照片，也可以说一句哪里不对" in await boss.tap("不合格")
    assert "下一项" not in boss.ways
    assert "还要 1 张照片" in await boss.say("委托书摊在台面上")
    assert "已收照片 2 张" in await boss.photo(1, 2)
    assert "4/8" in await boss.tap("下一项")
    assert "备注：门口有水\n已收照片 1 张" in await boss.photo(3, text="不合格，门口有水")
    assert "5/8" in await boss.tap("下一项")
    assert "6/8" in await boss.tap("不适用")
    shown = await boss.tap("其余合格")
    # weights: 整理 2 | 整顿 2 + 3 (fails): 2/5 = 40 | 清扫 2 (fails), 2 N/A: 0/2 = 0 | 清洁 1 + 1 | 素养 1
    # sections weigh the same: (100 + 40 + 0 + 100 + 100) / 5 = 68; the veto makes D of it, which 68 would be too
    for part in (
        "总分 **68**，**D** 级，不通过", "- 整理：100\n- 整顿：40\n- 清扫：0\n- 清洁：100\n- 素养：100",
        "**不合格 2 项**\n1. 客户资料与钥匙收好（一票否决）：委托书摊在台面上\n2. 地面台面无垃圾残留：门口有水",
        "一票否决：客户资料与钥匙收好。68 分也判 D 级", "不适用：客休区干净可用", "照片 3 张",
    ):  # fmt: skip
        assert part in shown
    await boss.tap("改一项")
    await boss.press("客休区")
    shown = await boss.tap("合格")
    # 清扫 is now 2 of 4 = 50: (100 + 40 + 50 + 100 + 100) / 5 = 78, which would be C
    assert "总分 **78**，**D** 级，不通过" in shown
    assert "78 分也判 D 级" in shown
    submitted = await boss.tap("提交")
    assert "已提交" in submitted
    assert "浦东店有 2 项要整改" in submitted
    check_ = await visit.one()
    assert (check_.total, check_.grade, check_.passed, check_.score.vetoes) == (78, "D", False, ("customer-papers",))
    assert [(mark.item, mark.note, len(mark.photos)) for _, mark in check_.failed] == [
        ("customer-papers", "委托书摊在台面上", 2), ("floor-clean", "门口有水", 1),
    ]  # fmt: skip
    assert check_.marks[1].note == "标签旧了"
    await boss.press("全部建 2 条")
    async with visit.app.database.read() as connection:
        made = await Actions(connection).all(Which(source=("check", check_.id)))
    assert {(one.title, one.severity, len(one.before)) for one in made} == {
        ("客户资料与钥匙收好：委托书摊在台面上", 3, 2), ("地面台面无垃圾残留：门口有水", 1, 1),
    }  # fmt: skip


async def test_what_fails_visit_after_visit_is_counted_and_costs_more(visit: Visit) -> None:
    # 清扫 2 of 4 = 50: (100 + 100 + 50 + 100 + 100) / 5 = 90; then 2 points off for each earlier time
    first = await failing(visit, visit.boss, 1)
    assert "总分 **90**，**A** 级" in first
    assert "第" not in first.partition("不合格 1 项")[2].partition("等门店")[0]
    second = await failing(visit, visit.boss, 2)
    assert "总分 **88**，**B** 级" in second
    assert "地面台面无垃圾残留（第2次）" in second
    assert "重复问题扣 2 分（原 90 分）" in second
    third = await failing(visit, visit.boss, 3)
    assert "总分 **86**，**B** 级" in third
    assert "地面台面无垃圾残留（第3次）" in third
    assert "重复问题扣 4 分（原 90 分）" in third
    await visit.boss.say("/check 5S 浦东")
    assert "以前有 3 次不合格；再不合格就是第4次。" in await visit.boss.taps(*["合格"] * 3)
    await visit.boss.say("/check 5S 虹桥")
    assert "以前" not in await visit.boss.taps(*["合格"] * 3)
    visit.clock.on(days=365)
    await visit.boss.say("/check 5S 浦东")
    assert "以前" not in await visit.boss.tap("重新开始") + await visit.boss.taps(*["合格"] * 3)


async def test_a_photo_that_was_sent_before_is_pointed_out_at_once_and_counts(visit: Visit) -> None:
    await failing(visit, visit.boss, 1)
    await visit.boss.say("/check 5S 浦东")
    await visit.boss.say("除了4")
    shown = await visit.boss.photo(1)
    assert "是同一张。请重新拍一张" in shown
    assert "已收照片 1 张" in shown


async def test_what_is_no_photo_is_refused_and_too_many_are_said(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("/check 5S 浦东")
    await boss.say("除了4")
    said = await boss.file("a.jpg", b"not a picture", kind="photo")
    assert "发 1 张照片" in said
    assert len(boss.replies) == 2
    assert "多出的 1 张没有记进来" in await boss.photo(1, 2, 3, 4)
    await boss.taps("下一项", "提交")
    assert len((await visit.one()).failed[0][1].photos) == 3


async def test_without_a_camera_the_check_goes_on_and_its_card_says_why_there_is_no_photo(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("/check 5S 浦东")
    await boss.say("除了4")
    assert "说一句为什么没有照片" in await boss.tap("拍不了照")
    assert "备注：没有照片：手机摔坏了" in await boss.say("手机摔坏了")
    await boss.tap("下一项")
    assert "地面台面无垃圾残留：没有照片：手机摔坏了" in await boss.tap("提交")
    assert (await visit.one()).failed[0][1].note == "没有照片：手机摔坏了"


async def test_what_does_not_go_into_a_note_any_more_is_said_and_its_photo_kept(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("/check 5S 浦东")
    await boss.say("除了4")
    await boss.say("长" * 300)
    said = await boss.photo(1, text="门口有水")
    assert "这句没有记下" in said
    assert "已收照片 1 张" in said


# Interrupted


async def test_the_standard_is_shown_and_the_item_comes_again(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("/check 5S 浦东")
    old = boss.buttons[0].action
    said = await boss.tap("看标准")
    assert said.endswith(boss.replies[-1].text)
    assert FIRST in boss.replies[-1].text
    assert not boss.replies[0].replaces
    assert "2/8" in await boss.act(old)  # the button above it is as good


async def test_a_question_in_the_middle_is_answered_and_the_item_comes_again(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("/check 5S 浦东")
    said = await boss.say(ASKED)
    assert "25分钟" in said
    assert f"{RESUMED}\n\n**{FIRST}" in said
    assert "2/8" in await boss.tap("合格")


async def test_a_note_that_holds_a_word_of_questions_is_a_note(visit: Visit) -> None:
    await visit.boss.say("/check 5S 浦东")
    assert "备注：客户问怎么收费，没人答" in await visit.boss.say("备注 客户问怎么收费，没人答")
    assert len(visit.boss.replies) == 1


async def test_another_command_in_the_middle_and_the_check_waits(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("/check 5S 浦东")
    await boss.taps("合格", "合格")
    old = boss.buttons[0].action
    assert "哪家门店的整改" in await boss.say("/action")
    assert await boss.act(old) == OVER
    await boss.say("取消")
    said = await boss.act(old)
    assert OVER in said
    assert boss.ways == ["接着做：5S 前台·浦东店"]
    assert "3/8" in await boss.press("接着做")
    await boss.say("/action")
    await boss.say("取消")
    assert "做到一半的有 1 件" in await boss.say("继续")


async def test_put_down_it_goes_on_after_days_on_another_channel(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("/check 5S 浦东")
    await boss.taps("合格", "不合格")
    await boss.photo(1, text="标签掉了")
    old = boss.buttons[0].action
    assert "已放下" in await boss.say("先放下")
    visit.clock.on(days=5)
    desk = await visit.desk(boss)
    assert "做到一半的有 1 件" in await desk.say("继续")
    assert "备注：标签掉了\n已收照片 1 张" in await desk.press("5S 前台")
    assert OVER in await boss.act(old)
    await desk.taps("下一项", "其余合格", "提交")
    check_ = await visit.one()
    assert (check_.started_at, check_.finished_at) == (NOON, visit.clock.now)
    assert [len(mark.photos) for _, mark in check_.failed] == [1]
    await desk.tap("不建")
    assert await boss.say("继续") == flow.NOTHING


async def test_the_same_check_is_gone_on_with_or_begun_anew_as_its_person_says(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("/check 5S 浦东")
    await boss.taps("合格", "合格")
    visit.clock.on(days=1)
    said = await boss.say("/check 5S 浦东")
    assert "浦东店的5S 前台做到一半：05-04 12:00开始，已查 2 项，共 8 项" in said
    assert "3/8" in await boss.tap("接着做")
    await boss.say("/check 5S 浦东")
    assert FIRST in await boss.tap("重新开始")
    await boss.say("/check 5S 浦东")  # nothing was answered: nothing to ask
    assert FIRST in boss.replies[0].text
    await boss.taps("全部合格", "提交")
    assert await boss.say("继续") == flow.NOTHING
    assert len(await visit.checks()) == 1


async def test_checks_of_two_stores_wait_side_by_side(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("/check 5S 浦东")
    await boss.tap("合格")
    await boss.say("/check 5S 虹桥")
    await boss.taps("合格", "合格")
    said = await boss.say("/check")
    assert "做到一半的有 2 件" in said
    assert "检核哪家门店" in said
    assert "2/8" in await boss.tap("接着做：5S 前台·浦东店")
    await boss.say("/check")
    assert "3/8" in await boss.tap("接着做：5S 前台·虹桥店")


async def test_a_check_is_thrown_away_only_when_it_is_meant(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("/check 5S 浦东")
    await boss.taps("合格", "先放下", "删掉")
    await boss.tap("留着")
    assert "2/8" in await boss.tap("接着做：5S 前台·浦东店")
    await boss.taps("先放下", "删掉", "确定删掉")
    assert await boss.say("继续") == flow.NOTHING


# Old buttons, double taps, two devices


async def test_a_double_tap_marks_one_item(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("/check 5S 浦东")
    good = next(one.action for one in boss.buttons if one.text == "合格")
    assert "2/8" in await boss.act(good)
    assert await boss.act(good) == OVER
    await boss.say("继续")
    assert "2/8" in boss.replies[0].text


async def test_a_double_tap_on_submit_makes_one_check(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("/check 5S 浦东")
    await boss.tap("全部合格")
    submit = next(one.action for one in boss.buttons if one.text == "提交")
    await asyncio.gather(boss.act(submit), boss.act(submit))
    await visit.one()
    assert len([one for one in await visit.hand.heard() if "刚做完一次检核" in one]) == 1


async def both_submit(visit: Visit, phone: Visitor, desk: Visitor) -> None:
    """A check at its summary on one device is taken up on the other while the first submits it; one check is made."""
    await phone.say("/check 5S 浦东")
    await phone.tap("全部合格")
    submit = next(one.action for one in phone.buttons if one.text == "提交")
    await desk.say("继续")
    taken, _ = await asyncio.gather(desk.press("5S 前台"), phone.act(submit))
    if "提交" in desk.ways:
        await desk.tap("提交")
    await visit.one()
    assert taken
    assert await phone.say("继续") == flow.NOTHING


async def test_on_two_devices_at_once_one_check_is_made(visit: Visit) -> None:
    await both_submit(visit, visit.boss, await visit.desk(visit.boss))


async def test_on_two_devices_at_two_houses_of_one_postgresql_one_check_is_made(
    own_home: Path, tmp_path: Path, postgres: str
) -> None:
    here, there = (loaded(home, database={"url": postgres}) for home in (own_home, tmp_path / "second"))
    async with opened(here) as first, opened(there) as second:
        visit = await visiting(first)
        second.turns.now, second.turns.per_minute = visit.clock, 1000
        desk = await visit.desk(visit.boss, second)
        second.channels.update(first.channels)
        await both_submit(visit, visit.boss, desk)
        await visit.boss.say("/check 5S 虹桥")
        item = next(one.action for one in visit.boss.buttons if one.text == "合格")
        await asyncio.gather(*(visit.boss.act(item) for _ in range(3)))
        await desk.say("继续")
        assert "2/8" in await desk.press("5S 前台")


# What changes meanwhile


async def test_a_list_that_is_retired_in_the_middle_is_finished_as_it_was(visit: Visit) -> None:
    admin = Visitor(visit.app, "c7", person="老周")
    await admin.be("admin")
    await visit.boss.say("/check 5S 浦东")
    await visit.boss.say("/check")
    await visit.boss.press("浦东店（")
    old = next(one.action for one in visit.boss.buttons if "5S" in one.text)
    assert "已停用" in await admin.act("lists:5s-front:off")
    assert check.GONE in await visit.boss.act(old)
    await visit.boss.say("取消")
    await visit.boss.say("继续")
    assert FIRST in await visit.boss.press("5S 前台")
    await visit.boss.taps("全部合格", "提交")
    assert (await visit.one()).checklist.name == "5S 前台"
    assert "5S" not in await visit.boss.say("/check 浦东") + "".join(visit.boss.ways)


async def test_a_store_that_closes_in_the_middle_keeps_what_was_answered(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("/check 5S 浦东")
    await boss.tap("全部合格")
    await visit.close(visit.here)
    said = await boss.tap("提交")
    assert KEPT_BACK in said
    assert "总分 **100**" in said
    assert await visit.checks() == []
    await store(visit.app)  # it opens again
    assert "已提交" in await boss.tap("提交")


async def test_a_store_that_closes_while_it_is_picked_is_not_begun(visit: Visit) -> None:
    await visit.boss.say("/check")
    await visit.boss.press("浦东店")
    await visit.close(visit.here)
    assert GONE_STORE in await visit.boss.press("5S")
    assert "浦东" not in await visit.boss.say("/check") + "".join(visit.boss.ways)


async def test_who_loses_the_store_in_the_middle_submits_nothing(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("/check 5S 浦东")
    await boss.tap("全部合格")
    await visit.take_away(boss, visit.here)
    assert KEPT_BACK in await boss.tap("提交")
    assert await visit.checks() == []
    assert [one for one in await visit.hand.heard() if "检核" in one] == []
    async with visit.app.database.write() as connection:
        await People(connection).assign((await boss.who()).id, visit.here.id)
    assert "已提交" in await boss.tap("提交")


async def test_who_is_no_longer_a_supervisor_does_not_go_on(visit: Visit) -> None:
    boss = visit.boss
    await boss.say("/check 5S 浦东")
    await boss.tap("合格")
    old = boss.buttons[0].action
    await boss.be("staff")
    assert await boss.act(old) == OVER
    assert await boss.say("继续") == flow.NOTHING


async def test_people_of_another_store_learn_nothing(visit: Visit) -> None:
    await failing(visit, visit.boss, 1)
    number = (await visit.one()).id
    await visit.boss.say("/check 5S 浦东")
    await visit.boss.tap("合格")
    pupil = Visitor(visit.app, "c6", person="学员")
    await pupil.be("trainee", visit.here)
    away = Visitor(visit.app, "c5", person="外店员")
    await away.be("staff", visit.there)
    for what in ("show", "photos", "ok", "no", "decide"):
        for chat in (visit.other, away):
            assert await chat.act(f"checked:{what}:{number}") == NOT_HERE
            assert await chat.act(f"checked:{what}:99") == NOT_HERE
        assert await pupil.act(f"checked:{what}:{number}") == NOT_YOURS
    for chat in (visit.other, away):
        assert await chat.say("/checks") == "还没有做完的检核。"
        assert await chat.heard() == []
    assert "浦东" not in await visit.other.say("/check") + "".join(visit.other.ways)
    assert "浦东" not in await visit.other.say("/check 5S 浦东") + "".join(visit.other.ways)
    await visit.other.be("supervisor", visit.there)
    await visit.other.say("/check")
    assert check_pick.NOT_FOUND.format(text="浦东") in await visit.other.say("浦东")
    assert await visit.other.act("draft:1") == "这件事已经做完或删掉了。"
    for forged in ("standard:floor-clean", "standard:x", "checked:x:1", "checked:list:x", "checked:show:1:2:3"):
        assert await visit.other.act(forged) in (OVER, NOT_HERE)
        assert visit.other.buttons == []

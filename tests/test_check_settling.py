"""What a store says to a check, and what becomes of an objection."""

import asyncio

import pytest
from checks import Visit, Visitor, failing, visiting

from bot.app import App
from handlers.checks.card import TOLD
from handlers.checks.finished import NOT_YOUR_OWN
from handlers.checks.objecting import ANSWERED, NO_LONGER, SETTLED_ALREADY
from handlers.flow import OVER


@pytest.fixture
async def visit(app: App) -> Visit:
    return await visiting(app)


async def found(visit: Visit) -> int:
    """A check in which the lounge and the floor of the store failed, 80 points; two actions were made."""
    boss = visit.boss
    await boss.say("/check 5S 浦东")
    await boss.say("除了4、5")
    await boss.photo(1, text="门口有水")
    await boss.tap("下一项")
    await boss.photo(2, text="杯子没收")
    await boss.taps("下一项", "提交")
    await boss.press("全部建 2 条")
    return (await visit.one()).id


async def objected(visit: Visit) -> int:
    """The store says that the floor was being mopped."""
    number = await found(visit)
    await visit.hand.act(f"checked:no:{number}")
    await visit.hand.say("当时正在拖地，客休区在装修")
    return number


async def told(chat: Visitor) -> tuple[str, list[str]]:
    """The last notice of this chat about a check, and its buttons."""
    rows = [row for row in await chat.told() if row.inbox_id is None and "5S 前台" in row.payload["text"]]
    last = rows[-1].payload
    return last["text"], [button["text"] for row in last.get("buttons", ()) for button in row]


async def test_the_stores_people_hear_of_a_check_with_its_score_and_confirm_it(visit: Visit) -> None:
    number = await found(visit)
    for chat in (visit.hand, visit.mate):
        text, ways = await told(chat)
        assert text.startswith(TOLD.format(who="老王"))
        # 清扫: both of its items failed: (100 + 100 + 0 + 100 + 100) / 5
        assert "总分 **80**，**B** 级" in text
        assert "1. 地面台面无垃圾残留：门口有水\n2. 客休区干净可用：杯子没收" in text
        assert ways[:3] == ["确认", "有异议", "看照片（2）"]
    assert await visit.other.heard() == []
    assert "门店已确认（小李）" in await visit.hand.act(f"checked:ok:{number}")
    assert visit.hand.replies[0].replaces
    assert "确认" not in visit.hand.ways
    assert await told(visit.boss) == ("小李确认了浦东店“5S 前台”检核的结果（80 分）。", ["看结果"])
    assert await visit.mate.act(f"checked:ok:{number}") == ANSWERED
    assert await visit.mate.act(f"checked:no:{number}") == ANSWERED
    check = await visit.one()
    assert (check.state, check.replied_by) == ("confirmed", (await visit.hand.who()).id)
    await visit.boss.say("/checks")
    assert "门店已确认（小李）" in await visit.boss.press("浦东店 5S 前台 80 B")


async def test_whoever_checks_does_not_confirm(visit: Visit) -> None:
    number = await found(visit)
    for how in ("ok", "no"):
        assert await visit.boss.act(f"checked:{how}:{number}") in (NOT_YOUR_OWN, ANSWERED)
    assert (await visit.one()).state == "waiting"


async def test_an_objection_goes_to_whoever_checked_and_can_be_turned_down(visit: Visit) -> None:
    number = await found(visit)
    assert "哪里不对" in await visit.hand.act(f"checked:no:{number}")
    assert "已转给老王" in await visit.hand.say("当时正在拖地")
    text, ways = await told(visit.boss)
    assert text.startswith("小李对检核有异议：当时正在拖地")
    assert ways[0] == "处理异议"
    assert await visit.mate.act(f"checked:ok:{number}") == ANSWERED
    assert "门店的异议：当时正在拖地" in await visit.boss.act(f"checked:decide:{number}")
    assert visit.boss.ways == [
        "维持原判", "“地面台面无垃圾残留”改为合格", "“客休区干净可用”改为合格", "“客休区干净可用”改为不适用", "取消",
    ]  # fmt: skip
    assert "为什么" in await visit.boss.tap("维持原判")
    assert "现在是 80 分，B 级" in await visit.boss.say("拖完也没有放防滑牌")
    for chat in (visit.hand, visit.mate):
        text, ways = await told(chat)
        assert text.startswith("对检核异议的处理：维持原判。拖完也没有放防滑牌")
        assert "处理（老王）：维持原判" in text
        assert "有异议" not in ways
    check = await visit.one()
    assert (check.state, check.total, len(check.failed)) == ("settled", 80, 2)
    assert await visit.boss.act(f"checked:decide:{number}") == SETTLED_ALREADY


async def test_several_findings_are_taken_back_at_once_and_the_score_is_worked_out_anew(visit: Visit) -> None:
    number = await objected(visit)
    boss = visit.boss
    await boss.act(f"checked:decide:{number}")
    said = await boss.tap("“地面台面无垃圾残留”改为合格")
    assert "要改的：“地面台面无垃圾残留”改为合格" in said
    assert boss.ways[0] == "就改这些"
    await boss.tap("上一步")
    await boss.tap("“地面台面无垃圾残留”改为合格")
    await boss.tap("“客休区干净可用”改为不适用")
    said = await boss.say("照片是清扫中拍的")
    assert "现在是 100 分，A 级" in said
    assert "还有整改没完成" in said
    assert boss.ways == ["地面台面无垃圾残留：门口有水", "客休区干净可用：杯子没收"]
    await boss.press("地面")
    assert "撤回" in boss.ways
    check = await visit.one()
    assert (check.total, check.grade, check.failed) == (100, "A", ())
    marks = {mark.item: mark for mark in check.marks}
    assert (marks["floor-clean"].value, marks["floor-clean"].note) == (True, "门口有水")
    assert marks["lounge-clean"].skipped
    text, _ = await told(visit.hand)
    assert "由不合格改为合格；“客休区干净可用”由不合格改为不适用。照片是清扫中拍的" in text


async def test_one_finding_is_taken_back_and_the_other_stays(visit: Visit) -> None:
    number = await objected(visit)
    await visit.boss.act(f"checked:decide:{number}")
    await visit.boss.taps("“客休区干净可用”改为合格", "就改这些")
    # 清扫 2 of 4 = 50: (4 * 100 + 50) / 5
    assert "现在是 90 分，A 级" in await visit.boss.say("看过视频，是干净的")
    assert [item.key for item, _ in (await visit.one()).failed] == ["floor-clean"]


async def test_what_was_taken_back_is_no_repeat_at_the_next_check(visit: Visit) -> None:
    number = await objected(visit)
    await visit.boss.act(f"checked:decide:{number}")
    await visit.boss.taps("“地面台面无垃圾残留”改为合格", "就改这些")
    await visit.boss.say("正在拖地")
    shown = await failing(visit, visit.boss, 3)
    assert "第2次" not in shown.partition("项要整改")[0]


async def test_of_two_who_answer_at_once_one_is_heard(visit: Visit) -> None:
    number = await found(visit)
    said = await asyncio.gather(*(chat.act(f"checked:ok:{number}") for chat in (visit.hand, visit.mate)))
    assert sorted(one == ANSWERED for one in said) == [False, True]


async def test_an_objection_that_is_written_too_late_changes_nothing(visit: Visit) -> None:
    number = await found(visit)
    await visit.hand.act(f"checked:no:{number}")
    await visit.mate.act(f"checked:ok:{number}")
    assert await visit.hand.say("不对") == ANSWERED
    assert (await visit.one()).state == "confirmed"


async def test_of_two_decisions_at_once_the_first_stands(visit: Visit) -> None:
    number = await objected(visit)
    chief = Visitor(visit.app, "c8", person="老总")
    await chief.be("admin")
    for chat in (visit.boss, chief):
        await chat.act(f"checked:decide:{number}")
    await visit.boss.tap("维持原判")
    await chief.taps("“地面台面无垃圾残留”改为合格", "就改这些")
    assert "已处理" in await chief.say("看过视频")
    assert await visit.boss.say("不改") == SETTLED_ALREADY
    assert (await visit.one()).total == 90


async def test_an_objection_to_a_check_of_someone_who_has_gone_goes_to_those_who_lead_the_store(visit: Visit) -> None:
    heir = Visitor(visit.app, "c8", person="新督导")
    await heir.be("supervisor", visit.here, quiet_from=0, quiet_to=0)
    number = await found(visit)
    await visit.take_away(visit.boss, visit.here)
    await visit.hand.act(f"checked:no:{number}")
    assert "已转给新督导" in await visit.hand.say("当时正在拖地")
    _, ways = await told(heir)
    assert ways[0] == "处理异议"


async def test_who_loses_the_store_while_writing_says_nothing(visit: Visit) -> None:
    number = await found(visit)
    await visit.hand.act(f"checked:no:{number}")
    await visit.take_away(visit.hand, visit.here)
    assert await visit.hand.say("不对") == NO_LONGER
    await visit.mate.act(f"checked:no:{number}")
    await visit.mate.say("不对")
    await visit.boss.act(f"checked:decide:{number}")
    await visit.boss.tap("维持原判")
    await visit.take_away(visit.boss, visit.here)
    assert await visit.boss.say("不改") == NO_LONGER
    assert (await visit.one()).state == "objected"


async def test_the_photos_of_a_check_are_shown_to_those_of_the_store(visit: Visit) -> None:
    number = await found(visit)
    assert "地面台面无垃圾残留、客休区干净可用" in await visit.hand.act(f"checked:photos:{number}:0")
    assert len(visit.hand.replies[0].files) == 2
    assert "没有这次检核" in await visit.hand.act(f"checked:photos:{number}:10")
    assert await visit.hand.act(f"checked:photos:{number}:x") == OVER


async def test_past_checks_are_listed_the_latest_first_and_paged(visit: Visit) -> None:
    boss = visit.boss
    for n in range(10):
        await boss.say(f"/check 5S {'浦东' if n % 2 else '虹桥'}")
        await boss.taps("全部合格", "提交")
        visit.clock.on(days=1)
    await boss.say("/checks")
    assert boss.ways[:2] == ["05-13 浦东店 5S 前台 100 A", "05-12 虹桥店 5S 前台 100 A"]
    await boss.tap("更早的")
    assert boss.ways == ["05-05 浦东店 5S 前台 100 A", "05-04 虹桥店 5S 前台 100 A"]
    await visit.hand.say("检核结果")
    assert len(visit.hand.ways) == 5
    assert "虹桥" not in "".join(visit.hand.ways)

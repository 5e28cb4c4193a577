"""/why in talk: from a problem card through a tree to verified roots, 整改, and the question whether it came back."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from checks import Visitor, failing, visiting
from conftest import Opens, loaded
from docx import Document
from whys import NPS, REPAIRS, Analyst, analysing, walk

from bot.app import App, opened
from bot.turn import APOLOGY
from handlers.causes import done as why_done
from handlers.causes import hint as why_hint
from handlers.causes import start as why_start
from handlers.causes import why, why_saying, why_screen
from handlers.causes.analysing import NOT_HERE
from handlers.flow import NOTHING, OVER, RESUMED
from handlers.roles import NOT_YOURS
from knowledge.cause.card import Kpi
from knowledge.cause.edit import GONE, MOST_TEXT
from knowledge.cause.stored import tree_from
from records.analyses import BACK, CLOSED, DONE, FISH, OPEN
from records.people import People

ASKED = "普通洗车要在多少分钟内完成？"


@pytest.fixture
async def app(own_home: Path, house: Opens) -> AsyncIterator[App]:
    async with house(own_home) as opened_app:
        yield opened_app


@pytest.fixture
async def analyst(app: App) -> Analyst:
    return await analysing(app)


async def rooted(analyst: Analyst, *whys: str, card: tuple[str, ...] = NPS) -> None:
    """A 5-Why of one branch down to a verified root, not finished yet."""
    await analyst.begin(card)
    await walk(analyst.boss, *(whys or ("交车时等太久", "洗车排队", "洗车排班没有按预约量排")))
    await walk(analyst.boss, "!问到底了", "!能改", "!能解释", "周六 2 人，进厂 46 台", "!已证实")


async def finished(analyst: Analyst, *, actions: bool = True, day: str = "2 周后") -> None:
    """That one finished, its actions made, and a day to look back."""
    await rooted(analyst)
    await walk(analyst.boss, f"!{analyst.boss.ways[0]}", "!做完了", "!就这样结束")
    look_back = next(one.action for one in analyst.boss.buttons if one.text == day)
    await analyst.boss.tap("全部建 1 条" if actions else "不建")
    await analyst.boss.act(look_back)


# Two whole walks


async def test_a_falling_nps_is_walked_to_two_verified_roots(analyst: Analyst) -> None:
    boss = analyst.boss
    shown = await analyst.begin(NPS)
    for part in (
        "问题卡记好了", "- 在哪里：交车环节，保养客户\n- 差多少：320 份问卷里贬损者 74 份",
        "- 指标：NPS 41 分（目标 52 分）", "它是怎么发生的：为何发生？",
    ):  # fmt: skip
        assert part in shown
    assert "什么时候" not in shown
    shown = await boss.say("交车时等太久\n没人解释账单")
    assert "记下 2 条" in shown
    assert "第 1 层 · 为何发生\n**为什么“交车时等太久”？**" in shown
    await boss.say("因为洗车排队。")
    shown = await boss.say("员工不上心")
    assert "“员工不上心”也许是真的，但换一个人还可能再发生" in shown
    assert "第 3 层" in shown
    assert "也许是真的" not in await boss.say("洗车排班没有按预约量排")
    assert "门店或区域能着手改吗" in await boss.tap("问到底了")
    assert "能解释手上的事实吗" in await boss.tap("能改")
    shown = await boss.tap("能解释")
    assert "记下了：根因是“洗车排班没有按预约量排”" in shown
    assert "有什么证据" in shown
    shown = await boss.say("抽查 9 月排班表：周六 2 人，进厂 46 台")
    assert "的证据 1 份" in shown
    assert "- 抽查 9 月排班表：周六 2 人，进厂 46 台" in shown
    await boss.tap("已证实")
    assert boss.ways[:3] == ["为何没发现（还没问）", "体系为何没预防（还没问）", "没问完：没人解释账单"]
    assert "［根因］洗车排班没有按预约量排" in boss.ways
    await walk(boss, "!没问完：没人解释账单", "服务顾问没有解释的清单")
    assert "才问到第 2 层" in await boss.tap("问到底了")
    await walk(boss, "!就到这里", "!能改", "!能解释", "看了 20 单，18 单没有签字", "!已证实")
    assert "发生了，当时为何没发现" in await boss.tap("为何没发现（还没问）")
    await boss.say("回访只问满意不满意")
    shown = await boss.tap("做完了")
    for gap in (
        "问题卡还缺：什么时候。", "“回访只问满意不满意”还没问到底。", "“洗车排队”还没有用“因此”读通。",
        "“体系为何没预防”这条线还没问。",
    ):  # fmt: skip
        assert gap in shown
    assert "因为交车时等太久，因此9 月 NPS 从 52 降到 41。" in await boss.tap("读“因此”")
    for _ in range(5):
        await boss.tap("读得通")
    shown = await boss.tap("读得通")
    assert "读通" not in shown
    shown = await boss.tap("就这样结束")
    assert "记为第 1 版" in shown
    assert [file.media_type for file in boss.replies[0].files] == ["image/png"]
    assert "浦东店有 2 项要整改" in shown
    [kept] = await analyst.versions()
    assert {one.text: (one.end, one.state) for one in tree_from(kept.content).causes if one.end} == {
        "洗车排班没有按预约量排": ("root", "verified"), "服务顾问没有解释的清单": ("root", "verified"),
    }  # fmt: skip
    assert tree_from(kept.content).card.kpi == Kpi("NPS", 41, 52, "分")
    assert (await analyst.one()).state == DONE
    await boss.tap("全部建 2 条")
    made = await analyst.actions()
    assert [(one.title, one.source, one.source_id) for one in made] == [
        ("洗车排班没有按预约量排", "cause", 1), ("服务顾问没有解释的清单", "cause", 1),
    ]  # fmt: skip


async def test_a_rising_rate_of_repairs_is_walked_with_what_is_refuted_and_what_is_out_of_reach(
    analyst: Analyst,
) -> None:
    boss = analyst.boss
    shown = await analyst.begin(REPAIRS)
    assert "- 指标：返修率 6.2%（目标 3%）" in shown
    await boss.say("诊断仪没有升级\n没有路试就交车\n备件质量不稳")
    await walk(boss, "!证据", "查了记录，8 月 2 日刚升级")
    await boss.tap("排除")
    assert "［已排除］诊断仪没有升级" in boss.ways
    await walk(boss, "!［已排除］诊断仪没有升级")
    assert "已排除，不能再往下问" in await boss.say("没人管升级")
    await walk(boss, "!换一处", "!没问完：没有路试就交车", "路试没有写进派工单", "派工单模板是 2019 年的")
    await walk(boss, "!问到底了", "!能改", "!只解释一部分")
    shown = "".join(one.text for one in boss.replies)
    assert "它只解释了一部分" in shown
    assert "为什么“路试没有写进派工单”" in shown
    await boss.say("车间没有路试的时间")
    await walk(boss, "!问到底了", "!改不了")
    assert "再往下问一层" in boss.replies[0].text
    await walk(boss, "总部工时标准不含路试", "标准由厂家定", "厂家两年没有修订", "修订没有收集门店意见")
    await boss.tap("问到底了")
    assert "记为“要上报”" in await boss.tap("改不了")
    await walk(boss, "厂家文件 2023-08 版，路试 0 工时", "!已证实")
    shown = await boss.press("没问完：备件质量不稳")
    assert "第 1 层" in shown
    await walk(boss, "!删掉")
    assert "备件质量不稳" not in await analyst.texts()
    ends = {one.text: one.end for one in (await analyst.tree()).causes if one.end}
    assert ends == {"派工单模板是 2019 年的": "part", "修订没有收集门店意见": "beyond"}
    await boss.tap("换一处")
    await walk(boss, "!为何没发现（还没问）", "质检只看单据", "!换一处", "!体系为何没预防（还没问）", "没有返修分析会")
    lines = {one.line for one in (await analyst.tree()).causes}
    assert lines == {"happened", "escaped", "system"}
    await walk(boss, "!做完了", "!问题卡")
    shown = await boss.say("客户多跑一趟，门店赔工时")
    assert "问题卡还缺" not in shown
    assert (await analyst.tree()).card.impact == "客户多跑一趟，门店赔工时"


# The problem card


async def test_the_problem_can_be_said_with_the_command(analyst: Analyst) -> None:
    await analyst.boss.say("/why 交车比约定晚半小时")
    assert "哪家门店" in await analyst.boss.tap("5Why：一层层问")
    assert "在哪里" in await analyst.boss.press("虹桥店")
    shown = await walk(analyst.boss, *["!先跳过"] * 4, "!没有指标")
    assert "- 什么问题：交车比约定晚半小时" in shown
    assert (await analyst.one()).store_id == analyst.visit.there.id


async def test_a_problem_too_long_for_a_line_is_asked_for_again_and_not_cut(analyst: Analyst) -> None:
    assert why_start.TOO_LONG.format(n=MOST_TEXT) in await analyst.boss.say(f"/why {'交车晚' * 30}")
    await walk(analyst.boss, "!5Why：一层层问", "!浦东店")
    assert f"请在 {MOST_TEXT} 个字以内" in await analyst.boss.say("交车晚" * 30)
    assert "在哪里" in await analyst.boss.say("交车晚")


@pytest.mark.parametrize(
    ("said", "now", "goal"),
    [
        ("41 52", 41, 52), ("41，52", 41, 52), ("41,52", 41, 52), ("41-52", 41, 52), ("41 分，目标是 52 分", 41, 52),
        ("６．２％ 目标３％", 6.2, 3), ("-12", -12, None), ("6.2%", 6.2, None), ("120，150", 120, 150),
        ("52掉到41 目标50", 41, 50), ("从 3% 升到 6.2%", 6.2, None), ("41 要升到 50", 41, 50),
    ],
)  # fmt: skip
async def test_figures_are_read_as_people_write_them(
    analyst: Analyst, said: str, now: float, goal: float | None
) -> None:
    await analyst.begin((*NPS[:-1], said))
    kpi = (await analyst.tree()).card.kpi
    assert kpi is not None
    assert (kpi.now, kpi.goal) == (now, goal)


async def test_the_whole_card_can_be_typed(analyst: Analyst) -> None:
    shown = await walk(
        analyst.boss, "/why 交车晚", "５why", "浦东", "跳过", "8 月起", "不知道", "没有", "准时交车率", "72% 95%"
    )
    assert "**问题**\n- 什么问题：交车晚\n- 什么时候：8 月起\n- 指标：准时交车率 72%（目标 95%）" in shown
    await walk(analyst.boss, "/why 返修多", "5Why", "浦东", *["跳过"] * 4, "没有指标")
    assert (await analyst.tree(2)).card.kpi is None


@pytest.mark.parametrize("said", ["为什么返修多？", "返修多", "为啥返修多呢", "返修多？"])
async def test_a_problem_that_is_put_as_a_question_is_stated(analyst: Analyst, said: str) -> None:
    await analyst.begin(("!5Why：一层层问", said, *["!先跳过"] * 4, "!没有指标"))
    assert (await analyst.tree()).card.what == "返修多"


@pytest.mark.parametrize("said", ["/fish 返修多", "鱼骨图"])
async def test_the_fishbone_has_a_command_of_its_own(analyst: Analyst, said: str) -> None:
    assert "哪家门店" in await analyst.boss.say(said)
    await walk(analyst.boss, "!浦东店", *([] if " " in said else ["返修多"]), *["!先跳过"] * 4, "!没有指标")
    assert (await analyst.one()).kind == FISH


async def test_figures_that_are_none_are_asked_for_again(analyst: Analyst) -> None:
    for said in ("说不好", "1 2 3"):
        assert why_start.NO_FIGURES in await analyst.begin((*NPS[:-1], said))


@pytest.mark.parametrize("said", ["!先跳过", "不清楚"])
async def test_who_does_not_know_the_figure_goes_on_without_it(analyst: Analyst, said: str) -> None:
    await analyst.begin((*NPS[:-1], said))
    assert (await analyst.tree()).card.kpi is None


async def test_a_card_goes_back_a_step_and_waits_when_it_is_put_down(analyst: Analyst) -> None:
    boss = analyst.boss
    await analyst.begin(NPS[:3])
    assert "在哪里" in await boss.tap("上一步")
    await walk(boss, "前台", "!先放下")
    assert await boss.say(ASKED)
    desk = await analyst.visit.desk(boss)
    await desk.say("继续")
    assert "什么时候开始" in await desk.press("接着做")
    shown = await walk(desk, *["!先跳过"] * 3, "!没有指标")
    assert "- 在哪里：前台" in shown


async def test_a_store_that_is_taken_away_in_the_middle_gets_no_analysis(analyst: Analyst) -> None:
    await analyst.begin(NPS[:-1])
    await analyst.visit.take_away(analyst.boss, analyst.visit.here)
    assert await analyst.boss.say("41 52") == why_start.NOT_YOURS_NOW
    assert await analyst.all() == []


async def test_who_leads_no_store_or_is_not_to_analyse_is_told(analyst: Analyst) -> None:
    nobody = Visitor(analyst.visit.app, "c9", person="新督导")
    await nobody.be("supervisor")
    assert await nobody.say("/why") == why_start.NO_STORE
    assert await analyst.visit.hand.say("/why") == NOT_YOURS


# Causes


async def test_of_several_lines_those_that_cannot_be_kept_are_named_and_the_others_kept(analyst: Analyst) -> None:
    await analyst.begin(NPS)
    long = "等" * (MOST_TEXT + 1)
    shown = await analyst.boss.say(f"洗车排队\n{long}\n洗车排队\n没人引导")
    assert await analyst.texts() == ["洗车排队", "没人引导"]
    assert "记下 2 条" in shown
    assert f"这几条没有记下：\n- {'等' * 60}：太长了" in shown
    assert "- 洗车排队：这里已经有" in shown
    shown = await analyst.boss.say("\n".join(f"原因{n}" for n in range(15)))
    assert "记下 12 条" in shown
    assert [one for one in range(15) if f"- 原因{one}：一次最多记" in shown] == [12, 13, 14]
    assert len(await analyst.texts()) == 2 + 12


async def test_a_single_line_that_cannot_be_kept_is_said_why_and_asked_again(analyst: Analyst) -> None:
    await analyst.begin(NPS)
    assert "太长了" in await analyst.boss.say("等" * (MOST_TEXT + 1))
    assert "为何发生" in analyst.boss.replies[-1].text
    assert await analyst.texts() == []
    assert "先点“证据”" in await analyst.boss.photo(1)


async def test_someones_fault_is_objected_to_once_and_also_where_it_came_second(analyst: Analyst) -> None:
    boss = analyst.boss
    await analyst.begin(NPS)
    assert "也许是真的" not in await boss.say("洗车排队\n员工粗心")
    assert "“员工粗心”也许是真的" in await walk(boss, "!换一处", "!没问完：员工粗心")
    assert "也许是真的" not in await walk(boss, "!换一处", "!没问完：员工粗心")
    await boss.say("没办法")
    await walk(boss, "!换一处", "!没问完：洗车排队", "!改说法")
    await boss.say("店里太懒散")
    assert "“店里太懒散”也许是真的" in await boss.tap("问到底了")
    assert "才问到第 1 层" in await boss.tap("问到底了")
    assert (await analyst.cause("没办法")).objected


async def test_what_reads_wrong_is_mended_and_what_is_missing_between_is_put_there(analyst: Analyst) -> None:
    boss = analyst.boss
    await rooted(analyst)
    await walk(boss, f"!{boss.ways[0]}", "!做完了", "!读“因此”", "!读得通")
    assert "因为洗车排队，因此交车时等太久" in boss.replies[0].text
    assert "“洗车排队”和“交车时等太久”之间，少了哪一环" in await boss.tap("中间少一环")
    shown = await boss.say("车洗不完不能交")
    assert "因为车洗不完不能交，因此交车时等太久" in shown
    assert "改成什么" in await boss.tap("改说法")
    await boss.say("车没洗完就不交")
    tree = await analyst.tree()
    between = await analyst.cause("车没洗完就不交")
    assert [one.text for one in tree.path((await analyst.cause("洗车排班没有按预约量排")).id)] == [
        "洗车排班没有按预约量排", "洗车排队", "车没洗完就不交", "交车时等太久",
    ]  # fmt: skip
    assert not between.link
    assert tree.cause(1).link


async def test_evidence_is_words_photos_or_a_check_of_the_store(analyst: Analyst) -> None:
    boss = analyst.boss
    await failing(analyst.visit, boss, 1)
    await analyst.begin(NPS)
    await boss.say("地面没人管")
    await boss.tap("证据")
    assert "用检核：2026-05-04 5S 前台 90 分" in boss.ways
    assert "- 检核：2026-05-04 5S 前台 90 分" in await boss.press("用检核")
    assert "5S 前台" in await boss.tap("看检核：2026-05-04 5S 前台 90 分")
    shown = await boss.act("why:proof:1:1")
    assert "已有 1 份：\n- 检核：2026-05-04 5S 前台 90 分" in shown
    assert "用检核：2026-05-04 5S 前台 90 分" not in boss.ways
    await boss.say("只是看一眼")
    await boss.tap("再补一份证据")
    shown = await boss.photo(2, 3, text="早上 9 点的门口")
    assert "早上 9 点的门口，照片 2 张" in shown
    await boss.tap("再补一份证据")
    assert "的证据 4 份" in await boss.say("值班表上没有这一项")
    await boss.tap("看照片")
    assert [file.media_type for file in boss.replies[0].files] == ["image/jpeg"] * 2
    await boss.act("why:proof:1:1")
    await boss.say("没有人认领")
    assert "第 1 层" in await boss.tap("已证实")
    assert "证据 5" in boss.ways
    kept = (await analyst.cause("地面没人管")).evidence
    assert [(one.check, len(one.photos), one.text) for one in kept] == [
        (1, 0, ""), (None, 0, "只是看一眼"), (None, 2, "早上 9 点的门口"), (None, 0, "值班表上没有这一项"),
        (None, 0, "没有人认领"),
    ]  # fmt: skip


async def test_evidence_is_also_what_was_asked_and_what_nobody_could_answer(analyst: Analyst) -> None:
    boss = analyst.boss
    await analyst.visit.hand.say("洗车排班按什么软件来排？")
    await analyst.visit.hand.say("员工宿舍的无线密码谁有？")
    await boss.say(ASKED)
    await analyst.begin(NPS)
    await boss.say("洗车排班没有按预约量排")
    await boss.tap("证据")
    offered = [one for one in boss.ways if one.startswith("用提问")]
    assert any("普通洗车" in one for one in offered)
    assert any("洗车排班" in one for one in offered)
    assert not any("宿舍" in one for one in offered)
    shown = await boss.press("用提问：“洗车排班")
    assert "- 提问：“洗车排班按什么软件来排？”（没答上）" in shown
    shown = await boss.press("看提问")
    assert "2026-05-04 问：洗车排班按什么软件来排？" in shown
    asked = (await analyst.cause("洗车排班没有按预约量排")).evidence[0].question
    assert await boss.act(f"why:asked:1:{(asked or 0) + 1}") == why.GONE
    assert await analyst.visit.other.act(f"why:asked:1:{asked}") == NOT_HERE
    assert await analyst.visit.other.act("why:photos:1:1") == NOT_HERE
    await boss.act("drawing:word:1")
    [word] = boss.replies[0].files
    read = Document(io.BytesIO(await analyst.visit.app.turns.files.get(word.ref)))
    cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    assert "提问：“洗车排班按什么软件来排？”（没答上）" in cells


async def test_nothing_is_verified_without_evidence(analyst: Analyst) -> None:
    await analyst.begin(NPS)
    await analyst.boss.say("洗车排队")
    for state in ("verified", "refuted"):
        assert "请先写出证据" in await analyst.boss.act(f"why:judge:1:1:{state}")
    assert (await analyst.cause("洗车排队")).state == "open"


async def test_what_has_causes_below_is_removed_only_when_that_is_meant(analyst: Analyst) -> None:
    boss = analyst.boss
    await analyst.begin(NPS)
    await walk(boss, "洗车排队", "没有排班")
    cause = await analyst.cause("洗车排队")
    assert "和它下面的 1 条吗" in await boss.act(f"why:remove:1:{cause.id}")
    assert "第 1 层" in await boss.tap("留着")
    await boss.act(f"why:remove:1:{cause.id}")
    remove = next(one.action for one in boss.buttons if one.text == "删掉")
    assert "已删掉" in await boss.act(remove)
    assert await analyst.texts() == []
    assert GONE in await boss.act(f"why:at:1:{cause.id}")


async def test_every_one_of_forty_causes_can_be_jumped_to(analyst: Analyst) -> None:
    boss = analyst.boss
    await analyst.begin(NPS)
    for part in range(4):
        await boss.act("why:line:1:happened")
        await boss.say("\n".join(f"第{part * 10 + n}个环节没有交接" for n in range(10)))
    seen: set[str] = set()
    await boss.tap("换一处")
    while True:
        seen |= {one for one in boss.ways if one.startswith("没问完：")}
        if "下一页" not in boss.ways:
            break
        await boss.tap("下一页")
    assert len(seen) == 40
    assert "上一页" in boss.ways


# Hints


async def test_without_a_language_model_a_hint_is_questions_of_the_trade(analyst: Analyst) -> None:
    boss = analyst.boss
    await analyst.begin(NPS)
    await walk(boss, "洗车排队")
    shown = await boss.tap("给点提示")
    lines = [line for line in shown.splitlines() if line.startswith("- ")]
    assert len(lines) == 4
    assert all(line.endswith("？") for line in lines)
    assert "为什么“洗车排队”" in shown
    assert why_hint.NO_WORD not in shown
    assert not [one for one in boss.ways if one.startswith("建议")]
    assert await analyst.texts() == ["洗车排队"]
    section = next(one for one in boss.buttons if one.action.startswith("section:"))
    assert "洗车" in await boss.act(section.action)
    await boss.say("排班没有按预约量排")
    assert (await analyst.cause("排班没有按预约量排")).parent == 1


async def test_earlier_analyses_of_the_same_are_told_with_what_they_found(analyst: Analyst) -> None:
    await finished(analyst, actions=False)
    shown = await analyst.begin(("!5Why：一层层问", "11 月 NPS 从 50 降到 44", *["!先跳过"] * 4, "!没有指标"))
    assert "类似的问题有过 1 次" in shown
    assert "- 2026-05-04 9 月 NPS 从 52 降到 41：洗车排班没有按预约量排" in shown
    other = await analyst.begin((NPS[0], *NPS[1:-2], "!没有指标"), analyst.visit.other)
    assert "类似的问题" not in other


# The end


async def test_it_is_finished_once_however_often_it_is_tapped(analyst: Analyst) -> None:
    boss = analyst.boss
    await rooted(analyst)
    await walk(boss, f"!{boss.ways[0]}", "!做完了")
    done = next(one.action for one in boss.buttons if one.text == "就这样结束")
    await boss.act(done)
    assert "记为第 1 版" in await boss.act(done)
    assert "要整改" not in "".join(one.text for one in boss.replies)
    assert len(await analyst.versions()) == 1


async def test_what_is_said_after_the_end_is_no_cause(analyst: Analyst) -> None:
    boss = analyst.boss
    await analyst.begin(NPS)
    await walk(boss, "洗车排队", "!做完了", "!就这样结束")
    await boss.say("谢谢，辛苦了")
    assert await analyst.texts() == ["洗车排队"]
    assert (await analyst.one()).state == DONE
    assert "没有进行到一半的事" in await boss.say("继续")


async def test_looking_round_in_a_finished_one_keeps_it_finished_and_an_edit_makes_a_new_version(
    analyst: Analyst,
) -> None:
    boss = analyst.boss
    await finished(analyst, actions=False)
    await walk(boss, "/why")
    await boss.act("cause:go:1")
    await boss.tap("换一处")
    await boss.press("洗车排队")
    assert (await analyst.one()).state == DONE
    await walk(boss, "!改说法", "洗车间排队")
    assert (await analyst.one()).state == OPEN
    await walk(boss, "!做完了")
    assert "记为第 2 版" in await boss.press("结束")
    versions = await analyst.versions()
    assert ["洗车间排队" in str(one.content) for one in versions] == [True, False]


async def test_a_stated_fact_and_the_figure_can_be_said_otherwise_later(analyst: Analyst) -> None:
    boss = analyst.boss
    await finished(analyst, actions=False)
    await boss.act("why:done:1")
    shown = await boss.tap("改问题卡")
    assert "- 指标：NPS 41 分（目标 52 分）" in shown
    await boss.tap("改：指标")
    assert why_saying.NOT_A_KPI in await boss.say("不好说")
    assert "- 指标：NPS 39 分（目标 52 分）" in await boss.say("39，目标 52")
    await boss.tap("改：指标")
    assert "- 指标：返修率 6.2%（目标 3%）" in await boss.say("返修率 6.2 3")
    await boss.tap("改：什么问题")
    assert "太长了" in await boss.say("长" * (MOST_TEXT + 1))
    assert "- 什么问题：10 月返修率到 6.2%" in await boss.say("10 月返修率到 6.2%")
    assert await analyst.one() and (await analyst.one()).title == "10 月返修率到 6.2%"
    await boss.tap("做完了")
    assert "读“因此”" in boss.ways  # the first link speaks of another problem
    await boss.tap("就这样结束")
    whats = [tree_from(one.content).card.what for one in await analyst.versions()]
    assert whats == ["10 月返修率到 6.2%", "9 月 NPS 从 52 降到 41"]
    await boss.act("why:card:1:kpi")
    await boss.say("没有")
    assert (await analyst.tree()).card.kpi is None


async def test_the_day_to_look_back_can_be_any(analyst: Analyst) -> None:
    boss = analyst.boss
    await rooted(analyst)
    await walk(boss, f"!{boss.ways[0]}", "!做完了", "!就这样结束", "!另选一天")
    assert why_done.NO_DAY in await boss.say("过阵子")
    assert why_done.NOT_AHEAD in await boss.say("昨天")
    assert "2026-06-10" in await boss.say("6月10日")
    asked_at = (await analyst.one()).ask_at
    assert (
        asked_at is not None and asked_at.astimezone(analyst.visit.clock.now.tzinfo).date().isoformat() == "2026-06-10"
    )


async def test_once_its_actions_are_accepted_it_is_asked_and_the_problem_is_closed(analyst: Analyst) -> None:
    boss = analyst.boss
    await finished(analyst)
    assert "2026-05-18" in boss.replies[0].text
    [one] = await analyst.actions()
    await analyst.ticked(days=15)
    waiting = [text for text in await boss.heard() if "过一周再问您" in text]
    assert waiting == ["“9 月 NPS 从 52 降到 41”的整改还有 1 条没验收，过一周再问您问题有没有再发生。"]
    hand = analyst.visit.hand
    await hand.act(f"action:{one.id}")
    await hand.press("认领")
    await hand.press("提交完成")
    await hand.say("排班按预约量排了")
    await hand.press("提交")
    assert "已验收通过" in await boss.act(f"action:accept:{one.id}:2")
    await analyst.ticked(days=7)
    asked = [row for row in await boss.told() if row.inbox_id is None][-1]
    assert "问题又发生了吗" in asked.payload["text"]
    assert "整改 1 条，已验收 1 条" in asked.payload["text"]
    assert "闭环" in await boss.act("why:back:1:no")
    assert (await analyst.one()).state == CLOSED
    before = len(await boss.heard())
    await analyst.ticked(days=40)
    assert not [text for text in (await boss.heard())[before:] if "NPS" in text]


async def test_after_four_weeks_of_open_actions_it_asks_all_the_same_and_tells_a_leader_once(analyst: Analyst) -> None:
    boss = analyst.boss
    chief = Visitor(analyst.visit.app, "c7", person="老总")
    await chief.be("admin")
    await finished(analyst)
    await analyst.ticked(days=14 + 7 * why_done.WEEKS + 1)
    heard = await boss.heard()
    assert sum("过一周再问您" in text for text in heard) == why_done.WEEKS
    [asked] = [text for text in heard if "问题又发生了吗" in text]
    assert "整改 1 条，已验收 0 条。还有 1 条等了 4 周没验收" in asked
    assert sum("已经等了 4 周" in text for text in await chief.heard()) == 1
    await analyst.ticked(days=30)
    assert not [text for text in (await boss.heard())[len(heard) :] if "过一周再问您" in text or "又发生了吗" in text]
    assert sum("已经等了 4 周" in text for text in await chief.heard()) == 1
    assert "接着问下去" in await boss.act("why:back:1:yes")


async def test_a_problem_that_is_there_again_opens_the_analysis_again(analyst: Analyst) -> None:
    boss = analyst.boss
    await finished(analyst, actions=False)
    await analyst.ticked(days=15)
    assert [text for text in await boss.heard() if "没有建整改" in text]
    assert "根因没找全" in await boss.act("why:back:1:yes")
    assert (await analyst.one()).state == BACK
    await walk(boss, "!换一处", "!交车时等太久", "交车前没有提前洗车")
    assert "交车前没有提前洗车" in await analyst.texts()
    await walk(boss, "!做完了", "!就这样结束")
    assert len(await analyst.versions()) == 2


async def test_nobody_is_asked_about_a_store_that_is_no_longer_theirs_or_who_wants_not_to_be(analyst: Analyst) -> None:
    boss = analyst.boss
    await finished(analyst, actions=False)
    await analyst.visit.take_away(boss, analyst.visit.here)
    before = len(await boss.heard())
    await analyst.ticked(days=20)
    assert (await boss.heard())[before:] == []
    assert await boss.act("why:back:1:yes") == NOT_HERE
    assert (await analyst.one()).state == DONE


async def test_who_does_not_want_to_be_asked_is_not(analyst: Analyst) -> None:
    await finished(analyst, actions=False, day="不用问")
    assert analyst.boss.replies[0].text == why_done.NOT_ASKED
    before = len(await analyst.boss.heard())
    await analyst.ticked(days=100)
    assert (await analyst.boss.heard())[before:] == []


# Interruptions, other devices, other people


async def test_a_question_and_other_commands_interrupt_and_nothing_is_lost(analyst: Analyst) -> None:
    boss = analyst.boss
    await analyst.begin(NPS)
    await boss.say("洗车排队")
    shown = await boss.say(ASKED)
    assert "25分钟" in shown
    assert RESUMED in shown
    assert "为什么“洗车排队”" in shown
    await boss.say("/check 5S 浦东")
    await boss.tap("合格")
    await boss.say("/me")
    await boss.say("取消")
    await boss.say("继续")
    await boss.press("分析：9 月 NPS")
    await boss.say("没有排班")
    assert (await analyst.cause("没有排班")).parent == 1


async def test_it_goes_on_on_another_channel_and_the_first_says_so(analyst: Analyst) -> None:
    boss = analyst.boss
    await analyst.begin(NPS)
    await walk(boss, "洗车排队", "!先放下")
    desk = await analyst.visit.desk(boss)
    await desk.say("继续")
    assert "为什么“洗车排队”" in await desk.press("接着做：分析")
    await desk.say("没有排班")
    await walk(desk, "!先放下")
    await boss.say("继续")
    assert [one.text for one in boss.buttons] == ["接着做：分析：9 月 NPS 从 52 降到 41"]
    assert await analyst.texts() == ["洗车排队", "没有排班"]


async def test_taken_up_again_it_is_as_a_colleague_has_left_it(analyst: Analyst) -> None:
    boss = analyst.boss
    await analyst.begin(NPS)
    await walk(boss, "洗车排队", "没有排班", "!先放下")
    chief = Visitor(analyst.visit.app, "c7", person="老周")
    await chief.be("admin")
    await chief.act("why:reword:1:2")
    await chief.say("排班没有按预约量排")
    await boss.say("继续")
    shown = await boss.press("接着做：分析")
    assert "为什么“排班没有按预约量排”" in shown
    await boss.tap("证据")
    await chief.act("why:proof:1:2")
    await chief.say("周六 2 人，进厂 46 台")
    assert "已有 1 份：\n- 周六 2 人，进厂 46 台" in await boss.say("继续")
    await boss.tap("先放下")
    await chief.act("why:remove:1:2:yes")
    await boss.say("继续")
    shown = await boss.press("接着做：分析")
    assert why_saying.GONE_HERE in shown
    assert "为什么“洗车排队”" in shown
    await boss.say("没有排班表")
    assert await analyst.texts() == ["洗车排队", "没有排班表"]
    await boss.tap("先放下")
    await boss.say("继续")
    go_on = boss.buttons[0].action
    await analyst.visit.take_away(boss, analyst.visit.here)
    assert await boss.act(go_on) == NOT_HERE
    assert await boss.say("继续") == NOTHING


async def test_dropping_what_was_begun_takes_the_question_and_leaves_the_analysis(analyst: Analyst) -> None:
    boss = analyst.boss
    await analyst.begin(NPS)
    await walk(boss, "洗车排队", "!先放下")
    shown = await boss.tap("删掉")
    assert "写下的原因都还在" in shown
    assert "都会没有" not in shown
    assert "都还在" in await boss.tap("确定删掉")
    assert await boss.say("继续") == NOTHING
    assert await analyst.texts() == ["洗车排队"]
    await boss.act("cause:go:1")
    assert "为什么“洗车排队”" in boss.replies[0].text


async def test_jumping_about_leaves_one_thing_to_go_on_with(analyst: Analyst) -> None:
    boss = analyst.boss
    await analyst.begin(NPS)
    await walk(
        boss, "洗车排队\n没人引导", "!换一处", "!没问完：没人引导", "!换一处", "!没问完：洗车排队", "!证据", "!先放下"
    )
    await boss.say("继续")
    assert len(boss.buttons) == 1


async def test_a_restart_in_the_middle_loses_nothing(own_home: Path) -> None:
    async with opened(loaded(own_home)) as first:
        analyst = await analysing(first)
        await analyst.begin(NPS)
        await analyst.boss.say("洗车排队")
    async with opened(loaded(own_home)) as second:
        boss = Visitor(second, "chat-老王", person="老王")
        await boss.say("没有排班")
        await walk(boss, "!证据", "看了排班表")
        assert "第 2 层" in await boss.tap("已证实")
        found = tree_from((await Analyst(await visiting(second)).one()).content)
    assert [one.text for one in found.causes] == ["洗车排队", "没有排班"]


async def test_old_buttons_and_double_taps_change_nothing_twice(analyst: Analyst) -> None:
    boss = analyst.boss
    await analyst.begin(NPS)
    first = {one.text: one.action for one in boss.buttons}
    await walk(boss, "交车时等太久", "洗车排队", "没有排班")
    assert await boss.act(first["先放下"]) == OVER
    await boss.act("why:at:1:3")
    await walk(boss, "!问到底了", "!能改")
    root = next(one.action for one in boss.buttons if one.text == "能解释")
    await asyncio.gather(*(boss.act(root) for _ in range(3)))
    assert [one.end for one in (await analyst.tree()).causes] == ["", "", "root"]
    await boss.say("周六 2 人")
    verified = next(one.action for one in boss.buttons if one.text == "已证实")
    await asyncio.gather(*(boss.act(verified) for _ in range(3)))
    cause = await analyst.cause("没有排班")
    assert (cause.state, len(cause.evidence)) == ("verified", 1)


@pytest.mark.parametrize("action", sorted({*why._VERBS, *why_done.VERBS} - {"finish", "ask", "back"}))
async def test_a_button_that_says_less_than_it_should_is_answered(analyst: Analyst, action: str) -> None:
    await analyst.begin(NPS)
    await walk(analyst.boss, "洗车排队", "没有排班")
    for rest in ("", ":", ":99", ":x:y", ":1:x"):
        assert await analyst.boss.act(f"why:{action}:1{rest}") not in ("", APOLOGY)
    assert await analyst.texts() == ["洗车排队", "没有排班"]


FORGED = (
    "why:at:1:1", "why:line:1:happened", "why:jump:1", "why:end:1:1", "why:proof:1:1", "why:judge:1:1:verified",
    "why:reword:1:1", "why:between:1:1", "why:remove:1:1", "why:read:1", "why:holds:1:1", "why:facts:1", "why:see:1",
    "why:done:1", "why:finish:1", "why:ask:1:14", "why:back:1:yes", "why:hint:1:1", "cause:go:1", "drawing:pdf:1",
)  # fmt: skip


@pytest.mark.parametrize("action", FORGED)
async def test_someone_of_another_store_learns_nothing_and_changes_nothing(analyst: Analyst, action: str) -> None:
    await analyst.begin(NPS)
    await analyst.boss.say("洗车排队")
    before = await analyst.one()
    other = analyst.visit.other
    said = await other.act(action)
    none = await other.act(action.replace(":1", ":77", 1))
    assert said == none
    assert "NPS" not in said
    assert other.buttons == []
    assert await analyst.one() == before


async def test_a_store_lost_in_the_middle_ends_it_without_a_word_about_it(analyst: Analyst) -> None:
    boss = analyst.boss
    await analyst.begin(NPS)
    await boss.say("洗车排队")
    await analyst.visit.take_away(boss, analyst.visit.here)
    assert await boss.say("没有排班") == NOT_HERE
    assert await boss.act("why:jump:1") == NOT_HERE
    assert await analyst.texts() == ["洗车排队"]
    async with analyst.visit.app.database.write() as connection:
        person = await boss.who()
        await People(connection).assign(person.id, analyst.visit.here.id)
    await boss.say("/why")
    assert "9 月 NPS 从 52 降到 41" in boss.ways


async def test_what_was_just_removed_by_another_is_said_with_the_words_that_were_typed(analyst: Analyst) -> None:
    boss = analyst.boss
    await analyst.begin(NPS)
    await walk(boss, "洗车排队", "没有排班")
    chief = Visitor(analyst.visit.app, "c7", person="老周")
    await chief.be("admin")
    await chief.act("why:remove:1:2")
    shown = await boss.say("排班表三年没改")
    assert why_saying.GONE_SINCE.format(said="排班表三年没改") in shown
    assert why_screen.WHERE in shown
    assert "没问完：洗车排队" in boss.ways


async def test_two_people_at_two_houses_of_one_postgresql_lose_no_words(
    own_home: Path, tmp_path: Path, postgres: str
) -> None:
    here, there = (loaded(home, database={"url": postgres}) for home in (own_home, tmp_path / "second"))
    async with opened(here) as first, opened(there) as second:
        analyst = await analysing(first)
        second.turns.now, second.turns.per_minute = analyst.visit.clock, 1000
        second.channels.update(first.channels)
        await analyst.begin(NPS)
        chief = Visitor(second, "c7", person="老周")
        await chief.be("admin")
        await chief.act("cause:go:1")
        for turn in range(6):
            await asyncio.gather(*(chat.act("why:line:1:happened") for chat in (analyst.boss, chief)))
            await asyncio.gather(analyst.boss.say(f"督导的原因{turn}"), chief.say(f"老周的原因{turn}"))
        wanted = {f"{who}的原因{turn}" for who in ("督导", "老周") for turn in range(6)}
        assert set(await analyst.texts()) == wanted
        ids = [one.id for one in (await analyst.tree()).causes]
        assert len(set(ids)) == 12
        await asyncio.gather(analyst.boss.act("why:finish:1"), chief.act("why:finish:1"))
        assert len(await analyst.versions()) == 1


async def test_on_two_devices_of_one_person_the_later_question_holds(analyst: Analyst) -> None:
    boss = analyst.boss
    await analyst.begin(NPS)
    await boss.say("洗车排队")
    desk = await analyst.visit.desk(boss)
    await desk.act("cause:go:1")
    await boss.say("再加一条")
    assert await analyst.texts() == ["洗车排队"]
    await desk.say("没有排班")
    await boss.act("why:at:1:1")
    await boss.say("再加一条")
    assert await analyst.texts() == ["洗车排队", "没有排班", "再加一条"]


async def test_staff_of_the_store_do_not_see_an_analysis_they_are_not_of(analyst: Analyst) -> None:
    await analyst.begin(NPS)
    await analyst.boss.say("洗车排队")
    for chat in (analyst.visit.hand, analyst.visit.mate):
        assert await chat.act("why:jump:1") == NOT_HERE
        assert await chat.act("cause:go:1") == NOT_HERE

"""A 5-Why in Telegram: from /why to the picture and 整改, within Telegram's rules."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fake_telegram import fake_telegram
from talking import store
from telegram_house import LIN, Talk, talking
from test_check_telegram import Phone, at_once

from bot.telegram.pace import Pace
from knowledge.cause.stored import tree_from
from records.action import Action
from records.actions import Actions, Which
from records.analyses import DONE, Analyses
from records.people import People


@pytest.fixture
async def talk(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Talk]:
    monkeypatch.setattr(Pace, "take", at_once)
    async with fake_telegram() as fake, talking(fake, own_home) as talk:
        fake.flood.factor = 0
        talk.app.turns.per_minute = 1000
        here = await store(talk.app)
        await talk.put_in(LIN, "supervisor")
        async with talk.app.database.write() as connection:
            people = People(connection)
            known = await people.who("telegram", str(LIN))
            assert known is not None
            await people.assign(known.id, here.id)
            await people.change(known.id, quiet_from=0, quiet_to=0)
        yield talk


async def actions(talk: Talk) -> list[Action]:
    async with talk.app.database.read() as connection:
        return await Actions(connection).all(Which())


async def test_a_falling_nps_from_the_card_to_a_picture_and_an_action(talk: Talk) -> None:
    boss = Phone(talk, LIN)
    await boss.says("/why", "用什么办法找原因")
    await boss.taps("5Why：一层层问", "什么问题")
    await boss.says("9 月 NPS 从 52 降到 41", "在哪里")
    for expected in ("什么时候开始的", "差多少", "影响谁", "哪个指标"):
        await boss.taps("先跳过", expected)
    await boss.taps("NPS", "NPS现在是多少")
    card = await boss.says("41，目标 52", "问题卡记好了")
    assert "指标：NPS 41 分（目标 52 分）" in card.text
    await boss.says("交车时等太久\n没人解释账单", "记下 2 条")
    await boss.says("员工不上心", "也许是真的，但换一个人还可能再发生")
    asked = await boss.says("洗车排班没有按预约量排", "第 3 层")
    hinted = await boss.taps("给点提示", "可以先查查这些")
    assert (hinted.method, hinted.message) == ("editMessageText", asked.message)
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
    await boss.taps("就这样结束", "有 1 项要整改")
    done = await boss.sees("记为第 1 版")
    assert done.files
    assert [one["text"] for row in done.buttons for one in row][:2] == ["PDF 报告", "Word 报告"]
    await boss.taps("全部建 1 条", "已建 1 条整改")
    asking = await boss.sees("哪天回头看")
    talk.fake.press_data(LIN, asking.message, asking.button("2 周后"))
    await boss.sees("我来问您")
    async with talk.app.database.read() as connection:
        one = await Analyses(connection).get(1)
    assert one is not None
    assert one.state == DONE
    [root] = [cause for cause in tree_from(one.content).causes if cause.end]
    assert (root.text, root.state, len(root.evidence[0].photos)) == ("洗车排班没有按预约量排", "verified", 2)
    [made] = await actions(talk)
    assert (made.title, made.source, made.source_id, len(made.before)) == (root.text, "cause", 1, 2)
    assert [call.error for call in talk.fake.calls if call.error] == []

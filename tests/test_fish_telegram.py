"""A fishbone in Telegram: from /why to the picture, on two phones, each keystroke within Telegram's rules."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fake_telegram import fake_telegram
from talking import store
from telegram_house import LIN, Talk, talking
from test_check_telegram import HAND, Phone, at_once

from bot.telegram.pace import Pace
from knowledge.cause.stored import fishbone_from
from records.analyses import DONE, FISH, Analyses, Sought
from records.people import People


@pytest.fixture
async def talk(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Talk]:
    monkeypatch.setattr(Pace, "take", at_once)
    async with fake_telegram() as fake, talking(fake, own_home) as talk:
        fake.flood.factor = 0
        here = await store(talk.app)
        for user, role in ((LIN, "supervisor"), (HAND, "staff")):
            await talk.put_in(user, role)
            async with talk.app.database.write() as connection:
                people = People(connection)
                known = await people.who("telegram", str(user))
                assert known is not None
                await people.assign(known.id, here.id)
                await people.change(known.id, quiet_from=0, quiet_to=0)
        yield talk


async def test_two_phones_fill_one_fishbone_and_vote(talk: Talk) -> None:
    boss, hand = Phone(talk, LIN), Phone(talk, HAND)
    await boss.says("/why 返修率从 3% 升到 6.2%", "用什么办法")
    await boss.taps("鱼骨图：一起列全", "在哪里")
    for asked in ("什么时候", "差多少", "影响谁", "指标"):
        await boss.taps("先跳过", asked)
    await boss.taps("没有指标", "用哪几根骨")
    await boss.taps("人机料法环测", "哪个环节")
    placed = await boss.taps("车间", "点一根骨写原因")
    assert placed.method == "editMessageText"
    await boss.taps("邀请同事", "请谁也来")
    [invite] = [one["text"] for row in boss.talk.fake.shown(LIN)[-1].buttons for one in row if "邀请" in one["text"]]
    await boss.taps(invite, "已邀请")
    await boss.taps("全部骨", "点一根骨写原因")
    await hand.sees("请您一起找原因")
    await hand.taps("参加", "欢迎参加")
    await hand.says("人：夜班没有质检员\n- 排班没算质检", "记下 2 条")
    first = await boss.taps("法", "完工后有没有路试和复检的要求")
    assert first.method == "editMessageText"
    await boss.says("完工后没有路试", "记下了")
    await boss.taps("全部骨", "夜班没有质检员")
    await boss.taps("投票", "每人 3 票")
    await boss.taps("投：夜班没有质检员", "您还有 2 票")
    await boss.taps("请大家投票", "已请还没投票的 1 人来投")
    await hand.sees("请您投票")
    await hand.taps("去投票", "每人 3 票")
    await hand.taps("投：夜班没有质检员", "夜班没有质检员（人，2 票）")
    await boss.taps("全部骨", "点一根骨写原因")
    shown = await boss.taps("做完了", "第 1 版")
    assert shown.method in ("sendPhoto", "sendMediaGroup", "sendDocument")
    await hand.sees("的鱼骨图做完了")
    async with talk.app.database.read() as connection:
        [one] = await Analyses(connection).all(Sought(kinds=(FISH,)))
    fish = fishbone_from(one.content)
    assert one.state == DONE
    assert {(twig.bone, twig.text) for twig in fish.twigs} == {
        ("人", "夜班没有质检员"), ("人", "排班没算质检"), ("法", "完工后没有路试"),
    }  # fmt: skip
    assert dict(fish.tally) == {1: 2}

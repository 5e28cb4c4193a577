"""People's side of the talk as it is met in Telegram: invites, answers by reply, documents."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fake_telegram import FakeTelegram, Sent, fake_telegram
from telegram_house import LIN, Talk, talking, unhurried

ZHAO = 7002
FOREIGN = "火星基地的氧气配给由谁审批？"
WAX = "# 打蜡作业指引\n\n## 打蜡时限\n打蜡须在45分钟内完成。\n\n## 打蜡材料\n用棕榈蜡。\n".encode()


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with fake_telegram() as far:
        yield far


@pytest.fixture
async def talk(fake: FakeTelegram, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Talk]:
    unhurried(fake, monkeypatch)
    async with talking(fake, own_home) as talk:
        yield talk


async def shown(talk: Talk, text: str, user: int = LIN) -> Sent:
    """The last message to someone that holds a text, once it is there."""
    await talk.fake.until(lambda: any(text in one.text for one in talk.fake.shown(user)))
    return [one for one in talk.fake.shown(user) if text in one.text][-1]


async def pressed(talk: Talk, on: Sent, verb: str, then: str, user: int = LIN) -> Sent:
    """What is shown after a press."""
    talk.fake.press(user, on, verb)
    return await shown(talk, then, user)


async def test_an_invite_made_in_telegram_lets_the_next_one_in(talk: Talk) -> None:
    await talk.join()
    asked = await talk.ask("/invite")
    asked = await pressed(talk, asked, "学员", "加入哪家门店")
    asked = await pressed(talk, asked, "不分门店", "生成邀请吗")
    made = await pressed(talk, asked, "生成邀请", "邀请已生成")
    assert made.files
    [code] = [line.rpartition(" ")[2] for line in made.text.splitlines() if "/start " in line]
    assert f"?start={code}" in made.text
    assert "您已作为学员加入" in (await talk.ask(f"/start {code}", ZHAO)).text


async def test_a_reply_to_an_unanswered_question_is_its_answer(talk: Talk) -> None:
    await talk.join()
    await talk.join(ZHAO, "staff")
    await talk.ask(FOREIGN, ZHAO)
    talk.fake.say(LIN, "/unanswered")
    item = await shown(talk, "1 次 · 没答上")
    await talk.ask("你好")  # by now the house knows what Telegram calls the item
    talk.fake.say(LIN, "由站长审批。", reply_to=item.message)
    sure = await shown(talk, "再有人这样问就这样答")
    assert FOREIGN in sure.text
    await pressed(talk, sure, "保存", "已保存，署名")
    assert "由站长审批" in (await talk.ask(FOREIGN, ZHAO)).text


async def test_a_document_sent_in_telegram_goes_in_and_out_again(talk: Talk) -> None:
    await talk.join()
    talk.fake.file(LIN, WAX, "打蜡.md")
    offer = await shown(talk, "打蜡作业指引")
    done = await pressed(talk, offer, "入库", "已入库：《打蜡》")
    assert "45分钟" in (await talk.ask("打蜡须在几分钟内完成？")).text
    await pressed(talk, done, "撤销", "已撤销：《打蜡》")
    assert "打蜡" not in [row.facts.name for row in await talk.app.desk.documents()]


async def test_who_leaves_in_telegram_is_told_so_and_is_a_stranger(talk: Talk) -> None:
    await talk.join()
    await talk.join(ZHAO, "staff")
    asked = await talk.ask("/leave", ZHAO)
    await pressed(talk, asked, "退出并删除", "已退出", ZHAO)
    assert "邀请链接" in (await talk.ask("/me", ZHAO)).text

"""A store check in Telegram, as strict as it is: buttons, edits in place, an album of photos, notices."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from checks import picture
from fake_telegram import Sent, fake_telegram
from talking import store
from telegram_house import LIN, Talk, talking

from bot.telegram.pace import Pace
from records.checks import Check, Checks
from records.people import People

HAND = 7002


@dataclass
class Phone:
    """What one person sees of the chat, and taps."""

    talk: Talk
    user: int
    said: int = 0

    async def says(self, text: str, expected: str) -> Sent:
        """Write, and wait until something with `expected` in it is shown."""
        return await self._do(lambda: self.talk.fake.say(self.user, text), expected)

    async def taps(self, button: str, expected: str) -> Sent:
        """Tap the button of that very name under the last message that has buttons."""
        last = [one for one in self.talk.fake.shown(self.user) if one.buttons][-1]
        [data] = [one["callback_data"] for row in last.buttons for one in row if one["text"] == button]
        return await self._do(lambda: self.talk.fake.press_data(self.user, last.message, data), expected)

    async def sends(self, *seeds: int, expected: str, text: str = "") -> Sent:
        """Photos, of which several are an album."""

        def album() -> None:
            name = f"album{seeds}" if len(seeds) > 1 else ""
            for n, seed in enumerate(seeds):
                self.talk.fake.photo(self.user, picture(seed), text if n == 0 else "", album=name)

        return await self._do(album, expected)

    async def sees(self, expected: str, since: int = 0) -> Sent:
        """The last that was shown with `expected` in it, once there is one."""
        found: list[Sent] = []

        def shown() -> bool:
            found[:] = [one for one in self.talk.fake.shown(self.user)[since:] if expected in one.text]
            return bool(found)

        await self.talk.fake.until(shown)
        return found[-1]

    async def _do(self, act: Callable[[], object], expected: str) -> Sent:
        self.said += 1
        before = len(self.talk.fake.shown(self.user))
        act()
        return await self.sees(expected, before)


async def at_once(pace: Pace, chat: int) -> None:
    """Nobody waits for a limit: it has its own tests, and this is about what is said."""


@pytest.fixture
async def talk(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Talk]:
    monkeypatch.setattr(Pace, "take", at_once)
    async with fake_telegram() as fake, talking(fake, own_home) as talk:
        fake.flood.factor = 0
        here = await store(talk.app)
        await store(talk.app, "SH-02", "虹桥店")
        for user, role in ((LIN, "supervisor"), (HAND, "staff")):
            await talk.put_in(user, role)
            async with talk.app.database.write() as connection:
                people = People(connection)
                known = await people.who("telegram", str(user))
                assert known is not None
                await people.assign(known.id, here.id)
                await people.change(known.id, quiet_from=0, quiet_to=0)
        yield talk


async def finished(talk: Talk) -> Check:
    async with talk.app.database.read() as connection:
        [check] = await Checks(connection).all()
    return check


async def test_a_full_check_with_a_veto_two_failures_and_an_album(talk: Talk) -> None:
    boss, hand = Phone(talk, LIN), Phone(talk, HAND)
    first = await boss.says("/check 5S", "1/8 台面只留必需品")
    assert [[one["text"] for one in row] for row in first.buttons] == [
        ["合格", "不合格"], ["全部合格", "全部合格，除了…"], ["看标准", "先放下"],
    ]  # fmt: skip
    second = await boss.taps("合格", "2/8")
    assert (second.method, second.message) == ("editMessageText", first.message)
    await boss.taps("合格", "3/8 客户资料与钥匙收好（一票否决）")
    await boss.taps("不合格", "发 1 张照片")
    assert (await boss.sends(1, 2, text="委托书摊在台面上", expected="已收照片 2 张")).method == "sendMessage"
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
    await boss.sees("有 2 项要整改")
    await boss.taps("全部建 2 条", "已建 2 条整改")
    told = await hand.sees("刚做完一次检核")
    talk.fake.press_data(HAND, told.message, told.button("看照片"))
    await hand.sees("客户资料与钥匙收好、地面台面无垃圾残留")
    assert [len(one.files) for one in talk.fake.shown(HAND) if one.files]
    talk.fake.press_data(HAND, told.message, told.button("确认"))
    confirmed = await hand.sees("门店已确认")
    assert (confirmed.method, confirmed.message) == ("editMessageText", told.message)
    check = await finished(talk)
    assert (check.total, check.grade, check.state) == (68, "D", "confirmed")
    assert [len(mark.photos) for _, mark in check.failed] == [2, 1]
    assert [one.error for one in talk.fake.calls if one.error] == []


async def test_a_passing_check_takes_ten_messages_in_one_bubble(talk: Talk) -> None:
    boss = Phone(talk, LIN)
    first = await boss.says("/check 5S 浦东", "1/8")
    for n in range(2, 9):
        await boss.taps("合格", f"{n}/8")
    await boss.taps("合格", "总分 100，A 级，通过")
    last = await boss.taps("提交", "已提交")
    assert boss.said == 10
    assert last.message == first.message
    assert len({one.message for one in talk.fake.shown(LIN)}) == 1
    assert (await finished(talk)).total == 100

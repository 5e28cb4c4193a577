"""A spot check as it is met in Telegram: the task, an album in reply, the card to judge it by."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_telegram import FakeTelegram, Sent, fake_telegram
from photographs import exif, jpeg, scene
from telegram_house import Talk, talking, unhurried

from records.people import People
from records.spots import Spots
from records.stores import Stores

BOSS, CLERK, OTHER = 8001, 8002, 8003
PLACE = (31.2304, 121.4737)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with fake_telegram() as far:
        yield far


@pytest.fixture
async def talk(fake: FakeTelegram, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Talk]:
    unhurried(fake, monkeypatch)
    async with talking(fake, own_home, photos={"read_codes": False}) as talk:
        async with talk.app.database.write() as connection:
            here = await Stores(connection).save("SH-01", "浦东店", "华东", PLACE)
            there = await Stores(connection).save("BJ-01", "北京店", "华北")
        for user, role, store in ((BOSS, "supervisor", here), (CLERK, "staff", here), (OTHER, "staff", there)):
            await talk.put_in(user, role)
            async with talk.app.database.write() as connection:
                person = await People(connection).who("telegram", str(user))
                assert person is not None
                await People(connection).assign(person.id, store.id)
                await People(connection).change(person.id, quiet_from=0, quiet_to=0)
        yield talk


async def press(talk: Talk, user: int, sent: Sent, text: str) -> Sent:
    before = len(talk.fake.shown(user))
    data = [one["callback_data"] for row in sent.buttons for one in row if one["text"] == text]
    talk.fake.press_data(user, sent.message, data[0])
    return (await talk.fake.told(user, before + 1))[-1]


async def asked(talk: Talk) -> Sent:
    """The store is asked for two things; the task as the clerk sees it."""
    await talk.ask("/spot", BOSS)
    shown = await talk.ask("前台\n客休区", BOSS)
    for choice in ("不用样片", "3小时内", "发出（带验证码）"):
        shown = await press(talk, BOSS, shown, choice)
    assert "已发出 1 条抽查" in shown.text
    return (await talk.fake.told(CLERK, 1))[-1]


async def test_an_album_in_reply_is_judged_by_one_card(talk: Talk) -> None:
    task = await asked(talk)
    assert "抽查 1：前台、客休区" in task.text
    now = datetime.now(UTC).astimezone(talk.app.turns.deployment.zone)
    for n in range(3):
        content = jpeg(scene(n + 1), exif=exif(now.replace(tzinfo=None), PLACE))
        talk.fake.photo(CLERK, content, album="a1", reply_to=task.message)
    answer = (await talk.fake.told(CLERK, 2))[-1]
    assert "已交给人8001" in answer.text
    before = len([one for one in talk.fake.shown(BOSS) if one.method != "editMessageText"])
    await talk.fake.until(lambda: any("合格" in str(one.buttons) for one in talk.fake.shown(BOSS)))
    shown = talk.fake.shown(BOSS)
    card = next(one for one in shown if "合格" in str(one.buttons))
    assert before
    pictures = [one for one in shown if one.method == "sendMediaGroup"]
    assert [one.files for one in pictures] == [[f"photo-{n}.jpg"] for n in (1, 2, 3)]
    assert "交了 3 张照片" in card.text
    assert all(b"Xiaomi" in content for content in list(talk.fake.files.values())[:3])  # what the clerk sent
    sent = list(talk.fake.files.values())[3:]
    assert len(sent) == 3
    assert not [content for content in sent if b"Xiaomi" in content or b"Exif" in content]
    assert "已判合格" in (await press(talk, BOSS, card, "合格")).text
    assert "看过了：合格" in (await talk.fake.told(CLERK, 3))[-1].text
    assert talk.fake.shown(OTHER) == []


async def test_photos_one_by_one_are_offered_to_the_task_and_handed_in(talk: Talk) -> None:
    await asked(talk)
    before = len(talk.fake.shown(CLERK))
    talk.fake.photo(CLERK, jpeg(scene(1)))
    offered = (await talk.fake.told(CLERK, before + 1))[-1]
    assert "是交“前台、客休区”这条抽查吗" in offered.text
    assert "已交给" in (await press(talk, CLERK, offered, "提交")).text
    async with talk.app.database.read() as connection:
        [found] = await Spots(connection).all(None, "sent")
    assert found.photos == (1,)


async def test_the_same_message_twice_hands_the_photo_in_once(talk: Talk) -> None:
    task = await asked(talk)
    talk.fake.photo(CLERK, jpeg(scene(1)), reply_to=task.message, twice=True)
    await talk.fake.told(CLERK, 2)
    await talk.ask("/spots", CLERK)
    async with talk.app.database.read() as connection:
        [found] = await Spots(connection).all(None, "sent")
    assert found.photos == (1,)

"""Spot checks: asked for, answered by photos in any way, judged, drawn by chance, chased; each sees their own."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from conftest import Opens
from photographs import jpeg, scene
from PIL import ImageEnhance
from talking import NOON, Clock, Talk, store

from bot.app import App
from bot.outbox import Delivery
from bot.ticking import Ticking
from handlers import flow
from handlers.documents import PHOTO
from handlers.message import Attachment, Reply
from handlers.roles import NOT_YOURS
from handlers.spots import card as spot_card
from handlers.spots import judging as spot_judging
from handlers.spots import planning as spot_planning
from handlers.spots import sending as spot_sending
from handlers.spots import start as spot
from handlers.wire import load_reply
from records.database import Database
from records.people import People, Person
from records.photos.keeping import Photos
from records.spots import ACCEPTED, ASKED, REJECTED, SENT, WITHDRAWN, Overtaken, Plan, Plans, Spot, Spots, drawn
from records.stores import Store, Stores


@pytest.fixture
async def app(own_home: Path, house: Opens) -> AsyncIterator[App]:
    async with house(own_home, photos={"read_codes": False}) as opened_app:
        opened_app.turns.now = Clock(NOON)
        yield opened_app


@pytest.fixture
async def here(app: App) -> Store:
    return await store(app)


@pytest.fixture
async def boss(app: App, here: Store) -> Talk:
    return await someone(app, "督导", "supervisor", here)


@pytest.fixture
async def clerk(app: App, here: Store) -> Talk:
    return await someone(app, "小林", "staff", here)


async def someone(app: App, name: str, role: str, *stores: Store, **changes: Any) -> Talk:
    chat = Talk(app, f"chat-{name}", person=name)
    await chat.be(role, *stores, quiet_from=0, quiet_to=0, **changes)
    return chat


def clock(app: App) -> Clock:
    assert isinstance(app.turns.now, Clock)
    return app.turns.now


async def ask(boss: Talk, items: str = "前台", *, code: bool = True) -> None:
    """Ask the only store of this person."""
    await boss.say("/spot")
    await boss.say(items)
    await boss.press("不用样片")
    await boss.press("3小时内")
    await boss.press("带验证码" if code else "不带")


async def one(app: App, number: int = 1) -> Spot:
    async with app.database.read() as connection:
        found = await Spots(connection).get(number)
    assert found is not None
    return found


async def album(chat: Talk, *seeds: int, **fields: Any) -> str:
    refs = [await chat.app.turns.files.put(jpeg(scene(seed))) for seed in seeds]
    sent = tuple(Attachment(f"{ref[:4]}.jpg", "image/jpeg", ref, 10, "photo") for ref in refs)
    return await chat.send(attachments=sent, **fields)


async def latest(chat: Talk) -> Reply:
    """What a chat was told last without having asked."""
    rows = [row for row in await chat.told() if row.inbox_id is None]
    return load_reply(rows[-1].payload)


async def answered(chat: Talk, *seeds: int) -> str:
    """What is said to photos that reply to the task."""
    rows = [row for row in await chat.told() if row.payload.get("about", "").startswith("spot:")]
    return await album(chat, *seeds, answers=rows[-1].sent_as)


async def judge(chat: Talk, verb: str) -> str:
    """Press a button of the card that came last."""
    buttons = [button for row in (await latest(chat)).buttons for button in row if button.text == verb]
    return await chat.act(buttons[0].action)


async def lived(app: App, hours: float) -> None:
    """Let time pass, looked at every quarter of an hour."""
    ticks = Ticking(app.turns, Delivery(app.database, app.channels, app.turns.name, app.turns.now))
    until = clock(app).now + timedelta(hours=hours)
    while clock(app).now < until:
        clock(app).on(minutes=15)
        await ticks.reminders()


async def test_a_store_is_asked_answers_by_reply_and_is_judged(app: App, boss: Talk, clerk: Talk) -> None:
    await ask(boss, "前台\n客休区")
    task, asked = await latest(clerk), await one(app)
    assert asked.items == ("前台", "客休区")
    assert asked.due_at == NOON + timedelta(hours=3)
    assert len(asked.code) == 4
    for part in ("前台、客休区", "浦东店", "督导", "今天 15:00", asked.code, "回复这条消息"):
        assert part in task.text
    said = await answered(clerk, 1, 2)
    assert said == "已交给督导。看过后会告诉您。"
    shown = await latest(boss)
    assert "小林 05-04 12:00 交了 2 张照片" in shown.text
    assert f"第 1 张：请核对照片里的验证码 {asked.code}" in shown.text
    assert len(shown.files) == 2
    assert [button.text for row in shown.buttons for button in row] == ["合格", "不合格", "重拍"]
    assert "已判合格" in await judge(boss, "合格")
    assert (await one(app)).state == ACCEPTED
    assert "督导看过了：合格" in (await latest(clerk)).text
    assert await clerk.say("/spots") == spot.NONE
    assert spot.NONE_TO_JUDGE in await boss.say("/spots")


async def test_photos_that_are_judged_bad_can_become_an_action(app: App, boss: Talk, clerk: Talk) -> None:
    await ask(boss, code=False)
    assert (await one(app)).code == ""
    await answered(clerk, 1)
    await judge(boss, "不合格")
    said = await boss.say("地面有油污")
    assert "已判不合格" in said
    assert "前台" in boss.replies[1].text
    assert boss.buttons
    assert "不合格。原因：地面有油污" in (await latest(clerk)).text
    found = await one(app)
    assert (found.state, found.reason) == (REJECTED, "地面有油污")


async def test_a_retake_has_another_code_and_time_enough(app: App, boss: Talk, clerk: Talk) -> None:
    await ask(boss)
    first = await one(app)
    await answered(clerk, 1)
    clock(app).on(hours=5)
    await judge(boss, "重拍")
    assert "已请门店重拍" in await boss.press("没有拍全")
    second = await one(app)
    assert (second.state, second.round, second.photos) == (ASKED, 2, ())
    assert second.code != first.code
    assert second.due_at == clock(app).now + timedelta(hours=2)
    task = await latest(clerk)
    assert "要求重拍：没有拍全" in task.text
    assert second.code in task.text
    await answered(clerk, 2)
    assert (await one(app)).photos == (2,)
    assert "交了 1 张照片" in (await latest(boss)).text


async def test_a_photo_sent_just_like_that_is_offered_to_the_only_task(app: App, boss: Talk, clerk: Talk) -> None:
    await ask(boss)
    assert "是交“前台”这条抽查吗" in await album(clerk, 1)
    assert (await one(app)).state == ASKED
    assert "收到 2 张照片" in await album(clerk, 2)
    assert "已交给督导" in await clerk.press("提交")
    assert (await one(app)).photos == (1, 2)


async def test_with_several_tasks_it_is_asked_which_one(app: App, boss: Talk, clerk: Talk) -> None:
    await ask(boss)
    await ask(boss, "备件库")
    assert "是交哪一条抽查的" in await album(clerk, 1, 2)
    assert "已交给督导" in await clerk.press("备件库")
    assert ((await one(app)).state, (await one(app, 2)).state) == (ASKED, SENT)
    assert (await one(app, 2)).photos == (1, 2)


async def test_a_button_asks_for_the_photos(app: App, boss: Talk, clerk: Talk) -> None:
    await ask(boss)
    await clerk.say("/spots")
    assert (await one(app)).code in await clerk.press("发照片")
    await album(clerk, 1)
    assert await clerk.press("取消") == flow.CANCELLED
    assert (await one(app)).state == ASKED
    await clerk.say("/spots")
    await clerk.press("发照片")
    await album(clerk, 2)
    assert "已交给督导" in await clerk.press("提交")


async def test_more_photos_may_follow_until_it_is_judged(app: App, boss: Talk, clerk: Talk) -> None:
    await ask(boss, "前台\n客休区")
    assert "抽查有 2 项，目前收到 1 张" in await answered(clerk, 1)
    assert "2 项" not in await answered(clerk, 2)
    assert (await one(app)).photos == (1, 2)
    assert spot_sending.TOLD_MORE in (await latest(boss)).text
    first = next(load_reply(row.payload) for row in await boss.told() if spot_sending.TOLD in row.payload["text"])
    stale = next(button.action for row in first.buttons for button in row)
    assert spot_judging.CHANGED in await boss.act(stale)
    await judge(boss, "合格")
    assert await answered(clerk, 3) == spot_sending.CLOSED


async def test_what_is_wrong_with_a_photo_is_told_to_both(app: App, boss: Talk, clerk: Talk) -> None:
    await ask(boss, code=False)
    rows = [row for row in await clerk.told() if row.inbox_id is None]
    dark = await app.turns.files.put(jpeg(ImageEnhance.Brightness(scene(1)).enhance(0.2)))
    said = await clerk.send(
        attachments=(Attachment("a.jpg", "image/jpeg", dark, 9, "photo"),), answers=rows[-1].sent_as
    )
    assert "太暗了" in said
    assert "已交给督导" in said
    assert "第 1 张：太暗" in (await latest(boss)).text


async def test_words_in_reply_to_a_task_are_a_question(boss: Talk, clerk: Talk) -> None:
    await ask(boss)
    rows = [row for row in await clerk.told() if row.inbox_id is None]
    assert "25分钟" in await clerk.send("普通洗车要在多少分钟内完成？", answers=rows[-1].sent_as)


async def test_several_stores_and_a_sample(app: App, here: Store) -> None:
    two, three = await store(app, "SH-02", "徐汇店"), await store(app, "SH-03", "静安店")
    boss = await someone(app, "督导", "supervisor", here, two, three)
    first, second = await someone(app, "甲", "staff", here), await someone(app, "乙", "staff", two)
    await boss.say("/spot")
    await boss.press("浦东店")
    assert "没有这家门店" in await boss.say("不存在的店")
    await boss.say("sh-02")
    assert "已选 2 家：浦东店、徐汇店" in boss.replies[-1].text
    await boss.press("选好了")
    await boss.press("前台")
    await album(boss, 9)
    assert "没看懂" in await boss.say("某时")
    await boss.say("明天上午")
    said = await boss.press("带验证码")
    assert "已发出 2 条抽查" in said
    for chat in (first, second):
        task = await latest(chat)
        assert spot_card.SAMPLE in task.text
        assert len(task.files) == 1
    assert {(await one(app, n)).store_id for n in (1, 2)} == {here.id, two.id}
    codes = [(await one(app, n)).code for n in (1, 2)]
    assert codes[0] in (await latest(first)).text
    assert codes[1] in (await latest(second)).text
    await boss.say("/spot")
    await boss.press("静安店")
    await boss.press("选好了")
    for press in ("前台", "不用样片", "1小时内"):
        await boss.press(press)
    assert "静安店还没有同事加入" in await boss.press("不带")


async def test_another_store_learns_nothing(app: App, boss: Talk, clerk: Talk) -> None:
    await ask(boss, "机密角落")
    await answered(clerk, 1)
    stranger_store = await store(app, "BJ-01", "北京店")
    for role in ("staff", "supervisor", "trainee"):
        chat = await someone(app, f"外{role}", role, stranger_store)
        for action in ("send:1", "photos:1", "accept:1:1", "reject:1:1", "again:1:1", "withdraw:1:0"):
            said = await chat.act(f"spot:{action}")
            assert said in (spot_sending.NOT_HERE, NOT_YOURS)
        assert "机密" not in await chat.say("/spots")
        assert "机密" not in await album(chat, 3)
    assert (await one(app)).state == SENT


async def test_staff_do_not_judge_and_nobody_judges_their_own(app: App, boss: Talk, clerk: Talk) -> None:
    await ask(boss)
    await answered(clerk, 1)
    assert await clerk.act("spot:accept:1:1") == spot_judging.NOT_YOURS
    assert (await one(app)).state == SENT
    await ask(boss, "备件库")
    assert "已交给" in await album(boss, 5, answers=await _task_of(boss))
    assert await boss.act("spot:accept:2:1") == spot_judging.OWN


async def _task_of(boss: Talk) -> str:
    """A message of the boss's that speaks of the second task."""
    await boss.act("spot:accept:2:0")
    return [row.sent_as for row in await boss.told() if row.payload.get("about") == "spot:2"][-1]


async def test_a_task_can_be_taken_back(app: App, boss: Talk, clerk: Talk) -> None:
    await ask(boss)
    assert "已撤回" in await boss.act("spot:withdraw:1:0")
    assert (await one(app)).state == WITHDRAWN
    assert "不用拍了" in (await latest(clerk)).text
    assert await album(clerk, 1) == PHOTO
    await lived(app, 30)
    assert "不用拍了" in (await latest(clerk)).text


async def test_the_queue_shows_what_waits_some_at_a_time(app: App, boss: Talk, clerk: Talk) -> None:
    for n in range(7):
        await ask(boss, f"角落{n}", code=False)
        clock(app).on(minutes=1)
    await clerk.say("/spots")
    assert [reply.text.count("角落") for reply in clerk.replies] == [0, 1, 1, 1, 1, 1]
    await clerk.press("再看 2 条")
    assert len(clerk.replies) == 2
    said = await boss.say("/spots")
    assert "等门店交照片的有 7 条" in said
    assert "角落3" in said
    await answered(clerk, 1)
    await boss.say("/spots")
    assert "等您看的抽查有 1 条" in boss.replies[0].text
    assert len(boss.replies) == 2


async def test_both_are_reminded_and_then_one_higher(app: App, here: Store, clerk: Talk) -> None:
    chief = await someone(app, "大区", "supervisor")
    boss = await someone(app, "督导", "supervisor", here, reports_to=(await chief.who()).id)
    await ask(boss, code=False)
    heard: dict[str, list[str]] = {}
    for hours in (2.5, 1, 24):
        await lived(app, hours)
        heard = {chat.person: [text.split("\n")[0] for text in await chat.heard()] for chat in (clerk, boss, chief)}
    assert heard["小林"] == [
        spot.NEW_TASK, "这条抽查快到截止时间了。", *["这条抽查已经到截止时间，请尽快交照片。"] * 2,
    ]  # fmt: skip
    assert heard["督导"] == ["门店还没有交照片。"] * 2
    assert [text[:7] for text in heard["大区"]] == ["这条抽查已经过"]
    assert await album(clerk, 1) != PHOTO
    await clerk.press("提交")
    await lived(app, 37)
    assert [text.split("\n")[0] for text in await boss.heard()][2:] == [
        spot_sending.TOLD, "门店交的照片等着您看。", "门店交的照片等着您看。",
    ]  # fmt: skip
    assert "已经等了" in (await chief.heard())[-1]


def plan(**changes: Any) -> Plan:
    values = {"stores": (1, 2, 3), "items": ("前台", "备件库", "洗手间"), "weekdays": (0, 1, 2, 3, 4), "minute": 600}
    return Plan(**{"created_by": 1, "created_at": NOON, "hours": 2.0, "seed": "abc", **values, **changes})


def test_a_plan_draws_each_store_once_a_week_and_the_same_every_time() -> None:
    for week in range(20):
        monday = date(2026, 5, 4) + timedelta(weeks=week)
        found = [(day, *each) for day in range(7) for each in drawn(plan(), monday + timedelta(day))]
        assert sorted(store_id for _, store_id, _ in found) == [1, 2, 3]
        assert all(day < 5 for day, _, _ in found)
        assert found == [(day, *each) for day in range(7) for each in drawn(plan(), monday + timedelta(day))]


def test_no_weekday_or_item_is_left_out_in_the_long_run() -> None:
    days = [date(2026, 5, 4) + timedelta(n) for n in range(7 * 60)]
    found = [(day.weekday(), item) for day in days for _, item in drawn(plan(), day)]
    assert {day for day, _ in found} == {0, 1, 2, 3, 4}
    assert {item for _, item in found} == {"前台", "备件库", "洗手间"}
    other = [each for day in days for each in drawn(plan(seed="other"), day)]
    assert other != [each for day in days for each in drawn(plan(), day)]


async def test_a_weekly_plan_asks_by_itself_until_it_is_stopped(app: App, boss: Talk, clerk: Talk) -> None:
    await boss.say("/spots")
    await boss.press("每周随机抽查")
    await boss.press("新增计划")
    await boss.say("前台\n备件库")
    await boss.press("周一到周五")
    await boss.press("10:00")
    await boss.press("2 小时")
    assert "已开始" in await boss.press("开始")
    await lived(app, 24 * 14)
    async with app.database.read() as connection:
        found = await Spots(connection).all(None, ASKED)
    local = [each.created_at.astimezone(app.turns.deployment.zone) for each in found]
    weeks = [moment.isocalendar().week for moment in local]
    assert len(found) in (1, 2, 3)
    assert len(set(weeks)) == len(weeks)
    assert all((moment.hour, moment.minute) == (10, 0) and moment.weekday() < 5 for moment in local)
    assert all(each.code and each.due_at == each.created_at + timedelta(hours=2) for each in found)
    assert [text for text in await clerk.heard() if text.startswith(spot_planning.TASK)]
    await boss.say("/spots")
    assert "前台、备件库" in await boss.press("每周随机抽查")
    other = await someone(app, "别人", "supervisor")
    assert await other.act("spot:stop:1") == spot_planning.NOT_HERE
    await boss.press("停止计划")
    await lived(app, 24 * 14)
    async with app.database.read() as connection:
        assert len(await Spots(connection).all(None, ASKED)) == len(found)


async def test_a_plan_asks_nothing_of_stores_its_owner_no_longer_leads(app: App, boss: Talk, here: Store) -> None:
    me = await boss.who()
    async with app.database.write() as connection:
        await Plans(connection).add(plan(created_by=me.id, stores=(here.id,), weekdays=(0,)))
        await People(connection).assign(me.id, here.id, take_away=True)
    await _due(app, me)
    async with app.database.read() as connection:
        assert await Spots(connection).all() == []


async def _due(app: App, person: Person) -> None:
    from handlers.context import Due
    from records.reminders import Reminder

    async with app.database.write() as connection:
        current = await People(connection).get(person.id)
        assert current is not None
        reminder = Reminder("spots:1", person.id, "spots", NOON, 600, payload={"plan": 1, "escalate": 24.0})
        assert await spot_planning.draw(Due(connection, reminder, current, NOON)) == []


async def test_of_two_judgements_at_once_one_holds(database: Database) -> None:
    async with database.write() as connection:
        here = await Stores(connection).save("SH-01", "浦东店", "华东")
        spots = Spots(connection)
        made = await spots.add(Spot(here.id, ("前台",), "0482", None, NOON, NOON))
        assert await spots.get(made.id) == made
        await spots.save(made, made)
        with pytest.raises(Overtaken):
            await spots.save(made, made)
        assert await Photos(connection).of([]) == []
        kept = await Plans(connection).add(
            plan(created_by=(await People(connection).add("甲", "admin", "UTC", NOON)).id)
        )
        assert await Plans(connection).get(kept.id) == kept
        await Plans(connection).drop(kept.id)
        assert await Plans(connection).of(kept.created_by) == []


def test_codes_are_four_digits() -> None:
    from records.spots import new_code

    codes = [new_code(Random(seed)) for seed in range(500)]
    assert all(len(code) == 4 and code.isdecimal() for code in codes)
    assert len(set(codes)) > 400

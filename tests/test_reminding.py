"""Reminders come once a day at a person's hour, not at night, not on days off, and rise to the boss unless done."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import loaded
from talking import NOON, Clock, Talk

from bot.app import App, opened
from bot.outbox import Delivery
from bot.ticking import Ticking
from handlers.message import Reply
from handlers.reminding import OWN_HOUR, WORKDAYS, escalate, remind, retimed
from handlers.wire import dump_reply
from records.outbox import Promised
from records.people import Person
from records.reminders import EVERY_DAY, Reminder, Reminders

SAY = {"reply": dump_reply(Reply("该巡店了。"))}


@pytest.fixture
def clock(app: App) -> Clock:
    clock = Clock(NOON)
    app.turns.now = clock
    return clock


def ticking(app: App) -> Ticking:
    return Ticking(app.turns, Delivery(app.database, app.channels, app.turns.name, app.turns.now))


async def put(app: App, *reminders: Reminder) -> None:
    async with app.database.write() as connection:
        for one in reminders:
            await Reminders(connection).put(one)


async def daily(app: App, person: Person, weekdays: tuple[int, ...] = EVERY_DAY, minute: int = OWN_HOUR) -> None:
    """A reminder that comes at the person's hour."""
    await put(app, Reminder(f"walk:{person.id}", person.id, "say", app.turns.now(), minute, weekdays, SAY))
    async with app.database.write() as connection:
        await retimed(connection, person, app.turns.now())


async def lived(app: App, clock: Clock, chat: Talk, *, until: datetime, step: int = 10) -> list[Promised]:
    """What a chat was told while the clock ran, looked at every `step` minutes."""
    ticks = ticking(app)
    while clock.now < until:
        await ticks.reminders()
        clock.on(minutes=step)
    return [row for row in await chat.told() if row.inbox_id is None]


@pytest.mark.parametrize(
    ("zone", "since", "days"),
    [
        ("Asia/Shanghai", datetime(2026, 5, 4), 4),
        ("America/New_York", datetime(2026, 3, 6), 5),  # the clocks go forward on the 8th
        ("America/New_York", datetime(2026, 10, 30), 5),  # and back on 1 November
        ("Australia/Lord_Howe", datetime(2026, 4, 3), 4),  # half an hour back on the 5th
        ("Asia/Kathmandu", datetime(2026, 5, 4), 3),
    ],
)
async def test_a_reminder_comes_once_a_local_day_at_the_persons_minute(
    app: App, clock: Clock, zone: str, since: datetime, days: int
) -> None:
    clock.now = since.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    chat = Talk(app)
    person = await chat.be("staff", zone=zone, reminder_at=8 * 60 + 30)
    await daily(app, person)
    until = (since + timedelta(days=days)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    told = [row.due_at.astimezone(ZoneInfo(zone)) for row in await lived(app, clock, chat, until=until)]
    assert [one.date() for one in told] == [(since + timedelta(days=n)).date() for n in range(days)]
    assert {(one.hour, one.minute) for one in told} == {(8, 30)}


async def test_a_reminder_at_a_minute_that_the_clocks_skip_or_repeat_comes_once(app: App, clock: Clock) -> None:
    zone = ZoneInfo("America/New_York")
    chat = Talk(app)
    for since, minute, hours in (
        (datetime(2026, 3, 7), 150, [(2, 30), (3, 30), (2, 30)]),
        (datetime(2026, 10, 31), 90, [(1, 30), (1, 30), (1, 30)]),
    ):
        clock.now = since.replace(tzinfo=zone).astimezone(UTC)
        before = len(await chat.told())
        person = await chat.be("staff", zone=zone.key, reminder_at=minute, quiet_from=0, quiet_to=0)
        await daily(app, person)
        told = await lived(app, clock, chat, until=clock.now + timedelta(hours=72))
        local = [row.due_at.astimezone(zone) for row in told[before:]]
        assert [(one.hour, one.minute) for one in local] == hours
        assert len({one.date() for one in local}) == 3


async def test_it_comes_on_its_weekdays_only(app: App, clock: Clock) -> None:
    chat = Talk(app)
    person = await chat.be("staff")
    await daily(app, person, WORKDAYS)
    told = await lived(app, clock, chat, until=NOON + timedelta(days=9), step=30)
    assert [row.due_at.astimezone(ZoneInfo("Asia/Shanghai")).day for row in told] == [5, 6, 7, 8, 11, 12, 13]


async def test_at_night_it_waits_for_the_end_of_the_quiet_hours(app: App, clock: Clock) -> None:
    chat = Talk(app)
    person = await chat.be("staff", quiet_from=22 * 60, quiet_to=8 * 60)
    await daily(app, person, minute=23 * 60)
    [first, second] = await lived(app, clock, chat, until=NOON + timedelta(days=2), step=30)
    assert [row.created_at.astimezone(ZoneInfo("Asia/Shanghai")).hour for row in (first, second)] == [23, 23]
    assert [row.due_at for row in (first, second)] == [datetime(2026, 5, day, tzinfo=UTC) for day in (5, 6)]


async def test_without_quiet_hours_it_comes_at_night(app: App, clock: Clock) -> None:
    chat = Talk(app)
    person = await chat.be("staff", quiet_from=0, quiet_to=0)
    await daily(app, person, minute=23 * 60)
    [told] = await lived(app, clock, chat, until=NOON + timedelta(days=1), step=30)
    assert told.due_at == datetime(2026, 5, 4, 15, tzinfo=UTC)


async def test_after_a_long_stop_it_comes_once_and_then_at_its_hour(app: App, clock: Clock) -> None:
    chat = Talk(app)
    await daily(app, await chat.be("staff"))
    clock.on(days=5)
    told = await lived(app, clock, chat, until=clock.now + timedelta(days=1), step=30)
    assert [row.due_at.astimezone(ZoneInfo("Asia/Shanghai")).hour for row in told] == [12, 8]


async def test_a_single_reminder_comes_once(app: App, clock: Clock) -> None:
    chat = Talk(app)
    person = await chat.be("staff")
    async with app.database.write() as connection:
        for text in ("旧的", "新的"):  # the same key: the later one takes the earlier one's place
            await remind(connection, "visit:1", person, NOON + timedelta(hours=1), Reply(text))
    assert [row.payload["text"] for row in await lived(app, clock, chat, until=NOON + timedelta(hours=5))] == ["新的"]


async def test_it_rises_to_the_boss_unless_it_is_dropped(app: App, clock: Clock) -> None:
    boss, other = Talk(app, "c2", person="老王"), Talk(app, "c3", person="老李")
    chief, second = await boss.be("supervisor"), await other.be("supervisor")
    person = await Talk(app).be("staff", reports_to=chief.id)
    async with app.database.write() as connection:
        due = NOON + timedelta(hours=2)
        await escalate(connection, "late:1", person, due, Reply("整改逾期。"))
        await escalate(connection, "late:2", person, due, Reply("已经做完。"))
        await escalate(connection, "late:3", person, due, Reply("请老李看。"), to=second.id)
        await Reminders(connection).drop("late:2")
    assert await lived(app, clock, boss, until=NOON + timedelta(hours=1, minutes=50)) == []
    told = await lived(app, clock, boss, until=NOON + timedelta(hours=4))
    assert [row.payload["text"] for row in told] == ["整改逾期。"]
    assert await other.heard() == ["请老李看。"]


async def test_without_a_boss_it_is_said_to_nobody(app: App, clock: Clock) -> None:
    person = await Talk(app).be("staff")
    async with app.database.write() as connection:
        await escalate(connection, "late:1", person, NOON, Reply("整改逾期。"))
    await ticking(app).reminders()
    assert await Talk(app).heard() == []
    async with app.database.read() as connection:
        assert await Reminders(connection).of(person.id) == []


async def test_who_has_left_is_reminded_of_nothing(app: App, clock: Clock) -> None:
    chat = Talk(app)
    await daily(app, await chat.be("staff"))
    await chat.say("/leave")
    await chat.press("退出并删除")
    assert await lived(app, clock, chat, until=NOON + timedelta(days=2), step=60) == []


async def test_two_processes_that_tick_at_once_say_it_once(app: App, own_home: Path, clock: Clock) -> None:
    chat = Talk(app)
    for n in range(20):
        person = await chat.be("staff", quiet_from=0, quiet_to=0)
        await put(app, Reminder(f"one:{n}", person.id, "say", NOON, payload=SAY))
    async with opened(loaded(own_home)) as other:
        other.channels.update(app.channels)
        other.turns.now = clock
        for _ in range(3):
            await asyncio.gather(*(ticking(one).reminders() for one in (app, other, app, other)))
    assert len(await chat.heard()) == 20


async def test_a_reminder_that_cannot_be_said_does_not_hold_up_the_others(app: App, clock: Clock) -> None:
    chat = Talk(app)
    person = await chat.be("staff")
    await put(app, Reminder("bad", person.id, "say", NOON - timedelta(hours=1), payload={}))
    await put(app, Reminder("odd", person.id, "no-such-kind", NOON - timedelta(hours=1)))
    await put(app, Reminder("good", person.id, "say", NOON, payload=SAY))
    await ticking(app).reminders()
    assert await chat.heard() == ["该巡店了。"]
    async with app.database.read() as connection:
        assert await Reminders(connection).of(person.id) == []


async def test_the_digest_counts_what_waits_since_the_last_one(app: App, clock: Clock) -> None:
    clock.now = datetime(2026, 5, 8, 10, tzinfo=UTC)  # Friday evening
    admin, chat = Talk(app), Talk(app, "c2", person="小赵")
    await retime(app, await admin.be("admin"))
    await chat.be("staff")
    for question in ("火星基地在哪里？", "年会抽奖的奖品有哪些？", "班车几点从总部发车？"):
        await chat.say(question)
        clock.on(minutes=1)
    await admin.say("/unanswered")
    await admin.act("answer:1")
    await admin.say("不知道，也不用知道。")
    await admin.press("保存")
    told = await lived(app, clock, admin, until=datetime(2026, 5, 13, tzinfo=UTC), step=30)
    local = [(row.due_at.astimezone(ZoneInfo("Asia/Shanghai")).date(), row.payload["text"][:15]) for row in told]
    assert local == [(date(2026, 5, 11), "上次提醒到现在，有 2 个问题")]


async def retime(app: App, person: Person) -> None:
    async with app.database.write() as connection:
        await retimed(connection, person, app.turns.now())

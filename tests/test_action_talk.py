"""整改 in talk: made with one tap, claimed, shown to be done, accepted by another, chased until it is."""

import asyncio
import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import loaded
from PIL import Image
from talking import NOON, Clock, Talk, store

from bot.app import App, opened
from bot.outbox import Delivery
from bot.ticking import Ticking
from handlers.actions import start as making
from handlers.context import Context
from handlers.features import HOUSE
from handlers.flow import OVER
from handlers.message import Incoming, Reply
from handlers.roles import NOT_YOURS, WORKERS
from handlers.routing import Command
from records.action import NO_FIX, NOT_HERE, OWN_FIX, Action
from records.actions import Actions, Which
from records.people import People
from records.reminders import Reminders
from records.stores import Store, Stores

FLOOR = {"key": "floor", "name": "前台地面干净", "note": "有水渍", "due_hours": 24, "good": "地面干燥无水渍"}
LIGHT = {"key": "light", "name": "灯光完好", "due_hours": 48}
FIRE = {"key": "fire", "name": "灭火器在有效期内", "veto": True, "repeat": 2}


@dataclass
class Team:
    """A store's people, a supervisor's boss, and someone of another store."""

    app: App
    clock: Clock
    store: Store
    boss: Talk
    hand: Talk
    mate: Talk
    chief: Talk
    other: Talk

    async def offer(self, chat: Talk, *items: dict[str, Any], number: int = 1) -> str:
        """What is said when a check ends with these items failed."""
        facts = {"store": self.store.id, "source": "check", "source_id": number, "list": "5s", "items": items}

        async def failed(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
            return await making.offer(context, incoming, facts)

        asked = Command("failed", "不合格", failed, WORKERS)
        self.app.turns.house = replace(HOUSE, commands=(*HOUSE.commands, asked))
        return await chat.say("/failed")

    async def actions(self) -> list[Action]:
        """All there are, in the order in which they were made."""
        async with self.app.database.read() as connection:
            return sorted(await Actions(connection).all(Which()), key=lambda one: one.id)

    async def one(self) -> Action:
        """The only one."""
        [found] = await self.actions()
        return found

    async def made(self, **changes: Any) -> Action:
        """An action of the boss's at the store."""
        async with self.app.database.write() as connection:
            maker = (await self.boss.who()).id
            now = self.clock.now
            one = Action(self.store.id, "擦地面", now + timedelta(days=1), now, maker, item_key="5s/floor")
            return await Actions(connection).make(replace(one, **changes))

    async def ticked(self, *, until: timedelta, step: timedelta = timedelta(hours=1)) -> None:
        """Time passes, and what is due is said."""
        ticking = Ticking(self.app.turns, Delivery(self.app.database, self.app.channels, "t", self.app.turns.now))
        end = self.clock.now + until
        while self.clock.now < end:
            self.clock.now += step
            await ticking.reminders()


@pytest.fixture
def app(app: App) -> App:
    app.turns.per_minute = 1000
    return app


async def teamed(app: App) -> Team:
    clock = app.turns.now
    assert isinstance(clock, Clock)
    here, there = await store(app), await store(app, "SH-02", "浦西店")
    talks = {name: Talk(app, f"chat-{name}", person=name) for name in ("老王", "小李", "小赵", "老总", "外人")}
    chief = await talks["老总"].be("supervisor", quiet_from=0, quiet_to=0)
    await talks["老王"].be("supervisor", here, reports_to=chief.id, quiet_from=0, quiet_to=0)
    await talks["小李"].be("staff", here, quiet_from=0, quiet_to=0)
    await talks["小赵"].be("staff", here, quiet_from=0, quiet_to=0)
    await talks["外人"].be("supervisor", there, quiet_from=0, quiet_to=0)
    return Team(app, clock, here, *talks.values())


@pytest.fixture
async def team(app: App) -> Team:
    return await teamed(app)


def picture(seed: int) -> bytes:
    """A photo with enough in it to pass for one."""
    random = np.random.default_rng(seed)
    small = Image.fromarray(random.integers(0, 255, (30, 40, 3), dtype=np.uint8))
    large = np.asarray(small.resize((1280, 960), Image.Resampling.BICUBIC), dtype=np.int16)
    noisy = np.clip(large + random.integers(-12, 12, large.shape), 0, 255).astype(np.uint8)
    written = io.BytesIO()
    Image.fromarray(noisy).save(written, "JPEG", quality=90)
    return written.getvalue()


def texts(chat: Talk) -> list[str]:
    return [button.text for button in chat.buttons]


async def test_by_hand_it_is_asked_what_how_it_is_seen_who_and_by_when(team: Team) -> None:
    assert "一句话写清楚" in await team.boss.say("/action")
    assert "做到什么样" in await team.boss.say("前台地面有水渍")
    assert "谁负责" in await team.boss.say("地面干燥，防滑牌在位")
    assert "什么时候" in await team.boss.press("小李")
    shown = await team.boss.say("明天下午5点")
    for part in ("前台地面有水渍", "谁：小李", "期限：明天 17:00", "做到：地面干燥，防滑牌在位"):
        assert part in shown
    assert "已建 1 条整改" in await team.boss.press("建整改")
    one = await team.one()
    assert (one.title, one.state, one.owner_id) == ("前台地面有水渍", "open", (await team.hand.who()).id)
    assert one.due_at == datetime(2026, 5, 5, 9, tzinfo=UTC)
    [heard] = await team.hand.heard()
    assert "老王给浦东店提了 1 条整改" in heard
    assert "前台地面有水渍" in heard
    assert await team.mate.heard() == []


async def test_what_is_typed_after_the_command_is_not_asked_again(team: Team) -> None:
    assert "做到什么样" in await team.boss.say("/action 灯坏了")
    await team.boss.press("照片上看得出")
    await team.boss.press("先不指定")
    await team.boss.press("明天")
    await team.boss.press("改程度")
    await team.boss.press("严重")
    await team.boss.press("建整改")
    one = await team.one()
    assert (one.title, one.owner_id, one.severity) == ("灯坏了", None, 3)
    assert [len(await chat.heard()) for chat in (team.hand, team.mate, team.other)] == [1, 1, 0]


async def test_what_staff_find_themselves_their_supervisor_hears_of(team: Team) -> None:
    await team.hand.say("/action 水管漏水")
    await team.hand.press("照片上看得出")
    await team.hand.press("小李")
    await team.hand.press("明天")
    await team.hand.press("建整改")
    assert "水管漏水" in (await team.boss.heard())[0]


async def test_of_several_stores_one_is_picked(team: Team) -> None:
    chat = Talk(team.app, "c9", person="老周")
    await chat.be("admin")
    assert "哪家门店" in await chat.say("/action 灯坏了")
    assert "做到什么样" in await chat.press("浦西店")
    newcomer = Talk(team.app, "c8", person="新人")
    await newcomer.be("staff")
    assert "没有可以提整改" in await newcomer.say("/action")


async def test_one_tap_makes_all_that_failed_with_sensible_defaults(team: Team) -> None:
    shown = await team.offer(team.boss, FLOOR, LIGHT, FIRE)
    assert "3 项要整改" in shown
    assert "前台地面干净：有水渍" in shown
    assert "明天 12:00 前，做到：地面干燥无水渍" in shown
    assert "（第2次）" in shown
    assert "已建 3 条整改" in await team.boss.press("全部建 3 条")
    floor, light, fire = await team.actions()
    assert (floor.item_key, floor.due_at, floor.measure) == ("5s/floor", NOON + timedelta(hours=24), "地面干燥无水渍")
    assert (floor.severity, light.severity, fire.severity) == (1, 1, 3)
    assert (fire.repeat, fire.source, fire.source_id, fire.owner_id) == (2, "check", 1, None)
    for chat in (team.hand, team.mate):
        [heard] = await chat.heard()
        assert "3 条整改" in heard


async def test_the_only_one_of_the_staff_is_asked_by_default(team: Team) -> None:
    async with team.app.database.write() as connection:
        await People(connection).assign((await team.mate.who()).id, team.store.id, take_away=True)
    assert "小李 · 明天" in await team.offer(team.boss, FLOOR)
    await team.boss.press("全部建")
    assert (await team.one()).owner_id == (await team.hand.who()).id


async def test_one_by_one_each_can_be_changed_or_left_out(team: Team) -> None:
    await team.offer(team.boss, FLOOR, LIGHT, FIRE)
    assert "第 1 条，共 3 条" in await team.boss.press("逐条看")
    await team.boss.press("改负责人")
    assert "谁：小赵" in await team.boss.say("小赵")
    await team.boss.press("改期限")
    assert "没看懂" in await team.boss.say("尽快")
    assert "晚于现在" in await team.boss.say("今天上午8点")
    assert "期限：05-08 周五 18:00" in await team.boss.say("周五")
    assert "第 2 条" in await team.boss.press("建整改")
    assert "第 3 条" in await team.boss.press("这条不建")
    assert "第 2 条" in await team.boss.press("上一步")
    await team.boss.press("建整改")
    assert "已建 2 条" in await team.boss.press("这条不建")
    floor, light = await team.actions()
    assert (floor.owner_id, floor.due_at) == ((await team.mate.who()).id, datetime(2026, 5, 8, 10, tzinfo=UTC))
    assert light.item_key == "5s/light"


async def test_who_has_left_the_store_meanwhile_is_not_given_it(team: Team) -> None:
    await team.offer(team.boss, FLOOR)
    await team.boss.press("逐条看")
    await team.boss.press("改负责人")
    await team.boss.press("小赵")
    async with team.app.database.write() as connection:
        await People(connection).assign((await team.mate.who()).id, team.store.id, take_away=True)
    await team.boss.press("建整改")
    assert (await team.one()).owner_id is None
    assert await team.mate.heard() == []


async def test_nothing_has_to_be_made(team: Team) -> None:
    await team.offer(team.boss, FLOOR)
    assert "没有建整改" in await team.boss.press("不建")
    assert await team.actions() == []
    assert await team.hand.heard() == []


async def test_what_is_offered_twice_is_made_once(team: Team) -> None:
    await team.offer(team.boss, FLOOR, LIGHT)
    other = Talk(team.app, "desk", "web2", person="老王桌面")
    async with team.app.database.write() as connection:
        await People(connection).connect((await team.boss.who()).id, "web2", "老王桌面", "desk", NOON)
    await team.offer(other, FLOOR, LIGHT)
    await team.boss.press("全部建")
    assert "2 条之前已经建过" in await other.press("全部建")
    assert len(await team.actions()) == 2


async def test_what_fails_again_before_it_is_done_counts_once_more_and_after_it_comes_back(team: Team) -> None:
    await team.offer(team.boss, FLOOR)
    await team.boss.press("全部建")
    shown = await team.offer(team.boss, FLOOR, LIGHT, number=2)
    assert "上次的整改还没完成" in shown
    assert "1 条" in await team.boss.press("全部建 1 条")
    floor, _ = await team.actions()
    assert (floor.repeat, floor.severity) == (2, 2)
    await team.offer(team.boss, FLOOR, number=3)
    assert texts(team.boss)[:2] == ["记一次再犯", "不建"]
    assert "记了一次再犯" in await team.boss.press("记一次再犯")
    assert (await team.actions())[0].repeat == 3
    await done(team, floor.id)
    team.clock.on(days=3)
    assert "（第2次）" in await team.offer(team.boss, FLOOR, number=4)
    await team.boss.press("全部建")
    shown = await team.boss.act("actions:pdca:0")
    for part in ("发现 3 条", "已验收 1 条（33%）", "再犯 1 条", "前台地面干净：有水渍：05-04 验收，05-07 又出现"):
        assert part in shown
    assert "05-07 12:00 又出现" in await team.boss.act(f"action:history:{floor.id}")
    await team.boss.act(f"actions:s{team.store.id}:0")
    assert "浦东店的整改 · 闭环" in await team.boss.press("闭环")


async def done(team: Team, number: int) -> None:
    """Claimed, fixed and accepted."""
    await team.hand.act(f"action:{number}")
    await team.hand.press("已做完")
    await team.hand.say("重新拖了地，放了防滑牌")
    await team.hand.press("提交")
    await team.boss.act(f"action:{number}")
    await team.boss.press("验收通过")


async def test_it_is_claimed_shown_to_be_done_and_accepted(team: Team) -> None:
    one = await team.made()
    assert "负责人：还没有人" in await team.hand.act(f"action:{one.id}")
    assert texts(team.hand) == ["认领", "已做完，提交", "经过", "我的整改"]
    assert "已认领" in await team.hand.press("认领")
    assert team.hand.replies[0].replaces
    [heard] = await team.boss.heard()
    assert "小李认领了您提出的整改" in heard
    await team.hand.press("提交完成")
    assert NO_FIX in await team.hand.say("收到")
    assert "提交" not in texts(team.hand)
    assert "已收到：说明" in await team.hand.say("重新拖了地，放了防滑牌")
    assert "已提交，等老王验收" in await team.hand.press("提交")
    assert "小李提交了整改，请验收" in (await team.boss.heard())[-1]
    assert "重新拖了地" in (await team.boss.heard())[-1]
    assert "已验收通过" in await team.boss.act(f"action:accept:{one.id}:2")
    assert "验收通过了" in (await team.hand.heard())[-1]
    found = await team.one()
    assert (found.state, found.version) == ("accepted", 3)
    told = await team.boss.act(f"action:history:{one.id}")
    assert "发现 05-04 → 安排 05-04 → 整改 05-04 → 验收 05-04 → 30 天内没有再出现" in told
    for part in ("老王 提出", "小李 认领；状态：待认领 → 整改中；负责人：还没有人 → 小李", "老王 验收通过"):
        assert part in told


async def test_photos_before_and_after_are_shown_side_by_side_to_who_accepts(team: Team) -> None:
    await team.boss.say("/action 地面脏")
    await team.boss.press("照片上看得出")
    await team.boss.press("小李")
    await team.boss.press("明天")
    assert "现状照片：1 张" in await team.boss.file("a.jpg", picture(1), kind="photo")
    await team.boss.press("建整改")
    number = (await team.one()).id
    await team.hand.act(f"action:{number}")
    await team.hand.press("认领")
    await team.hand.press("提交完成")
    assert "照片 1 张" in await team.hand.file("b.jpg", picture(2), kind="photo")
    assert "照片 2 张" in await team.hand.file("c.jpg", picture(3), "拖过了", kind="photo")
    await team.hand.press("提交")
    one = await team.one()
    assert (len(one.before), len(one.after), one.evidence) == (1, 2, "拖过了")
    [row] = [row for row in await team.boss.told() if "请验收" in row.payload["text"]]
    [file] = row.payload["files"]
    with Image.open(io.BytesIO(await team.app.turns.files.get(file["ref"]))) as sheet:
        assert sheet.width > 1400
        assert sheet.height > 1000
        named = sheet.convert("L").crop((0, 0, sheet.width, 50))
        assert all(np.asarray(named.crop(box)).min() < 90 for box in ((0, 0, 200, 50), (740, 0, 940, 50)))
        assert not sheet.getexif()
    assert "左边是整改前" in await team.boss.act(f"action:photos:{number}")
    assert len(team.boss.replies[0].files) == 1
    assert await team.other.act(f"action:photos:{number}") == NOT_HERE


async def test_a_photo_that_was_sent_before_is_pointed_out_to_who_accepts(team: Team) -> None:
    for title in ("擦地面", "擦柜台"):
        one = await team.made(title=title)
        await team.hand.act(f"action:fix:{one.id}:0")
        await team.hand.file("a.jpg", picture(5), kind="photo")
        await team.hand.press("提交")
    first, second = await team.boss.heard()
    assert "请留意" not in first
    assert "第 1 张照片请留意：与以前的照片重复（2026-05-04 12:00，第 1 号）" in second


async def test_a_closed_store_is_left_alone(team: Team) -> None:
    await team.offer(team.boss, FLOOR)
    await team.boss.press("全部建")
    async with team.app.database.write() as connection:
        await Stores(connection).close(team.store.id, team.clock.now)
    heard = len(await team.hand.heard())
    await team.ticked(until=timedelta(days=3))
    assert len(await team.hand.heard()) == heard
    await store(team.app)
    await team.ticked(until=timedelta(days=7), step=timedelta(hours=6))
    assert "逾期" in (await team.hand.heard())[-1]


async def test_what_was_sent_to_show_that_it_is_done_waits_while_something_else_is_done(team: Team) -> None:
    one = await team.made()
    await team.hand.act(f"action:fix:{one.id}:0")
    await team.hand.file("a.jpg", picture(1), kind="photo")
    await team.hand.say("/action 灯坏了")
    await team.hand.act(f"action:{one.id}")
    assert "照片 1 张" in await team.hand.press("已做完")
    assert "已放下" in await team.hand.press("先放下")
    desk = Talk(team.app, "desk", "web2", person="李")
    async with team.app.database.write() as connection:
        await People(connection).connect((await team.hand.who()).id, "web2", "李", "desk", NOON)
    assert "照片 1 张" in await desk.act(f"action:fix:{one.id}:0")
    await desk.press("提交")
    assert (await team.one()).state == "fixed"


async def test_what_is_no_photo_is_no_evidence(team: Team) -> None:
    one = await team.made()
    await team.hand.act(f"action:fix:{one.id}:0")
    said = await team.hand.file("a.jpg", b"not a picture", kind="photo")
    assert "提交" not in texts(team.hand)
    assert len(team.hand.replies) == 2
    assert "请发整改后的照片" in said


async def test_who_fixed_it_does_not_accept_it_not_from_another_account_either(team: Team) -> None:
    one = await team.made()
    await team.boss.act(f"action:{one.id}")
    await team.boss.press("认领")
    await team.boss.press("提交完成")
    await team.boss.say("自己换了灯管")
    assert "等老总验收" in await team.boss.press("提交")  # nobody else could accept it: at least one of them is told
    assert await team.boss.heard() == []
    desk = Talk(team.app, "desk", "web2", person="王")
    async with team.app.database.write() as connection:
        await People(connection).connect((await team.boss.who()).id, "web2", "王", "desk", NOON)
    for chat in (team.boss, desk):
        assert OWN_FIX in await chat.act(f"action:accept:{one.id}:2")
        assert "验收通过" not in texts(chat)
    assert (await team.one()).state == "fixed"
    await team.chief.be("admin")
    assert "已验收通过" in await team.chief.act(f"action:accept:{one.id}:2")


async def test_what_the_only_leader_fixed_goes_to_those_who_can_accept_it(team: Team) -> None:
    admin = Talk(team.app, "c7", person="老周")
    await admin.be("admin")
    one = await team.made()
    await team.boss.act(f"action:fix:{one.id}:0")
    await team.boss.say("自己换了灯管")
    assert "等老周验收" in await team.boss.press("提交")
    assert await team.chief.heard() == []
    assert "请验收" in (await admin.heard())[-1]


async def test_it_is_sent_back_with_a_reason_and_reopened_when_it_does_not_last(team: Team) -> None:
    one = await team.made()
    await team.hand.act(f"action:fix:{one.id}:0")
    await team.hand.say("重新拖了地面")
    await team.hand.press("提交")
    await team.boss.act(f"action:{one.id}")
    assert "请写明原因" in await team.boss.press("退回")
    assert "已退回" in await team.boss.say("角落还有水渍")
    assert "被老王退回了。原因：角落还有水渍" in (await team.hand.heard())[-1]
    await team.hand.act(f"action:{one.id}")
    assert texts(team.hand) == ["提交完成", "换负责人", "经过", "我的整改"]
    await team.hand.press("提交完成")
    await team.hand.say("角落也拖干净了")
    await team.hand.press("提交")
    await team.boss.act("actions:mine:0")
    await team.boss.press("擦地面")
    assert "退回过 1 次" in await team.boss.press("验收通过")
    await team.boss.press("重新打开")
    assert "已重新打开" in await team.boss.press("又出现了")
    found = await team.one()
    assert (found.state, found.returned, found.closed_at) == ("reopened", 2, None)


async def test_an_old_button_says_how_it_stands(team: Team) -> None:
    one = await team.made()
    await team.hand.act(f"action:claim:{one.id}:0")
    said = await team.mate.act(f"action:claim:{one.id}:0")
    assert "整改中" in said
    assert team.mate.replies[0].replaces
    assert "认领" not in texts(team.mate)
    await team.hand.act(f"action:fix:{one.id}:1")
    await team.hand.say("重新拖了地面")
    await team.hand.press("提交")
    await team.boss.act(f"action:reject:{one.id}:2")
    await team.boss.say("没有改到位")
    assert "被退回" in await team.boss.act(f"action:accept:{one.id}:2")
    await team.hand.act(f"action:fix:{one.id}:3")
    await team.hand.say("又拖了一遍地面")
    await team.hand.press("提交")
    for verb in ("accept", "reject"):
        assert "刚刚有变化" in await team.boss.act(f"action:{verb}:{one.id}:2")
    assert (await team.one()).state == "fixed"


async def test_a_reason_that_was_written_for_an_earlier_fix_does_not_send_back_a_later_one(team: Team) -> None:
    one = await team.made(state="fixed", fixed_by=(await team.hand.who()).id, owner_id=(await team.hand.who()).id)
    await team.boss.act(f"action:reject:{one.id}:0")
    admin = Talk(team.app, "c7", person="老周")
    await admin.be("admin")
    await admin.act(f"action:reject:{one.id}:0")
    await admin.press("照片看不清")
    await team.hand.act(f"action:fix:{one.id}:1")
    await team.hand.say("又拖了一遍地面")
    await team.hand.press("提交")
    assert "刚刚有变化" in await team.boss.say("没有改到位")
    assert (await team.one()).state == "fixed"


async def test_of_two_who_press_at_once_on_two_processes_one_has_it(team: Team, own_home: Path) -> None:
    one = await team.made()
    async with opened(loaded(own_home)) as second:
        second.channels.update(team.app.channels)
        second.turns.now = team.clock
        mate = replace(team.mate, app=second)
        said = await asyncio.gather(*(chat.act(f"action:claim:{one.id}:0") for chat in (team.hand, mate)))
    assert sorted("已认领" in text for text in said) == [False, True]
    loser = next(text for text in said if "已认领" not in text)
    assert "整改中" in loser
    async with team.app.database.read() as connection:
        assert [change.verb for change in await Actions(connection).history(one.id)] == ["make", "claim"]


async def test_it_goes_to_another_and_is_put_off_with_a_reason(team: Team) -> None:
    one = await team.made(owner_id=(await team.hand.who()).id)
    await team.boss.act(f"action:{one.id}")
    await team.boss.press("换负责人")
    assert "已换负责人" in await team.boss.press("小赵")
    assert "老王请您负责" in (await team.mate.heard())[-1]
    assert "交给了别的同事" in (await team.hand.heard())[-1]
    await team.boss.press("改期限")
    assert "请写明原因" in await team.boss.say("11-25 18:00")
    assert "已改期限" in await team.boss.press("等配件")
    found = await team.one()
    assert found.due_at == datetime(2026, 11, 25, 10, tzinfo=UTC)
    assert "原因：等配件" in (await team.mate.heard())[-1]
    assert "期限：05-05 12:00 → 11-25 18:00；原因：等配件" in await team.mate.act(f"action:history:{one.id}")


async def test_who_asked_for_it_takes_it_back(team: Team) -> None:
    one = await team.made()
    await team.boss.act(f"action:withdraw:{one.id}:0")
    assert "已撤回" in await team.boss.press("建错了")
    assert "不用做了" in (await team.hand.heard())[-1]
    assert texts(team.boss) == ["经过", "我的整改"]
    async with team.app.database.read() as connection:
        assert await Reminders(connection).of((await team.boss.who()).id) == []


async def test_people_of_another_store_learn_nothing(team: Team) -> None:
    one = await team.made()
    for verb in ("claim", "fix", "accept", "reject", "reopen", "assign", "move", "withdraw"):
        assert await team.other.act(f"action:{verb}:{one.id}:0") == NOT_HERE
    for action in (f"action:{one.id}", f"action:history:{one.id}", f"action:photos:{one.id}"):
        assert await team.other.act(action) == NOT_HERE
        assert await team.other.act(action.replace(str(one.id), "99")) == NOT_HERE
    assert "没有要处理" in await team.other.say("/actions")
    for view in (f"s{team.store.id}", f"o{(await team.hand.who()).id}", f"s{team.store.id},open"):
        assert await team.other.act(f"actions:{view}:0") == OVER
    for view in ("all", "open", "late", "stores", "people", "states"):
        assert "擦地面" not in await team.other.act(f"actions:{view}:0")
        assert "浦东" not in "".join(texts(team.other))
    assert "发现 0 条" in await team.other.act("actions:pdca:0")
    pupil = Talk(team.app, "c6", person="学员")
    await pupil.be("trainee", team.store)
    for action in (f"action:{one.id}", "actions:mine:0"):
        assert await pupil.act(action) == NOT_YOURS


@pytest.mark.parametrize(
    "action",
    ["action:x", "action:1:2:3:4", "action:eat:1:0", "action:claim:1:x", "actions:", "actions:mine:x", "actions:zz:0"],
)
async def test_a_forged_button_does_nothing(team: Team, action: str) -> None:
    assert await team.boss.act(action) in (OVER, NOT_HERE)


async def test_ones_own_are_two_taps_away_and_the_board_narrows_them(team: Team) -> None:
    hand = await team.hand.who()
    first = await team.made(owner_id=hand.id, state="claimed")
    await team.made(title="换灯管", due_at=NOON - timedelta(hours=5))
    await team.made(title="补标签", state="fixed", fixed_by=hand.id, fixed_at=NOON, owner_id=hand.id)
    shown = await team.hand.say("/actions")
    assert "要我做 2 条，等我验收 0 条" in shown
    assert "换灯管\n   浦东店 · 待认领 · 逾期 5 小时" in shown
    assert "擦地面" in await team.hand.press("擦地面")
    assert f"action:fix:{first.id}:0" in [button.action for button in team.hand.buttons]
    assert "要我做 0 条，等我验收 1 条" in await team.boss.say("我的整改")
    assert "1 条" in await team.boss.press("逾期")
    await team.boss.press("按门店")
    assert "浦东店的整改：3 条" in await team.boss.press("浦东店（3）")
    await team.boss.press("按人")
    assert "小李负责的整改：2 条" in await team.boss.press("小李（2）")
    await team.boss.press("按状态")
    assert "待验收的整改：1 条" in await team.boss.press("待验收（1）")
    assert "补标签" in "".join(texts(team.boss))


async def test_a_long_board_is_paged(team: Team) -> None:
    for n in range(19):
        await team.made(title=f"第{n:02d}项", due_at=NOON + timedelta(hours=n))
    assert "19 条" in await team.boss.act("actions:all:0")
    assert "第07项" in "".join(texts(team.boss))
    await team.boss.press("下一页")
    assert team.boss.replies[0].replaces
    assert "9. 第08项" in "".join(texts(team.boss))
    assert "第18项" in await team.boss.press("下一页")
    assert "下一页" not in texts(team.boss)
    await team.boss.press("上一页")


async def test_it_is_chased_until_it_is_done(team: Team) -> None:
    await team.offer(team.boss, FLOOR | {"due_hours": 48})
    await team.boss.press("全部建")
    [number] = [one.id for one in await team.actions()]
    await team.hand.act(f"action:claim:{number}:0")
    before = len(await team.hand.heard()), len(await team.boss.heard())
    await team.ticked(until=timedelta(hours=35))
    assert (len(await team.hand.heard()), len(await team.boss.heard())) == before
    await team.ticked(until=timedelta(hours=2))
    assert "快到期了" in (await team.hand.heard())[-1]
    await team.ticked(until=timedelta(hours=12))
    assert "已经逾期" in (await team.hand.heard())[-1]
    assert len(await team.boss.heard()) == before[1]
    await team.ticked(until=timedelta(hours=24))
    assert "已经逾期，还没有完成" in (await team.boss.heard())[-1]
    assert "改期限" in str((await team.boss.told())[-1].payload["buttons"])
    assert await team.chief.heard() == []
    await team.ticked(until=timedelta(hours=24))
    [risen] = await team.chief.heard()
    assert "前台地面干净" in risen
    assert "逾期 2 天" in risen
    assert "buttons" not in (await team.chief.told())[-1].payload
    await team.ticked(until=timedelta(days=14), step=timedelta(hours=12))
    assert len(await team.chief.heard()) == 3
    [heard] = await team.mate.heard()
    assert "提了 1 条" in heard
    await team.hand.act(f"action:fix:{number}:1")
    await team.hand.say("重新拖了地面")
    await team.hand.press("提交")
    told = [len(await chat.heard()) for chat in (team.hand, team.chief)]
    await team.ticked(until=timedelta(hours=25))
    assert "等验收已经 1 天了" in (await team.boss.heard())[-1]
    await team.boss.act(f"action:accept:{number}:2")
    await team.ticked(until=timedelta(days=30), step=timedelta(hours=12))
    assert [len(await chat.heard()) for chat in (team.hand, team.chief)] == [told[0] + 1, told[1]]


async def test_an_unclaimed_one_is_chased_at_all_of_the_store_and_after_a_long_stop_once(team: Team) -> None:
    await team.offer(team.boss, FLOOR)
    await team.boss.press("全部建")
    team.clock.on(days=4)
    await team.ticked(until=timedelta(hours=3))
    for chat in (team.hand, team.mate, team.boss, team.chief):
        assert len([text for text in await chat.heard() if "逾期" in text]) == 1


async def test_another_due_time_is_what_it_is_chased_by(team: Team) -> None:
    await team.offer(team.boss, FLOOR)
    await team.boss.press("全部建")
    [one] = await team.actions()
    await team.boss.act(f"action:move:{one.id}:0")
    await team.boss.say("9天内")
    await team.boss.press("等配件")
    heard = len(await team.hand.heard())
    await team.ticked(until=timedelta(days=8), step=timedelta(hours=6))
    assert len(await team.hand.heard()) == heard


async def test_what_someone_who_leaves_had_is_still_chased(team: Team) -> None:
    admin = Talk(team.app, "c7", person="老周")
    await admin.be("admin")
    await team.offer(team.boss, FLOOR)
    await team.boss.press("全部建")
    [one] = await team.actions()
    await team.hand.act(f"action:claim:{one.id}:0")
    await team.hand.say("/leave")
    await team.hand.press("退出并删除")
    found = await team.one()
    assert (found.state, found.owner_id) == ("open", None)
    heard = len(await team.mate.heard())
    await team.ticked(until=timedelta(hours=30))
    assert "逾期" in (await team.mate.heard())[-1]
    assert len(await team.mate.heard()) == heard + 2
    assert "已离开 认领" in await team.mate.act(f"action:history:{one.id}")


async def test_times_are_each_persons_own(team: Team) -> None:
    await team.hand.be("staff", zone="America/New_York")
    one = await team.made()
    assert "期限：明天 12:00" in await team.boss.act(f"action:{one.id}")
    assert "期限：明天 00:00" in await team.hand.act(f"action:{one.id}")

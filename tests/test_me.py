"""What people see and change of themselves, and how they leave."""

from datetime import UTC, datetime

import pytest
from talking import NOON, Talk, store

from bot.app import App
from handlers.flow import CANCELLED
from handlers.joining import STRANGER
from handlers.me import ASK_LEAVE, LAST_ADMIN, LEFT, NO_HOUR, NO_SPAN, NO_ZONE
from handlers.roles import PRIVATE
from records.invites import Invites
from records.people import People
from records.questions import Questions
from records.reminders import Reminders


@pytest.fixture
def chat(app: App) -> Talk:
    return Talk(app)


async def test_me_shows_all_that_is_kept_of_a_person(chat: Talk, app: App) -> None:
    await chat.be("supervisor", await store(app), await store(app, "SH-02", "徐汇店"))
    shown = await chat.say("/me")
    for part in ("小林", "督导", "浦东店、徐汇店", "北京时间 UTC+8", "22:00-08:00", "08:30"):
        assert part in shown
    assert [button.text for button in chat.buttons] == ["改称呼", "改时区", "改安静时段", "改提醒时间"]


async def test_the_name_is_changed_by_typing_it(chat: Talk) -> None:
    await chat.say("/me")
    await chat.press("称呼")
    assert "**林 督导**" in await chat.say("  林\n督导 ")
    assert (await chat.who()).name == "林 督导"


@pytest.mark.parametrize("text", ["", "林" * 21, "\u200b"])
async def test_a_name_that_cannot_be_is_asked_for_again(chat: Talk, text: str) -> None:
    await chat.say("/me")
    await chat.press("称呼")
    assert "怎么称呼您" in await chat.say(text)
    assert (await chat.who()).name == "小林"


async def test_a_name_says_nothing_in_markdown(chat: Talk) -> None:
    await chat.say("/me")
    await chat.press("称呼")
    shown = await chat.say("[点](http://x) **a**")
    assert "[点]" not in shown
    assert "［点］(http://x) ＊＊a＊＊" in shown


@pytest.mark.parametrize(
    ("typed", "zone"),
    [("成都", "Asia/Shanghai"), ("乌鲁木齐", "Asia/Urumqi"), ("asia/urumqi", "Asia/Urumqi"), ("Urumqi", "Asia/Urumqi"),
     ("New York", "America/New_York"), ("UTC+9", "Etc/GMT-9"), ("东八区", "Asia/Shanghai"),
     ("北京时间", "Asia/Shanghai")],
)  # fmt: skip
async def test_the_zone_is_understood_as_people_name_it(chat: Talk, typed: str, zone: str) -> None:
    await chat.be("staff", zone="Europe/Paris")
    await chat.say("/me")
    await chat.press("时区")
    await chat.say(typed)
    assert (await chat.who()).zone == zone


@pytest.mark.parametrize("typed", ["火星", "Asia", "../../etc/passwd", "UTC+25", "/etc"])
async def test_what_is_no_zone_changes_nothing(chat: Talk, typed: str) -> None:
    await chat.say("/me")
    await chat.press("时区")
    said = await chat.say(typed)
    assert NO_ZONE in said or "没有这个命令" in said
    assert (await chat.who()).zone == "Asia/Shanghai"


async def test_a_common_zone_is_one_press(chat: Talk) -> None:
    await chat.say("/me")
    await chat.press("时区")
    await chat.press("东京")
    assert (await chat.who()).zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("typed", "span"),
    [("22:00-08:00", (1320, 480)), ("21点到7点", (1260, 420)), ("晚上十点半至早上8点", (1350, 480)),
     ("23：00～9：00", (1380, 540)), ("不要安静时段", (0, 0)), ("不要", (0, 0)), ("8点到8点", (480, 480))],
)  # fmt: skip
async def test_quiet_hours_are_understood_as_people_type_them(chat: Talk, typed: str, span: tuple[int, int]) -> None:
    await chat.say("/me")
    await chat.press("安静时段")
    shown = await chat.say(typed)
    person = await chat.who()
    assert (person.quiet_from, person.quiet_to) == span
    assert ("随时可以打扰" in shown) == (span[0] == span[1])


async def test_quiet_hours_that_cannot_be_read_are_asked_for_again(chat: Talk) -> None:
    await chat.say("/me")
    await chat.press("安静时段")
    assert NO_SPAN in await chat.say("早点睡")
    assert NO_SPAN in await chat.say("22:00")
    await chat.press("23:00-09:00")
    assert (await chat.who()).quiet_from == 23 * 60


async def test_a_new_hour_or_zone_moves_the_reminders(chat: Talk, app: App) -> None:
    person = await chat.be("admin")
    await chat.say("/me")
    await chat.press("提醒时间")
    assert NO_HOUR in await chat.say("早一点")
    await chat.say("下午六点一刻")
    assert await due(app, person.id) == [datetime(2026, 5, 4, 10, 15, tzinfo=UTC)]
    await chat.press("时区")
    await chat.say("伦敦")
    assert await due(app, person.id) == [datetime(2026, 5, 4, 17, 15, tzinfo=UTC)]


async def due(app: App, person_id: int) -> list[datetime]:
    async with app.database.read() as connection:
        return [one.due_at for one in await Reminders(connection).of(person_id)]


async def test_leaving_asks_first_and_can_be_called_off(chat: Talk) -> None:
    await chat.be("staff")
    assert await chat.say("/leave") == ASK_LEAVE
    assert await chat.say("取消") == CANCELLED
    assert await chat.known() is not None


async def test_who_leaves_is_a_stranger_and_nothing_says_who_they_were(chat: Talk, app: App) -> None:
    person = await chat.be("staff", await store(app))
    await chat.say("普通洗车要在多少分钟内完成？")
    await chat.press("👍")
    assert await chat.say("退出账号") == ASK_LEAVE
    assert await chat.press("退出并删除") == LEFT
    assert await chat.send("洗车几步？") == STRANGER
    assert await chat.known() is None
    async with app.database.read() as connection:
        gone = await People(connection).get(person.id)
        assert gone
        assert (gone.name, gone.stores) == ("已离开", ())
        kept = await Questions(connection).get(1)
        assert kept
        assert (kept.text, kept.person) == ("普通洗车要在多少分钟内完成？", "")
        assert kept.chat != chat.name
    assert [row.payload["text"] for row in await chat.told()] == [LEFT, STRANGER]


async def test_the_invites_of_who_leaves_work_no_more(chat: Talk, app: App) -> None:
    person = await chat.be("supervisor")
    async with app.database.write() as connection:
        code = await Invites(connection).make("staff", NOON, NOON - NOON.replace(hour=0), by=person.id)
    await chat.say("/leave")
    await chat.press("退出并删除")
    assert "不能用" in await Talk(app, "c2", person="老王").send(f"/start {code}")


async def test_the_last_admin_stays(chat: Talk, app: App) -> None:
    await chat.be("admin")
    await Talk(app, "c2", person="演示").be("admin", demo=True)
    assert await chat.say("/leave") == LAST_ADMIN
    await Talk(app, "c3", person="老王").be("admin")
    await chat.say("/leave")
    assert await chat.press("退出并删除") == LEFT


async def test_two_admins_cannot_both_leave(chat: Talk, app: App) -> None:
    other = Talk(app, "c2", person="老王")
    await chat.be("admin")
    await other.be("admin")
    await chat.say("/leave")
    await other.say("/leave")
    assert await chat.press("退出并删除") == LEFT
    assert await other.press("退出并删除") == LAST_ADMIN


async def test_what_is_personal_is_not_said_in_a_group(chat: Talk) -> None:
    await chat.be("admin")
    for command in ("/me", "/leave", "/invite", "/people", "/stores", "/unanswered", "/connect", "/start store_SH-01"):
        assert await chat.send(command, private=False) == PRIVATE

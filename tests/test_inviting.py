"""Invites: who may make them, what they look like, and that each works once, in time, for one."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Opens, Ran
from PIL import Image
from talking import NOON, Clock, Talk, store

from bot.app import App, bot_link
from handlers.inviting import NOT_ANY_MORE, STORELESS
from handlers.joining import ALREADY, NO_GOOD, STRANGER, code_of
from records.people import ROLES, People
from records.reminders import Reminders


@pytest.fixture
def chat(app: App) -> Talk:
    return Talk(app)


def newcomer(app: App, name: str = "新人") -> Talk:
    return Talk(app, f"chat-{name}", person=f"user-{name}")


def code_in(text: str) -> str:
    [line] = [line for line in text.splitlines() if "/start " in line]
    return code_of(line[line.index("/start") :])


async def invited(chat: Talk, role: str, where: str) -> str:
    """The code of an invite made in a chat."""
    await chat.say("/invite")
    await chat.press(role)
    await chat.press(where)
    return code_in(await chat.press("生成邀请"))


async def test_an_admin_invites_anyone_anywhere(chat: Talk, app: App) -> None:
    shop = await store(app)
    for number, role in enumerate(("管理员", "督导", "学员", "门店员工")):
        code = await invited(chat, role, "浦东店" if number % 2 else "不分门店")
        other = newcomer(app, role)
        said = await other.send(f"/start {code}", name=f"小{role}")
        assert f"小{role}" in said
        assert role in said
        joined = await other.who()
        assert joined.role == ROLES[number]
        assert joined.stores == ((shop.id,) if number % 2 else ())
        assert joined.reports_to == (await chat.who()).id
    assert await chat.heard() == [f"小{r}（{r}）用您的邀请加入了。" for r in ("管理员", "督导", "学员", "门店员工")]


async def test_a_supervisor_invites_only_trainees_and_staff_to_their_own_stores(chat: Talk, app: App) -> None:
    mine, _ = await store(app), await store(app, "SH-02", "徐汇店")
    await chat.be("supervisor", mine)
    await chat.say("/invite")
    assert [button.text for button in chat.buttons] == ["学员", "门店员工", "取消"]
    await chat.press("学员")
    assert [button.text for button in chat.buttons] == ["浦东店（SH-01）", "上一步", "取消"]
    assert "没有找到" in await chat.say("SH-02")
    await chat.say("sh-01")
    other = newcomer(app)
    await other.send(f"/start {code_in(await chat.press('生成邀请'))}")
    assert ((await other.who()).role, (await other.who()).stores) == ("trainee", (mine.id,))


async def test_a_supervisor_without_stores_cannot_invite(chat: Talk) -> None:
    await chat.be("supervisor")
    assert await chat.say("/invite") == STORELESS


async def test_an_invite_that_is_no_longer_theirs_to_make_is_not_made(chat: Talk, app: App) -> None:
    shop = await store(app)
    person = await chat.be("supervisor", shop)
    await chat.say("/invite")
    await chat.press("学员")
    await chat.press("浦东店")
    async with app.database.write() as connection:
        await People(connection).assign(person.id, shop.id, take_away=True)
    assert await chat.press("生成邀请") == NOT_ANY_MORE


async def test_the_link_the_expiry_and_a_picture_to_scan_come_with_it(chat: Talk, app: App) -> None:
    link = lambda code: bot_link("dudao_bot", code)  # noqa: E731 - as the composition root makes it
    app.turns.deployment = replace(app.turns.deployment, bot_link=link)
    await chat.be("admin", zone="Asia/Urumqi")
    code = await invited(chat, "督导", "不分门店")
    [reply] = chat.replies
    assert f"https://t.me/dudao_bot?start={code}" in reply.text
    assert "5月7日 10:00（乌鲁木齐 UTC+6）前有效" in reply.text
    [picture] = reply.files
    assert picture.picture
    shown = Image.open(io.BytesIO(await app.turns.files.get(picture.ref)))
    assert shown.format == "PNG"
    assert shown.width == shown.height >= 200


async def test_an_invite_works_once(chat: Talk, app: App) -> None:
    code = await invited(chat, "学员", "不分门店")
    assert "欢迎" in await newcomer(app).send(f"/start {code}")
    assert await newcomer(app, "后来").send(f"/start {code}") == NO_GOOD


async def test_an_invite_works_in_time_only(chat: Talk, app: App) -> None:
    code = await invited(chat, "学员", "不分门店")
    app.turns.now = Clock(NOON + timedelta(hours=72))
    assert await newcomer(app).send(f"/start {code}") == NO_GOOD
    app.turns.now = Clock(NOON + timedelta(hours=71, minutes=59))
    assert "欢迎" in await newcomer(app).send(f"/start {code}")


@pytest.mark.parametrize("code", ["x", "A" * 16, "' OR 1=1 --", "码" * 300, "store", "\u0000"])
async def test_a_code_that_never_was_opens_nothing(app: App, code: str) -> None:
    other = newcomer(app)
    assert await other.send(f"/start {code}") in (NO_GOOD, STRANGER)
    assert await other.known() is None


async def test_an_invite_of_another_home_opens_nothing(chat: Talk, app: App, house: Opens, tmp_path: Path) -> None:
    async with house(tmp_path / "other") as elsewhere:
        foreign = await invited(Talk(elsewhere), "管理员", "不分门店")
    assert await newcomer(app).send(f"/start {foreign}") == NO_GOOD


async def test_who_has_joined_does_not_spend_an_invite(chat: Talk, app: App) -> None:
    code = await invited(chat, "管理员", "不分门店")
    member = newcomer(app, "店员")
    await member.be("staff")
    assert await member.send(f"/start {code}") == ALREADY
    assert (await member.who()).role == "staff"
    assert "欢迎" in await newcomer(app).send(f"/start {code}")


async def test_a_new_admin_gets_the_digest(chat: Talk, app: App) -> None:
    code = await invited(chat, "管理员", "不分门店")
    other = newcomer(app)
    await other.send(f"/start {code}")
    async with app.database.read() as connection:
        [digest] = await Reminders(connection).of((await other.who()).id)
    assert (digest.kind, digest.due_at) == ("digest", datetime(2026, 5, 5, 0, 30, tzinfo=UTC))


async def test_a_strange_name_is_made_harmless(chat: Talk, app: App) -> None:
    code = await invited(chat, "学员", "不分门店")
    other = newcomer(app)
    await other.send(f"/start {code}", name="[点我](http://x)\n" + "长" * 40)
    assert (await other.who()).name.startswith("［点我］(http://x)")
    assert len((await other.who()).name) <= 20


async def test_a_person_connects_another_channel_by_a_code_of_their_own(chat: Talk, app: App) -> None:
    me = await chat.be("staff")
    code = code_in(await chat.say("/connect"))
    phone = Talk(app, "phone", channel="phone", person="p")
    assert "小林" in await phone.send(f"/start {code}")
    assert (await phone.who()).id == me.id
    assert await newcomer(app).send(f"/start {code}") == NO_GOOD


async def test_a_connection_code_is_good_for_an_hour(chat: Talk, app: App) -> None:
    await chat.be("staff")
    code = code_in(await chat.say("/connect"))
    app.turns.now = Clock(NOON + timedelta(hours=1))
    assert await newcomer(app).send(f"/start {code}") == NO_GOOD


async def test_a_removed_person_cannot_come_back_by_their_connection_code(chat: Talk, app: App) -> None:
    await chat.be("staff")
    code = code_in(await chat.say("/connect"))
    await chat.say("/leave")
    await chat.press("退出并删除")
    assert await newcomer(app).send(f"/start {code}") == NO_GOOD


async def test_the_first_admin_comes_by_the_command_line(
    own_home: Path, house: Opens, dudao: Callable[..., Ran], tmp_path: Path
) -> None:
    home = tmp_path / "new"
    told = json.loads(await run(dudao, "--home", home, "invite", "--role", "admin", "--hours", "2", "--json"))
    assert told["link"] == ""
    assert told["role"] == "admin"
    async with house(home) as app:
        other = newcomer(app)
        assert "管理员" in await other.send(f"/start {told['code']}")
        assert (await other.who()).reports_to is None


async def run(dudao: Callable[..., Ran], *arguments: object) -> str:
    """What a command prints, while the test's own loop waits."""
    import asyncio

    ran = await asyncio.to_thread(dudao, *arguments)
    assert (ran.status, ran.err) == (0, "")
    return ran.out


def test_the_command_line_prints_the_link_where_the_bot_is_known(dudao: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("telegram: {bot: dudao_bot}\n", encoding="utf-8")
    ran = dudao("--home", tmp_path / "new", "invite", "--role", "supervisor")
    assert ran.status == 0
    assert "https://t.me/dudao_bot?start=" in ran.out
    assert "督导" in ran.out


def test_the_command_line_refuses_what_cannot_be(dudao: Callable[..., Ran], tmp_path: Path) -> None:
    home = tmp_path / "new"
    assert dudao("--home", home, "invite").status == 2
    assert dudao("--home", home, "invite", "--role", "king").status == 2
    assert dudao("--home", home, "invite", "--role", "staff", "--hours", "0").status == 2
    ran = dudao("--home", home, "invite", "--role", "staff", "--store", "SH-99")
    assert ran.status == 1
    assert "SH-99" in ran.err
    assert ran.out == ""

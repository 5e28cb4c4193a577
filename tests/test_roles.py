"""Every command, button and flow for every role and for strangers: what is not theirs gets one sentence, no more."""

from datetime import timedelta

import pytest
from findings import fished, tree, whyed
from talking import NOON, Clock, Talk, store

from bot.app import App
from handlers import ask, flow
from handlers.causes import done as why_done
from handlers.causes import fish_team, why
from handlers.features import HOUSE
from handlers.joining import NO_GOOD, STRANGER
from handlers.message import Reply
from handlers.roles import NOT_YOURS
from records.action import Action
from records.actions import Actions
from records.analyses import Analyses
from records.checks import Checks
from records.conversations import Conversations
from records.invites import Invites
from records.people import ROLES
from records.questions import Questions
from records.spots import Spot, Spots

ASKED = "普通洗车要在多少分钟内完成？"
FOREIGN = "机密基地的氧气配给由谁审批？"
CHECKING = {  # what stands behind the buttons of a check, besides what is tried of every button
    "check": (":store:1", ":store:2", ":store:x"),
    "checked": (":show:1", ":ok:1", ":no:1", ":decide:1", ":photos:1", ":list:0", ":show:99"),
    "draft": tuple(f":{number}:{verb}" for number in (1, 2) for verb in ("drop", "gone", "keep")),
    "standard": (":desk-needed-only", ":staff-know"),
}
ANALYSING = {  # the same of analyses: 1 is a finished 5-Why, 2 a fishbone
    "why": tuple(
        f":{verb}:1:{rest}" for verb in why_done.VERBS | why._VERBS for rest in ("1", "1:yes", "happened", "no")
    ),
    "fish": tuple(f":{verb}:2:{rest}" for verb in fish_team.VERBS for rest in ("1", "0", "1:yes", "all", "1:new")),
    "cause": (":go:1", ":go:2"),
    "causes": tuple(f":{rest}" for rest in ("one:1", "versions:1", "was:1:2", "list:1:0:", "top:1:0:", "stores:1:0:")),
    "drawing": tuple(f":{form}:{one}" for form in ("pdf", "svg", "mmd", "xmind", "paper", "word") for one in (1, 2)),
    "guide": tuple(f":{form}:{one}" for form in ("pdf", "word", "actions") for one in (1, 2)),
}
BEHIND = CHECKING | ANALYSING
SECRETS = ("机密", "SECRET", "25分钟")


@pytest.fixture
def app(app: App) -> App:
    app.turns.per_minute = 10_000
    return app


@pytest.fixture
async def ids(app: App) -> list[int]:
    """A house full of what is not everyone's: a store, people, questions, an action; the ids they may have."""
    secret = await store(app, "SECRET-1", "机密店")
    async with app.database.write() as connection:
        await Actions(connection).make(Action(secret.id, "机密地面", NOON, NOON, None))
        await Spots(connection).add(Spot(secret.id, ("机密角落",), "0482", None, NOON, NOON))
    boss = Talk(app, "boss", person="机密老板")
    await boss.be("admin", await store(app, "SECRET-2", "机密二店"))
    await whyed(app, await boss.who(), secret, tree("机密根因", "机密问题"))
    await fished(app, await boss.who(), secret)
    await boss.say(ASKED)
    await boss.say(FOREIGN)
    await boss.say("/check 5S 机密店")
    await boss.press("全部合格，除了")
    await boss.say("8")
    await boss.say("机密员工说不出")
    await boss.press("下一项")
    await boss.press("提交")
    await boss.press("先放下")  # a draft: the actions that are offered
    await boss.say("/check 5S 机密二店")
    assert "备注：机密备注" in await boss.say("备注 机密备注")  # and another: a check
    await boss.say("/stores")
    await boss.press("新增门店")
    await Talk(app, "boss-2", person="机密同事").be("staff")
    return [1, 2, 3]


def someone(app: App, role: str) -> Talk:
    return Talk(app, f"chat-{role}", person=f"user-{role}")


def words() -> list[tuple[str, str]]:
    """(the command's word, one of the ways to say it)."""
    return [(one.word, said) for one in HOUSE.commands for said in (f"/{one.word}", f"/{one.word} 1", *one.said)]


@pytest.mark.parametrize("role", ROLES)
async def test_a_command_answers_those_it_is_for_and_refuses_the_others(app: App, role: str, ids: list[int]) -> None:
    chat = someone(app, role)
    await chat.be(role)
    roles = {one.word: one.roles for one in HOUSE.commands}
    for word, said in words():
        answered = await chat.say(said)
        await chat.say("取消")
        if role in roles[word]:
            assert answered, said
            assert NOT_YOURS not in answered, said
        else:
            assert answered == NOT_YOURS, said


@pytest.mark.parametrize("role", ROLES)
async def test_the_menu_lists_what_answers(app: App, role: str) -> None:
    chat = someone(app, role)
    await chat.be(role)
    shown = await chat.say("/help")
    for one in HOUSE.commands:
        assert (f"- /{one.word} " in shown) == (role in one.roles)


async def test_a_stranger_learns_only_how_to_join(app: App, ids: list[int]) -> None:
    chat = Talk(app, "lane", person="路人")
    for word, said in words():
        expected = NO_GOOD if word == "start" and said.endswith(" 1") else STRANGER
        assert await chat.send(said) == expected, said
    for press in HOUSE.presses:
        assert await chat.send(action=f"{press.word}:1") == STRANGER
    for text in (ASKED, "取消", "继续", "/nothing", "", "/start store_SECRET-1", "/start@bot"):
        assert await chat.send(text) == STRANGER
    assert await chat.send(action="flow:1:0:0") == STRANGER
    assert await chat.file("洗车.md", b"# x\n") == STRANGER
    assert await chat.share(31.2, 121.4) == STRANGER
    for text in (ASKED, "/help", "/start abc"):
        assert await chat.send(text, private=False) == ""


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
async def test_forged_buttons_give_nothing_away(app: App, role: str, ids: list[int]) -> None:
    chat = someone(app, role)
    await chat.be(role)
    whats = ("", ":name", ":role", ":stores", ":boss", ":remove", ":close", ":qr", ":0", ":up", ":wrong", ":1", ":x:y")
    forged = [f":{ids[0]}{what}" for what in whats]
    forged += [f":{number}{what}" for number in (*ids[1:], 99, "x", "") for what in ("", ":0")]
    verbs = ("claim", "fix", "accept", "history", "photos", "s1", "o1", "s1,open", "send", "again", "withdraw", "stop")
    forged += [f":{verb}{rest}" for verb in verbs for rest in (f":{ids[0]}", f":{ids[0]}:0", ":0")]
    for press in HOUSE.presses:
        tried = (*forged, *BEHIND.get(press.word, ())) if role in press.roles else forged[::12]
        for action in (f"{press.word}{rest}" for rest in tried):
            said = await chat.act(action)
            assert len(chat.replies) == 1, action
            assert chat.buttons == [], action
            if role not in press.roles:
                assert said == NOT_YOURS, action
            if press.word != "unanswered":  # a supervisor reads that list
                assert not [secret for secret in SECRETS if secret in said], action
    async with app.database.read() as connection:
        assert len(await Questions(connection).complaints()) == 1
        assert [one.state for one in await Checks(connection).all()] == ["waiting"]
        assert [(one.version, one.state) for one in await Analyses(connection).all()] == [(1, "open"), (2, "done")]
        assert [one.flow for one in await Conversations(connection).drafts(1)] == ["check", "action"]


@pytest.mark.parametrize("role", ROLES)
async def test_another_persons_flow_cannot_be_pressed(app: App, role: str, ids: list[int]) -> None:
    chat = someone(app, role)
    await chat.be(role)
    for number in range(1, 9):
        for how in ("0", "1", "back", "cancel"):
            assert await chat.act(f"flow:{number}:0:{how}") == flow.OVER
    boss = Talk(app, "boss", person="机密老板")
    assert "编号" in await boss.say("继续")


@pytest.mark.parametrize("role", ROLES)
async def test_a_flow_that_is_no_longer_ones_own_does_not_go_on(app: App, role: str) -> None:
    chat = someone(app, role)
    await chat.be(role)
    closed = [one for one in HOUSE.flows if role not in one.roles]
    assert (role == "admin") == (not closed)
    for one in closed:
        async with app.database.write() as connection:
            conversations = Conversations(connection)
            state = {"facts": {}, "answers": [], "turn": 0}
            opened = await conversations.start("test", chat.name, chat.person, one.name, state, NOON)
        for choice in ("0", "cancel"):
            assert await chat.act(f"flow:{opened.id}:0:{choice}") == flow.OVER
        assert "25分钟" in await chat.say(ASKED)
        assert chat.replies[1:] == ()


async def test_every_button_has_a_handler_and_no_two_share_a_word() -> None:
    presses, commands = [one.word for one in HOUSE.presses], [one.word for one in HOUSE.commands]
    said = [text for one in HOUSE.commands for text in one.said]
    flows = [one.name for one in HOUSE.flows]
    for names in (presses, commands, said, flows):
        assert len(names) == len(set(names))
    assert "flow" not in presses
    roles = [one.roles for one in HOUSE.commands] + [one.roles for one in HOUSE.presses]
    assert all(some and some <= set(ROLES) for some in roles + [one.roles for one in HOUSE.flows])


async def test_in_a_group_only_who_asked_rates_and_reads_the_source(app: App) -> None:
    asker, other = (Talk(app, "group", person=name) for name in ("小赵", "小钱"))
    await asker.be("staff")
    await other.be("staff")
    await asker.send(ASKED, private=False)
    actions = [button.action for button in asker.buttons]
    assert len(actions) == 3
    for action in actions:
        assert await other.send(action=action, private=False) == ask.OVER
    async with app.database.read() as connection:
        assert await Questions(connection).complaints() == []
    assert "原文" in [button.text for button in asker.buttons]
    assert "洗车作业指引" in await asker.send(action=actions[0], private=False)


async def test_a_code_is_spent_by_the_first_who_uses_it(app: App) -> None:
    async with app.database.write() as connection:
        code = await Invites(connection).make("staff", NOON, timedelta(hours=1))
    first, second = (Talk(app, name, person=name) for name in ("甲", "乙"))
    assert "欢迎" in await first.send(f"/start {code}")
    assert await second.send(f"/start {code}") == NO_GOOD
    assert await second.known() is None


async def test_who_sends_too_fast_is_told_once_and_heard_again_after_a_minute(app: App) -> None:
    clock = app.turns.now = Clock(NOON)
    app.turns.per_minute = 5
    chat = someone(app, "staff")
    await chat.be("staff")
    said = []
    for _ in range(9):
        clock.on(seconds=1)
        said.append(await chat.say("/me"))
    assert [text[:4] for text in said] == ["**us"] * 5 + ["您发得太"] + [""] * 3
    assert chat.replies == ()
    other = Talk(app, "c2", person="老王")
    assert await other.be("staff")
    assert "老王" in await other.say("/me")
    clock.on(seconds=61)
    assert "user" in await chat.say("/me")


async def test_a_refusal_is_plain(app: App) -> None:
    chat = someone(app, "staff")
    await chat.be("staff")
    await chat.say("/invite")
    assert chat.replies == (Reply(NOT_YOURS),)

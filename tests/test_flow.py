"""Guided conversations: they go on where they were, whatever is said in between, and never mix up an answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from conftest import Opens
from hypothesis import given, settings
from hypothesis import strategies as st
from talking import Clock, Talk

from bot.app import App
from handlers import flow
from handlers.context import Context
from handlers.flow import CANCELLED, FIRST, NOTHING, OVER, RESUMED, UNKNOWN, WRONG, Choice, Flow, Misread, Prompt
from handlers.message import Button, Incoming, Reply
from handlers.roles import EVERYONE
from handlers.routing import Command, House
from records.conversations import Conversations
from records.database import Connection, Database
from records.people import Person
from records.questions import Questions
from retrieval.answer import Answer

NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)
ASKED = "普通洗车要在多少分钟内完成？"
SIZES = {"红": ("大", "中", "小"), "蓝": ("一", "二", "三")}
DONE: list[list[Any]] = []


def step(facts: flow.Facts, answers: flow.Answers) -> Prompt | None:
    """A colour by a button, a size that hangs on it, a number to type, a remark in any words."""
    match len(answers):
        case 0:
            return Prompt(Reply("颜色？"), ((Choice("红", "红"), Choice("蓝", "蓝")),))
        case 1:
            row = tuple(Choice(size, (answers[0], size)) for size in SIZES[answers[0]])
            return Prompt(Reply(f"{answers[0]}色的尺寸？"), (row,))
        case 2:
            return Prompt(Reply("几个？"), ((Choice("一个", 1),),), number)
        case 3:
            return Prompt(Reply("备注？"), read=lambda incoming: remark(incoming.text), free=True)
    return None


def number(incoming: Incoming) -> int:
    if not incoming.text.isdecimal():
        raise Misread("请发一个数字。")
    return int(incoming.text)


def remark(text: str) -> str:
    if not text.strip():
        raise Misread("请发文字。")
    return text


async def finish(context: Context, incoming: Incoming, facts: flow.Facts, answers: flow.Answers) -> tuple[Reply, ...]:
    if answers[3] == "不行":
        raise Misread("这个备注不行。")
    DONE.append([facts["who"], *answers])
    return (Reply("已下单。"),)


ORDER = Flow("order", EVERYONE, step, finish)


async def order(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    return await flow.start(context, incoming, ORDER, {"who": incoming.chat})


HOUSE = House((Command("order", "下单", order), Command("hello", "问好", cast(Any, None), frozenset())), (), (ORDER,))


@pytest.fixture
async def app(own_home: Path, house: Opens) -> AsyncIterator[App]:
    async with house(own_home) as opened_app:
        opened_app.turns.house = HOUSE
        DONE.clear()
        yield opened_app


@pytest.fixture
def chat(app: App) -> Talk:
    return Talk(app)


async def test_a_flow_asks_one_thing_after_the_other(chat: Talk) -> None:
    assert await chat.say("/order") == "颜色？"
    assert [b.text for b in chat.buttons] == ["红", "蓝", "取消"]
    assert await chat.press("红") == "红色的尺寸？"
    assert [b.text for b in chat.buttons] == ["大", "中", "小", "上一步", "取消"]
    assert await chat.press("中") == "几个？"
    assert await chat.say("3") == "备注？"
    assert await chat.say("要快") == "已下单。"
    assert DONE == [["c1", "红", ["红", "中"], 3, "要快"]]
    assert await chat.say("继续") == NOTHING


async def test_a_press_changes_the_message_it_was_on(chat: Talk) -> None:
    await chat.say("/order")
    assert not chat.replies[0].replaces
    await chat.press("红")
    assert chat.replies[0].replaces
    await chat.press("大")
    await chat.say("3")
    assert not chat.replies[0].replaces
    await chat.press("取消")
    assert chat.replies[0].replaces


async def test_of_several_replies_to_a_press_only_the_first_takes_the_place_of_what_was_pressed(app: App) -> None:
    async def passed_on(
        context: Context, incoming: Incoming, facts: flow.Facts, answers: flow.Answers
    ) -> tuple[Reply, ...]:
        return (Reply("先说一句。"), *await flow.start(context, incoming, ORDER, {"who": "x"}))

    def ask(facts: flow.Facts, answers: flow.Answers) -> Prompt | None:
        return None if answers else Prompt(Reply("开始？"), ((Choice("开始", 1),),))

    first = Flow("first", EVERYONE, ask, passed_on)

    async def begin(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        return await flow.start(context, incoming, first)

    app.turns.house = House((Command("first", "先", begin),), (), (first, ORDER))
    chat = Talk(app)
    await chat.say("/first")
    await chat.press("开始")
    assert [(one.text, one.replaces) for one in chat.replies] == [("先说一句。", True), ("颜色？", False)]


@pytest.mark.parametrize("word", ["取消", "算了", "退出", "/cancel"])
async def test_calling_it_off_keeps_nothing(chat: Talk, word: str) -> None:
    await chat.say("/order")
    await chat.press("红")
    assert await chat.say(word) == CANCELLED
    assert await chat.say(word) == NOTHING
    assert DONE == []


async def test_one_step_back_takes_one_answer_back(chat: Talk) -> None:
    await chat.say("/order")
    assert FIRST in await chat.say("上一步")
    await chat.press("红")
    await chat.press("大")
    assert await chat.press("上一步") == "红色的尺寸？"
    assert await chat.say("返回") == "颜色？"
    assert await chat.press("蓝") == "蓝色的尺寸？"


async def test_a_question_in_between_is_answered_and_the_flow_goes_on(chat: Talk) -> None:
    await chat.say("/order")
    await chat.press("红")
    said = await chat.say(ASKED)
    assert "25分钟" in said
    assert said.endswith(f"{RESUMED}\n\n红色的尺寸？")
    await chat.press("小")
    await chat.press("一个")
    assert "25分钟" in await chat.say(ASKED)
    assert await chat.say("要快") == "已下单。"
    assert DONE == [["c1", "红", ["红", "小"], 1, "要快"]]


async def test_a_question_without_a_mark_is_known_by_what_the_documents_say(chat: Talk) -> None:
    await chat.say("/order")
    assert "25分钟" in await chat.say("普通洗车的时限")
    assert RESUMED in chat.replies[1].text


async def test_what_is_neither_answer_nor_question_is_said_so_and_not_kept_as_unanswered(chat: Talk, app: App) -> None:
    await chat.say("/order")
    assert await chat.say("火星基地") == f"{WRONG}\n颜色？"
    await chat.press("红")
    await chat.press("大")
    assert await chat.say("很多") == "请发一个数字。\n几个？"
    async with app.database.read() as connection:
        assert await Questions(connection).complaints() == []


async def test_an_unknown_command_is_no_answer(chat: Talk) -> None:
    await chat.say("/order")
    for answer in ("红", "大", "一个"):
        await chat.press(answer)
    assert await chat.say("/foo bar") == f"{UNKNOWN}\n备注？"
    assert DONE == []


async def test_a_long_answer_that_ends_in_a_question_mark_is_an_answer(chat: Talk) -> None:
    await chat.say("/order")
    for answer in ("红", "大", "一个"):
        await chat.press(answer)
    remark = (
        "请在交车的时候先问一句客户：您对这次的服务满意吗，有没有什么地方需要我们改进，"
        + "下次来店想先做哪个项目呢，" * 3
        + "好吗？"
    )
    assert await chat.say(remark) == "已下单。"
    assert DONE[0][-1] == remark


async def test_the_last_answer_can_be_refused_at_the_end_and_the_others_stay(chat: Talk) -> None:
    await chat.say("/order")
    for answer in ("红", "大", "一个"):
        await chat.press(answer)
    assert await chat.say("不行") == "这个备注不行。\n备注？"
    assert await chat.say("要快") == "已下单。"
    assert DONE == [["c1", "红", ["红", "大"], 1, "要快"]]


async def test_old_buttons_say_that_they_are_over(chat: Talk) -> None:
    await chat.say("/order")
    colours = {b.text: b.action for b in chat.buttons}
    await chat.press("红")
    sizes = {b.text: b.action for b in chat.buttons}
    assert await chat.act(colours["蓝"]) == OVER
    await chat.say("上一步")
    assert await chat.act(colours["蓝"]) == OVER
    await chat.say("继续")
    await chat.press("蓝")
    assert await chat.act(sizes["大"]) == OVER  # it would be read as the first blue size
    await chat.say("继续")
    for answer in ("三", "一个"):
        await chat.press(answer)
    await chat.say("要快")
    assert DONE == [["c1", "蓝", ["蓝", "三"], 1, "要快"]]
    for action in (*colours.values(), *sizes.values()):
        assert await chat.act(action) == OVER


async def test_another_flow_takes_the_place_of_an_open_one(chat: Talk) -> None:
    await chat.say("/order")
    first = chat.buttons[0].action
    assert await chat.say("/order") == "颜色？"
    assert await chat.act(first) == OVER
    await chat.say("继续")
    assert await chat.press("红") == "红色的尺寸？"


async def test_buttons_of_another_person_in_a_group_do_nothing(chat: Talk, app: App) -> None:
    await chat.send("/hi")
    await chat.say("/order")
    other = Talk(app, person="老王")
    await other.be("staff")
    assert await other.act(chat.buttons[0].action) == OVER
    assert await chat.press("红") == "红色的尺寸？"


@pytest.mark.parametrize(
    "action",
    ["flow:", "flow:1", "flow:1:0:9", "flow:1:0:-1", "flow:x:0:0", "flow:1:0:back", "flow:²:0:0", "flow:1:0:²"],
)
async def test_forged_buttons_of_a_flow_do_nothing(chat: Talk, action: str) -> None:
    await chat.say("/order")
    assert await chat.act(action) == OVER
    assert await chat.say("继续") == "颜色？"
    assert await chat.press("红") == "红色的尺寸？"


async def test_it_goes_on_after_the_program_was_started_anew(own_home: Path, house: Opens) -> None:
    DONE.clear()
    async with house(own_home) as app:
        app.turns.house = HOUSE
        first = Talk(app)
        await first.say("/order")
        await first.press("红")
    async with house(own_home) as app:
        app.turns.house = HOUSE
        second = Talk(app, replies=first.replies)
        assert await second.press("小") == "几个？"
    async with house(own_home) as app:
        app.turns.house = HOUSE
        third = Talk(app)
        assert await third.say("继续") == "几个？"
        await third.say("7")
        await third.say("要快")
    assert DONE == [["c1", "红", ["红", "小"], 7, "要快"]]


async def test_it_goes_on_after_a_week(chat: Talk, app: App) -> None:
    clock = app.turns.now = Clock(NOON)
    await chat.say("/order")
    await chat.press("蓝")
    clock.on(days=7)
    assert await chat.say("继续") == "蓝色的尺寸？"
    clock.on(days=7)
    assert await chat.press("二") == "几个？"


# Whatever a person does, in any order, the answers are those they gave.


class Desk:
    """Answers every question that has 洗车 in it, none other."""

    async def ask(self, question: str, past: Sequence[object], partial: Callable[[str], Awaitable[None]]) -> Answer:
        known = "洗车" in question
        return Answer(question, question, known, "25分钟" if known else "不知道")


@dataclass
class Walk:
    """One person's walk through the flow on a real database, beside what is expected of it."""

    url: str
    chat: str
    database: Database = field(init=False)
    now: datetime = NOON
    replies: tuple[Reply, ...] = ()
    old: list[str] = field(default_factory=list)
    expected: list[Any] | None = None
    done: list[list[Any]] = field(default_factory=list)

    async def send(self, text: str = "", action: str = "") -> None:
        """One message, handled in its transaction as a turn does it."""
        async with self.database.read() as connection:
            opened = await Conversations(connection).get("test", self.chat, "u")
        transaction = self.database.write()
        connections: list[Connection] = []

        async def write() -> Connection:
            if not connections:
                connections.append(await transaction.__aenter__())
            return connections[0]

        async def shown(text: str) -> None:
            """Nobody watches."""

        person = Person(1, "小林", "staff", "Asia/Shanghai", 0, 0, 0, None, False, NOON, None)
        stands = SimpleNamespace(files=None, fetch=None, deployment=None)
        context = Context(
            cast(Any, Desk()), self.database, stands.files, lambda: self.now, shown, write, cast(Any, stands.fetch),
            cast(Any, stands.deployment), person, opened,
        )  # fmt: skip
        self.old += [button.action for button in self.buttons()]
        incoming = Incoming("m", "test", self.chat, "u", self.now, text, action)
        self.replies = await HOUSE.route(context, incoming)
        if connections:
            await transaction.__aexit__(None, None, None)

    def buttons(self) -> list[Button]:
        """Those of the last reply."""
        return [button for reply in self.replies for row in reply.buttons for button in row]

    def shown(self, text: str) -> str:
        """The action of a button of the last reply; "" when it is not there."""
        return next((button.action for button in self.buttons() if button.text == text), "")

    async def check(self) -> None:
        """What is kept is what was answered."""
        async with self.database.read() as connection:
            opened = await Conversations(connection).get("test", self.chat, "u")
        assert (opened.state["answers"] if opened else None) == self.expected
        assert [one[1:] for one in DONE if one[0] == self.chat] == self.done


async def answered(walk: Walk, which: int) -> None:
    """A right answer to what is asked now."""
    known = walk.expected or []
    if len(known) < 2:
        values: list[Any] = ["红", "蓝"] if not known else [[known[0], size] for size in SIZES[known[0]]]
        value = values[which % len(values)]
        text = value if not known else value[1]
        if not walk.shown(text):
            await walk.send("继续")
        await walk.send(action=walk.shown(text))
    else:
        value = which if len(known) == 2 else f"备注{which}"
        await walk.send(str(value))
    walk.expected = [*known, value]
    if len(walk.expected) == 4:
        walk.done.append(walk.expected)
        walk.expected = None


async def gone_back(walk: Walk, which: int) -> None:
    """By the word or by the button."""
    if which % 2:
        await walk.send("继续")
        await walk.send(action=walk.shown("上一步"))
    else:
        await walk.send("上一步")
    walk.expected = (walk.expected or [])[:-1]


async def called_off(walk: Walk, which: int) -> None:
    """By the word or by the button."""
    if which % 2:
        await walk.send("继续")
        await walk.send(action=walk.shown("取消"))
    else:
        await walk.send("算了")
    walk.expected = None


async def asked(walk: Walk, which: int) -> None:
    """A question that is answered, or one that is not."""
    await walk.send("洗车要多久？" if which % 2 else "火星有多远？")
    assert RESUMED in walk.replies[-1].text


async def mumbled(walk: Walk, which: int) -> None:
    """What is no answer here."""
    await walk.send("" if len(walk.expected or []) == 3 else "乱七八糟")
    assert len(walk.replies) == 2


async def pressed_an_old_button(walk: Walk, which: int) -> None:
    """One that is not among those of the prompt as it is now."""
    await walk.send("继续")
    now = [button.action for button in walk.buttons()]
    old = [action for action in walk.old if action.startswith("flow:") and action not in now]
    if old:
        await walk.send(action=old[which % len(old)])
        assert [reply.text for reply in walk.replies] == [OVER]


async def went_on(walk: Walk, which: int) -> None:
    """A word that only asks what was asked."""
    await walk.send("继续" if which % 2 else "/continue")


async def came_back(walk: Walk, which: int) -> None:
    """To another process, or after a week."""
    if which % 2:
        walk.now += timedelta(days=7)
    else:
        await walk.database.close()
        walk.database = Database(walk.url)


MOVES = (answered, answered, gone_back, called_off, asked, mumbled, pressed_an_old_button, went_on, came_back)
NUMBERS = count()


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database."""
    url = f"sqlite:///{tmp_path_factory.mktemp('walks') / 'dudao.db'}"

    async def migrate() -> None:
        database = Database(url)
        await database.migrate()
        await database.close()

    asyncio.run(migrate())
    return url


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 50)), max_size=30))
def test_whatever_is_done_in_between_the_answers_are_those_given(
    records: str, moves: list[tuple[Callable[[Walk, int], Awaitable[None]], int]]
) -> None:
    async def walked() -> None:
        walk = Walk(records, f"walk-{next(NUMBERS)}")
        walk.database = Database(records)
        for move, which in moves:
            if walk.expected is None:
                await walk.send("/order")
                walk.expected = []
            if move is gone_back and not walk.expected:
                continue
            await move(walk, which)
            await walk.check()
        await walk.database.close()

    asyncio.run(walked())

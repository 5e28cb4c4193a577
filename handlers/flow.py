"""Guided conversations: a flow is a pure function from the answers so far to the next prompt.

An open one is its facts and its answers, kept in the database: any process goes on with it, and to go back is to drop
the last answer. A kept one is a draft of its person's: it waits while they do something else, and is taken up again on
any device (handlers/drafts.py).
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from handlers import ask
from handlers.asking import may_ask, plainly_asks
from handlers.context import Context
from handlers.learning.shut import shut
from handlers.message import Button, Field, Form, Incoming, Reply
from records.conversations import Conversations, Open

CANCEL, BACK, GO_ON = "取消", "上一步", "继续"
CANCELLED = "已取消，什么都没有保存。"
FIRST = "已经是第一步了。"
OVER = "这一步已经过去了，请用最新的一条消息。"
WRONG = "请点一个按钮，或发“取消”退出。"
RESUMED = "接着刚才的："
NOTHING = "没有进行到一半的事。"
PUT_DOWN = "已放下，答过的都还在。发“继续”接着做。"
ELSEWHERE = "这件事已经在别处接着做了，请看那边。"
DROP, LATER = "删掉", "先放下"
SEND = "填好了，提交"
UNKNOWN = "没有这个命令。发 /help 看看我能做什么，或直接提问。"
WORDS = {CANCEL: "cancel", "/cancel": "cancel", "退出": "cancel", "算了": "cancel", BACK: "back", "返回": "back"}
WORDS |= {LATER: "cancel", "放下": "cancel", GO_ON: "again", "接着来": "again", "/continue": "again"}

Facts = dict[str, Any]
Answers = Sequence[Any]
Take = Callable[[Context, Incoming], Awaitable[tuple[Any, tuple[Reply, ...]]]]


class Misread(Exception):
    """What a person sent is no answer to the prompt; the message is one sentence for them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A button of a prompt, and the JSON-able answer it stands for."""

    text: str
    value: Any


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is asked next.

    `choices` are rows of buttons, `beside` those that stand with the ways back and out. `read` turns a message into a
    JSON-able answer or raises Misread; None where only buttons answer. `free` says that nearly any text is an answer,
    so that only what is plainly a question is asked of the documents. `take` turns a message with files into an answer,
    and what to say beside the next prompt: it may fetch them first, and raises Misread. `verbatim` says that what is
    plainly a question is an answer as well. `form` asks this and more at once where the channel has forms, and `fill`
    turns what was filled in into answers, or raises Misread.
    """

    reply: Reply
    choices: tuple[tuple[Choice, ...], ...] = ()
    read: Callable[[Incoming], Any] | None = None
    free: bool = False
    take: Take | None = None
    form: tuple[Field, ...] = ()
    fill: Callable[[Incoming], Sequence[Any]] | None = None
    beside: tuple[Button, ...] = ()
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """`step` gives the next prompt, None when the answers are complete; `finish` does what they say.

    `finish` is called before the turn's transaction is open, so that it may do slow work first. Misread, raised
    before it writes anything, takes back the last answer. `kept` names the draft of a flow that is kept.
    `fresh` gives the facts as they are now, or raises Gone. `stays` says what dropping a draft does not take.
    """

    name: str
    roles: frozenset[str]
    step: Callable[[Facts, Answers], Prompt | None]
    finish: Callable[[Context, Incoming, Facts, Answers], Awaitable[tuple[Reply, ...]]]
    kept: Callable[[Facts], str] | None = None
    fresh: Callable[[Context, Facts], Awaitable[Facts]] | None = None
    stays: str = ""


class Gone(Exception):
    """What a flow is about is not there any more for this person; the message is one sentence for them."""


class Elsewhere(Exception):
    """A draft was taken up on another device in the very moment it was finished here; the turn is undone."""


async def start(
    context: Context, incoming: Incoming, flow: Flow, facts: Facts | None = None, answers: Answers = ()
) -> tuple[Reply, ...]:
    """Open a flow, in place of any other of this person here; `answers` are those known already, not all of them."""
    conversations = Conversations(await context.write())
    state = _plain({"facts": facts or {}, "answers": list(answers), "turn": 0})
    here, now = (incoming.channel, incoming.chat, incoming.person), context.now()
    if flow.kept is None:
        opened = await conversations.start(*here, flow.name, state, now)
    else:
        draft = await conversations.keep(context.me.id, flow.name, flow.kept(state["facts"]), state, now)
        found = await conversations.take_up(*here, draft, now)
        assert found is not None
        opened = found
    return _in_place(incoming, _asked(flow, opened))


async def take_up(context: Context, incoming: Incoming, flow: Flow, draft: int) -> tuple[Reply, ...]:
    """Go on here with a draft of this person's."""
    conversations = Conversations(await context.write())
    opened = await conversations.take_up(incoming.channel, incoming.chat, incoming.person, draft, context.now())
    return _in_place(incoming, await _shown(context, flow, opened, opened.state)) if opened else (Reply(OVER),)


async def resume(context: Context, incoming: Incoming, flow: Flow, opened: Open) -> tuple[Reply, ...]:
    """The next word or button in an open flow; a question is answered, and the flow goes on."""
    if incoming.action:
        return await _pressed(context, incoming, flow, opened)
    word, answers = WORDS.get(incoming.text.strip().lower()), opened.state["answers"]
    if word == "cancel":
        return await _cancelled(context, incoming, opened)
    if word == "back" and answers:
        return await _moved(context, incoming, flow, opened, answers[:-1])
    if word is not None:
        shown = await _shown(context, flow, opened, opened.state)
        return (Reply(FIRST), *shown) if word == "back" else shown
    if incoming.text.strip().startswith("/"):
        return (Reply(UNKNOWN), *_asked(flow, opened))
    return await _typed(context, incoming, flow, opened)


async def _typed(context: Context, incoming: Incoming, flow: Flow, opened: Open) -> tuple[Reply, ...]:
    if _is_question(incoming, prompt := _prompt(flow, opened)):
        return (*await ask.ask(context, incoming), *again(flow, opened))
    if incoming.attachments and prompt.take is not None:
        return await _taken(context, incoming, flow, opened, prompt.take)
    if prompt.read is None:
        return await _stray(context, incoming, flow, opened, WRONG)
    try:
        answer = prompt.read(incoming)
    except Misread as error:
        return await _stray(context, incoming, flow, opened, str(error))
    return await _moved(context, incoming, flow, opened, [*opened.state["answers"], answer])


async def _taken(context: Context, incoming: Incoming, flow: Flow, opened: Open, take: Take) -> tuple[Reply, ...]:
    try:
        answer, notes = await take(context, incoming)
    except Misread as error:
        return (Reply(str(error)), *_asked(flow, opened))
    return (*notes, *await _moved(context, incoming, flow, opened, [*opened.state["answers"], answer]))


async def _pressed(context: Context, incoming: Incoming, flow: Flow, opened: Open) -> tuple[Reply, ...]:
    """flow:<conversation>:<turn>:<choice>, or back, cancel in place of the choice."""
    answers = opened.state["answers"]
    match incoming.action.split(":"):
        case ["flow", number, turn, chosen] if (number, turn) == (str(opened.id), str(_turn(opened))):
            if chosen == "cancel":
                return await _cancelled(context, incoming, opened)
            if chosen == "back" and answers:
                return await _moved(context, incoming, flow, opened, answers[:-1])
            if chosen == "form":
                return await _filled(context, incoming, flow, opened)
            choices = [choice for row in _prompt(flow, opened).choices for choice in row]
            if chosen in map(str, range(len(choices))):
                return await _moved(context, incoming, flow, opened, [*answers, choices[int(chosen)].value])
    return (Reply(OVER),)  # of another conversation, or of an earlier step


async def _filled(context: Context, incoming: Incoming, flow: Flow, opened: Open) -> tuple[Reply, ...]:
    """Several answers at once; the rest is asked as ever."""
    fill = _prompt(flow, opened).fill
    if fill is None:
        return (Reply(OVER),)
    try:
        given = fill(incoming)
    except Misread as error:
        return (Reply(str(error)), *_asked(flow, opened))
    return await _moved(context, incoming, flow, opened, [*opened.state["answers"], *given])


async def _moved(
    context: Context, incoming: Incoming, flow: Flow, opened: Open, answers: Sequence[Any]
) -> tuple[Reply, ...]:
    """The flow with other answers: its next prompt, or its end."""
    facts, known = opened.state["facts"], _plain(list(answers))
    if flow.step(facts, known) is None:
        try:
            replies = await flow.finish(context, incoming, facts, known)
        except Misread as error:
            return (Reply(str(error)), *_asked(flow, opened))
        if not await Conversations(await context.write()).close(opened):
            raise Elsewhere
        return _in_place(incoming, replies)
    return _in_place(incoming, await _shown(context, flow, opened, {**opened.state, "answers": known}))


async def _shown(context: Context, flow: Flow, opened: Open, state: dict[str, Any]) -> tuple[Reply, ...]:
    """The prompt of that state, with its facts as they are now; what is not the state of before is kept."""
    if flow.fresh is not None:
        try:
            state = {**state, "facts": _plain(await flow.fresh(context, state["facts"]))}
        except Gone as error:
            await Conversations(await context.write()).close(opened)
            return (Reply(str(error)),)
    if state != opened.state:
        state = {**state, "turn": _turn(opened) + 1}
        if not await Conversations(await context.write()).go_on(opened, state, context.now()):
            return (Reply(ELSEWHERE),)
    return _asked(flow, replace(opened, state=state))


async def _cancelled(context: Context, incoming: Incoming, opened: Open) -> tuple[Reply, ...]:
    conversations = Conversations(await context.write())
    if opened.draft is None:
        await conversations.close(opened)
        return (Reply(CANCELLED, replaces=bool(incoming.action)),)
    await conversations.put_down(opened)
    ways = (Button(GO_ON, f"draft:{opened.draft}"), Button(DROP, f"draft:{opened.draft}:drop"))
    return (Reply(PUT_DOWN, buttons=(ways,), replaces=bool(incoming.action)),)


async def _stray(context: Context, incoming: Incoming, flow: Flow, opened: Open, why: str) -> tuple[Reply, ...]:
    """No answer to the prompt: perhaps a question that the documents answer; else say what is wrong."""
    if incoming.text.strip() and not incoming.attachments and not _prompt(flow, opened).free:
        answer = None if await shut(context) else await ask.answered(context, incoming, _unshown)
        if answer is not None and answer.answered:
            return (await ask.told(context, incoming, answer), *again(flow, opened))
    return (Reply(why), *_asked(flow, opened))


async def _unshown(text: str) -> None:
    """Nobody watches an answer that may not be one."""


def again(flow: Flow, opened: Open) -> tuple[Reply, ...]:
    """What is asked now, after something else was said in between."""
    return tuple(replace(one, text=f"{RESUMED}\n\n{one.text}") for one in _asked(flow, opened))


def _asked(flow: Flow, opened: Open) -> tuple[Reply, ...]:
    """The prompt with its buttons; each names the conversation and the turn, so that an old one is known as such."""
    prompt, here = _prompt(flow, opened), f"flow:{opened.id}:{_turn(opened)}"
    rows, number = [], 0
    for row in prompt.choices:
        rows.append(tuple(Button(choice.text, f"{here}:{number + i}") for i, choice in enumerate(row)))
        number += len(row)
    ways = ((BACK, "back"),) if opened.state["answers"] else ()
    leave = (CANCEL if opened.draft is None else LATER, "cancel")
    last = (*prompt.beside, *(Button(text, f"{here}:{how}") for text, how in (*ways, leave)))
    form = Form(prompt.form, Button(SEND, f"{here}:form")) if prompt.form else None
    return (replace(prompt.reply, buttons=(*rows, *prompt.reply.buttons, last), form=form),)


def _in_place(incoming: Incoming, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
    """After a press the first reply takes the place of what was pressed, unless it brings a file."""
    if not incoming.action or not replies or replies[0].files:
        return replies
    return (replace(replies[0], replaces=True), *(replace(one, replaces=False) for one in replies[1:]))


def _prompt(flow: Flow, opened: Open) -> Prompt:
    prompt = flow.step(opened.state["facts"], opened.state["answers"])
    assert prompt is not None, f"flow {flow.name} is open with all its answers"
    return prompt


def _turn(opened: Open) -> int:
    return int(opened.state.get("turn", 0))


def _plain(values: Any) -> Any:
    """As the database gives it back, so that a step sees the same before and after a restart."""
    return json.loads(json.dumps(values))


def _is_question(incoming: Incoming, prompt: Prompt) -> bool:
    plain = incoming.text.strip()
    if prompt.verbatim or incoming.attachments or incoming.place:
        return False
    return plainly_asks(plain) or (not prompt.free and may_ask(plain) and not reads(prompt, incoming))


def reads(prompt: Prompt, incoming: Incoming) -> bool:
    """Whether a message is an answer, whatever words stand in it."""
    try:
        return prompt.read is not None and prompt.read(incoming) is not None
    except Misread:
        return False

"""Guided conversations: a flow is a pure function from the answers so far to the next prompt.

An open one is its facts and its answers, kept in the database: any process goes on with it, and to go back is to drop
the last answer.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from handlers import ask
from handlers.context import Context
from handlers.message import Button, Incoming, Reply
from records.conversations import Conversations, Open

CANCEL, BACK, GO_ON = "取消", "上一步", "继续"
CANCELLED = "已取消，什么都没有保存。"
FIRST = "已经是第一步了。"
OVER = "这一步已经过去了，请用最新的一条消息。"
WRONG = "请点一个按钮，或发“取消”退出。"
RESUMED = "接着刚才的："
NOTHING = "没有进行到一半的事。"
_WORDS = {CANCEL: "cancel", "/cancel": "cancel", "退出": "cancel", "算了": "cancel", BACK: "back", "返回": "back"}
_WORDS |= {GO_ON: "again", "接着来": "again", "/continue": "again"}
_ASKS = ("?", "？", "吗", "呢")
_ASKING = ("什么", "多少", "怎么", "为什么", "多久", "哪些", "哪个", "几天", "请问")

Facts = dict[str, Any]
Answers = Sequence[Any]


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

    `choices` are rows of buttons. `read` turns a message into a JSON-able answer or raises Misread; None where only
    buttons answer. `free` says that nearly any text is an answer, so that only what is plainly a question is asked of
    the documents.
    """

    reply: Reply
    choices: tuple[tuple[Choice, ...], ...] = ()
    read: Callable[[Incoming], Any] | None = None
    free: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """`step` gives the next prompt, None when the answers are complete; `finish` does what they say."""

    name: str
    roles: frozenset[str]
    step: Callable[[Facts, Answers], Prompt | None]
    finish: Callable[[Context, Incoming, Facts, Answers], Awaitable[tuple[Reply, ...]]]


async def start(context: Context, incoming: Incoming, flow: Flow, facts: Facts | None = None) -> tuple[Reply, ...]:
    """Open a flow, in place of any other of this person here."""
    conversations = Conversations(await context.write())
    state = {"facts": facts or {}, "answers": []}
    opened = await conversations.start(
        incoming.channel, incoming.chat, incoming.person, flow.name, state, context.now()
    )
    return await _go_on(context, incoming, flow, opened, [])


async def resume(context: Context, incoming: Incoming, flow: Flow, opened: Open) -> tuple[Reply, ...]:
    """The next word or button in an open flow; a question is answered, and the flow goes on."""
    answers = list(opened.state["answers"])
    word = _WORDS.get(incoming.text.strip().lower())
    if word == "cancel":
        await Conversations(await context.write()).end(incoming.channel, incoming.chat, incoming.person)
        return (Reply(CANCELLED),)
    if word is not None:
        if word == "back" and not answers:
            return (Reply(FIRST), *_asked(flow, opened, answers))
        return await _go_on(context, incoming, flow, opened, answers[:-1] if word == "back" else answers)
    if incoming.action:
        return await _pressed(context, incoming, flow, opened, answers)
    prompt = flow.step(opened.state["facts"], answers)
    assert prompt is not None
    if incoming.text and _is_question(incoming.text, prompt):
        return await _aside(context, incoming, flow, opened, answers)
    if prompt.read is None:
        return await _stray(context, incoming, flow, opened, answers, WRONG)
    try:
        answer = prompt.read(incoming)
    except Misread as error:
        return await _stray(context, incoming, flow, opened, answers, str(error))
    return await _go_on(context, incoming, flow, opened, [*answers, answer])


async def _go_on(
    context: Context, incoming: Incoming, flow: Flow, opened: Open, answers: list[Any]
) -> tuple[Reply, ...]:
    conversations = Conversations(await context.write())
    if flow.step(opened.state["facts"], answers) is None:
        await conversations.end(incoming.channel, incoming.chat, incoming.person)
        return await flow.finish(context, incoming, opened.state["facts"], answers)
    await conversations.go_on(opened.id, {**opened.state, "answers": answers}, context.now())
    asked = _asked(flow, opened, answers)
    return tuple(replace(one, replaces=bool(incoming.action)) for one in asked)


async def _pressed(
    context: Context, incoming: Incoming, flow: Flow, opened: Open, answers: list[Any]
) -> tuple[Reply, ...]:
    """flow:<conversation>:<step>:<choice>, or back, cancel in place of the choice."""
    match incoming.action.split(":"):
        case ["flow", number, step, "cancel"] if (number, step) == (str(opened.id), str(len(answers))):
            await Conversations(await context.write()).end(incoming.channel, incoming.chat, incoming.person)
            return (Reply(CANCELLED, replaces=True),)
        case ["flow", number, step, "back"] if (number, step) == (str(opened.id), str(len(answers))) and answers:
            return await _go_on(context, incoming, flow, opened, answers[:-1])
        case ["flow", number, step, chosen] if (number, step) == (str(opened.id), str(len(answers))):
            prompt = flow.step(opened.state["facts"], answers)
            choices = [choice for row in prompt.choices for choice in row] if prompt else []
            if chosen in map(str, range(len(choices))):
                return await _go_on(context, incoming, flow, opened, [*answers, choices[int(chosen)].value])
    return (Reply(OVER),)


async def _stray(
    context: Context, incoming: Incoming, flow: Flow, opened: Open, answers: list[Any], why: str
) -> tuple[Reply, ...]:
    """No answer to the prompt: perhaps a question that the documents answer; else say what is wrong."""
    prompt = flow.step(opened.state["facts"], answers)
    if incoming.text and not (prompt and prompt.free):
        replies = await ask.ask(context, incoming)
        if replies and replies[0].citations:
            return (*replies, *_again(flow, opened, answers))
    return (Reply(why), *_asked(flow, opened, answers))


async def _aside(
    context: Context, incoming: Incoming, flow: Flow, opened: Open, answers: list[Any]
) -> tuple[Reply, ...]:
    return (*await ask.ask(context, incoming), *_again(flow, opened, answers))


def _again(flow: Flow, opened: Open, answers: list[Any]) -> tuple[Reply, ...]:
    return tuple(replace(one, text=f"{RESUMED}\n\n{one.text}") for one in _asked(flow, opened, answers))


def _asked(flow: Flow, opened: Open, answers: list[Any]) -> tuple[Reply, ...]:
    """The prompt with its buttons; each names the conversation and the step, so that an old one is known as such."""
    prompt = flow.step(opened.state["facts"], answers)
    assert prompt is not None
    rows, number = [], 0
    for row in prompt.choices:
        rows.append(tuple(Button(c.text, f"flow:{opened.id}:{len(answers)}:{number + i}") for i, c in enumerate(row)))
        number += len(row)
    ways = ((BACK, "back"),) if answers else ()
    last = tuple(Button(text, f"flow:{opened.id}:{len(answers)}:{how}") for text, how in (*ways, (CANCEL, "cancel")))
    return (replace(prompt.reply, buttons=(*prompt.reply.buttons, *rows, last)),)


def _is_question(text: str, prompt: Prompt) -> bool:
    plain = text.strip()
    return plain.endswith(_ASKS) or (not prompt.free and any(word in plain for word in _ASKING))

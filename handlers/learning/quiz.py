"""/quiz: the questions of the day one by one, explained at once; another set, the wrong ones, a topic at any time."""

import re
from collections.abc import Mapping
from dataclasses import replace

from handlers import ask, flow, typed
from handlers.context import Context
from handlers.learning import formulas, posing, practice, proof, rounds
from handlers.learning.posing import Given, Pick
from handlers.learning.practice import Wish
from handlers.learning.rounds import Counted
from handlers.learning.shut import shut
from handlers.message import Button, Incoming, Reply
from knowledge.answers import Answer, how
from records.conversations import Conversations, Open
from records.learning.quizzes import DAILY, FREE, Attempt, Quizzes, Round

TALK = "quiz"
PLACE = "第 {n}/{all} 题"
RIGHT, WRONG = "**答对了。** {answer}", "**答错了。** 您答的是：{given}\n\n正确答案：{right}"
GIVEN_UP = "正确答案：{right}"
SOURCE = "出处：{where}"
ASKED = "{place}\n{ask}"
READ = "看原文"
DONE = "**今天的 {all} 题做完了，答对 {rights} 题。**"
DONE_LATE = "**{day} 的 {all} 题做完了，答对 {rights} 题。**"
FREE_DONE = "**这一组 {all} 题，答对 {rights} 题。** 自由练习不计入连续天数。"
STREAK, STREAK_FORGIVEN = "已连续 {days} 天，最长 {best} 天。", "还能补 {freezes} 次漏练。"
OWED = "错题本里有 {n} 题，在不同的日子答对 {times} 次就会移出。"
DONE_ALREADY = "今天的 {all} 题已经做完，答对 {rights} 题。"
NOTHING = "现在没有题目可练。"
NO_WRONG = "错题本是空的。"
NO_TOPIC = "没有关于“{topic}”的题目。可以这样发：考考我 5S；练 10 题 备件。现有的主题：{topics}。"
ANSWERED = "这道题已经答过，以第一次的答案为准。"
UNREAD = "没看懂。{how}。"
STOPPED = "已放下，答过的都算数。发 /quiz 接着做。"
FREE_STOPPED = "已放下，答过的都算数。"
AGAIN, PRACTISE_WRONG, FORMULAS = "再来一组", "练错题", "公式卡"
_NUMBER = re.compile(r"[1-9][0-9]{0,14}")


async def begin(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """/quiz: today's questions, or what is left of them; /quiz and a topic: some on that."""
    if (sits := await shut(context)) is not None:
        return (sits,)
    words = typed.inert(incoming.text).partition(" ")[2] if incoming.text.startswith("/") else ""
    if words:
        return await _free(context, incoming, practice.wish_of(words) or Wish(words))
    one = await rounds.todays(context)
    if one is None:
        return (Reply(NOTHING),)
    if one.ended_at is not None:
        return (await _done_already(context, one),)
    return await _next(context, incoming, one)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """quiz:<round>:<position>:<what>, quiz:day, quiz:more, quiz:wrong."""
    if (sits := await shut(context)) is not None:
        return (sits,)
    match incoming.action.split(":"):
        case ["quiz", "day"]:
            return await begin(context, replace(incoming, action="", text="/quiz"))
        case ["quiz", "more"]:
            return await _free(context, incoming, Wish())
        case ["quiz", "wrong"]:
            return await _free(context, incoming, Wish(wrong=True))
        case ["quiz", number, position, what] if _NUMBER.fullmatch(number):
            one = await _mine(context, int(number))
            if one is not None and position in map(str, range(len(one.posed))):
                return await _tapped(context, incoming, one, int(position), what)
    return (Reply(flow.OVER),)


async def wished(context: Context, incoming: Incoming) -> tuple[Reply, ...] | None:
    """考考我 …, 练 10 题 …: a free round; None for a text that asks for none."""
    wish = practice.wish_of(incoming.text)
    if wish is None:
        return None
    sits = await shut(context)
    return (sits,) if sits is not None else await _free(context, incoming, wish)


async def hear(context: Context, incoming: Incoming, opened: Open) -> tuple[Reply, ...] | None:
    """What is typed while a question is open, where it answers it; None where it does not."""
    if (sits := await shut(context)) is not None:
        return (sits,)
    one = await _mine(context, int(opened.state.get("round", 0)))
    position = None if one is None else await _unanswered(context, one)
    if one is None or position is None:
        return None
    meant = flow.WORDS.get(incoming.text.strip().lower())
    if meant == "cancel":
        await Conversations(await context.write()).put_down(opened)
        return (Reply(STOPPED if one.kind == DAILY else FREE_STOPPED),)
    if meant is not None:
        return (_asked(one, position),)
    for wish in (formulas.wished, wished):
        if (replies := await wish(context, incoming)) is not None:
            return replies
    answer = None if incoming.text.strip().endswith(("?", "？")) else posing.read(one.posed[position], incoming.text)
    return None if answer is None else await _given(context, incoming, one, position, answer)


async def aside(context: Context, incoming: Incoming, opened: Open) -> tuple[Reply, ...]:
    """No answer: perhaps a question that the documents answer; then it is asked again."""
    one = await _mine(context, int(opened.state.get("round", 0)))
    position = None if one is None else await _unanswered(context, one)
    if one is None or position is None:
        return await ask.ask(context, incoming)
    found = await ask.answered(context, incoming, _unshown)
    if found.answered:
        return (await ask.told(context, incoming, found), _asked(one, position))
    return (Reply(UNREAD.format(how=how(one.posed[position].question))), _asked(one, position))


async def _unshown(text: str) -> None:
    """Nobody watches an answer that may not be one."""


async def _tapped(context: Context, incoming: Incoming, one: Round, position: int, what: str) -> tuple[Reply, ...]:
    put = one.posed[position]
    if what == "read":
        return await proof.original(context, incoming, put.question.proof)
    async with context.database.read() as connection:
        given = await Quizzes(connection).attempts(context.me.id, one.kind, one.id)
    if position in given:
        return (Reply(ANSWERED),)
    match posing.pressed(put, what):
        case Pick(chosen):
            return (replace(_asked(one, position, chosen), replaces=True),)
        case Given(answer):
            return await _given(context, incoming, one, position, answer)
    return (Reply(flow.OVER),)


async def _given(
    context: Context, incoming: Incoming, one: Round, position: int, answer: Answer | None
) -> tuple[Reply, ...]:
    counted = await rounds.answered(context, one, position, answer)
    if counted is None:
        return (Reply(ANSWERED),)
    told = replace(_told(one, position, answer, counted), replaces=bool(incoming.action))
    if not counted.over:
        return (told, *await _next(context, incoming, one))
    await _close(context, incoming)
    return (told, await _over(context, one, counted))


def _told(one: Round, position: int, answer: Answer | None, counted: Counted) -> Reply:
    """What the answer came to, why, and where it stands."""
    put = one.posed[position]
    question, right = put.question, posing.right_worded(put)
    form = RIGHT if counted.attempt.right else GIVEN_UP if answer is None else WRONG
    said = form.format(answer=right, given=posing.worded(put, answer), right=right)
    asked = ASKED.format(place=_place(one, position), ask=typed.inert(question.ask))
    source = SOURCE.format(where=proof.where(question.proof))
    text = "\n\n".join([asked, said, typed.inert(question.why), source])
    return Reply(text, buttons=((Button(READ, f"quiz:{one.id}:{position}:read"),),))


async def _next(context: Context, incoming: Incoming, one: Round) -> tuple[Reply, ...]:
    """The first question of a round that is not answered; what is typed next answers it."""
    given = await Quizzes(await context.write()).attempts(context.me.id, one.kind, one.id)
    position = _first_left(one, given)
    if position is None:
        return (await _done_already(context, one),)
    conversations, here = Conversations(await context.write()), (incoming.channel, incoming.chat, incoming.person)
    if context.opened is None or context.opened.flow != TALK or context.opened.state.get("round") != one.id:
        await conversations.start(*here, TALK, {"round": one.id}, context.now())
    return (_asked(one, position),)


async def _unanswered(context: Context, one: Round) -> int | None:
    """The first position without an answer; read without writing, so that slow work may follow."""
    async with context.database.read() as connection:
        given = await Quizzes(connection).attempts(context.me.id, one.kind, one.id)
    return _first_left(one, given)


def _first_left(one: Round, given: Mapping[int, Attempt]) -> int | None:
    return next((place for place in range(len(one.posed)) if place not in given), None)


async def _close(context: Context, incoming: Incoming) -> None:
    """What is typed next is no answer any more."""
    conversations = Conversations(await context.write())
    opened = await conversations.get(incoming.channel, incoming.chat, incoming.person)
    if opened is not None and opened.flow == TALK:
        await conversations.put_down(opened)


def _asked(one: Round, position: int, chosen: str = "") -> Reply:
    return posing.asked(one.posed[position], f"quiz:{one.id}:{position}", _place(one, position), chosen)


def _place(one: Round, position: int) -> str:
    return PLACE.format(n=position + 1, all=len(one.posed))


async def _over(context: Context, one: Round, counted: Counted) -> Reply:
    form = FREE_DONE if one.kind != DAILY else DONE if one.day == counted.attempt.day else DONE_LATE
    lines = [form.format(all=len(one.posed), rights=counted.rights, day=one.day.isoformat())]
    if counted.streak is not None:
        lines.append(STREAK.format(days=counted.streak.days, best=counted.streak.best))
        if counted.streak.freezes:
            lines[-1] += STREAK_FORGIVEN.format(freezes=counted.streak.freezes)
    return await _with_ways(context, lines)


async def _done_already(context: Context, one: Round) -> Reply:
    async with context.database.read() as connection:
        given = await Quizzes(connection).attempts(context.me.id, one.kind, one.id)
    rights = sum(other.right for other in given.values())
    return await _with_ways(context, [DONE_ALREADY.format(all=len(one.posed), rights=rights)])


async def _with_ways(context: Context, lines: list[str]) -> Reply:
    """What can be practised now."""
    cards = await Quizzes(await context.write()).cards(context.me.id)
    owed = sum(bool(one.owed) for key, one in cards.items() if not key.startswith(formulas.PREFIX))
    if owed:
        lines.append(OWED.format(n=owed, times=context.deployment.school.memory.owed))
    ways = (Button(AGAIN, "quiz:more"), *((Button(PRACTISE_WRONG, "quiz:wrong"),) if owed else ()))
    ways += (Button(FORMULAS, "formula:next"),)
    return Reply("\n".join(lines), buttons=(ways,))


async def _free(context: Context, incoming: Incoming, wish: Wish) -> tuple[Reply, ...]:
    """A round that does not count for the streak."""
    connection, school = await context.write(), context.deployment.school
    bank, cards = await rounds.bank(connection, school), await Quizzes(connection).cards(context.me.id)
    chance = context.deployment.chance
    questions = practice.chosen(bank, wish, cards, wish.n or school.a_day, chance)
    if not questions:
        names = "、".join(typed.inert(topic.name) for topic in bank.topics.values())
        said = NO_WRONG if wish.wrong else NO_TOPIC.format(topic=typed.inert(wish.topic)[:20], topics=names)
        return (Reply(said if bank.questions else NOTHING),)
    one = await rounds.begun(context, FREE, f"{FREE}:{chance.getrandbits(64):016x}", questions)
    return await _next(context, incoming, one)


async def _mine(context: Context, number: int) -> Round | None:
    """A round of this person's; another's is as if it did not exist."""
    async with context.database.read() as connection:
        one = await Quizzes(connection).round(number)
    return one if one is not None and one.person_id == context.me.id else None

"""Questions: an admin sends some as YAML or Excel, sees what changes, and takes it back; the bad ones are listed."""

import asyncio
import re
from collections.abc import Iterable, Sequence

from handlers import flow, typed
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Prompt
from handlers.learning import posing
from handlers.learning.items import BLIND, EASY, HARD, Item
from handlers.learning.proof import key_of, where
from handlers.learning.rounds import bank
from handlers.learning.week import bad_items
from handlers.message import MEDIA, Button, File, Incoming, Reply
from handlers.roles import ADMINS
from knowledge.answers import right_answer
from knowledge.faults import BadFile
from knowledge.quiz import Bank, Question, Topic
from knowledge.quiz_file import is_quiz, load_yaml
from knowledge.quiz_json import as_json, from_json
from knowledge.quiz_sheet import is_questions, load_sheet
from knowledge.quiz_workbook import template, workbook
from records.learning.bank import Change, Changes
from records.learning.quizzes import Posed

BAD = "这份题目有 {n} 处要改，改好再发：\n{problems}"
SAME = "这份题目和现在用的一样，没有变化。"
SEEN = "**题目 {n} 道**：新增 {new}，替换 {changed}{same}。\n\n{lines}"
UNCHANGED = "，没变 {n}"
NEW, CHANGED = "- 新增 {key}：{ask}\n  答案：{right}", "- 替换 {key}：{ask}\n  答案：{right}"
UNPROVED = "**请留意**：手册里找不到下面的出处，答完就看不到原文。\n{lines}"
USE, USED, UNDO = "启用", "已启用 {n} 道题目。正在做的练习和考试不变。", "撤销"
STALE = "题目刚才被改过，没有启用。请再发一次，看看现在有什么不同。"
UNDONE, UNDONE_BEFORE = "已撤销，题目恢复为原来的样子。", "这次改动早已撤销。"
LIST = "**题库 {n} 道题，{topics} 个主题。**\n\n{bad}"
NO_BAD = "还没有发现有问题的题目（每题至少 {n} 人首次作答后才判断）。"
BAD_LIST = "有问题的题目 {n} 道（只算首次作答）：\n\n{lines}"
BAD_LINE = "- {key}：{ask}\n  {n} 人答，答对 {facility:.0%}{told}，{flaws}"
TOLD = "，区分度 {value:.2f}"
FLAWS = {EASY: "太容易", HARD: "太难", BLIND: "分不出会不会"}
DROP, SHOW = "停用", "看第 {key} 题"
CARD = "**{key}** · {topic} · 第 {day} 天 · {kind}\n\n{ask}{options}\n\n答案：{right}\n\n{why}\n\n出处：{where}"
DROPPED = "已停用 {key}，以后不再出这道题。"
EXCEL, TEMPLATE, SENT = "下载题目 Excel", "空白模板", "改好后直接把文件发给我。"
CHANGE = "要改题目：下载 Excel，改好后直接把文件发给我；新题用空白模板。"
_SHOWN, _BAD = 12, 10


async def offered(context: Context, incoming: Incoming, file: str, content: bytes) -> tuple[Reply, ...] | None:
    """What an admin is told of a file of questions; None when it is none."""
    suffix = file.rpartition(".")[2].lower()
    quiz = suffix in ("yaml", "yml") and await asyncio.to_thread(is_quiz, content)
    if not quiz and not (suffix == "xlsx" and await asyncio.to_thread(is_questions, content)):
        return None
    async with context.database.read() as connection:
        now = await bank(connection, context.deployment.school)
    try:
        if quiz:
            topics: tuple[Topic, ...] = (await asyncio.to_thread(load_yaml, content, file),)
        else:
            keys = {topic.name: key for key, topic in now.topics.items()}
            topics = await asyncio.to_thread(load_sheet, content, file, keys)
    except BadFile as error:
        return (Reply(BAD.format(n=len(error.problems), problems=typed.listed(error.problems))),)
    return await _preview(context, incoming, now, topics)


async def _preview(context: Context, incoming: Incoming, now: Bank, topics: Sequence[Topic]) -> tuple[Reply, ...]:
    every = [one for topic in topics for one in topic.questions]
    fresh = [one for one in every if one != now.by_key.get(one.key)]
    if not fresh:
        return (Reply(SAME),)
    new = [one for one in fresh if one.key not in now.by_key]
    same = UNCHANGED.format(n=len(every) - len(fresh)) if len(every) > len(fresh) else ""
    lines = [_line(one, NEW if one in new else CHANGED) for one in fresh[:_SHOWN]]
    lines += [typed.AND_MORE.format(n=len(fresh) - _SHOWN)] if len(fresh) > _SHOWN else []
    text = SEEN.format(n=len(every), new=len(new), changed=len(fresh) - len(new), same=same, lines="\n".join(lines))
    unproved = await _unproved(context, fresh)
    text += "\n\n" + UNPROVED.format(lines="\n".join(f"- {one}" for one in unproved)) if unproved else ""
    names = {topic.key: topic.name for topic in topics}
    facts = {"text": text, "names": names, "questions": [as_json(one) for one in fresh], "was": await _last(context)}
    return await flow.start(context, incoming, TAKING, facts)


def _line(one: Question, form: str) -> str:
    return form.format(key=one.key, ask=typed.inert(one.ask), right=_right(one))


def _right(one: Question) -> str:
    return posing.worded(Posed(one, tuple(range(len(one.options)))), right_answer(one))


async def _unproved(context: Context, questions: Iterable[Question]) -> list[str]:
    """The proofs that no document states now."""
    proofs = list(dict.fromkeys(one.proof for one in questions))
    async with context.database.read() as connection:
        missing = [one for one in proofs if await key_of(connection, one) is None]
    lines = [typed.inert(where(one)) for one in missing[:5]]
    return lines + ([f"……（共 {len(missing)} 处）"] if len(missing) > 5 else [])


async def _last(context: Context) -> int:
    """The last change that counts."""
    async with context.database.read() as connection:
        return max((one.id for one in await Changes(connection).all()), default=0)


def _step(facts: Facts, answers: Answers) -> Prompt | None:
    return None if answers else Prompt(Reply(facts["text"]), ((Choice(USE, True),),))


async def _take(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    if await _last(context) != facts["was"]:
        return (Reply(STALE),)
    questions = [from_json(one) for one in facts["questions"]]
    return (await added(context, questions, facts["names"]),)


async def added(context: Context, questions: Sequence[Question], names: dict[str, str]) -> Reply:
    """Put questions to use; with a button that takes them back."""
    topics = dict.fromkeys(one.topic for one in questions)
    changes = [
        Change(topic, names.get(topic, topic), tuple(one for one in questions if one.topic == topic))
        for topic in topics
    ]
    ids = await Changes(await context.write()).add(changes, context.me.id, context.now())
    undo = Button(UNDO, f"questions:undo:{ids[0]}:{ids[-1]}")
    return Reply(USED.format(n=len(questions)), buttons=((undo,),))


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """The bank, its bad questions, and how to change it."""
    school = context.deployment.school
    async with context.database.read(long=True) as connection:
        now, bad = await bank(connection, school), await bad_items(connection, school)
    lines = [_bad_line(now.by_key[one.question], one, context) for one in bad[:_BAD]]
    said = BAD_LIST.format(n=len(bad), lines="\n".join(lines)) if bad else NO_BAD.format(n=school.standard.least)
    text = LIST.format(n=len(now.questions), topics=len(now.topics), bad=said)
    rows: list[tuple[Button, ...]] = [
        (Button(SHOW.format(key=one.question), f"questions:see:{one.question}"),) for one in bad[:_BAD]
    ]
    rows.append((Button(EXCEL, "questions:xlsx"), Button(TEMPLATE, "questions:template")))
    return (Reply(f"{text}\n\n{CHANGE}", buttons=tuple(rows)),)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """questions:xlsx, questions:template, questions:see:<key>, questions:drop:<key>, questions:undo:<first>:<last>."""
    match incoming.action.split(":"):
        case ["questions", "xlsx"]:
            async with context.database.read() as connection:
                now = await bank(connection, context.deployment.school)
            return (await _sent(context, "questions.xlsx", list(now.topics.values())),)
        case ["questions", "template"]:
            return (await _sent(context, "template.xlsx", [await asyncio.to_thread(template)]),)
        case ["questions", "see" | "drop" as what, key]:
            return await _one(context, key, drop=what == "drop")
        case ["questions", "undo", first, last] if re.fullmatch(r"[1-9][0-9]{0,14}", first) and last.isdecimal():
            ids = range(int(first), min(int(last), int(first) + 500) + 1)
            undone = await Changes(await context.write()).undo(ids, context.now())
            return (Reply(UNDONE if undone else UNDONE_BEFORE, replaces=bool(undone)),)
    return (Reply(flow.OVER),)


async def _one(context: Context, key: str, *, drop: bool) -> tuple[Reply, ...]:
    async with context.database.read() as connection:
        now = await bank(connection, context.deployment.school)
    one = now.by_key.get(key)
    if one is None:
        return (Reply(flow.OVER),)
    topic = now.topics[one.topic].name
    if drop:
        change = Change(one.topic, topic, (), (key,))
        [number] = await Changes(await context.write()).add([change], context.me.id, context.now())
        undo = Button(UNDO, f"questions:undo:{number}:{number}")
        return (Reply(DROPPED.format(key=key), buttons=((undo,),), replaces=True),)
    way = Button(DROP, f"questions:drop:{key}")
    return (Reply(described(one, topic), buttons=((way,),)),)


def described(one: Question, topic: str) -> str:
    """A question with its answer, as an admin reads it."""
    options = "".join(f"\n- {typed.inert(option)}" for option in one.options)
    return CARD.format(
        key=one.key, topic=typed.inert(topic), day=one.day, kind=posing.KINDS[one.kind], ask=typed.inert(one.ask),
        options=f"\n{options}" if options else "", right=_right(one), why=typed.inert(one.why), where=where(one.proof),
    )  # fmt: skip


async def _sent(context: Context, name: str, topics: Sequence[Topic]) -> Reply:
    content = await asyncio.to_thread(workbook, topics)
    return Reply(SENT, files=(File(name, MEDIA["xlsx"], await context.files.put(content)),))


def _bad_line(one: Question, item: Item, context: Context) -> str:
    told = TOLD.format(value=item.discrimination) if item.discrimination is not None else ""
    flaws = "、".join(FLAWS[flaw] for flaw in item.flaws(context.deployment.school.standard))
    ask = typed.inert(one.ask)
    return BAD_LINE.format(key=one.key, ask=ask, n=item.n, facility=item.facility, told=told, flaws=flaws)


TAKING = Flow("questions", ADMINS, _step, _take)

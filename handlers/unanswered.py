"""Unanswered: what the documents did not answer, for an admin to answer by replying; whoever asked hears of it."""

import re
from collections.abc import Sequence

from handlers import flow, typed
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.message import Button, Incoming, Reply, clipped
from handlers.roles import ADMINS
from records.people import ADMIN, People
from records.questions import DOWN_REASONS, Complaint

NONE = "没有未答或被点 👎 的问题。"
HEAD = "有 {n} 个问题等着答案，问得多的在前。直接回复其中一条，您的话就是答案；也可以点“写答案”。"
HEAD_READ = "有 {n} 个问题等着管理员写答案，问得多的在前。"
ITEM = "**{question}**\n\n{times} 次 · {reasons} · 最近 {day}"
OTHERS, GIVEN = "其他问法：{texts}", "当时的回答：{answer}"
WRITE, MORE = "写答案", "再看 {n} 个"
ASK = "“{question}”的答案是什么？请直接发过来。"
SURE = "**问题**\n{questions}\n\n**答案**\n{answer}\n\n保存后，再有人这样问就这样答。"
SAVED = "已保存，署名 {author}。再有人这样问，就这样答。"
TOLD = "已告诉提问的 {n} 位同事。"
ANSWERED = "您问过：{question}\n\n现在有答案了：\n{answer}\n\n—— {author}"
DONE = "这个问题已经有答案了，或者已经不在了。发 /unanswered 看最新的。"
NOT_ANSWERED = "没答上"
ABOUT = "unanswered"  # Reply.about of an item: unanswered:<question>
_PAGE, _WORDINGS, _LONGEST = 5, 10, 2000
_SHOWN = 80  # characters of a question
_GIVEN = 200  # characters of an answer


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """The most frequent ones, each as a message of its own."""
    return _page(context, await context.desk.unanswered(), 0)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """unanswered:<offset>: the next ones."""
    offset = incoming.action.partition(":")[2]
    if not re.fullmatch(r"[0-9]{1,6}", offset):
        return (Reply(flow.OVER),)
    return _page(context, await context.desk.unanswered(), int(offset))


async def write(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """answer:<question>: ask for the answer."""
    facts = await _facts(context, incoming.action.partition(":")[2])
    return (Reply(DONE),) if facts is None else await flow.start(context, incoming, ANSWERING, facts)


async def replied(context: Context, incoming: Incoming, about: str) -> tuple[Reply, ...]:
    """A reply to an item of the list is its answer, once it is confirmed."""
    facts = await _facts(context, about.partition(":")[2])
    if facts is None:
        return (Reply(DONE),)
    try:
        answer = _answer(incoming)
    except Misread as error:
        return (Reply(str(error)),)
    return await flow.start(context, incoming, ANSWERING, facts, [answer])


def _page(context: Context, groups: Sequence[Sequence[Complaint]], offset: int) -> tuple[Reply, ...]:
    if not groups:
        return (Reply(NONE),)
    may_write = context.me.role == ADMIN
    head = Reply((HEAD if may_write else HEAD_READ).format(n=len(groups)))
    items = [_item(context, group, may_write=may_write) for group in groups[offset : offset + _PAGE]]
    left = len(groups) - offset - _PAGE
    more = (Button(MORE.format(n=min(left, _PAGE)), f"unanswered:{offset + _PAGE}"),)
    if left > 0 and items:
        items[-1] = Reply(items[-1].text, buttons=(*items[-1].buttons, more), about=items[-1].about)
    return (head, *items) if offset == 0 else tuple(items) or (Reply(flow.OVER),)


def _item(context: Context, group: Sequence[Complaint], *, may_write: bool) -> Reply:
    first, last = group[0].question, group[-1].question
    wordings = _wordings(group)
    text = ITEM.format(
        question=_short(wordings[0]),
        times=len(group),
        reasons="、".join(sorted({DOWN_REASONS.get(one.reason, NOT_ANSWERED) for one in group})),
        day=last.asked_at.astimezone(context.zone).date().isoformat(),
    )
    if len(wordings) > 1:
        text += "\n\n" + OTHERS.format(texts="；".join(_short(one) for one in wordings[1:]))
    given = next((one.question.answer for one in reversed(group) if one.reason), "")
    if given:
        text += "\n\n" + GIVEN.format(answer=typed.inert(given)[:_GIVEN])
    buttons = ((Button(WRITE, f"answer:{first.id}"),),) if may_write else ()
    return Reply(text, buttons=buttons, about=f"{ABOUT}:{first.id}" if may_write else "")


async def _group(context: Context, number: str) -> Sequence[Complaint]:
    """The group that holds the question of that id; [] when nobody waits for an answer to it."""
    groups = await context.desk.unanswered()
    return next((group for group in groups if any(str(one.question.id) == number for one in group)), [])


async def _facts(context: Context, number: str) -> Facts | None:
    group = await _group(context, number)
    return {"id": int(number), "questions": _wordings(group)} if group else None


def _wordings(group: Sequence[Complaint]) -> list[str]:
    """What was asked, each wording once; a follow-up as the whole question it stands for."""
    return list(dict.fromkeys(one.question.searched or one.question.text for one in group))[:_WORDINGS]


def _answer(incoming: Incoming) -> str:
    return typed.lines(_LONGEST)(incoming)


def _step(facts: Facts, answers: Answers) -> Prompt | None:
    if not answers:
        return Prompt(Reply(ASK.format(question=_short(facts["questions"][0]))), read=_answer, free=True)
    if len(answers) == 1:
        questions = "\n".join(f"- {_short(one)}" for one in facts["questions"])
        return Prompt(Reply(SURE.format(questions=questions, answer=answers[0])), ((Choice("保存", True),),))
    return None


async def _finish(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    group, author = await _group(context, str(facts["id"])), typed.inert(context.me.name)
    if not group:
        return (Reply(DONE),)
    connection = await context.write()
    await context.desk.put_faqs(connection, facts["questions"], answers[0], author, context.now())
    told = await _tell(context, People(connection), group, answers[0])
    return (Reply(SAVED.format(author=author) + (TOLD.format(n=told) if told else "")),)


async def _tell(context: Context, people: People, group: Sequence[Complaint], answer: str) -> int:
    """Tell everyone who asked, and is still here, but for the one who answers; returns how many."""
    told, author = {context.me.id}, typed.inert(context.me.name)
    for one in group:
        asker = await people.who(one.question.channel, one.question.person)
        if asker is not None and asker.id not in told:
            told.add(asker.id)
            said = ANSWERED.format(question=_short(one.question.text), answer=answer, author=author)
            context.notify(asker.id, Reply(said))
    return len(told) - 1


def _short(text: str) -> str:
    return clipped(typed.inert(text), _SHOWN)


ANSWERING = Flow("answer", ADMINS, _step, _finish)

"""/learners: how those one leads are doing, who is behind, what each knows, and who accompanies them."""

import re
from collections.abc import Sequence
from dataclasses import replace

from handlers import flow, typed
from handlers.context import Context
from handlers.learning import absence, assessing, heat, start
from handlers.learning.leading import leads, led
from handlers.learning.progress import Progress, progress
from handlers.learning.school import today
from handlers.message import Button, Incoming, Reply
from knowledge.workdays import Pause
from records.database import Connection
from records.learning.enrolments import Enrolment, Enrolments
from records.learning.quizzes import Quizzes
from records.people import TRAINEE, People, Person

NONE = "您还没有带学员。学员加入后自己发 /course 开始，或者由您在这里安排。"
LIST = "**学员 {n} 位**，落后的在前。点一位看详情。"
LINE = "- {name}：第 {day} 天，学完 {done} 天{behind}{known}"
BEHIND, KNOWN, PAUSED, ASKS = "，落后 {n} 天", "，掌握 {known:.0%}", "，暂停中", "，请假待批"
NOT_YET = "还没开始课程的：{names}。"
CARD = "**{name}** · 第 {day} 天\n\n{lines}"
STARTED, DONE, BEHIND_LINE = "- 开始：{date}，带教：{mentor}", "- 学完 {done} 天", "- 没学完：第 {days} 天"
UNSENT, WAITING = "- 没交作业：第 {days} 天", "- 等点评的作业：{n} 份"
OFF = "- 请假或暂停：{days}"
WORKS = "- 阶段考核：{works}"
STREAK, WEEK = "- 连续练习 {days} 天，最长 {best} 天", "- 近 7 天首答：{right}/{n} 对"
WORRIES = "- 需要帮助：{worries}"
TOPICS = "**{name} 的掌握情况**\n\n{lines}"
TOPIC = "- {name} {known:.0%}（见过 {seen}/{all} 题）"
NO_TOPICS = "还没有练习过。"
NOBODY = "还没有"
SHOW_TOPICS, TAKE, PAUSE, GO_ON, ENROL, ALL, HOMEWORK = (
    "各主题掌握", "我来带", "暂停课程", "恢复课程", "安排课程", "全部学员", "点评作业",
)  # fmt: skip
BOARD = "排行榜"
TAKEN, PAUSED_NOW, GOES_ON = "{name}现在由您带教。", "{name}的课程已暂停，从今天起不计进度。", "{name}的课程已恢复。"
TOLD_PAUSED, TOLD_GOES_ON = "您的课程已由{by}暂停，恢复时会告诉您。", "您的课程已恢复，发 /today 看今天的内容。"
NEXT = "下一页"
_PAGE, _DAYS = 12, 8


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """Everyone one leads, those behind first."""
    return (await _list(context, 0),)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """learner:all, learner:page:<offset>, learner:<id>, learner:<id>:<what>."""
    match incoming.action.split(":"):
        case ["learner", "all"]:
            return (await _list(context, 0),)
        case ["learner", "page", offset] if re.fullmatch(r"[0-9]{1,6}", offset):
            return (replace(await _list(context, int(offset)), replaces=True),)
        case ["learner", number, *rest] if re.fullmatch(r"[1-9][0-9]{0,9}", number):
            return await _one(context, incoming, int(number), rest)
    return (Reply(flow.OVER),)


async def _one(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    async with context.database.read() as connection:
        person = await People(connection).get(number)
        enrolment = await Enrolments(connection).get(number)
        if person is None or not leads(context.me, person, enrolment):
            return (Reply(flow.OVER),)
        pair = [(person, enrolment)] if enrolment is not None else []
        found = await progress(connection, context.deployment.school, pair, context.now())
        if found and not rest:
            return (await _card(context, connection, found[0]),)
    if not found:
        begins = rest == ["enrol"] and person.role == TRAINEE
        return await start.arrange_for(context, incoming, person) if begins else (Reply(flow.OVER),)
    [one] = found
    match rest:
        case ["topics"]:
            return (await _topics(context, one),)
        case ["take"]:
            return await _take(context, one)
        case ["pause" | "on" as what]:
            return await _pause(context, one, stop=what == "pause")
    return (Reply(flow.OVER),)


async def _list(context: Context, offset: int) -> Reply:
    async with context.database.read() as connection:
        learners, school, now = await led(connection, context.me), context.deployment.school, context.now()
        found = await progress(connection, school, learners, now, topics=False)
        found.sort(key=lambda one: (-len(one.behind), one.person.name))
        some = [(one.person, one.enrolment) for one in found[offset : offset + _PAGE]]
        shown = await progress(connection, school, some, now)
        practised = await Quizzes(connection).practised(one.person.id for one in found)
        enrolled = {one.person.id for one in found}
        others = [one for one in await People(connection).all(TRAINEE) if one.id not in enrolled]
        others = [one for one in others if leads(context.me, one, None) and (context.me.demo or not one.demo)]
    if not found and not others:
        return Reply(NONE)
    parts = [LIST.format(n=len(found)), "\n".join(_line(context, one) for one in shown)]
    if others:
        parts.append(NOT_YET.format(names="、".join(typed.inert(one.name) for one in others)))
    rows = _rows([Button(typed.inert(one.person.name), f"learner:{one.person.id}") for one in shown])
    rows += _rows([Button(f"{ENROL}：{typed.inert(one.name)}", f"learner:{one.id}:enrol") for one in others[:_PAGE]])
    waiting = sum(one.waiting for one in found)
    pictures = (Button(heat.SHOW, "heat:0"), Button(BOARD, "course:board"))
    rows += [pictures] if practised else []
    last = [Button(HOMEWORK, "work:all")] if waiting else []
    last += [Button(NEXT, f"learner:page:{offset + _PAGE}")] if offset + _PAGE < len(found) else []
    return Reply("\n\n".join(filter(None, parts)), buttons=(*rows, *([tuple(last)] if last else [])))


def _rows(buttons: Sequence[Button]) -> list[tuple[Button, ...]]:
    return [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]


def _line(context: Context, one: Progress) -> str:
    behind = BEHIND.format(n=len(one.behind)) if one.behind else ""
    known = KNOWN.format(known=one.known) if one.known is not None else ""
    paused = PAUSED if _paused(context, one) else ""
    paused += ASKS if one.enrolment.asked else ""
    return (
        LINE.format(name=typed.inert(one.person.name), day=one.day, done=one.done, behind=behind, known=known) + paused
    )


async def _card(context: Context, connection: Connection, one: Progress) -> Reply:
    mentor = await People(connection).get(one.enrolment.mentor_id) if one.enrolment.mentor_id else None
    lines = [
        STARTED.format(date=one.enrolment.started_on, mentor=typed.inert(mentor.name) if mentor else NOBODY),
        DONE.format(done=one.done),
    ]
    lines += [BEHIND_LINE.format(days=_days(one.behind))] if one.behind else []
    lines += [UNSENT.format(days=_days(one.unsent))] if one.unsent else []
    lines += [WAITING.format(n=one.waiting)] if one.waiting else []
    days = absence.shown(one.enrolment, today(context.now(), one.person.zone))
    lines += [OFF.format(days=days)] if days else []
    judged = [work for work in one.works if work.best is not None]
    lines += [WORKS.format(works=assessing.listed(judged))] if judged else []
    lines.append(STREAK.format(days=one.streak.days, best=one.streak.best))
    lines += [WEEK.format(right=one.week.right, n=one.week.answered)] if one.week.answered else []
    lines += [WORRIES.format(worries="；".join(one.worries))] if one.worries else []
    text = CARD.format(name=typed.inert(one.person.name), day=one.day, lines="\n".join(lines))
    here = f"learner:{one.person.id}"
    ways = [Button(SHOW_TOPICS, f"{here}:topics")]
    ways += [Button(TAKE, f"{here}:take")] if one.enrolment.mentor_id != context.me.id else []
    pause = Button(GO_ON, f"{here}:on") if _paused(context, one) else Button(PAUSE, f"{here}:pause")
    asked = absence.ways(one.enrolment)
    return Reply(text, buttons=(*((asked,) if asked else ()), tuple(ways), (pause, Button(ALL, "learner:all"))))


async def _topics(context: Context, one: Progress) -> Reply:
    lines = [
        TOPIC.format(name=typed.inert(topic.name), known=topic.known, seen=topic.seen, all=topic.questions)
        for topic in one.topics
    ]
    text = TOPICS.format(name=typed.inert(one.person.name), lines="\n".join(lines) or NO_TOPICS)
    back = Button(typed.inert(one.person.name), f"learner:{one.person.id}")
    return Reply(text, buttons=((back,),), files=await heat.own(context, one))


async def _take(context: Context, one: Progress) -> tuple[Reply, ...]:
    connection = await context.write()
    await Enrolments(connection).put(replace(one.enrolment, mentor_id=context.me.id))
    await start.weekly(connection, context.me, context.now())
    return (Reply(TAKEN.format(name=typed.inert(one.person.name))),)


async def _pause(context: Context, one: Progress, *, stop: bool) -> tuple[Reply, ...]:
    name, here = typed.inert(one.person.name), today(context.now(), one.person.zone)
    if stop == _paused(context, one):
        return (Reply(flow.OVER),)
    pauses = one.enrolment.pauses
    pauses = (*pauses, Pause(here)) if stop else absence.until(pauses, here)
    await Enrolments(await context.write()).put(replace(one.enrolment, pauses=pauses))
    told = TOLD_PAUSED.format(by=typed.inert(context.me.name)) if stop else TOLD_GOES_ON
    context.notify(one.person.id, Reply(told))
    return (Reply((PAUSED_NOW if stop else GOES_ON).format(name=name)),)


def _paused(context: Context, one: Progress) -> bool:
    return paused(one.enrolment, context, one.person)


def paused(enrolment: Enrolment, context: Context, person: Person) -> bool:
    """Whether someone's course rests today."""
    here = today(context.now(), person.zone)
    return any(pause.holds(here) for pause in enrolment.pauses)


def _days(days: Sequence[int]) -> str:
    return "、".join(map(str, days[:_DAYS])) + (" 等" if len(days) > _DAYS else "")

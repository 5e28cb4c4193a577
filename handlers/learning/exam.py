"""/exam: timed, drawn afresh, without help; answers may be changed until it is handed in, then it is marked once."""

import math
import re
from dataclasses import replace
from datetime import timedelta

from handlers import flow, typed
from handlers.context import Context
from handlers.learning import drawing, grading, posing, proof, rounds
from handlers.learning.exam_result import mentors_told, result, review
from handlers.learning.posing import Given, Pick
from handlers.learning.school import GRADUATION, Sitting, today
from handlers.message import Button, Incoming, Reply
from knowledge.answers import how
from records.conversations import Conversations, Open
from records.database import Connection
from records.learning.enrolments import Enrolments
from records.learning.exams import Exam, Exams
from records.reminders import Reminders

TALK = "exam"
NOT_ENROLLED = "考试跟着课程走。您还没有开始课程，发 /course 开始。"
LIST = "**考试**\n\n{lines}"
LINE, OPENS = "- {name}：{state}", "第 {day} 天起可以考"
PASSED, FAILED, READY, TODAY_DONE = "{score:g} 分，通过", "上次 {score:g} 分，没通过", "可以考", "今天考过了，明天再来"
PHASES_FIRST = "各阶段都通过后可以考"
ABOUT = (
    "**{name}**\n\n{n} 题，限时 {minutes} 分钟，{mark:g} 分及格。今天只能考这一次。\n\n"
    "开始后计时不停；交卷前我不回答问题。答案在交卷前都可以改。"
)
BEGIN, HAND_IN, GO_BACK, BEFORE, AFTER = "开始考试", "交卷", "接着答", "上一题", "下一题"
PLACE = "第 {n}/{all} 题 · 已答 {done} · 还剩 {minutes} 分钟"
ANSWERED = "您的答案：{given}"
ALL_DONE, SURE = "{all} 题都答完了，还剩 {minutes} 分钟。", "还有 {left} 题没答，还剩 {minutes} 分钟。没答的算错。"
NOT_NOW = "考试中不能提问。{how}；要交卷请发“交卷”。"
RUNS = "考试还在计时，还剩 {minutes} 分钟。要结束请点“交卷”。"
OVER = "这场考试已经交卷。"
NOTHING = "现在没有题目可考。"
_ID = re.compile(r"[1-9][0-9]{0,14}")


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """The exam under way, or those there are."""
    async with context.database.read() as connection:
        one = await Exams(connection).open(context.me.id)
    if one is not None:
        return await _go_on(context, incoming, one)
    return (await _list(context),)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """exam:sit:<key>, exam:go:<key>, exam:<id>:<position>:<what>, exam:<id>:hand, exam:<id>:sure, and r<n>, p<n>."""
    match incoming.action.split(":"):
        case ["exam", "sit" | "go" as what, key]:
            return await _start(context, incoming, key, begin=what == "go")
        case ["exam", number, *rest] if _ID.fullmatch(number):
            async with context.database.read() as connection:
                one = await Exams(connection).get(int(number))
            if one is not None and one.person_id == context.me.id:
                return await _pressed(context, incoming, one, rest)
    return (Reply(flow.OVER),)


async def hear(context: Context, incoming: Incoming, opened: Open) -> tuple[Reply, ...] | None:
    """What is typed in an exam: an answer, 交卷; nothing else is heard until it is over."""
    async with context.database.read() as connection:
        one = await Exams(connection).get(int(opened.state.get("exam", 0)))
    if one is None or one.handed_in_at is not None:
        return None
    if _over(context, one):
        return await _handed_in(context, incoming, one)
    text, position = incoming.text.strip(), min(int(opened.state.get("at", 0)), len(one.posed) - 1)
    if text == HAND_IN:
        return (await _sure(context, one),)
    meant = flow.WORDS.get(text.lower())
    if meant is not None:
        told = (Reply(RUNS.format(minutes=_minutes(context, one))),) if meant == "cancel" else ()
        return (*told, *await _ask(context, incoming, one, position))
    answer = posing.read(one.posed[position], text)
    if answer is None or text.endswith(("?", "？")):
        said = Reply(NOT_NOW.format(how=how(one.posed[position].question)))
        return (said, *await _ask(context, incoming, one, position))
    return await _given(context, incoming, one, position, Given(answer))


async def aside(context: Context, incoming: Incoming, opened: Open) -> tuple[Reply, ...]:
    """The exam that was open is over; what is typed is for another time."""
    await Conversations(await context.write()).put_down(opened)
    return (Reply(OVER),)


async def _list(context: Context) -> Reply:
    school = context.deployment.school
    async with context.database.read() as connection:
        enrolment = await Enrolments(connection).get(context.me.id)
        sat = await Exams(connection).of([context.me.id])
    if enrolment is None:
        return Reply(NOT_ENROLLED)
    begun = school.begun(enrolment, today(context.now(), context.zone))
    lines, rows = [], []
    for sitting in school.sittings():
        state, able = _state(context, sitting, sat, begun)
        lines.append(LINE.format(name=typed.inert(sitting.name), state=state))
        rows += [(Button(typed.inert(sitting.name), f"exam:sit:{sitting.key}"),)] if able else []
    return Reply(LIST.format(lines="\n".join(lines)), buttons=tuple(rows))


def _state(context: Context, sitting: Sitting, sat: list[Exam], begun: int) -> tuple[str, bool]:
    """How someone stands with an exam, and whether they may sit it now."""
    mine = [one for one in sat if one.key == sitting.key and one.score is not None]
    passed = next((one for one in mine if one.passed), None)
    if passed is not None:
        return PASSED.format(score=passed.score), False
    if begun < sitting.days[-1]:
        return OPENS.format(day=sitting.days[-1]), False
    if sitting.key == GRADUATION:
        phases = {one.key for one in context.deployment.school.course.phases}
        if phases - {one.key for one in sat if one.passed}:
            return PHASES_FIRST, False
    if any(one.day == today(context.now(), context.deployment.zone) for one in mine):
        return TODAY_DONE, False
    return (FAILED.format(score=mine[-1].score) if mine else READY), True


async def _start(context: Context, incoming: Incoming, key: str, *, begin: bool) -> tuple[Reply, ...]:
    school = context.deployment.school
    sitting = school.sitting(key)
    connection = await context.write()
    enrolment = await Enrolments(connection).get(context.me.id)
    if sitting is None or enrolment is None:
        return (Reply(flow.OVER),)
    exams = Exams(connection)
    under_way = await exams.open(context.me.id)
    if under_way is not None:
        return await _go_on(context, incoming, under_way)
    begun = school.begun(enrolment, today(context.now(), context.zone))
    state, able = _state(context, sitting, await exams.of([context.me.id]), begun)
    if not able:
        return (Reply(LINE.format(name=typed.inert(sitting.name), state=state)),)
    bank = await rounds.bank(connection, school)
    questions = drawing.drawn(bank, sitting.days, sitting.questions, context.deployment.chance)
    if not questions:
        return (Reply(NOTHING),)
    if not begin:
        said = ABOUT.format(
            name=typed.inert(sitting.name), n=len(questions), minutes=sitting.minutes, mark=sitting.pass_mark
        )
        return (Reply(said, buttons=((Button(BEGIN, f"exam:go:{key}"),),)),)
    now, day = context.now(), today(context.now(), context.deployment.zone)
    put, ends = rounds.posed(questions, context.deployment.chance), now + timedelta(minutes=sitting.minutes)
    one = await exams.begin(Exam(context.me.id, key, day, put, sitting.pass_mark, now, ends))
    await Reminders(connection).put(grading.reminder(one))
    return _in_place(incoming, await _ask(context, incoming, one, 0))


async def _go_on(context: Context, incoming: Incoming, one: Exam) -> tuple[Reply, ...]:
    """Where one was, on whatever device; what ran out of time is handed in."""
    if _over(context, one):
        return await _handed_in(context, incoming, one)
    return await _next(context, incoming, one)


async def _pressed(context: Context, incoming: Incoming, one: Exam, rest: list[str]) -> tuple[Reply, ...]:
    if one.handed_in_at is not None:
        found = re.fullmatch(r"(r|p)([0-9]{1,3})", rest[0]) if len(rest) == 1 else None
        if found and found[1] == "r":
            return await review(context, incoming, one, int(found[2]))
        if found and int(found[2]) < len(one.posed):
            return await proof.original(context, incoming, one.posed[int(found[2])].question.proof)
        return (Reply(OVER),)
    if _over(context, one):
        return await _handed_in(context, incoming, one)
    match rest:
        case ["hand"]:
            return (replace(await _sure(context, one), replaces=True),)
        case ["sure"]:
            return await _handed_in(context, incoming, one)
        case [position, what] if position in map(str, range(len(one.posed))):
            place = int(position)
            if what == "n":
                return _in_place(incoming, await _ask(context, incoming, one, place))
            found_ = posing.pressed(one.posed[place], what)
            if isinstance(found_, Pick):
                return _in_place(incoming, await _ask(context, incoming, one, place, found_.chosen))
            if isinstance(found_, Given):
                return _in_place(incoming, await _given(context, incoming, one, place, found_))
    return (Reply(flow.OVER),)


async def _given(context: Context, incoming: Incoming, one: Exam, place: int, given: Given) -> tuple[Reply, ...]:
    """Keep an answer, and go on with the next question that has none."""
    exams = Exams(await context.write())
    if not await exams.answer(one.id, place, posing.as_json(given.answer), context.now()):
        return await _handed_in(context, incoming, one)
    return await _next(context, incoming, one, place)


async def _next(context: Context, incoming: Incoming, one: Exam, after: int = -1) -> tuple[Reply, ...]:
    given = await Exams(await context.write()).answers(one.id)
    places = [*range(after + 1, len(one.posed)), *range(after + 1)]
    left = next((place for place in places if place not in given), None)
    if left is None:
        return (await _sure(context, one),)
    return await _ask(context, incoming, one, left)


async def _ask(context: Context, incoming: Incoming, one: Exam, place: int, chosen: str = "") -> tuple[Reply, ...]:
    """A question with what was answered; what is typed next answers it."""
    connection = await context.write()
    given = await Exams(connection).answers(one.id)
    here = (incoming.channel, incoming.chat, incoming.person)
    await Conversations(connection).start(*here, TALK, {"exam": one.id, "at": place}, context.now())
    ways = [Button(BEFORE, f"exam:{one.id}:{place - 1}:n")] if place else []
    ways += [Button(AFTER, f"exam:{one.id}:{place + 1}:n")] if place + 1 < len(one.posed) else []
    ways.append(Button(HAND_IN, f"exam:{one.id}:hand"))
    put, minutes = one.posed[place], _minutes(context, one)
    title = PLACE.format(n=place + 1, all=len(one.posed), done=len(given), minutes=minutes)
    asked = posing.asked(put, f"exam:{one.id}:{place}", title, chosen, (tuple(ways),))
    if place not in given or chosen:
        return (asked,)
    answer = posing.worded(put, posing.from_json(given[place]))
    return (replace(asked, text=f"{asked.text}\n\n{ANSWERED.format(given=answer)}"),)


async def _sure(context: Context, one: Exam) -> Reply:
    given = await Exams(await context.write()).answers(one.id)
    left, minutes = [place for place in range(len(one.posed)) if place not in given], _minutes(context, one)
    form = SURE if left else ALL_DONE
    back = Button(GO_BACK, f"exam:{one.id}:{left[0] if left else 0}:n")
    ways = (Button(HAND_IN, f"exam:{one.id}:sure"), back)
    return Reply(form.format(all=len(one.posed), left=len(left), minutes=minutes), buttons=(ways,))


async def _handed_in(context: Context, incoming: Incoming, one: Exam) -> tuple[Reply, ...]:
    connection = await context.write()
    done, fresh = await grading.graded(connection, context.deployment.school, one, context.zone, context.now())
    await _put_down(connection, incoming)
    told = await mentors_told(connection, context.deployment.school, context.me, done) if fresh else []
    for notice in told:
        context.notify(notice.person_id, notice.reply)
    return _in_place(incoming, (await result(connection, context.deployment.school, done),))


async def _put_down(connection: Connection, incoming: Incoming) -> None:
    conversations = Conversations(connection)
    opened = await conversations.get(incoming.channel, incoming.chat, incoming.person)
    if opened is not None and opened.flow == TALK:
        await conversations.put_down(opened)


def _in_place(incoming: Incoming, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
    return (replace(replies[0], replaces=True), *replies[1:]) if incoming.action and replies else replies


def _over(context: Context, one: Exam) -> bool:
    return context.now() >= one.ends_at


def _minutes(context: Context, one: Exam) -> int:
    return max(math.ceil((one.ends_at - context.now()).total_seconds() / 60), 0)

"""/course: how far one is, as a picture; the ranking among colleagues, for who wants it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from handlers import flow, typed
from handlers.context import Context
from handlers.learning import absence, assessing, heat, start
from handlers.learning.assessing import Work
from handlers.learning.leading import led, mentors
from handlers.learning.learners import TOPIC
from handlers.learning.page import behind_said
from handlers.learning.progress import Progress, progress
from handlers.learning.school import School, today
from handlers.message import Button, File, Incoming, Reply
from handlers.roles import LEADERS
from records.database import Connection
from records.learning.enrolments import Enrolment, Enrolments
from records.learning.exams import Exam, Exams
from records.learning.quizzes import Quizzes, Tally
from records.people import People, Person
from reports.learning import PhaseDone, course_picture

TEXT = "**{course}**\n\n{lines}"
STARTED, DONE, STREAK, MENTOR = (
    "- {date} 开始，今天第 {day} 天",
    "- 学完 {done} / {all} 天",
    "- 连续练习 {n} 天",
    "- 带教：{mentor}",
)
AWAY = "- 请假：{days}"
WORKS = "- 阶段考核：{works}"
NOBODY = "还没有"
TODAY, TOPICS, WORK, BOARD, OFF, ON = "今天的内容", "各主题掌握", "我交的作业", "排行榜", "不参加排行", "参加排行"
MASTERY = "**各主题掌握**，薄弱的在前\n\n{lines}"
NO_TOPICS = "还没有练习过。发 /quiz 开始。"
RANKING = "**近 7 天排行榜**\n只算每道题第一次作答。\n\n{lines}"
PLACE = "{place}. {name}：对 {right} 题（{rate:.0%}）"
MINE = "{place}. 您：对 {right} 题（{rate:.0%}）"
NOBODY_YET = "近 7 天还没有人练习。"
NOT_IN = "您没有参加排行，别人看不到您的名次。"
TURNED_OFF, TURNED_ON = "已不参加排行，别人看不到您的名次。", "已参加排行。"
_TOP = 10


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """How far one is; who has not begun is asked when to."""
    async with context.database.read() as connection:
        enrolment = await Enrolments(connection).get(context.me.id)
        if enrolment is not None:
            pair = [(context.me, enrolment)]
            [one] = await progress(connection, context.deployment.school, pair, context.now())
            exams = await Exams(connection).of([context.me.id])
            done = (await Enrolments(connection).done([context.me.id]))[context.me.id]
            able = await mentors(connection, context.me, enrolment)
    if enrolment is None:
        return await start.offered(context, incoming)
    file = await _picture(context, one, done, exams)
    lines = [
        STARTED.format(date=enrolment.started_on, day=one.day),
        DONE.format(done=one.done, all=len(context.deployment.school.course)),
        STREAK.format(n=one.streak.days),
        MENTOR.format(mentor="、".join(typed.inert(mentor.name) for mentor in able) or NOBODY),
    ]
    here = today(context.now(), context.zone)
    lines += [AWAY.format(days=days)] if (days := absence.shown(enrolment, here)) else []
    judged = [work for work in one.works if work.phase.last <= one.day or work.best is not None]
    lines += [WORKS.format(works=assessing.listed(judged))] if judged else []
    text = TEXT.format(course=context.deployment.school.course.name, lines="\n".join(lines))
    text += "\n\n" + behind_said(list(one.behind)) if one.behind else ""
    ways = (
        (Button(TODAY, f"today:day:{max(one.day, 1)}"), Button(TOPICS, "course:topics")),
        (Button(WORK, "work:mine"), Button(BOARD, "course:board")),
        (absence.way(enrolment, here),),
    )
    return (Reply(text, buttons=ways, files=(file,)),)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """course:topics, course:board, course:off, course:on."""
    match incoming.action:
        case "course:topics":
            return (await _topics(context),)
        case "course:board":
            return (await _board(context),)
        case "course:off" | "course:on":
            return await _turn(context, on=incoming.action == "course:on")
    return (Reply(flow.OVER),)


async def _picture(context: Context, one: Progress, done: set[int], exams: list[Exam]) -> File:
    school = context.deployment.school
    phases = [_phase_done(school, number, done, exams, one.works) for number in range(len(school.course.phases))]
    date = today(context.now(), context.zone).isoformat()
    content = await asyncio.to_thread(
        course_picture, school.course.name, one.person.name, date, one.day, len(school.course), one.streak.days,
        one.known, phases,
    )  # fmt: skip
    return File("course.png", "image/png", await context.files.put(content))


def _phase_done(school: School, number: int, done: set[int], exams: list[Exam], works: Sequence[Work]) -> PhaseDone:
    phase = school.course.phases[number]
    sat = [one for one in exams if one.key == phase.key and one.score is not None]
    best = max(sat, key=lambda one: (bool(one.passed), one.score or 0.0), default=None)
    days = sum(phase.first <= day <= phase.last for day in done)
    score, passed = (best.score, bool(best.passed)) if best else (None, False)
    work = next((one for one in works if one.phase == phase and one.score is not None), None)
    given = (work.score, work.passed) if work else (None, False)
    return PhaseDone(phase.name, phase.first, phase.last, days, score, passed, *given)


async def _topics(context: Context) -> Reply:
    async with context.database.read() as connection:
        enrolment = await Enrolments(connection).get(context.me.id)
        stand_in = enrolment or Enrolment(context.me.id, today(context.now(), context.zone), context.now())
        [one] = await progress(connection, context.deployment.school, [(context.me, stand_in)], context.now())
    lines = [
        TOPIC.format(name=typed.inert(topic.name), known=topic.known, seen=topic.seen, all=topic.questions)
        for topic in one.topics
    ]
    return Reply(MASTERY.format(lines="\n".join(lines)) if lines else NO_TOPICS, files=await heat.own(context, one))


async def _board(context: Context) -> Reply:
    """The cohort: a leader sees theirs, a learner those who share a store or a mentor."""
    async with context.database.read() as connection:
        cohort = await _cohort(connection, context.me)
        mine = await Enrolments(connection).get(context.me.id)
        here = today(context.now(), context.zone)
        names = {person.id: person.name for person, _ in cohort}
        tallies = await Quizzes(connection).tallies(names, here - timedelta(6), here)
    placed = ranked(tallies)
    lines = [_place(context, place, one, names) for place, one in enumerate(placed, 1)]
    mine_at = next((at for at, one in enumerate(placed) if one.person_id == context.me.id), None)
    shown = lines[:_TOP] + ([lines[mine_at]] if mine_at is not None and mine_at >= _TOP else [])
    text = RANKING.format(lines="\n".join(f"{one}  " for one in shown) or NOBODY_YET)
    if mine is None:
        return Reply(text)
    text += f"\n\n{NOT_IN}" if not mine.board else ""
    way = Button(OFF, "course:off") if mine.board else Button(ON, "course:on")
    return Reply(text, buttons=((way,),))


async def _cohort(connection: Connection, person: Person) -> list[tuple[Person, Enrolment]]:
    """Who is ranked beside someone: those who have not opted out."""
    if person.role in LEADERS:
        found = await led(connection, person)
    else:
        people = {one.id: one for one in await People(connection).all(demo=person.demo)}
        enrolled = [one for one in await Enrolments(connection).all() if one.person_id in people]
        mentor = next((one.mentor_id for one in enrolled if one.person_id == person.id), None)
        found = [
            (people[one.person_id], one)
            for one in enrolled
            if one.person_id == person.id
            or (mentor is not None and one.mentor_id == mentor)
            or set(people[one.person_id].stores) & set(person.stores)
        ]
    return [(one, enrolment) for one, enrolment in found if enrolment.board]


def ranked(tallies: list[Tally]) -> list[Tally]:
    """The most right first attempts first; of as many, the fewest wrong."""
    return sorted(tallies, key=lambda one: (-one.right, one.answered, one.person_id))


def _place(context: Context, place: int, one: Tally, names: dict[int, str]) -> str:
    form = MINE if one.person_id == context.me.id else PLACE
    name = typed.inert(names[one.person_id])
    return form.format(place=place, name=name, right=one.right, rate=one.right / one.answered)


async def _turn(context: Context, *, on: bool) -> tuple[Reply, ...]:
    enrolments = Enrolments(await context.write())
    enrolment = await enrolments.get(context.me.id)
    if enrolment is None:
        return (Reply(flow.OVER),)
    await enrolments.put(replace(enrolment, board=on))
    return (Reply(TURNED_ON if on else TURNED_OFF),)

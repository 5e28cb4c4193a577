"""/today: the page of the course day, marked done when it is."""

import re
from datetime import date

from handlers import flow
from handlers.context import Context
from handlers.learning import proof, start
from handlers.learning.page import behind_said, page
from handlers.learning.school import School, today
from handlers.message import Incoming, Reply
from records.database import Connection
from records.learning.enrolments import Enrolment, Enrolments

MARKED, KNOWN = "第 {day} 天已记为学完。一共学完 {n} 天。", "第 {day} 天早就记过了。"
NOT_YET = "课程还没开始，第一天是 {date}。"
DAY_OFF = "今天不上课。下一个学习日是 {date}，第 {day} 天。"
PAUSED = "课程暂停中，恢复后接着学。"
OVER = "60 天课程都排完了。{behind}"
NO_DAY = "没有第 {day} 天，课程一共 {all} 天。"


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """Today's page, or that of the day whose number is said."""
    async with context.database.read() as connection:
        enrolment = await Enrolments(connection).get(context.me.id)
        if enrolment is not None:
            return (await _page(context, connection, enrolment, incoming.text),)
    return await start.offered(context, incoming)


async def _page(context: Context, connection: Connection, enrolment: Enrolment, text: str) -> Reply:
    school, now = context.deployment.school, today(context.now(), context.zone)
    wanted = re.search(r"[0-9]{1,6}", text) if text.startswith("/") else None
    if wanted and not 1 <= int(wanted[0]) <= len(school.course):
        return Reply(NO_DAY.format(day=wanted[0], all=len(school.course)))
    day = int(wanted[0]) if wanted else school.on(enrolment, now)
    if day is not None:
        return await page(connection, school, context.me.id, day)
    done = (await Enrolments(connection).done([context.me.id]))[context.me.id]
    return Reply(_between(school, enrolment, done, now))


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """today:day:<day>, today:done:<day>, today:read:<day>:<n>."""
    found = re.fullmatch(r"today:(day|done|read):([0-9]{1,3})(?::([0-9]))?", incoming.action)
    school = context.deployment.school
    if not found or not 1 <= int(found[2]) <= len(school.course):
        return (Reply(flow.OVER),)
    day = school.course.day(int(found[2]))
    if found[1] == "read":
        if found[3] is None or int(found[3]) >= len(day.reading):
            return (Reply(flow.OVER),)
        return await proof.original(context, incoming, day.reading[int(found[3])])
    async with context.database.read() as connection:
        enrolment = await Enrolments(connection).get(context.me.id)
    if enrolment is None:
        return (Reply(flow.OVER),)
    if found[1] == "day":
        async with context.database.read() as connection:
            return (await page(connection, school, context.me.id, day.day),)
    enrolments = Enrolments(await context.write())
    new = await enrolments.mark(context.me.id, day.day, context.now())
    done = (await enrolments.done([context.me.id]))[context.me.id]
    return (Reply((MARKED if new else KNOWN).format(day=day.day, n=len(done))),)


def _between(school: School, enrolment: Enrolment, done: set[int], now: date) -> str:
    """What is said on a date without a course day."""
    schedule, begun = school.schedule(enrolment), school.begun(enrolment, now)
    missed = school.behind(enrolment, done, now)
    behind = behind_said(missed) if missed else ""
    if begun >= len(school.course):
        return OVER.format(behind=behind)
    following = schedule.date_of(begun + 1)
    if following is None:
        return PAUSED
    said = (NOT_YET if begun == 0 else DAY_OFF).format(date=following.isoformat(), day=begun + 1)
    return f"{said}\n\n{behind}" if behind else said

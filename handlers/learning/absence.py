"""/pause: a learner asks for days off; one tap of a leader grants them, and the course goes around them."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import clock, flow, typed
from handlers.context import Context
from handlers.day import day_of
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.learning.leading import leads, mentors
from handlers.learning.school import today
from handlers.message import Button, Incoming, Reply
from handlers.roles import EVERYONE
from knowledge.workdays import Pause
from records.database import Connection
from records.learning.enrolments import Enrolment, Enrolments
from records.people import People, Person

NOT_ENROLLED = "请假跟着课程走。您还没有开始课程，发 /course 开始。"
FROM = "从哪天起请假？点一个，或者直接发日期，例如：12-01。"
UNTIL = "从 {first} 起，请到哪天为止（含这一天）？点一个，或者发日期或天数，例如：3天。"
WHY = "请假 {first} 至 {last}。写一句原因，带教会看到。"
TODAY, TOMORROW, ONE_DAY, A_WEEK, NO_WHY = "今天", "明天", "只请一天", "请一周", "不写原因"
NO_FIRST = "没看懂这个日期，或者太远了。可以从 7 天前请到 180 天后，例如：12-01。"
NO_LAST = "没看懂，或者太长了。一次最多请 60 天，不能早于 {first}，例如：3天。"
NONE_TAUGHT = "{first} 至 {last} 本来就不上课，不用请假。"
SENT, NOBODY = "请假 {first} 至 {last}，已交给 {names}，同意后告诉您。", "还没有带教可以批假，请找管理员指定。"
WAITS = "请假 {first} 至 {last}，还在等同意。"
ASKED = "**{name}请假**\n\n{first} 至 {last}，{n} 个学习日。{why}"
BECAUSE = "\n原因：{why}"
GRANT, REFUSE, TAKE_BACK, END, ASK = "同意", "不同意", "撤回请假", "提前恢复", "请假"
GRANTED, REFUSED = "已同意{name}请假 {first} 至 {last}。", "没有同意{name}请假 {first} 至 {last}，已告诉对方。"
TOLD_GRANTED = "{by}同意了您的请假：{first} 至 {last}。这几天不发课程内容，不计进度，也不断连续天数。"
TOLD_REFUSED = "{by}没有同意您的请假：{first} 至 {last}。有疑问请直接联系对方。"
ALREADY = "这次请假已经处理过，或者撤回了。"
TAKEN_BACK, ENDED = "已撤回请假。", "课程从今天恢复，发 /today 看今天的内容。"
OFF, OPEN, TO_COME = "{first} 至 {last}", "{first} 起", "{days}（等同意）"
_BACK, _FAR, _LONGEST, _WORDS = 7, 180, 60, 100
_SPAN = re.compile(r"([1-9][0-9]?)(?:天|日)?")


async def begin(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """Ask from when to when; what waits already can be taken back."""
    async with context.database.read() as connection:
        enrolment = await Enrolments(connection).get(context.me.id)
    if enrolment is None:
        return (Reply(NOT_ENROLLED),)
    if enrolment.asked is not None:
        text = WAITS.format(**_days(enrolment.asked))
        return (Reply(text, buttons=((Button(TAKE_BACK, "absence:back"),),)),)
    facts = {"today": today(context.now(), context.zone).isoformat(), "zone": context.zone.key}
    return await flow.start(context, incoming, ASKING, facts)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """absence:new, absence:back, absence:end; for leaders absence:ok|no:<person>:<first>:<last>."""
    match incoming.action.split(":"):
        case ["absence", "new"]:
            return await begin(context, incoming)
        case ["absence", "back"]:
            return await _taken_back(context)
        case ["absence", "end"]:
            return await _ended(context)
        case ["absence", "ok" | "no" as what, person, first, last] if re.fullmatch(r"[1-9][0-9]{0,9}", person):
            try:
                asked = Pause(date.fromisoformat(first), date.fromisoformat(last))
            except ValueError:
                return (Reply(flow.OVER),)
            return await _settled(context, int(person), asked, grant=what == "ok")
    return (Reply(flow.OVER),)


def shown(enrolment: Enrolment, here: date) -> str:
    """The days off that are still to come, or wait for a word; "" for none."""
    said = [
        OFF.format(**_days(one)) if one.last else OPEN.format(first=one.first)
        for one in enrolment.pauses
        if one.last is None or one.last >= here
    ]
    said += [TO_COME.format(days=OFF.format(**_days(enrolment.asked)))] if enrolment.asked else []
    return "；".join(said)


def way(enrolment: Enrolment, here: date) -> Button:
    """What a learner can do about days off."""
    if enrolment.asked is not None:
        return Button(TAKE_BACK, "absence:back")
    return Button(END, "absence:end") if _away(enrolment, here) else Button(ASK, "absence:new")


def ways(enrolment: Enrolment) -> tuple[Button, ...]:
    """What a leader can do about the days off that are asked for."""
    asked = enrolment.asked
    if asked is None:
        return ()
    end = f"{enrolment.person_id}:{asked.first}:{asked.last}"
    return (Button(GRANT, f"absence:ok:{end}"), Button(REFUSE, f"absence:no:{end}"))


def until(pauses: tuple[Pause, ...], here: date) -> tuple[Pause, ...]:
    """The pauses, those of that day ended on the day before."""
    over = [one for one in pauses if one.holds(here)]
    ended = (Pause(one.first, here - timedelta(1)) for one in over if one.first < here)
    return (*(one for one in pauses if one not in over), *ended)


def _step(facts: Facts, answers: Answers) -> Prompt | None:
    here, zone = date.fromisoformat(facts["today"]), ZoneInfo(facts["zone"])
    if not answers:
        choices = (Choice(TODAY, here.isoformat()), Choice(TOMORROW, (here + timedelta(1)).isoformat()))
        return Prompt(Reply(FROM), (choices,), lambda incoming: _first(incoming, here, zone))
    first = date.fromisoformat(answers[0])
    if len(answers) == 1:
        choices = (Choice(ONE_DAY, first.isoformat()), Choice(A_WEEK, (first + timedelta(6)).isoformat()))
        text = UNTIL.format(first=first)
        return Prompt(Reply(text), (choices,), lambda incoming: _last(incoming, first, here, zone))
    if len(answers) == 2:
        text = WHY.format(first=first, last=answers[1])
        return Prompt(Reply(text), ((Choice(NO_WHY, ""),),), read=typed.line(_WORDS), free=True)
    return None


def _first(incoming: Incoming, here: date, zone: ZoneInfo) -> Any:
    day = day_of(incoming.text, clock.at(here, 0, zone), zone)
    if day is None or not -_BACK <= (day - here).days <= _FAR:
        raise Misread(NO_FIRST)
    return day.isoformat()


def _last(incoming: Incoming, first: date, here: date, zone: ZoneInfo) -> Any:
    many = _SPAN.fullmatch("".join(clock.figures(incoming.text).split()))
    day = first + timedelta(int(many[1]) - 1) if many else day_of(incoming.text, clock.at(here, 0, zone), zone)
    if day is None or not 0 <= (day - first).days < _LONGEST:
        raise Misread(NO_LAST.format(first=first))
    return day.isoformat()


async def _sent(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    asked, connection = Pause(*map(date.fromisoformat, answers[:2])), await context.write()
    enrolment = await Enrolments(connection).get(context.me.id)
    if enrolment is None or enrolment.asked is not None:
        return (Reply(flow.OVER),)
    counts = context.deployment.school.counts(enrolment)
    assert asked.last is not None
    days = [asked.first + timedelta(n) for n in range((asked.last - asked.first).days + 1)]
    if not any(map(counts, days)):
        return (Reply(NONE_TAUGHT.format(**_days(asked))),)
    able = await mentors(connection, context.me, enrolment)
    if not able:
        return (Reply(NOBODY),)
    enrolment = replace(enrolment, asked=asked)
    await Enrolments(connection).put(enrolment)
    why = BECAUSE.format(why=answers[2]) if answers[2] else ""
    said = {**_days(asked), "n": sum(map(counts, days)), "why": why}
    for one in able:
        text = ASKED.format(name=typed.inert(context.me.name), **said)
        context.notify(one.id, Reply(text, buttons=(ways(enrolment),)))
    return (Reply(SENT.format(names="、".join(typed.inert(one.name) for one in able), **_days(asked))),)


async def _settled(context: Context, number: int, asked: Pause, *, grant: bool) -> tuple[Reply, ...]:
    connection = await context.write()
    found = await _asker(connection, context, number)
    if found is None:
        return (Reply(flow.OVER),)
    enrolments, learner = Enrolments(connection), found
    if not await enrolments.settle(number, asked):
        return (Reply(ALREADY),)
    enrolment = await enrolments.get(number)
    assert enrolment is not None
    if grant:
        await enrolments.put(replace(enrolment, pauses=(*enrolment.pauses, asked)))
    told = TOLD_GRANTED if grant else TOLD_REFUSED
    context.notify(number, Reply(told.format(by=typed.inert(context.me.name), **_days(asked))))
    said = GRANTED if grant else REFUSED
    return (Reply(said.format(name=typed.inert(learner.name), **_days(asked)), replaces=True),)


async def _asker(connection: Connection, context: Context, number: int) -> Person | None:
    learner = await People(connection).get(number)
    if learner is None or not leads(context.me, learner, await Enrolments(connection).get(number)):
        return None
    return learner


async def _taken_back(context: Context) -> tuple[Reply, ...]:
    enrolments = Enrolments(await context.write())
    enrolment = await enrolments.get(context.me.id)
    if enrolment is None or enrolment.asked is None or not await enrolments.settle(context.me.id, enrolment.asked):
        return (Reply(ALREADY),)
    return (Reply(TAKEN_BACK, replaces=True),)


async def _ended(context: Context) -> tuple[Reply, ...]:
    """A learner may come back early from days off, not from a leader's pause without an end."""
    enrolments, here = Enrolments(await context.write()), today(context.now(), context.zone)
    enrolment = await enrolments.get(context.me.id)
    if enrolment is None or not _away(enrolment, here):
        return (Reply(flow.OVER),)
    await enrolments.put(replace(enrolment, pauses=until(enrolment.pauses, here)))
    return (Reply(ENDED),)


def _away(enrolment: Enrolment, here: date) -> bool:
    held = [one for one in enrolment.pauses if one.holds(here)]
    return bool(held) and all(one.last is not None for one in held)


def _days(pause: Pause) -> dict[str, str]:
    return {"first": pause.first.isoformat(), "last": pause.last.isoformat() if pause.last else ""}


ASKING = Flow("absence", EVERYONE, _step, _sent)

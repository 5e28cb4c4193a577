"""Taking up the course: on which date it begins, and who accompanies it."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import clock, flow, reminding, typed
from handlers.context import Context
from handlers.due import due_of
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.learning.leading import leads, mentors
from handlers.learning.school import School, today
from handlers.message import Incoming, Reply
from handlers.roles import EVERYONE
from records.database import Connection
from records.learning.enrolments import Enrolment, Enrolments
from records.people import People, Person
from records.reminders import EVERY_DAY, Reminder, Reminders

NO_COURSE = "现在没有课程。"
ASK = "**{course}**\n\n从哪天开始？点一个，或者直接发日期，例如：12-01。周末和节假日不排课。"
ASK_OTHER = "**{course}**\n\n{name}从哪天开始？点一个，或者直接发日期，例如：12-01。"
NO_DATE = "没看懂这个日期，或者太远了。请这样发：12-01。"
BEGUN = "课程从 {date} 开始，每天 {hour} 把当天的内容发给您（/me 里可以改时间）。\n\n带教：{mentor}。"
OTHER_BEGUN = "已为{name}安排课程，从 {date} 开始。带教：{mentor}。"
ARRANGED = "{by}为您安排了“{course}”，从 {date} 开始。每天 {hour} 把当天的内容发给您，随时可以发 /today、/course。"
TAKING_PART = "{name}从 {date} 开始学“{course}”，由您带教。发 /learners 看进度。"
ALREADY = "课程已经安排过了，发 /course 看进度。"
NOBODY = "还没有，管理员可以在 /learners 里指定"
TODAY, MONDAY = "今天", "下周一"
_FAR = 180  # days


async def offered(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """Ask when the course is to begin."""
    return await _ask(context, incoming, context.me)


async def arrange_for(context: Context, incoming: Incoming, learner: Person) -> tuple[Reply, ...]:
    """Ask when another's course is to begin."""
    return await _ask(context, incoming, learner)


async def _ask(context: Context, incoming: Incoming, learner: Person) -> tuple[Reply, ...]:
    course = context.deployment.school.course
    if not course.days:
        return (Reply(NO_COURSE),)
    now = today(context.now(), context.zone)
    facts: Facts = {
        "who": learner.id,
        "name": typed.inert(learner.name),
        "course": course.name,
        "today": now.isoformat(),
    }
    facts |= {"self": learner.id == context.me.id, "zone": context.zone.key}
    return await flow.start(context, incoming, STARTING, facts)


def _step(facts: Facts, answers: Answers) -> Prompt | None:
    if answers:
        return None
    now = date.fromisoformat(facts["today"])
    monday = now + timedelta(days=7 - now.weekday())
    choices = (Choice(TODAY, now.isoformat()), Choice(MONDAY, monday.isoformat()))
    form = ASK if facts["self"] else ASK_OTHER
    text = form.format(course=facts["course"], name=facts["name"])
    return Prompt(Reply(text), (choices,), lambda incoming: _date(incoming, now, ZoneInfo(facts["zone"])))


def _date(incoming: Incoming, now: date, zone: ZoneInfo) -> Any:
    found = due_of(incoming.text, clock.at(now, 0, zone), zone)
    day = found.astimezone(zone).date() if found is not None else None
    if day is None or not -_FAR <= (day - now).days <= _FAR:
        raise Misread(NO_DATE)
    return day.isoformat()


async def _begin(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    connection, since, own = await context.write(), date.fromisoformat(answers[0]), bool(facts["self"])
    learner = await People(connection).get(facts["who"])
    if learner is None or not (own or leads(context.me, learner, None)):
        return (Reply(flow.OVER),)
    if await Enrolments(connection).get(learner.id) is not None:
        return (Reply(ALREADY),)
    able = [context.me] if not own else await mentors(connection, learner, None)
    enrolment = Enrolment(learner.id, since, context.now(), (), able[0].id if len(able) == 1 else None)
    await Enrolments(connection).put(enrolment)
    await arrange(connection, context.deployment.school, learner, context.now())
    for one in able:
        await weekly(connection, one, context.now())
    course, hour = context.deployment.school.course.name, clock.shown(learner.reminder_at)
    mentor = "、".join(typed.inert(one.name) for one in able) or NOBODY
    said = {"date": answers[0], "hour": hour, "mentor": mentor, "course": course, "name": typed.inert(learner.name)}
    if own:
        for one in able:
            context.notify(one.id, Reply(TAKING_PART.format(**said)))
        return (Reply(BEGUN.format(**said)),)
    context.notify(learner.id, Reply(ARRANGED.format(by=typed.inert(context.me.name), **said)))
    return (Reply(OTHER_BEGUN.format(**said)),)


async def arrange(connection: Connection, school: School, learner: Person, now: datetime) -> None:
    """The day's page at the learner's hour, and a word to who has not practised."""
    kinds = [(reminding.LEARN, reminding.OWN_HOUR)]
    kinds += [(reminding.NUDGE, school.nudge_at)] if school.nudge_at is not None else []
    for kind, minute in kinds:
        await _put(connection, learner, Reminder(f"{kind}:{learner.id}", learner.id, kind, now, minute, EVERY_DAY))


async def weekly(connection: Connection, leader: Person, now: datetime) -> None:
    """How their learners are doing, on Mondays."""
    kind = reminding.WEEK
    await _put(connection, leader, Reminder(f"{kind}:{leader.id}", leader.id, kind, now, reminding.OWN_HOUR, (0,)))


async def _put(connection: Connection, person: Person, one: Reminder) -> None:
    due = reminding.following(one, person, one.due_at)
    if due is not None:
        await Reminders(connection).put(
            Reminder(one.key, one.person_id, one.kind, due, one.minute, one.weekdays, one.payload)
        )


STARTING = Flow("course", EVERYONE, _step, _begin)

"""What happens when a reminder is due, one function a kind."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.actions.chasing import chase
from handlers.causes import done as why_done
from handlers.clock import next_time
from handlers.context import Due, Notice
from handlers.learning import grading, pushing
from handlers.learning.school import School
from handlers.message import Reply
from handlers.spots import chasing as spot_chase
from handlers.spots import planning as spot_planning
from handlers.wire import dump_reply, load_reply
from records.database import Connection
from records.people import ADMIN, Person
from records.questions import Questions
from records.reminders import EVERY_DAY, WORKDAYS, Reminder, Reminders

LEARN, NUDGE, WEEK = "learn", "nudge", "learn-week"
OWN_HOUR = -1  # as Reminder.minute: the reminder hour its person has chosen
DIGEST = "上次提醒到现在，有 {n} 个问题没有答上或被点了 👎。发 /unanswered 逐个处理，直接回复其中一条就是给出答案。"


Kind = Callable[[Due], Awaitable[list[Notice]]]


async def say(due: Due) -> list[Notice]:
    """Say what it holds; where it names `escalate_to`, that person hears it too, else whom this one reports to."""
    payload = due.reminder.payload or {}
    reply = load_reply(payload["reply"])
    whom = due.person.id if "escalate" not in payload else payload["escalate"] or due.person.reports_to
    return [Notice(whom, reply)] if whom is not None else []


async def digest(due: Due) -> list[Notice]:
    """For an admin: how many questions came since the last digest and wait for an answer; silent when none does."""
    questions, today = Questions(due.connection), due.now.astimezone(ZoneInfo(due.person.zone))
    days = next(n for n in range(1, 9) if (today - timedelta(n)).weekday() in (*due.reminder.weekdays, today.weekday()))
    written = {faq.question: faq.written_at for faq in await questions.faqs()}
    waiting = [
        one
        for one in await questions.complaints()
        if one.question.asked_at > due.now - timedelta(days)
        and written.get(one.question.searched, one.question.asked_at) <= one.question.asked_at
    ]
    return [Notice(due.person.id, Reply(DIGEST.format(n=len(waiting))))] if waiting else []


KINDS: Mapping[str, Kind] = {
    "say": say,
    "digest": digest,
    "action": chase,
    "spot": spot_chase.chase,
    "spots": spot_planning.draw,
    "cause": why_done.came_back,
    LEARN: pushing.morning,
    NUDGE: pushing.nudge,
    WEEK: pushing.weekly,
    grading.KIND: pushing.over,
}


def following(reminder: Reminder, person: Person, now: datetime) -> datetime | None:
    """When a reminder comes again, None for one that comes once."""
    if reminder.minute is None:
        return None
    minute = person.reminder_at if reminder.minute == OWN_HOUR else reminder.minute
    return next_time(now, minute, ZoneInfo(person.zone), reminder.weekdays)


async def remind(connection: Connection, key: str, person: Person, due: datetime, reply: Reply) -> None:
    """Say it to a person once, at a time."""
    await Reminders(connection).put(Reminder(key, person.id, "say", due, payload={"reply": dump_reply(reply)}))


async def escalate(
    connection: Connection, key: str, person: Person, due: datetime, reply: Reply, to: int | None = None
) -> None:
    """Say it to another person (None: whom this one reports to) unless the reminder is dropped before."""
    payload = {"reply": dump_reply(reply), "escalate": to}
    await Reminders(connection).put(Reminder(key, person.id, "say", due, payload=payload))


async def retimed(connection: Connection, person: Person, now: datetime) -> None:
    """Move a person's recurring reminders to their zone and hour as they are now, and give a new admin the digest."""
    reminders = Reminders(connection)
    key = f"digest:{person.id}"
    if person.role == ADMIN:
        one = Reminder(key, person.id, "digest", now, OWN_HOUR, WORKDAYS)
        await reminders.put(one)
    else:
        await reminders.drop(key)
    for one in await reminders.of(person.id):
        moved = following(one, person, now)
        if moved is not None:
            await reminders.move(one.id, moved)


async def fire(
    connection: Connection, reminder: Reminder, person: Person | None, now: datetime, school: School
) -> list[Notice]:
    """Do what a due reminder says to its person, and move it on."""
    reminders = Reminders(connection)
    if person is None or person.left_at is not None or reminder.kind not in KINDS:
        await reminders.drop(reminder.key)
        return []
    moved = following(reminder, person, now)
    if moved is None:
        await reminders.drop(reminder.key)
    else:
        await reminders.move(reminder.id, moved)
    return await KINDS[reminder.kind](Due(connection, reminder, person, now, school))


__all__ = ["EVERY_DAY", "KINDS", "OWN_HOUR", "WORKDAYS", "escalate", "fire", "remind", "retimed"]

"""What learning sends by itself: the day's page, a word to who has not practised, the week to leaders."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from handlers.clock import audible, quiet
from handlers.context import Due, Notice
from handlers.learning.exam_result import mentors_told, result
from handlers.learning.grading import graded
from handlers.learning.page import page
from handlers.learning.rounds import daily_key
from handlers.learning.school import today
from handlers.learning.streaks import standing
from handlers.learning.week import week
from handlers.message import Button, Reply
from records.learning.enrolments import Enrolments
from records.learning.exams import Exams
from records.learning.quizzes import Quizzes, Streak

NUDGE = "今天的 {n} 题还没做完，大约两分钟。"
KEEP = "已经连续 {days} 天了。"
START = "开始练习"
TIME_OVER = "考试时间到，已自动交卷。"


async def morning(due: Due) -> list[Notice]:
    """The page of the course day that falls on this day; silent on days off and in pauses."""
    person, now = due.person, today(due.now, due.person.zone)
    enrolment = await Enrolments(due.connection).get(person.id)
    day = due.school.on(enrolment, now) if enrolment else None
    heard = audible(due.now, ZoneInfo(person.zone), person.quiet_from, person.quiet_to)
    if day is None or today(heard, person.zone) != now:  # what was held up until night would be tomorrow's news
        return []
    return [Notice(due.person.id, await page(due.connection, due.school, due.person.id, day, morning=True))]


async def nudge(due: Due) -> list[Notice]:
    """On a day that counts, to who has not finished its questions; never in quiet hours, nor after them."""
    person, now = due.person, today(due.now, due.person.zone)
    enrolment = await Enrolments(due.connection).get(person.id)
    if enrolment is None or due.school.on(enrolment, now) is None:
        return []
    if quiet(due.now, ZoneInfo(person.zone), person.quiet_from, person.quiet_to):
        return []
    quizzes = Quizzes(due.connection)
    if await quizzes.finished([person.id], daily_key(now)):
        return []
    streak = standing(await quizzes.streak(person.id) or Streak(), now, due.school.counts(enrolment))
    text = NUDGE.format(n=due.school.a_day) + (KEEP.format(days=streak.days) if streak.days > 1 else "")
    return [Notice(person.id, Reply(text, buttons=((Button(START, "quiz:day"),),)))]


async def weekly(due: Due) -> list[Notice]:
    """To a leader: how their learners are doing; silent where they lead none."""
    said = await week(due.connection, due.school, due.person, due.now)
    return [Notice(due.person.id, said)] if said is not None else []


async def over(due: Due) -> list[Notice]:
    """An exam whose time is over is handed in with what was answered."""
    number = int((due.reminder.payload or {}).get("exam", 0))
    one = await Exams(due.connection).get(number)
    if one is None or one.handed_in_at is not None:
        return []
    done, _ = await graded(due.connection, due.school, one, ZoneInfo(due.person.zone), due.now)
    told = await result(due.connection, due.school, done)
    told = replace(told, text=f"{TIME_OVER}\n\n{told.text}")
    return [Notice(due.person.id, told, True), *await mentors_told(due.connection, due.school, due.person, done)]

"""The week of a leader's learners, in one message."""

from datetime import datetime

from handlers import typed
from handlers.learning import items
from handlers.learning.leading import led
from handlers.learning.progress import progress
from handlers.learning.rounds import bank
from handlers.learning.school import School
from handlers.message import Button, Reply
from records.database import Connection
from records.learning.quizzes import Quizzes
from records.people import ADMIN, Person

WEEK = "**本周学习情况**\n\n{n} 位学员，{good} 位正常。"
HELP, LINE, MORE = "需要帮助：", "- {name}（第 {day} 天）：{worries}", "- …… 还有 {n} 位"
WAITING, BAD = "{n} 份作业等着点评。", "{n} 道题目有问题，发 /questions 查看。"
OPEN, HOMEWORK = "看学员", "点评作业"
_LISTED = 10
_KNOWN = 100  # learners; of more, what each remembers would hold everyone up, and the list names ten


async def week(connection: Connection, school: School, leader: Person, now: datetime) -> Reply | None:
    """Who needs help, what waits, which questions are bad; None where someone leads no learners."""
    theirs = await led(connection, leader)
    learners = await progress(connection, school, theirs, now, topics=len(theirs) <= _KNOWN)
    if not learners:
        return None
    worried = sorted((one for one in learners if one.worries), key=lambda one: -len(one.behind))
    parts = [WEEK.format(n=len(learners), good=len(learners) - len(worried))]
    if worried:
        lines = [
            LINE.format(name=typed.inert(one.person.name), day=one.day, worries="；".join(one.worries))
            for one in worried[:_LISTED]
        ]
        lines += [MORE.format(n=len(worried) - _LISTED)] if len(worried) > _LISTED else []
        parts.append("\n".join([HELP, "", *lines]))
    waiting = sum(one.waiting for one in learners)
    parts += [WAITING.format(n=waiting)] if waiting else []
    if leader.role == ADMIN and (bad := await bad_items(connection, school)):
        parts.append(BAD.format(n=len(bad)))
    ways = (Button(OPEN, "learner:all"), *((Button(HOMEWORK, "work:all"),) if waiting else ()))
    return Reply("\n\n".join(parts), buttons=(ways,))


async def bad_items(connection: Connection, school: School) -> list[items.Item]:
    """The questions to mend, as they are asked now."""
    questions = await bank(connection, school)
    now = {(one.key, one.version) for one in questions.questions}
    found = items.items(await Quizzes(connection).firsts())
    return items.bad((one for one in found if (one.question, one.version) in now), school.standard)

"""How well topics are known, as a picture: one's own, or every topic by each learner of a leader, six at a time."""

import asyncio
from collections.abc import Sequence

from handlers import flow
from handlers.context import Context
from handlers.learning.leading import led
from handlers.learning.progress import Progress, progress
from handlers.learning.school import today
from handlers.message import Button, File, Incoming, Reply
from records.learning.quizzes import Quizzes
from reports.mastery import Known, cohort_picture, own_picture

UNDER, SOME, ALL = "{name} · {date}", "{date} · 第 {first}-{last} 位，共 {n} 位学员", "{date} · {n} 位学员"
SAID = "各主题掌握，需要帮助的学员在前。"
NONE = "学员还没有练习过。"
NEXT, SHOW = "下一批", "掌握图"
_PAGE = 6


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """heat:<offset>: the next learners of a leader."""
    _, _, offset = incoming.action.partition(":")
    return (await cohort(context, int(offset)),) if offset.isdecimal() and len(offset) < 7 else (Reply(flow.OVER),)


async def cohort(context: Context, offset: int) -> Reply:
    """Every topic by each learner from the `offset`-th on, who needs help first."""
    async with context.database.read(long=True) as connection:
        school, now, led_ = context.deployment.school, context.now(), await led(connection, context.me)
        seen = await Quizzes(connection).practised(person.id for person, _ in led_)
        pairs = [(person, one) for person, one in led_ if person.id in seen]
        found = await progress(connection, school, pairs, now, topics=False)
        found.sort(key=lambda one: (-len(one.worries), -len(one.behind), one.person.id))
        some = [(one.person, one.enrolment) for one in found[offset : offset + _PAGE]]
        shown = await progress(connection, school, some, now)
    if not shown:
        return Reply(NONE)
    form, last = ALL if len(found) <= _PAGE else SOME, offset + len(shown)
    under = form.format(date=today(context.now(), context.zone), first=offset + 1, last=last, n=len(found))
    people = [(one.person.name, known(one)) for one in shown]
    content = await asyncio.to_thread(cohort_picture, under, people)
    ways = ((Button(NEXT, f"heat:{last}"),),) if last < len(found) else ()
    return Reply(SAID, buttons=ways, files=(File("mastery.png", "image/png", await context.files.put(content)),))


async def own(context: Context, one: Progress) -> tuple[File, ...]:
    """Every topic of one person; nothing before their first answer."""
    if not one.topics:
        return ()
    under = UNDER.format(name=one.person.name, date=today(context.now(), context.zone))
    content = await asyncio.to_thread(own_picture, under, known(one))
    return (File("mastery.png", "image/png", await context.files.put(content)),)


def known(one: Progress) -> Sequence[Known]:
    """What someone knows, topic by topic."""
    return [Known(topic.name, topic.known, topic.seen, topic.questions) for topic in one.topics]

"""The end of an analysis: its picture, 整改 for its roots, and the question whether the problem came back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import flow, typed
from handlers.actions import chasing
from handlers.actions import start as action
from handlers.causes import analysing, why, why_saying, why_screen
from handlers.causes.analysing import NOT_HERE, NotSeen, seen
from handlers.clock import next_time
from handlers.context import Context, Due, Notice
from handlers.day import day_of
from handlers.flow import Answers, Facts, Flow, Misread, Prompt
from handlers.message import Button, Incoming, Reply, id_in
from handlers.roles import WORKERS
from knowledge.cause.stored import tree_from
from knowledge.cause.tree import roots
from records.action import ACCEPTED, FIXED, OWED
from records.actions import Actions, Which
from records.analyses import BACK, CLOSED, WHY, Analyses, Analysis
from records.analyses import DONE as IS_DONE
from records.reminders import Reminder, Reminders
from records.standing import actor

DONE = "分析做完了，记为第 {n} 版。\n\n{roots}"
WHEN = "整改验收以后，哪天回头看问题有没有再发生？"
LATER = (("2 周后", 14), ("1 个月后", 30), ("3 个月后", 90))
NEVER, OTHER_DAY = "不用问", "另选一天"
WHICH_DAY = "哪天来问？发一个日期，例如：下周五、11-25。"
NO_DAY, NOT_AHEAD = "没看懂日期。例如：下周五、11-25。", "请选明天到一年以内的一天。"
SET = "好，{when}我来问您。"
NOT_ASKED = "好，不再问。要接着改，发 /causes。"
ASK = "“{title}”分析过以后，问题又发生了吗？\n\n{actions}"
NOT_YET = "“{title}”的整改还有 {n} 条没验收，过一周再问您问题有没有再发生。"
ACTIONS = "整改 {all} 条，已验收 {done} 条。"
STILL = "还有 {n} 条等了 {weeks} 周没验收，不再每周提醒。"
STUCK = "“{title}”的整改还有 {n} 条没验收，已经等了 {weeks} 周，问题有没有再发生还没法确认。请看一下。"
LOOK = "看分析"
NO_ACTIONS = "没有建整改。"
NO, YES = "没有再发生", "又发生了"
CLOSED_NOW = "好，这个问题闭环了。"
OPEN_AGAIN = "那说明根因没找全，或者整改没到位。接着问下去。"
OVERTAKEN = "别人刚刚改过，请再点一次。"
KIND = "cause"
WEEKS = 4  # so often it waits for actions, a week each time; then it asks all the same
_WEEK, _YEAR = timedelta(days=7), 365


async def finish(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """Keep this version, show it, and offer actions for its roots."""
    async with context.database.read() as connection:
        one = await seen(context, connection, number)
    if one.kind != WHY:
        raise NotSeen
    files = await analysing.pictures(context, one)
    connection = await context.write()
    one = await seen(context, connection, number, lock=True)
    analyses, tree = Analyses(connection), tree_from(one.content)
    await why_saying.hushed(context, incoming, number)
    versions = await analyses.versions(number)
    again = one.state in (IS_DONE, CLOSED) and versions[:1] != [] and _same(versions[0].content, one.content)
    if not again and not await analyses.finish(one, context.me.id, context.now()):
        return (Reply(OVERTAKEN),)
    found = "\n".join(f"- {typed.inert(root.text)}" for root in roots(tree))
    head = why_screen.ROOTS.format(roots=found) if found else why_screen.NO_ROOTS
    text = DONE.format(n=len(await analyses.versions(number)), roots=head)
    shown = Reply(text, files=files, buttons=analysing.ways(one))
    if again:
        return (shown,)
    offered = await _offered(context, incoming, one) if found and one.store_id is not None else ()
    return (shown, _asking(one.id), *offered)


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return {**one, "at": 0} == {**other, "at": 0}


def _asking(number: int) -> Reply:
    ways = tuple(Button(text, why_screen.action("ask", number, days)) for text, days in LATER)
    other = Button(OTHER_DAY, why_screen.action("day", number))
    return Reply(WHEN, buttons=(ways, (other, Button(NEVER, why_screen.action("ask", number, 0)))))


async def _offered(context: Context, incoming: Incoming, one: Analysis) -> Sequence[Reply]:
    items = [
        {"key": f"cause-{one.id}-{root.id}", "name": root.text, "photos": [p for e in root.evidence for p in e.photos]}
        for root in roots(tree_from(one.content))
    ]
    facts = {"store": one.store_id, "source": "cause", "source_id": one.id, "list": "", "items": items}
    return await action.offer(context, incoming, facts)


async def ask(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """why:ask:<analysis>:<days>: when to look back."""
    return await _asking_in(context, number, id_in(rest[0]) if rest else 0)


async def choose_day(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """why:day:<analysis>: a day of one's own."""
    async with context.database.read() as connection:
        await seen(context, connection, number)
    return await flow.start(context, incoming, CHOOSING, {"analysis": number, "zone": context.zone.key})


def _day_asked(facts: Facts, answers: Answers) -> Prompt | None:
    zone = ZoneInfo(facts["zone"])
    return None if answers else Prompt(Reply(WHICH_DAY), read=lambda incoming: _days_to(incoming, zone))


def _days_to(incoming: Incoming, zone: ZoneInfo) -> int:
    day = day_of(incoming.text, incoming.received, zone)
    if day is None:
        raise Misread(NO_DAY)
    days = (day - incoming.received.astimezone(zone).date()).days
    if not 1 <= days <= _YEAR:
        raise Misread(NOT_AHEAD)
    return days


async def _day_chosen(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    try:
        return await _asking_in(context, facts["analysis"], answers[0])
    except NotSeen:
        return (Reply(NOT_HERE),)


async def _asking_in(context: Context, number: int, days: int) -> tuple[Reply, ...]:
    connection = await context.write()
    one = await seen(context, connection, number, lock=True)
    reminders, key = Reminders(connection), f"{KIND}:{number}"
    if not days:
        await reminders.drop(key)
        return (Reply(NOT_ASKED, replaces=True),)
    zone = ZoneInfo(context.me.zone)
    due = next_time(context.now() + timedelta(days=min(days, _YEAR) - 1), context.me.reminder_at, zone, range(7))
    await Analyses(connection).state(one, one.state, context.now(), due)
    await reminders.put(Reminder(key, context.me.id, KIND, due, payload={"analysis": number}))
    return (Reply(SET.format(when=_day(due, zone)), replaces=True),)


async def came_back(due: Due) -> list[Notice]:
    """Ask whether the problem is there again, once its actions are accepted; a week later when they are not yet.

    After WEEKS of that it asks all the same, and the store's leaders hear once that they are still open.
    """
    payload = due.reminder.payload or {}
    number, waited = payload["analysis"], payload.get("waited", 0)
    found = await Analyses(due.connection).get(number)
    if found is None or found.store_id is None or found.state == CLOSED:
        return []
    if not actor(due.person, found.store_id).works:
        return []  # it is no longer theirs to hear of
    made = await Actions(due.connection).all(Which(stores={found.store_id}, source=("cause", number)))
    left = sum(one.state in (*OWED, FIXED) for one in made)
    title = typed.inert(found.title)
    if left and waited < WEEKS:
        again = replace(due.reminder, due_at=due.now + _WEEK, payload={**payload, "waited": waited + 1})
        await Reminders(due.connection).put(again)
        return [Notice(due.person.id, Reply(NOT_YET.format(title=title, n=left)))]
    accepted = sum(one.state == ACCEPTED for one in made)
    said = ACTIONS.format(all=len(made), done=accepted) if made else NO_ACTIONS
    said += STILL.format(n=left, weeks=WEEKS) if left else ""
    ways = tuple(Button(text, why_screen.action("back", number, what)) for text, what in ((NO, "no"), (YES, "yes")))
    asked = Notice(due.person.id, Reply(ASK.format(title=title, actions=said), buttons=(ways,)))
    return [asked, *(await _stuck(due, found, left) if left else ())]


async def _stuck(due: Due, one: Analysis, left: int) -> list[Notice]:
    """The leaders of the store hear that its actions are open; where there is no other, those the person reports to."""
    assert one.store_id is not None
    others = [person for person in await chasing.leaders(due.connection, one.store_id) if person.id != due.person.id]
    told = others or await chasing.bosses(due.connection, (due.person,))
    text = STUCK.format(title=typed.inert(one.title), n=left, weeks=WEEKS)
    look = ((Button(LOOK, f"causes:one:{one.id}"),),)
    return [
        Notice(person.id, Reply(text, buttons=look if actor(person, one.store_id).leads else ()))
        for person in told
        if person.id != due.person.id
    ]


async def back(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """why:back:<analysis>:yes|no: it came back, or it did not."""
    connection = await context.write()
    one = await seen(context, connection, number, lock=True)
    state = BACK if rest == ["yes"] else CLOSED
    if not await Analyses(connection).state(one, state, context.now()):
        return (Reply(OVERTAKEN),)
    if state == CLOSED:
        return (Reply(CLOSED_NOW, replaces=True),)
    tree = tree_from(one.content)
    return await why.screen(context, incoming, number, tree, tree.at, before=OPEN_AGAIN)


def _day(due: datetime, zone: ZoneInfo) -> str:
    return due.astimezone(zone).strftime("%Y-%m-%d %H:%M")


VERBS = {"finish": finish, "ask": ask, "day": choose_day, "back": back}
CHOOSING = Flow("why-day", WORKERS, _day_asked, _day_chosen)
FLOWS = (CHOOSING,)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """why:<verb>:<analysis>:…, those that end an analysis among them."""
    _, verb, number, *rest = (*incoming.action.split(":"), "", "")
    if verb not in VERBS:
        return await why.press(context, incoming)
    try:
        return await VERBS[verb](context, incoming, id_in(number), [one for one in rest if one])
    except NotSeen:
        return (Reply(NOT_HERE),)

"""Actions are chased until they are done: before they are due, when they are late, and then one higher each time."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from handlers.actions.card import card, lasting
from handlers.context import Due, Notice
from handlers.pace import Pace
from records.action import FIXED, OWED, Action
from records.actions import Actions
from records.database import Connection
from records.people import ADMIN, STAFF, SUPERVISOR, People, Person
from records.reminders import Reminder, Reminders
from records.standing import actor
from records.stores import Stores

SOON = "这条整改快到期了。"
LATE = "这条整改已经逾期，请尽快完成，或和督导商量新的期限。"
ESCALATED = "这条整改已经逾期，还没有完成。"
WAITS = "这条整改等着您验收。"
WAITS_LONG = "这条整改等验收已经 {long}了。"
KIND = "action"
SOON_STAGE, DUE_STAGE, LEADERS_STAGE, BOSSES_STAGE = range(4)
_WEEK = timedelta(days=7)


async def follow(connection: Connection, action: Action, pace: Pace, now: datetime) -> None:
    """Set what an action will be chased by next, in place of what was set; nothing once it is over."""
    key = f"{KIND}:{action.id}"
    anchor = await _anchor(connection, action)
    coming = next(((stage, at) for stage, at in _stages(action, pace, now) if at > now), None)
    if coming is None or anchor is None:
        await Reminders(connection).drop(key)
        return
    payload = {"action": action.id, "stage": coming[0], "remind": pace.remind_hours, "escalate": pace.escalate_hours}
    await Reminders(connection).put(Reminder(key, anchor.id, KIND, coming[1], payload=payload))


async def chase(due: Due) -> list[Notice]:
    """Tell those whose turn it is: the owner or the store, then its supervisors, then those they report to."""
    payload = due.reminder.payload or {}
    pace = Pace(remind_hours=payload["remind"], escalate_hours=payload["escalate"])
    action = await Actions(due.connection).get(payload["action"])
    if action is None:
        return []
    past = [stage for stage, at in _stages(action, pace, due.now) if at <= due.now]
    await follow(due.connection, action, pace, due.now)
    store = await Stores(due.connection).get(action.store_id)
    if not past or store is None or store.closed_at is not None:
        return []
    if action.state == FIXED:
        text = WAITS_LONG.format(long=lasting(due.now - (action.fixed_at or due.now)))
        told = [(one, text) for one in await judges(due.connection, action, higher=past[-1] >= BOSSES_STAGE)]
    else:
        told = await _told(due.connection, action, past[-1])
    return [Notice(one.id, await card(due.connection, action, one, due.now, text)) for one, text in told]


async def responsible(connection: Connection, action: Action) -> list[Person]:
    """Who is to do it: its owner while they belong to the store, else all of the store's staff."""
    people = People(connection)
    owner = await people.get(action.owner_id) if action.owner_id else None
    if owner and actor(owner, action.store_id).works:
        return [owner]
    return await staff(connection, action.store_id)


async def staff(connection: Connection, store_id: int) -> list[Person]:
    """Those who work at a store."""
    return await People(connection).all(STAFF, store=store_id)


async def leaders(connection: Connection, store_id: int) -> list[Person]:
    """A store's supervisors; where it has none, the admins."""
    people = People(connection)
    return await people.all(SUPERVISOR, store=store_id) or await people.all(ADMIN)


async def judges(connection: Connection, action: Action, *, higher: bool = False) -> list[Person]:
    """Who may accept it: the store's leaders but for who fixed it, else those these report to, else the admins."""
    people = People(connection)
    lead = await leaders(connection, action.store_id)
    able = [one for one in lead if one.id != action.fixed_by]
    if able and not higher:
        return able
    above = _once([*await bosses(connection, lead), *(await people.all(ADMIN) if not able else ())])
    others = [one for one in above if one.id != action.fixed_by]
    able += [one for one in others if higher or actor(one, action.store_id).leads]
    return _once(able or others)


async def _told(connection: Connection, action: Action, stage: int) -> list[tuple[Person, str]]:
    doing = await responsible(connection, action)
    found = [(one, SOON if stage == SOON_STAGE else LATE) for one in doing]
    if stage < LEADERS_STAGE and found:
        return found
    lead = await leaders(connection, action.store_id)
    higher = [*lead, *(await bosses(connection, lead) if stage >= BOSSES_STAGE else ())]
    known = {one.id for one in doing}
    return found + [(one, ESCALATED) for one in _once(higher) if one.id not in known]


async def bosses(connection: Connection, people: Iterable[Person]) -> list[Person]:
    """Those whom these report to; the admins where nobody does."""
    known = People(connection)
    found = [await known.get(one.reports_to) for one in people if one.reports_to]
    here = [one for one in found if one and one.left_at is None]
    return here or await known.all(ADMIN)


async def _anchor(connection: Connection, action: Action) -> Person | None:
    """Someone who is here, for the reminder to be theirs."""
    people = People(connection)
    for number in (action.owner_id, action.created_by):
        found = await people.get(number) if number else None
        if found and found.left_at is None:
            return found
    return next(iter(await leaders(connection, action.store_id)), None)


def _stages(action: Action, pace: Pace, now: datetime) -> list[tuple[int, datetime]]:
    """(stage, when): what comes, in order; from the last one on every week."""
    step = timedelta(hours=pace.escalate_hours)
    if action.state in OWED:
        soon = action.due_at - timedelta(hours=pace.remind_hours)
        stages = [(SOON_STAGE, soon)] if soon > action.created_at else []
        first, start = DUE_STAGE, action.due_at
    elif action.state == FIXED and action.fixed_at:
        stages, first, start = [], LEADERS_STAGE, action.fixed_at + step
    else:
        return []
    stages += [(stage, start + step * (stage - first)) for stage in range(first, BOSSES_STAGE + 1)]
    weeks = max(0, (now - stages[-1][1]) // _WEEK) + 1
    return stages + [(BOSSES_STAGE + n, stages[-1][1] + n * _WEEK) for n in range(1, weeks + 1)]


def _once(people: Iterable[Person]) -> list[Person]:
    return list({one.id: one for one in people}.values())

"""Actions are made: once for each item, told to those who are to do them, and chased from then on."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import typed
from handlers.actions import chasing
from handlers.actions.acting import owners
from handlers.actions.card import LISTED, short
from handlers.context import Context
from handlers.due import due_shown
from handlers.flow import Facts
from handlers.message import Button, Reply, clipped
from records.action import AGAIN, FIXED, OWED, Action, again
from records.actions import Actions, Which
from records.database import Connection
from records.people import Person
from records.standing import actor
from records.stores import Store, Stores

MADE, MADE_NONE = "已建 {n} 条整改。", "没有建整改。以后可以发 /action 补建。"
COUNTED = "{n} 条还没完成的，记了一次再犯。"
KNOWN = "{n} 条之前已经建过。"
TOLD = "{who}给{store}提了 {n} 条整改：\n\n{items}"
GONE = "这家门店已经关闭，没有建整改。"
SEE = "看“{title}”"
UNDONE = (*OWED, FIXED)
_SHOWN = 12


async def make(context: Context, facts: Facts, wanted: Sequence[Mapping[str, Any]]) -> tuple[Reply, ...]:
    """Make these items of the facts' store and source; of one that is still open from before, count one more."""
    if not wanted:
        return (Reply(MADE_NONE),)
    connection = await context.write()
    store = await Stores(connection).get(facts["store"])
    if store is None or store.closed_at is not None or not actor(context.me, store.id).works:
        return (Reply(GONE),)
    made, counted, known = list[Action](), 0, 0
    there = await _there(connection, facts)
    allowed = [number for number, _ in await owners(connection, store.id)]
    for one in wanted:
        if one["key"] and one["key"] in there:
            known += 1
        elif one["open"] and await _counted(context, connection, one):
            counted += 1
        else:
            made.append(await _made(context, connection, facts, one, allowed))
    await _notify(context, connection, store, made)
    parts = ((MADE, len(made)), (COUNTED, counted), (KNOWN, known))
    buttons = tuple((Button(SEE.format(title=short(one)), f"action:{one.id}"),) for one in made[:_SHOWN])
    return (Reply("".join(text.format(n=n) for text, n in parts if n), buttons=buttons),)


async def _there(connection: Connection, facts: Facts) -> set[str]:
    """The items of the same source that have an action already: two who make them at once make them once."""
    if facts["source_id"] is None:
        return set()
    found = await Actions(connection).all(Which(source=(facts["source"], facts["source_id"])))
    return {one.item_key for one in found if one.item_key}


async def _counted(context: Context, connection: Connection, one: Mapping[str, Any]) -> bool:
    """Count one more for the action that is open; False when it is over by now."""
    actions = Actions(connection)
    old = await actions.get(one["open"]["id"])
    if old is None or old.state not in UNDONE:
        return False
    new = again(old, actor(context.me, old.store_id), one["repeat"])
    await actions.save(old, new, AGAIN, context.me.id, context.now())
    return True


async def _made(
    context: Context, connection: Connection, facts: Facts, one: Mapping[str, Any], allowed: Sequence[int]
) -> Action:
    now = context.now()
    due = datetime.fromisoformat(one["due"])
    action = Action(
        store_id=facts["store"],
        title=one["what"],
        due_at=due if due > now else now + timedelta(hours=one["hours"]),
        created_at=now,
        created_by=context.me.id,
        source=facts["source"],
        source_id=facts["source_id"],
        item_key=one["key"],
        severity=one["severity"],
        owner_id=one["who"] if one["who"] in allowed else None,
        measure=one["measure"],
        repeat=one["repeat"],
        before=tuple(one["photos"]),
    )
    made = await Actions(connection).make(action)
    await chasing.follow(connection, made, context.deployment.pace, now)
    return made


async def _notify(context: Context, connection: Connection, store: Store, made: Sequence[Action]) -> None:
    """Those who are to do them hear of them, all at once; of what staff find, the store's leaders too."""
    told: dict[int, tuple[Person, list[Action]]] = {}
    for one in made:
        people = await chasing.responsible(connection, one)
        if not actor(context.me, store.id).leads:
            people = [*people, *await chasing.leaders(connection, store.id)]
        for person in people:
            told.setdefault(person.id, (person, []))[1].append(one)
    for person, actions in told.values():
        if person.id != context.me.id:
            context.notify(person.id, _news(context, store, person, actions))


def _news(context: Context, store: Store, person: Person, actions: Sequence[Action]) -> Reply:
    now, zone = context.now(), ZoneInfo(person.zone)
    items = "\n".join(
        f"{n}. **{clipped(typed.inert(one.title), LISTED)}**，{due_shown(one.due_at, now, zone)} 前"
        for n, one in enumerate(actions, 1)
    )
    buttons = tuple((Button(SEE.format(title=short(one)), f"action:{one.id}"),) for one in actions[:_SHOWN])
    who, where = typed.inert(context.me.name), typed.inert(store.name)
    return Reply(TOLD.format(who=who, store=where, n=len(actions), items=items), buttons=buttons)

"""A change of an action, in the turn's transaction: made if the rules allow it, and told to those it concerns."""

import re
from collections.abc import Callable
from dataclasses import replace

from handlers import typed
from handlers.actions import chasing
from handlers.actions.card import card
from handlers.context import Context
from handlers.message import File, Reply
from records import action as rules
from records.action import (
    ACCEPT,
    ASSIGN,
    CLAIM,
    FIX,
    MOVE,
    NOT_HERE,
    OPEN,
    REJECT,
    REOPEN,
    WITHDRAW,
    Action,
    NotAllowed,
)
from records.actions import Actions, Overtaken
from records.database import Connection
from records.people import People, Person
from records.standing import actor

CHANGED = "这条整改刚刚有变化，请看现在的情况："
TOLD = {
    CLAIM: "{who}认领了您提出的整改。",
    FIX: "{who}提交了整改，请验收。",
    ACCEPT: "您提交的整改，{who}验收通过了。",
    REJECT: "您提交的整改被{who}退回了。原因：{why}",
    REOPEN: "{who}重新打开了这条整改。原因：{why}",
    ASSIGN: "{who}请您负责这条整改。",
    MOVE: "{who}改了这条整改的期限。原因：{why}",
    WITHDRAW: "{who}撤回了这条整改，不用做了。原因：{why}",
}
TAKEN_AWAY = "{who}把这条整改交给了别的同事，您不用做了。"


async def seen(context: Context, number: str) -> Action | None:
    """An action that this person may see; any other is as if it did not exist."""
    if not re.fullmatch(r"[0-9]{1,15}", number):
        return None
    async with context.database.read() as connection:
        found = await Actions(connection).get(int(number))
    return found if found and actor(context.me, found.store_id).works else None


def forbidden(action: Action, verb: str, person: Person) -> str:
    """As the rules say, but that what is open may be handed in at once: it is claimed on the way."""
    claims = verb == FIX and action.state == OPEN
    return rules.forbidden(action, CLAIM if claims else verb, actor(person, action.store_id))


async def changed(
    context: Context,
    number: int,
    verb: str,
    step: Callable[[Action], Action],
    said: str,
    reason: str = "",
    pictures: tuple[File, ...] = (),
) -> tuple[Reply, ...]:
    """Do it in the turn's transaction, tell whom it concerns, and show the action as it is now."""
    connection = await context.write()
    actions, now = Actions(connection), context.now()
    old = await actions.get(number)
    if old is None or not actor(context.me, old.store_id).works:
        return (Reply(NOT_HERE),)
    try:
        if verb == FIX and old.state == OPEN:
            claimed = rules.claim(old, who(context, old))
            new = step(claimed)
            old = await actions.save(old, claimed, CLAIM, context.me.id, now)
        else:
            new = step(old)
        new = await actions.save(old, new, verb, context.me.id, now, reason)
    except NotAllowed as error:
        return (await card(connection, old, context.me, now, str(error)),)
    except Overtaken:
        current = await actions.get(number)
        assert current is not None
        return (await card(connection, current, context.me, now, CHANGED),)
    await chasing.follow(connection, new, context.deployment.pace, now)
    await _tell(context, connection, old, new, verb, reason, pictures)
    return (await card(connection, new, context.me, now, await _said(connection, new, said)),)


async def _said(connection: Connection, action: Action, said: str) -> str:
    if "{who}" not in said:
        return said
    names = [typed.inert(one.name) for one in await chasing.judges(connection, action)]
    return said.format(who="、".join(names[:3]))


async def _tell(
    context: Context,
    connection: Connection,
    old: Action,
    new: Action,
    verb: str,
    reason: str,
    pictures: tuple[File, ...],
) -> None:
    """Whoever it concerns hears what was done and by whom, with the action as it is now."""
    people, now, me = People(connection), context.now(), context.me
    said = TOLD[verb].format(who=typed.inert(me.name), why=typed.inert(reason))
    for one in await _concerned(connection, new, verb):
        if one.id != me.id and one.left_at is None:
            reply = await card(connection, new, one, now, said)
            context.notify(one.id, replace(reply, files=pictures))
    if verb == ASSIGN and old.owner_id not in (None, me.id):
        before = await people.get(old.owner_id or 0)
        if before and before.left_at is None and actor(before, old.store_id).works:
            text = TAKEN_AWAY.format(who=typed.inert(me.name)) + f"\n\n{typed.inert(new.title)}"
            context.notify(before.id, Reply(text))


async def _concerned(connection: Connection, action: Action, verb: str) -> list[Person]:
    if verb == FIX:
        return await chasing.judges(connection, action)
    if verb == CLAIM:
        maker = await People(connection).get(action.created_by) if action.created_by else None
        return [maker] if maker and actor(maker, action.store_id).works else []
    return await chasing.responsible(connection, action)


def who(context: Context, action: Action) -> rules.Actor:
    """What the one who writes is to an action."""
    return actor(context.me, action.store_id)

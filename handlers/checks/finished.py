"""Finished checks: the store agrees or objects, whoever checked decides, and both can look at them again."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from handlers import flow, photo, typed
from handlers.checks import objecting
from handlers.checks.card import LEFT, SHOW_PHOTOS, card, mark_of
from handlers.checks.objecting import ANSWERED, SETTLED_ALREADY
from handlers.context import Context
from handlers.message import Button, Incoming, Reply
from records.checks import OBJECTED, WAITING, Check, Checks, Wanted
from records.database import Connection
from records.people import People
from records.standing import actor
from records.stores import Store, Stores

CONFIRMED_NOW = "已确认，谢谢。"
TOLD_OK, SEE = "{who}确认了{store}“{name}”检核的结果（{total:g} 分）。", "看结果"
NOT_HERE = "没有这次检核。"
NOT_YOUR_OWN = "自己做的检核要由门店的同事确认。"
LIST, NONE, MORE = "最近的检核，点一次看结果。", "还没有做完的检核。", "更早的"
LINE = "{when} {store} {name} {total:g} {grade}"
_PAGE, _MOST_PHOTOS = 8, 10


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """/checks: those of one's stores, the latest first."""
    return (await _list(context, 0),)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """checked:list:<offset>, checked:<what>:<check>, checked:photos:<check>:<offset>."""
    what, _, rest = incoming.action.removeprefix("checked:").partition(":")
    number, _, offset = rest.partition(":")
    if not all(part.isdecimal() and len(part) < 16 for part in (number, offset or "0")):
        return (Reply(flow.OVER),)
    if what == "list":
        return (await _list(context, int(number)),)
    async with context.database.read() as connection:
        check = await Checks(connection).get(int(number))
        store = await Stores(connection).get(check.store_id) if check else None
        names = {one.id: typed.inert(one.name) for one in await People(connection).all()}
    if check is None or store is None or not actor(context.me, store.id).works:
        return (Reply(NOT_HERE),)
    match what:
        case "show":
            who = names.get(check.person_id or 0, LEFT)
            return (card(check, typed.inert(store.name), context.me, who, context.zone, names),)
        case "photos" if offset.isdigit():
            return await _photos(context, check, int(offset or 0))
        case "ok":
            return await _confirm(context, check, typed.inert(store.name), names)
        case "no" if check.state == WAITING and not actor(context.me, store.id).leads:
            return await objecting.object_to(context, incoming, check, typed.inert(store.name))
        case "decide" if check.state == OBJECTED and actor(context.me, store.id).leads:
            return await objecting.decide(context, incoming, check, typed.inert(store.name))
        case "no" | "decide":
            return (Reply(ANSWERED if what == "no" else SETTLED_ALREADY),)
    return (Reply(flow.OVER),)


async def _list(context: Context, offset: int) -> Reply:
    async with context.database.read() as connection:
        stores = {one.id: one for one in await Stores(connection).all() if actor(context.me, one.id).works}
        found = await Checks(connection).all(Wanted(stores=list(stores)), limit=offset + _PAGE + 1)
    rows = [
        (Button(_line(one, stores[one.store_id], context.zone), f"checked:show:{one.id}"),)
        for one in found[offset : offset + _PAGE]
    ]
    if len(found) > offset + _PAGE:
        rows.append((Button(MORE, f"checked:list:{offset + _PAGE}"),))
    return Reply(LIST if rows else NONE, buttons=tuple(rows), replaces=offset > 0)


def _line(check: Check, store: Store, zone: ZoneInfo) -> str:
    when = check.finished_at.astimezone(zone).strftime("%m-%d")
    name, total = check.checklist.name, check.total
    return LINE.format(when=when, store=typed.inert(store.name), name=name, total=total, grade=check.grade)


async def _photos(context: Context, check: Check, offset: int) -> tuple[Reply, ...]:
    named = [(item.name, number) for item in check.checklist.items for number in mark_of(check, item.key).photos]
    shown = named[offset : offset + _MOST_PHOTOS]
    files = await photo.files(context, [number for _, number in shown])
    names = "、".join(dict.fromkeys(name for name, _ in shown))
    rest = len(named) - offset - len(shown)
    more = ((Button(SHOW_PHOTOS.format(n=rest), f"checked:photos:{check.id}:{offset + len(shown)}"),),) if rest else ()
    return (Reply(names, files=files, buttons=more),) if files else (Reply(NOT_HERE),)


async def _confirm(context: Context, check: Check, store: str, names: dict[int, str]) -> tuple[Reply, ...]:
    if actor(context.me, check.store_id).leads or check.person_id == context.me.id:
        return (Reply(NOT_YOUR_OWN),)
    connection = await context.write()
    checks = Checks(connection)
    if not await checks.answer(check.id, context.me.id, context.now()):
        return (Reply(ANSWERED),)
    done, who = await checks.get(check.id), names.get(check.person_id or 0, LEFT)
    assert done is not None
    await _tell(context, connection, done, store)
    return (replace(card(done, store, context.me, who, context.zone, names, CONFIRMED_NOW), replaces=True),)


async def _tell(context: Context, connection: Connection, check: Check, store: str) -> None:
    """Whoever checked hears that the store agrees."""
    judge = await People(connection).get(check.person_id) if check.person_id else None
    if judge is not None and actor(judge, check.store_id).leads:
        who, name = typed.inert(context.me.name), typed.inert(check.checklist.name)
        text = TOLD_OK.format(who=who, store=store, name=name, total=check.total)
        context.notify(judge.id, Reply(text, buttons=((Button(SEE, f"checked:show:{check.id}"),),)))


FLOWS = objecting.FLOWS

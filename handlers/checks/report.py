"""A finished check as a file: for who asks, and for the people of its store."""

import asyncio
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from handlers import flow, typed
from handlers.actions import chasing
from handlers.context import Context
from handlers.message import MEDIA, Button, File, Incoming, Reply, id_in
from handlers.roles import NOT_YOURS
from records.action import Action
from records.actions import Actions, Which
from records.checks import Check, Checks
from records.database import Connection
from records.files import FilesError
from records.people import People
from records.photos.keeping import Photos
from records.standing import actor
from records.stores import Store, Stores
from reports.check import Inspection, filename
from reports.check_pdf import check_pdf
from reports.check_word import check_word
from reports.sheets import check_sheets

PDF, WORD, EXCEL, SEND = "PDF 报告", "Word", "Excel", "发给门店"
NOT_HERE = "没有这次检核。"
READY = "{store}“{name}”检核的报告。"
FROM = "{who}把{store}“{name}”检核的报告发给您。"
SENT = "已发给{store}的 {n} 位同事：{names}。"
SENT_BEFORE, AGAIN = "{when} 已经发给{store}了。再发一次吗？", "再发一次"
NOBODY = "{store}还没有别的同事，没有发出。"
_ENDINGS = {"pdf": "pdf", "word": "docx", "excel": "xlsx"}
_AT_ONCE = 8  # photos that are read at a time


def ways(check_id: int) -> tuple[Button, ...]:
    """The forms a finished check can be had in, for its card."""
    forms = ((PDF, "pdf"), (WORD, "word"), (EXCEL, "excel"))
    return tuple(Button(text, f"report:{form}:{check_id}") for text, form in forms)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """report:pdf:<check>, report:word:<check>, report:excel:<check>, report:send:<check>, report:again:<check>."""
    match incoming.action.split(":"):
        case ["report", form, number] if id_in(number) and form in (*_ENDINGS, "send", "again"):
            seen = await inspection(context, id_in(number))
            if seen is None:
                return (Reply(NOT_HERE),)
            if form in _ENDINGS:
                return await _made(context, seen, form)
            return await _sent(context, seen, again=form == "again")
    return (Reply(flow.OVER),)


async def inspection(context: Context, check_id: int) -> Inspection | None:
    """A check with all that its report says, where this person may know of it."""
    async with context.database.read() as connection:
        check = await Checks(connection).get(check_id)
        store = await Stores(connection).get(check.store_id) if check else None
        if check is None or store is None or not actor(context.me, store.id).works:
            return None
        actions = await _actions(connection, check)
        names = await named(connection)
        ids = [number for mark in check.marks for number in mark.photos]
        ids += [number for one in actions for number in (*one.before, *one.after)]
        shown = {one.id: one.shown for one in await Photos(connection).of(ids)}
    return Inspection(check, store, names, context.zone, tuple(actions), await contents(context, shown))


async def named(connection: Connection) -> dict[int, str]:
    """What everyone who is here is called."""
    return {one.id: typed.inert(one.name) for one in await People(connection).all()}


async def _actions(connection: Connection, check: Check) -> list[Action]:
    """What was made of the check, and what was open already on the same items."""
    actions = Actions(connection)
    own = await actions.all(Which(stores={check.store_id}, source=("check", check.id)))
    failed = {item.key for item, _ in check.failed}
    before = await actions.all(Which(stores={check.store_id}, made_until=check.finished_at)) if failed else []
    since = check.finished_at
    there = [one for one in before if one.item_key in failed and (one.closed_at or since) >= since]
    return sorted({one.id: one for one in (*own, *there)}.values(), key=lambda one: one.id)


async def contents(context: Context, refs: dict[int, str]) -> dict[int, bytes]:
    """The bytes of the photos; one that cannot be had is left out."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def content(ref: str) -> bytes | None:
        async with turns:
            try:
                return await context.files.get(ref)
            except FilesError:
                return None

    found = await asyncio.gather(*(content(ref) for ref in refs.values()))
    return {number: one for number, one in zip(refs, found, strict=True) if one is not None}


async def _made(context: Context, seen: Inspection, form: str) -> tuple[Reply, ...]:
    ending = _ENDINGS[form]
    if form == "excel":
        async with context.database.read() as connection:
            changes = await Actions(connection).changes([one.id for one in seen.actions])
        content = await asyncio.to_thread(check_sheets, seen, tuple(changes), context.now())
    else:
        content = await asyncio.to_thread(check_pdf if form == "pdf" else check_word, seen)
    leads = actor(context.me, seen.store.id).leads
    buttons = ((Button(SEND, f"report:send:{seen.check.id}"),),) if leads else ()
    text = READY.format(store=typed.inert(seen.store.name), name=typed.inert(seen.check.checklist.name))
    return (Reply(text, files=(await _file(context, seen, ending, content),), buttons=buttons),)


async def _sent(context: Context, seen: Inspection, *, again: bool) -> tuple[Reply, ...]:
    """The PDF to everyone who works at the store, its times in the zone of each; a second time when it is meant."""
    if not actor(context.me, seen.store.id).leads:
        return (Reply(NOT_YOURS),)
    if seen.check.sent_at and not again:
        when = seen.check.sent_at.astimezone(context.zone).strftime("%m-%d %H:%M")
        way = Button(AGAIN, f"report:again:{seen.check.id}")
        return (Reply(SENT_BEFORE.format(when=when, store=typed.inert(seen.store.name)), buttons=((way,),)),)
    async with context.database.read() as connection:
        people = [one for one in await chasing.staff(connection, seen.store.id) if one.id != context.me.id]
    store = typed.inert(seen.store.name)
    if not people:
        return (Reply(NOBODY.format(store=store)),)
    files = await _in_zones(context, seen, (one.zone for one in people))
    text = FROM.format(who=typed.inert(context.me.name), store=store, name=typed.inert(seen.check.checklist.name))
    for one in people:
        context.notify(one.id, Reply(text, files=(files[one.zone],)))
    await Checks(await context.write()).sent(seen.check.id, context.now())
    names = "、".join(typed.inert(one.name) for one in people)
    return (Reply(SENT.format(store=store, n=len(people), names=names), replaces=again),)


async def _in_zones(context: Context, seen: Inspection, zones: Iterable[str]) -> dict[str, File]:
    made = {}
    for zone in sorted(set(zones)):
        here = _at(seen, ZoneInfo(zone))
        made[zone] = await _file(context, here, "pdf", await asyncio.to_thread(check_pdf, here))
    return made


def _at(seen: Inspection, zone: ZoneInfo) -> Inspection:
    return Inspection(seen.check, seen.store, seen.names, zone, seen.actions, seen.photos)


async def _file(context: Context, seen: Inspection, ending: str, content: bytes) -> File:
    return File(filename(seen, ending), MEDIA[ending], await context.files.put(content))


def mine(context: Context, stores: Iterable[Store]) -> list[Store]:
    """The stores whose checks and actions this person may add up."""
    return [one for one in stores if actor(context.me, one.id).leads]

"""/check: a store, a list, and the items one by one; what was found is kept, told to the store and followed up."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import ask, flow, typed
from handlers.actions import start as action
from handlers.checks import card as check_card
from handlers.checks import lists
from handlers.checks import pick as check_pick
from handlers.checks import steps as check_steps
from handlers.checks.marking import failed, marks, remark, walked
from handlers.checks.steps import step
from handlers.context import Context
from handlers.drafts import Drafts
from handlers.flow import Answers, Facts, Flow, Misread
from handlers.message import Incoming, Reply, id_in
from handlers.roles import LEADERS
from knowledge.checklist import Checklist, as_json, from_json
from records.checks import CheckMark, Checks
from records.conversations import Conversations, Draft
from records.documents import Documents
from records.standing import actor
from records.stores import Store, Stores

NO_STORE, NO_LIST = "您名下没有可以检核的门店。", "现在没有启用的检查清单。"
GONE = "这份清单刚刚停用了，请发 /check 重新选。"
GONE_STORE = "这家门店刚刚关闭，或不再归您检核。请发 /check 重新选。"
KEPT_BACK = "没有提交：这家门店已经关闭，或不再归您检核。答过的都留着，可以先放下。"
SUBMITTED = "已提交。"
NO_STANDARD = "这一项的标准不在现在的文件里。直接问我也可以。"
TITLE = "{name}·{store}"


async def begin(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """/check, or /check and a list and a store as people say them; drafts are offered first."""
    words = typed.inert(incoming.text).split()[1:] if incoming.text.startswith("/") else []
    waiting = () if words else await CHECKS.offered(context, CHECKING.name)
    return (*waiting, *await _pick(context, incoming, words=words))


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """check:store:<id>, under a store's card."""
    number = incoming.action.rpartition(":")[2]
    return await _pick(context, incoming, store=id_in(number))


async def standard(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """standard:<item>: the handbook section that states what the item of the open check asks."""
    opened = context.opened
    if opened is None or opened.flow != CHECKING.name:
        return (Reply(flow.OVER),)
    item = from_json(opened.state["facts"]["list"]).item(incoming.action.removeprefix("standard:"))
    if item is None or item.standard is None:
        return (Reply(flow.OVER),)
    async with context.database.read() as connection:
        documents = Documents(connection)
        found = next((one for one in await documents.all() if one.facts.name == item.standard.document), None)
        sections = (await documents.sections([found.id]))[found.id] if found else []
    key = next((one.key for one in sections if tuple(one.path) == item.standard.section), None)
    shown = await ask.press(context, replace(incoming, action=f"section:{key}")) if key else (Reply(NO_STANDARD),)
    return (*shown, *flow.again(CHECKING, opened))


async def _pick(
    context: Context, incoming: Incoming, words: Sequence[str] = (), store: int | None = None
) -> tuple[Reply, ...]:
    """Ask for what is not known yet of store and list."""
    async with context.database.read() as connection:
        mine = [one for one in await Stores(connection).all() if actor(context.me, one.id).leads]
        recent = await Checks(connection).recent(context.me.id)
        drafts = await Conversations(connection).drafts(context.me.id)
    present = await lists.present(context)
    if not mine or not present:
        return (Reply(NO_STORE if not mine else NO_LIST),)
    facts: Facts = {
        "stores": [_brief(one) for one in _recent_first(mine, recent)],
        "lists": [{"key": key, "name": one.name, "n": len(one.items)} for key, one in present.items()],
        "recent": [list(pair) for pair in recent],
        "begun": [_begun(one, context.zone) for one in drafts if one.flow == CHECKING.name and one.state["answers"]],
    }
    answers = check_pick.known(facts, words, store)
    if check_pick.step(facts, answers) is None:
        try:
            return await _started(context, incoming, facts, answers)
        except Misread as error:
            return (Reply(str(error)),)
    return await flow.start(context, incoming, PICKING, facts, answers)


def _begun(draft: Draft, zone: ZoneInfo) -> dict[str, Any]:
    """A check that waits, as the question whether to go on with it shows it."""
    facts = draft.state["facts"]
    checklist = from_json(facts["list"])
    found = walked(checklist, draft.state["answers"]).found.values()
    return {
        "id": draft.id, "of": facts["store"], "store": facts["named"], "list": checklist.key, "name": checklist.name,
        "when": draft.begun_at.astimezone(zone).strftime("%m-%d %H:%M"), "all": len(checklist.items),
        "n": sum(one.marked for one in found),
    }  # fmt: skip


def _brief(store: Store) -> dict[str, Any]:
    place = None if store.latitude is None or store.longitude is None else [store.latitude, store.longitude]
    return {"id": store.id, "code": store.code, "name": typed.inert(store.name), "place": place}


def _recent_first(stores: Sequence[Store], recent: Sequence[tuple[int, str]]) -> list[Store]:
    order = {store: place for place, store in enumerate(dict.fromkeys(store for store, _ in recent))}
    return sorted(stores, key=lambda one: (order.get(one.id, len(order)), one.code))


async def _started(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    """Begin the check that was picked, or go on with the one that waits."""
    picked = check_pick.picked_of(facts, answers)
    if picked["draft"]:
        return await flow.take_up(context, incoming, CHECKING, picked["draft"])
    checklist = (await lists.present(context)).get(picked["list"])
    if checklist is None:
        raise Misread(GONE)
    await _led(context, picked["store"], GONE_STORE)
    store = next(one for one in facts["stores"] if one["id"] == picked["store"])
    rules, now = context.deployment.rules, context.now()
    async with context.database.read() as connection:
        since = now - timedelta(days=context.deployment.repeat_days)
        times = await Checks(connection).times(store["id"], checklist.key, since)
    await _forget(context, facts, picked)
    begun = {
        "store": store["id"],
        "named": store["name"],
        "list": as_json(checklist),
        "rules": asdict(rules),
        "times": times,
        "started": now.isoformat(),
    }
    return await flow.start(context, incoming, CHECKING, begun)


async def _led(context: Context, store_id: int, otherwise: str) -> None:
    """Raise Misread where the store has closed, or is no longer this person's to check."""
    async with context.database.read() as connection:
        store = await Stores(connection).get(store_id)
    if store is None or store.closed_at is not None or not actor(context.me, store_id).leads:
        raise Misread(otherwise)


async def _forget(context: Context, facts: Facts, picked: Mapping[str, Any]) -> None:
    """Drop this person's drafts of the check that begins: those without an answer, and those they chose to leave."""
    conversations = Conversations(await context.write())
    left = {one["id"] for one in facts["begun"]}
    for one in await conversations.drafts(context.me.id):
        about = one.state["facts"] if one.flow == CHECKING.name else None
        same = about is not None and (about["store"], about["list"]["key"]) == (picked["store"], picked["list"])
        if same and (one.id in left or not one.state["answers"]):
            await conversations.drop(one.id)


async def _finished(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    """Keep the check, tell the store, and offer actions for what failed."""
    checklist = from_json(facts["list"])
    walk = walked(checklist, answers)
    await _led(context, facts["store"], KEPT_BACK)
    connection = await context.write()
    given = marks(checklist, walk)
    rows = [
        CheckMark(
            item.key,
            given[item.key].value,
            given[item.key].skipped,
            failed(item, walk.found[item.key]),
            facts["times"].get(item.key, 0),
            remark(item, walk.found[item.key]),
            walk.found[item.key].photos,
        )
        for item in checklist.items
    ]
    started, rules = datetime.fromisoformat(facts["started"]), check_steps.rules_of(facts)
    made = await Checks(connection).add(facts["store"], context.me.id, checklist, rules, rows, started, context.now())
    await check_card.tell_store(context, connection, made, facts["named"])
    replies = (check_card.card(made, facts["named"], context.me, context.me.name, context.zone, before=SUBMITTED),)
    if not made.failed:
        return replies
    return (*replies, *await action.offer(context, incoming, _to_mend(made.id, facts, checklist, rows)))


def _to_mend(number: int, facts: Facts, checklist: Checklist, rows: Sequence[CheckMark]) -> dict[str, Any]:
    """What failed, as `action.offer` takes it."""
    items = []
    for one in rows:
        item = checklist.item(one.item)
        if one.failed and item is not None:
            items.append({
                "key": item.key, "name": item.name, "note": one.note, "photos": list(one.photos),
                "due_hours": item.due_hours, "repeat": one.times + 1, "good": item.good, "veto": item.veto,
            })  # fmt: skip
    return {"store": facts["store"], "source": "check", "source_id": number, "list": checklist.key, "items": items}


PICKING = Flow("check-pick", LEADERS, check_pick.step, _started)
CHECKING = Flow(
    "check", LEADERS, step, _finished, kept=lambda facts: TITLE.format(name=facts["list"]["name"], store=facts["named"])
)
CHECKS = Drafts((CHECKING,))
FLOWS = (PICKING, CHECKING)

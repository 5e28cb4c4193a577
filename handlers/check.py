"""/check: a store, a list, and the items one by one; what was found is kept, told to the store and followed up."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from handlers import action, ask, check_steps, checked, flow, lists, typed
from handlers.check_steps import step
from handlers.checking import failed, marks, walked
from handlers.context import Context
from handlers.drafts import Drafts
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.message import Incoming, Reply
from handlers.routing import LEADERS
from knowledge.checklist import Checklist, as_json, from_json
from records.checks import CheckMark, Checks
from records.documents import Documents
from records.photos.exif import metres
from records.standing import actor
from records.stores import Store, Stores

WHERE = "检核哪家门店？点一家，或者发店名、编号；发送位置就从最近的开始。"
NEAREST = "离您最近的在最前面。"
WHICH = "{store}，用哪份清单？"
NO_STORE, NO_LIST = "您名下没有可以检核的门店。", "现在没有启用的检查清单。"
NOT_FOUND = "没有找到“{text}”。请发店名或编号里的几个字，或点一家。"
MANY = "“{text}”有 {n} 家，请点一家。"
GONE = "这份清单刚刚停用了，请发 /check 重新选。"
NO_STANDARD = "这一项的标准不在现在的文件里。直接问我也可以。"
TITLE = "{name}·{store}"
_SHOWN, _RECENT = 8, 3


async def begin(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """/check, or /check and a list and a store as people say them; drafts are offered first."""
    waiting = await CHECKS.offered(context, CHECKING.name)
    words = typed.inert(incoming.text).split()[1:] if incoming.text.startswith("/") else []
    return (*waiting, *await _pick(context, incoming, words=words))


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """check:store:<id>, under a store's card."""
    number = incoming.action.rpartition(":")[2]
    return await _pick(context, incoming, store=int(number) if number.isdecimal() and len(number) < 10 else 0)


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
    return await ask.press(context, replace(incoming, action=f"section:{key}")) if key else (Reply(NO_STANDARD),)


async def _pick(
    context: Context, incoming: Incoming, words: Sequence[str] = (), store: int | None = None
) -> tuple[Reply, ...]:
    """Ask for what is not known yet of store and list."""
    async with context.database.read() as connection:
        mine = [one for one in await Stores(connection).all() if actor(context.me, one.id).leads]
        recent = await Checks(connection).recent(context.me.id)
    present = await lists.present(context)
    if not mine or not present:
        return (Reply(NO_STORE if not mine else NO_LIST),)
    facts: Facts = {
        "stores": [_brief(one) for one in _recent_first(mine, recent)],
        "lists": [{"key": key, "name": one.name, "n": len(one.items)} for key, one in present.items()],
        "recent": [list(pair) for pair in recent],
    }
    answers = _known(facts, words, store)
    picked = _picked(facts, answers)
    if picked["store"] and picked["list"]:
        return await _started(context, incoming, facts, answers)
    return await flow.start(context, incoming, PICKING, facts, answers)


def _brief(store: Store) -> dict[str, Any]:
    place = None if store.latitude is None or store.longitude is None else [store.latitude, store.longitude]
    return {"id": store.id, "code": store.code, "name": typed.inert(store.name), "place": place}


def _recent_first(stores: Sequence[Store], recent: Sequence[tuple[int, str]]) -> list[Store]:
    order = {store: place for place, store in enumerate(dict.fromkeys(store for store, _ in recent))}
    return sorted(stores, key=lambda one: (order.get(one.id, len(order)), one.code))


def _known(facts: Facts, words: Sequence[str], store: int | None) -> list[dict[str, Any]]:
    """The answers that need not be asked for: what was said, and what there is only one of."""
    answers: list[dict[str, Any]] = []
    stores, lists_ = facts["stores"], facts["lists"]
    for word in words:
        named = [one for one in lists_ if word.lower() in (one["key"], one["name"].lower()) or word in one["name"]]
        answers += [{"list": named[0]["key"]}] if len(named) == 1 else []
        found = _searched(facts, word)
        answers += [{"store": found[0]["id"]}] if len(found) == 1 and not named else []
    if store is not None and any(one["id"] == store for one in stores):
        answers.append({"store": store})
    if len(stores) == 1:
        answers.append({"store": stores[0]["id"]})
    return answers


def _picked(facts: Facts, answers: Answers) -> dict[str, Any]:
    picked: dict[str, Any] = {"store": None, "list": None, "near": None, "find": ""}
    for answer in answers:
        picked |= answer
        picked["find"] = answer.get("find", "")
    return picked


def _picking(facts: Facts, answers: Answers) -> Prompt | None:
    picked = _picked(facts, answers)
    if picked["store"] is None:
        return _where(facts, picked)
    if picked["list"] is None:
        name = next(one["name"] for one in facts["stores"] if one["id"] == picked["store"])
        used = [key for store, key in facts["recent"] if store == picked["store"]]
        order = {key: place for place, key in enumerate(dict.fromkeys(used))}
        lists_ = sorted(facts["lists"], key=lambda one: order.get(one["key"], len(order)))
        rows = tuple((Choice(f"{one['name']}（{one['n']} 项）", {"list": one["key"]}),) for one in lists_)
        return Prompt(Reply(WHICH.format(store=name)), rows, read=lambda incoming: _read_list(facts, incoming))
    return None


def _where(facts: Facts, picked: Mapping[str, Any]) -> Prompt:
    stores = _searched(facts, picked["find"]) if picked["find"] else facts["stores"]
    text = WHERE
    if picked["find"]:
        text = MANY.format(text=picked["find"], n=len(stores))
    elif picked["near"]:
        stores = sorted(stores, key=lambda one: _away(one, picked["near"]))
        text = f"{NEAREST}\n\n{WHERE}"
    rows = [] if picked["find"] or picked["near"] else _combined(facts)
    known = [(Choice(_store_line(one, picked["near"]), {"store": one["id"]}),) for one in stores[:_SHOWN]]
    return Prompt(Reply(text, asks_place=True), (*rows, *known), read=lambda incoming: _read_store(facts, incoming))


def _combined(facts: Facts) -> list[tuple[Choice, ...]]:
    """What was checked last, store and list with one tap."""
    stores = {one["id"]: one["name"] for one in facts["stores"]}
    lists_ = {one["key"]: one["name"] for one in facts["lists"]}
    pairs = [(store, key) for store, key in facts["recent"] if store in stores and key in lists_][:_RECENT]
    return [(Choice(f"{lists_[key]} · {stores[store]}", {"store": store, "list": key}),) for store, key in pairs]


def _store_line(store: Mapping[str, Any], near: list[float] | None) -> str:
    away = _away(store, near) if near else float("inf")
    far = f" · {away / 1000:.1f} 公里" if 1000 <= away < float("inf") else f" · {away:.0f} 米" if away < 1000 else ""
    return f"{store['name']}（{store['code']}）{far}"


def _away(store: Mapping[str, Any], near: Sequence[float]) -> float:
    if not store["place"]:
        return float("inf")
    return metres((near[0], near[1]), (store["place"][0], store["place"][1]))


def _read_store(facts: Facts, incoming: Incoming) -> dict[str, Any]:
    if incoming.place is not None:
        return {"near": [incoming.place.latitude, incoming.place.longitude]}
    text = typed.inert(incoming.text)[:40]
    if not text:
        raise Misread(typed.NO_TEXT)
    found = _searched(facts, text)
    if not found:
        raise Misread(NOT_FOUND.format(text=text))
    return {"store": found[0]["id"]} if len(found) == 1 else {"find": text}


def _searched(facts: Facts, text: str) -> list[Any]:
    plain = text.lower()
    exact = [one for one in facts["stores"] if plain in (one["code"].lower(), one["name"].lower())]
    return exact or [one for one in facts["stores"] if plain in one["name"].lower() or plain in one["code"].lower()]


def _read_list(facts: Facts, incoming: Incoming) -> dict[str, Any]:
    text = typed.inert(incoming.text)[:40]
    named = [one for one in facts["lists"] if text and text.lower() in one["name"].lower()]
    if len(named) != 1:
        raise Misread(flow.WRONG)
    return {"list": named[0]["key"]}


async def _started(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    """Begin the check that was picked."""
    picked = _picked(facts, answers)
    checklist = (await lists.present(context)).get(picked["list"])
    if checklist is None:
        raise Misread(GONE)
    store = next(one for one in facts["stores"] if one["id"] == picked["store"])
    rules, now = context.deployment.rules, context.now()
    async with context.database.read() as connection:
        since = now - timedelta(days=context.deployment.repeat_days)
        times = await Checks(connection).times(store["id"], checklist.key, since)
    begun = {
        "store": store["id"],
        "named": store["name"],
        "list": as_json(checklist),
        "rules": asdict(rules),
        "times": times,
        "started": now.isoformat(),
    }
    return await flow.start(context, incoming, CHECKING, begun)


async def _finished(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    """Keep the check, tell the store, and offer actions for what failed."""
    checklist = from_json(facts["list"])
    walk = walked(checklist, answers)
    connection = await context.write()
    given = marks(checklist, walk)
    rows = [
        CheckMark(
            item.key,
            given[item.key].value,
            given[item.key].skipped,
            failed(item, walk.found[item.key]),
            facts["times"].get(item.key, 0),
            walk.found[item.key].note,
            walk.found[item.key].photos,
        )
        for item in checklist.items
    ]
    started, rules = datetime.fromisoformat(facts["started"]), check_steps.rules_of(facts)
    made = await Checks(connection).add(facts["store"], context.me.id, checklist, rules, rows, started, context.now())
    await checked.tell_store(context, connection, made, facts["named"])
    replies = (checked.card(made, facts["named"], context.me, context.me.name, context.zone),)
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


PICKING = Flow("check-pick", LEADERS, _picking, _started)
CHECKING = Flow(
    "check", LEADERS, step, _finished, kept=lambda facts: TITLE.format(name=facts["list"]["name"], store=facts["named"])
)
CHECKS = Drafts((CHECKING,))
FLOWS = (PICKING, CHECKING)

"""Making actions: from what failed, all with one tap or one by one, or by hand: what, who, by when, how it is seen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import flow, typed
from handlers.actions import chasing, evidence
from handlers.actions.acting import due_choices, due_typed, named, owners
from handlers.actions.card import LISTED, PLAIN, SEVERITY
from handlers.actions.drafting import ALL, EACH, KEEP, NONE, SKIP, Draft, drafted
from handlers.actions.making import UNDONE, make
from handlers.context import Context
from handlers.due import due_shown
from handlers.flow import Answers, Choice, Facts, Flow, Prompt
from handlers.message import Incoming, Reply, clipped
from handlers.roles import WORKERS
from records.action import HAND, Action, severity_of
from records.actions import Actions, Which
from records.database import Connection
from records.standing import actor
from records.stores import Store, Stores

WAITING = "{store}的整改"
OFFER = "{store}有 {n} 项要整改。要建整改吗？\n\n{items}"
OFFERED = "{n}. **{title}**{nth}\n   {who} · {due} 前{measure}"
OPEN_ALREADY = "{n}. **{title}**{nth}\n   上次的整改还没完成（{due}到期），会记一次再犯，不再另建"
ALL_OF_THEM, ONE_BY_ONE, NOT_NOW, COUNT = "全部建 {n} 条", "逐条看", "不建", "记一次再犯"
DRAFT = "{nth}**{title}**\n\n- 谁：{who}\n- 期限：{due}\n- 做到：{measure}\n- 程度：{severity}{photos}\n\n{more}"
MORE = "都对就点“建整改”，不对的点一下改。也可以发现状照片。"
OF = "第 {n} 条，共 {all} 条：\n"
BEFORE = "\n- 现状照片：{n} 张"
MAKE, LEAVE_OUT = "建整改", "这条不建"
CHANGES = (("改内容", "what"), ("改负责人", "who"), ("改期限", "due"), ("改标准", "measure"), ("改程度", "severity"))
ASK_STORE = "哪家门店的整改？"
ASK_WHAT = "要整改什么？一句话写清楚，例如：前台地面有水渍。"
ASK_WHO = "谁负责？点一个，或者发名字；先不指定，门店的同事可以认领。"
ASK_DUE = "什么时候完成？点一个，或者直接发，例如：明天下午5点、周五、3天内、11-25 18:00。"
ASK_MEASURE = "做到什么样算完成？写得能一眼看出来，例如：地面干燥无水渍，防滑牌在位。"
ASK_SEVERITY = "有多严重？"
NO_ONE, BY_STAFF = "先不指定", "门店同事认领"
NO_MEASURE = "没有写"
PLAIN_MEASURE = "照片上看得出已经改好"
NO_STORE = "您名下没有可以提整改的门店。"
_HOURS = 48
_LONGEST, _LONGEST_MEASURE, _SHOWN = 100, 200, 12


async def offer(context: Context, incoming: Incoming, facts: Mapping[str, Any]) -> tuple[Reply, ...]:
    """Offer to make actions of what failed: {store, source, source_id, list, items: [{key, name, …}]}.

    `list` is the key of the checklist, where there is one. Of an item `note`, `photos` (ids), `due_hours`, `repeat`,
    `good`, `veto` or `severity` are used where they are there.
    """
    asked = await flow.start(context, incoming, MAKING, await _facts(context, facts))
    return tuple(replace(one, replaces=False) for one in asked)  # what it follows stays to be read


async def by_hand(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """/action, or /action and what is to be put right."""
    async with context.database.read() as connection:
        stores = [one for one in await Stores(connection).all() if actor(context.me, one.id).works]
    if not stores:
        return (Reply(NO_STORE),)
    what = typed.inert(incoming.text.partition(" ")[2])[:_LONGEST] if incoming.text.startswith("/") else ""
    facts = await _stores_facts(context, stores) | {"what": what}
    answers = [stores[0].id] if len(stores) == 1 else []
    return await flow.start(context, incoming, BY_HAND, facts, answers)


async def _facts(context: Context, facts: Mapping[str, Any]) -> Facts:
    """What the flow needs to know from the start: defaults, people, what is open already."""
    async with context.database.read() as connection:
        store = await Stores(connection).get(facts["store"])
        assert store is not None
        people = await owners(connection, store.id)
        default = await _default_owner(connection, store.id)
        items = [dict(one) | {"key": _key(facts, one)} for one in facts["items"]]
        actions = Actions(connection)
        times = await actions.times(store.id, [one["key"] for one in items])
        open_ = {one.item_key: one for one in await actions.all(Which(stores=[store.id], states=UNDONE))}
    now = context.now()
    known = {key: facts[key] for key in ("source", "source_id")} | {"store": store.id, "named": typed.inert(store.name)}
    rows = [_item(one, default, times.get(one["key"], 0), open_.get(one["key"] or "-"), now) for one in items]
    return known | {"items": rows, "people": people, "now": now.isoformat(), "zone": context.zone.key, "asks": []}


def _key(facts: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """An item's name among all lists: 5s-front/floor."""
    return f"{facts['list']}/{one['key']}" if facts.get("list") and one["key"] else str(one["key"])


def _item(one: Mapping[str, Any], owner: int | None, times: int, known: Action | None, now: datetime) -> dict[str, Any]:
    """An item with its defaults, JSON-able."""
    note = typed.inert(str(one.get("note") or ""))
    name = typed.inert(str(one["name"]))
    repeat = int(one.get("repeat") or times + 1)
    due = (now + timedelta(hours=float(one.get("due_hours") or _HOURS))).replace(second=0, microsecond=0)
    return {
        "key": str(one["key"]),
        "what": f"{name}：{note}" if note else name,
        "photos": [int(number) for number in one.get("photos") or ()],
        "who": owner,
        "due": due.isoformat(),
        "hours": float(one.get("due_hours") or _HOURS),
        "measure": typed.inert(str(one.get("good") or "")),
        "repeat": repeat,
        "severity": int(one.get("severity") or severity_of(repeat, veto=bool(one.get("veto")))),
        "open": {"id": known.id, "due": known.due_at.isoformat()} if known else None,
    }


async def _default_owner(connection: Connection, store_id: int) -> int | None:
    """The store's staff when it is one person; of several nobody, until one claims it."""
    staff = await chasing.staff(connection, store_id)
    return staff[0].id if len(staff) == 1 else None


def _step(facts: Facts, answers: Answers) -> Prompt | None:
    """All at once, or one by one with every default in sight."""
    draft = drafted(facts, answers)
    if draft.over:
        return None
    if not draft.chosen:
        fresh = [one for one in facts["items"] if not one["open"]]
        everything = Choice(ALL_OF_THEM.format(n=len(fresh)) if fresh else COUNT, ALL)
        ways = (Choice(ONE_BY_ONE, EACH), Choice(NOT_NOW, NONE)) if fresh else (Choice(NOT_NOW, NONE),)
        return Prompt(Reply(_offered(facts)), ((everything,), ways))
    return _asking(facts, draft) if draft.asking else _drafting(facts, draft)


def _offered(facts: Facts) -> str:
    lines = []
    for n, one in enumerate(facts["items"], 1):
        form = OPEN_ALREADY if one["open"] else OFFERED
        due = _due(facts, one["open"]["due"] if one["open"] else one["due"])
        measure = f"，做到：{one['measure']}" if one["measure"] else ""
        who = _name(facts, one["who"])
        lines.append(
            form.format(n=n, title=clipped(one["what"], LISTED), nth=_nth(one), who=who, due=due, measure=measure)
        )
    return OFFER.format(store=facts["named"], n=len(facts["items"]), items="\n".join(lines))


def _nth(one: Mapping[str, Any]) -> str:
    return f"（第{one['repeat']}次）" if one["repeat"] > 1 else ""


def _asking(facts: Facts, draft: Draft) -> Prompt:
    """One of what, who, by when, how it is seen, how bad."""
    match draft.asking:
        case "who":
            rows = [(Choice(name, {"who": number}),) for number, name in facts["people"][:_SHOWN]]
            choices = (*rows, (Choice(NO_ONE, {"who": None}),))
            return Prompt(Reply(ASK_WHO), choices, lambda incoming: {"who": named(facts["people"], incoming)})
        case "due":
            row = tuple(Choice(one.text, {"due": one.value}) for one in due_choices(facts))
            return Prompt(Reply(ASK_DUE), (row,), lambda incoming: {"due": due_typed(facts, incoming)}, free=True)
        case "measure":
            read = typed.line(_LONGEST_MEASURE)
            plain = ((Choice(PLAIN_MEASURE, {"measure": PLAIN_MEASURE}),),)
            return Prompt(Reply(ASK_MEASURE), plain, lambda incoming: {"measure": read(incoming)}, free=True)
        case "severity":
            row = tuple(Choice(name or PLAIN, {"severity": n}) for n, name in SEVERITY.items())
            return Prompt(Reply(ASK_SEVERITY), (row,))
    said = typed.line(_LONGEST)
    return Prompt(Reply(ASK_WHAT), read=lambda incoming: {"what": said(incoming)}, free=True)


def _drafting(facts: Facts, draft: Draft) -> Prompt:
    """One action as it would be made, to be changed or made."""
    one = draft.item
    text = DRAFT.format(
        nth=OF.format(n=draft.position, all=draft.total) if draft.total > 1 else "",
        title=one["what"] + _nth(one),
        who=_name(facts, one["who"]),
        due=_due(facts, one["due"]),
        measure=one["measure"] or NO_MEASURE,
        severity=SEVERITY[one["severity"]] or PLAIN,
        photos=BEFORE.format(n=len(one["photos"])) if one["photos"] else "",
        more=MORE,
    )
    changes = [Choice(title, {"ask": name}) for title, name in CHANGES]
    first = (Choice(MAKE, KEEP), *((Choice(LEAVE_OUT, SKIP),) if draft.total > 1 else ()))
    return Prompt(
        Reply(text),
        (first, tuple(changes[:3]), tuple(changes[3:])),
        take=lambda context, incoming: evidence.take_photos(context, incoming, facts["store"]),
    )


def _hand_step(facts: Facts, answers: Answers) -> Prompt | None:
    if not answers:
        rows = tuple((Choice(name, number),) for number, name in facts["stores"][:_SHOWN])
        return Prompt(Reply(ASK_STORE), rows, lambda incoming: named(facts["stores"], incoming))
    return _step(_of_store(facts, answers[0]), answers[1:])


def _of_store(facts: Facts, store: int) -> Facts:
    """The facts of an action by hand at a store, as the flow of offered ones has them."""
    about = facts["about"][str(store)]
    asks = [] if facts["what"] else ["what"]
    one = _item({"key": "", "name": facts["what"]}, about["owner"], 0, None, datetime.fromisoformat(facts["now"]))
    asks += ["measure", *(["who"] if about["owner"] is None and about["people"] else []), "due"]
    return {
        "source": HAND, "source_id": None, "store": store, "named": dict(facts["stores"])[store], "items": [one],
        "people": about["people"], "now": facts["now"], "zone": facts["zone"], "asks": asks,
    }  # fmt: skip


async def _stores_facts(context: Context, stores: Sequence[Store]) -> Facts:
    async with context.database.read() as connection:
        about = {
            str(one.id): {"people": await owners(connection, one.id), "owner": await _default_owner(connection, one.id)}
            for one in stores
        }
    rows = [[one.id, typed.inert(one.name)] for one in stores]
    return {"stores": rows, "about": about, "now": context.now().isoformat(), "zone": context.zone.key}


async def _make_by_hand(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    known = _of_store(facts, answers[0])
    return await make(context, known, drafted(known, answers[1:]).kept)


async def _make_offered(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    return await make(context, facts, drafted(facts, answers).kept)


def _name(facts: Facts, number: int | None) -> str:
    return next((str(name) for one, name in facts["people"] if one == number), BY_STAFF)


def _due(facts: Facts, moment: str) -> str:
    return due_shown(datetime.fromisoformat(moment), datetime.fromisoformat(facts["now"]), ZoneInfo(facts["zone"]))


MAKING = Flow("action", WORKERS, _step, _make_offered, lambda facts: WAITING.format(store=facts["named"]))
BY_HAND = Flow("action_hand", WORKERS, _hand_step, _make_by_hand)
FLOWS = (MAKING, BY_HAND)

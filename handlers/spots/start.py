"""Spot checks: a supervisor asks stores for photos of named things, and everyone sees what waits for them."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers import flow, photo, typed
from handlers.actions import acting
from handlers.context import Context
from handlers.due import due_of, due_shown
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.message import Button, Incoming, Reply
from handlers.roles import LEADERS
from handlers.spots import chasing as spot_chase
from handlers.spots import judging as spot_judging
from handlers.spots import picking as spot_picking
from handlers.spots import planning as spot_planning
from handlers.spots import sending as spot_sending
from handlers.spots.card import card, listed
from handlers.spots.picking import items_in, stores_in, stores_prompt
from records.action import PAST
from records.spots import ASKED, SENT, Spot, Spots, new_code
from records.standing import actor
from records.stores import Stores

NONE = "现在没有要交的抽查照片。"
NONE_TO_JUDGE = "现在没有等您看的抽查照片。"
OWED = "要交照片的抽查有 {n} 条，快到截止时间的在前。"
TO_JUDGE = "等您看的抽查有 {n} 条，交得早的在前。"
STILL_ASKED = "等门店交照片的有 {n} 条：\n{lines}"
LINE = "- 抽查 {id} · {store} · {items} · 截止 {due}{late}"
LATE = "（已过期）"
NEW, PLANS, MORE = "发起抽查", "每周随机抽查", "再看 {n} 条"
NO_STORE = "您名下还没有门店，不能发起抽查。"
ASK_ITEMS = "要拍什么？点一个，或者直接发，几样就写几行。"
USUAL = ("前台", "客休区", "车间工位", "备件库", "洗手间", "洗车区")
ASK_SAMPLE = "有样片吗？发一张照片，门店会照着拍。"
NO_SAMPLE = "不用样片"
ASK_DUE = "什么时候之前交？点一个，或者直接发，例如：2小时内、今天18:00、明天上午。"
DUES = ("1小时内", "3小时内", "今天18:00", "明天中午")
SURE = "**抽查**\n\n- 门店：{stores}\n- 要拍：{items}\n- 样片：{sample}\n- 截止：{due}\n\n{why}"
WHY_CODE = "带验证码时，门店要把四位数字写在纸上，和实物拍在一起，证明是现在拍的。"
YES, NO = "有", "没有"
WITH_CODE, WITHOUT = "发出（带验证码）", "发出（不带）"
ASKED_NOW = "已发出 {n} 条抽查。交来照片就告诉您，也可以随时发 /spots 看。"
NOBODY = "{stores}还没有同事加入，没有人会收到。请先邀请他们。"
NEW_TASK = "有一条新的抽查。"
_PAGE, _LINES = 5, 10


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """/spots: what a store owes, or what waits to be judged."""
    return await _queue(context, 0)


async def begin(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """/spot: ask stores for photos."""
    return await spot_picking.begin(context, incoming, ASKING, NO_STORE)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """spot:new, spot:plans, spot:send:<id>, spot:photos:<id>, spot:stop:<plan>, spot:<verb>:<id>:<version>."""
    leads = context.me.role in LEADERS
    match incoming.action.split(":"):
        case ["spot", "new"] if leads:
            return await begin(context, incoming)
        case ["spot", "plans"] if leads:
            return await spot_planning.show(context)
        case ["spot", "plan"] if leads:
            return await spot_planning.begin(context, incoming)
        case ["spot", "stop", number] if leads and re.fullmatch(r"[0-9]{1,9}", number):
            return await spot_planning.stop(context, int(number))
        case ["spot", "send", number]:
            return await spot_sending.begin(context, incoming, number)
        case ["spot", "photos", number]:
            return await spot_judging.photos(context, number)
        case ["spot", ("accept" | "reject" | "again" | "withdraw") as verb, number, version]:
            return await spot_judging.press(context, incoming, verb, number, version)
    return (Reply(flow.OVER),)


async def more(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """spots:<offset>: the next ones."""
    offset = incoming.action.partition(":")[2]
    if not re.fullmatch(r"[1-9][0-9]{0,5}", offset):
        return (Reply(flow.OVER),)
    return await _queue(context, int(offset))


async def _queue(context: Context, offset: int) -> tuple[Reply, ...]:
    """Whoever works at a store sees what it owes; whoever leads, what waits for them first."""
    leads = context.me.role in LEADERS
    async with context.database.read() as connection:
        stores = {one.id: one for one in await Stores(connection).all() if actor(context.me, one.id).works}
        found = await Spots(connection).all(list(stores), ASKED, SENT)
        owed = [one for one in found if one.state == ASKED]
        sent = sorted((one for one in found if one.state == SENT), key=lambda one: (one.sent_at or one.due_at, one.id))
        shown = sent if leads else owed
        cards = [await card(connection, one, context.me, context.now()) for one in shown[offset : offset + _PAGE]]
    if offset and not cards:
        return (Reply(flow.OVER),)
    left = len(shown) - offset - _PAGE
    if left > 0:
        last, button = cards[-1], Button(MORE.format(n=min(left, _PAGE)), f"spots:{offset + _PAGE}")
        cards[-1] = Reply(last.text, buttons=(*last.buttons, (button,)), files=last.files, about=last.about)
    if offset:
        return tuple(cards)
    if not leads:
        return (Reply(OWED.format(n=len(owed)) if owed else NONE), *cards)
    head = TO_JUDGE.format(n=len(sent)) if sent else NONE_TO_JUDGE
    if owed:
        names = {number: typed.inert(one.name) for number, one in stores.items()}
        lines = "\n".join(_line(context, one, names) for one in owed[:_LINES])
        head += "\n\n" + STILL_ASKED.format(n=len(owed), lines=lines)
    ways = (Button(NEW, "spot:new"), Button(PLANS, "spot:plans")) if stores else ()
    return (Reply(head, buttons=(ways,) if ways else ()), *cards)


def _line(context: Context, spot: Spot, names: dict[int, str]) -> str:
    now = context.now()
    due, late = due_shown(spot.due_at, now, context.zone), LATE if spot.due_at < now else ""
    return LINE.format(id=spot.id, store=names[spot.store_id], items=listed(spot), due=due, late=late)


def _step(facts: Facts, answers: Answers) -> Prompt | None:
    picked, rest = stores_in(facts, answers)
    if rest is None:
        return stores_prompt(facts, picked)
    match rest:
        case []:
            rows = tuple(tuple(Choice(one, [one]) for one in USUAL[at : at + 3]) for at in (0, 3))
            return Prompt(Reply(ASK_ITEMS), rows, items_in, free=True)
        case [_]:
            return Prompt(Reply(ASK_SAMPLE), ((Choice(NO_SAMPLE, None),),), take=_sample)
        case [_, _]:
            return Prompt(Reply(ASK_DUE), _dues(facts), lambda incoming: acting.due_typed(facts, incoming), free=True)
        case [items, sample, due]:
            names = dict(facts["stores"])
            shown = due_shown(
                datetime.fromisoformat(due), datetime.fromisoformat(facts["now"]), ZoneInfo(facts["zone"])
            )
            text = SURE.format(
                stores="、".join(names[one] for one in picked), items="、".join(items),
                sample=YES if sample else NO, why=WHY_CODE, due=shown,
            )  # fmt: skip
            return Prompt(Reply(text), ((Choice(WITH_CODE, True), Choice(WITHOUT, False)),))
    return None


def _dues(facts: Facts) -> tuple[tuple[Choice, ...], ...]:
    now, zone = datetime.fromisoformat(facts["now"]), ZoneInfo(facts["zone"])
    found = [(text, due_of(text, now, zone)) for text in DUES]
    coming = [Choice(text, due.isoformat()) for text, due in found if due is not None and due > now]
    return tuple(tuple(coming[at : at + 2]) for at in range(0, len(coming), 2))


async def _sample(context: Context, incoming: Incoming) -> tuple[Any, tuple[Reply, ...]]:
    seen = await photo.inspect(context, incoming, None)
    good = [one for one in seen if one.photo is not None][:1]
    if not good:
        raise Misread("\n".join(one.sorry for one in seen))
    return (await photo.keep(context, good)).photos[0], ()


async def _finish(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    picked, rest = stores_in(facts, answers)
    assert rest is not None
    items, sample, due, coded = rest
    if datetime.fromisoformat(due) <= context.now():
        raise Misread(PAST)
    connection, alone, n = await context.write(), list[str](), 0
    escalate_hours = context.deployment.pace.escalate_hours
    names = dict(facts["stores"])
    for store in picked:
        if not actor(context.me, store).leads:
            continue
        code = new_code(context.deployment.chance) if coded else ""
        one = Spot(store, tuple(items), code, context.me.id, context.now(), datetime.fromisoformat(due), sample)
        told = await spot_chase.ask(connection, one, escalate_hours, context.now(), NEW_TASK)
        for notice in told:
            context.notify(notice.person_id, notice.reply)
        alone += [] if told else [names[store]]
        n += 1
    said = ASKED_NOW.format(n=n)
    return (Reply(f"{said}\n{NOBODY.format(stores='、'.join(alone))}" if alone else said),)


ASKING = Flow("spot", LEADERS, _step, _finish)
FLOWS = (ASKING, *spot_sending.FLOWS, *spot_judging.FLOWS, *spot_planning.FLOWS)

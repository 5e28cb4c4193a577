"""Finished checks: the store agrees or objects, whoever checked decides, and both can look at them again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from handlers import chasing, flow, photo, report, typed
from handlers.check_steps import FAIL, SKIP, findings_of, result_of, sections_of, skipped_of
from handlers.checking import Found
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Prompt
from handlers.message import Button, Incoming, Reply
from handlers.routing import LEADERS, WORKERS
from knowledge.score import FULL
from records.checks import CONFIRMED, OBJECTED, SETTLED, WAITING, Check, CheckMark, Checks, Wanted
from records.database import Connection
from records.people import People, Person
from records.standing import actor
from records.stores import Store, Stores

CARD = "**{name}** · {store}\n{when} · {who}\n\n{result}\n\n{sections}{findings}{skipped}{answer}"
LEFT = "已离职的同事"
TOLD = "{who}刚做完一次检核。请看看结果对不对：确认，或者说明哪里有异议。"
STATES = {
    WAITING: "等门店确认",
    CONFIRMED: "门店已确认（{who}）",
    OBJECTED: "门店有异议（{who}）：{objection}",
    SETTLED: "门店有异议（{who}）：{objection}\n处理（{judge}）：{settlement}",
}
CONFIRM, OBJECT, DECIDE, SHOW_PHOTOS, OPEN = "确认", "有异议", "处理异议", "看照片（{n}）", "看这次检核"
CONFIRMED_NOW = "已确认，谢谢。"
ANSWERED = "这次检核已经有人答复了。"
SETTLED_ALREADY = "这条异议已经处理过了。"
NOT_HERE = "没有这次检核。"
NOT_YOUR_OWN = "自己做的检核要由门店的同事确认。"
ASK_OBJECTION = "哪里不对？请说清楚是哪一项、实际情况是什么。"
OBJECTED_NOW = "已转给{who}。"
OBJECTION = "{who}对检核有异议：{objection}"
ASK_DECISION = "怎么处理？\n\n门店的异议：{objection}"
UPHOLD, TO_PASS, TO_SKIP = "维持原判", "“{name}”改为合格", "“{name}”改为不适用"
ASK_WHY = "为什么？一句话，门店会看到。"
DECIDED = "已处理，门店会收到通知。现在是 {total:g} 分，{grade} 级。"
DECISION = "对检核异议的处理：{settlement}"
UPHELD, CHANGED = "维持原判。{why}", "{item}：{old}改为{new}。{why}"
LIST, NONE, MORE = "最近的检核，点一次看结果。", "还没有做完的检核。", "更早的"
LINE = "{when} {store} {name} {total:g} {grade}"
_PAGE, _LONGEST, _MOST_PHOTOS = 8, 300, 10


def card(check: Check, store: str, reader: Person, who: str, zone: ZoneInfo, names: Mapping[int, str] = {}) -> Reply:
    """A finished check, with what its reader can do about it."""
    came = check.score
    found = {one.item: Found(one.value, True, one.skipped, one.note, one.photos) for one in check.marks}
    state = STATES[check.state].format(
        who=names.get(check.replied_by or 0, LEFT),
        objection=typed.inert(check.objection),
        judge=names.get(check.settled_by or 0, LEFT),
        settlement=typed.inert(check.settlement),
    )
    text = CARD.format(
        name=check.checklist.name,
        store=store,
        when=check.finished_at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        who=typed.inert(who),
        result=result_of(came),
        sections=sections_of(came),
        findings=findings_of(check.checklist, found, came),
        skipped=skipped_of(check.checklist, came),
        answer=f"\n\n{state}",
    )
    return Reply(text, buttons=_ways(check, reader))


def _ways(check: Check, reader: Person) -> tuple[tuple[Button, ...], ...]:
    standing, photos = actor(reader, check.store_id), sum(len(one.photos) for one in check.marks)
    rows: list[tuple[Button, ...]] = []
    if check.state == WAITING and standing.works and not standing.leads:
        rows.append((Button(CONFIRM, f"checked:ok:{check.id}"), Button(OBJECT, f"checked:no:{check.id}")))
    if check.state == OBJECTED and standing.leads:
        rows.append((Button(DECIDE, f"checked:decide:{check.id}"),))
    if photos:
        rows.append((Button(SHOW_PHOTOS.format(n=photos), f"checked:photos:{check.id}:0"),))
    if standing.works:
        rows.append(report.ways(check.id))
    return tuple(rows)


async def tell_store(context: Context, connection: Connection, check: Check, store: str) -> None:
    """The store's people hear of a finished check."""
    for person in await chasing.staff(connection, check.store_id):
        if person.id != check.person_id:
            one = card(check, store, person, context.me.name, ZoneInfo(person.zone))
            text = f"{TOLD.format(who=typed.inert(context.me.name))}\n\n{one.text}"
            context.notify(person.id, replace(one, text=text))


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """/checks: those of one's stores, the latest first."""
    return (await _list(context, 0),)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """checked:list:<offset>, checked:<what>:<check>, checked:photos:<check>:<offset>."""
    what, _, rest = incoming.action.removeprefix("checked:").partition(":")
    number, _, offset = rest.partition(":")
    if not number.isdecimal() or len(number) > 15 or (offset and not (offset.isdecimal() and len(offset) < 6)):
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
        case "photos":
            return await _photos(context, check, int(offset or 0))
        case "ok":
            return await _confirm(context, check)
        case "no" if check.state == WAITING and not actor(context.me, store.id).leads:
            facts = {"check": check.id, "store": typed.inert(store.name), "name": check.checklist.name}
            return await flow.start(context, incoming, OBJECTING, facts)
        case "decide" if check.state == OBJECTED and actor(context.me, store.id).leads:
            return await flow.start(context, incoming, DECIDING, _deciding(check, typed.inert(store.name)))
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
    named = [(item.name, number) for item in check.checklist.items for number in _mark(check, item.key).photos]
    shown = named[offset : offset + _MOST_PHOTOS]
    files = await photo.files(context, [number for _, number in shown])
    names = "、".join(dict.fromkeys(name for name, _ in shown))
    rest = len(named) - offset - len(shown)
    more = ((Button(SHOW_PHOTOS.format(n=rest), f"checked:photos:{check.id}:{offset + len(shown)}"),),) if rest else ()
    return (Reply(names, files=files, buttons=more),) if files else (Reply(NOT_HERE),)


async def _confirm(context: Context, check: Check) -> tuple[Reply, ...]:
    if actor(context.me, check.store_id).leads or check.person_id == context.me.id:
        return (Reply(NOT_YOUR_OWN),)
    done = await Checks(await context.write()).answer(check.id, context.me.id, context.now())
    return (Reply(CONFIRMED_NOW if done else ANSWERED),)


def _objecting(facts: Facts, answers: Answers) -> Prompt | None:
    return None if answers else Prompt(Reply(ASK_OBJECTION), read=typed.line(_LONGEST), free=True)


async def _objected(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    connection = await context.write()
    checks = Checks(connection)
    if not await checks.answer(facts["check"], context.me.id, context.now(), answers[0]):
        return (Reply(ANSWERED),)
    check, people = await checks.get(facts["check"]), People(connection)
    assert check is not None
    judges = await chasing.leaders(connection, check.store_id)
    checker = await people.get(check.person_id) if check.person_id else None
    told = [checker] if checker is not None and checker.left_at is None else judges
    names = {one.id: typed.inert(one.name) for one in await people.all()}
    for judge in told:
        who = names.get(check.person_id or 0, LEFT)
        one = card(check, facts["store"], judge, who, ZoneInfo(judge.zone), names)
        text = OBJECTION.format(who=typed.inert(context.me.name), objection=typed.inert(answers[0]))
        context.notify(judge.id, replace(one, text=f"{text}\n\n{one.text}"))
    return (Reply(OBJECTED_NOW.format(who="、".join(typed.inert(one.name) for one in told))),)


def _deciding(check: Check, store: str) -> Facts:
    items = [{"key": item.key, "name": item.name, "skip": item.may_skip} for item, _ in check.failed]
    return {"check": check.id, "store": store, "objection": typed.inert(check.objection), "items": items}


def _decide(facts: Facts, answers: Answers) -> Prompt | None:
    if not answers:
        rows: list[tuple[Choice, ...]] = [(Choice(UPHOLD, {"uphold": True}),)]
        for one in facts["items"]:
            row = [Choice(TO_PASS.format(name=one["name"]), {"pass": one["key"]})]
            rows += [(choice,) for choice in row]
            if one["skip"]:
                rows.append((Choice(TO_SKIP.format(name=one["name"]), {"skip": one["key"]}),))
        return Prompt(Reply(ASK_DECISION.format(objection=facts["objection"])), tuple(rows))
    return Prompt(Reply(ASK_WHY), read=typed.line(_LONGEST), free=True) if len(answers) == 1 else None


async def _decided(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    connection = await context.write()
    checks = Checks(connection)
    check = await checks.get(facts["check"])
    assert check is not None
    mended = _mended(check, answers[0])
    text = UPHELD.format(why=answers[1])
    for key, mark in mended.items():
        item = check.checklist.item(key)
        assert item is not None
        text = CHANGED.format(item=item.name, old=FAIL, new=SKIP if mark.skipped else "合格", why=answers[1])
    if not await checks.settle(check.id, context.me.id, context.now(), text, mended):
        return (Reply(SETTLED_ALREADY),)
    now_ = await checks.get(check.id)
    assert now_ is not None
    names = {one.id: typed.inert(one.name) for one in await People(connection).all()}
    for person in await chasing.staff(connection, check.store_id):
        one = card(now_, facts["store"], person, names.get(now_.person_id or 0, LEFT), ZoneInfo(person.zone), names)
        context.notify(person.id, replace(one, text=f"{DECISION.format(settlement=text)}\n\n{one.text}"))
    return (Reply(DECIDED.format(total=now_.total, grade=now_.grade)),)


def _mended(check: Check, answer: Mapping[str, Any]) -> dict[str, CheckMark]:
    """The mark that a decision changes."""
    key = answer.get("pass") or answer.get("skip")
    if not key:
        return {}
    item, before = check.checklist.item(key), _mark(check, key)
    assert item is not None
    value: Any = {"pass": True, "photo": True, "score": FULL, "number": item.low if item.low is not None else item.high}
    right = None if "skip" in answer else value.get(item.kind)
    return {key: replace(before, value=right, skipped="skip" in answer, failed=False)}


def _mark(check: Check, key: str) -> CheckMark:
    return next(one for one in check.marks if one.item == key)


OBJECTING = Flow("check-object", WORKERS, _objecting, _objected)
DECIDING = Flow("check-decide", LEADERS, _decide, _decided)
FLOWS = (OBJECTING, DECIDING)

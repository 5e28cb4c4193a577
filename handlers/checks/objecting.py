"""A store objects to a check, and whoever checked decides: what was found stands, or some of it is changed."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from handlers import flow, typed
from handlers.actions import chasing
from handlers.checks.card import LEFT, card, mark_of
from handlers.checks.steps import SKIP
from handlers.checks.summary import FAIL, PASS
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.message import Button, Incoming, Reply
from handlers.roles import LEADERS, WORKERS
from knowledge.checklist import Item
from knowledge.score import FULL
from records.action import OWED
from records.actions import Actions, Which
from records.checks import Check, CheckMark, Checks
from records.database import Connection
from records.people import People, Person
from records.standing import actor

ANSWERED = "这次检核已经有人答复了。"
SETTLED_ALREADY = "这条异议已经处理过了。"
NO_LONGER = "这家门店已经不归您了，没有记下。"
ASK_OBJECTION = "哪里不对？请说清楚是哪一项、实际情况是什么。"
OBJECTED_NOW = "已转给{who}。"
OBJECTION = "{who}对检核有异议：{objection}"
ASK_DECISION = "门店的异议：{objection}\n\n怎么处理？"
SO_FAR = "\n\n要改的：{changes}"
UPHOLD, ENOUGH = "维持原判", "就改这些"
TO_PASS, TO_SKIP = "“{name}”改为合格", "“{name}”改为不适用"
ASK_WHY = "为什么？一句话，门店会看到。"
DECIDED = "已处理，门店会收到通知。现在是 {total:g} 分，{grade} 级。"
STILL_OPEN = "改过的项还有整改没完成，不用做了就撤回："
DECISION = "对检核异议的处理：{settlement}"
UPHELD, CHANGED, ALL_CHANGED = "维持原判。{why}", "“{item}”由{old}改为{new}", "{changes}。{why}"
_LONGEST = 300


async def object_to(context: Context, incoming: Incoming, check: Check, store: str) -> tuple[Reply, ...]:
    """Ask what is wrong with a check that waits for its store."""
    return await flow.start(context, incoming, OBJECTING, {"check": check.id, "store": store})


async def decide(context: Context, incoming: Incoming, check: Check, store: str) -> tuple[Reply, ...]:
    """Ask what becomes of an objection."""
    items = [{"key": item.key, "name": item.name, "skip": item.may_skip} for item, _ in check.failed]
    facts = {"check": check.id, "store": store, "objection": typed.inert(check.objection), "items": items}
    return await flow.start(context, incoming, DECIDING, facts)


def _objecting(facts: Facts, answers: Answers) -> Prompt | None:
    return None if answers else Prompt(Reply(ASK_OBJECTION), read=typed.line(_LONGEST), free=True)


async def _objected(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    connection = await context.write()
    checks, people = Checks(connection), People(connection)
    check = await checks.get(facts["check"])
    if check is None or not actor(context.me, check.store_id).works:
        return (Reply(NO_LONGER),)
    if not await checks.answer(check.id, context.me.id, context.now(), answers[0]):
        return (Reply(ANSWERED),)
    check = await checks.get(check.id)
    assert check is not None
    told = await _judges(connection, check)
    names = {one.id: typed.inert(one.name) for one in await people.all()}
    for judge in told:
        who = names.get(check.person_id or 0, LEFT)
        text = OBJECTION.format(who=typed.inert(context.me.name), objection=typed.inert(answers[0]))
        context.notify(judge.id, card(check, facts["store"], judge, who, ZoneInfo(judge.zone), names, before=text))
    return (Reply(OBJECTED_NOW.format(who="、".join(typed.inert(one.name) for one in told))),)


async def _judges(connection: Connection, check: Check) -> list[Person]:
    """Whoever checked, while the store is theirs; else all who lead it."""
    checker = await People(connection).get(check.person_id) if check.person_id else None
    if checker is not None and actor(checker, check.store_id).leads:
        return [checker]
    return await chasing.leaders(connection, check.store_id)


def _decide(facts: Facts, answers: Answers) -> Prompt | None:
    """What changes, item by item, and why."""
    changes = _changes(answers)
    settled = any("uphold" in one or "enough" in one for one in answers if isinstance(one, dict))
    left = [one for one in facts["items"] if one["key"] not in changes]
    if settled or (changes and not left):
        said = [one for one in answers if isinstance(one, str)]
        return None if said else Prompt(Reply(ASK_WHY), read=typed.line(_LONGEST), free=True)
    rows: list[tuple[Choice, ...]] = [
        (Choice(ENOUGH, {"enough": True}) if changes else Choice(UPHOLD, {"uphold": True}),)
    ]
    for one in left:
        rows.append((Choice(TO_PASS.format(name=one["name"]), {"pass": one["key"]}),))
        rows += [(Choice(TO_SKIP.format(name=one["name"]), {"skip": one["key"]}),)] if one["skip"] else []
    names = {one["key"]: one["name"] for one in facts["items"]}
    shown = "、".join((TO_SKIP if skipped else TO_PASS).format(name=names[key]) for key, skipped in changes.items())
    text = ASK_DECISION.format(objection=facts["objection"]) + (SO_FAR.format(changes=shown) if changes else "")
    return Prompt(Reply(text), tuple(rows))


def _changes(answers: Answers) -> dict[str, bool]:
    """Item -> whether it did not apply (else it passes)."""
    chosen = [one for one in answers if isinstance(one, dict)]
    return {one.get("skip") or one["pass"]: "skip" in one for one in chosen if "skip" in one or "pass" in one}


async def _decided(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    connection = await context.write()
    checks = Checks(connection)
    check = await checks.get(facts["check"])
    if check is None or not actor(context.me, check.store_id).leads:
        return (Reply(NO_LONGER),)
    why, changes = answers[-1], _changes(answers)
    mended = {key: _mended(check, key, skipped=skipped) for key, skipped in changes.items()}
    text = ALL_CHANGED.format(changes="；".join(_told(check, one) for one in mended.values()), why=why)
    if not await checks.settle(
        check.id, context.me.id, context.now(), text if mended else UPHELD.format(why=why), mended
    ):
        return (Reply(SETTLED_ALREADY),)
    settled = await checks.get(check.id)
    assert settled is not None
    names = {one.id: typed.inert(one.name) for one in await People(connection).all()}
    who, before = names.get(settled.person_id or 0, LEFT), DECISION.format(settlement=typed.inert(settled.settlement))
    for person in await chasing.staff(connection, check.store_id):
        context.notify(
            person.id, card(settled, facts["store"], person, who, ZoneInfo(person.zone), names, before=before)
        )
    done = Reply(DECIDED.format(total=settled.total, grade=settled.grade))
    return (done, *await _left(connection, check, list(mended)))


async def _left(connection: Connection, check: Check, keys: Sequence[str]) -> tuple[Reply, ...]:
    """What had been asked for at the items that turned out to be as they should."""
    made = await Actions(connection).all(Which(source=("check", check.id), states=OWED))
    about = {f"{check.checklist.key}/{key}" for key in keys}
    rows = tuple((Button(typed.inert(one.title)[:40], f"action:{one.id}"),) for one in made if one.item_key in about)
    return (Reply(STILL_OPEN, buttons=rows),) if rows else ()


def _told(check: Check, mark: CheckMark) -> str:
    return CHANGED.format(item=_item(check, mark.item).name, old=FAIL, new=SKIP if mark.skipped else PASS)


def _mended(check: Check, key: str, *, skipped: bool) -> CheckMark:
    """The mark that a decision makes of a finding; its words and photos stay."""
    item, before = _item(check, key), mark_of(check, key)
    bound = item.low if item.low is not None else item.high
    value: Mapping[str, Any] = {"pass": True, "photo": True, "score": FULL, "number": bound}
    return CheckMark(
        key, None if skipped else value[item.kind], skipped, False, before.times, before.note, before.photos
    )


def _item(check: Check, key: str) -> Item:
    found = check.checklist.item(key)
    if found is None:
        raise Misread(flow.OVER)
    return found


OBJECTING = Flow("check-object", WORKERS, _objecting, _objected)
DECIDING = Flow("check-decide", LEADERS, _decide, _decided)
FLOWS = (OBJECTING, DECIDING)

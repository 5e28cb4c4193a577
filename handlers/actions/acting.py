"""What people do with an action: claim it, show that it is done, accept it or send it back, move it, take it back."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers import flow, typed
from handlers.actions import card as action_card
from handlers.actions import evidence
from handlers.actions.card import card, short
from handlers.actions.change import CHANGED, changed, forbidden, seen, who
from handlers.context import Context
from handlers.due import due_of, due_shown
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.message import Incoming, Reply
from handlers.roles import WORKERS
from records import action as rules
from records.action import (
    ACCEPT,
    ASSIGN,
    CLAIM,
    FIX,
    MOVE,
    NO_FIX,
    NOT_HERE,
    PAST,
    REJECT,
    REOPEN,
    WITHDRAW,
    Action,
    NotAllowed,
)
from records.conversations import Conversations
from records.database import Connection
from records.people import STAFF, SUPERVISOR, People

DRAFT = "整改：{title}"
CLAIMED = "已认领。做完后点“提交完成”，发整改后的照片，或写清楚做了什么。"
ASK_FIX = "“{title}”\n请发整改后的照片（可以多张），或写清楚做了什么。"
SO_FAR = "“{title}”\n已收到：{what}。可以接着发照片或补充说明，齐了点“提交”。"
PHOTOS, WORDS = "照片 {n} 张", "说明"
SUBMIT = "提交"
FIXED, ACCEPTED = "已提交，等{who}验收。", "已验收通过。"
DONE = {REJECT: "已退回。", REOPEN: "已重新打开。", WITHDRAW: "已撤回。"}
ASSIGNED, MOVED = "已换负责人。", "已改期限。"
ASK_WHY = {
    REJECT: "“{title}”\n哪里不行？请写明原因，负责人会看到。",
    REOPEN: "“{title}”\n为什么重新打开？请写明原因。",
    WITHDRAW: "“{title}”\n为什么撤回？请写明原因。",
    MOVE: "“{title}”\n为什么改期限？请写明原因。",
}
REASONS = {
    REJECT: ("没有改到位", "照片看不清", "照片不是这个位置"),
    REOPEN: ("又出现了",),
    WITHDRAW: ("建错了", "重复了", "不需要了"),
    MOVE: ("等配件", "等人手", "要停业施工"),
}
ASK_OWNER = "“{title}”由谁负责？点一个，或者发名字。"
ASK_DUE = "“{title}”改到什么时候？点一个，或者直接发，例如：明天下午5点、周五、3天内、11-25 18:00。"
NO_DUE = "没看懂这个时间。请这样发：明天下午5点、周五、3天内、11-25 18:00。"
NOT_FOUND = "这家门店没有叫这个名字的同事，请点一个。"
LET_GO = "先不指定"
DUES = ("明天", "3天内", "1周内")
LEFT_RIGHT, BEFORE_ONLY, AFTER_ONLY = "左边是整改前，右边是整改后。", "整改前的照片。", "整改后的照片。"
NO_PHOTOS = "这条整改没有照片。"
_LONGEST, _SHOWN = 300, 12


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """action:<id>, action:<what>:<id>, action:<verb>:<id>:<version>."""
    match incoming.action.split(":"):
        case ["action", number]:
            return (await _shown(context, await seen(context, number)),)
        case ["action", "history", number]:
            return (await _history(context, await seen(context, number)),)
        case ["action", "photos", number]:
            return await _photos(context, await seen(context, number))
        case ["action", verb, number, version] if verb in action_card.VERBS and re.fullmatch(r"[0-9]{1,9}", version):
            return await _verb(context, incoming, verb, await seen(context, number), int(version))
    return (Reply(flow.OVER),)


async def owners(connection: Connection, store_id: int) -> list[list[Any]]:
    """[id, name] of those who can take on an action of a store: its staff first."""
    people = People(connection)
    found = [*await people.all(STAFF, store=store_id), *await people.all(SUPERVISOR, store=store_id)]
    return [[one.id, typed.inert(one.name)] for one in found]


def named(people: list[list[Any]], incoming: Incoming) -> int:
    """The one of these [id, name] whose name was typed; raises Misread."""
    wanted = typed.inert(incoming.text)
    found = [number for number, name in people if name == wanted]
    if len(found) != 1:
        raise Misread(NOT_FOUND)
    return int(found[0])


def due_typed(facts: Facts, incoming: Incoming) -> str:
    """The due time that was typed, still to come; raises Misread."""
    due = due_of(incoming.text, incoming.received, ZoneInfo(facts["zone"]))
    if due is None:
        raise Misread(NO_DUE)
    if due <= incoming.received:
        raise Misread(PAST)
    return due.isoformat()


def due_choices(facts: Facts) -> tuple[Choice, ...]:
    """Some due times to tap."""
    now, zone = datetime.fromisoformat(facts["now"]), ZoneInfo(facts["zone"])
    moments = [found for text in DUES if (found := due_of(text, now, zone))]
    return tuple(Choice(due_shown(one, now, zone), one.isoformat()) for one in moments)


async def _shown(context: Context, action: Action | None, before: str = "") -> Reply:
    if action is None:
        return Reply(NOT_HERE)
    async with context.database.read() as connection:
        return replace(await card(connection, action, context.me, context.now(), before), replaces=True)


async def _history(context: Context, action: Action | None) -> Reply:
    if action is None:
        return Reply(NOT_HERE)
    async with context.database.read() as connection:
        days = context.deployment.pace.came_back_days
        return Reply(await action_card.history(connection, action, context.zone, days))


async def _photos(context: Context, action: Action | None) -> tuple[Reply, ...]:
    if action is None:
        return (Reply(NOT_HERE),)
    pictures = await evidence.pair(context, action)
    if not pictures:
        return (Reply(NO_PHOTOS),)
    text = LEFT_RIGHT if action.before and action.after else BEFORE_ONLY if action.before else AFTER_ONLY
    return (Reply(text, files=pictures),)


async def _verb(
    context: Context, incoming: Incoming, verb: str, action: Action | None, version: int
) -> tuple[Reply, ...]:
    if action is None:
        return (Reply(NOT_HERE),)
    why = forbidden(action, verb, context.me)
    if why or (verb in (ACCEPT, REJECT) and version != action.version):
        return (await _shown(context, action, why or CHANGED),)
    if verb == CLAIM:
        replies = await changed(context, action.id, CLAIM, lambda one: rules.claim(one, who(context, one)), CLAIMED)
    elif verb == ACCEPT:
        replies = await changed(context, action.id, ACCEPT, lambda one: _accepted(context, one, version), ACCEPTED)
    elif verb == FIX and (begun := await _begun(context, action)) is not None:
        return await flow.take_up(context, incoming, FIXING, begun)
    else:
        return await flow.start(context, incoming, _FLOWS[verb], await _facts(context, action, verb))
    return tuple(replace(one, replaces=True) for one in replies)


async def _begun(context: Context, action: Action) -> int | None:
    """The draft in which this person has begun to show that it is done."""
    async with context.database.read() as connection:
        drafts = await Conversations(connection).drafts(context.me.id)
    mine = (one.id for one in drafts if one.flow == FIXING.name and one.state["facts"]["id"] == action.id)
    return next(mine, None)


def _accepted(context: Context, action: Action, version: int) -> Action:
    if action.version != version:
        raise NotAllowed(CHANGED)
    return rules.accept(action, who(context, action), context.now())


async def _facts(context: Context, action: Action, verb: str) -> Facts:
    facts: Facts = {"id": action.id, "version": action.version, "verb": verb, "title": short(action)}
    facts |= {"store": action.store_id, "now": context.now().isoformat(), "zone": context.zone.key}
    if verb == ASSIGN:
        async with context.database.read() as connection:
            facts["people"] = [one for one in await owners(connection, action.store_id) if one[0] != action.owner_id]
            facts["owned"] = action.owner_id is not None
    return facts


def _fix_step(facts: Facts, answers: Answers) -> Prompt | None:
    """Photos and words, in as many messages as they like, until they say that it is all."""
    if answers and answers[-1] == SUBMIT:
        return None
    photos, words = evidence.evidence_in(answers)
    parts = [PHOTOS.format(n=len(photos))] if photos else []
    parts += [WORDS] if words else []
    text = SO_FAR.format(title=facts["title"], what="、".join(parts)) if parts else ASK_FIX.format(title=facts["title"])
    return Prompt(
        Reply(text),
        ((Choice(SUBMIT, SUBMIT),),) if photos or rules.tells(words) else (),
        read=lambda incoming: _words(incoming, told=bool(parts)),
        take=lambda context, incoming: evidence.take_photos(context, incoming, facts["store"]),
        free=True,
    )


def _words(incoming: Incoming, *, told: bool) -> dict[str, str]:
    text = typed.lines(_LONGEST)(incoming)
    if not told and not rules.tells(text):
        raise Misread(NO_FIX)
    return {"text": text}


async def _fix_it(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    photos, words = evidence.evidence_in(answers)
    action = await seen(context, str(facts["id"]))
    pictures = await evidence.pair(context, replace(action, after=tuple(photos))) if action else ()

    def step(one: Action) -> Action:
        return rules.fix(one, who(context, one), context.now(), tuple(photos), words)

    return await changed(context, facts["id"], FIX, step, FIXED, pictures=pictures)


def _why_step(facts: Facts, answers: Answers) -> Prompt | None:
    return None if answers else _why(facts)


def _why(facts: Facts) -> Prompt:
    rows = tuple((Choice(text, text),) for text in REASONS[facts["verb"]])
    asked = Reply(ASK_WHY[facts["verb"]].format(title=facts["title"]))
    return Prompt(asked, rows, typed.line(_LONGEST), free=True)


async def _why_it(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    verb, reason = facts["verb"], answers[0]

    def step(one: Action) -> Action:
        if verb == WITHDRAW:
            return rules.withdraw(one, who(context, one), context.now(), reason)
        if verb == REOPEN:
            return rules.reopen(one, who(context, one), reason)
        if one.version != facts["version"]:
            raise NotAllowed(CHANGED)
        return rules.reject(one, who(context, one), reason)

    return await changed(context, facts["id"], verb, step, DONE[verb], reason)


def _assign_step(facts: Facts, answers: Answers) -> Prompt | None:
    rows = [(Choice(name, number),) for number, name in facts["people"][:_SHOWN]]
    rows += [(Choice(LET_GO, None),)] if facts["owned"] else []
    asked = Reply(ASK_OWNER.format(title=facts["title"]))
    return None if answers else Prompt(asked, tuple(rows), lambda incoming: named(facts["people"], incoming))


async def _assign_it(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    connection = await context.write()
    if answers[0] is not None and answers[0] not in [number for number, _ in await owners(connection, facts["store"])]:
        return (Reply(NOT_FOUND),)

    def step(one: Action) -> Action:
        return rules.assign(one, who(context, one), answers[0])

    return await changed(context, facts["id"], ASSIGN, step, ASSIGNED)


def _move_step(facts: Facts, answers: Answers) -> Prompt | None:
    if not answers:
        asked = Reply(ASK_DUE.format(title=facts["title"]))
        return Prompt(asked, (due_choices(facts),), lambda incoming: due_typed(facts, incoming), free=True)
    return _why(facts) if len(answers) == 1 else None


async def _move_it(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    due, reason = datetime.fromisoformat(answers[0]), answers[1]

    def step(one: Action) -> Action:
        return rules.move(one, who(context, one), due, context.now(), reason)

    return await changed(context, facts["id"], MOVE, step, MOVED, reason)


FIXING = Flow("action_fix", WORKERS, _fix_step, _fix_it, lambda facts: DRAFT.format(title=facts["title"]))
WHY = Flow("action_why", WORKERS, _why_step, _why_it)
ASSIGNING = Flow("action_assign", WORKERS, _assign_step, _assign_it)
MOVING = Flow("action_move", WORKERS, _move_step, _move_it)
FLOWS = (FIXING, WHY, ASSIGNING, MOVING)
_FLOWS = {FIX: FIXING, REJECT: WHY, REOPEN: WHY, WITHDRAW: WHY, ASSIGN: ASSIGNING, MOVE: MOVING}

"""An action as people see it: a line of a board, its card with what they may do, its history."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import photo, typed
from handlers.due import due_shown
from handlers.message import Button, Reply, clipped
from records.action import (
    ACCEPT,
    ACCEPTED,
    ASSIGN,
    CLAIM,
    CLAIMED,
    FIX,
    FIXED,
    MOVE,
    OPEN,
    OWED,
    REJECT,
    REJECTED,
    REOPEN,
    REOPENED,
    WITHDRAW,
    WITHDRAWN,
    Action,
    verbs,
)
from records.actions import Actions, Change, Return
from records.database import Connection
from records.people import People, Person
from records.photos.keeping import Photos
from records.standing import actor
from records.stores import Stores

STATES = {
    OPEN: "待认领", CLAIMED: "整改中", FIXED: "待验收", ACCEPTED: "已验收", REJECTED: "已退回", REOPENED: "重新打开",
    WITHDRAWN: "已撤回",
}  # fmt: skip
SEVERITY = {1: "", 2: "较重", 3: "严重"}
SOURCE = {"check": "检核", "spot": "抽查", "cause": "根因分析", "hand": "手工提出"}
VERBS = {
    "claim": "认领", "fix": "提交完成", "accept": "验收通过", "reject": "退回", "reopen": "重新打开",
    "assign": "换负责人", "move": "改期限", "withdraw": "撤回",
}  # fmt: skip
DID = {
    "make": "提出", "claim": "认领", "fix": "提交完成", "accept": "验收通过", "reject": "退回", "reopen": "重新打开",
    "assign": "换负责人", "move": "改期限", "withdraw": "撤回", "again": "同一项再次不合格", "leave": "负责人离开",
}  # fmt: skip
FIX_NOW, PHOTOS, HISTORY, MINE = "已做完，提交", "看照片", "经过", "我的整改"
HEAD = "**{title}**\n{where} · {marks}"
NTH = "第{n}次"
OWNER, NOBODY, GONE = "负责人：{name}", "还没有人", "已离开的同事"
DUE, LATE = "期限：{due}", "期限：{due}（已逾期 {late}）"
OVERDUE, BY = "逾期 {late}", "{due} 前"
MEASURE, FROM = "做到：{text}", "来自：{source}（{name}，{day}）"
DONE = "提交：{name}，{when}{shown}"
FLAGGED = "- 第 {n} 张照片请留意：{text}"
AFTER, SAID = "，照片 {n} 张", "说明：{text}"
BACK = "退回过 {n} 次"
LAST_REASON = "原因：{text}"
ACCEPTED_BY = "验收：{name}，{when}"
CIRCLE = ("发现", "安排", "整改", "验收")
CAME_BACK, LASTED = "{day} 又出现", "{days} 天内没有再出现"
CHANGED = "{field}：{old} → {new}"
SET = "{field}：{new}"
FIELDS = {
    "state": "状态", "owner_id": "负责人", "due_at": "期限", "severity": "程度", "repeat": "次数",
    "after": "整改后照片", "evidence": "说明", "measure": "标准",
}  # fmt: skip
PLAIN, PICTURES, NONE = "一般", "{n} 张", "无"
_DAY = 24 * 60
_SHORT = 18  # characters of a title on a button
LISTED = 60  # characters of a title among others; the card has all of it


@dataclass(frozen=True, slots=True)
class Around:
    """What a card needs of the records besides the action: names of people and of its store."""

    store: str
    names: Mapping[int, str] = field(default_factory=dict)
    reason: str = ""

    def name(self, person_id: int | None) -> str:
        """What someone is called."""
        return self.names.get(person_id or 0, GONE)


async def around(connection: Connection, action: Action, history: Collection[Change] = ()) -> Around:
    """The names that a card of this action speaks of, and why it was last sent back."""
    ids = {action.owner_id, action.created_by, action.fixed_by, action.judged_by}
    for change in history:
        ids |= {change.person_id, change.old.get("owner_id"), change.new.get("owner_id")}
    people = [await People(connection).get(one) for one in sorted(filter(None, ids))]
    store = await Stores(connection).get(action.store_id)
    reasons = [change.reason for change in history if change.verb in ("reject", "reopen")]
    return Around(
        typed.inert(store.name) if store else "",
        {one.id: typed.inert(one.name) for one in people if one},
        reasons[-1] if reasons else "",
    )


async def card(connection: Connection, action: Action, person: Person, now: datetime, before: str = "") -> Reply:
    """An action for one person: what it is, how it stands, and what they may do with it."""
    known = await around(connection, action, await Actions(connection).history(action.id))
    text = _text(action, known, now, ZoneInfo(person.zone))
    if action.state == FIXED and actor(person, action.store_id).leads:
        text = "\n".join([text, *await _flags(connection, action, person)])
    return Reply(f"{before}\n\n{text}" if before else text, buttons=_buttons(action, person))


async def _flags(connection: Connection, action: Action, person: Person) -> list[str]:
    """What stands out in the photos that show that it is done, for whoever judges."""
    photos, lines = Photos(connection), []
    for n, one in enumerate(await photos.of(action.after), 1):
        same = await photos.get(one.same_as) if one.same_as else None
        said = photo.flagged(one, person, ZoneInfo(person.zone), same)
        lines += [FLAGGED.format(n=n, text=said)] if said else []
    return lines


def line(action: Action, known: Around, now: datetime, zone: ZoneInfo) -> str:
    """An action in one line of a board."""
    parts = [known.store, _marks(action), *([known.name(action.owner_id)] if action.owner_id else [])]
    if action.late(now):
        parts.append(OVERDUE.format(late=lasting(now - action.due_at)))
    elif action.state in OWED:
        parts.append(BY.format(due=due_shown(action.due_at, now, zone)))
    return f"{clipped(typed.inert(action.title), LISTED)}\n   {' · '.join(parts)}"


def short(action: Action) -> str:
    """Its title on a button."""
    return clipped(typed.inert(action.title), _SHORT)


async def history(connection: Connection, action: Action, zone: ZoneInfo, days: int) -> str:
    """How far an action has come, and everything that happened to it: when, who, what, old and new."""
    changes = await Actions(connection).history(action.id)
    known = await around(connection, action, changes)
    back = (await Actions(connection).came_back([action], days)).get(action.id)
    lines = [f"- {_happened(one, known, zone)}" for one in changes]
    return "\n".join([f"**{typed.inert(action.title)}**", _circle(action, changes, back, zone, days), "", *lines])


def _circle(action: Action, changes: Sequence[Change], back: Return | None, zone: ZoneInfo, days: int) -> str:
    """Found, planned, done, verified, and whether it came back."""
    planned = next((one.at for one in changes if one.new.get("owner_id")), None)
    fixed = action.fixed_at if action.state in (FIXED, ACCEPTED) else None
    steps = zip(CIRCLE, (action.created_at, planned, fixed, action.closed_at), strict=True)
    parts = [f"{name} {moment.astimezone(zone).strftime('%m-%d')}" for name, moment in steps if moment]
    if action.state == ACCEPTED and action.item_key:
        parts.append(CAME_BACK.format(day=_when(back.at, zone)) if back else LASTED.format(days=days))
    return " → ".join(parts)


def _text(action: Action, known: Around, now: datetime, zone: ZoneInfo) -> str:
    due = due_shown(action.due_at, now, zone)
    lines = [OWNER.format(name=known.name(action.owner_id) if action.owner_id else NOBODY)]
    late = action.late(now)
    lines.append(LATE.format(due=due, late=lasting(now - action.due_at)) if late else DUE.format(due=due))
    if action.measure:
        lines.append(MEASURE.format(text=typed.inert(action.measure)))
    day = action.created_at.astimezone(zone).strftime("%m-%d")
    lines.append(FROM.format(source=SOURCE[action.source], name=known.name(action.created_by), day=day))
    if action.fixed_at and action.state in (FIXED, ACCEPTED, REJECTED):
        shown = AFTER.format(n=len(action.after)) if action.after else ""
        when = _when(action.fixed_at, zone)
        lines.append(DONE.format(name=known.name(action.fixed_by), when=when, shown=shown))
        lines += [SAID.format(text=typed.inert(action.evidence))] if action.evidence else []
    if action.state in (REJECTED, REOPENED):
        lines.append(LAST_REASON.format(text=typed.inert(known.reason)))
    if action.returned:
        lines.append(BACK.format(n=action.returned))
    if action.state == ACCEPTED and action.closed_at:
        lines.append(ACCEPTED_BY.format(name=known.name(action.judged_by), when=_when(action.closed_at, zone)))
    head = HEAD.format(title=typed.inert(action.title), where=known.store, marks=_marks(action))
    return head + "\n\n" + "\n".join(f"- {one}" for one in lines)


def _marks(action: Action) -> str:
    nth = NTH.format(n=action.repeat) if action.repeat > 1 else ""
    return " · ".join(one for one in (STATES[action.state], SEVERITY[action.severity], nth) if one)


def _buttons(action: Action, person: Person) -> tuple[tuple[Button, ...], ...]:
    may = verbs(action, actor(person, action.store_id))
    if not actor(person, action.store_id).works:
        return ()
    named = {one: VERBS[one] for one in may}
    if CLAIM in may and action.state == OPEN:
        named[FIX] = FIX_NOW
    elif FIX in may and CLAIM in may:  # sent back to its owner: to do it again is to hand it in again
        named.pop(CLAIM)
    here = f"{action.id}:{action.version}"
    rows = [
        tuple(Button(named[verb], f"action:{verb}:{here}") for verb in row if verb in named)
        for row in ((CLAIM, FIX), (ACCEPT, REJECT), (REOPEN,), (ASSIGN, MOVE, WITHDRAW))
    ]
    photos = [Button(PHOTOS, f"action:photos:{action.id}")] if action.before or action.after else []
    last = (*photos, Button(HISTORY, f"action:history:{action.id}"), Button(MINE, "actions:mine:0"))
    return (*(row for row in rows if row), last)


def _happened(change: Change, known: Around, zone: ZoneInfo) -> str:
    who = known.name(change.person_id) if change.person_id else ""
    parts = [f"{_when(change.at, zone)} {who} {DID[change.verb]}".replace("  ", " ")]
    if change.verb != "make":
        for name, title in FIELDS.items():
            if name in change.new:
                old, new = (_said(name, values.get(name), known, zone) for values in (change.old, change.new))
                form = SET if name in ("after", "evidence") else CHANGED
                parts.append(form.format(field=title, old=old, new=new))
    if change.reason:
        parts.append(LAST_REASON.format(text=typed.inert(change.reason)))
    return "；".join(parts)


def _said(name: str, value: Any, known: Around, zone: ZoneInfo) -> str:
    match name:
        case "state":
            return STATES[value]
        case "owner_id":
            return known.name(value) if value else NOBODY
        case "due_at":
            return _when(datetime.fromisoformat(value), zone)
        case "severity":
            return SEVERITY[value] or PLAIN
        case "repeat":
            return NTH.format(n=value)
        case "after":
            return PICTURES.format(n=len(value))
    return typed.inert(str(value)) or NONE


def _when(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%m-%d %H:%M")


def lasting(span: timedelta) -> str:
    """A span as people say it: 40 分钟, 5 小时, 2 天."""
    minutes = int(span.total_seconds() // 60)
    if minutes >= _DAY:
        return f"{minutes // _DAY} 天"
    return f"{minutes // 60} 小时" if minutes >= 60 else f"{minutes} 分钟"

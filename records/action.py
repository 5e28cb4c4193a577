"""What is to be put right, and the pure rules of who may do what with it, and when."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

OPEN, CLAIMED, FIXED, ACCEPTED, REJECTED, REOPENED, WITHDRAWN = STATES = (
    "open", "claimed", "fixed", "accepted", "rejected", "reopened", "withdrawn",
)  # fmt: skip
OWED = (OPEN, CLAIMED, REJECTED, REOPENED)
OVER = (ACCEPTED, WITHDRAWN)
CHECK, SPOT, CAUSE, HAND = SOURCES = ("check", "spot", "cause", "hand")
MAKE, CLAIM, FIX, ACCEPT, REJECT, REOPEN, ASSIGN, MOVE, WITHDRAW, AGAIN, LEAVE = VERBS = (
    "make", "claim", "fix", "accept", "reject", "reopen", "assign", "move", "withdraw", "again", "leave",
)  # fmt: skip
SEVERITIES = (1, 2, 3)

NOT_HERE = "没有找到这条整改，或者它不属于您的门店。"
NOT_FOR_STATE = {
    OPEN: "这条整改还没有人认领。",
    CLAIMED: "这条整改正在进行，还没有提交完成。",
    FIXED: "这条整改已经提交，正在等验收。",
    ACCEPTED: "这条整改已经验收通过。",
    REJECTED: "这条整改被退回，要先重新整改。",
    REOPENED: "这条整改被重新打开，要先整改。",
    WITHDRAWN: "这条整改已经撤回。",
}
TAKEN = "这条整改已经有别的同事负责。"
NOT_OWNER = "只有负责这条整改的人可以提交完成。请先认领。"
NOT_LEADER = "只有这家门店的督导或管理员可以这样做。"
OWN_FIX = "整改是您提交的，要由另一位督导或管理员验收。"
NOT_MAKER = "只有提出这条整改的人可以撤回。"
NO_REASON = "请写明原因。"
NO_FIX = "“收到”“已处理”这样的回复不算完成。请发整改后的照片，或者写清楚做了什么。"
SAME_OWNER = "这条整改本来就由这位同事负责。"
PAST = "新的期限要晚于现在。"
_EMPTY = (  # words that say nothing of what was done
    "收到 好的 好 嗯 行 可以 ok okay okk 知道 明白 了解 马上 立刻 立即 稍后 尽快 安排 处理 整改 完成 搞定 "
    "已经 已 了 会 将 今天 明天 下午 上午 请放心 放心 没问题 谢谢 辛苦 领导 老师 您 我 们 改 弄 做 完 "
    "到位 全部 都 执行 落实 解决 按要求 要求 正在 在 中 去 来 一下 的 啦 哈 吧 呢 啊 哦 噢 是 对 问题 "
    "这个 那个 done fixed yes roger received noted"
)
_TOLD = re.compile("|".join(sorted(_EMPTY.split(), key=len, reverse=True)))
_TELLS = 3  # characters that say something


class NotAllowed(Exception):
    """This person may not do this with it now; the message is one sentence for them."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something to be put right at a store (整改).

    `source` is one of SOURCES, `source_id` the check, spot check or cause it comes from, `item_key` what failed there
    ("" for none). `measure` says how one sees that it is done. `repeat` counts how often the item has failed at the
    store, `returned` how often the work was sent back. `before` and `after` are ids of photos, `evidence` is written.
    `version` counts the changes.
    """

    store_id: int
    title: str
    due_at: datetime
    created_at: datetime
    created_by: int | None
    source: str = HAND
    source_id: int | None = None
    item_key: str = ""
    severity: int = 1
    state: str = OPEN
    owner_id: int | None = None
    measure: str = ""
    repeat: int = 1
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    evidence: str = ""
    fixed_by: int | None = None
    fixed_at: datetime | None = None
    judged_by: int | None = None
    closed_at: datetime | None = None
    returned: int = 0
    version: int = 0
    id: int = 0

    def late(self, now: datetime) -> bool:
        """Whether it should have been done by now, and is not."""
        return self.state in OWED and self.due_at <= now


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone before an action: who `works` at its store may see it and do the work, who `leads` it may judge."""

    id: int
    works: bool
    leads: bool


_FROM: Mapping[str, tuple[str, ...]] = {
    CLAIM: (OPEN, REJECTED, REOPENED),
    FIX: (CLAIMED, REJECTED, REOPENED),
    ACCEPT: (FIXED,),
    REJECT: (FIXED,),
    REOPEN: (ACCEPTED,),
    ASSIGN: OWED,
    MOVE: OWED,
    WITHDRAW: OWED,
}


def forbidden(action: Action, verb: str, who: Actor) -> str:
    """Why this person may not do that with it now; "" when they may."""
    if not who.works:
        return NOT_HERE
    if action.state not in _FROM[verb]:
        return NOT_FOR_STATE[action.state]
    match verb:
        case "claim":
            return TAKEN if action.owner_id not in (None, who.id) else ""
        case "fix":
            return NOT_OWNER if action.owner_id != who.id else ""
        case "accept" | "reject":
            return NOT_LEADER if not who.leads else OWN_FIX if action.fixed_by == who.id else ""
        case "assign":
            return "" if who.leads or action.owner_id == who.id else NOT_LEADER
        case "withdraw":
            return "" if action.created_by == who.id else NOT_MAKER
    return "" if who.leads else NOT_LEADER


def verbs(action: Action, who: Actor) -> tuple[str, ...]:
    """What this person may do with it now."""
    return tuple(verb for verb in _FROM if not forbidden(action, verb, who))


def claim(action: Action, who: Actor) -> Action:
    """Someone of the store says that they will do it."""
    return _next(action, CLAIM, who, state=CLAIMED, owner_id=who.id)


def fix(action: Action, who: Actor, now: datetime, photos: tuple[int, ...] = (), evidence: str = "") -> Action:
    """Its owner shows that it is done; raises NotAllowed when they show nothing."""
    done = _next(action, FIX, who, state=FIXED, after=photos, evidence=evidence, fixed_by=who.id, fixed_at=now)
    if not photos and not tells(evidence):
        raise NotAllowed(NO_FIX)
    return done


def accept(action: Action, who: Actor, now: datetime) -> Action:
    """A leader of the store, other than who fixed it, finds it done."""
    return _next(action, ACCEPT, who, state=ACCEPTED, judged_by=who.id, closed_at=now)


def reject(action: Action, who: Actor, reason: str) -> Action:
    """A leader of the store, other than who fixed it, sends it back."""
    back = _next(action, REJECT, who, state=REJECTED, judged_by=who.id, returned=action.returned + 1)
    return _reasoned(back, reason)


def reopen(action: Action, who: Actor, reason: str) -> Action:
    """A leader of the store finds that what was accepted has not lasted."""
    back = _next(action, REOPEN, who, state=REOPENED, closed_at=None, returned=action.returned + 1)
    return _reasoned(back, reason)


def assign(action: Action, who: Actor, owner_id: int | None) -> Action:
    """It is someone else's now, or nobody's; who it goes to has yet to claim it."""
    moved = _next(action, ASSIGN, who, state=OPEN if action.state == CLAIMED else action.state, owner_id=owner_id)
    if owner_id == action.owner_id:
        raise NotAllowed(SAME_OWNER)
    return moved


def move(action: Action, who: Actor, due: datetime, now: datetime, reason: str) -> Action:
    """It is due at another time."""
    moved = _next(action, MOVE, who, due_at=due)
    if due <= now:
        raise NotAllowed(PAST)
    return _reasoned(moved, reason)


def withdraw(action: Action, who: Actor, now: datetime, reason: str) -> Action:
    """Who asked for it takes it back."""
    return _reasoned(_next(action, WITHDRAW, who, state=WITHDRAWN, closed_at=now), reason)


def again(action: Action, who: Actor, repeat: int) -> Action:
    """The item has failed once more before this was done: it counts, and weighs no less."""
    if not who.works or action.state in OVER:
        raise NotAllowed(NOT_FOR_STATE[action.state] if who.works else NOT_HERE)
    times = max(repeat, action.repeat + 1)
    worse = max(action.severity, severity_of(times))
    return replace(action, repeat=times, severity=worse, version=action.version + 1)


def severity_of(repeat: int, *, veto: bool = False) -> int:
    """How much it weighs that something fails for the nth time; what decides a check by itself weighs most."""
    return 3 if veto else min(max(repeat, 1), 3)


def left(action: Action) -> Action:
    """Its owner has left: it is open to others again."""
    return replace(
        action, state=OPEN if action.state == CLAIMED else action.state, owner_id=None, version=action.version + 1
    )


def tells(text: str) -> bool:
    """Whether words say what was done; "收到", "马上处理" and the like do not."""
    plain = unicodedata.normalize("NFKC", text).lower()
    letters = "".join(one for one in plain if unicodedata.category(one)[0] in "LN")
    return len(_TOLD.sub("", letters)) >= _TELLS


def changed(old: Action | None, new: Action) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that differ, as JSON-able values: (before, after); of a new action all."""
    names = [one.name for one in fields(Action) if one.name not in ("id", "version")]
    differ = [name for name in names if old is None or getattr(old, name) != getattr(new, name)]
    plain = [{name: _plain(getattr(one, name)) for name in differ} if one else {} for one in (old, new)]
    return plain[0], plain[1]


def _next(action: Action, verb: str, who: Actor, **values: Any) -> Action:
    why = forbidden(action, verb, who)
    if why:
        raise NotAllowed(why)
    return replace(action, version=action.version + 1, **values)


def _reasoned(action: Action, reason: str) -> Action:
    if not reason.strip():
        raise NotAllowed(NO_REASON)
    return action


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value

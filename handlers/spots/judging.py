"""The other side of a spot check: good, bad with a reason, once more, or not needed after all."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from handlers import flow, photo, typed
from handlers.actions import chasing
from handlers.actions import start as action
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Prompt
from handlers.message import Incoming, Reply
from handlers.roles import LEADERS
from handlers.spots import chasing as spot_chase
from handlers.spots.card import card, listed, seen
from records.people import People
from records.spots import ACCEPTED, ASKED, OPEN, REJECTED, SENT, WITHDRAWN, Overtaken, Spot, Spots, new_code
from records.standing import actor

NOT_HERE, NOT_YOURS = "没有这条抽查。", "这条抽查要由督导来看。"
OWN = "自己交的照片，要由别人来看。"
CHANGED = "这条抽查刚刚有变化，请看现在的情况："
ASK_WHY = {"reject": "“{items}”哪里不合格？门店会看到。", "again": "“{items}”为什么要重拍？门店会看到。"}
REASONS = {
    "reject": ("不整洁", "没有按标准摆放", "缺少物品或标识", "有安全隐患"),
    "again": ("看不清", "不是要拍的位置", "没有拍全", "没有拍到验证码", "像是以前的照片"),
}
DONE = {"accept": "已判合格。", "reject": "已判不合格。", "again": "已请门店重拍。", "withdraw": "已撤回。"}
TOLD = {
    "accept": "您交的抽查照片，{who}看过了：合格。",
    "reject": "抽查的照片，{who}看过了：不合格。原因：{reason}",
    "again": "抽查的照片要重拍，请看下面的要求。",
    "withdraw": "这条抽查撤回了，不用拍了。",
}
ALL = "抽查 {id} 的全部照片，共 {n} 张："
_LONGEST = 200
_AGAIN = timedelta(hours=2)  # at least, for a retake


async def press(context: Context, incoming: Incoming, verb: str, number: str, version: str) -> tuple[Reply, ...]:
    """spot:<verb>:<id>:<version>."""
    spot = await seen(context, number)
    if spot is None:
        return (Reply(NOT_HERE),)
    if why := _forbidden(context, spot, verb):
        return (Reply(why),)
    if str(spot.version) != version or spot.state not in _from(verb):
        return (await _now(context, spot),)
    if verb not in REASONS:
        return await _done(context, incoming, spot, verb, "")
    facts = {"spot": spot.id, "version": spot.version, "verb": verb, "items": listed(spot)}
    asked = await flow.start(context, incoming, JUDGING, facts)
    return tuple(replace(one, replaces=False) for one in asked)  # the photos stay to be seen


async def photos(context: Context, number: str) -> tuple[Reply, ...]:
    """spot:photos:<id>: all of them."""
    spot = await seen(context, number)
    if spot is None or not spot.photos:
        return (Reply(NOT_HERE),)
    files = await photo.files(context, spot.photos)
    return (Reply(ALL.format(id=spot.id, n=len(files)), files=files),)


def _from(verb: str) -> tuple[str, ...]:
    return OPEN if verb == "withdraw" else (SENT,)


def _forbidden(context: Context, spot: Spot, verb: str) -> str:
    if not actor(context.me, spot.store_id).leads:
        return NOT_YOURS
    return OWN if verb == "accept" and spot.sent_by == context.me.id else ""


async def _now(context: Context, spot: Spot) -> Reply:
    async with context.database.read() as connection:
        return await card(connection, spot, context.me, context.now(), CHANGED)


async def _done(context: Context, incoming: Incoming, old: Spot, verb: str, reason: str) -> tuple[Reply, ...]:
    connection, now = await context.write(), context.now()
    new = replace(old, judged_by=context.me.id, judged_at=now, reason=reason)
    if verb == "again":
        code = _another(old.code, context.deployment.chance) if old.code else ""
        due = max(old.due_at, (now + _AGAIN).replace(second=0, microsecond=0))
        new = replace(new, state=ASKED, round=old.round + 1, code=code, due_at=due, sent_by=None, sent_at=None)
    else:
        new = replace(new, state={"accept": ACCEPTED, "reject": REJECTED, "withdraw": WITHDRAWN}[verb])
    try:
        await Spots(connection).save(old, new)
    except Overtaken:
        return (await _now(context, old),)
    spot = await Spots(connection).get(old.id)
    assert spot is not None
    await spot_chase.follow(connection, spot, context.deployment.pace.escalate_hours, now)
    await _tell(context, old, spot, verb)
    said = Reply(f"{DONE[verb]}（抽查 {spot.id}：{listed(spot)}）")
    if verb != "reject":
        return (said,)
    return (said, *await action.offer(context, incoming, _to_mend(old, reason)))


async def _tell(context: Context, old: Spot, spot: Spot, verb: str) -> None:
    """The one who sent the photos hears it, or all of the store's staff where it is theirs to do something."""
    connection, now = await context.write(), context.now()
    told = await chasing.staff(connection, spot.store_id)
    sender = await People(connection).get(old.sent_by) if old.sent_by else None
    if verb == "accept" and sender is not None:
        told = [sender]
    text = TOLD[verb].format(who=typed.inert(context.me.name), reason=typed.inert(spot.reason))
    for one in told:
        if one.id != context.me.id:
            shown = await card(connection, spot, one, now, text)
            context.notify(one.id, shown if verb == "again" else Reply(f"{text}（抽查 {spot.id}：{listed(spot)}）"))


def _to_mend(spot: Spot, reason: str) -> dict[str, object]:
    """What was judged bad, as `action.offer` takes it."""
    items = [
        {"key": f"spot/{one}"[:160], "name": one, "note": reason, "photos": list(spot.photos)} for one in spot.items
    ]
    return {"store": spot.store_id, "source": "spot", "source_id": spot.id, "items": items}


def _another(code: str, chance: Random) -> str:
    """A code that is not the one before."""
    while (other := new_code(chance)) == code:
        pass
    return other


def _step(facts: Facts, answers: Answers) -> Prompt | None:
    if answers:
        return None
    rows = tuple((Choice(one, one),) for one in REASONS[facts["verb"]])
    return Prompt(Reply(ASK_WHY[facts["verb"]].format(items=facts["items"])), rows, typed.line(_LONGEST), free=True)


async def _finish(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    spot = await seen(context, str(facts["spot"]))
    if spot is None:
        return (Reply(NOT_HERE),)
    if why := _forbidden(context, spot, facts["verb"]):
        return (Reply(why),)
    if spot.version != facts["version"]:
        return (await _now(context, spot),)
    return await _done(context, incoming, spot, facts["verb"], answers[0])


JUDGING = Flow("spot-judge", LEADERS, _step, _finish)
FLOWS = (JUDGING,)

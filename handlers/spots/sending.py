"""The store's side of a spot check: photos by reply, by button, or sent just like that."""

from typing import Any

from handlers import ask, documents, flow, photo, typed
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.message import Incoming, Reply, clipped
from handlers.roles import WORKERS
from handlers.spots import chasing as spot_chase
from handlers.spots.card import card, judges, listed, seen
from handlers.wire import dump_incoming, load_incoming
from records.people import STAFF
from records.spots import ASKED, OPEN, SENT, Overtaken, Spot, Spots
from records.standing import actor
from records.stores import Stores

NOT_HERE = "没有这条抽查。"
CLOSED = "这条抽查已经结束了，不用再交照片。"
ASK = "“{items}”\n请发照片，可以一次发几张。{code}"
CODE = "\n验证码：{code}，写在纸上，和实物拍在同一张照片里。"
SO_FAR = "“{items}”\n收到 {n} 张照片。可以接着发，齐了点“提交”。"
OFFERED = "收到 {n} 张照片。是交“{items}”这条抽查吗？是就点“提交”，也可以接着发；不是就点“取消”。"
WHICH = "收到 {n} 张照片。是交哪一条抽查的？"
SUBMIT = "提交"
SENT_TO = "已交给{who}。看过后会告诉您。"
FEWER = "抽查有 {items} 项，目前收到 {n} 张照片。还有的话，接着回复那条消息发过来。"
TOLD, TOLD_MORE = "门店交来了抽查照片，请看。", "门店又补了抽查照片，请看。"
_LONGEST = 40


async def received(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """A photo that nothing asked for: where the store owes one, it may be that."""
    pictures = [one for one in incoming.attachments if one.kind == "photo" or one.media_type.startswith("image/")]
    if context.me.role != STAFF or not pictures or incoming.action or not incoming.private:
        return await documents.received(context, incoming)
    async with context.database.read() as connection:
        owed = await Spots(connection).all(context.me.stores, ASKED)
    if not owed:
        return await documents.received(context, incoming)
    if len(owed) == 1:
        return await _offered(context, incoming, owed[0])
    tasks = [[one.id, clipped(listed(one), _LONGEST)] for one in owed]
    return await flow.start(context, incoming, WHICH_ONE, {"tasks": tasks, "message": dump_incoming(incoming)})


async def replied(context: Context, incoming: Incoming, about: str) -> tuple[Reply, ...]:
    """A reply to a spot check: photos are handed in as they are, words are a question like any other."""
    if not incoming.attachments:
        return await ask.ask(context, incoming)
    spot = await seen(context, about.partition(":")[2])
    if spot is None or spot.state not in OPEN:
        return (Reply(NOT_HERE if spot is None else CLOSED),)
    taken = await _taken(context, incoming, spot)
    notes = (Reply("\n".join(taken.notes)),) if taken.notes else ()
    return (*notes, *(await submitted(context, spot.id, taken.photos) if taken.photos else ()))


async def begin(context: Context, incoming: Incoming, number: str) -> tuple[Reply, ...]:
    """spot:send:<id>: ask for the photos."""
    spot = await seen(context, number)
    if spot is None or spot.state not in OPEN:
        return (Reply(NOT_HERE if spot is None else CLOSED),)
    asked = await flow.start(context, incoming, SENDING, _facts(spot))
    return tuple(Reply(one.text, buttons=one.buttons) for one in asked)  # the task stays to be read


async def submitted(context: Context, number: int, photos: tuple[int, ...]) -> tuple[Reply, ...]:
    """Hand photos in, in the turn's transaction, and tell whoever judges."""
    connection, now = await context.write(), context.now()
    spots = Spots(connection)
    old = await spots.get(number)
    if old is None or not actor(context.me, old.store_id).works:
        return (Reply(NOT_HERE),)
    if old.state not in OPEN:
        return (Reply(CLOSED),)
    await spots.attach(old, photos)
    try:
        changes = {"state": SENT, "sent_by": context.me.id, "sent_at": old.sent_at or now}
        await spots.save(old, _changed(old, changes))
    except Overtaken:
        return (Reply(CLOSED),)
    spot = await spots.get(number)
    assert spot is not None
    await spot_chase.follow(connection, spot, context.deployment.pace.escalate_hours, now)
    told = [one for one in await judges(connection, spot) if one.id != context.me.id]
    for one in told:
        before = TOLD_MORE if old.state == SENT else TOLD
        context.notify(one.id, await card(connection, spot, one, now, before))
    said = SENT_TO.format(who="、".join(typed.inert(one.name) for one in told[:3]))
    fewer = FEWER.format(items=len(spot.items), n=len(spot.photos)) if len(spot.photos) < len(spot.items) else ""
    return (Reply(f"{said}\n{fewer}".strip()),)


def _changed(spot: Spot, changes: dict[str, Any]) -> Spot:
    from dataclasses import replace

    return replace(spot, **changes)


async def _offered(context: Context, incoming: Incoming, spot: Spot) -> tuple[Reply, ...]:
    taken = await _taken(context, incoming, spot)
    notes = (Reply("\n".join(taken.notes)),) if taken.notes else ()
    if not taken.photos:
        return notes
    facts = _facts(spot) | {"offered": True}
    return (*notes, *await flow.start(context, incoming, SENDING, facts, [{"photos": list(taken.photos)}]))


async def _taken(context: Context, incoming: Incoming, spot: Spot) -> photo.Taken:
    async with context.database.read() as connection:
        store = await Stores(connection).get(spot.store_id)
    return await photo.take(context, incoming, store, spot.code)


def _facts(spot: Spot) -> Facts:
    return {"spot": spot.id, "store": spot.store_id, "items": listed(spot), "code": spot.code}


def _step(facts: Facts, answers: Answers) -> Prompt | None:
    if answers and answers[-1] is True:
        return None
    n = len(_photos(answers))
    text = SO_FAR if len(answers) > 1 or not facts.get("offered") else OFFERED
    if not n:
        text = ASK
    code = CODE.format(code=facts["code"]) if facts["code"] else ""
    choices = ((Choice(SUBMIT, True),),) if n else ()
    return Prompt(Reply(text.format(items=facts["items"], n=n, code=code)), choices, take=_taking(facts))


def _taking(facts: Facts) -> flow.Take:
    async def take(context: Context, incoming: Incoming) -> tuple[Any, tuple[Reply, ...]]:
        spot = await seen(context, str(facts["spot"]))
        if spot is None or spot.state not in OPEN:
            raise Misread(NOT_HERE if spot is None else CLOSED)
        taken = await _taken(context, incoming, spot)
        if not taken.photos:
            raise Misread("\n".join(taken.notes))
        return {"photos": list(taken.photos)}, (Reply("\n".join(taken.notes)),) if taken.notes else ()

    return take


def _photos(answers: Answers) -> tuple[int, ...]:
    return tuple(number for one in answers if isinstance(one, dict) for number in one["photos"])


async def _finish(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    return await submitted(context, facts["spot"], _photos(answers))


def _which(facts: Facts, answers: Answers) -> Prompt | None:
    if answers:
        return None
    rows = tuple((Choice(text, number),) for number, text in facts["tasks"])
    return Prompt(Reply(WHICH.format(n=len(facts["message"]["attachments"]))), rows)


async def _chosen(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    spot = await seen(context, str(answers[0]))
    if spot is None or spot.state not in OPEN:
        return (Reply(NOT_HERE if spot is None else CLOSED),)
    taken = await _taken(context, load_incoming(facts["message"]), spot)
    notes = (Reply("\n".join(taken.notes)),) if taken.notes else ()
    return (*notes, *(await submitted(context, spot.id, taken.photos) if taken.photos else ()))


SENDING = Flow("spot-send", WORKERS, _step, _finish)
WHICH_ONE = Flow("spot-which", WORKERS, _which, _chosen)
FLOWS = (SENDING, WHICH_ONE)

"""A spot check as people see it: what the store is asked for, and what it sent, for whoever judges."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers import photo, typed
from handlers.actions import chasing
from handlers.actions.card import lasting
from handlers.context import Context
from handlers.due import due_shown
from handlers.message import Button, Reply
from records.database import Connection
from records.people import People, Person
from records.photos.keeping import Photo, Photos
from records.spots import ACCEPTED, ASKED, REJECTED, SENT, WITHDRAWN, Spot, Spots
from records.standing import actor
from records.stores import Stores

TITLE = "**抽查 {id}：{items}**\n{store} · {who}"
DUE, LATE = "- 截止：{due}", "（已过期）"
CODE = "- 验证码：**{code}**，写在纸上，和实物拍在同一张照片里"
WHY = "- 要求重拍：{reason}"
HOW = "回复这条消息发照片，可以一次发几张；也可以点“发照片”。"
SAMPLE = "附的照片是样片，请照这样拍。"
SENT_BY = "{who} {when} 交了 {n} 张照片{late}。"
SENT_LATE = "，晚了{long}"
NOTHING_ODD, ODD = "照片里没有发现异常。", "- 第 {n} 张：{what}"
MORE_PHOTOS = "还有 {n} 张没有显示，点“看全部照片”。"
JUDGED = {
    ACCEPTED: "{who}：合格。", REJECTED: "{who}：不合格。原因：{reason}", WITHDRAWN: "已撤回，不用拍了。",
}  # fmt: skip
WAITS = "等门店交照片。"
SEND, ACCEPT, REJECT, AGAIN, WITHDRAW, ALL_PHOTOS = "发照片", "合格", "不合格", "重拍", "撤回", "看全部照片"
NOBODY = "已离职的同事"
ABOUT = "spot"
SHOWN = 9  # photos on a card; what a channel shows as one album


async def seen(context: Context, number: str) -> Spot | None:
    """A spot check that this person may see; any other is as if it did not exist."""
    if not re.fullmatch(r"[0-9]{1,15}", number):
        return None
    async with context.database.read() as connection:
        found = await Spots(connection).get(int(number))
    return found if found and actor(context.me, found.store_id).works else None


async def card(connection: Connection, spot: Spot, person: Person, now: datetime, before: str = "") -> Reply:
    """What a person sees of a spot check of theirs: the task, or the photos with what stands out in them."""
    zone, leads = ZoneInfo(person.zone), actor(person, spot.store_id).leads
    store = await Stores(connection).get(spot.store_id)
    who = await _name(connection, spot.created_by)
    title = TITLE.format(id=spot.id, items=listed(spot), store=typed.inert(store.name) if store else "", who=who)
    photos = await Photos(connection).of(spot.photos)
    parts, buttons = list[str](), list[tuple[Button, ...]]()
    if spot.state == ASKED:
        parts.append(_asked(spot, now, zone))
        parts.append(WAITS if leads else HOW)
        buttons.append((Button(WITHDRAW, f"spot:withdraw:{spot.id}:{spot.version}"),) if leads else
                       (Button(SEND, f"spot:send:{spot.id}"),))  # fmt: skip
        photos = await Photos(connection).of([spot.sample]) if spot.sample else []
        parts += [SAMPLE] if photos and not leads else []
    else:
        parts.append(await _sent(connection, spot, person, zone, photos))
        if spot.state == SENT and leads and person.id != spot.sent_by:
            verbs = ((ACCEPT, "accept"), (REJECT, "reject"), (AGAIN, "again"))
            buttons.append(tuple(Button(text, f"spot:{verb}:{spot.id}:{spot.version}") for text, verb in verbs))
        elif spot.state == SENT and not leads:
            buttons.append((Button(SEND, f"spot:send:{spot.id}"),))
        buttons += [(Button(ALL_PHOTOS, f"spot:photos:{spot.id}"),)] if len(photos) > SHOWN else []
    text = "\n\n".join(part for part in (before, title, *parts) if part)
    files = tuple(photo.file_of(one) for one in photos[:SHOWN])
    return Reply(text, files=files, buttons=tuple(buttons), about=f"{ABOUT}:{spot.id}")


def listed(spot: Spot) -> str:
    """What is to be photographed, in one line."""
    return "、".join(typed.inert(one) for one in spot.items)


async def judges(connection: Connection, spot: Spot) -> list[Person]:
    """Who is to judge: whoever asked while they lead the store, else its leaders; never who sent the photos."""
    asked = await People(connection).get(spot.created_by) if spot.created_by else None
    found = [asked] if asked and actor(asked, spot.store_id).leads else await chasing.leaders(connection, spot.store_id)
    able = [one for one in found if one.id != spot.sent_by]
    return able or [one for one in await chasing.leaders(connection, spot.store_id) if one.id != spot.sent_by]


def _asked(spot: Spot, now: datetime, zone: ZoneInfo) -> str:
    lines = [DUE.format(due=due_shown(spot.due_at, now, zone)) + (LATE if spot.due_at < now else "")]
    lines += [CODE.format(code=spot.code)] if spot.code else []
    lines += [WHY.format(reason=typed.inert(spot.reason))] if spot.reason else []
    return "\n".join(lines)


async def _sent(
    connection: Connection, spot: Spot, person: Person, zone: ZoneInfo, photos: list[Photo]
) -> str:  # fmt: skip
    parts = []
    if spot.sent_at is not None:
        long = lasting(spot.sent_at - spot.due_at) if spot.sent_at > spot.due_at else ""
        when = spot.sent_at.astimezone(zone).strftime("%m-%d %H:%M")
        who, late = await _name(connection, spot.sent_by), SENT_LATE.format(long=long) if long else ""
        parts.append(SENT_BY.format(who=who, when=when, n=len(photos), late=late))
    if spot.state == SENT and photos and actor(person, spot.store_id).leads:
        parts.append(await _odd(connection, photos, person, zone))
    parts += [MORE_PHOTOS.format(n=len(photos) - SHOWN)] if len(photos) > SHOWN else []
    if spot.state in JUDGED:
        who = await _name(connection, spot.judged_by)
        parts.append(JUDGED[spot.state].format(who=who, reason=typed.inert(spot.reason)))
    return "\n".join(parts)


async def _odd(connection: Connection, photos: list[Photo], person: Person, zone: ZoneInfo) -> str:
    """What a human should look at in each photo."""
    known = {one.id: one for one in await Photos(connection).of([one.same_as for one in photos if one.same_as])}
    lines = [photo.flagged(one, person, zone, known.get(one.same_as or 0)) for one in photos]
    told = [ODD.format(n=number, what=what) for number, what in enumerate(lines, 1) if what]
    return "\n".join(told) or NOTHING_ODD


async def _name(connection: Connection, person_id: int | None) -> str:
    found = await People(connection).get(person_id) if person_id else None
    return typed.inert(found.name) if found else NOBODY

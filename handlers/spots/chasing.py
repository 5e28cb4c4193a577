"""Spot checks are chased: the store before and when photos are due, whoever judges once they came, then one higher."""

from datetime import datetime, timedelta

from handlers.actions import chasing
from handlers.actions.card import lasting
from handlers.context import Due, Notice
from handlers.spots.card import card, judges
from records.database import Connection
from records.people import People, Person
from records.reminders import Reminder, Reminders
from records.spots import ASKED, SENT, Spot, Spots
from records.stores import Stores

KIND = "spot"
SOON, LATE = "这条抽查快到截止时间了。", "这条抽查已经到截止时间，请尽快交照片。"
NOT_SENT, STILL_NOT = "门店还没有交照片。", "这条抽查已经过期{long}，门店还没有交照片。"
WAITS, STILL_WAITS = "门店交的照片等着您看。", "门店交的照片已经等了{long}。"
_SOON, _DUE, _HIGHER, _JUDGE, _JUDGE_HIGHER = range(5)
_AHEAD, _PATIENCE = timedelta(hours=1), timedelta(hours=12)


async def follow(connection: Connection, spot: Spot, escalate_hours: float, now: datetime) -> None:
    """Set what a spot check will be chased by next, in place of what was set; nothing once it is over."""
    key = f"{KIND}:{spot.id}"
    coming = next((at for _, at in _stages(spot, escalate_hours) if at > now), None)
    anchor = await _anchor(connection, spot)
    if coming is None or anchor is None:
        await Reminders(connection).drop(key)
        return
    payload = {"spot": spot.id, "escalate": escalate_hours}
    await Reminders(connection).put(Reminder(key, anchor.id, KIND, coming, payload=payload))


async def ask(connection: Connection, one: Spot, escalate_hours: float, now: datetime, text: str) -> list[Notice]:
    """Ask a store for photos, to be chased from now on; what its staff are told."""
    spot = await Spots(connection).add(one)
    await follow(connection, spot, escalate_hours, now)
    staff = await chasing.staff(connection, spot.store_id)
    return [Notice(each.id, await card(connection, spot, each, now, text)) for each in staff]


async def chase(due: Due) -> list[Notice]:
    """Tell those whose turn it is."""
    payload = due.reminder.payload or {}
    spot = await Spots(due.connection).get(payload["spot"])
    store = await Stores(due.connection).get(spot.store_id) if spot else None
    if spot is None or store is None or store.closed_at is not None:
        return []
    await follow(due.connection, spot, payload["escalate"], due.now)
    past = [stage for stage, at in _stages(spot, payload["escalate"]) if at <= due.now]
    told = await _told(due.connection, spot, past[-1], due.now) if past else []
    return [Notice(one.id, await card(due.connection, spot, one, due.now, text)) for one, text in told]


def _stages(spot: Spot, escalate_hours: float) -> list[tuple[int, datetime]]:
    more = timedelta(hours=escalate_hours)
    if spot.state == ASKED:
        ahead = min(_AHEAD, (spot.due_at - spot.created_at) / 4)
        return [(_SOON, spot.due_at - ahead), (_DUE, spot.due_at), (_HIGHER, spot.due_at + more)]
    if spot.state == SENT and spot.sent_at is not None:
        return [(_JUDGE, spot.sent_at + _PATIENCE), (_JUDGE_HIGHER, spot.sent_at + _PATIENCE + more)]
    return []


async def _told(connection: Connection, spot: Spot, stage: int, now: datetime) -> list[tuple[Person, str]]:
    lead = await judges(connection, spot)
    higher = await chasing.bosses(connection, lead) if stage in (_HIGHER, _JUDGE_HIGHER) else []
    if stage in (_JUDGE, _JUDGE_HIGHER):
        long = lasting(now - (spot.sent_at or now))
        above = [(one, STILL_WAITS.format(long=long)) for one in higher]
        return _once([*((one, WAITS) for one in lead), *above])
    staff = await chasing.staff(connection, spot.store_id)
    found = [(one, SOON if stage == _SOON else LATE) for one in staff]
    if stage >= _DUE:
        found += [(one, NOT_SENT) for one in lead]
    late = STILL_NOT.format(long=lasting(now - spot.due_at)) if stage == _HIGHER else ""
    return _once([*found, *((one, late) for one in higher)])


def _once(told: list[tuple[Person, str]]) -> list[tuple[Person, str]]:
    kept: dict[int, tuple[Person, str]] = {}
    for one, text in told:
        kept.setdefault(one.id, (one, text))
    return list(kept.values())


async def _anchor(connection: Connection, spot: Spot) -> Person | None:
    """Someone who is here, for the reminder to be theirs."""
    found = await People(connection).get(spot.created_by) if spot.created_by else None
    if found and found.left_at is None:
        return found
    return next(iter(await chasing.leaders(connection, spot.store_id)), None)

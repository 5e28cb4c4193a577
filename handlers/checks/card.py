"""A finished check as people are shown it, with what each of them can do about it."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from handlers import typed
from handlers.actions import chasing
from handlers.checks import report
from handlers.checks.marking import Found
from handlers.checks.summary import findings_of, result_of, sections_of, skipped_of
from handlers.context import Context
from handlers.message import Button, Reply
from records.checks import CONFIRMED, OBJECTED, SETTLED, WAITING, Check, CheckMark
from records.database import Connection
from records.people import Person
from records.standing import actor

CARD = "**{name}** · {store}\n{when} · {who}\n\n{result}\n\n{sections}{findings}{skipped}{answer}"
LEFT = "已离职的同事"
TOLD = "{who}刚做完一次检核。请看看结果对不对：确认，或者说明哪里有异议。"
STATES = {
    WAITING: "等门店确认",
    CONFIRMED: "门店已确认（{who}）",
    OBJECTED: "门店有异议（{who}）：{objection}",
    SETTLED: "门店有异议（{who}）：{objection}\n处理（{judge}）：{settlement}",
}
CONFIRM, OBJECT, DECIDE, SHOW_PHOTOS = "确认", "有异议", "处理异议", "看照片（{n}）"


def card(
    check: Check, store: str, reader: Person, who: str, zone: ZoneInfo, names: Mapping[int, str] = {}, before: str = ""
) -> Reply:
    """A finished check, `before` it what is to be said of it, and what its reader can do about it."""
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
    return Reply(f"{before}\n\n{text}" if before else text, buttons=_ways(check, reader))


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
            told = TOLD.format(who=typed.inert(context.me.name))
            context.notify(person.id, card(check, store, person, context.me.name, ZoneInfo(person.zone), before=told))


def mark_of(check: Check, key: str) -> CheckMark:
    """What was found at an item."""
    return next(one for one in check.marks if one.item == key)

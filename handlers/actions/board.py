"""The board of actions: one's own first, then by store, state, person and lateness, and how far they have come."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handlers import flow, typed
from handlers.actions.card import NOBODY, STATES, around, lasting, line, short
from handlers.context import Context
from handlers.message import Button, Incoming, Reply
from records.action import ACCEPTED, FIXED, OPEN, OWED, WITHDRAWN, Action
from records.action import STATES as ALL_STATES
from records.action_figures import figures
from records.actions import Actions, Which
from records.database import Connection
from records.people import ADMIN, STAFF, SUPERVISOR, People
from records.stores import Stores

MINE = "我的整改：要我做 {owed} 条，等我验收 {waiting} 条。"
ALL, LATE, OF_STORE, OF_STATE, OF_PERSON = "全部整改", "逾期的整改", "{name}的整改", "{name}的整改", "{name}负责的整改"
HEAD = "{title}：{n} 条。"
EMPTY = "没有要处理的整改。"
BY_STORE, BY_STATE, BY_PERSON = "按门店看，还没完成的：", "按状态看：", "按负责人看，还没完成的："
NO_MORE = "这里现在没有整改。"
NAV = (
    ("我的", "mine"),
    ("按门店", "stores"),
    ("按状态", "states"),
    ("按人", "people"),
    ("逾期", "late"),
    ("闭环", "pdca"),
)
NEXT, BACK = "下一页", "上一页"
PDCA = (
    "**{title} · 闭环**（最近 {days} 天提出的）\n\n"
    "- 发现 {found} 条\n- 已安排 {planned} 条（有负责人）\n- 已整改 {done} 条\n"
    "- 已验收 {verified} 条（{rate}），一般用时 {typical}\n- 验收后 {within} 天内再犯 {back} 条\n- 现在逾期 {late} 条"
)
CAME_BACK = "再犯的："
AGAIN = "- {title}：{closed} 验收，{again} 又出现"
NO_RATE = "还没有"
_PAGE, _MENU, _DAYS = 8, 20, 90
_UNDONE = (*OWED, FIXED)


@dataclass(frozen=True, slots=True)
class View:
    """Some actions with their title; `which` narrows those a person may see."""

    title: str
    which: Which


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """One's own: what one has to do, and what waits for one's acceptance."""
    return (await _mine(context, 0),)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """actions:<view>:<offset>; a view is a word, or s<store>, o<person>, a state, joined by commas."""
    match incoming.action.split(":"):
        case ["actions", view, offset] if re.fullmatch(r"[0-9]{1,6}", offset):
            return (replace(await _view(context, view, int(offset)), replaces=True),)
    return (Reply(flow.OVER),)


def visible(context: Context) -> frozenset[int] | None:
    """The stores whose actions one may see; None for all."""
    return None if context.me.role == ADMIN else frozenset(context.me.stores)


async def _view(context: Context, view: str, offset: int) -> Reply:
    match view:
        case "mine":
            return await _mine(context, offset)
        case "stores" | "people" | "states":
            return await _menu(context, view)
    async with context.database.read() as connection:
        words = view.split(",")
        found = await _narrow(context, connection, [one for one in words if one != "pdca"])
        if found is None:
            return Reply(flow.OVER)
        if "pdca" in words:
            return await _pdca(context, connection, found, view)
        actions = Actions(connection)
        total = await actions.count(found.which)
        shown = await actions.all(found.which, _PAGE, offset)
        head = HEAD.format(title=found.title, n=total) if total else NO_MORE
        return await _page(context, connection, head, shown, view, offset, total)


async def _narrow(context: Context, connection: Connection, words: Sequence[str]) -> View | None:
    """What the words of a view stand for; None for what is not there, or not this person's to see."""
    view = View(ALL, Which(stores=visible(context)))
    for word in words:
        which = view.which
        if word == "all":
            continue
        if word == "late":
            view = View(LATE, replace(which, late_at=context.now()))
        elif word in ALL_STATES:
            view = View(OF_STATE.format(name=STATES[word]), replace(which, states=(word,)))
        elif word == "undone":
            view = replace(view, which=replace(which, states=_UNDONE))
        elif re.fullmatch(r"s[0-9]{1,9}", word):
            store = await Stores(connection).get(int(word[1:]))
            if store is None or not (which.stores is None or store.id in which.stores):
                return None
            view = View(OF_STORE.format(name=typed.inert(store.name)), replace(which, stores=frozenset({store.id})))
        elif re.fullmatch(r"o[0-9]{1,9}", word):
            person = await People(connection).get(int(word[1:])) if word != "o0" else None
            if word != "o0" and not await Actions(connection).count(replace(which, owners=(int(word[1:]),))):
                return None
            title = OF_PERSON.format(name=typed.inert(person.name)) if person else NOBODY
            view = View(title, replace(which, owners=(person.id if person else None,)))
        else:
            return None
    return view


async def mine(context: Context, connection: Connection) -> tuple[list[Action], list[Action]]:
    """What this person has to do, and what waits for their acceptance."""
    actions, me = Actions(connection), context.me
    owed = await actions.all(Which(stores=visible(context), states=OWED, owners=(me.id,)))
    if me.role == STAFF:
        owed += await actions.all(Which(stores=visible(context), states=OWED, owners=(None,)))
    waiting = []
    if me.role in (ADMIN, SUPERVISOR):
        waiting = await actions.all(Which(stores=visible(context), states=(FIXED,), others=me.id))
    return sorted(owed, key=lambda one: (one.due_at, one.id)), waiting


async def _mine(context: Context, offset: int) -> Reply:
    async with context.database.read() as connection:
        owed, waiting = await mine(context, connection)
        found = [*waiting, *owed]
        head = MINE.format(owed=len(owed), waiting=len(waiting)) if found else EMPTY
        return await _page(context, connection, head, found[offset : offset + _PAGE], "mine", offset, len(found))


async def _page(
    context: Context, connection: Connection, head: str, shown: Sequence[Action], view: str, offset: int, total: int
) -> Reply:
    lines, rows = [], list[tuple[Button, ...]]()
    for n, one in enumerate(shown, offset + 1):
        lines.append(f"{n}. {line(one, await around(connection, one), context.now(), context.zone)}")
        rows.append((Button(f"{n}. {short(one)}", f"action:{one.id}"),))
    ways = [(BACK, max(0, offset - _PAGE))] if offset else []
    ways += [(NEXT, offset + _PAGE)] if offset + _PAGE < total else []
    rows += [tuple(Button(text, f"actions:{view}:{at}") for text, at in ways)] if ways else []
    return Reply("\n".join([head, "", *lines]).strip(), buttons=(*rows, *_nav(view)))


def _nav(view: str = "") -> tuple[tuple[Button, ...], ...]:
    """The ways to other views; from a store's, how far that store has come."""
    store = next((f",{word}" for word in view.split(",") if re.fullmatch(r"s[0-9]+", word)), "")
    buttons = tuple(Button(text, f"actions:{to}{store if to == 'pdca' else ''}:0") for text, to in NAV)
    return buttons[:3], buttons[3:]


async def _menu(context: Context, which: str) -> Reply:
    """The stores, people or states there are, with how many actions each has."""
    async with context.database.read() as connection:
        actions, seen = Actions(connection), Which(stores=visible(context))
        undone = replace(seen, states=_UNDONE)
        if which == "states":
            counts = await actions.counts(seen, "state")
            rows = [(STATES[one], one, counts[one]) for one in ALL_STATES if one in counts]
        elif which == "stores":
            counts = await actions.counts(undone, "store_id")
            stores = [await Stores(connection).get(one) for one in counts]
            rows = [(typed.inert(one.name), f"s{one.id},undone", counts[one.id]) for one in stores if one]
        else:
            counts = await actions.counts(undone, "owner_id")
            people = [await People(connection).get(one) for one in counts if one is not None]
            rows = [(typed.inert(one.name), f"o{one.id},undone", counts[one.id]) for one in people if one]
            rows += [(NOBODY, "o0,undone", counts[None])] if None in counts else []
    rows.sort(key=lambda row: -row[2]) if which != "states" else None
    title = {"stores": BY_STORE, "states": BY_STATE, "people": BY_PERSON}[which]
    buttons = tuple((Button(f"{name}（{n}）", f"actions:{view}:0"),) for name, view, n in rows[:_MENU])
    return Reply(title if rows else NO_MORE, buttons=(*buttons, *_nav()))


async def _pdca(context: Context, connection: Connection, view: View, name: str) -> Reply:
    """Found, planned, done, verified, and what came back."""
    now, within = context.now(), context.deployment.pace.came_back_days
    actions = Actions(connection)
    found = await actions.all(replace(view.which, made_since=now - timedelta(_DAYS)))
    known = [one for one in found if one.state != WITHDRAWN]
    back = await actions.came_back(known, within)
    counted = figures(known, now)
    text = PDCA.format(
        title=view.title,
        days=_DAYS,
        found=counted.made,
        planned=sum(one.state != OPEN or one.owner_id is not None for one in known),
        done=sum(one.state in (FIXED, ACCEPTED) for one in known),
        verified=counted.closed,
        rate=f"{counted.rate:.0%}" if counted.rate is not None else NO_RATE,
        typical=lasting(counted.typical) if counted.typical is not None else NO_RATE,
        within=within,
        back=len(back),
        late=counted.late,
    )
    again = [(one, back[one.id]) for one in known if one.id in back][:_PAGE]
    lines = [
        AGAIN.format(title=typed.inert(one.title), closed=_day(one.closed_at, context), again=_day(found.at, context))
        for one, found in again
    ]
    rows = [(one, found.action_id or one.id) for one, found in again]
    buttons = tuple((Button(short(one), f"action:{number}"),) for one, number in rows)
    return Reply("\n".join([text, *(["", CAME_BACK, *lines] if lines else [])]), buttons=(*buttons, *_nav(name)))


def _day(moment: datetime | None, context: Context) -> str:
    return moment.astimezone(context.zone).strftime("%m-%d") if moment else ""

"""/causes: the analyses of one's stores, by store, symptom and period; one of them; its versions; what recurs most."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from handlers import flow, typed
from handlers.causes import analysing, guide_card
from handlers.causes.analysing import NOT_HERE, NotSeen, seen
from handlers.causes.card import KINDS, card, frequent, line, versions, with_actions
from handlers.causes.drawing import as_finished
from handlers.causes.guide_paper import is_guide, paper_of
from handlers.causes.view import PERIODS, View, fitting
from handlers.context import Context
from handlers.flow import Answers, Facts, Flow, Prompt
from handlers.message import Button, File, Incoming, Reply, clipped, id_in
from handlers.roles import LEADERS
from knowledge.cause.stored import tree_from
from knowledge.cause.tree import roots
from knowledge.paper_text import as_markdown
from records.actions import Actions, Which
from records.analyses import BACK, CLOSED, DONE, WHY, Analyses, Sought
from records.database import Connection
from records.standing import actor
from records.stores import Store, Stores
from reports.pareto import pareto_picture

HEAD = "{scope}{when}的分析 {n} 份{words}。"
NONE = "{scope}{when}还没有分析{words}。发 /why 开始一份。"
NO_STORES = "您名下没有门店。"
EVERY, MINE = "全部门店", "您名下 {n} 家门店"
BY_STORE, FIND, CLEAR, TOP, NEXT, PREVIOUS, LIST = (
    "按门店看", "按症状找", "不限症状", "高频根因", "下一页", "上一页", "回到列表",
)  # fmt: skip
WHERE = "看哪家门店的分析？"
ASK_WORDS = "发症状里的词，几个词用空格隔开，例如：返修 异响。"
NO_ROOTS = "{scope}{when}做完的分析里还没有根因{words}。"
FOUND = "{scope}{when}做完的分析 {n} 份{words}，根因 {all} 种。最常见的：\n\n{lines}"
SCOPE = "{scope} · {when}做完的分析 {n} 份{words}"
BEGUN = "{when}开始"
WAS = "“{title}”第 {n} 版，{when}做完。"
_PAGE, _MENU = 8, 20


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """/causes, or /causes and words of the symptom."""
    words = incoming.text.partition(" ")[2] if incoming.text.startswith("/") else ""
    return (await _list(context, View(words=fitting(words)), 0),)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """causes:list|stores|find|top:<view> as View.action says, causes:one|versions:<id>, causes:was:<id>:<version>."""
    try:
        match incoming.action.split(":"):
            case ["causes", "one", number]:
                return (await _one(context, id_in(number)),)
            case ["causes", "versions", number]:
                return (await _versions(context, id_in(number)),)
            case ["causes", "was", number, version]:
                return await _was(context, id_in(number), id_in(version))
            case ["causes", "list" | "stores" | "find" | "top" as what, store, offset, *period, words]:
                view = View(id_in(store), fitting(words), next((one for one in period if one in PERIODS), ""))
                return await _view(context, incoming, what, view, id_in(offset))
    except NotSeen:
        return (Reply(NOT_HERE),)
    return (Reply(flow.OVER),)


async def _view(context: Context, incoming: Incoming, what: str, view: View, offset: int) -> tuple[Reply, ...]:
    match what:
        case "list":
            return (replace(await _list(context, view, offset), replaces=True),)
        case "stores":
            return (await _stores_menu(context, view),)
        case "find":
            return await flow.start(context, incoming, FINDING, {"store": view.store, "period": view.period})
    return await _top(context, view)


async def _list(context: Context, view: View, offset: int) -> Reply:
    async with context.database.read() as connection:
        stores = await _stores(context, connection, view)
        if not stores:
            return Reply(NO_STORES)
        sought = replace(_sought(stores, view), since=view.since(context))
        count = sum((await Analyses(connection).counts(sought)).values())
        shown = await Analyses(connection).all(sought, _PAGE, offset)
    scope, names = _scope(stores, view), {one.id: one.name for one in stores}
    lines = [line(n, one, names, context.zone) for n, one in enumerate(shown, offset + 1)]
    rows = [
        (Button(f"{n}. {clipped(one.title, 26)}", f"causes:one:{one.id}"),) for n, one in enumerate(shown, offset + 1)
    ]
    ways = [Button(PREVIOUS, view.action("list", max(0, offset - _PAGE)))] if offset else []
    ways += [Button(NEXT, view.action("list", offset + _PAGE))] if offset + _PAGE < count else []
    when = BEGUN.format(when=view.when) if count and view.when else view.when
    head = (HEAD if count else NONE).format(scope=scope, when=when, n=count, words=view.told)
    return Reply("\n".join([head, "", *lines]).strip(), buttons=(*rows, *((tuple(ways),) if ways else ()), *_nav(view)))


def _nav(view: View) -> tuple[tuple[Button, ...], ...]:
    clear = (Button(CLEAR, replace(view, words="").action("list")),) if view.words else ()
    first = (Button(BY_STORE, view.action("stores")), Button(FIND, view.action("find")), *clear)
    return first, _periods(view, "list"), (Button(TOP, view.action("top")),)


def _periods(view: View, what: str) -> tuple[Button, ...]:
    """The other periods."""
    others = (period for period in PERIODS if period != view.period)
    return tuple(Button(PERIODS[one], replace(view, period=one).action(what)) for one in others)


async def _stores_menu(context: Context, view: View) -> Reply:
    async with context.database.read() as connection:
        stores = await _stores(context, connection, View())
        if not stores:
            return Reply(NO_STORES)
        counts = await Analyses(connection).counts(replace(_sought(stores, view), since=view.since(context)))
    ordered = sorted((one for one in stores if one.id in counts), key=lambda one: -counts[one.id])
    rows = [
        (Button(f"{clipped(typed.inert(one.name))}（{counts[one.id]}）", replace(view, store=one.id).action("list")),)
        for one in ordered[:_MENU]
    ]
    every = (Button(EVERY, replace(view, store=0).action("list")),)
    return Reply(WHERE, buttons=(*rows, every), replaces=True)


async def _stores(context: Context, connection: Connection, view: View) -> list[Store]:
    """The stores of the view that this person leads."""
    mine = [one for one in await Stores(connection).all() if actor(context.me, one.id).leads]
    return [one for one in mine if view.store in (0, one.id)]


def _sought(stores: Sequence[Store], view: View) -> Sought:
    return Sought(stores=[one.id for one in stores], words=view.words.split())


def _scope(stores: Sequence[Store], view: View) -> str:
    return typed.inert(stores[0].name) if len(stores) == 1 else MINE.format(n=len(stores))


async def _one(context: Context, number: int) -> Reply:
    async with context.database.read() as connection:
        one = await seen(context, connection, number)
        analyses = Analyses(connection)
        store = await Stores(connection).get(one.store_id) if one.store_id is not None else None
        actions = await Actions(connection).all(Which(source=("cause", number)))
        finished = len(await analyses.versions(number))
        derived = await analyses.all(Sought(kinds=(WHY,), source_id=number))
        source = await analyses.get(one.source_id) if one.source_id is not None else None
        team = len(await analyses.team(number))
    if one.kind not in KINDS:
        return with_actions(guide_card.shown(one, finished), actions)
    return card(one, store, actions, finished, [*derived, *([source] if source else [])], team, context)


async def _versions(context: Context, number: int) -> Reply:
    async with context.database.read() as connection:
        one = await seen(context, connection, number)
        finished = await Analyses(connection).versions(number)
    return versions(one, finished, context.zone)


async def _was(context: Context, number: int, version: int) -> tuple[Reply, ...]:
    """A finished version as it was: its picture, and its forms."""
    async with context.database.read() as connection:
        now = await seen(context, connection, number)
        finished = await Analyses(connection).versions(number)
    one = as_finished(now, finished, version)
    if not version or not (one.kind in KINDS or is_guide(one)):
        raise NotSeen
    files = await analysing.pictures(context, one)
    nth = sum(was.version <= version for was in finished)
    when = one.updated_at.astimezone(context.zone).strftime("%Y-%m-%d %H:%M")
    text = WAS.format(title=typed.inert(one.title), n=nth, when=when)
    if is_guide(one):
        return (Reply(f"{text}\n\n{as_markdown(paper_of(one))}", files=files),)
    return (Reply(text, files=files, buttons=analysing.ways(one, version)),)


async def _top(context: Context, view: View) -> tuple[Reply, ...]:
    """The root causes found most often, as a picture and in words."""
    async with context.database.read() as connection:
        stores = await _stores(context, connection, view)
        if not stores:
            return (Reply(NO_STORES),)
        sought = replace(
            _sought(stores, view), kinds=(WHY,), states=(DONE, CLOSED, BACK), done_since=view.since(context)
        )
        n, found = 0, list[tuple[int, int | None, str]]()
        async for one in Analyses(connection).each(sought):
            n += 1
            found += [(one.id, one.store_id, cause.text) for cause in roots(tree_from(one.content))]
    scope = _scope(stores, view)
    counted = await asyncio.to_thread(frequent, found)
    back = (_periods(view, "top"), (Button(LIST, view.action("list")),))
    if not counted:
        return (Reply(NO_ROOTS.format(scope=scope, when=view.when, words=view.told), buttons=back),)
    under = SCOPE.format(scope=scope, when=view.when, n=n, words=view.told)
    content = await asyncio.to_thread(pareto_picture, counted, under)
    picture = File("高频根因.png", "image/png", await context.files.put(content))
    lines = "\n".join(f"{n}. {typed.inert(one.text)}：{one.times} 次" for n, one in enumerate(counted[:_PAGE], 1))
    text = FOUND.format(scope=scope, when=view.when, n=n, words=view.told, all=len(counted), lines=lines)
    return (Reply(text, files=(picture,), buttons=back),)


def _finding(facts: Facts, answers: Answers) -> Prompt | None:
    return None if answers else Prompt(Reply(ASK_WORDS), read=typed.line(60), free=True)


async def _found(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    view = View(int(facts["store"]), fitting(answers[0]), facts.get("period", ""))
    return (await _list(context, view, 0),)


FINDING = Flow("causes-find", LEADERS, _finding, _found)
FLOWS = (FINDING,)

"""/why: which way, which store, and the problem card: facts before anyone asks why."""

import re
import unicodedata
from dataclasses import replace
from typing import Any

from handlers import flow, typed
from handlers.causes import analysing, fish, why, why_screen
from handlers.causes.kpi import KPIS, figures_in, unit_of
from handlers.causes.why import ASKS
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.message import Button, Field, Incoming, Reply, clipped, id_in
from handlers.roles import LEADERS
from knowledge.cause.card import Card, Kpi
from knowledge.cause.edit import MOST_TEXT
from knowledge.cause.fishbone import Fishbone
from knowledge.cause.stored import fishbone_values, tree_from, tree_values
from knowledge.cause.tree import PROBLEM, Tree, roots
from records.analyses import BACK, CLOSED, DONE, FISH, OPEN, WHY, Analyses, Analysis, Sought
from records.standing import actor
from records.stores import Stores

WHICH = "用什么办法找原因？"
WAYS = (("5Why：一层层问", WHY), ("鱼骨图：一起列全", FISH))
WHERE = "哪家门店的问题？"
NO_STORE = "您名下没有门店，还不能做分析。"
NOT_YOURS_NOW = "这家门店现在不归您负责了，这份分析没有建。"
SKIP = "先跳过"
WHICH_KPI = "用哪个指标看得出来？"
NO_KPI = "没有指标"
FIGURES = "{name} 现在是多少，目标是多少？例如：41，目标 50；只知道现在的，就发一个数。"
NO_FIGURES = "没看懂。请发一个或两个数字，例如：41，目标 50；不知道就点“先跳过”。"
TOO_LONG = "太长了，请在 {n} 个字以内说清楚，细节放到后面几问里。"
BEGUN = "问题卡记好了。"
HANDBOOK = "手册里相关的章节在下面的按钮里。"
EARLIER = "类似的问题有过 {n} 次：\n\n{lines}"
EARLIER_ONE = "- {when} {title}：{roots}"
NOT_FOUND_THEN = "没有找到根因"
GO_ON = "没做完的分析有 {n} 份，点一份接着做；或者开始新的。"
_NEAR, _SHOWN = 3, 5
_SKIPPED = (SKIP, "跳过", "没有", "无", "不知道", "不清楚")
_WHY = re.compile(r"(?:为什么|为何|怎么|为啥)?[，,：:]?\s*(.+?)(?:了?(?:吗|呢))?\s*[？?]*")
_KPI, _NONE = "kpi", "none"
_ORDER = ("what", "where", "when", "how_many", "impact")
_LONGEST = 200


async def begin(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """/why, or /why and the problem in a line; what is not finished is offered first."""
    return await _begun(context, incoming, [])


async def begin_fish(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """/fish: the same, the way being chosen."""
    return await _begun(context, incoming, [{"kind": FISH}])


async def _begun(context: Context, incoming: Incoming, known: Answers) -> tuple[Reply, ...]:
    async with context.database.read() as connection:
        stores = [one for one in await Stores(connection).all() if actor(context.me, one.id).leads]
        sought = Sought(stores=[one.id for one in stores], kinds=(WHY, FISH), states=(OPEN, BACK))
        waiting = await Analyses(connection).all(sought, limit=_SHOWN)
    if not stores:
        return (Reply(NO_STORE),)
    what = stated(typed.inert(incoming.text.partition(" ")[2])) if incoming.text.startswith("/") else ""
    facts: Facts = {
        "stores": [{"id": one.id, "name": typed.inert(one.name)} for one in stores],
        "what": what if len(what) <= MOST_TEXT else "",
    }
    rows = tuple((Button(clipped(typed.inert(one.title), 30), f"cause:go:{one.id}"),) for one in waiting)
    offered = (Reply(GO_ON.format(n=len(waiting)), buttons=rows),) if rows else ()
    if len(what) > MOST_TEXT:
        offered = (*offered, Reply(TOO_LONG.format(n=MOST_TEXT)))
    return (*offered, *await flow.start(context, incoming, STARTING, facts, known))


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """cause:go:<analysis>: go on with one that is not finished; cause:new: begin one."""
    _, what, number = (*incoming.action.split(":"), "", "")[:3]
    if what == "new":
        return await begin(context, incoming)
    if what != "go":
        return (Reply(flow.OVER),)
    try:
        async with context.database.read() as connection:
            one = await analysing.seen(context, connection, id_in(number))
    except analysing.NotSeen:
        return (Reply(analysing.NOT_HERE),)
    if one.kind == FISH:
        return await fish.begin(context, incoming, one.id)
    if one.kind != WHY:
        return (Reply(analysing.NOT_HERE),)
    return await why.open_again(context, incoming, one)


def _step(facts: Facts, answers: Answers) -> Prompt | None:
    known = _known(facts, answers)
    if "kind" not in known:
        return Prompt(Reply(WHICH), tuple((Choice(text, {"kind": kind}),) for text, kind in WAYS), read=_read_way)
    if "store" not in known:
        rows = tuple((Choice(one["name"], {"store": one["id"]}),) for one in facts["stores"])
        return Prompt(Reply(WHERE), rows, read=lambda incoming: _read_store(facts, incoming))
    for name in _ORDER:
        if name not in known:
            ways = () if name == "what" else ((Choice(SKIP, {name: ""}),),)
            form = _card(name) if name == _first(facts) else ()
            return Prompt(
                Reply(ASKS[name]), ways, read=_reads(name), free=True, verbatim=name == "what", form=form, fill=_filled
            )
    return _asked_kpi(known)


def _asked_kpi(known: dict[str, Any]) -> Prompt | None:
    if "kpi" not in known:
        pairs = [Choice(name, {"kpi": [name, unit]}) for name, unit in KPIS.items()]
        rows = tuple(tuple(pairs[at : at + 2]) for at in range(0, len(pairs), 2))
        return Prompt(Reply(WHICH_KPI), (*rows, (Choice(NO_KPI, {"kpi": None}),)), read=_read_kpi, free=True)
    if known["kpi"] and "figures" not in known:
        skip = ((Choice(SKIP, {"kpi": None}),),)
        return Prompt(Reply(FIGURES.format(name=known["kpi"][0])), skip, read=_read_figures, free=True)
    return None


def _first(facts: Facts) -> str:
    """Where the problem card begins."""
    return _ORDER[1] if facts["what"] else _ORDER[0]


def _card(since: str) -> tuple[Field, ...]:
    """The problem card as a form."""
    asked = _ORDER[_ORDER.index(since) :]
    kpis = tuple((name, name) for name in KPIS)
    return (
        *(Field(name, ASKS[name], lines=2, required=name == "what") for name in asked),
        Field(_KPI, WHICH_KPI, (*kpis, (_NONE, NO_KPI)), value=_NONE),
    )


def _filled(incoming: Incoming) -> list[dict[str, Any]]:
    """The answers of a problem card that was filled in; what was left empty is skipped."""
    told = dict(incoming.form)
    answers: list[dict[str, Any]] = []
    for name in _ORDER:
        if name in told:
            text = told[name].strip() or ("" if name == "what" else SKIP)
            answers.append(_reads(name)(replace(incoming, text=text, action="")))
    kpi = told.get(_KPI, "")
    return [*answers, {"kpi": [kpi, KPIS[kpi]] if kpi in KPIS else None}]


def _known(facts: Facts, answers: Answers) -> dict[str, Any]:
    known: dict[str, Any] = {"store": facts["stores"][0]["id"]} if len(facts["stores"]) == 1 else {}
    if facts["what"]:
        known["what"] = facts["what"]
    for answer in answers:
        known |= answer
    return known


def _reads(name: str) -> Any:
    most = MOST_TEXT if name == "what" else _LONGEST

    def read(incoming: Incoming) -> dict[str, str]:
        text = typed.inert(incoming.text)
        text = stated(text) if name == "what" else text
        if not text or incoming.attachments:
            raise Misread(typed.NO_TEXT)
        if len(text) > most:
            raise Misread(TOO_LONG.format(n=most))
        return {name: "" if name != "what" and text in _SKIPPED else text}

    return read


def stated(problem: str) -> str:
    """A problem as a fact: “为什么返修多？” is “返修多”."""
    found = _WHY.fullmatch(problem)
    return found[1] if found else problem


def _read_way(incoming: Incoming) -> dict[str, str]:
    text = unicodedata.normalize("NFKC", incoming.text).lower()
    found = [kind for word, kind in (("5", WHY), ("鱼骨", FISH)) if word in text]
    if len(found) != 1:
        raise Misread(flow.WRONG)
    return {"kind": found[0]}


def _read_store(facts: Facts, incoming: Incoming) -> dict[str, int]:
    text = typed.inert(incoming.text)
    found = [one for one in facts["stores"] if text and text in one["name"]]
    if len(found) != 1:
        raise Misread(flow.WRONG)
    return {"store": found[0]["id"]}


def _read_kpi(incoming: Incoming) -> dict[str, list[str] | None]:
    text = typed.inert(incoming.text)[:20]
    if text in (*_SKIPPED, NO_KPI):
        return {"kpi": None}
    if not text:
        raise Misread(typed.NO_TEXT)
    return {"kpi": [text, unit_of(text)]}


def _read_figures(incoming: Incoming) -> dict[str, list[float | None] | None]:
    if typed.inert(incoming.text) in _SKIPPED:
        return {"kpi": None}
    found = figures_in(incoming.text)
    if found is None or incoming.attachments:
        raise Misread(NO_FIGURES)
    return {"figures": [*found]}


async def _finish(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    """Keep the card, say what is known already, and ask the first why."""
    known = _known(facts, answers)
    kpi = Kpi(known["kpi"][0], known["figures"][0], known["figures"][1], known["kpi"][1]) if known["kpi"] else None
    card = Card(**{name: known[name] for name in _ORDER}, kpi=kpi)
    helped = await _helped(context, card.what)
    async with context.database.read() as connection:
        theirs = [one.id for one in await Stores(connection).all() if actor(context.me, one.id).leads]
    if known["store"] not in theirs:
        return (Reply(NOT_YOURS_NOW),)
    analyses = Analyses(await context.write())
    if known["kind"] == FISH:
        made = await analyses.add(
            FISH, known["store"], context.me.id, card.what, fishbone_values(Fishbone(card, ())), context.now()
        )
        return (*helped, *await fish.begin(context, incoming, made.id))
    tree = Tree(card)
    made = await analyses.add(WHY, known["store"], context.me.id, card.what, tree_values(tree), context.now())
    before = f"{BEGUN}\n\n{why_screen.card_of(tree)}"
    return (*helped, *await why.screen(context, incoming, made.id, tree, PROBLEM, before=before))


async def _helped(context: Context, what: str) -> tuple[Reply, ...]:
    """Handbook sections about it, and what was found when it was so before; slow work comes first."""
    cards = await analysing.sections(context, what, _NEAR)
    async with context.database.read() as connection:
        stores = [one.id for one in await Stores(connection).all() if actor(context.me, one.id).leads]
        sought = Sought(stores=stores, kinds=(WHY,), states=(DONE, CLOSED, BACK))
        past = await analysing.similar(what, Analyses(connection).each(sought))
    lines = "\n".join(_past(context, one) for one in past[:_NEAR])
    parts = [EARLIER.format(n=len(past), lines=lines)] if past else []
    rows = tuple((Button(clipped(one.heading, 30), f"section:{one.key}"),) for one in cards)
    parts += [HANDBOOK] if rows else []
    return (Reply("\n\n".join(parts), buttons=rows),) if parts else ()


def _past(context: Context, one: Analysis) -> str:
    found = "；".join(typed.inert(cause.text) for cause in roots(tree_from(one.content))) or NOT_FOUND_THEN
    when = one.updated_at.astimezone(context.zone).strftime("%Y-%m-%d")
    return EARLIER_ONE.format(when=when, title=typed.inert(one.title), roots=found)


STARTING = Flow("why-start", LEADERS, _step, _finish, kept=lambda facts: facts["what"] or "问题卡")
FLOWS = (STARTING,)

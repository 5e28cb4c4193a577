"""An analysis among others: its line in a list, its card, its versions, and the causes of many counted; pure."""

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from handlers import typed
from handlers.actions.card import STATES as ACTION_STATES
from handlers.causes import analysing, guide_paper
from handlers.context import Context
from handlers.message import Button, Reply, clipped
from knowledge.cause.alike import heaped
from knowledge.cause.fishbone import likely
from knowledge.cause.stored import fishbone_from, tree_from
from knowledge.cause.tree import ENDS, open_branches, roots
from knowledge.cause.tree import STATES as CAUSE_STATES
from records.action import WITHDRAWN, Action
from records.analyses import BACK, CLOSED, DONE, FISH, OPEN, WHY, Analysis, Version
from records.stores import Store
from reports.pareto import Frequent

KINDS = {WHY: "5Why", FISH: "鱼骨图"}
STATES = {OPEN: "分析中", DONE: "已完成", CLOSED: "已闭环", BACK: "又发生了"}
LINE = "{n}. **{title}**（{store}）· {kind} · {state} · {when}"
CARD = "**{title}**\n\n{facts}"
FACT = "- {name}：{value}"
STORE, KIND, STATE, WHEN, TEAM, ROOTS, LIKELY, LEFT, ACTIONS, ASKED, VERSIONS = (
    "门店", "办法", "状态", "最近改动", "一起分析", "根因", "最可能", "没问完", "整改", "回头看", "做完过",
)  # fmt: skip
ROOT, VOTED = "{text}（{end}，{state}）", "{text}（{n} 票）"
NOT_YET, PEOPLE, BRANCHES, TIMES = "还没有", "{n} 人", "{n} 处", "{n} 次"
MENDING = "{title}（{state}）"
SEE, GO_ON, AGAIN, OLD, ACTION, OTHER = "看图", "接着做", "再打开", "看以前的版本", "整改：{title}", "{kind}：{title}"
OF_VERSIONS = "“{title}”做完过 {n} 次，看哪一版？"
NEVER = "“{title}”还没有做完过。"
NTH = "第 {n} 版 · {when}"
BACK_TO = "回到这份分析"
_SHOWN, _MANY = 6, 10


def line(n: int, one: Analysis, stores: dict[int, str], zone: ZoneInfo) -> str:
    """An analysis in a list."""
    store = typed.inert(stores.get(one.store_id or 0, ""))
    when = one.updated_at.astimezone(zone).strftime("%Y-%m-%d")
    kind, state = KINDS.get(one.kind) or guide_paper.called(one.kind), STATES[one.state]
    return LINE.format(n=n, title=typed.inert(one.title), store=store, kind=kind, state=state, when=when)


def card(
    one: Analysis, store: Store | None, actions: Sequence[Action], finished: int, others: Sequence[Analysis],
    team: int, context: Context,
) -> Reply:  # fmt: skip
    """All about one, and what can be done with it; `others` came of it, or it of them."""
    made = [action for action in actions if action.state != WITHDRAWN]
    facts = [
        (STORE, typed.inert(store.name) if store else ""),
        (KIND, KINDS[one.kind]),
        (STATE, STATES[one.state]),
        (WHEN, one.updated_at.astimezone(context.zone).strftime("%Y-%m-%d %H:%M")),
        (TEAM, PEOPLE.format(n=team) if team > 1 else ""),
        *_found(one),
        (ACTIONS, "；".join(MENDING.format(title=typed.inert(a.title), state=ACTION_STATES[a.state]) for a in made)),
        (ASKED, one.ask_at.astimezone(context.zone).strftime("%Y-%m-%d") if one.ask_at else ""),
        (VERSIONS, TIMES.format(n=finished) if finished else ""),
    ]
    said = "\n".join(FACT.format(name=name, value=value) for name, value in facts if value)
    see = Button(SEE, f"{one.kind}:see:{one.id}")
    rows: list[tuple[Button, ...]] = [
        (see, Button(GO_ON if one.state in (OPEN, BACK) else AGAIN, f"cause:go:{one.id}"))
    ]
    rows += list(analysing.ways(one))
    rows += [(Button(OLD, f"causes:versions:{one.id}"),)] if finished else []
    rows += [
        (Button(OTHER.format(kind=KINDS[other.kind], title=clipped(other.title, 16)), f"causes:one:{other.id}"),)
        for other in others[:_SHOWN]
    ]
    return with_actions(Reply(CARD.format(title=typed.inert(one.title), facts=said), buttons=tuple(rows)), made)


def with_actions(reply: Reply, actions: Sequence[Action]) -> Reply:
    """The same with a way to each action that was made of it."""
    made = [one for one in actions if one.state != WITHDRAWN][:_SHOWN]
    rows = tuple((Button(ACTION.format(title=clipped(one.title, 18)), f"action:{one.id}"),) for one in made)
    return replace(reply, buttons=(*reply.buttons, *rows))


def _found(one: Analysis) -> list[tuple[str, str]]:
    """What it has come to."""
    if one.kind == FISH:
        fish = fishbone_from(one.content)
        best = [VOTED.format(text=typed.inert(twig.text), n=fish.tally[twig.id]) for twig in likely(fish)]
        return [(LIKELY, "；".join(best) or NOT_YET)]
    tree = tree_from(one.content)
    ends = [
        ROOT.format(text=typed.inert(cause.text), end=ENDS[cause.end], state=CAUSE_STATES[cause.state])
        for cause in roots(tree)
    ]
    left = len(open_branches(tree))
    return [(ROOTS, "；".join(ends) or NOT_YET), (LEFT, BRANCHES.format(n=left) if left else "")]


def versions(one: Analysis, finished: Sequence[Version], zone: ZoneInfo) -> Reply:
    """The finished versions, the latest first."""
    title = typed.inert(one.title)
    rows = [
        (
            Button(
                NTH.format(n=len(finished) - at, when=was.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")),
                f"causes:was:{one.id}:{was.version}",
            ),
        )
        for at, was in enumerate(finished[:_MANY])
    ]
    text = OF_VERSIONS.format(title=title, n=len(finished)) if finished else NEVER.format(title=title)
    return Reply(text, buttons=(*rows, (Button(BACK_TO, f"causes:one:{one.id}"),)))


def frequent(found: Sequence[tuple[int, int | None, str]]) -> list[Frequent]:
    """(analysis, its store, one of its root causes) as causes by how many analyses found them. Slow where many."""
    stores = {number: store for number, store, _ in found}
    return [
        Frequent(heap.text, len(heap.of), len({stores[number] for number in heap.of}), len(heap.texts))
        for heap in heaped((text, number) for number, _, text in found)
    ]

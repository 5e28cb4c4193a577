"""/why: what can be tapped while a 5-Why is walked, from the problem card to verified root causes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from handlers import flow, typed
from handlers.causes import analysing, why_saying, why_screen
from handlers.causes import proof as why_proof
from handlers.causes.analysing import NOT_HERE, NotSeen, edit_tree, seen, tree_of
from handlers.causes.hint import hint
from handlers.causes.why_saying import listen, protested, screen
from handlers.causes.why_screen import action, finishing, places, reading
from handlers.context import Context
from handlers.message import Button, Incoming, Reply, id_in
from knowledge.cause.edit import CannotEdit, confirm, judge, jump, remove
from knowledge.cause.stop import BESIDE, BEYOND, CAN_ACT, DEEPER, EXPLAINS, close, shallow, verdict
from knowledge.cause.stored import tree_from
from knowledge.cause.tree import LINES, PROBLEM, STATES, Tree
from records.analyses import Analysis

ASKS = {
    "what": "什么问题？一句话，只说看到的事实，例如：9 月 NPS 从 52 降到 41。",
    "where": "在哪里？哪个环节、哪个工位、哪类客户？",
    "when": "什么时候开始的？什么时段多？",
    "how_many": "差多少？多少台、多少单、百分之几？",
    "impact": "影响谁？客户、门店、厂家各有什么损失？",
    why_saying.KPI: "用哪个指标看得出来，现在多少，目标多少？例如：返修率 6.2 3；没有就发“没有”。",
}
CANNOT = "这一步做不了：{why}"
SURE_REMOVE = "删掉“{text}”和它下面的 {n} 条吗？"
REMOVE, KEEP = "删掉", "留着"
REMOVED = "已删掉。"
ANYWAY, ONE_MORE = "就到这里", "再问一层"
IS_ROOT = "记下了：根因是“{text}”。"
GONE = "这一条已经不在了。"
Verb = Callable[[Context, Incoming, int, list[str]], Any]


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """why:<verb>:<analysis>:…"""
    _, verb, number, *rest = (*incoming.action.split(":"), "", "")
    found = _VERBS.get(verb)
    if found is None:
        return (Reply(flow.OVER),)
    try:
        replies: tuple[Reply, ...] = await found(context, incoming, id_in(number), [one for one in rest if one])
    except NotSeen:
        return (Reply(NOT_HERE),)
    except CannotEdit as error:
        return (Reply(CANNOT.format(why=error)),)
    except KeyError:
        return (Reply(GONE),)
    return replies


async def _at(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """Stand there; what ends at someone's fault is objected to once, before it is asked on."""
    cause, protests = _first(rest), list[str]()

    def stand(tree: Tree) -> Tree:
        tree = jump(tree, cause)
        tree, protest = protested(tree, cause)
        protests.append(protest)
        return tree

    _, tree = await edit_tree(context, number, stand)
    return await screen(context, incoming, number, tree, cause, before="".join(protests))


def _first(rest: list[str]) -> int:
    return id_in(rest[0]) if rest else PROBLEM


async def _line(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    line = next((one for one in LINES if rest and one == rest[0]), None)
    if line is None:
        return (Reply(flow.OVER),)
    return await screen(context, incoming, number, await tree_of(context, number), PROBLEM, line)


async def _jump(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    return (places(await tree_of(context, number), number, _first(rest)),)


async def _end(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """why:end:<analysis>:<cause>, then :deep (nevertheless), :yes or :no (we can act), :all or :some (it explains)."""
    cause, said = _first(rest), rest[1:]
    tree = await tree_of(context, number)
    if protested(tree, cause)[1]:
        return await _at(context, incoming, number, rest)
    text = typed.inert(tree.cause(cause).text)
    if not said and (doubt := shallow(tree, cause)):
        ways = (Button(ANYWAY, action("end", number, cause, "deep")), Button(ONE_MORE, action("at", number, cause)))
        return (Reply(doubt, buttons=(ways,), replaces=True),)
    match said:
        case [] | ["deep"]:
            ways = (
                Button(why_screen.ACT[0], action("end", number, cause, "yes")),
                Button(why_screen.ACT[1], action("end", number, cause, "no")),
            )
            return (Reply(CAN_ACT.format(text=text), buttons=(ways,), replaces=True),)
        case ["yes"]:
            ways = (
                Button(why_screen.EXPLAINS[0], action("end", number, cause, "all")),
                Button(why_screen.EXPLAINS[1], action("end", number, cause, "some")),
            )
            return (Reply(EXPLAINS, buttons=(ways,), replaces=True),)
    return await _ended(context, incoming, number, cause, said)


async def _ended(context: Context, incoming: Incoming, number: int, cause: int, said: list[str]) -> tuple[Reply, ...]:
    tree = await tree_of(context, number)
    judged = verdict(tree, cause, can_act=said != ["no"], explains=said == ["all"])
    if judged == "deeper":
        return await screen(context, incoming, number, tree, cause, before=DEEPER)
    _, tree = await edit_tree(context, number, lambda tree: close(tree, cause, judged))
    text = typed.inert(tree.cause(cause).text)
    if judged == "part":
        above = tree.cause(cause).parent
        return await screen(context, incoming, number, tree, above, tree.cause(cause).line, before=BESIDE)
    head = BEYOND if judged == "beyond" else IS_ROOT.format(text=text)
    if not tree.cause(cause).evidence:
        return await _proving(context, incoming, number, [str(cause)], head)
    found = places(tree, number)
    return (replace(found, text=f"{head}\n\n{found.text}"),)


async def _proving(
    context: Context, incoming: Incoming, number: int, rest: list[str], before: str = ""
) -> tuple[Reply, ...]:
    """Ask for evidence: words, photos, a check of the store or a question."""
    cause = _first(rest)
    async with context.database.read() as connection:
        one = await seen(context, connection, number)
        tree = tree_from(one.content)
        text, rows = await why_proof.asking(context, connection, tree, cause, number)
        offers = await why_proof.offered(context, connection, incoming, one, tree.cause(cause))
    facts = {"mode": "proof", "at": cause, "line": "", "say": f"{before}\n\n{text}" if before else text}
    return await listen(context, incoming, number, tree, facts | {"store": one.store_id, "offers": offers}, rows)


async def _judge(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    cause = _first(rest)
    state = next((one for one in STATES if rest[1:] == [one]), None)
    if state is None:
        return (Reply(flow.OVER),)
    _, tree = await edit_tree(context, number, lambda tree: judge(tree, cause, state))
    if state == "refuted" or tree.cause(cause).end:
        return (places(tree, number),)
    return await screen(context, incoming, number, tree, cause)


async def _reword(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    cause = _first(rest)
    tree = await tree_of(context, number)
    facts = {"mode": "reword", "at": cause, "line": "", "say": why_screen.reworded(tree, cause)}
    return await listen(context, incoming, number, tree, facts)


async def _between(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    cause = _first(rest)
    tree = await tree_of(context, number)
    say = why_screen.between_asked(tree, cause)
    facts = {"mode": "between", "at": cause, "line": "", "say": say, "reading": True}
    return await listen(context, incoming, number, tree, facts)


async def _remove(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    cause = _first(rest)
    tree = await tree_of(context, number)
    below = len(list(tree.walk(cause)))
    if below and rest[1:] != ["yes"]:
        ways = (Button(REMOVE, action("remove", number, cause, "yes")), Button(KEEP, action("at", number, cause)))
        text = SURE_REMOVE.format(text=typed.inert(tree.cause(cause).text), n=below)
        return (Reply(text, buttons=(ways,), replaces=True),)
    above = tree.cause(cause).parent
    _, tree = await edit_tree(context, number, lambda tree: remove(tree, cause))
    return await screen(context, incoming, number, tree, above, before=REMOVED)


async def _read(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    tree = await tree_of(context, number)
    return (reading(tree, number) or finishing(tree, number),)


async def _holds(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    cause = _first(rest)
    _, tree = await edit_tree(context, number, lambda tree: confirm(tree, cause))
    return (reading(tree, number) or replace(finishing(tree, number), replaces=True),)


async def _facts(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """Ask for the first fact that nobody has stated."""
    tree = await tree_of(context, number)
    names = [name for name in ASKS if name != why_saying.KPI and not getattr(tree.card, name)]
    if not names:
        return (why_screen.mending(tree, number),)
    facts = {"mode": "fact", "name": names[0], "at": 0, "line": "", "say": ASKS[names[0]]}
    return await listen(context, incoming, number, tree, facts)


async def _card(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """why:card:<analysis>, then :<fact>: the problem as it is stated, and other words for a part of it."""
    tree = await tree_of(context, number)
    name = rest[0] if rest else ""
    if name not in ASKS:
        return (why_screen.mending(tree, number),)
    facts = {"mode": "fact", "name": name, "at": 0, "line": "", "say": ASKS[name], "again": True}
    return await listen(context, incoming, number, tree, facts)


async def _see(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    async with context.database.read() as connection:
        one = await seen(context, connection, number)
    files = await analysing.pictures(context, one)
    return (Reply(why_screen.card_of(tree_from(one.content)), files=files, buttons=analysing.ways(one)),)


async def _done(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    return (finishing(await tree_of(context, number), number),)


_VERBS: dict[str, Verb] = {
    "at": _at, "line": _line, "jump": _jump, "end": _end, "proof": _proving, "judge": _judge, "reword": _reword,
    "between": _between, "remove": _remove, "read": _read, "holds": _holds, "facts": _facts, "card": _card, "see": _see,
    "done": _done, "hint": hint, "asked": why_proof.show_question, "photos": why_proof.show_photos,
}  # fmt: skip


async def open_again(context: Context, incoming: Incoming, one: Analysis) -> tuple[Reply, ...]:
    """Go on with an analysis where it stands."""
    tree = tree_from(one.content)
    return await screen(context, incoming, one.id, tree, tree.at)


FLOWS = why_saying.FLOWS
__all__ = ["ASKS", "FLOWS", "open_again", "press", "screen"]

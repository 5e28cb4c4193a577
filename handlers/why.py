"""/why: a 5-Why from the problem card to verified root causes; every edit is kept at once, on any device."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from handlers import analysing, evidence, flow, typed, why_screen
from handlers.analysing import NOT_HERE, NotSeen, edit_tree, numbers, seen
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.message import Button, Incoming, Reply
from handlers.roles import WORKERS
from handlers.why_screen import action, finishing, judging, places, reading
from knowledge.cause.card import Card
from knowledge.cause.edit import CannotEdit, add, between, confirm, judge, jump, mend, mend_card, remove, show
from knowledge.cause.stop import (
    BESIDE,
    BEYOND,
    CAN_ACT,
    DEEPER,
    EXPLAINS,
    close,
    objected,
    objection,
    shallow,
    verdict,
)
from knowledge.cause.stored import tree_from
from knowledge.cause.tree import LINES, PROBLEM, Evidence, Line, Tree
from records.analyses import WHY, Analysis
from records.checks import Checks, Wanted
from records.conversations import Conversations

TITLE = "分析：{title}"
ASKS = {
    "what": "什么问题？一句话，只说看到的事实，例如：9 月 NPS 从 52 降到 41。",
    "where": "在哪里？哪个环节、哪个工位、哪类客户？",
    "when": "什么时候开始的？什么时段多？",
    "how_many": "差多少？多少台、多少单、百分之几？",
    "impact": "影响谁？客户、门店、厂家各有什么损失？",
}
SENT_MANY = "记下 {n} 条。先问第一条，其余的在“换一处”里。"
ASK_EVIDENCE = "有什么证据说明“{text}”？发一句看到的或查到的（带数字更好），也可以发照片。"
FROM_CHECK = "用检核：{when} {name} {total:g} 分"
CANNOT = "这一步做不了：{why}"
SURE_REMOVE = "删掉“{text}”和它下面的 {n} 条吗？"
REMOVE, KEEP = "删掉", "留着"
REMOVED = "已删掉。"
ANYWAY, ONE_MORE = "就到这里", "再问一层"
IS_ROOT = "记下了：根因是“{text}”。"
GONE = "这一条已经不在了。"
_LONGEST, _MOST_LINES = 600, 6
Verb = Callable[[Context, Incoming, int, list[str]], Any]


async def screen(
    context: Context, incoming: Incoming, number: int, tree: Tree, at: int, line: Line = "happened", before: str = ""
) -> tuple[Reply, ...]:
    """Ask why there: the next typed sentence is an answer."""
    text = why_screen.asked(tree, at, line)
    facts = {"mode": "cause", "at": at, "line": line, "say": f"{before}\n\n{text}" if before else text}
    return await _ask(context, incoming, number, tree, facts, why_screen.rows(tree, at, number))


async def _ask(
    context: Context, incoming: Incoming, number: int, tree: Tree, facts: Facts, rows: why_screen.Rows = ()
) -> tuple[Reply, ...]:
    conversations = Conversations(await context.write())
    here = context.opened.draft if context.opened else None  # the flow closes that one itself
    for one in await conversations.drafts(context.me.id):
        if one.id != here and one.flow == SAYING.name and one.state["facts"]["analysis"] == number:
            await conversations.drop(one.id)
    kept = {"analysis": number, "title": tree.card.what, "rows": [[[b.text, b.action] for b in row] for row in rows]}
    return await flow.start(context, incoming, SAYING, facts | kept)


def _saying(facts: Facts, answers: Answers) -> Prompt | None:
    if answers:
        return None
    rows = tuple(tuple(Button(text, said) for text, said in row) for row in facts["rows"])
    reply = Reply(facts["say"], buttons=rows)
    if facts["mode"] != "proof":
        return Prompt(reply, read=typed.lines(_LONGEST), free=True)
    store = facts.get("store")
    take = (lambda context, incoming: evidence.take_photos(context, incoming, store)) if store else None
    choices = tuple((Choice(text, {"check": check}),) for check, text in facts["checks"])
    return Prompt(reply, choices, read=typed.lines(_LONGEST), free=True, take=take)


async def _said(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    number, at, answer = facts["analysis"], facts["at"], answers[0]
    try:
        match facts["mode"]:
            case "cause":
                return await _causes(context, incoming, facts, answer)
            case "reword":
                _, tree = await edit_tree(context, number, lambda tree: mend(tree, at, answer))
            case "between":
                _, tree = await edit_tree(context, number, lambda tree: between(tree, at, answer))
            case "fact":
                name = facts["name"]
                _, tree = await edit_tree(context, number, lambda tree: mend_card(tree, _stated(tree, name, answer)))
                return (finishing(tree, number),)
            case _:
                proof = _proof(answer)
                _, tree = await edit_tree(context, number, lambda tree: show(tree, at, proof))
                return (judging(tree, at, number),)
    except CannotEdit as error:
        raise Misread(str(error)) from error
    except NotSeen:
        return (Reply(NOT_HERE),)
    following = reading(tree, number) if facts.get("reading") else None
    return (following,) if following else await screen(context, incoming, number, tree, at)


def _stated(tree: Tree, name: str, said: str) -> Card:
    values: dict[str, Any] = {name: " ".join(said.split())}
    return replace(tree.card, **values)


async def _causes(context: Context, incoming: Incoming, facts: Facts, said: str) -> tuple[Reply, ...]:
    """One cause a line; the walk goes on below the first, with an objection where it blames someone."""
    at, line, number = facts["at"], facts["line"], facts["analysis"]
    lines = [one for one in said.splitlines() if one.strip()][:_MOST_LINES]

    def grow(tree: Tree) -> Tree:
        first = PROBLEM
        for one in lines:
            tree = add(tree, one, at, line)
            first = first or tree.at
        tree = jump(tree, first)
        return objected(tree, first) if objection(tree, first) else tree

    _, tree = await edit_tree(context, number, grow)
    protest = objection(_unobjected(tree), tree.at) if tree.cause(tree.at).objected else ""
    many = SENT_MANY.format(n=len(lines)) if len(lines) > 1 else ""
    before = "\n\n".join(one for one in (many, protest) if one)
    return await screen(context, incoming, number, tree, tree.at, before=before)


def _unobjected(tree: Tree) -> Tree:
    return tree.with_cause(replace(tree.cause(tree.at), objected=False))


async def _tree(context: Context, number: int) -> Tree:
    async with context.database.read() as connection:
        one = await seen(context, connection, number)
    if one.kind != WHY:
        raise NotSeen
    return tree_from(one.content)


def _proof(answer: Any) -> Evidence:
    if isinstance(answer, str):
        text = " ".join(answer.split())
        return Evidence(text=text)
    if "check" in answer:
        return Evidence(check=answer["check"])
    return Evidence(text=answer.get("text", ""), photos=tuple(answer["photos"]))


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """why:<verb>:<analysis>:…"""
    _, verb, number, *rest = (*incoming.action.split(":"), "", "")
    found = _VERBS.get(verb)
    if found is None:
        return (Reply(flow.OVER),)
    try:
        replies: tuple[Reply, ...] = await found(context, incoming, numbers(number), [one for one in rest if one])
    except NotSeen:
        return (Reply(NOT_HERE),)
    except CannotEdit as error:
        return (Reply(CANNOT.format(why=error)),)
    except KeyError:
        return (Reply(GONE),)
    return replies


async def _at(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    cause = numbers(rest[0]) if rest else PROBLEM
    _, tree = await edit_tree(context, number, lambda tree: jump(tree, cause))
    return await screen(context, incoming, number, tree, cause)


async def _line(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    line = next((one for one in LINES if rest and one == rest[0]), None)
    if line is None:
        return (Reply(flow.OVER),)
    return await screen(context, incoming, number, await _tree(context, number), PROBLEM, line)


async def _jump(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    return (places(await _tree(context, number), number),)


async def _end(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """why:end:<analysis>:<cause>, then :deep (nevertheless), :yes or :no (we can act), :all or :some (it explains)."""
    cause, said = numbers(rest[0]) if rest else 0, rest[1:]
    tree = await _tree(context, number)
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
    tree = await _tree(context, number)
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
    """Ask for evidence: words, photos, or a check of the store."""
    cause = numbers(rest[0]) if rest else 0
    async with context.database.read() as connection:
        one = await seen(context, connection, number)
        wanted = Wanted(stores=[one.store_id]) if one.store_id is not None else None
        checks = await Checks(connection).all(wanted, limit=3) if wanted else []
    tree = tree_from(one.content)
    text = ASK_EVIDENCE.format(text=typed.inert(tree.cause(cause).text))
    listed = [
        (
            check.id,
            FROM_CHECK.format(
                when=check.finished_at.astimezone(context.zone).strftime("%m-%d"),
                name=check.checklist.name,
                total=check.total,
            ),
        )
        for check in checks
    ]
    facts = {"mode": "proof", "at": cause, "line": "", "say": f"{before}\n\n{text}" if before else text}
    return await _ask(context, incoming, number, tree, facts | {"store": one.store_id, "checks": listed})


async def _judge(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    cause, state = numbers(rest[0]), rest[1]
    known = {"verified": "verified", "refuted": "refuted", "open": "open"}
    if state not in known:
        return (Reply(flow.OVER),)
    _, tree = await edit_tree(context, number, lambda tree: judge(tree, cause, known[state]))  # type: ignore[arg-type]  # one of its three
    if state == "refuted" or tree.cause(cause).end:
        return (places(tree, number),)
    return await screen(context, incoming, number, tree, cause)


async def _reword(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    cause = numbers(rest[0])
    tree = await _tree(context, number)
    say = f"“{typed.inert(tree.cause(cause).text)}”改成什么？发一句。"
    return await _ask(context, incoming, number, tree, {"mode": "reword", "at": cause, "line": "", "say": say})


async def _between(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    cause = numbers(rest[0])
    tree = await _tree(context, number)
    say = why_screen.between_asked(tree, cause)
    facts = {"mode": "between", "at": cause, "line": "", "say": say, "reading": True}
    return await _ask(context, incoming, number, tree, facts)


async def _remove(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    cause = numbers(rest[0])
    tree = await _tree(context, number)
    below = len(list(tree.walk(cause)))
    if below and rest[1:] != ["yes"]:
        ways = (Button(REMOVE, action("remove", number, cause, "yes")), Button(KEEP, action("at", number, cause)))
        text = SURE_REMOVE.format(text=typed.inert(tree.cause(cause).text), n=below)
        return (Reply(text, buttons=(ways,), replaces=True),)
    above = tree.cause(cause).parent
    _, tree = await edit_tree(context, number, lambda tree: remove(tree, cause))
    return await screen(context, incoming, number, tree, above, before=REMOVED)


async def _read(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    tree = await _tree(context, number)
    return (reading(tree, number) or finishing(tree, number),)


async def _holds(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    cause = numbers(rest[0])
    _, tree = await edit_tree(context, number, lambda tree: confirm(tree, cause))
    return (reading(tree, number) or replace(finishing(tree, number), replaces=True),)


async def _facts(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """Ask for the first fact that nobody has stated."""
    tree = await _tree(context, number)
    names = [name for name in ("what", "where", "when", "how_many", "impact") if not getattr(tree.card, name)]
    if not names:
        return (finishing(tree, number),)
    facts = {"mode": "fact", "name": names[0], "at": 0, "line": "", "say": ASKS[names[0]]}
    return await _ask(context, incoming, number, tree, facts)


async def _see(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    async with context.database.read() as connection:
        one = await seen(context, connection, number)
    files = await analysing.pictures(context, one)
    return (Reply(why_screen.card_of(tree_from(one.content)), files=files, buttons=analysing.ways(one)),)


async def _done(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    return (finishing(await _tree(context, number), number),)


_VERBS: dict[str, Verb] = {
    "at": _at, "line": _line, "jump": _jump, "end": _end, "proof": _proving, "judge": _judge, "reword": _reword,
    "between": _between, "remove": _remove, "read": _read, "holds": _holds, "facts": _facts, "see": _see,
    "done": _done,
}  # fmt: skip


async def open_again(context: Context, incoming: Incoming, one: Analysis) -> tuple[Reply, ...]:
    """Go on with an analysis where it stands."""
    tree = tree_from(one.content)
    return await screen(context, incoming, one.id, tree, tree.at)


SAYING = Flow("why", WORKERS, _saying, _said, kept=lambda facts: TITLE.format(title=facts["title"]))
FLOWS = (SAYING,)

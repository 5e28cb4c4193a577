"""What is typed into a 5-Why: causes, evidence, other words, facts; every edit is kept at once, on any device."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from handlers import flow, typed
from handlers.actions import evidence
from handlers.causes import proof as why_proof
from handlers.causes import why_screen
from handlers.causes.analysing import NOT_HERE, NotSeen, edit_tree, kept_rows, rows_of, tree_of
from handlers.causes.kpi import NO_KPI, kpi_in
from handlers.causes.why_screen import finishing, places, reading
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.message import Incoming, Reply, clipped
from handlers.roles import WORKERS
from knowledge.cause.card import Card
from knowledge.cause.edit import CannotEdit, add, between, jump, mend, mend_card, show, tidy
from knowledge.cause.stop import objected, objection
from knowledge.cause.tree import PROBLEM, Evidence, Line, Tree, open_branches
from records.conversations import Conversations

TITLE, KPI = "分析：{title}", "kpi"
NOT_A_KPI = "没看懂。请发指标的名称和一个或两个数字，例如：返修率 6.2 3。"
SENT_MANY = "记下 {n} 条。先问第一条，其余的在“换一处”里。"
NOT_KEPT = "这几条没有记下：\n{lines}"
NOT_KEPT_ONE = "- {text}：{why}"
GONE_HERE = "刚才问的那一条已经删掉了，接着问这里。"
STAYS = "这份分析和写下的原因都还在"
GONE_SINCE = "您在答的那一条刚被删掉了，“{said}”还没有记下。换一处再发。"
PHOTO_ELSEWHERE = "照片先没有记。请先点“证据”，再发照片。"
TOO_MANY_LINES = "一次最多记 12 条，请再发一次。"
_LONGEST, _MOST_LINES, _QUOTED = 600, 12, 60


async def screen(
    context: Context,
    incoming: Incoming,
    number: int,
    tree: Tree,
    at: int,
    line: Line = "happened",
    before: str = "",
    hints: Sequence[str] = (),
    beside: why_screen.Rows = (),
) -> tuple[Reply, ...]:
    """Ask why there: the next typed sentence is an answer, and so is a tapped hint."""
    text = why_screen.asked(tree, at, line)
    facts = {"mode": "cause", "at": at, "line": line, "say": f"{before}\n\n{text}" if before else text}
    rows = (*beside, *why_screen.rows(tree, at, number, line))
    return await listen(context, incoming, number, tree, facts | {"hints": list(hints)}, rows)


async def _now(context: Context, facts: Facts) -> Facts:
    """The same question to the analysis as it is now, whoever changed it; where it stands, if that is gone."""
    number, at, mode = facts["analysis"], facts["at"], facts["mode"]
    try:
        tree = await tree_of(context, number)
    except NotSeen as error:
        raise flow.Gone(NOT_HERE) from error
    kept, head = facts | {"title": tree.card.what}, ""
    if at != PROBLEM and all(one.id != at for one in tree.causes):
        at, mode, head = tree.at, "cause", GONE_HERE
    match mode:
        case "proof":
            async with context.database.read() as connection:
                say, rows = await why_proof.asking(context, connection, tree, at, number)
            return kept | {"say": say, "rows": kept_rows(rows)}
        case "reword":
            return kept | {"say": why_screen.reworded(tree, at)}
        case "between":
            return kept | {"say": why_screen.between_asked(tree, at)}
        case "fact" if facts.get("again") or not getattr(tree.card, facts["name"]):
            return kept
    line: Line = facts["line"] or "happened"
    text, known = why_screen.asked(tree, at, line), {one.text for one in tree.causes}
    return kept | {
        "mode": "cause",
        "at": at,
        "line": line,
        "say": f"{head}\n\n{text}" if head else text,
        "rows": kept_rows(why_screen.rows(tree, at, number, line)),
        "hints": [one for one in facts.get("hints", ()) if one not in known],
    }


async def listen(
    context: Context, incoming: Incoming, number: int, tree: Tree, facts: Facts, rows: why_screen.Rows = ()
) -> tuple[Reply, ...]:
    """What is typed next is an answer to this; earlier questions of this person about the analysis are over."""
    await hushed(context, incoming, number)
    kept = {"analysis": number, "title": tree.card.what, "rows": kept_rows(rows)}
    return await flow.start(context, incoming, SAYING, facts | kept)


async def hushed(context: Context, incoming: Incoming, number: int) -> None:
    """Nothing that this person types is an answer about the analysis any more."""
    conversations = Conversations(await context.write())
    typed_ = not incoming.action or incoming.action.startswith("flow:")
    here = context.opened.draft if context.opened and typed_ else None  # the flow closes that one itself
    for one in await conversations.drafts(context.me.id):
        if one.id != here and one.flow == SAYING.name and one.state["facts"]["analysis"] == number:
            await conversations.drop(one.id)


def _saying(facts: Facts, answers: Answers) -> Prompt | None:
    if answers:
        return None
    reply = Reply(facts["say"], buttons=rows_of(facts["rows"]))
    if facts["mode"] != "proof":
        hints = tuple(
            (Choice(clipped(why_screen.SUGGESTED.format(text=one), 30), one),) for one in facts.get("hints", ())
        )
        return Prompt(reply, hints, read=_worded, free=True)
    store = facts.get("store")
    take = (lambda context, incoming: evidence.take_photos(context, incoming, store)) if store else None
    choices = tuple((Choice(text, used),) for text, used in facts.get("offers", ()))
    return Prompt(reply, choices, read=typed.lines(_LONGEST), free=True, take=take)


def _worded(incoming: Incoming) -> str:
    if incoming.attachments:
        raise Misread(PHOTO_ELSEWHERE)
    return typed.lines(_LONGEST)(incoming)


async def _said(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    number, at, answer = facts["analysis"], facts["at"], answers[0]
    try:
        return await _kept(context, incoming, facts, answer)
    except NotSeen:
        return (Reply(NOT_HERE),)
    except CannotEdit as error:
        tree = await tree_of(context, number)
        if at == PROBLEM or any(one.id == at for one in tree.causes):
            raise Misread(str(error)) from error
        said = answer if isinstance(answer, str) else answer.get("text", "")
        found = places(tree, number)
        lost = GONE_SINCE.format(said=typed.inert(said)[:_QUOTED])
        return (replace(found, text=f"{lost}\n\n{found.text}", replaces=False),)


async def _kept(context: Context, incoming: Incoming, facts: Facts, answer: Any) -> tuple[Reply, ...]:
    """Do what was typed, and ask what comes next; raises NotSeen, CannotEdit."""
    number, at = facts["analysis"], facts["at"]
    match facts["mode"]:
        case "cause":
            return await _causes(context, incoming, facts, answer)
        case "reword":
            _, tree = await edit_tree(context, number, lambda tree: mend(tree, at, answer))
        case "between":
            _, tree = await edit_tree(context, number, lambda tree: between(tree, at, answer))
        case "fact":
            _, tree = await edit_tree(context, number, lambda tree: mend_card(tree, _stated(tree, facts, answer)))
            return (why_screen.mending(tree, number) if facts.get("again") else finishing(tree, number),)
        case _:
            proof = _proof(answer)
            _, tree = await edit_tree(context, number, lambda tree: show(tree, at, proof))
            async with context.database.read() as connection:
                return (await why_proof.judging(context, connection, tree, at, number),)
    following = reading(tree, number) if facts.get("reading") else None
    return (following,) if following else await screen(context, incoming, number, tree, at)


def _stated(tree: Tree, facts: Facts, said: str) -> Card:
    name, plain = facts["name"], " ".join(said.split())
    if name == KPI:
        kpi = None if plain in NO_KPI else kpi_in(plain, tree.card.kpi)
        if kpi is None and plain not in NO_KPI:
            raise CannotEdit(NOT_A_KPI)
        return replace(tree.card, kpi=kpi)
    values: dict[str, Any] = {name: tidy(plain) if name == "what" else plain}
    return replace(tree.card, **values)


def _proof(answer: Any) -> Evidence:
    if isinstance(answer, str):
        return Evidence(text=" ".join(answer.split()))
    if "photos" not in answer:
        return Evidence(**answer)
    return Evidence(text=answer.get("text", ""), photos=tuple(answer["photos"]))


async def _causes(context: Context, incoming: Incoming, facts: Facts, said: str) -> tuple[Reply, ...]:
    """One cause a line; what cannot be kept is said; the walk goes on below the first."""
    at, line, number = facts["at"], facts["line"], facts["analysis"]
    refused: list[str] = []
    added: list[int] = []
    protests: list[str] = []

    def grow(tree: Tree) -> Tree:
        lines = [one for one in said.splitlines() if one.strip()]
        for n, one in enumerate(lines):
            try:
                if n >= _MOST_LINES:
                    raise CannotEdit(TOO_MANY_LINES)
                tree = add(tree, one, at, line)
            except CannotEdit as error:
                if len(lines) == 1:
                    raise
                refused.append(NOT_KEPT_ONE.format(text=typed.inert(one)[:_QUOTED], why=error))
            else:
                added.append(tree.at)
        if not added:
            return tree
        tree, protest = protested(jump(tree, added[0]), added[0])
        protests.append(protest)
        return tree

    _, tree = await edit_tree(context, number, grow)
    if not added:
        raise CannotEdit(NOT_KEPT.format(lines="\n".join(refused)))
    many = SENT_MANY.format(n=len(added)) if len(added) > 1 else ""
    lost = NOT_KEPT.format(lines="\n".join(refused)) if refused else ""
    before = "\n\n".join(one for one in (many, lost, *protests) if one)
    return await screen(context, incoming, number, tree, tree.at, before=before)


def protested(tree: Tree, at: int) -> tuple[Tree, str]:
    """The tree in which it has been asked what lies behind a blaming end, and what to say; "" where nothing is."""
    is_end = any(one.id == at for one in open_branches(tree))
    protest = objection(tree, at) if is_end else ""
    return (objected(tree, at), protest) if protest else (tree, "")


SAYING = Flow(
    "why", WORKERS, _saying, _said, kept=lambda facts: TITLE.format(title=facts["title"]), fresh=_now, stays=STAYS
)
FLOWS = (SAYING,)

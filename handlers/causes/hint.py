"""给点提示: what to ask and where to read on, and causes that a language model suggests; none enters by itself."""

from handlers import typed
from handlers.causes import analysing
from handlers.causes.why_saying import screen
from handlers.context import Context
from handlers.message import Button, Incoming, Reply, clipped, id_in
from knowledge.cause.blame import blames
from knowledge.cause.edit import MOST_TEXT
from knowledge.cause.hints import questions
from knowledge.cause.tree import LINES, PROBLEM, Line, Tree
from retrieval.card import Card

SUGGESTED = "建议（大模型根据下面的手册章节写的，还没有记下；是真的才点）：\n\n{lines}"
NO_WORD = "大模型这会儿没有给出能用的建议，先看看这些。"
ASK_THIS = "可以先查查这些：\n\n{lines}"
READ_THIS = "手册里相关的章节在下面的按钮里。"
_NEAR, _MOST = 3, 3


async def hint(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """why:hint:<analysis>:<cause>:<line>; slow work, before the turn's transaction."""
    tree = await analysing.tree_of(context, number)
    at = id_in(rest[0]) if rest else PROBLEM
    line: Line = next((one for one in LINES if rest[1:] == [one]), "happened")
    said = (tree.card.what, *(one.text for one in tree.path(at)))
    cards = await analysing.sections(context, " ".join(said[:2]), _NEAR)
    suggested = await _suggested(context, tree, at, line, cards)
    parts = [_lines(SUGGESTED, suggested)] if suggested else [NO_WORD] if context.desk.suggests and cards else []
    parts += [] if suggested else [_lines(ASK_THIS, questions(" ".join((tree.card.where, *said))))]
    parts += [READ_THIS] if cards else []
    sections = tuple((Button(clipped(card.heading, 30), f"section:{card.key}"),) for card in cards)
    before = "\n\n".join(parts)
    return await screen(context, incoming, number, tree, at, line, before, suggested, sections)


async def _suggested(context: Context, tree: Tree, at: int, line: Line, cards: list[Card]) -> tuple[str, ...]:
    """Causes that a model gives for this place, which blame nobody and are not there yet."""
    if not context.desk.suggests or not cards:
        return ()
    chain = "，因为".join((tree.card.what, *(one.text for one in reversed(tree.path(at)))))
    facts = "；".join(f"{name}：{said}" for name, said in tree.card.facts)
    asked = f"{facts}\n{LINES[line]}：{chain}，因为什么？"
    known = {one.text for one in tree.causes}
    plain = (typed.inert(one) for one in await context.desk.suggest(asked, cards))
    fit = (one for one in plain if one and len(one) <= MOST_TEXT and one not in known and not blames(one))
    return tuple(dict.fromkeys(fit))[:_MOST]


def _lines(form: str, said: tuple[str, ...]) -> str:
    return form.format(lines="\n".join(f"- {one}" for one in said))

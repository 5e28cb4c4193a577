"""Where a 5-Why stands, as words and buttons; pure."""

from handlers import typed
from handlers.message import Button, Reply, clipped
from knowledge.cause.card import ASKED as FACTS_ASKED
from knowledge.cause.chain import effect, link
from knowledge.cause.stop import gaps, unread
from knowledge.cause.tree import ENDS, LINES, PROBLEM, STATES, Cause, Line, Tree, empty_lines, open_branches, roots

Rows = tuple[tuple[Button, ...], ...]
ASK = "{way}**为什么{what}？**\n\n发一句原因；有几个原因就分行写。"
ASK_LINE = "**{what}**\n\n{line}？发一句原因；有几个原因就分行写。"
LINE_ASKS: dict[Line, str] = {
    "happened": "它是怎么发生的：为何发生",
    "escaped": "发生了，当时为何没发现",
    "system": "流程和制度上为何没预防",
}
LEVEL = "第 {n} 层 · {line}{state}\n"
CARD = "**问题**\n{facts}"
ROOT, EVIDENCE, REWORD, REMOVE, JUMP, SEE, FINISH, FACTS, READ = (
    "问到底了", "证据", "改说法", "删掉", "换一处", "看图", "做完了", "问题卡", "读“因此”",
)  # fmt: skip
WHERE = "接着问哪一处？"
OPEN_LEAF, OTHER_LINE, ANY = "没问完：{text}", "{line}（还没问）", "{mark}{text}"
MEND_FACTS, MEND_ASK, MEND = "改问题卡", "{card}\n\n改哪一项？", "改：{name}"
REWORD_ASK = "“{text}”改成什么？发一句。"
SOME_EVIDENCE = "证据 {n}"
ACT, EXPLAINS = ("能改", "改不了"), ("能解释", "只解释一部分")
READ_ASK = "从头读一遍，看连不连得上：\n\n**{link}**"
HOLDS, BROKEN, MISSING = "读得通", "改说法", "中间少一环"
READ_ALL = "都读通了。"
LEFT = "还差这些：\n\n{gaps}"
COMPLETE = "该问的都问到了。"
ROOTS = "**根因**\n{roots}"
NO_ROOTS = "还没有根因"
ANYWAY, DONE, GO_ON = "就这样结束", "结束分析", "接着问"
MORE, LESS = "下一页", "上一页"
HINT, SUGGESTED = "给点提示", "建议：{text}"
FACT_NAMES = FACTS_ASKED | {"kpi": "指标"}
_SHOWN = 16


def action(verb: str, analysis: int, *rest: object) -> str:
    """A button's action: why:<verb>:<analysis>:…"""
    return ":".join(("why", verb, str(analysis), *(str(one) for one in rest)))


def asked(tree: Tree, at: int, line: Line = "happened") -> str:
    """The question that a typed sentence answers."""
    if at == PROBLEM:
        return ASK_LINE.format(what=typed.inert(tree.card.what), line=LINE_ASKS[line])
    cause = tree.cause(at)
    state = "" if cause.state == "open" and not cause.end else f" · {ENDS[cause.end] or STATES[cause.state]}"
    way = LEVEL.format(n=tree.level(at), line=LINES[cause.line], state=state)
    return ASK.format(way=way, what=f"“{typed.inert(cause.text)}”")


def rows(tree: Tree, at: int, analysis: int, line: Line = "happened") -> Rows:
    """What can be done there beside answering."""
    here: list[tuple[Button, ...]] = []
    if at != PROBLEM:
        proofs = len(tree.cause(at).evidence)
        evidence = SOME_EVIDENCE.format(n=proofs) if proofs else EVIDENCE
        here.append((Button(ROOT, action("end", analysis, at)), Button(evidence, action("proof", analysis, at))))
        here.append((Button(REWORD, action("reword", analysis, at)), Button(REMOVE, action("remove", analysis, at))))
    hint = Button(HINT, action("hint", analysis, at, line))
    if not tree.causes:
        return (*here, (hint,))
    here.append((Button(JUMP, action("jump", analysis)), Button(SEE, action("see", analysis))))
    return (*here, (hint, Button(FINISH, action("done", analysis))))


def places(tree: Tree, analysis: int, page: int = 0) -> Reply:
    """Where the walk can go on: what is not done first, then everything; `page` counts from 0."""
    unfinished = [(OPEN_LEAF.format(text=one.text), one) for one in open_branches(tree)]
    known = {one.id for _, one in unfinished}
    every = [
        *unfinished,
        *((ANY.format(mark=_mark(one), text=one.text), one) for one in tree.walk() if one.id not in known),
    ]
    page = min(page, max(0, (len(every) - 1) // _SHOWN))
    shown = every[page * _SHOWN : (page + 1) * _SHOWN]
    buttons = [(Button(clipped(typed.inert(text), 30), action("at", analysis, one.id)),) for text, one in shown]
    lines = [
        (Button(OTHER_LINE.format(line=LINES[line]), action("line", analysis, line)),) for line in empty_lines(tree)
    ]
    turns = ((LESS, page - 1, page > 0), (MORE, page + 1, len(every) > (page + 1) * _SHOWN))
    turning = tuple(Button(text, action("jump", analysis, to)) for text, to, there in turns if there)
    last = (turning,) if turning else ()
    return Reply(WHERE, buttons=(*lines, *buttons, *last, *_more_lines(tree, analysis)), replaces=True)


def _more_lines(tree: Tree, analysis: int) -> Rows:
    used = [line for line in LINES if line not in empty_lines(tree)]
    return tuple((Button(f"{LINES[line]}：再加一支", action("line", analysis, line)),) for line in used)


def _mark(one: Cause) -> str:
    return f"［{ENDS[one.end] or STATES[one.state]}］" if one.end or one.state != "open" else ""


def reading(tree: Tree, analysis: int) -> Reply | None:
    """The next link that nobody has read aloud; None where all hold."""
    left = unread(tree)
    if not left:
        return None
    one = left[0]
    ways = (
        (Button(HOLDS, action("holds", analysis, one.id)),),
        (Button(BROKEN, action("reword", analysis, one.id)), Button(MISSING, action("between", analysis, one.id))),
    )
    return Reply(READ_ASK.format(link=typed.inert(link(tree, one.id))), buttons=ways, replaces=True)


def finishing(tree: Tree, analysis: int) -> Reply:
    """What is still missing, and the ways on."""
    left = gaps(tree)
    found = "\n".join(f"- {typed.inert(one.text)}" for one in roots(tree))
    head = ROOTS.format(roots=found) if found else NO_ROOTS
    said = LEFT.format(gaps="\n".join(f"- {typed.inert(one)}" for one in left)) if left else COMPLETE
    ways: list[tuple[Button, ...]] = []
    if unread(tree):
        ways.append((Button(READ, action("read", analysis)),))
    facts = [Button(FACTS, action("facts", analysis))] if tree.card.missing else []
    ways.append((*facts, Button(MEND_FACTS, action("card", analysis))))
    ways.append((Button(GO_ON, action("jump", analysis)), Button(ANYWAY if left else DONE, action("finish", analysis))))
    return Reply(f"{head}\n\n{said}", buttons=tuple(ways), replaces=True)


def card_of(tree: Tree) -> str:
    """The problem card."""
    return CARD.format(facts="\n".join(f"- {name}：{typed.inert(said)}" for name, said in tree.card.facts))


def mending(tree: Tree, analysis: int) -> Reply:
    """The problem card, and its parts to be said otherwise."""
    parts = [Button(MEND.format(name=name), action("card", analysis, key)) for key, name in FACT_NAMES.items()]
    rows = tuple(tuple(parts[at : at + 2]) for at in range(0, len(parts), 2))
    back = (Button(GO_ON, action("jump", analysis)), Button(FINISH, action("done", analysis)))
    return Reply(MEND_ASK.format(card=card_of(tree)), buttons=(*rows, back), replaces=True)


def between_asked(tree: Tree, number: int) -> str:
    """What a gap in a chain is asked with."""
    return f"“{typed.inert(tree.cause(number).text)}”和“{typed.inert(effect(tree, number))}”之间，少了哪一环？发一句。"


def reworded(tree: Tree, number: int) -> str:
    """What other words for a cause are asked with."""
    return REWORD_ASK.format(text=typed.inert(tree.cause(number).text))

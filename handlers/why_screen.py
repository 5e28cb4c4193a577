"""Where a 5-Why stands, as words and buttons; pure."""

from handlers import typed
from handlers.message import Button, Reply, clipped
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
JUDGE = "“{text}”的证据 {n} 份。看下来是真的吗？\n\n{evidence}"
PROOF = "- {text}"
PHOTO, CHECK, QUESTION = "照片 {n} 张", "检核第 {n} 号", "提问第 {n} 号"
VERIFIED, REFUTED, UNSURE = "已证实", "排除", "还不确定"
MORE_EVIDENCE = "再补一份证据"
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
        here.append((Button(ROOT, action("end", analysis, at)), Button(EVIDENCE, action("proof", analysis, at))))
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


def judging(tree: Tree, number: int, analysis: int) -> Reply:
    """The evidence of a cause, and what it says."""
    cause = tree.cause(number)
    proofs = "\n".join(PROOF.format(text=said) for said in evidence_of(cause))
    text = JUDGE.format(text=typed.inert(cause.text), n=len(cause.evidence), evidence=proofs)
    ways = ((VERIFIED, "verified"), (REFUTED, "refuted"), (UNSURE, "open"))
    judge = tuple(Button(name, action("judge", analysis, number, state)) for name, state in ways)
    return Reply(text, buttons=(judge, (Button(MORE_EVIDENCE, action("proof", analysis, number)),)))


def evidence_of(cause: Cause) -> list[str]:
    """Each piece of evidence in words."""
    lines = []
    for one in cause.evidence:
        parts = [typed.inert(one.text), typed.inert(one.figure)]
        parts += [PHOTO.format(n=len(one.photos))] if one.photos else []
        parts += [CHECK.format(n=one.check)] if one.check else []
        parts += [QUESTION.format(n=one.question)] if one.question else []
        lines.append("，".join(part for part in parts if part))
    return lines


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
    if tree.card.missing:
        ways.append((Button(FACTS, action("facts", analysis)),))
    ways.append((Button(GO_ON, action("jump", analysis)), Button(ANYWAY if left else DONE, action("finish", analysis))))
    return Reply(f"{head}\n\n{said}", buttons=tuple(ways), replaces=True)


def card_of(tree: Tree) -> str:
    """The problem card."""
    return CARD.format(facts="\n".join(f"- {name}：{typed.inert(said)}" for name, said in tree.card.facts))


def between_asked(tree: Tree, number: int) -> str:
    """What a gap in a chain is asked with."""
    return f"“{typed.inert(tree.cause(number).text)}”和“{typed.inert(effect(tree, number))}”之间，少了哪一环？发一句。"

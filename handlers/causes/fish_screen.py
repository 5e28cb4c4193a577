"""Where a fishbone stands, as words and buttons; pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from handlers import typed
from handlers.message import Button, Reply, clipped
from knowledge.cause.fishbone import BONE, VOTES, Fishbone, Twig, left, likely
from knowledge.cause.probes import Probes, probes

Rows = tuple[tuple[Button, ...], ...]
Names = Mapping[int, str]
KINDS = "**{what}**\n\n用哪几根骨来找原因？"
OWN = "自己定"
ASK_OWN = "发骨的名称，2 到 8 个，用顿号隔开，例如：人员、流程、备件、客户。"
PLACES = "问题主要在哪个环节？提示的问题照它来。"
BOARD = "**{what}**\n\n{bones}\n\n点一根骨写原因；也可以直接发，例如：{bone}：高峰时人手不够。"
BONE_LINE, NOTHING_YET = "- **{bone}**：{causes}", "还没有"
AND_MORE = "{first} 等 {n} 条"
ASK = "**{bone}** · {what}\n\n{questions}\n\n{causes}发原因，一行一条；行首加“-”是上一条的小骨。"
NAMED = "已有 {n} 条：\n{lines}\n\n"
CAUSE, SUB = "{n}. {text}{by}{votes}", "    - {text}{by}{votes}"
VOTED, BY = " · {n} 票", "（{name}）"
TWIG = "“{text}”{by}{votes}\n\n{more}"
GROW, SIBLING = "发一句，写成它的小骨；有几条就分行写。", "发一句，写在它旁边；有几条就分行写。"
REWORD_ASK, MOVE_ASK = "“{text}”改成什么？发一句。", "“{text}”移到哪根骨？"
SURE = "删掉“{text}”{by}{below}吗？"
BELOW = "和它下面的 {n} 条"
BALLOT = "挑最可能的原因，每人 {all} 票，您还有 {left} 票。投过票的有 {voters} 人。"
STANDING = "\n\n现在最可能的：\n{lines}"
PICK = "从哪几条接着问为什么？选好点“开始问”。\n\n{lines}"
NONE_PICKED = "还没有选。"
RANKED, PICKED = "- {text}（{bone}，{n} 票）", "- {text}（{bone}）"
REWORD, MOVE, DROP, DROP_IT, KEEP_IT, BACK, NEXT_BONE, PAGE, FIRST = (
    "改说法", "移到别的骨", "删掉", "确定删掉", "留着", "全部骨", "下一根：{bone}", "更多", "回到第一页",
)  # fmt: skip
SEE, VOTE, TEAM, ON, BONES, PLACE, DONE, FRESH = (
    "看图", "投票", "邀请同事", "接着问为什么", "换骨架", "换环节", "做完了", "刷新",
)  # fmt: skip
FOR, AGAINST, CALL = "投：{text}", "收回：{text}", "请大家投票"
WITH, WITHOUT, START = "选：{text}", "不选：{text}", "开始问（{n} 条）"
MOST_PICKED = 6
PAGE_SIZE = 8  # causes on a bone, or to vote for, at a time
_SHORT, _FIRST = 26, 3


def action(verb: str, analysis: int, *rest: object) -> str:
    """A button's action: fish:<verb>:<analysis>:…"""
    return ":".join(("fish", verb, str(analysis), *(str(one) for one in rest)))


def kinds(fish: Fishbone, analysis: int, known: Probes) -> Reply:
    """Which bones."""
    rows = [(Button(name, action("kind", analysis, key)),) for key, (name, _) in known.kinds.items()]
    text = KINDS.format(what=typed.inert(fish.card.what))
    return Reply(text, buttons=(*rows, (Button(OWN, action("own", analysis)),)), replaces=True)


def places(analysis: int, known: Probes) -> Reply:
    """Where in the store."""
    ways = [Button(name, action("place", analysis, key)) for key, name in known.places.items()]
    return Reply(PLACES, buttons=tuple(tuple(ways[at : at + 2]) for at in range(0, len(ways), 2)), replaces=True)


def screen(fish: Fishbone, facts: Mapping[str, Any], names: Names, me: int, analysis: int) -> tuple[str, Rows]:
    """What is shown where the facts of a talk say; raises CannotEdit where that is gone."""
    match facts["mode"]:
        case "bone":
            name = facts["bone"]
            offset = facts.get("offset", 0)
            offset = offset if 0 <= offset < len(fish.on(name)) else 0
            return bone(fish, name, names, probes(), offset), bone_rows(fish, name, analysis, offset)
        case "twig":
            one = fish.twig(facts.get("shown", facts["twig"]))
            return twig(fish, one, names), twig_rows(fish, one, me, analysis)
        case "reword":
            one = fish.twig(facts["twig"])
            keep = Button(KEEP_IT, action("twig", analysis, one.id))
            return REWORD_ASK.format(text=typed.inert(one.text)), ((keep,),)
        case "bones":
            return ASK_OWN, ()
    return board(fish), board_rows(fish, analysis)


def board(fish: Fishbone) -> str:
    """Every bone with its first causes."""
    lines = "\n".join(BONE_LINE.format(bone=typed.inert(bone), causes=_some(fish, bone)) for bone in fish.bones)
    return BOARD.format(what=typed.inert(fish.card.what), bones=lines, bone=typed.inert(fish.bones[0]))


def board_rows(fish: Fishbone, analysis: int) -> Rows:
    """The bones, and what else can be done."""
    counts = {bone: sum(one.bone == bone for one in fish.twigs) for bone in fish.bones}
    bones = [
        Button(f"{bone} {counts[bone]}" if counts[bone] else bone, action("bone", analysis, at))
        for at, bone in enumerate(fish.bones)
    ]
    rows = [tuple(bones[at : at + 3]) for at in range(0, len(bones), 3)]
    rows.append((Button(TEAM, action("team", analysis)), Button(PLACE, action("places", analysis))))
    if not fish.twigs:
        return (*rows, (Button(BONES, action("bones", analysis)),))
    rows.append((Button(SEE, action("see", analysis)), Button(VOTE, action("votes", analysis))))
    rows.append((Button(ON, action("pick", analysis)), Button(DONE, action("done", analysis))))
    return (*rows, (Button(FRESH, action("board", analysis)),))


def bone(fish: Fishbone, name: str, names: Names, known: Probes, offset: int = 0) -> str:
    """What to ask at a bone, and what was said."""
    questions = "\n".join(f"- {one}" for one in known.at(fish.place, name))
    causes = fish.on(name)
    lines = "\n".join(_listed(fish, causes[offset : offset + PAGE_SIZE], names, offset))
    said = NAMED.format(n=sum(one.bone == name for one in fish.twigs), lines=lines) if causes else ""
    what = clipped(typed.inert(fish.card.what), 40)
    return ASK.format(bone=typed.inert(name), what=what, questions=questions, causes=said)


def bone_rows(fish: Fishbone, name: str, analysis: int, offset: int = 0) -> Rows:
    """Its causes to tap, and the ways on."""
    causes, at = fish.on(name), fish.bones.index(name)
    shown = causes[offset : offset + PAGE_SIZE]
    rows = [
        (Button(f"{n}. {clipped(one.text, _SHORT)}", action("twig", analysis, one.id)),)
        for n, one in enumerate(shown, offset + 1)
    ]
    following = (at + 1) % len(fish.bones)
    ways = (Button(NEXT_BONE.format(bone=fish.bones[following]), action("bone", analysis, following)),)
    return (
        *rows,
        *_more(("bone", analysis, at), offset, len(causes)),
        (*ways, Button(BACK, action("board", analysis))),
    )


def twig(fish: Fishbone, one: Twig, names: Names) -> str:
    """One cause."""
    more = GROW if one.parent == BONE else SIBLING
    return TWIG.format(text=typed.inert(one.text), by=_by(one, names), votes=_votes(fish, one), more=more)


def twig_rows(fish: Fishbone, one: Twig, me: int, analysis: int) -> Rows:
    """What can be done with it."""
    mine = (me, one.id) in fish.votes
    subs = [(Button(f"- {clipped(sub.text, _SHORT)}", action("twig", analysis, sub.id)),) for sub in fish.under(one.id)]
    return (
        *subs[:PAGE_SIZE],
        (Button((AGAINST if mine else FOR).format(text=clipped(one.text, 12)), action("tick", analysis, one.id)),),
        (Button(REWORD, action("reword", analysis, one.id)), Button(MOVE, action("move", analysis, one.id))),
        (
            Button(DROP, action("drop", analysis, one.id)),
            Button(clipped(one.bone, 8), action("bone", analysis, fish.bones.index(one.bone))),
        ),
    )


def moving(fish: Fishbone, one: Twig, analysis: int) -> Reply:
    """The bones it can go to."""
    ways = [
        Button(name, action("move", analysis, one.id, at))
        for at, name in enumerate(fish.bones)
        if name != one.bone or one.parent != BONE
    ]
    rows = tuple(tuple(ways[at : at + 3]) for at in range(0, len(ways), 3))
    keep = (Button(KEEP_IT, action("twig", analysis, one.id)),)
    return Reply(MOVE_ASK.format(text=typed.inert(one.text)), buttons=(*rows, keep), replaces=True)


def dropping(fish: Fishbone, one: Twig, names: Names, analysis: int) -> Reply:
    """Whether it is to go."""
    below = len(fish.under(one.id))
    text = SURE.format(text=typed.inert(one.text), by=_by(one, names), below=BELOW.format(n=below) if below else "")
    ways = (Button(DROP_IT, action("drop", analysis, one.id, "yes")), Button(KEEP_IT, action("twig", analysis, one.id)))
    return Reply(text, buttons=(ways,), replaces=True)


def ballot(fish: Fishbone, me: int, analysis: int, offset: int = 0, others: int = 0) -> Reply:
    """Every cause to vote for; `others` of the team have not voted yet."""
    ordered = _ordered(fish)
    rows = [
        (
            Button(
                (AGAINST if (me, one.id) in fish.votes else FOR).format(text=clipped(one.text, _SHORT)),
                action("vote", analysis, one.id, offset),
            ),
        )
        for one in ordered[offset : offset + PAGE_SIZE]
    ]
    call = [Button(CALL, action("call", analysis))] if others else []
    last = (*call, Button(ON, action("pick", analysis)), Button(BACK, action("board", analysis)))
    voters = len({person for person, _ in fish.votes})
    text = BALLOT.format(all=VOTES, left=left(fish, me), voters=voters)
    if best := ranked(fish):
        text += STANDING.format(lines=best)
    return Reply(text, buttons=(*rows, *_more(("votes", analysis), offset, len(ordered)), last), replaces=True)


def ranked(fish: Fishbone) -> str:
    """The likely ones, a line each; "" where nobody voted."""
    tally = fish.tally
    return "\n".join(
        RANKED.format(text=typed.inert(one.text), bone=typed.inert(one.bone), n=tally[one.id]) for one in likely(fish)
    )


def picking(fish: Fishbone, chosen: Sequence[int], analysis: int) -> Reply:
    """Which causes go on into a 5-Why."""
    ordered = sorted(_ordered(fish), key=lambda one: -fish.tally[one.id])
    picked = [one for one in ordered if one.id in chosen]
    rows = []
    for one in [*picked, *(one for one in ordered if one.id not in chosen)][: PAGE_SIZE + MOST_PICKED]:
        ids = [other for other in chosen if other != one.id] if one.id in chosen else [*chosen, one.id]
        if len(ids) <= MOST_PICKED:
            form = WITHOUT if one.id in chosen else WITH
            rows.append((Button(form.format(text=clipped(one.text, _SHORT)), action("pick", analysis, *_ids(ids))),))
    start = [Button(START.format(n=len(picked)), action("into", analysis, *_ids(chosen)))] if picked else []
    lines = "\n".join(PICKED.format(text=typed.inert(one.text), bone=typed.inert(one.bone)) for one in picked)
    last = (*start, Button(BACK, action("board", analysis)))
    return Reply(PICK.format(lines=lines or NONE_PICKED), buttons=(*rows, last), replaces=True)


def _ids(chosen: Iterable[int]) -> tuple[str]:
    return (",".join(map(str, chosen)) or "-",)


def _ordered(fish: Fishbone) -> list[Twig]:
    """As the picture is read: bone by bone, each cause before what is below it."""
    return [one for name in fish.bones for cause in fish.on(name) for one in (cause, *fish.under(cause.id))]


def _some(fish: Fishbone, name: str) -> str:
    causes = fish.on(name)
    first = "；".join(clipped(typed.inert(one.text), 16) for one in causes[:_FIRST])
    return (AND_MORE.format(first=first, n=len(causes)) if len(causes) > _FIRST else first) or NOTHING_YET


def _listed(fish: Fishbone, causes: Iterable[Twig], names: Names, offset: int) -> Iterable[str]:
    for n, one in enumerate(causes, offset + 1):
        yield CAUSE.format(n=n, text=typed.inert(one.text), by=_by(one, names), votes=_votes(fish, one))
        for sub in fish.under(one.id):
            yield SUB.format(text=typed.inert(sub.text), by=_by(sub, names), votes=_votes(fish, sub))


def _by(one: Twig, names: Names) -> str:
    return BY.format(name=names[one.by]) if one.by is not None and one.by in names else ""


def _votes(fish: Fishbone, one: Twig) -> str:
    return VOTED.format(n=fish.tally[one.id]) if fish.tally[one.id] else ""


def _more(way: tuple[str, int] | tuple[str, int, int], offset: int, count: int) -> Rows:
    if offset + PAGE_SIZE < count:
        return ((Button(PAGE, action(way[0], *way[1:], offset + PAGE_SIZE)),),)
    return ((Button(FIRST, action(way[0], *way[1:], 0)),),) if offset else ()

"""Trees and fishbones of the knowledge as sheets to draw."""

from knowledge.cause.fishbone import Fishbone, Twig, likely
from knowledge.cause.tree import ENDS, LINES, PROBLEM, STATES, Cause, Tree
from reports.diagrams.sheet import Group, Node, Sheet

WHYS, FISH = "5Why 根因分析", "鱼骨图"
PROOFS, VOTES, LIKELY = "证据 {n}", "{n} 票", "最可能"
_LEGEND = (("root", "根因"), ("part", "部分原因"), ("beyond", "要上报"), ("verified", "已证实"), ("open", "待验证"))
_REFUTED = (("refuted", "已排除"),)


def of_tree(tree: Tree) -> Sheet:
    """The sheet of a 5-Why: a group for each line that has causes."""
    groups = tuple(
        Group(line, name, tuple(_node(tree, one, refuted=False) for one in tree.under(PROBLEM, line)), hue)
        for hue, (line, name) in enumerate(LINES.items())
        if tree.under(PROBLEM, line)
    )
    shown = {_tone(one) for one in tree.causes}
    legend = tuple(one for one in (*_LEGEND, *_REFUTED) if one[0] in shown)
    return Sheet(WHYS, tree.card.what, _facts(tree), groups, legend)


def of_fishbone(fish: Fishbone) -> Sheet:
    """The sheet of a fishbone: a group for each bone, those with the most votes marked."""
    best = {one.id for one in likely(fish)}
    groups = tuple(
        Group(bone, bone, tuple(_twig(fish, one, best) for one in fish.on(bone)), hue)
        for hue, bone in enumerate(fish.bones)
    )
    facts = tuple(f"{name}：{said}" for name, said in fish.card.facts[1:])
    return Sheet(FISH, fish.card.what, facts, groups, (("likely", LIKELY),) if best else ())


def _facts(tree: Tree) -> tuple[str, ...]:
    return tuple(f"{name}：{said}" for name, said in tree.card.facts[1:])


def _node(tree: Tree, cause: Cause, refuted: bool) -> Node:
    refuted = refuted or cause.state == "refuted"
    children = tuple(_node(tree, one, refuted) for one in tree.under(cause.id))
    return Node(f"c{cause.id}", cause.text, "refuted" if refuted else _tone(cause), _chips(cause), children)


def _tone(cause: Cause) -> str:
    return cause.state if cause.state == "refuted" or not cause.end else cause.end


def _chips(cause: Cause) -> tuple[str, ...]:
    words = [ENDS[cause.end]] if cause.state != "refuted" else []
    words.append("" if cause.state == "open" and not cause.end else STATES[cause.state])
    words.append(PROOFS.format(n=len(cause.evidence)) if cause.evidence else "")
    return tuple(one for one in words if one)


def _twig(fish: Fishbone, twig: Twig, best: set[int]) -> Node:
    votes = fish.tally[twig.id]
    chips = (VOTES.format(n=votes),) if votes else ()
    children = tuple(_twig(fish, one, best) for one in fish.under(twig.id))
    return Node(f"t{twig.id}", twig.text, "likely" if twig.id in best else "plain", chips, children)

"""Where to stop asking: can we act on it, does it explain the facts, and is it more than someone's fault?"""

from dataclasses import replace
from typing import Literal

from knowledge.cause.blame import blames
from knowledge.cause.edit import MOST_LEVELS, CannotEdit
from knowledge.cause.tree import (
    LINES,
    Cause,
    End,
    Tree,
    empty_lines,
    open_branches,
    roots,
    standing,
    unverified,
)

LEAST_LEVELS = 3
CAN_ACT = "“{text}”：门店或区域能着手改吗？"
EXPLAINS = "改了它，能解释手上的事实吗？问题会不会消失或明显减轻？"
SHALLOW = f"才问到第 {{level}} 层，一般要问 {LEAST_LEVELS} 层以上。再问一次为什么，还是就到这里？"
DEEPER = "门店和区域都改不了的，再往下问一层：其中哪一部分是我们能改的？"
BESIDE = "它只解释了一部分。旁边还有别的原因吗？"
BEYOND = "问到底仍改不了，记为“要上报”，写进报告由区域推动。"
GOES_ON = "“{text}”下面还有没问完的原因，请先把下面的问完或排除。"
IS_REFUTED = "“{text}”已排除，不能当作根因。"
NO_ROOT = "还没有找到根因。"
OPEN_BRANCH = "“{text}”还没问到底。"
UNVERIFIED = "根因“{text}”还没有证实。"
UNREAD = "“{text}”还没有用“因此”读通。"
EMPTY_LINE = "“{line}”这条线还没问。"
NOT_STATED = "问题卡还缺：{names}。"

Verdict = Literal["root", "part", "deeper", "beyond"]
_BLAME = {
    "person": (
        "“{text}”也许是真的，但换一个人还可能再发生。再问一步：流程、培训、考核、工具或检查里缺了什么，才让它能发生？"
    ),
    "helpless": ("“{text}”先记着。再问一步：别的门店或别的时候没有发生，差别在哪里？我们能改的是哪一部分？"),
}


def verdict(tree: Tree, number: int, can_act: bool, explains: bool) -> Verdict:
    """What the two answers come to: an end, or a why more."""
    if not can_act:
        return "beyond" if tree.level(number) >= MOST_LEVELS else "deeper"
    return "root" if explains else "part"


def close(tree: Tree, number: int, end: End) -> Tree:
    """A cause called an end, or no end again ("")."""
    try:
        old = tree.cause(number)
    except KeyError:
        raise CannotEdit("这一条已经不在了。") from None
    if end and number not in {one.id for one in standing(tree)}:
        raise CannotEdit(IS_REFUTED.format(text=old.text))
    if end and any(one.parent == number for one in standing(tree)):
        raise CannotEdit(GOES_ON.format(text=old.text))
    return tree.with_cause(replace(old, end=end))


def shallow(tree: Tree, number: int) -> str:
    """What to ask before an end above the third level; "" where it is deep enough."""
    level = tree.level(number)
    return SHALLOW.format(level=level) if level < LEAST_LEVELS else ""


def objection(tree: Tree, number: int) -> str:
    """What to say, once, to a cause that ends at someone's fault or at helplessness; "" where nothing is to be said."""
    cause = tree.cause(number)
    kind = "" if cause.objected else blames(cause.text)
    return _BLAME[kind].format(text=cause.text) if kind else ""


def objected(tree: Tree, number: int) -> Tree:
    """The tree in which that has been said."""
    return tree.with_cause(replace(tree.cause(number), objected=True))


def gaps(tree: Tree) -> tuple[str, ...]:
    """Sentences: what is missing before someone acts on it; () where nothing is."""
    found: list[str] = []
    if tree.card.missing:
        found.append(NOT_STATED.format(names="、".join(tree.card.missing)))
    if not roots(tree):
        found.append(NO_ROOT)
    found += [OPEN_BRANCH.format(text=one.text) for one in open_branches(tree)]
    found += [UNVERIFIED.format(text=one.text) for one in unverified(tree) if one.end]
    found += [UNREAD.format(text=one.text) for one in unread(tree)]
    return (*found, *(EMPTY_LINE.format(line=LINES[line]) for line in empty_lines(tree)))


def unread(tree: Tree) -> tuple[Cause, ...]:
    """Causes on the way from a root to the problem whose “因此” nobody has confirmed, nearest the problem first."""
    known = {one.id for root in roots(tree) for one in tree.path(root.id)}
    return tuple(one for one in standing(tree) if one.id in known and not one.link)

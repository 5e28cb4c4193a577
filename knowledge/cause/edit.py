"""Edits of a tree: each gives a new one, or says in a sentence why not; none touches what it does not name."""

import re
from dataclasses import replace

from knowledge.cause.card import Card
from knowledge.cause.tree import PROBLEM, STATES, Cause, Evidence, Line, State, Tree

MOST_LEVELS, MOST_CAUSES, MOST_TEXT, MOST_EVIDENCE = 7, 60, 60, 9
GONE = "这一条已经不在了。"
EMPTY = "请写出原因。"
LONG = f"太长了，请用 {MOST_TEXT} 个字以内写一条，其余写进证据。"
TWICE = "这里已经有“{text}”了。"
DEEP = f"已经问到第 {MOST_LEVELS} 层，再往下就散了。请看看哪一条能着手改，或在上面另开一支。"
MANY = f"已经有 {MOST_CAUSES} 条原因，请先排除或合并一些。"
REFUTED = "“{text}”已排除，不能再往下问。要接着问，先改回待验证。"
NO_EVIDENCE = "请先写出证据：看到了什么、查到了什么数据，或拍张照片。"
NO_MORE = f"一条原因最多 {MOST_EVIDENCE} 份证据。"
_BECAUSE = re.compile(r"^(?:是?因为|由于|是由于)[，,：:]?\s*")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


class CannotEdit(Exception):
    """An edit that is not possible; the message is a sentence for the person."""


def tidy(text: str) -> str:
    """One line, without “因为” in front and without a full stop; raises CannotEdit where it is empty or too long."""
    plain = " ".join(_UNSEEN.sub(" ", text).split())
    plain = _BECAUSE.sub("", plain).rstrip("。.；;，, ")
    if not plain:
        raise CannotEdit(EMPTY)
    if len(plain) > MOST_TEXT:
        raise CannotEdit(LONG)
    return plain


def add(tree: Tree, text: str, parent: int = PROBLEM, line: Line = "happened") -> Tree:
    """A cause of `parent`; the walk stands on it. `line` counts right below the problem, deeper it is the parent's."""
    said, above = tidy(text), _known(tree, parent)
    if above:
        line = above.line
    _room(tree, parent, tree.level(parent) + 1)
    _once(tree, parent, line, said)
    new = Cause(tree.next, parent, said, line)
    grown = replace(tree, causes=(*tree.causes, new), at=new.id, next=tree.next + 1)
    return grown.with_cause(replace(above, end="")) if above else grown


def between(tree: Tree, number: int, text: str) -> Tree:
    """A cause put in between one and what it was said to explain: the read-back had a gap there."""
    below = _cause(tree, number)
    said = tidy(text)
    _room(tree, below.parent, max(tree.level(one.id) for one in (below, *tree.walk(number))) + 1)
    _once(tree, below.parent, below.line, said)
    new = Cause(tree.next, below.parent, said, below.line)
    causes = tuple(replace(one, parent=new.id, link=False) if one.id == number else one for one in tree.causes)
    return replace(tree, causes=(*causes, new), at=new.id, next=tree.next + 1)


def mend(tree: Tree, number: int, text: str) -> Tree:
    """Other words for a cause; the links to and from it want reading again."""
    old, said = _cause(tree, number), tidy(text)
    if said == old.text:
        return tree
    _once(tree, old.parent, old.line, said)
    causes = tuple(replace(one, link=False) if one.parent == number else one for one in tree.causes)
    return replace(tree, causes=causes).with_cause(replace(old, text=said, link=False))


def mend_card(tree: Tree, card: Card) -> Tree:
    """Other facts of the problem; where it is called something else, its first causes want reading again."""
    if card.what == tree.card.what:
        return replace(tree, card=card)
    causes = tuple(replace(one, link=False) if one.parent == PROBLEM else one for one in tree.causes)
    return replace(tree, card=card, causes=causes)


def remove(tree: Tree, number: int) -> Tree:
    """The tree without a cause and what explains it; the walk stands on what it explained."""
    gone = _cause(tree, number)
    lost = {number, *(one.id for one in tree.walk(number))}
    at = gone.parent if tree.at in lost else tree.at
    return replace(tree, causes=tuple(one for one in tree.causes if one.id not in lost), at=at)


def jump(tree: Tree, number: int) -> Tree:
    """The walk stands elsewhere."""
    _known(tree, number)
    return replace(tree, at=number)


def show(tree: Tree, number: int, evidence: Evidence) -> Tree:
    """Evidence for or against a cause, beside what it has."""
    old = _cause(tree, number)
    if evidence == Evidence():
        raise CannotEdit(NO_EVIDENCE)
    if evidence in old.evidence:
        return tree
    if len(old.evidence) == MOST_EVIDENCE:
        raise CannotEdit(NO_MORE)
    return tree.with_cause(replace(old, evidence=(*old.evidence, evidence)))


def judge(tree: Tree, number: int, state: State) -> Tree:
    """Verified, refuted or open again; verified and refuted only with evidence."""
    old = _cause(tree, number)
    if state not in STATES:
        raise ValueError(state)
    if state != "open" and not old.evidence:
        raise CannotEdit(NO_EVIDENCE)
    return tree.with_cause(replace(old, state=state))


def confirm(tree: Tree, number: int, holds: bool = True) -> Tree:
    """“因此” read aloud from a cause to what it explains."""
    return tree.with_cause(replace(_cause(tree, number), link=holds))


def _known(tree: Tree, number: int) -> Cause | None:
    return None if number == PROBLEM else _cause(tree, number)


def _cause(tree: Tree, number: int) -> Cause:
    try:
        return tree.cause(number)
    except KeyError:
        raise CannotEdit(GONE) from None


def _room(tree: Tree, parent: int, depth: int) -> None:
    for one in tree.path(parent):
        if one.state == "refuted":
            raise CannotEdit(REFUTED.format(text=one.text))
    if len(tree.causes) >= MOST_CAUSES:
        raise CannotEdit(MANY)
    if depth > MOST_LEVELS:
        raise CannotEdit(DEEP)


def _once(tree: Tree, parent: int, line: Line, text: str) -> None:
    if any(one.text == text for one in tree.under(parent, line)):
        raise CannotEdit(TWICE.format(text=text))

"""A chain of causes read backwards: “因为……，因此……”."""

from knowledge.cause.tree import PROBLEM, Line, Tree

READ = "因为{cause}，因此{effect}。"
_EFFECT: dict[Line, str] = {
    "happened": "{problem}",
    "escaped": "没能及时发现“{problem}”",
    "system": "没能预防“{problem}”",
}


def link(tree: Tree, number: int) -> str:
    """“因为预约没有传到备件，因此备件没有提前准备。”"""
    return READ.format(cause=tree.cause(number).text, effect=effect(tree, number))


def effect(tree: Tree, number: int) -> str:
    """What a cause is said to explain."""
    cause = tree.cause(number)
    if cause.parent != PROBLEM:
        return tree.cause(cause.parent).text
    return _EFFECT[cause.line].format(problem=tree.card.what)


def chain(tree: Tree, number: int) -> tuple[str, ...]:
    """From a cause up to the problem, a sentence for each link."""
    return tuple(link(tree, one.id) for one in tree.path(number))

"""A fishbone: bones, causes and sub-causes that a team puts on them, votes, and the way on into a tree."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from knowledge.cause.card import Card
from knowledge.cause.edit import CannotEdit, add, tidy
from knowledge.cause.said import Said
from knowledge.cause.tree import Tree

BONE = 0  # what stands above a cause that is on the bone itself
MOST_TWIGS, MOST_BONES, MOST_NAME, VOTES = 60, 8, 6, 3
GONE = "这一条已经不在了。"
NO_BONE = "没有“{bone}”这根骨。"
FEW_BONES = f"请给出 2 到 {MOST_BONES} 根骨的名称。"
LONG_BONE = f"骨的名称最多 {MOST_NAME} 个字，“{{bone}}”太长。"
TWICE_BONE = "“{bone}”写了两次。"
TWICE = "这根骨上已经有“{text}”了。"
SUB_OF_SUB = "鱼骨图只到小骨这一层，再往下请用 5Why。"
MANY = f"已经有 {MOST_TWIGS} 条原因，请先投票，选出最可能的。"
NO_VOTES = f"每人最多投 {VOTES} 票，先收回一票再投。"
NOTHING = "请至少选一条原因，再接着问为什么。"
STILL_ON = "“{bone}”上还有原因，请先移走或删掉，再换骨架。"


@dataclass(frozen=True, slots=True)
class Twig:
    """A cause on a bone, or (`parent`) below a cause; `by` is the person who named it."""

    id: int
    bone: str
    parent: int
    text: str
    by: int | None = None


@dataclass(frozen=True, slots=True)
class Fishbone:
    """Bones by name, twigs in the order they were named, votes as (person, twig).

    `place` is where in the store the problem is: a key of the probing questions (probes.py), "" where nobody said.
    """

    card: Card
    bones: tuple[str, ...]
    twigs: tuple[Twig, ...] = ()
    votes: frozenset[tuple[int, int]] = frozenset()
    next: int = 1
    place: str = ""

    def twig(self, number: int) -> Twig:
        """The twig of that id; raises CannotEdit where it is gone."""
        for one in self.twigs:
            if one.id == number:
                return one
        raise CannotEdit(GONE)

    def on(self, bone: str) -> tuple[Twig, ...]:
        """The causes on a bone itself."""
        return tuple(one for one in self.twigs if one.bone == bone and one.parent == BONE)

    def under(self, number: int) -> tuple[Twig, ...]:
        """The sub-causes of a cause."""
        return tuple(one for one in self.twigs if one.parent == number)

    @property
    def tally(self) -> Counter[int]:
        """Votes by twig, only of those that have some."""
        return Counter(twig for _, twig in self.votes)


def fishbone(card: Card, bones: Iterable[str]) -> Fishbone:
    """An empty one; raises CannotEdit where the names of its bones will not do."""
    names = tuple(" ".join(one.split()) for one in bones if one.strip())
    if not 2 <= len(names) <= MOST_BONES:
        raise CannotEdit(FEW_BONES)
    for one in names:
        if len(one) > MOST_NAME:
            raise CannotEdit(LONG_BONE.format(bone=one))
        if names.count(one) > 1:
            raise CannotEdit(TWICE_BONE.format(bone=one))
    return Fishbone(card, names)


def with_bones(fish: Fishbone, bones: Iterable[str]) -> Fishbone:
    """Other bones; raises CannotEdit where one that would go has causes."""
    names = fishbone(fish.card, bones).bones
    for one in fish.twigs:
        if one.bone not in names:
            raise CannotEdit(STILL_ON.format(bone=one.bone))
    return replace(fish, bones=names)


def put(fish: Fishbone, bone: str, text: str, by: int | None = None, parent: int = BONE) -> Fishbone:
    """A cause on a bone, or a sub-cause below a cause (then the bone is that cause's)."""
    said = tidy(text)
    if parent != BONE:
        above = fish.twig(parent)
        if above.parent != BONE:
            raise CannotEdit(SUB_OF_SUB)
        bone = above.bone
    elif bone not in fish.bones:
        raise CannotEdit(NO_BONE.format(bone=bone))
    if len(fish.twigs) >= MOST_TWIGS:
        raise CannotEdit(MANY)
    _once(fish, bone, parent, said)
    new = Twig(fish.next, bone, parent, said, by)
    return replace(fish, twigs=(*fish.twigs, new), next=fish.next + 1)


def put_all(
    fish: Fishbone, bone: str, lines: Iterable[Said], by: int | None = None, parent: int = BONE
) -> tuple[Fishbone, tuple[str, ...]]:
    """Every cause that can be put there, and a sentence for each that cannot: one refusal costs no other line.

    A sub-cause goes below the cause before it, which may have been there, or on the bone where that was refused.
    """
    refused, above = list[str](), parent
    for one in lines:
        under = above if one.sub and parent == BONE else parent
        try:
            fish = put(fish, bone, one.text, by, under)
        except CannotEdit as error:
            refused.append(str(error))
        if not one.sub:
            above = next((twig.id for twig in fish.on(bone) if twig.text == _plain(one.text)), BONE)
    return fish, tuple(refused)


def _plain(text: str) -> str:
    try:
        return tidy(text)
    except CannotEdit:
        return ""


def mend(fish: Fishbone, number: int, text: str) -> Fishbone:
    """Other words for a cause."""
    old, said = fish.twig(number), tidy(text)
    if said == old.text:
        return fish
    _once(fish, old.bone, old.parent, said)
    return replace(fish, twigs=tuple(replace(one, text=said) if one is old else one for one in fish.twigs))


def move(fish: Fishbone, number: int, bone: str) -> Fishbone:
    """A cause, with what is below it, on another bone."""
    old = fish.twig(number)
    if bone not in fish.bones:
        raise CannotEdit(NO_BONE.format(bone=bone))
    if old.bone == bone and old.parent == BONE:
        return fish
    _once(fish, bone, BONE, old.text)
    moved = {one.id: replace(one, bone=bone) for one in (old, *fish.under(number))}
    moved[number] = replace(moved[number], parent=BONE)
    return replace(fish, twigs=tuple(moved.get(one.id, one) for one in fish.twigs))


def take_off(fish: Fishbone, number: int) -> Fishbone:
    """The fishbone without a cause, what is below it and the votes for them."""
    gone = {number, *(one.id for one in fish.under(fish.twig(number).id))}
    return replace(
        fish,
        twigs=tuple(one for one in fish.twigs if one.id not in gone),
        votes=frozenset(one for one in fish.votes if one[1] not in gone),
    )


def vote(fish: Fishbone, person: int, number: int) -> Fishbone:
    """A person's vote for a cause, or taken back where it stood; raises CannotEdit beyond VOTES."""
    one = (person, fish.twig(number).id)
    if one in fish.votes:
        return replace(fish, votes=fish.votes - {one})
    if left(fish, person) == 0:
        raise CannotEdit(NO_VOTES)
    return replace(fish, votes=fish.votes | {one})


def left(fish: Fishbone, person: int) -> int:
    """How many votes a person still has."""
    return VOTES - sum(voter == person for voter, _ in fish.votes)


def likely(fish: Fishbone, most: int = VOTES) -> tuple[Twig, ...]:
    """Those with the most votes, best first; a tie at the end is kept whole, so there may be more than `most`."""
    tally = fish.tally
    ranked = sorted((fish.twig(one) for one in tally), key=lambda one: (-tally[one.id], one.id))
    if len(ranked) <= most:
        return tuple(ranked)
    return tuple(one for one in ranked if tally[one.id] >= tally[ranked[most - 1].id])


def into_tree(fish: Fishbone, chosen: Iterable[int]) -> Tree:
    """A 5-Why of the chosen causes: a sub-cause stands below its cause; raises CannotEdit where none is chosen."""
    ids = set(chosen)
    tree, placed = Tree(fish.card), dict[int, int]()
    for twig in sorted((one for one in fish.twigs if one.id in ids), key=lambda one: one.parent != BONE):
        above = fish.twig(twig.parent) if twig.parent != BONE else None
        if above and above.id not in placed:
            tree, placed[above.id] = _grown(tree, 0, above.text)
        tree, placed[twig.id] = _grown(tree, placed[above.id] if above else 0, twig.text)
    if not tree.causes:
        raise CannotEdit(NOTHING)
    return replace(tree, at=tree.causes[0].id)


def _grown(tree: Tree, parent: int, text: str) -> tuple[Tree, int]:
    """The tree with that cause, and its id; causes of two bones with the same words become one."""
    same = next((one for one in tree.under(parent) if one.text == text), None)
    if same:
        return tree, same.id
    tree = add(tree, text, parent)
    return tree, tree.at


def _once(fish: Fishbone, bone: str, parent: int, text: str) -> None:
    if any(one.text == text and one.bone == bone and one.parent == parent for one in fish.twigs):
        raise CannotEdit(TWICE.format(text=text))

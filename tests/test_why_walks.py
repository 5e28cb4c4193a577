"""Random walks through a 5-Why in talk: whatever is tapped and typed, nothing that was entered is lost."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from checks import Visitor
from conftest import Opens
from hypothesis import given, settings
from hypothesis import strategies as st
from whys import NPS, Analyst, analysing, walk

from bot.app import App
from bot.turn import APOLOGY
from handlers.causes import why_screen
from knowledge.cause import edit, stop
from knowledge.cause.card import Card
from knowledge.cause.edit import CannotEdit
from knowledge.cause.stored import tree_from, tree_values
from knowledge.cause.tree import PROBLEM, STATES, Evidence, Tree, open_branches

LOSES = ("删掉", "不建", "不用问")  # what is meant to take something away, and what stands outside the walk
STEPS = 60


@pytest.fixture
async def app(own_home: Path, house: Opens) -> AsyncIterator[App]:
    async with house(own_home) as opened_app:
        yield opened_app


def entered(tree: Tree) -> set[tuple[int, str]]:
    """Every piece of evidence, by its cause."""
    return {(one.id, proof.text) for one in tree.causes for proof in one.evidence}


async def stepped(draw: random.Random, chat: Visitor, n: int) -> None:
    """Tap anything that is shown, type a cause, or do something else in between."""
    ways = [
        one for one in chat.buttons if not one.text.startswith(LOSES) and one.action.split(":")[0] in ("why", "flow")
    ]
    kind = draw.choices(("tap", "type", "aside", "old"), (6, 4, 1, 1))[0]
    if kind == "tap" and ways:
        await chat.act(draw.choice(ways).action)
    elif kind == "old":
        await chat.act(draw.choice(("why:at:1:1", "why:line:1:escaped", "flow:1:0:0", "why:judge:1:2:verified")))
    elif kind == "aside":
        await chat.say(draw.choice(("/me", "普通洗车要在多少分钟内完成？", "继续", "上一步")))
    else:
        await chat.act(f"why:at:1:{draw.randrange(4)}")
        await chat.say(draw.choice((f"原因{n}", f"原因{n}\n旁边的原因{n}", f"员工粗心{n}", "长" * 70)))


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_tapped_no_cause_and_no_evidence_is_lost(app: App, seed: int) -> None:
    analyst: Analyst = await analysing(app)
    boss, draw = analyst.boss, random.Random(seed)
    await analyst.begin(NPS)
    await walk(boss, "交车时等太久", "!证据", "周六等了 40 分钟", "!已证实")
    known, proofs = {1}, entered(await analyst.tree())
    for n in range(STEPS):
        await stepped(draw, boss, n)
        assert not [one for one in boss.replies if one.text == APOLOGY]
        tree = await analyst.tree()
        ids = {one.id for one in tree.causes}
        assert known <= ids
        assert proofs <= entered(tree)
        assert all(one.parent in (PROBLEM, *ids) for one in tree.causes)
        assert {one.id for one in tree.walk()} == ids
        known, proofs = ids, entered(tree)
    assert len(known) > 5


texts = st.text(min_size=1, max_size=70)
edits = st.lists(
    st.tuples(
        st.sampled_from(["add", "between", "mend", "judge", "show", "confirm", "jump", "close", "remove"]),
        st.integers(0, 9),
        texts,
    ),
    max_size=40,
)


@settings(max_examples=150)
@given(edits)
def test_whatever_is_edited_it_stays_a_tree_that_is_shown_and_reads_back(done: list[tuple[str, int, str]]) -> None:
    tree = Tree(Card("交车晚"))
    for what, number, text in done:
        before = {one.id for one in tree.causes}
        try:
            tree = edited(tree, what, number, text)
        except CannotEdit:
            continue
        ids = {one.id for one in tree.causes}
        assert what == "remove" or before <= ids
        assert {one.id for one in tree.walk()} == ids
        assert tree_from(tree_values(tree)) == tree
        assert all(tree.level(one.id) <= edit.MOST_LEVELS for one in tree.causes)
    shown: set[str] = set()
    for page in range(9):
        actions = {button.action for row in why_screen.places(tree, 1, page).buttons for button in row}
        assert all(len(action.encode()) <= 64 for action in actions)
        shown |= actions
    assert {f"why:at:1:{one.id}" for one in tree.causes} <= shown
    assert {one.id for one in open_branches(tree)} <= {one.id for one in tree.causes}
    assert why_screen.finishing(tree, 1).text
    assert tree.at == PROBLEM or tree.cause(tree.at)


def edited(tree: Tree, what: str, number: int, text: str) -> Tree:
    """One edit, as the buttons make them."""
    match what:
        case "add":
            return edit.add(tree, text, number)
        case "between":
            return edit.between(tree, number, text)
        case "mend":
            return edit.mend(tree, number, text)
        case "judge":
            return edit.judge(tree, number, list(STATES)[len(text) % 3])
        case "show":
            return edit.show(tree, number, Evidence(text))
        case "confirm":
            return edit.confirm(tree, number)
        case "jump":
            return edit.jump(tree, number)
        case "close":
            return stop.close(tree, number, "root")
    return edit.remove(tree, number)

"""Analyses as tests need them: 5-Whys and fishbones with causes, evidence and roots, in the records."""

from dataclasses import replace

from bot.app import App
from knowledge.cause import edit, stop
from knowledge.cause.card import Card, Kpi
from knowledge.cause.fishbone import BONE, fishbone, put, vote
from knowledge.cause.stored import fishbone_values, tree_from, tree_values
from knowledge.cause.tree import PROBLEM, Evidence, Tree
from records.analyses import FISH, WHY, Analyses, Analysis
from records.people import Person
from records.stores import Store

WHAT = "9 月返修率从 3% 升到 6.2%"
CARD = Card(WHAT, "车间钣喷", "2026 年 9 月起", "31 台", "客户二次进厂", Kpi("返修率", 6.2, 3, "%"))
CHAIN = ("喷漆后有颗粒", "烤房滤棉超期", "滤棉更换没有写进保养计划")


def tree(root: str = CHAIN[-1], what: str = WHAT, *, photos: tuple[int, ...] = (), check: int | None = None) -> Tree:
    """A chain of three, a refuted cause beside it, and one still open on the second line."""
    made = Tree(replace(CARD, what=what))
    for text in (*CHAIN[:-1], root):
        made = edit.add(made, text, made.at)
    end = made.at
    made = edit.show(made, end, Evidence("保养计划里查不到滤棉", photos, check=check))
    made = stop.close(edit.judge(made, end, "verified"), end, "root")
    made = edit.add(made, "油漆批次不良", PROBLEM)
    made = edit.judge(edit.show(made, made.at, Evidence("换批次后仍有颗粒")), made.at, "refuted")
    return edit.add(made, "质检表没有漆面颗粒一项", PROBLEM, "escaped")


async def whyed(app: App, person: Person, here: Store | None, made: Tree, *, finished: bool = True) -> Analysis:
    """A 5-Why as somebody made it."""
    async with app.database.write() as connection:
        analyses, now = Analyses(connection), app.turns.now()
        one = await analyses.add(WHY, here.id if here else None, person.id, made.card.what, tree_values(made), now)
        if finished:
            assert await analyses.finish(one, person.id, now)
        found = await analyses.get(one.id)
    assert found is not None
    return found


async def fished(app: App, person: Person, here: Store) -> Analysis:
    """A fishbone as somebody made it."""
    fish = put(fishbone(CARD, "人机料法环测"), "法", "完工后没有路试", person.id)
    fish = put(fish, "法", "工序卡没有写", person.id, 1)
    fish = vote(put(fish, "人", "质检员少", None, BONE), person.id, 1)
    async with app.database.write() as connection:
        return await Analyses(connection).add(
            FISH, here.id, person.id, CARD.what, fishbone_values(fish), app.turns.now()
        )


async def retold(app: App, one: Analysis, root: str) -> Analysis:
    """The same with another root, finished once more."""
    async with app.database.write() as connection:
        analyses, now = Analyses(connection), app.turns.now()
        content = tree_values(edit.mend(tree_from(one.content), 3, root))
        assert await analyses.change(one, content, one.title, now)
        changed = await analyses.get(one.id)
        assert changed is not None
        assert await analyses.finish(changed, one.person_id or 1, now)
        found = await analyses.get(one.id)
    assert found is not None
    return found

"""What everything about analyses shares: who may see one, how it is changed, and what it looks like."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from handlers.causes import guide_paper
from handlers.context import Context
from handlers.message import Button, File
from knowledge.cause.alike import alike
from knowledge.cause.edit import CannotEdit
from knowledge.cause.fishbone import Fishbone
from knowledge.cause.stored import fishbone_from, fishbone_values, tree_from, tree_values
from knowledge.cause.tree import Tree
from knowledge.paper import Drawn
from records.analyses import CLOSED, DONE, FISH, WHY, Analyses, Analysis
from records.database import Connection
from records.people import ADMIN, Person
from records.standing import actor
from reports.diagrams.draw import as_pdf, as_png, as_svg
from reports.diagrams.layout import on_paper, on_phone, poster_of
from reports.diagrams.mermaid import as_mermaid
from reports.diagrams.of_paper import sheet_of
from reports.diagrams.scene import cut
from reports.diagrams.xmind import FISHBONE, TREE, as_xmind
from retrieval.card import Card

NOT_HERE = "没有这份分析。"
_TALLEST = 640.0  # points of one picture for the phone: chat apps shrink what is taller
FORMS = {
    "pdf": "application/pdf",
    "svg": "image/svg+xml",
    "mmd": "text/plain",
    "xmind": "application/vnd.xmind.workbook",
}


class NotSeen(Exception):
    """The analysis does not exist, or not for this person."""


@dataclass(frozen=True, slots=True)
class Told:
    """A change that was refused; the message is one sentence for the person."""

    why: str


async def seen(context: Context, connection: Connection, number: int, *, lock: bool = False) -> Analysis:
    """An analysis this person may see; raises NotSeen."""
    analyses = Analyses(connection)
    found = await analyses.get(number, lock=lock)
    if found is None or not await _may(context.me, found, analyses):
        raise NotSeen
    return found


async def _may(person: Person, one: Analysis, analyses: Analyses) -> bool:
    """Leaders of its store may, and whoever is of its team and still of its store."""
    if one.store_id is None:
        return person.role == ADMIN or one.person_id == person.id
    standing = actor(person, one.store_id)
    return standing.leads or (standing.works and person.id in await analyses.team(one.id))


async def tree_of(context: Context, number: int) -> Tree:
    """The tree of a 5-Why; raises NotSeen."""
    async with context.database.read() as connection:
        one = await seen(context, connection, number)
    if one.kind != WHY:
        raise NotSeen
    return tree_from(one.content)


async def edit_tree(context: Context, number: int, edit: Callable[[Tree], Tree]) -> tuple[Analysis, Tree]:
    """Change the tree as it is now, whoever changed it meanwhile; raises NotSeen, CannotEdit."""
    connection, one = await _held(context, number, WHY)
    tree = edit(tree_from(one.content))
    return await _kept(context, connection, one, tree_values(tree), tree.card.what), tree


async def edit_fish(context: Context, number: int, edit: Callable[[Fishbone], Fishbone]) -> tuple[Analysis, Fishbone]:
    """The same for a fishbone."""
    connection, one = await _held(context, number, FISH)
    bones = edit(fishbone_from(one.content))
    return await _kept(context, connection, one, fishbone_values(bones), bones.card.what), bones


async def _held(context: Context, number: int, kind: str) -> tuple[Connection, Analysis]:
    """The analysis as it is now, which nobody else changes until the turn ends."""
    connection = await context.write()
    one = await seen(context, connection, number, lock=True)
    if one.kind != kind:
        raise NotSeen
    return connection, one


async def _kept(
    context: Context, connection: Connection, one: Analysis, content: dict[str, object], title: str
) -> Analysis:
    if content == one.content:
        return one
    if one.state in (DONE, CLOSED) and {**content, "at": 0} == {**one.content, "at": 0}:
        return one  # who only looks around in a finished one does not open it again
    kept = await Analyses(connection).change(one, content, title, context.now())
    assert kept, "the row is locked"
    found = await Analyses(connection).get(one.id)
    assert found is not None
    return found


async def pictures(context: Context, one: Analysis) -> tuple[File, ...]:
    """The analysis for a phone, in as many pictures as it takes; slow work, before the turn's transaction."""
    of = drawn_of(one)
    return () if of is None else await painted(context, of, f"{_named(one)}-{one.id}")


async def painted(context: Context, of: Drawn, name: str) -> tuple[File, ...]:
    """The same of what no row is kept of yet."""
    made = await asyncio.to_thread(lambda: [as_png(part) for part in cut(on_phone(of), _TALLEST)])
    refs = [await context.files.put(content) for content in made]
    return tuple(
        File(f"{name}{f'-{n}' if len(refs) > 1 else ''}.png", "image/png", ref) for n, ref in enumerate(refs, 1)
    )


async def drawing(context: Context, one: Analysis, form: str) -> File:
    """The analysis for paper (pdf, svg) or for other tools (mmd, xmind); raises NotSeen where it has no picture."""
    of = drawn_of(one)
    if of is None:
        raise NotSeen
    content = await asyncio.to_thread(_written, of, form)
    return File(f"{_named(one)}-{one.id}.{form}", FORMS[form], await context.files.put(content))


def _written(of: Drawn, form: str) -> bytes:
    match form:
        case "mmd":
            return as_mermaid(sheet_of(of)).encode()
        case "xmind":
            return as_xmind(sheet_of(of), FISHBONE if isinstance(of, Fishbone) else TREE)
        case "pdf":
            return as_pdf(on_paper(of))
    return as_svg(poster_of(of)).encode()


def _named(one: Analysis) -> str:
    return {WHY: "5Why", FISH: "鱼骨图"}.get(one.kind) or guide_paper.called(one.kind)


def drawn_of(one: Analysis) -> Drawn | None:
    """What is drawn of an analysis; None of a guide without a picture."""
    if guide_paper.is_guide(one):
        return guide_paper.drawn_in(guide_paper.paper_of(one))
    return fishbone_from(one.content) if one.kind == FISH else tree_from(one.content)


async def sections(context: Context, text: str, most: int) -> list[Card]:
    """Sections of the documents that speak of this; what has not a word in common with it does not."""
    found = await context.desk.search(text, most)
    pairs = {text[at : at + 2] for at in range(len(text) - 1) if text[at : at + 2].isalpha()}
    cards = [one.card for one in found.ranked]
    return [one for one in cards if any(pair in " ".join((one.title, *one.path, one.text)) for pair in pairs)]


def ways(one: Analysis, version: int = 0) -> tuple[tuple[Button, ...], ...]:
    """The forms an analysis can be had in, those of a finished version where one is asked for."""
    last = f":{version}" if version else ""
    reports = (("PDF 报告", "paper"), ("Word 报告", "word"))
    return (tuple(Button(text, f"drawing:{form}:{one.id}{last}") for text, form in reports), _drawings(one, last))


def drawing_ways(one: Analysis) -> tuple[tuple[Button, ...], ...]:
    """The forms of the picture of a guide, where it has one."""
    if drawn_of(one) is None:
        return ()
    return ((Button("看图", f"drawing:see:{one.id}"),), _drawings(one, ""))


def _drawings(one: Analysis, last: str) -> tuple[Button, ...]:
    forms = (("PDF 图", "pdf"), ("SVG", "svg"), ("XMind", "xmind"), ("Mermaid", "mmd"))
    return tuple(Button(text, f"drawing:{form}:{one.id}{last}") for text, form in forms)


def kept_rows(rows: Sequence[Sequence[Button]]) -> list[list[list[str]]]:
    """Buttons as a conversation keeps them, for `rows_of`."""
    return [[[button.text, button.action] for button in row] for row in rows]


def rows_of(kept: Sequence[Sequence[Sequence[str]]]) -> tuple[tuple[Button, ...], ...]:
    """Buttons as `kept_rows` gave them."""
    return tuple(tuple(Button(text, action) for text, action in row) for row in kept)


async def similar(title: str, known: AsyncIterator[Analysis], least: float = 0.25) -> list[Analysis]:
    """Those of the same symptom, the most alike first, of two alike the later."""
    found = [(share, one.id, one) async for one in known if (share := alike(title, one.title)) >= least]
    return [one for _, _, one in sorted(found, key=lambda one: one[:2], reverse=True)]


__all__ = [
    "CannotEdit",
    "NotSeen",
    "drawing",
    "edit_fish",
    "edit_tree",
    "pictures",
    "seen",
    "similar",
    "tree_of",
    "ways",
]

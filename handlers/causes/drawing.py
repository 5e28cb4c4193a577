"""An analysis as files: its picture for paper and for other tools, its report as PDF and Word."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from handlers import flow, typed
from handlers.causes import analysing
from handlers.causes import proof as why_proof
from handlers.causes.analysing import FORMS, NOT_HERE, NotSeen, seen
from handlers.checks.report import contents, named
from handlers.context import Context
from handlers.message import MEDIA, File, Incoming, Reply, id_in
from knowledge.cause.stored import tree_from
from records.actions import Actions, Which
from records.analyses import FISH, WHY, Analyses, Analysis, Sought, Version
from records.database import Connection
from records.photos.keeping import Photos
from records.stores import Stores
from reports.analysis import Study, filename, paper_of, photos_of, under
from reports.paper import paper_pdf
from reports.paper_word import paper_word

READY = "“{title}”的{what}。"
REPORTS = {"paper": ("pdf", "PDF 报告"), "word": ("docx", "Word 报告")}
NAMES = {"pdf": "图（PDF）", "svg": "图（SVG）", "xmind": "XMind 文件", "mmd": "Mermaid 文本"}
SEE = "see"


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """drawing:<form>:<analysis>, or :<version> as it was finished then; a report is `paper` (PDF) or `word`.

    drawing:see:<analysis> is the picture for the phone.
    """
    _, form, number, version = (*incoming.action.split(":"), "", "", "")[:4]
    if form not in FORMS and form not in REPORTS and form != SEE:
        return (Reply(flow.OVER),)
    try:
        async with context.database.read() as connection:
            one = as_finished(
                await seen(context, connection, id_in(number)),
                await Analyses(connection).versions(id_in(number)) if version else (),
                id_in(version),
            )
            if one.kind not in (WHY, FISH) and (form in REPORTS or analysing.drawn_of(one) is None):
                raise NotSeen
            study, refs = await _study(context, connection, one) if form in REPORTS else (None, {})
    except NotSeen:
        return (Reply(NOT_HERE),)
    if form == SEE:
        return (Reply(typed.inert(one.title), files=await analysing.pictures(context, one)),)
    if study is None:
        file, what = await analysing.drawing(context, one, form), NAMES[form]
    else:
        file, what = await _written(context, study, refs, form), REPORTS[form][1]
    return (Reply(READY.format(title=typed.inert(one.title), what=what), files=(file,)),)


def as_finished(one: Analysis, versions: Iterable[Version], version: int) -> Analysis:
    """The analysis as it was when that version was finished; as it is where none is asked for."""
    if not version:
        return one
    found = next((was for was in versions if was.version == version), None)
    if found is None:
        raise NotSeen
    return replace(one, content=found.content, version=found.version, updated_at=found.at, done_at=found.at)


async def _study(context: Context, connection: Connection, one: Analysis) -> tuple[Study, dict[int, str]]:
    """All that a report says, and where its photos are."""
    analyses = Analyses(connection)
    versions = [was for was in await analyses.versions(one.id) if was.version <= one.version]
    actions = await Actions(connection).all(Which(source=("cause", one.id))) if one.kind == WHY else []
    derived = await analyses.all(Sought(kinds=(WHY,), source_id=one.id)) if one.kind == FISH else []
    tree = tree_from(one.content) if one.kind == WHY else None
    ids = photos_of(tree) if tree else ()
    called = await why_proof.named(context, connection, tree.causes if tree else ())
    study = Study(
        analysis=one,
        store=await Stores(connection).get(one.store_id) if one.store_id is not None else None,
        zone=context.zone,
        version=len(versions),
        names=await named(connection),
        team=await analyses.team(one.id),
        actions=actions,
        checks=called.checks,
        questions=called.questions,
        derived=derived,
    )
    return study, {photo.id: photo.shown for photo in await Photos(connection).of(ids)}


async def _written(context: Context, study: Study, refs: dict[int, str], form: str) -> File:
    photos, ending = await contents(context, refs), REPORTS[form][0]
    make = paper_pdf if form == "paper" else paper_word
    content = await asyncio.to_thread(make, paper_of(study), photos, under(study))
    return File(filename(study, ending), MEDIA[ending], await context.files.put(content))

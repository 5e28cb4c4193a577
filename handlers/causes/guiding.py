"""/guides: a template (整改方案, PDCA, 8D …) walked step by step to a paper in chat, PDF and Word, and actions."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import flow, typed
from handlers.actions import start as action
from handlers.causes import analysing
from handlers.causes.guide_card import forms, measures
from handlers.causes.guide_change import CHANGING, change
from handlers.causes.guide_facts import facts_of, fresh
from handlers.causes.guide_paper import drawn_in, guide_of, is_guide, paper_of, shipped
from handlers.causes.guide_prompt import prompt
from handlers.checks.report import contents
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Prompt
from handlers.message import MEDIA, Button, File, Incoming, Reply, id_in
from handlers.roles import LEADERS
from knowledge.guide_file import FOLDER
from knowledge.guide_result import result
from knowledge.guide_walk import advance
from knowledge.paper_text import as_markdown
from records.analyses import Analyses, Analysis
from records.photos.keeping import Photos
from records.standing import actor
from records.stores import Stores
from reports.paper import paper_pdf
from reports.paper_word import paper_word

LIST = "选一个模板，我一步步问您，最后给您一份写好的文件。"
CAUSES_BY = "根因用 /why 和鱼骨图来做，也在这里："
WHY_BUTTON = "5Why 或鱼骨图"
LINE = "{name}（约 {minutes} 分钟）"
NO_STORE = "您名下没有门店，还不能用模板。"
WHERE, NO_ONE_STORE = "写哪家门店的？", "不只一家"
DONE = "写好了。"
TITLE = "{name}·{store}"
NOT_HERE = "没有这份文件。"
NOT_YOURS_NOW = "这家门店现在不归您负责了，这份文件没有写。"
_BY_CODE = ("5-why", "fishbone")


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """/guides: which templates there are."""
    guides = shipped()
    rows = [
        (Button(LINE.format(name=one.name, minutes=one.minutes), f"guide:go:{key}"),)
        for key, one in guides.items()
        if key not in _BY_CODE
    ]
    rows.append((Button(WHY_BUTTON, "cause:new"),))
    return (Reply(LIST, buttons=tuple(rows)),)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """guide:go:<key>, and guide:pdf, word, change, actions:<analysis>."""
    match incoming.action.split(":"):
        case ["guide", "go", key] if key in shipped() and key not in _BY_CODE:
            return await _begin(context, incoming, key)
        case ["guide", "pdf" | "word" as form, number]:
            return await _file(context, id_in(number), form)
        case ["guide", "change", number]:
            return await change(context, incoming, id_in(number))
        case ["guide", "actions", number]:
            return await _actions(context, incoming, id_in(number))
    return (Reply(flow.OVER),)


async def _begin(context: Context, incoming: Incoming, key: str) -> tuple[Reply, ...]:
    facts = await facts_of(context, key, (FOLDER / f"{key}.yaml").read_text(encoding="utf-8"))
    stores = facts["stores"]
    if not stores:
        return (Reply(NO_STORE),)
    return await flow.start(context, incoming, WALKING, facts, [stores[0]["id"]] if len(stores) == 1 else [])


def _step(facts: Facts, answers: Answers) -> Prompt | None:
    """The store first, then what the guide asks; a guide that asks for the store itself is told which."""
    if not answers:
        rows = tuple((Choice(one["name"], one["id"]),) for one in facts["stores"])
        return Prompt(Reply(WHERE), (*rows, (Choice(NO_ONE_STORE, 0),)))
    guide = guide_of(facts["yaml"], facts["guide"])
    asked = advance(guide, answers[1:])
    return None if asked is None else prompt(facts, answers[0], asked)


async def _finish(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    """Keep the answers, and show what they became."""
    async with context.database.read() as connection:
        theirs = [one.id for one in await Stores(connection).all() if actor(context.me, one.id).leads]
    if answers[0] and answers[0] not in theirs:
        return (Reply(NOT_YOURS_NOW),)
    paper = result(guide_of(facts["yaml"], facts["guide"]), answers[1:])
    of = drawn_in(paper)
    files = await analysing.painted(context, of, facts["name"]) if of else ()
    analyses = Analyses(await context.write())
    content = {"yaml": facts["yaml"], "answers": list(answers[1:])}
    one = await analyses.add(facts["guide"], answers[0] or None, context.me.id, paper.title, content, context.now())
    await analyses.finish(one, context.me.id, context.now())
    return (Reply(f"{DONE}\n\n{as_markdown(paper)}", files=files, buttons=forms(one)),)


async def _seen(context: Context, number: int) -> Analysis | None:
    async with context.database.read() as connection:
        try:
            one = await analysing.seen(context, connection, number)
        except analysing.NotSeen:
            return None
    return one if is_guide(one) else None


async def _file(context: Context, number: int, form: str) -> tuple[Reply, ...]:
    one = await _seen(context, number)
    if one is None:
        return (Reply(NOT_HERE),)
    paper = paper_of(one)
    async with context.database.read() as connection:
        refs = {photo.id: photo.shown for photo in await Photos(connection).of(paper.photos)}
    photos, ending = await contents(context, refs), "pdf" if form == "pdf" else "docx"
    made = await asyncio.to_thread(paper_pdf if form == "pdf" else paper_word, paper, photos)
    name = "".join(one for one in f"{paper.kind}-{paper.title}" if one not in '\\/:*?"<>|').strip()[:60]
    file = File(f"{name}.{ending}", MEDIA[ending], await context.files.put(made))
    return (Reply(typed.inert(paper.title), files=(file,)),)


async def _actions(context: Context, incoming: Incoming, number: int) -> tuple[Reply, ...]:
    one = await _seen(context, number)
    found = measures(one.content) if one is not None else []
    if one is None or one.store_id is None or not found:
        return (Reply(NOT_HERE),)
    items = [
        {"key": f"guide-{number}-{n}", "name": measure["name"], "due_hours": measure["hours"]}
        for n, measure in enumerate(_timed(found, context.now(), context.zone), 1)
    ]
    facts = {"store": one.store_id, "source": "cause", "source_id": number, "list": "", "items": items}
    return await action.offer(context, incoming, facts)


def _timed(found: Sequence[Mapping[str, Any]], now: datetime, zone: ZoneInfo) -> list[dict[str, Any]]:
    timed = []
    for one in found:
        end = datetime.fromisoformat(one["due"]).replace(hour=18, tzinfo=zone) if one["due"] else now + timedelta(2)
        timed.append({"name": one["name"], "hours": max(1.0, (end - now).total_seconds() / 3600)})
    return timed


def _title(facts: Facts) -> str:
    return str(facts["name"])


WALKING = Flow("guide", LEADERS, _step, _finish, kept=_title, fresh=fresh)
FLOWS = (WALKING, CHANGING)

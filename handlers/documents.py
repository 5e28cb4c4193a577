"""Documents: an admin sends a file, sees what it holds, and puts it in; it can be undone."""

import base64
import binascii
import json
from typing import Any

from handlers import ask, flow, typed
from handlers.checks import listing
from handlers.context import Context, Unfetched
from handlers.flow import Answers, Choice, Facts, Flow, Prompt
from handlers.learning import questions
from handlers.message import Button, Incoming, Reply, clipped
from handlers.roles import ADMINS, PRIVATE
from knowledge.reading import Unreadable
from records.documents import DocumentRow
from records.files import FilesError
from records.people import ADMIN
from retrieval.library import Ingested
from retrieval.versions import Preview, as_file

PHOTO = "现在没有需要照片的步骤，需要时我会提示您发送。有问题请直接发文字。"
NOT_ADMIN = "文件只有管理员能发给我入库。有问题请直接发文字。"
ONE = "请一次发一份文件，入库后再发下一份。"
TOO_BIG = "{name}：文件有 {size}，超过上限 {most}。请拆分后再发。"
SAME = "《{name}》已经在库里，内容没有变化。"
SEEN = "**{title}**{version}\n\n将以《{name}》入库，共 {n} 节：\n{headings}"
AND_MORE = "- ……（还有 {n} 节）"
WARNED = "**请留意**\n{warnings}"
REPLACES = "会替换现有的《{name}》{version}（{n} 节）；入库后可以撤销。"
UNTITLED = "（开头）"
READING, PUTTING = "正在读取《{name}》……", "正在入库《{name}》：{done}/{total} 段"
DONE = "已入库：《{name}》，{sections} 节，{passages} 段，用时 {seconds:.1f} 秒。现在就可以问了。"
DONE_REPLACED = "已替换：《{name}》，{sections} 节，{passages} 段，用时 {seconds:.1f} 秒。现在就可以问了。"
UNDO = "撤销"
UNDONE, BACK = "已撤销：《{name}》不在库里了。", "已撤销：《{name}》恢复为原来的版本{version}（{n} 段）。"
CHANGED_SINCE = "《{name}》后来又变过，不能撤销了。"
LOST = "这份文件已经取不到了，请重新发送。"
_HEADINGS, _WARNINGS, _LONGEST = 8, 5, 40


async def received(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """A file that no open conversation asked for."""
    files = [one for one in incoming.attachments if one.kind != "photo"]
    if incoming.action:
        return (Reply(flow.OVER),)
    if not files:
        return (Reply(PHOTO), *(await ask.ask(context, incoming) if incoming.text.strip() else ()))
    if context.me.role != ADMIN:
        return (Reply(NOT_ADMIN),)
    if not incoming.private:
        return (Reply(PRIVATE),)
    if len(files) > 1:
        return (Reply(ONE),)
    name, most = files[0].name, context.deployment.reading.max_bytes
    if files[0].size > most:
        return (_too_big(name, files[0].size, most),)
    try:
        content = await context.fetch(files[0])
    except Unfetched as error:
        return (Reply(str(error)),)
    if len(content) > most:
        return (_too_big(name, len(content), most),)
    listed = await questions.offered(context, incoming, name, content)
    listed = listed or await listing.offered(context, incoming, name, content)
    return await _offer(context, incoming, content) if listed is None else listed


async def _offer(context: Context, incoming: Incoming, content: bytes) -> tuple[Reply, ...]:
    file = next(one.name for one in incoming.attachments if one.kind != "photo")
    await context.partial(READING.format(name=typed.inert(file)))
    try:
        async with as_file(file, content) as path:
            seen = await context.desk.preview(path, context.deployment.reading)
    except Unreadable as error:
        return (Reply(typed.inert(str(error))),)
    if seen.replaces and seen.replaces.facts.digest == seen.document.digest and not seen.replaces.facts.bundled:
        return (Reply(SAME.format(name=typed.inert(seen.name))),)
    facts = {
        "file": file,
        "ref": await context.files.put(content),
        "name": seen.name,
        "digest": seen.document.digest,
        "was": await _kept(context, seen.name),
        "text": _text(seen),
    }
    return await flow.start(context, incoming, INGESTING, facts)


def _text(seen: Preview) -> str:
    document, name = seen.document, typed.inert(seen.name)
    headings = [f"- {_short(one.path[-1]) if one.path else UNTITLED}" for one in document.sections[:_HEADINGS]]
    if len(document.sections) > _HEADINGS:
        headings.append(AND_MORE.format(n=len(document.sections) - _HEADINGS))
    text = SEEN.format(
        title=_short(document.title),
        version=_version(document.version),
        name=name,
        n=len(document.sections),
        headings="\n".join(headings),
    )
    if document.warnings:
        text += "\n\n" + WARNED.format(
            warnings="\n".join(f"- {_short(one, 80)}" for one in document.warnings[:_WARNINGS])
        )
    return text + ("\n\n" + _replaces(seen.replaces) if seen.replaces else "")


def _replaces(row: DocumentRow) -> str:
    return REPLACES.format(name=typed.inert(row.facts.name), version=_version(row.facts.version), n=row.sections)


def _step(facts: Facts, answers: Answers) -> Prompt | None:
    return None if answers else Prompt(Reply(facts["text"]), ((Choice("入库", True),),))


async def _finish(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    """Put it in, outside the turn's transaction: done again after a crash, it finds the document unchanged."""
    name = typed.inert(facts["name"])

    async def closely(done: int, total: int) -> None:
        await context.partial(PUTTING.format(name=name, done=done, total=total))

    try:
        content = await context.files.get(facts["ref"])
    except FilesError:
        return (Reply(LOST),)
    await context.partial(READING.format(name=name))
    was = await _replaced(context, facts)
    async with as_file(facts["file"], content) as path:
        [one] = await context.desk.ingest([path], context.deployment.reading, closely=closely)
    if one.error:
        return (Reply(typed.inert(one.error)),)
    undo = json.dumps({"undo": facts["name"], "digest": facts["digest"], "was": was}, sort_keys=True).encode()
    action = f"undo:{_packed(await context.files.put(undo))}"
    return (Reply(_report(one, name, replaced=bool(was)), buttons=((Button(UNDO, action),),)),)


def _report(one: Ingested, name: str, *, replaced: bool) -> str:
    form = DONE_REPLACED if replaced else DONE
    return form.format(name=name, sections=one.sections, passages=one.passages, seconds=one.seconds)


async def _replaced(context: Context, facts: Facts) -> str:
    """What is in now, as it is to come back; as it was at the preview where a run cut short has replaced it already."""
    live = next((row for row in await context.desk.documents() if row.facts.name == facts["name"]), None)
    if live is not None and live.facts.digest == facts["digest"]:
        return str(facts["was"])
    return await _kept(context, facts["name"])


async def _kept(context: Context, name: str) -> str:
    content = await context.desk.kept(name)
    return "" if content is None else await context.files.put(content)


async def undo(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """undo:<note>: take the document out, or bring back the one it replaced; done twice it is done once."""
    note = await _note(context, incoming.action.partition(":")[2])
    if note is None:
        return (Reply(flow.OVER),)
    name, was = str(note["undo"]), str(note["was"])
    live = next((row for row in await context.desk.documents() if row.facts.name == name), None)
    before = json.loads(await context.files.get(was))["facts"]["digest"] if was else None
    if (live.facts.digest if live else None) not in (note["digest"], before):
        return (Reply(CHANGED_SINCE.format(name=typed.inert(name))),)
    if not was:
        await context.desk.forget(name)
        return (Reply(UNDONE.format(name=typed.inert(name)), replaces=True),)
    facts = await context.desk.restore(await context.files.get(was))
    told = BACK.format(name=typed.inert(name), version=_version(facts.version), n=facts.passages)
    return (Reply(told, replaces=True),)


async def _note(context: Context, packed: str) -> dict[str, Any] | None:
    try:
        note = json.loads(await context.files.get(base64.urlsafe_b64decode(packed + "=").hex()))
    except (FilesError, ValueError, binascii.Error):
        return None
    return note if isinstance(note, dict) and set(note) == {"undo", "digest", "was"} else None


def _packed(ref: str) -> str:
    """A ref of 64 hex digits in the 43 characters that fit a button."""
    return base64.urlsafe_b64encode(bytes.fromhex(ref)).decode().rstrip("=")


def _too_big(name: str, size: int, most: int) -> Reply:
    return Reply(TOO_BIG.format(name=_short(name), size=_megabytes(size), most=_megabytes(most)))


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


def _version(version: str) -> str:
    return f" v{typed.inert(version)}" if version else ""


def _short(text: str, most: int = _LONGEST) -> str:
    return clipped(typed.inert(text), most)


INGESTING = Flow("document", ADMINS, _step, _finish)

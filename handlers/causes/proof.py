"""Evidence in words that say what it is, what can be used as evidence, and the ways to look at it again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from handlers import ask, photo, typed
from handlers.causes.analysing import NotSeen, seen
from handlers.causes.why_screen import Rows, action
from handlers.context import Context
from handlers.message import Button, Incoming, Reply, clipped, id_in
from handlers.roles import LEADERS
from knowledge.cause.stored import tree_from
from knowledge.cause.tree import Cause, Evidence, Tree
from records.analyses import WHY, Analysis
from records.checks import Check, Checks, Wanted
from records.database import Connection
from records.questions import QuestionRow, Questions
from records.standing import actor

ASK = "有什么证据说明“{text}”？发一句看到的或查到的（带数字更好），也可以发照片。"
KNOWN = "已有 {n} 份：\n{evidence}"
JUDGE = "“{text}”的证据 {n} 份。看下来是真的吗？\n\n{evidence}"
PROOF = "- {text}"
PHOTOS, CHECK, QUESTION = "照片 {n} 张", "检核：{said}", "提问：{said}"
CHECKED, ASKED, UNANSWERED = "{when} {name} {total:g} 分", "“{text}”", "“{text}”（没答上）"
NOT_THERE = "第 {n} 号，已经不在了"
USE_CHECK, USE_QUESTION = "用检核：{said}", "用提问：{said}"
SEE_CHECK, SEE_QUESTION, SEE_PHOTOS = "看检核：{said}", "看提问：{said}", "看照片"
QUOTED = "{when} 问：{question}\n\n{answer}"
VERIFIED, REFUTED, UNSURE, MORE = "已证实", "排除", "还不确定", "再补一份证据"
_NEAR, _LOOKED, _LONGEST, _MOST_PHOTOS = 3, 50, 40, 10
_DAY = timedelta(days=1)
_COMMON = {"没有", "有没", "什么", "怎么", "为什", "多少", "多久", "时候", "可以", "需要", "是不", "不是"}
Offers = list[tuple[str, dict[str, int]]]


@dataclass(frozen=True, slots=True)
class Names:
    """What checks and questions that are evidence are called, by id; `open` are the checks this person may open."""

    checks: Mapping[int, str] = field(default_factory=dict)
    questions: Mapping[int, str] = field(default_factory=dict)
    open: frozenset[int] = frozenset()


async def named(context: Context, connection: Connection, causes: Iterable[Cause]) -> Names:
    """What their evidence is called."""
    proofs = [proof for cause in causes for proof in cause.evidence]
    checks = [await Checks(connection).get(number) for number in {one.check for one in proofs if one.check}]
    asked = [await Questions(connection).get(number) for number in {one.question for one in proofs if one.question}]
    return Names(
        {one.id: _checked(context, one) for one in checks if one},
        {one.id: _asked(one) for one in asked if one},
        frozenset(one.id for one in checks if one and actor(context.me, one.store_id).works),
    )


def said(one: Evidence, names: Names) -> str:
    """A piece of evidence in a line."""
    parts = [typed.inert(one.text), typed.inert(one.figure)]
    parts += [PHOTOS.format(n=len(one.photos))] if one.photos else []
    if one.check:
        parts.append(CHECK.format(said=names.checks.get(one.check) or NOT_THERE.format(n=one.check)))
    if one.question:
        parts.append(QUESTION.format(said=names.questions.get(one.question) or NOT_THERE.format(n=one.question)))
    return "，".join(part for part in parts if part)


async def judging(context: Context, connection: Connection, tree: Tree, number: int, analysis: int) -> Reply:
    """The evidence of a cause, whether it is true, and the ways to look at what is in the records."""
    cause = tree.cause(number)
    names = await named(context, connection, (cause,))
    text = JUDGE.format(text=typed.inert(cause.text), n=len(cause.evidence), evidence=_lines(cause, names))
    ways = ((VERIFIED, "verified"), (REFUTED, "refuted"), (UNSURE, "open"))
    judge = tuple(Button(name, action("judge", analysis, number, state)) for name, state in ways)
    more = (Button(MORE, action("proof", analysis, number)),)
    return Reply(text, buttons=(judge, more, *_rows(cause, names, analysis)))


async def asking(context: Context, connection: Connection, tree: Tree, number: int, analysis: int) -> tuple[str, Rows]:
    """What asks for evidence, with what there is, and the ways to look at that."""
    cause = tree.cause(number)
    names = await named(context, connection, (cause,))
    text = ASK.format(text=typed.inert(cause.text))
    if cause.evidence:
        text = f"{KNOWN.format(n=len(cause.evidence), evidence=_lines(cause, names))}\n\n{text}"
    return text, _rows(cause, names, analysis)


async def offered(context: Context, connection: Connection, incoming: Incoming, one: Analysis, cause: Cause) -> Offers:
    """What is in the records that can be used: the store's latest checks, what this person has just asked, and what
    was asked of the same and not answered, which leaders read anyway.
    """
    wanted = Wanted(stores=[one.store_id]) if one.store_id is not None else None
    checks = await Checks(connection).all(wanted, limit=_NEAR) if wanted else []
    recent = await Questions(connection).recent(incoming.channel, incoming.chat, _NEAR)
    mine = [row for row in recent if row.person == incoming.person and row.asked_at > context.now() - _DAY][::-1]
    alike = await _like(connection, f"{one.title} {cause.text}") if context.me.role in LEADERS else []
    asked = {row.id: row for row in (*mine[: _NEAR - 1], *alike)}
    used = {(proof.check, proof.question) for proof in cause.evidence}
    return [
        *((USE_CHECK.format(said=_checked(context, check)), {"check": check.id}) for check in checks
          if (check.id, None) not in used),
        *((clipped(USE_QUESTION.format(said=_asked(row)), 30), {"question": row.id}) for row in asked.values()
          if (None, row.id) not in used),
    ]  # fmt: skip


async def _like(connection: Connection, text: str) -> list[QuestionRow]:
    """What nobody could answer and speaks of the same, the nearest first."""
    pairs = {text[at : at + 2] for at in range(len(text) - 1) if text[at : at + 2].isalnum()} - _COMMON
    found = await Questions(connection).unanswered_of(sorted(pairs), _LOOKED)
    ranked = sorted(found, key=lambda row: -sum(pair in row.text for pair in pairs))
    return list({row.text: row for row in ranked}.values())[: _NEAR - 1]


async def show_question(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """why:asked:<analysis>:<question>, which is evidence in it: what was asked and answered, not by whom."""
    asked = id_in(rest[0]) if rest else 0
    async with context.database.read() as connection:
        tree = tree_from((await _why(context, connection, number)).content)
        row = await Questions(connection).get(asked)
    if row is None or not any(proof.question == asked for cause in tree.causes for proof in cause.evidence):
        raise KeyError(asked)
    when = row.asked_at.astimezone(context.zone).strftime("%Y-%m-%d")
    shown = ask.shown(context.zone, row, None)
    return (Reply(QUOTED.format(when=when, question=typed.inert(row.text), answer=shown.text)),)


async def show_photos(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """why:photos:<analysis>:<cause>."""
    async with context.database.read() as connection:
        cause = tree_from((await _why(context, connection, number)).content).cause(id_in(rest[0]) if rest else 0)
    ids = [photo for proof in cause.evidence for photo in proof.photos][:_MOST_PHOTOS]
    return (Reply(typed.inert(cause.text), files=await photo.files(context, ids)),)


async def _why(context: Context, connection: Connection, number: int) -> Analysis:
    one = await seen(context, connection, number)
    if one.kind != WHY:
        raise NotSeen
    return one


def _lines(cause: Cause, names: Names) -> str:
    return "\n".join(PROOF.format(text=said(one, names)) for one in cause.evidence)


def _rows(cause: Cause, names: Names, analysis: int) -> Rows:
    ways = []
    for one in cause.evidence:
        if one.check in names.open:
            ways.append(Button(SEE_CHECK.format(said=names.checks[one.check or 0]), f"checked:show:{one.check}"))
        if one.question in names.questions:
            text = SEE_QUESTION.format(said=names.questions[one.question or 0])
            ways.append(Button(clipped(text, 30), action("asked", analysis, one.question)))
    if any(one.photos for one in cause.evidence):
        ways.append(Button(SEE_PHOTOS, action("photos", analysis, cause.id)))
    return tuple((one,) for one in ways)


def _checked(context: Context, one: Check) -> str:
    when = one.finished_at.astimezone(context.zone).strftime("%Y-%m-%d")
    return CHECKED.format(when=when, name=one.checklist.name, total=one.total)


def _asked(row: QuestionRow) -> str:
    text = clipped(typed.inert(row.text), _LONGEST)
    return (ASKED if row.answered else UNANSWERED).format(text=text)

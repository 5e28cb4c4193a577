"""Homework: handed in as texts, photos and files; the mentor accepts it or returns it with a comment."""

import re
from typing import Any

from handlers import flow, typed
from handlers.context import Context, Unfetched
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.learning import assessing, certificate
from handlers.learning.leading import leads, led, mentors
from handlers.message import Attachment, Button, File, Incoming, Reply
from handlers.roles import EVERYONE, LEADERS
from records.database import Connection
from records.files import FilesError
from records.learning.enrolments import ACCEPTED, RETURNED, SENT, Enrolments, HandIn
from records.people import People, Person
from records.photos.decode import Unusable

ASK = "第 {day} 天要交：**{what}**。\n\n发文字、照片或文件，可以分几条发，发完点“交上去”。"
SO_FAR = "已收到{parts}。可以接着发，发完点“交上去”。"
TEXTS, FILES = "文字 {n} 段", "文件 {n} 个"
SEND = "交上去"
SENT_OFF, NOBODY = "已交给 {names}，点评后会告诉您。", "已收下，还没有带教可以点评，请找管理员指定。"
TOO_MANY, TOO_BIG = "一次最多交 {n} 个文件。", "{name} 太大了（{size:.1f} MB），最多 {most:.0f} MB。"
LOST = "文件没有存好，请稍后再发一次。"
CARD = "**{name} · 第 {day} 天作业：{what}**\n{at}\n\n{text}{files}{state}"
FILES_LINE, NO_TEXT = "\n\n附件 {n} 个。", "（没有文字）"
ACCEPT, PRAISE, RETURN, SCORE, NEXT = "通过", "通过并写评语", "退回", "打分", "看下一份"
ASK_COMMENT = {ACCEPTED: "写一句评语。", RETURNED: "哪里要改？写一两句，会原样发给学员。"}
JUDGED = {ACCEPTED: "已通过。", RETURNED: "已退回，评语发给学员了。"}
TOLD = {ACCEPTED: "第 {day} 天的作业“{what}”通过了。{comment}", RETURNED: "第 {day} 天的作业“{what}”要修改：{comment}"}
STATES = {SENT: "", ACCEPTED: "\n\n已通过。{comment}", RETURNED: "\n\n已退回：{comment}"}
SCORED = "\n\n{score:g} 分，{passed}。{comment}"
BY = "\n{by}：{comment}"
AGAIN, CERTIFICATE = "重新交", "领取证书"
NONE, ALREADY, NOT_ENROLLED = (
    "没有等着点评的作业。",
    "这份作业已经有人点评过了。",
    "您还没有开始课程，发 /course 开始。",
)
PILE = "等着点评的作业有 {n} 份："
MINE, MY_LINE, NO_MINE = "**我交的作业**\n\n{lines}", "- 第 {day} 天 {what}：{state}", "还没有交过作业。"
_WORDS = {SENT: "等点评", ACCEPTED: "已通过", RETURNED: "被退回"}
_MOST_FILES, _LONGEST, _LONGEST_COMMENT, _PAGE = 10, 3000, 300, 10


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """work:new:<day>, work:mine; for leaders work:all, and work:see, ok, praise, back, score with an id."""
    found = re.fullmatch(r"work:(new|mine|all|see|ok|praise|back|score)(?::([1-9][0-9]{0,14}))?", incoming.action)
    what, number = (found[1], int(found[2] or 0)) if found else ("", 0)
    match what:
        case "new":
            return await _new(context, incoming, number)
        case "mine":
            return (await _mine(context),)
        case "all":
            return (await _pile(context),)
        case "see" | "ok" | "praise" | "back" | "score":
            return await _judging(context, incoming, what, number)
    return (Reply(flow.OVER),)


async def _new(context: Context, incoming: Incoming, day: int) -> tuple[Reply, ...]:
    course = context.deployment.school.course
    if not 1 <= day <= len(course) or not course.day(day).hand_in:
        return (Reply(flow.OVER),)
    async with context.database.read() as connection:
        if await Enrolments(connection).get(context.me.id) is None:
            return (Reply(NOT_ENROLLED),)
    facts: Facts = {"day": day, "what": typed.inert(course.day(day).hand_in)}
    return await flow.start(context, incoming, HANDING_IN, facts)


def _step(facts: Facts, answers: Answers) -> Prompt | None:
    if any("send" in one for one in answers):
        return None
    texts, files = _parts(answers)
    if not texts and not files:
        return Prompt(Reply(ASK.format(day=facts["day"], what=facts["what"])), read=_text, free=True, take=_take)
    parts = [TEXTS.format(n=len(texts))] if texts else []
    parts += [FILES.format(n=len(files))] if files else []
    reply = Reply(SO_FAR.format(parts="、".join(parts)))
    return Prompt(reply, ((Choice(SEND, {"send": True}),),), read=_text, free=True, take=_take)


def _parts(answers: Answers) -> tuple[list[str], list[dict[str, str]]]:
    texts = [one["text"] for one in answers if one.get("text")]
    return texts, [file for one in answers for file in one.get("files", ())][:_MOST_FILES]


def _text(incoming: Incoming) -> Any:
    return {"text": typed.lines(_LONGEST)(incoming)}


async def _take(context: Context, incoming: Incoming) -> tuple[Any, tuple[Reply, ...]]:
    if len(incoming.attachments) > _MOST_FILES:
        raise Misread(TOO_MANY.format(n=_MOST_FILES))
    files = [await _kept(context, one) for one in incoming.attachments]
    return {"files": files, "text": incoming.text.strip()[:_LONGEST]}, ()


async def _kept(context: Context, one: Attachment) -> dict[str, str]:
    """A file as it is kept: a picture upright and without what the camera noted, any other as it came."""
    most = context.deployment.reading.max_bytes
    if one.size > most:
        raise Misread(TOO_BIG.format(name=typed.inert(one.name)[:40], size=one.size / 1e6, most=most / 1e6))
    try:
        content = await context.fetch(one)
        name, media = typed.inert(one.name)[:80] or "file", one.media_type or "application/octet-stream"
        if one.kind == "photo" or media.startswith("image/"):
            seen = await context.deployment.photos.inspect(content, context.zone)
            content, name, media = seen.shown, f"{name.rpartition('.')[0] or name}.jpg", "image/jpeg"
        return {"name": name, "media_type": media, "ref": await context.files.put(content)}
    except (Unfetched, Unusable) as error:
        raise Misread(str(error)) from error
    except FilesError as error:
        raise Misread(LOST) from error


async def _sent(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    texts, files = _parts(answers)
    connection = await context.write()
    enrolment = await Enrolments(connection).get(context.me.id)
    one = HandIn(context.me.id, facts["day"], "\n".join(texts), tuple(files), context.now())
    number = await Enrolments(connection).hand_in(one)
    able = await mentors(connection, context.me, enrolment)
    made = await Enrolments(connection).handed_in(number)
    assert made is not None
    for mentor in able:
        context.notify(mentor.id, card(context, context.me, made, mentor))
    names = "、".join(typed.inert(mentor.name) for mentor in able)
    return (Reply(SENT_OFF.format(names=names) if able else NOBODY),)


def card(context: Context, learner: Person, one: HandIn, reader: Person) -> Reply:
    """A piece of homework as its judge sees it."""
    text = CARD.format(
        name=typed.inert(learner.name), day=one.day, what=typed.inert(_what(context, one.day)),
        at=one.sent_at.astimezone(context.zone).strftime("%Y-%m-%d %H:%M"), text=_quoted(one.text) or NO_TEXT,
        files=FILES_LINE.format(n=len(one.files)) if one.files else "",
        state=_state(one),
    )  # fmt: skip
    first: tuple[Button, ...] = (Button(ACCEPT, f"work:ok:{one.id}"), Button(PRAISE, f"work:praise:{one.id}"))
    if (phase := context.deployment.school.course.assessed(one.day)) is not None:
        first, mark = (Button(SCORE, f"work:score:{one.id}"),), context.deployment.school.mark(phase)
        text += "\n\n" + assessing.CRITERIA.format(criteria=typed.inert(phase.criteria), mark=mark)
    ways = (first, (Button(RETURN, f"work:back:{one.id}"),))
    files = tuple(File(file["name"], file["media_type"], file["ref"]) for file in one.files)
    return Reply(text, buttons=ways if one.state == SENT else (), files=files)


async def _judging(context: Context, incoming: Incoming, what: str, number: int) -> tuple[Reply, ...]:
    async with context.database.read() as connection:
        found = await _judgeable(connection, context, number)
    if found is None:
        return (Reply(flow.OVER),)
    one, learner = found
    if what == "see":
        return (card(context, learner, one, context.me),)
    if one.state != SENT:
        return (Reply(ALREADY),)
    school = context.deployment.school
    phase = school.course.assessed(one.day)
    if phase is not None and what != "back":  # nothing passes without points
        return await flow.start(context, incoming, SCORING, assessing.facts_of(school, number, phase))
    if what == "score":
        return (Reply(flow.OVER),)
    if what == "ok":
        return await _judged(context, number, ACCEPTED, "")
    state = ACCEPTED if what == "praise" else RETURNED
    return await flow.start(context, incoming, COMMENTING, {"id": number, "state": state})


async def _judgeable(connection: Connection, context: Context, number: int) -> tuple[HandIn, Person] | None:
    """Homework that this person may judge, with whose it is."""
    enrolments = Enrolments(connection)
    one = await enrolments.handed_in(number)
    learner = await People(connection).get(one.person_id) if one else None
    if one is None or learner is None or context.me.role not in LEADERS:
        return None
    return (one, learner) if leads(context.me, learner, await enrolments.get(learner.id)) else None


def _comment_step(facts: Facts, answers: Answers) -> Prompt | None:
    read = typed.line(_LONGEST_COMMENT)
    return None if answers else Prompt(Reply(ASK_COMMENT[facts["state"]]), read=read, free=True)


async def _commented(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    return await _judged(context, facts["id"], facts["state"], answers[0])


async def _scored(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    score, comment = float(answers[0]), str(answers[1])
    return await _judged(context, facts["id"], ACCEPTED if score >= facts["mark"] else RETURNED, comment, score)


async def _judged(
    context: Context, number: int, state: str, comment: str, score: float | None = None
) -> tuple[Reply, ...]:
    connection = await context.write()
    found = await _judgeable(connection, context, number)
    if found is None:
        return (Reply(flow.OVER),)
    one, learner = found
    if not await Enrolments(connection).judge(number, state, comment, context.me.id, context.now(), score):
        return (Reply(ALREADY),)
    said = BY.format(by=typed.inert(context.me.name), comment=comment) if comment else ""
    what, phase = typed.inert(_what(context, one.day)), context.deployment.school.course.assessed(one.day)
    text, done = TOLD[state].format(day=one.day, what=what, comment=said), JUDGED[state]
    if score is not None and phase is not None:
        passed, mark = assessing.said(passed=state == ACCEPTED), context.deployment.school.mark(phase)
        text = assessing.TOLD.format(day=one.day, what=what, score=score, passed=passed, mark=mark, comment=said)
        done = assessing.JUDGED.format(score=score, passed=passed)
    ways = [Button(AGAIN, f"work:new:{one.day}")] if state == RETURNED else []
    ways += [Button(CERTIFICATE, "certificate:mine")] if await certificate.due(context, connection, learner.id) else []
    context.notify(learner.id, Reply(text, buttons=(tuple(ways),) if ways else ()))
    return (Reply(done, buttons=((Button(NEXT, "work:all"),),)),)


async def _pile(context: Context) -> Reply:
    """What waits for this leader, the oldest first."""
    if context.me.role not in LEADERS:
        return Reply(flow.OVER)
    async with context.database.read() as connection:
        names = {person.id: person.name for person, _ in await led(connection, context.me)}
        waiting = await Enrolments(connection).hand_ins(names, SENT)
    rows = tuple(
        (Button(f"{typed.inert(names[one.person_id])} · 第 {one.day} 天", f"work:see:{one.id}"),)
        for one in waiting[:_PAGE]
    )
    return Reply(PILE.format(n=len(waiting)) if waiting else NONE, buttons=rows)


async def _mine(context: Context) -> Reply:
    async with context.database.read() as connection:
        sent = await Enrolments(connection).hand_ins([context.me.id])
    lines = [
        MY_LINE.format(day=one.day, what=typed.inert(_what(context, one.day)), state=_word(one))
        + (f"（{typed.inert(one.comment)}）" if one.comment else "")
        for one in sent
    ]
    return Reply(MINE.format(lines="\n".join(lines)) if lines else NO_MINE)


def _state(one: HandIn) -> str:
    """What was said of it, under its card."""
    form, passed = STATES[one.state], assessing.said(passed=one.state == ACCEPTED)
    form = form if one.score is None else SCORED
    return form.format(comment=typed.inert(one.comment), score=one.score, passed=passed)


def _word(one: HandIn) -> str:
    if one.score is None:
        return _WORDS[one.state]
    return f"{one.score:g} 分，{assessing.said(passed=one.state == ACCEPTED)}"


def _what(context: Context, day: int) -> str:
    course = context.deployment.school.course
    return course.day(day).hand_in if day <= len(course) else ""


def _quoted(text: str) -> str:
    """What a learner wrote, line by line, with nothing in it that Markdown would take for a mark."""
    return "\n\n".join(typed.inert(line) for line in text.splitlines() if line.strip())


HANDING_IN = Flow("hand-in", EVERYONE, _step, _sent)
COMMENTING = Flow("homework-comment", LEADERS, _comment_step, _commented)
SCORING = Flow("homework-score", LEADERS, assessing.step, _scored)
FLOWS = (HANDING_IN, COMMENTING, SCORING)

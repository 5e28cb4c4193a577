"""/draft: questions that the language model drafts from a document, taken or left by a human one by one."""

import asyncio
import hashlib
import unicodedata
from typing import Any

from handlers import flow, typed
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Prompt
from handlers.learning.questions import added, described
from handlers.learning.rounds import bank
from handlers.message import Incoming, Reply
from handlers.roles import ADMINS
from knowledge.document import BETWEEN, Reference
from knowledge.faults import BadFile
from knowledge.quiz import Question
from knowledge.quiz_form import checked
from knowledge.quiz_json import as_json, from_json
from records.documents import Documents
from retrieval.card import Card
from retrieval.drafting import drafted

NO_MODEL = "没有配置大模型，不能起草题目。可以自己写好题目，按 YAML 或 Excel 发给我，模板在 /questions 里。"
WHICH = "从哪份文件出题？请这样发：/draft 备件管理"
NO_DOCUMENT = "没有找到这份文件：{name}。"
WORKING = "正在读《{name}》并起草题目……"
NOTHING = "这次没有起草出可用的题目，请稍后再试，或换一份文件。"
ASK = "**起草的第 {n}/{all} 道**，请核对后决定。\n\n{card}"
TAKE, LEAVE = "采用", "不用"
NONE_TAKEN = "都没有采用，题库不变。"
TOPIC, NAME = "draft", "起草的题目"
_SECTIONS, _EACH, _SHORTEST = 4, 2, 20
_TAKEN = ("kind", "ask", "options", "right", "why")
_LEAST = 0.5  # of the pairs of signs of the right answer have to stand in the section


async def begin(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """/draft and a document's name; the sections that no question asks about come first."""
    writer = context.desk.answerer.writer
    if writer is None:
        return (Reply(NO_MODEL),)
    words = incoming.text.strip().partition(" ")[2].strip() if incoming.text.startswith("/") else ""
    if not words:
        return (Reply(WHICH),)
    names = [row.facts.name for row in await context.desk.documents()]
    name = next((one for one in names if one == words), None) or next((one for one in names if words in one), None)
    if name is None:
        return (Reply(NO_DOCUMENT.format(name=typed.inert(words)[:40])),)
    await context.partial(WORKING.format(name=typed.inert(name)))
    async with context.database.read() as connection:
        known = {one.proof for one in (await bank(connection, context.deployment.school)).questions}
    sections = [one for one in await _sections(context, name) if len(one.text) >= _SHORTEST]
    sections.sort(key=lambda one: Reference(name, tuple(one.path)) in known)
    written = await asyncio.gather(*(drafted(writer, one, _EACH) for one in sections[:_SECTIONS]))
    found = [
        question
        for card, some in zip(sections, written, strict=False)
        for values in some
        if (question := sound(values, name, card, _day(context, name, card))) is not None
    ]
    if not found:
        return (Reply(NOTHING),)
    return await flow.start(context, incoming, DRAFTING, {"questions": [as_json(one) for one in found]})


async def _sections(context: Context, name: str) -> list[Card]:
    async with context.database.read() as connection:
        documents = Documents(connection)
        ids = await documents.ids(name)
        keys = [one.key for number in ids for one in (await documents.sections(ids))[number]]
    found = [await context.desk.section(key) for key in keys]
    return [one for one in found if one is not None]


def sound(values: dict[str, Any], document: str, card: Card, day: int) -> Question | None:
    """A draft as a question, None where it has a fault or its answer does not stand in the section."""
    key = f"{TOPIC}-{hashlib.sha256(str(values.get('ask')).encode()).hexdigest()[:10]}"
    known: dict[str, Any] = {name: values[name] for name in _TAKEN if name in values}
    proof = BETWEEN.join((document, *card.path))
    known |= {"key": key, "day": day, "proof": proof}
    whole = {"topic": TOPIC, "name": NAME, "questions": [known]}
    try:
        [one] = checked(whole, str).questions
    except BadFile:
        return None
    return one if _stands(one, card.text) else None


def _stands(one: Question, text: str) -> bool:
    """Whether the right answer's words stand in the section; what is true or false is judged by its explanation."""
    said = "".join(one.options[index] for index in one.right) or (one.words[0] if one.words else "")
    said = f"{one.number.value:g}" if one.number else said or one.why
    answer, there = _plain(said), _plain(text)
    pairs = [answer[at : at + 2] for at in range(len(answer) - 1)] or [answer]
    return sum(pair in there for pair in pairs) >= _LEAST * len(pairs)


def _plain(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())


def _day(context: Context, document: str, card: Card) -> int:
    """The course day that reads the section, else the first that reads the document, else the first."""
    days = context.deployment.school.course.days
    exact = (day.day for day in days if Reference(document, tuple(card.path)) in day.reading)
    near = (day.day for day in days if any(one.document == document for one in day.reading))
    return next(exact, None) or next(near, 1)


def _step(facts: Facts, answers: Answers) -> Prompt | None:
    questions = facts["questions"]
    if len(answers) >= len(questions):
        return None
    one = from_json(questions[len(answers)])
    text = ASK.format(n=len(answers) + 1, all=len(questions), card=described(one, NAME))
    return Prompt(Reply(text), ((Choice(TAKE, True), Choice(LEAVE, False)),))


async def _finish(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    taken = [from_json(one) for one, yes in zip(facts["questions"], answers, strict=True) if yes]
    if not taken:
        return (Reply(NONE_TAKEN),)
    return (await added(context, taken, {TOPIC: NAME}),)


DRAFTING = Flow("draft-questions", ADMINS, _step, _finish)

"""Ask: a question gets the standard with its source; the answer can be opened, praised or blamed."""

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

from handlers.asked import logged
from handlers.context import Context
from handlers.learning.shut import shut
from handlers.message import Button, Citation, Incoming, Reply, clipped
from records.questions import DOWN_REASONS, UP, FaqRow, QuestionRow, Questions
from retrieval.answer import Answer
from retrieval.followup import Past
from retrieval.grounded import Partial

SOURCE = "原文"
GOOD, BAD = "👍 有用", "👎 没用"
WHY_BAD = "哪里不对？请点一个原因。"
THANKS_UP = "已记下：有用。"
THANKS_DOWN = "已记下：{reason}。管理员会看到这个问题。"
NEAREST = "最接近的章节："
GONE = "这一节已经更新或删除，请重新提问。"
OVER = "这个按钮已经失效，请重新提问。"
WRITTEN_BY = "—— {author} 于 {day} 整理"
_REMEMBERED = 3


async def ask(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """Answer a question, and log it with what came of it; not while they sit an exam."""
    if (sits := await shut(context)) is not None:
        return (sits,)
    return (await told(context, incoming, await answered(context, incoming, context.partial)),)


async def answered(context: Context, incoming: Incoming, partial: Partial) -> Answer:
    """The answer to a question in its conversation; nothing is logged yet."""
    async with context.database.read() as connection:
        recent = await Questions(connection).recent(incoming.channel, incoming.chat, _REMEMBERED)
    return await context.desk.ask(incoming.text, [past(row) for row in recent], partial)


async def told(context: Context, incoming: Incoming, answer: Answer) -> Reply:
    """Log a question with its answer, as people read it."""
    questions = Questions(await context.write())
    row = logged(answer, incoming)
    [number] = await questions.add([row])
    if answer.faq is not None:
        await questions.count_uses({answer.faq.id: 1})
    return shown(context.zone, replace(row, id=number), answer.faq)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """A button under an answer: source:<question>:<n>, rate:<question>:<verdict>, or section:<key>."""
    if not incoming.action.startswith("rate:") and (sits := await shut(context)) is not None:
        return (sits,)
    match incoming.action.split(":"):
        case ["source", number, index]:
            row = await _row(context, number, incoming)
            if row is not None and index in map(str, range(len(row.citations))):
                return await _section(context, row.citations[int(index)].key)
        case ["rate", number, verdict] if verdict in (UP, "down", *DOWN_REASONS):
            row = await _row(context, number, incoming)
            if row is not None and row.answered:
                return await _rate(context, incoming, row, verdict)
        case ["section", key]:
            return await _section(context, key)
    return (Reply(OVER),)


def shown(zone: ZoneInfo, row: QuestionRow, faq: FaqRow | None) -> Reply:
    """A logged answer as people read it."""
    if not row.answered:
        buttons = tuple((Button(clipped(heading, 24), f"section:{key}"),) for key, heading in row.nearest)
        text = f"{row.answer}\n\n{NEAREST}" if buttons else row.answer
        return Reply(text, buttons=buttons, about=f"question:{row.id}")
    text = row.answer
    if faq is not None:
        day = faq.written_at.astimezone(zone).date().isoformat()
        text = f"{text}\n\n{WRITTEN_BY.format(author=faq.author, day=day)}"
    rate = (Button(GOOD, f"rate:{row.id}:{UP}"), Button(BAD, f"rate:{row.id}:down"))
    return Reply(text, _citations(row), (_source(row) + rate,), about=f"question:{row.id}")


def past(row: QuestionRow) -> Past:
    """What a later question may lean on."""
    cited = row.citations[0].section if row.citations else ()
    return Past(row.searched, cited[-1] if cited else "")


async def _rate(context: Context, incoming: Incoming, row: QuestionRow, verdict: str) -> tuple[Reply, ...]:
    reply = Reply(row.answer, _citations(row), replaces=True)
    if verdict == "down":
        reasons = tuple(Button(text, f"rate:{row.id}:{name}") for name, text in DOWN_REASONS.items())
        return (replace(reply, text=f"{row.answer}\n\n{WHY_BAD}", buttons=(reasons[:2], reasons[2:])),)
    await Questions(await context.write()).judge(row.id, incoming.person, verdict, context.now())
    thanks = THANKS_UP if verdict == UP else THANKS_DOWN.format(reason=DOWN_REASONS[verdict])
    buttons = (_source(row),) if row.citations else ()
    return (replace(reply, text=f"{row.answer}\n\n{thanks}", buttons=buttons),)


async def _section(context: Context, key: str) -> tuple[Reply, ...]:
    card = await context.desk.section(key)
    if card is None:
        return (Reply(GONE),)
    page = f" · 第{card.page}页" if card.page else ""
    version = f" · v{card.version}" if card.version else ""
    where = " › ".join(card.path)
    return (Reply(f"**《{card.title}》{version}{page}**\n{where}\n\n{card.text.strip()}"),)


async def _row(context: Context, number: str, incoming: Incoming) -> QuestionRow | None:
    """A question of this chat, in a group one's own; any other is as if it did not exist."""
    if not re.fullmatch(r"[0-9]{1,18}", number):
        return None
    async with context.database.read() as connection:
        row = await Questions(connection).get(int(number))
    if row is None or (row.channel, row.chat) != (incoming.channel, incoming.chat):
        return None
    return row if incoming.private or row.person == incoming.person else None


def _citations(row: QuestionRow) -> tuple[Citation, ...]:
    return tuple(
        Citation(c.document, c.version, c.section, c.page, c.quote, f"source:{row.id}:{i}", c.number)
        for i, c in enumerate(row.citations)
    )


def _source(row: QuestionRow) -> tuple[Button, ...]:
    return (Button(SOURCE, f"source:{row.id}:0"),) if row.citations else ()

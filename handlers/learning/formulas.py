"""Flash cards of the formulas of indicators, as the documents state them: recalled, then judged by oneself."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from zoneinfo import ZoneInfo

from handlers import flow, typed
from handlers.context import Context
from handlers.learning import proof
from handlers.learning.school import today
from handlers.learning.shut import shut
from handlers.message import Button, Incoming, Reply
from knowledge.document import Reference
from records.database import Connection
from records.documents import Documents
from records.learning.quizzes import Card, Quizzes

PREFIX = "formula:"
ASKED = "**公式卡** · 一共 {all} 张，今天还有 {left} 张\n\n{name}怎么算？\n\n先在心里说一遍，再看答案。"
ANSWER = "**{name}**\n\n{formula}\n\n出处：{where}"
SHOW, KNEW, FORGOT, OPEN = "看答案", "记得", "没记住", "看原文"
NONE = "现在的文件里没有指标公式。"
DONE = "今天的公式卡都看过了。"
_WISH = re.compile(r"(?:来|练|背|考考我)?\s*(?:kpi|指标)?\s*的?\s*(?:公式卡|公式|闪卡)片?", re.IGNORECASE)
_ABOUT = ("KPI", "指标")
_FORMULA = re.compile(r"^\s*(?:[-*]\s*)?\**([^=\n*：:，。|]{2,30}?)\**\s*=\s*([^=\n]*[÷×+\-－/][^=\n]*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Formula:
    """What an indicator is called, how it is worked out, and where that stands."""

    name: str
    said: str
    where: Reference

    @property
    def key(self) -> str:
        """The same while the indicator is called the same."""
        return PREFIX + hashlib.sha256(self.name.encode()).hexdigest()[:12]


async def wished(context: Context, incoming: Incoming) -> tuple[Reply, ...] | None:
    """KPI 公式, 公式卡: the next card; None for any other text."""
    return await _next(context) if _WISH.fullmatch(incoming.text.strip()) else None


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """formula:next, formula:<id>:show, formula:<id>:knew, formula:<id>:forgot, formula:<id>:open."""
    if (sits := await shut(context)) is not None:
        return (sits,)
    match incoming.action.split(":"):
        case ["formula", "next"]:
            return await _next(context)
        case ["formula", number, what] if re.fullmatch(r"[0-9a-f]{12}", number):
            async with context.database.read() as connection:
                one = next((one for one in await formulas(connection) if one.key == PREFIX + number), None)
            if one is not None:
                return await _turned(context, incoming, one, what)
    return (Reply(flow.OVER),)


async def formulas(connection: Connection) -> list[Formula]:
    """Every formula that a document about indicators states, each indicator once."""
    documents = Documents(connection)
    ids = {one.id: one.facts.name for one in await documents.all() if any(word in one.facts.name for word in _ABOUT)}
    found: dict[str, Formula] = {}
    for number, sections in (await documents.sections(ids)).items():
        for section in sections:
            for name, said in _FORMULA.findall(section.text):
                place = Reference(ids[number], tuple(section.path))
                found.setdefault(name.strip(), Formula(name.strip(), f"{name.strip()} = {said.strip()}", place))
    return list(found.values())


def chosen(
    found: Sequence[Formula], cards: Mapping[str, Card], day: date, zone: ZoneInfo, chance: Random
) -> list[Formula]:
    """Those to be seen today: what is due or was never seen, what is due first."""
    open_ = [one for one in found if one.key not in cards or cards[one.key].reviewed_on < day]
    due = [one for one in open_ if one.key in cards and cards[one.key].due_at.astimezone(zone).date() <= day]
    fresh = [one for one in open_ if one.key not in cards]
    chance.shuffle(fresh)
    return [*sorted(due, key=lambda one: cards[one.key].due_at), *fresh]


async def _next(context: Context) -> tuple[Reply, ...]:
    if (sits := await shut(context)) is not None:
        return (sits,)
    async with context.database.read() as connection:
        found, cards = await formulas(connection), await Quizzes(connection).cards(context.me.id)
    return (_asked(context, found, cards),)


def _asked(context: Context, found: Sequence[Formula], cards: Mapping[str, Card]) -> Reply:
    """The next card, its answer hidden."""
    left = chosen(found, cards, today(context.now(), context.zone), context.zone, context.deployment.chance)
    if not left:
        return Reply(DONE if found else NONE)
    text = ASKED.format(all=len(found), left=len(left), name=typed.inert(left[0].name))
    return Reply(text, buttons=((Button(SHOW, f"{left[0].key}:show"),),))


async def _turned(context: Context, incoming: Incoming, one: Formula, what: str) -> tuple[Reply, ...]:
    if what == "open":
        return await proof.original(context, incoming, one.where)
    said = ANSWER.format(name=typed.inert(one.name), formula=typed.inert(one.said), where=proof.where(one.where))
    source = Button(OPEN, f"{one.key}:open")
    if what == "show":
        ways = (Button(KNEW, f"{one.key}:knew"), Button(FORGOT, f"{one.key}:forgot"))
        return (Reply(said, buttons=(ways, (source,)), replaces=True),)
    if what not in ("knew", "forgot"):
        return (Reply(flow.OVER),)
    connection, now = await context.write(), context.now()
    quizzes = Quizzes(connection)
    known = (await quizzes.cards(context.me.id)).get(one.key)
    day = today(now, context.zone)
    moved = context.deployment.school.memory.reviewed(known, one.key, what == "knew", now, day)
    await quizzes.remember(context.me.id, moved)
    kept = Reply(said, buttons=((source,),), replaces=True)
    return (kept, _asked(context, await formulas(connection), await quizzes.cards(context.me.id)))

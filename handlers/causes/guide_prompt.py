"""What a guide asks, as prompts: buttons for what can be chosen, and every kind of answer read from what is typed."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from handlers import flow
from handlers.actions import evidence
from handlers.context import Context
from handlers.day import day_of
from handlers.flow import Choice, Facts, Misread, Prompt
from handlers.message import Incoming, Reply, clipped
from knowledge.cause.card import Card
from knowledge.cause.edit import CannotEdit, add
from knowledge.cause.stored import tree_values
from knowledge.cause.tree import PROBLEM, Tree
from knowledge.guide_answer import BadAnswer, check, read
from knowledge.guide_walk import Ask

ASKED = "{place}{ask}{hint}"
EXAMPLE, HINT, ROUND = "\n例如：{example}", "\n{hint}", "第 {n} 条 · "
SKIP, NONE_MORE = "跳过", "没有"
SEND_CAUSES = "{ask}\n\n一行一个原因，下一层的行前面加“-”，再下一层加“--”。也可以先用 /why 做完，再从下面选。"
NO_DATE = "没看懂日期。例如：今天、周五、11-25。"
NO_DATE_PAST = "没看懂日期。例如：今天、昨天、上周五、11-25。"
DAY = "{name} {day:%m-%d}"
DAYS = {
    "past": ("今天", "昨天", "前天", "上周五"),
    "any": ("昨天", "今天", "明天", "一周后"),
    "future": ("今天", "明天", "本周五", "一周后", "两周后", "月底", "下月底"),
}
PHOTOS_ONLY = "请发照片，或者点“跳过”。"
_KINDS = {"text", "doubt", "number"}


def prompt(facts: Facts, store: int, asked: Ask) -> Prompt:
    """What a guide asks, with its buttons and how an answer is read; `store` is 0 for several."""
    step = asked.step
    hint = "".join(
        one
        for one in (
            HINT.format(hint=step.hint) if step.hint and asked.kind not in ("more", "doubt") else "",
            EXAMPLE.format(example=step.example) if step.example and asked.kind in _KINDS else "",
        )
    )
    place = ROUND.format(n=asked.round) if asked.round and asked.kind != "more" else ""
    text = ASKED.format(place=place, ask=asked.text, hint=hint)
    skip: tuple[tuple[Choice, ...], ...] = ((Choice(SKIP, None),),) if step.optional and asked.kind not in (
        "more", "doubt",
    ) else ()  # fmt: skip
    if asked.kind == "photo":
        take = _taking(store) if store else _taking(facts["stores"][0]["id"])
        return Prompt(Reply(text), skip, read=_no_photo, take=take)
    if asked.kind in ("causes", "bones"):
        rows = tuple((Choice(clipped(one["name"], 30), one["tree"]),) for one in facts["trees"])
        return Prompt(Reply(SEND_CAUSES.format(ask=text)), (*rows, *skip), read=_reads_causes(asked), free=True)
    ways: tuple[tuple[Choice, ...], ...] = (*_ways(facts, store, asked), *skip)
    question = asked.step.example.endswith("？")
    return Prompt(Reply(text), ways, read=_reads(facts, asked), free=_is_free(asked), verbatim=question)


def _ways(facts: Facts, store: int, asked: Ask) -> tuple[tuple[Choice, ...], ...]:
    match asked.kind:
        case "more":
            return (tuple(Choice(text, first) for text, first in zip(asked.choices, (True, False), strict=True)),)
        case "doubt":
            return ((Choice(asked.choices[0], True),),)
        case "choice":
            return tuple((Choice(one, one),) for one in asked.choices)
        case "person":
            near = [one for one in facts["people"] if not store or store in one["stores"]] or facts["people"]
            chosen = [Choice(one["name"], {"id": one["id"], "name": one["name"]}) for one in near[:6]]
            return tuple(tuple(chosen[at : at + 2]) for at in range(0, len(chosen), 2))
        case "date" if "today" in facts:
            days = [Choice(DAY.format(name=name, day=day), day.isoformat()) for name, day in _days(facts, asked)]
            return tuple(tuple(days[at : at + 2]) for at in range(0, len(days), 2))
        case "text" if asked.step.key == "store":
            name = next((one["name"] for one in facts["stores"] if one["id"] == store), "")
            return ((Choice(name, name),),) if name else ()
    return ()


def _days(facts: Facts, asked: Ask) -> list[tuple[str, date]]:
    """The usual days that may be answered, each once."""
    zone, today, when = ZoneInfo(facts["zone"]), date.fromisoformat(facts["today"]), asked.step.when
    noon = datetime.combine(today, time(12), zone)
    days: dict[date, str] = {}
    for name in DAYS[when]:
        day = day_of(name, noon, zone, past=when == "past")
        if day and not check(asked, day.isoformat(), today):
            days.setdefault(day, name)
    return [(name, day) for day, name in days.items()]


def _is_free(asked: Ask) -> bool:
    return asked.kind in ("text", "doubt", "number", "person")


def _reads(facts: Facts, asked: Ask) -> Any:
    def reading(incoming: Incoming) -> Any:
        text = incoming.text.strip()
        if asked.step.optional and text in (SKIP, NONE_MORE, "无"):
            return None
        try:
            if asked.kind != "date":
                return read(asked, text)
            return _dated(asked, text, incoming.received, ZoneInfo(facts["zone"]))
        except BadAnswer as error:
            raise Misread(str(error)) from error

    return reading


def _dated(asked: Ask, text: str, now: datetime, zone: ZoneInfo) -> str:
    day = day_of(text, now, zone, past=asked.step.when == "past")
    if day is None:
        raise Misread(NO_DATE_PAST if asked.step.when == "past" else NO_DATE)
    if problem := check(asked, day.isoformat(), now.astimezone(zone).date()):
        raise Misread(problem)
    return day.isoformat()


def _reads_causes(asked: Ask) -> Any:
    def reading(incoming: Incoming) -> Any:
        what = str((asked.sofar or {}).get("what") or (asked.sofar or {}).get("problem") or asked.step.key)
        tree, above = Tree(Card(what)), [PROBLEM]
        try:
            for line in incoming.text.splitlines():
                plain = line.lstrip(" \t-－—·•")
                depth = min(line.count("-", 0, len(line) - len(plain)), len(above) - 1)
                if plain.strip():
                    tree = add(tree, plain, above[depth])
                    above = [*above[: depth + 1], tree.at]
        except CannotEdit as error:
            raise Misread(str(error)) from error
        answer = tree_values(tree)
        if problem := check(asked, answer):
            raise Misread(problem)
        return answer

    return reading


def _no_photo(incoming: Incoming) -> Any:
    if incoming.text.strip() in (SKIP, NONE_MORE, "无"):
        return None
    raise Misread(PHOTOS_ONLY)


def _taking(store: int) -> flow.Take:
    async def take(context: Context, incoming: Incoming) -> tuple[list[int], tuple[Reply, ...]]:
        sent, notes = await evidence.take_photos(context, incoming, store)
        return sent["photos"], notes

    return take

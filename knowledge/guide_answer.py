"""What people answer to a guide: read from what they typed, and judged."""

import math
import re
import unicodedata
from datetime import date
from typing import Any

from knowledge.cause.stored import fishbone_from, tree_from
from knowledge.guide_walk import Ask

EMPTY, SHORT, LONG = "请写几个字。", "太短了，请写 {least:g} 个字以上。", "太长了，请用 {most:g} 个字以内。"
NO_NUMBER = "请发一个数字，例如 {example}。"
LOW, HIGH = "不能小于 {least:g}{unit}。", "不能大于 {most:g}{unit}。"
NO_CHOICE = "请从这些里选：{choices}。"
NO_DATE, NOT_PAST, NOT_FUTURE = "请发一个日期。", "这里要今天或以后的日期。", "这里要今天或以前的日期。"
NO_PERSON = "请选一个人，或写出姓名。"
FEW_PHOTOS, MANY_PHOTOS = "至少要 {least:g} 张照片。", "最多 {most:g} 张照片。"
NO_CAUSES = "还没有写出一条原因。"
MUST = "这一步不能跳过。"
_NUMBER = re.compile(r"([-+]?\d[\d,]*(?:\.\d+)?|[-+]?\.\d+)\s*(万|千)?")
_TIMES = {"万": 10_000.0, "千": 1_000.0, None: 1.0}
MOST_TEXT, MOST_PHOTOS = 500, 9


class BadAnswer(Exception):
    """What a person sent is no answer; the message is one sentence for them."""


def read(ask: Ask, text: str) -> Any:
    """The answer in what a person typed, for texts, choices, numbers, persons named; raises BadAnswer.

    Dates, photos and people who are known come from the handlers, which know the clock and the records.
    """
    plain = " ".join(text.split()) if ask.kind not in ("text", "doubt") else text.strip()
    answer: Any = plain
    if ask.kind == "number":
        answer = _number(plain, ask)
    elif ask.kind in ("choice", "more"):
        answer = _chosen(plain, ask)
    elif ask.kind == "person":
        answer = {"id": None, "name": plain}
    if problem := check(ask, answer):
        raise BadAnswer(problem)
    return answer


def check(ask: Ask, answer: Any, today: date | None = None) -> str:
    """What is wrong with an answer, in a sentence; "" where it will do."""
    if ask.kind == "more":
        return "" if isinstance(answer, bool) else NO_CHOICE.format(choices="、".join(ask.choices))
    if ask.kind == "doubt":
        return "" if answer is True else _text(ask, answer)
    if answer is None:
        return "" if ask.step.optional else MUST
    return _CHECKS[ask.kind](ask, answer) if ask.kind != "date" else _date(ask, answer, today)


def _text(ask: Ask, answer: Any) -> str:
    step = ask.step
    least, most = step.least or 1, step.most or MOST_TEXT
    if not isinstance(answer, str) or not answer.strip():
        return EMPTY
    if len(answer) < least:
        return SHORT.format(least=least)
    return LONG.format(most=most) if len(answer) > most else ""


def _figure(ask: Ask, answer: Any) -> str:
    step = ask.step
    if isinstance(answer, bool) or not isinstance(answer, int | float) or not math.isfinite(answer):
        return NO_NUMBER.format(example=step.example or "12")
    if step.least is not None and answer < step.least:
        return LOW.format(least=step.least, unit=step.unit)
    return HIGH.format(most=step.most, unit=step.unit) if step.most is not None and answer > step.most else ""


def _choice(ask: Ask, answer: Any) -> str:
    return "" if answer in ask.choices else NO_CHOICE.format(choices="、".join(ask.choices))


def _date(ask: Ask, answer: Any, today: date | None) -> str:
    try:
        day = date.fromisoformat(answer)
    except (TypeError, ValueError):
        return NO_DATE
    if today and ask.step.when == "future" and day < today:
        return NOT_PAST
    return NOT_FUTURE if today and ask.step.when == "past" and day > today else ""


def _person(_ask: Ask, answer: Any) -> str:
    named = isinstance(answer, dict) and isinstance(answer.get("name"), str) and answer["name"].strip()
    return "" if named and len(answer["name"]) <= 40 else NO_PERSON


def _photos(ask: Ask, answer: Any) -> str:
    least, most = ask.step.least if ask.step.least is not None else 1, ask.step.most or MOST_PHOTOS
    if not isinstance(answer, list | tuple) or len(answer) < least:
        return FEW_PHOTOS.format(least=least)
    return MANY_PHOTOS.format(most=most) if len(answer) > most else ""


def _causes(_ask: Ask, answer: Any) -> str:
    return "" if tree_from(answer).causes else NO_CAUSES


def _bones(_ask: Ask, answer: Any) -> str:
    return "" if fishbone_from(answer).twigs else NO_CAUSES


_CHECKS = {
    "text": _text, "number": _figure, "choice": _choice, "person": _person, "photo": _photos, "causes": _causes,
    "bones": _bones,
}  # fmt: skip


def _number(plain: str, ask: Ask) -> float | int:
    found = _NUMBER.search(unicodedata.normalize("NFKC", plain))
    if not found:
        raise BadAnswer(NO_NUMBER.format(example=ask.step.example or "12"))
    value = float(found[1].replace(",", "")) * _TIMES[found[2]]
    return int(value) if value.is_integer() else value


def _chosen(plain: str, ask: Ask) -> Any:
    """The choice of that name or number, or the only one that begins so."""
    found = [one for one in ask.choices if one == plain] or [
        one for one in ask.choices if plain and one.startswith(plain)
    ]
    if plain.isdigit() and 1 <= int(plain) <= len(ask.choices):
        found = found or [ask.choices[int(plain) - 1]]
    if len(found) != 1:
        raise BadAnswer(NO_CHOICE.format(choices="、".join(ask.choices)))
    return found[0] == ask.choices[0] if ask.kind == "more" else found[0]

"""A check as one form, where the channel has forms: what fails, what does not apply, figures and texts; pure."""

from dataclasses import replace
from typing import Any

from handlers.checks import reading as check_reading
from handlers.flow import Misread
from handlers.message import Field, Incoming
from knowledge.checklist import Checklist, Item
from knowledge.score import FULL

WRONG = "哪几项不合格？不选就是都合格"
SKIPPED = "哪几项不适用？"
WHERE = "{n}. {name}：{why}"
OPTION, NAMED = "{n}. {name}", "{n}. {name}{unit}"
CHOOSE, LEFT = "点开选择，可以选多项", "可以不填，后面会问"
_MOST = 60  # items; a card of Feishu's has room for 200 elements
_WRONG, _SKIPPED = "wrong", "skipped"


def fields(checklist: Checklist) -> tuple[Field, ...]:
    """What can be filled in at once; photos, and words on what fails, are asked for afterwards. None is too few."""
    right = [one for one in checklist.items if one.kind == "pass"]
    if not 2 <= len(checklist.items) <= _MOST or not right:
        return ()
    spare = [one for one in checklist.items if one.may_skip]
    return (
        Field(_WRONG, WRONG, _options(checklist, right), several=True, hint=CHOOSE),
        *([Field(_SKIPPED, SKIPPED, _options(checklist, spare), several=True, hint=CHOOSE)] if spare else []),
        *(_typed(checklist, one) for one in checklist.items if one.kind in ("score", "number", "text")),
    )


def filled(checklist: Checklist, incoming: Incoming) -> list[dict[str, Any]]:
    """The answers that a form stands for; raises Misread."""
    told = dict(incoming.form)
    skipped, wrong = told.get(_SKIPPED, "").split("\n"), told.get(_WRONG, "").split("\n")
    answers: list[dict[str, Any]] = []
    for item in checklist.items:
        if item.key in skipped and item.may_skip:
            answers.append({"skip": item.key})
        elif item.kind in ("score", "number", "text") and (text := told.get(item.key, "").strip()):
            answers.append(_read(checklist, item, replace(incoming, text=text, action="", form=())))
    known = [one.key for one in checklist.items if one.kind == "pass"]
    return [*answers, {"rest": [key for key in known if key in wrong and key not in skipped]}]


def _read(checklist: Checklist, item: Item, incoming: Incoming) -> dict[str, Any]:
    try:
        return check_reading.read(checklist, item, incoming)
    except Misread as error:
        raise Misread(WHERE.format(n=_number(checklist, item), name=item.name, why=error)) from error


def _options(checklist: Checklist, items: list[Item]) -> tuple[tuple[str, str], ...]:
    return tuple((one.key, OPTION.format(n=_number(checklist, one), name=one.name)) for one in items)


def _typed(checklist: Checklist, item: Item) -> Field:
    unit = f"（{item.unit}）" if item.kind == "number" and item.unit else ""
    label = NAMED.format(n=_number(checklist, item), name=item.name, unit=unit)
    if item.kind == "score":
        return Field(item.key, label, tuple((str(n), str(n)) for n in range(FULL + 1)), hint=LEFT)
    return Field(item.key, label, hint=LEFT, lines=2 if item.kind == "text" else 1)


def _number(checklist: Checklist, item: Item) -> int:
    return [one.key for one in checklist.items].index(item.key) + 1

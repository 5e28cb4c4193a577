"""A check while it is made: what was pressed, said and sent so far, folded into marks; pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers import typed
from handlers.flow import Misread
from handlers.message import Incoming
from knowledge.checklist import Checklist, Item
from knowledge.score import FULL, Mark, fails

Value = bool | int | float | str | None
NOT_A_NUMBER = "请发一个数字，单位是{unit}。"
NOT_A_NUMBER_BARE = "请发一个数字。"
WHICH = "请点一个按钮。要记一句，发“备注”加内容，例如：备注 灯箱左下角不亮。"
NOT_ITEMS = "没看懂是哪几项。请点按钮，或者发序号，例如：3、5。"
MAY_NOT_SKIP = "这一项必须检查，不能选不适用。"
_YES = ("合格", "可以", "没问题", "通过", "好", "ok", "yes", "是", "对", "√", "✓", "1")
_NO = ("不合格", "不行", "不通过", "有问题", "不好", "差", "no", "否", "×", "✗", "x", "0")
_SKIP = ("不适用", "跳过", "没有这项", "n/a", "na")
_NOTE = re.compile(r"\s*(?:备注|记一下|注)[:\uff1a\s]*(.+)", re.DOTALL)
_FAILED = re.compile(r"\s*(?:不合格|不行|有问题)[:\uff1a,\uff0c\s]+(.+)", re.DOTALL)
_NUMBER = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(\S{0,6})\s*")
_EXCEPT = re.compile(r"(?:其余|其他|其它|全部|都)(?:都)?合格[,\uff0c、\s]*(?:除了?|但|不含)?[:\uff1a\s]*(.*)")
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Found:
    """What was found at one item so far; `settled` says that its person has gone on to the next."""

    value: Value = None
    marked: bool = False
    skipped: bool = False
    note: str = ""
    photos: tuple[int, ...] = ()
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a check stands: `found` by item key; `at` the item that is asked for, None at the summary.

    `choosing` are the exceptions while they are being chosen, None otherwise; `mending` says that the summary asks
    which item to change.
    """

    found: Mapping[str, Found]
    at: str | None
    choosing: tuple[str, ...] | None = None
    mending: bool = False
    done: bool = False
    begun: bool = False


@dataclass
class _Fold:
    found: dict[str, Found] = field(default_factory=dict)
    aside: str | None = None  # an item that was gone back to from the summary
    choosing: list[str] | None = None
    mending: bool = False
    done: bool = False


def walked(checklist: Checklist, answers: Sequence[Mapping[str, Any]]) -> Walk:
    """The check after these answers, each one of:

    {"mark", "value"} · {"skip"} · {"note", "text"} · {"photos", "ids", "text"} · {"next"} (all of an item key) ·
    {"choose": true} · {"except": key} · {"rest": [keys that fail]} · {"mend": true} · {"goto": key} · {"done": true}.
    """
    fold = _Fold()
    for answer in answers:
        _apply(fold, checklist, answer)
    at = fold.aside or next((one.key for one in checklist.items if not settled(one, fold.found.get(one.key))), None)
    choosing = None if fold.choosing is None else tuple(fold.choosing)
    return Walk(fold.found, at, choosing, fold.mending, fold.done, bool(answers))


def _apply(fold: _Fold, checklist: Checklist, answer: Mapping[str, Any]) -> None:
    match answer:
        case {"mark": key, "value": value}:
            before = fold.found.get(key, Found())
            fold.found[key] = Found(value, True, False, before.note, before.photos)
            fold.aside = key if fold.aside == key and not settled(_item(checklist, key), fold.found[key]) else None
        case {"skip": key}:
            fold.found[key] = Found(None, True, True, fold.found.get(key, Found()).note, settled=True)
            fold.aside = None
        case {"note": key, "text": text}:
            _change(fold, key, note=_joined(fold.found.get(key, Found()).note, text))
        case {"photos": key, "ids": ids, "text": text}:
            before = fold.found.get(key, Found())
            photos = tuple(dict.fromkeys((*before.photos, *ids)))[: _item(checklist, key).photos.most]
            _change(fold, key, photos=photos, note=_joined(before.note, text))
        case {"next": key}:
            item, before = _item(checklist, key), fold.found.get(key, Found())
            counted = len(before.photos) if item.kind == "photo" else before.value
            _change(fold, key, settled=True, marked=True, value=counted)
            fold.aside = None
        case {"choose": True}:
            fold.choosing = []
        case {"except": key} if fold.choosing is not None:
            fold.choosing = [one for one in fold.choosing if one != key] + [key] * (key not in fold.choosing)
        case {"rest": keys}:
            fold.choosing = None
            for item in checklist.items:
                if item.kind == "pass" and not fold.found.get(item.key, Found()).marked:
                    _change(fold, item.key, value=item.key not in keys, marked=True)
        case {"mend": True}:
            fold.mending = True
        case {"goto": key}:
            fold.mending, fold.aside = False, key
            _change(fold, key, settled=False, marked=False, skipped=False, value=None)
        case {"done": True}:
            fold.done = True


def _change(fold: _Fold, key: str, **values: Any) -> None:
    before = fold.found.get(key, Found())
    kept = {name: getattr(before, name) for name in Found.__dataclass_fields__}
    fold.found[key] = Found(**{**kept, **values})


def settled(item: Item, found: Found | None) -> bool:
    """Whether the check may go on from an item: a finding waits until its person has said what is wrong, or goes on."""
    if found is None or not found.marked:
        return False
    if found.skipped:
        return True
    if item.kind == "text" or (not failed(item, found) and lacking(item, found) == 0):
        return True
    return found.settled and lacking(item, found) == 0


def failed(item: Item, found: Found) -> bool:
    """Whether what was found is a finding."""
    return found.marked and not found.skipped and fails(item, found.value)


def lacking(item: Item, found: Found) -> int:
    """How many photos are still wanted."""
    wanted = item.photos.when == "always" or item.kind == "photo"
    wanted = wanted or (item.photos.when == "fail" and failed(item, found))
    return max(0, item.photos.least - len(found.photos)) if wanted and not found.skipped else 0


def marks(checklist: Checklist, walk: Walk) -> dict[str, Mark]:
    """The marks so far, for the score."""
    given = {key: one for key, one in walk.found.items() if one.marked}
    return {
        item.key: Mark(item.key, given[item.key].value, given[item.key].skipped)
        for item in checklist.items
        if item.key in given
    }


def read(checklist: Checklist, item: Item, incoming: Incoming) -> dict[str, Any]:
    """What was typed at an unmarked item, as an answer."""
    text = incoming.text.strip()
    if rest := _rest(checklist, text):
        return rest
    if noted := _NOTE.fullmatch(text):
        return {"note": item.key, "text": _words(noted[1])}
    if text.lower() in _SKIP:
        if not item.may_skip:
            raise Misread(MAY_NOT_SKIP)
        return {"skip": item.key}
    match item.kind:
        case "pass" if text.lower() in _YES:
            return {"mark": item.key, "value": True}
        case "pass" if text.lower() in _NO:
            return {"mark": item.key, "value": False}
        case "score" if text.isdecimal() and int(text) <= FULL:
            return {"mark": item.key, "value": int(text)}
        case "number":
            found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text))
            if not found or (found[2] and found[2] not in (item.unit, "个")):
                raise Misread(NOT_A_NUMBER.format(unit=item.unit) if item.unit else NOT_A_NUMBER_BARE)
            return {"mark": item.key, "value": float(found[1])}
        case "text" if text:
            return {"mark": item.key, "value": _words(text)}
    raise Misread(WHICH)


def read_finding(item: Item, incoming: Incoming) -> dict[str, Any]:
    """Words about a finding, or about a photo."""
    text = _words(incoming.text)
    if not text:
        raise Misread(typed.NO_TEXT)
    return {"note": item.key, "text": text}


def read_exceptions(checklist: Checklist, incoming: Incoming) -> dict[str, Any]:
    """Which items are not as they should be, typed by number or by name."""
    keys = _named(checklist, incoming.text)
    if not keys:
        raise Misread(NOT_ITEMS)
    return {"rest": keys}


def _rest(checklist: Checklist, text: str) -> dict[str, Any] | None:
    """全部合格 · 全部合格，除了3和5 · 其余合格."""
    found = _EXCEPT.fullmatch(text)
    if not found:
        return None
    keys = _named(checklist, found[1]) if found[1].strip() else []
    if found[1].strip() and not keys:
        raise Misread(NOT_ITEMS)
    return {"rest": keys}


def _named(checklist: Checklist, text: str) -> list[str]:
    """The items whose numbers or names stand in the text; [] when any number is no item's."""
    items = checklist.items
    plain = unicodedata.normalize("NFKC", text)
    numbers = [int(one) for one in re.findall(r"\d+", plain)]
    if any(not 1 <= one <= len(items) for one in numbers):
        return []
    keys = [items[one - 1].key for one in numbers]
    words = [one for one in re.split(r"[\s,\uff0c、;\uff1b和与及]+", re.sub(r"第?\d+项?", " ", plain)) if len(one) > 1]
    for word in words:
        named = [one.key for one in items if word in one.name]
        if len(named) != 1:
            return []
        keys += named
    return list(dict.fromkeys(keys))


def _words(text: str) -> str:
    return typed.inert(text)[:_LONGEST]


def _joined(before: str, text: str) -> str:
    return "；".join(one for one in (before, text) if one)[:_LONGEST]


def _item(checklist: Checklist, key: str) -> Item:
    found = checklist.item(key)
    assert found is not None, f"list {checklist.key} has no item {key}"
    return found

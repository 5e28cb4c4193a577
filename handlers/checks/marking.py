"""A check while it is made: what was pressed, said and sent so far, folded into marks; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from knowledge.checklist import Checklist, Item
from knowledge.score import Mark, fails

Value = bool | int | float | str | None
LONGEST, LONGEST_WHY = 300, 60
"""The most characters of a note, and of why there is no photo."""
NO_PHOTO, FEW_PHOTOS = "没有照片：{why}", "照片不全：{why}"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found at one item so far; `settled` says that its person has gone on to the next.

    `bare` says why photos that are wanted were not taken; "" while that is still to be said, None where it is not.
    """

    value: Value = None
    marked: bool = False
    skipped: bool = False
    note: str = ""
    photos: tuple[int, ...] = ()
    settled: bool = False
    bare: str | None = None


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

    {"mark", "value"} (and "text") · {"skip"} · {"note", "text"} · {"photos", "ids", "text"} (and "value") · {"next"} ·
    {"bare", "why"} (all of an item key) · {"choose": true} · {"except": key} · {"rest": [keys that fail]} (and "from",
    an item that is left by it) · {"mend": true or false} · {"goto": key} · {"done": true}.
    """
    fold = _Fold()
    for answer in answers:
        _apply(fold, checklist, answer)
    at = fold.aside or next((one.key for one in checklist.items if not settled(one, fold.found.get(one.key))), None)
    choosing = None if fold.choosing is None else tuple(fold.choosing)
    return Walk(fold.found, at, choosing, fold.mending, fold.done, bool(answers))


def _apply(fold: _Fold, checklist: Checklist, answer: Mapping[str, Any]) -> None:
    match answer:
        case {"photos": key, "ids": ids, "text": text}:
            before, most = _at(fold, key), _item(checklist, key).photos.most
            photos = tuple(dict.fromkeys((*before.photos, *ids)))[:most]
            fold.found[key] = replace(before, photos=photos, note=joined(before.note, text), bare=before.bare or None)
            if "value" in answer:
                _mark(fold, _item(checklist, key), answer["value"])
        case {"mark": key, "value": value}:
            fold.found[key] = replace(_at(fold, key), note=joined(_at(fold, key).note, answer.get("text", "")))
            _mark(fold, _item(checklist, key), value)
        case {"skip": key}:
            fold.found[key] = replace(_at(fold, key), value=None, marked=True, skipped=True, settled=True)
            fold.aside = None
        case {"note": key, "text": text}:
            fold.found[key] = replace(_at(fold, key), note=joined(_at(fold, key).note, text))
        case {"bare": key, "why": why}:
            fold.found[key] = replace(_at(fold, key), bare=why)
        case {"next": key}:
            _settle(fold, _item(checklist, key))
            fold.aside = None
        case {"choose": True}:
            fold.choosing = []
        case {"except": key} if fold.choosing is not None:
            fold.choosing = [one for one in fold.choosing if one != key] + [key] * (key not in fold.choosing)
        case {"rest": keys}:
            _rest_of(fold, checklist, keys)
            if "from" in answer:
                _settle(fold, _item(checklist, answer["from"]))
        case {"mend": wanted}:
            fold.mending = bool(wanted)
        case {"goto": key}:
            fold.mending, fold.aside = False, key
            fold.found[key] = replace(_at(fold, key), value=None, marked=False, skipped=False, settled=False)
        case {"done": True}:
            fold.done = True


def _mark(fold: _Fold, item: Item, value: Value) -> None:
    """What is as it should be, and shown to be, is settled at once; what is not waits for words and photos."""
    marked = replace(_at(fold, item.key), value=value, marked=True, skipped=False)
    done = not failed(item, marked) and lacking(item, marked) == 0
    fold.found[item.key] = replace(marked, settled=done)
    if done:
        fold.aside = None


def _settle(fold: _Fold, item: Item) -> None:
    before = _at(fold, item.key)
    counted = len(before.photos) if item.kind == "photo" and before.value is not False else before.value
    fold.found[item.key] = replace(before, value=counted, marked=True, settled=True)


def _rest_of(fold: _Fold, checklist: Checklist, keys: Sequence[str]) -> None:
    """What is named fails, or is asked for again where failing is not all that can be said of it; the rest is good."""
    fold.choosing = fold.aside = None
    for item in checklist.items:
        before = _at(fold, item.key)
        if item.key in keys and item.kind != "pass":
            fold.found[item.key] = replace(before, value=None, marked=False, skipped=False, settled=False)
        elif item.key in keys and before.value is not False:
            _mark(fold, item, False)
        elif item.kind == "pass" and not before.marked:
            _mark(fold, item, True)


def _at(fold: _Fold, key: str) -> Found:
    return fold.found.get(key, Found())


def settled(item: Item, found: Found | None) -> bool:
    """Whether the check may go on from an item, and it has all the photos it wants."""
    return found is not None and found.marked and found.settled and lacking(item, found) == 0


def failed(item: Item, found: Found) -> bool:
    """Whether what was found is a finding."""
    return found.marked and not found.skipped and fails(item, found.value)


def lacking(item: Item, found: Found) -> int:
    """How many photos are still wanted: none where it was said why there are none."""
    return 0 if found.bare else short(item, found)


def short(item: Item, found: Found) -> int:
    """How many photos fewer there are than the list demands."""
    if found.skipped or (item.kind == "photo" and found.value is False):
        return 0
    wanted = item.kind == "photo" or item.photos.when == "always"
    wanted = wanted or (item.photos.when == "fail" and failed(item, found))
    return max(0, item.photos.least - len(found.photos)) if wanted else 0


def mute(item: Item, found: Found) -> bool:
    """Whether a photo item failed for want of photos, and nothing says why yet."""
    return item.kind == "photo" and found.value is False and not found.note and not found.photos


def marks(checklist: Checklist, walk: Walk) -> dict[str, Mark]:
    """The marks so far, for the score."""
    given = {key: one for key, one in walk.found.items() if one.marked}
    return {
        item.key: Mark(item.key, given[item.key].value, given[item.key].skipped)
        for item in checklist.items
        if item.key in given
    }


def remark(item: Item, found: Found) -> str:
    """What is kept as an item's note: why photos are missing, where they are, and what was said."""
    if not found.bare or not short(item, found):
        return found.note
    return joined((FEW_PHOTOS if found.photos else NO_PHOTO).format(why=found.bare), found.note)


def joined(before: str, text: str) -> str:
    """A note with more words."""
    return "；".join(one for one in (before, text) if one)


def _item(checklist: Checklist, key: str) -> Item:
    found = checklist.item(key)
    assert found is not None, f"list {checklist.key} has no item {key}"
    return found

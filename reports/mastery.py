"""How well topics are known, as a picture for a phone: each topic by each person, or those of one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Literal

from reports.fonts import advance
from reports.typesetting import png

TITLE, WHOLE = "掌握情况", "全部"
KNOWN, SEEN, COUNT = "掌握 %", "考过", "{seen} / {all}"
FOOT = "数字是考过的题目现在还答得对的把握（%）。没有数字的主题还没考到。"
OWN_FOOT = "薄弱的在前。数字是考过的题目现在还答得对的把握（%）。"
_WEAK, _FAIR, _GOOD = 60, 80, 90  # in percent: below it, and so on
_NAMES = 18  # hanzi fit over all columns together
KEYS = (("weak", "60 以下"), ("fair", "60-79"), ("good", "80-89"), ("best", "90 以上"))
Tone = Literal["weak", "fair", "good", "best", "blank", "plain"]


@dataclass(frozen=True, slots=True)
class Known:
    """Of one topic: how well it is known, 0 to 1, over the `seen` of its `questions`."""

    topic: str
    known: float
    seen: int
    questions: int


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    tone: Tone


def cohort_picture(under: str, people: Sequence[tuple[str, Sequence[Known]]]) -> bytes:
    """A PNG: a column for each person, at most six, the weakest topics of all of them first. Slow: not for the loop."""
    each = [{one.topic: one for one in known} for _, known in people]
    topics = {topic for one in each for topic in one}
    means = {topic: fmean(one[topic].known for one in each if topic in one) for topic in topics}
    rows = [(WHOLE, [_overall(one) for one in each])]
    rows += [(topic, [_of(one, topic) for one in each]) for topic in sorted(topics, key=lambda one: (means[one], one))]
    room = _NAMES / len(people)
    return _picture(under, [_short(name, room) for name, _ in people], rows, FOOT)


def own_picture(under: str, known: Sequence[Known]) -> bytes:
    """A PNG: every topic of one person with how much of it was asked. Slow: not for the loop."""
    each = {one.topic: one for one in known}
    seen = _Cell(COUNT.format(seen=sum(one.seen for one in known), all=sum(one.questions for one in known)), "plain")
    rows = [(WHOLE, [_overall(each), seen])]
    for one in sorted(known, key=lambda one: (one.known, one.topic)):
        count = _Cell(COUNT.format(seen=one.seen, all=one.questions), "plain")
        rows.append((one.topic, [_of(each, one.topic), count]))
    return _picture(under, [KNOWN, SEEN], rows, OWN_FOOT)


def _picture(under: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[_Cell]]], foot: str) -> bytes:
    shown = [{"name": name, "whole": name == WHOLE, "cells": [asdict(one) for one in cells]} for name, cells in rows]
    keys = [{"tone": tone, "text": text} for tone, text in KEYS]
    values = {"title": TITLE, "under": under, "columns": list(columns), "rows": shown, "keys": keys, "foot": foot}
    return png("heat", values)


def _short(name: str, room: float) -> str:
    """A name over its column, which is so many hanzi wide: in two lines of like length, or cut."""
    if sum(map(advance, name)) <= room:
        return name
    while sum(map(advance, name)) > 2 * room:
        name = name[:-2] + "…"
    half = next(at for at in range(1, len(name)) if sum(map(advance, name[:at])) >= sum(map(advance, name)) / 2)
    return f"{name[:half]}\n{name[half:]}"


def _of(each: Mapping[str, Known], topic: str) -> _Cell:
    return _cell(each[topic].known) if topic in each else _Cell("·", "blank")


def _overall(each: Mapping[str, Known]) -> _Cell:
    seen = sum(one.seen for one in each.values())
    return _cell(sum(one.known * one.seen for one in each.values()) / seen) if seen else _Cell("·", "blank")


def _cell(known: float) -> _Cell:
    percent = round(known * 100)
    tone: Tone = "weak" if percent < _WEAK else "fair" if percent < _FAIR else "good" if percent < _GOOD else "best"
    return _Cell(str(percent), tone)

"""Retrieval, answer and refusal figures on labelled questions."""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from retrieval.desk import Desk
from retrieval.family import whole
from retrieval.rank import Ranked
from retrieval.search import Found
from retrieval.text import simplify

_DOCUMENTS, _SECTIONS = 10, 100


class BadQuestions(Exception):
    """A file of labelled questions cannot be used; the message names file, line and cause."""


class Labelled(BaseModel):
    """One question: the documents that hold its answer, its key facts (each with alternatives), whether it has one."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    question: str
    relevant: tuple[str, ...] = ()
    answer: tuple[tuple[str, ...], ...] = ()
    answerable: bool = True

    @field_validator("relevant", "answer", mode="before")
    @classmethod
    def _absent(cls, value: Any) -> Any:
        return () if value is None else value


class Case(BaseModel):
    """What came of one question; None where its label says nothing of the kind."""

    question: str
    answered: bool
    rank: int | None = None
    in_reply: bool | None = None
    in_three: bool | None = None
    answerable: bool = True
    seconds: float = 0.0

    @property
    def failed(self) -> str:
        """What went wrong, "" when nothing did."""
        if self.answered != self.answerable:
            return "拒答了" if self.answerable else "不该答却答了"
        if self.in_reply is False:
            return "前三节有，回答缺要点" if self.in_three else "前三节缺要点"
        return "首位不对" if self.rank is not None and self.rank != 1 else ""


def load(path: Path) -> list[Labelled]:
    """The labelled questions of a JSON lines file; raises BadQuestions."""
    found = []
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuestions(f"{path}：读不出来：{error}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(Labelled.model_validate(json.loads(line)))
            except (ValueError, ValidationError) as error:
                raise BadQuestions(f"{path}:{number}: 不是一条带标注的问题：{error}") from error
    return found


async def evaluate(desk: Desk, questions: Iterable[Labelled]) -> list[Case]:
    """Ask each question alone, in order."""
    return [await _case(desk, one) for one in questions]


async def _case(desk: Desk, one: Labelled) -> Case:
    found = await desk.search(one.question, _DOCUMENTS)
    answer = await desk.ask(one.question)
    three = "\n".join(shown(hit, text) for hit, text in whole(found.ranked)[:3])
    return Case(
        question=one.question,
        answered=answer.answered,
        rank=await _rank(desk, one, found) if one.relevant else None,
        in_reply=holds(answer.text, one.answer) if one.answer and one.answerable else None,
        in_three=holds(three, one.answer) if one.answer and one.answerable else None,
        answerable=one.answerable,
        seconds=answer.seconds,
    )


async def _rank(desk: Desk, one: Labelled, found: Found) -> int:
    """The place of the first relevant document among documents, 1 to 10; 0 when it is not among ten."""
    rank = place(found.ranked, one.relevant)
    if rank or len(found.ranked) < _DOCUMENTS:
        return rank
    deeper = await desk.search(one.question, _SECTIONS)
    return place(deeper.ranked, one.relevant)


def place(ranked: Iterable[Ranked], relevant: Sequence[str]) -> int:
    """Where the first relevant document stands, each document counted at its best section; 0 beyond ten."""
    documents = list(dict.fromkeys(one.card.document for one in ranked))[:_DOCUMENTS]
    return next((i for i, name in enumerate(documents, 1) if name in relevant), 0)


def shown(hit: Ranked, text: str) -> str:
    """A hit as `dudao search` prints it: its headings, then its text."""
    return "\n".join((" > ".join(hit.card.path), text))


def holds(text: str, facts: Iterable[Iterable[str]]) -> bool:
    """Whether every key fact stands in the text, in any of its spellings; blanks, case, width and script aside."""
    plain = _plain(text)
    return all(any(_plain(spelling) in plain for spelling in fact) for fact in facts)


def _plain(text: str) -> str:
    return re.sub(r"[\s*_|]+", "", simplify(text)).lower()


def figures(cases: Sequence[Case]) -> dict[str, Any]:
    """The shares of the cases each figure speaks of; None where there are none."""
    ranks = [case.rank for case in cases if case.rank is not None]
    return {
        "questions": len(cases),
        "R@1": _share([rank == 1 for rank in ranks]),
        "MRR@10": _share([1 / rank if rank else 0.0 for rank in ranks]),
        "reply_holds_every_fact": _share([case.in_reply for case in cases if case.in_reply is not None]),
        "first_three_hold_every_fact": _share([case.in_three for case in cases if case.in_three is not None]),
        "answerable_refused": _share([not case.answered for case in cases if case.answerable]),
        "unanswerable_refused": _share([not case.answered for case in cases if not case.answerable]),
        "median_seconds": round(median(case.seconds for case in cases), 5) if cases else None,
    }


def _share(values: Sequence[float | bool]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None

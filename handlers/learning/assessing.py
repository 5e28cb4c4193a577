"""What a phase ends with beside its test: handed in, given points by the mentor, passed or to be mended."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from handlers import typed
from handlers.clock import figures
from handlers.flow import Answers, Choice, Facts, Misread, Prompt
from handlers.learning.school import School
from handlers.message import Incoming, Reply
from knowledge.course import Phase
from records.learning.enrolments import ACCEPTED, HandIn

CRITERIA = "评分标准：{criteria}，{mark:g} 分及格。"
ASK_POINTS = "**{what}** 给多少分？\n\n按“{criteria}”打分，0 到 100，{mark:g} 分及格。点一个，或者直接发数字。"
ASK_WORDS = "{score:g} 分，{passed}。写一句评语，会原样发给学员。"
NO_POINTS = "请发 0 到 100 的数字，例如 85。"
NO_WORDS = "不写评语"
PASSED, FAILED = "通过", "没通过"
TOLD = "第 {day} 天的“{what}”：{score:g} 分，{passed}（{mark:g} 分及格）。{comment}"
JUDGED = "已记 {score:g} 分，{passed}，发给学员了。"
LINE, NOT_YET = "{what} {score:g} 分，{passed}", "{what} 还没打分"
_CHOICES = ((60, 70, 75), (80, 85, 90), (95, 100))
_LONGEST = 300
_POINTS = re.compile(r"(\d{1,3}(?:\.\d)?)分?")


@dataclass(frozen=True, slots=True)
class Work:
    """What a phase's learner hands in for points: `best` is the best one that was judged."""

    phase: Phase
    mark: float
    best: HandIn | None

    @property
    def passed(self) -> bool:
        """Whether it has the points."""
        return self.best is not None and self.best.state == ACCEPTED

    @property
    def score(self) -> float | None:
        """Its points, 0-100."""
        return None if self.best is None else self.best.score


def works(school: School, sent: Iterable[HandIn]) -> tuple[Work, ...]:
    """Of every phase that ends with something for points; `sent` is one learner's."""
    judged = [one for one in sent if one.score is not None]
    found = []
    for phase in school.course.phases:
        if phase.judged_by == "mentor":
            here = [one for one in judged if one.day == phase.last]
            best = max(here, key=lambda one: (one.state == ACCEPTED, one.score or 0.0), default=None)
            found.append(Work(phase, school.mark(phase), best))
    return tuple(found)


def missing(school: School, sent: Iterable[HandIn]) -> tuple[Work, ...]:
    """What the certificate still wants; nothing where tests alone count."""
    return tuple(one for one in works(school, sent) if not one.passed) if school.graded_work else ()


def listed(some: Iterable[Work]) -> str:
    """The works and what they came to, in a line."""
    return "；".join(
        NOT_YET.format(what=typed.inert(one.phase.assessment))
        if one.score is None
        else LINE.format(what=typed.inert(one.phase.assessment), score=one.score, passed=said(passed=one.passed))
        for one in some
    )


def said(*, passed: bool) -> str:
    """通过 or 没通过."""
    return PASSED if passed else FAILED


def facts_of(school: School, number: int, phase: Phase) -> Facts:
    """What the step below asks by."""
    what, criteria = typed.inert(phase.assessment), typed.inert(phase.criteria)
    return {"id": number, "what": what, "criteria": criteria, "mark": school.mark(phase)}


def step(facts: Facts, answers: Answers) -> Prompt | None:
    """The points, then a word for who gets them."""
    if not answers:
        rows = tuple(tuple(Choice(str(one), float(one)) for one in row) for row in _CHOICES)
        return Prompt(Reply(ASK_POINTS.format(**facts)), rows, read=_points)
    if len(answers) == 1:
        text = ASK_WORDS.format(score=answers[0], passed=said(passed=answers[0] >= facts["mark"]))
        return Prompt(Reply(text), ((Choice(NO_WORDS, ""),),), read=typed.line(_LONGEST), free=True)
    return None


def _points(incoming: Incoming) -> Any:
    found = _POINTS.fullmatch("".join(figures(incoming.text).split()))
    if not found or float(found[1]) > 100:
        raise Misread(NO_POINTS)
    return float(found[1])

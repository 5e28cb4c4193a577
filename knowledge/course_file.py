"""course.yaml, read strictly: every fault is named with its place."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from knowledge import strict_yaml
from knowledge.course import Course, Day, JudgedBy, Phase, Practice, Week
from knowledge.document import Reference, reference
from knowledge.faults import Form, Key, Where, counted, filled, refuse

MORNING, AFTERNOON, WHOLE_DAY, EVENING = "上午", "下午", "全天", "晚上"
SESSIONS = {"morning": MORNING, "afternoon": AFTERNOON, "whole_day": WHOLE_DAY, "evening": EVENING}
BAD_READING = "应是“文件名 > 标题”"
DAYS = "应是第 {expected} 天，天数要从 1 起一天不缺"
SPANS = "应从第 {expected} 天开始，各段要首尾相接"
BACKWARDS = "last 小于 first"
SHORT = "排到第 {last} 天，课程却有 {days} 天"
NO_HAND_IN = "由带教打分，这个阶段的最后一天就要有 hand_in"
NO_SESSION = "至少要有 morning、afternoon、whole_day、evening 之一"


class _Span(Form):
    first: int = Field(ge=1)
    last: int = Field(ge=1)


class _PhaseForm(_Span):
    key: Key
    name: str = Field(min_length=1, max_length=20)
    assessment: str = Field(min_length=1, max_length=40)
    criteria: str = Field(min_length=1, max_length=40)
    pass_mark: float | None = Field(default=None, ge=0, le=100)
    judged_by: JudgedBy = "test"
    held: str = Field(default="", max_length=40)


class _WeekForm(_Span):
    week: str = Field(min_length=1, max_length=8)
    name: str = Field(min_length=1, max_length=20)


class _PracticeForm(Form):
    kind: str = Field(min_length=1, max_length=8)
    what: str = Field(min_length=1, max_length=80)


class _DayForm(Form):
    day: int = Field(ge=1)
    title: str = Field(min_length=1, max_length=30)
    optional: bool = False
    subjects: list[str] = Field(min_length=1, max_length=6)
    morning: str = Field(default="", max_length=120)
    afternoon: str = Field(default="", max_length=120)
    whole_day: str = Field(default="", max_length=120)
    evening: str = Field(default="", max_length=120)
    homework: str = Field(default="", max_length=120)
    practices: list[_PracticeForm] = Field(default_factory=list)
    hand_in: str = Field(default="", max_length=60)
    reading: list[str] = Field(min_length=1, max_length=8)
    more: list[str] = Field(default_factory=list, max_length=10)


class _CourseForm(Form):
    name: str = Field(min_length=1, max_length=40)
    phases: list[_PhaseForm] = Field(min_length=1)
    weeks: list[_WeekForm] = Field(min_length=1)
    days: list[_DayForm] = Field(min_length=1)


_FORMS: dict[str, type[Form]] = {"phases": _PhaseForm, "weeks": _WeekForm, "days": _DayForm}


def load_course(file: Path) -> Course:
    """The course in a file; raises BadFile with every fault, or OSError."""
    place = counted(file.name)
    form = filled(_CourseForm, strict_yaml.values(file.read_bytes(), file.name), place, _form_at)
    refuse(place, (*_numbered(form), *_spanned(form)))
    return Course(
        form.name,
        tuple(Phase(**one.model_dump()) for one in form.phases),
        tuple(Week(**one.model_dump()) for one in form.weeks),
        tuple(_day(one) for one in form.days),
    )


def _form_at(where: Where) -> type[Form]:
    if len(where) == 1:
        return _CourseForm
    return _PracticeForm if "practices" in where else _FORMS[str(where[0])]


def _numbered(form: _CourseForm) -> list[tuple[Where, str]]:
    """What is wrong with the days."""
    found: list[tuple[Where, str]] = []
    for index, day in enumerate(form.days):
        if day.day != index + 1:
            found.append((("days", index, "day"), DAYS.format(expected=index + 1)))
        if not any(getattr(day, key) for key in SESSIONS):
            found.append((("days", index), NO_SESSION))
        for key in ("reading", "more"):
            for number, one in enumerate(getattr(day, key)):
                if reference(one) is None:
                    found.append((("days", index, key, number), BAD_READING))
    return found


def _spanned(form: _CourseForm) -> list[tuple[Where, str]]:
    """What is wrong with phases and weeks: each follows the one before, and together they are all days."""
    found: list[tuple[Where, str]] = []
    spans: tuple[tuple[str, Sequence[_Span]], ...] = (("phases", form.phases), ("weeks", form.weeks))
    for key, several in spans:
        expected = 1
        for index, span in enumerate(several):
            if span.first != expected:
                found.append(((key, index, "first"), SPANS.format(expected=expected)))
            if span.last < span.first:
                found.append(((key, index, "last"), BACKWARDS))
            expected = span.last + 1
        if expected - 1 != len(form.days):
            found.append(((key,), SHORT.format(last=expected - 1, days=len(form.days))))
    handed = {day.day for day in form.days if day.hand_in}
    found += [
        (("phases", index, "judged_by"), NO_HAND_IN)
        for index, phase in enumerate(form.phases)
        if phase.judged_by == "mentor" and phase.last not in handed
    ]
    return found


def _day(form: _DayForm) -> Day:
    return Day(
        form.day,
        form.title,
        tuple(form.subjects),
        tuple((name, what) for key, name in SESSIONS.items() if (what := getattr(form, key))),
        form.homework,
        tuple(Practice(one.kind, one.what) for one in form.practices),
        form.hand_in,
        _sections(form.reading),
        _sections(form.more),
        form.optional,
    )


def _sections(stated: list[str]) -> tuple[Reference, ...]:
    return tuple(found for one in stated if (found := reference(one)))

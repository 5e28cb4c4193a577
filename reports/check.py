"""What the report of a finished check says, whatever it is written as."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from knowledge.checklist import Item, Section
from knowledge.score import Score, SectionScore
from records.action import ACCEPTED, WITHDRAWN, Action
from records.checks import CONFIRMED, OBJECTED, SETTLED, WAITING, Check, CheckMark
from records.stores import Store
from reports import words

TITLE = "门店检核报告"
CODE, REGION, VERSION, BY = "门店编号", "区域", "清单版本", "检核人"
STARTED, FINISHED, NUMBER = "开始", "完成", "检核编号"
ZONED = "{time}（UTC{offset}）"
TOTAL, GRADE = "{total:g} 分", "{grade} 级"
GOOD, BAD, NONE = "通过", "不通过", "没有可计分的项"
VETO = "一票否决：{names}。有一项不合格，无论得分多少都不通过。"
BELOW = "分区没有达到及格线：{names}。"
LOST = "重复问题扣 {lost:g} 分，扣分前 {before:g} 分。"
FOUND, ALL_GOOD = "不合格 {n} 项：{names}。", "没有不合格的项。"
AGAIN = "{name}（{nth}）"
BANDS = "评级：{bands}。"
BAND, REST = "{grade} 级 {least:g} 分起", "{grade} 级 {above:g} 分以下"
POINTS, NO_POINTS, LEAST, SHARE = "{score:g} 分", "不计分", "及格线 {mark}", "{share:.0f} %"
VETO_ITEM, NTH_TIME, SHOULD = "一票否决项", "第 {n} 次不合格", "应为 {bounds}"
MISSING = "另有 {n} 张照片暂时取不到。"
ANSWER, AT, SAID, DECIDED, DECISION = "门店回复", "回复人", "异议内容", "处理人", "处理结果"
WHO_WHEN = "{name}，{time}"
STATE, OWNER, DUE, MEASURE, DONE, CHECKED, SEVERITY, RETURNED = (
    "状态", "负责人", "期限", "做到", "提交", "验收", "程度", "退回",
)  # fmt: skip
TIMES = "{n} 次"
Tone = Literal["good", "bad", "plain", "soft"]
Facts = tuple[tuple[str, str], ...]
ANSWER_TONES: Mapping[str, Tone] = {WAITING: "soft", CONFIRMED: "good", OBJECTED: "bad", SETTLED: "plain"}


@dataclass(frozen=True, slots=True)
class Inspection:
    """A finished check with what its report needs besides: what people are called, what came of it, the photos shown.

    `photos` are the versions that others may see, by id; `zone` is the reader's.
    """

    check: Check
    store: Store
    names: Mapping[int, str]
    zone: ZoneInfo
    actions: tuple[Action, ...] = ()
    photos: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """An item as it was found; `notes` are what is said below it."""

    name: str
    mark: str
    tone: Tone
    notes: tuple[str, ...]
    photos: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its lines."""

    name: str
    share: str
    score: str
    least: str
    tone: Tone
    failed: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Mending:
    """An action of the check, its photos before and after."""

    title: str
    state: str
    tone: Tone
    facts: Facts
    said: str
    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All that is said, in order."""

    title: str
    store: str
    checklist: str
    facts: Facts
    total: str
    grade: str
    verdict: str
    tone: Tone
    reasons: tuple[str, ...]
    parts: tuple[Part, ...]
    mendings: tuple[Mending, ...]
    answer: Facts
    answer_tone: Tone


def report(seen: Inspection) -> Report:
    """What there is to say of a check."""
    check, came = seen.check, seen.check.score
    return Report(
        title=TITLE,
        store=seen.store.name,
        checklist=check.checklist.name,
        facts=_facts(seen),
        total=TOTAL.format(total=check.total),
        grade=GRADE.format(grade=check.grade) if check.grade else "",
        verdict=NONE if not check.grade else GOOD if check.passed else BAD,
        tone="good" if check.passed else "bad",
        reasons=_reasons(check, came),
        parts=tuple(_part(seen, *one) for one in zip(check.checklist.sections, came.sections, strict=True)),
        mendings=tuple(_mending(seen, one) for one in seen.actions if one.state != WITHDRAWN),
        answer=_answer(seen),
        answer_tone=ANSWER_TONES[check.state],
    )


def filename(seen: Inspection, ending: str) -> str:
    """What a file of this check is called."""
    day = seen.check.finished_at.astimezone(seen.zone).strftime("%Y-%m-%d")
    return words.filename(ending, "检核", seen.store.name, seen.check.checklist.name, day)


def _facts(seen: Inspection) -> Facts:
    check, zone = seen.check, seen.zone
    offset = check.finished_at.astimezone(zone).strftime("%z")
    finished = ZONED.format(time=words.moment(check.finished_at, zone), offset=f"{offset[:3]}:{offset[3:]}")
    facts = (
        (CODE, seen.store.code),
        (REGION, seen.store.region),
        (VERSION, check.checklist.version),
        (BY, words.named(seen.names, check.person_id)),
        (STARTED, words.moment(check.started_at, zone)),
        (FINISHED, finished),
        (NUMBER, str(check.id)),
    )
    return tuple((name, value) for name, value in facts if value)


def _reasons(check: Check, came: Score) -> tuple[str, ...]:
    """Why it came to this, what decided first."""
    names = {item.key: item.name for item in check.checklist.items}
    below = [f"{one.name}（{POINTS.format(score=one.score)}，{LEAST.format(mark=POINTS.format(score=one.pass_mark))}）"
             for one in came.sections if not one.passed]  # fmt: skip
    again = {mark.item: words.NTH.format(n=mark.times + 1) for _, mark in check.failed if mark.times}
    failed = [AGAIN.format(name=item.name, nth=again[item.key]) if item.key in again else item.name
              for item, _ in check.failed]  # fmt: skip
    said = [VETO.format(names="、".join(names[key] for key in came.vetoes))] if came.vetoes else []
    said += [BELOW.format(names="、".join(below))] if below else []
    said.append(FOUND.format(n=len(failed), names="、".join(failed)) if failed else ALL_GOOD)
    if came.deducted:
        said.append(LOST.format(lost=came.deducted, before=came.before))
    bands = check.rules.bands
    shown = [BAND.format(grade=grade, least=least) for grade, least in bands[:-1]]
    shown.append(REST.format(grade=bands[-1][0], above=bands[-2][1]))
    return (*said, BANDS.format(bands="，".join(shown)))


def _part(seen: Inspection, section: Section, came: SectionScore) -> Part:
    marks = {one.item: one for one in seen.check.marks}
    whole = sum(one.weight for one in seen.check.checklist.sections)
    return Part(
        name=section.name,
        share=SHARE.format(share=100 * section.weight / whole),
        score=NO_POINTS if came.score is None else POINTS.format(score=came.score),
        least="" if came.pass_mark is None else POINTS.format(score=came.pass_mark),
        tone="plain" if came.passed else "bad",
        failed=sum(item.key in marks and marks[item.key].failed for item in section.items),
        lines=tuple(_line(seen, item, marks.get(item.key)) for item in section.items),
    )


def _line(seen: Inspection, item: Item, mark: CheckMark | None) -> Line:
    if mark is None:
        return Line(item.name, words.UNSEEN, "soft", (), ())
    notes = [VETO_ITEM] if item.veto and mark.failed else []
    notes += [NTH_TIME.format(n=mark.times + 1)] if mark.failed and mark.times else []
    notes += [SHOULD.format(bounds=words.bounds(item))] if mark.failed and words.bounds(item) else []
    notes += [str(mark.value)] if item.kind == "text" and mark.value else []
    notes += [mark.note] if mark.note else []
    photos, lost = _shown(seen, mark.photos)
    tone: Tone = "bad" if mark.failed else "soft" if mark.skipped or item.kind == "text" else "good"
    return Line(item.name, words.found(item, mark), tone, (*notes, *lost), photos)


def _mending(seen: Inspection, action: Action) -> Mending:
    owner = words.named(seen.names, action.owner_id) if action.owner_id else words.NOBODY
    facts = [
        (STATE, words.STATES[action.state]), (SEVERITY, words.SEVERITY[action.severity]), (OWNER, owner),
        (DUE, words.moment(action.due_at, seen.zone)), (MEASURE, action.measure),
    ]  # fmt: skip
    for name, who, when in ((DONE, action.fixed_by, action.fixed_at), (CHECKED, action.judged_by, action.closed_at)):
        if when is not None:
            said = WHO_WHEN.format(name=words.named(seen.names, who), time=words.moment(when, seen.zone))
            facts.append((name, said))
    facts += [(RETURNED, TIMES.format(n=action.returned))] if action.returned else []
    before, lost = _shown(seen, action.before)
    after, more = _shown(seen, action.after)
    return Mending(
        title=AGAIN.format(name=action.title, nth=words.NTH.format(n=action.repeat))
        if action.repeat > 1
        else action.title,
        state=words.STATES[action.state],
        tone="good" if action.state == ACCEPTED else "plain",
        facts=tuple((name, value) for name, value in facts if value),
        said="\n".join(filter(None, (action.evidence, *lost, *more))),
        before=before,
        after=after,
    )


def _answer(seen: Inspection) -> Facts:
    check = seen.check
    facts = [(ANSWER, words.ANSWERS[check.state])]
    if check.replied_at is not None:
        time = words.moment(check.replied_at, seen.zone)
        facts.append((AT, WHO_WHEN.format(name=words.named(seen.names, check.replied_by), time=time)))
    facts += [(SAID, check.objection)] if check.objection else []
    if check.settled_at is not None:
        time = words.moment(check.settled_at, seen.zone)
        facts.append((DECIDED, WHO_WHEN.format(name=words.named(seen.names, check.settled_by), time=time)))
        facts.append((DECISION, check.settlement))
    return tuple((name, value) for name, value in facts if value)


def _shown(seen: Inspection, ids: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The photos there are, and a sentence of those there are not."""
    there = tuple(one for one in dict.fromkeys(ids) if one in seen.photos)
    lost = len(set(ids)) - len(there)
    return there, (MISSING.format(n=lost),) if lost else ()

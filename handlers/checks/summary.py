"""What a check came to, in words: the total, its sections, what failed and what did not apply; pure."""

from collections.abc import Mapping

from handlers.checks.marking import Found, Value, remark
from knowledge.checklist import Checklist, Item
from knowledge.score import Score

VETO = "（一票否决）"
PASS, FAIL = "合格", "不合格"
TOTAL, NOTHING_COUNTS = "总分 **{total:g}**，**{grade}** 级，{passed}", "没有计分的项"
PASSED, NOT_PASSED = "通过", "不通过"
VETOED = "一票否决：{names}。{total:g} 分也判 {grade} 级"
DEDUCTED = "重复问题扣 {lost:g} 分（原 {before:g} 分）"
SECTION, NOT_COUNTED = "- {name}：{points}{mark}", "不计分"
LEAST, NOT_REACHED = "（及格线 {mark:g}）", "（没到及格线 {mark:g}）"
FINDINGS, SKIPPED = "\n\n**不合格 {n} 项**\n{lines}", "\n\n不适用：{names}"
FINDING = "{n}. {name}{marks}{value}{note}"
NTH = "第{n}次"


def result_of(came: Score) -> str:
    """The total with its grade, and what decided it."""
    if not came.grade:
        return NOTHING_COUNTS
    return TOTAL.format(total=came.total, grade=came.grade, passed=PASSED if came.passed else NOT_PASSED)


def sections_of(came: Score) -> str:
    """One line a section."""
    lines = []
    for one in came.sections:
        mark = ""
        if one.pass_mark is not None and one.score is not None:
            mark = (LEAST if one.passed else NOT_REACHED).format(mark=one.pass_mark)
        points = NOT_COUNTED if one.score is None else f"{one.score:g}"
        lines.append(SECTION.format(name=one.name, points=points, mark=mark))
    return "\n".join(lines)


def findings_of(checklist: Checklist, found: Mapping[str, Found], came: Score) -> str:
    """What failed, with what decides and what repeats."""
    times, lines = dict(came.repeats), []
    for n, item in enumerate((one for one in checklist.items if one.key in came.failed), 1):
        one = found[item.key]
        nth = NTH.format(n=times[item.key] + 1) if item.key in times else ""
        remarks = "，".join(word for word in (VETO.strip("（）") if item.veto else "", nth) if word)
        value = "" if item.kind in ("pass", "photo") else f"：{value_of(item, one.value)}"
        said = remark(item, one)
        note = f"：{said}" if said else ""
        marks = f"（{remarks}）" if remarks else ""
        lines.append(FINDING.format(n=n, name=item.name, marks=marks, value=value, note=note))
    text = FINDINGS.format(n=len(lines), lines="\n".join(lines)) if lines else ""
    if came.vetoes:
        names = "、".join(item.name for item in checklist.items if item.key in came.vetoes)
        text += "\n\n" + VETOED.format(names=names, total=came.total, grade=came.grade)
    if came.deducted:
        text += "\n\n" + DEDUCTED.format(lost=came.deducted, before=came.before)
    return text


def skipped_of(checklist: Checklist, came: Score) -> str:
    """What did not apply."""
    names = "、".join(item.name for item in checklist.items if item.key in came.skipped)
    return SKIPPED.format(names=names) if names else ""


def value_of(item: Item, value: Value) -> str:
    """A mark in words."""
    if isinstance(value, bool):
        return PASS if value else FAIL
    if item.kind == "score":
        return f"{value} 分"
    if isinstance(value, int | float):
        return f"{value:g} {item.unit}".strip()
    return str(value or "")

"""Checks and actions as sheets: of a period, and of one check."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from knowledge.checklist import Item, Section
from records.action import ACCEPTED, Action
from records.actions import Change
from records.checks import Check, CheckMark
from reports import words
from reports.book import Column, Front, Table, Value, workbook
from reports.check import BAD, GOOD, Inspection, report
from reports.period import Period

ABOUT, CHECKS, ITEMS, ACTIONS, CHANGES = "说明", "检核", "检核项", "整改", "整改经过"
TITLE, PERIOD, SCOPE, ZONE, MADE, COUNTS = "内容", "时间", "门店", "时区", "导出时间", "数量"
EXPORT, COUNTED = "检核与整改明细", "检核 {checks} 次，整改 {actions} 条"
NOTE, NOTES = "备注", "检核按完成时间、整改按提出时间计入。表头可以筛选。"
STORE, LIST, TOTAL, VERDICT, WHY = "门店", "清单", "总分", "结果", "说明"
YES, NO = "是", "否"
PICTURES, NONE = "{n} 张", "无"
FIELDS = {
    "state": "状态", "owner_id": "负责人", "due_at": "期限", "severity": "程度", "repeat": "次数",
    "before": "整改前照片", "after": "整改后照片", "evidence": "说明", "measure": "做到", "title": "标题",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Marked:
    """An item of a check; the mark is None where it was not looked at."""

    check: Check
    section: Section
    item: Item
    mark: CheckMark | None


@dataclass(frozen=True, slots=True)
class Changed:
    """One field of a change of an action, "" where nothing but the change itself is to be told."""

    action: Action
    change: Change
    field: str


def period_sheets(period: Period) -> bytes:
    """Everything of a period. Slow: not for the loop."""
    counted = COUNTED.format(checks=len(period.checks), actions=len(period.actions))
    pairs = (
        (TITLE, EXPORT), (PERIOD, period.days), (SCOPE, period.scope), (COUNTS, counted), (ZONE, period.zone.key),
        (MADE, period.now), (NOTE, NOTES),
    )  # fmt: skip
    return workbook(Front(ABOUT, pairs), _tables(period), period.zone)


def check_sheets(seen: Inspection, changes: tuple[Change, ...], now: datetime) -> bytes:
    """One check, and what came of it. Slow: not for the loop."""
    said, check = report(seen), seen.check
    verdict = " · ".join(filter(None, (said.grade, said.verdict)))
    pairs: list[tuple[str, Value]] = [(TITLE, said.title), (STORE, said.store), (LIST, said.checklist), *said.facts]
    pairs += [(TOTAL, check.total), (VERDICT, verdict), *((WHY, one) for one in said.reasons), *said.answer]
    pairs.append((ZONE, seen.zone.key))
    day, stores = check.finished_at.astimezone(seen.zone).date(), {seen.store.id: seen.store}
    alone = Period(
        day, day, seen.store.name, seen.zone, now, stores, seen.names, (check,), seen.actions, changes
    )  # fmt: skip
    return workbook(Front(ABOUT, pairs), _tables(alone), seen.zone)


def _tables(period: Period) -> tuple[Table[Any], ...]:
    return _checks(period), _items(period), _actions(period), _changes(period)


def _checks(period: Period) -> Table[Check]:
    def vetoes(one: Check) -> str:
        return "、".join(item.name for item, _ in one.failed if item.veto)

    columns: tuple[Column[Check], ...] = (
        Column("编号", 8, lambda one: one.id),
        Column("完成时间", 17, lambda one: one.finished_at),
        Column("门店编号", 11, lambda one: _code(period, one.store_id)),
        Column("门店", 22, lambda one: period.store(one.store_id)),
        Column("区域", 10, lambda one: _region(period, one.store_id)),
        Column("清单", 18, lambda one: one.checklist.name),
        Column("清单版本", 15, lambda one: one.checklist.version),
        Column("检核人", 12, lambda one: period.name(one.person_id)),
        Column("总分", 8, lambda one: one.total),
        Column("评级", 8, lambda one: one.grade),
        Column("结果", 8, lambda one: GOOD if one.passed else BAD),
        Column("一票否决", 24, vetoes),
        Column("不合格项", 10, lambda one: len(one.failed)),
        Column("开始时间", 17, lambda one: one.started_at),
        Column("门店回复", 16, lambda one: words.ANSWERS[one.state]),
        Column("回复人", 12, lambda one: period.name(one.replied_by) if one.replied_at else None),
        Column("回复时间", 17, lambda one: one.replied_at),
        Column("异议内容", 30, lambda one: one.objection),
        Column("处理结果", 30, lambda one: one.settlement),
    )
    return Table(CHECKS, columns, period.checks, lambda one: not one.passed)


def _items(period: Period) -> Table[Marked]:
    def number(one: Marked) -> Value:
        value = one.mark.value if one.mark else None
        return None if isinstance(value, bool | str) else value

    columns: tuple[Column[Marked], ...] = (
        Column("检核编号", 10, lambda one: one.check.id),
        Column("完成时间", 17, lambda one: one.check.finished_at),
        Column("门店", 22, lambda one: period.store(one.check.store_id)),
        Column("清单", 18, lambda one: one.check.checklist.name),
        Column("分区", 14, lambda one: one.section.name),
        Column("检查项", 30, lambda one: one.item.name),
        Column("结果", 12, lambda one: words.found(one.item, one.mark)),
        Column("数值", 8, number),
        Column("不合格", 9, lambda one: YES if one.mark and one.mark.failed else NO),
        Column("第几次", 9, lambda one: one.mark.times + 1 if one.mark and one.mark.failed else None),
        Column("一票否决项", 12, lambda one: YES if one.item.veto else NO),
        Column("权重", 8, lambda one: one.item.weight),
        Column("备注", 40, _note),
        Column("照片数", 9, lambda one: len(one.mark.photos) if one.mark else 0),
    )
    return Table(ITEMS, columns, _marked(period), lambda one: bool(one.mark and one.mark.failed))


def _actions(period: Period) -> Table[Action]:
    columns: tuple[Column[Action], ...] = (
        Column("编号", 8, lambda one: one.id),
        Column("提出时间", 17, lambda one: one.created_at),
        Column("门店编号", 11, lambda one: _code(period, one.store_id)),
        Column("门店", 22, lambda one: period.store(one.store_id)),
        Column("整改", 30, lambda one: one.title),
        Column("来源", 10, lambda one: words.SOURCES[one.source]),
        Column("来源编号", 10, lambda one: one.source_id),
        Column("程度", 8, lambda one: words.SEVERITY[one.severity]),
        Column("第几次", 9, lambda one: one.repeat),
        Column("状态", 10, lambda one: words.STATES[one.state]),
        Column("提出人", 12, lambda one: period.name(one.created_by)),
        Column("负责人", 12, lambda one: period.name(one.owner_id) if one.owner_id else words.NOBODY),
        Column("期限", 17, lambda one: one.due_at),
        Column("逾期未完成", 11, lambda one: YES if one.late(period.now) else NO),
        Column("提交人", 12, lambda one: period.name(one.fixed_by) if one.fixed_at else None),
        Column("提交时间", 17, lambda one: one.fixed_at),
        Column("按期提交", 10, lambda one: (YES if one.fixed_at <= one.due_at else NO) if one.fixed_at else None),
        Column("验收人", 12, lambda one: period.name(one.judged_by) if one.state == ACCEPTED else None),
        Column("验收时间", 17, lambda one: one.closed_at if one.state == ACCEPTED else None),
        Column("用时（小时）", 12, _hours),
        Column("退回次数", 10, lambda one: one.returned),
        Column("做到", 30, lambda one: one.measure),
        Column("整改说明", 40, lambda one: one.evidence),
        Column("整改前照片", 11, lambda one: len(one.before)),
        Column("整改后照片", 11, lambda one: len(one.after)),
    )
    return Table(ACTIONS, columns, period.actions, lambda one: one.late(period.now))


def _changes(period: Period) -> Table[Changed]:
    columns: tuple[Column[Changed], ...] = (
        Column("整改编号", 10, lambda one: one.action.id),
        Column("时间", 17, lambda one: one.change.at),
        Column("门店", 22, lambda one: period.store(one.action.store_id)),
        Column("整改", 30, lambda one: one.action.title),
        Column("谁", 12, lambda one: period.name(one.change.person_id)),
        Column("做了什么", 18, lambda one: words.VERBS.get(one.change.verb, one.change.verb)),
        Column("改了哪项", 12, lambda one: FIELDS.get(one.field, "")),
        Column("原来", 24, lambda one: _said(period, one.field, one.change.old.get(one.field))),
        Column("现在", 24, lambda one: _said(period, one.field, one.change.new.get(one.field))),
        Column("原因", 40, lambda one: one.change.reason),
    )
    return Table(CHANGES, columns, _changed(period))


def _marked(period: Period) -> Iterator[Marked]:
    for check in period.checks:
        marks = {one.item: one for one in check.marks}
        for section in check.checklist.sections:
            for item in section.items:
                yield Marked(check, section, item, marks.get(item.key))


def _changed(period: Period) -> Iterator[Changed]:
    """One row a field that changed; of a new action, one."""
    actions = {one.id: one for one in period.actions}
    for change in period.changes:
        if change.action_id in actions:
            told = [name for name in FIELDS if name in change.new and change.old] or [""]
            for name in told:
                yield Changed(actions[change.action_id], change, name)


def _said(period: Period, field: str, value: Any) -> Value:
    match field:
        case "":
            return None
        case "state":
            return words.STATES.get(value, str(value))
        case "owner_id":
            return period.name(value) if value else words.NOBODY
        case "due_at":
            return datetime.fromisoformat(value) if value else None
        case "severity":
            return words.SEVERITY.get(value, str(value))
        case "before" | "after":
            return PICTURES.format(n=len(value)) if value else NONE
    return value if isinstance(value, int) else str(value or NONE)


def _note(one: Marked) -> str:
    if one.mark is None:
        return ""
    text = str(one.mark.value) if one.item.kind == "text" and one.mark.value else ""
    return "\n".join(filter(None, (text, one.mark.note)))


def _hours(one: Action) -> float | None:
    if one.state != ACCEPTED or one.closed_at is None:
        return None
    return round((one.closed_at - one.created_at).total_seconds() / 3600, 1)


def _code(period: Period, store_id: int) -> str:
    found = period.stores.get(store_id)
    return found.code if found else ""


def _region(period: Period, store_id: int) -> str:
    found = period.stores.get(store_id)
    return found.region if found else ""

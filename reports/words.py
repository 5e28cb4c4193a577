"""The words that reports share: states, marks, times."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from knowledge.checklist import Item
from knowledge.score import FULL
from records.checks import CheckMark

STATES = {
    "open": "待认领", "claimed": "整改中", "fixed": "待验收", "accepted": "已验收", "rejected": "已退回",
    "reopened": "重新打开", "withdrawn": "已撤回",
}  # fmt: skip
SEVERITY = {1: "一般", 2: "较重", 3: "严重"}
SOURCES = {"check": "检核", "spot": "抽查", "cause": "根因分析", "hand": "手工提出"}
VERBS = {
    "make": "提出", "claim": "认领", "fix": "提交完成", "accept": "验收通过", "reject": "退回", "reopen": "重新打开",
    "assign": "换负责人", "move": "改期限", "withdraw": "撤回", "again": "同一项再次不合格", "leave": "负责人离开",
}  # fmt: skip
ANSWERS = {"waiting": "门店还没有回复", "confirmed": "门店已确认", "objected": "门店有异议", "settled": "异议已处理"}
PASSED, FAILED, SKIPPED, UNSEEN, WRITTEN, PICTURES = "合格", "不合格", "不适用", "未检", "见说明", "{n} 张照片"
POINTS, NTH = "{n} / {full} 分", "第 {n} 次"
BETWEEN, AT_LEAST, AT_MOST = "{low:g} 到 {high:g} {unit}", "至少 {low:g} {unit}", "最多 {high:g} {unit}"
GONE, NOBODY = "已离职", "还没有人"
DAYS, HOURS, MINUTES = "{n} 天", "{n} 小时", "{n} 分钟"
_UNFIT = str.maketrans(dict.fromkeys('\\/:*?"<>|', "-"))
_NAME = 40  # characters of a part of a file's name


def found(item: Item, mark: CheckMark | None) -> str:
    """What was found at an item, in a word or two."""
    if mark is None:
        return UNSEEN
    if mark.skipped:
        return SKIPPED
    match item.kind, mark.value:
        case "score", value:
            return POINTS.format(n=value, full=FULL)
        case "number", int() | float() as value:
            return f"{value:,.10g} {item.unit}".strip()
        case "text", value:
            return WRITTEN if value else UNSEEN
        case "photo", value if not isinstance(value, bool):
            return PICTURES.format(n=value)
    return FAILED if mark.failed else PASSED


def bounds(item: Item) -> str:
    """What a number must be to pass; "" where anything passes."""
    if item.low is None and item.high is None:
        return ""
    form = AT_MOST if item.low is None else AT_LEAST if item.high is None else BETWEEN
    return form.format(low=item.low, high=item.high, unit=item.unit).strip()


def named(names: Mapping[int, str], person_id: int | None) -> str:
    """What someone is called who did something."""
    return names.get(person_id or 0, GONE)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A time in a zone, to the minute."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def lasting(span: timedelta) -> str:
    """A span as people say it."""
    minutes = round(span.total_seconds() / 60)
    if minutes >= 48 * 60:
        return DAYS.format(n=f"{minutes / 1440:.1f}".removesuffix(".0"))
    return HOURS.format(n=round(minutes / 60)) if minutes >= 60 else MINUTES.format(n=minutes)


def filename(ending: str, *parts: str) -> str:
    """A file's name of parts that mean something: 检核-浦东店-5S 前台-2026-11-25.pdf."""
    plain = ("".join(one for one in part.translate(_UNFIT) if one.isprintable()).strip(" .-")[:_NAME] for part in parts)
    return f"{'-'.join(filter(None, plain))}.{ending}"

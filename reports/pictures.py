"""How stores stand, as pictures for a phone: one thing a picture, large, in two colours."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from statistics import fmean
from typing import Any

from knowledge.score import rounded
from reports.check import Tone
from reports.period import Period
from reports.standings import Placed, Point, closing, failing, ranking, repeated, trend
from reports.typesetting import png
from reports.words import NTH, lasting

RANKING, TREND, FAILING, REPEATED, CLOSING = "门店排名", "得分趋势", "高频不合格项", "重复问题", "整改完成率"
UNDER = "{days} · {scope}"
CHECKS, MEAN, LATEST = "检核", "平均总分", "最近（{when}）"
TIMES, POINTS = "{n} 次", "{n:.1f}"
CHECKED, CHECKED_VETO = "检核 {n} 次", "检核 {n} 次，其中 {vetoed} 次一票否决"
BETWEEN = "…… 中间还有 {n} 家 ……"
UNSEEN = "这段时间没有检核：{names}。"
AND_MORE = "{names} 等 {n} 家"
OF_SEEN = "{checklist} · {seen} 次检核里不合格 {failed} 次"
AT_STORE = "{store} · 最近 {last:%m-%d}"
RATE, IN_TIME, TYPICAL, LATE = "完成率", "按期", "一般用时", "逾期"
OF_STORE = "{closed} / {made} 条已验收{late}{typical}"
SO_LATE, SO_LONG = "，逾期 {n} 条", "，一般用时 {span}"
NO_FIGURE = "还没有"
CLOSED_FOOT = "完成率是已验收的占全部提出的；按期是在期限前提交的占已验收的；用时从提出到验收，取中位数。"
MORE = "还有 {n} 项没有列出，可以导出 Excel 看全部。"
MORE_STORES = "还有 {n} 家没有列出，可以导出 Excel 看全部。"
_MOST = 12  # rows of a picture
_NAMED = 6  # stores named in a sentence
_LABELS = 7  # under a chart


@dataclass(frozen=True, slots=True)
class Figure:
    """A number to see first."""

    value: str
    name: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Row:
    """A line with its bar, `share` (0 to 1) of the whole width; a `gap` is but its name."""

    name: str
    value: str = ""
    share: float = 0.0
    under: str = ""
    place: str = ""
    tone: Tone = "good"
    under_tone: Tone = "soft"
    gap: bool = False


def ranking_picture(period: Period) -> bytes | None:
    """The stores by the mean of their totals; None where nothing was checked. Slow: not for the loop."""
    placed = ranking(period)
    if not placed:
        return None
    rows = [_placed(place, one) for place, one in enumerate(placed, 1)]
    half = _MOST // 2
    if len(rows) > _MOST:
        rows = [*rows[:half], Row(BETWEEN.format(n=len(rows) - 2 * half), gap=True), *rows[-half:]]
    there = {one.store_id for one in period.checks}
    unseen = sorted(one.name for one in period.stores.values() if one.id not in there and one.closed_at is None)
    return _bars(RANKING, period, (), rows, UNSEEN.format(names=_listed(unseen)) if unseen else "")


def trend_picture(period: Period) -> bytes | None:
    """The mean of the totals over time; None where nothing was checked. Slow: not for the loop."""
    points = trend(period)
    known = [(number, one) for number, one in enumerate(points) if one.mean is not None]
    if not known:
        return None
    means = [one.mean for _, one in known if one.mean is not None]
    low = min(90, max(0, int((min(means) - 8) // 10 * 10)))
    last = known[-1][1]
    whole = [one for one in period.checks if one.grade]
    mean = rounded(fmean(one.total for one in whole))
    return png(
        "trend",
        {
            **_head(TREND, period),
            "figures": [
                asdict(one)
                for one in (
                    Figure(POINTS.format(n=mean), MEAN, "good"),
                    Figure(POINTS.format(n=means[-1]), LATEST.format(when=_when(last))),
                    Figure(TIMES.format(n=len(whole)), CHECKS),
                )
            ],
            "levels": [
                {"y": (level - low) / (100 - low), "text": str(level)} for level in range(low, 101, _step(100 - low))
            ],
            "points": _points(known, len(points), low),
            "marks": _marks(points),
            "foot": "",
        },
    )


def failing_picture(period: Period) -> bytes | None:
    """The items that fail most; None where none did. Slow: not for the loop."""
    found = failing(period)
    if not found:
        return None
    most = found[0].failed
    rows = [
        Row(
            one.item,
            TIMES.format(n=one.failed),
            one.failed / most,
            OF_SEEN.format(checklist=one.checklist, seen=one.seen, failed=one.failed),
            str(place),
            "bad",
        )
        for place, one in enumerate(found[:_MOST], 1)
    ]
    return _bars(FAILING, period, (), rows, _more(len(found)))


def repeated_picture(period: Period) -> bytes | None:
    """What fails again and again; None where nothing does. Slow: not for the loop."""
    found = repeated(period)
    if not found:
        return None
    rows = [
        Row(
            one.item,
            NTH.format(n=one.nth),
            one.nth / found[0].nth,
            AT_STORE.format(store=one.store, last=one.last),
            str(place),
            "bad",
        )
        for place, one in enumerate(found[:_MOST], 1)
    ]
    return _bars(REPEATED, period, (), rows, _more(len(found)))


def closing_picture(period: Period) -> bytes | None:
    """How much of what was asked for is closed; None where nothing was. Slow: not for the loop."""
    counted = closing(period)
    whole = counted.whole
    if not whole.made:
        return None
    shown = (
        Figure(_rate(whole.rate), RATE, "good"),
        Figure(_rate(whole.in_time), IN_TIME),
        Figure(lasting(whole.typical) if whole.typical is not None else NO_FIGURE, TYPICAL),
        Figure(str(whole.late), LATE, "bad" if whole.late else "plain"),
    )
    rows = [
        Row(
            name,
            _rate(one.rate),
            one.rate or 0.0,
            OF_STORE.format(
                closed=one.closed,
                made=one.made,
                late=SO_LATE.format(n=one.late) if one.late else "",
                typical=SO_LONG.format(span=lasting(one.typical)) if one.typical is not None else "",
            ),
            under_tone="bad" if one.late else "soft",
        )
        for name, one in counted.stores[:_MOST]
    ]
    more = len(counted.stores) - _MOST
    foot = f"{MORE_STORES.format(n=more)}\n{CLOSED_FOOT}" if more > 0 else CLOSED_FOOT
    return _bars(CLOSING, period, shown, rows, foot)


def _bars(title: str, period: Period, shown: Sequence[Figure], rows: Sequence[Row], foot: str) -> bytes:
    values = {"figures": [asdict(one) for one in shown], "rows": [asdict(one) for one in rows], "foot": foot}
    return png("bars", {**_head(title, period), **values})


def _head(title: str, period: Period) -> dict[str, Any]:
    return {"title": title, "under": UNDER.format(days=period.days, scope=period.scope)}


def _placed(place: int, one: Placed) -> Row:
    form = CHECKED_VETO if one.vetoed else CHECKED
    under = form.format(n=one.checks, vetoed=one.vetoed)
    tone: Tone = "bad" if one.vetoed else "soft"
    return Row(one.store, POINTS.format(n=one.mean), one.mean / 100, under, str(place), under_tone=tone)


def _points(known: Sequence[tuple[int, Point]], count: int, low: int) -> list[dict[str, Any]]:
    """The dots; of many only the last, the best and the worst say their number."""
    means = [one.mean or 0.0 for _, one in known]
    around = [fmean(means[max(0, at - 1) : at + 2]) for at in range(len(means))]
    told = {means.index(max(means)), means.index(min(means)), len(means) - 1}
    return [
        {
            "x": _across(number, count),
            "y": (mean - low) / (100 - low),
            "text": POINTS.format(n=mean) if len(known) <= _LABELS or at in told else "",
            "below": around[at] > mean,
        }
        for at, ((number, _), mean) in enumerate(zip(known, means, strict=True))
    ]


def _marks(points: Sequence[Point]) -> list[dict[str, Any]]:
    step = -(-len(points) // _LABELS)
    return [
        {"x": _across(number, len(points)), "text": _label(points[number].since, points)}
        for number in range(len(points) - 1, -1, -step)
    ]


def _label(day: date, points: Sequence[Point]) -> str:
    months = len(points) > 1 and all(one.since.day == 1 for one in points[1:])
    return f"{day:%y-%m}" if months else f"{day:%m-%d}"


def _when(one: Point) -> str:
    return f"{one.since:%m-%d}" if one.since == one.until else f"{one.since:%m-%d} 起"


def _across(number: int, count: int) -> float:
    return number / (count - 1) if count > 1 else 0.5


def _step(span: int) -> int:
    return 10 if span <= 50 else 20


def _listed(names: Sequence[str]) -> str:
    shown = "、".join(names[:_NAMED])
    return AND_MORE.format(names=shown, n=len(names)) if len(names) > _NAMED else shown


def _more(count: int) -> str:
    return MORE.format(n=count - _MOST) if count > _MOST else ""


def _rate(part: float | None) -> str:
    return NO_FIGURE if part is None else f"{part:.0%}"

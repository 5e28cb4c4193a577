"""How stores stand over a period: ranking, trend, what fails most, what fails again, what is closed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean
from typing import TypeVar

from knowledge.checklist import Item
from knowledge.score import rounded
from records.action_figures import Figures, figures
from records.checks import Check, CheckMark
from reports.period import Period

K = TypeVar("K")
V = TypeVar("V")
_BY_DAY, _BY_WEEK = 14, 130  # days of a period up to which it is cut into days, into weeks


@dataclass(frozen=True, slots=True)
class Placed:
    """A store with the mean of its totals (0-100), how many checks that is, and how many a veto decided."""

    store: str
    mean: float
    checks: int
    vetoed: int


@dataclass(frozen=True, slots=True)
class Point:
    """The mean of the totals from one day to another, None where nothing was checked."""

    since: date
    until: date
    mean: float | None
    checks: int


@dataclass(frozen=True, slots=True)
class Failing:
    """An item of a list: how often it failed, of how often it was looked at."""

    item: str
    checklist: str
    failed: int
    seen: int


@dataclass(frozen=True, slots=True)
class Repeated:
    """An item that failed again at a store: for the nth time, last on that day."""

    item: str
    store: str
    nth: int
    last: date


@dataclass(frozen=True, slots=True)
class Closing:
    """The figures of the actions of all stores together, and of each that has any, the least closed first."""

    whole: Figures
    stores: tuple[tuple[str, Figures], ...]


def ranking(period: Period) -> list[Placed]:
    """Stores that were checked, the best first; of equal ones that with fewer vetoes."""
    by_store = _grouped((one.store_id, one) for one in period.checks if one.grade)
    placed = [
        Placed(period.store(store), _mean(checks), len(checks), sum(_vetoed(one) for one in checks))
        for store, checks in by_store.items()
    ]
    return sorted(placed, key=lambda one: (-one.mean, one.vetoed, one.store))


def trend(period: Period) -> list[Point]:
    """The period cut into days, weeks (from Monday) or months, whichever leaves a readable number."""
    days = (period.until - period.since).days + 1
    step = _next_day if days <= _BY_DAY else _next_monday if days <= _BY_WEEK else _next_month
    checks = [(one.finished_at.astimezone(period.zone).date(), one) for one in period.checks if one.grade]
    points, start = [], period.since
    while start <= period.until:
        end = min(step(start) - timedelta(1), period.until)
        here = [one for day, one in checks if start <= day <= end]
        points.append(Point(start, end, _mean(here) if here else None, len(here)))
        start = end + timedelta(1)
    return points


def failing(period: Period) -> list[Failing]:
    """Items that failed, the most often first."""
    looked = _grouped(((one.checklist.key, item.key), (one, item, mark)) for one, item, mark in _marks(period))
    found = []
    for marks in looked.values():
        latest = max(marks, key=lambda each: each[0].finished_at)
        count = sum(mark.failed for _, _, mark in marks)
        found.append(Failing(latest[1].name, latest[0].checklist.name, count, len(marks)))
    return sorted((one for one in found if one.failed), key=lambda one: (-one.failed, -one.failed / one.seen, one.item))


def repeated(period: Period) -> list[Repeated]:
    """What failed at a store where it had failed before, the most often first."""
    failed = ((one, item, mark) for one, item, mark in _marks(period) if mark.failed and mark.times)
    by_place = _grouped(((one.store_id, one.checklist.key, item.key), (one, item, mark)) for one, item, mark in failed)
    found = []
    for marks in by_place.values():
        check, item, _ = max(marks, key=lambda each: each[0].finished_at)
        last = check.finished_at.astimezone(period.zone).date()
        nth = max(mark.times + 1 for _, _, mark in marks)
        found.append(Repeated(item.name, period.store(check.store_id), nth, last))
    return sorted(found, key=lambda one: (-one.nth, one.store, one.item))


def closing(period: Period) -> Closing:
    """How much of what was asked for is closed."""
    by_store = _grouped((one.store_id, one) for one in period.actions)
    each = [(period.store(store), figures(actions, period.now)) for store, actions in by_store.items()]
    known = sorted((one for one in each if one[1].made), key=lambda one: (one[1].rate or 0, -one[1].made, one[0]))
    return Closing(figures(period.actions, period.now), tuple(known))


def _marks(period: Period) -> Iterator[tuple[Check, Item, CheckMark]]:
    for check in period.checks:
        items = {item.key: item for item in check.checklist.items}
        for mark in check.marks:
            if not mark.skipped and mark.item in items and items[mark.item].kind != "text":
                yield check, items[mark.item], mark


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _mean(checks: list[Check]) -> float:
    return rounded(fmean(one.total for one in checks))


def _vetoed(check: Check) -> bool:
    return any(item.veto for item, _ in check.failed)


def _next_day(day: date) -> date:
    return day + timedelta(1)


def _next_monday(day: date) -> date:
    return day + timedelta(7 - day.weekday())


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)

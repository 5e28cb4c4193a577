"""Finished store checks: the list they were made with, every mark, what they came to, and what the store said."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update

from knowledge.checklist import Checklist, Item, as_json, from_json
from knowledge.score import Mark, Rules, Score, score
from records.database import Connection
from records.tables import check_mark, store_check

WAITING, CONFIRMED, OBJECTED, SETTLED = "waiting", "confirmed", "objected", "settled"
"""The store has not answered, agrees, does not, and what it objected to has been decided."""


@dataclass(frozen=True, slots=True)
class CheckMark:
    """What was found at an item; `times` is how often it had failed here before, `photos` are ids."""

    item: str
    value: bool | int | float | str | None
    skipped: bool
    failed: bool
    times: int
    note: str
    photos: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A finished check with the list and the rules it was made with; `marks` by item, in the list's order.

    `sent_at` is when its report went to the store last.
    """

    id: int
    store_id: int
    person_id: int | None
    checklist: Checklist
    rules: Rules
    started_at: datetime
    finished_at: datetime
    total: float
    grade: str
    passed: bool
    state: str
    replied_by: int | None
    replied_at: datetime | None
    objection: str
    settled_by: int | None
    settled_at: datetime | None
    settlement: str
    marks: tuple[CheckMark, ...]
    sent_at: datetime | None = None

    @property
    def score(self) -> Score:
        """What the marks come to, section by section."""
        marks = {one.item: Mark(one.item, one.value, one.skipped) for one in self.marks}
        return score(self.checklist, marks, self.rules, {one.item: one.times for one in self.marks})

    @property
    def failed(self) -> tuple[tuple[Item, CheckMark], ...]:
        """The findings, in the list's order."""
        marks = {one.item: one for one in self.marks if one.failed}
        return tuple((item, marks[item.key]) for item in self.checklist.items if item.key in marks)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which checks: of these stores (None: all), of a list, finished from and before these moments."""

    stores: Collection[int] | None = None
    list_key: str = ""
    since: datetime | None = None
    until: datetime | None = None
    state: str = ""


class Checks:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(
        self,
        store_id: int,
        person_id: int,
        checklist: Checklist,
        rules: Rules,
        marks: Sequence[CheckMark],
        started_at: datetime,
        finished_at: datetime,
    ) -> Check:
        """Keep a finished check; what it comes to is worked out here."""
        made = Check(
            0, store_id, person_id, checklist, rules, started_at, finished_at, 0.0, "", False, WAITING,
            None, None, "", None, None, "", tuple(marks),
        )  # fmt: skip
        values = {
            "store_id": store_id, "person_id": person_id, "list_key": checklist.key, "list_name": checklist.name,
            "checklist": as_json(checklist), "rules": asdict(rules), "started_at": started_at,
            "finished_at": finished_at, "state": WAITING, "objection": "", "settlement": "", **_result(made),
        }  # fmt: skip
        adding = insert(store_check).values(values).returning(store_check.c.id)
        number = int((await self._connection.execute(adding)).scalar_one())
        if marks:
            await self._connection.execute(insert(check_mark), [_row_of(number, one) for one in marks])
        found = await self.get(number)
        assert found is not None
        return found

    async def get(self, check_id: int) -> Check | None:
        """One check."""
        return next(iter(await self._read(store_check.c.id == check_id)), None)

    async def all(self, wanted: Wanted = Wanted(), limit: int | None = None) -> list[Check]:
        """Those wanted, the latest first."""
        return await self._read(*_where(wanted), limit=limit)

    async def times(self, store_id: int, list_key: str, since: datetime) -> dict[str, int]:
        """How often each item of a list failed in a store since then; items that never did are left out."""
        here = (store_check.c.store_id == store_id) & (store_check.c.list_key == list_key)
        query = select(check_mark.c.item_key, func.count()).join(store_check, store_check.c.id == check_mark.c.check_id)
        query = query.where(here, store_check.c.finished_at >= since, check_mark.c.failed)
        rows = await self._connection.execute(query.group_by(check_mark.c.item_key))
        return {key: int(count) for key, count in rows}

    async def recent(self, person_id: int, limit: int = 8) -> list[tuple[int, str]]:
        """The (store, list) pairs that a person checked, the latest first."""
        last = func.max(store_check.c.finished_at)
        query = select(store_check.c.store_id, store_check.c.list_key).where(store_check.c.person_id == person_id)
        query = query.group_by(store_check.c.store_id, store_check.c.list_key).order_by(last.desc()).limit(limit)
        return [(row.store_id, row.list_key) for row in await self._connection.execute(query)]

    async def answer(self, check_id: int, person_id: int, now: datetime, objection: str = "") -> bool:
        """The store agrees, or objects; False when somebody has answered already."""
        here = (store_check.c.id == check_id) & (store_check.c.state == WAITING)
        state = OBJECTED if objection else CONFIRMED
        values = {"state": state, "replied_by": person_id, "replied_at": now, "objection": objection}
        done = await self._connection.execute(update(store_check).where(here).values(values))
        return bool(done.rowcount)

    async def sent(self, check_id: int, now: datetime) -> None:
        """The report went to the store."""
        await self._connection.execute(update(store_check).where(store_check.c.id == check_id).values(sent_at=now))

    async def settle(
        self, check_id: int, person_id: int, now: datetime, settlement: str, mended: Mapping[str, CheckMark]
    ) -> bool:
        """Decide what was objected to, with the marks that change; False when it has been decided."""
        here = (store_check.c.id == check_id) & (store_check.c.state == OBJECTED)
        values = {"state": SETTLED, "settled_by": person_id, "settled_at": now, "settlement": settlement}
        done = await self._connection.execute(update(store_check).where(here).values(values))
        if not done.rowcount:
            return False
        for key, mark in mended.items():
            row = (check_mark.c.check_id == check_id) & (check_mark.c.item_key == key)
            await self._connection.execute(update(check_mark).where(row).values(_row_of(check_id, mark)))
        made = await self.get(check_id)
        assert made is not None
        await self._connection.execute(update(store_check).where(store_check.c.id == check_id).values(_result(made)))
        return True

    async def _read(self, *where: ColumnElement[bool], limit: int | None = None) -> list[Check]:
        query = select(store_check).where(*where).order_by(store_check.c.finished_at.desc(), store_check.c.id.desc())
        rows = (await self._connection.execute(query.limit(limit))).all()
        marks: dict[int, list[CheckMark]] = {row.id: [] for row in rows}
        ids = list(marks)
        for start in range(0, len(ids), 500):
            found = select(check_mark).where(check_mark.c.check_id.in_(ids[start : start + 500]))
            for one in await self._connection.execute(found):
                marks[one.check_id].append(_mark(one))
        return [_check(row, marks[row.id]) for row in rows]


def _where(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.stores is not None:
        found.append(store_check.c.store_id.in_(list(wanted.stores)))
    if wanted.list_key:
        found.append(store_check.c.list_key == wanted.list_key)
    if wanted.since:
        found.append(store_check.c.finished_at >= wanted.since)
    if wanted.until:
        found.append(store_check.c.finished_at < wanted.until)
    if wanted.state:
        found.append(store_check.c.state == wanted.state)
    return found


def _result(made: Check) -> dict[str, Any]:
    came = made.score
    return {"total": came.total, "grade": came.grade, "passed": came.passed}


def _row_of(check_id: int, one: CheckMark) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in ("value", "skipped", "failed", "times", "note")}
    return {"check_id": check_id, "item_key": one.item, "photos": list(one.photos), **values}


def _mark(row: Any) -> CheckMark:
    return CheckMark(row.item_key, row.value, row.skipped, row.failed, row.times, row.note, tuple(row.photos))


def _check(row: Any, marks: Sequence[CheckMark]) -> Check:
    checklist = from_json(row.checklist)
    order = {item.key: place for place, item in enumerate(checklist.items)}
    rules = Rules(**{**row.rules, "bands": tuple((grade, least) for grade, least in row.rules["bands"])})
    names = set(Check.__dataclass_fields__) - {"checklist", "rules", "marks"}
    values = {name: getattr(row, name) for name in names}
    return Check(
        **values, checklist=checklist, rules=rules, marks=tuple(sorted(marks, key=lambda one: order[one.item]))
    )

"""Actions (整改) as rows: each change with who, when, old and new; of two changes at once one wins."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Select, and_, func, insert, or_, select, update

from records.action import ACCEPTED, MAKE, OWED, WITHDRAWN, Action, changed
from records.connection import Connection
from records.tables import action, action_change, check_mark, store_check

_LISTS = ("before", "after")


class Overtaken(Exception):
    """Someone else has changed the action since it was read; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an action: the fields that differ as they were and as they are, JSON-able.

    `person_id` is None where nobody did it (someone left).
    """

    action_id: int
    version: int
    person_id: int | None
    at: datetime
    verb: str
    reason: str
    old: dict[str, Any]
    new: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Which:
    """Some of the actions: every condition narrows them; None and () are no condition.

    `owners` may hold None, for those that nobody has. `others` leaves out what this person fixed.
    """

    stores: Collection[int] | None = None
    states: tuple[str, ...] = ()
    owners: tuple[int | None, ...] = ()
    others: int | None = None
    late_at: datetime | None = None
    made_since: datetime | None = None
    made_until: datetime | None = None
    source: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Return:
    """When something that had been accepted failed again, and the action that was made of it, None for none."""

    at: datetime
    action_id: int | None


@dataclass(frozen=True, slots=True)
class _Again:
    store_id: int
    item_key: str
    at: datetime
    action_id: int | None


class Actions:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def make(self, one: Action) -> Action:
        """A new action, and its first change."""
        values = {name: value for name, value in _values(one).items() if name != "id"}
        added = await self._connection.execute(insert(action).values(values).returning(action.c.id))
        made = replace(one, id=int(added.scalar_one()))
        await self._note(None, made, MAKE, one.created_by, one.created_at, "")
        return made

    async def save(
        self, old: Action, new: Action, verb: str, person_id: int | None, now: datetime, reason: str = ""
    ) -> Action:
        """Put what an action has become in place of what it was; raises Overtaken when it is no longer that."""
        here = (action.c.id == old.id) & (action.c.version == old.version)
        done = await self._connection.execute(update(action).where(here).values(_values(new)))
        if not done.rowcount:
            raise Overtaken(old.id)
        await self._note(old, new, verb, person_id, now, reason)
        return new

    async def get(self, action_id: int) -> Action | None:
        """One action."""
        row = (await self._connection.execute(select(action).where(action.c.id == action_id))).first()
        return _action(row) if row else None

    async def history(self, action_id: int) -> list[Change]:
        """Every change of an action, the first first."""
        query = select(action_change).where(action_change.c.action_id == action_id)
        rows = await self._connection.execute(query.order_by(action_change.c.version))
        return [Change(*(getattr(row, one.name) for one in fields(Change))) for row in rows]

    async def changes(self, ids: Sequence[int]) -> list[Change]:
        """Every change of these actions, by action, the first first."""
        found: list[Change] = []
        for start in range(0, len(ids), 500):
            query = select(action_change).where(action_change.c.action_id.in_(ids[start : start + 500]))
            rows = await self._connection.execute(query.order_by(action_change.c.action_id, action_change.c.version))
            found += [Change(*(getattr(row, one.name) for one in fields(Change))) for row in rows]
        return sorted(found, key=lambda one: (one.action_id, one.version))

    async def all(self, which: Which, limit: int | None = None, offset: int = 0) -> list[Action]:
        """Those actions; what is still owed first, what is due first before the rest."""
        owed = action.c.state.in_(OWED)
        query = _narrowed(select(action), which).order_by(owed.desc(), action.c.due_at, action.c.id)
        rows = await self._connection.execute(query.limit(limit).offset(offset))
        return [_action(row) for row in rows]

    async def count(self, which: Which) -> int:
        """How many there are."""
        query = _narrowed(select(func.count()).select_from(action), which)
        return int((await self._connection.execute(query)).scalar_one())

    async def counts(self, which: Which, by: Literal["state", "store_id", "owner_id"]) -> dict[Any, int]:
        """How many there are of each state, store or owner (None: nobody's)."""
        column = action.c[by]
        query = _narrowed(select(column, func.count()), which).group_by(column)
        return {row[0]: row[1] for row in await self._connection.execute(query)}

    async def times(self, store_id: int, keys: Iterable[str]) -> dict[str, int]:
        """How often each of these items has come to an action at a store, those withdrawn left out."""
        here = (action.c.store_id == store_id) & action.c.item_key.in_(sorted({key for key in keys if key}))
        query = select(action.c.item_key, func.count()).where(here, action.c.state != WITHDRAWN)
        rows = await self._connection.execute(query.group_by(action.c.item_key))
        return {row[0]: row[1] for row in rows}

    async def came_back(self, actions: Sequence[Action], days: int) -> dict[int, Return]:
        """Which of the accepted ones came back: their item failed again at their store within `days` after."""
        done = [one for one in actions if one.state == ACCEPTED and one.closed_at and one.item_key]
        if not done:
            return {}
        keys, stores = sorted({one.item_key for one in done}), sorted({one.store_id for one in done})
        found = [*await self._found_again(stores, keys), *await self._failed_again(stores, keys)]
        pairs = [(one, _first_after(one, one.closed_at, found, timedelta(days))) for one in done if one.closed_at]
        return {one.id: back for one, back in pairs if back}

    async def _found_again(self, stores: Sequence[int], keys: Sequence[str]) -> list[_Again]:
        """Every action on these items at these stores."""
        query = select(action.c.store_id, action.c.item_key, action.c.created_at, action.c.id)
        query = query.where(action.c.item_key.in_(keys), action.c.store_id.in_(stores), action.c.state != WITHDRAWN)
        return [_Again(*row) for row in await self._connection.execute(query)]

    async def _failed_again(self, stores: Sequence[int], keys: Sequence[str]) -> list[_Again]:
        """Every check of these stores that one of these items failed, whether an action was made of it or not."""
        key = store_check.c.list_key + "/" + check_mark.c.item_key
        query = select(store_check.c.store_id, key, store_check.c.finished_at).join_from(store_check, check_mark)
        query = query.where(check_mark.c.failed.is_(True), store_check.c.store_id.in_(stores), key.in_(keys))
        return [_Again(row[0], row[1], row[2], None) for row in await self._connection.execute(query)]

    async def _note(
        self, old: Action | None, new: Action, verb: str, person_id: int | None, now: datetime, reason: str
    ) -> None:
        before, after = changed(old, new)
        change = Change(new.id, new.version, person_id, now, verb, reason, before, after)
        values = {one.name: getattr(change, one.name) for one in fields(Change)}
        await self._connection.execute(insert(action_change).values(values))


def _first_after(one: Action, closed: datetime, found: Sequence[_Again], within: timedelta) -> Return | None:
    same = [again for again in found if (again.store_id, again.item_key) == (one.store_id, one.item_key)]
    later = sorted(
        (again for again in same if again.action_id != one.id and closed < again.at <= closed + within),
        key=lambda again: again.at,
    )
    if not later:
        return None
    return Return(later[0].at, next((again.action_id for again in later if again.action_id is not None), None))


def _narrowed(query: Select[Any], which: Which) -> Select[Any]:
    conditions: list[Any] = []
    if which.stores is not None:
        conditions.append(action.c.store_id.in_(sorted(which.stores)))
    if which.states:
        conditions.append(action.c.state.in_(which.states))
    if which.owners:
        known = [one for one in which.owners if one is not None]
        nobody = [action.c.owner_id.is_(None)] if None in which.owners else []
        conditions.append(or_(action.c.owner_id.in_(known), *nobody))
    if which.others is not None:
        conditions.append(or_(action.c.fixed_by.is_(None), action.c.fixed_by != which.others))
    if which.late_at is not None:
        conditions.append(and_(action.c.state.in_(OWED), action.c.due_at <= which.late_at))
    if which.made_since is not None:
        conditions.append(action.c.created_at >= which.made_since)
    if which.made_until is not None:
        conditions.append(action.c.created_at < which.made_until)
    if which.source is not None:
        conditions += [action.c.source == which.source[0], action.c.source_id == which.source[1]]
    return query.where(*conditions)


def _values(one: Action) -> dict[str, Any]:
    values = {field.name: getattr(one, field.name) for field in fields(Action)}
    return values | {name: list(values[name]) for name in _LISTS}


def _action(row: Any) -> Action:
    values = {field.name: getattr(row, field.name) for field in fields(Action)}
    return Action(**values | {name: tuple(values[name]) for name in _LISTS})

"""Root cause analyses: a 5-Why, a fishbone or a filled in guide of a store, its team, and its finished versions."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from records.connection import Connection
from records.tables import analysis, analysis_version, analyst

WHY, FISH = "why", "fish"
OPEN, DONE, CLOSED, BACK = "open", "done", "closed", "back"
"""At work, finished, seen not to have come back, seen to have come back."""
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Analysis:
    """One analysis; `content` is what knowledge/ keeps of it as JSON, `version` counts the changes.

    `kind` is WHY, FISH or a guide's key; `title` the problem in a line; `source_id` the fishbone it came from, `ask_at`
    when it is asked whether the problem came back.
    """

    id: int
    kind: str
    store_id: int | None
    person_id: int | None
    title: str
    content: dict[str, Any]
    state: str
    version: int
    source_id: int | None
    ask_at: datetime | None
    created_at: datetime
    updated_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Version:
    """An analysis as it was when somebody finished it."""

    analysis_id: int
    version: int
    person_id: int | None
    at: datetime
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sought:
    """Which analyses: of these stores (None: all), of a kind, with all these words in the title, in these states.

    `since` is when they were begun, `done_since` when they were last finished; `source_id` the fishbone they came from.
    """

    stores: Collection[int] | None = None
    kinds: Collection[str] = ()
    words: Collection[str] = ()
    states: Collection[str] = ()
    since: datetime | None = None
    done_since: datetime | None = None
    source_id: int | None = None


class Analyses:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(
        self,
        kind: str,
        store_id: int | None,
        person_id: int,
        title: str,
        content: Mapping[str, Any],
        now: datetime,
        source_id: int | None = None,
    ) -> Analysis:
        """Begin one; who begins it is of its team."""
        row = {
            "kind": kind, "store_id": store_id, "person_id": person_id, "title": title, "content": dict(content),
            "state": OPEN, "version": 1, "source_id": source_id, "created_at": now, "updated_at": now,
        }  # fmt: skip
        adding = insert(analysis).values(row).returning(analysis.c.id)
        number = int((await self._connection.execute(adding)).scalar_one())
        await self.join(number, person_id)
        found = await self.get(number)
        assert found is not None
        return found

    async def get(self, analysis_id: int, *, lock: bool = False) -> Analysis | None:
        """One of them; `lock` holds it until the transaction ends, so that nobody else changes it meanwhile."""
        query = select(analysis).where(analysis.c.id == analysis_id)
        row = (await self._connection.execute(query.with_for_update() if lock else query)).first()
        return _analysis(row) if row else None

    async def change(self, one: Analysis, content: Mapping[str, Any], title: str, now: datetime) -> bool:
        """Keep other content, a finished one open again; False when somebody has changed it since `one` was read."""
        changed = {
            "content": dict(content),
            "title": title,
            "version": one.version + 1,
            "updated_at": now,
            "state": OPEN,
        }
        return await self._set(one, changed)

    async def finish(self, one: Analysis, person_id: int, now: datetime, ask_at: datetime | None = None) -> bool:
        """Call it finished and keep this version; False when somebody has changed it since."""
        changed = {"state": DONE, "version": one.version + 1, "updated_at": now, "done_at": now, "ask_at": ask_at}
        if not await self._set(one, changed):
            return False
        row = {"analysis_id": one.id, "version": one.version, "person_id": person_id, "at": now, "content": one.content}
        await self._connection.execute(insert(analysis_version).values(row))
        return True

    async def state(self, one: Analysis, state: str, now: datetime, ask_at: datetime | None = None) -> bool:
        """Another state, and when to ask next; False when somebody has changed it since."""
        return await self._set(one, {"state": state, "version": one.version + 1, "updated_at": now, "ask_at": ask_at})

    async def versions(self, analysis_id: int) -> list[Version]:
        """What was finished, the latest first."""
        query = select(analysis_version).where(analysis_version.c.analysis_id == analysis_id)
        rows = await self._connection.execute(query.order_by(analysis_version.c.version.desc()))
        return [Version(**{name: getattr(row, name) for name in Version.__dataclass_fields__}) for row in rows]

    async def all(self, sought: Sought = Sought(), limit: int | None = None, offset: int = 0) -> list[Analysis]:
        """Those sought, the latest first."""
        query = select(analysis).where(*_those(sought)).order_by(analysis.c.updated_at.desc(), analysis.c.id.desc())
        return [_analysis(row) for row in await self._connection.execute(query.limit(limit).offset(offset))]

    async def each(self, sought: Sought) -> AsyncIterator[Analysis]:
        """All those sought, one after the other, the oldest first: however many there are, few are held at once."""
        last = 0
        while rows := await self._after(sought, last):
            for one in rows:
                yield one
            last = rows[-1].id

    async def _after(self, sought: Sought, last: int) -> list[Analysis]:
        query = select(analysis).where(*_those(sought), analysis.c.id > last).order_by(analysis.c.id).limit(_AT_ONCE)
        return [_analysis(row) for row in await self._connection.execute(query)]

    async def counts(self, sought: Sought = Sought()) -> dict[int | None, int]:
        """How many of those sought each store has."""
        query = select(analysis.c.store_id, func.count()).where(*_those(sought)).group_by(analysis.c.store_id)
        return {store: int(n) for store, n in await self._connection.execute(query)}

    async def join(self, analysis_id: int, person_id: int) -> None:
        """Be of its team; once is enough."""
        if person_id not in await self.team(analysis_id):
            await self._connection.execute(insert(analyst).values({"analysis_id": analysis_id, "person_id": person_id}))

    async def team(self, analysis_id: int) -> list[int]:
        """The people who work on it, in the order they joined."""
        query = select(analyst.c.person_id).where(analyst.c.analysis_id == analysis_id).order_by(analyst.c.id)
        return [row.person_id for row in await self._connection.execute(query)]

    async def drop(self, analysis_id: int) -> None:
        """Throw one away that was never finished."""
        await self._connection.execute(
            delete(analysis).where(analysis.c.id == analysis_id, analysis.c.done_at.is_(None))
        )

    async def _set(self, one: Analysis, changed: Mapping[str, Any]) -> bool:
        here = (analysis.c.id == one.id) & (analysis.c.version == one.version)
        return bool((await self._connection.execute(update(analysis).where(here).values(dict(changed)))).rowcount)


def _those(sought: Sought) -> Iterator[ColumnElement[bool]]:
    """What all of those sought have."""
    if sought.stores is not None:
        yield analysis.c.store_id.in_(list(sought.stores))
    if sought.kinds:
        yield analysis.c.kind.in_(list(sought.kinds))
    if sought.states:
        yield analysis.c.state.in_(list(sought.states))
    if sought.since:
        yield analysis.c.created_at >= sought.since
    if sought.done_since:
        yield analysis.c.done_at >= sought.done_since
    if sought.source_id is not None:
        yield analysis.c.source_id == sought.source_id
    for word in sought.words:
        yield analysis.c.title.icontains(word, autoescape=True)


def _analysis(row: Any) -> Analysis:
    return Analysis(**{name: getattr(row, name) for name in Analysis.__dataclass_fields__})

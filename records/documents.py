"""The documents of the library, as rows: the truth that every index is made from."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from records.connection import Connection
from records.tables import document, library, section


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section; `breaks` are (offset in `text`, page)."""

    key: str
    path: tuple[str, ...]
    text: str
    page: int | None
    breaks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What is known of a document beside its sections; `passages` is how many it was cut into."""

    name: str
    title: str
    version: str
    effective: date | None
    audience: tuple[str, ...]
    source: str
    digest: str
    bundled: bool
    passages: int
    warnings: tuple[str, ...]
    added_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document of the library with its row id, its revision and its number of sections."""

    id: int
    revision: int
    sections: int
    facts: DocumentFacts


class Documents:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def library(self) -> tuple[str, int]:
        """(the library's own id, its revision); revision 0 and an empty id before the first write."""
        found = (await self._connection.execute(select(library.c.uid, library.c.revision))).first()
        return (found.uid, found.revision) if found else ("", 0)

    async def found(self) -> str:
        """Give the library its id unless it has one; returns it."""
        uid, _ = await self.library()
        if not uid:
            uid = uuid.uuid4().hex
            await self._connection.execute(insert(library).values(id=1, uid=uid, revision=0))
        return uid

    async def all(self) -> list[DocumentRow]:
        """Every document, by name."""
        counted = select(section.c.document_id, func.count().label("n")).group_by(section.c.document_id).subquery()
        query = select(document, counted.c.n).outerjoin(counted, counted.c.document_id == document.c.id)
        rows = await self._connection.execute(query.order_by(document.c.name))
        return [_document(row) for row in rows]

    async def revisions(self) -> dict[int, int]:
        """Document id -> revision."""
        rows = await self._connection.execute(select(document.c.id, document.c.revision))
        return {row.id: row.revision for row in rows}

    async def ids(self, name: str) -> list[int]:
        """The row id of a document of that name, if there is one."""
        return list((await self._connection.execute(select(document.c.id).where(document.c.name == name))).scalars())

    async def sections(self, ids: Iterable[int]) -> dict[int, list[SectionRow]]:
        """Document id -> its sections in order."""
        wanted = list(ids)
        found: dict[int, list[SectionRow]] = {i: [] for i in wanted}
        for start in range(0, len(wanted), 500):
            query = select(section).where(section.c.document_id.in_(wanted[start : start + 500]))
            for row in await self._connection.execute(query.order_by(section.c.document_id, section.c.position)):
                found[row.document_id].append(_section(row))
        return found

    async def replace(self, facts: DocumentFacts, sections: Sequence[SectionRow]) -> None:
        """Put a document in, in place of any of the same name; section keys must be new."""
        revision = await self.advance()
        await self._connection.execute(delete(document).where(document.c.name == facts.name))
        values = {name: getattr(facts, name) for name in DocumentFacts.__dataclass_fields__}
        values |= {"audience": list(facts.audience), "warnings": list(facts.warnings), "revision": revision}
        result = await self._connection.execute(insert(document).values(values).returning(document.c.id))
        document_id = result.scalar_one()
        rows = [
            {
                "key": one.key,
                "document_id": document_id,
                "position": position,
                "path": list(one.path),
                "text": one.text,
                "page": one.page,
                "breaks": [list(at) for at in one.breaks],
            }
            for position, one in enumerate(sections)
        ]
        if rows:
            await self._connection.execute(insert(section), rows)

    async def forget(self, name: str) -> bool:
        """Take a document out; False when there is none of that name."""
        result = await self._connection.execute(delete(document).where(document.c.name == name))
        if result.rowcount:
            await self.advance()
        return bool(result.rowcount)

    async def advance(self) -> int:
        """The library's next revision; every process follows."""
        await self.found()
        statement = update(library).values(revision=library.c.revision + 1).returning(library.c.revision)
        return int((await self._connection.execute(statement)).scalar_one())


def _document(row: Any) -> DocumentRow:
    values = {name: getattr(row, name) for name in DocumentFacts.__dataclass_fields__}
    values |= {"audience": tuple(row.audience), "warnings": tuple(row.warnings)}
    return DocumentRow(row.id, row.revision, row.n or 0, DocumentFacts(**values))


def _section(row: Any) -> SectionRow:
    breaks = tuple((at, page) for at, page in row.breaks)
    return SectionRow(row.key, tuple(row.path), row.text, row.page, breaks)

"""The library: documents go in, are replaced, are forgotten; every index follows the database."""

import asyncio
import hashlib
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Container, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.document import Document
from knowledge.reading import Unreadable, read
from records.database import Database, RecordsError
from records.documents import DocumentFacts, DocumentRow, Documents, SectionRow
from retrieval.card import Card
from retrieval.cut import Cutter, Source
from retrieval.keywords import Entry, Keywords
from retrieval.lock import Lock
from retrieval.model.types import Embedder, ModelError
from retrieval.names import named
from retrieval.rows import facts_of, row_of, section_of, source_of
from retrieval.upkeep import Progress, Upkeep
from retrieval.vectors import Vectors, VectorsError

_SHOW_AFTER = 2.0  # seconds
_FEW = 64  # passages embedded between two words of progress
Closely = Callable[[int, int], Awaitable[None]]
_WORDLESS = "没有可用的文字内容。"
_UNWRITTEN = "关键词索引写不进去（{cause}）。已入库的文档不受影响；请检查磁盘空间和写权限，下次启动时会自动补上。"


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one file; `error` is one clear line when it did not go in."""

    name: str
    sections: int = 0
    passages: int = 0
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()
    unchanged: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read: the largest size in bytes, and whether pictures are."""

    max_bytes: int
    ocr: bool = False


class LibraryError(Exception):
    """The library cannot be read or written; the message says what, why and how to mend it."""


class Library:
    """One home's documents. The database is the truth: a document is live from the commit on that names its sections.

    Vectors are written before that commit and dropped after it, so a crash leaves at most vectors that no section
    claims; they are ignored by every question and swept at the next opening.
    """

    def __init__(
        self, database: Database, keywords: Keywords, vectors: Vectors, embedder: Embedder, cutter: Cutter, lock: Path
    ) -> None:
        self._database = database
        self.keywords = keywords
        self.vectors = vectors
        self._embedder = embedder
        self._cutter = cutter
        self.upkeep = Upkeep(keywords, vectors, embedder, cutter)
        self.lock = Lock(lock)
        self._revision = -1
        self._opened = self._swept = False

    async def refresh(self, progress: Progress | None = None) -> bool:
        """Follow what this or any other process has committed; True when something had changed.

        While another process is ingesting, questions go on with what was live before.
        """
        if await self._current() == self._revision:
            return False
        opening = not self._opened
        async with self.lock.held(wait=opening and not self.keywords.sections) as locked:
            if locked:
                await self._catch_up(progress)
            self._opened = True
        return locked or opening

    async def documents(self) -> list[DocumentRow]:
        """Every live document, by name."""
        async with self._database.read() as connection:
            return await Documents(connection).all()

    async def name_of(self, path: Path) -> str:
        """What a file is called here once it is in."""
        [(name, _)] = named([path])
        return _as_known(name, path, {row.facts.name for row in await self.documents()})

    async def ingest(
        self,
        paths: Iterable[Path],
        reading: Reading,
        *,
        bundled: bool = False,
        progress: Progress | None = None,
        closely: Closely | None = None,
    ) -> list[Ingested]:
        """Add or replace documents from files and folders, one at a time; a bad file does not stop the others.

        `progress` is told of every file, `closely` of every few passages.
        """
        done: list[Ingested] = []
        new: list[str] = []
        async with self._writing():
            known = {row.facts.name: row for row in await self.documents()}
            files = [(_as_known(name, path, known), path) for name, path in named(paths)]
            shown = time.monotonic()
            for number, (name, path) in enumerate(files):
                if progress:
                    progress(name, number, len(files))
                one, added = await self._one(name, path, reading, known.get(name), closely, bundled=bundled)
                done.append(one)
                new += added
                if time.monotonic() - shown > _SHOW_AFTER:
                    await self._follow()
                    shown = time.monotonic()
            await self._follow()
            if new:
                await asyncio.to_thread(self.upkeep.prove, new)
        if progress and files:
            progress("", len(files), len(files))
        return done

    async def forget(self, name: str) -> bool:
        """Take a document out; False when there is none of that name."""
        async with self._writing():
            async with self._database.write(long=True) as connection:
                old = await _sections_of(Documents(connection), name)
                known = await Documents(connection).forget(name)
            if known:
                await asyncio.to_thread(self.upkeep.drop, old)
                await self._follow()
        return known

    async def put(self, document: Document, *, bundled: bool) -> DocumentFacts:
        """Add or replace a document that has been read, under its own name; raises LibraryError."""
        async with self._writing():
            cards = self._cards(document.name, document)
            if not cards:
                raise LibraryError(_WORDLESS)
            new = await self._put(document.name, document, cards, bundled=bundled)
            await self._follow()
            await asyncio.to_thread(self.upkeep.prove, new)
        return facts_of(document.name, document, len(new), bundled=bundled)

    async def _one(
        self,
        name: str,
        path: Path,
        reading: Reading,
        known: DocumentRow | None,
        closely: Closely | None,
        *,
        bundled: bool,
    ) -> tuple[Ingested, list[str]]:
        """What became of a file, and the ids of its new passages."""
        started = time.perf_counter()
        try:
            document = await asyncio.to_thread(read, path, max_bytes=reading.max_bytes, ocr=reading.ocr)
            if known and (known.facts.digest, known.facts.bundled) == (document.digest, bundled):
                facts, seconds = known.facts, time.perf_counter() - started
                return Ingested(name, known.sections, facts.passages, seconds, facts.warnings, unchanged=True), []
            cards = self._cards(name, document)
            if not cards:
                raise LibraryError(_WORDLESS)
            new = await self._put(name, document, cards, closely, bundled=bundled)
        except Unreadable as error:
            return Ingested(name, seconds=time.perf_counter() - started, error=str(error)), []
        except (LibraryError, VectorsError, RecordsError, ModelError) as error:
            cause = f"{path.name}：没有入库，{error}"
            return Ingested(name, seconds=time.perf_counter() - started, error=cause), []
        return Ingested(name, len(cards), len(new), time.perf_counter() - started, document.warnings), new

    async def _put(
        self, name: str, document: Document, cards: Sequence[Card], closely: Closely | None = None, *, bundled: bool
    ) -> list[str]:
        """Make a document live, wholly or not at all; the ids of its passages."""
        passages = [passage for card in cards for passage in self._cutter.embedded(card)]
        new = [i for i, _ in passages]
        facts = facts_of(name, document, len(passages), bundled=bundled)
        vectors = await self._embedded([text for _, text in passages], closely)
        try:
            await asyncio.to_thread(self.vectors.add, new, vectors)
            async with self._database.write(long=True) as connection:
                old = await _sections_of(Documents(connection), name)
                await Documents(connection).replace(facts, [row_of(card) for card in cards])
        except (VectorsError, RecordsError):
            with suppress(VectorsError):
                await asyncio.to_thread(self.vectors.delete, new)
            raise
        await asyncio.to_thread(self.upkeep.drop, old)
        return new

    async def _embedded(self, texts: Sequence[str], closely: Closely | None) -> NDArray[np.float32]:
        if closely is None:
            return await asyncio.to_thread(self._embedder.passages, texts)
        parts = []
        for start in range(0, len(texts), _FEW):
            await closely(start, len(texts))
            parts.append(await asyncio.to_thread(self._embedder.passages, texts[start : start + _FEW]))
        return np.concatenate(parts)

    def _cards(self, name: str, document: Document) -> list[Card]:
        source = Source(name, document.title, document.version)
        cards = self._cutter.cards(source, [(uuid.uuid4().hex, section) for section in document.sections])
        return [card for card in cards if card.starts]

    async def _current(self) -> int:
        async with self._database.read() as connection:
            _, revision = await Documents(connection).library()
        return revision

    async def _catch_up(self, progress: Progress | None = None) -> None:
        """Take in what other processes have committed; the lock must be held."""
        if await self._current() == self._revision:
            return
        if self._opened:
            await asyncio.to_thread(self.vectors.reopen)
        await self._follow()
        if not self._swept:
            await asyncio.to_thread(self.upkeep.sweep, progress)
        self._opened = self._swept = True

    async def _follow(self) -> None:
        """Bring the keywords in line with the database."""
        async with self._database.read(long=True) as connection:
            documents = Documents(connection)
            _, revision = await documents.library()
            truth = await documents.revisions()
            await asyncio.to_thread(self.keywords.reload)
            state = self.keywords.state()
            changed = [i for i, r in truth.items() if state.get(i) != r]
            gone = [i for i in state if i not in truth]
            rows = {row.id: row for row in await documents.all()} if changed else {}
            sections = await documents.sections(changed)
        if changed or gone:
            await asyncio.to_thread(self._index, gone, [(truth[i], rows[i], sections[i]) for i in changed])
        self._revision = revision

    def _index(self, gone: Iterable[int], changed: Iterable[tuple[int, DocumentRow, Sequence[SectionRow]]]) -> None:
        entries = [Entry(row.id, revision, self._recut(row, sections)) for revision, row, sections in changed]
        try:
            self.keywords.apply(gone, entries)
        except (OSError, ValueError, RuntimeError) as error:  # tantivy raises these when a file cannot be written
            raise LibraryError(_UNWRITTEN.format(cause=error)) from error

    def _recut(self, row: DocumentRow, sections: Sequence[SectionRow]) -> list[Card]:
        return self._cutter.cards(source_of(row), [(section.key, section_of(section)) for section in sections])

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[None]:
        async with self.lock.held():
            await self._catch_up()
            with self.vectors.writing():
                yield


def _as_known(name: str, path: Path, known: Container[str]) -> str:
    """The name a file has already when it once went in beside another of the same stem."""
    return path.name if name not in known and path.name in known else name


async def _sections_of(documents: Documents, name: str) -> list[str]:
    """The section keys of a document, none when there is no such document."""
    return [row.key for rows in (await documents.sections(await documents.ids(name))).values() for row in rows]


def fingerprint(*parts: str) -> str:
    """A short name for the things an index depends on."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


__all__ = ["Closely", "Ingested", "Library", "LibraryError", "Progress", "Reading", "fingerprint"]

"""The library: documents go in, are replaced, are forgotten; every index follows the database."""

import asyncio
import hashlib
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from knowledge.document import Document, Section
from knowledge.reading import SUFFIXES, Unreadable, read
from records.database import Database
from records.documents import DocumentFacts, DocumentRow, Documents, SectionRow
from retrieval.card import Card
from retrieval.cut import Cutter, Source
from retrieval.keywords import Entry, Keywords
from retrieval.model.types import Embedder
from retrieval.vectors import Vectors

_SHOW_AFTER = 2.0

Progress = Callable[[str, int, int], None]


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
        self._lock = FileLock(str(lock), thread_local=False)
        self._busy = asyncio.Lock()
        self._revision = -1

    async def refresh(self, progress: Progress | None = None) -> bool:
        """Follow what this or any other process has committed; True when something had changed.

        While another process is ingesting, questions go on with what was live before.
        """
        async with self._database.read() as connection:
            _, revision = await Documents(connection).library()
        if revision == self._revision:
            return False
        opening = self._revision < 0
        async with self._locked(wait=opening) as locked:
            if locked:
                if not opening:
                    await asyncio.to_thread(self.vectors.reopen)
                await self._follow(sweep=opening, progress=progress)
        return locked

    async def documents(self) -> list[DocumentRow]:
        """Every live document, by name."""
        async with self._database.read() as connection:
            return await Documents(connection).all()

    async def ingest(
        self, paths: Iterable[Path], reading: Reading, *, bundled: bool = False, progress: Progress | None = None
    ) -> list[Ingested]:
        """Add or replace documents from files and folders, one at a time; a bad file does not stop the others."""
        files = list(named(paths))
        await self.refresh()
        done: list[Ingested] = []
        async with self._locked():
            known = {row.facts.name: row for row in await self.documents()}
            shown = time.monotonic()
            for number, (name, path) in enumerate(files):
                if progress:
                    progress(name, number, len(files))
                done.append(await self._one(name, path, reading, known.get(name), bundled=bundled))
                if time.monotonic() - shown > _SHOW_AFTER:
                    await self._follow()
                    shown = time.monotonic()
            await self._follow()
            if any(not one.unchanged and not one.error for one in done):
                await asyncio.to_thread(self._prove)
        if progress and files:
            progress("", len(files), len(files))
        return done

    async def forget(self, name: str) -> bool:
        """Take a document out; False when there is none of that name."""
        await self.refresh()
        async with self._locked():
            async with self._database.write() as connection:
                known = await Documents(connection).forget(name)
            if known:
                await self._follow(sweep=True)
                await asyncio.to_thread(self._prove)
        return known

    async def _one(
        self, name: str, path: Path, reading: Reading, known: DocumentRow | None, *, bundled: bool
    ) -> Ingested:
        started = time.perf_counter()
        try:
            document = await asyncio.to_thread(read, path, max_bytes=reading.max_bytes, ocr=reading.ocr)
        except Unreadable as error:
            return Ingested(name, seconds=time.perf_counter() - started, error=str(error))
        if known and (known.facts.digest, known.facts.bundled) == (document.digest, bundled):
            facts, seconds = known.facts, time.perf_counter() - started
            return Ingested(name, known.sections, facts.passages, seconds, facts.warnings, unchanged=True)
        cards = self._cards(name, document)
        if not cards:
            return Ingested(name, seconds=time.perf_counter() - started, error=f"{path.name}:没有可用的文字内容。")
        passages = [passage for card in cards for passage in self._cutter.embedded(card)]
        vectors = await asyncio.to_thread(self._embedder.passages, [text for _, text in passages])
        await asyncio.to_thread(self.vectors.add, [i for i, _ in passages], vectors)
        facts = _facts(name, document, len(passages), bundled=bundled)
        async with self._database.write() as connection:
            documents = Documents(connection)
            old = await documents.sections([known.id]) if known else {}
            await documents.replace(facts, [_row(card) for card in cards])
        await asyncio.to_thread(self._drop, [row.key for rows in old.values() for row in rows])
        return Ingested(name, len(cards), len(passages), time.perf_counter() - started, document.warnings)

    def _drop(self, keys: Sequence[str]) -> None:
        """Remove the vectors of sections that were replaced."""
        self.vectors.delete([f"{key}/{n}" for key in keys for n in range(self._starts(key))])

    def _cards(self, name: str, document: Document) -> list[Card]:
        source = Source(name, document.title, document.version)
        cards = (self._cutter.card(uuid.uuid4().hex, source, section) for section in document.sections)
        return [card for card in cards if card.starts]

    async def _follow(self, *, sweep: bool = False, progress: Progress | None = None) -> None:
        """Bring the keywords in line with the database; `sweep` does the same for the vectors."""
        async with self._database.read() as connection:
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
            entries = [Entry(i, truth[i], self._recut(rows[i], sections[i])) for i in changed]
            await asyncio.to_thread(self.keywords.apply, gone, entries)
        if sweep:
            await asyncio.to_thread(self._sweep, progress)
        self._revision = revision

    def _recut(self, row: DocumentRow, sections: Sequence[SectionRow]) -> list[Card]:
        source = Source(row.facts.name, row.facts.title, row.facts.version)
        return [self._cutter.card(s.key, source, Section(s.path, s.text, s.page, s.breaks)) for s in sections]

    def _sweep(self, progress: Progress | None) -> None:
        """Drop vectors that no live section claims, make those that are missing."""
        live = {f"{key}/{n}": key for key in self.keywords.keys() for n in range(self._starts(key))}
        there = self.vectors.ids()
        self.vectors.delete(sorted(there - live.keys()))
        missing = sorted({live[passage] for passage in live.keys() - there})
        for number, key in enumerate(missing):
            card = self.keywords.card(key)
            if card is None:
                continue
            if progress:
                progress(card.title, number, len(missing))
            passages = [(i, text) for i, text in self._cutter.embedded(card) if i not in there]
            self.vectors.add([i for i, _ in passages], self._embedder.passages([text for _, text in passages]))

    def _starts(self, key: str) -> int:
        card = self.keywords.card(key)
        return len(card.starts) if card else 0

    def _prove(self) -> None:
        """Every live passage must be found by its own vector (chroma #7758); if not, the collection is made anew."""
        for _ in range(3):
            if not self.vectors.unreachable(sorted(self.vectors.ids())):
                return
            self.vectors.rebuild()

    @asynccontextmanager
    async def _locked(self, *, wait: bool = True) -> AsyncIterator[bool]:
        """One writer at a time in a home, whatever the process; False when another has it and we do not wait."""
        if not wait and self._busy.locked():
            yield False
            return
        async with self._busy:
            try:
                await asyncio.to_thread(self._lock.acquire, None if wait else 0)
            except Timeout:
                yield False
                return
            try:
                yield True
            finally:
                self._lock.release()


def named(paths: Iterable[Path]) -> Iterable[tuple[str, Path]]:
    """(document name, file) for files and the files of folders; files that share a stem keep their folder and suffix."""
    files: list[tuple[Path, Path]] = []
    for path in paths:
        if path.is_dir():
            inside = (p for p in sorted(path.rglob("*")) if p.is_file() and not _hidden(p.relative_to(path)))
            files += [(p, p.relative_to(path)) for p in inside]
        else:
            files.append((path, Path(path.name)))
    stems = [relative.stem for _, relative in files]
    for path, relative in files:
        alone = stems.count(relative.stem) == 1
        yield (relative.stem if alone else relative.as_posix()), path


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "~$", "__MACOSX")) for part in path.parts)


def _facts(name: str, document: Document, passages: int, *, bundled: bool) -> DocumentFacts:
    return DocumentFacts(
        name=name,
        title=document.title,
        version=document.version,
        effective=document.effective,
        audience=document.audience,
        source=document.source,
        digest=document.digest,
        bundled=bundled,
        passages=passages,
        warnings=document.warnings,
        added_at=datetime.now(UTC),
    )


def _row(card: Card) -> SectionRow:
    return SectionRow(card.key, card.path, card.text, card.page, card.breaks)


def fingerprint(*parts: str) -> str:
    """A short name for the things an index depends on."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


__all__ = ["SUFFIXES", "Ingested", "Library", "Progress", "Reading", "fingerprint", "named"]

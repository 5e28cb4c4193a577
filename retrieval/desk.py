"""The front desk of retrieval: the one object the rest of the house asks, feeds and corrects."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from records.database import Connection, Database
from records.documents import DocumentFacts, DocumentRow, Documents
from records.questions import Complaint, FaqRow, Questions
from retrieval.answer import Answer
from retrieval.answering import Answerer
from retrieval.card import Card
from retrieval.followup import Past
from retrieval.grounded import Partial
from retrieval.group import waiting
from retrieval.library import Closely, Ingested, Library, Progress, Reading
from retrieval.refusal import Scale, load_scale, measure, save_scale
from retrieval.search import Found
from retrieval.suggesting import suggest
from retrieval.versions import Preview, kept, preview, restored

_FRESH = 0.25


@dataclass(slots=True)
class Desk:
    """Keeps the library, the curated answers and the measure of "I don't know" in step with the database.

    `asked` is told of every answer.
    """

    database: Database
    library: Library
    answerer: Answerer
    probes: Sequence[str]
    scale_file: Path
    asked: Callable[[Answer], None] = lambda answer: None
    _looked: float = -1.0

    async def follow(self, progress: Progress | None = None) -> None:
        """Take in what any process has changed since; looks at most every _FRESH seconds."""
        now = time.monotonic()
        if now - self._looked < _FRESH:
            return
        if await self.library.refresh(progress):
            await self._settle()
        self._looked = now

    async def ask(self, question: str, past: Sequence[Past] = (), partial: Partial | None = None) -> Answer:
        """The answer to a question in its conversation."""
        await self.follow()
        answer = await self.answerer.ask(question, past, partial)
        self.asked(answer)
        return answer

    async def search(self, question: str, k: int) -> Found:
        """The best `k` sections, whether or not they answer."""
        await self.follow()
        return await asyncio.to_thread(self.answerer.search.find, question, k)

    @property
    def suggests(self) -> bool:
        """Whether there is a language model to ask for suggestions."""
        return self.answerer.writer is not None

    async def suggest(self, asked: str, cards: Sequence[Card]) -> tuple[str, ...]:
        """What a language model suggests on the ground of these sections; () without one, or where it fails."""
        writer = self.answerer.writer
        return await suggest(writer, asked, cards) if writer is not None else ()

    async def section(self, key: str) -> Card | None:
        """A section by its key; None when its document was changed or forgotten."""
        await self.follow()
        return self.library.keywords.card(key)

    async def documents(self) -> list[DocumentRow]:
        """Every live document, by name."""
        return await self.library.documents()

    async def ingest(
        self,
        paths: Iterable[Path],
        reading: Reading,
        *,
        bundled: bool = False,
        progress: Progress | None = None,
        closely: Closely | None = None,
    ) -> list[Ingested]:
        """Add or replace documents; the measure of "I don't know" is taken anew."""
        done = await self.library.ingest(paths, reading, bundled=bundled, progress=progress, closely=closely)
        await self._settle()
        return done

    async def forget(self, name: str) -> bool:
        """Take a document out; False when there is none of that name."""
        known = await self.library.forget(name)
        await self._settle()
        return known

    async def preview(self, path: Path, reading: Reading) -> Preview:
        """What a file holds and what it would replace; raises Unreadable."""
        return await preview(self.library, path, reading)

    async def kept(self, name: str) -> bytes | None:
        """A document as bytes for `restore`; None when there is none of that name."""
        return await kept(self.database, name)

    async def restore(self, content: bytes) -> DocumentFacts:
        """Put a document back as it was when it was `kept`."""
        facts = await restored(self.library, content)
        await self._settle()
        return facts

    async def write_faq(self, question: str, answer: str, author: str, now: datetime) -> None:
        """A curated answer, live at once in every process."""
        async with self.database.write() as connection:
            await Questions(connection).write_faq(question, answer, author, now)
            await Documents(connection).advance()
        self._looked = -1.0
        await self.follow()

    async def put_faqs(
        self, connection: Connection, questions: Iterable[str], answer: str, author: str, now: datetime
    ) -> None:
        """A curated answer to each of these wordings, live in every process once the transaction commits."""
        for question in questions:
            await Questions(connection).write_faq(question, answer, author, now)
        await Documents(connection).advance()
        self._looked = -1.0

    async def unanswered(self) -> list[list[Complaint]]:
        """What was not answered, or disliked, and not answered by a colleague since; the most frequent first."""
        await self.follow()
        async with self.database.read(long=True) as connection:
            complaints = await Questions(connection).complaints()
        return await asyncio.to_thread(waiting, self.answerer.search, self.answerer.faqs, complaints)

    async def forget_faq(self, faq_id: int) -> bool:
        """Take a curated answer out; False when there is none of that id."""
        async with self.database.write() as connection:
            known = await Questions(connection).forget_faq(faq_id)
            await Documents(connection).advance()
        self._looked = -1.0
        await self.follow()
        return known

    async def faqs(self) -> list[FaqRow]:
        """Every curated answer."""
        async with self.database.read() as connection:
            return await Questions(connection).faqs()

    async def _settle(self) -> None:
        async with self.database.read() as connection:
            faqs = await Questions(connection).faqs()
            uid, _ = await Documents(connection).library()
            revisions = sorted((await Documents(connection).revisions()).values())
        await asyncio.to_thread(self.answerer.faqs.load, faqs)
        scale = await asyncio.to_thread(self._scale, f"{uid}:{revisions}")
        self.answerer = replace(self.answerer, refusal=replace(self.answerer.refusal, scale=scale))

    def _scale(self, state: str) -> Scale:
        kept = load_scale(self.scale_file, state)
        if kept is None:
            kept = measure(self.answerer.search, self.probes)
            with suppress(OSError):  # another process may be writing the same, or the disk is full
                save_scale(self.scale_file, state, kept)
        return kept

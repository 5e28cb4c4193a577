"""A question becomes an answer: curated, written from cited passages, extracted, or refused."""

import asyncio
import re
import time
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from retrieval.answer import EMPTY, UNKNOWN, Answer, Citation
from retrieval.blocks import page_at
from retrieval.card import Card
from retrieval.cores import cores
from retrieval.extract import Extractor
from retrieval.faq import Faqs
from retrieval.followup import Past, complete
from retrieval.grounded import Partial, Writer
from retrieval.refusal import Refusal
from retrieval.search import Found, Search
from retrieval.text import fold, tokens

_LONGEST = 500
_SHOWN_TO_MODEL = 6


@dataclass(frozen=True, slots=True)
class Answerer:
    """Joins the steps; `writer` is None without a language model.

    Searches go on in `threads`, as many as there are cores: more at once would only take turns, and hold up the others.
    """

    search: Search
    faqs: Faqs
    refusal: Refusal
    extractor: Extractor
    writer: Writer | None = None
    threads: Executor = field(default_factory=lambda: ThreadPoolExecutor(cores(), "search"))

    async def ask(self, question: str, past: Sequence[Past] = (), partial: Partial | None = None) -> Answer:
        """The answer to a question in a conversation; any text is accepted."""
        started = time.perf_counter()
        asked = tidy(question)
        if not tokens(fold(asked)):
            return Answer(question, asked, False, EMPTY, seconds=time.perf_counter() - started)
        searched = complete(asked, past)
        loop = asyncio.get_running_loop()
        found, extract = await loop.run_in_executor(self.threads, self._extract, question, searched)
        if extract.answered and extract.faq is None and self.writer is not None:
            extract = await self._write(extract, searched, found, partial)
        return replace(extract, seconds=time.perf_counter() - started)

    def _extract(self, question: str, searched: str) -> tuple[Found | None, Answer]:
        faq = self.faqs.match(searched)
        if faq is not None:
            return None, Answer(question, searched, True, faq.answer, faq=faq, confidence=1.0)
        found = self.search.find(searched)
        confidence = self.refusal.confidence(found)
        if not found.ranked or confidence < self.refusal.threshold:
            nearest = tuple(one.card for one in found.ranked[:3])
            return found, Answer(question, searched, False, UNKNOWN, nearest=nearest, confidence=confidence)
        composed = self.extractor.compose(found.question, found.ranked)
        citations = tuple(cite(quote.card, quote.line) for quote in composed.quotes)
        return found, Answer(question, searched, True, composed.text, citations, confidence=confidence)

    async def _write(self, extract: Answer, searched: str, found: Found | None, partial: Partial | None) -> Answer:
        if found is None or self.writer is None:
            return extract
        cards = [one.card for one in found.ranked[:_SHOWN_TO_MODEL]]
        written = await self.writer.write(searched, cards, partial)
        if written is None:
            return extract
        quotes = [self.extractor.compose(found.question, [found.ranked[n - 1]]).quotes[0] for n in written.used]
        citations = tuple(cite(q.card, q.line, n) for q, n in zip(quotes, written.used, strict=True))
        return replace(extract, text=written.text, citations=citations)


def cite(card: Card, line: str, number: int = 0) -> Citation:
    """A citation of a section by the line that decided, on the page that line stands on."""
    at = card.text.find(line[:40]) if line else -1
    page = page_at(card.section, max(at, 0))
    return Citation(card.document, card.version, card.path, page, line, card.key, number)


def tidy(question: str) -> str:
    """One line without control characters or lone surrogates; of more than 500 characters, the start and the end."""
    text = question.encode("utf-8", "ignore").decode()
    text = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).strip()
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} {text[-_LONGEST // 2 :]}"

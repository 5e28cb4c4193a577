"""What was asked, what was answered, how people judged it, and the answers colleagues wrote."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select, update

from records.connection import Connection
from records.tables import faq, question, verdict

UP = "up"
DOWN_REASONS = {"wrong": "错误", "partial": "不完整", "offtopic": "答非所问", "outdated": "过期"}


@dataclass(frozen=True, slots=True)
class CitedRow:
    """A place an answer was taken from; `number` is its [n] in the text, 0 for an extract."""

    document: str
    version: str
    section: tuple[str, ...]
    page: int | None
    quote: str
    key: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question and what became of it.

    `nearest` are (section key, heading) as offered when nothing answered.
    """

    asked_at: datetime
    channel: str
    chat: str
    person: str
    text: str
    searched: str
    answered: bool
    answer: str
    seconds: float
    citations: tuple[CitedRow, ...] = ()
    nearest: tuple[tuple[str, str], ...] = ()
    faq_id: int | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class FaqRow:
    """A curated answer, with its writer; `uses` counts how often it was given."""

    id: int
    question: str
    answer: str
    author: str
    written_at: datetime
    uses: int


@dataclass(frozen=True, slots=True)
class Complaint:
    """A question that was not answered (reason "") or was disliked for a reason of DOWN_REASONS."""

    question: QuestionRow
    reason: str


_ADD = insert(question).returning(question.c.id)
_RECENT = (
    select(question)
    .where(question.c.channel == bindparam("of_channel"), question.c.chat == bindparam("of_chat"))
    .order_by(question.c.id.desc())
    .limit(bindparam("most"))
)


class Questions:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, rows: Sequence[QuestionRow]) -> list[int]:
        """Log questions; returns their ids in order."""
        ids = []
        for row in rows:
            values = {name: getattr(row, name) for name in QuestionRow.__dataclass_fields__ if name != "id"}
            values["citations"] = [asdict(cited) for cited in row.citations]
            values["nearest"] = [list(near) for near in row.nearest]
            result = await self._connection.execute(_ADD, values)
            ids.append(int(result.scalar_one()))
        return ids

    async def get(self, question_id: int) -> QuestionRow | None:
        """One question by its id."""
        row = (await self._connection.execute(select(question).where(question.c.id == question_id))).first()
        return _question(row) if row else None

    async def recent(self, channel: str, chat: str, n: int) -> list[QuestionRow]:
        """The last `n` questions of a channel's chat, oldest first."""
        values = {"of_channel": channel, "of_chat": chat, "most": n}
        rows = await self._connection.execute(_RECENT, values)
        return [_question(row) for row in rows][::-1]

    async def judge(self, question_id: int, person: str, judged: str, now: datetime) -> None:
        """One person's verdict on one answer; the last one stands."""
        where = (verdict.c.question_id == question_id) & (verdict.c.person == person)
        await self._connection.execute(delete(verdict).where(where))
        values = {"question_id": question_id, "person": person, "verdict": judged, "given_at": now}
        await self._connection.execute(insert(verdict).values(values))

    async def complaints(self) -> list[Complaint]:
        """Unanswered and disliked questions, oldest first."""
        unanswered = select(question).where(question.c.answered.is_(False))
        disliked = select(question, verdict.c.verdict).join(verdict).where(verdict.c.verdict != UP)
        found = [Complaint(_question(row), "") for row in await self._connection.execute(unanswered)]
        found += [Complaint(_question(row), row.verdict) for row in await self._connection.execute(disliked)]
        return sorted(found, key=lambda complaint: complaint.question.id)

    async def unanswered_of(self, words: Collection[str], n: int) -> list[QuestionRow]:
        """The last `n` that were not answered and hold one of these words, the latest first."""
        if not words:
            return []
        has = or_(*(question.c.text.contains(word, autoescape=True) for word in words))
        query = select(question).where(question.c.answered.is_(False), has).order_by(question.c.id.desc()).limit(n)
        return [_question(row) for row in await self._connection.execute(query)]

    async def faqs(self) -> list[FaqRow]:
        """Every curated answer, oldest first."""
        rows = await self._connection.execute(select(faq).order_by(faq.c.id))
        return [FaqRow(r.id, r.question, r.answer, r.author, r.written_at, r.uses) for r in rows]

    async def write_faq(self, asked: str, answer: str, author: str, now: datetime) -> None:
        """A curated answer, in place of any to the very same question."""
        await self._connection.execute(delete(faq).where(faq.c.question == asked))
        values = {"question": asked, "answer": answer, "author": author, "written_at": now, "uses": 0}
        await self._connection.execute(insert(faq).values(values))

    async def forget_faq(self, faq_id: int) -> bool:
        """Take a curated answer out; False when there is none of that id."""
        result = await self._connection.execute(delete(faq).where(faq.c.id == faq_id))
        return bool(result.rowcount)

    async def count_uses(self, uses: dict[int, int]) -> None:
        """Add to how often curated answers were given."""
        for faq_id, n in uses.items():
            await self._connection.execute(update(faq).where(faq.c.id == faq_id).values(uses=faq.c.uses + n))


def _question(row: Any) -> QuestionRow:
    values = {name: getattr(row, name) for name in QuestionRow.__dataclass_fields__}
    citations = tuple(CitedRow(**{**cited, "section": tuple(cited["section"])}) for cited in row.citations)
    nearest = tuple((key, heading) for key, heading in row.nearest)
    return QuestionRow(**{**values, "citations": citations, "nearest": nearest})

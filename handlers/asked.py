"""What was asked and answered, as the records keep it."""

from handlers.message import Incoming
from records.questions import CitedRow, QuestionRow
from retrieval.answer import Answer

_KEPT = 2000  # characters of a question


def logged(answer: Answer, incoming: Incoming) -> QuestionRow:
    """An answer as the records keep it."""
    return QuestionRow(
        asked_at=incoming.received,
        channel=incoming.channel,
        chat=incoming.chat,
        person=incoming.person,
        text=_storable(answer.question)[:_KEPT],
        searched=_storable(answer.searched),
        answered=answer.answered,
        answer=answer.text,
        seconds=answer.seconds,
        citations=tuple(
            CitedRow(c.document, c.version, c.section, c.page, c.quote, c.key, c.number) for c in answer.citations
        ),
        nearest=tuple((card.key, card.heading) for card in answer.nearest),
        faq_id=answer.faq.id if answer.faq else None,
    )


def _storable(text: str) -> str:
    """Without what a database cannot hold: lone surrogates and NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")

"""What people get: an answer with its citations, or "不知道" with the nearest sections."""

from dataclasses import dataclass

from records.questions import FaqRow
from retrieval.card import Card

UNKNOWN = "不知道：现有文档里没有能回答这个问题的内容。"
EMPTY = "请把问题写成文字，例如：客户进店多久内要有人接待？"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer stands: `number` is its [n] in the text (0 for an extract), `key` the section's."""

    document: str
    version: str
    section: tuple[str, ...]
    page: int | None
    quote: str
    key: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """`searched` is the question as completed from the conversation; `nearest` are offered when nothing answers."""

    question: str
    searched: str
    answered: bool
    text: str
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Card, ...] = ()
    seconds: float = 0.0
    faq: FaqRow | None = None
    confidence: float = 0.0

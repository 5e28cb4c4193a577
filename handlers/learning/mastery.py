"""How well topics are known: the mean chance to know each question that was asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from handlers.learning.memory import Memory
from knowledge.quiz import Bank
from records.learning.quizzes import Card


@dataclass(frozen=True, slots=True)
class Mastery:
    """Of one topic, `key` "" for all: `known` is 0 to 1 over the `seen` of its `questions`."""

    key: str
    name: str
    known: float
    seen: int
    questions: int


def by_topic(bank: Bank, cards: Mapping[str, Card], memory: Memory, now: datetime) -> tuple[Mastery, ...]:
    """Of every topic that something was asked of, the weakest first."""
    found = []
    for topic in bank.topics.values():
        chances = [memory.known(cards[one.key], now) for one in topic.questions if one.key in cards]
        if chances:
            known = sum(chances) / len(chances)
            found.append(Mastery(topic.key, topic.name, known, len(chances), len(topic.questions)))
    return tuple(sorted(found, key=lambda one: (one.known, one.name)))


def overall(topics: tuple[Mastery, ...]) -> float | None:
    """Over all questions that were asked; None before the first."""
    seen = sum(one.seen for one in topics)
    return sum(one.known * one.seen for one in topics) / seen if seen else None

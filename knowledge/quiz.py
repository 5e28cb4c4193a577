"""What a quiz asks: questions by topic, as the files in quizzes/ state them."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from knowledge.document import Reference

Kind = Literal["single", "multiple", "truth", "number", "order", "fill"]
"""One of several, some of several, 对/错, a number, steps to put in order, a word to write."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is right when it is within `tolerance` of `value`, in `unit`."""

    value: float
    tolerance: float = 0.0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question; only what its kind wants is set.

    `options` are those of single and multiple, and the steps of order in their right order. `right` are the indexes
    of the right options, `truth` whether the sentence is true, `words` the accepted words, the best first. `why`
    explains, `proof` is the handbook section that says so. `day` is the day of the course (1-60) that teaches it.
    """

    key: str
    topic: str
    day: int
    difficulty: int
    kind: Kind
    ask: str
    why: str
    proof: Reference
    options: tuple[str, ...] = ()
    right: tuple[int, ...] = ()
    truth: bool | None = None
    number: Number | None = None
    words: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """Changes with what is asked and what is right, so that old figures are not held against a mended question."""
        said = {key: value for key, value in asdict(self).items() if key not in ("day", "difficulty", "why", "proof")}
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions of one subject."""

    key: str
    name: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Bank:
    """All topics by key, and their questions: in order, by key, by day of the course."""

    topics: Mapping[str, Topic]
    questions: tuple[Question, ...]
    by_key: Mapping[str, Question]
    by_day: Mapping[int, tuple[Question, ...]]

    def question(self, key: str) -> Question | None:
        """The question of that key."""
        return self.by_key.get(key)

    def of_day(self, day: int) -> tuple[Question, ...]:
        """What that day of the course teaches."""
        return self.by_day.get(day, ())


def merged(topics: Iterable[Topic]) -> Bank:
    """The bank of these topics; those of one key become one, under the name that comes first.

    Of questions of one key the last stands, where the first did: so an admin's replaces a bundled one.
    """
    found: dict[str, tuple[str, dict[str, Question]]] = {}
    for one in topics:
        _, questions = found.setdefault(one.key, (one.name, {}))
        questions.update({question.key: question for question in one.questions})
    every = [question for _, questions in found.values() for question in questions.values()]
    by_day: dict[int, list[Question]] = {}
    for question in every:
        by_day.setdefault(question.day, []).append(question)
    return Bank(
        {key: Topic(key, name, tuple(questions.values())) for key, (name, questions) in found.items()},
        tuple(every),
        {question.key: question for question in every},
        {day: tuple(several) for day, several in by_day.items()},
    )


def twice(questions: Iterable[Question]) -> tuple[str, ...]:
    """The keys that more than one question has."""
    return tuple(key for key, times in Counter(one.key for one in questions).items() if times > 1)

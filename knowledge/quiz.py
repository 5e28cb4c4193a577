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
    """All topics, by key."""

    topics: Mapping[str, Topic]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in the topics' order."""
        return tuple(one for topic in self.topics.values() for one in topic.questions)

    def question(self, key: str) -> Question | None:
        """The question of that key."""
        return next((one for one in self.questions if one.key == key), None)

    def of_day(self, day: int) -> tuple[Question, ...]:
        """What that day of the course teaches."""
        return tuple(one for one in self.questions if one.day == day)


def merged(topics: Iterable[Topic]) -> Bank:
    """The bank of these topics; those of one key become one, under the name that comes first."""
    found: dict[str, Topic] = {}
    for one in topics:
        known = found.get(one.key)
        found[one.key] = Topic(one.key, known.name, known.questions + one.questions) if known else one
    return Bank(found)


def twice(questions: Iterable[Question]) -> tuple[str, ...]:
    """The keys that more than one question has."""
    return tuple(key for key, times in Counter(one.key for one in questions).items() if times > 1)

"""What is remembered of a question and when it comes again: FSRS, in whole days."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from fsrs import Card as Fsrs
from fsrs import Rating, Scheduler

from records.learning.quizzes import Card


@dataclass(frozen=True, slots=True)
class Memory:
    """Questions come again when the chance to know them has sunk to `retention`; `owed` right answers clear a miss."""

    retention: float = 0.9
    owed: int = 3

    @property
    def scheduler(self) -> Scheduler:
        """The library's own: a question of the day comes again in days, never in minutes, and without chance."""
        return Scheduler(desired_retention=self.retention, learning_steps=(), relearning_steps=(), enable_fuzzing=False)

    def reviewed(self, card: Card | None, question: str, right: bool, now: datetime, today: date) -> Card:
        """The card after an answer; only the first answer of a local day moves it, but a miss is always a miss."""
        if card is not None and card.reviewed_on == today:
            return card if right else replace(card, right=False, owed=self.owed)
        before = _fsrs(card) if card is not None else Fsrs(card_id=0, due=now)
        after, _ = self.scheduler.review_card(before, Rating.Good if right else Rating.Again, now.astimezone(UTC))
        owed = self.owed if not right else max(card.owed - 1, 0) if card is not None else 0
        return Card(question, dict(after.to_dict()), after.due, right, owed, today)

    def known(self, card: Card, now: datetime) -> float:
        """How likely it is known now, 0 to 1: FSRS's retrievability; 0 while the last answer was wrong."""
        if not card.right:
            return 0.0
        return self.scheduler.get_card_retrievability(_fsrs(card), now)


def _fsrs(card: Card) -> Fsrs:
    return Fsrs.from_dict(card.state)  # type: ignore[arg-type]  # it was written by `to_dict`, and kept as JSON

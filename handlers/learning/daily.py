"""The questions of a day: today's subject, what is due, what was wrong; never more than the cap."""

import math
from collections.abc import Iterable, Mapping
from datetime import date
from random import Random
from zoneinfo import ZoneInfo

from knowledge.quiz import Bank, Question
from records.learning.quizzes import Card

_SHARE = 0.4  # of the set is kept for today's subject, however much is due


def picked(
    bank: Bank, day: int | None, cards: Mapping[str, Card], today: date, zone: ZoneInfo, n: int, chance: Random
) -> tuple[Question, ...]:
    """At most `n` questions, mixed; `day` is the course day that has begun last, None outside the course."""
    due = [one for one in _waiting(bank, cards, today) if one.due_at.astimezone(zone).date() <= today]
    fresh = [one for one in _subject(bank, day) if one.key not in cards]
    chance.shuffle(fresh)
    chosen = fresh[: min(math.ceil(n * _SHARE), n)]
    chosen += [bank.by_key[one.question] for one in sorted(due, key=_urgency)][: n - len(chosen)]
    rest = [*fresh, *_unseen(bank, day, cards, chance), *_early(bank, cards, today)]
    for one in rest:
        if len(chosen) < n and one not in chosen:
            chosen.append(one)
    chance.shuffle(chosen)
    return tuple(chosen)


def wrong(bank: Bank, cards: Mapping[str, Card]) -> tuple[Question, ...]:
    """The wrong ones (错题) that are not made good yet, those owed most first."""
    owed = sorted((one for one in cards.values() if one.owed and one.question in bank.by_key), key=_urgency)
    return tuple(bank.by_key[one.question] for one in owed)


def _urgency(card: Card) -> tuple[bool, object, str]:
    return (not card.owed, card.due_at, card.question)


def _waiting(bank: Bank, cards: Mapping[str, Card], today: date) -> Iterable[Card]:
    return (one for one in cards.values() if one.question in bank.by_key and one.reviewed_on < today)


def _subject(bank: Bank, day: int | None) -> tuple[Question, ...]:
    return bank.of_day(day) if day else ()


def _unseen(bank: Bank, day: int | None, cards: Mapping[str, Card], chance: Random) -> list[Question]:
    """What earlier days taught and was never asked, the latest day first; outside the course anything new."""
    found = [one for one in bank.questions if one.key not in cards and (day is None or one.day < day)]
    chance.shuffle(found)
    return found if day is None else sorted(found, key=lambda one: -one.day)


def _early(bank: Bank, cards: Mapping[str, Card], today: date) -> list[Question]:
    """What is not due yet, the soonest first, where nothing else is left."""
    return [bank.by_key[one.question] for one in sorted(_waiting(bank, cards, today), key=_urgency)]

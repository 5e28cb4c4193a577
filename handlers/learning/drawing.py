"""The questions of an exam: drawn afresh, as many of each topic as the course gives it days."""

from collections.abc import Mapping
from random import Random

from knowledge.quiz import Bank, Question


def weights(bank: Bank, days: range) -> dict[str, int]:
    """How many of these course days each topic is taught on."""
    found: dict[str, int] = {}
    for day in days:
        for topic in dict.fromkeys(one.topic for one in bank.of_day(day)):
            found[topic] = found.get(topic, 0) + 1
    return found


def drawn(bank: Bank, days: range, n: int, chance: Random) -> tuple[Question, ...]:
    """`n` questions of these days, in mixed order; fewer where there are no more."""
    pool: dict[str, list[Question]] = {}
    for one in bank.questions:
        if one.day in days:
            pool.setdefault(one.topic, []).append(one)
    shares = shared(weights(bank, days), {topic: len(some) for topic, some in pool.items()}, n)
    found = [one for topic, many in shares.items() for one in chance.sample(pool[topic], many)]
    chance.shuffle(found)
    return tuple(found)


def shared(weights: Mapping[str, int], there: Mapping[str, int], n: int) -> dict[str, int]:
    """How many each topic gives of `n`: by weight and largest remainder, no topic more than it has."""
    given = dict.fromkeys(weights, 0)
    while (left := min(n, sum(there.values())) - sum(given.values())) > 0:
        able = [topic for topic in given if given[topic] < there[topic]]
        whole = sum(weights[topic] for topic in able)
        wanted = {topic: left * weights[topic] / whole for topic in able}
        for topic in able:
            given[topic] += min(int(wanted[topic]), there[topic] - given[topic])
        left = min(n, sum(there.values())) - sum(given.values())
        by_rest = sorted(able, key=lambda topic: (int(wanted[topic]) - wanted[topic], topic))
        for topic in by_rest[:left]:
            given[topic] += 1 if given[topic] < there[topic] else 0
    return given

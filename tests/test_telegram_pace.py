"""The pace: within Telegram's limits whatever is asked of it, and never slower than need be."""

import asyncio
import random
from itertools import pairwise

import pytest
from telegram_rules import Flood, Refusal

from bot.channel import Later
from bot.telegram.pace import Pace
from bot.window import Window

GROUP = -5


class Clock:
    """Time that passes when someone sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(asyncio, "sleep", self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def sent(pace: Pace, clock: Clock, chat: int, count: int) -> list[float]:
    """When each of so many messages left; who must come later does."""
    times = list[float]()
    while len(times) < count:
        try:
            await pace.take(chat)
        except Later as later:
            assert later.seconds is not None
            clock.now += later.seconds
            continue
        times.append(clock.now)
    return times


@pytest.mark.parametrize("chat", [7, GROUP])
async def test_the_real_limits_are_never_met(clock: Clock, chat: int) -> None:
    flood, pace = Flood(), Pace(25, clock)
    for at in await sent(pace, clock, chat, 200):
        flood.check(chat, at)


async def test_many_chats_together_keep_to_the_limit_over_all(clock: Clock) -> None:
    flood, pace, chance = Flood(), Pace(25, clock), random.Random(3)
    for _ in range(600):
        chat = chance.choice([*range(1, 90), -1, -2])
        [at] = await sent(pace, clock, chat, 1)
        flood.check(chat, at)


def test_the_fake_would_have_noticed() -> None:
    flood = Flood()
    with pytest.raises(Refusal, match="retry after"):
        for _ in range(6):
            flood.check(7, 1000.0)


async def test_a_short_answer_is_not_held_up(clock: Clock) -> None:
    assert await sent(Pace(25, clock), clock, 7, 3) == [1000.0] * 3


async def test_another_chat_does_not_wait(clock: Clock) -> None:
    pace = Pace(25, clock)
    await sent(pace, clock, 7, 6)
    before = clock.now
    await pace.take(8)
    assert clock.now == before


async def test_a_wait_that_is_too_long_is_told_instead(clock: Clock) -> None:
    pace = Pace(25, clock)
    pace.hold(7, 30)
    with pytest.raises(Later) as later:
        await pace.take(7)
    assert later.value.seconds == pytest.approx(30)
    pace.hold(7, 1)
    assert not pace.free(7)
    clock.now += 31
    assert pace.free(7)


async def test_what_nobody_waits_for_leaves_evenly_and_keeps_room_for_answers(clock: Clock) -> None:
    pace, times = Pace(25, clock), list[float]()
    for chat in range(1, 201):
        await pace.take(chat, asked=False)
        times.append(clock.now)
        if chat % 20 == 0:
            before = clock.now
            await pace.take(9000 + chat)
            assert clock.now == before
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) == pytest.approx(max(gaps)) == pytest.approx(1 / 20 * 1.05)


async def test_when_telegram_asks_to_wait_what_nobody_asked_for_waits_in_every_chat(clock: Clock) -> None:
    pace = Pace(25, clock)
    pace.hold(7, 30)
    with pytest.raises(Later):
        await pace.take(8, asked=False)
    before = clock.now
    await pace.take(8)
    assert clock.now == before
    clock.now += 31
    await pace.take(8, asked=False)


async def test_chats_long_silent_are_forgotten(clock: Clock) -> None:
    pace = Pace(5000, clock)
    for chat in range(1, 2001):
        assert pace.free(chat)
    clock.now += 100
    assert pace.free(5000)
    assert len(pace._chats) < 10


async def test_less_than_one_a_second_is_kept_too(clock: Clock) -> None:
    times = await sent(Pace(0.5, clock), clock, 7, 4)
    assert [round(later - earlier, 1) for earlier, later in pairwise(times)] == [2.1] * 3


def test_a_window_gives_the_first_free_moment() -> None:
    window = Window(2, 10)
    window.take(0)
    window.take(4)
    assert window.first(5) == pytest.approx(10.5)
    assert window.first(11) == 11


async def test_signs_of_typing_are_few_when_many_wait(clock: Clock) -> None:
    pace = Pace(25, clock)
    assert [pace.hint() for _ in range(7)] == [True] * 5 + [False] * 2
    clock.now += 1.1
    assert pace.hint()

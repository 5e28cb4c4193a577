"""The morning's pages by the real way: reminders, outbox, Telegram's limits."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

from fake_telegram import FakeTelegram, Fault, fake_telegram
from learners import enrolled
from telegram_house import talking

from handlers.learning.start import arrange
from records.outbox import Outbox
from records.people import People

LEARNERS = range(8001, 8061)
ADMIN = 7002
EVENING, MORNING = datetime(2026, 6, 9, 12, tzinfo=UTC), datetime(2026, 6, 10, 0, 30, tzinfo=UTC)
SCALE = 4  # as fast as the real one, this many times


def pages(fake: FakeTelegram) -> Counter[int]:
    return Counter(one.chat for one in fake.sent if "早上好，今天是课程第 27 天" in one.text)


async def test_every_learner_gets_the_page_once_within_the_limits_and_an_answer_goes_in_between(own_home: Path) -> None:
    async with fake_telegram() as fake:
        fake.flood.factor = SCALE
        async with talking(fake, own_home, telegram={"messages_per_second": 25 * SCALE}) as talk:
            talk.app.turns.now = lambda: EVENING
            await talk.put_in(ADMIN)
            for user in LEARNERS:
                await talk.put_in(user, "trainee")
            async with talk.app.database.write() as connection:
                people = await People(connection).all("trainee")
            for one in people:
                await enrolled(talk.app, one.id, date(2026, 5, 6))
            async with talk.app.database.write() as connection:
                for one in people:
                    await arrange(connection, talk.app.turns.deployment.school, one, EVENING)
            fake.faults.append(Fault("429", "sendMessage", seconds=1, chat=LEARNERS[30]))
            talk.app.turns.now = lambda: MORNING
            await fake.until(lambda: pages(fake))
            await talk.ask("/help", ADMIN)
            assert len(pages(fake)) < len(LEARNERS)
            await fake.until(lambda: len(pages(fake)) == len(LEARNERS))
        assert pages(fake) == Counter(LEARNERS)
        assert [one.error for one in fake.calls if one.error] == ["Too Many Requests: retry after 1"]
        async with talk.app.database.read() as connection:
            assert await Outbox(connection).unsent() == 0

"""The bot in Telegram, as a supervisor meets it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fake_telegram import FakeTelegram, fake_telegram
from telegram_house import ASKED, LIN, Talk, talking


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with fake_telegram() as far:
        yield far


@pytest.fixture
async def talk(fake: FakeTelegram, own_home: Path) -> AsyncIterator[Talk]:
    async with talking(fake, own_home) as talk:
        yield talk


async def test_a_supervisor_joins_by_the_link_asks_and_opens_the_source(talk: Talk) -> None:
    assert "欢迎，小林" in (await talk.join()).text
    answer = await talk.ask(ASKED)
    assert "25分钟" in answer.text
    assert "出处：《洗车》 v2.1" in answer.text
    talk.fake.press(LIN, answer, "原文")
    shown = await talk.fake.told(LIN, 3)
    assert "精洗须在70分钟内完成" in shown[-1].text
    await talk.fake.until(lambda: list(talk.fake.queries.values()) == [1])

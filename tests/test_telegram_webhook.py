"""Telegram brings the updates itself: taken once they are on disk, and from nobody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import free_port, loaded
from fake_telegram import TOKEN, FakeTelegram, fake_telegram
from starlette.applications import Starlette
from telegram_house import ASKED, LIN, Talk, settings

from bot.app import opened
from bot.metrics import Metrics
from bot.serving import _delivering
from bot.telegram import NoTelegram
from bot.telegram.api import secret
from bot.telegram.start import telegram
from bot.telegram.webhook import HEADER, Webhook
from bot.web.server import serve
from records.database import RecordsError

UPDATE = {"update_id": 9, "message": {"message_id": 3, "date": 1, "chat": {"id": LIN, "type": "private"},
          "from": {"id": LIN, "is_bot": False, "first_name": "小林"}, "text": "你好"}}  # fmt: skip


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with fake_telegram() as far:
        yield far


@asynccontextmanager
async def brought(fake: FakeTelegram, home: Path, **changes: Any) -> AsyncIterator[Talk]:
    """The house behind a webhook."""
    port = free_port()
    part = settings(fake, webhook=f"http://127.0.0.1:{port}/telegram", **changes)
    page = Starlette()
    async with opened(loaded(home, telegram=part)) as app, telegram(app) as service, _delivering(app, Metrics()):
        service.mount(page)
        tasks = [asyncio.create_task(one) for one in (serve(page, "127.0.0.1", port), service.run())]
        await fake.until(lambda: fake.webhook)
        try:
            yield Talk(fake, app, service)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def post(talk: Talk, content: bytes | None = None, **headers: Any) -> int:
    async with httpx.AsyncClient(trust_env=False) as client:
        url = talk.app.settings.telegram.webhook
        if content is None:
            return (await client.post(url, json=UPDATE, headers=headers)).status_code
        return (await client.post(url, content=content, headers=headers)).status_code


async def kept(talk: Talk) -> int:
    return len([line for line in await talk.app.turns.history("telegram", str(LIN)) if line.said])


async def test_a_question_that_is_brought_is_answered(fake: FakeTelegram, own_home: Path) -> None:
    async with brought(fake, own_home) as talk:
        assert "欢迎" in (await talk.join()).text
        assert "25分钟" in (await talk.ask(ASKED)).text
        await fake.settled()
    assert fake.refused_deliveries == []
    told = fake.called("setWebhook")[0].parameters
    assert "callback_query" in told["allowed_updates"]
    assert len(told["secret_token"]) == 64


@pytest.mark.parametrize("shown", [{}, {HEADER: ""}, {HEADER: "wrong"}, {HEADER: TOKEN}, {HEADER: "\xff\xfe"}])
async def test_whoever_does_not_know_the_secret_is_refused(
    fake: FakeTelegram, own_home: Path, shown: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    async with brought(fake, own_home, webhook_secret="a-secret_1") as talk:
        assert await post(talk, None, **{name: value.encode("latin-1") for name, value in shown.items()}) == 403
        assert await kept(talk) == 0
        assert await post(talk, None, **{HEADER: "a-secret_1"}) == 200
        assert await kept(talk) == 1
    assert "wrong secret" in caplog.text
    assert "a-secret_1" not in caplog.text


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"not json", 400),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b" " * 1_000_001, 413),
        (b"{}", 200),
    ],
)
async def test_what_is_no_update_is_turned_away(
    fake: FakeTelegram, own_home: Path, content: bytes, status: int
) -> None:
    async with brought(fake, own_home) as talk:
        assert await post(talk, content, **{HEADER: secret(talk.app.settings.telegram)}) == status
        await talk.put_in(LIN)
        assert "25分钟" in (await talk.ask(ASKED)).text


async def test_an_update_that_could_not_be_kept_is_brought_again(fake: FakeTelegram, own_home: Path) -> None:
    async with brought(fake, own_home) as talk:
        accept, tries = talk.app.turns.accept, list[int]()

        async def full(incomings: Any) -> None:
            tries.append(1)
            if len(tries) == 1:
                raise RecordsError("the disk is full")
            await accept(incomings)

        talk.service.intake._accept = full
        await talk.put_in(LIN)
        assert "25分钟" in (await talk.ask(ASKED)).text
    assert fake.refused_deliveries == [503]


async def test_an_update_brought_twice_takes_effect_once(fake: FakeTelegram, own_home: Path) -> None:
    async with brought(fake, own_home) as talk:
        await talk.put_in(LIN)
        fake.say(LIN, ASKED, twice=True)
        await fake.settled()
        assert await kept(talk) == 1


@pytest.mark.parametrize(
    ("url", "word", "says"),
    [
        ("https://bot.example.com/telegram", "mit Leerzeichen", "TELEGRAM_WEBHOOK_SECRET"),
        ("https://bot.example.com/telegram", "中", "TELEGRAM_WEBHOOK_SECRET"),
        ("https://bot.example.com", "secret", r"telegram\.webhook"),
        ("bot.example.com/telegram", "secret", r"telegram\.webhook"),
    ],
)
def test_a_webhook_that_cannot_work_says_what_to_write(url: str, word: str, says: str) -> None:
    with pytest.raises(NoTelegram, match=says):
        Webhook(url, word, None, lambda: None)  # type: ignore[arg-type]

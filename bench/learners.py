"""The morning push of a thousand learners: how long until every page is promised, and until it has arrived.

Each database has its own run against the strict fake Telegram with the limits of the real one.
"""

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.far import FIRST, Far, far
from bench.table import against, show
from bot.app import KNOWLEDGE, App, Shelf, _app
from bot.config import LearningSettings
from bot.config_file import load
from bot.outbox import Delivery
from bot.school import school
from bot.telegram.start import telegram
from bot.ticking import Ticking
from handlers.learning.start import arrange
from handlers.message import Reply
from records.database import Database
from records.learning.enrolments import Enrolment, Enrolments
from records.outbox import Outbox, Promised
from records.people import People

LEARNERS = 1000
_TESTS = Path(__file__).resolve().parents[1] / "tests"
BEGAN = date(2026, 5, 6)
EVENING, MORNING = datetime(2026, 6, 9, 12, tzinfo=UTC), datetime(2026, 6, 10, 0, 30, tzinfo=UTC)
_PATIENCE = 300  # seconds
_ASIDE = FIRST + LEARNERS  # someone else, who is answered meanwhile


async def push(folder: Path, url: str, telegram_far: Far) -> dict[str, Any]:
    """Enrol them in the evening; at 8:30 in Shanghai all their pages are due at once."""
    settings = load({**os.environ, **telegram_far.environment()}, folder / "no-config.yaml", folder)
    database = Database(url)
    await database.migrate()
    app = _app(Shelf(settings, database, None))  # type: ignore[arg-type]  # nobody asks anything
    await _enrolled(database)
    telegram_far.push([{"user": FIRST + number, "text": "早"} for number in range(LEARNERS + 1)])
    began = time.monotonic()
    app.turns.now = lambda: MORNING + timedelta(seconds=time.monotonic() - began)
    async with telegram(app):
        ticking = Ticking(app.turns, Delivery(database, app.channels, app.turns.name, app.turns.now))
        began = started = time.monotonic()
        worked = time.process_time()
        await ticking.reminders()
        queued, worked = time.monotonic() - started, time.process_time() - worked
        async with ticking.running():
            waits = await _answered(app, lambda answers: telegram_far.count() >= LEARNERS + answers)
            done = time.monotonic()
        await ticking.delivery.stop(10)
    async with database.read() as connection:
        unsent = await Outbox(connection).unsent()
    await database.close()
    sent = telegram_far.sent()
    pages = Counter(one["chat"] for one in sent if "早上好" in one["text"])
    refused = telegram_far.state()["refused"]
    return {
        "queued": queued, "cpu": worked, "arrived": len(pages), "twice": sum(n > 1 for n in pages.values()),
        "unsent": unsent, "refused": sum(refused.values()), "seconds": done - started, "waits": waits,
    }  # fmt: skip


async def _enrolled(database: Database) -> None:
    taught = school(LearningSettings(), KNOWLEDGE)
    async with database.write() as connection:
        for number in range(LEARNERS):
            person, chat = (
                await People(connection).add(f"学员{number}", "trainee", "Asia/Shanghai", EVENING),
                FIRST + number,
            )
            await People(connection).connect(person.id, "telegram", str(chat), str(chat), EVENING)
            await Enrolments(connection).put(Enrolment(person.id, BEGAN, EVENING))
            await arrange(connection, taught, person, EVENING)


async def _answered(app: App, over: Callable[[int], bool]) -> list[float]:
    """How long someone's answers wait for their moment, one a second until it is over."""
    waits, until = list[float](), time.monotonic() + _PATIENCE
    while not await asyncio.to_thread(over, len(waits)) and time.monotonic() < until:
        answer = Promised("telegram", str(_ASIDE), MORNING, MORNING, {}, inbox_id=1, id=10**9 + len(waits))
        started = time.monotonic()
        await app.channels["telegram"].send(answer, Reply("这是回答。"))
        waits.append(time.monotonic() - started)
        await asyncio.sleep(1)
    return waits


async def learners(folder: Path) -> None:
    """One table for each database."""
    sys.path.insert(0, str(_TESTS))
    import postgres_server

    with far(flood=1) as telegram_far:
        _show("SQLite", await push(folder, f"sqlite:///{folder / 'dudao.db'}", telegram_far))
    with postgres_server.server() as running, postgres_server.database(running) as url, far(flood=1) as telegram_far:
        _show("PostgreSQL", await push(folder, url, telegram_far))


def _show(name: str, found: dict[str, Any]) -> None:
    longest = max(found["waits"])
    rows = [
        ("promised in", f"{found['queued']:.2f} s", against(found["queued"], 5)),
        ("processor for it", f"{found['cpu']:.2f} s", ""),
        ("arrived", f"{found['arrived']}", against(found["arrived"], LEARNERS, most=False)),
        ("arrived twice", f"{found['twice']}", against(found["twice"], 0)),
        ("left unsent", f"{found['unsent']}", against(found["unsent"], 0)),
        ("refused by the far end, 429 or else", f"{found['refused']}", against(found["refused"], 0)),
        ("until the last one arrived", f"{found['seconds']:.1f} s", ""),
        ("answers meanwhile wait at most", f"{longest:.2f} s", against(longest, 1)),
    ]
    show(f"{LEARNERS} learners' morning, {name}", ("what", "measured", "goal"), rows)

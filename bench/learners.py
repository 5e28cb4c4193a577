"""The morning push of a thousand learners: how long until every page is promised, with a database of its own."""

import asyncio
import json
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bot.app import KNOWLEDGE, Shelf, _app
from bot.config import LearningSettings
from bot.config_file import load
from bot.outbox import Delivery
from bot.school import school
from bot.ticking import Ticking
from handlers.learning.start import arrange
from records.database import Database
from records.learning.enrolments import Enrolment, Enrolments
from records.outbox import Outbox
from records.people import People

LEARNERS = 1000
BEGAN = date(2026, 5, 6)
EVENING, MORNING = datetime(2026, 6, 9, 12, tzinfo=UTC), datetime(2026, 6, 10, 0, 30, tzinfo=UTC)


async def push(folder: Path) -> dict[str, Any]:
    """Enrol them in the evening; at 8:30 in Shanghai all their pages are due at once."""
    settings = load({}, folder / "no-config.yaml", folder)
    database = Database(f"sqlite:///{folder / 'dudao.db'}")
    await database.migrate()
    app = _app(Shelf(settings, database, None))  # type: ignore[arg-type]  # nobody asks anything
    taught = school(LearningSettings(), KNOWLEDGE)
    async with database.write() as connection:
        for number in range(LEARNERS):
            person = await People(connection).add(f"学员{number}", "trainee", "Asia/Shanghai", EVENING)
            await People(connection).connect(person.id, "telegram", f"u{number}", f"c{number}", EVENING)
            await Enrolments(connection).put(Enrolment(person.id, BEGAN, EVENING))
            await arrange(connection, taught, person, EVENING)
    app.turns.now = lambda: MORNING
    ticking = Ticking(app.turns, Delivery(database, app.channels, app.turns.name, app.turns.now))
    started, worked = time.perf_counter(), time.process_time()
    await ticking.reminders()
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    async with database.read() as connection:
        due = await Outbox(connection).is_due(["telegram"], MORNING)
        told = [await Outbox(connection).past("telegram", f"c{number}", 0, 0, MORNING) for number in range(LEARNERS)]
    await database.close()
    assert due
    assert all(len(rows) == 1 and "早上好" in rows[0].payload["text"] for rows in told)
    rate = settings.telegram.messages_per_second
    shown = {"queued_seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2), "sent_in_seconds": LEARNERS / rate}
    return {"learners": LEARNERS, **shown}


def main() -> None:
    """Print the figures as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(push(Path(folder)))))


if __name__ == "__main__":
    main()

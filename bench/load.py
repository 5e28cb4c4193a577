"""What two hundred chats at once get through the Telegram adapter: answers a second, and how long each waits.

The bot and a fake Telegram run as processes of their own, on the same cores as this one; what each of them takes of the
processors is shown, so that a busy machine can be told from a slow bot.
"""

import asyncio
import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from bench import home
from bench.far import Far, bot, far, join
from bench.table import against, show
from bot.app import opened
from retrieval.evaluate import load as questions

CHATS, RATE, SECONDS = 200, 40, 100
_WARM_RATE, _WARM_SECONDS = 20, 30
_FLAT = 5  # megabytes from the middle to the end
_TICK = 0.05
_PATIENCE = 60  # seconds


@dataclass(frozen=True, slots=True)
class Heard:
    """What was answered: how long each answer took, and how many seconds it was from the first question to the last."""

    waits: list[float]
    seconds: float


async def load(folder: Path) -> None:
    """One table."""
    async with opened(home.settings(folder / "load")) as app:
        chats = await join(app.database, CHATS, app.turns.now())
    texts = [one.question for one in questions(home.QUESTIONS) if one.answerable]
    random.Random(6).shuffle(texts)
    with far() as telegram, bot(folder / "load", **telegram.environment()) as process:
        await asyncio.to_thread(_ask, telegram, chats, texts, _WARM_RATE, _WARM_SECONDS)  # cards, connections, menus
        resident = [home.megabytes(process.pid, "VmRSS")]
        parts, processors = [], _processors(process.pid, telegram.process)
        for _ in range(2):
            parts.append(await asyncio.to_thread(_ask, telegram, chats, texts, RATE, SECONDS // 2))
            resident.append(home.megabytes(process.pid, "VmRSS"))
        waits = [wait for part in parts for wait in part.waits]
        used = _processors(process.pid, telegram.process)
        burst = await asyncio.to_thread(_ask, telegram, chats, texts, CHATS, 1, at_once=True)
        state = telegram.state()
    p95, rate = quantiles(waits, n=20)[-1], len(waits) / sum(part.seconds for part in parts)
    at_once, wrong = len(burst.waits) / burst.seconds, sum(state["refused"].values())
    each = [(after - before) / len(waits) * 1000 for before, after in zip(processors, used, strict=True)]
    rows = [
        (f"answered of {RATE * SECONDS} asked", f"{len(waits)}", against(len(waits), RATE * SECONDS, most=False)),
        (f"answers a second, asked {RATE}", f"{rate:.1f}", against(rate, RATE * 0.98, most=False)),
        ("95 of 100 wait at most", f"{p95:.2f} s", against(p95, 1)),
        (f"{CHATS} at the same moment: answers a second", f"{at_once:.1f}", against(at_once, RATE, most=False)),
        ("refused by the far end", f"{wrong}", against(wrong, 0)),
        ("resident: warm, halfway, at the end", ", ".join(f"{one:.0f}" for one in resident) + " MB", ""),
        (
            "grown in the second half by",
            f"{resident[2] - resident[1]:.1f} MB",
            against(resident[2] - resident[1], _FLAT),
        ),
        ("processor for an answer: bot", f"{each[0]:.1f} ms", ""),
        ("processor for an answer: far end, asker", f"{each[1]:.1f}, {each[2]:.1f} ms", ""),
        ("load of the machine at the end", f"{os.getloadavg()[0]:.1f}", ""),
    ]
    show(f"{CHATS} chats at once", ("what", "measured", "goal"), rows)


def _processors(*others: int) -> list[float]:
    """Seconds of processor time that these processes and this one have had."""
    return [*(home.processor(one) for one in others), time.process_time()]


def _ask(
    telegram: Far, chats: Sequence[str], texts: Sequence[str], rate: int, seconds: int, *, at_once: bool = False
) -> Heard:
    """Ask at a steady rate (or everything in the first moment), the chats in turn."""
    before, asked, number = telegram.count(), dict[str, list[float]](), 0
    started = time.monotonic()
    while number < rate * seconds:
        now = time.monotonic()
        due = rate * seconds if at_once else min(rate * seconds, int((now - started) * rate) + 1)
        batch = [(chats[n % len(chats)], texts[n % len(texts)]) for n in range(number, due)]
        if batch:
            telegram.push([{"user": chat, "text": text} for chat, text in batch])
            for chat, _ in batch:
                asked.setdefault(chat, []).append(now)
            number = due
        time.sleep(_TICK)
    until = time.monotonic() + _PATIENCE
    while telegram.count() < before + number and time.monotonic() < until:
        time.sleep(_TICK)
    sent = telegram.sent(before)
    waits = [one["at"] - times.pop(0) for one in sent if (times := asked.get(str(one["chat"])))]
    return Heard(waits, max(one["at"] for one in sent) - started)

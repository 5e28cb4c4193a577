"""What two hundred chats at once get through the Telegram adapter: answers a second, and how long each waits.

The bot and a fake Telegram run as processes of their own, on the same cores as this one.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench import home
from bench.far import Far, bot, far, join
from bench.table import against, show
from bot.app import opened
from retrieval.evaluate import load as questions

CHATS, RATE, SECONDS = 200, 40, 30
_TICK = 0.1
_PATIENCE = 60  # seconds


async def load(folder: Path) -> None:
    """One table."""
    async with opened(home.settings(folder / "load")) as app:
        chats = await join(app.database, CHATS, app.turns.now())
    texts = [one.question for one in questions(home.QUESTIONS) if one.answerable]
    random.Random(6).shuffle(texts)
    with far() as telegram, bot(folder / "load", **telegram.environment()) as process:
        await asyncio.to_thread(_rounds, telegram, chats[:40], texts, 20, 2)  # warm: cards, connections, menus
        early = home.megabytes(process.pid, "VmRSS")
        waits, seconds = await asyncio.to_thread(_rounds, telegram, chats, texts, RATE, SECONDS)
        now = home.megabytes(process.pid, "VmRSS")
        burst, took = await asyncio.to_thread(_burst, telegram, chats, texts)
        refused = telegram.state()["refused"]
    p95, rate, at_once = quantiles(waits, n=20)[-1], len(waits) / seconds, burst / took
    wrong = sum(refused.values())
    rows = [
        (f"answered of {RATE * SECONDS} asked at {RATE} a second", f"{len(waits)}", ""),
        ("answers a second meanwhile", f"{rate:.1f}", against(rate, RATE * 0.98, most=False)),
        ("95 of 100 wait at most", f"{p95:.2f} s", against(p95, 1)),
        (f"{CHATS} at the same moment: answers a second", f"{at_once:.1f}", against(at_once, RATE, most=False)),
        ("refused by the far end", f"{wrong}", against(wrong, 0)),
        ("memory grew by", f"{now - early:.0f} MB of {now:.0f}", ""),
    ]
    show(f"{CHATS} chats at once", ("what", "measured", "goal"), rows)


def _rounds(
    telegram: Far, chats: Sequence[int], texts: Sequence[str], rate: int, seconds: int
) -> tuple[list[float], float]:
    """Ask at a steady rate, the chats in turn: (how long each answer took, seconds from first to last)."""
    before = telegram.state()["sent"]
    asked: dict[int, list[float]] = {}
    started, number = time.monotonic(), 0
    while number < rate * seconds:
        due = min(rate * seconds, int((time.monotonic() - started) * rate) + 1)
        batch = [(chats[n % len(chats)], texts[n % len(texts)]) for n in range(number, due)]
        if batch:
            now = time.monotonic()
            telegram.push([{"user": chat, "text": text} for chat, text in batch])
            for chat, _ in batch:
                asked.setdefault(chat, []).append(now)
            number = due
        time.sleep(_TICK / 2)
    sent = _until(telegram, before, number)
    waits = [one["at"] - times.pop(0) for one in sent if (times := asked.get(one["chat"]))]
    return waits, max(one["at"] for one in sent) - started


def _burst(telegram: Far, chats: Sequence[int], texts: Sequence[str]) -> tuple[int, float]:
    """Everyone asks at the same moment: (answers, seconds until the last)."""
    before, started = telegram.state()["sent"], time.monotonic()
    telegram.push([{"user": chat, "text": texts[n % len(texts)]} for n, chat in enumerate(chats)])
    sent = _until(telegram, before, len(chats))
    return len(sent), max(one["at"] for one in sent) - started


def _until(telegram: Far, before: int, count: int) -> list[dict[str, Any]]:
    """What was sent since, once it is so much."""
    until = time.monotonic() + _PATIENCE
    while telegram.state()["sent"] < before + count and time.monotonic() < until:
        time.sleep(_TICK)
    return telegram.sent(before)

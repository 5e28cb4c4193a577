"""A far end is asked until it answers: the process starts whether or not the network is there yet."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

_FIRST, _LONGEST = 0.5, 30.0  # seconds between attempts
Told = TypeVar("Told")


async def reached(
    ask: Callable[[], Awaitable[Told]], passing: tuple[type[Exception], ...], warn: Callable[[Exception], None]
) -> Told:
    """What it answers; `warn` hears of each fault that is `passing`, and any other is raised."""
    wait = _FIRST
    while True:
        try:
            return await ask()
        except passing as error:
            warn(error)
        await asyncio.sleep(wait)
        wait = min(_LONGEST, wait * 2)

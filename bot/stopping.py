"""Ends a serving process when it is told to: gently, and in any case in time."""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable

LIMIT = 9.0  # seconds from the signal; systemd, Docker and people wait about ten
log = logging.getLogger(__name__)


def on_signal(stop: Callable[[], object]) -> None:
    """Call `stop` in the running loop at the first SIGINT or SIGTERM, and leave after LIMIT whatever still hangs.

    Leaving so loses nothing: what was not committed is done again at the next start, as after a crash.
    """
    loop = asyncio.get_running_loop()
    told = threading.Event()

    def handle(number: int, _frame: object) -> None:
        if not told.is_set():
            told.set()
            leaving = threading.Timer(LIMIT, _leave)
            leaving.daemon = True
            leaving.start()
            loop.call_soon_threadsafe(stop)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)  # not the loop's own: it would wait for a loop that is held up


def _leave() -> None:
    log.warning("stop: something hung for %.0f s; it is done again at the next start", LIMIT)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(0)

"""One turn as a stream of JSON lines: what is known so far, the replies, done."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from typing import Protocol

from handlers.message import Incoming, Reply

APOLOGY = "抱歉，这次没有处理成功，请再发一次。"

log = logging.getLogger(__name__)


class Turn(Protocol):
    """One message in, its replies out; `partial` gets the text so far while an answer is being written."""

    async def __call__(self, incoming: Incoming, partial: Callable[[str], Awaitable[None]]) -> tuple[Reply, ...]: ...


class Latest:
    """The newest partial text, None once the turn has ended; a slow reader skips what is overtaken already."""

    def __init__(self) -> None:
        self.slot: asyncio.Queue[str | None] = asyncio.Queue(1)
        self.ended = False

    async def put(self, text: str) -> None:
        if not self.ended:
            self._replace(text)

    def end(self) -> None:
        self.ended = True
        self._replace(None)

    async def texts(self) -> AsyncIterator[str]:
        while (text := await self.slot.get()) is not None:
            yield text

    def _replace(self, text: str | None) -> None:
        if self.slot.full():
            self.slot.get_nowait()
        self.slot.put_nowait(text)


class Running:
    """The turns under way. A turn goes on when its reader leaves: the answer is then found in the history."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.tasks: set[asyncio.Task[tuple[Reply, ...]]] = set()

    async def lines(self, incoming: Incoming) -> AsyncIterator[bytes]:
        """JSON lines of one turn. Without a `done` at the end the turn was cut off and may be sent again."""
        latest = Latest()
        task = asyncio.create_task(self._answer(incoming, latest))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        task.add_done_callback(lambda _: latest.end())
        async for text in latest.texts():
            yield line({"type": "partial", "text": text})
        if task.cancelled():
            return
        for reply in task.result():
            yield line({"type": "reply", **asdict(reply)})
        yield line({"type": "done"})

    async def _answer(self, incoming: Incoming, latest: Latest) -> tuple[Reply, ...]:
        try:
            return await self.turn(incoming, latest.put)
        except Exception:
            log.exception("web: message %s failed", incoming.id)
            return (Reply(APOLOGY),)

    async def finish(self, seconds: float) -> None:
        """Gives the turns under way `seconds` to end, then cancels them."""
        tasks = set(self.tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def line(event: dict[str, object]) -> bytes:
    """ASCII only, so that no text, however broken, can fail to encode."""
    return json.dumps(event).encode() + b"\n"

"""One turn as a stream of JSON lines: what is known so far, the replies, done."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bot.history import Line
from handlers.message import Incoming, Reply

APOLOGY = "抱歉，这次没有处理成功，请再发一次。"
Partial = Callable[[str], Awaitable[None]]
Answer = Callable[[Incoming, Partial], Awaitable[Sequence[Line]]]

log = logging.getLogger(__name__)


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
    """The turns under way. A turn goes on when its reader leaves: the answer is then found in the history.

    `answer` handles a message and gives its replies; `partial` gets the text so far while one is being written.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.tasks: set[asyncio.Task[Sequence[Line]]] = set()

    async def lines(self, incoming: Incoming) -> AsyncIterator[bytes]:
        """JSON lines of one turn. Without a `done` at the end the turn was cut off and may be sent again."""
        latest = Latest()
        task = asyncio.create_task(self._answer(incoming, latest))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        task.add_done_callback(lambda _: latest.end())
        async for text in latest.texts():
            yield written({"type": "partial", "text": text})
        if task.cancelled():
            return
        for one in task.result():
            yield written({"type": "reply", **shown(one)})
        yield written({"type": "done"})

    async def _answer(self, incoming: Incoming, latest: Latest) -> Sequence[Line]:
        try:
            return await self.answer(incoming, latest.put)
        except Exception:
            log.exception("web: message %s failed", incoming.id)
            return [Line(datetime.now(UTC), None, Reply(APOLOGY), asked=True)]

    async def finish(self, seconds: float) -> None:
        """Gives the turns under way `seconds` to end, then cancels them."""
        tasks = set(self.tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def shown(line: Line) -> dict[str, Any]:
    """A line as the page reads it: a reply, or under `said` what a person said.

    `message` is the id that the page gave what was said.
    """
    if line.reply is not None:
        return {"id": line.id, "edits": line.edits, "asked": line.asked, **asdict(line.reply)}
    said = line.said
    assert said is not None
    parts = {"text": said.text, "place": asdict(said.place) if said.place else None, "answers": said.answers}
    files = [{"name": one.name, "media_type": one.media_type, "ref": one.ref} for one in said.attachments]
    return {"id": line.id, "message": said.id.rpartition("/")[2], "said": {**parts, "files": files}}


def written(event: dict[str, object]) -> bytes:
    """ASCII only, so that no text, however broken, can fail to encode."""
    return json.dumps(event).encode() + b"\n"

"""Telegram as a channel: sends replies, shows work under way, fetches what people sent."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from telegram import Message
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.channel import Blocked, Later, Refused, Watch
from bot.telegram.api import Api
from bot.telegram.calls import Target, edit, send
from bot.telegram.download import download
from bot.telegram.pace import Pace
from bot.telegram.parse import CHANNEL, place_of
from bot.telegram.render import Call, Loaded, render
from bot.telegram.watching import Watching
from handlers.message import Attachment, File, Incoming, Reply
from records.files import Files, FilesError
from records.outbox import Promised

_LONGEST = 15.0  # seconds for one attempt; the message is claimed for 30
_KEPT = 500  # messages that were sent in part
_FILE_TRIES = 3
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Telegram:
    """The channel; `seen` is told of every private chat that something was sent to.

    It is told, too, whether that was no more than the answer to a question, after which everyone is who they were.
    """

    api: Api
    files: Files
    pace: Pace
    seconds_between_edits: float
    seen: Callable[[str, bool], None] = lambda chat, answer: None
    name: str = CHANNEL
    _parts: OrderedDict[int, list[str]] = field(default_factory=OrderedDict)

    async def send(self, promised: Promised, reply: Reply) -> str:
        """Send one reply, in as many messages as it needs; a second attempt goes on where the first one ended."""
        target = _target(promised.chat, reply.answers)
        files = [await self._load(file, promised.attempts) for file in reply.files]
        make = partial(render, reply, files, edits=promised.edits, private=target.private)
        calls = await asyncio.to_thread(make) if files else make()  # pictures are looked at
        done = self._parts.pop(promised.id, [])
        until = time.monotonic() + _LONGEST
        try:
            for call in calls[len(done) :]:
                if time.monotonic() > until:
                    raise Later("many messages", 0.1)
                await self.pace.take(target.chat, asked=promised.inbox_id is not None)
                done.append(await self._call(target if not done else replace(target, answers=None), call))
        except Later:
            self._remember(promised.id, done)
            raise
        if target.private:
            self.seen(str(target.chat), bool(reply.about))
        return done[_main(calls)]

    @asynccontextmanager
    async def watch(self, incoming: Incoming) -> AsyncIterator[Watch]:
        """Typing while a turn takes its time, and the answer as it is written."""
        target = _target(incoming.chat, "" if incoming.private else incoming.message)
        watching = Watching(self.api, target, self.pace, self.seconds_between_edits)
        async with watching.running():
            yield watching

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of what a person sent; raises Unfetched."""
        return await download(self.api, attachment)

    async def _call(self, target: Target, call: Call) -> str:
        with _faults(self.pace, target.chat):
            try:
                return await self._made(target, call)
            except ChatMigrated as moved:
                return await self._made(replace(target, chat=moved.new_chat_id), call)

    async def _made(self, target: Target, call: Call) -> str:
        if call.edits.isdigit() and await edit(self.api, target, int(call.edits), call):
            return call.edits
        return _name(await send(self.api, target, call))

    async def _load(self, file: File, attempts: int) -> Loaded:
        try:
            return Loaded(file, await self.files.get(file.ref))
        except FilesError as error:
            if attempts < _FILE_TRIES:
                raise Later(str(error)) from error
            log.error("telegram: a file is left out: %s", error)
            return Loaded(file, None)

    def _remember(self, promised: int, done: list[str]) -> None:
        if done:
            self._parts[promised] = done
        if len(self._parts) > _KEPT:
            self._parts.popitem(last=False)


@contextmanager
def _faults(pace: Pace, chat: int) -> Iterator[None]:
    """What the library raises, in the words of the house."""
    try:
        yield
    except RetryAfter as error:
        wait = error.retry_after
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
        pace.hold(chat, seconds)
        raise Later("Telegram asks to wait", seconds) from error
    except Forbidden as error:
        raise Blocked(error.message) from error
    except BadRequest as error:
        if "chat not found" in error.message.lower():
            raise Blocked(error.message) from error
        raise Refused(error.message) from error
    except InvalidToken as error:
        raise Later("the token is refused", 60) from error
    except TelegramError as error:
        raise Later(f"{type(error).__name__}: {error.message}") from error
    except Exception as error:  # to send it again and again would be worse than not to know what became of it
        log.exception("telegram: a message could not be sent, or its receipt not be read")
        raise Refused(type(error).__name__) from error


def _target(chat: str, answers: str) -> Target:
    try:
        number, topic = place_of(chat)
    except ValueError as error:
        raise Refused(f"{chat!r} is no chat of Telegram") from error
    return Target(number, topic, int(answers) if answers.isdigit() else None)


def _main(calls: Sequence[Call]) -> int:
    """The message people speak of: the last one with buttons, else the last one with text, else the last."""
    told = [n for n, call in enumerate(calls) if call.buttons]
    told = told or [n for n, call in enumerate(calls) if call.text.text and not call.asks_place]
    return told[-1] if told else -1


def _name(messages: Sequence[Message]) -> str:
    return str(messages[0].message_id)

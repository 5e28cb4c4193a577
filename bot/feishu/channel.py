"""Feishu as a channel: sends replies, shows answers as they are written, fetches what people sent."""

import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from bot.channel import Blocked, Later, Refused, Watch
from bot.feishu import NoFeishu
from bot.feishu.api import NO_SCOPE, Api, Busy, Refusal
from bot.feishu.calls import Steps, Target, edit, finish, send
from bot.feishu.cards import Brought, Call, render
from bot.feishu.download import download
from bot.feishu.pace import Pace
from bot.feishu.parse import CHANNEL, target_of
from bot.feishu.signs import Signs
from bot.feishu.upload import bring
from bot.feishu.watching import Watching
from handlers.message import Attachment, File, Incoming, Reply
from records.files import Files, FilesError
from records.outbox import Promised

CLOSED = frozenset({230002, 230013, 230029, 230034, 230038, 230053, 99992351, 99992352})
_LONGEST = 15.0  # seconds for one attempt; the message is claimed for 30
_KEPT = 500  # messages that were sent in part, and keys of files
_FILE_TRIES = 3
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Feishu:
    """The channel; `home` sets this deployment's messages apart from those of another with the same app."""

    api: Api
    files: Files
    pace: Pace
    seconds_between_edits: float
    home: str
    signs: Signs
    name: str = CHANNEL
    _steps: Steps = field(default_factory=Steps)
    _parts: OrderedDict[int, list[str]] = field(default_factory=OrderedDict)
    _keys: OrderedDict[str, Brought] = field(default_factory=OrderedDict)
    _said: OrderedDict[str, None] = field(default_factory=OrderedDict)

    async def send(self, promised: Promised, reply: Reply) -> str:
        """Send one reply, in as many messages as it needs; a second attempt goes on where the first one ended."""
        kind, where = target_of(promised.chat)
        until = time.monotonic() + _LONGEST
        with _faults(partial(self.pace.hold, promised.chat)):
            files = [await self._brought(file, promised.attempts) for file in reply.files]
        calls = render(reply, files, edits=promised.edits, chat=promised.chat)
        done = self._parts.pop(promised.id, [])
        try:
            for number, call in enumerate(calls[len(done) :], len(done)):
                if time.monotonic() > until:
                    raise Later("many messages", 0.1)
                target = Target(kind, where, "" if number else reply.answers)
                await self.pace.take(promised.chat)
                with _faults(partial(self.pace.hold, promised.chat)):
                    done.append(await self._made(target, call, promised, number))
                self._said[done[-1]] = None
                while len(self._said) > _KEPT:
                    self._said.popitem(last=False)
        except Later:
            self._remember(promised.id, done)
            raise
        return done[_main(calls)]

    @asynccontextmanager
    async def watch(self, incoming: Incoming) -> AsyncIterator[Watch]:
        """A sign that the turn takes its time (a press has had its toast), and the answer as it is written."""
        kind, where = target_of(incoming.chat)
        target = Target(kind, where, "" if incoming.private else incoming.message)
        watching = Watching(self.api, target, self.pace, self._steps, incoming.chat, self.seconds_between_edits)
        said = "" if incoming.action else incoming.message
        async with self.signs.on(said, lambda: bool(watching.shown)), watching.running():
            yield watching

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of what a person sent; raises Unfetched."""
        return await download(self.api, attachment)

    def said(self, message: str) -> bool:
        """Whether this process has just sent it: the records know it a moment later."""
        return message in self._said

    async def _made(self, target: Target, call: Call, promised: Promised, number: int) -> str:
        if call.edits and (shown := await self._edited(call, promised.chat)):
            return shown
        uuid = hashlib.sha256(f"{self.home} {promised.id} {promised.created_at} {number}".encode()).hexdigest()[:40]
        if call.file:
            return await send(self.api, target, "file", {"file_key": call.file}, uuid)
        return await send(self.api, target, "interactive", call.card(promised.chat), uuid)

    async def _edited(self, call: Call, chat: str) -> str:
        """The message whose place the card has taken; "" when it can no longer be edited: too old, or taken back."""
        message, _, entity = call.edits.partition("#")
        if not message.startswith("om_"):
            return ""
        try:
            if entity:
                await finish(self.api, entity, call.card(chat, entity), self._steps)
            else:
                await edit(self.api, message, call.card(chat))
        except Refusal as refusal:
            if refusal.code == NO_SCOPE:
                raise
            log.info("feishu: a card is sent anew, for it cannot be edited: %s", refusal)
            return ""
        return message

    async def _brought(self, file: File, attempts: int) -> Brought:
        """The file's key at Feishu; what was brought there once is used again."""
        known = self._keys.get(f"{file.ref} {file.name}")
        if known is not None:
            return replace(known, file=file)
        try:
            content = await self.files.get(file.ref)
        except FilesError as error:
            if attempts < _FILE_TRIES:
                raise Later(str(error)) from error
            log.error("feishu: a file is left out: %s", error)
            return await bring(self.api, file, None)
        brought = await bring(self.api, file, content)
        if not brought.key:
            return brought
        self._keys[f"{file.ref} {file.name}"] = brought
        while len(self._keys) > _KEPT:
            self._keys.popitem(last=False)
        return brought

    def _remember(self, promised: int, done: list[str]) -> None:
        self._parts[promised] = done
        while len(self._parts) > _KEPT:
            self._parts.popitem(last=False)


@contextmanager
def _faults(hold: "partial[None]") -> Iterator[None]:
    """What the API raises, in the words of the house."""
    try:
        yield
    except Busy as busy:
        if busy.seconds is not None:
            hold(busy.seconds)
        raise Later(f"Feishu: {busy}", busy.seconds) from busy
    except Refusal as refusal:
        if refusal.code == NO_SCOPE:  # whoever runs the app can mend it
            raise Later(f"Feishu: {refusal}", 60) from refusal
        if refusal.code in CLOSED:
            raise Blocked(str(refusal)) from refusal
        raise Refused(str(refusal)) from refusal
    except NoFeishu as error:
        raise Later("the app is refused", 60) from error


def _main(calls: Sequence[Call]) -> int:
    """The message people speak of: the last one with buttons, else the last card, else the last."""
    told = [n for n, call in enumerate(calls) if call.buttons or call.form] or [
        n for n, call in enumerate(calls) if not call.file
    ]
    return told[-1] if told else -1

"""What a channel is to the rest of the house."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from handlers.message import Attachment, Incoming, Reply
from records.outbox import Promised


class Later(Exception):
    """Not now; try again after `seconds` (None: as the attempts so far suggest)."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds


class Blocked(Exception):
    """Nothing reaches this chat any more: the person has blocked the bot, or the chat is gone."""


class Refused(Exception):
    """The channel will never take this message; the message says why."""


class Watch:
    """Shows a turn while it works. `shown` is the message that shows it, for the answer to take its place; "" none."""

    shown = ""

    async def partial(self, text: str) -> None:
        """The answer so far."""


class Channel(Protocol):
    """One way people talk to the bot."""

    @property
    def name(self) -> str:
        """As in Incoming.channel."""
        ...

    async def send(self, promised: Promised, reply: Reply) -> str:
        """Send one message; returns what the channel calls it. Raises Later, Blocked or Refused."""
        ...

    def watch(self, incoming: Incoming) -> AbstractAsyncContextManager[Watch]:
        """Show that work is under way, and the answer as it is written."""
        ...

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of what a person sent; raises handlers.context.Unfetched."""
        ...


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A channel whose far end comes to read (the page, the terminal): nothing need be sent."""

    name: str

    async def send(self, promised: Promised, reply: Reply) -> str:
        """It is there already."""
        return ""

    @asynccontextmanager
    async def watch(self, incoming: Incoming) -> AsyncIterator[Watch]:
        """Whoever waits has passed its own `partial` to the turn."""
        yield Watch()

    async def fetch(self, attachment: Attachment) -> bytes:
        """Uploads are in the file store already; the turn reads them there."""
        raise LookupError(attachment.ref)

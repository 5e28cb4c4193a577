"""The channel-neutral words: what comes in and what goes out, whatever the channel."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file a person sent; `path` is where the adapter put it."""

    name: str
    media_type: str
    path: str


@dataclass(frozen=True, slots=True)
class Place:
    """A shared location in degrees, WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message or one press of a button; `id` is unique per channel, `received` carries a time zone."""

    id: str
    channel: str
    chat: str
    person: str
    received: datetime
    text: str = ""
    action: str = ""
    attachments: tuple[Attachment, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A verb to tap; `action` comes back in `Incoming.action` and is at most 64 bytes of UTF-8 (Telegram's limit)."""

    text: str
    action: str

    def __post_init__(self) -> None:
        if len(self.action.encode()) > 64:
            raise ValueError(f"button {self.text!r}: action {self.action!r} is longer than 64 bytes")


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a sentence stands: `number` is its [n] in the text, 0 where the text has no numbers.

    `action` brings the original section when tapped.
    """

    document: str
    version: str
    section: tuple[str, ...]
    page: int | None
    quote: str
    action: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person reads; `text` is Markdown (paragraphs, lists, bold, tables, no HTML).

    `buttons` are rows. `replaces` is true when the reply takes the place of the message whose button was pressed.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    replaces: bool = False

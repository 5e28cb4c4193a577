"""The channel-neutral words: what comes in and what goes out, whatever the channel."""

from dataclasses import dataclass
from datetime import datetime

LONGEST_ACTION = 64  # bytes

MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The media types of the files that are made here, by their ending."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file a person sent; `ref` is how its channel fetches it, `size` is in bytes, 0 where it is not known.

    `kind` is "photo" where the channel may have re-encoded a picture, "file" where the bytes are as they were sent.
    """

    name: str
    media_type: str
    ref: str
    size: int = 0
    kind: str = "file"


@dataclass(frozen=True, slots=True)
class Place:
    """A shared location in degrees, WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message or one press of a button; `id` is unique per channel, `received` carries a time zone.

    `group` joins the parts of an album, which are handled as one message: those of one person, with nothing else of
    theirs in between. `pressed` is the message whose button was pressed and `answers` the one that is replied to, both
    as the channel calls them; `name` is what the person is called there. `private` is false in a group of people.
    `message` is this message, as the channel calls it. `form` is what was filled in where the pressed button sends a
    form: (name of the field, value), several choices as lines.
    """

    id: str
    channel: str
    chat: str
    person: str
    received: datetime
    text: str = ""
    action: str = ""
    attachments: tuple[Attachment, ...] = ()
    place: Place | None = None
    group: str = ""
    pressed: str = ""
    answers: str = ""
    name: str = ""
    private: bool = True
    message: str = ""
    form: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """A verb to tap; `action` comes back in `Incoming.action` and is at most 64 bytes of UTF-8 (Telegram's limit)."""

    text: str
    action: str

    def __post_init__(self) -> None:
        if len(self.action.encode()) > LONGEST_ACTION:
            raise ValueError(f"button {self.text!r}: action {self.action!r} is longer than {LONGEST_ACTION} bytes")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in: a text of so many lines, or one or several of `options`, (value, text) each.

    `value` is what it holds at first.
    """

    name: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    several: bool = False
    value: str = ""
    hint: str = ""
    lines: int = 1
    required: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Several answers at once, where the channel has forms; what it asks for is asked one by one elsewhere.

    `submit` sends it: its action comes back with `Incoming.form`.
    """

    fields: tuple[Field, ...]
    submit: Button


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
class File:
    """A file to send; `ref` names its content in the file store (records/files.py)."""

    name: str
    media_type: str
    ref: str

    @property
    def picture(self) -> bool:
        """Whether people see it rather than download it."""
        return self.media_type in ("image/png", "image/jpeg")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person reads; `text` is Markdown (paragraphs, lists, bold, tables, no HTML).

    `buttons` are rows. `replaces` is true when the reply takes the place of the message whose button was pressed.
    `asks_place` offers to share one's location where the channel can. `about` names what a person who replies to this
    message speaks of ("question:12"). `answers` is the message it is shown as an answer to: the turn sets it in groups.
    `form` is a quicker way to answer, which channels without forms leave out.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    replaces: bool = False
    files: tuple[File, ...] = ()
    asks_place: bool = False
    about: str = ""
    answers: str = ""
    form: Form | None = None


def clipped(text: str, most: int = 20) -> str:
    """A text as a button or a line can hold it: at most so many characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def id_in(word: str) -> int:
    """The id in a part of a button's action; 0 where it is none."""
    return int(word) if word.isascii() and word.isdigit() and len(word) < 16 else 0

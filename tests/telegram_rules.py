"""What the real Bot API refuses, as pure checks; used by the strict fake."""

import html
import json
import math
import re
from collections import deque
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import Image

TEXT, CAPTION, ENTITIES, DATA = 4096, 1024, 100, 64
PHOTO_BYTES, FILE_BYTES, FETCH_BYTES = 10_000_000, 50_000_000, 20_000_000
PER_SECOND, BURST, PER_MINUTE = 30, 4, 20
_TAGS = ("b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "blockquote", "tg-spoiler")
_MARK = re.compile(r"<(/?)([a-z-]+)>|&(lt|gt|amp|quot|#\d+);|[<>&]")
_SPACES = re.compile("[\\s\u200b-\u200f\u2060-\u2064\u2800\u3164\ufeff]+")
_ACTIONS = ("typing", "upload_photo", "upload_document", "find_location")


class Refusal(Exception):
    """An error of the Bot API."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


def bad(description: str) -> Refusal:
    """A 400."""
    return Refusal(400, f"Bad Request: {description}")


def units(text: str) -> int:
    """UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def read_html(text: str) -> tuple[str, list[tuple[int, int, str]]]:
    """The text people see and its entities (offset, length, tag); raises Refusal where the markup is broken."""
    plain, entities, opened, at = "", list[tuple[int, int, str]](), list[tuple[str, int]](), 0
    for mark in _MARK.finditer(text):
        plain += text[at : mark.start()]
        at = mark.end()
        closing, tag, entity = mark.groups()
        if entity:
            plain += html.unescape(mark[0])
        elif tag is None or tag not in _TAGS:
            raise bad(f"can't parse entities: unsupported {mark[0]!r} at byte offset {len(plain.encode())}")
        elif not closing:
            opened.append((tag, units(plain)))
        elif not opened or opened[-1][0] != tag:
            raise bad(f"can't parse entities: unexpected end tag {tag}")
        else:
            _, start = opened.pop()
            entities.append((start, units(plain) - start, tag))
    if opened:
        raise bad(f"can't parse entities: can't find end tag corresponding to start tag {opened[-1][0]}")
    return plain + text[at:], entities


def check_text(text: str, mode: str | None, most: int = TEXT, *, empty: bool = False) -> tuple[str, list[Any]]:
    """(plain text, entities) of a message or a caption."""
    if "\0" in text:
        raise bad("strings must not hold NUL")
    plain, entities = read_html(text) if mode == "HTML" else (text, [])
    if mode not in (None, "HTML"):
        raise bad("unsupported parse_mode")
    if not _SPACES.sub("", plain) and not empty:
        raise bad("message text is empty")
    if units(plain.strip()) > most:
        raise bad("message is too long" if most == TEXT else "message caption is too long")
    if len(entities) > ENTITIES:
        raise bad("too many entities")
    return plain.strip(), entities


def check_markup(raw: str | None, *, private: bool, inline: bool = False) -> dict[str, Any] | None:
    """A keyboard; `inline` where no other is taken."""
    if raw is None:
        return None
    markup: dict[str, Any] = json.loads(raw)
    if "inline_keyboard" in markup:
        buttons = [button for row in markup["inline_keyboard"] for button in row]
        if not all(markup["inline_keyboard"]) or len(buttons) > 100:
            raise bad("reply markup has an empty row or more than 100 buttons")
        for button in buttons:
            if not button.get("text", "").strip() or set(button) - {"text", "callback_data", "url"}:
                raise bad(f"inline keyboard button {button} is not understood")
            if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= DATA:
                raise bad("BUTTON_DATA_INVALID")
            if ("callback_data" in button) == ("url" in button):
                raise bad("text buttons are unallowed in the inline keyboard")
        return markup
    if inline:
        raise bad("inline keyboard expected")
    for button in (button for row in markup.get("keyboard", [[]]) for button in row):
        if isinstance(button, dict) and button.get("request_location") and not private:
            raise bad("location can be requested in private chats only")
    return markup


def check_photo(content: bytes) -> None:
    """A picture to look at."""
    if len(content) > PHOTO_BYTES:
        raise Refusal(413, "Request Entity Too Large")
    try:
        with Image.open(BytesIO(content)) as picture:
            picture.load()
            width, height = picture.size
    except (OSError, ValueError) as error:
        raise bad("IMAGE_PROCESS_FAILED") from error
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad("PHOTO_INVALID_DIMENSIONS")


def check_file(name: str, content: bytes) -> None:
    """A file to download."""
    if len(content) > FILE_BYTES:
        raise Refusal(413, "Request Entity Too Large")
    if not content or not name:
        raise bad("file must be non-empty")


def check_commands(commands: list[dict[str, str]]) -> None:
    """A command menu."""
    if len(commands) > 100:
        raise bad("too many commands")
    for one in commands:
        if not re.fullmatch("[a-z0-9_]{1,32}", one["command"]):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(one["description"]) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")


def check_webhook(url: str, secret: str) -> None:
    """Where updates are brought, and what is shown with them; plain http only on this machine."""
    if not url.startswith(("https://", "http://127.0.0.1:")):
        raise bad("bad webhook: an HTTPS URL must be provided for webhook")
    if secret and not re.fullmatch("[A-Za-z0-9_-]{1,256}", secret):
        raise bad("secret token contains unallowed characters")


def check_action(action: str) -> None:
    """What sendChatAction takes."""
    if action not in _ACTIONS:
        raise bad("wrong parameter action in request")


@dataclass
class Flood:
    """About 30 messages a second over all, 1 a second in a chat with a small burst, 20 a minute in a group.

    `factor` multiplies the limits; 0 is none.
    """

    factor: float = 1.0
    all: deque[float] = field(default_factory=deque)
    groups: dict[int, deque[float]] = field(default_factory=dict)
    chats: dict[int, tuple[float, float]] = field(default_factory=dict)

    def check(self, chat: int, now: float, count: int = 1) -> None:
        """Take `count` messages to a chat; raises Refusal (429)."""
        if not self.factor:
            return
        left, at = self.chats.get(chat, (BURST * self.factor, now))
        left = min(BURST * self.factor, left + (now - at) * self.factor)
        windows = [(self.all, 1.0, PER_SECOND)]
        if chat < 0:
            windows.append((self.groups.setdefault(chat, deque()), 60.0, PER_MINUTE))
        wait = (1 - left) / self.factor if left < 1 else 0.0
        for times, seconds, most in windows:
            while times and times[0] <= now - seconds:
                times.popleft()
            if len(times) + count > most * self.factor:
                wait = max(wait, times[0] + seconds - now if times else seconds)
        if wait > 0:
            retry = math.ceil(wait)
            raise Refusal(429, f"Too Many Requests: retry after {retry}", retry_after=retry)
        self.chats[chat] = (left - count, now)
        for times, _, _ in windows:
            times.extend([now] * count)

"""The content of a message of any kind becomes text, files and a place: pure functions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.feishu.events import Message
from bot.feishu.gcj02 import wgs84
from handlers.message import Attachment, Place

PICTURE, FILE = "[图片]", "[文件]"
FORWARDED = "[合并转发的消息，内容暂时取不到]"
_TYPES = {"audio": "audio/ogg", "media": "video/mp4", "sticker": "image/webp"}


@dataclass(frozen=True, slots=True)
class Content:
    """What a message holds."""

    text: str = ""
    files: tuple[Attachment, ...] = ()
    place: Place | None = None


def content_of(message: Message) -> Content:
    """Everything in a message; what has no words, like a shared contact, is empty."""
    body, kind = message.body, message.message_type
    if kind == "text":
        return Content(_text(body, "text"))
    if kind == "post":
        lines = list(_lines(body))
        return Content("\n".join(line for line in lines if line).strip(), tuple(_pictures(message, body)))
    if kind == "image":
        return Content(files=(_picture(message.message_id, _text(body, "image_key"), 1),))
    if kind in ("file", "audio", "media", "sticker"):
        return Content(files=(_file(message.message_id, kind, body),))
    if kind == "location":
        return Content(place=_place(body))
    return Content()


def forwarded(items: list[dict[str, Any]], root: str) -> str:
    """The words of messages, without the `root` that they were forwarded in; bots cannot fetch forwarded files."""
    told = []
    for item in items:
        if item.get("message_id") == root or item.get("deleted"):
            continue
        body = item.get("body")
        message = Message.model_validate(
            {
                "message_id": str(item.get("message_id") or ""),
                "message_type": item.get("msg_type") or "",
                "content": str((body or {}).get("content") or "") if isinstance(body, dict) else "",
            }
        )
        inside = content_of(message)
        marks = [PICTURE if one.kind == "photo" else f"{FILE} {one.name}" for one in inside.files]
        told += [part for part in (inside.text, *marks) if part]
    return "\n".join(told)


def ref(message: str, kind: str, key: str) -> str:
    """How a file is fetched: its message, "image" or "file", its key."""
    return f"{message}/{kind}/{key}"


def _lines(post: dict[str, Any]) -> Iterator[str]:
    yield _text(post, "title")
    for line in _document(post):
        yield "".join(_inline(one) for one in line if isinstance(one, dict))


def _inline(one: dict[str, Any]) -> str:
    match one.get("tag"):
        case "text" | "md" | "code_block":
            return _text(one, "text")
        case "a":
            return f"{_text(one, 'text')} {_text(one, 'href')}".strip()
        case "at":
            return _text(one, "user_id")  # the key of a mention
    return ""


def _pictures(message: Message, post: dict[str, Any]) -> Iterator[Attachment]:
    known = set[str]()
    for line in _document(post):
        for one in line:
            if not isinstance(one, dict):
                continue
            key = _text(one, "image_key") if one.get("tag") == "img" else ""
            if key and key not in known:
                known.add(key)
                yield _picture(message.message_id, key, len(known))
            elif one.get("tag") in ("media", "file"):
                yield _file(message.message_id, str(one["tag"]), one)


def _document(post: dict[str, Any]) -> list[list[Any]]:
    """The lines of a post, whatever language it is filed under."""
    inner = post if "content" in post else next((one for one in post.values() if isinstance(one, dict)), {})
    lines = inner.get("content")
    return [line for line in lines if isinstance(line, list)] if isinstance(lines, list) else []


def _picture(message: str, key: str, number: int) -> Attachment:
    name = f"photo-{message[-8:]}-{number}.jpg"
    return Attachment(name, "image/jpeg", ref(message, "image", key), kind="photo")


def _file(message: str, kind: str, body: dict[str, Any]) -> Attachment:
    name = _text(body, "file_name") or f"{kind}-{message[-8:]}"
    return Attachment(name, _TYPES.get(kind, "application/octet-stream"), ref(message, "file", _text(body, "file_key")))


def _place(body: dict[str, Any]) -> Place | None:
    """Where someone is, who points at it on Feishu's map."""
    try:
        latitude, longitude = float(body.get("latitude") or ""), float(body.get("longitude") or "")
    except (TypeError, ValueError):
        return None
    return Place(*wgs84(latitude, longitude)) if -90 <= latitude <= 90 and -180 <= longitude <= 180 else None


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""

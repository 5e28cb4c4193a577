"""An update of Telegram becomes an Incoming: a pure function, tested on recorded updates."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, Chat, Message, Update
from telegram.constants import ChatType

from bot.telegram.api import Me
from handlers.message import Attachment, Incoming, Place

CHANNEL = "telegram"
_MEDIA = ("video", "voice", "audio", "animation", "video_note", "sticker")
_MEDIA_TYPES = {"voice": "audio/ogg", "audio": "audio/mpeg", "sticker": "image/webp"}
_WORDLESS = ("contact", "poll", "dice", "story", "game", "paid_media", "checklist")
_NAMES_A_BOT = re.compile(r"/\w+@\w+")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def parse(raw: dict[str, Any], me: Me, now: datetime) -> Incoming | None:
    """What a person says to the bot in an update; None where it is nobody, or not said to the bot.

    Raises whatever the library raises on an update that is none.
    """
    update = Update.de_json(raw, None)
    query, message = update.callback_query, update.message
    if query is not None:
        return _pressed(update.update_id, query, now)
    if message is None or message.from_user is None or message.from_user.is_bot or message.sender_chat is not None:
        return None
    incoming = _said(update.update_id, message, now)
    if incoming is None or message.chat.type == ChatType.CHANNEL:
        return None
    if incoming.private and not _NAMES_A_BOT.match(incoming.text):
        return incoming
    return _addressed(incoming, message, me)


def left(raw: dict[str, Any]) -> str:
    """The private chat in which a person has just blocked the bot; "" when that is not what the update says."""
    member = Update.de_json(raw, None).my_chat_member if "my_chat_member" in raw else None
    if member is None or member.chat.type != ChatType.PRIVATE or member.new_chat_member.status != "kicked":
        return ""
    return str(member.chat.id)


def query_of(raw: dict[str, Any]) -> str:
    """The press of a button that waits for an answer; "" when the update is none."""
    query = raw.get("callback_query")
    return str(query.get("id", "")) if isinstance(query, dict) else ""


def place_of(chat: str) -> tuple[int, int | None]:
    """(chat id, topic) of Incoming.chat; raises ValueError when it is none of ours."""
    number, _, topic = chat.partition(":")
    return int(number), int(topic) if topic else None


def _pressed(number: int, query: CallbackQuery, now: datetime) -> Incoming | None:
    message = query.message
    if message is None or not query.data or query.from_user.is_bot:
        return None
    return Incoming(
        id=str(number),
        channel=CHANNEL,
        chat=_chat(message.chat, message if isinstance(message, Message) else None),
        person=str(query.from_user.id),
        received=now,
        action=_clean(query.data),
        pressed=str(message.message_id),
        name=_clean(query.from_user.full_name),
        private=message.chat.type == ChatType.PRIVATE,
        message=str(message.message_id),
    )


def _said(number: int, message: Message, now: datetime) -> Incoming | None:
    text, files = _clean(message.text or message.caption or ""), tuple(_files(message))
    place = message.location and Place(message.location.latitude, message.location.longitude)
    if not (text or files or place or any(getattr(message, name, None) for name in _WORDLESS)):
        return None  # someone came, something was pinned
    assert message.from_user is not None
    original = message.reply_to_message
    return Incoming(
        id=str(number),
        channel=CHANNEL,
        chat=_chat(message.chat, message),
        person=str(message.from_user.id),
        # an album is waited for by the clock here; anything else was said when it was said, however late it comes
        received=now if message.media_group_id else min(message.date, now),
        text=text,
        attachments=files,
        place=place or None,
        group=message.media_group_id or "",
        answers=str(original.message_id) if original and not original.forum_topic_created else "",
        name=_clean(message.from_user.full_name),
        private=message.chat.type == ChatType.PRIVATE,
        message=str(message.message_id),
    )


def _chat(chat: Chat, message: Message | None) -> str:
    topic = message.message_thread_id if message is not None and message.is_topic_message else None
    return f"{chat.id}:{topic}" if topic else str(chat.id)


def _files(message: Message) -> Iterator[Attachment]:
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        name = f"photo-{message.message_id}.jpg"
        yield Attachment(name, "image/jpeg", largest.file_id, largest.file_size or 0, "photo")
    elif message.document and not message.animation:
        sent = message.document
        yield Attachment(
            _clean(sent.file_name or "") or f"file-{message.message_id}",
            _clean(sent.mime_type or "") or "application/octet-stream",
            sent.file_id,
            sent.file_size or 0,
        )
    else:
        for kind in _MEDIA:
            media = getattr(message, kind, None)
            if media is not None:
                known = _clean(getattr(media, "mime_type", None) or "") or _MEDIA_TYPES.get(kind, "video/mp4")
                yield Attachment(f"{kind}-{message.message_id}", known, media.file_id, media.file_size or 0)
                return


def _addressed(incoming: Incoming, message: Message, me: Me) -> Incoming | None:
    """A message of a group without the bot's name, None when it is not for the bot."""
    text = incoming.text
    command = re.match(r"(/\w+)(?:@(\w+))?", text)
    if command is not None:
        if command[2] and command[2].lower() != me.username.lower():
            return None
        return replace(incoming, text=command[1] + text[command.end() :])
    mention = re.compile(rf"\s*(?<!\w)@{re.escape(me.username)}\b(?!\.\w)", re.IGNORECASE | re.ASCII)
    original = message.reply_to_message
    answers_me = original is not None and original.from_user is not None and original.from_user.id == me.id
    if me.username and mention.search(text):
        return replace(incoming, text=mention.sub("", text).strip())
    by_name = [*message.entities, *message.caption_entities]
    if any(one.user is not None and one.user.id == me.id for one in by_name):
        return incoming
    return incoming if answers_me and incoming.answers else None


def _clean(text: str | None) -> str:
    """Without what a database cannot hold; "" for nothing."""
    return _UNSTORABLE.sub("", text or "")

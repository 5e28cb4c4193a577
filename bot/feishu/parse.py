"""An event of Feishu becomes an Incoming: a pure function, tested on recorded events."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.feishu.api import Me
from bot.feishu.content import content_of
from bot.feishu.events import CLICK, MENU, MESSAGE, Chosen, Header, Message, Pressed, Said
from bot.feishu.forms import filled
from handlers.message import Incoming

CHANNEL = "feishu"
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_EVERYONE = "@_all"
_PICTURE = "image"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a person did. `addressed` is false where only a look at whom they answer tells whether it is for the bot.

    `forwarded` is true for messages forwarded as one, whose words must be fetched.
    """

    incoming: Incoming
    addressed: bool = True
    forwarded: bool = False


def parse(raw: dict[str, Any], me: Me, now: datetime) -> Heard | None:
    """What a person does in an event; None where it is nobody, or of no concern.

    Raises pydantic.ValidationError on an event that is none.
    """
    header, event = Header.model_validate(raw.get("header") or {}), raw.get("event") or {}
    if header.event_type == MESSAGE:
        return _said(Said.model_validate(event), me, now)
    if header.event_type == CLICK:
        return _pressed(header, Pressed.model_validate(event), now)
    if header.event_type == MENU:
        return _chosen(header, Chosen.model_validate(event), now)
    return None


def target_of(chat: str) -> tuple[str, str]:
    """(kind of id, id) of Incoming.chat: a person's, or that of a group whatever its thread."""
    where = chat.partition(":")[0]
    return ("chat_id" if where.startswith("oc_") else "open_id"), where


def private(chat: str) -> bool:
    """Whether one person reads it."""
    return not chat.startswith("oc_")


def _said(said: Said, me: Me, now: datetime) -> Heard | None:
    message, person = said.message, said.sender.sender_id.open_id
    if said.sender.sender_type != "user" or not person:
        return None
    content, picture = content_of(message), message.message_type == _PICTURE
    alone = message.chat_type == "p2p"
    incoming = Incoming(
        id=message.message_id,
        channel=CHANNEL,
        chat=person if alone else _group(message),
        person=person,
        # pictures are waited for by the clock here; anything else was said when it was said, however late it comes
        received=now if picture or not message.create_time else _time(message.create_time, now),
        text=_clean(_named(content.text, message, me)),
        attachments=tuple(replace(one, name=_clean(one.name)) for one in content.files),
        place=content.place,
        group=f"{_PICTURE}:{message.parent_id}" if picture else "",
        answers=message.parent_id,
        private=alone,
        message=message.message_id,
    )
    mine = any(one.id.open_id == me.id for one in message.mentions)
    if not alone and not mine and not message.parent_id:
        return None
    return Heard(incoming, alone or mine, message.message_type == "merge_forward")


def _pressed(header: Header, pressed: Pressed, now: datetime) -> Heard | None:
    """The button's value says which chat the card was sent to: the event does not tell a group from a person."""
    value, person, shown = pressed.action.value, pressed.operator.open_id, pressed.context.open_message_id
    action, chat, card = (_clean(str(value.get(name) or "")) for name in ("action", "chat", "card"))
    if not action or not person:
        return None
    if not chat.startswith("oc_"):
        chat = person
    return Heard(
        Incoming(
            id=header.event_id,
            channel=CHANNEL,
            chat=chat,
            person=person,
            received=now,
            action=action,
            pressed=f"{shown}#{card}" if card else shown,
            private=private(chat),
            message=shown,
            form=tuple((_clean(name), _clean(text)) for name, text in filled(pressed.action.form_value)),
        )
    )


def _chosen(header: Header, chosen: Chosen, now: datetime) -> Heard | None:
    """A choice of the bot's menu is its command; the event key is the command's word."""
    person, word = chosen.operator.operator_id.open_id, _clean(chosen.event_key).strip().lstrip("/")
    if not person or not word:
        return None
    name = _clean(chosen.operator.operator_name)
    return Heard(Incoming(header.event_id, CHANNEL, person, person, now, f"/{word}", name=name))


def _time(milliseconds: int, now: datetime) -> datetime:
    """When it was said; whatever stands there, it was not after now."""
    return datetime.fromtimestamp(min(max(milliseconds, 0), int(now.timestamp() * 1000)) / 1000, UTC)


def _group(message: Message) -> str:
    return f"{message.chat_id}:{message.thread_id}" if message.thread_id else message.chat_id


def _named(text: str, message: Message, me: Me) -> str:
    """The text with the names of those it names, without the bot's own."""
    for one in sorted(message.mentions, key=lambda one: -len(one.key)):
        if one.key:
            mine = one.id.open_id == me.id
            text = re.sub(rf"\s*{re.escape(one.key)}(?!\d)", "" if mine else f" @{one.name}", text)
    return text.replace(_EVERYONE, "").strip()


def _clean(text: str) -> str:
    """Without what a database cannot hold."""
    return _UNSTORABLE.sub("", text)

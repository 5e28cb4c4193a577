"""The calls that show something in a chat, in the Bot API's words."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaPhoto,
    KeyboardButton,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.cited import Rows
from bot.telegram.api import Api
from bot.telegram.markdown import CAPTION, Styled, units
from bot.telegram.render import SHARE_PLACE, Call, Loaded

_SAME = "message is not modified"
_UNREADABLE = "parse entities"
_WORDLESS = "no text in the message to edit"
_UNEDITABLE = ("message to edit not found", "message can't be edited", "message_id_invalid", _WORDLESS)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_UPLOAD = 60.0  # seconds
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """A chat, its topic, and the message that is answered there."""

    chat: int
    topic: int | None = None
    answers: int | None = None

    @property
    def private(self) -> bool:
        """Whether one person reads it."""
        return self.chat > 0

    @property
    def where(self) -> dict[str, Any]:
        """As parameters of a call."""
        answers = self.answers and ReplyParameters(self.answers, allow_sending_without_reply=True)
        return {"chat_id": self.chat, "message_thread_id": self.topic, "reply_parameters": answers or None}


async def send(api: Api, target: Target, call: Call) -> Sequence[Message]:
    """Send it as new messages; text that cannot be read as HTML is sent as it is, once."""
    try:
        return await _send(api, target, call, call.text.html, ParseMode.HTML)
    except BadRequest as error:
        if _UNREADABLE not in error.message.lower():
            raise
        log.error("telegram: HTML was refused: %s", error.message)
        return await _send(api, target, call, call.text.text, None)


async def edit(api: Api, target: Target, message: int, call: Call) -> bool:
    """Put the text and the buttons in place of a message's; False when it can no longer be edited."""
    try:
        await _edit(api, target, message, call, call.text.html, ParseMode.HTML)
    except BadRequest as error:
        said = error.message.lower()
        if _UNREADABLE in said:
            log.error("telegram: HTML was refused: %s", error.message)
            await _edit(api, target, message, call, call.text.text, None)
        elif _WORDLESS in said and units(call.text.text) <= CAPTION:
            return await _edit_caption(api, target, message, call)
        elif any(one in said for one in _UNEDITABLE):
            return False
        elif _SAME not in said:
            raise
    return True


async def show(api: Api, target: Target, text: Styled, message: int | None) -> int:
    """An answer that is being written: a new message, or its next state."""
    call = Call(text)
    if message is None:
        return (await send(api, target, call))[0].message_id
    await edit(api, target, message, call)
    return message


async def _send(api: Api, target: Target, call: Call, text: str, mode: str | None) -> Sequence[Message]:
    markup = _markup(call)
    if not call.files:
        preview = _NO_PREVIEW
        return [
            await api.send_message(
                text=text, parse_mode=mode, reply_markup=markup, link_preview_options=preview, **target.where
            )
        ]
    captioned: dict[str, Any] = {"caption": text or None, "parse_mode": mode if text else None}
    patient: dict[str, Any] = {"write_timeout": _UPLOAD, "read_timeout": _UPLOAD}
    if len(call.files) > 1:
        media = [
            InputMediaPhoto(one.content or b"", filename=_name(one), **(captioned if number == 0 else {}))
            for number, one in enumerate(call.files)
        ]
        return await api.send_media_group(media=media, **target.where, **patient)
    [one] = call.files
    shared = {"reply_markup": markup, **captioned, **patient, **target.where}
    if one.photo:
        return [await api.send_photo(photo=_input(one), **shared)]
    return [await api.send_document(document=_input(one), **shared)]


async def _edit(api: Api, target: Target, message: int, call: Call, text: str, mode: str | None) -> None:
    await api.edit_message_text(
        text=text,
        chat_id=target.chat,
        message_id=message,
        parse_mode=mode,
        reply_markup=_inline(call.buttons),
        link_preview_options=_NO_PREVIEW,
    )


async def _edit_caption(api: Api, target: Target, message: int, call: Call) -> bool:
    """The same for a message that is a picture or a file."""
    try:
        await api.edit_message_caption(
            chat_id=target.chat,
            message_id=message,
            caption=call.text.html,
            parse_mode=ParseMode.HTML,
            reply_markup=_inline(call.buttons),
        )
    except BadRequest as error:
        return _SAME in error.message.lower()
    return True


def _input(one: Loaded) -> InputFile:
    return InputFile(one.content or b"", filename=_name(one))


def _name(one: Loaded) -> str:
    return one.file.name or "file"


def _markup(call: Call) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    if call.asks_place:
        share = KeyboardButton(SHARE_PLACE, request_location=True)
        return ReplyKeyboardMarkup([[share]], one_time_keyboard=True, resize_keyboard=True)
    return _inline(call.buttons)


def _inline(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup([[InlineKeyboardButton(b.text, callback_data=b.action) for b in row] for row in rows])

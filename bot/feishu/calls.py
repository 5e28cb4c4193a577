"""The calls that show something in a chat: new messages, edits, cards that are being written."""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.feishu.api import Api, Refusal
from bot.feishu.cards import TEXT, Json, dumped

GONE = frozenset({230011, 230019, 230050, 230054, 230110})  # what is answered was taken back
_MESSAGES, _CARDS = "/open-apis/im/v1/messages", "/open-apis/cardkit/v1/cards"
_SIGN = "Typing"  # of https://open.feishu.cn/document/server-docs/im-v1/message-reaction/emojis-introduce
_EPOCH = 1_767_225_600  # 2026-01-01; a card's steps are counted in tenths of seconds since then


@dataclass(frozen=True, slots=True)
class Target:
    """A chat, and the message that is answered there, "" for none; `kind` is Feishu's word for the id."""

    kind: str
    id: str
    answers: str = ""


async def send(api: Api, target: Target, kind: str, content: Json, uuid: str) -> str:
    """Send a message; returns its id. The same `uuid` is sent once an hour, however often it is tried."""
    body: dict[str, Any] = {"msg_type": kind, "content": dumped(content), "uuid": uuid}
    if target.answers.startswith("om_"):
        try:
            path = f"{_MESSAGES}/{quote(target.answers, safe='')}/reply"
            return str((await api.call("POST", path, body))["message_id"])
        except Refusal as refusal:
            if refusal.code not in GONE:
                raise
    told = await api.call("POST", _MESSAGES, {"receive_id": target.id, **body}, receive_id_type=target.kind)
    return str(told["message_id"])


async def edit(api: Api, message: str, card: Json) -> None:
    """Put a card in place of a message's."""
    await api.call("PATCH", f"{_MESSAGES}/{quote(message, safe='')}", {"content": dumped(card)})


async def react(api: Api, message: str) -> str:
    """The id of a reaction that shows that the bot is at it."""
    path, body = f"{_MESSAGES}/{quote(message, safe='')}/reactions", {"reaction_type": {"emoji_type": _SIGN}}
    return str((await api.call("POST", path, body))["reaction_id"])


async def unreact(api: Api, message: str, reaction: str) -> None:
    """Take the reaction back."""
    await api.call("DELETE", f"{_MESSAGES}/{quote(message, safe='')}/reactions/{quote(reaction, safe='')}")


async def entity(api: Api, card: Json) -> str:
    """The id of a card that can be written into."""
    return str((await api.call("POST", _CARDS, {"type": "card_json", "data": dumped(card)}))["card_id"])


class Steps:
    """The number of each change to the cards of this process: it must grow, whoever made the one before."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        """A number that was not given before, here or in a process that is gone."""
        self._last = max(self._last + 1, int((time.time() - _EPOCH) * 10))
        return self._last


async def write(api: Api, card: str, text: str, step: int) -> None:
    """The text of a card so far."""
    path = f"{_CARDS}/{quote(card, safe='')}/elements/{TEXT}/content"
    await api.call("PUT", path, {"content": text, "sequence": step})


async def finish(api: Api, card: str, whole: Json, steps: Steps) -> None:
    """Nothing more is written; the card as it stays. It takes no buttons while it is being written."""
    path, settings = f"{_CARDS}/{quote(card, safe='')}", {"config": {"streaming_mode": False}}
    await api.call("PATCH", f"{path}/settings", {"settings": dumped(settings), "sequence": steps.next()})
    body = {"card": {"type": "card_json", "data": dumped(whole)}, "sequence": steps.next()}
    await api.call("PUT", path, body)

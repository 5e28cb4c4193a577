"""Servers that speak the Bot API with less than Telegram sends: gaps are filled before the library looks."""

from typing import Any

_ALWAYS: dict[str, dict[str, Any]] = {
    "from": {"is_bot": False, "first_name": ""},
    "chat": {"type": "private"},
    "callback_query": {"id": "", "chat_instance": ""},
    "message": {"message_id": 0, "date": 0},
    "reply_to_message": {"message_id": 0, "date": 0},
}


def filled(update: dict[str, Any]) -> dict[str, Any]:
    """An update with every field its kinds must have; what is there stays as it is."""
    return {name: _filled(name, value) for name, value in update.items()}


def _filled(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {**_ALWAYS.get(name, {}), **filled(value)}
    return value


def shown(result: Any, chat: Any) -> Any:
    """The number of the message that a call has shown in `chat`, as the library wants it; an edit may get nothing."""
    if result is None:
        return True
    if isinstance(result, list):
        return [shown(one, chat) for one in result]
    if not isinstance(result, dict):
        return result
    number = result.get("message_id", result.get("messageId", 0))
    return {"message_id": number, "date": 0, "chat": {"id": chat, "type": "private"}}

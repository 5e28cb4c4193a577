"""What Feishu tells, as typed values: only what is needed, and whatever else it says is left aside."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

MESSAGE, CLICK, MENU = "im.message.receive_v1", "card.action.trigger", "application.bot.menu_v6"


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Ids(_Told):
    """One person; `open_id` is theirs within this app."""

    open_id: str = ""


class Header(_Told):
    """What every event begins with."""

    event_id: str = ""
    event_type: str = ""
    create_time: int = 0
    token: str = ""


class Mention(_Told):
    """Someone named in a text, where `key` stands."""

    key: str = ""
    id: Ids = Ids()
    name: str = ""


class Sender(_Told):
    """Who wrote: a "user", or an app."""

    sender_id: Ids = Ids()
    sender_type: str = ""

    @field_validator("sender_id", mode="before")
    @classmethod
    def _nobody(cls, told: Any) -> Any:
        return told or {}


class Message(_Told):
    """A message as the event tells it; `create_time` is in milliseconds."""

    message_id: str
    chat_id: str = ""
    chat_type: str = "p2p"
    message_type: str = ""
    content: str = ""
    create_time: int = 0
    parent_id: str = ""
    thread_id: str = ""
    mentions: tuple[Mention, ...] = ()

    @field_validator("parent_id", "thread_id", "content", mode="before")
    @classmethod
    def _nothing(cls, told: Any) -> Any:
        return told or ""

    @field_validator("mentions", mode="before")
    @classmethod
    def _nobody(cls, told: Any) -> Any:
        return told or ()

    @property
    def body(self) -> dict[str, Any]:
        """The content, which is JSON within JSON; empty where it is none."""
        return read(self.content)


class Said(_Told):
    """Someone wrote."""

    sender: Sender
    message: Message


class Action(_Told):
    """What was pressed, and what the form around it held."""

    value: dict[str, Any] = Field(default_factory=dict)
    form_value: dict[str, Any] = Field(default_factory=dict)

    @field_validator("value", "form_value", mode="before")
    @classmethod
    def _object(cls, told: Any) -> Any:
        return told if isinstance(told, dict) else {}


class Where(_Told):
    """The card that was pressed."""

    open_message_id: str = ""
    open_chat_id: str = ""


class Pressed(_Told):
    """Someone pressed a button of a card."""

    operator: Ids
    action: Action = Action()
    context: Where = Where()


class Operator(_Told):
    """Who chose from the bot's menu."""

    operator_id: Ids = Ids()
    operator_name: str = ""

    @field_validator("operator_name", mode="before")
    @classmethod
    def _unnamed(cls, told: Any) -> Any:
        return told or ""


class Chosen(_Told):
    """Someone chose from the bot's menu."""

    operator: Operator
    event_key: str = ""


def read(text: str) -> dict[str, Any]:
    """A JSON object; empty where it is none."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}

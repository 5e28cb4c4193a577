"""What happened at the fake Telegram so far, what people do there, and what tests ask of it."""

import time
from dataclasses import dataclass, field
from typing import Any

from far_end import FarEnd
from telegram_rules import Flood

TOKEN = "123456789:fake-token-of-no-use-anywhere-else_0"
ME = {"id": 123456789, "is_bot": True, "first_name": "督导助手", "username": "dudao_test_bot"}
Json = dict[str, Any]


@dataclass
class Fault:
    """What goes wrong with the next `times` calls of a method; `after` they have taken effect."""

    do: str
    method: str = "*"
    times: int = 1
    seconds: float = 1
    chat: int | None = None
    after: bool = False

    def hits(self, method: str, chat: int | None) -> bool:
        """Whether it is for this call."""
        named = self.method == method or (self.method == "*" and method != "getUpdates")
        return self.times > 0 and named and self.chat in (None, chat)


@dataclass
class Call:
    """One call of the bot; `at` is time.monotonic of this process."""

    n: int
    at: float
    method: str
    chat: int | None
    parameters: Json
    status: int = 200
    error: str = ""


@dataclass
class Sent:
    """Something that was shown."""

    n: int
    at: float
    chat: int
    message: int
    method: str
    text: str
    buttons: list[list[Json]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    reply_to: int | None = None
    markup: Json | None = None

    def button(self, text: str) -> str:
        """The data of the button whose text holds `text`."""
        [data] = [one["callback_data"] for row in self.buttons for one in row if text in one["text"]]
        return str(data)


@dataclass(frozen=True)
class UploadedFile:
    """A part of a multipart request."""

    name: str
    content: bytes


class Far(FarEnd[Call, Sent]):
    """The state of the far end; people act in it, and tests read what the bot did."""

    def reset(self) -> None:
        """Everything as at the start."""
        super().reset()
        self.flood, self.faults = Flood(), list[Fault]()
        self.updates, self.polled = list[Json](), 0
        self.chats, self.blocked = dict[int, Json](), set[int]()
        self.messages = dict[tuple[int, int], Json]()
        self.files, self.queries = dict[str, bytes](), dict[str, int]()
        self.sizes = dict[str, int]()
        self.menus = dict[str, list[Json]]()
        self.webhook, self.secret, self.refused_deliveries = "", "", list[int]()
        self.webhook_trouble = ""
        self._update, self._message, self._polling = 1000, 0, 0

    # what people do

    def push(self, update: Json, *, twice: bool = False) -> int:
        """A raw update without its id; returns the id."""
        self._update += 1
        for one in (update.get("message"), (update.get("callback_query") or {}).get("message")):
            if one:
                self.chats.setdefault(one["chat"]["id"], one["chat"])
                self._message = max(self._message, one["message_id"])
                self.messages.setdefault((one["chat"]["id"], one["message_id"]), {"theirs": True, **one})
        self.updates += [{"update_id": self._update, **update}] * (2 if twice else 1)
        self._tell()
        return self._update

    def say(self, user: int, text: str = "", *, twice: bool = False, **more: Any) -> int:
        """A person writes; more: chat, name, reply_to, content (raw fields of the message)."""
        return self.push({"message": self.message(user, text, **more)}, twice=twice)

    def message(
        self, user: int, text: str = "", *, chat: int | None = None, name: str = "小林", reply_to: int | None = None,
        content: Json | None = None,
    ) -> Json:  # fmt: skip
        """A message of a person as Telegram tells it."""
        self._message += 1
        where = self._chat(user if chat is None else chat, name)
        words: Json = {("caption" if content else "text"): text} if text else {}
        if text.startswith("/"):
            words["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        if reply_to is not None:
            known = self.messages[where["id"], reply_to]
            words["reply_to_message"] = {
                "message_id": reply_to, "date": int(time.time()), "chat": where, "text": known.get("text") or "…",
                "from": known.get("from") or ME,
            }  # fmt: skip
        person = {"id": user, "is_bot": False, "first_name": name, "language_code": "zh-hans"}
        head = {"message_id": self._message, "from": person, "chat": where, "date": int(time.time())}
        return {**head, **words, **(content or {})}

    def press(self, user: int, sent: "Sent", text: str, **more: Any) -> int:
        """A person presses the button of a message whose text holds `text`."""
        return self.press_data(user, sent.message, sent.button(text), chat=sent.chat, **more)

    def press_data(
        self, user: int, message: int, data: str, *, chat: int | None = None, name: str = "小林", twice: bool = False
    ) -> int:
        """A press of a button that may never have been shown."""
        where = self._chat(user if chat is None else chat, name)
        query = str(5_000_000 + self._update + 1)
        self.queries[query] = 0
        original = {"message_id": message, "from": ME, "chat": where, "date": int(time.time()), "text": "…"}
        person = {"id": user, "is_bot": False, "first_name": name}
        told = {"id": query, "from": person, "message": original, "chat_instance": "1", "data": data}
        return self.push({"callback_query": told}, twice=twice)

    def photo(self, user: int, content: bytes, text: str = "", *, album: str = "", **more: Any) -> int:
        """A person sends a picture, perhaps as a part of an album."""
        name = self.keep(content)
        sizes = [
            {"file_id": f"{name}-s", "file_unique_id": "s", "width": 90, "height": 60, "file_size": 900},
            {"file_id": name, "file_unique_id": "l", "width": 1280, "height": 853, "file_size": len(content)},
        ]
        body: Json = {"photo": sizes, **({"media_group_id": album} if album else {})}
        return self.say(user, text, content=body, **more)

    def file(
        self, user: int, content: bytes, filename: str, text: str = "", *, size: int | None = None, **more: Any
    ) -> int:
        """A person sends a file; `size` is what Telegram says of it, None for the truth, 0 for nothing."""
        name = self.keep(content)
        body = {"file_id": name, "file_unique_id": name, "file_name": filename, "mime_type": "application/octet-stream"}
        known = len(content) if size is None else size
        self.sizes[name] = known
        return self.say(user, text, content={"document": {**body, **({"file_size": known} if known else {})}}, **more)

    def place(self, user: int, latitude: float, longitude: float, **more: Any) -> int:
        """A person shares their location."""
        return self.say(user, content={"location": {"latitude": latitude, "longitude": longitude}}, **more)

    def block(self, user: int) -> int:
        """A person blocks the bot."""
        self.blocked.add(user)
        where = self._chat(user, "小林")
        old, new = ({"user": ME, "status": status} for status in ("member", "kicked"))
        person = {"id": user, "is_bot": False, "first_name": "小林"}
        return self.push({
            "my_chat_member": {
                "chat": where, "from": person, "date": int(time.time()), "old_chat_member": old,
                "new_chat_member": {**new, "until_date": 0},
            }
        })  # fmt: skip

    def keep(self, content: bytes) -> str:
        """Bytes that the bot may fetch; returns their file_id."""
        name = f"file{len(self.files) + 1}"
        self.files[name] = content
        return name

    # what tests read

    def text(self, chat: int, message: int) -> str:
        """What stands in a message now."""
        return str(self.messages[chat, message].get("text") or self.messages[chat, message].get("caption"))

    async def settled(self) -> None:
        """Wait until the bot has confirmed every update."""
        await self.until(lambda: not self.updates)

    def _chat(self, number: int, name: str) -> Json:
        known = {"id": number, "type": "private", "first_name": name}
        if number < 0:
            known = {"id": number, "type": "supergroup", "title": "门店群"}
        return self.chats.setdefault(number, known)

"""What happened at the fake Feishu so far, what people do there, and what tests ask of it."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from far_end import FarEnd
from feishu_rules import Flood, elements_of, seen, within

from bot.feishu.gcj02 import gcj02

APP, SECRET, KEY, VERIFICATION = "cli_a1b2c3d4e5f6", "fake-secret-of-no-use", "fake-encrypt-key", "fake-verification"
BOT = "ou_bot0000000000000000000000000000"
FORTNIGHT = 14 * 86400.0
SCOPES = (
    "im:message", "im:message.p2p_msg:readonly", "im:message.group_at_msg:readonly", "im:resource",
    "cardkit:card:write", "contact:contact.base:readonly", "contact:user.base:readonly",
)  # fmt: skip
Json = dict[str, Any]


@dataclass
class Fault:
    """What goes wrong with the next `times` calls of a method; `after` they have taken effect."""

    do: str
    method: str = "*"
    times: int = 1
    seconds: float = 1
    after: bool = False

    def hits(self, method: str) -> bool:
        """Whether it is for this call."""
        return self.times > 0 and self.method in (method, "*")


@dataclass
class Call:
    """One call of the bot; `at` is time.monotonic of this process."""

    n: int
    at: float
    method: str
    body: Json
    code: int = 0
    error: str = ""


@dataclass
class Sent:
    """Something that was shown; `how` is send, reply, edit, update (of a CardKit card) or write."""

    n: int
    at: float
    chat: str
    message: str
    how: str
    kind: str
    text: str = ""
    card: Json | None = None
    file: str = ""
    reply_to: str = ""

    @property
    def buttons(self) -> list[Json]:
        """Its buttons, in order."""
        return [one for one in elements_of(self.card or {}) if one["tag"] == "button"]

    @property
    def pictures(self) -> list[str]:
        """The keys of its pictures."""
        return [one["img_key"] for one in elements_of(self.card or {}) if one["tag"] == "img"]

    def button(self, text: str) -> Json:
        """What the button whose text holds `text` brings back."""
        [value] = [one["behaviors"][0]["value"] for one in self.buttons if text in one["text"]["content"]]
        return dict(value)


@dataclass
class Delivery:
    """An event on its way; `tries` counts how often it was brought."""

    event: Json
    due: float
    tries: int = 0
    again: bool = True
    under_way: bool = False
    answers: list[Json] = field(default_factory=list)


class Far(FarEnd[Call, Sent]):
    """The state of the far end; people act in it, and tests read what the bot did."""

    def reset(self) -> None:
        """Everything as at the start."""
        super().reset()
        self.flood, self.scale = Flood(), 0.01
        self.scopes, self.subscribed, self.has_bot = set(SCOPES), True, True
        self.faults, self.secret = list[Fault](), SECRET
        self.tokens, self.token_asked = set[str](), 0
        self.messages, self.cards = dict[str, Json](), dict[str, Json]()
        self.reactions, self.reacted = dict[str, tuple[str, str]](), list[str]()
        self.uuids = dict[str, str]()
        self.pictures, self.files, self.resources = dict[str, bytes](), dict[str, str](), dict[tuple[str, str], bytes]()
        self.away, self.names = set[str](), dict[str, str]()
        self.deliveries, self.lost, self.refused_deliveries = list[Delivery](), list[Json](), list[int]()
        self.acknowledged, self.slow, self.cut = list[tuple[str, float]](), 0, 0
        self.toasts, self.shown_errors = list[Json](), list[int]()
        self.callback, self.full, self.patient = "", False, False
        self._count = 0

    # what people do

    def say(self, user: str, text: str = "", *, chat: str = "", **more: Any) -> str:
        """A person writes, in a group where `chat` is one; more: reply_to, thread, mention, twice. The message's id."""
        mention: bool = more.pop("mention", False)
        body = {"text": f"@_user_1 {text}" if mention else text}
        mentions = [{"key": "@_user_1", "id": {"open_id": BOT}, "name": "督导助手"}] if mention else []
        return self.message(user, "text", body, chat=chat, mentions=mentions, **more)

    def message(self, user: str, kind: str, body: Json, *, chat: str = "", twice: bool = False, **more: Any) -> str:
        """A message of any kind; its resources are kept by `keep`."""
        message = more.pop("message", "") or self._id("om_")
        told = {
            "message_id": message, "chat_id": chat or f"oc_p2p_{user}", "chat_type": "group" if chat else "p2p",
            "message_type": kind, "content": json.dumps(body, ensure_ascii=False),
            "create_time": str(int(time.time() * 1000)), "update_time": str(int(time.time() * 1000)),
            "user_agent": "Mozilla/5.0",
        }  # fmt: skip
        if more.get("reply_to"):
            told |= {"parent_id": more["reply_to"], "root_id": more["reply_to"]}
        if more.get("thread"):
            told["thread_id"] = more["thread"]
        if more.get("mentions"):
            told["mentions"] = [{"tenant_key": "t1", **one} for one in more["mentions"]]
        self.messages[message] = {"by": user, "chat": chat or user, "kind": kind, "body": body, "at": time.time()}
        sender = {"sender_id": self._ids(user), "sender_type": more.get("by", "user"), "tenant_key": "t1"}
        self.push("im.message.receive_v1", {"sender": sender, "message": told}, twice=twice)
        return message

    def picture(self, user: str, content: bytes, **more: Any) -> str:
        """A person sends a picture."""
        message, key = self._id("om_"), self._id("img_")
        self.resources[message, key] = content
        return self.message(user, "image", {"image_key": key}, message=message, **more)

    def file(self, user: str, content: bytes, name: str, **more: Any) -> str:
        """A person sends a file."""
        message, key = self._id("om_"), self._id("file_")
        self.resources[message, key] = content
        return self.message(user, "file", {"file_key": key, "file_name": name}, message=message, **more)

    def post(self, user: str, title: str, *lines: str | bytes, **more: Any) -> str:
        """A person sends a text with pictures: words and bytes, a line each."""
        message, content = self._id("om_"), list[list[Json]]()
        for line in lines:
            if isinstance(line, bytes):
                key = self._id("img_")
                self.resources[message, key] = line
                content.append([{"tag": "img", "image_key": key, "width": 300, "height": 200}])
            else:
                content.append([{"tag": "text", "text": line, "style": []}])
        return self.message(user, "post", {"title": title, "content": content}, message=message, **more)

    def place(self, user: str, latitude: float, longitude: float, **more: Any) -> str:
        """A person who is there (WGS 84) sends their location; Feishu writes as text where its map shows it."""
        shown = gcj02(latitude, longitude)
        body = {"name": "门店", "longitude": str(shown[1]), "latitude": str(shown[0])}
        return self.message(user, "location", body, **more)

    def press(self, user: str, sent: Sent, text: str, **more: Any) -> None:
        """A person presses the button of a card whose text holds `text`."""
        self.press_value(user, sent.message, sent.button(text), **more)

    def press_value(
        self, user: str, message: str, value: Json, form: Json | None = None, *, chat: str = "", twice: bool = False
    ) -> None:
        """A press of a button that may never have been shown; what is too old does nothing but say so."""
        known = self.messages.get(message, {})
        if time.time() - known.get("at", time.time()) > FORTNIGHT:
            self.shown_errors.append(200740)
            return
        if not self.subscribed:
            self.shown_errors.append(200340)
            self._tell()
            return
        action: Json = {"tag": "button", "value": value, "timezone": "Asia/Shanghai"}
        if form is not None:
            action |= {"form_value": form, "name": "submit"}
        where = chat or known.get("chat") or user
        place = where.partition(":")[0] if where.startswith("oc_") else f"oc_p2p_{user}"
        event = {
            "operator": {"tenant_key": "t1", **self._ids(user)}, "token": self._id("c-"), "action": action,
            "host": "im_message", "context": {"open_message_id": message, "open_chat_id": place},
        }  # fmt: skip
        self.push("card.action.trigger", event, twice=twice, again=False)

    def fill(self, user: str, sent: Sent, values: Json, **more: Any) -> None:
        """A person fills in the form of a card and sends it; raises where the form takes no such values."""
        [form] = [one for one in elements_of(sent.card or {}) if one["tag"] == "form"]
        told = Json()
        for one in within(form):
            if one.get("name") in (None, form["name"]) or one["tag"] == "button":
                continue
            value = values.pop(
                one["name"], [] if one["tag"] == "multi_select_static" else one.get("initial_option", "")
            )
            known = {option["value"] for option in one.get("options", [])}
            chosen = value if isinstance(value, list) else [value] if value else []
            assert not known or set(chosen) <= known, f"{one['name']} has no option {value!r}"
            assert value or not one.get("required"), f"{one['name']} must be filled in"
            told[one["name"]] = value
        assert not values, f"no such fields: {values}"
        [submit] = [one for one in within(form) if one.get("form_action_type") == "submit"]
        self.press_value(user, sent.message, submit["behaviors"][0]["value"], told, **more)

    def choose(self, user: str, key: str) -> None:
        """A person chooses from the bot's menu."""
        told = {"operator": {"operator_name": "", "operator_id": self._ids(user)}, "event_key": key}
        self.push("application.bot.menu_v6", {**told, "timestamp": int(time.time())})

    def forward(self, user: str, *items: tuple[str, Json], **more: Any) -> str:
        """A person forwards several messages, (kind, body) each, as one."""
        message = self._id("om_")
        inner = [{"kind": kind, "body": body, "upper": message, "id": self._id("om_")} for kind, body in items]
        self.message(user, "merge_forward", {"text": "Merged and Forwarded Message"}, message=message, **more)
        self.messages[message]["items"] = inner
        return message

    def push(self, kind: str, event: Json, *, twice: bool = False, again: bool = True) -> Delivery:
        """An event, brought until it is acknowledged."""
        header = {
            "event_id": self._id("ev_"), "event_type": kind, "create_time": str(int(time.time() * 1000)),
            "token": VERIFICATION, "app_id": APP, "tenant_key": "t1",
        }  # fmt: skip
        told = {"schema": "2.0", "header": header, "event": event}
        made = [Delivery(told, time.monotonic(), again=again) for _ in range(2 if twice else 1)]
        self.deliveries += made
        self._tell()
        return made[0]

    def expire(self) -> None:
        """All tokens end at once."""
        self.tokens.clear()

    def age(self, message: str, days: float) -> None:
        """Let a message be so old."""
        self.messages[message]["at"] = time.time() - days * 86400

    # what tests read

    def shown(self, chat: str) -> list[Sent]:
        """What was sent to a chat or edited there, in order, without what was only being written."""
        return [one for one in self.sent if one.chat == chat and one.how != "write"]

    def text(self, message: str) -> str:
        """What stands in a message now."""
        return seen(self.messages[message]["card"])

    async def settled(self) -> None:
        """Wait until every event has been acknowledged, or given up."""
        await self.until(lambda: not self.deliveries)

    def _id(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count:032x}"

    def _ids(self, user: str) -> Json:
        return {"open_id": user, "union_id": user.replace("ou_", "on_"), "user_id": None}

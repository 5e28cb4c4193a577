"""What Feishu does with a call, and what it refuses."""

import json
import time
from typing import Any

from feishu_far import APP, BOT, FORTNIGHT, SCOPES, Far, Json, Sent
from feishu_rules import Refusal, checked, content_error, elements_of, seen

_NO_TOKEN, _BAD_TOKEN = 99991661, 99991663
_LARGEST_PICTURE, _LARGEST_FILE = 10 * 1024 * 1024, 30 * 1024 * 1024
_FILE_TYPES = {"opus", "mp4", "pdf", "doc", "xls", "ppt", "stream"}


class Methods(Far):
    """The calls; each takes its path's parts, its query, its body and its files, and returns what stands in data."""

    def token(self, body: Json) -> Json:
        """A tenant token; in its last half hour a new one."""
        if body.get("app_id") != APP:
            raise Refusal(10003, "invalid param")
        if body.get("app_secret") != self.secret:
            raise Refusal(10014, "app secret invalid")
        self.token_asked += 1
        token = self._id("t-")
        self.tokens.add(token)
        return {"tenant_access_token": token, "expire": 7200}

    def authorized(self, header: str, scopes: tuple[str, ...]) -> None:
        """Raises Refusal without a good token, or without any of the permissions that give the right."""
        if not header.startswith("Bearer "):
            raise Refusal(_NO_TOKEN, "Missing access token for authorization")
        if header[7:] not in self.tokens:
            raise Refusal(_BAD_TOKEN, "Invalid access token for authorization. Please make a test attempt", 400)
        if scopes and not self.scopes & set(scopes):
            needed = ", ".join(scopes)
            one = f"Access denied. One of the following scopes is required: [{needed}]"
            raise Refusal(99991672, f"{one}.应用尚未开通所需的应用身份权限：[{needed}]")

    def info(self) -> Json:
        """The bot."""
        if not self.has_bot:
            raise Refusal(11205, "app do not have bot")
        return {"bot": {"activate_status": 2, "app_name": "督导助手", "open_id": BOT}}

    def granted(self) -> Json:
        """GET /application/v6/scopes: all that were asked for, and which of them were granted."""
        told = {**dict.fromkeys(SCOPES, 2), **dict.fromkeys(self.scopes, 1)}
        return {"scopes": [{"scope_name": name, "grant_status": status} for name, status in told.items()]}

    def react(self, message: str, body: Json) -> Json:
        """POST /im/v1/messages/:message_id/reactions"""
        _fields(body, {"reaction_type"})
        known, kind = self.messages.get(message), (body.get("reaction_type") or {}).get("emoji_type")
        if known is None or known.get("gone"):
            raise Refusal(231003, "The message is not found, or was withdrawn.")
        if kind not in ("Typing", "OnIt", "OK"):
            raise Refusal(231001, "reaction type is invalid.")
        name = self._id("r")
        self.reactions[name] = (message, kind)
        self.reacted.append(message)
        return {"reaction_id": name, "reaction_type": {"emoji_type": kind}}

    def unreact(self, message: str, reaction: str) -> Json:
        """DELETE /im/v1/messages/:message_id/reactions/:reaction_id"""
        if self.reactions.get(reaction, ("", ""))[0] != message:
            raise Refusal(231007, "The reaction is not the bot's.")
        _, kind = self.reactions.pop(reaction)
        return {"reaction_id": reaction, "reaction_type": {"emoji_type": kind}}

    def create(self, kind: str, body: Json) -> Json:
        """POST /im/v1/messages"""
        _fields(body, {"receive_id", "msg_type", "content", "uuid"})
        where = str(body.get("receive_id") or "")
        if kind not in ("open_id", "chat_id") or not where.startswith({"open_id": "ou_", "chat_id": "oc_"}[kind]):
            raise Refusal(99992351 if kind == "open_id" else 230001, f"not a valid {{{kind}}}: {where}")
        return self._shown(where, body, "send", "")

    def reply(self, message: str, body: Json) -> Json:
        """POST /im/v1/messages/:message_id/reply"""
        _fields(body, {"content", "msg_type", "reply_in_thread", "uuid"})
        known = self.messages.get(message)
        if known is None or known.get("gone"):
            raise Refusal(230011, "The message was withdrawn.")
        return self._shown(known["chat"], body, "reply", message)

    def edit(self, message: str, body: Json) -> Json:
        """PATCH /im/v1/messages/:message_id"""
        _fields(body, {"content"})
        known = self.messages.get(message)
        if known is None or known.get("gone"):
            raise Refusal(230011, "The message was withdrawn.")
        if known["by"] != BOT or known["kind"] != "interactive":
            raise Refusal(230054, "This operation is not supported for this message type.")
        if time.time() - known["at"] > FORTNIGHT:
            raise Refusal(230031, "The message has exceeded the time limit for updating.")
        if known.get("entity"):
            raise Refusal(230099, "the card is an entity; update it through cardkit")
        self._limited(f"edit {message}", 5, 1)
        card = checked(body.get("content"), set(self.pictures))
        known["card"] = card
        self._show(known["chat"], message, "edit", "interactive", card)
        return {}

    def read(self, message: str) -> Json:
        """GET /im/v1/messages/:message_id"""
        known = self.messages.get(message)
        if known is None:
            raise Refusal(230110, "Action unavailable as the message has been deleted.")
        first = _item(message, known["kind"], known.get("body") or {}, "")
        return {
            "items": [first, *(_item(one["id"], one["kind"], one["body"], message) for one in known.get("items", []))]
        }

    def resource(self, message: str, key: str, kind: str) -> bytes:
        """GET /im/v1/messages/:message_id/resources/:file_key"""
        if kind not in ("image", "file"):
            raise Refusal(234001, "Invalid request param.")
        if (message, key) not in self.resources or (kind == "image") != key.startswith("img_"):
            raise Refusal(234003, "File not in msg.")
        return self.resources[message, key]

    def upload_picture(self, form: Json, content: bytes) -> Json:
        """POST /im/v1/images"""
        if form.get("image_type") != "message":
            raise Refusal(234001, "Invalid request param.")
        if not content:
            raise Refusal(234010, "File's size can't be 0.")
        if len(content) > _LARGEST_PICTURE:
            raise Refusal(234006, "The file size exceed the max value.")
        if not content.startswith((b"\x89PNG", b"\xff\xd8", b"GIF8", b"RIFF", b"BM")):
            raise Refusal(234011, "Can't regonnize the image format.")
        key = self._id("img_v3_")
        self.pictures[key] = content
        return {"image_key": key}

    def own_picture(self, key: str) -> bytes:
        """GET /im/v1/images/:image_key"""
        if key not in self.pictures:
            raise Refusal(234001, "Invalid request param.")
        return self.pictures[key]

    def upload_file(self, form: Json, content: bytes) -> Json:
        """POST /im/v1/files"""
        if form.get("file_type") not in _FILE_TYPES or not form.get("file_name"):
            raise Refusal(234001, "Invalid request param.")
        if not content:
            raise Refusal(234010, "File's size can't be 0.")
        if len(content) > _LARGEST_FILE:
            raise Refusal(234006, "The file size exceed the max value.")
        key = self._id("file_v3_")
        self.files[key] = str(form["file_name"])
        return {"file_key": key}

    def make_card(self, body: Json) -> Json:
        """POST /cardkit/v1/cards"""
        _fields(body, {"type", "data"})
        if body.get("type") != "card_json":
            raise Refusal(99992402, "field validation failed")
        card = checked(body.get("data"), set(self.pictures))
        name = str(7_000_000_000_000_000_000 + self._count)
        self._count += 1
        self.cards[name] = {
            "card": card,
            "step": 0,
            "message": "",
            "streaming": bool(card["config"].get("streaming_mode")),
        }
        return {"card_id": name}

    def set_card(self, name: str, body: Json) -> Json:
        """PATCH /cardkit/v1/cards/:card_id/settings"""
        _fields(body, {"settings", "uuid", "sequence"})
        known = self._stepped(name, body)
        told = json.loads(body["settings"])
        known["streaming"] = bool(told.get("config", {}).get("streaming_mode", known["streaming"]))
        return {}

    def write_card(self, name: str, element: str, body: Json) -> Json:
        """PUT /cardkit/v1/cards/:card_id/elements/:element_id/content"""
        _fields(body, {"content", "uuid", "sequence"})
        known = self._stepped(name, body)
        if not known["streaming"]:
            raise Refusal(300309, "streaming mode is closed")
        found = [one for one in elements_of(known["card"]) if one.get("element_id") == element]
        if not found or not body.get("content"):
            raise Refusal(300313, "element is not found")
        found[0]["content"] = body["content"]
        checked(json.dumps(known["card"], ensure_ascii=False), set(self.pictures))
        self._changed(known, "write")
        return {}

    def update_card(self, name: str, body: Json) -> Json:
        """PUT /cardkit/v1/cards/:card_id"""
        _fields(body, {"card", "uuid", "sequence"})
        known = self._stepped(name, body)
        card = checked((body.get("card") or {}).get("data"), set(self.pictures))
        if known["streaming"] and any(one["tag"] == "button" for one in elements_of(card)):
            raise Refusal(99992402, "field validation failed: no buttons while streaming")
        known["card"], known["streaming"] = card, bool(card["config"].get("streaming_mode"))
        self._changed(known, "update")
        return {}

    def person(self, user: str) -> Json:
        """GET /contact/v3/users/:user_id; the name has a permission of its own."""
        named = "contact:user.base:readonly" in self.scopes
        return {"user": {"open_id": user, **({"name": self.names.get(user, "小林")} if named else {})}}

    def _shown(self, where: str, body: Json, how: str, reply_to: str) -> Json:
        if where in self.away:
            raise Refusal(230013, "Bot has NO availability to this user.")
        uuid = str(body.get("uuid") or "")
        if len(uuid) > 50:
            raise Refusal(99992402, "field validation failed: uuid")
        if uuid in self.uuids:
            return {"message_id": self.uuids[uuid]}
        self._limited(f"chat {where}", 5, 1)
        kind, content = body.get("msg_type"), body.get("content")
        card, entity, file = None, "", ""
        told = json.loads(content) if isinstance(content, str) else None
        if not isinstance(told, dict):
            raise Refusal(230001, "Your request contains an invalid request parameter: content")
        if kind == "interactive" and told.get("type") == "card":
            entity = str(told["data"]["card_id"])
            if entity not in self.cards or self.cards[entity]["message"]:
                raise content_error("cardid is invalid", 11310)
            card = self.cards[entity]["card"]
        elif kind == "interactive":
            card = checked(content, set(self.pictures))
        elif kind == "file" and told.get("file_key") in self.files:
            file = self.files[told["file_key"]]
        else:
            raise Refusal(230001, f"Your request contains an invalid request parameter: {kind}")
        message = self._id("om_")
        chat = where
        self.messages[message] = {
            "by": BOT,
            "chat": chat,
            "kind": kind,
            "card": card,
            "entity": entity,
            "at": time.time(),
        }
        if entity:
            self.cards[entity]["message"] = message
        if uuid:
            self.uuids[uuid] = message
        self._show(chat, message, how, str(kind), card, file, reply_to)
        return {"message_id": message, "msg_type": kind, "chat_id": where}

    def _show(
        self, chat: str, message: str, how: str, kind: str, card: Json | None, file: str = "", reply_to: str = ""
    ) -> None:
        kept = json.loads(json.dumps(card)) if card else None
        text = seen(kept) if kept else ""
        self.sent.append(
            Sent(len(self.sent) + 1, time.monotonic(), chat, message, how, kind, text, kept, file, reply_to)
        )

    def _changed(self, known: Json, how: str) -> None:
        message = known["message"]
        if message:
            self.messages[message]["card"] = known["card"]
            self._show(self.messages[message]["chat"], message, how, "interactive", known["card"])

    def _stepped(self, name: str, body: Json) -> Json:
        """The card, one step further."""
        known, step = self.cards.get(name), body.get("sequence")
        if known is None:
            raise Refusal(300301, "card is not found")
        if not isinstance(step, int) or not 0 < step < 2**31:
            raise Refusal(99992402, "field validation failed: sequence")
        if step <= known["step"]:
            raise Refusal(300317, "sequence number compare failed")
        self._limited(f"card {name}", 10, 1)
        known["step"] = step
        return known

    def _limited(self, key: str, most: int, seconds: float) -> None:
        for each, n, within in ((key, most, seconds), ("all", 50, 1), ("minute", 1000, 60)):
            if wait := self.flood.take(each, n, within):
                code = 230020 if key.startswith("chat") and each == key else 99991400
                raise Refusal(code, "request trigger frequency limit", 429 if code == 99991400 else 400, wait)


def _fields(body: Json, may: set[str]) -> None:
    if unknown := set(body) - may:
        raise Refusal(99992402, f"field validation failed: {sorted(unknown)}")


def _item(message: str, kind: str, body: Any, upper: str) -> Json:
    item = {"message_id": message, "msg_type": kind, "body": {"content": json.dumps(body, ensure_ascii=False)}}
    return {**item, "upper_message_id": upper} if upper else item

"""The methods of the Bot API, each refusing what the real one refuses."""

import json
import time
from collections.abc import Callable
from typing import Any

import telegram_rules as rules
from telegram_far import ME, Far, Json, Sent, UploadedFile
from telegram_rules import Refusal, bad

BLOCKED = "Forbidden: bot was blocked by the user"
_KINDS = ("message", "callback_query", "my_chat_member")


class Methods(Far):
    """Every method takes the parameters and the files of a call and gives its result, or raises Refusal."""

    def __init__(self) -> None:
        self._methods: dict[str, Callable[[Json, dict[str, UploadedFile]], Any]] = {
            "getMe": lambda p, f: ME,
            "deleteWebhook": self._delete_webhook,
            "setWebhook": self._set_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "sendMessage": self._send_message,
            "editMessageText": self._edit_text,
            "editMessageCaption": self._edit_caption,
            "sendPhoto": self._send_photo,
            "sendDocument": self._send_document,
            "sendMediaGroup": self._send_album,
            "sendChatAction": self._action,
            "answerCallbackQuery": self._answer_query,
            "setMyCommands": self._set_commands,
            "deleteMyCommands": self._delete_commands,
            "getFile": self._get_file,
        }
        super().__init__()

    def apply(self, method: str, parameters: Json, files: "dict[str, UploadedFile]") -> Any:
        known = self._methods.get(method)
        if known is None:
            raise Refusal(404, "Not Found")
        try:
            return known(parameters, files)
        except (KeyError, ValueError, TypeError) as error:
            raise bad(f"parameters of {method} are wrong: {error!r}") from error

    def _set_webhook(self, parameters: Json, files: object) -> bool:
        rules.check_webhook(parameters["url"], parameters.get("secret_token", ""))
        if set(json.loads(parameters.get("allowed_updates", "[]"))) - set(_KINDS):
            raise bad("can't parse allowed updates")
        self.webhook, self.secret = parameters["url"], parameters.get("secret_token", "")
        return True

    def _get_webhook_info(self, parameters: Json, files: object) -> Json:
        told = {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": len(self.updates)}
        trouble = {"last_error_date": int(time.time()), "last_error_message": self.webhook_trouble}
        return {**told, **trouble} if self.webhook_trouble else told

    def _delete_webhook(self, parameters: Json, files: object) -> bool:
        if parameters.get("drop_pending_updates") in ("true", True):
            self.updates = []
        self.webhook = ""
        return True

    def _known(self, parameters: Json) -> Json:
        """The chat of a call; raises Refusal."""
        chat = int(parameters["chat_id"])
        if chat not in self.chats:
            raise bad("chat not found")
        if chat in self.blocked:
            raise Refusal(403, BLOCKED)
        return self.chats[chat]

    def _send(self, parameters: Json, method: str, text: str, files: list[str], body: Json) -> Json:
        """Keep a new message, with a count against the flood."""
        chat = self._known(parameters)
        number = chat["id"]
        markup = rules.check_markup(parameters.get("reply_markup"), private=number > 0)
        reply = json.loads(parameters["reply_parameters"]) if parameters.get("reply_parameters") else None
        if reply and (number, reply["message_id"]) not in self.messages:
            if not reply.get("allow_sending_without_reply"):
                raise bad("message to be replied not found")
            reply = None
        self._message += 1
        told = {"message_id": self._message, "date": int(time.time()), "chat": chat, "from": ME, **body}
        self.messages[number, self._message] = {**told, "markup": markup}
        rows = (markup or {}).get("inline_keyboard", [])
        answers = reply["message_id"] if reply else None
        at = time.monotonic()
        self.sent.append(
            Sent(len(self.sent) + 1, at, number, self._message, method, text, rows, files, answers, markup)
        )
        return told

    def _send_message(self, parameters: Json, files: object) -> Json:
        chat = self._known(parameters)
        text, entities = rules.check_text(parameters.get("text", ""), parameters.get("parse_mode"))
        rules.check_markup(parameters.get("reply_markup"), private=chat["id"] > 0)
        self.flood.check(chat["id"], time.monotonic())
        body = {"text": text, "entities": [_entity(*one) for one in entities]}
        return self._send(parameters, "sendMessage", text, [], body)

    def _send_photo(self, parameters: Json, files: "dict[str, UploadedFile]") -> Json:
        chat = self._known(parameters)
        upload = _upload(parameters["photo"], files) if "photo" in parameters else files["photo"]
        rules.check_photo(upload.content)
        text, _ = rules.check_text(
            parameters.get("caption", ""), parameters.get("parse_mode"), rules.CAPTION, empty=True
        )
        self.flood.check(chat["id"], time.monotonic())
        return self._send(parameters, "sendPhoto", text, [upload.name], {"caption": text, **self._photo(upload)})

    def _send_document(self, parameters: Json, files: "dict[str, UploadedFile]") -> Json:
        chat = self._known(parameters)
        upload = _upload(parameters["document"], files) if "document" in parameters else files["document"]
        rules.check_file(upload.name, upload.content)
        text, _ = rules.check_text(
            parameters.get("caption", ""), parameters.get("parse_mode"), rules.CAPTION, empty=True
        )
        self.flood.check(chat["id"], time.monotonic())
        kept = self.keep(upload.content)
        document = {"file_id": kept, "file_unique_id": kept, "file_name": upload.name, "file_size": len(upload.content)}
        return self._send(parameters, "sendDocument", text, [upload.name], {"caption": text, "document": document})

    def _send_album(self, parameters: Json, files: "dict[str, UploadedFile]") -> list[Json]:
        chat = self._known(parameters)
        media = json.loads(parameters["media"])
        if not 2 <= len(media) <= 10:
            raise bad("there must be 2 to 10 items in an album")
        if parameters.get("reply_markup"):
            raise bad("albums take no reply markup")
        told, uploads = list[Json](), list[tuple[str, UploadedFile]]()
        for one in media:
            if one["type"] != "photo":
                raise bad(f"albums of {one['type']} are not known here")
            upload = _upload(one["media"], files)
            rules.check_photo(upload.content)
            text, _ = rules.check_text(one.get("caption", ""), one.get("parse_mode"), rules.CAPTION, empty=True)
            uploads.append((text, upload))
        self.flood.check(chat["id"], time.monotonic(), len(media))
        group = str(self._message)
        for text, upload in uploads:
            body = {"caption": text, "media_group_id": group, **self._photo(upload)}
            told.append(self._send(parameters, "sendMediaGroup", text, [upload.name], body))
        return told

    def _photo(self, upload: "UploadedFile") -> Json:
        name = self.keep(upload.content)
        size = {"file_id": name, "file_unique_id": name, "width": 100, "height": 100, "file_size": len(upload.content)}
        return {"photo": [size]}

    def _edited(self, parameters: Json) -> tuple[Json, Json | None]:
        """The message that is to be edited, and its new keyboard."""
        chat = self._known(parameters)
        found = self.messages.get((chat["id"], int(parameters["message_id"])))
        if found is None:
            raise bad("message to edit not found")
        if found.get("theirs"):
            raise bad("message can't be edited")
        return found, rules.check_markup(parameters.get("reply_markup"), private=chat["id"] > 0, inline=True)

    def _edit_text(self, parameters: Json, files: object) -> Json:
        found, markup = self._edited(parameters)
        text, entities = rules.check_text(parameters.get("text", ""), parameters.get("parse_mode"))
        if "text" not in found:
            raise bad("there is no text in the message to edit")
        return self._put(
            found, {"text": text, "entities": [_entity(*one) for one in entities]}, markup, "editMessageText"
        )

    def _edit_caption(self, parameters: Json, files: object) -> Json:
        found, markup = self._edited(parameters)
        text, _ = rules.check_text(
            parameters.get("caption", ""), parameters.get("parse_mode"), rules.CAPTION, empty=True
        )
        if "caption" not in found:
            raise bad("message can't be edited")
        return self._put(found, {"caption": text}, markup, "editMessageCaption")

    def _put(self, found: Json, change: Json, markup: Json | None, method: str) -> Json:
        if all(found.get(name) == value for name, value in change.items()) and found["markup"] == markup:
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a "
                "current content and reply markup of the message"
            )
        chat = found["chat"]["id"]
        self.flood.check(chat, time.monotonic())
        found |= {**change, "markup": markup}
        rows = (markup or {}).get("inline_keyboard", [])
        text = change.get("text") or change.get("caption") or ""
        self.sent.append(
            Sent(len(self.sent) + 1, time.monotonic(), chat, found["message_id"], method, text, rows, markup=markup)
        )
        return {name: value for name, value in found.items() if name != "markup"}

    def _action(self, parameters: Json, files: object) -> bool:
        self._known(parameters)
        rules.check_action(parameters["action"])
        return True

    def _answer_query(self, parameters: Json, files: object) -> bool:
        if parameters["callback_query_id"] not in self.queries:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if len(parameters.get("text", "")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        self.queries[parameters["callback_query_id"]] += 1
        return True

    def _scope(self, parameters: Json) -> str:
        scope = json.loads(parameters.get("scope", '{"type": "default"}'))
        if scope["type"] == "chat":
            self._known(scope)
            return str(scope["chat_id"])
        return str(scope["type"])

    def _set_commands(self, parameters: Json, files: object) -> bool:
        commands = json.loads(parameters["commands"])
        rules.check_commands(commands)
        self.menus[self._scope(parameters)] = commands
        return True

    def _delete_commands(self, parameters: Json, files: object) -> bool:
        self.menus.pop(self._scope(parameters), None)
        return True

    def _get_file(self, parameters: Json, files: object) -> Json:
        name = parameters["file_id"]
        if name not in self.files:
            raise bad("invalid file_id")
        size = self.sizes.get(name, len(self.files[name]))
        if size > rules.FETCH_BYTES:
            raise bad("file is too big")
        known = {"file_size": size} if size else {}
        return {"file_id": name, "file_unique_id": name, "file_path": f"documents/{name}", **known}


def _upload(where: str, files: dict[str, UploadedFile]) -> UploadedFile:
    if not where.startswith("attach://"):
        raise bad("wrong file identifier/HTTP URL specified")
    return files[where.removeprefix("attach://")]


def _entity(offset: int, length: int, tag: str) -> Json:
    return {"type": {"b": "bold", "code": "code", "pre": "pre"}.get(tag, "italic"), "offset": offset, "length": length}

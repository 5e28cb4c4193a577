"""A Telegram on this machine: as strict as the real Bot API, and as unreliable as it is told to be.

In a test: `async with fake_telegram() as fake`. As a process, for soak and load runs:

    python tests/fake_telegram.py --port 8099 [--flood 0] [--latency 0.02]

It then serves a bot whose token is TOKEN (below); run dudao against it with TELEGRAM_BOT_TOKEN=<TOKEN>,
DUDAO__TELEGRAM__BASE_URL=http://127.0.0.1:8099/bot and DUDAO__TELEGRAM__BASE_FILE_URL=http://127.0.0.1:8099/file/bot.

The control API speaks JSON:

    POST /control/updates   {"updates": [ONE, ...], "twice": false} -> {"ids": [...]}. Every ONE is a raw update
                            without its update_id, or short:
                              {"user": 7, "text": "hi"}                       a message; "name" of the person
                              {"user": 7, "press": "data", "message": 12}     a press of a button of message 12
                              {"user": 7, "place": [31.2, 121.4]}             a location
                              {"user": 7, "photo": BASE64, "text": "caption", "album": "a1"}
                              {"user": 7, "file": BASE64, "filename": "a.pdf"}
                            each with "chat": -5 where it is said in a group, "reply_to": 12 where it answers one.
                            "twice" delivers each of them two times.
    GET  /control/sent?chat=7&since=0   -> {"sent": [{"n", "at", "chat", "message", "method", "text", "buttons",
                            "files", "reply_to"}]}: what was shown, sent or edited, in order; "n" counts from 1.
    GET  /control/calls?since=0         -> {"calls": [...]}: every call with "status" and "error", applied or refused.
    GET  /control/state     -> {"pending": updates not confirmed, "calls", "sent", "refused": {description: count},
                            "open_queries", "menus", "webhook"}
    POST /control/faults    [{"do": "429", "method": "sendMessage", "times": 1, "seconds": 2, "chat": 7,
                            "after": false}, ...]; do: 429, 400, 401, 403, 409, 500, 502, hang, drop, garbage; `after`
                            applies the call first. method "*" is every one but getUpdates.
    POST /control/settings  {"flood": 1.0, "latency": 0.0}; flood multiplies the limits of speed, 0 is none
    POST /control/reset     everything as at the start
"""

import argparse
import asyncio
import base64
import json
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx
import telegram_rules as rules
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from telegram_rules import Flood, Refusal, bad

TOKEN = "123456789:fake-token-of-no-use-anywhere-else_0"
ME = {"id": 123456789, "is_bot": True, "first_name": "督导助手", "username": "dudao_test_bot"}
_STATUS = {
    "400": "Bad Request: can't parse entities: unsupported start tag at byte offset 0",
    "401": "Unauthorized",
    "403": "Forbidden: bot was blocked by the user",
    "409": "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    "500": "Internal Server Error",
    "502": "Bad Gateway",
}
_KINDS = ("message", "callback_query", "my_chat_member")
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


class Dropped(Exception):
    """The connection breaks without an answer."""


class FakeTelegram:
    """The far end; tests say things through it and read what the bot did."""

    def __init__(self) -> None:
        self.url, self.latency = "", 0.0
        self.closing = asyncio.Event()
        self._news = asyncio.Event()
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
        self._delivery: asyncio.Task[None] | None = None
        self.reset()

    def reset(self) -> None:
        """Everything as at the start."""
        self.flood = Flood()
        self.calls, self.sent, self.faults = list[Call](), list[Sent](), list[Fault]()
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

    def shown(self, chat: int) -> list[Sent]:
        """What was sent to a chat or edited there, in order."""
        return [one for one in self.sent if one.chat == chat]

    def called(self, method: str) -> list[Call]:
        """The calls of one method."""
        return [one for one in self.calls if one.method == method]

    def text(self, chat: int, message: int) -> str:
        """What stands in a message now."""
        return str(self.messages[chat, message].get("text") or self.messages[chat, message].get("caption"))

    async def until(self, true: Callable[[], object], seconds: float = 20) -> None:
        """Wait until something of what the bot does makes it true."""
        async with asyncio.timeout(seconds):
            while not true():
                self._news.clear()
                await self._news.wait()

    async def told(self, chat: int, count: int) -> list[Sent]:
        """The first `count` things shown in a chat, once they are."""
        await self.until(lambda: len(self.shown(chat)) >= count)
        return self.shown(chat)

    async def settled(self) -> None:
        """Wait until the bot has confirmed every update."""
        await self.until(lambda: not self.updates)

    def _tell(self) -> None:
        self._news.set()

    def _chat(self, number: int, name: str) -> Json:
        known = {"id": number, "type": "private", "first_name": name}
        if number < 0:
            known = {"id": number, "type": "supergroup", "title": "门店群"}
        return self.chats.setdefault(number, known)

    # the Bot API

    async def api(self, request: Request) -> Response:
        """POST /bot<token>/<method>"""
        method = request.path_params["method"]
        if request.path_params["token"] != TOKEN:
            return _error(Refusal(401, "Unauthorized"))
        parameters, files = await _parameters(request)
        chat = int(parameters["chat_id"]) if str(parameters.get("chat_id", "")).lstrip("-").isdigit() else None
        if self.latency:
            await asyncio.sleep(self.latency)
        fault = next((one for one in self.faults if one.hits(method, chat)), None)
        if method == "getUpdates" and fault is None:
            return await self._get_updates(parameters)
        call = Call(len(self.calls) + 1, time.monotonic(), method, chat, parameters)
        self.calls.append(call)
        try:
            if fault is not None:
                fault.times -= 1
                if not fault.after:
                    return await self._fail(fault, call, request)
            result = self._apply(method, parameters, files)
            if fault is not None:
                return await self._fail(fault, call, request)
            return JSONResponse({"ok": True, "result": result})
        except Refusal as refusal:
            call.status, call.error = refusal.status, refusal.description
            return _error(refusal)
        finally:
            self._tell()

    def _apply(self, method: str, parameters: Json, files: "dict[str, UploadedFile]") -> Any:
        known = self._methods.get(method)
        if known is None:
            raise Refusal(404, "Not Found")
        try:
            return known(parameters, files)
        except (KeyError, ValueError, TypeError) as error:
            raise bad(f"parameters of {method} are wrong: {error!r}") from error

    async def _fail(self, fault: Fault, call: Call, request: Request) -> Response:
        call.error = f"fault {fault.do}"
        if fault.do in ("hang", "drop"):
            call.status = 0
            self._tell()
            if fault.do == "hang":
                with suppress(TimeoutError):
                    async with asyncio.timeout(60):
                        await self.closing.wait()
            return _Broken()
        if fault.do == "garbage":
            return Response("<html>not JSON</html>", media_type="text/html")
        if fault.do == "429":
            seconds = int(fault.seconds)
            raise Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        raise Refusal(int(fault.do), _STATUS[fault.do])

    async def _get_updates(self, parameters: Json) -> Response:
        """Updates from `offset` on; those before it are confirmed, and forgotten."""
        if self.webhook:
            text = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it first"
            return _error(Refusal(409, text))
        self._polling += 1
        mine = self._polling
        offset, limit = int(parameters.get("offset", 0)), int(parameters.get("limit", 100))
        self.polled = time.monotonic_ns()
        self.updates = [one for one in self.updates if one["update_id"] >= offset]
        self._tell()
        until = time.monotonic() + int(parameters.get("timeout", 0))
        while not self.updates and time.monotonic() < until and not self.closing.is_set():
            with suppress(TimeoutError):
                await self.until(lambda: self.updates or self.closing.is_set() or self._polling != mine, 0.5)
            if self._polling != mine:
                return _error(Refusal(409, _STATUS["409"]))
        return JSONResponse({"ok": True, "result": self.updates[:limit]})

    def _set_webhook(self, parameters: Json, files: object) -> bool:
        rules.check_webhook(parameters["url"], parameters.get("secret_token", ""))
        if set(json.loads(parameters.get("allowed_updates", "[]"))) - set(_KINDS):
            raise bad("can't parse allowed updates")
        self.webhook, self.secret = parameters["url"], parameters.get("secret_token", "")
        if self._delivery is None:
            self._delivery = asyncio.create_task(self._deliver())
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

    async def _deliver(self) -> None:
        """Bring updates to the webhook, one after the other, each until it is taken."""
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            while not self.closing.is_set():
                if not (self.updates and self.webhook):
                    with suppress(TimeoutError):
                        await self.until(lambda: (self.updates and self.webhook) or self.closing.is_set(), 0.5)
                    continue
                headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret} if self.secret else {}
                try:
                    answer = await client.post(self.webhook, json=self.updates[0], headers=headers)
                    status = answer.status_code
                except httpx.HTTPError:
                    status = 0
                if 200 <= status < 300:
                    self.updates.pop(0)
                    self._tell()
                else:
                    self.refused_deliveries.append(status)
                    self._tell()
                    await asyncio.sleep(0.1)  # the real one waits longer

    def _known(self, parameters: Json) -> Json:
        """The chat of a call; raises Refusal."""
        chat = int(parameters["chat_id"])
        if chat not in self.chats:
            raise bad("chat not found")
        if chat in self.blocked:
            raise Refusal(403, _STATUS["403"])
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

    async def download(self, request: Request) -> Response:
        """GET /file/bot<token>/documents/<file_id>"""
        content = self.files.get(request.path_params["name"])
        if request.path_params["token"] != TOKEN or content is None:
            return Response(status_code=404)
        fault = next((one for one in self.faults if one.hits("download", None)), None)
        if fault is not None:
            fault.times -= 1
            return _Broken()
        return Response(content)

    # the control API

    async def control(self, request: Request) -> Response:
        """/control/…, as the head of this module says."""
        what, since = request.path_params["what"], int(request.query_params.get("since", 0))
        if request.method == "POST":
            body = json.loads(await request.body() or b"{}")
            return JSONResponse(self._told(what, body))
        if what == "sent":
            chat = request.query_params.get("chat")
            sent = [asdict(one) for one in self.sent[since:] if chat is None or one.chat == int(chat)]
            return JSONResponse({"sent": sent})
        if what == "calls":
            return JSONResponse({"calls": [asdict(one) for one in self.calls[since:]]})
        refused = Counter(one.error for one in self.calls if one.error)
        unanswered = [query for query, answers in self.queries.items() if not answers]
        state = {"pending": len(self.updates), "calls": len(self.calls), "sent": len(self.sent), "refused": refused}
        return JSONResponse({**state, "open_queries": len(unanswered), "menus": self.menus, "webhook": self.webhook})

    def _told(self, what: str, body: Any) -> Json:
        if what == "updates":
            return {"ids": [self._short(one, bool(body.get("twice"))) for one in body["updates"]]}
        if what == "faults":
            self.faults += [Fault(**one) for one in body]
        elif what == "settings":
            self.flood.factor = body.get("flood", self.flood.factor)
            self.latency = body.get("latency", self.latency)
        elif what == "reset":
            self.reset()
        else:
            raise ValueError(what)
        return {}

    def _short(self, one: Json, twice: bool) -> int:
        """An update of the control API, raw or short."""
        if "user" not in one:
            return self.push(one, twice=twice)
        more = {name: one[name] for name in ("chat", "name", "reply_to") if name in one}
        user, text = int(one["user"]), one.get("text", "")
        if "press" in one:
            return self.press_data(user, int(one["message"]), one["press"], chat=one.get("chat"), twice=twice)
        if "place" in one:
            return self.place(user, *one["place"], twice=twice, **more)
        if "photo" in one:
            content = base64.b64decode(one["photo"])
            return self.photo(user, content, text, album=one.get("album", ""), twice=twice, **more)
        if "file" in one:
            return self.file(user, base64.b64decode(one["file"]), one["filename"], text, twice=twice, **more)
        return self.say(user, text, twice=twice, **more)

    def app(self) -> Starlette:
        """The whole server."""
        return Starlette(
            routes=[
                Route("/bot{token}/{method}", self.api, methods=["GET", "POST"]),
                Route("/file/bot{token}/documents/{name}", self.download),
                Route("/control/{what}", self.control, methods=["GET", "POST"]),
            ]
        )


@dataclass(frozen=True)
class UploadedFile:
    """A part of a multipart request."""

    name: str
    content: bytes


class _Broken(Response):
    """Promises more than it sends, so that the connection is cut."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1000"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": False})


async def _parameters(request: Request) -> tuple[Json, dict[str, UploadedFile]]:
    """The parameters of a call, wherever they stand, and its files."""
    parameters: Json = dict(request.query_params)
    files = dict[str, UploadedFile]()
    if request.headers.get("content-type", "").startswith("application/json"):
        return {**parameters, **json.loads(await request.body() or b"{}")}, files
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = UploadedFile(value.filename or "", await value.read())
            else:
                parameters[name] = value
    return parameters, files


def _upload(where: str, files: dict[str, UploadedFile]) -> UploadedFile:
    if not where.startswith("attach://"):
        raise bad("wrong file identifier/HTTP URL specified")
    return files[where.removeprefix("attach://")]


def _entity(offset: int, length: int, tag: str) -> Json:
    return {"type": {"b": "bold", "code": "code", "pre": "pre"}.get(tag, "italic"), "offset": offset, "length": length}


def _error(refusal: Refusal) -> Response:
    body: Json = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return JSONResponse(body, status_code=refusal.status)


@asynccontextmanager
async def fake_telegram(port: int = 0) -> AsyncIterator[FakeTelegram]:
    """A running server, in this loop."""

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    fake = FakeTelegram()
    config = uvicorn.Config(
        fake.app(), lifespan="off", log_config=None, log_level="critical", access_log=False,
        timeout_graceful_shutdown=1, timeout_keep_alive=60,
    )  # fmt: skip
    server = Server(config)
    with socket.create_server(("127.0.0.1", port), backlog=512) as listener:
        fake.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield fake
        finally:
            fake.closing.set()
            fake._tell()
            if fake._delivery is not None:
                await fake._delivery
            server.should_exit = True
            await running


async def _main(options: argparse.Namespace) -> None:
    async with fake_telegram(options.port) as fake:
        fake.flood.factor, fake.latency = options.flood, options.latency
        print(f"fake telegram: {fake.url} token {TOKEN}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A strict fake of the Telegram Bot API.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--flood", type=float, default=1.0, help="multiplies the limits of speed; 0: none")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every answer")
    with suppress(KeyboardInterrupt):
        asyncio.run(_main(parser.parse_args()))

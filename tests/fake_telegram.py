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
    GET  /control/count     -> {"sent": how much was shown}
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
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl

import httpx
from far_end import Broken, process, run, served
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from telegram_far import TOKEN, Call, Fault, Json, Sent, UploadedFile
from telegram_methods import BLOCKED, Methods
from telegram_rules import Refusal

__all__ = ["TOKEN", "Call", "FakeTelegram", "Fault", "Sent", "fake_telegram"]
_STATUS = {
    "400": "Bad Request: can't parse entities: unsupported start tag at byte offset 0",
    "401": "Unauthorized",
    "403": BLOCKED,
    "409": "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    "500": "Internal Server Error",
    "502": "Bad Gateway",
}


class FakeTelegram(Methods):
    """The far end over HTTP."""

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
            result = self.apply(method, parameters, files)
            if fault is not None:
                return await self._fail(fault, call, request)
            return JSONResponse({"ok": True, "result": result})
        except Refusal as refusal:
            call.status, call.error = refusal.status, refusal.description
            return _error(refusal)
        finally:
            self._tell()

    async def _fail(self, fault: Fault, call: Call, request: Request) -> Response:
        call.error = f"fault {fault.do}"
        if fault.do in ("hang", "drop"):
            call.status = 0
            self._tell()
            return await self.hang() if fault.do == "hang" else Broken()
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

    async def download(self, request: Request) -> Response:
        """GET /file/bot<token>/documents/<file_id>"""
        content = self.files.get(request.path_params["name"])
        if request.path_params["token"] != TOKEN or content is None:
            return Response(status_code=404)
        fault = next((one for one in self.faults if one.hits("download", None)), None)
        if fault is not None:
            fault.times -= 1
            return Broken()
        return Response(content)

    # the control API

    def state(self) -> Json:
        """What it waits for, and what it was told to show."""
        unanswered = [query for query, answers in self.queries.items() if not answers]
        told = {"open_queries": len(unanswered), "menus": self.menus, "webhook": self.webhook}
        return {"pending": len(self.updates), **told}

    async def order(self, what: str, body: Any) -> Json:
        """As the head of this module says."""
        if what == "updates":
            return {"ids": [self._short(one, bool(body.get("twice"))) for one in body["updates"]]}
        if what == "faults":
            self.faults += [Fault(**one) for one in body]
        elif what == "settings":
            self.flood.factor = body.get("flood", self.flood.factor)
            self.latency = body.get("latency", self.latency)
        else:
            return await super().order(what, body)
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


async def _parameters(request: Request) -> tuple[Json, dict[str, UploadedFile]]:
    """The parameters of a call, wherever they stand, and its files."""
    parameters: Json = dict(request.query_params)
    files = dict[str, UploadedFile]()
    if request.headers.get("content-type", "").startswith("application/json"):
        return {**parameters, **json.loads(await request.body() or b"{}")}, files
    if not request.headers.get("content-type", "").startswith("multipart/"):
        return {**parameters, **dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))}, files
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = UploadedFile(value.filename or "", await value.read())
            else:
                parameters[name] = value
    return parameters, files


def _error(refusal: Refusal) -> Response:
    body: Json = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return JSONResponse(body, status_code=refusal.status)


@asynccontextmanager
async def fake_telegram(port: int = 0) -> AsyncIterator[FakeTelegram]:
    """A running server, in this loop."""

    fake = FakeTelegram()
    async with served(fake.app(), port) as fake.url:
        delivering = asyncio.create_task(fake._deliver())
        try:
            yield fake
        finally:
            fake.closing.set()
            fake._tell()
            await delivering


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A strict fake of the Telegram Bot API.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--flood", type=float, default=1.0, help="multiplies the limits of speed; 0: none")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every answer")
    options = parser.parse_args()
    changes = {"flood": options.flood, "latency": options.latency}
    run(process(fake_telegram(options.port), changes, f"token {TOKEN}"))

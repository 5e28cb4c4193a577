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
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
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
        if what == "count":
            return JSONResponse({"sent": len(self.sent)})
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
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio does so only for sockets it made
        fake.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        running = asyncio.create_task(server.serve(sockets=[listener]))
        delivering = asyncio.create_task(fake._deliver())
        try:
            yield fake
        finally:
            fake.closing.set()
            fake._tell()
            await delivering
            server.should_exit = True
            await running


async def _main(options: argparse.Namespace) -> None:
    async with fake_telegram(options.port) as fake:
        fake.flood.factor, fake.latency = options.flood, options.latency
        print(f"fake telegram: {fake.url} token {TOKEN}", flush=True)
        await asyncio.Event().wait()


def _loop() -> asyncio.AbstractEventLoop:
    """As quick as the bot's, so that it is the bot that is measured."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A strict fake of the Telegram Bot API.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--flood", type=float, default=1.0, help="multiplies the limits of speed; 0: none")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every answer")
    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(_main(parser.parse_args()))

"""A Feishu on this machine: as strict as the real one, and as unreliable as it is told to be.

In a test: `async with fake_feishu() as fake`. As a process, for soak and load runs:

    python tests/fake_feishu.py --port 8098 [--flood 0] [--scale 0.01] [--callback http://127.0.0.1:8080/feishu]

It then serves the app APP with the secret SECRET (feishu_far.py); run dudao against it with FEISHU_APP_ID,
FEISHU_APP_SECRET and DUDAO__FEISHU__BASE_URL=http://127.0.0.1:8098. Events go over the long connection, in the SDK's
own frames, or encrypted and signed to the callback. What is not acknowledged within 3 s comes again after 15 s, 5 min,
1 h and 6 h, times `scale`; presses of buttons do not.

The control API speaks JSON:

    POST /control/events    {"events": [ONE, ...], "twice": false} -> {}. ONE is short:
                              {"user": "ou_7", "text": "hi"}             a message
                              {"user": "ou_7", "press": {VALUE}, "message": "om_…", "form": {…}}    a press of a button
                              {"user": "ou_7", "menu": "check"}          a choice of the menu
                              {"user": "ou_7", "place": [31.2, 121.4]}   a location
                              {"user": "ou_7", "photo": BASE64} · {"user": "ou_7", "file": BASE64, "filename": "a.pdf"}
                            with "chat": "oc_5", "mention": true where it is said to the bot in a group.
    GET  /control/sent?chat=ou_7&since=0   -> {"sent": [{"n", "at", "chat", "message", "how", "kind", "text", "card",
                            "file", "reply_to"}]}: what was shown, sent or edited, in order; "n" counts from 1.
    GET  /control/count     -> {"sent": how much was shown}
    GET  /control/calls?since=0            -> {"calls": [...]}: every call with "code" and "error", applied or refused.
    GET  /control/state     -> {"pending": events not acknowledged, "lost", "calls", "sent", "refused": {error: count},
                            "slow": not acknowledged within 3 s, "cut", "toasts", "connections"}
    POST /control/faults    [{"do": "429", "method": "send", "times": 1, "seconds": 2, "after": false}, ...]; do: 429,
                            400, 500, 502, hang, drop, garbage; `after` applies the call first. method "*" is every one.
    POST /control/settings  {"flood": 1.0, "latency": 0.0, "scale": 0.01, "callback": "http://…"}
    POST /control/drop      all long connections are cut
    POST /control/expire    all tokens end
    POST /control/reset     everything as at the start
"""

import argparse
import asyncio
import base64
import hashlib
import json
import random
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict
from typing import Any

import httpx
import uvicorn
from Crypto.Cipher import AES
from feishu_far import APP, KEY, SECRET, Call, Delivery, Fault, Json, Sent
from feishu_methods import Methods
from feishu_rules import Refusal
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.feishu.sdk import loaded

__all__ = ["APP", "KEY", "SECRET", "Call", "FakeFeishu", "Fault", "Sent", "fake_feishu"]
AGAIN = (15.0, 300.0, 3600.0, 21600.0)  # seconds
ACKNOWLEDGED = 3.0  # seconds
_TICKET = "fake-ticket-of-no-use"
_IM, _KIT = "/open-apis/im/v1", "/open-apis/cardkit/v1/cards"


class FakeFeishu(Methods):
    """The far end over HTTP and WebSocket."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = dict[str, _Line]()
        self._tasks = set[asyncio.Task[None]]()

    async def answered(self, request: Request, method: str, scope: str, apply: Callable[[Json, Any], Any]) -> Response:
        """One call, with the faults and limits there are."""
        body, content = await _read(request)
        if self.latency:
            await asyncio.sleep(self.latency)
        call = Call(len(self.calls) + 1, time.monotonic(), method, body)
        self.calls.append(call)
        fault = next((one for one in self.faults if one.hits(method)), None)
        try:
            if fault is not None:
                fault.times -= 1
                if not fault.after:
                    return await self._fail(fault, call)
            if method not in ("token", "endpoint"):
                self.authorized(request.headers.get("authorization", ""), scope)
            told = apply(body, content)
            if fault is not None:
                return await self._fail(fault, call)
            if isinstance(told, bytes):
                return Response(told, media_type="application/octet-stream")
            flat = method in ("token", "info")
            return JSONResponse({"code": 0, "msg": "success", **(told if flat else {"data": told})})
        except Refusal as refusal:
            call.code, call.error = refusal.code, refusal.message
            headers = {"x-ogw-ratelimit-reset": str(max(1, round(refusal.reset)))} if refusal.reset else {}
            body = {"code": refusal.code, "msg": refusal.message, "log_id": "2026"}
            return JSONResponse(body, status_code=refusal.status, headers=headers)
        finally:
            self._tell()

    async def _fail(self, fault: Fault, call: Call) -> Response:
        call.error = f"fault {fault.do}"
        if fault.do in ("hang", "drop"):
            call.code = -1
            self._tell()
            if fault.do == "hang":
                with suppress(TimeoutError):
                    async with asyncio.timeout(60):
                        await self.closing.wait()
            return _Broken()
        if fault.do == "garbage":
            return Response("<html>not JSON</html>", media_type="text/html")
        if fault.do == "429":
            raise Refusal(99991400, "request trigger frequency limit", 429, fault.seconds)
        if fault.do == "400":
            raise Refusal(230001, "Your request contains an invalid request parameter.")
        raise Refusal(2200, "Internal Error", int(fault.do))

    # events

    async def deliver(self) -> None:
        """Bring what is due, each event on its own, until it is acknowledged or given up."""
        while not self.closing.is_set():
            now = time.monotonic()
            due = [one for one in self.deliveries if one.due <= now and not one.under_way]
            for one in due if self.lines or self.callback else ():
                one.under_way = True
                task = asyncio.create_task(self._bring(one))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            later = [one.due - now for one in self.deliveries if one.due > now]
            with suppress(TimeoutError):
                self._news.clear()
                async with asyncio.timeout(max(0.005, min([0.5, *later]))):
                    await self._news.wait()

    async def _bring(self, one: Delivery) -> None:
        started, one.tries = time.monotonic(), one.tries + 1
        try:
            async with asyncio.timeout(ACKNOWLEDGED):
                answer = await self._brought(one.event)
        except ConnectionError:
            answer, self.cut = None, self.cut + 1
        except TimeoutError:
            answer, self.slow = None, self.slow + 1
        if answer is None and one.again and one.tries <= len(AGAIN):
            one.due, one.under_way = time.monotonic() + AGAIN[one.tries - 1] * self.scale, False
        else:
            self.deliveries = [other for other in self.deliveries if other is not one]
            if answer is None:
                self.lost.append(one.event)
            else:
                self.acknowledged.append((one.event["header"]["event_id"], time.monotonic() - started))
            if answer and "toast" in answer:
                self.toasts.append(answer["toast"])
        self._tell()

    async def _brought(self, event: Json) -> Json | None:
        """What the bot answered; None where it did not take the event."""
        if self.callback:
            return await self._called_back(event)
        line = random.choice(list(self.lines.values())) if self.lines else None
        if line is None:
            raise ConnectionError
        return await line.ask(event, self._id("frame"))

    async def _called_back(self, event: Json) -> Json | None:
        status, answer = await self.bring(event)
        if status != 200:
            self.refused_deliveries.append(status)
            return None
        return answer if isinstance(answer, dict) else {}

    async def bring(self, event: Json, *, key: str = KEY, sign: str = KEY) -> tuple[int, Any]:
        """An event to the callback: encrypted, and signed as Feishu does it; the status and what was answered."""
        body = json.dumps({"encrypt": encrypted(json.dumps(event).encode(), key)}).encode()
        when, nonce = str(int(time.time())), self._id("n")
        signature = hashlib.sha256(f"{when}{nonce}{sign}".encode() + body).hexdigest()
        headers = {
            "X-Lark-Request-Timestamp": when, "X-Lark-Request-Nonce": nonce, "X-Lark-Signature": signature,
            "Content-Type": "application/json",
        }  # fmt: skip
        async with httpx.AsyncClient(trust_env=False, timeout=ACKNOWLEDGED + 1) as client:
            try:
                answer = await client.post(self.callback, content=body, headers=headers)
            except httpx.HTTPError as error:
                raise ConnectionError from error
        return answer.status_code, answer.json() if answer.content and answer.status_code == 200 else None

    def endpoint(self, body: Json) -> Json:
        """POST /callback/ws/endpoint"""
        if body.get("AppID") != APP or body.get("AppSecret") != SECRET:
            raise Refusal(10014, "app_id or app_secret is invalid", 200)
        device = self._id("d")
        url = f"{self.url.replace('http', 'ws')}/ws?device_id={device}&service_id=42&ticket={_TICKET}"
        config = {"ReconnectCount": -1, "ReconnectInterval": 1, "ReconnectNonce": 0, "PingInterval": 60}
        return {"URL": url, "ClientConfig": config}

    async def line(self, socket_: WebSocket) -> None:
        """One long connection."""
        if socket_.query_params.get("ticket") != _TICKET:
            await socket_.close(4401)
            return
        if self.full:
            told = {"handshake-status": "514", "handshake-msg": "exceed", "handshake-autherrcode": "1000040350"}
            await socket_.send_denial_response(Response(status_code=403, headers=told))
            return
        await socket_.accept()
        line = _Line(socket_)
        name = socket_.query_params["device_id"]
        self.lines[name] = line
        self._tell()
        try:
            await line.listen()
        finally:
            self.lines.pop(name, None)
            self._tell()

    async def drop(self) -> None:
        """Cut all long connections."""
        for line in list(self.lines.values()):
            with suppress(RuntimeError):
                await line.socket.close(1011)

    # the control API

    async def control(self, request: Request) -> Response:
        """/control/…, as the head of this module says."""
        what, since = request.path_params["what"], int(request.query_params.get("since", 0))
        if request.method == "POST":
            return JSONResponse(await self._told(what, json.loads(await request.body() or b"{}")))
        if what == "sent":
            chat = request.query_params.get("chat")
            sent = [asdict(one) for one in self.sent[since:] if chat is None or one.chat == chat]
            return JSONResponse({"sent": sent})
        if what == "count":
            return JSONResponse({"sent": len(self.sent)})
        if what == "calls":
            return JSONResponse({"calls": [asdict(one) for one in self.calls[since:]]})
        refused = Counter(one.error for one in self.calls if one.error)
        state = {"pending": len(self.deliveries), "lost": len(self.lost), "slow": self.slow, "cut": self.cut}
        more = {
            "calls": len(self.calls),
            "sent": len(self.sent),
            "refused": refused,
            "toasts": len(self.toasts),
            "connections": len(self.lines),
        }
        return JSONResponse({**state, **more})

    async def _told(self, what: str, body: Any) -> Json:
        if what == "events":
            for one in body["events"]:
                self._short(dict(one), bool(body.get("twice")))
        elif what == "faults":
            self.faults += [Fault(**one) for one in body]
        elif what == "settings":
            self.flood.factor = body.get("flood", self.flood.factor)
            self.latency, self.scale = body.get("latency", self.latency), body.get("scale", self.scale)
            self.callback = body.get("callback", self.callback)
        elif what == "drop":
            await self.drop()
        elif what == "expire":
            self.expire()
        elif what == "reset":
            self.reset()
        else:
            raise ValueError(what)
        return {}

    def _short(self, one: Json, twice: bool) -> None:
        user, more = str(one.pop("user")), {"twice": twice, "chat": one.pop("chat", "")}
        if "press" in one:
            self.press_value(user, one["message"], one["press"], one.get("form"), **more)
        elif "menu" in one:
            self.choose(user, one["menu"])
        elif "place" in one:
            self.place(user, *one["place"], **more)
        elif "photo" in one:
            self.picture(user, base64.b64decode(one["photo"]), **more)
        elif "file" in one:
            self.file(user, base64.b64decode(one["file"]), one["filename"], **more)
        else:
            self.say(user, one.get("text", ""), mention=bool(one.get("mention")), **more)

    def app(self) -> Starlette:
        """The whole server."""
        return Starlette(routes=[*self._routes(), WebSocketRoute("/ws", self.line)])

    def _routes(self) -> Iterator[Route]:
        def route(how: str, path: str, name: str, scope: str, apply: Callable[..., Any]) -> Route:
            async def endpoint(request: Request) -> Response:
                parts = [str(one) for one in request.path_params.values()]
                return await self.answered(
                    request, name, scope, lambda body, content: apply(request, *parts, body, content)
                )

            return Route(path, endpoint, methods=[how])

        message, one = f"{_IM}/messages/{{message}}", f"{_KIT}/{{card}}"
        yield route(
            "POST", "/open-apis/auth/v3/tenant_access_token/internal", "token", "", lambda r, b, c: self.token(b)
        )
        yield route("GET", "/open-apis/bot/v3/info", "info", "", lambda r, b, c: self.info())
        yield route("POST", f"{_IM}/messages", "send", "im:message",
                    lambda r, b, c: self.create(r.query_params.get("receive_id_type", ""), b))  # fmt: skip
        yield route("POST", f"{message}/reply", "reply", "im:message", lambda r, m, b, c: self.reply(m, b))
        yield route("PATCH", message, "edit", "im:message", lambda r, m, b, c: self.edit(m, b))
        yield route("GET", message, "read", "im:message", lambda r, m, b, c: self.read(m))
        yield route("GET", f"{message}/resources/{{key}}", "resource", "im:message",
                    lambda r, m, k, b, c: self.resource(m, k, r.query_params.get("type", "")))  # fmt: skip
        yield route("POST", f"{_IM}/images", "image", "im:resource", lambda r, b, c: self.upload_picture(b, c))
        yield route("GET", f"{_IM}/images/{{key}}", "seen", "im:resource", lambda r, k, b, c: self.own_picture(k))
        yield route("POST", f"{_IM}/files", "file", "im:resource", lambda r, b, c: self.upload_file(b, c))
        kit = "cardkit:card:write"
        yield route("POST", _KIT, "card", kit, lambda r, b, c: self.make_card(b))
        yield route("PATCH", f"{one}/settings", "settings", kit, lambda r, n, b, c: self.set_card(n, b))
        yield route("PUT", one, "update", kit, lambda r, n, b, c: self.update_card(n, b))
        yield route("PUT", f"{one}/elements/{{element}}/content", "write", kit,
                    lambda r, n, e, b, c: self.write_card(n, e, b))  # fmt: skip
        yield route("GET", "/open-apis/contact/v3/users/{user}", "contact", "contact:user.base:readonly",
                    lambda r, u, b, c: self.person(u))  # fmt: skip
        yield route("POST", "/callback/ws/endpoint", "endpoint", "", lambda r, b, c: self.endpoint(b))
        yield Route("/control/{what}", self.control, methods=["GET", "POST"])


class _Line:
    """A long connection: frames of the SDK's own making, answers to them."""

    def __init__(self, socket_: WebSocket) -> None:
        self.socket, self._frame = socket_, loaded().Frame
        self._asked = dict[str, asyncio.Future[Json | None]]()

    async def ask(self, event: Json, name: str) -> Json | None:
        """Bring an event, in two frames where it is long; what was answered, None where it was not taken."""
        answer = self._asked.setdefault(name, asyncio.get_running_loop().create_future())
        payload = json.dumps(event, ensure_ascii=False).encode()
        half = len(payload) // 2
        parts = [payload] if len(payload) < 2000 else [payload[:half], payload[half:]]
        try:
            for number, part in enumerate(parts):
                await self.socket.send_bytes(self._made(name, len(parts), number, part))
            return await answer
        except (RuntimeError, WebSocketDisconnect) as error:
            raise ConnectionError from error
        finally:
            self._asked.pop(name, None)

    def _made(self, name: str, parts: int, part: int, payload: bytes) -> bytes:
        frame = self._frame()
        frame.SeqID, frame.LogID, frame.service, frame.method, frame.payload = 1, 1, 42, 1, payload
        told = {"type": "event", "message_id": name, "trace_id": name, "sum": str(parts), "seq": str(part)}
        for key, value in told.items():
            header = frame.headers.add()
            header.key, header.value = key, value
        return bytes(frame.SerializeToString())

    async def listen(self) -> None:
        """Take answers and pings until the connection ends."""
        try:
            while True:
                frame = self._frame()
                frame.ParseFromString(await self.socket.receive_bytes())
                headers = {one.key: one.value for one in frame.headers}
                if frame.method == 0:
                    await self._pong(headers)
                elif (asked := self._asked.get(headers.get("message_id", ""))) is not None and not asked.done():
                    asked.set_result(_answer(json.loads(frame.payload)))
        except WebSocketDisconnect:
            pass
        finally:
            for asked in self._asked.values():
                if not asked.done():
                    asked.set_exception(ConnectionError())

    async def _pong(self, headers: dict[str, str]) -> None:
        assert headers.get("type") == "ping", headers
        frame = self._frame()
        frame.SeqID, frame.LogID, frame.service, frame.method = 0, 0, 42, 0
        header = frame.headers.add()
        header.key, header.value = "type", "pong"
        await self.socket.send_bytes(frame.SerializeToString())


def _answer(told: Json) -> Json | None:
    if told.get("code") != 200:
        return None
    data = told.get("data")
    answer = json.loads(base64.b64decode(data)) if data else {}
    return answer if isinstance(answer, dict) else {}


def encrypted(plain: bytes, key: str) -> str:
    """As Feishu encrypts an event."""
    padding = 16 - len(plain) % 16
    start = random.randbytes(16)
    cipher = AES.new(hashlib.sha256(key.encode()).digest(), AES.MODE_CBC, start)
    return base64.b64encode(start + cipher.encrypt(plain + bytes([padding]) * padding)).decode()


class _Broken(Response):
    """Promises more than it sends, so that the connection is cut."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1000"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": False})


async def _read(request: Request) -> tuple[Json, bytes]:
    """The body of a call, and its file."""
    if request.headers.get("content-type", "").startswith("multipart/"):
        body, content = Json(), b""
        async with request.form() as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    content = await value.read()
                else:
                    body[name] = value
        return body, content
    told = json.loads(await request.body() or b"{}")
    return told if isinstance(told, dict) else {}, b""


@asynccontextmanager
async def fake_feishu(port: int = 0) -> AsyncIterator[FakeFeishu]:
    """A running server, in this loop."""

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    fake = FakeFeishu()
    config = uvicorn.Config(
        fake.app(), lifespan="off", log_config=None, log_level="critical", access_log=False, ws="websockets-sansio",
        timeout_graceful_shutdown=1, timeout_keep_alive=60,
    )  # fmt: skip
    server = Server(config)
    with socket.create_server(("127.0.0.1", port), backlog=512) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio does so only for sockets it made
        fake.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        running = asyncio.create_task(server.serve(sockets=[listener]))
        delivering = asyncio.create_task(fake.deliver())
        try:
            yield fake
        finally:
            fake.closing.set()
            fake._tell()
            await delivering
            for task in list(fake._tasks):
                task.cancel()
            await asyncio.gather(*fake._tasks, return_exceptions=True)
            server.should_exit = True
            await running


async def _main(options: argparse.Namespace) -> None:
    async with fake_feishu(options.port) as fake:
        fake.flood.factor, fake.latency, fake.scale = options.flood, options.latency, options.scale
        fake.callback = options.callback
        print(f"fake feishu: {fake.url} app {APP} secret {SECRET}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A strict fake of Feishu's open platform.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--flood", type=float, default=1.0, help="multiplies the limits of speed; 0: none")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every answer")
    parser.add_argument("--scale", type=float, default=0.01, help="seconds for each second until an event comes again")
    parser.add_argument("--callback", default="", help="where events are brought; empty: over the long connection")
    with suppress(KeyboardInterrupt):
        asyncio.run(_main(parser.parse_args()))

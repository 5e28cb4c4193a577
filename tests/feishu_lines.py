"""How the fake Feishu brings events: by long connections in the SDK's own frames, or to a callback."""

import asyncio
import base64
import hashlib
import json
import random
import time
from contextlib import suppress
from typing import Any

import httpx
from Crypto.Cipher import AES
from feishu_far import APP, KEY, Delivery, Json
from feishu_methods import Methods
from feishu_rules import Refusal
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.feishu.sdk import loaded

AGAIN = (15.0, 300.0, 3600.0, 21600.0)  # seconds
ACKNOWLEDGED = 3.0  # seconds
_TICKET = "fake-ticket-of-no-use"


class Lines(Methods):
    """Events on their way."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = dict[str, _Line]()
        self._tasks = set[asyncio.Task[None]]()

    async def deliver(self) -> None:
        """Bring what is due, each event on its own, until it is acknowledged or given up."""
        while not self.closing.is_set():
            now = time.monotonic()
            due = [one for one in self._next() if one.due <= now and not one.under_way]
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

    def _next(self) -> list[Delivery]:
        """What may be brought: of patient people, the first that was not taken of each."""
        if not self.patient:
            return self.deliveries
        return list({_who(one.event): one for one in reversed(self.deliveries)}.values())

    async def _bring(self, one: Delivery) -> None:
        started, one.tries = time.monotonic(), one.tries + 1
        try:
            async with asyncio.timeout(ACKNOWLEDGED):
                answer = await self._brought(one.event)
        except ConnectionError:
            answer, self.cut = None, self.cut + 1
        except TimeoutError:
            answer, self.slow = None, self.slow + 1
        if answer is None and self.patient and not one.again:  # whoever pressed sees that it failed, and presses again
            one.event["header"]["event_id"], one.under_way = self._id("ev_"), False
        elif answer is None and one.again and one.tries <= len(AGAIN):
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
        if body.get("AppID") != APP or body.get("AppSecret") != self.secret:
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

    async def stop(self) -> None:
        """Bring nothing any more."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


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


def _who(event: Json) -> str:
    """Whose doing it is."""
    inner = event["event"]
    ids = inner.get("sender", {}).get("sender_id") or inner["operator"].get("operator_id") or inner["operator"]
    return str(ids["open_id"])


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

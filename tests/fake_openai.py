"""An OpenAI-compatible endpoint on this machine: as strict as the real one, and as unreliable as it is told to be."""

import base64
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import numpy as np

KEY = "fake-key"
MODEL = "fake-chat"
EMBEDDER = "fake-embedder"
_DIMENSIONS = 256
_CHAT = {"model", "messages", "stream", "stream_options", "temperature", "max_tokens", "n"}
_EMBED = {"model", "input", "encoding_format", "dimensions", "user"}
_MOST_TEXTS = 256


@dataclass(frozen=True, slots=True)
class Far:
    """What the far end does with one request: says `pieces`, or answers `status`, or worse.

    `cut` breaks the connection after the pieces, `unfinished` ends the stream politely without a finish, `hangs` says
    nothing more after the pieces, `garbage` is sent in place of an answer.
    """

    pieces: tuple[str, ...] = ()
    status: int = 200
    cut: bool = False
    unfinished: bool = False
    hangs: bool = False
    garbage: str = ""
    finish: str = "stop"


Script = Callable[[dict[str, Any]], Far]


def says(text: str, size: int = 3) -> Far:
    """The text, `size` characters a piece."""
    return Far(tuple(text[at : at + size] for at in range(0, len(text), size)))


class FakeOpenAI(ThreadingHTTPServer):
    """Answers every chat with `script`; `asked` holds the requests that were well formed, `bad` what was wrong else."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script: Script = lambda body: Far()
        self.asked: list[dict[str, Any]] = []
        self.bad: list[str] = []
        self.closing = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def chats(self) -> list[dict[str, Any]]:
        return [body for body in self.asked if "messages" in body]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone away is no error here."""


@contextmanager
def fake_openai() -> Iterator[FakeOpenAI]:
    """A running endpoint; what hangs is let go at the end."""
    with FakeOpenAI() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


def vector(text: str) -> list[float]:
    """Texts that share character pairs are near each other."""
    found = np.zeros(_DIMENSIONS)
    for at in range(len(text) - 1):
        found[zlib.crc32(text[at : at + 2].encode()) % _DIMENSIONS] += 1
    found[0] += 0.1
    return [float(value) for value in found]


class _Handler(BaseHTTPRequestHandler):
    server: FakeOpenAI
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._refuse(404, f"no GET {self.path}")

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.close_connection = True
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            return self._refuse(401, "Incorrect API key provided")
        try:
            body = json.loads(raw)
        except ValueError:
            return self._refuse(400, "not JSON")
        shapes = {"/v1/chat/completions": _chat_fault, "/v1/embeddings": _embed_fault}
        if self.path not in shapes:
            return self._refuse(404, f"no POST {self.path}")
        fault = shapes[self.path](body)
        if fault:
            return self._refuse(400, fault)
        self.server.asked.append(body)
        return self._chat(body) if "messages" in body else self._embed(body)

    def _refuse(self, status: int, message: str) -> None:
        self.server.bad.append(message)
        self._send(status, {"error": {"message": message, "type": "invalid_request_error", "code": None}})

    def _embed(self, body: dict[str, Any]) -> None:
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        vectors = [np.asarray(vector(text), np.float32) for text in texts]
        coded = body.get("encoding_format") == "base64"
        data = [
            {
                "object": "embedding",
                "index": i,
                "embedding": base64.b64encode(v.tobytes()).decode() if coded else v.tolist(),
            }
            for i, v in enumerate(vectors)
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        self._send(200, {"object": "list", "data": data, "model": body["model"], "usage": usage})

    def _chat(self, body: dict[str, Any]) -> None:
        far = self.server.script(body)
        if far.garbage:
            self._send(far.status, far.garbage)
        elif far.status != 200:
            self._send(far.status, {"error": {"message": f"status {far.status}", "type": "server_error", "code": None}})
        elif body.get("stream"):
            self._stream(body, far)
        else:
            message = {"role": "assistant", "content": "".join(far.pieces)}
            choice = {"index": 0, "message": message, "finish_reason": far.finish, "logprobs": None}
            usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
            self._send(200, {**_head(body, "chat.completion"), "choices": [choice], "usage": usage})

    def _stream(self, body: dict[str, Any], far: Far) -> None:
        self.send_response(200)
        for name, value in (("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")):
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        deltas: Sequence[dict[str, Any]] = [{"role": "assistant", "content": ""}, *({"content": p} for p in far.pieces)]
        for delta in deltas:
            self._event({**_head(body, "chat.completion.chunk"), "choices": [_choice(delta, None)]})
        if far.hangs:
            self.server.closing.wait()
        if far.cut or far.hangs:
            return
        if not far.unfinished:
            self._event({**_head(body, "chat.completion.chunk"), "choices": [_choice({}, far.finish)]})
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _event(self, value: dict[str, Any]) -> None:
        self._chunk(f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode())

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _send(self, status: int, value: dict[str, Any] | str) -> None:
        payload = (value if isinstance(value, str) else json.dumps(value)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""


def _head(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1, "model": body["model"]}


def _choice(delta: dict[str, Any], finish: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}


def _chat_fault(body: dict[str, Any]) -> str:
    """What the real endpoint would refuse in a chat; "" when nothing."""
    if set(body) - _CHAT:
        return f"unknown fields {sorted(set(body) - _CHAT)}"
    if body.get("model") != MODEL:
        return f"no model {body.get('model')!r}"
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return "messages must be a non-empty list"
    for message in messages:
        if set(message) != {"role", "content"} or message["role"] not in ("system", "user", "assistant"):
            return f"a message with {sorted(message)} and role {message.get('role')!r}"
        if not isinstance(message["content"], str) or not message["content"]:
            return "content must be a non-empty string"
    if messages[-1]["role"] != "user":
        return "the last message must be the user's"
    if not 0 <= body.get("temperature", 0) <= 2:
        return "temperature out of range"
    return ""


def _embed_fault(body: dict[str, Any]) -> str:
    """What the real endpoint would refuse in an embedding; "" when nothing."""
    if set(body) - _EMBED:
        return f"unknown fields {sorted(set(body) - _EMBED)}"
    if body.get("model") != EMBEDDER:
        return f"no model {body.get('model')!r}"
    texts = [body["input"]] if isinstance(body.get("input"), str) else body.get("input")
    if not isinstance(texts, list) or not texts or len(texts) > _MOST_TEXTS:
        return "input must be one to 256 texts"
    if not all(isinstance(text, str) and text for text in texts):
        return "input must be non-empty strings"
    return "" if body.get("encoding_format", "float") in ("float", "base64") else "unknown encoding_format"

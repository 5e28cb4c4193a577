"""A Feishu on this machine: as strict as the real one, and as unreliable as it is told to be.

In a test: `async with fake_feishu() as fake`. As a process, for soak and load runs:

    python tests/fake_feishu.py --port 8098 [--flood 0] [--scale 0.01] [--callback http://127.0.0.1:8080/feishu]

It then serves the app APP with the secret SECRET (feishu_far.py); run dudao against it with FEISHU_APP_ID,
FEISHU_APP_SECRET and DUDAO__FEISHU__BASE_URL=http://127.0.0.1:8098. Events go over the long connection, in the SDK's
own frames, or encrypted and signed to the callback. What is not acknowledged within 3 s comes again after 15 s, 5 min,
1 h and 6 h, times `scale`; presses of buttons do not.

The control API is that of feishu_control.py.
"""

import argparse
import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

from far_end import Broken, process, run, served
from feishu_control import Control
from feishu_far import APP, KEY, SECRET, Call, Fault, Json, Sent
from feishu_rules import Refusal
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

__all__ = ["APP", "KEY", "SECRET", "Call", "FakeFeishu", "Fault", "Sent", "fake_feishu"]
_IM, _KIT = "/open-apis/im/v1", "/open-apis/cardkit/v1/cards"
Scopes = tuple[str, ...]  # any one of them is enough
_SEND: Scopes = ("im:message", "im:message:send_as_bot")
_READ: Scopes = ("im:message", "im:message:readonly")
_REACT: Scopes = ("im:message", "im:message.reactions:write_only")
_RESOURCE: Scopes = ("im:resource",)
_CARDS: Scopes = ("cardkit:card:write",)
_CONTACT: Scopes = ("contact:contact.base:readonly", "contact:contact:readonly_as_app")


class FakeFeishu(Control):
    """The far end over HTTP and WebSocket."""

    async def answered(
        self, request: Request, method: str, scopes: Scopes, apply: Callable[[Json, Any], Any]
    ) -> Response:
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
                self.authorized(request.headers.get("authorization", ""), scopes)
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
            return await self.hang() if fault.do == "hang" else Broken()
        if fault.do == "garbage":
            return Response("<html>not JSON</html>", media_type="text/html")
        if fault.do == "429":
            raise Refusal(99991400, "request trigger frequency limit", 429, fault.seconds)
        if fault.do == "400":
            raise Refusal(230001, "Your request contains an invalid request parameter.")
        if fault.do == "uninstalled":
            raise Refusal(212100, "app not install")
        raise Refusal(2200, "Internal Error", int(fault.do))

    def app(self) -> Starlette:
        """The whole server."""
        return Starlette(routes=[*self._routes(), WebSocketRoute("/ws", self.line)])

    def _routes(self) -> Iterator[Route]:
        def route(how: str, path: str, name: str, scopes: Scopes, apply: Callable[..., Any]) -> Route:
            async def endpoint(request: Request) -> Response:
                parts = [str(one) for one in request.path_params.values()]
                return await self.answered(
                    request, name, scopes, lambda body, content: apply(request, *parts, body, content)
                )

            return Route(path, endpoint, methods=[how])

        message, one = f"{_IM}/messages/{{message}}", f"{_KIT}/{{card}}"
        yield route(
            "POST", "/open-apis/auth/v3/tenant_access_token/internal", "token", (), lambda r, b, c: self.token(b)
        )
        yield route("GET", "/open-apis/bot/v3/info", "info", (), lambda r, b, c: self.info())
        yield route("POST", f"{_IM}/messages", "send", _SEND,
                    lambda r, b, c: self.create(r.query_params.get("receive_id_type", ""), b))  # fmt: skip
        yield route("POST", f"{message}/reply", "reply", _SEND, lambda r, m, b, c: self.reply(m, b))
        yield route("PATCH", message, "edit", _SEND, lambda r, m, b, c: self.edit(m, b))
        yield route("GET", message, "read", _READ, lambda r, m, b, c: self.read(m))
        yield route("GET", f"{message}/resources/{{key}}", "resource", _READ,
                    lambda r, m, k, b, c: self.resource(m, k, r.query_params.get("type", "")))  # fmt: skip
        yield route("POST", f"{message}/reactions", "react", _REACT, lambda r, m, b, c: self.react(m, b))
        yield route("DELETE", f"{message}/reactions/{{reaction}}", "unreact", _REACT,
                    lambda r, m, n, b, c: self.unreact(m, n))  # fmt: skip
        yield route("GET", "/open-apis/application/v6/scopes", "scopes", (), lambda r, b, c: self.granted())
        yield route("POST", f"{_IM}/images", "image", _RESOURCE, lambda r, b, c: self.upload_picture(b, c))
        yield route("GET", f"{_IM}/images/{{key}}", "seen", _RESOURCE, lambda r, k, b, c: self.own_picture(k))
        yield route("POST", f"{_IM}/files", "file", _RESOURCE, lambda r, b, c: self.upload_file(b, c))
        yield route("POST", _KIT, "card", _CARDS, lambda r, b, c: self.make_card(b))
        yield route("PATCH", f"{one}/settings", "settings", _CARDS, lambda r, n, b, c: self.set_card(n, b))
        yield route("PUT", one, "update", _CARDS, lambda r, n, b, c: self.update_card(n, b))
        yield route("PUT", f"{one}/elements/{{element}}/content", "write", _CARDS,
                    lambda r, n, e, b, c: self.write_card(n, e, b))  # fmt: skip
        yield route("GET", "/open-apis/contact/v3/users/{user}", "contact", _CONTACT,
                    lambda r, u, b, c: self.person(u))  # fmt: skip
        yield route("POST", "/callback/ws/endpoint", "endpoint", (), lambda r, b, c: self.endpoint(b))
        yield Route("/control/{what}", self.control, methods=["GET", "POST"])


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
    fake = FakeFeishu()
    async with served(fake.app(), port, ws="websockets-sansio") as fake.url:
        delivering = asyncio.create_task(fake.deliver())
        try:
            yield fake
        finally:
            fake.closing.set()
            fake._tell()
            await delivering
            await fake.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A strict fake of Feishu's open platform.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--flood", type=float, default=1.0, help="multiplies the limits of speed; 0: none")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every answer")
    parser.add_argument("--scale", type=float, default=0.01, help="seconds for each second until an event comes again")
    parser.add_argument("--callback", default="", help="where events are brought; empty: over the long connection")
    parser.add_argument("--patient", action="store_true", help="people wait with the next until one was taken")
    options = parser.parse_args()
    run(process(fake_feishu(options.port), {**vars(options)}, f"app {APP} secret {SECRET}"))

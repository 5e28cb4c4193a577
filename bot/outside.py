"""Routes outside of what guards the page: whoever calls them shows who they are in their own way."""

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_LARGEST = 1_000_000  # bytes of an event


class Outside(Protocol):
    """A path, and what is answered there."""

    path: str

    async def answer(self, request: Request) -> Response:
        """Whatever the method."""
        ...


class Before:
    """ASGI middleware: one such route, before anything else of the page."""

    def __init__(self, app: ASGIApp, route: Outside) -> None:
        self._app, self._route = app, route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == self._route.path:
            response = await self._route.answer(Request(scope, receive))
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def body_of(request: Request) -> bytes | None:
    """The body; None when it is too large. Raises ClientDisconnect."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            return None
    return bytes(body)

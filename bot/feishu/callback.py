"""Feishu brings the events itself: one route, open to nobody but Feishu."""

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from Crypto.Cipher import AES
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from bot.feishu import NoFeishu
from bot.outside import body_of
from records.database import RecordsError

NO_KEY = (
    "feishu.mode 是 callback 时，要设环境变量 FEISHU_ENCRYPT_KEY"
    "（开发者后台 → 事件与回调 → 加密策略；至少要有 FEISHU_VERIFICATION_TOKEN）。"
)
_BLOCK = 16
log = logging.getLogger(__name__)


class BadEvent(Exception):
    """What came is no event of Feishu's; the message says why."""


class Callback:
    """The route of events and of presses; `take` keeps an event and says what Feishu is answered."""

    def __init__(
        self, path: str, key: str, token: str, take: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
    ) -> None:
        self.path, self._key, self._token, self._take = path, key, token, take
        if not key and not token:
            raise NoFeishu(NO_KEY)

    async def answer(self, request: Request) -> Response:
        """200 only when the event is on disk; anything else, and Feishu brings it again."""
        if request.method != "POST":
            return Response(status_code=405)
        try:
            body = await body_of(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413)
        try:
            told = opened(body, self._key)
            self._checked(told, body, request.headers)
        except BadEvent as error:
            log.warning("feishu: an event was refused: %s", error)
            return Response(status_code=403)
        if told.get("type") == "url_verification":
            return JSONResponse({"challenge": str(told.get("challenge") or "")})
        try:
            return JSONResponse(await self._take(told))
        except RecordsError as error:
            log.warning("feishu: an event could not be kept: %s", error)
            return Response(status_code=503)

    def _checked(self, told: dict[str, Any], body: bytes, headers: Any) -> None:
        """Signed with the key, where there is one, and with the token that is ours, where that is known."""
        first = told.get("type") == "url_verification"
        if self._key and not first:
            shown = headers.get("x-lark-signature", "").encode("latin-1", "replace")
            when, nonce = headers.get("x-lark-request-timestamp", ""), headers.get("x-lark-request-nonce", "")
            if not hmac.compare_digest(signature(when, nonce, self._key, body).encode(), shown):
                raise BadEvent("the signature is wrong")
        header = told.get("header")
        token = told.get("token") if first or not isinstance(header, dict) else header.get("token")
        if self._token and not hmac.compare_digest(str(token or "").encode(), self._token.encode()):
            raise BadEvent("the verification token is wrong")


def signature(timestamp: str, nonce: str, key: str, body: bytes) -> str:
    """What Feishu shows with an event."""
    return hashlib.sha256(f"{timestamp}{nonce}{key}".encode() + body).hexdigest()


def opened(body: bytes, key: str) -> dict[str, Any]:
    """The event, decrypted where there is a key; raises BadEvent."""
    told = _object(body)
    if not key:
        return told
    sealed = told.get("encrypt")
    if not isinstance(sealed, str):
        raise BadEvent("it is not encrypted")
    try:
        return _object(decrypted(base64.b64decode(sealed, validate=True), key))
    except ValueError as error:
        raise BadEvent("it cannot be decrypted") from error


def decrypted(sealed: bytes, key: str) -> bytes:
    """AES-256-CBC: the first block is the initial vector, the key that of SHA-256. Raises ValueError."""
    if len(sealed) < 2 * _BLOCK or len(sealed) % _BLOCK:
        raise ValueError("not a number of blocks")
    cipher = AES.new(hashlib.sha256(key.encode()).digest(), AES.MODE_CBC, sealed[:_BLOCK])
    plain = cipher.decrypt(sealed[_BLOCK:])
    padding = plain[-1]
    if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
        raise ValueError("the padding is wrong")
    return plain[:-padding]


def _object(text: bytes) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadEvent("it is not JSON") from error
    if not isinstance(told, dict):
        raise BadEvent("it is no object")
    return told

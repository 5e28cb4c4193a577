"""Telegram brings the updates itself: one route, open to nobody but Telegram."""

import hmac
import json
import logging
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bot.outside import body_of
from bot.telegram import NoTelegram
from bot.telegram.api import KINDS, Api, Me
from bot.telegram.intake import Intake
from records.database import RecordsError

BAD_SECRET = "TELEGRAM_WEBHOOK_SECRET 只能用 1 到 256 个英文字母、数字、_ 和 -。"  # noqa: S105  # a sentence about one
NO_PATH = "telegram.webhook（{url}）要写成带路径的 https 地址，例如 https://bot.example.com/telegram。"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
log = logging.getLogger(__name__)


class Webhook:
    """The route of the updates; `me` is None until Telegram has said who the bot is."""

    def __init__(self, url: str, secret: str, intake: Intake, me: Callable[[], Me | None]) -> None:
        self.url, self._secret, self._intake, self._me = url, secret, intake, me
        self.path = urlsplit(url).path
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise NoTelegram(BAD_SECRET)
        if not self.path.strip("/") or urlsplit(url).scheme not in ("http", "https"):
            raise NoTelegram(NO_PATH.format(url=url))

    async def announce(self, api: Api) -> None:
        """Tell Telegram where to bring updates, and what to show."""
        await api.set_webhook(self.url, secret_token=self._secret, allowed_updates=list(KINDS), max_connections=40)

    async def answer(self, request: Request) -> Response:
        """200 only when the update is on disk; anything else, and Telegram brings it again."""
        if request.method != "POST":
            return Response(status_code=405)
        shown = request.headers.get(HEADER, "")
        if not hmac.compare_digest(shown.encode("latin-1", "replace"), self._secret.encode()):
            log.warning("telegram: an update with a wrong secret was refused")
            return Response(status_code=403)
        try:
            body = await body_of(request)
            update = json.loads(body) if body is not None else None
        except (ClientDisconnect, ValueError, RecursionError):
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413)
        me = self._me()
        if me is None:
            return Response(status_code=503)
        return await self._take(update, me) if isinstance(update, dict) else Response(status_code=400)

    async def _take(self, update: dict[str, Any], me: Me) -> Response:
        try:
            await self._intake.take([update], me)
        except RecordsError as error:
            log.warning("telegram: an update could not be kept: %s", error)
            return Response(status_code=503)
        return Response(status_code=200)

"""The Bot API: one connection pool, and the few calls that are made outside a chat."""

import asyncio
import hashlib
import logging
import os
from dataclasses import dataclass
from typing import Any

from telegram import Bot

from bot.config import TelegramSettings
from bot.telegram.lenient import shown
from bot.telegram.request import Request

NOT_KNOWN = (
    "Telegram 不认这个机器人令牌：请检查环境变量 TELEGRAM_BOT_TOKEN（@BotFather 的 /mybots 里能看到），"
    "和 config.yaml 的 telegram.base_url。"
)
UNREACHABLE = "连不上 Telegram（{base}）：{why}。请检查网络、代理，或 config.yaml 的 telegram.base_url。"
KINDS = ("message", "callback_query", "my_chat_member")
_CONNECTIONS = 256  # a request of each of 200 chats at once, and some to spare
_REACH, _PATIENCE = 5.0, 10.0  # seconds for a connection, for an answer


@dataclass(frozen=True, slots=True)
class Me:
    """The bot's own account."""

    id: int
    username: str


class Api(Bot):
    """The Bot API, where updates come as they are: one that cannot be read must not hold up the others."""

    async def updates(self, offset: int, seconds: int) -> list[dict[str, Any]]:
        """Updates from `offset` on, waited for so long; asking confirms those before it."""
        data = {"offset": offset, "timeout": seconds, "limit": 100, "allowed_updates": list(KINDS)}
        found = await self._post("getUpdates", data, read_timeout=seconds + 5.0)
        return [completed(one) for one in found if isinstance(one, dict)]

    async def _post(self, endpoint: str, data: Any = None, **options: Any) -> Any:
        """As the library asks, but content with servers that answer with less than Telegram does."""
        result = await super()._post(endpoint, data, **options)
        shows = endpoint.startswith(("send", "editMessage")) and endpoint != "sendChatAction"
        return shown(result, (data or {}).get("chat_id")) if shows else result

    async def who(self) -> Me:
        """The bot's own account."""
        me = await self._post("getMe")  # get_me would insist on fields that servers other than Telegram's leave out
        return Me(int(me.get("id") or 0), str(me.get("username") or ""))

    async def _do_post(self, endpoint: str, data: dict[str, Any], **timeouts: Any) -> Any:
        return completed(await super()._do_post(endpoint, data, **timeouts))

    async def hang_up(self) -> None:
        """Let the connections go."""
        await asyncio.gather(*(request.shutdown() for request in self._request))


def completed(told: Any) -> Any:
    """What Telegram tells, with the fields that it never leaves out and others who speak its language do."""
    if isinstance(told, list):
        return [completed(one) for one in told]
    if not isinstance(told, dict):
        return told
    found = {name: completed(value) for name, value in told.items()}
    for name in ("from", "user"):
        if isinstance(found.get(name), dict):
            found[name] = {"is_bot": False, "first_name": "", **found[name]}
    if isinstance(found.get("chat"), dict) and "id" in found["chat"]:
        group = str(found["chat"]["id"]).startswith("-")
        found["chat"] = {"type": "supergroup" if group else "private", **found["chat"]}
    if "message_id" in found:
        found.setdefault("date", 0)
    if "data" in found and "from" in found:
        found = {"chat_instance": "", **found}
        if isinstance(found.get("message"), dict):
            found["message"] = {"message_id": 0, "date": 0, **found["message"]}
    return found


def connect(settings: TelegramSettings) -> Api:
    """The API as configured; nothing is asked of it yet."""
    os.environ["PTB_TIMEDELTA"] = "true"  # how the library is told not to warn of its own past
    for name in ("httpx", "httpcore", "telegram"):  # their lines hold addresses with the token, and people's words
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what fails is raised as well, and logged by us
    return Api(
        settings.token.get_secret_value(),
        base_url=settings.base_url,
        base_file_url=settings.base_file_url,
        request=Request(settings.base_url, _CONNECTIONS, _REACH, _PATIENCE),
        get_updates_request=Request(settings.base_url, 2, _REACH, _PATIENCE),
    )


def secret(settings: TelegramSettings) -> str:
    """What Telegram must show with every update it brings: as configured, else made of the token."""
    token = settings.token.get_secret_value()
    return settings.webhook_secret.get_secret_value() or hashlib.sha256(f"webhook {token}".encode()).hexdigest()

"""The Bot API: one connection pool, and the few calls that are made outside a chat."""

import asyncio
import hashlib
import logging
import os
from dataclasses import dataclass
from typing import Any

from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.config import TelegramSettings
from bot.telegram import NoTelegram

NOT_KNOWN = (
    "Telegram 不认这个机器人令牌：请检查环境变量 TELEGRAM_BOT_TOKEN（@BotFather 的 /mybots 里能看到），"
    "和 config.yaml 的 telegram.base_url。"
)
UNREACHABLE = "连不上 Telegram（{base}）：{why}。请检查网络、代理，或 config.yaml 的 telegram.base_url。"
DESCRIBED = "@{username}，{how}"
KINDS = ("message", "callback_query", "my_chat_member")
_CONNECTIONS = 256  # a request of each of 200 chats at once, and some to spare


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
        return [one for one in found if isinstance(one, dict)]

    async def who(self) -> Me:
        """The bot's own account."""
        me = await self._post("getMe")  # get_me would insist on fields that servers other than Telegram's leave out
        return Me(int(me.get("id") or 0), str(me.get("username") or ""))

    async def hang_up(self) -> None:
        """Let the connections go."""
        await asyncio.gather(*(request.shutdown() for request in self._request))


def connect(settings: TelegramSettings) -> Api:
    """The API as configured; nothing is asked of it yet."""
    os.environ["PTB_TIMEDELTA"] = "true"  # how the library is told not to warn of its own past
    for name in ("httpx", "httpcore", "telegram"):  # their lines hold addresses with the token, and people's words
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what fails is raised as well, and logged by us
    request = HTTPXRequest(
        connection_pool_size=_CONNECTIONS, connect_timeout=5.0, read_timeout=10.0, write_timeout=10.0, pool_timeout=5.0
    )
    return Api(
        settings.token.get_secret_value(),
        base_url=settings.base_url,
        base_file_url=settings.base_file_url,
        request=request,
        get_updates_request=HTTPXRequest(connection_pool_size=2, connect_timeout=5.0),
    )


def secret(settings: TelegramSettings) -> str:
    """What Telegram must show with every update it brings: as configured, else made of the token."""
    token = settings.token.get_secret_value()
    return settings.webhook_secret.get_secret_value() or hashlib.sha256(f"webhook {token}".encode()).hexdigest()


async def describe(settings: TelegramSettings) -> str:
    """One line on the bot as Telegram knows it; raises NoTelegram."""
    api = connect(settings)
    try:
        me = await api.who()
    except InvalidToken as error:
        raise NoTelegram(NOT_KNOWN) from error
    except TelegramError as error:
        raise NoTelegram(UNREACHABLE.format(base=settings.base_url, why=error.message)) from error
    finally:
        await api.hang_up()
    how = f"webhook {settings.webhook}" if settings.webhook else "轮询"
    return DESCRIBED.format(username=me.username, how=how)

"""What Telegram says of the bot, asked once, for `dudao doctor`."""

from dataclasses import dataclass

from telegram.error import InvalidToken, TelegramError

from bot.config import TelegramSettings
from bot.telegram import NoTelegram
from bot.telegram.api import NOT_KNOWN, UNREACHABLE, connect


@dataclass(frozen=True, slots=True)
class Seen:
    """`webhook` is "" where updates are polled; `waiting` counts updates not fetched; `trouble` is the last fault."""

    username: str
    webhook: str = ""
    waiting: int = 0
    trouble: str = ""


async def examine(settings: TelegramSettings) -> Seen:
    """Raises NoTelegram when the bot is not known there, or Telegram cannot be reached."""
    api = connect(settings)
    try:
        me = await api.who()
        info = await api.get_webhook_info()
    except InvalidToken as error:
        raise NoTelegram(NOT_KNOWN) from error
    except TelegramError as error:
        raise NoTelegram(UNREACHABLE.format(base=settings.base_url, why=error.message)) from error
    finally:
        await api.hang_up()
    return Seen(me.username, info.url or "", info.pending_update_count, info.last_error_message or "")

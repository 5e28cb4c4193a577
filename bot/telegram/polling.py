"""Asks Telegram for updates, one long question after the other."""

import asyncio
import logging
import time

from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter, TelegramError

from bot.telegram import NoTelegram
from bot.telegram.api import NOT_KNOWN, Api, Me
from bot.telegram.intake import Intake
from records.database import RecordsError

CONFLICT = "telegram: another process takes this bot's updates (409); stop it, or use a webhook. Trying again"
_WAIT = 25  # seconds of one long question
_AT_ONCE = 0.2  # seconds
_FIRST, _LONGEST = 0.5, 30.0  # seconds between attempts after a fault
log = logging.getLogger(__name__)


async def poll(api: Api, intake: Intake, me: Me) -> None:
    """Take updates until cancelled; asking for the next ones confirms only what is on disk. Raises NoTelegram."""
    offset, faults, cleared = 0, 0, False
    while True:
        try:
            if not cleared:
                cleared = await _unhooked(api)
            started = time.monotonic()
            updates = await api.updates(offset, _WAIT)
            await intake.take(updates, me)
        except InvalidToken:
            raise NoTelegram(NOT_KNOWN) from None
        except (TelegramError, RecordsError) as error:
            faults += 1
            await asyncio.sleep(_pause(error, faults))
            continue
        if faults:
            log.info("telegram: updates come again")
        faults = 0
        if not updates and time.monotonic() - started < _AT_ONCE:
            await asyncio.sleep(_AT_ONCE)  # a server that does not wait, though it was asked to
        offset = max([offset, *(one["update_id"] + 1 for one in updates if isinstance(one.get("update_id"), int))])


async def _unhooked(api: Api) -> bool:
    """Leave polling free; where that is refused, asking for updates will show whether it is."""
    try:
        await api.delete_webhook(drop_pending_updates=False)
    except (BadRequest, InvalidToken) as error:
        log.warning("telegram: a webhook could not be taken away: %s", type(error).__name__)
    return True


def _pause(error: Exception, faults: int) -> float:
    """Seconds until the next attempt; the first fault of a row is logged, and then every twentieth."""
    if faults % 20 == 1:
        if isinstance(error, Conflict):
            log.error(CONFLICT)
        else:
            log.warning("telegram: no updates: %s: %s", type(error).__name__, error)
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        return float(wait) if isinstance(wait, int) else wait.total_seconds()
    return min(_LONGEST, _FIRST * 2.0 ** min(faults - 1, 10))

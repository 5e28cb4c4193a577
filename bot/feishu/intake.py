"""Events are on disk before Feishu hears that they have arrived."""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError

from bot.feishu import NoFeishu
from bot.feishu.api import Api, Busy, Me, Refusal
from bot.feishu.content import FORWARDED, forwarded
from bot.feishu.events import CLICK
from bot.feishu.parse import CHANNEL, Heard, parse
from handlers.message import Incoming
from records.database import Database, RecordsError
from records.outbox import Outbox
from records.people import People

TAKEN, NOT_TAKEN = "收到", "没有收到，请再点一次"
_BARE = re.compile(r"/\w+")  # a command alone: as a reply to what a person wrote, it is about their words
_LOOK_UP = 1.2  # seconds for a question to Feishu before an event is acknowledged, which must be within 3
_ASK_AGAIN = 600.0  # seconds until a name is asked for again after Feishu would not tell
log = logging.getLogger(__name__)


class Intake:
    """Takes events, whichever way they come; `accept` keeps messages and has them handled.

    `said` tells which messages the bot has sent just now, and `me` who it is, once that is known.
    """

    def __init__(
        self,
        api: Api,
        database: Database,
        accept: Callable[[Sequence[Incoming]], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        self.me = Me("", "")
        self.said: Callable[[str], bool] = lambda message: False
        self._api, self._database, self._accept, self._now = api, database, accept, now
        self._chats = dict[str, tuple[asyncio.Lock, list[None]]]()
        self._unasked = 0.0

    async def take(self, raw: dict[str, Any]) -> dict[str, Any]:
        """Keep what someone did; returns what Feishu is answered. Raises RecordsError: then it must come again.

        A press does not come again: whoever pressed is told to.
        """
        try:
            heard = parse(raw, self.me, self._now())
        except ValidationError as error:  # it will not be readable next time either
            log.warning("feishu: an event is not understood: %s", [one["loc"] for one in error.errors()])
            return {}
        if heard is None:
            return {}
        pressed = (raw.get("header") or {}).get("event_type") == CLICK
        try:
            async with self._in_order(heard.incoming.chat):
                incoming = await self._completed(heard)
                if incoming is not None:
                    await self._accept([incoming])
        except RecordsError:
            if not pressed:
                raise
            log.exception("feishu: a press could not be kept")
            return _toast("error", NOT_TAKEN)
        return _toast("info", TAKEN) if pressed else {}

    async def _completed(self, heard: Heard) -> Incoming | None:
        """With what the event does not say; None where it is not for the bot."""
        incoming = heard.incoming
        if not heard.addressed and not await self._ours(incoming):
            return None
        if heard.forwarded:
            incoming = replace(incoming, text=await self._words(incoming.id, inside=True) or FORWARDED)
        elif incoming.answers and _BARE.fullmatch(incoming.text) and not await self._ours(incoming):
            quoted = " ".join((await self._words(incoming.answers)).split())
            incoming = replace(incoming, text=f"{incoming.text} {quoted}".strip())
        if incoming.private and not incoming.name and not incoming.action and await self._unknown(incoming.person):
            incoming = replace(incoming, name=await self._name(incoming.person))
        return incoming

    async def _ours(self, incoming: Incoming) -> bool:
        """Whether it answers a message of the bot's."""
        if self.said(incoming.answers):
            return True
        async with self._database.read() as connection:
            return await Outbox(connection).shown(CHANNEL, incoming.chat, incoming.answers) is not None

    async def _unknown(self, person: str) -> bool:
        async with self._database.read() as connection:
            return await People(connection).who(CHANNEL, person) is None

    async def _words(self, message: str, *, inside: bool = False) -> str:
        """What stands in a message, or in those that were forwarded in it; "" where Feishu does not say."""
        told = await self._asked(f"/open-apis/im/v1/messages/{quote(message, safe='')}")
        items = told.get("items")
        return forwarded(items, message if inside else "") if isinstance(items, list) else ""

    async def _name(self, person: str) -> str:
        """What a person is called, "" where Feishu does not say."""
        if time.monotonic() < self._unasked:
            return ""
        told = await self._asked(f"/open-apis/contact/v3/users/{quote(person, safe='')}?user_id_type=open_id")
        if not told:
            self._unasked = time.monotonic() + _ASK_AGAIN
        user = told.get("user")
        return str(user.get("name") or "") if isinstance(user, dict) else ""

    async def _asked(self, path: str) -> dict[str, Any]:
        """An answer that can be done without; empty when it does not come in time."""
        try:
            async with asyncio.timeout(_LOOK_UP):
                return await self._api.call("GET", path)
        except (Refusal, Busy, NoFeishu, TimeoutError) as error:
            log.warning("feishu: %s is not answered: %s", path.split("/")[2], error or type(error).__name__)
            return {}

    @asynccontextmanager
    async def _in_order(self, chat: str) -> AsyncIterator[None]:
        """The events of a chat one after the other, as they came."""
        lock, users = self._chats.setdefault(chat, (asyncio.Lock(), []))
        users.append(None)
        try:
            async with lock:
                yield
        finally:
            users.pop()
            if not users:
                self._chats.pop(chat, None)


def _toast(kind: str, text: str) -> dict[str, Any]:
    return {"toast": {"type": kind, "content": text}}

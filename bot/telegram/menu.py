"""The command menu: the two commands of strangers for everyone, and in a person's chat those of their role."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from telegram import BotCommand, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import TelegramError

from bot.telegram.api import Api
from records.database import RecordsError

STRANGERS = (("start", "开始"), ("help", "能做什么"))
_AT_ONCE = 4
_MOST = 100
_LONGEST = 256  # characters of a description
log = logging.getLogger(__name__)


class Menu:
    """`commands` gives the (command, text) of a role, `role` that of whoever writes in a private chat, "" for none.

    What was set is remembered while the process lives: a menu is set when its person is first met, joins, changes
    their role or leaves.
    """

    def __init__(
        self,
        api: Api,
        commands: Callable[[str], Sequence[tuple[str, str]]],
        role: Callable[[str], Awaitable[str]],
    ) -> None:
        self._api, self._commands, self._role = api, commands, role
        self._set, self._tasks = dict[str, str](), dict[str, asyncio.Task[None]]()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def strangers(self) -> None:
        """What everyone sees who has no menu of their own."""
        try:
            await self._api.set_my_commands([BotCommand(*one) for one in STRANGERS], scope=BotCommandScopeDefault())
        except TelegramError as error:
            log.warning("telegram: the command menu could not be set: %s", error.message)

    def seen(self, chat: str, unchanged: bool = False) -> None:
        """Something was sent there: see in the background that the menu fits its person.

        `unchanged` says that their role is what it was, if it was looked at before.
        """
        if chat not in self._tasks and not (unchanged and chat in self._set):
            self._tasks[chat] = asyncio.create_task(self._fit(chat))

    async def stop(self) -> None:
        """Leave it as it is."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fit(self, chat: str) -> None:
        try:
            async with self._slots:
                role = await self._role(chat)
                if role != self._set.get(chat, ""):
                    await self._change(chat, role)
                    self._set[chat] = role
        except RecordsError as error:
            log.warning("telegram: the command menu is left as it is: %s", error)
        except TelegramError as error:
            self._set[chat] = role  # not tried again with every message
            log.warning("telegram: the command menu could not be set: %s", error.message)
        finally:
            del self._tasks[chat]

    async def _change(self, chat: str, role: str) -> None:
        scope = BotCommandScopeChat(int(chat))
        if role:
            commands = [BotCommand(word, text[:_LONGEST]) for word, text in self._commands(role)]
            await self._api.set_my_commands(commands[:_MOST], scope=scope)
        else:
            await self._api.delete_my_commands(scope=scope)

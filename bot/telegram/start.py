"""Telegram joins the house: everything of it built in one place, and kept running."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from starlette.applications import Starlette
from telegram.error import InvalidToken, TelegramError

from bot.app import App, bot_link
from bot.outside import Before
from bot.reaching import reached
from bot.telegram import NoTelegram
from bot.telegram.api import NOT_KNOWN, UNREACHABLE, Api, Me, connect, secret
from bot.telegram.channel import Telegram
from bot.telegram.intake import Intake
from bot.telegram.menu import Menu
from bot.telegram.pace import Pace
from bot.telegram.parse import CHANNEL
from bot.telegram.polling import poll
from bot.telegram.webhook import Webhook
from records.people import People

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Service:
    """Telegram's part of a running process."""

    app: App
    api: Api
    intake: Intake
    menu: Menu
    webhook: Webhook | None = None
    me: Me | None = None

    async def run(self) -> None:
        """Receive until cancelled; raises NoTelegram."""
        me = await reached(self._who, (TelegramError,), self._away)
        username = me.username
        self.app.turns.deployment = replace(self.app.turns.deployment, bot_link=lambda code: bot_link(username, code))
        log.info("telegram: the bot is @%s", username)
        await self.menu.strangers()
        if self.webhook is None:
            await poll(self.api, self.intake, me)
        await asyncio.Event().wait()

    def mount(self, page: Starlette) -> None:
        """Let the web application take the webhook, where there is one, before anything else of it."""
        if self.webhook is not None:
            page.add_middleware(Before, route=self.webhook)

    async def _who(self) -> Me:
        """Who the bot is; Telegram brings its updates from now on, where there is a webhook."""
        try:
            me = self.me = await self.api.who()
            if self.webhook is not None:
                await self.webhook.announce(self.api)
        except InvalidToken:
            raise NoTelegram(NOT_KNOWN) from None
        return me

    def _away(self, error: Exception) -> None:
        base, why = self.app.settings.telegram.base_url, getattr(error, "message", error)
        log.warning("telegram: %s", UNREACHABLE.format(base=base, why=why))


@asynccontextmanager
async def telegram(app: App) -> AsyncIterator[Service]:
    """Telegram among the channels of the house. Raises NoTelegram."""
    settings = app.settings.telegram
    api = connect(settings)
    menu = Menu(api, app.turns.deployment.menu, lambda chat: _role(app, chat))
    intake = Intake(api, app.database, app.turns.accept, app.turns.now)
    service = Service(app, api, intake, menu)
    if settings.webhook:
        service.webhook = Webhook(settings.webhook, secret(settings), intake, lambda: service.me)
    app.channels[CHANNEL] = Telegram(
        api=api,
        files=app.turns.files,
        pace=Pace(settings.messages_per_second),
        seconds_between_edits=settings.seconds_between_edits,
        seen=menu.seen,
    )
    try:
        yield service
    finally:
        await intake.stop()
        await menu.stop()
        await api.hang_up()


async def _role(app: App, chat: str) -> str:
    """A private chat is called as the person in it."""
    async with app.database.read() as connection:
        person = await People(connection).who(CHANNEL, chat)
    return person.role if person else ""

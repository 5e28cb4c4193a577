"""Feishu joins the house: everything of it built in one place, and kept running."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette

from bot.app import App
from bot.feishu.api import UNREACHABLE, Api, Busy, Refusal, connect
from bot.feishu.callback import Callback
from bot.feishu.channel import Feishu
from bot.feishu.connection import Connection
from bot.feishu.intake import Intake
from bot.feishu.pace import Pace
from bot.feishu.parse import CHANNEL
from bot.feishu.signs import Signs
from bot.outside import Before
from bot.reaching import reached
from records.documents import Documents

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Service:
    """Feishu's part of a running process."""

    app: App
    api: Api
    intake: Intake
    callback: Callback | None = None

    async def run(self) -> None:
        """Receive until cancelled; raises NoFeishu."""
        self.intake.me = me = await reached(self.api.me, (Busy, Refusal), self._away)
        log.info("feishu: the bot is %s", me.name)
        if self.callback is None:
            settings = self.app.settings.feishu
            secret = settings.app_secret.get_secret_value()
            await Connection(self.api.base, settings.app_id, secret, self.intake.take).run()
        await asyncio.Event().wait()

    def mount(self, page: Starlette) -> None:
        """Let the web application take the callback, where there is one, before anything else of it."""
        if self.callback is not None:
            page.add_middleware(Before, route=self.callback)

    def _away(self, error: Exception) -> None:
        log.warning("feishu: %s", UNREACHABLE.format(base=self.api.base, why=error))


@asynccontextmanager
async def feishu(app: App) -> AsyncIterator[Service]:
    """Feishu among the channels of the house. Raises NoFeishu."""
    settings = app.settings.feishu
    api = connect(settings)
    intake = Intake(api, app.database, app.turns.accept, app.turns.now)
    service = Service(app, api, intake)
    if settings.mode == "callback":
        key, token = settings.encrypt_key.get_secret_value(), settings.verification_token.get_secret_value()
        service.callback = Callback(settings.path, key, token, intake.take)
    async with app.database.read() as connection:
        home, _ = await Documents(connection).library()
    app.channels[CHANNEL] = channel = Feishu(
        api=api,
        files=app.turns.files,
        pace=Pace(settings.messages_per_second),
        seconds_between_edits=settings.seconds_between_edits,
        home=home,
        signs=(signs := Signs(api)),
    )
    intake.said = channel.said
    try:
        yield service
    finally:
        await signs.stop()
        await api.hang_up()

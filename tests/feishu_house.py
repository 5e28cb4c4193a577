"""The house with Feishu as its channel, in this process, against the fake; events come by the callback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import house
from fake_feishu import APP, KEY, SECRET, FakeFeishu, Sent
from far_end import served
from feishu_far import VERIFICATION
from house import ASKED, Now, answering, at_home, running
from starlette.applications import Starlette

from bot.feishu.start import Service, feishu
from bot.metrics import Metrics
from bot.serving import _delivering

__all__ = ["ASKED", "CHEN", "GROUP", "LIN", "Talk", "answering", "settings", "talking"]
LIN, CHEN, GROUP = "ou_lin", "ou_chen", "oc_stores"


@dataclass
class Talk(house.Talk[Sent]):
    """In Feishu; people are open_ids."""

    fake: FakeFeishu
    service: Service
    channel: ClassVar[str] = "feishu"
    first: ClassVar[str] = LIN


def _mounted(page: Starlette, service: Service) -> Starlette:
    """The page, with the callback before it."""
    service.mount(page)
    return page


def settings(fake: FakeFeishu, **changes: Any) -> dict[str, Any]:
    """The feishu part of the settings that lead to the fake."""
    led = {"app_id": APP, "app_secret": SECRET, "base_url": fake.url, "mode": "callback"}
    return {**led, "encrypt_key": KEY, "verification_token": VERIFICATION, **changes}


@asynccontextmanager
async def talking(fake: FakeFeishu, home: Path, now: Now | None = None, **changes: Any) -> AsyncIterator[Talk]:
    """The house, with a page that Feishu can call; `changes` are settings."""
    part = settings(fake, **changes.pop("feishu", {}))
    async with (
        at_home(home, now, feishu=part, **changes) as app,
        feishu(app) as service,
        _delivering(app, Metrics()),
        running(service),
        served(_mounted(Starlette(), service)) as url,
    ):
        await fake.until(lambda: fake.called("info"))
        fake.callback = f"{url}{app.settings.feishu.path}" if service.callback else ""
        fake._tell()
        try:
            yield Talk(fake, app, service)
        finally:
            fake.callback = ""

"""What a process of its own needs to talk in Telegram or in Feishu, led to the fake by the environment alone."""

import asyncio
import os
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fake_feishu
import fake_telegram
import feishu_house
import telegram_house

from records.database import Database
from records.invites import Invites

PATIENCE = 90  # seconds for a process to start on a busy machine
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Side:
    """One of the chats: its far end, who writes there, and what must never be logged."""

    name: str
    fake: Any
    user: Any
    method: str  # by which the bot sends
    token: str  # the environment's name of its secret
    secrets: tuple[str, ...]

    def environment(self, **more: str) -> dict[str, str]:
        """Of a process that asks for its events itself."""
        kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        led = {"DUDAO__WEB__ENABLED": "false", "PYTHONWARNINGS": "ignore"}
        if self.name == "telegram":
            led |= {
                "TELEGRAM_BOT_TOKEN": fake_telegram.TOKEN,
                "DUDAO__TELEGRAM__BASE_URL": f"{self.fake.url}/bot",
                "DUDAO__TELEGRAM__BASE_FILE_URL": f"{self.fake.url}/file/bot",
            }
        else:
            led |= {
                "FEISHU_APP_ID": fake_feishu.APP,
                "FEISHU_APP_SECRET": fake_feishu.SECRET,
                "DUDAO__FEISHU__BASE_URL": self.fake.url,
            }
        return {**kept, **led, **more}

    def refused(self) -> list[Any]:
        """What the bot tried to send and could not."""
        return [one for one in self.fake.called(self.method) if one.error]

    def brought(self, port: int) -> dict[str, str]:
        """Of a process that has them brought to the page's port."""
        page = {"DUDAO__WEB__ENABLED": "true", "DUDAO__WEB__PORT": str(port)}
        if self.name == "telegram":
            there = f"http://127.0.0.1:{port}/telegram"
            return self.environment(**page, DUDAO__TELEGRAM__WEBHOOK=there, TELEGRAM_WEBHOOK_SECRET="a-secret_1")
        return self.environment(**page, DUDAO__FEISHU__MODE="callback", FEISHU_ENCRYPT_KEY=fake_feishu.KEY)


def side(name: str, fake: Any) -> Side:
    """Telegram's or Feishu's."""
    if name == "telegram":
        secrets: tuple[str, ...] = (fake_telegram.TOKEN, "a-secret_1")
        return Side(name, fake, telegram_house.LIN, "sendMessage", "TELEGRAM_BOT_TOKEN", secrets)
    secrets = (fake_feishu.SECRET, fake_feishu.KEY, "fake-ticket")
    return Side(name, fake, feishu_house.LIN, "send", "FEISHU_APP_SECRET", secrets)


async def finish(running: "subprocess.Popen[bytes]", number: int) -> tuple[float, str]:
    """Send a signal; seconds until the process was gone, and what it had said."""
    started = time.monotonic()
    running.send_signal(number)
    out, err = await asyncio.to_thread(running.communicate, None, 20)
    return time.monotonic() - started, (out + err).decode()


async def invited(home: Path) -> str:
    """An admin's code."""
    database = Database(f"sqlite:///{home / 'dudao.db'}")
    try:
        async with database.write() as connection:
            return await Invites(connection).make("admin", datetime.now(UTC), HOUR)
    finally:
        await database.close()

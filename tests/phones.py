"""Every channel a dialogue is had in: its far end, and the house there."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from chromium import BROWSER, Chromium
from fake_feishu import fake_feishu
from fake_telegram import fake_telegram
from phone import Phone, Scene, Shown
from phone_browser import browser_scene, pages
from phone_feishu import feishu_scene
from phone_telegram import telegram_scene
from telegram_house import Now

CHANNELS = ("telegram", "feishu", pytest.param("browser", marks=BROWSER))

__all__ = ["CHANNELS", "Phone", "Scene", "Shown", "far", "scene"]


def far(channel: str, chromium: Chromium) -> AbstractAsyncContextManager[Any]:
    """The far end of a channel: it stays when the house goes down."""
    if channel == "browser":
        return pages(chromium)
    return fake_telegram() if channel == "telegram" else fake_feishu()


def scene(
    channel: str, end: Any, home: Path, monkeypatch: pytest.MonkeyPatch, now: Now | None = None
) -> AbstractAsyncContextManager[Scene]:
    """The house in a channel, with one store; `now` is its clock."""
    if channel == "browser":
        return browser_scene(end, home, now)
    if channel == "telegram":
        return telegram_scene(end, home, monkeypatch, now)
    return feishu_scene(end, home, monkeypatch, now)

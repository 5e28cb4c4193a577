"""Brings what people sent, within what a bot may fetch."""

import asyncio
import logging

import aiohttp

from bot.feishu import NoFeishu
from bot.feishu.api import NO_SCOPE, Api, Busy, Refusal, Stale
from handlers.context import Unfetched
from handlers.message import Attachment

LIMIT = 100_000_000  # bytes; Feishu gives bots no more
TOO_LARGE = "这个文件超过 100 MB，飞书不让机器人接收，请压缩后再发。"
NOT_NOW = "这个文件暂时下载不了，请过一会儿重新发送。"
NOT_ALLOWED = "我还没有权限读取文件，请告诉管理员：在飞书开放平台给应用开通“获取与发送单聊、群组消息”权限。"
_PATIENCE = 90.0  # seconds for the whole of it
_ATTEMPTS = 3
_TOO_LARGE = 234037
log = logging.getLogger(__name__)


async def download(api: Api, attachment: Attachment, seconds: float = _PATIENCE) -> bytes:
    """The bytes of what a person sent; raises Unfetched with a sentence for them."""
    try:
        async with asyncio.timeout(seconds):
            content = await _fetched(api, attachment.ref)
    except Refusal as refusal:
        log.warning("feishu: a file could not be fetched: %s", refusal)
        if refusal.code == _TOO_LARGE:
            raise Unfetched(TOO_LARGE) from refusal
        raise Unfetched(NOT_ALLOWED if refusal.code == NO_SCOPE else NOT_NOW) from refusal
    except (Busy, Stale, NoFeishu, aiohttp.ClientError, OSError, TimeoutError) as error:
        log.warning("feishu: a file could not be fetched: %s", type(error).__name__)
        raise Unfetched(NOT_NOW) from error
    if content is None:
        raise Unfetched(TOO_LARGE)
    return content


async def _fetched(api: Api, ref: str) -> bytes | None:
    message, kind, key = ref.split("/", 2)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return await api.resource(message, key, kind, LIMIT)
        except Stale:
            api.forget_token()
            if attempt == _ATTEMPTS:
                raise
        except (Busy, aiohttp.ClientError) as error:
            if attempt == _ATTEMPTS:
                raise
            await asyncio.sleep(getattr(error, "seconds", None) or 0.3 * attempt)
    raise AssertionError("unreachable")

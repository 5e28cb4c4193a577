"""Brings what people sent, within what a bot may fetch."""

import asyncio
import logging
from pathlib import Path

import httpx
from telegram.error import BadRequest, TelegramError

from bot.telegram.api import Api
from handlers.context import Unfetched
from handlers.message import Attachment

LIMIT = 20_000_000  # bytes; Telegram gives bots no more
TOO_LARGE = "这个文件超过 20 MB，Telegram 不让机器人接收，请压缩后再发，或在网页里上传。"
NOT_NOW = "这个文件暂时下载不了，请过一会儿重新发送。"
_PATIENCE = 60.0  # seconds for the whole of it
log = logging.getLogger(__name__)


async def download(api: Api, attachment: Attachment, seconds: float = _PATIENCE) -> bytes:
    """The bytes of what a person sent; raises Unfetched with a sentence for them."""
    if attachment.size > LIMIT:
        raise Unfetched(TOO_LARGE)
    try:
        async with asyncio.timeout(seconds):
            return await _download(api, attachment.ref)
    except BadRequest as error:
        too_large = "too big" in error.message.lower()
        raise Unfetched(TOO_LARGE if too_large else NOT_NOW) from error
    except (TelegramError, httpx.HTTPError, OSError, TimeoutError) as error:
        log.warning("telegram: a file could not be fetched: %s", type(error).__name__)
        raise Unfetched(NOT_NOW) from None  # the error may hold the address, and that the token


async def _download(api: Api, ref: str) -> bytes:
    found = await api.get_file(ref)
    where = found.file_path or ""
    if (found.file_size or 0) > LIMIT:
        raise Unfetched(TOO_LARGE)
    if not where.startswith(("http://", "https://")):  # a Bot API server on this machine, in its local mode
        return await asyncio.to_thread(_read, Path(where))
    content = bytearray()
    async with httpx.AsyncClient(timeout=20.0) as client, client.stream("GET", where) as response:
        response.raise_for_status()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > LIMIT:
                raise Unfetched(TOO_LARGE)
    return bytes(content)


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        content = opened.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise Unfetched(TOO_LARGE)
    return content

"""Feishu's long connection: the SDK's own client in a thread of its own, answering when an event is on disk."""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from bot.feishu import NoFeishu
from bot.feishu.api import NOT_KNOWN
from bot.feishu.sdk import loaded

TOO_MANY = "飞书不让再建立长连接（{why}）：同一个应用最多 50 个，请停掉多余的进程。"
_ACKNOWLEDGED = 2.8  # seconds; after 3 Feishu takes an event for lost, and brings it again
_CLOSING = 0.5  # seconds for a farewell
_FIRST, _LONGEST = 1.0, 30.0  # seconds between attempts of ours, where the SDK itself gave up
log = logging.getLogger(__name__)
Take = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class Connection:
    """One connection; `take` runs in the loop that made this."""

    def __init__(self, base: str, app: str, secret: str, take: Take) -> None:
        self._base, self._app, self._secret, self._take = base, app, secret, take
        self._loop = asyncio.get_running_loop()
        self._inner: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._stopped, self._woken = False, threading.Event()
        self._thread = threading.Thread(target=self._live, name="feishu", daemon=True)

    async def run(self) -> None:
        """Receive until cancelled; raises NoFeishu."""
        self._thread.start()
        try:
            await self._ended
        finally:
            self._stop()
            await asyncio.to_thread(self._thread.join, 2.0)

    def _stop(self) -> None:
        inner, self._stopped = self._inner, True
        self._woken.set()
        if inner is not None:
            with suppress(RuntimeError):  # it is closed already
                inner.call_soon_threadsafe(inner.stop)

    def _live(self) -> None:
        """The thread: the SDK asks for its address without letting go of the loop, which must be no other's."""
        sdk, wait = loaded(), _FIRST
        while not self._stopped:
            started = time.monotonic()
            inner = sdk.loop = asyncio.new_event_loop()
            asyncio.set_event_loop(inner)
            client, self._inner = made(sdk, self._base, self._app, self._secret, self._events), inner
            try:
                client.start()
            except sdk.ClientException as error:
                self._end(NoFeishu(_told(error)))
                return
            except Exception as error:
                if not self._stopped:
                    log.warning("feishu: the long connection failed: %s", type(error).__name__)
            finally:
                self._inner = None
                _closed(inner, client)
            wait = _FIRST if time.monotonic() - started > _LONGEST else min(_LONGEST, wait * 2)
            self._woken.wait(0 if self._stopped else wait)

    def _end(self, error: NoFeishu) -> None:
        def end() -> None:
            if not self._ended.done():
                self._ended.set_exception(error)

        self._loop.call_soon_threadsafe(end)

    async def _events(self, payload: bytes) -> Any:
        """What Feishu is answered to an event; raises when it must come again."""
        raw = json.loads(payload)
        future: Future[dict[str, Any]] = asyncio.run_coroutine_threadsafe(self._keep(raw), self._loop)
        try:
            async with asyncio.timeout(_ACKNOWLEDGED):
                return await asyncio.shield(asyncio.wrap_future(future)) or None
        except TimeoutError:
            log.warning("feishu: an event was not kept in time; it comes again")
            raise

    async def _keep(self, raw: dict[str, Any]) -> dict[str, Any]:
        return await self._take(raw) if isinstance(raw, dict) else {}


def made(sdk: Any, base: str, app: str, secret: str, events: Callable[[bytes], Awaitable[Any]]) -> Any:
    """The SDK's client, but for one thing: it is not held up by an event, and answers each when it is kept."""

    class Client(sdk.Client):  # type: ignore[misc]  # the SDK's module is loaded by hand, untyped
        failed: Exception | None = None

        async def _handle_data_frame(self, frame: Any) -> None:
            payload = self._whole(frame)
            if payload is None:
                return
            response = sdk.Response(code=200)
            started = time.monotonic()
            try:
                if (told := await events(payload)) is not None:
                    response.data = sdk.base64.b64encode(json.dumps(told).encode())
            except Exception as error:  # whatever it is: Feishu brings it again
                log.warning("feishu: an event is not acknowledged: %s", type(error).__name__)
                response = sdk.Response(code=500)
            header = frame.headers.add()
            header.key, header.value = sdk.HEADER_BIZ_RT, str(int((time.monotonic() - started) * 1000))
            frame.payload = sdk.JSON.marshal(response).encode()
            await self._write_message(frame.SerializeToString())

        def _whole(self, frame: Any) -> bytes | None:
            """The payload of an event, from all its frames; None while some are missing, or for what is no event."""
            told = {one.key: one.value for one in frame.headers}
            if told.get(sdk.HEADER_TYPE) != sdk.MessageType.EVENT.value:
                return None
            parts, part = int(told.get(sdk.HEADER_SUM) or 1), int(told.get(sdk.HEADER_SEQ) or 0)
            if parts <= 1:
                return bytes(frame.payload)
            whole = self._combine(told[sdk.HEADER_MESSAGE_ID], parts, part, frame.payload)
            return None if whole is None else bytes(whole)

        async def _connect(self) -> None:
            await super()._connect()
            log.info("feishu: the long connection is open")

        async def _receive_message_loop(self) -> None:
            try:
                await super()._receive_message_loop()
            except Exception as error:  # it could not connect again: whoever started it must hear
                self.failed = error
                sdk.loop.call_soon(sdk.loop.stop)  # at once, it would be lost where the connection is just being made

        def start(self) -> None:
            try:
                super().start()
            except RuntimeError:
                if self.failed is not None:
                    raise self.failed from None
                raise

    client = Client(app, secret, log_level=sdk.LogLevel.CRITICAL, domain=base)
    client.on_reconnecting = lambda: log.info("feishu: the long connection is lost; connecting again")
    client._reconnect_nonce, client._reconnect_interval = 2, 5  # until Feishu has said otherwise
    return client


def _told(error: Any) -> str:
    known = getattr(error, "code", None)
    return TOO_MANY.format(why=known) if known in (1000040350, 514) else NOT_KNOWN


def _closed(loop: asyncio.AbstractEventLoop, client: Any) -> None:
    """Nothing of the loop is left under way; a second time, where it was told to stop in between."""
    for _ in range(2):
        with suppress(RuntimeError):
            loop.run_until_complete(_let_go(client))
            break
    loop.close()


async def _let_go(client: Any) -> None:
    tasks, connection = asyncio.all_tasks() - {asyncio.current_task()}, client._conn
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if connection is not None:
        with suppress(Exception):  # it may be gone already
            async with asyncio.timeout(_CLOSING):
                await connection.close()
        connection.transport.abort()
        await asyncio.sleep(0)  # for the transport to be gone

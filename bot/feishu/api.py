"""Feishu's open API: one connection pool, a token that is renewed in time, and second attempts."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp
import httpx
import orjson

from bot.config import FeishuSettings
from bot.feishu import NoFeishu
from bot.proxy import proxy_of

NOT_KNOWN = (
    "飞书不认这个应用：请检查环境变量 FEISHU_APP_ID 和 FEISHU_APP_SECRET"
    "（开发者后台 → 凭证与基础信息），和 config.yaml 的 feishu.base_url。"
)
UNREACHABLE = "连不上飞书（{base}）：{why}。请检查网络、代理，或 config.yaml 的 feishu.base_url。"
NO_SCOPE = 99991672
LIMITED = frozenset({99991400, 99991402, 11232, 11233, 11247, 230020})
_STALE = frozenset({99991661, 99991663, 99991664, 99991665, 99991668, 99991671, 99991677})
_WRONG_APP = frozenset({10003, 10005, 10012, 10013, 10014, 10015})
_PASSING = frozenset({1500, 2200, 55001, 230049, 1061045, 5000})  # faults of theirs that pass
_RESET = "x-ogw-ratelimit-reset"
_AHEAD = 600.0  # seconds before its end a token is renewed; Feishu hands out a new one in its last 30 minutes
_ATTEMPTS, _WAIT, _LONGEST_WAIT = 3, 0.3, 3.0  # seconds; who must wait longer comes again later
_REACH, _PATIENCE, _UPLOAD = 5.0, 10.0, 60.0  # seconds for a connection, an answer, an upload
_CONNECTIONS = 128
log = logging.getLogger(__name__)


class Refusal(Exception):
    """Feishu says no, and would again; `code` is its number."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code


class Busy(Exception):
    """Not now: a limit, a fault that passes, or no way there. `seconds` is how long Feishu wants to be left alone."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Me:
    """The bot's own account."""

    id: str
    name: str


@dataclass(slots=True)
class Api:
    """The calls; everything raises Refusal, Busy, and NoFeishu where the app itself is not known."""

    base: str
    app: str
    secret: str
    _token: str = ""
    _until: float = 0.0
    _renewing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _session: aiohttp.ClientSession | None = None

    async def call(
        self, method: str, path: str, body: Any = None, form: Mapping[str, Any] | None = None, **query: str
    ) -> dict[str, Any]:
        """What stands under `data` in the answer; passing faults are tried again, a stale token is renewed."""
        waited, renewed = 0, False
        while True:
            token = ""
            try:
                token = await self.token()
                return _data(await self._once(method, path, body, form, query, token))
            except Stale as stale:
                if renewed:
                    raise Refusal(stale.code, "the token is refused") from stale
                renewed, self._token = True, "" if token == self._token else self._token
            except Busy as busy:
                waited += 1
                pause = busy.seconds if busy.seconds is not None else _WAIT * 3.0 ** (waited - 1)
                if waited >= _ATTEMPTS or pause > _LONGEST_WAIT:
                    raise
                await asyncio.sleep(pause)

    async def token(self) -> str:
        """A tenant token that is good for a while yet."""
        async with self._renewing:
            if not self._token or time.monotonic() > self._until:
                await self._renew()
            return self._token

    async def me(self) -> Me:
        """The bot's own account."""
        told = await self.call("GET", "/open-apis/bot/v3/info")
        bot = told.get("bot") or told
        return Me(str(bot.get("open_id") or ""), str(bot.get("app_name") or ""))

    async def picture(self, name: str, content: bytes) -> str:
        """The key of a picture that was brought there."""
        form = {"image_type": "message", "image": (name, content)}
        return str((await self.call("POST", "/open-apis/im/v1/images", form=form))["image_key"])

    async def file(self, name: str, content: bytes, kind: str) -> str:
        """The key of a file that was brought there; `kind` is Feishu's word for it."""
        form = {"file_type": kind, "file_name": name, "file": (name, content)}
        return str((await self.call("POST", "/open-apis/im/v1/files", form=form))["file_key"])

    async def resource(self, message: str, key: str, kind: str, most: int) -> bytes | None:
        """The bytes that came with a message ("image" or "file"); None when there are more than `most`."""
        path = f"/open-apis/im/v1/messages/{quote(message, safe='')}/resources/{quote(key, safe='')}"
        headers = {"Authorization": f"Bearer {await self.token()}"}
        content = bytearray()
        async with self._pool().get(
            self.base + path, params={"type": kind}, headers=headers, timeout=_times(_UPLOAD)
        ) as answer:
            if answer.status != 200:
                _told(answer.status, answer.headers, await answer.read())
                raise Busy(f"HTTP {answer.status}")
            async for chunk in answer.content.iter_chunked(65536):
                content += chunk
                if len(content) > most:
                    return None
        return bytes(content)

    def forget_token(self) -> None:
        """The next call asks for a new one."""
        self._token = ""

    async def hang_up(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()

    async def _renew(self) -> None:
        body = {"app_id": self.app, "app_secret": self.secret}
        told = await self._once("POST", "/open-apis/auth/v3/tenant_access_token/internal", body, None, {}, "")
        self._token, lasts = str(told["tenant_access_token"]), float(told.get("expire") or 7200)
        self._until = time.monotonic() + max(lasts - _AHEAD, lasts / 2)

    async def _once(
        self, method: str, path: str, body: Any, form: Mapping[str, Any] | None, query: Mapping[str, str], token: str
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        sent: dict[str, Any] = {"data": _form(form)} if form else {"json": body} if body is not None else {}
        try:
            async with self._pool().request(
                method, self.base + path, params=query, headers=headers, timeout=_times(_UPLOAD if form else 0), **sent
            ) as answer:
                return _told(answer.status, answer.headers, await answer.read())
        except TimeoutError as error:
            raise Busy("no answer in time") from error
        except aiohttp.ClientError as error:
            raise Busy(f"{type(error).__name__}: {error}") from error

    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=_CONNECTIONS, ssl=httpx.create_ssl_context())
            self._session = aiohttp.ClientSession(connector=connector, proxy=proxy_of(self.base))
        return self._session


class Stale(Exception):
    """The token is good no more; `code` says how."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def connect(settings: FeishuSettings) -> Api:
    """The API as configured; nothing is asked of it yet."""
    return Api(settings.base_url.rstrip("/"), settings.app_id, settings.app_secret.get_secret_value())


def _told(status: int, headers: Mapping[str, str], read: bytes) -> dict[str, Any]:
    """The answer, or what it says is wrong."""
    try:
        told = orjson.loads(read)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise Busy(f"HTTP {status}, not JSON")
    code, message = int(told.get("code") or 0), str(told.get("msg") or "")
    if status == 429 or code in LIMITED:
        raise Busy(f"a limit of Feishu ({code})", _seconds(headers.get(_RESET)))
    if code in _STALE:
        raise Stale(code)
    if code in _WRONG_APP:
        raise NoFeishu(NOT_KNOWN)
    if status >= 500 or code in _PASSING:
        raise Busy(f"HTTP {status}, {code} {message}")
    if code or status >= 400:
        raise Refusal(code or status, message)
    return told


def _data(told: dict[str, Any]) -> dict[str, Any]:
    data = told.get("data")
    return data if isinstance(data, dict) else told


def _seconds(told: str | None) -> float:
    try:
        return max(0.1, float(told or 1))
    except ValueError:
        return 1.0


def _form(parts: Mapping[str, Any]) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    for name, value in parts.items():
        if isinstance(value, tuple):
            form.add_field(name, value[1], filename=value[0], content_type="application/octet-stream")
        else:
            form.add_field(name, value)
    return form


def _times(more: float) -> aiohttp.ClientTimeout:
    patience = more or _PATIENCE
    return aiohttp.ClientTimeout(total=_REACH + patience, sock_connect=_REACH, sock_read=_PATIENCE)

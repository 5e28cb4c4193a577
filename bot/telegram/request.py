"""How the library's calls travel: over aiohttp, which does a fifth of the work that httpx does for each."""

from typing import Any
from urllib.parse import urlencode

import aiohttp
import httpx
from telegram._utils.defaultvalue import DefaultValue
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.proxy import proxy_of

_FORM = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": BaseRequest.USER_AGENT}
_FILES = {"User-Agent": BaseRequest.USER_AGENT}


class Request(BaseRequest):
    """A pool of connections to one place; times are seconds, those for reading and writing may come with each call."""

    __slots__ = ("_connections", "_patience", "_proxy", "_reach", "_session")

    def __init__(self, url: str, connections: int, reach: float, patience: float) -> None:
        self._connections, self._reach, self._patience = connections, reach, patience
        self._proxy = proxy_of(url)
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds that an answer is waited for."""
        return self._patience

    async def initialize(self) -> None:
        """The pool is made with the first call."""

    async def shutdown(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and the body of the answer; raises TimedOut and NetworkError."""
        reading, writing = self._seconds(read_timeout), self._seconds(write_timeout)
        timeout = aiohttp.ClientTimeout(
            total=2 * self._reach + writing + reading,
            connect=2 * self._reach,
            sock_connect=self._reach,
            sock_read=reading,
        )
        body, headers = _body(request_data)
        try:
            async with self._pool().request(method, url, data=body, headers=headers, timeout=timeout) as answer:
                return answer.status, await answer.read()
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            raise NetworkError(f"{type(error).__name__}: {error}") from error

    def _seconds(self, given: Any) -> float:
        return self._patience if given is None or isinstance(given, DefaultValue) else float(given)

    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None:
            # certificates as httpx trusts them: its own bundle, or those that the environment names
            connector = aiohttp.TCPConnector(limit=self._connections, ssl=httpx.create_ssl_context())
            self._session = aiohttp.ClientSession(connector=connector, proxy=self._proxy)
        return self._session


def _body(data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str]]:
    if data is None:
        return None, _FILES
    if not data.multipart_data:
        return urlencode(data.json_parameters).encode(), _FORM
    form = aiohttp.FormData(quote_fields=False)  # names of files are read as they are
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form, _FILES

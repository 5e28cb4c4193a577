"""The proxy of the environment; asked once, for aiohttp would ask in a thread with every call."""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


def proxy_of(url: str) -> str | None:
    """The proxy that leads to this address, None for the straight way."""
    where, known = urlsplit(url), getproxies()
    return None if proxy_bypass(where.hostname or "") else known.get(where.scheme) or known.get("all")

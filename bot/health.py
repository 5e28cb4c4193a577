"""`/healthz` for whoever restarts or watches the process, `/metrics` for Prometheus."""

import asyncio
import ipaddress
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.app import App
from bot.metrics import Metrics
from records.backlog import Backlog, backlog
from records.database import RecordsError
from records.documents import Documents
from retrieval.vectors import VectorsError

UNSENT, UNHANDLED = timedelta(minutes=5), timedelta(minutes=2)  # longer, and the process no longer does its work
_PATIENCE = 3.0  # seconds
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Database:
    waiting: Backlog
    revisions: dict[int, int]


def routes(app: App, metrics: Metrics) -> list[Route]:
    """The two routes; the web adapter puts them beside its own."""

    web = app.settings.web

    async def healthz(request: Request) -> Response:
        sound, checks = await health(app)
        status = "unhealthy" if not sound else "ok" if all(one["ok"] for one in checks.values()) else "degraded"
        return JSONResponse({"status": status, "checks": checks}, 200 if sound else 503)

    async def prometheus(request: Request) -> Response:
        if (web.public or not web.enabled) and not _from_here(request):  # without a page, the port is for a webhook
            return PlainTextResponse("", 404)
        try:
            seen = await _look(app)
        except (RecordsError, TimeoutError) as error:
            log.warning("metrics: the database cannot be read: %s", error)
            return PlainTextResponse("", 503)
        text = metrics.text(list(app.channels), seen.waiting, len(seen.revisions))
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return [Route("/healthz", healthz), Route("/metrics", prometheus)]


async def health(app: App) -> tuple[bool, dict[str, dict[str, Any]]]:
    """Whether the process does its work, and each check; an index that is away is told, and does not fail it."""
    try:
        seen = await _look(app)
    except (RecordsError, TimeoutError) as error:
        log.error("health: the database cannot be read: %s", error)
        return False, {"database": {"ok": False}}
    now = app.turns.now()
    checks: dict[str, dict[str, Any]] = {
        "database": {"ok": True},
        "inbox": _aged(seen.waiting.inbox, seen.waiting.oldest_inbox, now, UNHANDLED),
        "outbox": _aged(seen.waiting.outbox, seen.waiting.oldest_outbox, now, UNSENT),
    }
    sound = all(one["ok"] for one in checks.values())
    return sound, checks | {"index": await _index(app, seen.revisions)}


async def _look(app: App) -> _Database:
    async with asyncio.timeout(_PATIENCE), app.database.read(long=True) as connection:
        waiting = await backlog(connection, app.channels, app.turns.now())
        return _Database(waiting, await Documents(connection).revisions())


def _aged(waiting: dict[str, int], oldest: datetime | None, now: datetime, longest: timedelta) -> dict[str, Any]:
    age = max(now - oldest, timedelta()) if oldest else timedelta()
    return {"ok": age <= longest, "waiting": sum(waiting.values()), "oldest_seconds": round(age.total_seconds(), 1)}


async def _index(app: App, revisions: dict[int, int]) -> dict[str, Any]:
    library = app.desk.library
    try:
        async with asyncio.timeout(_PATIENCE):
            passages = await asyncio.to_thread(library.vectors.count)
    except (VectorsError, OSError, TimeoutError) as error:
        log.warning("health: the index cannot be read: %s", error)
        return {"ok": False}
    return {"ok": True, "passages": passages, "in_step": library.keywords.state() == revisions}


def _from_here(request: Request) -> bool:
    """Whether a program on this machine asks, and not through a proxy that lets others in."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    here = request.url.hostname in ("127.0.0.1", "::1", "localhost")
    return here and ipaddress.ip_address(request.client.host.partition("%")[0]).is_loopback

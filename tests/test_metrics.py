"""Health for whoever restarts the process, metrics for Prometheus: true numbers, and nothing of anyone's words."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import Chat, Opens
from prometheus_client import REGISTRY
from starlette.applications import Starlette

from bot.app import App
from bot.channel import Blocked, Later, Refused
from bot.config import Settings
from bot.health import routes
from bot.metrics import Metrics
from bot.outbox import Delivery
from bot.turn import TOO_FAST
from handlers.message import Incoming, Reply
from handlers.wire import dump_reply
from records.database import RecordsError
from records.outbox import Outbox, Promised

ASKED = "普通洗车要在多少分钟内完成？"
FOREIGN = "火星基地的氧气配给由谁审批？"


class Far:
    """A channel whose far end does as it is told."""

    name = "far"

    def __init__(self) -> None:
        self.error: Exception | None = None

    async def send(self, promised: Promised, reply: Reply) -> str:
        """Arrives, unless something is to go wrong."""
        if self.error is not None:
            raise self.error
        return "1"

    def watch(self, incoming: Incoming) -> Any:
        raise NotImplementedError  # only what is sent is counted here

    async def fetch(self, attachment: Any) -> bytes:
        raise NotImplementedError  # as above


@pytest.fixture
async def app(own_home: Path, house: Opens) -> AsyncIterator[App]:
    async with house(own_home) as opened:
        yield opened


@pytest.fixture
def far(app: App) -> Far:
    app.channels["far"] = far = Far()
    return far


@pytest.fixture
def delivery(app: App, far: Far) -> Delivery:
    return Delivery(app.database, app.channels, app.turns.name, app.turns.now)


@pytest.fixture
def metrics(app: App, delivery: Delivery) -> Metrics:
    metrics = Metrics()
    metrics.watch(app, delivery)
    return metrics


def asking(app: App, metrics: Metrics, client: str = "127.0.0.1") -> httpx.AsyncClient:
    """A program at that address."""
    transport = httpx.ASGITransport(Starlette(routes=routes(app, metrics)), client=(client, 5))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080")


async def scraped(app: App, metrics: Metrics) -> dict[str, float]:
    """Every sample by its name and labels, as Prometheus would have it."""
    async with asking(app, metrics) as client:
        response = await client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line.rpartition(" ") for line in response.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


async def promise(app: App, **changes: Any) -> None:
    """A message to someone on the far channel."""
    now = app.turns.now()
    row = {"channel": "far", "chat": "7", "created_at": now, "due_at": now, "payload": dump_reply(Reply("您好"))}
    async with app.database.write() as connection:
        await Outbox(connection).add([Promised(**{**row, **changes})])


async def test_turns_and_answers_are_counted_by_what_came_of_them(app: App, metrics: Metrics) -> None:
    chat = Chat(app)
    await chat.say(ASKED)
    await chat.say(FOREIGN)
    app.turns.per_minute = 2
    assert await chat.say(ASKED) == TOO_FAST
    found = await scraped(app, metrics)
    assert found['dudao_turns_total{channel="test",outcome="done"}'] == 2
    assert found['dudao_turns_total{channel="test",outcome="limited"}'] == 1
    assert found['dudao_questions_total{outcome="answered"}'] == 1
    assert found['dudao_questions_total{outcome="refused"}'] == 1
    assert found['dudao_turn_seconds_count{channel="test"}'] == 3
    assert found['dudao_turn_seconds_bucket{channel="test",le="+Inf"}'] == 3
    assert 0 < found['dudao_turn_seconds_sum{channel="test"}'] < 60
    assert found["dudao_documents"] == 4


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(None, "sent"), (Later("busy", 60), "retried"), (Refused("too long"), "failed"), (Blocked("gone"), "closed")],
)
async def test_every_attempt_to_send_is_counted(
    app: App, metrics: Metrics, delivery: Delivery, far: Far, error: Exception | None, outcome: str
) -> None:
    far.error = error
    await promise(app)
    before = await scraped(app, metrics)
    assert before['dudao_outbox_waiting{channel="far"}'] == 1
    assert before[f'dudao_outbox_total{{channel="far",outcome="{outcome}"}}'] == 0
    await delivery.sweep()
    await delivery.stop(5)
    after = await scraped(app, metrics)
    assert after[f'dudao_outbox_total{{channel="far",outcome="{outcome}"}}'] == 1
    assert after['dudao_outbox_waiting{channel="far"}'] == 0


async def test_what_is_to_be_sent_later_does_not_wait_yet(app: App, metrics: Metrics) -> None:
    await promise(app, due_at=app.turns.now() + timedelta(hours=1))
    assert (await scraped(app, metrics))['dudao_outbox_waiting{channel="far"}'] == 0


async def test_the_registry_is_the_metrics_own(app: App, metrics: Metrics) -> None:
    Metrics()
    assert not [one.name for one in REGISTRY.collect() if one.name.startswith("dudao")]
    assert (await scraped(app, metrics))["process_resident_memory_bytes"] > 1_000_000


async def test_nothing_of_what_people_wrote_is_in_the_metrics(app: App, metrics: Metrics) -> None:
    await Chat(app).say(ASKED)
    async with asking(app, metrics) as client:
        told = (await client.get("/metrics")).text
    assert not re.search(r"[\u4e00-\u9fff]", told)
    assert "c1" not in told


async def checked(app: App, metrics: Metrics) -> tuple[int, Any]:
    async with asking(app, metrics, "10.1.2.3") as client:
        response = await client.get("/healthz")
    return response.status_code, response.json()


async def test_a_sound_house_is_ok(app: App, metrics: Metrics) -> None:
    await Chat(app).say(ASKED)
    status, told = await checked(app, metrics)
    assert (status, told["status"]) == (200, "ok")
    assert list(told["checks"]) == ["database", "inbox", "outbox", "index"]
    assert told["checks"]["index"]["passages"] > 4
    assert told["checks"]["index"]["in_step"] is True


@pytest.mark.parametrize(("minutes", "status"), [(4, 200), (6, 503)])
async def test_a_message_that_is_not_sent_in_five_minutes_is_unhealthy(
    app: App, metrics: Metrics, minutes: int, status: int
) -> None:
    await promise(app, due_at=app.turns.now() - timedelta(minutes=minutes))
    found, told = await checked(app, metrics)
    assert (found, told["checks"]["outbox"]["ok"]) == (status, status == 200)
    assert told["checks"]["outbox"]["oldest_seconds"] >= minutes * 60


@pytest.mark.parametrize(("minutes", "status"), [(1, 200), (3, 503)])
async def test_a_message_that_is_not_handled_in_two_minutes_is_unhealthy(
    app: App, metrics: Metrics, minutes: int, status: int
) -> None:
    app.turns._stopped = True  # takes messages in, and does not handle them
    received = app.turns.now() - timedelta(minutes=minutes)
    await app.turns.accept([Incoming("1", "far", "7", "7", received, text="你好")])
    await app.turns.stop(0)
    found, told = await checked(app, metrics)
    assert (found, told["checks"]["inbox"]["waiting"]) == (status, 1)


async def test_messages_of_a_channel_that_is_not_served_here_are_not_its_fault(app: App, metrics: Metrics) -> None:
    await promise(app, channel="elsewhere", due_at=app.turns.now() - timedelta(hours=1))
    assert (await checked(app, metrics))[0] == 200


async def test_a_database_that_cannot_be_read_is_unhealthy(
    app: App, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object, *, long: bool = False) -> Any:
        raise RecordsError("数据库无法使用")

    monkeypatch.setattr(type(app.database), "read", broken)
    assert await checked(app, metrics) == (503, {"status": "unhealthy", "checks": {"database": {"ok": False}}})
    async with asking(app, metrics) as client:
        assert (await client.get("/metrics")).status_code == 503


async def test_an_index_that_is_away_is_told_and_is_no_reason_to_restart(
    app: App, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: object) -> int:
        raise ConnectionError("away")

    monkeypatch.setattr(type(app.desk.library.vectors), "count", away)
    status, told = await checked(app, metrics)
    assert (status, told["status"], told["checks"]["index"]) == (200, "degraded", {"ok": False})


@pytest.mark.parametrize(
    ("public", "enabled", "client", "headers", "status"),
    [
        (False, True, "127.0.0.1", {}, 200),
        (False, True, "10.1.2.3", {}, 200),
        (False, False, "127.0.0.1", {}, 200),
        (False, False, "10.1.2.3", {}, 404),
        (True, True, "127.0.0.1", {}, 200),
        (True, True, "::1", {}, 200),
        (True, True, "10.1.2.3", {}, 404),
        (True, True, "127.0.0.1", {"X-Forwarded-For": "8.8.8.8"}, 404),
        (True, True, "127.0.0.1", {"Forwarded": "for=8.8.8.8"}, 404),
        (True, True, "127.0.0.1", {"Host": "dudao.example.com"}, 404),
    ],
)
async def test_in_public_the_metrics_are_for_this_machine_only(
    app: App, metrics: Metrics, public: bool, enabled: bool, client: str, headers: dict[str, str], status: int
) -> None:
    web = {"public": public, "url": "https://dudao.example.com"}
    settings = Settings.model_validate({**app.settings.model_dump(), "web": web if enabled else {"enabled": False}})
    changed = App(settings, app.database, app.desk, app.turns, app.channels)
    async with asking(changed, metrics, client) as asker:
        assert (await asker.get("/metrics", headers=headers)).status_code == status
        assert (await asker.get("/healthz", headers=headers)).status_code == 200

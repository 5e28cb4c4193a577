"""What Prometheus reads of a process: turns, answers, sending, and what waits."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from bot.app import App
from bot.done import Done, log_turn
from bot.outbox import CLOSED, FAILED, RETRIED, SENT, Delivery
from records.backlog import Backlog
from retrieval.answer import Answer

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """One process's counters, in a registry of its own; who reads several processes adds them up."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)  # memory, processor time, open files, start time
        by = ["channel", "outcome"]
        self.turns = Counter("dudao_turns", "Messages handled.", by, registry=registry)
        self.seconds = Histogram(
            "dudao_turn_seconds", "Time from taking up a message to its commit.", ["channel"],
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self.questions = Counter("dudao_questions", "Questions put to the documents.", ["outcome"], registry=registry)
        self.attempts = Counter("dudao_outbox", "Attempts to send a message.", by, registry=registry)
        self.inbox_waiting = _gauge(registry, "inbox_waiting", "Messages that nobody has handled yet.")
        self.outbox_waiting = _gauge(registry, "outbox_waiting", "Messages that are due and not sent.")
        self.documents = Gauge("dudao_documents", "Documents that are answered from.", registry=registry)
        for outcome in ("answered", "refused"):
            self.questions.labels(outcome)

    def watch(self, app: App, delivery: Delivery) -> None:
        """Count, and log, from now on what these do."""
        for channel in app.channels:
            for outcome in (SENT, RETRIED, FAILED, CLOSED):
                self.attempts.labels(channel, outcome)
        app.turns.done = self.turn
        app.turns.desk.asked = self.answer
        delivery.seen = self.attempt

    def turn(self, done: Done) -> None:
        """A turn has committed."""
        channel = done.incoming.channel
        self.turns.labels(channel, done.outcome).inc()
        self.seconds.labels(channel).observe(done.seconds)
        log_turn(done)

    def answer(self, answer: Answer) -> None:
        """A question was answered, or not."""
        self.questions.labels("answered" if answer.answered else "refused").inc()

    def attempt(self, channel: str, outcome: str) -> None:
        """A message was sent, or not."""
        self.attempts.labels(channel, outcome).inc()

    def text(self, channels: list[str], backlog: Backlog, documents: int) -> bytes:
        """Everything in Prometheus's text format, with what the database says now."""
        for channel in channels:
            self.inbox_waiting.labels(channel).set(backlog.inbox.get(channel, 0))
            self.outbox_waiting.labels(channel).set(backlog.outbox.get(channel, 0))
        self.documents.set(documents)
        return generate_latest(self.registry)


def _gauge(registry: CollectorRegistry, name: str, text: str) -> Gauge:
    return Gauge(f"dudao_{name}", text, ["channel"], registry=registry)

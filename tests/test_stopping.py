"""Told to stop, the process is gone within ten seconds, whatever hangs, and nothing it took in is lost."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from conftest import free_port, process

SHORTEST = 10.0  # seconds; a contract, not a measure of speed
HANGS = {
    "waits": "await asyncio.sleep(3600)",
    "waits in a thread": "await asyncio.to_thread(time.sleep, 3600)",
    "holds the loop": "time.sleep(3600)",
}
SCRIPT = """
import asyncio, sys, time
from bot.__main__ import main
from retrieval.desk import Desk

async def ask(self, question, past=(), partial=None):
    print("hangs", flush=True)
    {hang}

Desk.ask = ask
sys.exit(main(sys.argv[1:]))
"""


@contextmanager
def running(home: Path, port: int, *command: object) -> "Iterator[subprocess.Popen[bytes]]":
    """`dudao run` as a process that listens on the port."""
    config = home / "config.yaml"
    config.write_text(f"web: {{port: {port}}}\nlog: {{format: json}}\n")
    arguments = ("--home", home, "--no-handbook", "--config", config, "run")
    started = process(*arguments) if not command else popen(*command, *arguments)
    try:
        assert started.stdout is not None
        assert "已启动" in started.stdout.readline().decode()
        yield started
    finally:
        started.kill()
        started.communicate()


def popen(*arguments: object) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [str(one) for one in arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def stopped(started: "subprocess.Popen[bytes]") -> str:
    """Its stderr, once SIGTERM has ended it well within the time."""
    told = time.monotonic()
    started.send_signal(signal.SIGTERM)
    _, errors = started.communicate(timeout=60)
    assert time.monotonic() - told < SHORTEST
    assert started.returncode == 0
    return errors.decode()


def ask(port: int) -> None:
    """Send a question and go without reading the answer."""
    message = {"id": "11111111-1111-4111-8111-111111111111", "text": "普通洗车要在多少分钟内完成？"}
    at = f"http://127.0.0.1:{port}"
    with (
        httpx.Client() as client,
        client.stream(
            "POST", f"{at}/api/messages", json=message, headers={"Origin": at, "Dudao-Page": "1"}
        ) as response,
    ):
        assert response.status_code == 200


def waiting(home: Path) -> int:
    with closing(sqlite3.connect(home / "dudao.db")) as database:
        return int(database.execute("SELECT count(*) FROM inbox WHERE handled_at IS NULL").fetchone()[0])


@pytest.mark.parametrize("how", HANGS)
def test_a_hanging_turn_does_not_hold_the_process(own_home: Path, tmp_path: Path, how: str) -> None:
    script, port = tmp_path / "hangs.py", free_port()
    script.write_text(SCRIPT.format(hang=HANGS[how]), encoding="utf-8")
    with running(own_home, port, sys.executable, "-W", "ignore", script) as started:
        assert started.stdout is not None
        ask(port)
        assert started.stdout.readline() == b"hangs\n"
        stopped(started)
    assert waiting(own_home) == 1


def test_an_idle_process_stops_without_a_word_of_trouble(own_home: Path) -> None:
    with running(own_home, free_port()) as started:
        started.send_signal(signal.SIGTERM)  # twice, as when a shell passes it on to its whole group
        errors = stopped(started)
    assert not [line for line in errors.splitlines() if '"level": "error"' in line or "Traceback" in line]

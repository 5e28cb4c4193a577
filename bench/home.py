"""Homes to measure in, and the command line run as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app import opened
from bot.config import Settings
from bot.config_file import load

QUESTIONS = Path("tests/data/questions.jsonl")


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with TemporaryDirectory(prefix="dudao-bench-") as name:
        yield Path(name)


def settings(home: Path, *, handbook: bool = True) -> Settings:
    """This deployment's settings for another home."""
    return load(os.environ, Path("config.yaml"), home, handbook)


async def warmed(home: Path) -> Path:
    """A home with the handbook in it."""
    async with opened(settings(home)):
        return home


def command(home: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """`dudao` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "--home", str(home), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
    )


def processor(process: int) -> float:
    """Seconds of processor time that a running process has had (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(process: int, kind: str) -> float:
    """Memory of a running process: kind "VmRSS" now, "VmHWM" at most so far (Linux)."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(kind):
            return int(line.split()[1]) / 1024
    raise ValueError(f"/proc/{process}/status has no {kind}")

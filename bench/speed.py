"""How long answers, ingest and start take, and how much memory."""

import json
import random
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from statistics import median
from uuid import uuid4

from bench import corpus, home
from bench.table import Row, against, milliseconds, show
from bot.app import opened
from retrieval.evaluate import load
from retrieval.model.build import prepare
from retrieval.model.pieces import Pieces

PASSAGES = 2_000
_ASKED = "客户进店多久内要有人接待"
_INGEST = """
import pathlib, sys
from bot.__main__ import main
code = main(sys.argv[1:])
status = pathlib.Path("/proc/self/status").read_text()
print(status.partition("VmHWM:")[2].split()[0])
sys.exit(code)
"""


async def speed(folder: Path) -> None:
    """One table."""
    warm = await home.warmed(folder / "speed")
    rows = [*await _answers(warm), _start(warm), *_serving(warm), *_ingest(folder)]
    show("Speed and memory", ("what", "measured", "goal"), rows)


async def _answers(warm: Path) -> list[Row]:
    """`Desk.ask` and the embedding of the same question, in turns, every question once after a warm-up."""
    questions = [one.question for one in load(home.QUESTIONS)]
    random.Random(3).shuffle(questions)
    async with opened(home.settings(warm)) as app:
        embedder = app.desk.answerer.search.embedder
        answers, embeddings = [], []
        for number, question in enumerate((*questions[:20], *questions)):
            started = time.perf_counter()
            await app.desk.ask(question)
            between = time.perf_counter()
            embedder.query(question)
            if number >= 20:
                answers.append(between - started)
                embeddings.append(time.perf_counter() - between)
    ratio = median(answers) / median(embeddings)
    return [
        ("median answer", f"{milliseconds(answers):.1f} ms", ""),
        ("median embedding of its question", f"{milliseconds(embeddings):.1f} ms", ""),
        ("answer / embedding", f"{ratio:.2f} x", against(ratio, 2)),
    ]


def _start(warm: Path) -> Row:
    """From process start to the printed answer; the median of five."""
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        with home.command(warm, "ask", _ASKED) as process:
            assert process.stdout
            process.stdout.readline()
            seconds.append(time.perf_counter() - started)
            process.stdout.read()
    return "first answer after start, warm home", f"{median(seconds):.2f} s", against(median(seconds), 3)


def _serving(warm: Path) -> list[Row]:
    """Memory of `dudao run` after twenty answers."""
    with home.command(warm, "run", DUDAO__WEB__PORT="0") as process:
        assert process.stdout
        address = process.stdout.readline().strip().partition("http://")[2]
        for one in load(home.QUESTIONS)[:20]:
            _post(address, one.question)
        now, most = home.megabytes(process.pid, "VmRSS"), home.megabytes(process.pid, "VmHWM")
        process.terminate()
    return [
        ("resident, `dudao run` after 20 answers", f"{now:.0f} MB", against(now, 600)),
        ("the most it ever took", f"{most:.0f} MB", against(most, 600)),
    ]


def _post(address: str, question: str) -> None:
    body = json.dumps({"id": str(uuid4()), "text": question}).encode()
    headers = {"Content-Type": "application/json", "Origin": f"http://{address}", "Dudao-Page": "1"}
    with urllib.request.urlopen(urllib.request.Request(f"http://{address}/api/messages", body, headers)) as answer:
        answer.read()


def _ingest(folder: Path) -> list[Row]:
    """`dudao ingest` of a text of 2,000 sections of about 170 tokens, into a home without the handbook."""
    settings = home.settings(folder / "ingest", handbook=False)
    files = corpus.write(folder / "texts", PASSAGES, Pieces(prepare(settings.models)))
    arguments = ["--home", str(settings.home), "--no-handbook", "ingest", "--json", *map(str, files)]
    done = subprocess.run([sys.executable, "-c", _INGEST, *arguments], stdout=subprocess.PIPE, text=True, check=True)
    documents, most = done.stdout.splitlines()
    seconds = sum(one["seconds"] for one in json.loads(documents)["documents"])
    rate = PASSAGES / seconds
    return [
        ("ingest, passages of 170 tokens", f"{rate:.0f} a second", against(rate, 30, most=False)),
        ("the most memory while ingesting 2,000", f"{int(most) / 1024:.0f} MB", against(int(most) / 1024, 600)),
    ]

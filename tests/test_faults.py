"""What must hold when things go wrong: processes killed at any moment, disks that are full, files that are broken."""

import asyncio
import json
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Opens, Ran, process

from bot.app import App
from retrieval.vectors import Vectors

ASKED = "普通洗车要在多少分钟内完成？"
ROUNDS = 6


def manual(version: int, sections: int) -> str:
    """A document every section of which says its version."""
    told = "第{n}条在第{version}版里由{who}号技师负责，每月检查一次。"
    parts = (told.format(n=n, version=version, who=n * 3 + version) for n in range(sections))
    return "# 大手册\n\n" + "\n".join(f"## 第{n}条\n{part}\n" for n, part in enumerate(parts))


def ingest(home: Path, file: Path, **options: Any) -> subprocess.Popen[bytes]:
    return process("--home", home, "--no-handbook", "ingest", file, cwd=home.parent, **options)


def largest(folder: Path) -> int:
    """The size of the largest file in bytes."""
    return max(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def kill_after(running: subprocess.Popen[bytes], seconds: float) -> None:
    """Kill -9 a process unless it ends before."""
    try:
        running.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        running.kill()
        running.communicate()


async def sound(app: App) -> None:
    """Every live passage has its vector and is found by it, nothing else has one, and what was there is there."""
    library = app.desk.library
    rows = await app.desk.documents()
    assert library.upkeep.gaps(library.vectors.ids()) == (set(), set())
    assert len(library.vectors.ids()) == library.keywords.passages == sum(row.facts.passages for row in rows)
    assert library.keywords.state() == {row.id: row.revision for row in rows}
    assert library.vectors.unreachable(sorted(library.vectors.ids())) == []
    assert {"价目", "客休区", "工具", "洗车"} <= {row.facts.name for row in rows}
    assert "25分钟" in (await app.desk.ask(ASKED)).text


async def versions(app: App) -> set[tuple[int, int]]:
    """(version, sections) of the big document as the index has it: one of them, or none."""
    keywords = app.desk.library.keywords
    cards = [card for key in keywords.keys() if (card := keywords.card(key)) and card.document == "大"]  # noqa: SIM118
    told = [int(card.text.partition("在第")[2].partition("版")[0]) for card in cards]
    return {(version, told.count(version)) for version in told}


async def test_a_process_killed_at_any_moment_leaves_the_old_document_or_the_new(
    own_home: Path, tmp_path: Path, house: Opens
) -> None:
    file, chance = tmp_path / "大.md", random.Random(7)
    file.write_text(manual(0, 60), encoding="utf-8")
    started = time.monotonic()
    whole = ingest(own_home, file)
    _, err = await asyncio.to_thread(whole.communicate)
    assert whole.returncode == 0, err.decode()
    lasted, sizes = time.monotonic() - started, {0: 60}
    for version in range(1, ROUNDS + 1):
        sizes[version] = 60 + version * 15
        file.write_text(manual(version, sizes[version]), encoding="utf-8")
        killed = ingest(own_home, file)
        kill_after(killed, lasted * chance.uniform(0.25, 1.0))
        async with house(own_home) as app:
            await sound(app)
            [(found, sections)] = await versions(app)
            assert sections == sizes[found]
            assert found <= version
    async with house(own_home) as app:
        [one] = await app.desk.ingest([file], app.reading)
        assert one.error == ""
        await sound(app)
        assert await versions(app) == {(ROUNDS, sizes[ROUNDS])}


async def test_a_first_opening_that_is_killed_can_be_opened_again(tmp_path: Path, house: Opens) -> None:
    home = tmp_path / "home"
    for delay in (0.6, 1.2, 1.8, 2.4):
        killed = process("--home", home, "documents", cwd=tmp_path)
        kill_after(killed, delay)
    async with house(home) as app:
        library = app.desk.library
        assert library.upkeep.gaps(library.vectors.ids()) == (set(), set())


async def test_two_first_openings_at_once_both_succeed(tmp_path: Path) -> None:
    both = [process("--home", tmp_path / "home", "--no-handbook", "documents", cwd=tmp_path) for _ in range(3)]
    for running in both:
        _, err = await asyncio.to_thread(running.communicate)
        assert running.returncode == 0, err.decode()


async def test_a_full_disk_loses_nothing_that_was_there(own_home: Path, tmp_path: Path, house: Opens) -> None:
    file = tmp_path / "大.md"
    file.write_text(manual(1, 500), encoding="utf-8")
    limit = largest(own_home) + 40_000  # bytes; no file may grow past it, as on a full disk

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    refused = ingest(own_home, file, preexec_fn=full)
    _, told = await asyncio.to_thread(refused.communicate)
    assert refused.returncode == 1
    assert b"Traceback" not in told
    assert "dudao: " in told.decode()
    async with house(own_home) as app:
        await sound(app)
        assert await versions(app) == set()


async def test_a_question_on_a_disk_that_is_full_is_told(own_home: Path, tmp_path: Path) -> None:
    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    asked = process("--home", own_home, "--no-handbook", "ask", ASKED, "--json", cwd=tmp_path, preexec_fn=full)
    out, err = await asyncio.to_thread(asked.communicate)
    assert b"Traceback" not in err
    assert asked.returncode == 1 or json.loads(out)["answered"]


async def test_a_lost_index_is_made_anew_from_the_database(own_home: Path, house: Opens) -> None:
    shutil.rmtree(own_home / "index")
    async with house(own_home) as app:
        await sound(app)


@pytest.mark.parametrize("part", ["chroma", "keywords"])
async def test_a_broken_index_is_made_anew_from_the_database(own_home: Path, house: Opens, part: str) -> None:
    for file in (own_home / "index").rglob("*"):
        if file.is_file() and part in file.relative_to(own_home / "index").parts[0]:
            file.write_bytes(b"broken" * 99)
    async with house(own_home) as app:
        await sound(app)


def rows(n: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Random unit vectors, shape (n, 16)."""
    made = np.random.default_rng(1).normal(size=(n, 16)).astype(np.float32)
    unit: np.ndarray[Any, np.dtype[np.float32]] = made / np.linalg.norm(made, axis=1, keepdims=True)
    return unit


@pytest.mark.parametrize("half_written", ["header.bin", "data_level0.bin", "index_metadata.pickle", "chroma.sqlite3"])
def test_vectors_left_half_written_by_a_crash_are_emptied_not_crashed_on(tmp_path: Path, half_written: str) -> None:
    folder = tmp_path / "chroma"
    whole = Vectors(folder, "some")
    with whole.writing():
        for start in range(0, 1800, 600):
            whole.add([f"s{start + n}/0" for n in range(600)], rows(600))
    whole.close()
    [file] = folder.rglob(half_written)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(KeyError), whole.writing():
        raise KeyError  # a crash leaves the mark of the one that was writing
    again = Vectors(folder, "some")
    again.mend()
    assert again.count() == 0
    again.add(["new/0"], rows(1))
    assert again.unreachable(["new/0"]) == []
    again.mend()
    assert again.ids() == {"new/0"}
    again.close()


def test_vectors_left_whole_by_a_crash_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "chroma"
    whole = Vectors(folder, "some")
    whole.add([f"s{n}/0" for n in range(50)], rows(50))
    whole.close()
    with pytest.raises(KeyError), whole.writing():
        raise KeyError
    again = Vectors(folder, "some")
    again.mend()
    assert again.count() == 50
    again.close()


@pytest.mark.parametrize("ending", ["-wal", "-shm"])
async def test_a_home_copied_without_the_side_files_of_its_database_opens(
    own_home: Path, house: Opens, ending: str
) -> None:
    (own_home / f"dudao.db{ending}").unlink(missing_ok=True)
    async with house(own_home) as app:
        await sound(app)


async def test_a_running_desk_survives_that_another_process_makes_the_collection_anew(
    own_home: Path, tmp_path: Path, house: Opens
) -> None:
    script = tmp_path / "rebuild.py"
    async with house(own_home) as app:
        name = app.desk.library.vectors._name
        script.write_text(
            "import sys, pathlib\nfrom retrieval.vectors import Vectors\n"
            "Vectors(pathlib.Path(sys.argv[1]), sys.argv[2]).rebuild()\n"
        )
        rebuild = (str(script), str(own_home / "index" / "chroma"), name)
        other = await asyncio.create_subprocess_exec(sys.executable, *rebuild)
        assert await other.wait() == 0
        assert "25分钟" in (await app.desk.ask(ASKED)).text
        await sound(app)


async def test_questions_are_answered_all_the_while_another_process_ingests(
    own_home: Path, tmp_path: Path, house: Opens
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(12):
        (folder / f"手册{n}.md").write_text(manual(n, 12), encoding="utf-8")
    async with house(own_home) as app:
        other = ingest(own_home, folder)
        waiting, asked = asyncio.create_task(asyncio.to_thread(other.communicate)), 0
        while not waiting.done():
            assert "25分钟" in (await app.desk.ask(ASKED)).text
            asked += 1
        _, err = await waiting
        assert (other.returncode, asked > 3) == (0, True), err.decode()
        assert len(await app.desk.documents()) == 16
        assert "第11版" in "".join([one.card.text for one in (await app.desk.search("第11版第3条", 20)).ranked])
        await sound(app)


async def test_a_reader_opens_while_another_process_holds_the_writers_lock(own_home: Path, house: Opens) -> None:
    async with house(own_home) as app, app.desk.library.lock.held(), asyncio.timeout(60):
        asked = process("--home", own_home, "--no-handbook", "ask", ASKED, "--json", cwd=own_home.parent)
        out, err = await asyncio.to_thread(asked.communicate)
    assert asked.returncode == 0, err.decode()
    assert json.loads(out)["answered"]


async def test_interrupting_an_ingest_that_waits_for_another_ends_at_once(
    own_home: Path, papers: Path, house: Opens
) -> None:
    async with house(own_home) as app, app.desk.library.lock.held():
        waiting = ingest(own_home, papers)
        with pytest.raises(subprocess.TimeoutExpired):
            await asyncio.to_thread(waiting.wait, 10)
        waiting.send_signal(signal.SIGINT)
        _, err = await asyncio.to_thread(waiting.communicate, None, 30)
    assert waiting.returncode == 128 + signal.SIGINT
    assert b"Traceback" not in err


def test_a_home_may_be_moved(own_home: Path, tmp_path: Path, dudao: Callable[..., Ran]) -> None:
    moved = own_home.rename(tmp_path / "moved")
    assert "25分钟" in dudao("--home", moved, "--no-handbook", "ask", ASKED).out

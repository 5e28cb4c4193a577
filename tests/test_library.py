"""The library: documents go in, are replaced, are forgotten; the index follows, in process and on a server."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ChromaServer, Opens, loaded, process

from bot.app import App, opened
from retrieval.library import Ingested
from retrieval.names import named
from retrieval.vectors import Vectors

LATE = "普通洗车须在35分钟内完成"
ASKED = "普通洗车要在多少分钟内完成？"


@pytest.fixture(params=["in process", "server"])
def index(request: pytest.FixtureRequest) -> dict[str, str]:
    """Where the vectors are: every test of this file that takes `app` or `index` runs at both places."""
    if request.param == "in process":
        return {"url": ""}
    server: ChromaServer = request.getfixturevalue("chroma_server")
    return {"url": server.url}


@pytest.fixture
async def app(tmp_path: Path, index: dict[str, str], papers: Path, house: Opens) -> AsyncIterator[App]:
    """An open home with our four documents."""
    async with house(tmp_path / "home", index=index) as opened_app:
        done = await put(opened_app, papers)
        assert [one.error for one in done] == [""] * 4
        yield opened_app


async def put(app: App, *paths: Path) -> list[Ingested]:
    """Add or replace documents, without taking the measure of "I don't know" anew each time."""
    return await app.desk.library.ingest(paths, app.reading)


async def names(app: App) -> list[str]:
    return [row.facts.name for row in await app.desk.documents()]


async def best(app: App, question: str) -> str:
    """The best section's text."""
    found = await app.desk.search(question, 3)
    return found.ranked[0].card.text


async def everything(app: App) -> str:
    """All that any question about washing can bring up."""
    found = await app.desk.search("洗车 时限 步骤 水枪 分钟", 50)
    return "\n".join(one.card.text for one in found.ranked)


async def in_step(app: App) -> None:
    """What must hold whenever nobody is writing: as many vectors as passages, each found by itself, none else."""
    library = app.desk.library
    lost, stray = library.upkeep.gaps(library.vectors.ids())
    assert (lost, stray) == (set(), set())
    rows = await app.desk.documents()
    assert library.vectors.count() == library.keywords.passages == sum(row.facts.passages for row in rows)
    assert library.keywords.sections == sum(row.sections for row in rows)
    assert library.vectors.unreachable(sorted(library.vectors.ids())) == []


async def test_a_folder_goes_in_document_by_document(app: App) -> None:
    assert await names(app) == ["价目", "客休区", "工具", "洗车"]
    assert "25分钟" in await best(app, ASKED)
    assert "320元" in await best(app, "四轮定位多少钱")
    await in_step(app)


async def test_the_same_content_again_changes_nothing(app: App, papers: Path) -> None:
    before, vectors = await app.desk.documents(), app.desk.library.vectors.ids()
    done = await put(app, papers)
    assert all(one.unchanged and one.passages for one in done)
    assert await app.desk.documents() == before
    assert app.desk.library.vectors.ids() == vectors


async def test_a_changed_file_replaces_its_passages_at_once(app: App, papers: Path) -> None:
    (papers / "洗车.md").write_text(f"# 洗车作业指引\n\n## 洗车时限\n{LATE}。\n", encoding="utf-8")
    [one] = await put(app, papers / "洗车.md")
    assert not one.unchanged
    assert LATE in await best(app, ASKED)
    assert "25分钟" not in await everything(app)
    assert "水枪压力" not in await everything(app)
    await in_step(app)


async def test_a_forgotten_document_is_gone_and_the_others_stay(app: App) -> None:
    assert await app.desk.forget("洗车")
    assert "洗车" not in await names(app)
    assert "25分钟" not in await everything(app)
    assert "320元" in await best(app, "四轮定位多少钱")
    assert not await app.desk.forget("洗车")
    await in_step(app)


async def test_a_forgotten_document_can_come_back(app: App, papers: Path) -> None:
    await app.desk.forget("洗车")
    [one] = await put(app, papers / "洗车.md")
    assert not one.unchanged
    assert "25分钟" in await best(app, ASKED)
    await in_step(app)


async def test_bad_files_get_a_line_each_and_the_others_go_in(app: App, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "空.md").write_text("  \n")
    (folder / "坏.docx").write_bytes(b"PK\x03\x04 broken")
    (folder / "程序.exe").write_bytes(b"MZ\x90")
    (folder / "好.md").write_text("# 好\n\n工位照明不低于300勒克斯。\n", encoding="utf-8")
    done = {one.name: one.error for one in await put(app, folder, tmp_path / "没有.md")}
    assert {name for name, error in done.items() if error} == {"空", "坏", "程序", "没有"}
    assert all("\n" not in error for error in done.values())
    assert "300勒克斯" in await best(app, "工位照明不低于多少")
    assert "25分钟" in await best(app, ASKED)
    await in_step(app)


async def test_a_document_that_turned_bad_keeps_its_old_content(app: App, papers: Path) -> None:
    (papers / "洗车.md").write_bytes(b"\x00\x01" * 99)
    [one] = await put(app, papers / "洗车.md")
    assert one.error
    assert "25分钟" in await best(app, ASKED)


async def test_files_that_share_a_stem_are_kept_apart(app: App, tmp_path: Path) -> None:
    for place, light in (("东", 310), ("西", 320)):
        (tmp_path / "两店" / place).mkdir(parents=True)
        text = f"# 照明\n\n{place}店照明{light}勒克斯。\n"
        (tmp_path / "两店" / place / "照明.md").write_text(text, encoding="utf-8")
    await put(app, tmp_path / "两店")
    assert {"东/照明.md", "西/照明.md"} <= set(await names(app))
    found = await app.desk.search("照明多少勒克斯", 5)
    assert {"310", "320"} <= {text for one in found.ranked for text in ("310", "320") if text in one.card.text}
    await in_step(app)


async def test_many_changes_leave_every_passage_reachable(app: App, tmp_path: Path) -> None:
    file = tmp_path / "变.md"
    for turn in range(8):
        places = range(turn % 3 * 15 + 5)
        lines = (f"## 第{n}号工位\n第{n}号工位在第{turn}轮由{turn * 7 + n}号技师负责。\n" for n in places)
        file.write_text("# 工位\n\n" + "\n".join(lines), encoding="utf-8")
        await put(app, file)
    assert "第7轮由52号" in await best(app, "第3号工位由谁负责")
    await in_step(app)


async def test_a_new_opening_finds_everything_as_it_was(app: App, index: dict[str, str], house: Opens) -> None:
    home = app.settings.home
    app.desk.library.vectors.close()
    async with house(home, index=index) as again:
        assert "25分钟" in await best(again, ASKED)
        await in_step(again)


async def test_lost_vectors_are_made_again_at_the_next_opening(app: App, index: dict[str, str], house: Opens) -> None:
    library = app.desk.library
    ids = sorted(library.vectors.ids())
    library.vectors.delete(ids[::2])
    library.vectors.add(["nobody/0", "nobody/1"], np.eye(2, 384, dtype=np.float32))
    library.vectors.close()
    async with house(app.settings.home, index=index) as again:
        assert sorted(again.desk.library.vectors.ids()) == ids
        await in_step(again)


async def test_a_running_desk_sees_what_another_process_ingested_at_once(
    app: App, index: dict[str, str], papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "25分钟" in await best(app, ASKED)
    monkeypatch.setenv("DUDAO__INDEX__URL", index["url"])
    (papers / "洗车.md").write_text(f"# 洗车作业指引\n\n## 洗车时限\n{LATE}。\n", encoding="utf-8")
    other = process("--home", app.settings.home, "--no-handbook", "ingest", papers, "--json")
    out, err = await asyncio.to_thread(other.communicate)
    assert other.returncode == 0, err.decode()
    assert len(json.loads(out)["documents"]) == 4
    assert LATE in await best(app, ASKED)
    assert "25分钟" not in await everything(app)
    assert "25分钟" not in (await app.desk.ask(ASKED)).text
    await in_step(app)


async def test_a_rebuilt_collection_is_found_by_the_other_process(app: App, index: dict[str, str]) -> None:
    async with opened(loaded(app.settings.home, index=index)) as other:
        other.desk.library.vectors.rebuild()
        assert "25分钟" in await best(app, ASKED)
        assert "25分钟" in await best(other, ASKED)


async def test_questions_go_on_while_another_process_is_writing(app: App, index: dict[str, str]) -> None:
    async with (
        app.desk.library.lock.held(),
        app.database.write(),
        asyncio.timeout(30),
        opened(loaded(app.settings.home, index=index)) as other,
    ):
        assert "25分钟" in await best(other, ASKED)


async def test_two_ingests_at_once_both_go_in(app: App, tmp_path: Path, index: dict[str, str]) -> None:
    async with opened(loaded(app.settings.home, index=index)) as other:
        files = []
        for n, desk in enumerate((app.desk, other.desk)):
            file = tmp_path / f"班组{n}.md"
            file.write_text(f"# 班组{n}\n\n第{n}班组每天{n + 3}点开会。\n", encoding="utf-8")
            files.append(desk.library.ingest([file], app.reading))
        done = await asyncio.gather(*files)
    assert [one.error for [one] in done] == ["", ""]
    assert {"班组0", "班组1", "洗车"} <= set(await names(app))
    await app.desk.follow()
    await in_step(app)


@pytest.fixture
def wide(tmp_path: Path, index: dict[str, str]) -> Callable[[str], Vectors]:
    """A collection of its own, in process or on the server."""
    return lambda name: Vectors(index["url"] or tmp_path / "wide", f"{tmp_path.name[:40].strip('_-')}-{name}")


def units(n: int, dimensions: int, seed: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    made = np.random.default_rng(seed).normal(size=(n, dimensions)).astype(np.float32)
    unit: np.ndarray[Any, np.dtype[np.float32]] = made / np.linalg.norm(made, axis=1, keepdims=True)
    return unit


def test_many_deletes_and_additions_leave_every_row_reachable(wide: Callable[[str], Vectors]) -> None:
    vectors = wide("many")
    ids = [f"s{n}/0" for n in range(2000)]
    vectors.add(ids, units(2000, 48, 1))
    vectors.delete(ids[::2])
    more = [f"t{n}/0" for n in range(600)]
    vectors.add(more, units(600, 48, 2))
    live = [*ids[1::2], *more]
    assert vectors.ids() == set(live)
    if lost := vectors.unreachable(live):
        vectors.rebuild()
        assert vectors.unreachable(live) == [], lost
    vectors.close()


def test_a_collection_that_lost_rows_is_made_anew_with_all_of_them(wide: Callable[[str], Vectors]) -> None:
    """A graph too thin to hold together, as chroma #7758 leaves it: rows are there but no search finds them."""
    vectors = wide("thin")
    thin = {"hnsw": {"space": "cosine", "ef_construction": 4, "max_neighbors": 2, "ef_search": 10}}
    vectors._client.delete_collection(f"{vectors._name}.0")
    vectors._collection = vectors._client.create_collection(
        f"{vectors._name}.0", embedding_function=None, configuration=thin
    )
    ids = [f"s{n}/0" for n in range(1500)]
    vectors.add(ids, units(1500, 8, 3))
    vectors.delete(ids[::2])
    live = ids[1::2]
    assert vectors.unreachable(live)
    vectors.rebuild()
    assert vectors.unreachable(live) == []
    assert vectors.ids() == set(live)
    vectors.reopen()
    assert vectors.ids() == set(live)
    vectors.close()


def test_a_rebuild_that_was_cut_short_loses_nothing(wide: Callable[[str], Vectors]) -> None:
    vectors = wide("short")
    vectors.add(["a/0", "b/0"], units(2, 8, 4))
    vectors._open(f"{vectors._name}.new").add(ids=["a/0"], embeddings=units(1, 8, 4))
    vectors.reopen()
    assert vectors.ids() == {"a/0", "b/0"}
    vectors.sweep()
    vectors.rebuild()
    assert vectors.ids() == {"a/0", "b/0"}
    vectors.close()


def test_rows_of_one_vector_count_for_each_other(wide: Callable[[str], Vectors]) -> None:
    vectors = wide("same")
    vectors.add([f"s{n}/0" for n in range(9)], np.tile(units(1, 8, 5), (9, 1)))
    assert vectors.unreachable([f"s{n}/0" for n in range(9)]) == []
    assert vectors.unreachable(["nobody/0"]) == ["nobody/0"]
    vectors.close()


def test_names_tell_files_apart_and_count_each_once(tmp_path: Path) -> None:
    for path in ("一/a.md", "一/b.md", "一/b.txt", "一/深/b.md", "二/a.md", "一/.git/c.md", "一/~$b.docx"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    first, second = tmp_path / "一", tmp_path / "二"
    assert [name for name, _ in named([first])] == ["a", "b.md", "b.txt", "深/b.md"]
    assert [name for name, _ in named([first / "a.md", first / "a.md", first])] == ["a", "b.md", "b.txt", "深/b.md"]
    assert [name for name, _ in named([first / "a.md", second / "a.md"])] == [
        (first / "a.md").as_posix(), (second / "a.md").as_posix()
    ]  # fmt: skip
    assert named([tmp_path / "没有.md"]) == [("没有", tmp_path / "没有.md")]


async def test_a_document_keeps_its_name_when_it_comes_alone_later(app: App, tmp_path: Path) -> None:
    folder = tmp_path / "成对"
    folder.mkdir()
    for suffix in ("md", "txt"):
        (folder / f"照明.{suffix}").write_text(f"# 照明\n\n{suffix}版照明300勒克斯。\n", encoding="utf-8")
    await put(app, folder)
    (folder / "照明.md").write_text("# 照明\n\n新版照明350勒克斯。\n", encoding="utf-8")
    [one] = await put(app, folder / "照明.md")
    assert one.name == "照明.md"
    assert "照明" not in await names(app)

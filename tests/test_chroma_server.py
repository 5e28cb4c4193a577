"""A Chroma server instead of Chroma in process; the library's own tests run at both places (test_library.py)."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import ChromaServer, Opens, Ran, free_port

import retrieval.vectors
from retrieval.vectors import Vectors, VectorsError

ASKED = "普通洗车要在多少分钟内完成？"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ChromaServer]:
    """A server of this test alone, to be stopped and started."""
    alone = ChromaServer(tmp_path / "server")
    alone.start()
    yield alone
    alone.stop()


def test_a_server_that_is_away_is_told_at_once(
    dudao: Callable[..., Ran], own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("DUDAO__INDEX__URL", address)
    for command in (("ask", ASKED), ("ingest", own_home)):
        ran = dudao("--home", own_home, "--no-handbook", *command)
        assert (ran.status, ran.out) == (1, "")
        assert address in ran.err
        assert "index.url" in ran.err
        assert "Traceback" not in ran.err


@pytest.mark.parametrize("rows", [0, 20_000], ids=["left to the server", "held in memory"])
async def test_a_server_that_goes_away_is_told_and_is_used_again_when_it_is_back(
    server: ChromaServer, tmp_path: Path, papers: Path, house: Opens, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(retrieval.vectors, "_HELD", rows)
    async with house(tmp_path / "home", index={"url": server.url}) as app:
        await app.desk.ingest([papers], app.reading)
        assert "25分钟" in (await app.desk.ask(ASKED)).text
        server.stop()
        if rows:
            assert "25分钟" in (await app.desk.ask(ASKED)).text  # nobody misses the server
        else:
            with pytest.raises(VectorsError, match=str(server.port)):
                await app.desk.ask(ASKED)
        (papers / "工具.md").write_text("# 工具\n\n新工具须在周五归还。\n", encoding="utf-8")
        done = {one.name: one.error for one in await app.desk.library.ingest([papers / "洗车.md"], app.reading)}
        assert done == {"洗车": ""}  # it had not changed
        [one] = await app.desk.library.ingest([papers / "工具.md"], app.reading)
        assert str(server.port) in one.error
        assert {row.facts.name for row in await app.desk.documents()} == {"价目", "客休区", "工具", "洗车"}
        await asyncio.to_thread(server.start)
        assert "25分钟" in (await app.desk.ask(ASKED)).text
        [one] = await app.desk.ingest([papers / "工具.md"], app.reading)
        assert one.error == ""
        assert "周五" in (await app.desk.search("新工具何时归还", 1)).ranked[0].card.text


async def test_a_home_moves_from_in_process_to_a_server_by_its_url_alone(
    server: ChromaServer, own_home: Path, house: Opens
) -> None:
    for url in (server.url, "", server.url):
        async with house(own_home, index={"url": url}) as app:
            library = app.desk.library
            assert "25分钟" in (await app.desk.ask(ASKED)).text
            assert library.upkeep.gaps(library.vectors.ids()) == (set(), set())


async def test_two_homes_share_a_server_without_seeing_each_other(
    server: ChromaServer, tmp_path: Path, papers: Path, house: Opens
) -> None:
    index = {"url": server.url}
    async with house(tmp_path / "one", index=index) as one, house(tmp_path / "two", index=index) as two:
        await one.desk.ingest([papers / "洗车.md"], one.reading)
        await two.desk.ingest([papers / "工具.md"], two.reading)
        assert [row.card.document for row in (await two.desk.search("洗车", 9)).ranked[:1]] != ["洗车"]
        assert one.desk.library.vectors.ids().isdisjoint(two.desk.library.vectors.ids())


def test_a_collection_rebuilt_elsewhere_is_followed(server: ChromaServer) -> None:
    import numpy as np

    here, there = Vectors(server.url, "shared"), Vectors(server.url, "shared")
    here.add(["a/0", "b/0"], np.eye(2, dtype=np.float32))
    there.rebuild()
    assert [i for i, _ in here.search(np.eye(2, dtype=np.float32)[1], 1)] == ["b/0"]
    here.close()
    there.close()


def test_doctor_says_where_the_index_is(
    dudao: Callable[..., Ran], server: ChromaServer, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUDAO__INDEX__URL", server.url)
    monkeypatch.setenv("DUDAO__WEB__PORT", "0")
    findings = json.loads(dudao("--home", own_home, "--no-handbook", "doctor", "--json").out)["findings"]
    [index] = [finding for finding in findings if finding["check"] == "索引"]
    assert (index["state"], server.url in index["detail"]) == ("缺", True)  # nothing has been put there yet
    assert "25分钟" in dudao("--home", own_home, "--no-handbook", "ask", ASKED).out
    findings = json.loads(dudao("--home", own_home, "--no-handbook", "doctor", "--json").out)["findings"]
    [index] = [finding for finding in findings if finding["check"] == "索引"]
    assert index["state"] == "对"

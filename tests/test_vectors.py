"""Vectors: what is held in memory is searched exactly, what is more is left to Chroma, and both follow every change."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval import vectors
from retrieval.held import Held
from retrieval.vectors import Vectors


def unit(rows: int, seed: int) -> NDArray[np.float32]:
    drawn = np.random.default_rng(seed).normal(size=(rows, 16)).astype(np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


@pytest.fixture(params=["held", "graph"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vectors:
    """A collection of two hundred rows, few enough to be held or not."""
    if request.param == "graph":
        monkeypatch.setattr(vectors, "_HELD", 0)
    made = Vectors(tmp_path / "chroma", "rows")
    made.add([f"p/{n}" for n in range(200)], unit(200, 1))
    return made


@pytest.mark.parametrize("k", [1, 7, 200, 500])
def test_the_nearest_rows_come_best_first(kept: Vectors, k: int) -> None:
    query = unit(1, 2)[0]
    found = kept.search(query, k)
    wanted = np.sort(unit(200, 1) @ query)[::-1][:k]
    assert [cosine for _, cosine in found] == pytest.approx(wanted.tolist(), abs=1e-5)
    rows = {f"p/{n}": row for n, row in enumerate(unit(200, 1))}
    assert all(rows[name] @ query == pytest.approx(cosine, abs=1e-5) for name, cosine in found)


def test_a_search_sees_what_was_added_and_not_what_was_deleted(kept: Vectors) -> None:
    query = unit(1, 2)[0]
    (best, _), *_ = kept.search(query, 3)
    kept.delete([best])
    assert best not in {name for name, _ in kept.search(query, 200)}
    kept.add(["new/0"], query[None, :])
    assert kept.search(query, 1)[0][0] == "new/0"


def test_a_search_after_a_rebuild_brings_the_same(kept: Vectors) -> None:
    query = unit(1, 3)[0]
    before = kept.search(query, 20)
    kept.rebuild()
    kept.reopen()
    assert [name for name, _ in kept.search(query, 20)] == [name for name, _ in before]


def test_another_process_is_followed_when_it_is_known_to_have_written(kept: Vectors, tmp_path: Path) -> None:
    query = unit(1, 4)[0]
    kept.search(query, 1)
    other = Vectors(tmp_path / "chroma", "rows")
    other.add(["other/0"], query[None, :])
    other.close()
    kept.reopen()
    assert kept.search(query, 1)[0][0] == "other/0"


def test_an_empty_collection_has_nothing_near(tmp_path: Path) -> None:
    assert Vectors(tmp_path / "chroma", "rows").search(unit(1, 5)[0], 3) == []


def test_equals_come_in_the_order_they_were_put_in() -> None:
    row = unit(1, 6)
    held = Held(["a", "b", "c"], np.repeat(row, 3, axis=0))
    assert [name for name, _ in held.nearest(row[0], 3)] == ["a", "b", "c"]

"""The vectors of all passages in Chroma: in process, or on a server."""

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval import chroma
from retrieval.held import Held

Matrix = NDArray[np.float32]
_BATCH = 1000
_HELD = 20_000  # rows, 30 MB; more are left to chroma's graph
_DAMAGED = re.compile(r"not a database|malformed")
_BROKEN = "向量库{where}出错：{cause}。{mend}"
_MEND_FOLDER = "请检查磁盘空间和写权限；仍不行时删除这个文件夹，它会自动重建。"
_MEND_SERVER = "请检查服务器是否在运行，或改 config.yaml 的 index.url。"


class VectorsError(Exception):
    """Chroma cannot be used; the message says which, why, and what to do."""


class Vectors:
    """One collection of (passage id, unit vector), searched by cosine.

    A query costs chroma two to three milliseconds whatever the size, so that a small collection is searched in memory.
    Chroma 1.5.9 can lose live rows from its graph after deletes and upserts (chroma #7758); `unreachable` finds them
    and `rebuild` copies all rows to a fresh collection. Every method raises VectorsError when Chroma fails.
    """

    def __init__(self, where: Path | str, name: str) -> None:
        self._where, self._name = where, name
        self._guard = threading.RLock()
        with self._told():
            try:
                self._connect()
            except Exception as error:
                if not isinstance(where, Path) or not _DAMAGED.search(str(error)):
                    raise
                shutil.rmtree(where)  # the library makes the vectors again
                self._connect()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around every change: who dies or fails in it leaves a mark, and `mend` looks closer."""
        marks = [_mark(self._where)] if isinstance(self._where, Path) else []
        for mark in marks:
            mark.touch()
        yield
        for mark in marks:
            mark.unlink(missing_ok=True)

    def mend(self) -> None:
        """Empty a collection in process whose files are damaged; for the one process that may write.

        Chroma can crash the whole process on files that a crash cut short, so that another process tries them first.
        """
        if not isinstance(self._where, Path):
            return
        mark = _mark(self._where)
        if mark.exists():
            tried = [sys.executable, "-m", "retrieval.probe", str(self._where), self._name]
            sound = subprocess.run(tried, check=False, capture_output=True).returncode == 0  # noqa: S603 - our own module
        else:
            sound = self.sound()
        if not sound:
            with self._guard, self._told():
                self.close()
                shutil.rmtree(self._where)
                self._connect()
        mark.unlink(missing_ok=True)

    def sound(self) -> bool:
        """Whether a search works at all."""
        try:
            some = self._collection.get(limit=1, include=["embeddings"])["embeddings"]
            return not len(some) or bool(self._nearest(some, 1)["ids"])
        except Exception:  # whatever chroma raises, its files are of no use
            return False

    def _connect(self) -> None:
        self._client = chroma.client(self._where)
        self._attach()

    def _attach(self) -> None:
        self._generation = max(self._generations(), default=0)
        self._collection = self._open(f"{self._name}.{self._generation}")
        self._forget()

    def _forget(self) -> None:
        self._held: Held | None = None
        self._looked = False

    def _generations(self) -> list[int]:
        names = [str(collection.name) for collection in self._client.list_collections()]
        found = [re.fullmatch(rf"{re.escape(self._name)}\.(\d+)", name) for name in names]
        return [int(match.group(1)) for match in found if match]

    def _open(self, name: str) -> Any:
        return self._client.get_or_create_collection(
            name,
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine", "ef_search": 100, "ef_construction": 200}},
        )

    def reopen(self) -> None:
        """See what other processes have written; Chroma in process keeps its graph in memory otherwise."""
        with self._guard, self._told():
            if isinstance(self._where, Path):
                self.close()
                self._connect()
            else:
                self._attach()

    def close(self) -> None:
        """Let go of the files, or hang up."""
        chroma.hang_up(self._client)

    def add(self, ids: Sequence[str], vectors: Matrix) -> None:
        """Add rows of shape (len(ids), dimensions); ids must be new."""
        with self._changing():
            for start in range(0, len(ids), _BATCH):
                self._collection.add(ids=list(ids[start : start + _BATCH]), embeddings=vectors[start : start + _BATCH])

    def delete(self, ids: Sequence[str]) -> None:
        """Remove rows; unknown ids are no error."""
        with self._changing():
            for start in range(0, len(ids), _BATCH):
                self._collection.delete(ids=list(ids[start : start + _BATCH]))

    def count(self) -> int:
        """How many rows there are."""
        with self._told():
            return int(self._collection.count())

    def ids(self) -> set[str]:
        """The ids of all rows."""
        with self._told():
            return set(self._collection.get(include=[])["ids"])

    def search(self, query: NDArray[np.float32], k: int) -> list[tuple[str, float]]:
        """The nearest `k` (passage id, cosine), best first; other processes' changes are seen after `reopen`."""
        held = self._held
        if held is None:
            with self._guard, self._told():
                try:
                    held = self._hold()
                    if held is None:
                        return self._by_graph(query, k)
                except Exception:  # another process has made the collection anew, or the server was restarted
                    self.reopen()
                    return self._by_graph(query, k)
        return held.nearest(query, k)

    def _hold(self) -> Held | None:
        """All rows, None where there are too many."""
        if not self._looked and self._collection.count() <= _HELD:
            rows = self._collection.get(include=["embeddings"])
            self._held = Held(rows["ids"], np.asarray(rows["embeddings"], np.float32))
        self._looked = True
        return self._held

    def _by_graph(self, query: NDArray[np.float32], k: int) -> list[tuple[str, float]]:
        found = self._nearest([query], k)
        return [(i, 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """What is held is read anew after a change, also after one that failed half way."""
        try:
            with self._told():
                yield
        finally:
            with self._guard:
                self._forget()

    def unreachable(self, ids: Iterable[str]) -> list[str]:
        """Those of `ids` that a search with their own vector does not return; duplicates of a vector count as it."""
        lost: list[str] = []
        wanted = list(ids)
        with self._told():
            for start in range(0, len(wanted), _BATCH):
                part = wanted[start : start + _BATCH]
                rows = self._collection.get(ids=part, include=["embeddings"])
                there = set(rows["ids"])
                lost += [i for i in part if i not in there]
                if there:
                    lost += self._missed(rows["ids"], np.asarray(rows["embeddings"], np.float32))
        return lost

    def around(self, ids: Sequence[str], k: int) -> set[str]:
        """The nearest `k` rows of each of these rows, themselves among them."""
        found = set(ids)
        with self._told():
            for start in range(0, len(ids), _BATCH):
                rows = self._collection.get(ids=list(ids[start : start + _BATCH]), include=["embeddings"])
                if rows["ids"]:
                    found.update(*self._nearest(np.asarray(rows["embeddings"], np.float32), k)["ids"])
        return found

    def _missed(self, ids: list[str], vectors: Matrix) -> list[str]:
        answer = self._nearest(vectors, 3)
        rows = zip(ids, answer["ids"], answer["distances"], strict=True)
        return [i for i, found, distances in rows if i not in found and (not distances or min(distances) > 1e-5)]

    def _nearest(self, queries: Any, k: int) -> Any:
        return self._collection.query(query_embeddings=queries, n_results=k, include=["distances"])

    def rebuild(self) -> None:
        """Copy every row to a new collection beside this one; whole, it takes this one's place."""
        with self._told():
            self._sweep()
            fresh = self._open(f"{self._name}.new")
            for start in range(0, self.count(), _BATCH):
                rows = self._collection.get(include=["embeddings"], limit=_BATCH, offset=start)
                fresh.add(ids=rows["ids"], embeddings=rows["embeddings"])
            fresh.modify(name=f"{self._name}.{self._generation + 1}")
            with self._guard:
                self._collection, self._generation = fresh, self._generation + 1
                self._sweep()

    def sweep(self) -> None:
        """Drop what a rebuild that was cut short left behind; for the one process that may write."""
        with self._guard, self._told():
            self._sweep()

    def _sweep(self) -> None:
        names = {str(collection.name) for collection in self._client.list_collections()}
        old = {f"{self._name}.{n}" for n in self._generations() if n != self._generation}
        for name in names & (old | {f"{self._name}.new"}):
            self._client.delete_collection(name)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except VectorsError:
            raise
        except Exception as error:  # chroma raises its own errors, httpx's, ValueError and RuntimeError
            inside = isinstance(self._where, Path)
            cause = str(error) or type(error).__name__
            mend = _MEND_FOLDER if inside else _MEND_SERVER
            raise VectorsError(_BROKEN.format(where=f"（{self._where}）", cause=cause, mend=mend)) from error


def _mark(where: Path) -> Path:
    return where.with_name(f"{where.name}-writing")

"""The vectors of all passages in Chroma: in process, or on a server."""

import gc
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
_BATCH = 1000


class VectorsError(Exception):
    """Chroma cannot be used; the message says which, why, and what to do."""


class Vectors:
    """One collection of (passage id, unit vector), searched by cosine.

    Chroma 1.5.9 can lose live rows from its graph after deletes and upserts (chroma #7758); `unreachable` finds them and
    `rebuild` copies all rows to a fresh collection.
    """

    def __init__(self, where: Path | str, name: str) -> None:
        self._where, self._name = where, name
        self._guard = threading.RLock()
        self._connect()

    def _connect(self) -> None:
        self._client = _client(self._where)
        names = [str(collection.name) for collection in self._client.list_collections()]
        generations = sorted(int(n.rpartition(".")[2]) for n in names if n.rpartition(".")[0] == self._name)
        self._generation = generations[-1] if generations else 0
        for stale in generations[:-1]:
            self._client.delete_collection(f"{self._name}.{stale}")
        self._collection = self._open(self._generation)

    def _open(self, generation: int) -> Any:
        return self._client.get_or_create_collection(
            f"{self._name}.{generation}",
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine", "ef_search": 100, "ef_construction": 200}},
        )

    def reopen(self) -> None:
        """See what other processes have written; Chroma in process keeps its graph in memory otherwise."""
        if isinstance(self._where, Path):
            with self._guard:
                self.close()
                self._connect()

    def close(self) -> None:
        """Let go of the files."""
        self._client.close()
        gc.collect()

    def add(self, ids: Sequence[str], vectors: Matrix) -> None:
        """Add rows of shape (len(ids), dimensions); ids must be new."""
        for start in range(0, len(ids), _BATCH):
            self._collection.add(ids=list(ids[start : start + _BATCH]), embeddings=vectors[start : start + _BATCH])

    def delete(self, ids: Sequence[str]) -> None:
        """Remove rows; unknown ids are no error."""
        for start in range(0, len(ids), _BATCH):
            self._collection.delete(ids=list(ids[start : start + _BATCH]))

    def count(self) -> int:
        """How many rows there are."""
        return int(self._collection.count())

    def ids(self) -> set[str]:
        """The ids of all rows."""
        return set(self._collection.get(include=[])["ids"])

    def search(self, query: NDArray[np.float32], k: int) -> list[tuple[str, float]]:
        """The nearest `k` (passage id, cosine), best first."""
        with self._guard:
            found = self._collection.query(query_embeddings=[query], n_results=k, include=["distances"])
        return [(i, 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def unreachable(self, ids: Iterable[str]) -> list[str]:
        """Those of `ids` that a search with their own vector does not return; duplicates of a vector count as it."""
        lost: list[str] = []
        wanted = list(ids)
        for start in range(0, len(wanted), _BATCH):
            rows = self._collection.get(ids=wanted[start : start + _BATCH], include=["embeddings"])
            found = {i: np.asarray(v, np.float32) for i, v in zip(rows["ids"], rows["embeddings"], strict=True)}
            lost += [i for i in wanted[start : start + _BATCH] if i not in found]
            if found:
                lost += self._missed(list(found), np.stack(list(found.values())))
        return lost

    def _missed(self, ids: list[str], vectors: Matrix) -> list[str]:
        answer = self._collection.query(query_embeddings=vectors, n_results=3, include=["distances"])
        rows = zip(ids, answer["ids"], answer["distances"], strict=True)
        return [i for i, found, distances in rows if i not in found and (not distances or min(distances) > 1e-5)]

    def rebuild(self) -> None:
        """Copy every row to a new collection beside this one, then drop this one."""
        fresh = self._open(self._generation + 1)
        total = self.count()
        for start in range(0, total, _BATCH):
            rows = self._collection.get(include=["embeddings"], limit=_BATCH, offset=start)
            fresh.add(ids=rows["ids"], embeddings=rows["embeddings"])
        with self._guard:
            self._client.delete_collection(f"{self._name}.{self._generation}")
            self._generation += 1
            self._collection = fresh


def _client(where: Path | str) -> Any:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    try:
        if isinstance(where, Path):
            where.mkdir(parents=True, exist_ok=True)
            return chromadb.PersistentClient(str(where), settings=settings)
        url = urlsplit(where)
        secure = url.scheme == "https"
        port = url.port or (443 if secure else 8000)
        return chromadb.HttpClient(host=url.hostname or "", port=port, ssl=secure, settings=settings)
    except Exception as error:
        place = f"文件夹 {where}" if isinstance(where, Path) else f"服务器 {where}"
        raise VectorsError(f"向量库打不开({place}):{error}。请检查它是否在运行、路径是否可写,或改 config.yaml 的 index.url。") from error

"""The default embedder: multilingual-e5-small on onnxruntime, with nothing to download."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retrieval.cores import cores
from retrieval.model.build import GRAPH
from retrieval.model.pieces import Pieces
from retrieval.model.types import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUERY, PASSAGE = "query: ", "passage: "


class BundledEmbeddings:
    """The model that `prepare` built in `folder`; safe to use from many threads. Raises ModelError if it cannot load.

    Texts go through one at a time, each on one thread and as many at once as there are cores: without padding nothing
    is computed in vain, and a text's vector never depends on its neighbours.
    """

    dimensions = 384

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        try:
            self._pieces = Pieces(folder)
            self._session = _session(folder / GRAPH)
        except Exception as cause:
            raise ModelError(f"内置检索模型 {folder} 无法加载：{cause}。请删除该文件夹后重试") from cause

    def query(self, text: str) -> NDArray[np.float32]:
        """The unit vector of a question, shape (384,); at most its first 512 tokens count."""
        return self._vector(QUERY + text.strip())

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The unit vectors of passages, shape (len(texts), 384); at most the first 512 tokens of each count."""
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        with ThreadPoolExecutor(cores()) as pool:
            for row, vector in enumerate(pool.map(self._vector, [PASSAGE + text.strip() for text in texts])):
                vectors[row] = vector
        return vectors

    def _vector(self, text: str) -> NDArray[np.float32]:
        ids = np.array([self._pieces.ids(text)], np.int64)
        vector: NDArray[np.float32] = self._session.run(None, {"ids": ids})[0][0]
        return vector


def _session(graph: Path) -> Any:
    onnxruntime = import_module("onnxruntime")  # it has no types

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])

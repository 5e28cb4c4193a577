"""Models of sentence-transformers (an extra): its embedders, and its cross-encoders, which rerank."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from retrieval.model.types import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXTRA = "sentence-transformers"
MISSING = f"这个模型需要附加组件 {EXTRA}。请在项目目录运行：pip install '.[{EXTRA}]'"
SETTINGS = {"normalize_embeddings": True, "show_progress_bar": False}


class SentenceEmbeddings:
    """A SentenceTransformer by hub name or folder; raises ModelError when the extra is missing or it cannot load.

    `query_prefix` and `passage_prefix` go before each text (e5: "query: ", "passage: "); empty means the model's own
    prompts, if it names any.
    """

    def __init__(self, name_or_path: str, *, query_prefix: str = "", passage_prefix: str = "") -> None:
        self._model = _loaded("SentenceTransformer", name_or_path)
        self._query_prefix, self._passage_prefix = query_prefix, passage_prefix
        self.name = f"{EXTRA} {name_or_path} {query_prefix!r} {passage_prefix!r}"
        self.dimensions: int = self._model.get_embedding_dimension()

    def query(self, text: str) -> NDArray[np.float32]:
        """The unit vector of a question, shape (dimensions,)."""
        return _floats(self._model.encode_query(_clean(text), prompt=self._query_prefix or None, **SETTINGS))

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The unit vectors of passages, shape (len(texts), dimensions)."""
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        clean = [_clean(text) for text in texts]
        return _floats(self._model.encode_document(clean, prompt=self._passage_prefix or None, **SETTINGS))


class Reranker:
    """A CrossEncoder by hub name or folder; raises ModelError when the extra is missing or it cannot load."""

    def __init__(self, name_or_path: str) -> None:
        self._model = _loaded("CrossEncoder", name_or_path)
        self.name = f"{EXTRA} {name_or_path}"

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text answers the query, higher is better, shape (len(texts),); the scale is the model's own."""
        if not texts:
            return np.empty(0, np.float32)
        pairs = [(_clean(query), _clean(text)) for text in texts]
        return _floats(self._model.predict(pairs, show_progress_bar=False)).reshape(len(texts))


def _loaded(kind: str, name: str) -> Any:
    try:
        library = import_module("sentence_transformers")
    except ImportError as cause:
        raise ModelError(MISSING) from cause
    try:
        return getattr(library, kind)(name)
    except Exception as cause:
        raise ModelError(f"模型 {name} 无法加载：{cause}。请检查名称、文件夹或网络") from cause


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode().strip()


def _floats(values: object) -> NDArray[np.float32]:
    return np.asarray(values, np.float32)

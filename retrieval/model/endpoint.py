"""Embeddings from any OpenAI-compatible endpoint, through langchain_openai."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from retrieval.model.types import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

PROBE = "服务"
BLANK = "-"


class EndpointEmbeddings:
    """The model `model` behind `base_url`; asks in batches, waits `timeout` seconds, tries again `retries` times.

    The first use may raise ModelError: the endpoint is unreachable, refuses, or answers something else than vectors.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        model: str,
        *,
        query_prefix: str = "",
        passage_prefix: str = "",
        batch: int = 64,
        timeout: float = 30.0,
        retries: int = 2,
    ) -> None:
        from langchain_openai import OpenAIEmbeddings
        from pydantic import SecretStr

        self._client = OpenAIEmbeddings(
            base_url=base_url,
            api_key=SecretStr(api_key or "none"),
            model=model,
            check_embedding_ctx_length=False,
            chunk_size=batch,
            timeout=timeout,
            max_retries=retries,
        )
        self._where = f"{model}（{base_url}）"
        self._query_prefix, self._passage_prefix = query_prefix, passage_prefix
        self.name = f"endpoint {base_url} {model} {query_prefix!r} {passage_prefix!r}"

    @cached_property
    def dimensions(self) -> int:
        """The length of every vector, asked of the endpoint once."""
        return len(self.query(PROBE))

    def query(self, text: str) -> NDArray[np.float32]:
        """The unit vector of a question, shape (dimensions,)."""
        vector: NDArray[np.float32] = self._vectors([self._query_prefix + _clean(text)])[0]
        return vector

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The unit vectors of passages, shape (len(texts), dimensions)."""
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        return self._vectors([self._passage_prefix + _clean(text) for text in texts])

    def _vectors(self, texts: list[str]) -> NDArray[np.float32]:
        try:
            vectors = np.asarray(self._client.embed_documents(texts), np.float32)
        except Exception as cause:
            raise ModelError(f"嵌入服务 {self._where} 出错：{cause}。请检查地址、密钥和模型名称") from cause
        if vectors.ndim != 2 or len(vectors) != len(texts):
            raise ModelError(f"嵌入服务 {self._where} 返回的向量数量不对：{vectors.shape}，应为 {len(texts)} 个")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not (np.isfinite(lengths) & (lengths > 0)).all():
            raise ModelError(f"嵌入服务 {self._where} 返回了无效向量（零或非数字）。请检查模型是否为嵌入模型")
        unit: NDArray[np.float32] = vectors / lengths
        return unit


def _clean(text: str) -> str:
    """What the wire can carry; endpoints refuse an empty text."""
    return text.encode("utf-8", "replace").decode().strip() or BLANK

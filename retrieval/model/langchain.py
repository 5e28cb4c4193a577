"""Any of the house's embedders, as langchain wants them."""

from langchain_core.embeddings import Embeddings

from retrieval.model.types import Embedder


class LangchainEmbeddings(Embeddings):
    """Hands langchain the vectors of `embedder` as lists of floats."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_query(self, text: str) -> list[float]:
        """The unit vector of a question."""
        vector: list[float] = self._embedder.query(text).tolist()
        return vector

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """The unit vectors of passages."""
        vectors: list[list[float]] = self._embedder.passages(texts).tolist()
        return vectors

"""What every embedder offers, and the error all of them raise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ModelError(Exception):
    """The model cannot be built, loaded or reached; the message says which, why and what to do."""


class Embedder(Protocol):
    """Turns questions and passages into unit vectors of one space."""

    @property
    def name(self) -> str:
        """A fingerprint: two embedders of one name give the same vectors, so it keys an index."""

    @property
    def dimensions(self) -> int:
        """The length of every vector."""

    def query(self, text: str) -> NDArray[np.float32]:
        """The L2-normalised vector of a question, shape (dimensions,)."""

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The L2-normalised vectors of passages, shape (len(texts), dimensions)."""

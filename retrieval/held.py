"""Vectors held in memory: every row is compared, so that nothing near is missed and nothing is waited for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Held:
    """Rows of (passage id, unit vector); `matrix` has the shape (len(ids), dimensions)."""

    ids: Sequence[str]
    matrix: NDArray[np.float32]

    def nearest(self, query: NDArray[np.float32], k: int) -> list[tuple[str, float]]:
        """The nearest `k` (passage id, cosine), best first; of equals the one that came first."""
        if not self.ids:
            return []
        cosines = self.matrix @ query
        best = np.argpartition(-cosines, k - 1)[:k] if k < len(cosines) else np.arange(len(cosines))
        best.sort()
        order = best[np.argsort(-cosines[best], kind="stable")]
        return [(self.ids[i], float(cosines[i])) for i in order]

"""Every photo's hashes in memory, in step with the database, so that a hundred thousand are looked through at once."""

import threading
from typing import Any

import numpy as np

from records.photos.fingerprint import HASHES, WORDS, Hashes, loaded

_ROOM = 1024  # photos
LATE = 500  # ids below the highest that are read again: another process may commit a lower one later


class Nearest:
    """Grows and is searched from any thread; one a process."""

    def __init__(self) -> None:
        self._words = np.zeros((HASHES, WORDS, _ROOM), np.uint64)  # a word of all photos lies together
        self._ids = np.zeros(_ROOM, np.int64)
        self._known: set[int] = set()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._known)

    @property
    def after(self) -> int:
        """Photos with a higher id may be missing here."""
        with self._lock:
            return max(0, int(self._ids[: len(self._known)].max(initial=0)) - LATE)

    def add(self, photos: "list[tuple[int, bytes]]") -> None:
        """Photos with their fingerprints; those that are here already stay as they are."""
        with self._lock:
            for photo_id, fingerprint in photos:
                if photo_id not in self._known:
                    self._put(len(self._known), photo_id, fingerprint)

    def _put(self, place: int, photo_id: int, fingerprint: bytes) -> None:
        if place == len(self._ids):
            self._words = np.concatenate([self._words, np.zeros_like(self._words)], axis=2)
            self._ids = np.concatenate([self._ids, np.zeros_like(self._ids)])
        self._words[:, :, place], self._ids[place] = loaded(fingerprint), photo_id
        self._known.add(photo_id)

    def search(self, sought: Hashes, limit: int, within: int) -> list[tuple[int, int]]:
        """(id, bits that differ) of the nearest photos, nearest first: at most `limit`, at most `within` bits away."""
        with self._lock:
            count = len(self._known)
            words, ids = self._words[:, :, :count], self._ids[:count]
        if not count:
            return []
        away: Any = np.full(count, WORDS * 64, np.uint8)
        for one in sought:
            for kept in words:
                bits = np.bitwise_count(kept[0] ^ one[0])
                for word, wanted in zip(kept[1:], one[1:], strict=True):
                    bits += np.bitwise_count(word ^ wanted)
                np.minimum(away, bits, out=away)
        order = np.argsort(away, kind="stable")[:limit] if count <= limit else _lowest(away, limit)
        return [(int(ids[place]), int(away[place])) for place in order if away[place] <= within]


def _lowest(away: Any, limit: int) -> Any:
    some = np.argpartition(away, limit)[:limit]
    return some[np.argsort(away[some], kind="stable")]

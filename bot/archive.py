"""The file a backup is: a gzipped tar of `config.yaml`, `files/…`, `tables/….jsonl` and, last, `manifest.json`.

The manifest has the SHA-256 of every part. Rows are lines of JSON, the same from every database.
"""

import gzip
import hashlib
import json
import re
import tarfile
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Literal

from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

BROKEN = "{file} 不是完好的 dudao 备份（{why}），没有恢复，也没有改动任何数据。"
_MANIFEST = "manifest.json"
_PART = re.compile(r"config\.yaml|manifest\.json|files/[0-9a-f]{64}|tables/[a-z_]{1,63}\.jsonl", re.ASCII)
_LEVEL = 5
_CHUNK = 1 << 20  # bytes
_LARGEST_MANIFEST = 256 << 20  # bytes: a million files and more
_FAULTS = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError, KeyError)


class BadArchive(Exception):
    """Not a backup, or no longer a whole one; the message names the file and the fault."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(_Strict):
    """A part as it must be."""

    size: NonNegativeInt
    sha256: str


class Rows(_Strict):
    """How many rows a table has."""

    table: str
    rows: NonNegativeInt


class Manifest(_Strict):
    """What a backup holds; `tables` stand in the order in which they go in."""

    program: Literal["dudao"] = "dudao"
    format: Literal[1] = 1
    version: str
    made_at: datetime
    revision: str
    tables: list[Rows]
    counters: dict[str, NonNegativeInt]
    parts: dict[str, Part]

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(one.rows for one in self.tables)

    @property
    def files(self) -> int:
        """How many files of people."""
        return sum(name.startswith("files/") for name in self.parts)


class Writer:
    """Writes the parts of one archive, one after the other."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._zipped = gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=_LEVEL, filename="", mtime=0)
        self._tar = tarfile.TarFile(fileobj=self._zipped, mode="w")
        self.parts: dict[str, Part] = {}

    def put(self, name: str, content: bytes) -> None:
        """One part."""
        self._add(name, BytesIO(content), len(content), hashlib.sha256(content).hexdigest())

    async def put_lines(self, name: str, lines: AsyncIterator[bytes]) -> int:
        """One part that is not held in memory; returns how many lines it has."""
        digest, count = hashlib.sha256(), 0
        with TemporaryFile() as spool:
            async for line in lines:
                spool.write(line)
                digest.update(line)
                count += 1
            size = spool.tell()
            spool.seek(0)
            self._add(name, spool, size, digest.hexdigest())
        return count

    def close(self, manifest: Manifest) -> None:
        """The last part, which says what the others must be."""
        content = manifest.model_dump_json(indent=1).encode()
        self._add(_MANIFEST, BytesIO(content), len(content), "")
        self._tar.close()
        self._zipped.close()

    def _add(self, name: str, content: IO[bytes], size: int, digest: str) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self._tar.addfile(info, content)
        self.parts[name] = Part(size=size, sha256=digest)


def verified(file: Path) -> Manifest:
    """The manifest of a backup of which every byte is as it was written; raises BadArchive."""
    found: dict[str, Part] = {}
    text = b""
    with _readable(file) as zipped, tarfile.open(fileobj=zipped, mode="r|") as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() and _PART.fullmatch(member.name) else None
            if content is None or member.name in found or text:
                raise ValueError(f"unexpected part {member.name[:80]!r}")
            if member.name == _MANIFEST:
                text = content.read(_LARGEST_MANIFEST)
            else:
                found[member.name] = Part(size=member.size, sha256=_digest(content))
        while zipped.read(_CHUNK):  # to the end, where gzip's own sum stands
            pass
        if not text:
            raise EOFError("no manifest at its end")
        manifest = Manifest.model_validate_json(text)
        _agree(manifest, found)
    return manifest


def parts(file: Path, folder: str) -> Iterator[tuple[str, IO[bytes]]]:
    """(name without its folder, content) of the parts of a folder in a verified backup, in order."""
    with _readable(file) as zipped, tarfile.open(fileobj=zipped, mode="r|") as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is not None and member.name.startswith(f"{folder}/"):
                yield member.name.partition("/")[2], content


def lines(content: IO[bytes]) -> Iterator[dict[str, Any]]:
    """The rows of a table's part."""
    for line in content:
        yield json.loads(line)


def _agree(manifest: Manifest, found: dict[str, Part]) -> None:
    names = {f"tables/{one.table}.jsonl" for one in manifest.tables}
    if found != manifest.parts or names != {name for name in found if name.startswith("tables/")}:
        wrong = sorted(name for name in {*found, *manifest.parts} if found.get(name) != manifest.parts.get(name))
        raise ValueError(f"{', '.join(wrong[:3]) or 'its tables'}: not as the manifest says")
    for name, part in found.items():
        if name.startswith("files/") and name != f"files/{part.sha256}":
            raise ValueError(f"{name}: another file's content")


def _digest(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := content.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def _readable(file: Path) -> Iterator[gzip.GzipFile]:
    try:
        with gzip.open(file, "rb") as zipped:
            yield zipped
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadArchive(BROKEN.format(file=file, why=f"{_MANIFEST}: {where}: {first['msg']}")) from error
    except _FAULTS as error:
        raise BadArchive(BROKEN.format(file=file, why=" ".join(str(error).split())[:200])) from error

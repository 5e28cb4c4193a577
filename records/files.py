"""What people sent and what they are sent, by content: the same bytes are kept once, in a folder or on S3 (fsspec)."""

import asyncio
import hashlib
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

_REF = re.compile(r"[0-9a-f]{64}")
_BROKEN = "文件库（{where}）无法使用：{cause}。请检查它的地址、权限和空间。"
_GONE = "文件 {ref} 不在文件库里。"


class FilesError(Exception):
    """The store cannot be used, or does not have a file; the message says which."""


class Files:
    """One store of files named by the SHA-256 of their content; `where` is a folder or an fsspec URL (s3://…)."""

    def __init__(self, where: Path | str) -> None:
        self._where = str(where)
        self._system: Any = None

    async def put(self, content: bytes) -> str:
        """Keep the bytes; returns their ref."""
        return await asyncio.to_thread(self._put, content)

    async def get(self, ref: str) -> bytes:
        """The bytes of a ref; raises FilesError when they are not there."""
        return await asyncio.to_thread(self._get, ref)

    async def refs(self) -> list[str]:
        """Everything there is."""
        return await asyncio.to_thread(self._refs)

    async def probe(self) -> None:
        """Raises FilesError when nothing can be kept here; leaves nothing behind."""
        await asyncio.to_thread(self._probe)

    def _probe(self) -> None:
        system, path = self._path("probe.part")
        try:
            system.makedirs(path.rpartition("/")[0], exist_ok=True)
            system.pipe_file(path, b"dudao")
            system.rm_file(path)
        except OSError as error:
            raise FilesError(_BROKEN.format(where=self._where, cause=error)) from error

    def _refs(self) -> list[str]:
        system, root = self._path("")
        root = root.rstrip("/")
        try:
            found = [str(path).rpartition("/")[2] for path in system.find(root)] if system.exists(root) else []
        except OSError as error:
            raise FilesError(_BROKEN.format(where=self._where, cause=error)) from error
        return sorted(name for name in found if _REF.fullmatch(name))

    def _put(self, content: bytes) -> str:
        ref = hashlib.sha256(content).hexdigest()
        system, path = self._path(ref)
        try:
            if not system.exists(path):
                system.makedirs(path.rpartition("/")[0], exist_ok=True)
                temporary = f"{path}.{uuid4().hex}.part"  # the same may be put twice at once
                system.pipe_file(temporary, content)
                system.mv(temporary, path)
        except OSError as error:
            raise FilesError(_BROKEN.format(where=self._where, cause=error)) from error
        return ref

    def _get(self, ref: str) -> bytes:
        if not _REF.fullmatch(ref):
            raise FilesError(_GONE.format(ref=ref[:80]))
        system, path = self._path(ref)
        try:
            return bytes(system.cat_file(path))
        except FileNotFoundError as error:
            raise FilesError(_GONE.format(ref=ref)) from error
        except OSError as error:
            raise FilesError(_BROKEN.format(where=self._where, cause=error)) from error

    def _path(self, ref: str) -> tuple[Any, str]:
        if self._system is None:
            import fsspec

            try:
                self._system = fsspec.core.url_to_fs(self._where)
            except (ImportError, ValueError) as error:
                raise FilesError(_BROKEN.format(where=self._where, cause=error)) from error
        system, root = self._system
        return system, f"{root}/{ref[:2]}/{ref}"

"""Builds the bundled model once into a cache folder, and notices when what lies there is damaged."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from retrieval.model import pieces
from retrieval.model.types import ModelError
from retrieval.model.weights import Source, Weights, installed

FORMAT = 1  # one more whenever what is written here changes: caches then build anew, indexes embed anew
GRAPH, TENSORS, MANIFEST = "encoder.onnx", "encoder.data", "manifest.json"
BUILDING = "正在生成内置检索模型（只需一次，约几秒）"
REBUILDING = "内置检索模型的文件已损坏，重新生成"
DONE = "内置检索模型已就绪"


def prepare(folder: Path, progress: Callable[[str], None] | None = None) -> Path:
    """Builds the bundled model below `folder` unless it stands there whole; returns the model's own folder.

    Safe when several processes do it at once. Raises ModelError when the weights are missing or damaged, or the folder
    cannot be written.
    """
    source = installed()
    say = progress or (lambda line: None)
    target = folder / f"multilingual-e5-small-{FORMAT}-{source.digest[:12]}"
    if _whole(target):
        return target
    say(REBUILDING if target.exists() else BUILDING)
    try:
        _build(source, target)
    except OSError as cause:
        raise ModelError(f"无法写入模型文件夹 {folder}：{cause.strerror}。请检查权限和磁盘空间") from cause
    say(DONE)
    return target


def _build(source: Source, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent, ignore_cleanup_errors=True) as name:
        draft = Path(name) / "new"
        draft.mkdir()
        _write(source, draft)
        if not _whole(target):
            with suppress(FileNotFoundError):
                target.replace(Path(name) / "old")
        try:
            draft.replace(target)
        except OSError:
            if not _whole(target):  # else another process was quicker
                raise


def _write(source: Source, folder: Path) -> None:
    import onnx

    from retrieval.model.graph import encoder

    weights = Weights(source)
    pieces.save(weights.vocabulary, folder)
    onnx.save_model(encoder(weights), folder / GRAPH, save_as_external_data=True, location=TENSORS)
    (folder / TENSORS).chmod(0o644)  # onnx leaves it to its owner alone, but the cache may be shared
    _record(folder)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was when its contents were last known to be right."""

    size: int
    changed: int
    digest: str


def _record(folder: Path) -> None:
    seen = {path.name: asdict(_seen(path)) for path in sorted(folder.iterdir()) if path.name != MANIFEST}
    (folder / MANIFEST).write_text(json.dumps(seen, indent=1), "ascii")


def _seen(path: Path) -> _Seen:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return _Seen(path.stat().st_size, path.stat().st_mtime_ns, digest)


def _whole(folder: Path) -> bool:
    """Whether every file is as it was built; contents are read again only where a size or time differs."""
    try:
        known = json.loads((folder / MANIFEST).read_text("ascii"))
        return {GRAPH, TENSORS} < known.keys() and all(
            _same(folder / name, _Seen(**was)) for name, was in known.items()
        )
    except (OSError, ValueError, TypeError, AttributeError):
        return False


def _same(path: Path, was: _Seen) -> bool:
    now = path.stat()
    if now.st_size != was.size:
        return False
    return now.st_mtime_ns == was.changed or _seen(path).digest == was.digest

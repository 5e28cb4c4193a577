"""What documents are called: by their file, as shortly as tells them apart."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path


def named(paths: Iterable[Path]) -> list[tuple[str, Path]]:
    """(document name, file) for files and those of folders, each file once.

    The name is the stem; files that share one keep their suffix and their folder within the folder given, or, where
    that does not tell them apart either, their whole path.
    """
    files: dict[Path, tuple[Path, Path]] = {}
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.is_file() and not _hidden(p.relative_to(path)))
        for file in inside if path.is_dir() else [path]:
            files.setdefault(file.resolve(), (file, file.relative_to(path) if path.is_dir() else Path(file.name)))
    stems = Counter(relative.stem for _, relative in files.values())
    relatives = Counter(relative for _, relative in files.values())
    return [(_name(file, relative, stems, relatives), file) for file, relative in files.values()]


def _name(file: Path, relative: Path, stems: Counter[str], relatives: Counter[Path]) -> str:
    if stems[relative.stem] == 1:
        return relative.stem
    return (relative if relatives[relative] == 1 else file).as_posix()


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "~$", "__MACOSX")) for part in path.parts)

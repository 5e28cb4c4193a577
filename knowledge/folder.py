"""Folders of YAML files: something is added by adding a file."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from knowledge.faults import BadFile

OTHER_NAME = "{file}：key：应与文件名一样，是“{name}”"


class Keyed(Protocol):
    """What has a key."""

    @property
    def key(self) -> str: ...


One = TypeVar("One")
OneKeyed = TypeVar("OneKeyed", bound=Keyed)


def load_all(
    folder: Path, load: Callable[[bytes, str], One], across: Callable[[Sequence[One]], Iterable[str]] = lambda found: ()
) -> list[One]:
    """What `load` makes of every file of a folder; raises BadFile with the faults of all.

    `across` says what is wrong with them together.
    """
    found: list[One] = []
    problems: list[str] = []
    for file in sorted(folder.glob("*.yaml")):
        try:
            found.append(load(file.read_bytes(), file.name))
        except BadFile as error:
            problems += error.problems
    problems += across(found)
    if problems:
        raise BadFile(*problems)
    return found


def load_keyed(folder: Path, load: Callable[[bytes, str], OneKeyed]) -> dict[str, OneKeyed]:
    """The same by key, which must be the file's name."""

    def named(content: bytes, file: str) -> OneKeyed:
        one = load(content, file)
        if one.key != (name := file.removesuffix(".yaml")):
            raise BadFile(OTHER_NAME.format(file=file, name=name))
        return one

    return {one.key: one for one in load_all(folder, named)}

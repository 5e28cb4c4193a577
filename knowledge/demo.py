"""Reads demo.yaml: stores and people that are there for show."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.faults import BadFile
from knowledge.strict_yaml import values

MARK = "演示"  # every name begins with it


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DemoStore(_Part):
    """A store; its place is (latitude, longitude) in degrees."""

    code: str = Field(pattern=r"^[A-Z0-9][A-Z0-9-]{0,31}$")
    name: str = Field(min_length=1, max_length=30)
    region: str = Field(min_length=1, max_length=30)
    place: tuple[Annotated[float, Field(ge=-90, le=90)], Annotated[float, Field(ge=-180, le=180)]]


class DemoPerson(_Part):
    """A person; `stores` are codes, `reports_to` is the key of one who stands before."""

    key: str = Field(pattern=r"^[a-z0-9-]{1,32}$")
    name: str = Field(min_length=1, max_length=20)
    role: Literal["admin", "supervisor", "trainee", "staff"]
    stores: tuple[str, ...] = ()
    reports_to: str | None = None


class _File(_Part):
    stores: tuple[DemoStore, ...]
    people: tuple[DemoPerson, ...]


@dataclass(frozen=True, slots=True)
class Demo:
    """Stores and people, as they are to be added, in order."""

    stores: tuple[DemoStore, ...]
    people: tuple[DemoPerson, ...]


def load_demo(path: Path) -> Demo:
    """The file's stores and people; raises BadFile."""
    try:
        held = values(path.read_bytes(), path.name)
        parsed = _File.model_validate(held)
    except (OSError, BadFile) as error:
        raise BadFile(f"{path}: cannot be read as YAML: {error}") from error
    except ValidationError as error:
        raise BadFile(*(_explained(path, held, dict(one)) for one in error.errors())) from error
    _check(path, parsed)
    return Demo(parsed.stores, parsed.people)


def _explained(path: Path, values: Any, error: dict[str, Any]) -> str:
    where = [str(part) for part in error["loc"]]
    key = ".".join(where[2:]) or "the whole item"
    item = f"{where[0]} {_known_as(values, error['loc'])}: {key}" if len(where) > 1 else ".".join(where) or "the file"
    return f"{path}: {item}: {error['msg']}"


def _known_as(values: Any, where: tuple[Any, ...]) -> str:
    """What an item calls itself, else its number."""
    try:
        item = values[where[0]][where[1]]
        return str(item.get("code") or item.get("key") or f"number {where[1] + 1}")
    except (AttributeError, IndexError, KeyError, TypeError):
        return f"number {where[1]}"


def _check(path: Path, parsed: _File) -> None:
    """What one item says of another, and that all are marked."""
    codes: set[str] = set()
    keys: set[str] = set()
    for store in parsed.stores:
        _refuse(store.code in codes, path, f"stores {store.code}: code", "stands twice; keep one")
        _refuse(not store.name.startswith(MARK), path, f"stores {store.code}: name", f"must begin with {MARK}")
        codes.add(store.code)
    for one in parsed.people:
        _refuse(one.key in keys, path, f"people {one.key}: key", "stands twice; keep one")
        _refuse(not one.name.startswith(MARK), path, f"people {one.key}: name", f"must begin with {MARK}")
        unknown = [code for code in one.stores if code not in codes]
        _refuse(bool(unknown), path, f"people {one.key}: stores", f"{unknown} are not among the stores above")
        stranger = one.reports_to is not None and one.reports_to not in keys
        _refuse(stranger, path, f"people {one.key}: reports_to", f"{one.reports_to!r} must stand before this person")
        keys.add(one.key)


def _refuse(bad: bool, path: Path, where: str, why: str) -> None:
    if bad:
        raise BadFile(f"{path}: {where}: {why}")

"""Reads glossary.yaml: terms that mean the same, and what people say for them."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.faults import BadFile
from knowledge.strict_yaml import values


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    groups: list[list[str]] = Field(default_factory=list)
    spoken: list[list[str]] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Glossary:
    """`groups` of synonyms, canonical term first; `spoken` are (everyday phrase, standard term), one way."""

    groups: tuple[tuple[str, ...], ...]
    spoken: tuple[tuple[str, str], ...]


def load_glossary(path: Path) -> Glossary:
    """The file's groups and pairs; raises BadFile."""
    try:
        parsed = _File.model_validate(values(path.read_bytes(), path.name) or {})
    except (OSError, BadFile, ValidationError) as error:
        raise BadFile(f"{path}: cannot be read as `groups:` with lists of terms: {error}") from error
    seen: dict[str, str] = {}
    for group in parsed.groups:
        if len(group) < 2 or not all(term.strip() for term in group):
            raise BadFile(f"{path}: group {group!r} needs at least two terms, none of them empty")
        for term in group:
            if seen.setdefault(term.lower(), group[0]) != group[0]:
                raise BadFile(
                    f"{path}: {term!r} stands in the groups of {seen[term.lower()]!r} and {group[0]!r}; keep one"
                )
    for pair in parsed.spoken:
        if len(pair) != 2 or not all(term.strip() for term in pair):
            raise BadFile(f"{path}: spoken entry {pair!r} must be [everyday phrase, standard term]")
    return Glossary(tuple(map(tuple, parsed.groups)), tuple((phrase, term) for phrase, term in parsed.spoken))

"""Reads glossary.yaml: groups of terms that mean the same to the people of the trade."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError


class BadGlossary(Exception):
    """glossary.yaml cannot be used; the message names the file, the place and the mend."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    groups: list[list[str]] = Field(default_factory=list)


def load_glossary(path: Path) -> tuple[tuple[str, ...], ...]:
    """The groups of the file, canonical term first; raises BadGlossary."""
    try:
        parsed = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise BadGlossary(f"{path}: cannot be read as `groups:` with lists of terms: {error}") from error
    seen: dict[str, str] = {}
    for group in parsed.groups:
        if len(group) < 2 or not all(term.strip() for term in group):
            raise BadGlossary(f"{path}: group {group!r} needs at least two terms, none of them empty")
        for term in group:
            if seen.setdefault(term.lower(), group[0]) != group[0]:
                raise BadGlossary(f"{path}: {term!r} stands in the groups of {seen[term.lower()]!r} and {group[0]!r}; keep one")
    return tuple(tuple(group) for group in parsed.groups)

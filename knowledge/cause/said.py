"""Causes as people type them: one a line; a dash before a line makes it a sub-cause of the line above."""

import re
from collections.abc import Collection
from dataclasses import dataclass

_NUMBER = re.compile(r"^\s*(?:\d{1,2}\s*[.、．)）]\s*(?!\d)|[(（]\d{1,2}[)）]\s*)")
_DASH = re.compile(r"^\s*[-－—–·•]+\s*")
_NAMED = re.compile(r"^\s*([^：:]{1,6}?)\s*[：:]\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Said:
    """A line; `sub` says that it belongs below the last one that is not."""

    text: str
    sub: bool = False


def said(text: str) -> tuple[Said, ...]:
    """The lines of a text without their numbers and dashes; where the first has a dash, dashes mean nothing."""
    lines = [one for one in text.splitlines() if _bare(one)]
    flat = not lines or bool(_DASH.match(lines[0]))
    return tuple(Said(_bare(line), not flat and bool(_DASH.match(line))) for line in lines)


def by_bone(text: str, bones: Collection[str]) -> tuple[tuple[str, tuple[Said, ...]], ...]:
    """“人：人手不够” as the bone and its lines; lines without a bone's name belong to the bone above, "" at first."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    for line in text.splitlines():
        named = _NAMED.match(_NUMBER.sub("", line))
        if named and named[1] in bones:
            parts.append((named[1], [named[2]]))
        else:
            parts[-1][1].append(line)
    return tuple((bone, lines) for bone, kept in parts if (lines := said("\n".join(kept))))


def _bare(line: str) -> str:
    return _NUMBER.sub("", _DASH.sub("", line)).strip()

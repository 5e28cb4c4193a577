"""What pictures of causes say, read without knowing how they were written."""

import re

from reports.diagrams.sheet import Node, Sheet
from reports.fonts import drawable


def nested(sheet: Sheet) -> object:
    """The sheet as (title, below) of its causes."""
    return [(_read(group.name), [_below(one) for one in group.nodes]) for group in sheet.groups]


def _below(node: Node) -> object:
    return (_read(node.text), [_below(one) for one in node.children])


def _read(text: str) -> str:
    return drawable(text)


def of_mermaid(text: str) -> object:
    """What a flowchart says, read without knowing how it was written."""
    names: dict[str, str] = {}
    below: dict[str, list[str]] = {}
    for line in text.splitlines():
        if box := re.fullmatch(r'\s*(\w+)\(?\["(.*?)(?:<br/>.*)?"\]\)?:::\w+', line):
            names[box[1]] = re.sub(r"#(\d+);", lambda one: chr(int(one[1])), box[2])
        elif wire := re.fullmatch(r"\s*(\w+) (?:---|-\.-) (\w+)", line):
            below.setdefault(wire[1], []).append(wire[2])
    (top,) = names.keys() - {child for children in below.values() for child in children}

    def read(key: str) -> object:
        return (names[key], [read(one) for one in below.get(key, [])])

    return [read(one) for one in below.get(top, [])]

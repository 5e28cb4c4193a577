"""A paper as Markdown for a chat: no tables, which a phone cannot show, but a line for each row.

What a breakdown or a matrix draws stands in the lists beside it.
"""

import re
from collections.abc import Iterator, Sequence

from knowledge.cause.fishbone import Fishbone
from knowledge.cause.tree import ENDS, LINES, STATES, Cause, Tree
from knowledge.paper import Block, Entry, Facts, Heading, Listing, Paper, Paragraph, Photos, Picture, Table

PICTURES, VOTES = "照片 {n} 张", "{n} 票"
_SIGNS = re.compile(r"([\\`*_|#\[\]()<>~+])")


def as_markdown(paper: Paper) -> str:
    """The whole paper."""
    parts = [f"**{escaped(paper.title)}**", *(escaped(one) for one in [paper.summary] if one)]
    blocks = ("\n".join(_block(one)) for one in paper.blocks)
    return "\n\n".join([*parts, *(one for one in blocks if one)])


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return " ".join(_SIGNS.sub(r"\\\1", text).split())


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(text):
            yield f"**{escaped(text)}**"
        case Paragraph(text):
            yield "\n\n".join(escaped(line) for line in text.splitlines() if line.strip())
        case Facts(pairs):
            yield from (f"- {escaped(name)}：{escaped(value)}" for name, value in pairs)
        case Listing(entries, numbered):
            yield from _lines(entries, numbered)
        case Table(columns, rows):
            yield from (f"{number}. {_row(columns, row)}" for number, row in enumerate(rows, 1))
        case Photos(ids):
            yield PICTURES.format(n=len(ids))
        case Picture(Tree() as tree):
            yield from _tree(tree)
        case Picture(Fishbone() as fish):
            yield from _fishbone(fish)


def _lines(entries: Sequence[Entry], numbered: bool, depth: int = 0) -> Iterator[str]:
    for number, one in enumerate(entries, 1):
        yield f"{'    ' * depth}{f'{number}.' if numbered else '-'} {escaped(one.text)}"
        yield from _lines(one.below, False, depth + 1)


def _row(columns: Sequence[str], row: Sequence[str]) -> str:
    """“换四轮定位仪（负责人：王芳；期限：2026-12-01）”."""
    rest = "；".join(
        f"{escaped(name)}：{escaped(cell)}" for name, cell in zip(columns[1:], row[1:], strict=True) if cell
    )
    return escaped(row[0]) + (f"（{rest}）" if rest else "")


def _tree(tree: Tree) -> Iterator[str]:
    for line, name in LINES.items():
        causes = tree.under(0, line)
        if causes:
            yield f"- {name}"
            yield from (said for one in causes for said in _cause(tree, one, 1))


def _cause(tree: Tree, cause: Cause, depth: int) -> Iterator[str]:
    marks = "，".join(one for one in (ENDS[cause.end], STATES[cause.state]) if one)
    yield f"{'    ' * depth}- {escaped(cause.text)}（{marks}）"
    for one in tree.under(cause.id):
        yield from _cause(tree, one, depth + 1)


def _fishbone(fish: Fishbone) -> Iterator[str]:
    for bone in fish.bones:
        if fish.on(bone):
            yield f"- {escaped(bone)}"
        for one in fish.on(bone):
            yield f"    - {_voted(fish, one.id)}"
            yield from (f"        - {_voted(fish, sub.id)}" for sub in fish.under(one.id))


def _voted(fish: Fishbone, number: int) -> str:
    votes = fish.tally[number]
    return escaped(fish.twig(number).text) + (f"（{VOTES.format(n=votes)}）" if votes else "")

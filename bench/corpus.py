"""Large Chinese texts made from the handbook's sentences; varied, and the same in every run."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.app import KNOWLEDGE
from retrieval.card import Card
from retrieval.model.pieces import Pieces
from retrieval.text import Analyzer

TOKENS = 170
_PASSAGES, _SENTENCES = 4, 4
_END = re.compile(r"(?<=[。;!?\uff1b\uff01\uff1f])")


def sentences() -> list[str]:
    """Every sentence of the handbook, without tables."""
    found: dict[str, None] = {}
    for file in sorted((KNOWLEDGE / "documents").glob("*.md")):
        for line in file.read_text(encoding="utf-8").partition("\n# ")[2].splitlines():
            if not line.startswith(("#", "|")):
                found.update(dict.fromkeys(s for s in (p.strip(" -*>") for p in _END.split(line)) if len(s) >= 8))
    return list(found)


def write(folder: Path, passages: int, pieces: Pieces) -> list[Path]:
    """Files of a hundred sections, each of about 170 tokens, and so many sections in all."""
    draw, known = random.Random(1), sentences()
    folder.mkdir()
    files = []
    for number in range(0, passages, 100):
        file = folder / f"文档{number // 100 + 1}.md"
        bodies = [_body(draw, known, pieces) for _ in range(min(100, passages - number))]
        sections = (f"## 第 {at} 节\n\n{body}" for at, body in enumerate(bodies, 1))
        file.write_text("\n\n".join((f"# {file.stem}", *sections)) + "\n", encoding="utf-8")
        files.append(file)
    return files


def _body(draw: random.Random, known: list[str], pieces: Pieces) -> str:
    chosen: list[str] = []
    while len(pieces.ids("".join(chosen))) < TOKENS:
        chosen.append(draw.choice(known))
    return "\n".join(chosen)


@dataclass(frozen=True, slots=True)
class Analysed:
    """A sentence as the index sees it."""

    text: str
    terms: str
    folded: str


def analysed(analyzer: Analyzer) -> list[Analysed]:
    """Every sentence of the handbook, analysed once."""
    return [Analysed(s, " ".join(analyzer.terms(s)), analyzer.canonical(s)) for s in sentences()]


def cards(passages: int, known: list[Analysed]) -> Iterator[tuple[Card, list[list[int]]]]:
    """Section cards of four passages, each with the numbers of the sentences of each passage."""
    draw = random.Random(2)
    for number in range(passages // _PASSAGES):
        chosen = [[draw.randrange(len(known)) for _ in range(_SENTENCES)] for _ in range(_PASSAGES)]
        texts = ["\n".join(known[at].text for at in each) + "\n" for each in chosen]
        heading = known[draw.randrange(len(known))]
        starts = tuple(sum(map(len, texts[:at])) for at in range(_PASSAGES))
        yield (
            Card(
                key=f"{number:032x}",
                document=f"文档{number // 50}",
                title=f"文档{number // 50}",
                version="1",
                path=(heading.text[:12],),
                text="".join(texts),
                starts=starts,
                passages=tuple(" ".join(known[at].terms for at in each) for each in chosen),
                headings=" ".join(heading.terms.split()[:8]),
                leaf=" ".join(heading.terms.split()[:8]),
                folded="\n".join(known[at].folded for each in chosen for at in each),
            ),
            chosen,
        )

"""What the answers to a guide become: a paper, by the templates of its file."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from knowledge.cause import chain
from knowledge.cause.card import Card, Kpi
from knowledge.cause.stored import fishbone_from, tree_from
from knowledge.cause.tree import ENDS, STATES, roots
from knowledge.guide import Block, Grid, Guide, Lines, Parts, Quadrants, Split, Step, inside
from knowledge.guide_walk import Values, filled, keys, shown, values
from knowledge.paper import Block as Piece
from knowledge.paper import (
    Breakdown,
    Entry,
    Facts,
    Heading,
    Item,
    Listing,
    Matrix,
    Paper,
    Paragraph,
    Photos,
    Picture,
    Table,
)

_HOLLOW = re.compile(r"（[，；、：\s]*）")


def result(guide: Guide, answers: Sequence[Any]) -> Paper:
    """The paper of a walk; what was not answered is left out, with the headings that nothing stands below."""
    known = _united(guide.steps, values(guide, answers))
    may = frozenset(step.key for step in inside(guide.steps) if step.optional)
    pieces = [piece for block in guide.result.blocks for piece in _block(block, known, may, guide.name)]
    kept = [one for one, after in zip(pieces, [*pieces[1:], None], strict=True) if not _alone(one, after)]
    return Paper(guide.name, filled(guide.result.title, known), _whole(guide.result.summary, known, may), tuple(kept))


def card(known: Mapping[str, Any]) -> Card:
    """The problem card in a guide's answers, by the keys what, where, when, how-many, impact, kpi, now, goal, unit."""
    kpi = None
    if known.get("kpi") and known.get("now") is not None:
        kpi = Kpi(known["kpi"], known["now"], known.get("goal"), known.get("unit") or "")
    what, where, when, many, impact = (shown(known.get(key)) for key in ("what", "where", "when", "how-many", "impact"))
    return Card(what, where, when, many, impact, kpi)


def _united(steps: Sequence[Step], known: Values) -> Values:
    """The answers with the units of their steps, rounds and all."""
    units = {step.key: step.unit for step in inside(tuple(steps)) if step.unit}
    return {key: _measured(value, units.get(key, ""), steps) for key, value in known.items()}


def _measured(value: Any, unit: str, steps: Sequence[Step]) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [_united(steps, one) for one in value]
    if unit and isinstance(value, int | float):
        return f"{shown(float(value))}{'' if unit in '%％' else ' '}{unit}"
    return value


def _alone(one: Piece, after: Piece | None) -> bool:
    """A heading with nothing below it."""
    return isinstance(one, Heading) and (after is None or (isinstance(after, Heading) and after.level <= one.level))


def _block(block: Block, known: Values, may: frozenset[str], kind: str) -> Iterator[Piece]:
    if block.heading:
        yield Heading(filled(block.heading, known), 2)
    if said := _whole(block.text, known, may):
        yield Paragraph(said)
    if pairs := tuple((name, value) for name, template in block.facts if (value := _whole(template, known, may))):
        yield Facts(pairs)
    if block.lines:
        yield from _listing(block.lines, known)
    if block.grid:
        yield from _table(block.grid, known)
    if block.photos and (ids := tuple(_gathered(block.photos, known))):
        yield Photos(ids)
    if block.picture and (stored := known.get(block.picture)):
        yield Picture(tree_from(stored) if "causes" in stored else fishbone_from(stored))
    if block.chain and (stored := known.get(block.chain)):
        yield from _chains(stored)
    if block.breakdown:
        yield Picture(_broken(block.breakdown, known, may, kind))
    if block.matrix:
        yield Picture(_fields(block.matrix, known, kind))


def _listing(lines: Lines, known: Values) -> Iterator[Piece]:
    entries = _entries(lines, known)
    if entries:
        yield Listing(entries, lines.numbered)
    elif lines.empty:
        yield Paragraph(lines.empty)


def _entries(lines: Lines, known: Values) -> tuple[Entry, ...]:
    made = []
    for one in _rounds(lines.of, lines.where, known):
        below = _entries(lines.below, one) if lines.below else ()
        if text := _line(lines.item, one):
            made.append(Entry(text, below))
    return tuple(made)


def _table(grid: Grid, known: Values) -> Iterator[Piece]:
    rows = tuple(
        tuple(_line(template, one) for _, template in grid.columns) for one in _rounds(grid.of, grid.where, known)
    )
    if rows:
        yield Table(tuple(name for name, _ in grid.columns), rows)


def _broken(split: Split, known: Values, may: frozenset[str], kind: str) -> Breakdown:
    facts = tuple((name, said) for name, template in split.facts if (said := _whole(template, known, may)))
    return Breakdown(kind, _line(split.top, known), facts, _line(split.name, known), _items(split.parts, (), known))


def _fields(four: Quadrants, known: Values, kind: str) -> Matrix:
    wheres = [
        ((four.down.by, down), (four.across.by, across)) for down in four.down.values for across in four.across.values
    ]
    items = [_items(four.parts, where, known) for where in wheres]
    fields = tuple(zip(four.fields, items, strict=True))
    return Matrix(kind, _line(four.top, known), four.across.values, four.down.values, fields)


def _items(parts: Parts, where: Sequence[tuple[str, str]], known: Values) -> tuple[Item, ...]:
    made, marks = [], dict(parts.marks)
    for one in _rounds(parts.of, where, known):
        said = shown(one.get(parts.by)) if parts.by else ""
        below = _items(parts.below, (), one) if parts.below else ()
        made.append(Item(_line(parts.item, one), said, marks.get(said, "plain"), below))
    return tuple(made)


def _rounds(of: str, where: Sequence[tuple[str, str]], known: Values) -> Iterator[Values]:
    """The rounds of a repeat that have these choices, each with what is known around it."""
    for one in known.get(of) or ():
        if all(one.get(key) == value for key, value in where):
            yield {**known, **one}


def _whole(template: str, known: Values, may: frozenset[str]) -> str:
    """The template filled; "" where it names an answer that nobody gave, unless that one `may` be left out."""
    named = list(keys(template))
    given = {key for key in named if shown(known.get(key))}
    if named and (not given or any(key not in may for key in named if key not in given)):
        return ""
    return _line(template, known)


def _line(template: str, known: Values) -> str:
    """The template filled, brackets round nothing left out."""
    return _HOLLOW.sub("", " ".join(filled(template, known).split()))


def _gathered(key: str, known: Values) -> Iterator[int]:
    """Photos of a step, of every round it was asked in."""
    yield from known.get(key) or ()
    for value in known.values():
        if isinstance(value, list):
            for one in value:
                if isinstance(one, dict):
                    yield from _gathered(key, one)


def _chains(stored: Values) -> Iterator[Piece]:
    """Every root cause read back to the problem, with its evidence."""
    tree = tree_from(stored)
    for one in roots(tree):
        yield Heading(f"{ENDS[one.end]}：{one.text}（{STATES[one.state]}）", 3)
        yield Listing(tuple(Entry(said) for said in chain.chain(tree, one.id)), numbered=True)
        proofs = [proof for cause in tree.path(one.id) for proof in cause.evidence]
        if said := tuple(
            Entry("；".join(filter(None, (one.text, one.figure)))) for one in proofs if one.text or one.figure
        ):
            yield Paragraph("证据")
            yield Listing(said)
        if photos := tuple(photo for proof in proofs for photo in proof.photos):
            yield Photos(photos)

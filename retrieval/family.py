"""Short sections under one heading are shown together: a person wants the whole, not a crumb of it."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from knowledge.document import Section
from retrieval.rank import Ranked

LONGEST = 600


def families(sections: Sequence[Section]) -> list[str]:
    """For each section the text of all neighbours under its parent heading, its own among them.

    Empty where it has none, or where they are longer than LONGEST characters together.
    """
    found: list[str] = []
    for parent, group in groupby(sections, key=lambda section: section.path[:-1] if section.path else None):
        members = list(group)
        whole = "\n\n".join(titled(section.path, section.text) for section in members)
        alone = parent is None or len(members) == 1 or len(whole) > LONGEST
        found += ["" if alone else whole] * len(members)
    return found


def titled(path: Sequence[str], text: str) -> str:
    """A section's nearest heading and its text."""
    return f"**{path[-1]}**\n{text.strip()}" if path else text.strip()


def whole(ranked: Iterable[Ranked]) -> list[tuple[Ranked, str]]:
    """Each hit with what is shown for it, best first; a family is shown once, for its best member."""
    shown: dict[tuple[str, str], tuple[Ranked, str]] = {}
    for one in ranked:
        text = one.card.family or titled(one.card.path, one.card.text)
        shown.setdefault((one.card.document, one.card.family or one.card.key), (one, text))
    return list(shown.values())

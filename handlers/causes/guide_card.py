"""A finished guide as people see it: its paper, and the ways to take it along, to change it and to act on it."""

from collections.abc import Mapping
from typing import Any

from handlers.causes import analysing
from handlers.causes.card import OLD
from handlers.causes.guide_paper import guide_of, paper_of
from handlers.message import Button, Reply
from knowledge.guide_walk import values
from knowledge.paper_text import as_markdown
from records.analyses import Analysis

PDF, WORD, CHANGE, ACTIONS = "PDF", "Word", "改一改", "建整改"
_MEASURES = (("measures", "measure"), ("problems", "fact"), ("problems", "problem"), ("improvements", "change"))


def shown(one: Analysis, finished: int = 1) -> Reply:
    """What a finished guide became, and the ways to take it along; `finished` says how many versions there are."""
    versions = ((Button(OLD, f"causes:versions:{one.id}"),),) if finished > 1 else ()
    return Reply(as_markdown(paper_of(one)), buttons=(*forms(one), *versions))


def forms(one: Analysis) -> tuple[tuple[Button, ...], ...]:
    """The ways to take a finished guide along, to change it and to act on it."""
    ways = ((PDF, "pdf"), (WORD, "word"), (CHANGE, "change"))
    first = tuple(Button(text, f"guide:{way}:{one.id}") for text, way in ways)
    offers = bool(one.store_id and measures(one.content))
    actions = ((Button(ACTIONS, f"guide:actions:{one.id}"),),) if offers else ()
    return (first, *analysing.drawing_ways(one), *actions)


def measures(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the answers promise to do, each with its date where it has one."""
    known = values(guide_of(content["yaml"], ""), content["answers"])
    for rounds, name in _MEASURES:
        found = [one for one in known.get(rounds) or [] if one.get(name)]
        if found:
            return [{"name": str(one[name])[:100], "due": one.get("due")} for one in found]
    return []

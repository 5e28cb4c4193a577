"""Trees and fishbones as values that JSON keeps."""

import json
from dataclasses import asdict
from typing import Any

from knowledge.cause.card import Card, Kpi
from knowledge.cause.fishbone import Fishbone, Twig
from knowledge.cause.tree import Cause, Evidence, Tree

Values = dict[str, Any]


def tree_values(tree: Tree) -> Values:
    """For `tree_from`."""
    values: Values = json.loads(json.dumps(asdict(tree)))
    return values


def tree_from(values: Values) -> Tree:
    """A tree as `tree_values` gave it; what it says is not judged again, so that old ones can always be read."""
    causes = tuple(_cause(one) for one in values["causes"])
    return Tree(**{**values, "card": card_from(values["card"]), "causes": causes})


def fishbone_values(fish: Fishbone) -> Values:
    """For `fishbone_from`."""
    stated = asdict(fish) | {"votes": sorted(fish.votes)}
    values: Values = json.loads(json.dumps(stated))
    return values


def fishbone_from(values: Values) -> Fishbone:
    """A fishbone as `fishbone_values` gave it."""
    return Fishbone(
        **{
            **values,
            "card": card_from(values["card"]),
            "bones": tuple(values["bones"]),
            "twigs": tuple(Twig(**one) for one in values["twigs"]),
            "votes": frozenset((person, twig) for person, twig in values["votes"]),
        }
    )


def card_from(values: Values) -> Card:
    """A problem card as `asdict` gave it."""
    kpi = values.get("kpi")
    return Card(**{**values, "kpi": Kpi(**kpi) if kpi else None})


def _cause(values: Values) -> Cause:
    evidence = tuple(Evidence(**{**one, "photos": tuple(one["photos"])}) for one in values["evidence"])
    return Cause(**{**values, "evidence": evidence})

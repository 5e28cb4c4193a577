"""Actions before they are made: the answers so far, folded into what each of them would be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ALL, EACH, NONE = "all", "each", "none"
KEEP, SKIP = "keep", "skip"
Kept = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """Where the making of actions stands.

    `kept` are those to be made so far. While it is not `over`, `item` is the one in hand, the `position`th of `total`,
    and `asking` what is asked of it ("" when it is shown as a whole); before anything is `chosen` there is none.
    """

    kept: Kept
    over: bool
    chosen: bool
    item: Mapping[str, Any]
    asking: str
    position: int
    total: int


def drafted(facts: Mapping[str, Any], answers: Sequence[Any]) -> Draft:
    """What the answers have come to; what is open already is only counted, so it is never asked about."""
    items = [dict(one) for one in facts["items"]]
    known = [one for one in items if one["open"]]
    asks, rest = list(facts["asks"]), list(answers)
    if not asks and len(items) > 0 and facts["source"] != "hand":
        if not rest:
            return _at((), items[0], "", 0, len(items), chosen=False)
        first, *rest = rest
        if first in (ALL, NONE):
            return _over(tuple(items) if first == ALL else ())
    fresh = [one for one in items if not one["open"]]
    kept: list[Mapping[str, Any]] = list(known)
    for position, one in enumerate(fresh, 1):
        asking = asks.pop(0) if asks else ""
        while True:
            if not rest:
                return _at(tuple(kept), one, asking, position, len(fresh), chosen=True)
            answer = rest.pop(0)
            if answer in (KEEP, SKIP):
                kept += [one] if answer == KEEP else []
                break
            if "ask" in answer:
                asking = answer["ask"]
                continue
            _put(one, answer)
            if "photos" not in answer:
                asking = asks.pop(0) if asks else ""
    return _over(tuple(kept))


def _put(one: dict[str, Any], answer: Mapping[str, Any]) -> None:
    if "photos" in answer:
        one["photos"] = [*dict.fromkeys([*one["photos"], *answer["photos"]])]
    else:
        one.update(answer)


def _at(
    kept: tuple[Mapping[str, Any], ...],
    item: Mapping[str, Any],
    asking: str,
    position: int,
    total: int,
    *,
    chosen: bool,
) -> Draft:
    return Draft(kept, over=False, chosen=chosen, item=item, asking=asking, position=position, total=total)


def _over(kept: Kept) -> Draft:
    return Draft(kept, over=True, chosen=True, item={}, asking="", position=0, total=0)

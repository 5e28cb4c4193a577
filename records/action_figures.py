"""Figures over actions: how many were closed, in time, and how long it took."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from records.action import ACCEPTED, WITHDRAWN, Action


@dataclass(frozen=True, slots=True)
class Figures:
    """Over some actions, those withdrawn left out.

    `rate` (0..1) is the part that is closed, `in_time` the part of the closed ones that were fixed by their due time;
    `typical` is the median time from made to accepted. All three are None where there is nothing to divide by.
    """

    made: int
    closed: int
    late: int
    returned: int
    rate: float | None
    in_time: float | None
    typical: timedelta | None


def figures(actions: Iterable[Action], now: datetime) -> Figures:
    """The figures of these actions as they stand now."""
    known = [one for one in actions if one.state != WITHDRAWN]
    closed = [one for one in known if one.state == ACCEPTED]
    took = [(one.closed_at - one.created_at).total_seconds() for one in closed if one.closed_at]
    in_time = sum(one.fixed_at is not None and one.fixed_at <= one.due_at for one in closed)
    return Figures(
        made=len(known),
        closed=len(closed),
        late=sum(one.late(now) for one in known),
        returned=sum(one.returned > 0 for one in known),
        rate=len(closed) / len(known) if known else None,
        in_time=in_time / len(closed) if closed else None,
        typical=timedelta(seconds=median(took)) if took else None,
    )

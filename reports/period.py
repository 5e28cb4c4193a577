"""What happened in a period: its checks and actions, with all that is needed to say who and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from records.action import Action
from records.actions import Change
from records.checks import Check
from records.stores import Store
from reports import words

SPAN, ONE_DAY = "{since} 至 {until}", "{since}"


@dataclass(frozen=True, slots=True)
class Period:
    """The checks that were finished and the actions that were made from the day `since` to the day `until`.

    The days are those of the reader's `zone`; `now` is when this was read. `scope` says of which stores, `stores` are
    these and those that are spoken of besides, by id, as `names` are of people. `changes` are those of the actions.
    """

    since: date
    until: date
    scope: str
    zone: ZoneInfo
    now: datetime
    stores: Mapping[int, Store]
    names: Mapping[int, str]
    checks: tuple[Check, ...] = ()
    actions: tuple[Action, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def days(self) -> str:
        """The period as people read it."""
        form = ONE_DAY if self.since == self.until else SPAN
        return form.format(since=self.since.isoformat(), until=self.until.isoformat())

    def store(self, store_id: int) -> str:
        """What a store is called."""
        found = self.stores.get(store_id)
        return found.name if found else ""

    def name(self, person_id: int | None) -> str:
        """What someone is called who did something."""
        return words.named(self.names, person_id)


def filename(period: Period, what: str, ending: str) -> str:
    """What a file of this period is called."""
    return words.filename(ending, what, period.scope, f"{period.since:%Y%m%d}", f"{period.until:%Y%m%d}")

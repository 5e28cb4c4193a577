"""The problem card: the facts, before anyone asks why."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Kpi:
    """A figure that shows the problem: what it is now and what it ought to be, in `unit`."""

    name: str
    now: float
    goal: float | None = None
    unit: str = ""

    @property
    def said(self) -> str:
        """“返修率 6.2%（目标 3%）”."""
        goal = "" if self.goal is None else f"（目标 {_measured(self.goal, self.unit)}）"
        return f"{self.name} {_measured(self.now, self.unit)}{goal}"


@dataclass(frozen=True, slots=True)
class Card:
    """What is wrong, where, since when, how much, whom it hurts."""

    what: str
    where: str = ""
    when: str = ""
    how_many: str = ""
    impact: str = ""
    kpi: Kpi | None = None

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """(name, fact) of what is known, in the order they are read."""
        stated = [(ASKED[one.name], getattr(self, one.name)) for one in fields(self) if one.name in ASKED]
        figure = [("指标", self.kpi.said)] if self.kpi else []
        return tuple((name, said) for name, said in [*stated, *figure] if said)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the facts that nobody has stated."""
        return tuple(name for key, name in ASKED.items() if not getattr(self, key))


ASKED = {"what": "什么问题", "where": "在哪里", "when": "什么时候", "how_many": "差多少", "impact": "影响谁"}


def _measured(value: float, unit: str) -> str:
    """“6.2%”, “41 分”."""
    return f"{value:g}{unit}" if not unit or unit in "%％℃°" else f"{value:g} {unit}"

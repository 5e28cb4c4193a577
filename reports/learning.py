"""How far someone is with the course, as a picture for a phone."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from reports.pictures import Figure, Row
from reports.typesetting import png

UNDER, ALL_DONE = "{name} · {date} · 第 {day} 天", "{name} · {date} · 已学完"
DAYS, STREAK, KNOWN = "学完", "连续练习", "掌握"
N_DAYS, OF_DAYS, NO_FIGURE = "{n} 天", "{n} / {all}", "还没有"
TEST, WORK = "测验", "考核"
PLACE, SPAN, MARK = "{done} / {all} 天", "第 {first}-{last} 天{marks}", " · {what} {score:g} 分，{passed}"
PASSED, FAILED = "通过", "没通过"
FOOT = "掌握是见过的题目现在还答得对的把握，按主题看请点“各主题掌握”。"


@dataclass(frozen=True, slots=True)
class PhaseDone:
    """A phase: days `first` to `last`, so many `done`; `score` of its best test, None where none was sat.

    `work` are the points of what was handed in at its end, None where none were given.
    """

    name: str
    first: int
    last: int
    done: int
    score: float | None = None
    passed: bool = False
    work: float | None = None
    work_passed: bool = False

    @property
    def marks(self) -> list[tuple[str, float, bool]]:
        """What was judged: its name, the points, and whether they are enough."""
        judged = ((TEST, self.score, self.passed), (WORK, self.work, self.work_passed))
        return [(what, score, passed) for what, score, passed in judged if score is not None]


def course_picture(
    course: str,
    name: str,
    date: str,
    day: int,
    days: int,
    streak: int,
    known: float | None,
    phases: Sequence[PhaseDone],
) -> bytes:
    """A PNG: days done, days in a row, what is known, and a bar for each phase. Slow: not for the loop."""
    done = sum(one.done for one in phases)
    shown = (
        Figure(OF_DAYS.format(n=done, all=days), DAYS, "good"),
        Figure(N_DAYS.format(n=streak), STREAK),
        Figure(f"{known:.0%}" if known is not None else NO_FIGURE, KNOWN),
    )
    rows = [_row(place, one) for place, one in enumerate(phases, 1)]
    under = (ALL_DONE if done == days else UNDER).format(name=name, date=date, day=day)
    values = {"figures": [asdict(one) for one in shown], "rows": [asdict(one) for one in rows], "foot": FOOT}
    return png("bars", {"title": course, "under": under, **values})


def _row(place: int, one: PhaseDone) -> Row:
    whole = one.last - one.first + 1
    marks = [MARK.format(what=what, score=score, passed=PASSED if good else FAILED) for what, score, good in one.marks]
    return Row(
        one.name,
        PLACE.format(done=one.done, all=whole),
        one.done / whole,
        SPAN.format(first=one.first, last=one.last, marks="".join(marks)),
        str(place),
        under_tone="soft" if all(good for _, _, good in one.marks) else "bad",
    )

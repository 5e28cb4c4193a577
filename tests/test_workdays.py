"""Workdays: weekends, holidays, weekends that are worked in exchange, pauses; and which course day falls when."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import knowledge
from knowledge.faults import BadFile
from knowledge.workdays import Calendar, Pause, Schedule, workdays_between
from knowledge.workdays_file import load_workdays

CHINA = load_workdays(Path(knowledge.__file__).parent / "workdays.yaml")
PLAIN = Calendar()
YEAR = """
years:
  - year: 2026
    announced: true
    holidays: [{name: 元旦, first: FIRST, last: LAST}]
    worked: [WORKED]
"""


def year(first: str, last: str, worked: str) -> str:
    """A file of one year with one holiday."""
    return YEAR.replace("FIRST", first).replace("LAST", last).replace("WORKED", worked)


dates = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-20", True),  # a Friday
        ("2026-11-21", False),
        ("2026-11-22", False),
        ("2026-01-02", False),  # the bridge after New Year, and the Sunday worked for it
        ("2026-01-04", True),
        ("2026-02-14", True),
        ("2026-02-15", False),
        ("2026-02-23", False),
        ("2026-02-24", True),
        ("2026-02-28", True),
        ("2026-05-09", True),
        ("2026-09-20", True),
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),
        ("2027-02-10", False),
        ("2027-02-11", True),
    ],
)
def test_the_days_of_the_yearly_notice(day: str, works: bool) -> None:
    assert CHINA.works(date.fromisoformat(day)) is works


def test_every_exchange_is_a_weekend_and_no_year_is_said_to_be_arranged_before_it_is() -> None:
    assert {day.weekday() for day in CHINA.worked} <= {5, 6}
    assert CHINA.announced == {2026}
    per_year = {
        year: sum(CHINA.works(date(year, 1, 1) + timedelta(days=n)) for n in range(365)) for year in (2026, 2027)
    }
    assert per_year == {2026: 248, 2027: 248}  # 365 - 104 weekend days - 13 statutory days


def test_a_deployment_may_work_on_saturdays_and_name_its_own_days() -> None:
    own = CHINA.changed(range(6), off=[date(2026, 10, 10), date(2026, 11, 23)], worked=[date(2026, 10, 5)])
    assert own.works(date(2026, 11, 21))
    assert not own.works(date(2026, 11, 22))
    assert not own.works(date(2026, 10, 10))  # its own word goes before the notice's
    assert not own.works(date(2026, 11, 23))
    assert own.works(date(2026, 10, 5))


def test_the_course_goes_around_weekends_and_holidays() -> None:
    schedule = Schedule(date(2026, 9, 28), CHINA)
    assert [schedule.date_of(n) for n in (1, 3, 4, 5, 6)] == [
        date(2026, 9, 28), date(2026, 9, 30), date(2026, 10, 8), date(2026, 10, 9), date(2026, 10, 10),
    ]  # fmt: skip
    assert schedule.day_on(date(2026, 10, 8)) == 4
    assert schedule.day_on(date(2026, 10, 1)) is None
    assert schedule.begun(date(2026, 10, 7)) == 3


def test_sixty_days_from_december_end_in_march() -> None:
    assert Schedule(date(2026, 12, 1), CHINA).date_of(60) == date(2027, 3, 1)


def test_a_course_that_starts_on_a_sunday_begins_on_monday() -> None:
    schedule = Schedule(date(2026, 11, 22), CHINA)
    assert schedule.date_of(1) == date(2026, 11, 23)
    assert schedule.day_on(date(2026, 11, 22)) is None
    assert schedule.begun(date(2026, 11, 22)) == 0


def test_a_pause_moves_what_comes_after_it() -> None:
    paused = Schedule(date(2026, 11, 16), CHINA, (Pause(date(2026, 11, 18), date(2026, 11, 24)),))
    assert [paused.date_of(n) for n in (2, 3)] == [date(2026, 11, 17), date(2026, 11, 25)]
    assert paused.day_on(date(2026, 11, 18)) is None


def test_a_pause_without_an_end_stops_the_course() -> None:
    stopped = Schedule(date(2026, 11, 16), CHINA, (Pause(date(2026, 11, 18)),))
    assert stopped.date_of(2) == date(2026, 11, 17)
    assert stopped.date_of(3) is None
    assert stopped.begun(date(2027, 11, 1)) == 2


def test_a_pause_of_years_comes_to_its_end() -> None:
    long = Schedule(date(2026, 11, 16), PLAIN, (Pause(date(2026, 11, 17), date(2029, 11, 16)),))
    assert long.date_of(2) == date(2029, 11, 19)


def test_where_no_day_is_worked_nothing_comes() -> None:
    never = Calendar(frozenset())
    assert never.next(date(2026, 1, 1)) is None
    assert Schedule(date(2026, 1, 1), never).date_of(1) is None


def test_days_count_from_one() -> None:
    with pytest.raises(ValueError, match="from 1"):
        Schedule(date(2026, 1, 1), PLAIN).date_of(0)


@given(dates, st.integers(1, 60), st.lists(st.tuples(dates, st.integers(0, 30)), max_size=3))
def test_a_course_day_and_its_date_tell_the_same(start: date, number: int, paused: list[tuple[date, int]]) -> None:
    pauses = tuple(Pause(first, first + timedelta(days=days)) for first, days in paused)
    schedule = Schedule(start, CHINA, pauses)
    found = schedule.date_of(number)
    assert found is not None
    assert schedule.day_on(found) == schedule.begun(found) == number
    assert CHINA.works(found)
    assert not any(one.holds(found) for one in pauses)


def test_weekends_and_holidays_are_not_missed() -> None:
    assert workdays_between(CHINA, date(2026, 9, 30), date(2026, 10, 8)) == 0
    assert workdays_between(CHINA, date(2026, 11, 20), date(2026, 11, 24)) == 1
    assert workdays_between(CHINA, date(2026, 11, 20), date(2026, 11, 20)) == 0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("years: []", "years：不能为空"),
        (year("2026-01-03", "2026-01-01", ""), "years 第 1 个：last 早于 first"),
        (year("2026-01-01", "2026-01-01", "2026-01-01"), "既放假又上班"),
        (year("2027-01-01", "2027-01-01", ""), "2027-01-01 不在 2026 年"),
        (
            year("2026-01-01", "2026-01-01", "").replace("holidays", "holiday"),
            "不认识的键“holiday”，是不是“holidays”？",
        ),
    ],
)
def test_a_wrong_file_says_where(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "workdays.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match=problem):
        load_workdays(file)

"""workdays.yaml, read strictly into a calendar."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from pydantic import Field

from knowledge import strict_yaml
from knowledge.faults import Form, Where, counted, filled, refuse
from knowledge.workdays import Calendar

BACKWARDS = "last 早于 first"
OTHER_YEAR = "{day} 不在 {year} 年"
BOTH = "{day} 既放假又上班"


class _Holiday(Form):
    name: str = Field(min_length=1, max_length=16)
    first: date
    last: date


class _Year(Form):
    year: int = Field(ge=2000, le=2100)
    announced: bool
    holidays: list[_Holiday] = Field(min_length=1)
    worked: list[date]


class _File(Form):
    years: list[_Year] = Field(min_length=1)


def load_workdays(file: Path) -> Calendar:
    """The calendar of all years in a file; raises BadFile, or OSError."""
    place = counted(file.name)
    form = filled(_File, strict_yaml.values(file.read_bytes(), file.name), place, _form_at)
    refuse(place, ((("years", index), why) for index, year in enumerate(form.years) for why in _wrong(year)))
    return Calendar(
        off=frozenset(day for year in form.years for day in _off(year)),
        worked=frozenset(day for year in form.years for day in year.worked),
        announced=frozenset(year.year for year in form.years if year.announced),
    )


def _form_at(where: Where) -> type[Form]:
    return _File if len(where) == 1 else _Holiday if "holidays" in where[:-1] else _Year


def _off(year: _Year) -> Iterator[date]:
    for one in year.holidays:
        yield from (one.first + timedelta(days=days) for days in range((one.last - one.first).days + 1))


def _wrong(year: _Year) -> Iterator[str]:
    for one in year.holidays:
        if one.last < one.first:
            yield BACKWARDS
    off = set(_off(year))
    yield from (
        OTHER_YEAR.format(day=day, year=year.year) for day in sorted({*off, *year.worked}) if day.year != year.year
    )
    yield from (BOTH.format(day=day) for day in sorted(off & set(year.worked)))

"""How old a child is, and in which school year, at the date of the plan: as a range, since plans say it loosely."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ehcaudit.checks.base import Context
from ehcaudit.model import Plan

_STAGE_YEARS = {0: (-1, 0), 1: (1, 2), 2: (3, 6), 3: (7, 9), 4: (10, 11), 5: (12, 14)}
"""Key stage → first and last Year group."""


@dataclass(frozen=True, slots=True)
class SchoolAge:
    """Lowest and highest possible value, both inclusive; None where the plan gives no clue."""

    years: tuple[int, int] | None = None
    """Age in whole years."""
    group: tuple[int, int] | None = None
    """Year group: 0 is Reception, below that the early years; above 14 is counted on for young adults."""


def school_age(plan: Plan, context: Context) -> SchoolAge:
    """Age and Year group at the plan's date (where it has none, at the as-of date).

    A Year group that the plan states comes before one worked out from the date of birth: some children are taught
    outside their age group.
    """
    facts = plan.facts
    when = facts.plan_date or facts.amended_on or context.as_of
    years = group = None
    if facts.born is not None and facts.born <= when:
        age = completed_years(facts.born, when)
        years = (age, age)
        start = _school_year(facts.born.year - 1, when)
        at_start = completed_years(facts.born, start) if facts.born <= start else -1
        group = (at_start - 4, at_start - 4)
    elif facts.age is not None:
        years = (facts.age, facts.age)
        group = (facts.age - 5, facts.age - 4)
    stated = (facts.year_group, facts.year_group) if facts.year_group is not None else None
    if stated is None and facts.key_stage is not None:
        stated = _STAGE_YEARS.get(facts.key_stage)
    if stated is not None:
        group = stated
        years = years or (stated[0] + 4, stated[1] + 5 if stated[1] < 14 else 25)
    return SchoolAge(years, group)


def completed_years(born: date, when: date, later: timedelta = timedelta(0)) -> int:
    """Age in whole years on a day, or so much later. Somebody born on 29 February turns older on 1 March elsewhere.

    The day is only compared, never taken apart: that tells until which day the answer stays the same (``horizon``).
    """
    years = 0
    while _birthday(born, years + 1) - later <= when:
        years += 1
    while _birthday(born, years) - later > when:
        years -= 1
    return years


def _birthday(born: date, years: int) -> date:
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def _school_year(first: int, when: date) -> date:
    """The last 1 September that is not after the day; none is sought before that of the first year."""
    year = first
    while date(year + 1, 9, 1) <= when:
        year += 1
    return date(year, 9, 1)

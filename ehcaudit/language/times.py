"""A time by when something is to be reached, and the day that it means for one child's plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from ehcaudit.language.calendar import Dated, add_months, days_on, easter, month_end
from ehcaudit.language.words import read_data

Kind = Literal["date", "term", "school-year", "year-group", "key-stage", "age", "span", "review", "move"]

_STAGE_ENDS = {0: 0, 1: 2, 2: 6, 3: 9, 4: 11, 5: 13}
"""The school year at whose end a key stage ends (Education Act 2002, s.82; 0: the early years, with Reception)."""
_HALF_TERMS = ((10, 31), (2, 28), (5, 31))


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a plan says of itself and the child, from which relative times are counted."""

    plan_date: date | None = None
    review_date: date | None = None
    born: date | None = None
    year_group: int | None = None
    """-1 nursery, 0 Reception, 1 to 14."""
    key_stage: int | None = None
    as_of: date | None = None
    """The day to count from where the plan has no date."""

    @property
    def base(self) -> date | None:
        """The day from which "within 12 months" counts."""
        return self.plan_date or self.as_of

    def july_of(self, group: int) -> date | None:
        """31 July of the school year in which the child is in this year group.

        Counted from the year group that the plan states, else from the date of birth (Reception is the school year in
        which a child turns five). A child taught out of their cohort is so far counted with the cohort that is stated.
        """
        base = self.base
        if self.year_group is not None and base is not None:
            return date(_school_year(base) + 1 + group - self.year_group, 7, 31)
        if self.born is not None:
            turns_four = self.born.year + 4 + (self.born >= date(self.born.year, 9, 1))
            return date(turns_four + 1 + group, 7, 31)
        return None


@dataclass(frozen=True, slots=True)
class Point:
    """What the words of a time say, before the plan's facts are known."""

    edge: str = "end"
    on: Dated | None = None
    """A date that is written out."""
    day: int | None = None
    month: int | None = None
    year: int | None = None
    name: str = ""
    """The term or feast, the unit of a span, or the kind of move."""
    number: int | None = None
    """The count of a span, the age, the year group or the key stage."""
    group: int | None = None
    """The year group in which a term or a month lies ("the summer term of Year 6")."""
    following: bool = False
    """"next": the one after the present one."""


@dataclass(frozen=True, slots=True)
class Time:
    """Words that say by when: they stand at ``start`` to ``end`` of their statement."""

    start: int
    end: int
    text: str
    kind: Kind
    point: Point = field(default=Point(), repr=False)

    def resolve(self, anchor: Anchor) -> date | None:
        """The last day that the words allow, or None where the plan's facts do not tell.

        Where words leave room the last day counts, so that nobody is told too early that a time has lapsed: "by July
        2027" is 31 July, "by Year 4" the end of that year. A school year runs from 1 September to 31 August; its end is
        taken as 31 July, when teaching is over, so that "the end of Year 6", "the end of the summer term" and "July"
        agree, and a move to the next school is made by 31 August. The autumn term ends on 31 December, the spring term
        on Easter Sunday, half-terms on 31 October, 28 February and 31 May. "By Key Stage 3" means its beginning, for it
        lasts years. A next annual review whose date the plan does not give is held within 12 months of the plan
        (s.44(1) Children and Families Act 2014).
        """
        if self.point.on is not None:
            return _dated(self.point)
        try:
            return _RESOLVE[self.kind](self.point, anchor)
        except (ValueError, OverflowError):  # A day that the calendar does not have: 29 February in a common year.
            return None


def _school_year(day: date) -> int:
    """The calendar year in which the school year of a day began."""
    return day.year if day.month >= 9 else day.year - 1


def _dated(point: Point) -> date | None:
    on = point.on
    assert on is not None
    if on.precision == "day":
        return on.date
    if on.precision == "month":
        name = point.name
        if name == "easter":
            return easter(on.date.year)
        if name == "spring" and point.edge != "start":
            return easter(on.date.year)
        if name == "christmas":
            return date(on.date.year, 12, 25)
        return _in_month(on.date.year, on.date.month, point.edge)
    if on.date.month == 9:  # A school year.
        return date(on.date.year + 1, 7, 31)
    return _in_year(on.date.year, point.edge)


def _in_month(year: int, month: int, edge: str) -> date:
    if edge == "start":
        return date(year, month, 1)
    if edge == "middle":
        return date(year, month, 15)
    return month_end(year, month)


def _in_year(year: int, edge: str) -> date:
    if edge == "start":
        return date(year, 1, 1)
    return date(year, 6, 30) if edge == "middle" else date(year, 12, 31)


def _date(point: Point, anchor: Anchor) -> date | None:
    """A date that leaves out its year, or a year alone."""
    if point.month is None:
        return _in_year(point.year, point.edge) if point.year else None

    def of(year: int) -> date:
        assert point.month is not None
        return date(year, point.month, point.day) if point.day else _in_month(year, point.month, point.edge)

    if point.year:
        return of(point.year)
    return _next_of(of, point, anchor, september=point.month >= 9)


def _next_of(of: Callable[[int], date], point: Point, anchor: Anchor, *, september: bool) -> date | None:
    """The day of that kind in the named school year, else the first on or after the base.

    ``september``: it lies in the calendar year in which the school year begins.
    """
    if point.group is not None:
        july = anchor.july_of(point.group)
        return of(july.year - september) if july else None
    if anchor.base is None:
        return None
    return next(day for day in map(of, range(anchor.base.year, anchor.base.year + 9)) if day >= anchor.base)


def _term(point: Point, anchor: Anchor) -> date | None:
    name = point.name
    if name in ("half-term", "term"):
        if point.month is not None:
            month = point.month
            if point.year:
                return month_end(point.year, month)
            return _next_of(lambda year: month_end(year, month), point, anchor, september=month >= 9)
        if anchor.base is None:
            return None
        ends = _half_term_ends if name == "half-term" else _term_ends
        later = [day for year in range(anchor.base.year, anchor.base.year + 3) for day in ends(year)]
        later = sorted(day for day in later if day >= anchor.base)
        return later[1 if point.following else 0]

    def of(year: int) -> date:
        if name == "christmas":
            return date(year, 12, 25)
        if name == "easter" or (name == "spring" and point.edge != "start"):
            return easter(year)
        if name == "whitsun":
            return date(year, 5, 31)
        month = {"autumn": 12, "spring": 4, "summer": 7}.get(name, 12)
        if point.edge == "start":
            return date(year, {12: 9, 4: 1, 7: 4}[month], {12: 1, 4: 4, 7: 20}[month])
        return _half_way(year, month) if point.edge == "middle" else month_end(year, month)

    if point.year:
        return of(point.year)
    return _next_of(of, point, anchor, september=name in ("autumn", "christmas"))


def _half_way(year: int, month: int) -> date:
    return {12: date(year, 10, 31), 4: date(year, 2, 28), 7: date(year, 5, 31)}[month]


def _half_term_ends(year: int) -> list[date]:
    return [*(date(year, month, day) for month, day in _HALF_TERMS), *_term_ends(year)]


def _term_ends(year: int) -> list[date]:
    return [easter(year), date(year, 7, 31), date(year, 12, 31)]


def _school_years(point: Point, anchor: Anchor) -> date | None:
    if point.year:
        return date(point.year, 7, 31)
    if anchor.base is None:
        return None
    # In August the school year that ends is over: the next one counts.
    year = _school_year(anchor.base) + (anchor.base.month == 8) + point.following
    if point.edge == "start":
        return date(year, 9, 1) if date(year, 9, 1) >= anchor.base else date(year + 1, 9, 1)
    return date(year + 1, 2, 28) if point.edge == "middle" else date(year + 1, 7, 31)


def _edge_of_years(july: date | None, edge: str, years: int = 1) -> date | None:
    """The day within so many school years, the last of which ends in this July."""
    if july is None:
        return None
    if edge == "start":
        return date(july.year - years, 9, 1)
    return date(july.year, 2, 28) if edge == "middle" and years == 1 else july


def _group(point: Point, anchor: Anchor) -> date | None:
    return None if point.number is None else _edge_of_years(anchor.july_of(point.number), point.edge)


def _stage(point: Point, anchor: Anchor) -> date | None:
    stage = point.number
    if stage is None:
        if point.name:
            left = read_data("dates.toml")["places"][point.name].get("leave")
            return None if left is None else _edge_of_years(anchor.july_of(left), point.edge)
        stage = anchor.key_stage
        if stage is None and anchor.year_group is not None:
            stage = next((s for s, last in _STAGE_ENDS.items() if anchor.year_group <= last), None)
    if stage not in _STAGE_ENDS:
        return None
    first = _STAGE_ENDS[stage - 1] + 1 if stage else -1
    last = _STAGE_ENDS[stage]
    return _edge_of_years(anchor.july_of(last), point.edge, last - first + 1)


def _age(point: Point, anchor: Anchor) -> date | None:
    if anchor.born is None or point.number is None:
        return None
    return add_months(anchor.born, 12 * point.number)


def _span(point: Point, anchor: Anchor) -> date | None:
    base, count = anchor.base, point.number
    if base is None or count is None:
        return None
    if point.name in ("term", "half-term"):
        ends = _term_ends if point.name == "term" else _half_term_ends
        later = sorted(d for y in range(base.year, base.year + 2 + count // 2) for d in ends(y) if d >= base)
        return later[count - 1 if 0 < count <= len(later) else 0]
    if point.name in ("week", "fortnight"):
        return days_on(base, (7 if point.name == "week" else 14) * count)
    if point.name in ("month", "year"):
        return add_months(base, count * (12 if point.name == "year" else 1))
    return None


def _review(point: Point, anchor: Anchor) -> date | None:
    known = anchor.review_date
    if point.year:
        return known if known and known.year == point.year else date(point.year, 12, 31)
    if known or anchor.plan_date is None or point.name:
        return known
    return add_months(anchor.plan_date, 12)


def _move(point: Point, anchor: Anchor) -> date | None:
    if point.group is not None:  # "when he starts Year 7", "before she leaves Year 6"
        july = anchor.july_of(point.group)
    elif point.number is not None:
        return _age(point, anchor)
    else:
        side, _, place = point.name.partition(" ")
        entry: Mapping[str, object] = read_data("dates.toml")["places"].get(place, {})
        age, year = entry.get("age"), entry.get(side)
        if isinstance(age, int):
            return _age(Point(number=age), anchor)
        july = anchor.july_of(year) if isinstance(year, int) else None
    return None if july is None else date(july.year, 8, 31)


_RESOLVE: Mapping[Kind, Callable[[Point, Anchor], date | None]] = {
    "date": _date,
    "term": _term,
    "school-year": _school_years,
    "year-group": _group,
    "key-stage": _stage,
    "age": _age,
    "span": _span,
    "review": _review,
    "move": _move,
}

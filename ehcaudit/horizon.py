"""An audit on one day → how long its answers stay true: from the first to the last day on which none would change.

Checks see the as-of date through a ``Watched`` context. A comparison narrows the span to the days that would compare
alike ("the review was due before today" stays true from then on); any other use of the date ties the answer to the day.
So a store works out again what a new day changes, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ehcaudit.checks import Context, Policy
from ehcaudit.model import Plan, Result
from ehcaudit.rules import Rule

_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Days:
    """All days from one to another, both included."""

    since: date = date.min
    until: date = date.max

    def __contains__(self, day: date) -> bool:
        return self.since <= day <= self.until

    def __and__(self, other: Days) -> Days:
        return Days(max(self.since, other.since), min(self.until, other.until))


ALWAYS = Days()


@dataclass(slots=True)
class Span:
    """Days, both included, on which what was asked of the as-of date has the same answers."""

    day: date
    since: date = date.min
    until: date = date.max

    def pin(self) -> None:
        """The answer is of this day alone."""
        self.since = self.until = self.day

    def compared(self, other: date) -> None:
        """The order of the as-of date and another day was asked for."""
        if other < self.day:
            self.since = max(self.since, other + _ONE)
        elif other > self.day:
            self.until = min(self.until, other - _ONE)
        else:
            self.pin()

    @property
    def days(self) -> Days:
        """The days so far."""
        return Days(self.since, self.until)


def _order(name: str) -> Callable[[Today, Any], Any]:
    plain = getattr(date, name)

    def compare(self: Today, other: Any) -> Any:
        if isinstance(other, date) and not isinstance(other, Today):  # It is the same day on every day.
            self.span.compared(other)
        return plain(self, other)

    return compare


def _use(name: str) -> Callable[..., Any]:
    def use(self: Today, *given: Any, **named: Any) -> Any:
        # Of a plain date, for ``date.replace`` and the like give a value of the same class.
        return getattr(date(self.year, self.month, self.day), name)(*given, **named)

    return use


def _part(name: str) -> Any:
    plain = getattr(date, name)

    def part(self: Today) -> Any:
        self.span.pin()
        return plain.__get__(self)

    return property(part)


class Today(date):
    """The as-of date for checks: a date in every respect, and its span learns what it was asked."""

    __slots__ = ("span",)
    span: Span

    @classmethod
    def of(cls, span: Span) -> Today:
        """The day of a span."""
        made = cls(span.day.year, span.day.month, span.day.day)
        made.span = span
        return made

    __lt__, __le__, __gt__, __ge__ = _order("__lt__"), _order("__le__"), _order("__gt__"), _order("__ge__")
    __eq__, __ne__ = _order("__eq__"), _order("__ne__")
    __add__, __radd__, __sub__, __hash__ = _use("__add__"), _use("__radd__"), _use("__sub__"), _use("__hash__")
    __str__, __repr__, __format__ = _use("__str__"), _use("__repr__"), _use("__format__")
    replace, strftime, isoformat, ctime = _use("replace"), _use("strftime"), _use("isoformat"), _use("ctime")
    toordinal, timetuple, weekday = _use("toordinal"), _use("timetuple"), _use("weekday")
    isoweekday, isocalendar = _use("isoweekday"), _use("isocalendar")
    year, month, day = _part("year"), _part("month"), _part("day")

    def __rsub__(self, other: date) -> timedelta:
        return other - date(self.year, self.month, self.day)

    def __reduce__(self) -> tuple[type[date], tuple[int, int, int]]:
        return date, (self.year, self.month, self.day)


class Watched(Context):
    """A Context that keeps the span of days for which the answers hold that were made with it."""

    __slots__ = ("_today", "firm", "span")

    def __init__(self, as_of: date, policy: Policy) -> None:
        self.span = Span(as_of)
        self._today = Today.of(self.span)
        self.firm = ALWAYS
        """The days for which the answers of rules hold that are not ``dated``."""
        super().__init__(as_of, policy)

    @property
    def as_of(self) -> date:
        """The day; what is asked of it narrows the span."""
        return self._today

    @as_of.setter
    def as_of(self, _day: date) -> None:
        """The day was set at the start, and stays."""


def in_turn(plan: Plan, rules: Iterable[Rule], context: Watched) -> tuple[Result, ...]:
    """The results in the order of the rules; ``context.firm`` then says how long those hold that are not ``dated``.

    A rule that is not dated asks for the day where a plan has none of its own. Once its answer no longer holds, it can
    only be worked out anew from the file.
    """
    from ehcaudit.judging import judge_plan

    rules = list(rules)
    free = [rule for rule in rules if not rule.dated]
    answers = {result.rule: result for result in judge_plan(plan, free, context)}
    context.firm = context.span.days
    answers |= {result.rule: result for result in judge_plan(plan, (r for r in rules if r.dated), context)}
    return tuple(answers[rule.id] for rule in rules)

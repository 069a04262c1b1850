"""Outcomes against the calendar → hits: a date to reach that has gone by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from ehcaudit.checks.base import Answer, Context, Hit, Options, check, items_in, over_items
from ehcaudit.checks.statement import gap, spread
from ehcaudit.model import Evidence, Item, Plan

if TYPE_CHECKING:
    from ehcaudit.language.dates import Anchor


_TOLD = re.compile(r"in\b", re.I)
_AHEAD = re.compile(r"\b(?:will|shall|should|to|can|is able|be)\b|'ll\b", re.I)
"""“In June 2025 Max read ten words” tells of the past; “in June 2027 Max will read …” looks ahead."""


def _clause(text: str, start: int, end: int) -> str:
    """The words between the stops around a place."""
    first = max(text.rfind(stop, 0, start) for stop in (". ", ";", "(", "\n"))
    after = [at for stop in (". ", ";", ")", "\n") if (at := text.find(stop, end)) >= 0]
    return text[first + 1 : min(after, default=len(text))]


class DateOptions(Options):
    """A check without choices."""

    dated: ClassVar[bool] = True


@check("date-past", DateOptions)
def date_past(plan: Plan, _options: DateOptions, where: tuple[str, ...], context: Context) -> Answer:
    """Outcomes whose last date to reach lies before the plan's own date.

    Without a plan date the as-of date stands for it. A date that has gone by since the plan was written is for a
    person: the plan was right then, and wants a review now. Outcomes without a date that can be told are not asked.
    """
    from ehcaudit.language.dates import Anchor

    facts = plan.facts
    anchor = Anchor(
        plan_date=facts.plan_date,
        review_date=facts.review_date,
        born=facts.born,
        year_group=facts.year_group,
        key_stage=facts.key_stage,
        as_of=context.as_of,
    )
    written = facts.plan_date or context.as_of
    hits: list[Hit] = []
    asked = 0
    for item in items_in(plan, where):
        dated = [(day, words) for day, words in _times(item, anchor)] if not item.none_stated else []
        if not dated:
            continue
        asked += 1
        last, words = max(dated, key=lambda pair: pair[0])
        if last < max(written, context.as_of):
            since = last >= written
            # The day of the audit stands at the head of the report; named here, each night would change the words.
            own = not since and facts.plan_date
            against = f"the date of the plan, {written.day} {written:%B %Y}" if own else "the day of this audit"
            values = {"date": f"{last.day} {last:%B %Y}", "against": against}
            hits.append(Hit(words, item.section, values, query=since, item=item.id))
    answer = over_items(hits, asked, nothing="No outcome has a date that can be told.")
    unread = gap(plan, where)
    return Answer("not_assessed", answer.hits, reason=unread) if unread else answer


def _times(item: Item, anchor: Anchor) -> Iterator[tuple[date, tuple[Evidence, ...]]]:
    """The days by which an outcome is to be reached, in its own words or in a column of its row."""
    from ehcaudit.language.dates import find_times

    text = item.text
    for time in find_times(text):
        if _TOLD.match(text, time.start) and not _AHEAD.search(_clause(text, time.start, time.end)):
            continue
        if day := time.resolve(anchor):
            yield day, spread(item.evidence, time.start, time.end)
    column = item.attached.get("when")
    if column:
        for time in find_times(column.quote):
            if day := time.resolve(anchor):
                yield day, spread((column,), time.start, time.end)

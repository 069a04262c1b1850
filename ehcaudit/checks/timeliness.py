"""Dates that the document itself gives → hits: a clock of the law that ran out before the step was taken.

Regs. 13(1) and 13(2), 18, 20(10), 22(2) and (3) SEND Regulations 2014. All of these count calendar days, weeks or fixed
days of the year; none counts working days. A rule answers only where both of its dates stand in the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal

from ehcaudit.checks.base import Answer, Context, Hit, Options, check
from ehcaudit.checks.dates import spoken
from ehcaudit.language.cues import flat, pattern
from ehcaudit.language.dates import find_dates
from ehcaudit.model import Block, Evidence, Plan

_WEEKS_TO_FINAL = 20
_WEEKS_TO_AMENDED = 12
_DAYS_TO_COMMENT = 15
_DEADLINES = {0: (2, 15), 2: (2, 15), 6: (2, 15), 11: (3, 31), -1: (2, 15)}
"""Year group before the move → month and day before which the plan must be amended (reg. 18(1))."""


class ClockOptions(Options):
    """Which clock."""

    clock: Literal["final", "amended", "comments", "transfer"]


@check("clock", ClockOptions)
def clock(plan: Plan, options: ClockOptions, _where: tuple[str, ...], _context: Context) -> Answer:
    """Not met where the later date is too late (or, for comments, too soon); does not apply without both dates."""
    judge = {"final": _final, "amended": _amended, "comments": _comments, "transfer": _transfer}[options.clock]
    return judge(plan) or Answer("not_applicable", reason="The document does not give both dates.")


def _final(plan: Plan) -> Answer | None:
    facts = plan.facts
    request = labelled(plan, "request")
    made = facts.first_issued or (facts.plan_date if facts.status == "final" else None)
    if request is None or made is None or made < request[0]:
        return None
    where = facts.where.get("first_issued" if facts.first_issued else "plan_date")
    return _over(where, request[0], made, _WEEKS_TO_FINAL * 7)


def _amended(plan: Plan) -> Answer | None:
    facts = plan.facts
    meeting = labelled(plan, "review_meeting")
    if meeting is None or facts.status != "amended":
        return None
    made = facts.amended_on or facts.plan_date
    if made is None or made < meeting[0]:
        return None
    return _over(facts.where.get("amended_on") or facts.where.get("plan_date"), meeting[0], made, _WEEKS_TO_AMENDED * 7)


def _over(where: Evidence | None, start: date, end: date, days: int) -> Answer:
    if (end - start).days <= days:
        return Answer("met")
    weeks = -(-(end - start).days // 7)
    values = {"from": spoken(start), "to": spoken(end), "weeks": str(weeks)}
    return Answer("not_met", (Hit((where,) if where else (), values=values),))


def _comments(plan: Plan) -> Answer | None:
    sent, until = labelled(plan, "draft_sent"), labelled(plan, "comments_by")
    if sent is None or until is None or until[0] < sent[0]:
        return None
    days = (until[0] - sent[0]).days + 1  # "Beginning with the day on which the draft was served": that day counts.
    if days >= _DAYS_TO_COMMENT:
        return Answer("met")
    values = {"from": spoken(sent[0]), "to": spoken(until[0]), "days": str(days)}
    return Answer("not_met", (Hit((until[1],), values=values),))


def _transfer(plan: Plan) -> Answer | None:
    """The move is one that section I dates ("from September 2027"), out of the last year of a phase."""
    facts = plan.facts
    made = facts.amended_on or facts.plan_date
    if made is None or facts.year_group not in _DEADLINES or facts.status not in ("final", "amended"):
        return None
    for block in _placement(plan):
        said = pattern("timeliness", "words", "transfer").search(flat(block.text))
        if not said:
            continue
        year = int(next(group for group in said.groups() if group))
        deadline = date(year, *_DEADLINES[facts.year_group])
        before = facts.status == "amended" or (facts.first_issued is not None and facts.first_issued < deadline)
        if not before or not date(year - 1, 9, 1) <= made < date(year, 9, 1):
            continue
        if facts.year_group == 2 and not re.search(r"\bjunior\b", flat(plan.text_of("I"))):
            continue
        if made < deadline:
            return Answer("met")
        evidence = facts.where.get("amended_on") or facts.where.get("plan_date")
        values = {"to": spoken(made), "deadline": spoken(deadline)}
        return Answer("not_met", (Hit((evidence,) if evidence else (), values=values),))
    return None


def _placement(plan: Plan) -> Iterator[Block]:
    section = plan.sections.get("I")
    for number in (*(section.blocks if section else ()), *plan.front):
        yield plan.document.blocks[number]


# ---------------------------------------------------------------- labelled dates


def labelled(plan: Plan, label: str) -> tuple[date, Evidence] | None:
    """The date that stands under a label outside the lettered sections, with its words; the last where there are many.

    It stands behind the label in the same paragraph, in the next cell of the row, or in the paragraph below.
    """
    blocks = plan.document.blocks
    found: list[tuple[date, Evidence]] = []
    shape, other = pattern("timeliness", "labels", label), pattern("timeliness", "words", "not_this")
    for number in plan.unplaced:
        block = blocks[number]
        if len(block.text) > 200:
            continue
        words = flat(block.text)
        hit = shape.search(words)
        if not hit or other.search(words[: hit.end()]):
            continue
        for place, start in ((block, hit.end()), *((b, 0) for b in _beside(blocks, number))):
            dates = [d for d in find_dates(place.text) if d.start >= start and d.precision == "day"]
            if dates:
                first = dates[0]
                found.append((first.date, Evidence(place.id, first.start, first.end, first.text)))
                break
            if place is block and hit.end() < len(words) - 25:
                break  # More words behind the label, and no date: the next paragraph is about something else.
    return max(found, key=lambda pair: pair[0]) if found else None


def _beside(blocks: tuple[Block, ...], number: int) -> Iterator[Block]:
    if number + 1 >= len(blocks):
        return
    block, following = blocks[number], blocks[number + 1]
    if block.cell is None:
        if following.cell is None:
            yield following
        return
    right = below = None
    for other in blocks[number + 1 : number + 40]:
        if other.cell is None or other.cell.table != block.cell.table or other.cell.row > block.cell.row + 1:
            break
        if other.cell.row == block.cell.row:
            right = right or other
        elif other.cell.column == block.cell.column:
            below = below or other
    yield from (found for found in (right, below) if found)

"""The plan's own dates → hits: no date, a review that is overdue, scores of tests without their date, missed deadlines.

The clocks: Children and Families Act 2014 s.44(1) and reg. 18 SEND Regulations 2014 (reviews, phase transfers), reg. 13
(20 weeks, 15 days), regs. 20(10), 22 (12 weeks from the review meeting). All of them count calendar time, so no bank
holiday is ever needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import ClassVar

from ehcaudit.checks.base import Answer, Context, Hit, Options, check
from ehcaudit.language.cues import data, flat, pattern
from ehcaudit.language.dates import find_dates
from ehcaudit.language.sentences import sentences
from ehcaudit.model import Block, Evidence, Plan


class NoOptions(Options):
    """No options."""


# ---------------------------------------------------------------- the plan and its review


@check("plan-dated", NoOptions)
def plan_dated(plan: Plan, _options: NoOptions, _where: tuple[str, ...], _context: Context) -> Answer:
    """Not met where the document nowhere says when the plan was made."""
    facts = plan.facts
    if facts.plan_date or facts.amended_on:
        return Answer("met")
    if plan.partial:
        return Answer("not_applicable", reason="The document holds some sections only, on purpose.")
    return Answer("not_met", (Hit(),))


class TodayOptions(NoOptions):
    """A check without choices that looks at the day."""

    dated: ClassVar[bool] = True


@check("review-on-time", TodayOptions)
def review_on_time(plan: Plan, _options: TodayOptions, _where: tuple[str, ...], context: Context) -> Answer:
    """Not met where the review was due before the as-of date, or is planned later than the law allows.

    A draft is not reviewed. The end of the period is the policy's number of months after the plan's date.
    """
    facts = plan.facts
    if facts.status == "draft":
        return Answer("not_applicable", reason="A draft is not reviewed.")
    made, review = facts.plan_date, facts.review_date
    if review is None and made is None:
        return Answer("not_assessed", reason="The plan has neither a date nor a review date that could be read.")
    where = facts.where
    if review is not None and review < context.as_of:
        return _late(where.get("review_date"), f"the review was due on {spoken(review)}")
    if made is None:
        return Answer("met")
    due = add_months(made, context.policy.review_months)
    if review is None and due < context.as_of:
        text = f"the plan is of {spoken(made)} and names no review; one was due by {spoken(due - timedelta(days=1))}"
        return _late(where.get("plan_date"), text)
    # The last review never came after the plan that it led to, so that this holds for amended plans too.
    if review is not None and review > due:
        text = f"the review is planned for {spoken(review)}, later than {context.policy.review_months} months after"
        return _late(where.get("review_date"), f"{text} {spoken(made)}")
    return Answer("met")


def _late(evidence: Evidence | None, fault: str) -> Answer:
    return Answer("not_met", (Hit((evidence,) if evidence else (), values={"fault": fault}),))


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    for back in range(4):
        try:
            return date(year, month + 1, day.day - back)
        except ValueError:
            continue
    raise ValueError(day)


def spoken(day: date) -> str:
    """A date as a person writes it: 3 May 2026."""
    return f"{day.day} {day:%B %Y}"


# ---------------------------------------------------------------- scores of tests


@check("test-score-dated", NoOptions)
def score_dated(plan: Plan, _options: NoOptions, where: tuple[str, ...], _context: Context) -> Answer:
    """A hit for each sentence that gives a score of a standardised test, where nothing near says when it was taken.

    Near: the sentence, its neighbours in the same paragraph, the cells of its row, the heading or line above it.
    """
    letters = [letter for letter in where if letter in plan.sections]
    if not letters:
        return Answer("not_assessed", reason="Section B was not found in the document.")
    hits: list[Hit] = []
    asked = 0
    for letter in letters:
        blocks = [plan.document.blocks[n] for n in plan.sections[letter].blocks]
        for index, block in enumerate(blocks):
            for start, end in _scored(block):
                asked += 1
                if not _dated(plan, blocks, index, start, end):
                    said = Evidence(block.id, start, end, block.text[start:end])
                    hits.append(Hit((said,), letter))
    if not asked:
        return Answer("not_applicable", reason="No score of a standardised test was found.")
    return Answer("not_met" if hits else "met", tuple(hits), met=asked - len(hits), items=asked)


def _scored(block: Block) -> Iterator[tuple[int, int]]:
    """The sentences of a block that give a score."""
    if not re.search(r"\d", block.text):
        return
    words = flat(block.text)
    for start, end in sentences(block.text):
        part = words[start:end]
        if not re.search(r"\d", part):
            continue
        name = None if _scores().search(part) else _names().search(part)
        if name and not _figure().search(part[: name.start()] + " " + part[name.end() :]):
            continue
        if name or _scores().search(part):
            yield start, end


def _scores() -> re.Pattern[str]:
    return pattern("tests", "scores")


@cache
def _names() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(data('tests')['names'])})(?!\w)")


def _figure() -> re.Pattern[str]:
    return pattern("tests", "figure")


def _has_date(text: str) -> bool:
    return bool(pattern("tests", "dated").search(flat(text))) or bool(find_dates(text))


def _dated(plan: Plan, blocks: list[Block], index: int, start: int, end: int) -> bool:
    block = blocks[index]
    spans = sentences(block.text)
    here = spans.index((start, end))
    near = spans[max(0, here - 2) : here + 2]
    if any(_has_date(block.text[a:b]) for a, b in near):
        return True
    if block.cell is not None:
        cell = block.cell
        row = [
            b.text
            for b in blocks
            if b.cell and b.cell.table == cell.table and b.cell.row == cell.row and b.id != block.id
        ]
        if any(_has_date(text) for text in row):
            return True
    header = plan.column_of.get(block.id, "")
    above = ""
    for earlier in reversed(blocks[max(0, index - 8) : index]):
        if earlier.kind == "heading" or earlier.bold or earlier.text.rstrip().endswith(":"):
            above = earlier.text
            break
    return _has_date(header) or _has_date(above)

"""The list of advice (section K) → hits: an empty list, and entries without date, author or role, too old, or too new.

Reg. 12(4) SEND Regulations 2014: the advice of reg. 6(1) is set out in appendices. The law sets no age at which advice
is too old (reg. 6(4) asks whether it is sufficient), so the limit is the authority's own and comes from its policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Literal

from ehcaudit.checks.base import Answer, Context, Hit, Options, check, heading_evidence, over_items, unreadable
from ehcaudit.checks.dates import add_months, spoken
from ehcaudit.language.cues import flat, pattern
from ehcaudit.language.people import find_people
from ehcaudit.model import Advice, Cell, Plan

_NONE = "No entries of advice could be read."
_ROLE_COLUMN = re.compile(
    r"\b(?:roles?|designation|position|job|profession|post|relationship|service|who from|job title)\b"
)
_AUTHOR_COLUMN = re.compile(r"\b(?:authors?|names?|who|by|from|person)\b(?! of (?:the )?(?:document|report|advice)\b)")
_MATTER_COLUMN = re.compile(r"\b(?:advice|reports?|documents?|evidence|information|dates?)\b")
_PLAIN_WORDS = re.compile(
    r"\b(?:reports?|advice|assessments?|letters?|information|statement|form|summary|appendix|annex|the|a|an|and|of|for|from|by"
    r"|on|to|dated?|received|appended|attached|yes|no|undated|plan|ehc|ehcp|eh?cna|k?\d+|[a-k])\b|[^\w\s]|\d+"
)
_OWN = ("parent", "child", "advocate")


class ListOptions(Options):
    """No options."""


class EntryOptions(Options):
    """What an entry is asked for."""

    lacks: Literal["date", "author-or-role"]


def entries(plan: Plan) -> Iterator[tuple[int, Advice, str]]:
    """Number, entry and folded words of each entry that holds advice, and not only the news that there is none."""
    for number, entry in enumerate(plan.advice, 1):
        words = "\n".join(flat(part.quote) for part in entry.evidence)
        bare = not (entry.date or entry.received or entry.author)
        blank = bare and (entry.appended is False or bool(_BLANK.search(words)))
        if not blank and not says_absent(words):
            yield number, entry, words


_BLANK = re.compile(r"^(?:none|n ?/? ?a|nil|-)$", re.M)


def says_absent(words: str) -> bool:
    """Whether a cell of an entry says that there is no advice ("not known to the service")."""
    absent = pattern("advice", "words", "absent")
    return any(absent.search(line) and not _ABOUT_FIELD.search(line) for line in words.split("\n"))


_ABOUT_FIELD = re.compile(
    r"\b(?:date|author|appendix|name)\b[^.]{0,20}\b(?:not|unknown|n/a|none)\b|^n ?/? ?a$|^none$"
    r"|\bnot (?:appended|attached|dated|signed)\b"
)


def _stop(plan: Plan) -> Answer | None:
    """Why the list cannot be asked about its entries."""
    if plan.advice:
        return None
    reason = unreadable(plan, "K")
    return Answer("not_assessed", reason=reason) if reason else Answer("not_applicable", reason=_NONE)


@check("advice-listed", ListOptions)
def advice_listed(plan: Plan, _options: ListOptions, _where: tuple[str, ...], _context: Context) -> Answer:
    """Not met where section K is there and lists nothing."""
    if plan.advice:
        return Answer("met")
    if reason := unreadable(plan, "K"):
        return Answer("not_assessed", reason=reason)
    pictures = any(plan.section_of.get(image) == "K" for image in plan.document.images)
    hit = Hit(heading_evidence(plan, "K"), "K", query=pictures)
    return Answer("query" if pictures else "not_met", (hit,))


@check("advice-lacks", EntryOptions)
def advice_lacks(plan: Plan, options: EntryOptions, _where: tuple[str, ...], _context: Context) -> Answer:
    """A hit for each entry without any date, or without its author or the author's role."""
    if stop := _stop(plan):
        return stop
    hits: list[Hit] = []
    asked = 0
    named = any(entry.author for entry in plan.advice)
    for number, entry, words in entries(plan):
        asked += 1
        if options.lacks == "date":
            lacking = "" if entry.date or entry.received else "date"
        else:
            lacking = _lacking(plan, entry, words, named)
        if lacking:
            hits.append(Hit(entry.evidence, "K", {"lacking": lacking}, item=f"K{number}"))
    return over_items(hits, asked, nothing=_NONE)


def _lacking(plan: Plan, entry: Advice, words: str, named: bool) -> str:
    """What an entry does not say of who wrote it: ``author``, ``role``, ``author and role``, or nothing.

    A list that has a column for a thing, or names it in its other entries, is expected to name it; families and
    children need no more than to be named as such.
    """
    columns = _columns(plan, entry)
    filled = {cell.column for e in entry.evidence if (cell := _cell(plan, e.block_id))}
    role_columns = {n for n, header in columns.items() if _ROLE_COLUMN.search(header)}
    author_columns = {n for n, h in columns.items() if _AUTHOR_COLUMN.search(h) and not _MATTER_COLUMN.search(h)}
    role = bool(entry.role) or bool(_rest(entry, words))
    if role_columns and not role_columns & filled:
        role = any(p.group != "vague" for e in entry.evidence for p in find_people(e.quote))
    if role_columns & filled:
        role = True
    if entry.role in _OWN and role:
        return ""
    author = bool(entry.author) or bool(author_columns & filled - role_columns)
    if not author and not named and not (author_columns - role_columns):
        author = role and bool([p for e in entry.evidence for p in find_people(e.quote)])
    lacking = [name for name, there in (("author", author), ("role", role)) if not there]
    return " and ".join(lacking)


def _cell(plan: Plan, block: int) -> Cell | None:
    return plan.document.blocks[block].cell if block < len(plan.document.blocks) else None


def _columns(plan: Plan, entry: Advice) -> dict[int, str]:
    """Column → folded header of the table that an entry stands in; empty for a line."""
    cell = _cell(plan, entry.evidence[0].block_id) if entry.evidence else None
    return _headers(plan, cell.table) if cell else {}


def _headers(plan: Plan, table: int) -> dict[int, str]:
    first = {
        b.cell.column: flat(b.text)
        for b in plan.document.blocks
        if b.cell and b.cell.table == table and b.cell.row == 0 and len(b.text) <= 110
    }
    for block, header in plan.column_of.items():
        cell = _cell(plan, block)
        if cell and cell.table == table:
            first[cell.column] = flat(header)
    return first


def _rest(entry: Advice, words: str) -> str:
    """What an entry says besides author and plain words such as "report": a role that no list knows."""
    text = words.replace(flat(entry.author), " ") if entry.author else words
    rest = _PLAIN_WORDS.sub(" ", _months().sub(" ", text))
    return " ".join(rest.split()) if len(rest.split()) >= 2 else ""


@cache
def _months() -> re.Pattern[str]:
    return re.compile(r"\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\b|\d+(?:st|nd|rd|th)\b")


# ---------------------------------------------------------------- age of the advice


@check("advice-older-than-policy", ListOptions)
def advice_older(plan: Plan, _options: ListOptions, _where: tuple[str, ...], context: Context) -> Answer:
    """A hit for each entry that was older at the plan's date (without one: at the as-of date) than policy allows."""
    if stop := _stop(plan):
        return stop
    until = plan.facts.plan_date or plan.facts.amended_on or context.as_of
    hits: list[Hit] = []
    asked = 0
    limits = context.policy.advice_months
    for number, entry, _ in entries(plan):
        when = entry.date or entry.received
        if when is None:
            continue
        asked += 1
        limit = limits.get(entry.role, limits.get("default", 24))
        if add_months(when, limit) < until:
            values = {"months": str(months_between(when, until)), "limit": str(limit), "date": spoken(when)}
            hits.append(Hit(entry.evidence, "K", values, item=f"K{number}"))
    return over_items(hits, asked, nothing="No entry of advice has a date.")


@check("advice-dated-after-plan", ListOptions)
def advice_after(plan: Plan, _options: ListOptions, _where: tuple[str, ...], _context: Context) -> Answer:
    """A hit for each entry whose report bears a later date than the plan that rests on it."""
    if stop := _stop(plan):
        return stop
    made = max((d for d in (plan.facts.plan_date, plan.facts.amended_on) if d), default=None)
    if made is None:
        return Answer("not_assessed", reason="The plan has no date that could be read.")
    hits: list[Hit] = []
    asked = 0
    for number, entry, _ in entries(plan):
        when = entry.date or entry.received
        if when is None:
            continue
        asked += 1
        if when > made:
            values = {"date": spoken(when), "plan_date": spoken(made)}
            hits.append(Hit(entry.evidence, "K", values, item=f"K{number}"))
    return over_items(hits, asked, nothing="No entry of advice has a date.")


def months_between(start: date, end: date) -> int:
    """Whole months from one day to another; negative where the second comes first.

    The second is asked for its order alone: where it is the as-of date, the answer then holds until the month is full,
    and not for the day (``horizon``).
    """
    months = 0
    while _full(start, months + 1) <= end:
        months += 1
    while end < _full(start, months):
        months -= 1
    return months


def _full(start: date, months: int) -> date:
    """The day on which so many months are full; a month that is too short is full with its end."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    try:
        return date(year, month + 1, start.day)
    except ValueError:
        return date(year, month + 2, 1)

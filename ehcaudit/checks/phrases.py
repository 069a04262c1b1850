"""Phrases in the plan's words → hits. One pass over all the text that a rule is about, however many its phrases.

A phrase is matched as whole words, whatever its capitals, and whatever form its apostrophes and dashes have. Words that
the plan puts in quotation marks are the family's own and are passed over.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from ehcaudit.checks.base import ITEM_KINDS, Answer, Context, Hit, Options, check, items_in, letters, over_items
from ehcaudit.checks.statement import gap
from ehcaudit.checks.words import lowered, pattern
from ehcaudit.model import Evidence, Plan

_QUOTED = re.compile(r"“[^”\n]*”|\"[^\"\n]*\"|‘[^’\n]*’(?!\w)")
_STOP = re.compile(r"[.!?;](?=\s|$)|\n")


class PhraseOptions(Options):
    """The phrases, and what around them makes them harmless."""

    phrases: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()
    """A phrase is passed over where one of these stands in the same sentence."""
    plurals: bool = False
    """The last word of a phrase may carry a plural s."""
    quoted_speech: bool = False
    """Look between quotation marks as well."""
    query: bool = False
    """A person must decide."""

    single_statement: ClassVar[bool] = True


@check("phrases", PhraseOptions)
def phrases(plan: Plan, options: PhraseOptions, where: tuple[str, ...], _context: Context) -> Answer:
    """Every place where one of the phrases stands: in the items, the sections or the whole document of ``where``."""
    unread = gap(plan, where)
    kinds = [place for place in where if place in ITEM_KINDS]
    asked = 0
    if kinds:
        items = [item for item in items_in(plan, where) if not item.none_stated]
        asked = len(items)
        scope = _Scope((part, item.section, item.id) for item in items for part in item.evidence)
    else:
        scope = _Scope((_all(plan, number), letter, "") for number, letter in _blocks(plan, where))
        if not scope.places:
            reason = unread or "There are no words here that the rule could be asked about."
            return Answer("not_assessed" if unread else "not_applicable", reason=reason)
    hits = list(_hits(scope, options))
    if unread:
        return Answer("not_assessed", tuple(hits), reason=unread)
    if kinds:
        return over_items(hits, asked, nothing="There is nothing here that the rule could be asked about.")
    return Answer(("query" if options.query else "not_met") if hits else "met", tuple(hits))


def _blocks(plan: Plan, where: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """The blocks that a rule looks at, each with its section's letter."""
    wanted = letters(where)
    if wanted:
        for letter in wanted:
            if letter in plan.sections:
                yield from ((number, letter) for number in plan.sections[letter].blocks)
    else:
        yield from ((block.id, plan.section_of.get(block.id, "")) for block in plan.document.blocks)


def _all(plan: Plan, number: int) -> Evidence:
    text = plan.document.blocks[number].text
    return Evidence(number, 0, len(text), text)


@dataclass(init=False, slots=True)
class _Scope:
    """All the words that a rule looks at as one text, a line a stretch, with the way back."""

    places: list[tuple[Evidence, str, str]]
    """(words, section, item)."""
    starts: list[int]
    text: str

    def __init__(self, places: Iterable[tuple[Evidence, str, str]]) -> None:
        self.places = list(places)
        self.starts, at = [], 0
        for part, _, _ in self.places:
            self.starts.append(at)
            at += len(part.quote) + 1
        self.text = "\n".join(part.quote for part, _, _ in self.places)


def _hits(scope: _Scope, options: PhraseOptions) -> Iterator[Hit]:
    low = lowered(scope.text)
    harmless = pattern(options.unless) if options.unless else None
    speech = [] if options.quoted_speech else [found.span() for found in _QUOTED.finditer(scope.text)]
    opens = [start for start, _ in speech]
    for found in pattern(options.phrases, plurals=options.plurals).finditer(low):
        start, end = found.span()
        before = bisect_right(opens, start) - 1
        if before >= 0 and speech[before][1] >= end:
            continue
        if harmless and harmless.search(low, *_sentence(low, start, end)):
            continue
        number = bisect_right(scope.starts, start) - 1
        part, letter, item = scope.places[number]
        first = start - scope.starts[number]
        quote = part.quote[first : first + end - start]
        evidence = Evidence(part.block_id, part.start + first, part.start + first + len(quote), quote)
        yield Hit((evidence,), letter, query=options.query, item=item)


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of the sentence around a place."""
    first = max(0, start - 600)
    for stop in _STOP.finditer(text, first, start):
        first = stop.end()
    stopped = _STOP.search(text, end)
    return first, stopped.start() if stopped else len(text)

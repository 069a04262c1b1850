"""Items whose wording has a fault of given kinds → hits that quote the fault's own words, or the item where words lack.

The judging is done in ``ehcaudit.language``; here faults become findings, and one that another rule's fault makes moot
is passed over, so that one weak sentence is not reported five times for one reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from ehcaudit.checks.base import ITEM_KINDS, Answer, Context, Hit, Options, check, items_in, letters, over_items
from ehcaudit.checks.words import lowered, pattern
from ehcaudit.model import ITEM_HOMES, Evidence, Item, Plan

if TYPE_CHECKING:
    from ehcaudit.language.statements import Judgement
    from ehcaudit.language.values import Fault

_COLUMN = {
    "frequency": "frequency",
    "duration": "duration",
    "amount": "duration",
    "range": "duration",
    "deliverer": "who",
    "qualification": "who",
    "group": "group",
    "review": "review",
    "time": "when",
    "measure": "measure",
}
"""Last word of a fault's code → the column of its row that holds the words, where the item itself does not."""


_LEANS = re.compile(r"(?:He|She|They|It|This|These|His|Her|Their|So|As a result|What|Because|Therefore|Consequently)\b")


class StatementOptions(Options):
    """Which faults of an item's wording the rule is about."""

    faults: tuple[str, ...] = Field(min_length=1)
    """Fault codes of ``language.statements``."""
    serious_only: bool = False
    """Pass over faults that are only noted (a hedge on a side detail)."""
    query_when_mild: bool = False
    """A fault that is only noted is for a person to decide."""
    sorts: tuple[str, ...] = ()
    """Kinds of provision it applies to (therapy, teaching …); all where empty."""
    skip_with: tuple[str, ...] = ()
    """Serious faults beside which this one is moot: such an item is not asked about here at all."""
    moot_with: tuple[str, ...] = ()
    """Serious faults beside which it does not matter that something is missing; vague words are still reported."""
    moot_beside: tuple[str, ...] = ()
    """The same, for faults that are only noted as well (where another rule reports those)."""
    mentions: tuple[str, ...] = ()
    """Only items that hold one of these phrases are asked; all where empty."""
    tell: dict[str, str] = Field(default_factory=dict)
    """Fault code → words for the message's ``{missing}``: all that this item lacks, in one finding."""
    whole: bool = False
    """Quote the whole item, not only the words of the fault."""
    leaning: bool = False
    """An item that only goes on from the one before it in its paragraph ("He tires …") is not asked by itself."""
    weak_only: bool = False
    """Pass over items that a careful reader would accept as they stand."""

    single_statement: ClassVar[bool] = True


@check("statement", StatementOptions)
def statement(plan: Plan, options: StatementOptions, where: tuple[str, ...], context: Context) -> Answer:
    """The items at ``where`` that have one of the faults; each item is one hit at most."""
    unread = gap(plan, where)
    hits: list[Hit] = []
    asked = 0
    faults, skip, moot, beside = map(
        frozenset, (options.faults, options.skip_with, options.moot_with, options.moot_beside)
    )
    mentions = pattern(options.mentions) if options.mentions else None
    for item, leans in context.once(plan, _in_turn, where):
        if options.leaning and leans:
            continue
        judged = context.judge(plan, item)
        if options.sorts and judged.sort not in options.sorts:
            continue
        if skip and not skip.isdisjoint(judged.grave):
            continue
        if mentions and not mentions.search(lowered(item.text)):
            continue
        if faults.isdisjoint(judged.codes):
            asked += 1
            continue
        found = judged.has(*options.faults, only_serious=options.serious_only)
        if not (moot.isdisjoint(judged.grave) and beside.isdisjoint(judged.codes)):
            said = tuple(fault for fault in found if not _missing(fault, judged))
            if found and not said:
                continue
            found = said
        asked += 1
        if not found or (options.weak_only and judged.verdict == "strong"):
            continue
        first = found[0]
        hits.append(
            Hit(
                evidence_of(item, first, judged, whole=options.whole),
                item.section,
                {"missing": told(judged, options.tell)} if options.tell else {},
                query=options.query_when_mild and not any(fault.serious for fault in found),
                item=item.id,
            )
        )
    answer = over_items(hits, asked, nothing="There is nothing here that the rule could be asked about.")
    return Answer("not_assessed", answer.hits, reason=unread) if unread else answer


def _in_turn(plan: Plan, where: tuple[str, ...]) -> list[tuple[Item, bool]]:
    """The items at ``where`` that state something, and whether each only goes on from the one before it."""
    found: list[tuple[Item, bool]] = []
    before = -1
    for item in items_in(plan, where):
        leans = item.evidence[0].block_id == before and _LEANS.match(item.text) is not None
        before = item.evidence[-1].block_id
        if not item.none_stated:
            found.append((item, leans))
    return found


def gap(plan: Plan, where: tuple[str, ...]) -> str:
    """Why items at ``where`` cannot all be judged; empty where they can.

    Any section of the rule that cannot be read counts, so that reading less never scores more; one that is not there
    counts where it is the first home of such items (the others may lawfully be absent from the letter of the rule).
    """
    wanted = letters(where) or tuple(home for kind in ITEM_KINDS if kind in where for home in ITEM_HOMES[kind])
    for number, letter in enumerate(wanted):
        section = plan.sections.get(letter)
        if section is None:
            family = {"H", "H1", "H2"} if letter in ("H", "H1", "H2") else set()
            if number == 0 and not plan.partial and not family & plan.sections.keys():
                return f"Section {letter} was not found in the document."
        elif section.unreadable:
            return f"Section {letter} could not be read: {section.unreadable}."
        elif section.shares_with and number == 0:
            return f"Section {letter} cannot be told apart from section {' and '.join(section.shares_with)}."
    return ""


def told(judged: Judgement, words: dict[str, str]) -> str:
    """All that a statement lacks, in the rule's words and order: "how often, how long and by whom"."""
    codes = {fault.code for fault in judged.faults}
    said = list(dict.fromkeys(text for code, text in words.items() if code in codes))
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def _missing(fault: Fault, judged: Judgement) -> bool:
    """Whether a fault is about something that is not there, and so has no words of its own."""
    return _spans_all(fault, judged) and not _vague(fault)


def _spans_all(fault: Fault, judged: Judgement) -> bool:
    return fault.start == 0 and fault.end >= len(judged.text)


def _vague(fault: Fault) -> bool:
    """Whether a fault is about words that stand where a clear one should: in the item, or in a column of its row."""
    return fault.code.startswith("vague-")


def evidence_of(item: Item, fault: Fault, judged: Judgement, *, whole: bool = False) -> tuple[Evidence, ...]:
    """The words of a fault, in the blocks where they stand."""
    column = item.attached.get(_COLUMN.get(fault.code.rpartition("-")[2], ""))
    if fault.start < 0 or (column and _vague(fault) and _spans_all(fault, judged)):
        return (column,) if column else item.evidence
    if whole or _spans_all(fault, judged):
        return item.evidence
    return spread(item.evidence, fault.start, fault.end) or item.evidence


def spread(parts: Sequence[Evidence], start: int, end: int) -> tuple[Evidence, ...]:
    """A stretch of ``Item.text`` (parts joined by single spaces) as evidence, a part a block, without outer space."""
    found: list[Evidence] = []
    at = 0
    for part in parts:
        first, last = max(start, at), min(end, at + len(part.quote))
        if first < last:
            words = part.quote[first - at : last - at]
            left = first - at + len(words) - len(words.lstrip())
            words = words.strip()
            if words:
                begin = part.start + left
                found.append(Evidence(part.block_id, begin, begin + len(words), words))
        at += len(part.quote) + 1
    return tuple(found)

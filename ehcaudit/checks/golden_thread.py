"""Needs, outcomes and provisions that have no counterpart, and provision that is written more than once.

A gap is certain where a table row or an area of need is empty on the other side. Where only shared words could link,
nothing is said: on the sample plans an item that shares no word with any counterpart mostly had one all the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ehcaudit.checks.base import Answer, Context, Hit, Options, check, over_items, unreadable
from ehcaudit.checks.links import stated
from ehcaudit.language import cues
from ehcaudit.model import Item, ItemKind, Plan, Thread

_HOMES: dict[str, tuple[str, ...]] = {"need": ("B",), "outcome": ("E",), "provision": ("F",)}
_OTHERS: dict[str, tuple[str, ...]] = {"need": ("C", "D"), "outcome": (), "provision": ("G", "H", "H1", "H2")}
_LOOSE_AREAS = frozenset({"independence", "health", "care"})
"""Areas whose matters plans also write under another heading, so that an empty area is no proof."""

Kind = Literal["need", "outcome", "provision"]


class Gap(Options):
    """Which kind of item should have a counterpart of which other kind."""

    have: Kind
    lack: Kind
    area_is_enough: bool = False
    """A counterpart in the same area of need will do, even where the item's own row has none."""


@check("thread-gap", Gap)
def thread_gap(plan: Plan, options: Gap, where: tuple[str, ...], context: Context) -> Answer:
    """Over the items of one kind in B, E or F: has each a counterpart of the other kind?"""
    for kind in (options.have, options.lack):
        (home,) = _HOMES[kind]
        if why := unreadable(plan, home):
            absent = home not in plan.sections and plan.partial
            return Answer("not_applicable" if absent else "not_assessed", reason=why)
    items = [item for item in plan.of(options.have, *_HOMES[options.have]) if stated(item)]
    others = [item for item in plan.of(options.lack, *_HOMES[options.lack], *_OTHERS[options.lack]) if stated(item)]
    if not items:
        return Answer("not_applicable", reason=f"No {options.have} is stated.")
    if not [item for item in others if item.section in _HOMES[options.lack]]:
        return Answer("not_met", (Hit(section=_HOMES[options.lack][0]),), met=0, items=len(items))
    search = _Search.of(plan, options.lack, items, others)
    hits = []
    for item in items:
        if options.area_is_enough and item.area and item.area in search.areas:
            continue
        if gap := search.gap(item):
            hits.append(Hit(item.evidence, item.section, query=gap == "doubt", item=item.id))
    return over_items(hits, len(items), nothing="")


@dataclass(frozen=True, slots=True)
class _Search:
    """What is known of the links of a plan, gathered once for a rule."""

    plan: Plan
    kind: Kind
    threads: dict[str, list[Thread]]
    others: list[Item]
    here: frozenset[str]
    tables: frozenset[int]
    """Tables that hold counterparts."""
    only_tables: bool
    """Every counterpart stands in a table that holds items of the first kind too."""
    areas: frozenset[str]
    all_in_areas: bool
    none_areas: frozenset[str]
    """Areas whose entry says that there is nothing."""
    everyday: Counter[str]
    """In how many counterparts a stem is: one that is in several tells nothing."""

    @classmethod
    def of(cls, plan: Plan, kind: Kind, items: Sequence[Item], others: Sequence[Item]) -> _Search:
        threads: dict[str, list[Thread]] = {}
        for thread in plan.threads:
            for identity in (*thread.needs, *thread.outcomes, *thread.provisions):
                threads.setdefault(identity, []).append(thread)
        main = [item for item in others if item.section in _HOMES[kind]]
        tables = frozenset(item.row[0] for item in main if item.row)
        mine = {item.row[0] for item in items if item.row}
        none = {item.area for item in plan.of(kind, *_HOMES[kind]) if item.none_stated and item.area}
        areas = frozenset(item.area for item in others if item.area)
        return cls(
            plan,
            kind,
            threads,
            list(others),
            frozenset(item.id for item in others),
            tables,
            all(item.row and item.row[0] in mine for item in others),
            areas,
            all(item.area for item in main),
            frozenset(none - areas),
            Counter(stem for item in others for stem in cues.content(item.text)),
        )

    def gap(self, item: Item) -> Literal["", "sure", "doubt"]:
        """Whether an item has no counterpart, and whether that is sure or for a person to decide."""
        threads = self.threads.get(item.id, ())
        if any(self._parts(thread) for thread in threads):
            return ""
        if any(thread.basis == "table" for thread in threads) and (
            self.only_tables or (item.row is not None and item.row[0] in self.tables)
        ):
            return "sure"
        if not item.area:
            return ""
        if item.area in self.none_areas:
            return "sure"
        if item.area in self.areas or not self.areas:
            return ""
        if self.all_in_areas and item.area not in _LOOSE_AREAS:
            return "sure"
        if not self.all_in_areas and item.area in _LOOSE_AREAS:
            return ""
        words = {stem for stem in cues.content(item.text) if self.everyday[stem] <= 2}
        apart = [other for other in self.others if not other.area or item.area in _LOOSE_AREAS]
        return "" if any(words & cues.content(other.text) for other in apart) else "doubt"

    def _parts(self, thread: Thread) -> tuple[str, ...]:
        parts = {"need": thread.needs, "outcome": thread.outcomes, "provision": thread.provisions}[self.kind]
        return tuple(part for part in parts if part in self.here)


# ---------------------------------------------------------------- repetition


_WORD = re.compile(r"\w+")


class Repeated(Options):
    """How long a text must be to count as repeated."""

    words: int = 6


@check("repeated-item", Repeated)
def repeated_item(plan: Plan, options: Repeated, where: tuple[str, ...], context: Context) -> Answer:
    """Over the provisions (or the kinds that ``where`` names): is the same text written more than once?

    Capitals, numbering and punctuation do not count. Each text is one hit that quotes every place but the first.
    """
    kinds: tuple[ItemKind, ...] = tuple(k for k in ("need", "outcome", "provision") if k in where) or ("provision",)
    items = [item for kind in kinds for item in plan.of(kind) if stated(item)]
    seen: dict[str, list[Item]] = {}
    for item in items:
        words = _WORD.findall(cues.flat(item.text))
        if len(words) >= options.words:
            seen.setdefault(" ".join(words), []).append(item)
    hits = [
        Hit(
            tuple(part for item in group[1:] for part in item.evidence),
            group[1].section,
            {"times": str(len(group))},
            item=group[1].id,
        )
        for group in seen.values()
        if len(group) > 1 and len({item.evidence for item in group}) > 1
    ]
    return over_items(hits, len(items), nothing="There is no provision.")

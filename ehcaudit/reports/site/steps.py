"""What to do first: the five changes that would gain most, and a plan's faults in words for parents and carers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ehcaudit.model import PlanAudit, RuleCard, Run, Summary
from ehcaudit.reports.site.findings import Room, sections_of
from ehcaudit.reports.site.plainly import said_plainly

FIVE = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to change, over all plans of a run."""

    card: RuleCard
    plans: int
    places: int

    @property
    def fix(self) -> str:
        """How to fix it, of no place in particular: a section that the rule would name stays open."""
        return re.sub(r"\bsection \{section\}", "the section concerned", self.card.fix)


def five_things(run: Run, audits: Iterable[PlanAudit | Summary], most: int = FIVE) -> list[Step]:
    """The rules that cost most: weight × the share of items that do not meet it, added up over the plans."""
    lost: dict[str, float] = {}
    plans: dict[str, int] = {}
    places: dict[str, int] = {}
    for audited in audits:
        found = Counter(finding.rule for finding in audited.findings if not finding.query)
        for result in audited.results:
            card = run.cards.get(result.rule)
            if result.status != "not_met" or card is None:
                continue
            share = 1 - (result.met or 0) / result.items if result.items else 1.0
            lost[card.id] = lost.get(card.id, 0.0) + card.weight * share
            plans[card.id] = plans.get(card.id, 0) + 1
            places[card.id] = places.get(card.id, 0) + found[card.id]
    worst = sorted(lost, key=lambda rule: (-lost[rule], -places[rule], rule))[:most]
    return [Step(run.cards[rule], plans[rule], places[rule]) for rule in worst]


def parent_parts(run: Run, audited: PlanAudit, room: Room) -> dict[str, Any]:
    """Five things to ask for, the faults that weigh most, the others, and what is good."""
    grave = ("critical", "major")
    met = [run.cards[r.rule] for r in audited.results if r.status == "met" and r.rule in run.cards]
    small = Room(min(room.quotes, 4), room.letters, room.item, room.rows)
    return {
        "five": five_things(run, [audited]),
        "first": sections_of(run, audited, small, keep=lambda f: f.severity in grave),
        "then": sections_of(run, audited, small, keep=lambda f: f.severity not in grave),
        "open": sections_of(run, audited, small, query=True),
        "praise": [
            said_plainly(card.praise, card.id, "praise")
            for card in sorted(met, key=lambda c: (-c.weight, c.id))
            if card.praise
        ][:10],
    }

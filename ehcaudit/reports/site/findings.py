"""Findings → what a page shows of them: one fault under one head, with every place it stands in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ehcaudit.model import SEVERITIES, Finding, PlanAudit, RuleCard, Run
from ehcaudit.reports.base import section_label, spoken
from ehcaudit.reports.telling import ORDER, block_text, grouped, in_context, remark, rule_title
from ehcaudit.reports.whose import who_can_fix


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a plan's words a page shows; the first that keeps it small enough to mail is taken."""

    quotes: int
    """Places of one fault."""
    letters: int
    """On either side of quoted words."""
    item: int
    """Of one statement in a table."""
    rows: int
    """Of one table, and boxes of the picture."""


ROOMS = (Room(24, 160, 400, 240), Room(8, 120, 200, 150), Room(3, 90, 120, 80), Room(1, 60, 60, 30))


@dataclass(frozen=True, slots=True)
class Spot:
    """One paragraph with quoted words: where it stands, and its sentence in pieces (words, quoted)."""

    where: str
    pieces: tuple[tuple[str, bool], ...]
    said: str = ""
    """What is said of this place alone."""
    heading: bool = False
    """It is a section's own heading: what is missing is missing under it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule's findings in one section."""

    rule: str
    title: str
    severity: str
    section: str
    often: str
    """ "3 of 5", "2 times", or empty."""
    said: str
    """What is said of all places alike."""
    spots: tuple[Spot, ...]
    more: int
    """Places that are not shown."""
    why: str
    fix: str
    who: str
    sources: str
    sure: str
    """How sure the rule is, where that is not high."""
    number: int = 0

    @property
    def anchor(self) -> str:
        """Its id in the page."""
        return f"{'plan' if not self.section else self.section}-{self.rule.replace('/', '-')}"


@dataclass(frozen=True, slots=True)
class SectionFaults:
    """All faults of one section, gravest first."""

    letter: str
    label: str
    faults: tuple[Fault, ...]


def sections_of(
    run: Run,
    audited: PlanAudit,
    room: Room,
    *,
    query: bool = False,
    order: Sequence[str] = ORDER,
    keep: Callable[[Finding], bool] = bool,
) -> tuple[SectionFaults, ...]:
    """Faults (or questions for a person) that ``keep`` keeps, by section in that order, gravest first in each."""
    findings = [finding for finding in audited.findings if finding.query == query and keep(finding)]
    of_rule = Counter(finding.rule for finding in findings)
    items = {result.rule: result.items or 0 for result in audited.results}
    groups = grouped(findings)
    groups.sort(key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))
    found, number = [], 0
    for letter, rules in groups:
        faults = []
        for rule, group in rules:
            number += 1
            whole = items.get(rule, 0)
            often = ""
            if whole > 1 and of_rule[rule] == len(group) <= whole:
                often = f"{len(group)} of {whole}"
            elif len(group) > 1:
                often = f"{len(group)} times"
            faults.append(_fault(run, audited, letter, rule, group, often, room, number))
        found.append(SectionFaults(letter, section_label(letter), tuple(faults)))
    return tuple(found)


def _fault(
    run: Run,
    audited: PlanAudit,
    letter: str,
    rule: str,
    findings: list[Finding],
    often: str,
    room: Room,
    number: int,
) -> Fault:
    card, first = run.cards.get(rule), findings[0]
    said = [remark(finding) for finding in findings]
    same = len(set(said)) == 1
    spots = [
        spot
        for finding, words in zip(findings[: room.quotes], said, strict=False)
        for spot in spots_of(audited, finding, "" if same else words, room)
    ]
    return Fault(
        rule,
        rule_title(run, rule),
        first.severity,
        letter,
        often,
        said[0] if same else "",
        tuple(spots),
        max(0, len(findings) - room.quotes),
        card.why if card else "",
        first.fix,
        who_can_fix(rule, letter, card),
        cited(card) if card else "",
        "" if first.confidence == "high" else f"{first.confidence} confidence",
        number,
    )


def spots_of(audited: PlanAudit, finding: Finding, said: str, room: Room) -> list[Spot]:
    """The paragraphs a finding quotes, at most three; what is said of it stands with the first."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for part in finding.evidence:
        spans.setdefault(part.block_id, []).append((part.start, part.end))
    plan = audited.plan
    spots: list[Spot] = []
    for block_id, marks in list(spans.items())[:3]:
        where = plan.place(block_id).removeprefix(f"Section {finding.section} › ")
        pieces = in_context(block_text(plan, block_id), marks, room=room.letters)
        heading = block_id < len(plan.document.blocks) and plan.document.blocks[block_id].kind == "heading"
        spots.append(Spot(where, tuple(piece for piece in pieces if piece[0]), "" if spots else said, heading))
    return spots or ([Spot("", (), said)] if said else [])


def cited(card: RuleCard) -> str:
    """What a rule rests on, and when a person last checked it."""
    days = {source.checked for source in card.sources}
    once = days.pop() if len(days) == 1 else None
    words = "; ".join(
        s.cite + (f" (checked {spoken(s.checked)})" if s.checked and not once else "") for s in card.sources
    )
    words += f" (checked {spoken(once)})" if once else ""
    return f"Good practice: {words}" if card.basis == "practice" else words


# ---------------------------------------------------------------- in the order of the document


@dataclass(frozen=True, slots=True)
class Change:
    """One paragraph to change (or something to put in): its sentence, and what is to be done to it."""

    where: str
    pieces: tuple[tuple[str, bool], ...]
    faults: tuple[Fault, ...]
    more: int = 0
    """Faults of the paragraph that are not shown."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One section's changes."""

    label: str
    changes: tuple[Change, ...]
    more: int
    """Paragraphs that are not shown."""


def changes_of(run: Run, audited: PlanAudit, room: Room) -> tuple[Chapter, ...]:
    """Each section's paragraphs with faults, as a person meets them going down the document.

    What is missing has no paragraph; it stands at the head of its section.
    """
    findings = [finding for finding in audited.findings if not finding.query]
    missing = [finding for finding in findings if not finding.evidence]
    by_block: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.evidence:
            by_block.setdefault(finding.evidence[0].block_id, []).append(finding)
    plan = audited.plan
    chapters: dict[str, list[Change]] = {}
    for finding in sorted(missing, key=lambda f: ORDER.index(f.section) if f.section in ORDER else len(ORDER)):
        chapters.setdefault(finding.section, []).append(Change("", (), (_one(run, audited, finding, room),)))
    for block_id, group in by_block.items():
        letter = plan.section_of.get(block_id, group[0].section)
        spans = [(e.start, e.end) for f in group for e in f.evidence if e.block_id == block_id]
        pieces = tuple(p for p in in_context(block_text(plan, block_id), spans, room=room.letters) if p[0])
        where = plan.place(block_id).removeprefix(f"Section {letter} › ")
        group.sort(key=lambda f: SEVERITIES.index(f.severity))
        faults = tuple(_one(run, audited, finding, room) for finding in group[: room.quotes])
        chapters.setdefault(letter, []).append(Change(where, pieces, faults, len(group) - len(faults)))
    return tuple(
        Chapter(section_label(letter), tuple(chapters[letter][: room.rows]), max(0, len(chapters[letter]) - room.rows))
        for letter in plan_letters(audited)
        if letter in chapters
    )


def plan_letters(audited: PlanAudit) -> list[str]:
    """Section letters as their first paragraphs follow one another in the file; those that are not there come last."""
    first: dict[str, int] = {}
    for block_id, letter in sorted(audited.plan.section_of.items()):
        first.setdefault(letter, block_id)
    return ["", *sorted(first, key=first.__getitem__), *(letter for letter in ORDER if letter and letter not in first)]


def _one(run: Run, audited: PlanAudit, finding: Finding, room: Room) -> Fault:
    return _fault(run, audited, finding.section, finding.rule, [finding], "", room, 0)

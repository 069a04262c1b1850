"""Run → the same Run without the words, names and exact dates of its plans, for whatever leaves the building.

Every report is then a picture of the redacted Run. Scores, statuses, severities, places by number ("table 2 › row 3")
and item ids stay; a finding says its rule's title in place of its message, and its evidence is empty words at the
right paragraph, so that the order of the document holds.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from ehcaudit.model import (
    Advice,
    Block,
    Document,
    Evidence,
    Facts,
    Failure,
    Finding,
    Item,
    Plan,
    PlanAudit,
    Result,
    RuleCard,
    Run,
    Section,
    Summary,
)
from ehcaudit.reports.base import FEW, ReportOptions
from ehcaudit.shelf import Audits

if TYPE_CHECKING:
    from ehcaudit.caseload import Trace

_NO_MARK = "0" * 16
"""In the place of a fingerprint: a hash of the words could be tried against a list of likely sentences."""

NOT_SHOWN = "not shown"
_WAIVER = re.compile(r"(waiver (?:expired|not needed))\b")
_PLANS = re.compile(r"(\d+) (of \d+ plans) (\w+)")
_SHARE = re.compile(r"([\d.]+) % of plans")
_COUNTED = re.compile(r"\b(\d+) (plans? of it) (?:was|were)\b")


def redacted(run: Run, smallest: int = FEW) -> Run:
    """The Run with aliases for plans ("Plan 07") and nothing in it that a plan or a file's name says.

    An alias is stable within the run: its number comes from a keyed hash whose key is all files of the run together,
    so that nobody who holds one plan can tell which number it was given. Nothing else has the order of the files
    either. Plans are redacted each time they are asked for, so that no more than one of them is in memory. Redacting
    twice changes nothing.
    """
    if isinstance(run.plans, Redacted):
        return run
    plans = Redacted(run)
    return replace(
        run,
        plans=plans,
        failures=tuple(
            Failure(f"File {number}", failure.error, f"A file could not be audited ({failure.error}).")
            for number, failure in enumerate(sorted(run.failures, key=lambda f: f.error), 1)
        ),
        suppressed=_suppressed(run),
        skipped=tuple(f"File {number}" for number, _ in enumerate(run.skipped, len(run.failures) + 1)),
        gate=_gate(run.gate, len(plans), smallest),
        notes=_notes(run.notes, smallest),
    )


class Redacted(Audits):
    """The plans of a run in the order of their aliases, each redacted as it is asked for."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run, self._summaries = run, run.summaries
        marks = [(one.sha256 + one.path).encode("utf-8", "surrogatepass") for one in self._summaries]
        key = hashlib.sha256(b"".join(sorted(marks))).digest()
        marks = [hmac.digest(key, mark, "sha256") for mark in marks]
        self._order = array("I", sorted(range(len(marks)), key=marks.__getitem__))
        width = len(str(len(marks)))
        self.paths = [f"Plan {number:0{width}}" for number in range(1, len(marks) + 1)]

    def whole(self, number: int) -> PlanAudit:
        """One audit."""
        return _plan(self._run.plans[self._order[number]], self.paths[number], self._run)

    def summary(self, number: int) -> Summary:
        """One audit's summary."""
        summary = self._summaries[self._order[number]]
        faults = tuple(fault._replace(fingerprint=_NO_MARK) for fault in summary.findings)
        return replace(summary, path=self.paths[number], sha256="", findings=faults)

    def trace(self, number: int) -> Trace:
        """What a caseload compares of one, so that it counts as it does of the run itself: versions of one plan are one
        child. Its words are compared and not shown, and what tells a child stands in no report."""
        from ehcaudit.caseload import trace

        plans, place = self._run.plans, self._order[number]
        kept = plans.trace(place) if isinstance(plans, Audits) else trace(plans[place])
        return replace(kept, path=self.paths[number], quiet=True)


def few(counts: Sequence[int], smallest: int = FEW) -> list[int | None]:
    """Counts of children that may be shown; None stands for fewer than ``smallest``, but not none, and for one more
    where the others and the total would betray it.

    The counts belong to one total that is shown as well, such as the plans of each grade.
    """
    hidden = {place for place, number in enumerate(counts) if 0 < number < smallest}
    rest = sorted(((number, place) for place, number in enumerate(counts) if number >= smallest), reverse=True)
    while hidden and rest and _betrayed([counts[place] for place in hidden], smallest):
        hidden.add(rest.pop()[1])
    return [None if place in hidden else number for place, number in enumerate(counts)]


def _betrayed(hidden: Sequence[int], smallest: int) -> bool:
    """Whether each of these can be told from their sum, or the sum is small itself."""
    number, total = len(hidden), sum(hidden)
    if number == 1 or total < smallest:
        return True
    # All of them are the least or the most that they may be.
    return max(hidden) < smallest and total in (number, number * (smallest - 1))


def hidden_word(counts: Sequence[int], smallest: int = FEW) -> str:
    """What a table says in the place of those of its counts that ``few`` hides: for one that is not small, "under 5"
    would be false, and would betray the others."""
    hidden = [number for number, shown in zip(counts, few(counts, smallest), strict=True) if shown is None]
    return under(smallest) if all(number < smallest for number in hidden) else NOT_SHOWN


def under(smallest: int) -> str:
    """What stands in the place of a small number."""
    return f"under {smallest}"


def told(counts: Sequence[int], smallest: int, *, redact: bool) -> list[int | str]:
    """Counts that are parts of one total, as a report may show them."""
    if not redact:
        return list(counts)
    word = hidden_word(counts, smallest)
    return [word if number is None else number for number in few(counts, smallest)]


def counted(plans: int, total: int, places: int, options: ReportOptions) -> tuple[str, str]:
    """In how many plans, and how often, a fault stands. How often goes with a small number: one place is one plan's."""
    if options.redact and 0 < plans < options.smallest:
        return under(options.smallest), "–"
    return f"{plans} of {total}", str(places)


def _gate(reason: str, plans: int, smallest: int) -> str:
    def counted(found: re.Match[str]) -> str:
        if not 0 < int(found[1]) < smallest:
            return found[0]
        return f"{under(smallest)} {found[2]} {({'has': 'have', 'scores': 'score'}).get(found[3], found[3])}"

    def part(found: re.Match[str]) -> str:
        number = round(float(found[1]) * plans / 100)
        return f"{under(smallest)} of the plans" if 0 < number < smallest else found[0]

    return _SHARE.sub(part, _PLANS.sub(counted, reason))


def _notes(notes: Iterable[str], smallest: int) -> tuple[str, ...]:
    """Waivers name a plan's file, and say why; they are counted."""
    waivers = Counter(found[1] for note in notes if (found := _WAIVER.match(note)))
    others = [note for note in notes if not _WAIVER.match(note)]
    shown = [
        _COUNTED.sub(
            lambda found: f"{under(smallest)} plans of it were" if int(found[1]) < smallest else found[0], note
        )
        for note in others
    ]
    return (*(f"{what}: {number}" for what, number in waivers.items()), *shown)


def _suppressed(run: Run) -> Sequence[Finding]:
    """What is suppressed, without its place and in an order that is not the files'; alike ones are one in memory."""
    counts: Counter[Finding] = Counter(replace(_finding(one, run), evidence=(), item="") for one in run.suppressed)
    distinct = sorted(counts, key=lambda f: (f.rule, f.section, f.severity, f.confidence, f.query))
    return tuple(finding for finding in distinct for _ in range(counts[finding]))


def _plan(audited: PlanAudit, alias: str, run: Run) -> PlanAudit:
    plan, name = audited.plan, audited.plan.facts.name
    # Whole days go, and what lies between two dates stays: all are moved so that the plan's own is a first of a month.
    known = plan.facts.plan_date or plan.facts.review_date
    back = timedelta(days=known.day - 1 if known else 0)
    bare = Plan(
        document=_document(plan.document, alias),
        sections={letter: _section(section) for letter, section in plan.sections.items()},
        items=tuple(_item(item) for item in plan.items),
        advice=tuple(_advice(entry, back) for entry in plan.advice),
        threads=plan.threads,
        facts=Facts(
            plan.facts.status,
            _moved(plan.facts.plan_date, back),
            _moved(plan.facts.review_date, back),
        ),
        unplaced=plan.unplaced,
        front=plan.front,
        warnings=plan.warnings,
        section_of=plan.section_of,
        area_of=plan.area_of,
        partial=plan.partial,
    )
    results = tuple(_result(result, name, run) for result in audited.results)
    return replace(audited, path=alias, sha256="", plan=bare, results=results, wording={})


def _moved(day: date | None, back: timedelta) -> date | None:
    return day - back if day else None


def _document(document: Document, alias: str) -> Document:
    return replace(
        document,
        path=alias,
        sha256="",
        blocks=_blocks(document.blocks),
        margins=_blocks(document.margins),
        apart=tuple(replace(kept, text="", path="", author="", when="") for kept in document.apart),
        properties={},
    )


def _blocks(blocks: Iterable[Block]) -> tuple[Block, ...]:
    return tuple(replace(block, text="", label="", marks=(), anchor=None) for block in blocks)


def _section(section: Section) -> Section:
    return replace(section, title="")


def _words(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(Evidence(part.block_id, 0, 0, "") for part in evidence)


def _item(item: Item) -> Item:
    return replace(item, evidence=_words(item.evidence), attached={})


def _advice(entry: Advice, back: timedelta) -> Advice:
    return replace(
        entry,
        author="",
        title="",
        date=_moved(entry.date, back),
        received=_moved(entry.received, back),
        evidence=_words(entry.evidence),
    )


def _result(result: Result, name: str, run: Run) -> Result:
    told = "“" in result.reason or (name and name.casefold() in result.reason.casefold())
    return replace(
        result,
        reason="The reason quotes the plan and is left out." if told else result.reason,
        findings=tuple(_finding(finding, run) for finding in result.findings),
    )


def _finding(finding: Finding, run: Run) -> Finding:
    card: RuleCard | None = run.cards.get(finding.rule)
    return replace(
        finding,
        message=f"{card.title}." if card else "The rule is not met.",
        fix=card.fix.replace("{section}", finding.section or "concerned") if card else "",
        evidence=_words(finding.evidence),
        fingerprint=_NO_MARK,
    )

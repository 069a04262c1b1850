"""Run → the same Run without the words, names and exact dates of its plans, for whatever leaves the building.

Every report is then a picture of the redacted Run. Scores, statuses, severities, places by number ("table 2 › row 3")
and item ids stay; a finding says its rule's title in place of its message, and its evidence is empty words at the
right paragraph, so that the order of the document holds.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

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
)

FEW = 5
"""Fewer children than this are not counted out (the Office for National Statistics' usual threshold for health and
school statistics)."""


def redacted(run: Run) -> Run:
    """The Run with aliases for plans ("Plan 07") and nothing in it that a plan or a file's name says.

    An alias is stable within the run: its number comes from a keyed hash whose key is all files of the run together,
    so that nobody who holds one plan can tell which number it was given. Redacting twice changes nothing.
    """
    key = hashlib.sha256(
        "".join(sorted(p.sha256 + p.path for p in run.plans)).encode("utf-8", "surrogatepass")
    ).digest()
    done = all(not plan.sha256 for plan in run.plans)
    order = [p.path for p in run.plans] if done else [_keyed(key, p.sha256 + p.path) for p in run.plans]
    width = len(str(len(order)))
    alias = {
        place: f"Plan {number:0{width}}"
        for number, place in enumerate(sorted(range(len(order)), key=order.__getitem__), 1)
    }
    plans = sorted((_plan(p, alias[i], run) for i, p in enumerate(run.plans)), key=lambda p: p.path)
    return replace(
        run,
        plans=tuple(plans),
        failures=tuple(
            Failure(f"File {number}", failure.error, f"A file could not be audited ({failure.error}).")
            for number, failure in enumerate(sorted(run.failures, key=lambda f: f.error), 1)
        ),
        suppressed=tuple(_finding(finding, run) for finding in run.suppressed),
        skipped=tuple(f"File {number}" for number, _ in enumerate(run.skipped, len(run.failures) + 1)),
    )


def few(counts: Sequence[int]) -> list[int | None]:
    """Counts of children that may be shown; None stands for 1 to 4, and for one more where a total would betray it.

    The counts belong to one total that is shown as well, such as the plans of each grade.
    """
    shown: list[int | None] = [None if 0 < number < FEW else number for number in counts]
    if shown.count(None) == 1:
        rest = [(number, place) for place, number in enumerate(counts) if number >= FEW]
        if rest:
            shown[min(rest)[1]] = None
    return shown


def _keyed(key: bytes, words: str) -> str:
    return hmac.new(key, words.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


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
        # A hash of the words could be tried against a list of likely sentences.
        fingerprint="0" * 16,
    )

"""Run → CSV, a row for each plan, finding, question and failure; for spreadsheets and statistics packages.

``record`` says what a row is: ``plan`` (its score; one for each plan, with or without findings), ``finding``,
``question`` (a person must decide), ``not assessed``, ``failure`` (a file that could not be audited) or ``suppressed``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ehcaudit.model import Finding, Plan, PlanAudit, Run
from ehcaudit.reports.base import ReportOptions
from ehcaudit.reports.tabular import Cell, csv_lines

SUFFIX = ".csv"
COLUMNS = (
    "record",
    "plan",
    "status",
    "score",
    "grade",
    "coverage",
    "rule",
    "theme",
    "section",
    "severity",
    "confidence",
    "basis",
    "place",
    "quote",
    "message",
    "fix",
    "fingerprint",
)


def render(run: Run, options: ReportOptions) -> bytes:
    """The whole table."""
    return b"".join(csv_lines(COLUMNS, _rows(run)))


def write_file(run: Run, path: Path, options: ReportOptions) -> None:
    """The same, a row at a time."""
    with path.open("wb") as file:
        file.writelines(csv_lines(COLUMNS, _rows(run)))


def _rows(run: Run) -> Iterator[Sequence[Cell]]:
    for audited in run.plans:
        yield from _plan_rows(run, audited)
    for failure in run.failures:
        yield _row(record="failure", plan=failure.path, rule=failure.error, message=failure.message)
    for finding in run.suppressed:
        yield _row(record="suppressed", **_said(run, finding, None))


def _plan_rows(run: Run, audited: PlanAudit) -> Iterator[Sequence[Cell]]:
    card = audited.scorecard
    common: dict[str, Cell] = {
        "plan": audited.path,
        "status": audited.plan.facts.status,
        "score": None if card.percent is None else round(card.percent, 1),
        "grade": card.grade or "",
        "coverage": round(card.coverage, 3),
    }
    yield _row(record="plan", **common)
    for finding in audited.findings:
        record = "question" if finding.query else "finding"
        yield _row(record=record, **common, **_said(run, finding, audited.plan))
    for result in sorted(audited.results, key=lambda result: result.rule):
        if result.status == "not_assessed":
            theme = run.cards[result.rule].theme if result.rule in run.cards else ""
            yield _row(record="not assessed", **common, rule=result.rule, theme=theme, message=result.reason)


def _said(run: Run, finding: Finding, plan: Plan | None) -> dict[str, Cell]:
    places = dict.fromkeys(plan.place(part.block_id) for part in finding.evidence) if plan else {}
    return {
        "rule": finding.rule,
        "theme": run.cards[finding.rule].theme if finding.rule in run.cards else "",
        "section": finding.section,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "basis": finding.basis,
        "place": "; ".join(places),
        "quote": " … ".join(part.quote for part in finding.evidence),
        "message": finding.message,
        "fix": finding.fix,
        "fingerprint": finding.fingerprint,
    }


def _row(**cells: Cell) -> Sequence[Cell]:
    return tuple(cells.get(column, "") for column in COLUMNS)

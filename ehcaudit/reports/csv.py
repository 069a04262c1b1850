"""Run → CSV, a row for each plan, finding, question and failure; for spreadsheets and statistics packages.

``record`` says what a row is: ``plan`` (its score; one for each plan, with or without findings), ``finding``,
``question`` (a person must decide), ``not assessed``, ``failure`` (a file that could not be audited) or ``suppressed``.
As a folder it is one file a table, joined by ``plan``, ``rule`` and ``item``, for business-intelligence tools.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import BinaryIO

from ehcaudit.model import Finding, Plan, PlanAudit, Run
from ehcaudit.reports.base import ReportOptions
from ehcaudit.reports.columns import PARTS
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

TABLES: dict[str, tuple[str, ...]] = {
    "plans": ("plan", "status", "plan_date", "review_date", "score", "grade", "coverage", "outcomes", "provisions"),
    "scores": ("plan", "part", "name", "score", "coverage"),
    "results": ("plan", "rule", "status", "met", "items", "reason"),
    "findings": ("plan", "record", *COLUMNS[COLUMNS.index("rule") :], "item"),
    "rules": ("rule", "title", "theme", "severity", "confidence", "basis", "weight", "sources"),
    "failures": ("plan", "error", "message"),
    "suppressed": tuple(column for column in COLUMNS[COLUMNS.index("rule") :] if column != "place"),
    "statements": ("plan", "item", "kind", "section", "area", "words", "verdict", "wording", "sort", "faults"),
    "parts": ("plan", "item", "part", "words"),
    "advice": ("plan", "role", "dated", "received", "appended"),
}
"""The files of a folder, ``NAME.csv``, and their columns."""


def render(run: Run, options: ReportOptions) -> bytes:
    """The whole table."""
    return b"".join(csv_lines(COLUMNS, _rows(run)))


def write_file(run: Run, path: Path, options: ReportOptions) -> None:
    """The same, a row at a time."""
    with path.open("wb") as file:
        file.writelines(csv_lines(COLUMNS, _rows(run)))


def write_folder(run: Run, folder: Path, options: ReportOptions) -> None:
    """A file for each of ``TABLES``, with the byte order mark by which Excel knows UTF-8; one pass over the plans."""
    with ExitStack() as stack:
        tables = {name: _Table(stack.enter_context((folder / f"{name}.csv").open("wb")), name) for name in TABLES}
        for audited in run.plans:
            _fill(run, audited, tables)
        for card in sorted(run.cards.values(), key=lambda card: card.id):
            cells = (card.id, card.title, card.theme, card.severity, card.confidence, card.basis, card.weight)
            tables["rules"].add(*cells, "; ".join(source.cite for source in card.sources))
        for failure in run.failures:
            tables["failures"].add(failure.path, failure.error, failure.message)
        for finding in run.suppressed:
            tables["suppressed"].take(_said(run, finding, None))


class _Table:
    """One file, a row at a time."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file, self._columns = file, TABLES[name]
        file.write(codecs.BOM_UTF8)
        self.add(*self._columns)

    def add(self, *cells: Cell) -> None:
        """A row with these cells."""
        (line,) = csv_lines(cells, ())
        self._file.write(line)

    def take(self, cells: Mapping[str, Cell]) -> None:
        """A row with what these cells have for its columns."""
        self.add(*(cells.get(column, "") for column in self._columns))


def _fill(run: Run, audited: PlanAudit, tables: Mapping[str, _Table]) -> None:
    path, card, plan = audited.path, audited.scorecard, audited.plan
    days = (plan.facts.plan_date, plan.facts.review_date)
    tables["plans"].add(
        path,
        plan.facts.status,
        *map(_day, days),
        _tenth(card.percent),
        card.grade or "",
        round(card.coverage, 3),
        len(plan.of("outcome")),
        len(plan.of("provision")),
    )
    for part, scores in (("theme", card.themes), ("section", card.sections)):
        for name, score in scores.items():
            tables["scores"].add(path, part, name, _tenth(score.percent), round(score.coverage, 3))
    for result in audited.results:
        tables["results"].add(path, result.rule, result.status, result.met, result.items, result.reason)
    for finding in audited.findings:
        record = "question" if finding.query else "finding"
        head = {"plan": path, "record": record, "item": finding.item}
        tables["findings"].take({**head, **_said(run, finding, plan)})
    _statements(audited, tables)
    for entry in plan.advice:
        appended = {True: "yes", False: "no", None: ""}[entry.appended]
        tables["advice"].add(path, entry.role, _day(entry.date), _day(entry.received), appended)


def _statements(audited: PlanAudit, tables: Mapping[str, _Table]) -> None:
    """Each outcome and provision, and each part of it; one that is missing has no words. Redacted, none has any."""
    path = audited.path
    for item in audited.plan.items:
        if item.kind not in PARTS or item.none_stated:
            continue
        said = audited.wording.get(item.id)
        judged = (said.verdict, said.score, said.sort, "; ".join(said.faults)) if said else ("", None, "", "")
        tables["statements"].add(path, item.id, item.kind, item.section, item.area, item.text, *judged)
        for part in PARTS[item.kind] if said else ():
            tables["parts"].add(path, item.id, part, said.parts.get(part, "") if said else "")


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _tenth(percent: float | None) -> float | None:
    return None if percent is None else round(percent, 1)


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
        "score": _tenth(card.percent),
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

"""Run → SARIF 2.1.0 (OASIS), for code hosts and dashboards that gather findings.

A plan is an artifact. A fault is a result of kind ``fail``; what a person must decide is ``review`` and what could not
be assessed is ``open``, both without a level, so that they fail nothing. No line numbers are made up: a place is a
logical location ("Section F › table 2 › row 3"). A file that could not be audited is a result and a notification.
What is suppressed is a result with ``suppressions``, which a code host does not show as an alert.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from ehcaudit.gates import owned
from ehcaudit.model import Finding, PlanAudit, RuleCard, Run
from ehcaudit.reports.base import ReportOptions, escaped

SUFFIX = ".sarif"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"critical": "error", "major": "error", "minor": "warning", "advice": "note"}
_NOT_AUDITED = "input/not-audited"
_SUPPRESSED = "Waived, or known from the baseline."


def render(run: Run, options: ReportOptions) -> bytes:
    """One log with one run."""
    return b"".join(_pieces(run))


def write_file(run: Run, path: Path, options: ReportOptions) -> None:
    """The same, plan by plan."""
    with path.open("wb") as file:
        file.writelines(_pieces(run))


def _pieces(run: Run) -> Iterator[bytes]:
    cards = sorted(run.cards.values(), key=lambda card: card.id)
    places = {card.id: number for number, card in enumerate(cards)}
    frame: dict[str, Callable[[], Iterator[bytes]] | Any] = {
        "tool": {"driver": _driver(run, cards)},
        "automationDetails": {"id": f"ehcaudit/{run.as_of.isoformat()}"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(run)],
        "properties": {
            "verdict": run.verdict,
            "gate": run.gate,
            "asOf": run.as_of.isoformat(),
            "rules": run.rules_hash,
            "suppressed": len(run.suppressed),
        },
    }
    yield _text({"$schema": SCHEMA, "version": "2.1.0"}).removesuffix(b"}") + b',"runs":[' + _text(frame)[:-1]
    yield b',"artifacts":['
    yield from _joined(_artifact(audited) for audited in run.summaries)
    yield b'],"results":['
    yield from _joined(_results(run, places))
    yield b"]}]}\n"


def _joined(entries: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    for number, entry in enumerate(entries):
        yield (b",\n" if number else b"\n") + _text(entry)


def _text(value: object) -> bytes:
    return escaped(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _driver(run: Run, cards: Iterable[RuleCard]) -> dict[str, Any]:
    errors = sorted({failure.error for failure in run.failures})
    return {
        "name": "ehcaudit",
        "version": run.version,
        "rules": [*(_rule(card) for card in cards), *([_not_audited()] if errors else [])],
        "notifications": [{"id": error} for error in errors],
    }


def _rule(card: RuleCard) -> dict[str, Any]:
    sources = "; ".join(source.cite for source in card.sources)
    level = _LEVELS[card.severity]
    return {
        "id": card.id,
        "shortDescription": {"text": card.title},
        "fullDescription": {"text": card.why},
        "help": {"text": f"{card.why}\n\nHow to mend it: {card.fix}\n\nSources: {sources}"},
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": [card.theme, card.basis],
            "severity": card.severity,
            "precision": card.confidence,
            "problem.severity": {"note": "recommendation"}.get(level, level),
        },
    }


def _not_audited() -> dict[str, Any]:
    return {
        "id": _NOT_AUDITED,
        "shortDescription": {"text": "A file could not be audited"},
        "fullDescription": {"text": "What was not audited is not a pass: the run is incomplete."},
        "help": {"text": "The message says what is wrong with the file. Mend or replace it, and run the audit again."},
        "defaultConfiguration": {"level": "error"},
    }


def _invocation(run: Run) -> dict[str, Any]:
    notifications = [
        {
            "descriptor": {"id": failure.error},
            "level": "error",
            "message": {"text": failure.message},
            "locations": [_location(failure.path)],
        }
        for failure in run.failures
    ]
    notifications += [{"level": "note", "message": {"text": note}} for note in run.notes]
    return {"executionSuccessful": not run.failures, "toolExecutionNotifications": notifications}


def _artifact(audited: Any) -> dict[str, Any]:
    card = audited.scorecard
    entry: dict[str, Any] = {"location": {"uri": uri(audited.path)}}
    if audited.sha256:
        entry["hashes"] = {"sha-256": audited.sha256}
    entry["properties"] = {
        "status": audited.status,
        "score": None if card.percent is None else round(card.percent, 1),
        "grade": card.grade,
        "coverage": round(card.coverage, 2),
    }
    return entry


def _results(run: Run, places: dict[str, int]) -> Iterator[dict[str, Any]]:
    apart = ((owner, finding) for owner, finding in owned(run) if owner is not None)
    waiting = next(apart, None)
    for number, audited in enumerate(run.plans):
        turns: Counter[str] = Counter()
        for finding in audited.findings:
            turns[finding.fingerprint] += 1
            yield _result(finding, audited, number, places, turns[finding.fingerprint])
        while waiting and waiting[0] == number:
            finding = waiting[1]
            turns[finding.fingerprint] += 1
            entry = _result(finding, audited, number, places, turns[finding.fingerprint])
            yield {**entry, "suppressions": [{"kind": "external", "justification": _SUPPRESSED}]}
            waiting = next(apart, None)
        for result in audited.results:
            if result.status == "not_assessed":
                yield {
                    **_of(result.rule, places),
                    "kind": "open",
                    "level": "none",
                    "message": {"text": result.reason or "Not assessed."},
                    "locations": [_location(audited.path, number)],
                    "partialFingerprints": _mark(result.rule, audited.path),
                }
    for failure in run.failures:
        yield {
            "ruleId": _NOT_AUDITED,
            "ruleIndex": len(places),
            "kind": "fail",
            "level": "error",
            "message": {"text": failure.message},
            "locations": [_location(failure.path)],
            "partialFingerprints": _mark(_NOT_AUDITED, failure.path),
            "properties": {"error": failure.error},
        }


def _result(finding: Finding, audited: PlanAudit, number: int, places: dict[str, int], turn: int) -> dict[str, Any]:
    where = dict.fromkeys(audited.plan.place(part.block_id) for part in finding.evidence)
    if not where and finding.section:
        where = {f"Section {finding.section}": None}
    location = _location(audited.path, number)
    if where:
        location["logicalLocations"] = [{"fullyQualifiedName": place} for place in where]
    return {
        **_of(finding.rule, places),
        "kind": "review" if finding.query else "fail",
        "level": "none" if finding.query else _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [location],
        # The second is the one that GitHub looks at; without it, it takes two findings of a rule in a plan for one.
        "partialFingerprints": {
            "ehcaudit/v1": finding.fingerprint,
            "primaryLocationLineHash": f"{finding.fingerprint}:{turn}",
        },
        "properties": {
            "section": finding.section,
            "severity": finding.severity,
            "confidence": finding.confidence,
            "basis": finding.basis,
            "fix": finding.fix,
            "quotes": [part.quote for part in finding.evidence],
        },
    }


def _mark(rule: str, path: str) -> dict[str, str]:
    """What tells a result that quotes nothing from all others: without it a code host cannot follow it over runs."""
    mark = hashlib.sha256(f"{rule}\0{uri(path)}".encode()).hexdigest()[:16]
    return {"ehcaudit/v1": mark, "primaryLocationLineHash": f"{mark}:1"}


def _of(rule: str, places: dict[str, int]) -> dict[str, Any]:
    return {"ruleId": rule, "ruleIndex": places[rule]} if rule in places else {"ruleId": rule}


def _location(path: str, index: int | None = None) -> dict[str, Any]:
    place: dict[str, Any] = {"uri": uri(path)}
    if index is not None:
        place["index"] = index
    return {"physicalLocation": {"artifactLocation": place}}


def uri(path: str) -> str:
    """A path as a URI: absolute ones from the root, others as they are, whatever characters they hold."""
    given = PurePath(path)
    if given.is_absolute():
        return Path(path).as_uri()
    return quote(given.as_posix().encode("utf-8", "surrogateescape"))

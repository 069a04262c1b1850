"""Run → JUnit XML, for build servers: a suite for each plan, a test for each rule that applies to it.

A rule that is not met is a failure of the type of its severity. What a person must decide, what could not be assessed
and what is suppressed is skipped, with the reason. Files that could not be audited are errors of a suite of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from ehcaudit.model import Plan, PlanAudit, Result, Run
from ehcaudit.reports.base import ReportOptions, bare

SUFFIX = ".xml"


def render(run: Run, options: ReportOptions) -> bytes:
    """One document."""
    return b"".join(_pieces(run))


def write_file(run: Run, path: Path, options: ReportOptions) -> None:
    """The same, plan by plan."""
    with path.open("wb") as file:
        file.writelines(_pieces(run))


def _pieces(run: Run) -> Iterator[bytes]:
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="ehcaudit">\n'
    yield _input_suite(run)
    for audited in run.plans:
        yield _suite(run, audited)
    yield b"</testsuites>\n"


def _input_suite(run: Run) -> bytes:
    cases = [
        _case("input", failure.path, _element("error", failure.message, type=failure.error, message=failure.message))
        for failure in run.failures
    ]
    properties = {
        "verdict": run.verdict,
        "gate": run.gate,
        "as_of": run.as_of.isoformat(),
        "version": run.version,
        "rules": run.rules_hash,
        "plans": str(len(run.plans)),
        "suppressed": str(len(run.suppressed)),
        **{f"note {number}": note for number, note in enumerate(run.notes, 1)},
    }
    return _written(run, "Input", properties, cases, errors=len(cases))


def _suite(run: Run, audited: PlanAudit) -> bytes:
    card = audited.scorecard
    properties = {
        "sha256": audited.sha256,
        "status": audited.plan.facts.status,
        "score": "" if card.percent is None else f"{card.percent:.1f}",
        "grade": card.grade or "",
        "coverage": f"{card.coverage:.2f}",
    }
    failed = skipped = 0
    cases: list[str] = []
    for result in audited.results:
        if result.status == "not_applicable":
            continue
        inner = _said(run, result, audited.plan)
        failed += inner.startswith("<failure")
        skipped += inner.startswith("<skipped")
        theme, _, name = result.rule.partition("/")
        cases.append(_case(theme, name or result.rule, inner))
    return _written(run, audited.path, properties, cases, failures=failed, skipped=skipped)


def _said(run: Run, result: Result, plan: Plan) -> str:
    if result.status == "met":
        return ""
    lines = [_line(result, number, plan) for number in range(len(result.findings))]
    if result.status == "query":
        return _element(
            "skipped", "\n".join(["A person must decide.", *([result.reason] if result.reason else []), *lines])
        )
    if result.status == "not_assessed":
        return _element("skipped", f"Not assessed: {result.reason}")
    if not lines and len(run.suppressed):
        return _element("skipped", "Suppressed: waived, or known from the baseline.")
    card = run.cards.get(result.rule)
    return _element(
        "failure", "\n".join(lines), type=card.severity if card else "", message=card.title if card else result.rule
    )


def _line(result: Result, number: int, plan: Plan) -> str:
    finding = result.findings[number]
    places = dict.fromkeys(plan.place(part.block_id) for part in finding.evidence)
    where = "; ".join(places) or (f"Section {finding.section}" if finding.section else "The plan as a whole")
    return f"{where}: {finding.message} {finding.fix} [{finding.fingerprint}]"


def _case(classname: str, name: str, inner: str) -> str:
    head = f"<testcase classname={_attribute(classname)} name={_attribute(name)} time={_attribute('0')}"
    return f"{head}>{inner}</testcase>\n" if inner else f"{head}/>\n"


def _element(tag: str, words: str, **attributes: str) -> str:
    given = "".join(f" {name}={_attribute(value)}" for name, value in attributes.items())
    return f"<{tag}{given}>{escape(chr(10).join(bare(line) for line in words.splitlines()))}</{tag}>"


def _written(run: Run, name: str, properties: dict[str, str], cases: Iterable[str], **counts: int) -> bytes:
    listed = list(cases)
    attributes = {
        "name": name,
        "tests": str(len(listed)),
        "failures": str(counts.get("failures", 0)),
        "errors": str(counts.get("errors", 0)),
        "skipped": str(counts.get("skipped", 0)),
        "time": "0",
        "timestamp": f"{run.as_of.isoformat()}T00:00:00",  # The day that was asked about: a report holds no clock.
    }
    head = "".join(f" {key}={_attribute(value)}" for key, value in attributes.items())
    inner = "".join(f"<property name={_attribute(k)} value={_attribute(v)}/>\n" for k, v in properties.items())
    return f"<testsuite{head}>\n<properties>\n{inner}</properties>\n{''.join(listed)}</testsuite>\n".encode()


def _attribute(value: str) -> str:
    return quoteattr(bare(value))

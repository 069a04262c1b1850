"""Run → JSON, an object a line: the run, each plan, each failure, each suppressed finding; for streams and queries.

The objects are those of the wire contract, with ``record`` before them: ``run``, ``plan``, ``failure``, ``suppressed``.
A suppressed finding names its plan, and the run has its notes: waivers that expired or fit nothing, and the like.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ehcaudit.gates import owned
from ehcaudit.model import Run
from ehcaudit.reports.base import ReportOptions, escaped

SUFFIX = ".jsonl"


def render(run: Run, options: ReportOptions) -> bytes:
    """All lines."""
    return b"".join(_lines(run))


def write_file(run: Run, path: Path, options: ReportOptions) -> None:
    """The same, a line at a time."""
    with path.open("wb") as file:
        file.writelines(_lines(run))


def _lines(run: Run) -> Iterator[bytes]:
    from ehcaudit.reports.wire import finding_entry, plan_entry

    yield _line(
        "run",
        {
            "schema": "ehcaudit.lines/1",
            "tool": {"version": run.version, "rules": run.rules_hash},
            "as_of": run.as_of.isoformat(),
            "verdict": run.verdict,
            "gate": run.gate,
            "plans": len(run.plans),
            "failures": len(run.failures),
            "suppressed": len(run.suppressed),
            "notes": list(run.notes),
        },
    )
    for audited in run.plans:
        yield _line("plan", plan_entry(audited).model_dump())
    for failure in run.failures:
        yield _line("failure", {"path": failure.path, "error": failure.error, "message": failure.message})
    summaries = run.summaries
    for number, finding in owned(run):
        plan = None if number is None else summaries[number].path
        yield _line("suppressed", {"plan": plan, **finding_entry(finding, None).model_dump()})


def _line(record: str, value: dict[str, Any]) -> bytes:
    return escaped(json.dumps({"record": record, **value}, ensure_ascii=False) + "\n")

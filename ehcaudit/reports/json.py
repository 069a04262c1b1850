"""Run → the JSON of the wire contract ``ehcaudit.run/1``: its keys in the contract's order, no clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

from ehcaudit.model import Plan, Run
from ehcaudit.reports.base import ReportOptions, escaped

SUFFIX = ".json"


def render(run: Run, options: ReportOptions) -> bytes:
    """One object, indented, ending in a line break; it looks the same whatever the options."""
    return b"".join(_pieces(run))


def write_file(run: Run, path: Path, options: ReportOptions) -> None:
    """The same, plan by plan, so that a caseload never stands in memory."""
    with path.open("wb") as file:
        file.writelines(_pieces(run))


def render_outline(plan: Plan) -> bytes:
    """``ehcaudit.outline/1`` of one plan."""
    from ehcaudit.reports.wire import outline_document

    return _written(outline_document(plan).model_dump())


def _pieces(run: Run) -> Iterator[bytes]:
    from ehcaudit.reports.wire import finding_entry, plan_entry, run_document

    plans = (plan_entry(audited).model_dump() for audited in run.plans)
    suppressed = (finding_entry(finding, None).model_dump() for finding in run.suppressed)
    frame = _written(run_document(replace(run, plans=(), suppressed=())).model_dump())
    # Both lists are empty there, and no string in the frame can hold a line that looks like them.
    head, middle = frame.split(b'\n  "plans": []', 1)
    middle, tail = middle.rsplit(b'\n  "suppressed": []', 1)
    yield from chain(
        [head, b'\n  "plans": '], _listed(plans), [middle, b'\n  "suppressed": '], _listed(suppressed), [tail]
    )


def _listed(entries: Iterator[object]) -> Iterator[bytes]:
    """A list two levels deep, as ``json.dumps`` would indent it."""
    begun = False
    for entry in entries:
        yield b",\n    " if begun else b"[\n    "
        begun = True
        yield _written(entry).rstrip(b"\n").replace(b"\n", b"\n    ")
    yield b"\n  ]" if begun else b"[]"


def _written(value: object) -> bytes:
    return escaped(json.dumps(value, ensure_ascii=False, indent=2) + "\n")

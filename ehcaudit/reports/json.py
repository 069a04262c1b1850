"""Run → the JSON of the wire contract ``ehcaudit.run/1``: its keys in the contract's order, no clock."""

from __future__ import annotations

import json

from ehcaudit.model import Plan, Run
from ehcaudit.reports.base import ReportOptions, escaped

SUFFIX = ".json"


def render(run: Run, options: ReportOptions) -> bytes:
    """One object, indented, ending in a line break; it looks the same whatever the options."""
    from ehcaudit.reports.wire import run_document

    return _written(run_document(run).model_dump())


def render_outline(plan: Plan) -> bytes:
    """``ehcaudit.outline/1`` of one plan."""
    from ehcaudit.reports.wire import outline_document

    return _written(outline_document(plan).model_dump())


def _written(value: object) -> bytes:
    return escaped(json.dumps(value, ensure_ascii=False, indent=2) + "\n")

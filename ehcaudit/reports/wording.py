"""Verdicts on single statements → a line of JSON each, or a few lines for the person who is writing them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Protocol

from ehcaudit.reports.base import ReportOptions, escaped
from ehcaudit.reports.page import Page, excerpt

_VERDICTS = {"strong": "Strong", "weak": "Weak", "query": "A person must decide"}


class Fault(Protocol):
    """A fault of a statement, in the words of its rule."""

    @property
    def rule(self) -> str: ...  # noqa: D102
    @property
    def quote(self) -> str: ...  # noqa: D102
    @property
    def message(self) -> str: ...  # noqa: D102
    @property
    def fix(self) -> str: ...  # noqa: D102


class Verdict(Protocol):
    """``engine.WordingVerdict``, which this module may not import."""

    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def verdict(self) -> str: ...  # noqa: D102
    @property
    def score(self) -> float: ...  # noqa: D102
    @property
    def slots(self) -> Mapping[str, str | None]: ...  # noqa: D102
    @property
    def findings(self) -> Sequence[Fault]: ...  # noqa: D102


def render_jsonl(verdict: Verdict | None) -> bytes:
    """One line: the object of the wire contract, or ``null`` for a blank statement."""
    if verdict is None:
        return b"null\n"
    return escaped(
        json.dumps(
            {
                "text": verdict.text,
                "kind": verdict.kind,
                "verdict": verdict.verdict,
                "score": round(verdict.score, 2),
                "slots": dict(verdict.slots),
                "findings": [{"rule": f.rule, "quote": f.quote, "message": f.message} for f in verdict.findings],
            },
            ensure_ascii=False,
        )
        + "\n"
    )


def render_verdict(verdict: Verdict, options: ReportOptions) -> bytes:
    """The verdict, what was found of each part of a good statement, and what to add."""
    page = Page(options)
    spans = [
        (verdict.text.find(f.quote), verdict.text.find(f.quote) + len(f.quote)) for f in verdict.findings if f.quote
    ]
    whole = [(start, end) for start, end in spans if start >= 0 and (start, end) != (0, len(verdict.text))]
    page.line(excerpt(verdict.text, whole, room=400))
    page.line(
        f"{_VERDICTS.get(verdict.verdict, verdict.verdict)} {verdict.kind} ({verdict.score:.2f} of 1)", style="bold"
    )
    if verdict.slots:
        page.table(
            ("", "", ""),
            [("+" if words else "-", name, words or "missing") for name, words in verdict.slots.items()],
            stretch=2,
        )
    for fault in verdict.findings:
        page.line(f"- {fault.message}", indent=2)
        page.labelled("Fix", fault.fix, indent=4, label_width=5)
        page.labelled("Rule", fault.rule, indent=4, label_width=5)
    return page.bytes()

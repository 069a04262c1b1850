"""Run → Markdown (GitHub's), for a comment under a change, a wiki page or the summary of a scheduled job."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from ehcaudit.model import SEVERITIES, PlanAudit, Run, Summary
from ehcaudit.reports.base import ReportOptions, bare, count, section_label, spoken
from ehcaudit.reports.redact import counted
from ehcaudit.reports.telling import (
    fault_counts,
    figure,
    grouped,
    not_assessed,
    nothing_found,
    rule_title,
    severities,
    share,
    short_paths,
    worst_first,
)

SUFFIX = ".md"
DETAILED = 30
"""Up to so many plans each one's findings are listed; beyond that -v lists them."""
ROWS = 500
"""Plans in the table, the worst first, and files that could not be audited: a job's summary holds 1 MiB at most."""
_SIGNS = re.compile(r"[\\`*_\[\]|<>~&$]|^[-+#=]|^\d+[.)]")


def render(run: Run, options: ReportOptions) -> bytes:
    """The table of plans, what is commonest, the findings of each plan, and what could not be audited."""
    lines: list[str] = []
    rows = worst_first(run.summaries)
    names = short_paths([row.path for row in rows])
    lines += [f"# EHC plan audit: {count(len(run.plans), 'plan')}", ""]
    verdict = {"clean": "Nothing reaches the gate", "findings": "Findings", "incomplete": "Incomplete"}[run.verdict]
    lines += [f"**{verdict}**{': ' + _md(run.gate) if run.gate else ''}.", ""]
    if run.suppressed:
        lines += [f"{count(len(run.suppressed), 'finding')} suppressed: waived, or known from the baseline.", ""]
    lines += [f"- {_md(note)}" for note in run.notes]
    if run.notes:
        lines.append("")
    if rows:
        lines += _table(rows, names)
        lines += _commonest(run, rows, options)
    if len(run.plans) <= DETAILED or options.verbosity > 0:
        places = {path: number for number, path in enumerate(summary.path for summary in run.summaries)}
        for row in rows:
            lines += _plan(run, run.plans[places[row.path]], names[row.path])
    if run.failures:
        lines += [f"## Not audited: {count(len(run.failures), 'file')}", ""]
        limit = len(run.failures) if options.verbosity > 0 else ROWS
        for failure in run.failures[:limit]:
            lines.append(f"- {_md(failure.path)} (`{failure.error}`): {_md(failure.message)}")
        if len(run.failures) > limit:
            lines += ["", f"and {len(run.failures) - limit:,} more; -v lists them"]
        lines.append("")
    lines.append(
        f"As of {spoken(run.as_of)}, {count(len(run.cards), 'rule')} (set {run.rules_hash}), ehcaudit {run.version}. "
        "Scores and grades are indicative; no person's judgement is replaced."
    )
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _md(words: str) -> str:
    """Words of one line that Markdown takes for nothing but words."""
    return _SIGNS.sub(lambda sign: f"{sign[0][:-1]}\\{sign[0][-1]}", bare(words).strip())


def _table(rows: list[Summary], names: dict[str, str]) -> list[str]:
    lines = [
        "| Plan, worst first | Score | Grade | Coverage | Critical | Major | Minor | Ask |",
        "|---|--:|---|--:|--:|--:|--:|--:|",
    ]
    for row in rows[:ROWS]:
        card, counts = row.scorecard, severities(row.findings)
        asked = sum(result.status == "query" for result in row.results)
        cells = [_md(names[row.path]), figure(card.percent), card.grade or "none", share(card.coverage)]
        cells += [str(counts[severity] or "–") for severity in SEVERITIES[:3]]
        lines.append(f"| {' | '.join([*cells, str(asked or '–')])} |")
    if len(rows) > ROWS:
        lines += ["", f"and {len(rows) - ROWS:,} more, which score more"]
    return [*lines, ""]


def _commonest(run: Run, rows: list[Summary], options: ReportOptions) -> list[str]:
    plans, places = fault_counts(rows)
    if not plans or len(rows) < 2:
        return []
    ordered = sorted(plans, key=lambda rule: (-plans[rule], -places[rule], rule))[:12]
    lines = ["## Commonest faults", "", "| Plans | Places | Fault |", "|--:|--:|---|"]
    for rule in ordered:
        cells = (*counted(plans[rule], len(rows), places[rule], options), f"{_md(rule_title(run, rule))} (`{rule}`)")
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def _plan(run: Run, audited: PlanAudit, name: str) -> list[str]:
    card = audited.scorecard
    heading = f"{figure(card.percent)}, {card.grade or 'no grade'}, coverage {share(card.coverage)}"
    lines = [f"## {_md(name or Path(audited.path).name)}: {heading}", ""]
    faults = [finding for finding in audited.findings if not finding.query]
    if not faults:
        lines += [nothing_found(run, audited), ""]
    for letter, groups in grouped(faults):
        lines += [f"### {_md(section_label(letter))}", ""]
        for rule, findings in groups:
            times = f" ({len(findings)} times)" if len(findings) > 1 else ""
            lines.append(f"- **{findings[0].severity}**: {_md(rule_title(run, rule))}{times} (`{rule}`)")
            lines += [f"  - {_md(finding.message)}" for finding in findings]
            lines.append(f"  - *Fix:* {_md(findings[0].fix)}")
        lines.append("")
    asked = Counter(result.rule for result in audited.results if result.status == "query")
    if asked:
        lines += ["A person must decide: " + ", ".join(f"`{rule}`" for rule in sorted(asked)) + ".", ""]
    unread = not_assessed(audited)
    if unread:
        lines += ["Not assessed:", ""]
        lines += [f"- {_md(reason)} ({count(len(rules), 'rule')})" for reason, rules in unread.items()]
        lines.append("")
    return lines

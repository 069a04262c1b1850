"""Run → the report that people read in a terminal, a pipe or a text file.

One plan: grade, score and coverage first, then the themes, what is good, what to put right section by section with the
words quoted in their place, what a person must decide, what could not be assessed. Many plans: a table, worst first.
"""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ehcaudit.model import SEVERITIES, Finding, Gist, Plan, PlanAudit, RuleCard, Run
from ehcaudit.reports.base import ReportOptions, count, section_label, spoken
from ehcaudit.reports.page import SEVERITY_STYLES, Page, bar, excerpt, in_pieces, text
from ehcaudit.reports.redact import counted, told
from ehcaudit.reports.telling import (
    ORDER,
    block_text,
    figure,
    grouped,
    how_it_was_read,
    not_assessed,
    nothing_found,
    remark,
    rule_title,
    severities,
    share,
    short_paths,
    standing,
    with_path,
    worst_first,
)
from ehcaudit.rules import THEMES

__all__ = ["SUFFIX", "render", "short_paths", "worst_first"]

SUFFIX = ".txt"
PLANS_SHOWN = 200
PRAISE_SHOWN = 8
QUOTES_SHOWN = 5
_FIGURES = 59
"""What the columns beside a plan's name take in the table of plans."""


def render(run: Run, options: ReportOptions) -> bytes:
    """The report for one plan, or the table of many with what is commonest, then failures and how it was made."""
    page = Page(options)
    if options.verbosity < 0:
        _in_short(page, run)
        return page.bytes()
    many = None
    if len(run.plans) == 1:
        _plan_report(page, run, run.plans[0])
    elif run.plans:
        many = _Many(run)
        _table_of_plans(page, many)
        _commonest(page, run, many)
        _caseload(page, run)
        if options.verbosity > 0:
            for number, _ in many.worst_first:
                page.line()
                page.line()
                _plan_report(page, run, run.plans[number])
    _failures(page, run)
    _closing(page, run, many.worst_first[0][1].path if many else "")
    return page.bytes()


# ---------------------------------------------------------------- one plan


def _plan_report(page: Page, run: Run, audited: PlanAudit) -> None:
    page.title(f"EHC plan audit: {Path(audited.path).name}")
    page.line(standing(audited.plan))
    page.line()
    _score(page, run, audited)
    _themes(page, audited)
    _good(page, run, audited)
    _faults(page, run, audited)
    _questions(page, run, audited)
    _not_assessed(page, audited)
    _reading(page, audited.plan)


def _score(page: Page, run: Run, audited: PlanAudit) -> None:
    card = audited.scorecard
    page.labelled(
        "Grade",
        f"{card.grade or 'none: too little of the plan could be judged'}{' (indicative)' if card.grade else ''}",
        label_width=9,
    )
    page.labelled("Score", f"{figure(card.percent)} of 100" if card.percent is not None else "none", label_width=9)
    page.labelled("Coverage", f"{share(card.coverage)} of what applies could be judged", label_width=9)
    if card.capped_by:
        said = [finding.message for finding in audited.findings if finding.rule in card.capped_by and not finding.query]
        said = list(dict.fromkeys(said)) or [rule_title(run, rule) for rule in card.capped_by]
        more = f" And {len(said) - 3} more." if len(said) > 3 else ""
        page.labelled(
            "Law",
            f"The grade is capped while a requirement of law is not met: {' '.join(said[:3])}{more}",
            label_width=9,
        )
    elif card.unproven:
        faults = "; ".join(f"“{rule_title(run, rule)}”" for rule in card.unproven)
        page.labelled("Law", f"The grade is capped while this could not be checked: {faults}.", label_width=9)


def _themes(page: Page, audited: PlanAudit) -> None:
    themes = audited.scorecard.themes
    if not themes:
        return
    page.line()
    ordered = sorted(themes, key=lambda theme: (list(THEMES).index(theme) if theme in THEMES else len(THEMES), theme))
    cells = 20 if page.width >= 72 else 10
    page.table(
        ("Theme", "Score", "", "Coverage"),
        [
            (THEMES.get(t, t), bar(themes[t].percent, cells), figure(themes[t].percent), share(themes[t].coverage))
            for t in ordered
        ],
        right=(2, 3),
    )
    if page.options.verbosity > 0 and audited.scorecard.sections:
        page.line()
        sections = audited.scorecard.sections
        page.table(
            ("Section", "Score", "", "Coverage"),
            [
                (
                    section_label(s).removeprefix("Section "),
                    bar(sections[s].percent, cells),
                    figure(sections[s].percent),
                    share(sections[s].coverage),
                )
                for s in ORDER
                if s in sections
            ],
            right=(2, 3),
        )


def _good(page: Page, run: Run, audited: PlanAudit) -> None:
    met = [(run.cards[r.rule], r) for r in audited.results if r.status == "met" and r.rule in run.cards]
    praised = sorted(((card, r) for card, r in met if card.praise), key=lambda pair: (-pair[0].weight, pair[0].id))
    if not praised:
        return
    page.heading("What is good")
    shown = praised if page.options.verbosity > 0 else praised[:PRAISE_SHOWN]
    for card, result in shown:
        often = f" ({result.met} of {result.items})" if result.items and result.items > 1 else ""
        page.labelled("+", card.praise.rstrip(".") + often + ".", indent=2, label_width=1)
    rest = len(met) - len(shown)
    if rest > 0:
        page.line(f"and {count(rest, 'other rule')} met.", indent=4)


def _faults(page: Page, run: Run, audited: PlanAudit) -> None:
    faults = [finding for finding in audited.findings if not finding.query]
    if not faults:
        page.heading("What to put right")
        page.line(nothing_found(run, audited), indent=2)
        return
    counts = severities(faults)
    page.heading(
        f"What to put right: {count(len(faults), 'finding')} "
        f"({', '.join(f'{counts[s]} {s}' for s in SEVERITIES if counts[s])})"
    )
    asked = {result.rule: result for result in audited.results}
    of_rule = Counter(finding.rule for finding in faults)
    number = 0
    for letter, groups in grouped(faults):
        page.line()
        page.line(section_label(letter), style="bold underline")
        for rule, findings in groups:
            number += 1
            items = asked[rule].items if rule in asked else None
            often = ""
            if items and items > 1 and of_rule[rule] == len(findings) <= items:
                often = f" ({len(findings)} of {items})"
            elif len(findings) > 1:
                often = f" ({len(findings)} times)"
            page.line()
            head = text(f"{number}. ")
            head.append(findings[0].severity.upper(), style=SEVERITY_STYLES[findings[0].severity])
            head.append_text(text(f"  {rule_title(run, rule)}{often}", "bold"))
            page.line(head, indent=2)
            _quotes(page, audited.plan, findings)
            _card(page, run.cards.get(rule), findings[0])


def _questions(page: Page, run: Run, audited: PlanAudit) -> None:
    doubts = [finding for finding in audited.findings if finding.query]
    asked = {finding.rule for finding in doubts}
    bare = [r for r in audited.results if r.status == "query" and r.rule not in asked]
    if not doubts and not bare:
        return
    page.heading(f"A person must decide: {count(len(doubts) + len(bare), 'question')}")
    for letter, groups in grouped(doubts):
        for rule, findings in groups:
            page.line()
            page.line(f"? {rule_title(run, rule)} ({section_label(letter)})", indent=2, style="bold")
            _quotes(page, audited.plan, findings)
            page.labelled("Look", findings[0].fix, indent=5)
            page.labelled("Rule", rule, indent=5)
    for result in bare:
        page.line()
        page.line(f"? {rule_title(run, result.rule)}", indent=2, style="bold")
        page.line(result.reason, indent=5)


def _not_assessed(page: Page, audited: PlanAudit) -> None:
    reasons = not_assessed(audited)
    if not reasons:
        return
    page.heading("Not assessed, and why")
    for reason, rules in reasons.items():
        page.line(f"- {reason} ({count(len(rules), 'rule')})", indent=2)
        if page.options.verbosity > 0:
            page.line(", ".join(rules), indent=4)


def _reading(page: Page, plan: Plan) -> None:
    lines = how_it_was_read(plan)
    if not lines:
        return
    page.heading("How it was read")
    for words in lines:
        page.line(f"- {words}", indent=2)


# ---------------------------------------------------------------- the words of findings


def _quotes(page: Page, plan: Plan, findings: Sequence[Finding]) -> None:
    """Each finding's words in their place, and what is said of them (once, where it is the same for all)."""
    remarks = [remark(finding) for finding in findings]
    same = len(set(remarks)) == 1
    if same:
        page.line(remarks[0], indent=5)
    limit = len(findings) if page.options.verbosity > 0 else QUOTES_SHOWN
    for finding, said in list(zip(findings, remarks, strict=True))[:limit]:
        if not same:
            page.line(said, indent=5)
        blocks: dict[int, list[tuple[int, int]]] = {}
        for part in finding.evidence:
            blocks.setdefault(part.block_id, []).append((part.start, part.end))
        for block_id, spans in list(blocks.items())[:3]:
            place = plan.place(block_id).removeprefix(f"Section {finding.section} › ")
            page.line(f"{place}:", indent=7, style="dim")
            page.line(excerpt(block_text(plan, block_id), spans), indent=9)
        if len(blocks) > 3:
            page.line(f"and {count(len(blocks) - 3, 'paragraph')} more", indent=9)
    if len(findings) > limit:
        page.line(f"and {len(findings) - limit} more; -v shows all", indent=7)


def _card(page: Page, card: RuleCard | None, finding: Finding) -> None:
    if card:
        page.labelled("Why", card.why, indent=5)
    page.labelled("Fix", finding.fix, indent=5)
    if card:
        sources = "; ".join(
            source.cite + (f" (checked {spoken(source.checked)})" if source.checked else "") for source in card.sources
        )
        page.labelled("Source", f"{'Good practice: ' if card.basis == 'practice' else ''}{sources}", indent=5)
    sure = "" if finding.confidence == "high" else f" ({finding.confidence} confidence)"
    page.labelled("Rule", finding.rule + sure, indent=5)


# ---------------------------------------------------------------- many plans


class _Many:
    """What is said of many plans, gathered in one go over a line of each."""

    def __init__(self, run: Run):
        entries = list(run.gists)
        self.plans: Counter[str] = Counter()
        """Rule → in how many plans it found a fault."""
        self.places: Counter[str] = Counter()
        for entry in entries:
            self.plans.update(entry.faults.keys())
            self.places.update(entry.faults)
        self.names = short_paths([entry.path for entry in entries])
        self.grades = Counter(entry.grade or "no grade" for entry in entries)
        order = sorted(range(len(entries)), key=lambda number: _worst(entries[number]))
        self.worst_first = [(number, entries[number]) for number in order]
        """Each with its place in ``Run.plans``."""


def _worst(entry: Gist) -> tuple[float, list[int], str]:
    """The order of ``telling.worst_first``."""
    return (
        -1.0 if entry.percent is None else round(entry.percent, 1),
        [-number for number in entry.counts],
        entry.path,
    )


def _table_of_plans(page: Page, many: _Many) -> None:
    entries = many.worst_first
    page.title(f"EHC plan audit: {count(len(entries), 'plan')}")
    grades = many.grades.most_common()
    if page.options.redact:
        grades.sort()  # Else their order would tell what is not shown.
    numbers = told([number for _, number in grades], page.options.smallest, redact=page.options.redact)
    said = ", ".join(f"{number} {grade}" for number, (grade, _) in zip(numbers, grades, strict=True))
    page.line(f"Indicative grades: {said}")
    page.line()
    limit = len(entries) if page.options.verbosity > 0 else PLANS_SHOWN
    rows = [
        (
            in_pieces(many.names[entry.path], page.width - _FIGURES),
            figure(entry.percent),
            entry.grade or "none",
            share(entry.coverage),
            *(str(number or "–") for number in entry.counts[:3]),
            str(entry.questions or "–"),
        )
        for _, entry in entries[:limit]
    ]
    page.table(
        ("Plan, worst first", "Score", "Grade", "Cov.", "Crit.", "Maj.", "Min.", "Ask"),
        rows,
        right=(1, 3, 4, 5, 6, 7),
        narrow=(2,),
    )
    page.line()
    if len(entries) > limit:
        page.line(f"and {len(entries) - limit:,} more, which score more; -v shows all")
    page.line(
        "Cov.: how much of what applies could be judged. Crit., Maj., Min.: findings of each severity. "
        "Ask: rules that a person must decide.",
        style="dim",
    )


def _commonest(page: Page, run: Run, many: _Many) -> None:
    plans, places = many.plans, many.places
    if not plans:
        return
    page.heading("Commonest faults")
    limit = len(plans) if page.options.verbosity > 0 else 12
    ordered = sorted(plans, key=lambda rule: (-plans[rule], -places[rule], rule))[:limit]
    page.table(
        ("Plans", "Places", "Severity", "Fault"),
        [
            (
                *counted(plans[rule], len(run.plans), places[rule], page.options),
                run.cards[rule].severity if rule in run.cards else "",
                f"{rule_title(run, rule)} ({rule})",
            )
            for rule in ordered
        ],
        right=(0, 1),
        stretch=3,
    )


def _caseload(page: Page, run: Run) -> None:
    """What only all plans together show; of plans that are kept without their words there must be traces."""
    if hasattr(run.plans, "summaries") and not hasattr(run.plans, "traces"):
        return
    from ehcaudit.caseload import view_of
    from ehcaudit.reports.caseload import show

    show(page, run, view_of(run, smallest=page.options.smallest))


# ---------------------------------------------------------------- the end of every report


def _in_short(page: Page, run: Run) -> None:
    many = _Many(run)
    for _, entry in many.worst_first:
        pairs = zip(SEVERITIES, entry.counts, strict=True)
        found = ", ".join(f"{number} {severity}" for severity, number in pairs if number) or "no findings"
        page.line(
            f"{many.names[entry.path]}: {figure(entry.percent)}, {entry.grade or 'no grade'}, "
            f"coverage {share(entry.coverage)}, {found}"
        )
    for failure in run.failures:
        page.line(f"not audited: {with_path(failure.path, failure.message)}")
    if run.suppressed:
        page.line(_suppressed(run))
    page.line(f"{run.verdict}{': ' + run.gate if run.gate else ''}")


def _suppressed(run: Run) -> str:
    return f"{count(len(run.suppressed), 'finding')} suppressed: waived, or known from the baseline"


def _failures(page: Page, run: Run) -> None:
    if not run.failures:
        return
    page.heading(f"Not audited: {count(len(run.failures), 'file')}")
    for failure in run.failures:
        page.line(f"- {with_path(failure.path, failure.message)}", indent=2)


def _closing(page: Page, run: Run, worst: str) -> None:
    page.line()
    page.line("─" * page.width)
    verdict = {"clean": "Nothing reaches the gate", "findings": "Findings", "incomplete": "Incomplete"}[run.verdict]
    page.line(f"{verdict}{': ' + run.gate if run.gate else ''}.", style="bold")
    if run.suppressed:
        page.line(f"{_suppressed(run)}. Scores count them.")
    page.line(
        f"As of {spoken(run.as_of)}, {count(len(run.cards), 'rule')} (set {run.rules_hash}), ehcaudit {run.version}. "
        "Scores and grades are indicative: they say what the wording shows, and no person's judgement is replaced."
    )
    if len(run.plans) == 1:
        rules = [f.rule for f in sorted(run.plans[0].findings, key=lambda f: SEVERITIES.index(f.severity))]
        page.line(
            f"Next: “ehcaudit explain {rules[0] if rules else 'RULE'}” says more of a rule; "
            "“ehcaudit outline PLAN” shows what was read and where it was placed."
        )
    elif worst:
        shown = worst if os.name == "nt" else shlex.quote(worst)
        page.line(f"Next: “ehcaudit check {shown}” prints one plan's report, -v those of all.")

"""Run → the report that people read in a terminal, a pipe or a text file.

One plan: grade, score and coverage first, then the themes, what is good, what to put right section by section with the
words quoted in their place, what a person must decide, what could not be assessed. Many plans: a table, worst first.
"""

from __future__ import annotations

import os
import re
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from ehcaudit.model import SECTION_LETTERS, SEVERITIES, Finding, Plan, PlanAudit, RuleCard, Run
from ehcaudit.reports.base import ReportOptions, count, section_label, spoken, warning_words
from ehcaudit.reports.page import SEVERITY_STYLES, Page, bar, excerpt, text
from ehcaudit.rules import THEMES

SUFFIX = ".txt"
PRAISE_SHOWN = 8
QUOTES_SHOWN = 5
_ORDER = ("", *SECTION_LETTERS[:7], "H", *SECTION_LETTERS[7:])


def render(run: Run, options: ReportOptions) -> bytes:
    """The report for one plan, or the table of many with what is commonest, then failures and how it was made."""
    page = Page(options)
    if options.verbosity < 0:
        _in_short(page, run)
        return page.bytes()
    if len(run.plans) == 1:
        _plan_report(page, run, run.plans[0])
    elif run.plans:
        _table_of_plans(page, run)
        _commonest(page, run)
        if options.verbosity > 0:
            for audited in worst_first(run.plans):
                page.line()
                page.line()
                _plan_report(page, run, audited)
    _failures(page, run)
    _closing(page, run)
    return page.bytes()


def worst_first(plans: Iterable[PlanAudit]) -> list[PlanAudit]:
    """No score first, then the lowest; of equal ones the one with the gravest findings; then by path."""

    def key(audited: PlanAudit) -> tuple[float, list[int], str]:
        percent = audited.scorecard.percent
        counts = severities(audited.findings)
        return (-1.0 if percent is None else round(percent, 1), [-counts[s] for s in SEVERITIES], audited.path)

    return sorted(plans, key=key)


def severities(findings: Iterable[Finding]) -> Counter[str]:
    """How many faults there are of each severity; what a person must decide is not a fault."""
    return Counter(finding.severity for finding in findings if not finding.query)


# ---------------------------------------------------------------- one plan


def _plan_report(page: Page, run: Run, audited: PlanAudit) -> None:
    page.title(f"EHC plan audit: {Path(audited.path).name}")
    page.line(_standing(audited.plan))
    page.line()
    _score(page, run, audited)
    _themes(page, audited)
    _good(page, run, audited)
    _faults(page, run, audited)
    _questions(page, run, audited)
    _not_assessed(page, audited)
    _reading(page, audited.plan)


def _standing(plan: Plan) -> str:
    facts = plan.facts
    words = {"draft": "Draft plan", "final": "Final plan", "amended": "Amended plan"}.get(
        facts.status, "Draft or final: the plan does not say"
    )
    parts = [words, f"dated {spoken(facts.plan_date)}" if facts.plan_date else "no date found"]
    if facts.review_date:
        parts.append(f"review {spoken(facts.review_date)}")
    return " · ".join(parts)


def _score(page: Page, run: Run, audited: PlanAudit) -> None:
    card = audited.scorecard
    page.labelled(
        "Grade",
        f"{card.grade or 'none: too little of the plan could be judged'}{' (indicative)' if card.grade else ''}",
        label_width=9,
    )
    page.labelled("Score", f"{_figure(card.percent)} of 100" if card.percent is not None else "none", label_width=9)
    page.labelled("Coverage", f"{_share(card.coverage)} of what applies could be judged", label_width=9)
    if card.capped_by:
        said = [finding.message for finding in audited.findings if finding.rule in card.capped_by and not finding.query]
        said = list(dict.fromkeys(said)) or [_title(run, rule) for rule in card.capped_by]
        more = f" And {len(said) - 3} more." if len(said) > 3 else ""
        page.labelled(
            "Law",
            f"The grade is capped while a requirement of law is not met: {' '.join(said[:3])}{more}",
            label_width=9,
        )


def _figure(percent: float | None) -> str:
    return "–" if percent is None else f"{percent:.1f}"


def _share(coverage: float) -> str:
    whole = round(100 * coverage)
    return f"{99 if whole == 100 and coverage < 1 - 1e-9 else whole}%"


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
            (THEMES.get(t, t), bar(themes[t].percent, cells), _figure(themes[t].percent), _share(themes[t].coverage))
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
                    _figure(sections[s].percent),
                    _share(sections[s].coverage),
                )
                for s in _ORDER
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
        share = f" ({result.met} of {result.items})" if result.items and result.items > 1 else ""
        page.labelled("+", card.praise.rstrip(".") + share + ".", indent=2, label_width=1)
    rest = len(met) - len(shown)
    if rest > 0:
        page.line(f"and {count(rest, 'other rule')} met.", indent=4)


def _faults(page: Page, run: Run, audited: PlanAudit) -> None:
    faults = [finding for finding in audited.findings if not finding.query]
    if not faults:
        page.heading("What to put right")
        page.line("Nothing that these rules look for.", indent=2)
        return
    counts = severities(faults)
    page.heading(
        f"What to put right: {count(len(faults), 'finding')} "
        f"({', '.join(f'{counts[s]} {s}' for s in SEVERITIES if counts[s])})"
    )
    asked = {result.rule: result for result in audited.results}
    of_rule = Counter(finding.rule for finding in faults)
    number = 0
    for letter, groups in _grouped(faults):
        page.line()
        page.line(section_label(letter), style="bold underline")
        for rule, findings in groups:
            number += 1
            items = asked[rule].items if rule in asked else None
            share = ""
            if items and items > 1 and of_rule[rule] == len(findings) <= items:
                share = f" ({len(findings)} of {items})"
            elif len(findings) > 1:
                share = f" ({len(findings)} times)"
            page.line()
            head = text(f"{number}. ")
            head.append(findings[0].severity.upper(), style=SEVERITY_STYLES[findings[0].severity])
            head.append_text(text(f"  {_title(run, rule)}{share}", "bold"))
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
    for letter, groups in _grouped(doubts):
        for rule, findings in groups:
            page.line()
            page.line(f"? {_title(run, rule)} ({section_label(letter)})", indent=2, style="bold")
            _quotes(page, audited.plan, findings)
            page.labelled("Look", findings[0].fix, indent=5)
            page.labelled("Rule", rule, indent=5)
    for result in bare:
        page.line()
        page.line(f"? {_title(run, result.rule)}", indent=2, style="bold")
        page.line(result.reason, indent=5)


def _not_assessed(page: Page, audited: PlanAudit) -> None:
    reasons: dict[str, list[str]] = defaultdict(list)
    for result in audited.results:
        if result.status == "not_assessed":
            reasons[result.reason or "No reason is given."].append(result.rule)
    if not reasons:
        return
    page.heading("Not assessed, and why")
    for reason, rules in reasons.items():
        page.line(f"- {reason} ({count(len(rules), 'rule')})", indent=2)
        if page.options.verbosity > 0:
            page.line(", ".join(rules), indent=4)


def _reading(page: Page, plan: Plan) -> None:
    lines = [warning_words(warning) for warning in (*plan.document.warnings, *plan.warnings)]
    apart = Counter(kept.kind for kept in plan.document.apart)
    lines += [
        f"{count(number, f'stretch of {kind} text', f'stretches of {kind} text')} "
        f"{'was' if number == 1 else 'were'} kept apart and not audited."
        for kind, number in sorted(apart.items())
        if kind != "comment"
    ]
    stray = len(plan.unplaced) - len(plan.front)
    if stray > 0:
        lines.append(
            f"{count(stray, 'paragraph')} after the front page {'stands' if stray == 1 else 'stand'} in no section."
        )
    if not lines:
        return
    page.heading("How it was read")
    for words in lines:
        page.line(f"- {words}", indent=2)


# ---------------------------------------------------------------- the words of findings


def _grouped(findings: Sequence[Finding]) -> list[tuple[str, list[tuple[str, list[Finding]]]]]:
    """By section in the order of the plan, in it by severity, and the same fault under one head."""
    sections: dict[str, dict[str, list[Finding]]] = {}
    for finding in findings:
        sections.setdefault(finding.section, {}).setdefault(finding.rule, []).append(finding)
    letters = sorted(sections, key=lambda s: (_ORDER.index(s) if s in _ORDER else len(_ORDER), s))
    return [
        (letter, sorted(sections[letter].items(), key=lambda pair: (SEVERITIES.index(pair[1][0].severity), pair[0])))
        for letter in letters
    ]


def _quotes(page: Page, plan: Plan, findings: Sequence[Finding]) -> None:
    """Each finding's words in their place, and what is said of them (once, where it is the same for all)."""
    remarks = [_remark(finding) for finding in findings]
    same = len(set(remarks)) == 1
    if same:
        page.line(remarks[0], indent=5)
    limit = len(findings) if page.options.verbosity > 0 else QUOTES_SHOWN
    for finding, remark in list(zip(findings, remarks, strict=True))[:limit]:
        if not same:
            page.line(remark, indent=5)
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


def _remark(finding: Finding) -> str:
    """The message with the quote, which is shown in its place, folded to "this"."""
    quote = " … ".join(part.quote for part in finding.evidence)
    message = finding.message
    if quote:
        start = re.escape(quote[:40])
        message = (
            message.replace(f"“{quote}”", "this")
            if f"“{quote}”" in message
            else re.sub(rf"“{start}[^”]*”", "this", message, count=1)
        )
    return message[:1].upper() + message[1:]


def block_text(plan: Plan, block_id: int) -> str:
    """The words of a block, which may stand in a header or footer."""
    blocks = plan.document.blocks
    return blocks[block_id].text if block_id < len(blocks) else plan.document.margins[block_id - len(blocks)].text


def _title(run: Run, rule: str) -> str:
    return run.cards[rule].title if rule in run.cards else rule


# ---------------------------------------------------------------- many plans


def _table_of_plans(page: Page, run: Run) -> None:
    page.title(f"EHC plan audit: {count(len(run.plans), 'plan')}")
    names = short_paths([audited.path for audited in run.plans])
    grades = Counter(audited.scorecard.grade or "no grade" for audited in run.plans)
    page.line("Indicative grades: " + ", ".join(f"{number} {grade}" for grade, number in grades.most_common()))
    page.line()
    rows = []
    for audited in worst_first(run.plans):
        card, counts = audited.scorecard, severities(audited.findings)
        questions = sum(result.status == "query" for result in audited.results)
        rows.append(
            (
                names[audited.path],
                _figure(card.percent),
                card.grade or "none",
                _share(card.coverage),
                str(counts["critical"] or "–"),
                str(counts["major"] or "–"),
                str(counts["minor"] or "–"),
                str(questions or "–"),
            )
        )
    page.table(
        ("Plan, worst first", "Score", "Grade", "Cov.", "Crit.", "Maj.", "Min.", "Ask"),
        rows,
        right=(1, 3, 4, 5, 6, 7),
        narrow=(2,),
    )
    page.line()
    page.line(
        "Cov.: how much of what applies could be judged. Crit., Maj., Min.: findings of each severity. "
        "Ask: rules that a person must decide.",
        style="dim",
    )


def _commonest(page: Page, run: Run) -> None:
    plans: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for audited in run.plans:
        faults = [finding.rule for finding in audited.findings if not finding.query]
        plans.update(set(faults))
        places.update(faults)
    if not plans:
        return
    page.heading("Commonest faults")
    limit = len(plans) if page.options.verbosity > 0 else 12
    ordered = sorted(plans, key=lambda rule: (-plans[rule], -places[rule], rule))[:limit]
    page.table(
        ("Plans", "Places", "Severity", "Fault"),
        [
            (
                f"{plans[rule]} of {len(run.plans)}",
                str(places[rule]),
                run.cards[rule].severity if rule in run.cards else "",
                f"{_title(run, rule)} ({rule})",
            )
            for rule in ordered
        ],
        right=(0, 1),
        stretch=3,
    )


def short_paths(paths: Sequence[str]) -> dict[str, str]:
    """Each path without the folders that all of them share."""
    if len(set(paths)) < 2:
        return {path: Path(path).name for path in paths}
    full = {path: Path(path).absolute() for path in paths}
    try:
        shared = os.path.commonpath([path.parent for path in full.values()])
    except ValueError:  # Two drives on Windows.
        return {path: path for path in paths}
    return {path: os.path.relpath(full[path], shared) for path in paths}


# ---------------------------------------------------------------- the end of every report


def _in_short(page: Page, run: Run) -> None:
    names = short_paths([audited.path for audited in run.plans])
    for audited in worst_first(run.plans):
        card, counts = audited.scorecard, severities(audited.findings)
        found = ", ".join(f"{counts[s]} {s}" for s in SEVERITIES if counts[s]) or "no findings"
        page.line(
            f"{names[audited.path]}: {_figure(card.percent)}, {card.grade or 'no grade'}, "
            f"coverage {_share(card.coverage)}, {found}"
        )
    for failure in run.failures:
        page.line(f"not audited: {_with_path(failure.path, failure.message)}")
    page.line(f"{run.verdict}{': ' + run.gate if run.gate else ''}")


def _failures(page: Page, run: Run) -> None:
    if not run.failures:
        return
    page.heading(f"Not audited: {count(len(run.failures), 'file')}")
    for failure in run.failures:
        page.line(f"- {_with_path(failure.path, failure.message)}", indent=2)


def _with_path(path: str, message: str) -> str:
    return message if path in message else f"{path}: {message}"


def _closing(page: Page, run: Run) -> None:
    page.line()
    page.line("─" * page.width)
    verdict = {"clean": "Nothing reaches the gate", "findings": "Findings", "incomplete": "Incomplete"}[run.verdict]
    page.line(f"{verdict}{': ' + run.gate if run.gate else ''}.", style="bold")
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
    elif run.plans:
        first = worst_first(run.plans)[0].path
        shown = first if os.name == "nt" else shlex.quote(first)
        page.line(f"Next: “ehcaudit check {shown}” prints one plan's report, -v those of all.")

"""Rules → the pages of ``explain``, ``rules`` and ``test-rules``, and the Markdown of ``docs/rules``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ehcaudit.reports.base import ReportOptions, count, escaped, section_names, spoken
from ehcaudit.reports.page import Page, text
from ehcaudit.rules import THEMES, Example, Rule, RuleSet, SourceEntry

_BASIS = {"law": "law", "code": "SEND Code of Practice", "case": "case law", "practice": "good practice"}
_PERSONAS = {
    "statutory": "statutory (on for every persona)",
    "quality": "quality (on by default)",
    "pedantic": "pedantic (on only with --persona pedantic)",
}


def render_rule(rule: Rule, options: ReportOptions, *, off: str = "") -> bytes:
    """One rule in full; ``off`` says why it is switched off."""
    page, file = Page(options), rule.file
    page.title(file.title)
    page.line(rule.id)
    page.line()
    for label, words in _card(rule):
        page.labelled(label, words, label_width=11)
    page.labelled("In force", f"no: {off}" if off else "yes", label_width=11)
    for head, words in (("Why", file.why), ("How to fix it", file.fix), ("What it says", file.message)):
        page.heading(head)
        page.line(words, indent=2)
    page.heading("Sources")
    for source in file.sources:
        page.line(f"- {_cited(source)}", indent=2)
    for head, examples in (("Not met", file.bad), ("Met", file.good)):
        page.heading(f"{head}, for example")
        for example in examples:
            _example(page, example)
    if file.known_gaps:
        page.heading("What it is known to miss")
        for gap in file.known_gaps:
            page.line(f"- {gap}", indent=2)
    return page.bytes()


def _card(rule: Rule) -> list[tuple[str, str]]:
    file = rule.file
    return [
        ("Theme", THEMES.get(file.theme, file.theme)),
        ("Severity", file.severity),
        ("Confidence", file.confidence),
        ("Rests on", _BASIS[file.basis]),
        ("Looks at", ", ".join(_place(place) for place in file.where)),
        ("Weight", f"{rule.weight:g} in its theme"),
        ("Persona", _PERSONAS[file.persona]),
        ("Check", str(file.check["type"])),
        ("Comes from", rule.origin or "built in"),
    ]


def _place(place: str) -> str:
    kinds = {
        "need": "each need",
        "outcome": "each outcome",
        "provision": "each provision",
        "advice": "each entry of advice",
        "thread": "each row of the golden thread",
        "plan": "the plan as a whole",
        "document": "the file as a whole",
    }
    return kinds.get(place) or f"section {place} ({section_names()[place][0].lower()}{section_names()[place][1:]})"


def _cited(source: SourceEntry) -> str:
    return source.cite + (f" (checked {spoken(source.checked)})" if source.checked else " (not checked yet)")


def _words(example: Example) -> list[str]:
    """An example as paragraphs; sections that were replaced are named."""
    lines = [line for line in example.text.strip().splitlines() if line.strip()]
    if example.front is not None:
        lines += ["The front page says:", *(line for line in example.front.strip().splitlines() if line.strip())]
    for letter, body in example.sections.items():
        if body is False:
            lines.append(f"There is no section {letter}.")
        elif not body.strip():
            lines.append(f"Section {letter} is empty.")
        else:
            lines += [f"Section {letter} says:", *(line for line in body.strip().splitlines() if line.strip())]
    return lines


def _notes(example: Example) -> list[str]:
    notes = [f"Quoted: “{quote}”" for quote in example.quotes]
    notes += ["A person must decide."] if example.query else []
    notes += [f"As of {spoken(example.as_of)}."] if example.as_of else []
    notes += [example.note] if example.note else []
    notes += (
        [f"Known gap: {example.known_gap if isinstance(example.known_gap, str) else 'not yet told apart.'}"]
        if example.known_gap
        else []
    )
    return notes


def _example(page: Page, example: Example) -> None:
    lines = _words(example) or ["(the plan as it stands in data/example_plan.md)"]
    page.labelled("-", lines[0], indent=2, label_width=1)
    for line in lines[1:]:
        page.line(line, indent=4)
    for note in _notes(example):
        page.line(text(note, "italic"), indent=6)


# ---------------------------------------------------------------- the rule set


def render_rules(rules: RuleSet, options: ReportOptions) -> bytes:
    """The resolved rule set by theme, with why each rule is off."""
    page = Page(options)
    page.title(f"{count(len(rules), 'rule')} in force of {len(rules.rules)} (set {rules.digest})")
    for theme, members in _by_theme(rules.rules).items():
        page.heading(THEMES.get(theme, theme))
        page.table(
            ("", "Severity", "Rule", "Says"),
            [
                (
                    "off" if rule.id in rules.off else "on",
                    rule.file.severity,
                    rule.id.partition("/")[2],
                    rule.file.title
                    + (f" [off: {rules.off[rule.id]}]" if rule.id in rules.off else "")
                    + (f" [{rule.origin}]" if rule.origin != "built in" else ""),
                )
                for rule in members
            ],
            stretch=3,
            narrow=(2,),
        )
    page.line()
    page.line("“ehcaudit explain RULE” says why a rule is there, how to put it right, and on what it rests.")
    return page.bytes()


def _by_theme(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        found.setdefault(rule.theme, []).append(rule)
    order = list(THEMES)
    return dict(
        sorted(found.items(), key=lambda pair: (order.index(pair[0]) if pair[0] in order else len(order), pair[0]))
    )


def render_rules_json(rules: RuleSet) -> bytes:
    """``ehcaudit.rules/1``: every rule with what it is, whether it is on, and why not."""
    value = {
        "schema": "ehcaudit.rules/1",
        "hash": rules.digest,
        "rules": [
            {
                "rule": rule.id,
                "title": rule.file.title,
                "theme": rule.theme,
                "severity": rule.file.severity,
                "confidence": rule.file.confidence,
                "basis": rule.file.basis,
                "persona": rule.file.persona,
                "where": list(rule.file.where),
                "check": rule.file.check["type"],
                "weight": rule.weight,
                "origin": rule.origin,
                "on": rule.id not in rules.off,
                "reason": rules.off.get(rule.id, "in force"),
            }
            for rule in rules.rules
        ],
    }
    return escaped(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


# ---------------------------------------------------------------- trying a rule's own examples


def render_trials(trials: Mapping[str, list[tuple[str, Example, list[str]]]], options: ReportOptions) -> bytes:
    """Which examples are not answered as their rule file says; known gaps are counted apart."""
    page = Page(options)
    failed = gaps = tried = 0
    for rule, examples in trials.items():
        for name, example, problems in examples:
            tried += 1
            if example.known_gap and problems:
                gaps += 1
            for problem in trial_problems(example, problems):
                failed += 1
                page.line(f"{rule}, {name}: {problem}")
    page.line(
        f"{count(len(trials), 'rule')}, {count(tried, 'example')}: {count(failed, 'problem')}, "
        f"{count(gaps, 'known gap')}."
    )
    return page.bytes()


def trial_problems(example: Example, problems: list[str]) -> list[str]:
    """What counts as a failure: a problem, but for a known gap the lack of one."""
    if not example.known_gap:
        return problems
    return [] if problems else ["is marked as a known gap, and is answered rightly now: take known_gap out"]


# ---------------------------------------------------------------- Markdown


def markdown_page(rule: Rule) -> str:
    """The page of one rule in ``docs/rules``."""
    file = rule.file
    lines = [f"# {_md(file.title)}", "", f"`{rule.id}`", "", "| | |", "|---|---|"]
    lines += [f"| {label} | {_md(words)} |" for label, words in _card(rule) if label != "Comes from"]
    lines += [
        "",
        "## Why",
        "",
        _md(file.why),
        "",
        "## How to fix it",
        "",
        _md(file.fix),
        "",
        "## What it says",
        "",
        _md(file.message),
        "",
        "## Sources",
        "",
        *(f"- {_md(_cited(s))}" for s in file.sources),
    ]
    for head, examples in (("Not met, for example", file.bad), ("Met, for example", file.good)):
        lines += ["", f"## {head}"]
        for example in examples:
            words = _words(example) or ["(the stock plan as it stands)"]
            lines += ["", *_quoted(words)]
            lines += [part for note in _notes(example) for part in ("", f"*{_md(note)}*")]
    if file.known_gaps:
        lines += ["", "## What it is known to miss", "", *(f"- {_md(gap)}" for gap in file.known_gaps)]
    return "\n".join([*lines, ""])


def _quoted(lines: list[str]) -> list[str]:
    out: list[str] = []
    for line in lines:
        out += [*([">"] if out else []), f"> {_md(line)}"]
    return out


def markdown_index(rules: RuleSet) -> str:
    """``docs/rules/README.md``: all rules by theme."""
    lines = [
        "# Rules",
        "",
        "Written by `make docs` from the files under `rules/`; change those, not these pages.",
        "",
        f"{count(len(rules.rules), 'rule')}. “Must” is used for law alone.",
    ]
    for theme, members in _by_theme(rules.rules).items():
        lines += [
            "",
            f"## {THEMES.get(theme, theme)}",
            "",
            "| Rule | Says | Severity | Rests on |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| [{rule.id.partition('/')[2]}]({rule.id}.md) | {_md(rule.file.title)} | {rule.file.severity} "
            f"| {_BASIS[rule.file.basis]} |"
            for rule in members
        ]
    return "\n".join([*lines, ""])


def _md(words: str) -> str:
    """Words as Markdown that shows them as they are, on one line."""
    one = " ".join(words.split())
    for sign in ("\\", "*", "_", "`", "<", ">", "|", "[", "]", "#", "$"):
        one = one.replace(sign, f"\\{sign}")
    return one

"""Run → an Excel workbook: figures with charts, plans, plan by rule, findings to review, statements with their parts.

One pass over the plans, a row in memory at a time. Every sheet of many rows filters and sorts; About says what stands
in every column.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from ehcaudit.errors import UsageError
from ehcaudit.model import SEVERITIES, Evidence, Finding, Item, PlanAudit, Result, Run, Wording
from ehcaudit.reports.base import ReportOptions, section_names, spoken
from ehcaudit.reports.columns import (
    ADVICE_COLUMNS,
    EARLIER_COLUMNS,
    FAILURE_COLUMNS,
    FINDING_COLUMNS,
    FINDINGS_PRINTED,
    MISSING,
    PARTS,
    PLAN,
    PLANS_PRINTED,
    RULE_COLUMNS,
    RULES_PRINTED,
    STATEMENT_HEAD,
    plan_columns,
    statement_columns,
)
from ehcaudit.reports.figures import Figures, write_summary
from ehcaudit.reports.redact import NOT_SHOWN, told, under
from ehcaudit.reports.reviews import EARLIER, FINDINGS, Reviews, reviews_of
from ehcaudit.reports.telling import AREAS, ORDER, role_name, rule_title, short_paths
from ehcaudit.reports.whose import who_can_fix
from ehcaudit.reports.workbook import (
    BAD,
    DOUBT,
    FAINT,
    GOOD,
    NAVY,
    Book,
    Column,
    Link,
    Prose,
    Value,
    file_beside,
    safe,
    workbook,
)
from ehcaudit.rules import THEMES

SUFFIX = ".xlsx"
CHOICES = ("agree", "disagree", "unsure")
SYMBOLS = {"met": "✓", "not_met": "✗", "query": "?", "not_assessed": "–", "not_applicable": "·"}
SIGN_LOOKS: dict[str, dict[str, Any]] = {"met": GOOD, "not_met": BAD, "query": DOUBT, "not_assessed": FAINT}
SIGN_WORDS = {
    "met": "met (3/5: by three of five statements)",
    "not_met": "not met",
    "query": "a person must decide",
    "not_assessed": "not assessed: it could not be judged",
    "not_applicable": "does not apply",
}
_KINDS = {True: "a person must decide", False: "fault"}


def write_file(run: Run, path: Path, options: ReportOptions) -> None:
    """Write the workbook at this path. What people wrote beside findings in one that it replaces is taken over."""
    reviews = reviews_of(options.place) if options.place else Reviews()
    if options.redact and reviews.left:
        raise UsageError(
            f"--report: {options.place} holds reviews, which a redacted workbook cannot take over; name another file"
        )
    with workbook(path, run) as book:
        summary = book.sheet("Summary", "#1F3864")
        sheets = _Sheets(book, run, options, reviews, _pages(run, path.parent, options))
        figures = Figures()
        for audited in run.plans:
            figures.count(audited)
            sheets.plan(audited)
        sheets.close(figures)
        write_summary(book, summary, run, figures, options)


def _pages(run: Run, folder: Path, options: ReportOptions) -> list[str]:
    """Where a link to each plan's page in the HTML report of the same command leads; empty where there are none."""
    site = options.beside.get("html")
    base = file_beside(folder, site.path) if site else ""
    if not site or not base:
        return []
    from ehcaudit.reports.html import pages

    return [f"{base}/{page}" if page else base for page in pages(run, options, folder=site.folder)]


# ---------------------------------------------------------------- the sheets


@dataclass
class _Sheets:
    """The tables, filled plan by plan."""

    book: Book
    run: Run
    options: ReportOptions
    reviews: Reviews
    pages: Sequence[str] = ()
    """For each plan where a link to its page leads; empty where there are none."""
    done: int = 0
    names: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        book, redact = self.book, self.options.redact
        self.names = short_paths([summary.path for summary in self.run.summaries])
        self.plans = book.table("Plans", plan_columns(), printed=PLANS_PRINTED)
        ordered = list(THEMES)
        self.rules = sorted(
            self.run.cards.values(),
            key=lambda card: (ordered.index(card.theme) if card.theme in ordered else len(ordered), card.id),
        )
        themes = list(dict.fromkeys(card.theme for card in self.rules))
        turned = (
            Column(card.title, 9 if card.over_items else 6, upright=True, band=themes.index(card.theme))
            for card in self.rules
        )
        self.matrix = book.table("Plan by rule", (PLAN, *turned), top=3, banner=self._legend)
        self.findings = book.table(FINDINGS, FINDING_COLUMNS, printed=FINDINGS_PRINTED)
        self.statements = {
            kind: book.table(
                name,
                statement_columns(kind, redact=redact),
                frozen=2,
                printed=0 if redact else STATEMENT_HEAD + len(PARTS[kind]),
            )
            for kind, name in (("outcome", "Outcomes"), ("provision", "Provisions"))
        }
        self.advice = book.table("Advice dates", ADVICE_COLUMNS)
        self.failures = book.table("Failures", FAILURE_COLUMNS)
        self.about_rules = book.table("Rules", RULE_COLUMNS, printed=RULES_PRINTED)

    def _legend(self, sheet: Any) -> None:
        """What the signs and colours of the matrix mean, and over its columns the themes of the rules."""
        for row, signs in enumerate((("met", "not_met", "query"), ("not_assessed", "not_applicable"))):
            self.book.write(sheet, row, 0, "" if row else "What the signs mean", {"bold": True, "font_color": NAVY})
            for at, status in enumerate(signs):
                looks = {"align": "center", "border": 1, "border_color": "#BFBFBF"} | SIGN_LOOKS.get(status, {})
                self.book.write(sheet, row, 1 + 6 * at, SYMBOLS[status], looks)
                self.book.write(sheet, row, 2 + 6 * at, SIGN_WORDS[status], {})
        self.book.write(sheet, 2, 0, "Theme", {"bold": True, "font_color": NAVY})
        before = ""
        for at, card in enumerate(self.rules, 1):
            if card.theme != before:
                before = card.theme
                self.book.write(sheet, 2, at, THEMES.get(before, before), {"bold": True, "font_color": NAVY})

    def plan(self, audited: PlanAudit) -> None:
        """Write all of one plan."""
        self.done += 1
        link = self._link(audited)
        found = audited.findings
        first = self.findings.here
        reviews = self.reviews.take(
            safe(self.names[audited.path]), [(finding.fingerprint, finding.item) for finding in found]
        )
        for finding, at, said in zip(found, _each(link, len(self.names) - self.done), reviews, strict=False):
            self.findings.add(tuple(self._finding(at, audited, finding, said)))
        self.plans.add(tuple(self._plan(audited, found, first)))
        asked = {result.rule: result for result in audited.results}
        self.matrix.add((link, *(_sign(asked.get(card.id)) for card in self.rules)))
        self._statements(link, audited, found)
        facts = audited.plan.facts
        for entry, at in zip(audited.plan.advice, _each(link, len(self.names) - self.done), strict=False):
            months = None
            if facts.plan_date and entry.date:
                months = round((facts.plan_date - entry.date).days / 30.44, 1)
            self.advice.add(
                (
                    at,
                    role_name(entry.role) or "; ".join(filter(None, (entry.author, entry.title))),
                    entry.date,
                    entry.received,
                    facts.plan_date,
                    months,
                    {True: "yes", False: "no", None: ""}[entry.appended],
                )
            )

    def _link(self, audited: PlanAudit) -> Link:
        """A plan's name, which leads to its page where there is one, else to its row in Plans."""
        name = self.names[audited.path]
        return Link(name, self.pages[self.done - 1] if self.pages else self.plans.here)

    def _plan(self, audited: PlanAudit, found: Sequence[Finding], first: str) -> Iterator[Value]:
        card, facts = audited.scorecard, audited.plan.facts
        faults = [str(finding.severity) for finding in found if not finding.query]
        left = len(self.names) - self.done
        yield self._link(audited) if self.pages else self.names[audited.path]
        yield card.grade
        yield _rounded(card.percent)
        yield _covered(card.coverage)
        yield Link(len(faults), first, left) if found else 0
        yield from (faults.count(severity) for severity in SEVERITIES)
        yield len(found) - len(faults)
        yield "; ".join(rule_title(self.run, rule) for rule in card.capped_by)
        yield facts.status
        yield facts.plan_date
        yield facts.review_date
        yield len(audited.plan.of("outcome"))
        yield len(audited.plan.of("provision"))
        for theme in THEMES:
            yield _rounded(card.themes[theme].percent) if theme in card.themes else None
        yield audited.path

    def _finding(self, link: Link, audited: PlanAudit, finding: Finding, said: Sequence[str]) -> Iterator[Value]:
        card, plan = self.run.cards.get(finding.rule), audited.plan
        theme = card.theme if card else finding.rule.partition("/")[0]
        blocks = plan.document.blocks
        places = list(dict.fromkeys(plan.place(part.block_id) for part in finding.evidence))
        pages = [blocks[part.block_id].page for part in finding.evidence if part.block_id < len(blocks)]
        yield link
        yield finding.section
        yield finding.severity
        yield rule_title(self.run, finding.rule)
        yield finding.message
        yield _quoted(finding.evidence)
        yield finding.fix
        yield from said
        yield _KINDS[finding.query]
        yield finding.item
        yield "; ".join(places)
        yield pages[0] if pages else None
        yield who_can_fix(finding.rule, finding.section, card)
        yield "; ".join(source.cite for source in card.sources) if card else ""
        yield THEMES.get(theme, theme)
        yield finding.basis
        yield finding.confidence
        yield finding.rule
        yield "" if self.options.redact else finding.fingerprint

    def _statements(self, link: Link, audited: PlanAudit, found: Sequence[Finding]) -> None:
        rules: dict[str, list[str]] = {}
        for finding in found:
            if finding.item and not finding.query:
                rules.setdefault(finding.item, []).append(finding.rule)
        links = {kind: _each(link, len(self.names) - self.done) for kind in self.statements}
        for item in audited.plan.items:
            if item.kind in self.statements and not item.none_stated:
                hit = rules.get(item.id, [])
                link_here = next(links[item.kind])
                tail: tuple[Value, ...] = (
                    len(hit),
                    "; ".join(rule_title(self.run, rule) for rule in sorted(set(hit))),
                    AREAS.get(item.area, item.area),
                )
                head = (link_here, item.id, item.section)
                rest = tail if self.options.redact else self._judged(item, audited.wording.get(item.id), tail)
                self.statements[item.kind].add((*head, *rest))

    def _judged(self, item: Item, said: Wording | None, tail: tuple[Value, ...]) -> Iterator[Value]:
        parts = None if said is None else [said.parts.get(name) for name in PARTS[item.kind]]
        yield item.text
        yield said.verdict if said else ""
        yield None if parts is None else parts.count(None)
        yield from ("" for _ in PARTS[item.kind]) if parts is None else (part or MISSING for part in parts)
        yield from tail
        if item.kind == "provision":
            yield said.sort if said else ""
        yield round(100 * said.score) if said else None
        yield "; ".join(code.replace("-", " ") for code in said.faults) if said else ""

    def close(self, figures: Figures) -> None:
        """What can only be written when all plans have been."""
        for failure in self.run.failures:
            self.failures.add((failure.path, failure.error, failure.message))
        for skipped in self.run.skipped:
            path, _, why = skipped.rpartition(": ")
            self.failures.add((path or why, "skipped", why if path else "Passed over on purpose."))
        for card in self.rules:
            numbers = [figures.statuses[card.id][status] for status in SYMBOLS]
            counts = told(numbers, self.options.smallest, redact=self.options.redact)
            # One fault is one plan's.
            places = None if NOT_SHOWN in counts or under(self.options.smallest) in counts else figures.places[card.id]
            sources = (
                f"{source.cite} (checked {spoken(source.checked)})" if source.checked else source.cite
                for source in card.sources
            )
            self.about_rules.add(
                (card.title, THEMES.get(card.theme, card.theme), card.severity, card.basis, *counts,
                 places, card.fix, card.why, "; ".join(sources), card.id)
            )  # fmt: skip
        if self.reviews.left:
            earlier = self.book.table(EARLIER, EARLIER_COLUMNS)
            for review in self.reviews.left:
                earlier.add((review.plan, review.title, review.what, *review.said, review.statement, review.finding))
        severity: dict[str, Any] = {"critical": BAD | {"bold": True}, "major": BAD, "minor": DOUBT, "advice": FAINT}
        self.findings.colour(["Severity"], severity)
        self.about_rules.colour(["Severity"], severity)
        self.findings.choose("Review", CHOICES, "Is this finding right? Say why in the next column.")
        self.findings.colour(["Review"], {"agree": GOOD, "disagree": BAD, "unsure": DOUBT})
        for title in ("Score", *THEMES.values()):
            self.plans.bar(title)
        self.plans.colour(
            ["Grade"], {"Outstanding": GOOD, "Good": GOOD, "Requires improvement": DOUBT, "Inadequate": BAD}
        )
        if not self.options.redact:
            for kind, table in self.statements.items():
                table.colour(list(PARTS[kind].values()), {MISSING: DOUBT})
                table.colour(["Verdict"], {"strong": GOOD, "weak": BAD, "query": DOUBT})
        self.matrix.colour_by_sign(1, {SYMBOLS[status]: look for status, look in SIGN_LOOKS.items()})
        self._about()

    def _about(self) -> None:
        page = Prose(self.book, self.book.sheet("About"), (26, 26, 100))
        page.title("About this workbook")
        for label, words in self._said():
            page.row((label, "", words), bold=1)
        page.row(())
        page.title("What stands in the columns")
        page.row(("Sheet", "Column", "What stands in it"), bold=3)
        for table in self.book.tables:
            for column in table.columns:
                if column.says:
                    page.row((table.name, column.title, column.says))

    def _said(self) -> Iterator[tuple[str, str]]:
        run = self.run
        yield "As of", spoken(run.as_of)
        yield "Made by", f"ehcaudit {run.version}, {len(run.cards)} rules (set {run.rules_hash})"
        told = tomllib.loads(files("ehcaudit").joinpath("data", "workbook.toml").read_text(encoding="utf-8"))
        for label, words in told["about"].items():
            yield label.format(**SYMBOLS), words
        yield "Suppressed findings", f"{len(run.suppressed)} (waived, or known from a baseline); they are not listed."
        if self.reviews.taken or self.reviews.left:
            gone = (
                f"; {len(self.reviews.left)} fit no finding any more and stand in {EARLIER}"
                if self.reviews.left
                else ""
            )
            yield "Reviews", f"{self.reviews.taken} taken over from the workbook that this one replaces{gone}."
        yield "Sections", "; ".join(f"{letter} {name}" for letter, name in section_names().items() if letter in ORDER)
        if self.options.redact:
            yield "Redacted", "No words of plans, no file names, no parts of statements; dates are moved."
        for note in run.notes:
            yield "Note", note
        for table in self.book.tables:
            if len(table.sheets) > 1:
                yield table.name, f"Goes on in {', '.join(name for _, name in table.sheets[1:])}."


def _each(link: Link, left: int) -> Iterator[Link]:
    """The link for each row of a plan: its first row always leads there, the others while that leaves enough links for
    the plans that are left."""
    yield link
    others = link._replace(spare=left)
    while True:
        yield others


def _sign(result: Result | None) -> str:
    """A status as one sign, and of how many statements it holds."""
    if result is None:
        return ""
    counted = result.status in ("met", "not_met") and result.items and result.items > 1
    return f"{SYMBOLS[result.status]} {result.met or 0}/{result.items}" if counted else SYMBOLS[result.status]


def _quoted(evidence: Sequence[Evidence]) -> str:
    return " … ".join(part.quote for part in evidence if part.quote)


def _rounded(percent: float | None) -> float | None:
    return None if percent is None else round(float(percent), 1)


def _covered(coverage: float) -> float:
    """To the hundredth; what is not quite whole never reads as whole."""
    whole = round(100 * coverage)
    return (99 if whole == 100 and coverage < 1 - 1e-9 else whole) / 100

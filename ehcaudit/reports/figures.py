"""Plans, one by one → the figures of a caseload, and the workbook's first sheet of them with its charts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ehcaudit.model import SEVERITIES, Part, PlanAudit, Run
from ehcaudit.reports.base import ReportOptions, count, section_label, spoken
from ehcaudit.reports.redact import told, under
from ehcaudit.reports.telling import ORDER, rule_title
from ehcaudit.reports.workbook import Book, Value
from ehcaudit.rules import THEMES
from ehcaudit.scoring import GRADES

COMMONEST = 15
NO_GRADE = "No grade"
_CHART_ROWS = 17


@dataclass
class Spread:
    """Mean, least and most of what comes one by one."""

    number: int = 0
    total: float = 0.0
    least: float = 100.0
    most: float = 0.0

    def add(self, percent: float) -> None:
        """One more."""
        self.number += 1
        self.total += percent
        self.least, self.most = min(self.least, percent), max(self.most, percent)

    @property
    def mean(self) -> float | None:
        """None where there is nothing."""
        return round(self.total / self.number, 1) if self.number else None


@dataclass
class Figures:
    """What is counted over all plans; it takes the same room for one plan and for twenty thousand."""

    plans: int = 0
    score: Spread = field(default_factory=Spread)
    grades: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)
    """Severity → faults."""
    severe_plans: Counter[str] = field(default_factory=Counter)
    """Severity → plans with such a fault."""
    queries: int = 0
    themes: dict[str, Spread] = field(default_factory=lambda: defaultdict(Spread))
    sections: dict[str, Spread] = field(default_factory=lambda: defaultdict(Spread))
    faulty: Counter[str] = field(default_factory=Counter)
    """Rule → plans with a fault."""
    places: Counter[str] = field(default_factory=Counter)
    """Rule → faults."""
    statuses: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Rule → status → plans."""

    def count(self, audited: PlanAudit) -> None:
        """Count one plan."""
        card = audited.scorecard
        self.plans += 1
        if card.percent is not None:
            self.score.add(card.percent)
        self.grades[card.grade or NO_GRADE] += 1
        for spreads, parts in ((self.themes, card.themes), (self.sections, card.sections)):
            _spread(spreads, parts)
        faults = [finding for result in audited.results for finding in result.findings if not finding.query]
        self.queries += sum(len(result.findings) for result in audited.results) - len(faults)
        self.severities.update(finding.severity for finding in faults)
        self.severe_plans.update({finding.severity for finding in faults})
        self.places.update(finding.rule for finding in faults)
        self.faulty.update({finding.rule for finding in faults})
        for result in audited.results:
            self.statuses[result.rule][result.status] += 1


def _spread(spreads: dict[str, Spread], parts: Mapping[str, Part]) -> None:
    for key, part in parts.items():
        if part.percent is not None:
            spreads[key].add(part.percent)


# ---------------------------------------------------------------- the sheet


def write_summary(book: Book, sheet: Any, run: Run, figures: Figures, options: ReportOptions) -> None:
    """Fill the first sheet: each table of figures with its chart beside it, which shows nothing else."""
    sheet.set_column(0, 0, 64)
    sheet.set_column(1, 4, 11)
    sheet.hide_gridlines(2)
    sheet.fit_to_pages(1, 1)
    sheet.set_portrait()
    page = _Page(book, sheet)
    page.title("EHC plan audit")
    page.line(f"As of {spoken(run.as_of)}; ehcaudit {run.version}, {count(len(run.cards), 'rule')} ({run.rules_hash}).")
    failed = f"; {count(len(run.failures), 'file')} could not be audited" if run.failures else ""
    page.line(
        f"{count(figures.plans, 'plan')} audited{failed}. Verdict: {run.verdict}{': ' + run.gate if run.gate else ''}."
    )
    page.line("Scores and grades are indicative; what could not be assessed earns nothing. See About.")
    page.row += 1
    _facts(page, figures, run, options)

    def plans(counts: Sequence[int]) -> list[Value]:
        """Counts of plans that belong to one total."""
        return list(told(counts, options.smallest, redact=options.redact))

    grades = [*GRADES, *sorted(set(figures.grades) - {*GRADES, NO_GRADE}), NO_GRADE]
    page.table("Grades", ("Grade", "Plans"), list(zip(grades, plans([figures.grades[g] for g in grades]), strict=True)),
               chart="column")  # fmt: skip
    page.table(
        "Themes",
        ("Theme", "Mean score", "Lowest", "Highest", "Plans"),
        _spreads(figures.themes, [*THEMES], {**THEMES}, options),
        chart="bar",
        top=100,
    )
    page.table(
        "Sections",
        ("Section", "Mean score", "Lowest", "Highest", "Plans"),
        _spreads(figures.sections, [*ORDER], {letter: section_label(letter) for letter in ORDER}, options),
        chart="bar",
        top=100,
    )
    severe, faults = _alone(
        [figures.severe_plans[severity] for severity in SEVERITIES],
        [figures.severities[severity] for severity in SEVERITIES],
        options,
    )
    page.table(
        "Faults by severity",
        ("Severity", "Faults", "Plans"),
        list(zip((severity.capitalize() for severity in SEVERITIES), faults, severe, strict=True)),
        chart="column",
    )
    common = sorted(figures.faulty, key=lambda rule: (-figures.faulty[rule], -figures.places[rule], rule))[:COMMONEST]
    faulty, places = _alone(
        [figures.faulty[rule] for rule in common], [figures.places[rule] for rule in common], options
    )
    page.table(
        "Commonest faults",
        ("What is wrong", "Plans", "Faults"),
        list(zip((rule_title(run, rule) for rule in common), faulty, places, strict=True)),
        chart="bar",
    )
    page.draw()


def _facts(page: _Page, figures: Figures, run: Run, options: ReportOptions) -> None:
    score = figures.score
    # Of a few children they are single children's.
    shown = score.number >= (options.smallest if options.redact else 1)
    page.table(
        "In short",
        ("", "Figure"),
        [
            ("Plans audited", figures.plans),
            ("Mean score (of 100)", score.mean if shown else None),
            ("Lowest score", round(score.least, 1) if shown else None),
            ("Highest score", round(score.most, 1) if shown else None),
            ("Faults", sum(figures.severities.values())),
            ("Questions that a person must decide", figures.queries),
            ("Findings suppressed (waived, or in a baseline)", len(run.suppressed)),
            ("Files that could not be audited", len(run.failures)),
            ("Files passed over on purpose", len(run.skipped)),
        ],
    )


def _spreads(
    spreads: Mapping[str, Spread], order: Sequence[str], words: Mapping[str, str], options: ReportOptions
) -> list[tuple[Value, ...]]:
    keys = [key for key in order if key in spreads] + sorted(set(spreads) - set(order))
    rows: list[tuple[Value, ...]] = []
    for key in keys:
        spread = spreads[key]
        # The lowest and highest of a few children are single children's.
        shown = not options.redact or spread.number >= options.smallest
        rows.append(
            (
                words.get(key, key),
                spread.mean if shown else None,
                round(spread.least, 1) if shown else None,
                round(spread.most, 1) if shown else None,
                spread.number if shown else under(options.smallest),
            )
        )
    return rows


def _alone(plans: Sequence[int], faults: Sequence[int], options: ReportOptions) -> tuple[list[Value], list[Value]]:
    """Counts of plans each of which stands for itself, and of their faults: one fault is one plan's."""
    few = [options.redact and 0 < number < options.smallest for number in plans]
    return (
        [under(options.smallest) if hidden else number for number, hidden in zip(plans, few, strict=True)],
        [None if hidden else number for number, hidden in zip(faults, few, strict=True)],
    )


@dataclass
class _Page:
    """The sheet from top to bottom; charts stand to the right of the tables."""

    book: Book
    sheet: Any
    row: int = 0
    clear: int = 0
    """First row that no chart covers."""

    def title(self, words: str) -> None:
        self.book.write(self.sheet, self.row, 0, words, {"bold": True, "font_size": 18, "font_color": "#1F3864"})
        self.row += 1

    def line(self, words: str, looks: Mapping[str, Any] | None = None) -> None:
        self.book.write(self.sheet, self.row, 0, words, looks or {})
        self.row += 1

    def table(
        self, name: str, head: Sequence[str], rows: Sequence[Sequence[Value]], *, chart: str = "", top: int = 0
    ) -> None:
        """A table, and a chart of its second column."""
        begin = max(self.row, self.clear) if chart else self.row
        self.row = begin
        self.book.write(self.sheet, self.row, 0, name, {"bold": True, "font_size": 13, "font_color": "#1F3864"})
        self.row += 1
        for at, words in enumerate(head):
            looks = {"bold": True, "bottom": 1, "text_wrap": True, "align": "right" if at else "left"}
            self.book.write(self.sheet, self.row, at, words, looks)
        first = self.row + 1
        for values in rows:
            self.row += 1
            for at, value in enumerate(values):
                self.book.write(self.sheet, self.row, at, value, {})
        self.row += 2
        # A count that is too small to be told would be drawn as none.
        if chart and rows and not any(isinstance(values[1], str) for values in rows):
            self._chart(name, head[1], chart, first, self.row - 2, begin, top)

    def _chart(self, name: str, unit: str, kind: str, first: int, last: int, begin: int, top: int) -> None:
        made = self.book.made.add_chart({"type": kind})
        made.add_series(
            {
                "name": unit,
                "categories": ["Summary", first, 0, last, 0],
                "values": ["Summary", first, 1, last, 1],
                "fill": {"color": "#2F5597"},
                "data_labels": {"value": True},
                "gap": 60,
            }
        )
        made.set_title({"name": f"{name}: {unit.lower()}", "name_font": {"size": 12}})
        made.set_legend({"none": True})
        across, upwards = ("y_axis", "x_axis") if kind == "bar" else ("x_axis", "y_axis")
        limits: dict[str, Any] = {"min": 0} | ({"max": top} if top else {})
        getattr(made, f"set_{across}")({"reverse": kind == "bar", "num_font": {"size": 9}})
        getattr(made, f"set_{upwards}")(
            limits | {"major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}, "num_format": "0"}
        )
        rows = max(_CHART_ROWS, last - first + 4)
        made.set_size({"width": 720, "height": 20 * (rows - 1)})
        words = f"{name}: the figures of the table beside it, column “{unit}”."
        self.sheet.insert_chart(begin, 6, made, {"description": words, "object_position": 2})
        self.clear = begin + rows

    def draw(self) -> None:
        """Where it prints."""
        self.sheet.print_area(0, 0, max(self.row, self.clear), 17)

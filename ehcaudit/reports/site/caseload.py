"""Many audited plans → the overview: figures, heat maps, commonest faults, and a list of plans in pages.

Everything is worked out in one pass from scorecards and findings, so that a county's caseload costs seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from ehcaudit.model import Finding, Part, PlanAudit, RuleCard, Run
from ehcaudit.reports.base import ReportOptions, section_names
from ehcaudit.reports.redact import FEW, few
from ehcaudit.reports.site.findings import Room, Spot, spots_of
from ehcaudit.reports.site.kit import page, theme_name
from ehcaudit.reports.site.plan_page import of_health
from ehcaudit.reports.site.steps import five_things, parent_words
from ehcaudit.reports.telling import ORDER, rule_title, severities, short_paths, with_path, worst_first
from ehcaudit.rules import THEMES
from ehcaudit.scoring import GRADES

LISTED: Final = 200
"""Plans in one page of the list."""
MATRIX: Final = 40
"""Up to so many plans, each is shown with its score in every theme."""
COMMONEST: Final = 20
TOLD: Final = 200
"""Files that could not be audited, one by one; the rest is counted."""
NO_GRADE: Final = "No grade"
BANDS: Final = (("0 to 49", 0.0), ("50 to 64", 50.0), ("65 to 79", 65.0), ("80 to 94", 80.0), ("95 to 100", 95.0))
"""Columns of the heat maps with their lowest score; the usual grades begin at 50, 80 and 95."""
_SHADES = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One plan in the list."""

    name: str
    href: str
    """From the folder of the overview; empty where there is no page."""
    percent: float | None
    grade: str
    coverage: float
    counts: Mapping[str, int]
    ask: int
    """Rules that a person must decide."""
    themes: Mapping[str, Part]


@dataclass(frozen=True, slots=True)
class Cell:
    """A count in a heat map: None is too few to show."""

    number: int | None
    shade: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A theme or section over all plans: how many plans score in each band, how many have none, and the middle."""

    name: str
    cells: tuple[Cell, ...]
    middle: float | None


@dataclass(frozen=True, slots=True)
class Common:
    """A fault that many plans have, with one place where it stands."""

    card: RuleCard | None
    rule: str
    severity: str
    title: str
    plans: int
    places: int
    spot: Spot | None
    example: Line | None


@dataclass(frozen=True, slots=True)
class Caseload:
    """The list of plans, worst first, with all that the overview counts."""

    run: Run
    options: ReportOptions
    audits: Sequence[PlanAudit]
    lines: tuple[Line, ...]

    @property
    def pages(self) -> int:
        """How many pages the list takes."""
        return max(1, -(-len(self.lines) // LISTED))


def gather(run: Run, options: ReportOptions, address: Callable[[int, PlanAudit], str]) -> Caseload:
    """Order the plans and count them. ``address`` gives the page of the plan in that place of the order."""
    audits = worst_first(run.plans)
    if options.edition == "dco":  # Python's sort keeps the order of equals.
        audits.sort(key=lambda a: _or_lowest(a.scorecard.themes.get("health-and-care")))
    names = short_paths([audited.path for audited in audits])
    lines = tuple(_line(audited, names[audited.path], address(i, audited)) for i, audited in enumerate(audits))
    return Caseload(run, options, audits, lines)


def _or_lowest(part: Part | None) -> float:
    return -1.0 if part is None or part.percent is None else part.percent


def _line(audited: PlanAudit, name: str, href: str) -> Line:
    card = audited.scorecard
    return Line(
        name,
        href,
        card.percent,
        card.grade or NO_GRADE,
        card.coverage,
        severities(audited.findings),
        sum(result.status == "query" for result in audited.results),
        card.themes,
    )


# ---------------------------------------------------------------- the pages


def overview_page(caseload: Caseload, *, alone: bool = False) -> bytes:
    """The first page; ``alone``: nothing stands beside it that it could link to."""
    run, options, lines = caseload.run, caseload.options, caseload.lines
    values: dict[str, Any] = {
        "run": run,
        "edition": options.edition,
        "redacted": options.redact,
        "total": len(lines),
        "few_words": f"under {FEW}",
        "few_from": FEW,
        "grades": _grades(caseload),
        "middle": median(known) if (known := [line.percent for line in lines if line.percent is not None]) else None,
    }
    themes = _themes(caseload)
    values["theme_rows"] = [
        _heat("All themes", [Part(line.percent, line.coverage) for line in lines], options),
        *(_heat(theme_name(theme), [line.themes.get(theme) for line in lines], options) for theme in themes),
    ]
    if options.edition == "board":
        return page("board.html", **values, **_board(caseload), home="", room=None)
    sections = [a.scorecard.sections for a in caseload.audits]
    letters = [letter for letter in ORDER if any(letter in parts for parts in sections)]
    common = _commonest(caseload)
    return page(
        "caseload.html",
        **values,
        say=parent_words(),
        bands=[name for name, _ in BANDS],
        section_rows=[
            _heat(
                f"{letter}: {section_names().get(letter, letter)}", [parts.get(letter) for parts in sections], options
            )
            for letter in letters
        ],
        matrix=[(line, [line.themes.get(theme) for theme in _themes(caseload)]) for line in lines]
        if len(lines) <= MATRIX
        else [],
        themes=[theme_name(theme) for theme in themes],
        shade=shade,
        common=common,
        lines=lines[:LISTED],
        pages=1 if alone else caseload.pages,
        alone=alone,
        data=None if alone else _data(lines),
        failures=[(f.path, with_path(f.path, f.message)) for f in run.failures[:TOLD]],
        failure_kinds=Counter(f.error for f in run.failures).most_common(),
        suppressed=_suppressed(run),
    )


def list_page(caseload: Caseload, number: int) -> bytes:
    """Page ``number`` of the list of plans (from 2; the overview holds the first)."""
    start = (number - 1) * LISTED
    return page(
        "plans.html",
        run=caseload.run,
        edition=caseload.options.edition,
        redacted=caseload.options.redact,
        total=len(caseload.lines),
        lines=caseload.lines[start : start + LISTED],
        start=start,
        number=number,
        pages=caseload.pages,
    )


# ---------------------------------------------------------------- figures


def _grades(caseload: Caseload) -> list[tuple[str, int | None, float]]:
    """(grade, plans, share of the commonest) from the best grade down."""
    counts = Counter(line.grade for line in caseload.lines)
    names = [*GRADES, *sorted(set(counts) - set(GRADES) - {NO_GRADE}), NO_GRADE]
    names = [name for name in names if counts[name] or name in GRADES]
    numbers = [counts[name] for name in names]
    shown = few(numbers) if caseload.options.redact else list(numbers)
    most = max(numbers, default=0) or 1
    return [
        (name, said, 100 * number / most if said is not None else 0.0)
        for name, number, said in zip(names, numbers, shown, strict=True)
    ]


def _themes(caseload: Caseload) -> list[str]:
    there = {theme for line in caseload.lines for theme in line.themes}
    order = list(THEMES)
    if caseload.options.edition == "dco":
        order.insert(0, "health-and-care")
    return sorted(there, key=lambda t: (order.index(t) if t in order else len(order), t))


def _heat(name: str, parts: Iterable[Part | None], options: ReportOptions) -> HeatRow:
    """Plans to which nothing of it applies are left out; "no score" is what waits for a person."""
    there = [part.percent for part in parts if part is not None]
    known = [percent for percent in there if percent is not None]
    numbers = [0] * len(BANDS)
    for percent in known:
        numbers[bisect_right([least for _, least in BANDS], round(percent, 1)) - 1] += 1
    numbers.append(len(there) - len(known))
    shown = few(numbers) if options.redact else list(numbers)
    whole = len(there) or 1
    cells = tuple(
        Cell(said, 0 if not number or said is None else min(_SHADES, 1 + int(_SHADES * number / whole)))
        for number, said in zip(numbers, shown, strict=True)
    )
    middle = median(known) if known and not (options.redact and len(known) < FEW) else None
    return HeatRow(name, cells, middle)


def shade(percent: float | None) -> int:
    """The darker, the lower the score: what needs work stands out."""
    if percent is None:
        return 0
    return _SHADES - min(_SHADES, bisect_right([50.0, 65.0, 80.0, 95.0], round(percent, 1)))


def _commonest(caseload: Caseload) -> list[Common]:
    run, health = caseload.run, caseload.options.edition == "dco"
    plans: Counter[str] = Counter()
    places: Counter[str] = Counter()
    examples: dict[str, list[tuple[int, Finding]]] = {}
    grave: dict[str, str] = {}
    ahead: set[str] = set()
    for place, audited in enumerate(caseload.audits):
        rules: set[str] = set()
        for finding in audited.findings:
            rule = finding.rule
            if finding.query:
                continue
            places[rule] += 1
            grave[rule] = finding.severity
            kept = examples.setdefault(rule, [])
            if finding.evidence and rule not in rules and len(kept) < COMMONEST:
                kept.append((place, finding))
            rules.add(rule)
            if health and rule not in ahead and of_health(run, finding):
                ahead.add(rule)
        plans.update(rules)
    ordered = sorted(plans, key=lambda rule: (rule not in ahead, -plans[rule], -places[rule], rule))[:COMMONEST]
    used: Counter[int] = Counter()
    found = []
    for rule in ordered:
        spot = line = None
        # Examples from many plans say more than all from the worst one.
        chosen = min(examples[rule], key=lambda pair: (used[pair[0]], pair[0]), default=None)
        if chosen:
            place, finding = chosen
            used[place] += 1
            line = caseload.lines[place]
            spots = spots_of(caseload.audits[place], finding, "", Room(1, 110, 0, 0))
            spot = next((spot for spot in spots if spot.pieces), None)
        title = rule_title(run, rule)
        found.append(Common(run.cards.get(rule), rule, grave[rule], title, plans[rule], places[rule], spot, line))
    return found


def _suppressed(run: Run) -> list[tuple[str, str, int]]:
    """(title, severity, how many) of the findings that a waiver or baseline keeps out of the figures."""
    counts = Counter((finding.rule, finding.severity) for finding in run.suppressed)
    return [(rule_title(run, rule), severity, number) for (rule, severity), number in counts.most_common()]


def _board(caseload: Caseload) -> dict[str, Any]:
    unlawful = sum(bool(audited.scorecard.capped_by) for audited in caseload.audits)
    whole = len(caseload.lines)

    def said_of(plans: int) -> str:
        if caseload.options.redact and 0 < plans < FEW:
            return f"under {FEW} of {whole} plans"
        return f"{plans} of {whole} plan{'' if whole == 1 else 's'}"

    return {
        "unlawful": f"under {FEW}" if caseload.options.redact and 0 < unlawful < FEW else unlawful,
        "unlawful_share": "" if caseload.options.redact or not whole else f"{100 * unlawful / whole:.0f}% of all plans",
        "five": five_things(caseload.run, caseload.audits),
        "said_of": said_of,
    }


def _data(lines: Sequence[Line]) -> dict[str, Any]:
    """The list for the page's script: short, for there may be tens of thousands of plans."""
    grades = list(dict.fromkeys(line.grade for line in lines))
    return {
        "grades": grades,
        "rows": [
            [
                line.name,
                line.href,
                None if line.percent is None else round(line.percent, 1),
                grades.index(line.grade),
                round(100 * line.coverage) if line.coverage >= 1 - 1e-9 else min(99, round(100 * line.coverage)),
                line.counts["critical"],
                line.counts["major"],
                line.counts["minor"],
                line.ask,
            ]
            for line in lines
        ],
    }

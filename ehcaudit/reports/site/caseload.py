"""Many audited plans → the overview: figures, heat maps, commonest faults, and a list of plans in pages.

Everything is worked out in one pass from scorecards and findings, so that a county's caseload costs seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from statistics import fmean
from typing import Any, Final

from ehcaudit.model import Part, PlanAudit, RuleCard, Run, Summary
from ehcaudit.reports.base import ReportOptions, section_names
from ehcaudit.reports.redact import few, hidden_word, told, under
from ehcaudit.reports.site.across import trend_of, wording_of
from ehcaudit.reports.site.findings import Room, Spot, spots_of
from ehcaudit.reports.site.kit import page, theme_name
from ehcaudit.reports.site.plainly import parent_words
from ehcaudit.reports.site.plan_page import of_health
from ehcaudit.reports.site.steps import five_things
from ehcaudit.reports.telling import ORDER, rank, rule_title, severities, short_paths, with_path
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
    sections: Mapping[str, Part]
    number: int
    """Its place in the run's plans."""
    rank: tuple[float, list[int], str]
    unlawful: bool
    """Something that the law asks for is not met."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A count in a heat map: None is too few to show."""

    number: int | None
    shade: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A theme or section over all plans: how many plans score in each band, how many have none, and the average."""

    name: str
    cells: tuple[Cell, ...]
    average: float | None
    plans: int | str
    """How many have a score."""
    few_words: str
    """What stands in a cell that is too few to show."""


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


@dataclass(slots=True)
class Tally:
    """A rule's faults over all plans, counted in one pass."""

    severity: str = ""
    places: int = 0
    plans: list[int] = field(default_factory=list)
    """Numbers of the plans that have it."""
    health: bool = False


@dataclass(frozen=True, slots=True)
class Caseload:
    """The list of plans, worst first, with all that the overview counts. No plan is kept: they may be thousands."""

    run: Run
    options: ReportOptions
    lines: tuple[Line, ...]
    tallies: Mapping[str, Tally]

    @property
    def pages(self) -> int:
        """How many pages the list takes."""
        return max(1, -(-len(self.lines) // LISTED))


def gather(run: Run, options: ReportOptions, address: Callable[[int, str], str]) -> Caseload:
    """Order the plans and count them. ``address`` gives the page of the plan with that path, in that place."""
    summaries = run.summaries
    names = short_paths([summary.path for summary in summaries])
    tallies: dict[str, Tally] = {}
    lines = []
    for number, summary in enumerate(summaries):
        lines.append(_line(summary, names[summary.path], number))
        _count(run, summary, number, tallies)
    lines.sort(key=lambda line: line.rank)
    if options.edition == "dco":  # Python's sort keeps the order of equals.
        lines.sort(key=lambda line: _or_lowest(line.themes.get("health-and-care")))
    return Caseload(
        run,
        options,
        tuple(replace(line, href=address(place, line.rank[-1])) for place, line in enumerate(lines)),
        tallies,
    )


def _or_lowest(part: Part | None) -> float:
    return -1.0 if part is None or part.percent is None else part.percent


def _line(summary: Summary, name: str, number: int) -> Line:
    card = summary.scorecard
    counts = severities(summary.findings)
    return Line(
        name,
        "",
        card.percent,
        card.grade or NO_GRADE,
        card.coverage,
        counts,
        sum(result.status == "query" for result in summary.results),
        card.themes,
        card.sections,
        number,
        rank(card.percent, counts, summary.path),
        bool(card.capped_by),
    )


def _count(run: Run, summary: Summary, number: int, tallies: dict[str, Tally]) -> None:
    for fault in summary.findings:
        if fault.query:
            continue
        tally = tallies.setdefault(fault.rule, Tally())
        tally.severity = fault.severity
        tally.places += 1
        tally.health = tally.health or of_health(run, fault)
        if not tally.plans or tally.plans[-1] != number:
            tally.plans.append(number)


# ---------------------------------------------------------------- the pages


def overview_page(caseload: Caseload, *, alone: bool = False) -> bytes:
    """The first page; ``alone``: nothing stands beside it that it could link to."""
    run, options, lines = caseload.run, caseload.options, caseload.lines
    values: dict[str, Any] = {
        "run": run,
        "edition": options.edition,
        "redacted": options.redact,
        "total": len(lines),
        "few_words": under(options.smallest),
        "few_from": options.smallest,
        "grades": _grades(caseload),
        "trend": trend_of(options),
        "average": _average([line.percent for line in lines if line.percent is not None], options),
    }
    themes = _themes(caseload)
    values["theme_rows"] = [
        _heat("All themes", [Part(line.percent, line.coverage) for line in lines], options),
        *(_heat(theme_name(theme), [line.themes.get(theme) for line in lines], options) for theme in themes),
    ]
    values |= _in_short(caseload)
    if options.edition == "board":
        return page("board.html", **values, home="", room=None)
    sections = [line.sections for line in lines]
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
        wording=wording_of(run, options),
        lines=lines[:LISTED],
        pages=1 if alone else caseload.pages,
        alone=alone,
        data=None if alone else _data(lines),
        failures=[(f.path, with_path(f.path, f.message)) for f in run.failures[:TOLD]],
        failure_kinds=Counter(f.error for f in run.failures).most_common(),
        suppressed=_suppressed(run, options),
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


def _average(known: Sequence[float], options: ReportOptions) -> float | None:
    """The mean, as in the trend; of a few children it is a single child's."""
    return fmean(known) if known and not (options.redact and len(known) < options.smallest) else None


def _grades(caseload: Caseload) -> list[tuple[str, int | str, float | None]]:
    """(grade, plans, percentage of all plans) from the best grade down; no share where the number is not shown."""
    counts = Counter(line.grade for line in caseload.lines)
    names = [*GRADES, *sorted(set(counts) - set(GRADES) - {NO_GRADE}), NO_GRADE]
    names = [name for name in names if counts[name] or name in GRADES]
    numbers = [counts[name] for name in names]
    shown = told(numbers, caseload.options.smallest, redact=caseload.options.redact)
    whole = sum(numbers) or 1
    return [
        (name, number, 100 * number / whole if isinstance(number, int) else None)
        for name, number in zip(names, shown, strict=True)
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
    shown = few(numbers, options.smallest) if options.redact else list(numbers)
    whole = len(there) or 1
    cells = tuple(
        Cell(said, 0 if not number or said is None else min(_SHADES, 1 + int(_SHADES * number / whole)))
        for number, said in zip(numbers, shown, strict=True)
    )
    scored = under(options.smallest) if options.redact and 0 < len(known) < options.smallest else len(known)
    return HeatRow(name, cells, _average(known, options), scored, hidden_word(numbers, options.smallest))


def shade(percent: float | None) -> int:
    """The darker, the lower the score: what needs work stands out."""
    if percent is None:
        return 0
    return _SHADES - min(_SHADES, bisect_right([50.0, 65.0, 80.0, 95.0], round(percent, 1)))


def _commonest(caseload: Caseload) -> list[Common]:
    run, tallies, health = caseload.run, caseload.tallies, caseload.options.edition == "dco"
    ordered = sorted(
        tallies,
        key=lambda rule: (
            not (health and tallies[rule].health),
            -len(tallies[rule].plans),
            -tallies[rule].places,
            rule,
        ),
    )[:COMMONEST]
    places = {line.number: place for place, line in enumerate(caseload.lines)}
    used: Counter[int] = Counter()
    opened: dict[int, PlanAudit] = {}
    found = []
    for rule in ordered:
        tally = tallies[rule]
        spot = line = None
        # Examples from many plans say more than all from the worst one.
        worst = nsmallest(COMMONEST, (places[number] for number in tally.plans))
        for place in sorted(worst, key=lambda place: (used[place], place)):
            line = caseload.lines[place]
            if place not in opened:
                opened[place] = run.plans[line.number]
            spot = _spot(opened[place], rule)
            if spot:
                used[place] += 1
                break
        title = rule_title(run, rule)
        plans = len(tally.plans)
        found.append(
            Common(run.cards.get(rule), rule, tally.severity, title, plans, tally.places, spot, line if spot else None)
        )
    return found


def _spot(audited: PlanAudit, rule: str) -> Spot | None:
    """The first place in a plan where words show this fault."""
    for finding in audited.findings:
        if finding.rule == rule and finding.evidence and not finding.query:
            return next((spot for spot in spots_of(audited, finding, "", Room(1, 110, 0, 0)) if spot.pieces), None)
    return None


def _suppressed(run: Run, options: ReportOptions) -> list[tuple[str, str, int | str]]:
    """(title, severity, how many) of the findings that a waiver or baseline keeps out of the figures."""
    counts = Counter((finding.rule, finding.severity) for finding in run.suppressed)
    return [
        (
            rule_title(run, rule),
            severity,
            under(options.smallest) if options.redact and number < options.smallest else number,
        )
        for (rule, severity), number in counts.most_common()
    ]


def _in_short(caseload: Caseload) -> dict[str, Any]:
    unlawful = sum(line.unlawful for line in caseload.lines)
    whole = len(caseload.lines)

    options = caseload.options

    def said_of(plans: int) -> str:
        few = options.redact and 0 < plans < options.smallest
        return f"{under(options.smallest) if few else plans} of {whole} plan{'' if whole == 1 else 's'}"

    return {
        "unlawful": under(options.smallest) if options.redact and 0 < unlawful < options.smallest else unlawful,
        "unlawful_share": "" if options.redact or not whole else f"{100 * unlawful / whole:.0f}% of all plans",
        "five": five_things(caseload.run, caseload.run.summaries),
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

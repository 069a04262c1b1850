"""Runs that a store remembers, a trend, or the difference of two runs → a page for the terminal, JSON or CSV."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ehcaudit.history import Changed, Difference, Interval, Point
from ehcaudit.model import Fault
from ehcaudit.reports.base import ReportOptions, count, escaped, spoken
from ehcaudit.reports.page import Page
from ehcaudit.reports.tabular import Cell, csv_bytes
from ehcaudit.reports.telling import figure, short_paths
from ehcaudit.rules import THEMES
from ehcaudit.scoring import GRADES
from ehcaudit.store import RunRecord

SHOWN = 12
"""Entries of a list in the terminal; -v shows all."""
_BARS = "▁▂▃▄▅▆▇█"
Titles = Mapping[str, tuple[str, str, str, str]]
"""Rule id → digest, theme, severity, title, as a store keeps them."""


def _json(value: object) -> bytes:
    return escaped(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


# ---------------------------------------------------------------- runs


def render_runs(runs: Sequence[RunRecord], form: str, options: ReportOptions) -> bytes:
    """The runs of a store, the latest first."""
    if form == "json":
        return _json({"schema": "ehcaudit.history/1", "runs": [_run(run) for run in runs]})
    if form == "csv":
        heads = (
            "run",
            "at",
            "as_of",
            "version",
            "rules",
            "plans",
            "failures",
            "suppressed",
            "score",
            "verdict",
            "gate",
        )
        return csv_bytes(heads, (_run_row(run) for run in runs))
    page = Page(options)
    page.title(f"Runs: {len(runs)}")
    page.table(
        ("Run", "Ended (UTC)", "As of", "Plans", "Failed", "Score", "Verdict", "Why"),
        [
            (
                str(run.id),
                run.at[:16].replace("T", " "),
                run.as_of.isoformat(),
                str(run.figures["plans"]),
                str(run.figures["failures"] or "–"),
                figure(_score(run)),
                run.verdict,
                run.gate,
            )
            for run in reversed(runs)
        ],
        right=(0, 3, 4, 5),
        stretch=7,
    )
    return page.bytes()


def _score(run: RunRecord) -> float | None:
    number, mean, _ = run.figures["score"]
    return mean if number else None


def _run(run: RunRecord) -> dict[str, Any]:
    return {
        "run": run.id,
        "at": run.at,
        "as_of": run.as_of.isoformat(),
        "tool": {"version": run.version, "rules": run.rules, "method": run.method},
        "verdict": run.verdict,
        "gate": run.gate,
        "plans": run.figures["plans"],
        "failures": run.figures["failures"],
        "suppressed": run.suppressed,
        "score": _round(_score(run)),
        "findings": run.figures["faults"],
    }


def _run_row(run: RunRecord) -> Sequence[Cell]:
    said = _run(run)
    keys = ("run", "at", "as_of")
    rest = ("plans", "failures", "suppressed", "score", "verdict", "gate")
    return (*(said[key] for key in keys), run.version, run.rules, *(said[key] for key in rest))


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


# ---------------------------------------------------------------- trend


def render_trend(points: Sequence[Point], form: str, options: ReportOptions) -> bytes:
    """Score, grades and themes over time. Where the rules or the plans changed it says so, and joins no line."""
    if form == "json":
        return _json({"schema": "ehcaudit.trend/1", "points": [_point(point) for point in points]})
    if form == "csv":
        heads = ("run", "at", "as_of", "plans", "measure", "name", "figure", "low", "high", "count", "marks")
        return csv_bytes(heads, (row for point in points for row in _point_rows(point)))
    page = Page(options)
    page.title(f"Trend: {count(len(points), 'run')}")
    if not points:
        page.line("No run has been recorded yet: “check PATH --store FILE” records one.")
        return page.bytes()
    _score_chart(page, points)
    _sparks(page, points)
    page.line()
    page.line(
        "●: mean score of the plans; ├─┤: its 95 % interval. Change: over the plans that are in both runs, and only "
        "where rules, settings and program are the same. ┊ in a line of bars: there they, or the plans, changed.",
        style="dim",
    )
    return page.bytes()


def _score_chart(page: Page, points: Sequence[Point]) -> None:
    lows = [point.score.low for point in points if point.score]
    highs = [point.score.high for point in points if point.score]
    low, high = (min(lows), max(highs)) if lows else (0.0, 100.0)
    if high - low < 10:
        middle = (low + high) / 2
        low, high = max(0.0, middle - 5), min(100.0, middle + 5)
    cells = max(12, min(40, page.width - 70))
    page.heading("Score")
    page.table(
        ("As of", "Plans", f"{low:.0f}".ljust(cells - 3) + f"{high:.0f}".rjust(3), "Score", "Change", "Since the last"),
        [
            (
                point.run.as_of.isoformat(),
                str(point.plans),
                _whisker(point.score, low, high, cells),
                figure(point.score.figure if point.score else None),
                f"{point.change.figure:+.1f}" if point.change else "–",
                "; ".join(point.marks),
            )
            for point in points
        ],
        right=(1, 3, 4),
        stretch=5,
    )


def _whisker(interval: Interval | None, low: float, high: float, cells: int) -> str:
    if interval is None:
        return "·" * cells
    last = cells - 1

    def place(value: float) -> int:
        return max(0, min(last, round(last * (value - low) / ((high - low) or 1))))

    row = [" "] * cells
    begin, middle, end = place(interval.low), place(interval.figure), place(interval.high)
    row[begin : end + 1] = "─" * (end + 1 - begin)
    row[begin], row[end] = "├", "┤"
    row[middle] = "●"
    return "".join(row)


def _sparks(page: Page, points: Sequence[Point]) -> None:
    """A row of bars for each theme and each grade, from 0 to 100, the latest figure beside it."""
    shown = points[-40:]
    themes = sorted({theme for point in shown for theme in point.themes}, key=_theme_order)
    grades = sorted({grade for point in shown for grade in point.grades}, key=_grade_order)
    parts = [(THEMES.get(theme, theme), [point.themes.get(theme) for point in shown]) for theme in themes]
    shares = [
        (f"{grade or 'No grade'} (% of plans)", [point.grades.get(grade, _none(point)) for point in shown])
        for grade in grades
    ]
    for heading, rows in (("Themes", parts), ("Grades", shares)):
        if rows:
            page.heading(heading)
            page.table(
                ("", "0 to 100, the latest last", "Latest", "95 % interval", "Plans"),
                [_spark(name, figures, shown) for name, figures in rows],
                right=(2, 4),
            )


def _none(point: Point) -> Interval | None:
    """No plan of the run has the grade."""
    from ehcaudit.history import of_share

    return of_share(0, point.plans)


def _grade_order(grade: str) -> tuple[int, str]:
    """The best first; grades of an authority's own by name, and none at the end."""
    known = list(GRADES)
    return (known.index(grade) if grade in known else len(known) + (not grade), grade)


def _theme_order(theme: str) -> tuple[int, str]:
    return (list(THEMES).index(theme) if theme in THEMES else len(THEMES), theme)


def _spark(name: str, figures: Sequence[Interval | None], points: Sequence[Point]) -> tuple[str, ...]:
    bars = ""
    for number, (one, point) in enumerate(zip(figures, points, strict=True)):
        if number and point.marks:
            bars += "┊"
        bars += "·" if one is None else _BARS[min(7, int(one.figure / 12.5))]
    latest = figures[-1]
    if latest is None:
        return name, bars, "–", "", ""
    return name, bars, figure(latest.figure), f"{latest.low:.1f} to {latest.high:.1f}", str(latest.count)


def _point(point: Point) -> dict[str, Any]:
    return {
        **_run(point.run),
        "score": _interval(point.score),
        "themes": {theme: _interval(point.themes[theme]) for theme in sorted(point.themes)},
        "grades": {grade or "none": _interval(point.grades[grade]) for grade in sorted(point.grades)},
        "marks": list(point.marks),
        "change": _interval(point.change),
    }


def _interval(interval: Interval | None) -> dict[str, Any] | None:
    if interval is None:
        return None
    return {
        "figure": _round(interval.figure),
        "low": _round(interval.low),
        "high": _round(interval.high),
        "plans": interval.count,
    }


def _point_rows(point: Point) -> Iterator[Sequence[Cell]]:
    run, marks = point.run, "; ".join(point.marks)
    entries: list[tuple[str, str, Interval | None]] = [("score", "", point.score), ("change", "", point.change)]
    entries += [("theme", theme, point.themes[theme]) for theme in sorted(point.themes)]
    entries += [("grade", grade or "none", point.grades[grade]) for grade in sorted(point.grades)]
    for measure, name, one in entries:
        cells = (None,) * 4 if one is None else (_round(one.figure), _round(one.low), _round(one.high), one.count)
        yield (run.id, run.at, run.as_of.isoformat(), point.plans, measure, name, *cells, marks)


# ---------------------------------------------------------------- difference


def render_difference(told: Difference, titles: Titles, form: str, options: ReportOptions) -> bytes:
    """What the second run has otherwise than the first. “Not compared” is a list of its own, never “no change”."""
    if form == "json":
        return _json(_difference(told))
    if form == "csv":
        heads = ("plan", "change", "before", "after", "finding", "rule", "section", "severity", "fingerprint", "why")
        return csv_bytes(heads, _difference_rows(told))
    page = Page(options)
    page.title(f"From run {told.first.id} to run {told.second.id}")
    page.line(f"As of {spoken(told.first.as_of)}, and as of {spoken(told.second.as_of)}.")
    if not told.scores_compared:
        page.line(
            "Rules, settings or program are not the same in both, so scores are not compared"
            + (f", nor what these {count(len(told.rules), 'rule')} find:" if told.rules else ".")
        )
        if told.first.rules == told.second.rules:
            # Sections that were left out of one run, say: their findings went with the question.
            page.line("A finding that is new or fixed below may come of that, and not of the plan.")
        limit = len(told.rules) if options.verbosity > 0 else SHOWN
        for rule, how in list(told.rules.items())[:limit]:
            page.line(f"- {rule} ({how})", indent=2)
        _rest(page, len(told.rules), limit)
    _bars(page, told)
    names = short_paths(_paths(told))
    for heading, plans in (("Worse", told.worse), ("Better", told.better), ("Otherwise changed", told.changed)):
        _plans(page, heading, plans, names)
    for heading, paths in (("New in the second run", told.new), ("Gone from it", told.gone)):
        _listed(page, heading, [names[path] for path in paths])
    _listed(page, "Not compared", [f"{names[path]}: {why}" for path, why in told.not_compared.items()])
    for what in ("new", "fixed"):
        _rules(page, f"Findings that are {what}", told.counts(what), titles)
    return page.bytes()


def _bars(page: Page, told: Difference) -> None:
    counts = [
        ("Worse", len(told.worse)),
        ("Better", len(told.better)),
        ("Otherwise changed", len(told.changed)),
        ("Compared, no change" if told.scores_compared else "No change in what was compared", told.same),
        ("New", len(told.new)),
        ("Gone", len(told.gone)),
        ("Not compared", len(told.not_compared)),
    ]
    most = max(number for _, number in counts) or 1
    page.line()
    page.table(
        ("Plans", "", ""),
        [(name, str(number), "█" * (max(1, round(30 * number / most)) if number else 0)) for name, number in counts],
        right=(1,),
    )


def _paths(told: Difference) -> list[str]:
    return [*(plan.path for plan in told.plans), *told.new, *told.gone, *told.not_compared]


def _plans(page: Page, heading: str, plans: Sequence[Changed], names: Mapping[str, str]) -> None:
    if not plans:
        return
    page.heading(f"{heading}: {count(len(plans), 'plan')}")
    ordered = sorted(plans, key=lambda plan: (-abs((plan.after or 0) - (plan.before or 0)), plan.path))
    limit = len(plans) if page.options.verbosity > 0 else SHOWN
    page.table(
        ("Plan", "Before", "After", "New", "Fixed"),
        [
            (names[plan.path], figure(plan.before), figure(plan.after), str(len(plan.new)), str(len(plan.fixed)))
            for plan in ordered[:limit]
        ],
        right=(1, 2, 3, 4),
    )
    _rest(page, len(plans), limit)


def _listed(page: Page, heading: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    page.heading(f"{heading}: {len(lines)}")
    limit = len(lines) if page.options.verbosity > 0 else SHOWN
    for line in lines[:limit]:
        page.line(f"- {line}", indent=2)
    _rest(page, len(lines), limit)


def _rules(page: Page, heading: str, counts: Mapping[str, int], titles: Titles) -> None:
    if not counts:
        return
    page.heading(f"{heading}: {sum(counts.values())}")
    ordered = sorted(counts, key=lambda rule: (-counts[rule], rule))
    limit = len(ordered) if page.options.verbosity > 0 else SHOWN
    page.table(
        ("Times", "Rule"),
        [(str(counts[rule]), f"{titles[rule][3]} ({rule})" if rule in titles else rule) for rule in ordered[:limit]],
        right=(0,),
        stretch=1,
    )
    _rest(page, len(ordered), limit)


def _rest(page: Page, number: int, limit: int) -> None:
    if number > limit:
        page.line(f"and {number - limit} more; -v shows all", indent=2)


def _difference(told: Difference) -> dict[str, Any]:
    return {
        "schema": "ehcaudit.diff/1",
        "first": _run(told.first),
        "second": _run(told.second),
        "scores_compared": told.scores_compared,
        "rules_not_compared": dict(told.rules),
        "plans": {
            "new": list(told.new),
            "gone": list(told.gone),
            "better": [_changed(plan) for plan in told.better],
            "worse": [_changed(plan) for plan in told.worse],
            "changed": [_changed(plan) for plan in told.changed],
            "same": told.same,
            "not_compared": dict(told.not_compared),
        },
        "findings": {what: dict(sorted(told.counts(what).items())) for what in ("new", "fixed")},
    }


def _changed(plan: Changed) -> dict[str, Any]:
    return {
        "path": plan.path,
        "was": plan.was or None,
        "before": plan.before,
        "after": plan.after,
        "new": _faults(plan.new),
        "fixed": _faults(plan.fixed),
    }


def _faults(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    return [
        {"rule": f.rule, "section": f.section, "severity": f.severity, "fingerprint": f.fingerprint, "query": f.query}
        for f in faults
    ]


def _difference_rows(told: Difference) -> Iterator[Sequence[Cell]]:
    blank = (None,) * 5
    for change, plans in (("worse", told.worse), ("better", told.better), ("changed", told.changed)):
        for plan in plans:
            why = f"was {plan.was}" if plan.was else ""
            yield (plan.path, change, plan.before, plan.after, *blank, why)
            for what, faults in (("new", plan.new), ("fixed", plan.fixed)):
                for f in faults:
                    place = (what, f.rule, f.section, f.severity, f.fingerprint)
                    yield (plan.path, change, plan.before, plan.after, *place, why)
    for change, paths in (("new", told.new), ("gone", told.gone)):
        yield from ((path, change, None, None, *blank, "") for path in paths)
    yield from ((path, "not compared", None, None, *blank, why) for path, why in told.not_compared.items())

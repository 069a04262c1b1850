"""What stands beside the figures of one run: the trend over the runs of a store, and wording that plans share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ehcaudit.history import Interval, Point
from ehcaudit.model import Run
from ehcaudit.reports.base import ReportOptions, count, section_label, spoken
from ehcaudit.reports.redact import under

RUNS: Final = 24
"""So many runs of the store, the latest; the page says where there are more."""
BOARD_RUNS: Final = 4
ENTRIES: Final = 12
"""Entries of each list of wording; the rest is counted."""
LONGEST: Final = 200
"""Letters of shared wording."""
NAMED: Final = 6
"""Plans named in one entry."""
_LEFT, _RIGHT, _TOP, _BOTTOM, _HEIGHT = 60.0, 900.0, 16.0, 150.0, 190.0
"""The drawing: edges of its field, and its height, in units of its view box (940 wide)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One run in the table of the trend."""

    point: Point
    score: Interval | None
    """None too where it is of fewer plans than may be shown."""
    plans: str
    change: str
    """Since the run before; "–" where that cannot be told."""
    marks: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A run in the picture, with its whisker."""

    x: float
    y: float
    high: float
    low: float
    day: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The picture and its table, the oldest run first."""

    steps: tuple[Step, ...]
    dots: tuple[Dot, ...]
    lines: tuple[str, ...]
    """Paths that join runs between which nothing but the plans' wording changed."""
    ticks: tuple[tuple[float, str], ...]
    more: int
    """Earlier runs that are not shown."""
    height: float = _HEIGHT
    left: float = _LEFT
    right: float = _RIGHT


def trend_of(options: ReportOptions) -> Trend | None:
    """The trend, where a store remembers two runs or more. Few plans tell of single children: redacted, no figure."""
    points = _without_repeats(options.trend)
    if len(points) < 2:
        return None
    shown = points[-(BOARD_RUNS if options.edition == "board" else RUNS) :]
    steps = tuple(_step(point, options) for point in shown)
    known = [step.score for step in steps if step.score]
    if not known:
        return Trend(steps, (), (), (), len(points) - len(shown))
    least, most = _scale(known)

    def across(place: int) -> float:
        return _LEFT + 40 + (_RIGHT - _LEFT - 80) * place / max(1, len(steps) - 1)

    def up(score: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * (score - least) / (most - least)

    dots: list[Dot] = []
    lines: list[str] = []
    every = max(1, -(-len(steps) // 8))
    for place, step in enumerate(steps):
        if step.score is None:
            continue
        on, month, year = spoken(step.point.run.as_of).split()
        day = f"{on} {month[:3]} {year}" if (len(steps) - 1 - place) % every == 0 else ""
        dot = Dot(across(place), up(step.score.figure), up(step.score.high), up(step.score.low), day)
        if dots and place and steps[place - 1].score and not step.point.marks:
            lines.append(f"M{dots[-1].x:.1f} {dots[-1].y:.1f}L{dot.x:.1f} {dot.y:.1f}")
        dots.append(dot)
    ticks = tuple((up(score), f"{score:.0f}") for score in (least, (least + most) / 2, most))
    return Trend(steps, tuple(dots), tuple(lines), ticks, len(points) - len(shown))


def _without_repeats(points: Iterable[Point]) -> list[Point]:
    """The runs but for those that only say again what the one before them said of the same day."""
    kept: list[Point] = []
    for point in points:
        last = kept[-1] if kept else None
        told = last and (last.run.as_of, last.plans, last.score) == (point.run.as_of, point.plans, point.score)
        if point.marks or not told:
            kept.append(point)
    return kept


def _step(point: Point, options: ReportOptions) -> Step:
    redact, smallest = options.redact, options.smallest
    hidden = redact and point.plans < smallest
    change = point.change if not (redact and point.change and point.change.count < smallest) else None
    # How many plans joined or left may be one child.
    marks = [mark.partition(":")[0] if redact else mark for mark in point.marks]
    return Step(
        point,
        None if hidden else point.score,
        under(smallest) if hidden else str(point.plans),
        _signed(change.figure) if change else "–",
        "; ".join(marks),
    )


def _signed(change: float) -> str:
    """A change as people write it: +1.2, −0.3 (a minus, not a hyphen), 0.0."""
    said = f"{abs(change):.1f}"
    return said if said == "0.0" else f"{'+' if change > 0 else '−'}{said}"


def _scale(scores: Sequence[Interval]) -> tuple[float, float]:
    """Tens around all of them; 20 apart at the least, so that a little change looks little."""
    least = 10.0 * (min(score.low for score in scores) // 10)
    most = -10.0 * (-max(score.high for score in scores) // 10)
    while most - least < 20:
        least, most = max(0.0, least - 10), min(100.0, most + 10)
    return least, most


# ---------------------------------------------------------------- wording


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of sentences under a heading; ``more`` are left out."""

    head: str
    says: str
    lines: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Wording:
    """What plans share, in the order in which a person should look at it."""

    shared: tuple[tuple[str, int, int, str], ...]
    """(kind of statement, statements, those in another plan too, share)"""
    repeated: tuple[Any, ...]
    """``caseload.Repeated``, its text cut to length."""
    repeated_more: int
    lists: tuple[Listed, ...]
    smallest: int

    def __bool__(self) -> bool:
        return bool(self.shared or self.repeated or self.lists)


def wording_of(run: Run, options: ReportOptions) -> Wording | None:
    """Repeated wording; None in a redacted report (it is words of plans), for one plan, and where there is none."""
    if options.redact or len(run.summaries) < 2 or options.edition in ("board", "parents"):
        return None
    from ehcaudit.caseload import view_of
    from ehcaudit.reports.caseload import STATEMENTS

    view = view_of(run, smallest=options.smallest)
    copied = [found for found in view.repeated if found.origin == "copied"]
    wording = Wording(
        tuple((STATEMENTS[s.kind], s.statements, s.shared, f"{100 * s.share:.0f}%") for s in view.shared),
        tuple((found, _short(found.text)) for found in copied[:ENTRIES]),
        max(0, len(copied) - ENTRIES),
        tuple(listed for listed in _lists(view) if listed.lines),
        view.smallest,
    )
    return wording or None


def _lists(view: Any) -> list[Listed]:
    from ehcaudit.reports.caseload import FACTS, TELLS, names_in

    names = names_in(view)

    def named(paths: Sequence[str]) -> str:
        some = ", ".join(names[path] for path in paths[:NAMED])
        return f"{some} and {len(paths) - NAMED} more" if len(paths) > NAMED else some

    def listed(head: str, says: str, lines: Sequence[str]) -> Listed:
        return Listed(head, says, tuple(lines[:ENTRIES]), max(0, len(lines) - ENTRIES))

    return [
        listed(
            "A name that belongs to another plan",
            "Please look at each: two people may share a name.",
            [
                f"{names[one.path]}, {section_label(one.section)}: a name of {named(one.owners)} ({TELLS[one.sort]})"
                for one in view.strangers
            ],
        ),
        listed(
            "Versions of one plan that do not agree",
            "A fact that no version may change is not the same in all of them.",
            [f"{named(one.paths)}: {', '.join(FACTS[fact] for fact in one.facts)}" for one in view.contradictions],
        ),
        listed(
            "Plans of different children that are nearly the same",
            "The share is how much of their wording they have in common.",
            [f"{100 * one.similarity:.0f}% alike: {named(one.paths)}" for one in view.alike],
        ),
        listed(
            "The same outcome for different children",
            "The same but for name, pronouns and figures, or nearly so.",
            [
                f"“{_short(one.text)}” ("
                + (count(one.children, "child", "children") if one.children >= view.smallest else named(one.paths))
                + ")"
                for one in view.same_outcomes
            ],
        ),
    ]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"

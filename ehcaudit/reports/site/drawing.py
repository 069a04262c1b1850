"""Plan → the shapes of its two pictures, in SVG user units: the golden thread, and advice dates on a line of time.

Only places and words are worked out here; the templates draw them, so that every word is escaped like all others. A
picture never says anything alone: the same facts stand in a table below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Final

from markupsafe import Markup

from ehcaudit.model import Advice, Item, Plan, Thread
from ehcaudit.reports.base import bare, spoken
from ehcaudit.reports.telling import AREAS, role_name

KINDS = ("need", "outcome", "provision")
BOX: Final = 270.0
"""Width of a box."""
_GAP, _PAD = 8.0, 12.0
_COLUMNS = (10.0, 335.0, 660.0)
_LINE = 15.0
_HEAD = 24.0
_LETTERS = 36
"""Letters of the picture's type that fit into a box."""


# ---------------------------------------------------------------- the golden thread


@dataclass(frozen=True, slots=True)
class Box:
    """One statement, or the place where one is lacking (``id`` is then empty)."""

    x: float
    y: float
    height: float
    id: str
    lines: tuple[str, ...]
    loose: bool = False
    """A statement to which nothing is linked: it is a gap as well."""

    @property
    def frame(self) -> Markup:
        """Where it stands, as attributes of a rectangle; made here, for there are thousands of boxes."""
        return Markup(f'x="{self.x:.0f}" y="{self.y:.0f}" width="{BOX:.0f}" height="{self.height:.0f}"')  # noqa: S704

    @property
    def pen(self) -> Markup:
        """Where its words begin, as attributes of a text."""
        return Markup(f'x="{self.x + 10:.0f}" y="{self.y + 18:.0f}"')  # noqa: S704 - numbers of ours


@dataclass(frozen=True, slots=True)
class Band:
    """One thread: its boxes with the lines between them, a picture of its own, so that a page can break after it."""

    height: float
    label: str
    boxes: tuple[Box, ...]
    lines: tuple[tuple[str, bool], ...]
    """(path, whether it leads to a gap)."""
    joints: tuple[tuple[float, float], ...]

    def path(self, gap: bool) -> Markup:
        """All lines of one kind as one path: there may be dozens."""
        return Markup("".join(line for line, leads in self.lines if leads == gap))  # noqa: S704 - numbers of ours


@dataclass(frozen=True, slots=True)
class ThreadPicture:
    """All bands, one under the other."""

    bands: tuple[Band, ...]
    not_drawn: int
    """Threads for which there was no room."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thread in words, for the table under the picture."""

    label: str
    columns: tuple[tuple[Item, ...], ...]
    """Needs, outcomes, provisions."""
    gaps: tuple[str, ...]
    linked: bool = True


def thread_rows(plan: Plan) -> list[Row]:
    """Every thread, then what no thread links. Statements that there is no need or provision are left out."""
    items = {item.id: item for item in plan.items if not item.none_stated}
    rows = []
    for thread in plan.threads:
        columns = tuple(
            tuple(items[i] for i in ids if i in items) for ids in (thread.needs, thread.outcomes, thread.provisions)
        )
        if any(columns):
            rows.append(Row(_label(thread), columns, tuple(k for k, c in zip(KINDS, columns, strict=True) if not c)))
    linked = {i for thread in plan.threads for i in (*thread.needs, *thread.outcomes, *thread.provisions)}
    loose = tuple(tuple(i for i in items.values() if i.kind == kind and i.id not in linked) for kind in KINDS)
    if any(loose):
        rows.append(Row("Linked to nothing", loose, (), linked=False))
    return rows


def _label(thread: Thread) -> str:
    area = AREAS.get(thread.area, thread.area)
    how = {
        "table": "as the plan's own table links them",
        "area": "linked by their area of need",
        "words": "linked by the words they share",
    }[thread.basis]
    sure = "" if thread.confidence >= 0.995 else f", {thread.confidence:.0%} sure"
    return f"{area[:1].upper()}{area[1:] or 'No area named'}: {how}{sure}"


def draw_thread(rows: Sequence[Row], most: int) -> ThreadPicture:
    """Needs on the left, outcomes in the middle, provision on the right; at most ``most`` boxes."""
    bands: list[Band] = []
    used = 0
    for row in rows:
        used += sum(len(column) for column in row.columns)
        if bands and used > most:
            break
        bands.append(_band(row))
    return ThreadPicture(tuple(bands), len(rows) - len(bands))


def _band(row: Row) -> Band:
    columns = [
        [(item.id, _wrapped(item.text)) for item in column] or ([("", (f"No {kind} is linked",))] if row.linked else [])
        for kind, column in zip(KINDS, row.columns, strict=True)
    ]
    heights = [sum(_tall(lines) + _GAP for _, lines in column) - _GAP for column in columns]
    room = max(heights)
    boxes: list[list[Box]] = []
    for x, column, height in zip(_COLUMNS, columns, heights, strict=True):
        at = _HEAD + (room - height) / 2
        placed = []
        for name, lines in column:
            placed.append(Box(x, at, _tall(lines), name, lines, not row.linked))
            at += _tall(lines) + _GAP
        boxes.append(placed)
    links: list[tuple[str, bool]] = []
    joints: list[tuple[float, float]] = []
    if row.linked:
        for left, right in pairwise(boxes):
            _join(left, right, links, joints)
    return Band(
        room + _HEAD + _PAD, row.label, tuple(b for column in boxes for b in column), tuple(links), tuple(joints)
    )


def _wrapped(words: str) -> tuple[str, ...]:
    """At most two lines of a statement, the rest as an ellipsis."""
    left = bare(words[: 4 * _LETTERS]).split()  # More than two lines hold.
    lines: list[str] = []
    while left and len(lines) < 2:
        line = left[0][:_LETTERS]
        left = [left[0][_LETTERS:], *left[1:]] if left[0][_LETTERS:] else left[1:]
        while left and len(line) + 1 + len(left[0]) <= _LETTERS:
            line += f" {left.pop(0)}"
        lines.append(line)
    if left:
        while len(lines[-1]) + 2 > _LETTERS:
            lines[-1] = lines[-1].rpartition(" ")[0] or lines[-1][: _LETTERS - 2]
        lines[-1] += " …"
    return tuple(lines)


def _tall(lines: tuple[str, ...]) -> float:
    return 26 + _LINE * len(lines)


def _join(left: list[Box], right: list[Box], lines: list[tuple[str, bool]], joints: list[tuple[float, float]]) -> None:
    """One line where one meets one; many to many meet in a joint between the columns, so that lines stay few."""
    start, end = left[0].x + BOX, right[0].x
    if len(left) == 1 or len(right) == 1:
        for a in left:
            for b in right:
                lines.append((_curve(start, _middle(a), end, _middle(b)), not (a.id and b.id)))
        return
    x, y = (start + end) / 2, (_middle(left[0]) + _middle(left[-1])) / 2
    joints.append((x, y))
    lines += [(_curve(start, _middle(a), x, y), not a.id) for a in left]
    lines += [(_curve(x, y, end, _middle(b)), not b.id) for b in right]


def _middle(box: Box) -> float:
    return box.y + box.height / 2


def _curve(x1: float, y1: float, x2: float, y2: float) -> str:
    half = (x1 + x2) / 2
    return f"M{x1:.0f} {y1:.0f}C{half:.0f} {y1:.0f} {half:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"


# ---------------------------------------------------------------- advice on a line of time


@dataclass(frozen=True, slots=True)
class Dated:
    """One entry of advice: where it stands on the line (None without a date), and how it stands to the plan."""

    advice: Advice
    who: str
    x: float | None = None
    y: float = 0.0
    when: str = ""
    """ "12 weeks before", or empty."""
    late: bool = False
    """Dated after the plan."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Entries in the order of their dates, the undated last; the plan's own days as upright lines."""

    height: float = 0.0
    entries: tuple[Dated, ...] = ()
    days: tuple[tuple[float, str, date], ...] = ()
    """(x, what it is, the day)."""
    ticks: tuple[tuple[float, str], ...] = ()
    drawn: tuple[Dated, ...] = field(default=())


_LEFT, _RIGHT, _ROW = 250.0, 900.0, 26.0
_TICK: Final = 64.0
"""Width of the words of a tick."""


def draw_timeline(plan: Plan, first: Iterable[str] = (), most: int = 60) -> Timeline:
    """Advice against the plan's date, at most ``most`` entries drawn; the roles in ``first`` come first."""
    own = [("Plan", plan.facts.plan_date), ("Review", plan.facts.review_date)]
    known = [(label, day) for label, day in own if day]
    dates = [entry.date for entry in plan.advice if entry.date] + [day for _, day in known]
    ahead = set(first)
    entries = [_dated(entry, plan.facts.plan_date) for entry in plan.advice]
    entries.sort(key=lambda e: (e.advice.role not in ahead, e.advice.date is None, e.advice.date or date.min, e.who))
    if len(set(dates)) < 2:
        return Timeline(0.0, tuple(entries))
    low, high = min(dates).toordinal(), max(dates).toordinal()
    spread = max(high - low, 28)
    low -= round(spread * 0.04)

    def place(day: date) -> float:
        return _LEFT + (_RIGHT - _LEFT) * (day.toordinal() - low) / (spread * 1.08)

    drawn: list[Dated] = []
    for entry in entries:
        if entry.advice.date and len(drawn) < most:
            y = 58 + _ROW * len(drawn)
            drawn.append(Dated(entry.advice, entry.who, place(entry.advice.date), y, entry.when, entry.late))
    own_days = [place(day) for _, day in known]
    ticks = [  # The words of a tick give way to the line of one of the plan's own days.
        (place(day), "" if any(abs(place(day) - own_day) < _TICK / 2 for own_day in own_days) else words)
        for day, words in _ticks(min(dates), max(dates))
        if day.toordinal() > low
    ]
    return Timeline(
        58 + _ROW * len(drawn) + 8,
        tuple(entries),
        tuple((place(day), label, day) for label, day in known),
        tuple(ticks),
        tuple(drawn),
    )


def _ticks(first: date, last: date, most: int = 9) -> list[tuple[date, str]]:
    """First days of months or years between two days, so many that their words do not run into each other."""
    months = [
        date(m // 12, m % 12 + 1, 1) for m in range(12 * first.year + first.month - 1, 12 * last.year + last.month)
    ]
    step = next(
        (step for step in (1, 2, 3, 6, 12) if len(months) <= most * step), 12 * (1 + len(months) // (most * 12))
    )
    named = [day for day in months if (12 * day.year + day.month - 1) % step == 0]
    return [(day, str(day.year) if step >= 12 else f"{spoken(day).split()[1][:3]} {day.year}") for day in named]


def _dated(entry: Advice, plan_date: date | None) -> Dated:
    who = role_name(entry.role) or entry.author or entry.title or "Not named"
    if not entry.date or not plan_date:
        return Dated(entry, who)
    days = (plan_date - entry.date).days
    weeks = abs(days) // 7
    far = f"{weeks} week{'' if weeks == 1 else 's'}" if weeks else f"{abs(days)} day{'' if abs(days) == 1 else 's'}"
    when = "the same day" if not days else f"{far} {'before' if days > 0 else 'after'}"
    return Dated(entry, who, None, 0.0, when, days < 0)

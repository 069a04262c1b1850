"""Runs that a store remembers → what changed between them: figures of one run, a trend, and the difference of two.

A change of the rules, the settings or the set of plans is said, and never shown as a change of quality.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from ehcaudit.errors import StoreError
from ehcaudit.model import SEVERITIES, Fault, Gist, Summary
from ehcaudit.store import Member, RunRecord, Store

_T = (12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
"""97.5 % quantile of Student's t for 1 to 10 degrees of freedom."""


class _Mean:
    """Mean and spread of figures that come one by one (Welford)."""

    def __init__(self) -> None:
        self.count, self.mean, self._squares = 0, 0.0, 0.0

    def add(self, figure: float) -> None:
        self.count += 1
        step = figure - self.mean
        self.mean += step / self.count
        self._squares += step * (figure - self.mean)

    def value(self) -> tuple[int, float, float]:
        """How many, their mean, and the standard deviation of a sample."""
        spread = math.sqrt(self._squares / (self.count - 1)) if self.count > 1 else 0.0
        return self.count, round(self.mean, 4), round(spread, 4)


class Figures:
    """The figures of one run, plan by plan."""

    def __init__(self) -> None:
        self._score, self._coverage = _Mean(), _Mean()
        self._themes: dict[str, _Mean] = {}
        self._grades: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()
        self._plans = 0

    def add(self, gist: Gist) -> None:
        """Take the next plan into account."""
        self._plans += 1
        self._coverage.add(gist.coverage)
        if gist.percent is not None:
            self._score.add(gist.percent)
        for theme, percent in gist.themes.items():
            if percent is not None:
                self._themes.setdefault(theme, _Mean()).add(percent)
        self._grades[gist.grade] += 1
        for severity, number in zip(SEVERITIES, gist.counts, strict=True):
            if number:
                self._faults[severity] += number

    def value(self) -> dict[str, Any]:
        """As the store keeps them: each mean with its number and standard deviation."""
        return {
            "plans": self._plans,
            "score": self._score.value(),
            "coverage": self._coverage.value(),
            "themes": {theme: self._themes[theme].value() for theme in sorted(self._themes)},
            "grades": dict(sorted(self._grades.items())),
            "faults": dict(sorted(self._faults.items())),
        }


# ---------------------------------------------------------------- intervals


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval: where it would lie for other plans written in the same way."""

    figure: float
    low: float
    high: float
    count: int
    """Over how many plans."""


def of_mean(count: int, mean: float, spread: float) -> Interval | None:
    """Student's interval of a mean, kept within 0 to 100; one plan alone tells nothing, so it is the whole scale."""
    if not count:
        return None
    if count == 1:
        return Interval(mean, 0.0, 100.0, 1)
    half = _t(count - 1) * spread / math.sqrt(count)
    return Interval(mean, max(0.0, mean - half), min(100.0, mean + half), count)


def of_share(part: int, count: int) -> Interval | None:
    """Wilson's interval of a share, in per cent (Wilson 1927; it holds near 0 and 100 too)."""
    if not count:
        return None
    z = _quantile()
    share = part / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return Interval(100 * share, max(0.0, 100 * (middle - half)), min(100.0, 100 * (middle + half)), count)


def of_change(changes: Sequence[float]) -> Interval | None:
    """The mean of paired changes, with its interval."""
    if not changes:
        return None
    import statistics

    mean = statistics.fmean(changes)
    if len(changes) == 1:
        return Interval(mean, -100.0, 100.0, 1)
    half = _t(len(changes) - 1) * statistics.stdev(changes) / math.sqrt(len(changes))
    return Interval(mean, mean - half, mean + half, len(changes))


def _quantile() -> float:
    """97.5 % quantile of the normal distribution."""
    import statistics  # Not at the start: a run needs its figures, and only a trend their intervals.

    return statistics.NormalDist().inv_cdf(0.975)


def _t(freedom: int) -> float:
    """97.5 % quantile of Student's t; beyond the table by Cornish and Fisher's expansion, right to three digits."""
    if freedom <= len(_T):
        return _T[freedom - 1]
    z = _quantile()
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


# ---------------------------------------------------------------- trend


@dataclass(frozen=True, slots=True)
class Point:
    """One run in a trend."""

    run: RunRecord
    plans: int
    failures: int
    score: Interval | None
    themes: Mapping[str, Interval]
    grades: Mapping[str, Interval]
    """Share of the plans with each grade; "" stands for none."""
    marks: tuple[str, ...] = ()
    """What else changed since the run before, in words."""
    change: Interval | None = None
    """Change of the score since the run before, over the plans that are in both; None where it cannot be told."""


def trend(store: Store, last: int = 0) -> list[Point]:
    """The runs, the oldest first; only the ``last`` ones where that is not 0."""
    points: list[Point] = []
    before: RunRecord | None = None
    for run in store.runs()[-last:]:
        figures = run.figures
        count = figures["plans"]
        themes = {theme: of_mean(*numbers) for theme, numbers in figures["themes"].items()}
        grades = {grade: of_share(part, count) for grade, part in figures["grades"].items()}
        marks, change = _since(store, before, run) if before else ((), None)
        points.append(
            Point(
                run,
                count,
                figures["failures"],
                of_mean(*figures["score"]),
                {theme: shown for theme, shown in themes.items() if shown},
                {grade: shown for grade, shown in grades.items() if shown},
                marks,
                change,
            )
        )
        before = run
    return points


def _since(store: Store, before: RunRecord, run: RunRecord) -> tuple[tuple[str, ...], Interval | None]:
    marks: list[str] = []
    if before.rules != run.rules:
        marks.append("other rules")
    elif before.version != run.version:
        marks.append("another version")
    elif before.method != run.method:
        marks.append("other settings or program")
    one = {member.path: member for member in store.members(before.id)}
    two = {member.path: member for member in store.members(run.id)}
    paired, new, gone = _paired(store, one, two)
    apart = _apart(store, before, run, new, gone)
    joined, left = new - apart.keys(), gone - apart.keys()
    if joined or left:
        marks.append(f"other plans: {len(joined)} joined, {len(left)} left")
    if back := new & apart.keys():
        marks.append(f"{len(back)} not audited last time")
    if lost := gone & apart.keys():
        marks.append(f"{len(lost)} not audited this time")
    if before.method != run.method:
        return tuple(marks), None
    pairs = [(one[then].percent, two[now].percent) for now, then in paired]
    return tuple(marks), of_change([b - a for a, b in sorted(_known(pairs))])


def _known(pairs: Sequence[tuple[float | None, float | None]]) -> list[tuple[float, float]]:
    return [(one, two) for one, two in pairs if one is not None and two is not None]


# ---------------------------------------------------------------- the difference of two runs


@dataclass(frozen=True, slots=True)
class Changed:
    """One plan that is in both runs, and not as it was."""

    path: str
    before: float | None
    after: float | None
    new: tuple[Fault, ...]
    fixed: tuple[Fault, ...]
    was: str = ""
    """Where it stood in the first run, if that was elsewhere."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What the second of two runs has otherwise than the first."""

    first: RunRecord
    second: RunRecord
    rules: Mapping[str, str]
    """Rule id → ``new``, ``gone`` or ``changed``: what such a rule finds is not compared."""
    scores_compared: bool
    """Rules, settings and program are the same, so a score may be held against the other."""
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    better: tuple[Changed, ...] = ()
    worse: tuple[Changed, ...] = ()
    changed: tuple[Changed, ...] = ()
    """Findings that are new or fixed, and a score that is the same or not compared."""
    same: int = 0
    """Plans that were compared, and nothing of them changed."""
    not_compared: Mapping[str, str] = field(default_factory=dict)
    """Path → why the plan could not be compared."""

    @property
    def plans(self) -> tuple[Changed, ...]:
        """All that were compared and changed, by path."""
        return tuple(sorted((*self.better, *self.worse, *self.changed), key=lambda plan: plan.path))

    def counts(self, what: str) -> Counter[str]:
        """Rule → how many findings are ``new`` or ``fixed``."""
        return Counter(fault.rule for plan in self.plans for fault in getattr(plan, what))


def find_run(store: Store, name: str) -> RunRecord:
    """A run by its number, ``latest`` or ``previous``. Raises StoreError."""
    runs = store.runs()
    place = {"latest": -1, "previous": -2}.get(name)
    if place is not None and len(runs) >= -place:
        return runs[place]
    for run in runs:
        if str(run.id) == name:
            return run
    if len(runs) == 1:
        known = f"the only one is {runs[0].id}"
    else:
        known = f"the runs are {runs[0].id} to {runs[-1].id}" if runs else "it has none yet"
    raise StoreError(f"{store.path}: has no run “{name}”; {known} (or latest, previous)")


def difference(store: Store, first: RunRecord, second: RunRecord) -> Difference:
    """The difference of two runs."""
    one, two = store.cards(first.id), store.cards(second.id)
    rules = dict.fromkeys(two.keys() - one.keys(), "new") | dict.fromkeys(one.keys() - two.keys(), "gone")
    rules |= {rule: "changed" for rule in one.keys() & two.keys() if one[rule][0] != two[rule][0]}
    told = Difference(first, second, dict(sorted(rules.items())), first.method == second.method)
    before = {member.path: member for member in store.members(first.id)}
    after = {member.path: member for member in store.members(second.id)}
    pairs, new, gone = _paired(store, before, after)
    apart = _apart(store, first, second, new, gone)
    better: list[Changed] = []
    worse: list[Changed] = []
    changed: list[Changed] = []
    same = 0
    for path, was in pairs:
        now, then = after[path], before[was]
        plan = _compared(store, then, now, rules, told.scores_compared) if now.result != then.result else None
        if plan is None:
            same += 1
        elif not told.scores_compared or _order(plan) == 0:
            changed.append(plan)
        else:
            (better if _order(plan) > 0 else worse).append(plan)
    return Difference(
        first,
        second,
        told.rules,
        told.scores_compared,
        tuple(sorted(new - apart.keys())),
        tuple(sorted(gone - apart.keys())),
        tuple(better),
        tuple(worse),
        tuple(changed),
        same,
        dict(sorted(apart.items())),
    )


def _apart(
    store: Store, first: RunRecord, second: RunRecord, new: Collection[str], gone: Collection[str]
) -> dict[str, str]:
    """Path → why it was not compared: every file that either run could not audit, and what its folder hid."""
    one, two = _failed(store, first), _failed(store, second)
    apart: dict[str, str] = {}
    for path in one.keys() | two.keys():
        if path in one and path in two:
            same = one[path] if one[path] == two[path] else f"{one[path]}, then {two[path]}"
            apart[path] = f"could not be audited in either run ({same})"
        elif path in one:
            apart[path] = f"could not be audited in the first run ({one[path]})"
        else:
            apart[path] = f"could not be audited in the second run ({two[path]})"
    for paths, failed, which in ((new, one, "first"), (gone, two, "second")):
        for path in paths:
            if path not in apart and any(str(folder) in failed for folder in PurePath(path).parents):
                apart[path] = f"its folder could not be read in the {which} run"
    return apart


def _failed(store: Store, run: RunRecord) -> dict[str, str]:
    """The files and folders that a run could not audit: path → the word of the error."""
    return {path: error for path, error in store.failures(run.id).items() if error != "no-inputs"}


def _paired(
    store: Store, before: Mapping[str, Member], after: Mapping[str, Member]
) -> tuple[list[tuple[str, str]], set[str], set[str]]:
    """(Path now, path then) of each plan in both runs, and the paths that are new or gone.

    A plan that was moved is the same plan where its content is the same and stands nowhere else.
    """
    pairs = [(path, path) for path in sorted(after.keys() & before.keys())]
    new, gone = after.keys() - before.keys(), before.keys() - after.keys()
    contents: dict[str, list[str]] = {}
    for path in sorted(gone):
        contents.setdefault(store.content(before[path].result), []).append(path)
    for path in sorted(new):
        waiting = contents.get(store.content(after[path].result), [])
        if waiting:
            pairs.append((path, waiting.pop(0)))
    moved_to, moved_from = {now for now, then in pairs if now != then}, {then for now, then in pairs if now != then}
    return sorted(pairs), set(new - moved_to), set(gone - moved_from)


def _compared(store: Store, then: Member, now: Member, rules: Mapping[str, str], scores: bool) -> Changed | None:
    old, new = store.summary(then.result, then.path), store.summary(now.result, now.path)
    came, went = _beyond(new, old, rules), _beyond(old, new, rules)
    before, after = _shown(then.percent), _shown(now.percent)
    if not came and not went and (before == after or not scores):
        return None
    return Changed(now.path, before, after, came, went, "" if then.path == now.path else then.path)


def _beyond(one: Summary, other: Summary, rules: Mapping[str, str]) -> tuple[Fault, ...]:
    """The findings of one audit that the other has not, or not as often."""
    left = Counter(fault.fingerprint for fault in other.findings)
    more: list[Fault] = []
    for fault in one.findings:
        if fault.rule in rules:
            continue
        left[fault.fingerprint] -= 1
        if left[fault.fingerprint] < 0:
            more.append(fault)
    return tuple(more)


def _order(plan: Changed) -> int:
    before, after = (-1.0 if figure is None else figure for figure in (plan.before, plan.after))
    return (after > before) - (after < before)


def _shown(percent: float | None) -> float | None:
    return None if percent is None else round(percent, 1)

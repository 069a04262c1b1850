"""The plans of a run, one by one → its one verdict and why; what is suppressed by waivers and a baseline, and counted.

Only summaries are looked at, so a gate costs the same for thirty plans and for a county's caseload.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING

from ehcaudit.baseline import Ledger, count, shown
from ehcaudit.model import SEVERITIES, Failure, Finding, Gist, PlanAudit, Run, Severity, Summary, Verdict
from ehcaudit.shelf import Audits, Lazy

if TYPE_CHECKING:
    from ehcaudit.caseload import Trace

NAMED = 5
"""Waivers that no plan fits are named up to this number: a run of one plan leaves all the others unused."""


@dataclass(frozen=True, slots=True)
class Share:
    """A condition on the caseload: at least so many per cent of the plans are as it says.

    A plan is where everything that is given holds: none of ``rules`` finds a fault or could not be assessed and one of
    them is met; and the score of ``theme`` (without one, of the plan) reaches ``min_score``.
    """

    name: str
    at_least: float
    rules: frozenset[str] = frozenset()
    theme: str = ""
    min_score: float | None = None

    def holds(self, summary: Summary) -> bool:
        """Whether one plan is as the condition says."""
        if self.rules:
            answers = {r.status for r in summary.results if r.rule in self.rules}
            if answers & {"not_met", "not_assessed"} or "met" not in answers:
                return False
        return self.min_score is None or _reaches(_percent(summary, self.theme), self.min_score)


@dataclass(frozen=True, slots=True)
class Gate:
    """What makes a run's verdict ``findings``."""

    fail_on: Severity | None = "minor"
    """Any finding of this severity or graver; None: none does. What a person must decide never does."""
    min_score: float | None = None
    """Any plan that scores less (or has no score)."""
    min_themes: Mapping[str, float] = field(default_factory=dict)
    """Any plan in which a theme scores less. A theme that does not apply, or waits for a person, has no minimum."""
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiver:
    """A fault that somebody answers for, until a day."""

    rule: str
    plan: str
    """A file name or the end of a path, with ``*`` and ``?``: ``sam.docx``, ``2026/autumn/*.docx``."""
    reason: str
    owner: str
    expires: date
    """The last day on which it holds."""
    fingerprint: str = ""
    """One finding alone; empty: all of this rule in this plan."""

    def fits(self, path: PurePath) -> bool:
        """Whether it is for the plan at this path."""
        return path.match(self.plan)

    def __str__(self) -> str:
        return f"{self.rule} in {self.plan} ({self.owner}, until {self.expires})"


# ---------------------------------------------------------------- the verdict


class Tally:
    """Is shown every plan of a run once, and then knows what is suppressed, the verdict and why."""

    def __init__(
        self,
        gate: Gate,
        *,
        as_of: date,
        waivers: Sequence[Waiver] = (),
        baseline: Ledger | None = None,
        written: Ledger | None = None,
    ) -> None:
        self.gate, self.baseline, self.written = gate, baseline, written
        self.waivers = [waiver for waiver in waivers if waiver.expires >= as_of]
        self.expired = [waiver for waiver in waivers if waiver.expires < as_of]
        self.dropped: dict[int, Counter[str]] = {}
        """Number of a plan → fingerprints of it that are suppressed, and how often."""
        self.waived = self.known = 0
        self._used: set[int] = set()
        self._near: set[int] = set()
        self._grave = () if gate.fail_on is None else SEVERITIES[: SEVERITIES.index(gate.fail_on) + 1]
        self._plans = self._faulty = self._low = self._worse = 0
        self._themes: Counter[str] = Counter()
        self._shares: Counter[int] = Counter()

    def add(self, summary: Summary) -> None:
        """Take the next plan into account."""
        left = self._screened(summary)
        if self.written:
            self.written.note(summary)
        if left:
            self.dropped[self._plans] = left
            summary = without(summary, left)
        for place, share in enumerate(self.gate.shares):
            self._shares[place] += share.holds(summary)
        self._judge(Gist.of(summary))

    @property
    def looks_closer(self) -> bool:
        """Whether the gist of a plan is not enough to go by."""
        return bool(self.waivers or self.baseline or self.written or self.gate.shares)

    def add_gist(self, gist: Gist) -> None:
        """Take the next plan into account, where nothing ``looks_closer``."""
        assert not self.looks_closer
        self._judge(gist)

    def _judge(self, gist: Gist) -> None:
        gate = self.gate
        self._plans += 1
        self._faulty += any(gist.counts[: len(self._grave)])
        self._low += gate.min_score is not None and not _reaches(gist.percent, gate.min_score)
        for theme, least in gate.min_themes.items():
            percent = gist.themes.get(theme)
            self._themes[theme] += percent is not None and not _reaches(percent, least)

    def _screened(self, summary: Summary) -> Counter[str]:
        """The fingerprints that are suppressed in a plan: waived first, then known ones."""
        dropped: Counter[str] = Counter()
        path = PurePath(summary.path)
        for number, waiver in enumerate(self.waivers):
            if not waiver.fits(path):
                continue
            self._near.add(number)
            for finding in summary.findings:
                if finding.rule == waiver.rule and waiver.fingerprint in ("", finding.fingerprint):
                    self._used.add(number)
                    dropped[finding.fingerprint] = sum(f.fingerprint == finding.fingerprint for f in summary.findings)
        self.waived += dropped.total()
        known = self.baseline.find(summary) if self.baseline else None
        if known is None:
            return dropped
        counts = known.counts()
        for mark, times in Counter(f.fingerprint for f in summary.findings).items():
            more = min(times - dropped[mark], counts[mark])
            if more > 0:
                dropped[mark] += more
                self.known += more
        score = shown(summary.scorecard.percent)
        if self.baseline and self.baseline.comparable and known.score is not None:
            self._worse += score is None or score < known.score
        return +dropped

    def verdict(self, failures: Sequence[Failure]) -> tuple[Verdict, str]:
        """The one verdict on the whole run, and why. Incomplete outranks findings; nothing checked is never clean."""
        gate, plans = self.gate, self._plans
        reasons: list[str] = []

        def add(hit: int, one: str, many: str) -> None:
            if hit:
                reasons.append(f"{hit} of {plans} plans {one if hit == 1 else many}")

        new = "new findings" if self.baseline else "findings"
        add(
            self._faulty,
            f"has {new} of severity {gate.fail_on} or graver",
            f"have {new} of severity {gate.fail_on} or graver",
        )
        add(self._worse, "scores less than in the baseline", "score less than in the baseline")
        if gate.min_score is not None:
            add(self._low, f"scores below {gate.min_score:g}", f"score below {gate.min_score:g}")
        for theme, least in gate.min_themes.items():
            words = f"below {least:g} in the theme {theme}"
            add(self._themes[theme], f"scores {words}", f"score {words}")
        for place, share in enumerate(gate.shares):
            reached = 100 * self._shares[place] / plans if plans else 0.0
            if reached + 1e-9 < share.at_least:
                # Rounded down, so that what falls short never reads as enough.
                figure = int(reached * 10 + 1e-9) / 10
                reasons.append(f"{share.name}: {figure:g} % of plans, and {share.at_least:g} % are wanted")
        if failures or not plans:
            return "incomplete", "; ".join([f"{len(failures)} could not be audited", *reasons])
        return ("findings", "; ".join(reasons)) if reasons else ("clean", "")

    def notes(self) -> tuple[str, ...]:
        """Waivers that no longer hold or fit nothing, and what was not compared with the baseline."""
        notes = [f"waiver expired: {waiver}" for waiver in self.expired]
        apart: list[Waiver] = []
        for number, waiver in enumerate(self.waivers):
            if number in self._used:
                continue
            if number in self._near:
                notes.append(f"waiver not needed: {waiver}: the plan has no such finding")
            else:
                apart.append(waiver)
        if apart:
            more = f" and {len(apart) - NAMED} more" if len(apart) > NAMED else ""
            named = ", ".join(f"{waiver.rule} in {waiver.plan}" for waiver in apart[:NAMED])
            notes.append(f"{count(len(apart), 'waiver')} not used: no plan of this run fits: {named}{more}")
        if self.baseline:
            notes += self.baseline.remarks()
        if self.waived or self.known:
            parts = [f"{self.waived} waived"] * bool(self.waived) + [f"{self.known} known"] * bool(self.known)
            notes.append(f"{count(self.waived + self.known, 'finding')} suppressed: {', '.join(parts)}")
        return tuple(notes)


# ---------------------------------------------------------------- plans without what is suppressed


def without(summary: Summary, dropped: Mapping[str, int]) -> Summary:
    """A summary without the findings that are suppressed. Its results and scores stay: the fault is still there."""
    left = Counter(dropped)
    kept = []
    for finding in summary.findings:
        if left[finding.fingerprint] > 0:
            left[finding.fingerprint] -= 1
        else:
            kept.append(finding)
    return replace(summary, findings=tuple(kept))


class Screened(Audits):
    """The same plans without what is suppressed, and apart from them the ``suppressed`` findings."""

    def __init__(self, plans: Sequence[PlanAudit], summaries: Sequence[Summary], tally: Tally) -> None:
        super().__init__()
        self._plans, self._summaries, self._dropped = plans, summaries, tally.dropped
        self._length = lambda: len(plans)

    def whole(self, number: int) -> PlanAudit:
        """One audit without them."""
        audited = self._plans[number]
        return self.split(number, audited)[0] if number in self._dropped else audited

    def summary(self, number: int) -> Summary:
        """One summary without them."""
        summary = self._summaries[number]
        return without(summary, self._dropped[number]) if number in self._dropped else summary

    def trace(self, number: int) -> Trace:
        """What a caseload compares of one; what is suppressed is a fault all the same."""
        if isinstance(self._plans, Audits):
            return self._plans.trace(number)
        from ehcaudit.caseload import trace

        return trace(self._plans[number])

    @property
    def suppressed(self) -> Sequence[Finding]:
        """What was taken out, in the order of the plans."""
        return _Suppressed(self, self._dropped)

    def unscreened(self, number: int) -> PlanAudit:
        """One audit with everything."""
        return self._plans[number]

    def split(self, number: int, audited: PlanAudit) -> tuple[PlanAudit, list[Finding]]:
        """One audit without them, and they."""
        left = Counter(self._dropped[number])
        out: list[Finding] = []
        for finding in audited.findings:
            if left[finding.fingerprint] > 0:
                left[finding.fingerprint] -= 1
                out.append(finding)
        gone = {id(finding) for finding in out}
        results = tuple(
            replace(result, findings=tuple(f for f in result.findings if id(f) not in gone))
            if any(id(f) in gone for f in result.findings)
            else result
            for result in audited.results
        )
        return replace(audited, results=results), out


class _Suppressed(Lazy[Finding]):
    """Findings that were taken out, read plan by plan."""

    def __init__(self, screened: Screened, dropped: Mapping[int, Counter[str]]) -> None:
        self._screened, self._plans = screened, sorted(dropped)
        places = [(number, turn) for number in self._plans for turn in range(dropped[number].total())]
        self.numbers = [number for number, _ in places]
        """For each finding the number of its plan."""
        super().__init__(lambda place: self._of(places[place][0])[places[place][1]], lambda: len(places))

    def _of(self, number: int) -> list[Finding]:
        return self._screened.split(number, self._screened.unscreened(number))[1]

    def __iter__(self) -> Iterator[Finding]:
        for number in self._plans:
            yield from self._of(number)


def owned(run: Run) -> Iterator[tuple[int | None, Finding]]:
    """What is suppressed in a run, each with the number of its plan; None where that is not to be told (redacted)."""
    found = run.suppressed
    numbers: Sequence[int | None] = found.numbers if isinstance(found, _Suppressed) else (None,) * len(found)
    return zip(numbers, found, strict=True)


# ---------------------------------------------------------------- small things


def _percent(summary: Summary, theme: str) -> float | None:
    if not theme:
        return summary.scorecard.percent
    part = summary.scorecard.themes.get(theme)
    return None if part is None else part.percent


def _reaches(percent: float | None, least: float) -> bool:
    return percent is not None and round(percent, 1) >= least

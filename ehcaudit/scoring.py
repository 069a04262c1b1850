"""Results → Scorecard: what a plan was shown to earn, out of what applies to it.

A rule earns weight × (items met ÷ items), once per plan however long the plan is. What could not be assessed counts
as not earned, so reading less never scores more; coverage beside the score says how much could be judged. What a
person must decide counts neither way, and lowers the coverage.

Many rules look at the same provision from many sides, and each alone is nearly always met. So half of what the rules
over items earn goes by soundness: the share of items in which none of the graver rules finds a fault. One fault in each
provision is then a poor section F, not an excellent one with nineteen small marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ehcaudit.model import ITEM_HOMES, SECTION_LETTERS, Part, Result, RuleCard, Scorecard

GRAVE = ("critical", "major")
"""Severities of the rules that an item must meet to be sound."""

THEME_WEIGHTS: Mapping[str, float] = {
    "outcomes": 3,
    "provision": 3,
    "needs": 2,
    "health-and-care": 2,
    "voice": 2,
    "thread": 2,
    "dates": 1.5,
    "structure": 1.5,
    "adulthood": 1,
    "identity": 0,
    "plain-language": 0.5,
    "timeliness": 1,
}
"""How themes add up to the overall score; an authority may set its own. Identity is a gate, not a quality."""

GRADES: Mapping[str, float] = {"Outstanding": 95, "Good": 80, "Requires improvement": 50, "Inadequate": 0}
"""Lowest score of each grade. The words are those of multi-agency audits (Derby, Invision360); no shared thresholds
exist, so these are our own, published and open to change."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How scores are made of results."""

    theme_weights: Mapping[str, float] = field(default_factory=lambda: THEME_WEIGHTS)
    grades: Mapping[str, float] = field(default_factory=lambda: GRADES)
    cap: str = "Requires improvement"
    """Highest grade while a rule of law of critical severity is not met."""
    min_coverage: float = 0.5
    """Below this share of what applies, no grade is given."""


@dataclass(slots=True)
class _Sum:
    """Weights of one theme or section, added up."""

    earned: float = 0.0
    decided: float = 0.0
    missed: float = 0.0
    doubtful: float = 0.0
    soundness: float = 0.0
    """Weight of the graver rules over items."""
    blind: bool = False
    """One of those rules could not be assessed: no item is then known to be sound."""
    items: int = 0
    faults: int = 0
    """The most that one rule found, for results without findings."""
    faulty: set[str] = field(default_factory=set)
    in_doubt: set[str] = field(default_factory=set)

    def add(self, result: Result, weight: float, *, grave: bool) -> None:
        """Add one rule's result; ``grave``: items must meet it to be sound, so it counts twice."""
        if result.status == "not_assessed":
            self.missed += 2 * weight if grave else weight
            self.blind |= grave
            return
        if not result.items:
            if result.status == "query":
                self.doubtful += weight
            else:
                self.decided += weight
                self.earned += weight if result.status == "met" else 0.0
            return
        met = result.met or 0
        doubtful = min(len({f.item for f in result.findings if f.query}), result.items - met)
        self.earned += weight * met / result.items
        self.doubtful += weight * doubtful / result.items
        self.decided += weight * (result.items - doubtful) / result.items
        if grave:
            self.soundness += weight
            self.items = max(self.items, result.items)
            self.faults = max(self.faults, result.items - met - doubtful)
            self.faulty |= {f.item for f in result.findings if f.item and not f.query}
            self.in_doubt |= {f.item for f in result.findings if f.item and f.query}

    def part(self) -> Part:
        """Per cent of what is decided or was missed; None where nothing applies or all is in doubt."""
        if self.soundness:
            faults = min(self.items, max(self.faults, len(self.faulty)))
            doubts = min(self.items - faults, len(self.in_doubt - self.faulty))
            one = self.soundness / self.items
            self.earned += 0.0 if self.blind else one * (self.items - faults - doubts)
            self.decided += one * (self.items - doubts)
            self.doubtful += one * doubts
            self.soundness = 0.0
        whole = self.decided + self.missed
        everything = whole + self.doubtful
        return Part(100 * self.earned / whole if whole else None, self.decided / everything if everything else 1.0)


def score(results: Iterable[Result], cards: Mapping[str, RuleCard], scale: Scale) -> Scorecard:
    """The scorecard of one plan. ``cards`` holds the weight, theme and place of every rule that answered."""
    themes: dict[str, _Sum] = {}
    sections: dict[str, _Sum] = {}
    capping: list[str] = []
    unproven: list[str] = []
    for result in results:
        if result.status == "not_applicable":
            continue
        card = cards[result.rule]
        home = homes(card.where)
        grave = card.over_items and card.severity in GRAVE
        themes.setdefault(card.theme, _Sum()).add(result, card.weight, grave=grave)
        for letter in home:  # How many items stand in each of several sections is not told.
            sections.setdefault(letter, _Sum()).add(result, card.weight, grave=grave and len(home) == 1)
        if card.basis == "law" and card.severity == "critical":
            if result.status == "not_met":
                capping.append(card.id)
            elif result.status == "not_assessed":
                unproven.append(card.id)
    parts = {theme: themes[theme].part() for theme in sorted(themes)}
    weights = {theme: scale.theme_weights.get(theme, 1.0) for theme in parts}
    whole = sum(weights[t] for t, p in parts.items() if p.percent is not None)
    percent = (
        (sum(weights[t] * p.percent for t, p in parts.items() if p.percent is not None) / whole) if whole else None
    )
    weighted = sum(weights.values())
    coverage = sum(weights[t] * p.coverage for t, p in parts.items()) / weighted if weighted else 0.0
    grade = _grade(percent, scale, capped=bool(capping or unproven)) if coverage >= scale.min_coverage else None
    letters = sorted(sections, key=lambda letter: "H0" if letter == "H" else letter)
    return Scorecard(
        percent,
        grade,
        coverage,
        parts,
        {letter: sections[letter].part() for letter in letters},
        tuple(sorted(capping)),
        tuple(sorted(unproven)),
    )


def homes(where: Iterable[str]) -> tuple[str, ...]:
    """The sections to whose score a rule belongs: the letters it names, else the homes of the items it names."""
    found: list[str] = []
    for place in where:
        found += [place] if place in SECTION_LETTERS or place == "H" else ITEM_HOMES.get(place, ())
    return tuple(dict.fromkeys(letter for letter in found if letter != "H"))


def _grade(percent: float | None, scale: Scale, *, capped: bool) -> str | None:
    if percent is None:
        return None
    ordered = sorted(scale.grades.items(), key=lambda pair: -pair[1])
    # What is printed is rounded to one decimal; the grade follows the figure that people see.
    reached = next((name for name, least in ordered if round(percent, 1) >= least), ordered[-1][0])
    names = [name for name, _ in ordered]
    if capped and scale.cap in names and names.index(reached) < names.index(scale.cap):
        return scale.cap
    return reached

"""Runs that a store remembers → what changed between them: figures of one run, a trend, and the difference of two.

A change of the rules, the settings or the set of plans is said, and never shown as a change of quality.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from ehcaudit.model import Summary


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

    def add(self, summary: Summary) -> None:
        """Take the next plan into account."""
        card = summary.scorecard
        self._plans += 1
        self._coverage.add(card.coverage)
        if card.percent is not None:
            self._score.add(card.percent)
        for theme, part in card.themes.items():
            if part.percent is not None:
                self._themes.setdefault(theme, _Mean()).add(part.percent)
        self._grades[card.grade or ""] += 1
        self._faults.update(finding.severity for finding in summary.findings if not finding.query)

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

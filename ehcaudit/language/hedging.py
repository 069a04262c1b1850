"""Where the hedges of a provision sit, and so what they cost.

On the amount or the entitlement ("up to", "where possible", "as staffing allows") a hedge leaves nothing to hold
anybody to; on a side detail ("parents invited where able") it is noted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ehcaudit.language.lexicons import Mark
from ehcaudit.language.provision_reading import Reading, pattern
from ehcaudit.language.values import Fault

_CODES = {
    "amount": "hedged",
    "modal": "hedged",
    "state": "hedged",
    "equivalent": "or-equivalent",
    "up_to": "up-to",
    "delegated": "delegated",
    "unfinished": "unfinished",
    "points_elsewhere": "points-elsewhere",
    "recommended": "recommended",
    "not_provision": "not-provision",
    "funding": "funding",
    "universal": "universal-only",
}


def weigh_hedges(reading: Reading, *, exact: float, sort: str) -> list[tuple[Fault, float]]:
    """Each hedge as a fault, and the points that it takes away. ``exact`` is by how much the rest is precise enough."""
    out: list[tuple[Fault, float]] = []
    for mark in (*reading.marks, *_conditions(reading)):
        code = _CODES.get(mark.label)
        if code is None:
            continue
        serious, cost = _cost(reading, mark, exact, sort)
        if cost >= 0:
            out.append((Fault(code, mark.start, mark.end, serious=serious), cost))
    return [*out, *_by_grammar(reading, exact, {fault.code for fault, _ in out})]


def _conditions(reading: Reading) -> Iterator[Mark]:
    """Conditions and references that no list of phrases can hold ("if he asks", "in line with hospital guidance")."""
    for label, name in (("amount", "conditional"), ("points_elsewhere", "elsewhere")):
        for found in pattern(name).finditer(reading.folded):
            if not any(m.label in _CODES and m.start < found.end() and found.start() < m.end for m in reading.marks):
                yield Mark(label, found.start(), found.end(), 0, 0)


def _by_grammar(reading: Reading, exact: float, known: set[str]) -> Iterator[tuple[Fault, float]]:
    """Hedges that no list of phrases can hold: a sum of money, and "may" or "could" as the only promise."""
    money = reading.search("money")
    if money and "funding" not in known:
        yield Fault("funding", *money.span(), serious=exact < 1.0), 1.0
    promise = reading.search("only_may")
    if promise and not known & {"hedged", "recommended", "not-provision"} and _gives(reading, promise.end("modal")):
        yield Fault("hedged", *promise.span("modal"), serious=True), 1.0


def _gives(reading: Reading, modal: int) -> bool:
    """Whether "may" is said of those who give or of what is given; what the pupil may do is a right of the pupil's."""
    givers = ("specialist", "school", "vague", "authority", "care")
    said = any(p.end <= modal and p.group in givers for p in reading.people)
    return said or reading.folded.startswith(" be ", modal)


def _cost(reading: Reading, mark: Mark, exact: float, sort: str) -> tuple[bool, float]:
    """Whether a hedge makes the statement weak by itself, and its points; a cost below 0 means that it is none."""
    clause = next(c for c in reading.clauses if c.start <= mark.start < c.end or c.end == len(reading.folded))
    amounts = [q for q in reading.amounts if clause.start <= q.start < clause.end]
    elsewhere = [q for q in reading.amounts if not clause.start <= q.start < clause.end]
    first = clause.start <= _first_word(reading)
    side = not first and any(m.label == "side" and clause.start <= m.start < mark.start for m in reading.marks)
    late = mark.start > reading.purpose and mark.label not in ("delegated", "unfinished")
    label = mark.label
    if label == "up_to":
        serious, cost = _up_to(reading, mark)
        return serious and not (exact > 0.8 and not first and bool(elsewhere)), cost
    if label == "state":
        return exact < 0.3, 0.5
    if label == "universal":
        return False, 0.5 if exact < 1.0 else 0.0
    if label == "funding" and reading.search("pay_band", max(0, mark.start - 24), mark.start):
        return False, -1.0  # "School nurse (band 5)"
    if label == "funding":
        return exact < 1.0 or first, 1.0
    if label == "not_provision":
        return (first or exact < 0.6) and not (side and elsewhere), 0.8
    if label == "recommended":
        return exact < 0.8, 0.5
    if label == "points_elsewhere":
        return exact < 0.3, 0.3
    if label == "equivalent":
        return exact < 0.8, 0.6
    if (side or (late and not reading.search("supply", mark.start, mark.end + 24))) and (elsewhere or exact > 0.8):
        return False, 0.2
    own = any(clause.start <= a < mark.start for a, _, _ in reading.content)
    if not first and own and not amounts and exact > 1.2 and label == "amount":
        return False, 0.4
    floors = [m.end for m in reading.marks if m.label == "minimum" and clause.start <= m.start < clause.end]
    if any(q.kind in ("duration", "frequency") and 0 <= q.start - end < 4 for q in amounts for end in floors):
        return False, 0.2  # a floor is promised, and the hedge is above it
    return True, 1.0


def _first_word(reading: Reading) -> int:
    return reading.tokens[0].start if reading.tokens else 0


def _up_to(reading: Reading, mark: Mark) -> tuple[bool, float]:
    """ "Up to 3 hours" promises nothing; "groups of up to four" says a size."""
    after = re.split(r"\.\s", reading.folded[mark.end : mark.end + 40])[0]
    before = reading.folded[max(0, mark.start - 24) : mark.start]
    if re.match(r"\s*(?:\w+ ){0,2}?(?:pupils|children|peers|students|others|learners|young people|adults|\d+:)", after):
        return False, -1.0
    if re.search(r"(?:group|class|ratio|pairs?|size|with|small group)[a-z ]{0,10}(?:of |\()?\s*$", before):
        return False, -1.0
    if not pattern("limited").match(after):
        return False, -1.0
    if reading.folded[mark.start : mark.end].startswith(("no more", "not more", "not exceeding")):
        return False, -1.0
    return True, 1.0

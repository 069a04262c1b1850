"""The frozen values of a judged statement, and how slots and faults make a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["outcome", "provision", "need", "voice"]
Verdict = Literal["strong", "weak", "query"]


@dataclass(frozen=True, slots=True)
class Slot:
    """Words that fill a part of a statement: ``statement[start:end] == text``.

    Words of a column of their own have ``start == end == -1``.
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a statement and the words it is about (the whole statement where something is missing).

    A fault of the words of a column of their own has ``start == end == -1``.

    ``serious`` faults make the statement weak; the others are noted.
    """

    code: str
    start: int
    end: int
    serious: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the grammar says of one statement."""

    kind: str
    text: str
    verdict: Verdict
    score: float
    """0 to 1, in step with the verdict: strong from 0.6, query around 0.5, weak up to 0.4."""
    slots: Mapping[str, Slot | None]
    faults: tuple[Fault, ...]
    sort: str = ""
    """For a provision its kind: ``therapy``, ``staffing``, ``equipment`` …"""
    codes: frozenset[str] = field(init=False, repr=False, compare=False)
    """The codes of all its faults."""
    grave: frozenset[str] = field(init=False, repr=False, compare=False)
    """The codes of those that are serious."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", frozenset(fault.code for fault in self.faults))
        object.__setattr__(self, "grave", frozenset(fault.code for fault in self.faults if fault.serious))

    def has(self, *codes: str, only_serious: bool = False) -> tuple[Fault, ...]:
        """The faults with one of these codes."""
        return tuple(f for f in self.faults if f.code in codes and (f.serious or not only_serious))


def attached_slot(words: str) -> Slot:
    """A slot filled by a column of its own."""
    return Slot(-1, -1, words)


def verdict_of(
    kind: str,
    text: str,
    slots: Mapping[str, Slot | None],
    faults: Sequence[Fault],
    weight: float,
    *,
    query: bool,
    sort: str = "",
) -> Judgement:
    """The judgement of slots and faults. ``weight`` (about 0 to 1) only orders statements within a verdict."""
    ordered = tuple(sorted(faults, key=lambda f: (not f.serious, f.start, f.code)))
    grave = sum(f.serious for f in ordered)
    weight = min(1.0, max(0.0, weight))
    if query:
        return Judgement(kind, text, "query", 0.45 + 0.1 * weight, slots, ordered, sort)
    if grave:
        return Judgement(kind, text, "weak", max(0.0, 0.4 * weight / (1 + 0.25 * (grave - 1))), slots, ordered, sort)
    return Judgement(
        kind, text, "strong", min(1.0, max(0.6, 0.6 + 0.4 * weight - 0.05 * len(ordered))), slots, ordered, sort
    )

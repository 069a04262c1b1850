"""The frozen values that a caseload gives: what only all plans together show. No input or output here.

Counts of children that could point at one of them are not in here at all: whatever is counted out is counted of
``smallest`` children or more. The lists of plans to look at are no statistics; they name files, for those who keep
them, and no child.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ehcaudit.caseload.trace import Kind

Origin = Literal["copied", "template"]


@dataclass(frozen=True, slots=True)
class Repeated:
    """Wording that stands in many children's plans, the same but for name, pronouns and figures, or nearly so."""

    kind: Kind
    section: str
    origin: Origin
    """``template``: it says nothing of the child and stands in nearly all plans written in one form."""
    text: str
    """The commonest form of it, with "[child]", "[he/she]", "[n]" for what is masked; empty where no words are kept,
    or may be shown."""
    children: int
    share: float
    """Of all children."""
    forms: int
    """In how many wordings."""


@dataclass(frozen=True, slots=True)
class Shared:
    """How much of one kind of statement stands in another child's plan too, but for name, pronouns and figures.

    A statement that a plan repeats counts once, and the form's own words do not count.
    """

    kind: Kind
    statements: int
    shared: int
    share: float


@dataclass(frozen=True, slots=True)
class Alike:
    """Plans of different children whose statements are nearly the same."""

    paths: tuple[str, ...]
    similarity: float
    """The lowest of any with the first of them: the share of runs of five words that two plans have in common."""


@dataclass(frozen=True, slots=True)
class SameOutcome:
    """One outcome for different children, the same but for name, pronouns and figures, or nearly so."""

    text: str
    children: int
    paths: tuple[str, ...]
    """The newest plan of each, the first few."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A name in a plan that is another child's of the caseload. A person must look: two people may share a name."""

    path: str
    section: str
    owners: tuple[str, ...]
    """The plans of those who have that name."""
    sort: Literal["same-words", "full-name", "first-name"]
    """What tells: the statement is the other plan's own with the name left in; the full name; the first name alone."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Versions of one child's plan that disagree on what no version may change."""

    paths: tuple[str, ...]
    """From the oldest version to the newest."""
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupFault:
    """A rule that is not met in so many plans of a group."""

    rule: str
    children: int
    share: float


@dataclass(frozen=True, slots=True)
class Group:
    """Plans that have something in common, and what is commonest in them."""

    dimension: str
    """``theme``, ``section``, ``area``, ``key stage``, ``status``, ``writer`` or ``adviser``."""
    value: str
    children: int
    faults: tuple[GroupFault, ...]


@dataclass(frozen=True, slots=True)
class CaseloadView:
    """A caseload, finished. Whatever the order in which the plans came, it is the same."""

    plans: int
    children: int
    smallest: int
    repeated: tuple[Repeated, ...] = ()
    shared: tuple[Shared, ...] = ()
    alike: tuple[Alike, ...] = ()
    same_outcomes: tuple[SameOutcome, ...] = ()
    strangers: tuple[Stranger, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    groups: tuple[Group, ...] = ()
    left_out: int = 0
    """Entries of the lists above beyond what is kept of each."""

    def __bool__(self) -> bool:
        return any(
            (
                self.repeated,
                self.shared,
                self.alike,
                self.same_outcomes,
                self.strangers,
                self.contradictions,
                self.groups,
            )
        )

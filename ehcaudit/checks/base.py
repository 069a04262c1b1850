"""What every check takes and gives, and the table of check types.

A check is one function and one options model, registered under the word that a rule file writes as ``[check] type``.
It answers for one plan and one ``where``; the engine makes findings of its hits with the rule's own words.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

from ehcaudit.model import SECTION_LETTERS, Evidence, Item, ItemKind, Plan, Section, Status

if TYPE_CHECKING:
    from ehcaudit.language.statements import Judgement

ITEM_KINDS: tuple[ItemKind, ...] = ("need", "outcome", "provision", "advice")
PLACES: tuple[str, ...] = (*SECTION_LETTERS, "H", *ITEM_KINDS, "thread", "plan", "document")
"""Everything a rule may write under ``where``."""


class Options(BaseModel):
    """The base of every options model: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    single_statement: ClassVar[bool] = False
    """True for checks that look at the words of one item alone, so that ``wording`` can run them too."""
    dated: ClassVar[bool] = False
    """True for checks whose answer depends on the as-of date whatever the plan says. A store asks them again on a new
    day, of a plan that has kept its facts, the state of its sections and its outcomes, and no other words."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What an authority may set, because no law sets it. The settings build it; checks read it."""

    advice_months: Mapping[str, int] = field(default_factory=lambda: {"default": 24})
    """Oldest accepted age of advice in months at the plan's date, by role key; ``default`` for the others."""
    review_months: int = 12
    """Reg. 18 SEND Regulations and CFA s.44(1): a review within 12 months."""
    language_model: str = ""
    """A trained spaCy model (package or folder) that reads for people's names; empty: none is used."""


Said = TypeVar("Said")


@dataclass(slots=True)
class Context:
    """What checks share while one plan is judged: the as-of date, the policy, and what one of them worked out already.

    Nothing of it outlives the plan.
    """

    as_of: date
    policy: Policy = field(default_factory=Policy)
    _judged: dict[str, Judgement] = field(default_factory=dict)
    _known: dict[tuple[Any, ...], tuple[Plan, Any]] = field(default_factory=dict)

    def once(self, plan: Plan, question: Callable[..., Said], *given: Hashable) -> Said:
        """What a function says of the plan, asked once however many rules want it. It must ask nothing of the date."""
        key = (id(plan), question, *given)
        known = self._known.get(key)
        if known is None:  # The plan is kept beside the answer, so that no other plan can come to have its id.
            known = self._known[key] = (plan, question(plan, *given))
        said: Said = known[1]
        return said

    def judge(self, plan: Plan, item: Item) -> Judgement:
        """The wording of one item, judged once however many rules ask. Columns of its row count as its words."""
        if item.id not in self._judged:
            from ehcaudit.language.statements import judge

            self._judged[item.id] = judge(
                item.kind,
                item.text,
                section=item.section,
                attached={role: evidence.quote for role, evidence in item.attached.items()},
            )
        return self._judged[item.id]

    def remember(self, item: Item, judgement: Judgement) -> None:
        """Take over a judgement that has been made already."""
        self._judged[item.id] = judgement


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where the rule is not met (or must be decided by a person)."""

    evidence: tuple[Evidence, ...] = ()
    """Empty: something is missing, and the finding points at ``section``, or at the document."""
    section: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """Fields for the rule's message besides ``{quote}``, ``{section}`` and ``{item}``."""
    query: bool = False
    item: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check says of one plan."""

    status: Status
    hits: tuple[Hit, ...] = ()
    met: int | None = None
    items: int | None = None
    reason: str = ""


Function = Callable[[Plan, Any, tuple[str, ...], Context], Answer]
"""(plan, options, where, context) → Answer."""


@dataclass(frozen=True, slots=True)
class CheckType:
    """An entry of the table: the word in the rule file, the options model and the function."""

    name: str
    options: type[Options]
    function: Function


CHECKS: dict[str, CheckType] = {}
F = TypeVar("F", bound=Function)


def check(name: str, options: type[Options]) -> Callable[[F], F]:
    """Enter a function into the table of check types under ``name``."""

    def enter(function: F) -> F:
        if name in CHECKS:
            raise ValueError(f"two checks are called {name}")
        CHECKS[name] = CheckType(name, options, function)
        return function

    return enter


# ---------------------------------------------------------------- what most checks need


def letters(where: tuple[str, ...]) -> tuple[str, ...]:
    """The section letters among the places of a rule."""
    return tuple(place for place in where if place in SECTION_LETTERS or place == "H")


def items_in(plan: Plan, where: tuple[str, ...]) -> Iterator[Item]:
    """The items a rule is asked about: of the kinds it names, else those of the sections it names."""
    kinds = {place for place in where if place in ITEM_KINDS}
    wanted = set(letters(where))
    for item in plan.items:
        if (kinds and item.kind in kinds and (not wanted or item.section in wanted)) or (
            not kinds and item.section in wanted
        ):
            yield item


def unreadable(plan: Plan, *wanted: str) -> str:
    """Why sections with these letters cannot be judged: not found, or not readable. Empty where all can be."""
    for letter in wanted:
        section: Section | None = plan.sections.get(letter)
        if section is None and letter in ("H1", "H2"):
            section = plan.sections.get("H")
        if section is None:
            return f"Section {letter} was not found in the document."
        if section.unreadable:
            return f"Section {letter} could not be read: {section.unreadable}."
        if section.shares_with:
            return f"Section {letter} cannot be told apart from section {' and '.join(section.shares_with)}."
    return ""


def heading_evidence(plan: Plan, letter: str) -> tuple[Evidence, ...]:
    """The words of a section's first heading, as the place to which something missing points."""
    section = plan.sections.get(letter)
    if section is None or not section.headings:
        return ()
    block = plan.document.blocks[section.headings[0]]
    return (Evidence(block.id, 0, len(block.text), block.text),)


def over_items(hits: list[Hit], asked: int, *, nothing: str) -> Answer:
    """The answer of a check over items: ``asked`` items, and at most one hit each. None asked: does not apply."""
    if not asked:
        return Answer("not_applicable", reason=nothing)
    faults = {hit.item for hit in hits if not hit.query}
    doubts = {hit.item for hit in hits if hit.query} - faults
    status: Status = "not_met" if faults else "query" if doubts else "met"
    return Answer(status, tuple(hits), met=asked - len(faults) - len(doubts), items=asked)

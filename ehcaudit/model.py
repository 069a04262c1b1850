"""The frozen values that pass between the stages: Document → Plan → Result → Scorecard → Run. No input or output here.

Offsets are Python string indices (code points) into a block's ``text``, end exclusive.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

Day = date
"""For fields of a class that has a field called ``date``."""
SECTION_LETTERS: tuple[str, ...] = ("A", "B", "C", "D", "E", "F", "G", "H1", "H2", "I", "J", "K")
"""The letters of reg. 12(1) SEND Regulations 2014 (H is two sections). A plan whose single "Section H" does not
split holds it under the extra letter ``"H"``."""

ItemKind = Literal["need", "outcome", "provision", "advice"]
ITEM_HOMES: Mapping[str, tuple[str, ...]] = {
    "need": ("B", "C", "D"),
    "outcome": ("E",),
    "provision": ("F", "G", "H", "H1", "H2"),
    "advice": ("K",),
}
"""Where items of a kind stand by law (reg. 12(1))."""
Status = Literal["met", "not_met", "query", "not_assessed", "not_applicable"]
Severity = Literal["critical", "major", "minor", "advice"]
Confidence = Literal["high", "medium", "low"]
Basis = Literal["law", "code", "case", "practice"]
PlanStatus = Literal["draft", "final", "amended", "unknown"]
Verdict = Literal["clean", "findings", "incomplete"]

SEVERITIES: tuple[Severity, ...] = ("critical", "major", "minor", "advice")
"""Gravest first."""


# ---------------------------------------------------------------- what a reader gives


@dataclass(frozen=True, slots=True)
class Warning:
    """Something a person should know about how the file was read. Never holds plan text."""

    kind: str
    """A stable kebab-case word: ``image-not-read``, ``embedded-object``, ``sections-share-a-heading`` …"""
    message: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a block that carries a look or an origin: ``block.text[start:end]``.

    ``put-back`` is deleted text, where the plan is read as it was before its changes.
    """

    kind: Literal["placeholder", "inserted", "put-back", "bold", "italic", "underline", "grey", "white", "highlight"]
    start: int
    end: int
    author: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a block stands in a table. Rows and columns count from 0 in the grid, spans counted in grid columns."""

    table: int
    """Index into ``Document.tables``."""
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table's shape. Its words are the blocks whose ``cell.table`` is this index."""

    rows: int
    columns: int
    parent: Cell | None = None
    """The cell it is nested in."""
    header_rows: int = 0
    """Leading rows that the file itself marks as repeated header rows."""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph (in a table cell or not), white space normalised. Every visible character of the file is in one."""

    id: int
    """Its place in ``Document.blocks``."""
    kind: Literal["paragraph", "heading", "list-item", "note", "header", "footer"]
    """``note`` is a footnote or endnote and stands right after the block that refers to it."""
    text: str
    path: str
    """For people: ``table 2 › row 3 › column 1`` or ``paragraph 14``; the plan puts the section before it."""
    page: int | None = None
    anchor: str | None = None
    """Means something to its reader alone (Word: part name and index of the ``w:p`` in document order)."""
    label: str = ""
    """Automatic number or bullet that Word shows before the text ("1.", "(a)", "Section F", "•"); not in ``text``."""
    level: int | None = None
    """Outline level of a heading (0 = top) or nesting of a list item (0 = outermost)."""
    bold: bool = False
    """The whole text is bold."""
    cell: Cell | None = None
    marks: tuple[Mark, ...] = ()
    confidence: float = 1.0
    """From 0 to 1, how sure the reader is that these words stand in this order and place (below 1 only in PDFs)."""


@dataclass(frozen=True, slots=True)
class KeptApart:
    """Text that stands in the file but is not live: struck or deleted, moved away, hidden, or a comment.

    ``added`` is what an amendment brought, where the plan is read as it was before.
    """

    kind: Literal["deleted", "moved-from", "struck-through", "hidden", "comment", "added"]
    text: str
    path: str
    block: int | None = None
    """The live block it stood in or next to."""
    author: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One file as it was read: blocks in document order, and apart from them what is not live text."""

    path: str
    sha256: str
    format: Literal["docx", "text", "pdf"]
    blocks: tuple[Block, ...]
    tables: tuple[Table, ...] = ()
    margins: tuple[Block, ...] = ()
    """Headers and footers, each distinct one once; ids count on from ``blocks``."""
    apart: tuple[KeptApart, ...] = ()
    images: tuple[int, ...] = ()
    """For each picture the id of the block it stands in or after (-1: before the first block)."""
    properties: Mapping[str, str] = field(default_factory=dict)
    """Core document properties (title, creator, lastModifiedBy …)."""
    warnings: tuple[Warning, ...] = ()


# ---------------------------------------------------------------- what the plan stage gives


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of the plan, with their place: ``quote == document.blocks[block_id].text[start:end]``."""

    block_id: int
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Section:
    """One lettered section, wherever its parts stand in the file."""

    letter: str
    title: str
    """The heading as written, without its letter."""
    labelled: bool
    """The letter stands in the heading (reg. 12(1): separately identified; Code 9.62). False: placed by its title."""
    headings: tuple[int, ...] = ()
    """Blocks that open it (several where it comes once per area of need)."""
    blocks: tuple[int, ...] = ()
    """Its content in document order, without headings, column headers, template guidance and prefilled text."""
    shares_with: tuple[str, ...] = ()
    """Other letters under the same heading that nothing in the document tells apart from this one."""
    confidence: float = 1.0
    unreadable: str = ""
    """Why it could not be read ("its content is a picture"), else empty. Its rules then answer ``not_assessed``."""


@dataclass(frozen=True, slots=True)
class Item:
    """One need, outcome, provision or entry of advice."""

    id: str
    """Letter and running number within the plan: ``E3``."""
    kind: ItemKind
    section: str
    evidence: tuple[Evidence, ...]
    """Its own words, in order (more than one where it runs over paragraphs)."""
    area: str = ""
    """Area of need as a plain key: ``communication``, ``cognition``, ``semh``, ``sensory``, ``independence``,
    ``health``, ``care``, or empty."""
    attached: Mapping[str, Evidence] = field(default_factory=dict)
    """Words of its row in columns of their own: ``who``, ``frequency``, ``duration``, ``when``, ``measure``,
    ``group``, ``review``, ``need``, ``outcome`` …"""
    none_stated: bool = False
    """The whole entry says that there is no need or no provision ("No health care needs identified")."""
    row: tuple[int, int] | None = None
    """(table, row) where it stands in a table."""

    @property
    def text(self) -> str:
        """Its own words, joined by single spaces."""
        return " ".join(part.quote for part in self.evidence)


@dataclass(frozen=True, slots=True)
class Advice:
    """One entry of section K, or of a list of contributors at the front."""

    role: str = ""
    """Who gave it, as a plain key where known: ``educational-psychologist``, ``health``, ``school``, ``social-care``,
    ``parent``, ``child``, ``speech-and-language`` …, else empty."""
    author: str = ""
    date: Day | None = None
    """Date of the report itself."""
    received: Day | None = None
    title: str = ""
    appended: bool | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """One row of the golden thread, by item ids."""

    area: str
    needs: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    provisions: tuple[str, ...] = ()
    basis: Literal["table", "area", "words"] = "table"
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Facts:
    """What the plan says of itself and of the child. None or empty where it does not say."""

    status: PlanStatus = "unknown"
    plan_date: date | None = None
    """Date of the plan as it stands (final or amended final; else draft)."""
    review_date: date | None = None
    first_issued: date | None = None
    amended_on: date | None = None
    born: date | None = None
    age: int | None = None
    year_group: int | None = None
    """-1 nursery, 0 Reception, 1 to 14."""
    key_stage: int | None = None
    """0 early years, 1 to 5."""
    name: str = ""
    """The child as the plan calls them ("Sam", "X"); needed to tell other names apart, never printed in logs."""
    pronoun: str = ""
    """``he``, ``she``, ``they`` or empty."""
    where: Mapping[str, Evidence] = field(default_factory=dict)
    """For each fact that was found, the words that say it. A word of a header or footer has its block in margins."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """Template text that nobody filled in or took out: a prompt, a placeholder, guidance."""

    kind: Literal["placeholder", "guidance", "prefilled", "merge-field"]
    evidence: Evidence
    section: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """An EHC plan: which words belong to which section, and what they are."""

    document: Document
    sections: Mapping[str, Section]
    """Only those found, in the order of ``SECTION_LETTERS`` (with ``H`` before ``H1``)."""
    items: tuple[Item, ...] = ()
    advice: tuple[Advice, ...] = ()
    threads: tuple[Thread, ...] = ()
    facts: Facts = field(default_factory=Facts)
    unplaced: tuple[int, ...] = ()
    """Blocks of content that belong to no section (front page, sign-off, what could not be placed)."""
    front: tuple[int, ...] = ()
    """The part of ``unplaced`` that stands before the first section: title, personal details, dates."""
    leftovers: tuple[Leftover, ...] = ()
    warnings: tuple[Warning, ...] = ()
    section_of: Mapping[int, str] = field(default_factory=dict)
    """Block id → letter, headings included."""
    area_of: Mapping[int, str] = field(default_factory=dict)
    """Block id → area of need, where one is known."""
    column_of: Mapping[int, str] = field(default_factory=dict)
    """Block id → the words of the column header over it, for ``place()``."""
    partial: bool = False
    """Only some sections are there on purpose (a working document, or a rule's own example): the others are not
    missing."""

    def place(self, block_id: int) -> str:
        """Where a block stands, for people: "Section F › table 2 › row 3 › By whom"."""
        if block_id >= len(self.document.blocks):
            return self.document.margins[block_id - len(self.document.blocks)].path
        path = self.document.blocks[block_id].path
        header = self.column_of.get(block_id)
        if header:
            path = re.sub(r"column \d+", lambda _: header, path, count=1)
        letter = self.section_of.get(block_id)
        return f"Section {letter} › {path}" if letter else path

    def of(self, kind: ItemKind, *letters: str) -> tuple[Item, ...]:
        """The items of a kind, in document order, of the given sections (all where none is given)."""
        return tuple(item for item in self.items if item.kind == kind and (not letters or item.section in letters))

    def text_of(self, letter: str) -> str:
        """All content of a section, a block a line; empty where the section is not there."""
        section = self.sections.get(letter)
        return "\n".join(self.document.blocks[i].text for i in section.blocks) if section else ""


# ---------------------------------------------------------------- what the rules give


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, with the words it is about. Something missing points at its section or at the document."""

    rule: str
    message: str
    severity: Severity
    confidence: Confidence
    basis: Basis
    section: str
    """The letter, or empty for the document."""
    evidence: tuple[Evidence, ...]
    fix: str
    fingerprint: str
    query: bool = False
    """A person must decide."""
    item: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What one rule says of one plan."""

    rule: str
    status: Status
    met: int | None = None
    items: int | None = None
    """Over how many items it was asked; None for a rule about the plan as a whole."""
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    """Why it was not assessed, does not apply, or must be decided by a person."""


def fingerprint(rule: str, section: str, quote: str) -> str:
    """A finding's identity: sixteen hex digits of SHA-256 over rule id, section and quote, case and space folded."""
    normal = re.sub(r"\s+", " ", quote).strip().casefold()
    return hashlib.sha256("\0".join((rule, section, normal)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Part:
    """The score of a theme or a section: per cent earned of what applies, and the share of it that could be judged."""

    percent: float | None
    coverage: float


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A plan's score. ``percent`` counts what was not assessed as not earned, so reading less never scores more."""

    percent: float | None
    grade: str | None
    coverage: float
    themes: Mapping[str, Part]
    sections: Mapping[str, Part]
    capped_by: tuple[str, ...] = ()
    """Rules of law that are not met and keep the grade below Good."""
    unproven: tuple[str, ...] = ()
    """Such rules that could not be assessed: nobody has shown that they are met, so the grade is kept down as well."""


class Wording(NamedTuple):
    """What was judged of the words of one outcome or provision, with the cells of its row."""

    verdict: str
    score: float
    parts: Mapping[str, str]
    """Part (who, what, frequency …) → the words that fill it; one that is missing is not there."""
    faults: tuple[str, ...] = ()
    """Codes, the serious ones first."""
    sort: str = ""


@dataclass(frozen=True, slots=True)
class PlanAudit:
    """One plan, audited."""

    path: str
    sha256: str
    plan: Plan
    scorecard: Scorecard
    results: tuple[Result, ...]
    wording: Mapping[str, Wording] = field(default_factory=dict)
    """By the outcome's or provision's id. It is kept, for a shelf keeps too little of a plan to judge it again."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings in the order of the document, then by rule id."""
        found = [finding for result in self.results for finding in result.findings]
        return tuple(
            sorted(
                found,
                key=lambda f: (
                    f.evidence[0].block_id if f.evidence else -1,
                    f.evidence[0].start if f.evidence else 0,
                    f.rule,
                ),
            )
        )


class Answered(NamedTuple):
    """A Result without its words."""

    rule: str
    status: Status
    met: int | None
    items: int | None


class Fault(NamedTuple):
    """A Finding without its words."""

    rule: str
    section: str
    severity: Severity
    fingerprint: str
    query: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """What a table, a gate or a comparison needs of one plan's audit. No words of the plan are in it."""

    path: str
    sha256: str
    status: PlanStatus
    scorecard: Scorecard
    results: tuple[Answered, ...]
    findings: tuple[Fault, ...]
    """In the order of ``PlanAudit.findings``."""

    @classmethod
    def of(cls, audited: PlanAudit) -> Summary:
        """The summary of one audit."""
        return cls(
            audited.path,
            audited.sha256,
            audited.plan.facts.status,
            audited.scorecard,
            tuple(Answered(r.rule, r.status, r.met, r.items) for r in audited.results),
            tuple(Fault(f.rule, f.section, f.severity, f.fingerprint, f.query) for f in audited.findings),
        )


class Gist(NamedTuple):
    """What one line of a table tells of a plan."""

    path: str
    percent: float | None
    grade: str
    coverage: float
    themes: Mapping[str, float | None]
    """Theme → its score."""
    counts: tuple[int, ...]
    """Faults of each of SEVERITIES; what a person must decide is not a fault."""
    questions: int
    """Rules that a person must decide."""
    faults: Mapping[str, int]
    """Rule → in how many places it found a fault."""

    @classmethod
    def of(cls, summary: Summary) -> Gist:
        """The gist of one summary."""
        card = summary.scorecard
        found = [finding for finding in summary.findings if not finding.query]
        grave = [finding.severity for finding in found]
        questions = [result.status for result in summary.results].count("query")
        counts = tuple(grave.count(severity) for severity in SEVERITIES)
        faults = Counter(sys.intern(finding.rule) for finding in found)
        themes = {theme: part.percent for theme, part in card.themes.items()}
        return cls(summary.path, card.percent, card.grade or "", card.coverage, themes, counts, questions, faults)


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be audited."""

    path: str
    error: str
    """The stable word of ``errors.InputError.code``, or ``internal``."""
    message: str


@dataclass(frozen=True, slots=True)
class Source:
    """What a rule rests on, and when a person last checked it."""

    cite: str
    checked: date | None = None


@dataclass(frozen=True, slots=True)
class RuleCard:
    """What a report needs to know of a rule."""

    id: str
    title: str
    theme: str
    severity: Severity
    confidence: Confidence
    basis: Basis
    why: str
    fix: str
    sources: tuple[Source, ...]
    where: tuple[str, ...]
    weight: float
    """What it counts in its theme's score."""
    praise: str = ""
    """One sentence for "what is good", where the rule is met."""
    over_items: bool = False
    """It is asked of each statement by itself (each outcome, each provision, each need)."""


@dataclass(frozen=True, slots=True)
class Run:
    """One finished audit of 1..n files. Every report is a picture of this value."""

    version: str
    rules_hash: str
    as_of: date
    verdict: Verdict
    plans: Sequence[PlanAudit]
    """Read anew from the disk where they are many, as often as they are gone over; see ``summaries``."""
    failures: tuple[Failure, ...] = ()
    suppressed: Sequence[Finding] = ()
    """Waived, or known from the baseline. They stand in no plan's findings and count for no gate; scores keep them."""
    cards: Mapping[str, RuleCard] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    """Files passed over on purpose (Word's lock files, resource forks)."""
    gate: str = ""
    """Why the verdict is ``findings``, in one sentence; empty where it is clean."""
    notes: tuple[str, ...] = ()
    """What a person should know of the run as a whole: waivers that expired or fit nothing, what was not compared."""

    @property
    def summaries(self) -> Sequence[Summary]:
        """The plans without their words, in the same order: what a report on many plans should go over."""
        made: Sequence[Summary] | None = getattr(self.plans, "summaries", None)
        return tuple(map(Summary.of, self.plans)) if made is None else made

    @property
    def gists(self) -> Iterable[Gist]:
        """A line of each plan, in the same order."""
        made: Iterable[Gist] | None = getattr(self.plans, "gists", None)
        return map(Gist.of, self.summaries) if made is None else made

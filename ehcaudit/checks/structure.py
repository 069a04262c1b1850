"""The plan as a form → hits: which lettered sections are there, what the form left over, and what the plan is.

The law behind it: reg. 12(1) SEND Regulations 2014 (each section separately identified) and s.38(5) Children and
Families Act 2014 (no placement in a draft). A partial plan (a working document) is not asked for what it leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ehcaudit.checks.base import Answer, Context, Hit, Options, check, heading_evidence, letters, unreadable
from ehcaudit.language import cues
from ehcaudit.model import SECTION_LETTERS, Evidence, ItemKind, Leftover, Plan

_PARTIAL = "The document holds some sections only, on purpose."


class PresentOptions(Options):
    """Which sections are asked for."""

    conditional: tuple[str, ...] = ()
    """Sections that the law asks for only where there is something to set out: their absence is for a person."""
    not_in_draft: tuple[str, ...] = ()
    """Sections that a draft may leave out."""
    filled: tuple[str, ...] = ()
    """Sections that cannot be empty."""


@check("section-present", PresentOptions)
def section_present(plan: Plan, options: PresentOptions, where: tuple[str, ...], _context: Context) -> Answer:
    """The lettered sections that the document has not, and those that have a heading and nothing under it."""
    if plan.partial:
        return Answer("not_applicable", reason=_PARTIAL)
    draft = plan.facts.status == "draft"
    wanted = [x for x in letters(where) or SECTION_LETTERS if not (draft and x in options.not_in_draft)]
    hits: list[Hit] = []
    for letter in wanted:
        section = plan.sections.get(letter) or (plan.sections.get("H") if letter in ("H1", "H2") else None)
        values = {"title": cues.data("structure")["titles"][letter]}
        if section is None:
            fault = {"fault": "is not in the document"}
            hits.append(Hit(section=letter, values=values | fault, query=letter in options.conditional))
        elif letter in options.filled and not (section.blocks or section.unreadable or section.shares_with):
            hits.append(
                Hit(heading_evidence(plan, letter), letter, values | {"fault": "has nothing under its heading"})
            )
    faults = [hit for hit in hits if not hit.query]
    return Answer(
        "not_met" if faults else "query" if hits else "met", tuple(hits), met=len(wanted) - len(hits), items=len(wanted)
    )


class ItemsPresentOptions(Options):
    """What a section should hold at least one of."""

    kind: ItemKind


@check("items-present", ItemsPresentOptions)
def items_present(plan: Plan, options: ItemsPresentOptions, where: tuple[str, ...], _context: Context) -> Answer:
    """A section that is there and holds no item of its kind, or only says that there is none."""
    asked = [letter for letter in letters(where) if letter in plan.sections or not plan.partial]
    if not asked:
        return Answer("not_applicable", reason=_PARTIAL)
    if unread := unreadable(plan, *asked):
        return Answer("not_assessed", reason=unread)
    hits: list[Hit] = []
    for letter in asked:
        found = plan.of(options.kind, letter)
        if not any(not item.none_stated for item in found):
            hits.append(Hit(found[0].evidence if found else heading_evidence(plan, letter), letter))
    return Answer("not_met" if hits else "met", tuple(hits))


class NoOptions(Options):
    """A check without choices."""


@check("section-labelled", NoOptions)
def section_labelled(plan: Plan, _options: NoOptions, where: tuple[str, ...], _context: Context) -> Answer:
    """Sections that were known by their title alone, because their heading has no letter; one hit for all of them."""
    asked = [s for letter, s in plan.sections.items() if s.headings and (letter in where or not letters(where))]
    if not asked:
        return Answer("not_applicable", reason="No section has a heading of its own.")
    bare = [s for s in asked if not s.labelled]
    words = tuple(part for s in bare for part in heading_evidence(plan, s.letter))
    hits = [Hit(words, values={"letters": _listed([s.letter for s in bare])})] if bare else []
    return Answer("not_met" if hits else "met", tuple(hits), met=len(asked) - len(bare), items=len(asked))


def _listed(letters: Sequence[str]) -> str:
    return " and ".join([", ".join(letters[:-1]), letters[-1]] if len(letters) > 1 else letters)


@check("sections-apart", NoOptions)
def sections_apart(plan: Plan, _options: NoOptions, where: tuple[str, ...], _context: Context) -> Answer:
    """Sections under one heading that nothing in the document tells apart; one hit for each group."""
    groups: dict[tuple[str, ...], str] = {}
    for letter, section in plan.sections.items():
        if section.shares_with and (letter in where or not letters(where)):
            groups.setdefault(tuple(sorted({letter, *section.shares_with})), letter)
    hits = [Hit(heading_evidence(plan, first), first, {"letters": _listed(group)}) for group, first in groups.items()]
    return Answer("not_met" if hits else "met", tuple(hits))


@check("placement-in-draft", NoOptions)
def placement_in_draft(plan: Plan, _options: NoOptions, _where: tuple[str, ...], _context: Context) -> Answer:
    """Words of section I that name a school, another institution or a type of one, in a plan that is a draft."""
    if plan.facts.status != "draft":
        return Answer("not_applicable", reason="The document does not call itself a draft.")
    section = plan.sections.get("I")
    if section is None:
        return Answer("met" if not plan.partial else "not_applicable", reason="There is no section I.")
    if section.unreadable or section.shares_with:
        return Answer("not_assessed", reason=unreadable(plan, "I"))
    left = {leftover.evidence.block_id for leftover in plan.leftovers}
    named = [
        Evidence(number, 0, len(text), text)
        for number in section.blocks
        if number not in left
        and not _names_nothing(text := plan.document.blocks[number].text)
        and number not in plan.area_of
    ]
    return Answer("not_met", (Hit(tuple(named), "I"),)) if named else Answer("met")


def _names_nothing(text: str) -> bool:
    """Whether words of section I are only a label, or say that no placement is named yet."""
    label, colon, value = text.partition(":")
    blank = cues.pattern("structure", "placement", "blank")
    return any(
        all(blank.fullmatch(_folded(part)) for part in parts) for parts in ([text], [label, value] if colon else [text])
    )


def _folded(text: str) -> str:
    return " ".join(cues.flat(text).split()).strip(" .:;-")


class LeftoverOptions(Options):
    """What of the form counts as left over."""

    kinds: tuple[str, ...] = ("placeholder", "merge-field", "prefilled")
    bracketed_guidance: bool = True
    """Guidance counts where it stands in brackets, a prompt to the writer; printed explanations may stay."""


@check("template-left", LeftoverOptions)
def template_left(plan: Plan, options: LeftoverOptions, _where: tuple[str, ...], _context: Context) -> Answer:
    """Prompts and gaps of the template that nobody filled in or took out; one hit for each section."""
    found: dict[str, list[Leftover]] = {}
    for leftover in plan.leftovers:
        prompt = options.bracketed_guidance and leftover.evidence.quote[:1] in "[({<"
        # "I like to choose an item …" is a sentence; the prompt begins with a capital.
        sentence = re.match(r"choose|select|enter|click|tap", leftover.evidence.quote)
        unanswered = not sentence and (
            leftover.kind != "prefilled" or re.search(r"\w\W*/\W*\w|\bor\b|[☐□]", leftover.evidence.quote)
        )
        if (leftover.kind in options.kinds and unanswered) or (leftover.kind == "guidance" and prompt):
            found.setdefault(leftover.section or plan.section_of.get(leftover.evidence.block_id, ""), []).append(
                leftover
            )
    hits = [
        Hit(tuple(one.evidence for one in group), letter, {"count": str(len(group)), "place": _place(letter)})
        for letter, group in found.items()
    ]
    return Answer("not_met" if hits else "met", tuple(hits))


def _place(letter: str) -> str:
    return f"section {letter}" if letter else "the front page or sign-off"


class ApartOptions(Options):
    """Which text that is kept apart counts."""

    kinds: tuple[str, ...] = ("deleted", "moved-from", "struck-through")
    final_only: bool = False
    """A draft may hold it; whether a document that does not say what it is may, a person decides."""


@check("deleted-left", ApartOptions)
def deleted_left(plan: Plan, options: ApartOptions, _where: tuple[str, ...], _context: Context) -> Answer:
    """Deleted, moved or struck-through words, or comments, that are still in the file; one hit for all of them.

    The words themselves are not live and are not quoted. A draft may show what it changes (reg. 22(2)): a person
    decides. A partial plan is a working document, which lives by such marks.
    """
    if plan.partial:
        return Answer("not_applicable", reason=_PARTIAL)
    if options.final_only and plan.facts.status == "draft":
        return Answer("not_applicable", reason="The document is a draft.")
    gone = [part for part in plan.document.apart if part.kind in options.kinds and re.search(r"\w", part.text)]
    if not gone:
        return Answer("met")
    found = {plan.section_of.get(-1 if part.block is None else part.block, "") for part in gone}
    places = _listed([x for x in (*SECTION_LETTERS[:7], "H", *SECTION_LETTERS[7:]) if x in found])
    parts = ([f"section {places}"] if places else []) + (["the front page or sign-off"] if "" in found else [])
    doubt = plan.facts.status == ("unknown" if options.final_only else "draft")
    hit = Hit(values={"count": str(len(gone)), "place": " and ".join(parts)}, query=doubt)
    return Answer("query" if doubt else "not_met", (hit,))


@check("status-clear", NoOptions)
def status_clear(plan: Plan, _options: NoOptions, _where: tuple[str, ...], _context: Context) -> Answer:
    """Whether the document says of itself that it is a draft, final or amended plan."""
    if plan.partial:
        return Answer("not_applicable", reason=_PARTIAL)
    return Answer("met") if plan.facts.status != "unknown" else Answer("not_met", (Hit(),))


@check("signed", NoOptions)
def signed(plan: Plan, _options: NoOptions, _where: tuple[str, ...], _context: Context) -> Answer:
    """Whether a final plan is signed and dated where it asks for a signature, or anywhere at all."""
    if plan.partial or plan.facts.status not in ("final", "amended"):
        return Answer("not_applicable", reason="The document does not call itself final.")
    unfinished = cues.pattern("structure", "sign_off", "unfinished")
    if any(unfinished.search(cues.flat(plan.document.blocks[number].text)) for number in plan.unplaced):
        return Answer("not_applicable", reason="The document is still being worked on.")
    missing = [] if any(_signatures(plan)) else ["a signature, with the officer's name"]
    missing += [] if plan.facts.plan_date else ["the date of the plan"]
    if not missing:
        return Answer("met")
    label = next((e for e, _ in _labels(plan)), None)
    return Answer("not_met", (Hit((label,) if label else (), values={"missing": " or ".join(missing)}),))


def _labels(plan: Plan) -> Iterator[tuple[Evidence, int]]:
    """Where the document asks for a signature: the words, and their block."""
    pattern = cues.pattern("structure", "sign_off", "label")
    for number in plan.unplaced:
        text = plan.document.blocks[number].text
        if len(text) < 300 and (found := pattern.search(text.lower())):
            yield Evidence(number, found.start(), found.end(), text[found.start() : found.end()]), number


def _signatures(plan: Plan) -> Iterator[str]:
    """A name beside such a label: in its paragraph, in its row or column of a table, or as a picture."""
    not_a_name = cues.pattern("structure", "sign_off", "not_a_name")
    blocks = plan.document.blocks
    for _, number in _labels(plan):
        cell = blocks[number].cell
        near = [number]
        if cell:
            near += [
                block.id
                for block in blocks[number + 1 : number + 30]
                if block.cell
                and block.cell.table == cell.table
                and (
                    block.cell.row == cell.row or (block.cell.column == cell.column and block.cell.row == cell.row + 1)
                )
            ]
        elif number + 1 < len(blocks) and not blocks[number + 1].cell and len(blocks[number + 1].text) < 60:
            near.append(number + 1)
        if any(image in near for image in plan.document.images):
            yield "picture"
        for one in near:
            rest = not_a_name.sub(" ", blocks[one].text.lower())
            if re.search(r"[a-z]{2,}", rest):
                yield rest

"""Document → Plan: which block belongs to which section, what the single needs, outcomes and provisions are.

``build`` takes any document and never raises for a strange one: what cannot be placed stands in ``unplaced``.
``recognise`` says why a plan is no EHC plan. ``advice`` and ``facts`` are read by modules of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ehcaudit.model import Advice, Document, Plan, Section, Warning
from ehcaudit.plan.advice import contributors, find_advice
from ehcaudit.plan.facts import find_facts
from ehcaudit.plan.headings import titles
from ehcaudit.plan.items import find_items
from ehcaudit.plan.layout import ORDER, Layout, Part
from ehcaudit.plan.lexicon import data, fold
from ehcaudit.plan.sections import lay_out
from ehcaudit.plan.sifted import any_of
from ehcaudit.plan.threads import find_threads


def build(document: Document, *, min_confidence: float = 0.0) -> Plan:
    """The plan that a document holds. A section that was read less surely than ``min_confidence`` is unreadable."""
    layout = lay_out(document)
    sections = {letter: _section(document, layout, layout.parts[letter]) for letter in ORDER if letter in layout.parts}
    warnings = list(layout.warnings)
    for letter, section in sections.items():
        if section.unreadable:
            warnings.append(Warning("section-content-is-picture", f"Section {letter} holds a picture and no words."))
        elif section.confidence < min_confidence:
            unsure = f"only {section.confidence:.0%} sure (settings: limits.min_confidence = {min_confidence:g})"
            sections[letter] = replace(section, unreadable=unsure)
            warnings.append(Warning("section-read-unsurely", f"Section {letter} is not assessed: {unsure}."))
    front = tuple(n for n in layout.unplaced if layout.first < 0 or n < layout.first)
    advice = _advice(document, layout, sections)
    found = find_items(document, layout, advice)
    facts = find_facts(document, front=front, section_of=layout.section_of)
    return Plan(
        document,
        sections,
        tuple(found.items),
        advice,
        find_threads(document, found, facts.name),
        facts,
        tuple(layout.unplaced),
        front,
        tuple(layout.leftovers),
        tuple(warnings),
        layout.section_of,
        layout.area_of,
        {number: words for number, words in layout.headers.items() if words},
        _partial(layout),
    )


def _section(document: Document, layout: Layout, part: Part) -> Section:
    blocks = tuple(dict.fromkeys(entry.block for entry in part.entries))
    unreadable = ""
    if not blocks and not part.shares and any(layout.section_of.get(image) == part.letter for image in document.images):
        unreadable = "its content is a picture"
    return Section(
        part.letter,
        part.title,
        part.labelled,
        tuple(dict.fromkeys(part.headings)),
        blocks,
        tuple(letter for letter in ORDER if letter in part.shares),
        round((1.0 if part.labelled else 0.8) * _sureness(document, blocks), 3),
        unreadable,
    )


def _sureness(document: Document, numbers: tuple[int, ...]) -> float:
    """How surely the words of these blocks were read, from 0 to 1: the mean over their characters."""
    blocks = [document.blocks[number] for number in numbers]
    letters = sum(len(block.text) for block in blocks)
    return sum(block.confidence * len(block.text) for block in blocks) / letters if letters else 1.0


def _advice(document: Document, layout: Layout, sections: dict[str, Section]) -> tuple[Advice, ...]:
    if "K" not in sections:
        return contributors(document, layout.unplaced)
    return find_advice(document, blocks=sections["K"].blocks, headers=layout.headers)


def _partial(layout: Layout) -> bool:
    """A working document that holds the sections in dispute alone (mostly B and F)."""
    return layout.working and 0 < len(layout.parts) <= 4


def recognise(plan: Plan, asked: Sequence[str] = ()) -> str:
    """Why this is not an EHC plan, in one clause; empty where it is one.

    Where a person asks for sections, the document may hold these alone: one of them with letter and title will do.

    Weighed: letters in headings, statutory titles, what the document calls itself. Sections that only an appended or
    quoted report brings cannot outweigh a title that says what the document is.
    """
    document = plan.document
    start = [fold(block.text) for block in (*document.blocks[:40], *document.margins)]
    top = " \n ".join(start)[:4000]
    words = data("headings")["plan"]
    called = bool(re.search(words["is"], top)) or bool(
        re.search(words["is"], fold(document.properties.get("title", "")))
    )
    other = any_of(words["not"]).search(" \n ".join(start[:8])[:800])
    labelled = [s for s in plan.sections.values() if s.labelled]
    statutory = [s for s in labelled if s.letter in titles(s.title) or (s.letter in ("H1", "H2") and titles(s.title))]
    if {s.letter for s in statutory} & {*asked}:
        return ""
    found = set(plan.sections)
    core = {"B", "F"} <= found
    if plan.partial and {"B", "F"} & found and (core or statutory):
        return ""
    strength = len(labelled) + len(statutory) + (3 if called else 0) + (len(found) - len(labelled)) * 0.5
    if other and not (called and len(labelled) >= 4) and not (called and len(found) >= 6) and len(statutory) < 6:
        return (
            "it calls itself something else, and has not the sections of an EHC plan"
            if len(found) < 6
            else ("it calls itself something else than an EHC plan")
        )
    if len(labelled) >= 3 and strength >= 5 and len({"A", "B", "E", "F"} & found) >= 2:
        return ""
    if called and len(found) >= 4 and len({"A", "B", "E", "F"} & found) >= 2:
        return ""
    if not found:
        return "it has none of the sections of an EHC plan"
    return "it has too few of the lettered sections of an EHC plan"

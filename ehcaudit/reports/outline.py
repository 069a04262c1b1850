"""Plan → what was read and where it was placed, for people; and a document's live lines for ``text``.

The JSON form of the outline is ``json.render_outline``.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ehcaudit.model import Plan
from ehcaudit.plan.amendments import find_amendments
from ehcaudit.reports.base import ReportOptions, bare, count, section_names, spoken, warning_words
from ehcaudit.reports.page import Page
from ehcaudit.reports.telling import AREAS


def render_outline(plan: Plan, options: ReportOptions) -> bytes:
    """Facts, sections with their words, threads, advice, what stands in no section, what is kept apart, warnings."""
    page = Page(options)
    page.title(f"Outline: {Path(plan.document.path).name}")
    for label, value in _facts(plan):
        page.labelled(label, value, label_width=14)
    for letter, section in plan.sections.items():
        title = section.title or section_names().get(letter, "")
        notes = [] if section.labelled else ["placed by its title, the letter is not there"]
        notes += [f"shares its heading with {', '.join(section.shares_with)}"] if section.shares_with else []
        notes += [section.unreadable] if section.unreadable else []
        page.heading(f"Section {letter}: {title}" + (f" ({'; '.join(notes)})" if notes else ""))
        if not section.blocks:
            page.line("Nothing stands in it.", indent=2, style="dim")
        _places(page, plan, section.blocks)
    words = {item.id: item.text for item in plan.items}
    if plan.threads:
        page.heading(f"Golden thread: {count(len(plan.threads), 'row')}")
        for number, thread in enumerate(plan.threads, 1):
            page.line()
            page.line(
                f"{number}. {AREAS.get(thread.area, thread.area) or 'no area given'} "
                f"({'as the table gives it' if thread.basis == 'table' else 'linked by ' + thread.basis}, "
                f"confidence {thread.confidence:.2f})",
                indent=2,
                style="bold",
            )
            for label, ids in (
                ("Needs", thread.needs),
                ("Outcomes", thread.outcomes),
                ("Provision", thread.provisions),
            ):
                for item in ids:
                    page.labelled(label, f"{item}  {words.get(item, '')}", indent=4, label_width=9)
                if not ids:
                    page.labelled(label, "none", indent=4, label_width=9)
    if plan.advice:
        page.heading(f"Advice: {count(len(plan.advice), 'entry', 'entries')}")
        for advice in plan.advice:
            parts = [
                advice.role.replace("-", " "),
                advice.author,
                advice.title,
                spoken(advice.date) if advice.date else "no date",
                {True: "appended", False: "not appended", None: ""}[advice.appended],
            ]
            page.line("- " + ", ".join(part for part in parts if part), indent=2)
    if plan.unplaced:
        page.heading(f"In no section: {count(len(plan.unplaced), 'paragraph')}")
        _places(page, plan, plan.unplaced)
    amendments = find_amendments(plan.document)
    if amendments.added:
        page.heading(f"Added by amendment: {count(len(amendments.added), 'place')}")
        if amendments.key:
            page.line(f"The document's own key marks additions as {' or '.join(amendments.key)}.", indent=2)
        for change in amendments.added:
            who = ", ".join(part for part in (change.author, change.when[:10]) if part)
            page.line(f"{plan.place(change.block)}{f' ({who})' if who else ''}:", indent=2, style="dim")
            page.line(change.text, indent=4)
    if plan.document.apart:
        page.heading("Kept apart, not live")
        for kept in plan.document.apart:
            who = ", ".join(part for part in (kept.author, kept.when[:10]) if part)
            page.line(f"{kept.kind}, {kept.path}{f' ({who})' if who else ''}:", indent=2, style="dim")
            page.line(kept.text, indent=4)
    warnings = [warning_words(warning) for warning in (*plan.document.warnings, *plan.warnings)]
    if warnings:
        page.heading("Warnings")
        for words_of in warnings:
            page.line(f"- {words_of}", indent=2)
    return page.bytes()


def _places(page: Page, plan: Plan, ids: Iterable[int]) -> None:
    for block_id in ids:
        block = plan.document.blocks[block_id]
        page.line(
            f"{plan.place(block_id).partition(' › ')[2] if block_id in plan.section_of else block.path}:",
            indent=2,
            style="dim",
        )
        page.line(f"{block.label} {block.text}".strip(), indent=4)


def _facts(plan: Plan) -> list[tuple[str, str]]:
    facts = plan.facts
    days = (
        ("Date", facts.plan_date),
        ("Review", facts.review_date),
        ("First issued", facts.first_issued),
        ("Amended", facts.amended_on),
        ("Date of birth", facts.born),
    )
    found = [("Status", {"unknown": "not stated"}.get(facts.status, facts.status))]
    found += [(label, spoken(day)) for label, day in days if day]
    year = {None: "", -1: "nursery", 0: "Reception"}.get(facts.year_group, f"Year {facts.year_group}")
    stage = "" if facts.key_stage is None else f"Key Stage {facts.key_stage}" if facts.key_stage else "early years"
    found += [
        (label, value)
        for label, value in (
            ("Child", facts.name),
            ("Age", str(facts.age) if facts.age is not None else ""),
            ("Year group", year),
            ("Key stage", stage),
        )
        if value
    ]
    found.append(("Sections", ", ".join(plan.sections) or "none"))
    return found


def render_lines(lines: Iterable[str]) -> bytes:
    """One block a line, UTF-8; control characters are taken out, so that words stay whole."""
    return "".join(f"{bare(line)}\n" for line in lines).encode("utf-8", "replace")

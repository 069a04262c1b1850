"""Run → what only all of its plans together show: JSON of ``ehcaudit.caseload/1``, and part of the terminal report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ehcaudit.caseload import CaseloadView, view_of
from ehcaudit.model import Run
from ehcaudit.reports.base import ReportOptions, count, escaped, section_label
from ehcaudit.reports.telling import AREAS, role_name, rule_title, short_paths
from ehcaudit.rules import THEMES

if TYPE_CHECKING:
    from ehcaudit.reports.page import Page

SUFFIX = ".json"
_SHOWN = 5
"""Entries of each list in the terminal; -v shows all."""
STATEMENTS = {"need": "needs", "outcome": "outcomes", "provision": "provisions", "text": "paragraphs"}
FACTS = {
    "name": "the name",
    "born": "the date of birth",
    "first_issued": "the date of first issue",
    "pronoun": "“he” or “she”",
    "school_year": "the year group",
}
TELLS = {
    "same-words": "the statement is that plan's own, with the name left in",
    "full-name": "the full name",
    "first-name": "the first name alone; two people may share it",
}


def render(run: Run, options: ReportOptions) -> bytes:
    """One object, indented, ending in a line break; it looks the same whatever the width."""
    from ehcaudit.reports.caseload_wire import caseload_document

    document = caseload_document(run, view_of(run, smallest=options.smallest)).model_dump()
    return escaped(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


# ---------------------------------------------------------------- the terminal


def show(page: Page, run: Run, view: CaseloadView) -> None:
    """The caseload's part of a terminal report on many plans; nothing where it has nothing to say."""
    if not view:
        return
    page.heading(f"Across the caseload: {count(view.plans, 'plan')} of {count(view.children, 'child', 'children')}")
    limit = 10**9 if page.options.verbosity > 0 else _SHOWN
    _wording(page, view, limit)
    _to_look_at(page, view, limit)
    _groups(page, run, view, limit)
    if view.repeated or view.groups:
        page.line()
        page.line(
            f"Children are counted once, by their newest plan. Fewer than {view.smallest} are not counted out.",
            style="dim",
        )


def _wording(page: Page, view: CaseloadView, limit: int) -> None:
    if view.shared and not any(shared.shared for shared in view.shared):
        page.line("- No need, outcome or provision stands in two children's plans.", indent=2)
    for shared in view.shared:
        if not shared.shared:
            continue
        page.line(
            f"- {shared.shared} of {shared.statements} {STATEMENTS[shared.kind]} ({_per_cent(shared.share)}) stand in "
            "another child's plan too, but for name, pronouns and figures.",
            indent=2,
        )
    for origin, head in (("copied", "Wording that many plans share"), ("template", "Words of the form itself")):
        found = [r for r in view.repeated if r.origin == origin]
        # The words of the form are no fault: -v shows them.
        if not found or (origin == "template" and page.options.verbosity < 1):
            continue
        page.line()
        page.line(head, style="bold")
        page.table(
            ("Children", "", "Section", "Words"),
            [
                (str(r.children), _per_cent(r.share), f"{r.section} {r.kind}", _short(r.text) or "(not kept)")
                for r in found[:limit]
            ],
            right=(0, 1),
            stretch=3,
        )
        _rest(page, len(found) - limit)


def _to_look_at(page: Page, view: CaseloadView, limit: int) -> None:
    names = names_in(view)
    if view.strangers:
        page.line()
        page.line(
            f"A name that belongs to another plan: {count(len(view.strangers), 'place')} to look at", style="bold"
        )
        for stranger in view.strangers[:limit]:
            owners = ", ".join(names[path] for path in stranger.owners)
            page.line(
                f"- {names[stranger.path]}, {section_label(stranger.section)}: a name of {owners} "
                f"({TELLS[stranger.sort]})",
                indent=2,
            )
        _rest(page, len(view.strangers) - limit)
    if view.contradictions:
        page.line()
        page.line("Versions of one plan that contradict each other", style="bold")
        for one in view.contradictions[:limit]:
            facts = ", ".join(FACTS[fact] for fact in one.facts)
            page.line(f"- {', '.join(names[path] for path in one.paths)}: {facts}", indent=2)
        _rest(page, len(view.contradictions) - limit)
    if view.alike:
        page.line()
        page.line("Plans of different children that are nearly the same", style="bold")
        for alike in view.alike[:limit]:
            shown = ", ".join(names[path] for path in alike.paths[:limit])
            more = f" and {len(alike.paths) - limit} more" if len(alike.paths) > limit else ""
            page.line(f"- {_per_cent(alike.similarity)} alike: {shown}{more}", indent=2)
        _rest(page, len(view.alike) - limit)
    if view.same_outcomes:
        page.line()
        page.line("The same outcome for different children", style="bold")
        for outcome in view.same_outcomes[:limit]:
            where = (
                f"{outcome.children} children"
                if outcome.children >= view.smallest
                else ", ".join(names[path] for path in outcome.paths)
            )
            words = f"“{_short(outcome.text)}”" if outcome.text else "an outcome whose words are not kept"
            page.line(f"- {words} ({where})", indent=2)
        _rest(page, len(view.same_outcomes) - limit)


def _groups(page: Page, run: Run, view: CaseloadView, limit: int) -> None:
    # By theme and section, each rule stands in one group, and the list of commonest faults has it already.
    chosen = [
        group
        for group in view.groups
        if group.faults
        and (limit > _SHOWN or (group.dimension not in ("theme", "section") and group.value != "not stated"))
    ]
    if not chosen:
        return
    page.line()
    page.line("Commonest faults by group", style="bold")
    rows = []
    for group in chosen:
        for place, fault in enumerate(group.faults[: 3 if limit == _SHOWN else None]):
            head = f"{group.dimension}: {group_name(group.dimension, group.value)}" if place == 0 else ""
            rows.append((head, f"{fault.children} of {group.children}", rule_title(run, fault.rule)))
    page.table(("Group", "Children", "Fault"), rows, right=(1,), stretch=2, narrow=(0,))


def group_name(dimension: str, value: str) -> str:
    """A group's value in plain words."""
    if dimension == "theme":
        return THEMES.get(value, value)
    if dimension == "section":
        return section_label(value)
    if dimension == "area":
        return AREAS.get(value, value)
    return role_name(value) if dimension in ("writer", "adviser") and value != "not stated" else value


def names_in(view: CaseloadView) -> dict[str, str]:
    """Every path that the view names, without the folders that all share."""
    paths = [path for alike in view.alike for path in alike.paths]
    paths += [path for outcome in view.same_outcomes for path in outcome.paths]
    paths += [path for stranger in view.strangers for path in (stranger.path, *stranger.owners)]
    paths += [path for one in view.contradictions for path in one.paths]
    return short_paths(list(dict.fromkeys(paths)))


def _per_cent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _short(text: str, limit: int = 160) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + " …"


def _rest(page: Page, more: int) -> None:
    if more > 0:
        page.line(f"and {more} more; -v shows all", indent=4)

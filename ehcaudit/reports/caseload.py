"""Run → what only all of its plans together show: JSON of ``ehcaudit.caseload/1``, and part of the terminal report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ehcaudit.caseload import CaseloadView, view_of
from ehcaudit.model import Run
from ehcaudit.reports.base import ReportOptions, count, escaped, section_label
from ehcaudit.reports.telling import AREAS, role_name, rule_title, short_paths
from ehcaudit.reports.wire import Day, Share, Tool
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


# ---------------------------------------------------------------- the wire


class _Wire(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True, defer_build=True
    )


class Shared(_Wire):
    """How many statements of one kind stand in another child's plan too; the form's own words are not counted."""

    kind: Literal["need", "outcome", "provision", "text"]
    statements: int
    shared: int
    share: Share


class Repeated(_Wire):
    """Wording of many plans, the same but for the child's name, pronouns and figures, or nearly so."""

    kind: Literal["need", "outcome", "provision", "text"]
    section: str
    origin: Literal["copied", "template"] = Field(description="template: words of the form, not of the child.")
    text: str = Field(description="Masked: [child], [he/she], [n]. Empty where no words are kept.")
    children: int
    share: Share
    forms: int = Field(description="In how many wordings.")


class Alike(_Wire):
    """Plans of different children that are nearly the same."""

    paths: list[str]
    similarity: Share


class SameOutcome(_Wire):
    """One outcome for different children."""

    text: str
    children: int | None = Field(description="null where they are few.")
    paths: list[str]


class Stranger(_Wire):
    """A name in a plan that is another child's; a person must look."""

    path: str
    section: str
    owners: list[str]
    sort: Literal["same-words", "full-name", "first-name"]


class Contradiction(_Wire):
    """Versions of one child's plan, from the oldest, and the facts on which they disagree."""

    paths: list[str]
    facts: list[Literal["name", "born", "first_issued", "pronoun", "school_year"]]


class GroupFault(_Wire):
    """A rule that is not met in so many plans of a group."""

    rule: str
    title: str
    children: int
    share: Share


class Group(_Wire):
    """The commonest faults of plans that have something in common."""

    dimension: str
    value: str
    children: int
    faults: list[GroupFault]


class CaseloadDocument(_Wire):
    """``ehcaudit.caseload/1``. Counts under ``smallest`` are left out, and so is one more that would betray them."""

    schema_: Literal["ehcaudit.caseload/1"] = Field(default="ehcaudit.caseload/1", alias="schema")
    tool: Tool
    as_of: Day
    plans: int
    children: int = Field(description="Versions of one child's plan count once, as the newest.")
    smallest: int
    shared: list[Shared]
    repeated: list[Repeated]
    alike: list[Alike]
    same_outcomes: list[SameOutcome]
    strangers: list[Stranger]
    contradictions: list[Contradiction]
    groups: list[Group]
    left_out: int = Field(description="Entries of long lists that are not here.")


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the report."""
    schema = CaseloadDocument.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def render(run: Run, options: ReportOptions) -> bytes:
    """One object, indented, ending in a line break; it looks the same whatever the width."""
    document = caseload_document(run, view_of(run, smallest=options.smallest)).model_dump()
    return escaped(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def caseload_document(run: Run, view: CaseloadView) -> CaseloadDocument:
    """A view in the words of the wire."""
    return CaseloadDocument(
        tool=Tool(version=run.version, rules=run.rules_hash),
        as_of=run.as_of.isoformat(),
        plans=view.plans,
        children=view.children,
        smallest=view.smallest,
        shared=[
            Shared(kind=s.kind, statements=s.statements, shared=s.shared, share=round(s.share, 3)) for s in view.shared
        ],
        repeated=[
            Repeated(
                kind=r.kind,
                section=r.section,
                origin=r.origin,
                text=r.text,
                children=r.children,
                share=round(r.share, 3),
                forms=r.forms,
            )
            for r in view.repeated
        ],
        alike=[Alike(paths=list(a.paths), similarity=round(a.similarity, 2)) for a in view.alike],
        same_outcomes=[
            SameOutcome(text=o.text, children=o.children if o.children >= view.smallest else None, paths=list(o.paths))
            for o in view.same_outcomes
        ],
        strangers=[
            Stranger(path=s.path, section=s.section, owners=list(s.owners), sort=s.sort) for s in view.strangers
        ],
        contradictions=[
            Contradiction.model_validate({"paths": list(c.paths), "facts": list(c.facts)}) for c in view.contradictions
        ],
        groups=[
            Group(
                dimension=g.dimension,
                value=g.value,
                children=g.children,
                faults=[
                    GroupFault(rule=f.rule, title=rule_title(run, f.rule), children=f.children, share=round(f.share, 3))
                    for f in g.faults
                ],
            )
            for g in view.groups
        ],
        left_out=view.left_out,
    )


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
            rows.append(
                (head, f"{fault.children} of {group.children}", f"{rule_title(run, fault.rule)} ({fault.rule})")
            )
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

"""CaseloadView → the values of ``ehcaudit.caseload/1``, and their JSON Schema."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ehcaudit.caseload import CaseloadView
from ehcaudit.model import Run
from ehcaudit.reports.telling import rule_title
from ehcaudit.reports.wire import Day, Share, Tool


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

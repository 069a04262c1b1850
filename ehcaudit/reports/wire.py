"""The wire contract, version 1, as models: what ``check --format json`` and ``outline --format json`` print.

Kept apart from ``model.py`` on purpose, so that the inside may change and the contract holds. ``docs/schema/`` is
generated from here. No clock, no machine, no order that could differ between two runs.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ehcaudit.model import Basis, Confidence, Part, Plan, PlanAudit, PlanStatus, Run, Severity, Status, Verdict
from ehcaudit.model import Evidence as ModelEvidence
from ehcaudit.model import Finding as ModelFinding
from ehcaudit.reports.base import warning_words

Share = Annotated[float, Field(ge=0, le=1)]
Percent = Annotated[float, Field(ge=0, le=100)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class _Wire(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True, defer_build=True
    )


class Tool(_Wire):
    """What made the run."""

    version: str
    rules: str = Field(description="Changes when the text of any rule in force changes.")


class ScorePart(_Wire):
    """The score of a theme or a section."""

    percent: Percent | None = Field(description="null where nothing applied or all of it waits for a person.")
    coverage: Share


class Score(_Wire):
    """The score of a plan."""

    percent: Percent | None
    grade: str | None = Field(description="Indicative; null where too little could be judged.")
    coverage: Share
    themes: dict[str, ScorePart]
    sections: dict[str, ScorePart]


class Result(_Wire):
    """What one rule says of one plan."""

    rule: str
    status: Status
    met: int | None = None
    items: int | None = Field(default=None, description="null for a rule about the plan as a whole.")


class Evidence(_Wire):
    """Words of the plan; start and end are code points in the block they stand in, end exclusive."""

    quote: str
    path: str
    start: int
    end: int


class Finding(_Wire):
    """One fault, or one question for a person (its rule's result is then ``query``)."""

    rule: str
    section: str = Field(description="The letter; empty for the plan as a whole.")
    severity: Severity
    confidence: Confidence
    basis: Basis
    message: str
    fix: str
    fingerprint: str
    evidence: list[Evidence] = Field(description="Empty where something is missing.")


class Warning(_Wire):
    """Something to know about how the file was read."""

    kind: str
    message: str


class AuditedPlan(_Wire):
    """One plan."""

    path: str
    sha256: str
    status: PlanStatus
    score: Score
    results: list[Result]
    findings: list[Finding]
    warnings: list[Warning]


class Failure(_Wire):
    """A file that could not be audited."""

    path: str
    error: str
    message: str


class RunDocument(_Wire):
    """``ehcaudit.run/1``."""

    schema_: Literal["ehcaudit.run/1"] = Field(default="ehcaudit.run/1", alias="schema")
    tool: Tool
    as_of: Day
    verdict: Verdict
    plans: list[AuditedPlan]
    failures: list[Failure]
    suppressed: list[Finding]


class Place(_Wire):
    """One paragraph and where it stands."""

    text: str
    path: str


class OutlineSection(_Wire):
    """One section, wherever its parts stand."""

    title: str
    labelled: bool
    text: str
    blocks: list[Place]


class OutlineThread(_Wire):
    """One row of the golden thread, in the plan's words."""

    area: str
    needs: list[str]
    outcomes: list[str]
    provisions: list[str]
    confidence: Share


class OutlineAdvice(_Wire):
    """One entry of section K, or of a list of contributors."""

    role: str
    author: str
    date: Day | None
    title: str
    appended: bool | None


class OutlineDeleted(_Wire):
    """Text that stands in the file but is not live."""

    kind: Literal["deleted", "moved-from", "struck-through", "hidden", "added"]
    text: str
    path: str
    author: str
    when: str


class OutlineAdded(_Wire):
    """Words that an amendment brought."""

    text: str
    path: str
    author: str
    when: str
    look: str
    """The look that the document's own key gives to additions; empty for a tracked change."""


class OutlineFacts(_Wire):
    """What the plan says of itself and of the child."""

    status: PlanStatus
    plan_date: Day | None
    review_date: Day | None
    first_issued: Day | None
    amended_on: Day | None
    born: Day | None
    age: int | None
    year_group: int | None = Field(description="-1 nursery, 0 Reception, 1 to 14.")
    key_stage: int | None = Field(description="0 early years, 1 to 5.")
    name: str
    pronoun: str


class OutlineDocument(_Wire):
    """``ehcaudit.outline/1``."""

    schema_: Literal["ehcaudit.outline/1"] = Field(default="ehcaudit.outline/1", alias="schema")
    path: str
    status: PlanStatus
    facts: OutlineFacts
    sections: dict[str, OutlineSection]
    threads: list[OutlineThread]
    advice: list[OutlineAdvice]
    unplaced: list[Place]
    deleted: list[OutlineDeleted]
    added: list[OutlineAdded]
    warnings: list[Warning]


DOCUMENTS: dict[str, type[_Wire]] = {"ehcaudit.run-1": RunDocument, "ehcaudit.outline-1": OutlineDocument}
"""Schema file name (without its ending) → model."""


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one of ``DOCUMENTS``."""
    schema = DOCUMENTS[name].model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


# ---------------------------------------------------------------- from the model to the wire


def run_document(run: Run) -> RunDocument:
    """A finished run in the words of the contract."""
    return RunDocument(
        tool=Tool(version=run.version, rules=run.rules_hash),
        as_of=run.as_of.isoformat(),
        verdict=run.verdict,
        plans=[plan_entry(plan) for plan in run.plans],
        failures=[Failure(path=f.path, error=f.error, message=f.message) for f in run.failures],
        suppressed=[finding_entry(finding, None) for finding in run.suppressed],
    )


def plan_entry(audited: PlanAudit) -> AuditedPlan:
    """One plan in the words of the contract."""
    card = audited.scorecard
    whole = _part(Part(card.percent, card.coverage))
    return AuditedPlan(
        path=audited.path,
        sha256=audited.sha256,
        status=audited.plan.facts.status,
        score=Score(
            percent=whole.percent,
            grade=card.grade,
            coverage=whole.coverage,
            themes={theme: _part(card.themes[theme]) for theme in sorted(card.themes)},
            sections={letter: _part(card.sections[letter]) for letter in sorted(card.sections)},
        ),
        results=[
            Result(rule=r.rule, status=r.status, met=r.met, items=r.items)
            for r in sorted(audited.results, key=lambda r: r.rule)
        ],
        findings=[finding_entry(finding, audited.plan) for finding in audited.findings],
        warnings=_warnings(audited.plan),
    )


def _part(part: Part) -> ScorePart:
    """Per cent to one decimal, coverage to two; what is not quite whole never reads as whole."""
    share = round(part.coverage, 2)
    return ScorePart(
        percent=None if part.percent is None else round(part.percent, 1),
        coverage=0.99 if share == 1 and part.coverage < 1 - 1e-9 else share,
    )


def finding_entry(finding: ModelFinding, plan: Plan | None) -> Finding:
    """One finding in the words of the contract; without its plan, without its places."""
    return Finding(
        rule=finding.rule,
        section=finding.section,
        severity=finding.severity,
        confidence=finding.confidence,
        basis=finding.basis,
        message=finding.message,
        fix=finding.fix,
        fingerprint=finding.fingerprint,
        evidence=[_evidence(part, plan) for part in finding.evidence],
    )


def _evidence(part: ModelEvidence, plan: Plan | None) -> Evidence:
    return Evidence(quote=part.quote, path=plan.place(part.block_id) if plan else "", start=part.start, end=part.end)


def _warnings(plan: Plan) -> list[Warning]:
    return [Warning(kind=w.kind, message=warning_words(w)) for w in (*plan.document.warnings, *plan.warnings)]


def outline_document(plan: Plan) -> OutlineDocument:
    """What was read, and where it was placed, in the words of the contract."""
    from ehcaudit.plan.amendments import find_amendments

    facts, document = plan.facts, plan.document
    words = {item.id: item.text for item in plan.items}

    def place(block_id: int) -> Place:
        return Place(text=document.blocks[block_id].text, path=plan.place(block_id))

    return OutlineDocument(
        path=document.path,
        status=facts.status,
        facts=OutlineFacts(
            status=facts.status,
            **{
                name: day.isoformat() if (day := getattr(facts, name)) else None
                for name in ("plan_date", "review_date", "first_issued", "amended_on", "born")
            },
            age=facts.age,
            year_group=facts.year_group,
            key_stage=facts.key_stage,
            name=facts.name,
            pronoun=facts.pronoun,
        ),
        sections={
            letter: OutlineSection(
                title=section.title,
                labelled=section.labelled,
                text=plan.text_of(letter),
                blocks=[place(i) for i in section.blocks],
            )
            for letter, section in plan.sections.items()
        },
        threads=[
            OutlineThread(
                area=t.area,
                needs=[words[i] for i in t.needs],
                outcomes=[words[i] for i in t.outcomes],
                provisions=[words[i] for i in t.provisions],
                confidence=round(t.confidence, 2),
            )
            for t in plan.threads
        ],
        advice=[
            OutlineAdvice(
                role=a.role,
                author=a.author,
                date=a.date.isoformat() if a.date else None,
                title=a.title,
                appended=a.appended,
            )
            for a in plan.advice
        ],
        unplaced=[place(i) for i in plan.unplaced],
        deleted=[
            OutlineDeleted(kind=k.kind, text=k.text, path=k.path, author=k.author, when=k.when)
            for k in document.apart
            if k.kind != "comment"
        ],
        added=[
            OutlineAdded(text=a.text, path=plan.place(a.block), author=a.author, when=a.when, look=a.look)
            for a in find_amendments(document).added
        ],
        warnings=_warnings(plan),
    )

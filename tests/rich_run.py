"""One Run with everything in it that a report can show, built in memory. All of it is fictional and our own."""

from __future__ import annotations

from datetime import date

from ehcaudit.checks import Context
from ehcaudit.judging import wording_of
from ehcaudit.model import (
    Advice,
    Block,
    Cell,
    Document,
    Evidence,
    Facts,
    Failure,
    Finding,
    Item,
    KeptApart,
    Part,
    Plan,
    PlanAudit,
    Result,
    RuleCard,
    Run,
    Scorecard,
    Section,
    Source,
    Table,
    Thread,
    Warning,
    fingerprint,
)

CODE = (Source("SEND Code of Practice (2015), 9.66", date(2026, 11, 23)),)
LAW = (
    Source("SEND Regulations 2014, reg. 12(1)(f)", date(2026, 11, 23)),
    Source("Children and Families Act 2014, s.37(2)"),
)
CARDS = {
    card.id: card
    for card in (
        RuleCard(
            "outcomes/not-time-bound",
            "Outcome does not say by when",
            "outcomes",
            "major",
            "high",
            "code",
            "An outcome without a date cannot be reviewed.",
            "Say by when: a date, a school year or a key stage.",
            CODE,
            ("outcome",),
            4,
            "Every outcome says by when it is to be reached.",
        ),
        RuleCard(
            "outcomes/vague-verb",
            "Outcome uses a verb that nobody can observe",
            "outcomes",
            "minor",
            "medium",
            "code",
            "Two people could not agree whether it had happened.",
            "Use a verb for something that can be seen or heard.",
            CODE,
            ("outcome",),
            2,
            "Outcomes use verbs that can be observed.",
        ),
        RuleCard(
            "structure/section-missing",
            "A section is missing",
            "structure",
            "critical",
            "high",
            "law",
            "The regulations list the sections that every plan must contain.",
            "Put in section {section} with its letter, even where there is nothing to say.",
            LAW,
            ("plan",),
            8,
        ),
        RuleCard(
            "provision/vague-frequency",
            "Provision does not say how often",
            "provision",
            "major",
            "high",
            "case",
            "Nobody can tell whether vague provision has been delivered.",
            "Say how long, how often, by whom, and in what size of group.",
            (Source("L v Clarke and Somerset [1998] ELR 129", date(2026, 11, 23)),),
            ("provision",),
            4,
        ),
        RuleCard(
            "voice/interests-missing",
            "Interests are not recorded",
            "voice",
            "minor",
            "high",
            "law",
            "Why.",
            "Fix.",
            LAW,
            ("A",),
            2,
            "Section A records what the child likes and is good at.",
        ),
        RuleCard(
            "health-and-care/health-needs-blank",
            "Health needs are blank",
            "health-and-care",
            "major",
            "high",
            "law",
            "Why.",
            "Fix.",
            LAW,
            ("C",),
            4,
        ),
        RuleCard(
            "dates/advice-dated-after-plan",
            "Advice is dated after the plan",
            "dates",
            "minor",
            "high",
            "practice",
            "Advice that was written later cannot have informed the plan.",
            "Check both dates.",
            (Source("Council audit tools, 2023 to 2025"),),
            ("K",),
            2,
        ),
    )
}
TEXTS = (
    ("paragraph", "Education, Health and Care Plan for Robin", "paragraph 1"),
    ("heading", "Section A: Robin's views, interests and aspirations", "paragraph 2"),
    ("paragraph", "I like trains [bold]and[/bold] maps.\x1b[31m", "paragraph 3"),
    ("heading", "Section E: Outcomes", "paragraph 4"),
    ("paragraph", "To be happier at school.", "table 1 › row 2 › column 2"),
    (
        "paragraph",
        "By July 2027 Robin will read ten words. To improve his listening. He will ask for help twice a day.",
        "table 1 › row 3 › column 2",
    ),
    ("heading", "Section F: Special educational provision", "paragraph 5"),
    (
        "paragraph",
        "Robin will have regular speech and language sessions, in a quiet room with few distractions, so that what he "
        "has learned in them can be used again in the classroom with his friends and with the adults who know him well",
        "table 1 › row 2 › column 3",
    ),
    ("paragraph", "Regular movement breaks.", "table 1 › row 3 › column 3"),
    ("paragraph", "Signed: the SEND officer", "paragraph 9"),
    ("heading", "Section K: Advice and information", "paragraph 10"),
    ("paragraph", "Educational psychologist, 3 May 2026", "paragraph 11"),
)
CELLS = {4: Cell(0, 1, 1), 5: Cell(0, 2, 1), 7: Cell(0, 1, 2), 8: Cell(0, 2, 2)}
BLOCKS = tuple(Block(i, kind, text, path, cell=CELLS.get(i)) for i, (kind, text, path) in enumerate(TEXTS))  # type: ignore[arg-type]
DOCUMENT = Document(
    "plans/robin.docx",
    "0" * 64,
    "docx",
    BLOCKS,
    (Table(3, 3),),
    margins=(Block(len(BLOCKS), "footer", "DRAFT 1 March 2026", "footer"),),
    apart=(
        KeptApart("deleted", "one to one support", "paragraph 8", 7, "A. Writer", "2026-02-01T10:00:00Z"),
        KeptApart("comment", "Check this", "paragraph 8", 7, "A. Writer", ""),
    ),
    warnings=(Warning("image-not-read", "Pictures were not read.", 2),),
)


def quote(block_id: int, words: str) -> Evidence:
    text = BLOCKS[block_id].text
    start = text.index(words)
    return Evidence(block_id, start, start + len(words), words)


def finding(rule: str, section: str, message: str, *evidence: Evidence, query: bool = False, item: str = "") -> Finding:
    card = CARDS[rule]
    words = " ".join(part.quote for part in evidence)
    return Finding(
        rule,
        message,
        card.severity,
        card.confidence,
        card.basis,
        section,
        evidence,
        card.fix.replace("{section}", section or "G"),
        fingerprint(rule, section, words),
        query,
        item,
    )


PLAN = Plan(
    DOCUMENT,
    {
        "A": Section("A", "Robin's views, interests and aspirations", True, (1,), (2,)),
        "E": Section("E", "Outcomes", True, (3,), (4, 5)),
        "F": Section("F", "Special educational provision", True, (6,), (7, 8)),
        "K": Section("K", "Advice and information", False, (10,), (11,)),
    },
    (
        Item("E1", "outcome", "E", (quote(4, BLOCKS[4].text),)),
        Item("E2", "outcome", "E", (quote(5, BLOCKS[5].text),)),
        Item("F1", "provision", "F", (quote(7, BLOCKS[7].text),)),
        Item("F2", "provision", "F", (quote(8, BLOCKS[8].text),)),
    ),
    (Advice("educational-psychologist", "", date(2026, 5, 3), evidence=(quote(11, "3 May 2026"),)),),
    (Thread("communication", (), ("E1",), ("F1",)), Thread("", (), ("E2",), ("F2",), "words", 0.4)),
    Facts("draft", date(2026, 3, 1), date(2027, 2, 28), name="Robin", year_group=2, key_stage=1),
    unplaced=(0, 9),
    front=(0,),
    warnings=(Warning("section-not-found", "Section C was not found."),),
    section_of={1: "A", 2: "A", 3: "E", 4: "E", 5: "E", 6: "F", 7: "F", 8: "F", 10: "K", 11: "K"},
    column_of={4: "Outcome", 5: "Outcome", 7: "Provision", 8: "Provision"},
)
RESULTS = (
    Result(
        "dates/advice-dated-after-plan",
        "query",
        findings=(
            finding(
                "dates/advice-dated-after-plan",
                "K",
                "“3 May 2026” is after the date of the plan, 1 March 2026.",
                quote(11, "3 May 2026"),
                query=True,
            ),
        ),
    ),
    Result("health-and-care/health-needs-blank", "not_assessed", reason="Section C was not found in the document."),
    Result(
        "outcomes/not-time-bound",
        "not_met",
        1,
        2,
        (
            finding(
                "outcomes/not-time-bound",
                "E",
                "“To be happier at school.” does not say by when.",
                quote(4, "To be happier at school."),
                item="E1",
            ),
        ),
    ),
    Result(
        "outcomes/vague-verb",
        "not_met",
        0,
        2,
        (
            finding(
                "outcomes/vague-verb",
                "E",
                "“be happier” is nothing that can be seen.",
                quote(4, "be happier"),
                item="E1",
            ),
            finding(
                "outcomes/vague-verb", "E", "“improve” is nothing that can be seen.", quote(5, "improve"), item="E2"
            ),
        ),
    ),
    Result(
        "provision/vague-frequency",
        "not_met",
        0,
        2,
        (
            finding(
                "provision/vague-frequency", "F", "“regular” does not say how often.", quote(7, "regular"), item="F1"
            ),
            finding(
                "provision/vague-frequency", "F", "“Regular” does not say how often.", quote(8, "Regular"), item="F2"
            ),
        ),
    ),
    Result(
        "structure/section-missing",
        "not_met",
        findings=(finding("structure/section-missing", "", "Section G is not there."),),
    ),
    Result("voice/interests-missing", "met"),
)
ROBIN = PlanAudit(
    DOCUMENT.path,
    DOCUMENT.sha256,
    PLAN,
    Scorecard(
        41.666,
        "Inadequate",
        0.854,
        {
            "structure": Part(0.0, 1.0),
            "voice": Part(100.0, 1.0),
            "outcomes": Part(33.333, 1.0),
            "health-and-care": Part(None, 0.0),
            "dates": Part(None, 0.0),
        },
        {"A": Part(100.0, 1.0), "E": Part(33.333, 1.0), "F": Part(0.0, 0.996)},
        ("structure/section-missing",),
    ),
    RESULTS,
    wording_of(PLAN, Context(date(2026, 11, 23))),
)
GOOD = PlanAudit(
    "plans/good.docx",
    "1" * 64,
    Plan(Document("plans/good.docx", "1" * 64, "docx", ()), {}, facts=Facts("final", date(2026, 1, 5))),
    Scorecard(92.04, "Outstanding", 1.0, {"voice": Part(100.0, 1.0)}, {"A": Part(100.0, 1.0)}),
    (Result("voice/interests-missing", "met"),),
)
FAILURES = (
    Failure("plans/old.doc", "old-format", "plans/old.doc: an old Word file; save it as .docx."),
    Failure("plans/bad\x1b[2J\u202e.docx", "damaged", "the file is broken."),
)


def run_of(*plans: PlanAudit, failures: tuple[Failure, ...] = FAILURES) -> Run:
    """A run of these plans."""
    return Run(
        "0.1.0",
        "abcdef012345",
        date(2026, 11, 23),
        "incomplete" if failures else "findings",
        plans,
        failures,
        cards=CARDS,
        gate="1 of 1 plans has findings of severity minor or graver",
    )

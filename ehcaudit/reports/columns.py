"""The columns of the workbook's tables: titles, widths, and what stands in them, which the sheet About tells."""

from __future__ import annotations

from ehcaudit.model import SEVERITIES
from ehcaudit.reports.workbook import Column
from ehcaudit.rules import THEMES

MISSING = "missing"
PARTS = {
    "outcome": {
        "who": "Who", "verb": "Will do (verb)", "what": "What", "measure": "How much or how well",
        "setting": "Where", "time": "By when", "purpose": "So that",
    },
    "provision": {
        "what": "What", "who": "By whom", "frequency": "How often", "duration": "How long", "group": "Group size",
        "setting": "Where", "review": "Reviewed", "qualification": "Trained in",
    },
}  # fmt: skip
"""Part (``model.Wording.parts``) → the title of its column."""

PLAN = Column(
    "Plan",
    28,
    "The plan's file, without the folders that all plans share; leads to its page in the HTML report that was made "
    "with this workbook, else to its row in Plans.",
)
FINDING_COLUMNS = (
    PLAN,
    Column("Section", 9, "Letter of the section; empty for the plan as a whole."),
    Column("Severity", 11, "critical, major, minor or advice."),
    Column("Title", 30, "What the rule looks for.", long=True),
    Column("What", 44, "What was found.", long=True),
    Column("Words", 44, "The words of the plan it is about; empty where something is missing.", long=True),
    Column("How to fix", 44, "What to change.", long=True),
    Column("Review", 12, "For the reviewer: agree, disagree or unsure."),
    Column("Review comment", 34, "For the reviewer: why, or what the plan says elsewhere.", long=True),
    Column("Reviewer", 14, "For the reviewer: who looked at it."),
    Column("Kind", 24, "A fault, or a question that a person must decide (not counted in the score)."),
    Column("Statement", 11, "The outcome, provision or need that it is about, as in those sheets."),
    Column("Place", 30, "Where the words stand.", long=True),
    Column("Page", 7, "Page, where the file has pages (PDF)."),
    Column("Who", 34, "Who has the words for it.", long=True),
    Column("Source", 60, "The law, guidance or practice that the rule rests on.", long=True),
    Column("Theme", 26, "Theme of the rule."),
    Column("Basis", 10, "law, code, case or practice."),
    Column("Confidence", 12, "How sure the rule is: high, medium or low."),
    Column("Rule", 40, "The rule's id; see the sheet Rules."),
    Column("Finding", 20, "The finding's id, the same in every run while the words are the same."),
)
FINDINGS_PRINTED = 10
EARLIER_COLUMNS = (
    Column("Plan", 28, "The plan whose finding was reviewed."),
    Column("Title", 30, "What the rule looks for.", long=True),
    Column("What", 44, "What was found then; the finding is gone, or its words have changed.", long=True),
    Column("Review", 12, "What the reviewer chose."),
    Column("Review comment", 40, "What the reviewer wrote.", long=True),
    Column("Reviewer", 14, "Who looked at it."),
    Column("Statement", 11, "The statement that it was about then."),
    Column("Finding", 20, "The finding's id."),
)
ADVICE_COLUMNS = (
    PLAN,
    Column("From", 36, "Who gave the advice; where the role is not known, the name or title in the plan.", long=True),
    Column("Dated", 13, "Date of the report."),
    Column("Received", 13, "When the authority had it."),
    Column("Plan date", 13, "Date of the plan."),
    Column("Months before the plan", 12, "From the report to the plan."),
    Column("Appended", 10, "Whether the plan says that the report is attached."),
)
FAILURE_COLUMNS = (
    Column("File", 50, "The file that could not be audited.", long=True),
    Column("Kind", 16, "A word for the reason."),
    Column("Message", 80, "What is wrong with it, and what to do.", long=True),
)
RULE_COLUMNS = (
    Column("Title", 44, "What the rule looks for.", long=True),
    Column("Theme", 28, "Its theme."),
    Column("Severity", 11, "critical, major, minor or advice."),
    Column("Basis", 10, "law, code, case or practice."),
    Column("Plans met", 9, "Plans that meet it."),
    Column("Plans not met", 9, "Plans that do not."),
    Column("To decide", 9, "Plans where a person must decide."),
    Column("Not assessed", 10, "Plans where it could not be judged."),
    Column("Does not apply", 10, "Plans to which it does not apply."),
    Column("Findings", 10, "Faults in all plans."),
    Column("How to fix", 50, "What to change.", long=True),
    Column("Why", 60, "Why it matters.", long=True),
    Column("Sources", 60, "What it rests on, and when a person last checked that.", long=True),
    Column("Rule", 40, "The rule's id."),
)
RULES_PRINTED = 11


def plan_columns() -> tuple[Column, ...]:
    """Of Plans."""
    return (
        PLAN._replace(
            says="The plan's file, without the folders that all plans share; leads to its page in the HTML report that "
            "was made with this workbook."
        ),
        Column("Grade", 22, "Indicative; empty where too little could be judged."),
        Column("Score", 9, "Of 100; what could not be assessed earns nothing."),
        Column("Coverage", 10, "Share of what applies that could be judged.", form="0%"),
        Column("Findings", 10, "How many faults; leads to the first of them."),
        *(Column(severity.capitalize(), 9, f"Faults of {severity} severity.") for severity in SEVERITIES),
        Column("To decide", 9, "Questions that a person must decide."),
        Column("Capped by law", 40, "Rules of law not met that keep the grade below Good.", long=True),
        Column("Status", 11, "draft, final, amended or unknown, as the plan says."),
        Column("Plan date", 13, "Date of the plan as it stands."),
        Column("Review date", 13, "When it is to be reviewed."),
        Column("Outcomes found", 10, "How many outcomes."),
        Column("Provisions found", 10, "How many provisions."),
        *(Column(words, 11, f"Score of the theme {words}.") for words in THEMES.values()),
        Column("File", 60, "The file as it was named."),
    )


PLANS_PRINTED = 16


STATEMENT_HEAD = 6
"""Columns before the parts."""


def statement_columns(kind: str, *, redact: bool) -> tuple[Column, ...]:
    """Of Outcomes or Provisions; a redacted workbook has no words, so no parts."""
    whose = "The outcome's" if kind == "outcome" else "The provision's"
    head = (
        PLAN,
        Column("Statement", 11, "Section letter and running number."),
        Column("Section", 9, "Letter of the section."),
    )
    tail = (
        Column("Findings", 10, "Faults that rules found in it."),
        Column("Rules", 44, "The rules that found them.", long=True),
        Column("Area", 34, "Area of need, where one is known."),
    )
    if redact:
        return head + tail
    sort = (Column("Kind", 14, "therapy, teaching, staffing, equipment …"),) if kind == "provision" else ()
    return (
        *head,
        Column("Words", 56, f"{whose} own words.", long=True),
        Column("Verdict", 11, "strong, weak, or query: a person must decide."),
        Column("Parts missing", 9, "How many of the parts that follow are missing; a strong one need not have all."),
        *(
            Column(words, 18, f"{whose} words for “{words.lower()}”, or “{MISSING}”.", long=True)
            for words in PARTS[kind].values()
        ),
        *tail,
        *sort,
        Column("Wording", 10, "From 0 to 100; strong from 60."),
        Column("Faults of wording", 40, "What is wrong with the words, the serious ones first.", long=True),
    )

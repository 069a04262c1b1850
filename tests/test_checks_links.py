"""Relations across sections that the rules' own examples do not show."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from plan_docs import T, document, span

from ehcaudit.checks.age import SchoolAge, completed_years, school_age
from ehcaudit.checks.base import Context
from ehcaudit.checks.links import not_known, says_nothing_is_due, says_where
from ehcaudit.judging import judge_plan
from ehcaudit.model import Facts, Finding, Plan, Result
from ehcaudit.plan import build
from ehcaudit.readers.text import from_markdown
from ehcaudit.rules import load_rule, rules_folder

AS_OF = date(2026, 10, 1)
COLUMNS = ["B – Special Educational Needs", "F – Special Educational Provision", "E – Outcomes"]


def answer(rule: str, plan: Plan) -> Result:
    path = Path(rules_folder(), f"{rule}.toml")
    (result,) = judge_plan(plan, [load_rule(path)], Context(AS_OF))
    for finding in result.findings:
        for part in finding.evidence:
            assert plan.document.blocks[part.block_id].text[part.start : part.end] == part.quote
    return result


def quotes(findings: tuple[Finding, ...]) -> list[str]:
    return [" … ".join(part.quote for part in finding.evidence) for finding in findings]


def plan_of(text: str) -> Plan:
    return build(from_markdown(text, path="plan.md"))


@pytest.mark.parametrize(
    "text",
    [
        "Lena is not known to children's services.",
        "Not currently open to social care.",
        "The family has no allocated social worker.",
        "There is no current involvement with CAMHS.",
    ],
)
def test_a_service_without_a_record_is_recognised(text):
    found = not_known(text)
    assert found
    assert found[0]


@pytest.mark.parametrize(
    "text",
    [
        "The cause of his seizures is not known to his mother.",
        "Lena does not know the people in the next street.",
        "His hearing was not known to be poor until he was four.",
    ],
)
def test_not_known_about_anything_else_is_no_reply_of_a_service(text):
    assert not_known(text) is None


def test_an_entry_that_states_something_and_points_elsewhere_does_not_only_say_where_to_look():
    assert says_where("See the attached report.")
    assert not says_where("See the attached report. He also needs two adults for each transfer from his chair.")


def test_no_provision_with_a_reason_is_no_provision_and_a_but_ends_it():
    assert says_nothing_is_due("No provision is required under section 2 of the Act of 1970.")
    assert not says_nothing_is_due("No provision is required at home, but a carer will visit on Sundays.")
    assert not says_nothing_is_due("None. A carer will visit on Sundays.")


def test_an_empty_provision_cell_is_found_and_a_merged_need_is_not():
    plan = build(
        document(
            T(
                [
                    COLUMNS,
                    [span("Robin cannot read.", rows=2), "Phonics daily.", "By July 2027 Robin will read ten words."],
                    [None, "Paired reading weekly.", ""],
                    ["Robin cannot count.", "", ""],
                ]
            )
        )
    )
    assert quotes(answer("thread/need-without-provision", plan).findings) == ["Robin cannot count."]


def test_needs_in_one_table_and_provision_in_prose_prove_nothing():
    text = (
        "| B – Special educational needs | E – Outcomes |\n|---|---|\n| Robin cannot read. | By July 2027 Robin will "
        "read ten words. |\n| Robin cannot count. | By July 2027 Robin will count to ten. |\n\n"
        "## Section F: Special educational provision\n\nAn assistant works with Robin for an hour each day.\n"
    )
    assert answer("thread/need-without-provision", plan_of(text)).findings == ()


def test_a_section_that_could_not_be_found_is_not_assessed_and_never_met():
    text = "\n\n".join(
        f"## Section {letter}: Part {letter}\n\nWords of this part, several of them." for letter in "ABDEFGIJK"
    )
    result = answer("health-and-care/health-need-without-provision", plan_of(text))
    assert result.status == "not_assessed"
    assert "Section C" in result.reason


def test_one_section_h_counts_for_both_of_its_halves():
    text = (
        "## Section D: Social care needs\n\nRuby cannot be left alone.\n\n"
        "## Section H: Social care provision\n\nA carer will stay with Ruby for three hours every Sunday.\n"
    )
    assert answer("health-and-care/care-need-without-provision", plan_of(text)).status == "met"


def test_eighteen_is_counted_to_the_day():
    assert completed_years(date(2008, 10, 1), date(2026, 10, 1)) == 18
    assert completed_years(date(2008, 10, 2), date(2026, 10, 1)) == 17
    assert completed_years(date(2008, 2, 29), date(2026, 2, 28)) == 17


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(), SchoolAge()),
        (Facts(born=date(2013, 8, 31), plan_date=date(2026, 9, 1)), SchoolAge((13, 13), (9, 9))),
        (Facts(born=date(2013, 9, 2), plan_date=date(2026, 9, 1)), SchoolAge((12, 12), (8, 8))),
        (Facts(year_group=9), SchoolAge((13, 14), (9, 9))),
        (Facts(key_stage=3), SchoolAge((11, 14), (7, 9))),
        (Facts(age=13), SchoolAge((13, 13), (8, 9))),
        (Facts(born=date(2012, 1, 5), year_group=8, plan_date=date(2026, 9, 1)), SchoolAge((14, 14), (8, 8))),
    ],
)
def test_the_year_group_follows_the_first_of_september_unless_the_plan_states_it(facts, expected):
    plan = Plan(document(), {}, facts=facts)
    assert school_age(plan, Context(AS_OF)) == expected


def test_key_stage_three_alone_leaves_preparation_for_adulthood_to_a_person():
    text = (
        "# Education, Health and Care Plan\n\nName: Robin\nKey stage: 3\n\n"
        "## Section F: Special educational provision\n\nA teacher will teach Robin spelling for an hour each week.\n"
    )
    assert answer("adulthood/provision-missing", plan_of(text)).status in ("query", "not_assessed")


def test_a_row_whose_other_section_provides_elsewhere_is_not_bare():
    text = (
        "| D – Social care needs | H1 – Social care provision | E – Outcomes |\n|---|---|---|\n"
        "| Ruby cannot be left alone. | No social care provision is required. | |\n"
        "| Ruby does not see danger. | | |\n\n"
        "## Section H2: Other social care provision\n\nA support worker will take Ruby swimming for two hours a week.\n"
    )
    assert answer("health-and-care/care-need-without-provision", plan_of(text)).status == "met"

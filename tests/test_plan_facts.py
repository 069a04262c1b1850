"""What a plan says of itself and of the child, wherever its form has a place for it, and what it does not say."""
# ruff: noqa: E501

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_docs import H, P, T, document

from ehcaudit.model import Document, Facts, Mark, Plan
from ehcaudit.plan import build
from ehcaudit.plan.facts import find_facts

BODY = (
    H("Section A: The views, interests and aspirations of Priya and her parents"),
    "Priya loves drumming. She wants to play in a band, and her brother drums too.",
    H("Section B: Special educational needs"),
    "Priya has dyslexia. She reads 20 words by sight, and her writing is slow.",
    H("Section E: Outcomes"),
    "By July 2027 Priya will read 60 words by sight.",
    H("Section F: Special educational provision"),
    "Priya will be taught phonics by a teacher for 20 minutes every day.",
)


def plan_of(*front: Any, end: tuple[Any, ...] = (), margins: tuple[str, ...] = (), **properties: str) -> Plan:
    made = document(*front, *BODY, *end, margins=margins)
    return build(replace(made, properties=properties))


def facts_of(*front: Any, **more: Any) -> Facts:
    plan = plan_of(*front, **more)
    check_evidence(plan.document, plan.facts)
    return plan.facts


def check_evidence(made: Document, facts: Facts) -> None:
    blocks = (*made.blocks, *made.margins)
    for evidence in facts.where.values():
        assert evidence.quote
        assert blocks[evidence.block_id].text[evidence.start : evidence.end] == evidence.quote


def quotes(facts: Facts) -> dict[str, str]:
    return {fact: evidence.quote for fact, evidence in facts.where.items()}


# ---------------------------------------------------------------- places of labels


def test_a_table_of_labels_with_values_to_their_right_is_read() -> None:
    facts = facts_of(
        "Education, Health and Care Plan",
        T(
            [
                ["Name", "Priya Nair"],
                ["Date of birth", "14/03/2018"],
                ["NC Year", "Y4"],
                ["Key stage", "2"],
                ["Gender", "Female"],
                ["Date of final plan", "1st October 2026"],
                ["Annual review due by", "30.9.27"],
            ]
        ),
    )
    assert facts.born == date(2018, 3, 14)
    assert (facts.year_group, facts.key_stage, facts.name, facts.pronoun) == (4, 2, "Priya", "she")
    assert (facts.plan_date, facts.review_date, facts.status) == (date(2026, 10, 1), date(2027, 9, 30), "final")
    assert quotes(facts)["born"] == "14/03/2018"
    assert quotes(facts)["review_date"] == "30.9.27"


def test_a_row_of_labels_above_a_row_of_values_is_read() -> None:
    facts = facts_of(
        T([["Name", "Date of birth", "Year group", "Plan date"], ["Priya NAIR", "14.3.18", "Reception", "3 May 2026"]])
    )
    assert (facts.name, facts.born, facts.year_group, facts.plan_date) == (
        "Priya",
        date(2018, 3, 14),
        0,
        date(2026, 5, 3),
    )


def test_four_columns_of_labels_and_values_are_read() -> None:
    facts = facts_of(T([["Forename(s)", "Priya", "Surname", "Nair"], ["DOB:", "14 March 2018", "NCY:", "4"]]))
    assert (facts.name, facts.born, facts.year_group) == ("Priya", date(2018, 3, 14), 4)


def test_a_value_may_stand_under_its_label_in_the_same_cell() -> None:
    facts = facts_of(T([[["Date of birth", "14/03/2018"], ["Date of this plan", "2 June 2026"]]]))
    assert (facts.born, facts.plan_date) == (date(2018, 3, 14), date(2026, 6, 2))


def test_several_labels_in_one_line_each_have_their_own_value() -> None:
    facts = facts_of("Surname: Nair Forename: Priya DOB: 14/03/2018 Year: 4 Date of plan: 02/06/2026")
    assert (facts.name, facts.born, facts.year_group, facts.plan_date) == (
        "Priya",
        date(2018, 3, 14),
        4,
        date(2026, 6, 2),
    )


def test_dates_and_labels_run_together_are_told_apart() -> None:
    facts = facts_of("19.02.11Date plan 1 agreed: 05/12/2014Date for annual review: 05/12/2015")
    assert (facts.first_issued, facts.review_date, facts.born) == (date(2014, 12, 5), date(2015, 12, 5), None)


def test_a_label_on_one_line_and_its_value_on_the_next_are_read() -> None:
    facts = facts_of("Date of birth", "14 March 2018", "Year group", "Nursery")
    assert (facts.born, facts.year_group) == (date(2018, 3, 14), -1)


def test_a_running_header_gives_dates_and_its_block_is_a_margin() -> None:
    plan = plan_of("EHC Plan", margins=("Initial plan date: 3 May 2019 Current plan date: 4 May 2026",))
    facts = plan.facts
    assert (facts.first_issued, facts.plan_date) == (date(2019, 5, 3), date(2026, 5, 4))
    assert facts.where["plan_date"].block_id == plan.document.margins[0].id


def test_the_front_page_outranks_the_header() -> None:
    facts = facts_of("Date of plan: 6 June 2026", margins=("Current plan date: 4 May 2025",))
    assert facts.plan_date == date(2026, 6, 6)


def test_sentences_of_the_front_page_give_dates() -> None:
    facts = facts_of(
        "This Education, Health and Care Plan is made on 3 June 2026 by Westshire Council.",
        "It must be reviewed by 2 June 2027.",
    )
    assert (facts.plan_date, facts.review_date) == (date(2026, 6, 3), date(2027, 6, 2))


def test_the_date_beside_the_signature_dates_the_plan() -> None:
    table = facts_of(
        "EHC Plan", end=(H("Sign-off"), T([["Officer", "Signature", "Date"], ["H Marsh", "", "12/09/2026"]]))
    )
    line = facts_of("EHC Plan", end=("Signed on behalf of the council: H Marsh. Date: 12 September 2026",))
    assert table.plan_date == line.plan_date == date(2026, 9, 12)


def test_an_amended_plan_has_both_its_dates() -> None:
    facts = facts_of(
        "Amended Final EHC Plan",
        "Date of issue of first EHC plan: 2 May 2019",
        "Amended with effect from: 7 June 2026",
        "Next annual review: 1 May 2027",
    )
    assert facts.status == "amended"
    assert (facts.first_issued, facts.amended_on, facts.plan_date) == (
        date(2019, 5, 2),
        date(2026, 6, 7),
        date(2026, 6, 7),
    )


def test_a_draft_has_the_date_of_the_draft_not_of_the_plan_before() -> None:
    facts = facts_of("Draft EHC Plan", "Date of final plan: 2 May 2025", "Date of draft: 3 June 2026")
    assert (facts.status, facts.plan_date) == ("draft", date(2026, 6, 3))


def test_dates_of_other_things_are_not_the_plans() -> None:
    facts = facts_of(
        "Date of last annual review: 4 May 2026", "Date of report: 5 May 2026", "Date of admission: 6 May 2024"
    )
    assert (facts.plan_date, facts.review_date) == (None, None)


def test_a_review_that_was_held_does_not_hide_the_next_one() -> None:
    facts = facts_of("Date of plan: 1 October 2026", "Review date: 3 July 2026", "Next review: 2 July 2027")
    assert facts.review_date == date(2027, 7, 2)


def test_a_list_of_versions_gives_the_newest_and_its_status() -> None:
    facts = facts_of(
        T([["Version", "Date issued", "Status"], ["1", "3 May 2025", "Draft"], ["2", "2 June 2026", "Final"]]),
    )
    assert (facts.plan_date, facts.status, quotes(facts)["status"]) == (date(2026, 6, 2), "final", "Final")


def test_a_list_of_reports_at_the_front_does_not_date_the_plan() -> None:
    facts = facts_of(
        "EHC Plan",
        T(
            [
                ["Report", "Name", "Date"],
                ["Psychology", "Ola Quist", "3 May 2026"],
                ["Health", "Jo Wren", "2 June 2026"],
            ]
        ),
    )
    assert (facts.plan_date, facts.name) == (None, "Priya")


def test_a_bare_date_on_the_front_page_dates_the_plan_if_nothing_else_does() -> None:
    assert facts_of("EHC Plan", "Date: 1 October 2026").plan_date == date(2026, 10, 1)
    assert facts_of("Date: 1 October 2026", "Date of plan: 2 June 2026").plan_date == date(2026, 6, 2)


def test_before_a_date_a_label_that_opens_its_line_needs_no_colon() -> None:
    facts = facts_of("Date of Birth 14/03/2018", "Final Plan 1 October 2026")
    assert (facts.born, facts.plan_date, facts.status) == (date(2018, 3, 14), date(2026, 10, 1), "final")


# ---------------------------------------------------------------- what says nothing


@pytest.mark.parametrize(
    "value", ["xx/xx/xxxx", "DD/MM/YYYY", "CCYY-MM-DD", "Enter date", "Click here to enter a date.", "……", "", "****", "[REDACTED]", "████", "31/02/2018", "TBC"]
)  # fmt: skip
def test_a_placeholder_or_a_redaction_is_no_date(value: str) -> None:
    table = facts_of("EHC Plan", T([["Date of birth", value], ["Date of final plan", value], ["Review date", value]]))
    line = facts_of("EHC Plan", f"Date of birth: {value}", f"Date of final plan: {value}")
    for facts in (table, line):
        assert (facts.born, facts.plan_date, facts.review_date, facts.status) == (None, None, None, "unknown")


def test_placeholder_text_that_the_file_marks_is_no_value() -> None:
    shown = P("14 March 2018", marks=(Mark("placeholder", 0, 13),))
    assert facts_of("EHC Plan", T([["Date of birth", shown]])).born is None


@pytest.mark.parametrize("value", ["████████", "****", "[REDACTED]", "[Name]", "{{ name }}", "XXXXX"])
def test_a_redacted_name_gives_way_to_the_name_that_the_sections_use(value: str) -> None:
    facts = facts_of(T([["Name", value]]))
    assert (facts.name, quotes(facts)["name"]) == ("Priya", "Priya")


def test_a_class_of_two_year_groups_does_not_tell_the_childs_own() -> None:
    assert facts_of(T([["Year group", "3/4"]])).year_group is None


def test_a_document_without_words_has_no_facts() -> None:
    assert find_facts(document(), front=(), section_of={}) == Facts()


# ---------------------------------------------------------------- status


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("Final Education, Health and Care Plan", "final"),
        ("EDUCATION, HEALTH AND CARE PLAN (FINAL)", "final"),
        ("DRAFT EHC PLAN", "draft"),
        ("Draft EHCP for Priya Nair", "draft"),
        ("Amended Final EHC Plan", "amended"),
        ("Final amended plan", "amended"),
        ("Proposed Amended Education, Health and Care Plan", "draft"),
        ("Status: Final", "final"),
        ("Version: 2 Status: Final Previous Status: Draft", "final"),
        ("Status: ☐ Draft ☐ Proposed ☒ Final ☐ Amended", "final"),
        ("Draft ☐ Final ☐ Amended final ☑", "amended"),
        ("[x] Draft [ ] Final", "draft"),
        ("This is the final plan for Priya.", "final"),
        ("FINAL", "final"),
        ("Draft/Proposed/Amended/Final Plan", "unknown"),
        ("Education, Health and Care Plan (Final/Amended/Draft)", "unknown"),
        ("Draft ☐ Final ☐ Amended ☐", "unknown"),
        ("Status: Draft or Final", "unknown"),
        ("A final decision about transport comes later.", "unknown"),
        ("Amendment number: 3", "unknown"),
    ],
)
def test_the_status_is_what_the_document_says_of_itself(line: str, status: str) -> None:
    facts = facts_of(line)
    assert facts.status == status
    assert ("status" in facts.where) == (status != "unknown")


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([["Draft", "☐", "Final", "☐", "Amended final", "☒"]], "amended"),
        ([["Draft", "Final", "Amended"], ["", "✓", ""]], "final"),
        ([["Draft", "X"], ["Final", ""]], "draft"),
        ([["Plan type", "Draft ☐ Final ☑ Amended ☐"]], "final"),
        ([["Status", ["☐ Draft", "☒ Final"]]], "final"),
        ([["Draft", "Proposed", "Amended", "Final"]], "unknown"),
        ([["Draft"], ["Final"]], "unknown"),
        ([["Status", "Choose an item."]], "unknown"),
        ([["☒ Draft"], ["☒ Final"]], "unknown"),
    ],
)
def test_a_table_of_statuses_says_the_one_that_is_ticked(rows: list[list[Any]], status: str) -> None:
    assert facts_of("EHC Plan", T(rows)).status == status


def test_a_running_header_or_the_file_itself_may_name_the_status() -> None:
    assert facts_of("EHC Plan", margins=("NAIR Priya ( ) Draft EHCP. Page 1",)).status == "draft"
    told = facts_of("EHC Plan", title="Final EHCP")
    assert (told.status, told.where.get("status")) == ("final", None)


def test_the_kind_of_date_that_is_filled_in_names_the_status_where_nothing_else_does() -> None:
    facts = facts_of("EHC Plan", T([["Date of draft", "3/6/26"], ["Date of final", ""], ["Date of amended plan", ""]]))
    assert (facts.status, facts.plan_date) == ("draft", date(2026, 6, 3))


# ---------------------------------------------------------------- the child


@pytest.mark.parametrize(
    ("front", "name"),
    [
        ("Name: Priya Nair", "Priya"),
        ("Name: NAIR, Priya", "Priya"),
        ("Name of child or young person: Priya Nair", "Priya"),
        ("Full name: Priyanka Nair Known as: Priya", "Priya"),
        ("Name of school: Alderbrook Primary", "Priya"),
        ("Education, Health and Care Plan for Priya Nair", "Priya"),
        ("EHC Plan", "Priya"),
    ],
)
def test_the_name_is_what_the_plan_calls_the_child(front: str, name: str) -> None:
    assert facts_of(front).name == name


@pytest.mark.parametrize(
    ("front", "name"), [("Child/young person: S.H.", "S.H."), ("Pupil: X", "X"), ("EHC Plan", "X")]
)
def test_initials_and_a_letter_are_names_where_the_sections_use_them(front: str, name: str) -> None:
    body = (replace_name(part, name) for part in BODY)
    assert build(document(front, *body)).facts.name == name


def replace_name(part: Any, name: str) -> Any:
    return part.replace("Priya", name) if isinstance(part, str) else H(part.text.replace("Priya", name))


def test_a_parents_name_on_the_front_page_is_not_the_childs() -> None:
    parents = T([["Parent/carer", ""], ["Name", "Anita Nair"], ["Telephone", ""]])
    assert facts_of(parents, "Child's name: Priya Nair").name == "Priya"


def test_the_childs_own_words_tell_birth_age_and_year() -> None:
    facts = facts_of("I was born on 14 March 2018 and I am 8 years old.", "Priya is in Year 4.")
    assert (facts.born, facts.age, facts.year_group) == (date(2018, 3, 14), 8, 4)


def test_stated_pronouns_outrank_gender_and_the_words_of_the_sections() -> None:
    assert facts_of("Gender: Female", "Pronouns: they/them").pronoun == "they"
    assert facts_of("Sex: Male").pronoun == "he"
    assert facts_of("Gender: Male / Female").pronoun == "she"


def test_no_pronoun_is_guessed_from_a_text_that_speaks_of_others_too() -> None:
    made = document(
        H("Section A"),
        "He likes her. She likes him.",
        H("Section B"),
        "Needs of hers and his.",
        H("Section E"),
        "x",
        H("Section F"),
        "y",
    )
    assert build(made).facts.pronoun == ""


# ---------------------------------------------------------------- any document

WORDS = st.sampled_from(
    [
        "Date of birth",
        "14/03/2018",
        "Name",
        "Priya",
        "Status:",
        "Final",
        "☒",
        "☐",
        "Draft",
        "Year",
        "4",
        "",
        "Review date: 1/2/27",
        "Signed",
        "Date",
        "İ",
        "Section A",
        "x",
        "Plan date:",
        "…",
    ]
)


@given(
    st.lists(
        st.one_of(WORDS, st.lists(st.lists(WORDS, min_size=1, max_size=4), min_size=1, max_size=3).map(T)), max_size=12
    )
)
@settings(max_examples=150, deadline=None)
def test_every_fact_quotes_words_of_the_document_whatever_it_holds(parts: list[Any]) -> None:
    made = document(*parts)
    plan = build(made)
    check_evidence(made, plan.facts)


def test_a_long_document_without_sections_is_read_quickly() -> None:
    made = document(*["Name: Date of birth: Status: Draft Final " * 40] * 300, T([["Date", "Signed"]] * 400))
    began = time.perf_counter()
    find_facts(made, front=tuple(range(len(made.blocks))), section_of={})
    assert time.perf_counter() - began < 3.0

"""Section K and contributor tables: who advised, when, and whether the report is appended."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from plan_docs import H, L, P, T, document

from ehcaudit.language.people import find_people, find_roles, groups
from ehcaudit.model import Advice, Plan
from ehcaudit.plan import build


def plan_with(*parts: Any) -> Plan:
    return build(document(H("Section A: Views"), "Zeb likes bees.", H("Section B: Needs"), "Zeb reads signs.", *parts))


def section_k(*parts: Any) -> tuple[Advice, ...]:
    plan = plan_with(H("Section K: Advice and information"), *parts)
    for entry in plan.advice:
        for said in entry.evidence:
            assert said.quote == plan.document.blocks[said.block_id].text[said.start : said.end]
    return plan.advice


def facts(entry: Advice) -> tuple[str, str, date | None]:
    return entry.role, entry.author, entry.date


def test_columns_are_read_by_their_headers_in_any_order() -> None:
    (first, second) = section_k(
        T(
            [
                ["Appended", "Date of report", "Author & Role"],
                ["Yes", "23.03.2026", "Priya Nair, Speech and Language Therapist"],
                ["No", "April 2026", "Ms K. O'Hara - Head of Inclusion"],
            ]
        )
    )
    assert facts(first) == ("speech-and-language", "Priya Nair", date(2026, 3, 23))
    assert first.appended is True
    assert (second.role, second.author, second.appended) == ("senco", "Ms K. O'Hara", False)


def test_the_date_received_is_not_the_date_of_the_report() -> None:
    (entry,) = section_k(
        T(
            [
                ["Advice and information requested", "Date received", "Who from", "Appended"],
                ["Psychological advice", "3 May 2026", "Dr Ines Roy - EP", "Yes"],
            ]
        )
    )
    assert entry.date is None
    assert entry.received == date(2026, 5, 3)
    assert entry.role == "educational-psychologist"


def test_rows_of_the_form_that_nobody_filled_in_are_no_entries() -> None:
    entries = section_k(
        T(
            [
                ["Advice and information requested", "Date received", "Who from", "Appended"],
                ["Medical advice", "", "", "YES/ NO"],
                ["Any other person", "", "", "YES/ NO"],
                ["Social care", "04.05.26", "Not known to this service", "No"],
            ]
        )
    )
    assert [(e.role, e.title, e.author) for e in entries] == [("social-care", "Not known to this service", "")]


def test_a_cell_that_names_document_and_author_gives_both() -> None:
    (first, second) = section_k(
        T(
            [
                ["Name of Document and Author", "Date Written"],
                ["Paediatric report, Dr Amina Khan", "2 Feb 2026"],
                ["School advice (Tom Lee)", "3 Feb 2026"],
            ]
        )
    )
    assert facts(first) == ("paediatrician", "Dr Amina Khan", date(2026, 2, 2))
    assert facts(second) == ("school", "Tom Lee", date(2026, 2, 3))


def test_small_tables_of_labelled_rows_are_one_entry_each() -> None:
    (first, second) = section_k(
        T([["Name", "Jo Lund"], ["Role", "EP"], ["Date", "3/4/26"], ["Name", "Amy Fox"], ["Role", "Headteacher"]])
    )
    assert facts(first) == ("educational-psychologist", "Jo Lund", date(2026, 4, 3))
    assert facts(second) == ("headteacher", "Amy Fox", None)


@pytest.mark.parametrize(
    ("line", "role", "author", "when"),
    [
        ("Educational Psychologist report, Dr Jane Smith, 12.03.2026", "educational-psychologist", "Dr Jane Smith", 12),
        ("OT assessment – Lucy Green (14 March 2026)", "occupational-therapist", "Lucy Green", 14),
        ("15/03/26 – Nursery report by Mrs A. Bird", "school", "Mrs A. Bird", 15),
        (
            "Appendix C: Advice of the Qualified Teacher of the Deaf, Wes Roy, 16th March 2026",
            "specialist-teacher",
            "Wes Roy",
            16,
        ),
    ],
)
def test_a_bullet_gives_role_author_and_date(line: str, role: str, author: str, when: int) -> None:
    (entry,) = section_k(L(line))
    assert facts(entry) == (role, author, date(2026, 3, when))


def test_a_line_that_says_there_is_no_advice_is_an_entry_with_its_words() -> None:
    (care, health) = section_k(L("Social care: not known to this service"), L("No advice received from health"))
    assert (care.role, care.title) == ("social-care", "Social care: not known to this service")
    assert (health.role, health.date) == ("health", None)


def test_each_sentence_about_a_report_is_an_entry_and_the_words_around_are_none() -> None:
    entries = section_k(
        "The following advice was gathered:",
        "Ruth Pell, headteacher, wrote the educational advice on 12 June 2026. Colin Reeve, educational psychologist, "
        "reported on 22 June 2026. All reports are attached to this plan.",
    )
    assert [facts(e) for e in entries] == [
        ("headteacher", "Ruth Pell", date(2026, 6, 12)),
        ("educational-psychologist", "Colin Reeve", date(2026, 6, 22)),
    ]
    assert [e.appended for e in entries] == [True, True]


def test_two_reports_in_one_sentence_are_two_entries() -> None:
    entries = section_k(
        "Report by educational psychologist Colin Reeve dated 3 May 2026 and by speech and language therapist "
        "Lena Brandt dated 4 May 2026."
    )
    assert [facts(e) for e in entries] == [
        ("educational-psychologist", "Colin Reeve", date(2026, 5, 3)),
        ("speech-and-language", "Lena Brandt", date(2026, 5, 4)),
    ]


def test_a_list_of_professions_without_dates_is_an_entry_for_each() -> None:
    entries = section_k("Advice has been received from the school, an educational psychologist and a social worker.")
    assert [e.role for e in entries] == ["school", "educational-psychologist", "social-care"]


def test_details_on_the_line_below_belong_to_the_role_above() -> None:
    (first, second) = section_k(
        P("Educational psychologist", bold=True),
        "Dr Jane Marsh, 3 May 2026",
        P("Paediatrician", bold=True),
        "Dr Osei, 4 May 2026",
    )
    assert facts(first) == ("educational-psychologist", "Dr Jane Marsh", date(2026, 5, 3))
    assert facts(second) == ("paediatrician", "Dr Osei", date(2026, 5, 4))


def test_a_section_that_points_to_a_file_lists_nothing() -> None:
    assert section_k("All advice is held on the child's file.") == ()


def test_a_front_table_of_contributors_serves_where_there_is_no_section_k() -> None:
    table = T([["Name", "Role", "Date of report"], ["Jo Bell", "Educational psychologist", "3 May 2026"]])
    plan = build(
        document("EHC plan", table, H("Section A: Views"), "Zeb likes bees.", H("Section B: Needs"), "Zeb reads.")
    )
    assert [facts(e) for e in plan.advice] == [("educational-psychologist", "Jo Bell", date(2026, 5, 3))]


def test_personal_details_on_the_front_are_no_contributors() -> None:
    table = T([["Name", "Zeb Marsh"], ["Date of birth", "3 May 2016"], ["School", "Elm School"]])
    assert (
        build(document(table, H("Section A: Views"), "Zeb likes bees.", H("Section B: Needs"), "Zeb reads.")).advice
        == ()
    )


# ---------------------------------------------------------------- people


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a SaLT", "speech-and-language"),
        ("two OTs", "occupational-therapist"),
        ("the SENDCo", "senco"),
        ("a Qualified Teacher of the Deaf", "specialist-teacher"),
        ("the community children’s nurse", "nurse"),
        ("an HLTA", "teaching-assistant"),
        ("a one-to-one teaching assistant", "teaching-assistant"),
        ("a trusted adult", "adult"),
        ("a suitably qualified person", "suitable-person"),
        ("the disabled children's team", "social-care"),
    ],
)
def test_people_are_found_by_title_and_by_abbreviation(text: str, key: str) -> None:
    (person,) = find_people(text)
    assert person.key == key
    assert person.text == text[person.start : person.end]


def test_an_abbreviation_without_capitals_is_a_common_word() -> None:
    assert find_people("pass the salt to her pa and take part") == []


def test_a_field_of_advice_names_no_deliverer() -> None:
    assert find_people("speech and language therapy twice a week") == []
    assert [p.key for p in find_roles("Speech and language therapy advice")] == ["speech-and-language"]


def test_words_for_anybody_are_vague() -> None:
    assert {groups()[p.key] for p in find_people("staff, a familiar adult or outside agencies")} == {"vague"}

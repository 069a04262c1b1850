"""Identifiers: their checksums, their shapes, and that no finding holds one in full."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ehcaudit.checks.base import Context
from ehcaudit.judging import judge_plan
from ehcaudit.language.identifiers import (
    find_identifiers,
    national_insurance_number_valid,
    nhs_number_valid,
    person_like,
    shown,
    upn_valid,
)
from ehcaudit.model import Block, KeptApart, Plan, Result
from ehcaudit.plan import build
from ehcaudit.readers.text import from_markdown
from ehcaudit.rules import load_rule, rules_folder


def answer(rule: str, plan: Plan) -> Result:
    (result,) = judge_plan(plan, [load_rule(Path(rules_folder(), f"identity/{rule}.toml"))], Context(date(2026, 10, 1)))
    return result


def plan_of(text: str) -> Plan:
    return build(from_markdown(text, path="plan.md"))


def found(kind: str, text: str, before: str = "") -> list[str]:
    return [text[i.start : i.end] for i in find_identifiers(text, kind, before=before)]


def test_an_nhs_number_has_its_check_digit():
    assert nhs_number_valid("943 476 5919")
    assert not nhs_number_valid("943 476 5918")
    assert not nhs_number_valid("000 000 0000")
    assert not nhs_number_valid("94347659")


def test_a_upn_has_its_check_letter():
    assert upn_valid("B801200005001")
    assert not upn_valid("A801200005001")
    assert not upn_valid("I801200005001")
    assert not upn_valid("B80120000500")


def test_a_temporary_upn_ends_in_a_letter_that_counts():
    valid = [f"{first}80120000500A" for first in "ABCDEFGHJKLMNPQRTUVWXYZ" if upn_valid(f"{first}80120000500A")]
    assert len(valid) == 1
    assert not upn_valid(valid[0][:-1] + "S")


@pytest.mark.parametrize("number", ["GB123456A", "DA123456A", "AO123456A", "AB123456E", "ZZ123456A"])
def test_national_insurance_letters_that_are_never_given_out_are_refused(number):
    assert not national_insurance_number_valid(number)


def test_a_label_in_the_cell_beside_makes_ten_digits_an_nhs_number():
    assert found("nhs-number", "9434765919", "NHS number") == ["9434765919"]
    assert found("nhs-number", "9434765919", "Invoice") == []


def test_a_telephone_number_is_no_date_and_no_long_number():
    assert found("telephone", "Ring 01632 960 123 after 4 pm.") == ["01632 960 123"]
    assert found("telephone", "01/09/2026 to 02/10/2026") == []
    assert found("telephone", "Serial 0012345678901234") == []


def test_a_name_needs_a_title_or_a_label_and_an_organisation_is_none():
    assert found("name", "Seen by Mrs O’Brien-Shah in May.") == ["Mrs O’Brien-Shah"]
    assert found("name", "Social worker: Imogen Tarr") == ["Imogen Tarr"]
    assert found("name", "Ms Smith's room is on Oak Lane") == ["Ms Smith"]
    assert found("name", "Parents: Westmere County Council") == []
    assert found("name", "He met the Head Teacher of Oak Hill.") == []


@pytest.mark.parametrize(
    ("rule", "identifier", "text"),
    [
        ("nhs-number", "943 476 5919", "NHS number: 943 476 5919"),
        ("unique-pupil-number", "B801200005001", "UPN: B801200005001"),
        ("postcode", "BS3 4QT", "Address: BS3 4QT"),
        ("email-address", "zofia.k@example.org", "Mother: zofia.k@example.org"),
        ("telephone-number", "07700 900123", "Mobile: 07700 900123"),
        ("full-date-of-birth", "3 May 2015", "Date of birth: 3 May 2015"),
        ("street-address", "14 Larkspur Close", "Lives at 14 Larkspur Close"),
        ("person-named", "Dr Hannah Osgood", "Dr Hannah Osgood saw him."),
    ],
)
def test_no_finding_holds_an_identifier_in_full(rule, identifier, text):
    plan = plan_of(text)
    result = answer(rule, plan)
    assert result.findings
    for finding in result.findings:
        said = " ".join((finding.message, finding.fix, *(part.quote for part in finding.evidence)))
        assert identifier not in said
        for part in finding.evidence:
            assert plan.document.blocks[part.block_id].text[part.start : part.end] == part.quote


def test_at_least_one_character_and_at_most_a_third_is_shown():
    assert shown(5, 6) == 6
    assert shown(0, 12) == 4


def test_a_deleted_number_and_one_in_a_header_are_found():
    plan = plan_of("Nothing here.")
    apart = replace(plan.document, apart=(KeptApart("deleted", "NHS number: 943 476 5919", "paragraph 1"),))
    (finding,) = answer("nhs-number", replace(plan, document=apart)).findings
    assert "943… (deleted text)" in finding.message
    assert not finding.evidence
    header = Block(len(plan.document.blocks), "header", "NHS number: 943 476 5919", "header 1")
    (finding,) = answer("nhs-number", replace(plan, document=replace(plan.document, margins=(header,)))).findings
    assert finding.evidence[0].quote == "943"


def test_properties_and_authors_of_comments_are_names_only_where_they_look_like_persons():
    assert person_like("Imogen Tarr")
    assert not person_like("python-docx")
    assert not person_like("Microsoft Office User")
    plan = plan_of("Nothing here.")
    changed = replace(
        plan.document,
        properties={"creator": "Imogen Tarr", "lastModifiedBy": "SEN Team"},
        apart=(KeptApart("comment", "Please check.", "paragraph 1", author="Gareth Pugh"),),
    )
    messages = [f.message for f in answer("name-outside-the-text", replace(plan, document=changed)).findings]
    assert [m.partition(":")[0] for m in messages] == [
        "A name stands in the document's properties",
        "A name stands in the authors of comments and changes",
    ]
    assert not any("Tarr" in m or "Pugh" in m for m in messages)


def test_long_text_without_identifiers_is_read_in_time_and_yields_none():
    text = "The 3 adults 12 walk 0 (0) A1 " * 3000
    assert all(
        find_identifiers(text, kind) == [] for kind in ("postcode", "telephone", "email", "street-address", "name")
    )

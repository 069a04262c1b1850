"""The plan as a form: sections that are there, labelled and apart, and what the form left over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ehcaudit.checks import CHECKS, Context
from ehcaudit.checks.base import Answer
from ehcaudit.judging import stock_plan
from ehcaudit.model import Facts, Plan
from ehcaudit.plan import build
from ehcaudit.readers.text import from_markdown
from tests.builders import deleted as struck
from tests.builders import docx_of, ins, p, saved, tbl

AS_OF = date(2026, 11, 1)
DRAFT, FINAL = Facts(status="draft"), Facts(status="final", plan_date=date(2026, 10, 1))


def plan_of(facts: Facts = FINAL, **sections: str | None) -> Plan:
    """The stock plan with some sections replaced (None: taken out) and its facts given."""
    front, parts = stock_plan()
    text = front + "".join(
        f"{head}\n\n{sections[letter]}\n\n" if letter in sections else f"{head}{body}"
        for letter, head, body in parts
        if sections.get(letter, "") is not None
    )
    return replace(build(from_markdown(text)), facts=facts)


def ask(name: str, plan: Plan, *where: str, **options: object) -> Answer:
    kind = CHECKS[name]
    return kind.function(plan, kind.options(**options), where or ("plan",), Context(AS_OF))


def quotes(answer: Answer) -> list[str]:
    return [part.quote for hit in answer.hits for part in hit.evidence]


# ---------------------------------------------------------------- sections


def test_a_section_that_is_not_there_is_named_with_its_title():
    answer = ask("section-present", plan_of(G=None, D=None))
    assert [(hit.section, hit.values["fault"]) for hit in answer.hits] == [
        ("D", "is not in the document"),
        ("G", "is not in the document"),
    ]
    assert "health care provision" in answer.hits[1].values["title"]
    assert (answer.met, answer.items) == (10, 12)


def test_a_plan_that_leaves_out_only_what_the_law_asks_for_conditionally_is_for_a_person():
    assert ask("section-present", plan_of(J=None), conditional=("J",)).status == "query"


def test_a_draft_need_not_have_a_section_for_the_placement_but_a_final_plan_needs_it():
    assert ask("section-present", plan_of(DRAFT, I=None), not_in_draft=("I",)).status == "met"
    assert ask("section-present", plan_of(FINAL, I=None), not_in_draft=("I",)).status == "not_met"


def test_one_section_h_is_not_two_missing_ones():
    front, parts = stock_plan()
    text = front + "".join(f"{h}{b}" for letter, h, b in parts if letter not in ("H1", "H2"))
    text = text.replace("## Section I:", "## Section H: Social care provision\n\nNone required.\n\n## Section I:")
    assert ask("section-present", replace(build(from_markdown(text)), facts=FINAL)).status == "met"


def test_a_heading_with_nothing_under_it_is_an_empty_section_only_where_that_is_asked():
    plan = plan_of(F="")
    assert ask("section-present", plan).status == "met"
    assert quotes(ask("section-present", plan, filled=("F",))) == [
        "Section F: The special educational provision required by Sam"
    ]


def test_a_section_that_is_a_picture_is_not_empty():
    plan = plan_of(F="")
    dark = replace(plan.sections["F"], unreadable="its content is a picture")
    plan = replace(plan, sections={**plan.sections, "F": dark})
    assert ask("section-present", plan, filled=("F",)).status == "met"


def test_a_partial_plan_is_not_asked_for_what_it_leaves_out_on_purpose():
    plan = replace(plan_of(G=None), partial=True)
    assert ask("section-present", plan).status == "not_applicable"
    assert ask("status-clear", replace(plan, facts=Facts())).status == "not_applicable"


@pytest.mark.parametrize("body", ["", "None identified.", "Choose an item."])
def test_a_section_without_an_outcome_points_at_itself(body):
    answer = ask("items-present", plan_of(E=body), "E", kind="outcome")
    assert answer.status == "not_met"
    assert {hit.section for hit in answer.hits} == {"E"}


def test_outcomes_of_a_section_that_is_not_there_cannot_be_judged():
    assert ask("items-present", plan_of(E=None), "E", kind="outcome").status == "not_assessed"


def test_sections_that_share_a_heading_are_one_finding():
    text = "# Education, Health and Care Plan\n\n## Sections C and G: Health\n\nNia has asthma. A nurse visits.\n"
    answer = ask("sections-apart", build(from_markdown(text)))
    assert [hit.values["letters"] for hit in answer.hits] == ["C and G"]
    assert quotes(answer) == ["Sections C and G: Health"]


# ---------------------------------------------------------------- placement


@pytest.mark.parametrize(
    "body",
    [
        "",
        "This section must be left blank in the draft.",
        "To be completed in the final plan.",
        "TBC",
        "Name and type of school: to be confirmed",
        "| Name | Type |\n|---|---|\n| To be named | To be named |",
        "The placement will be named after the parents have told us their preference.",
    ],
)
def test_a_draft_whose_placement_is_blank_is_right(body):
    assert quotes(ask("placement-in-draft", plan_of(DRAFT, I=body))) == []


@pytest.mark.parametrize(
    "body", ["Brookfield Academy", "Type of school: maintained special school", "Independent specialist college"]
)
def test_a_draft_that_names_a_school_or_a_type_is_found(body):
    assert quotes(ask("placement-in-draft", plan_of(DRAFT, I=body))) == [body]


def test_a_final_plan_may_name_its_school():
    assert ask("placement-in-draft", plan_of(FINAL, I="Brookfield Academy")).status == "not_applicable"


# ---------------------------------------------------------------- what the form left


def test_left_over_prompts_are_one_finding_a_section():
    answer = ask(
        "template-left",
        plan_of(D="Choose an item.", E="By [insert date] Sam will read.\n\nOn xx/xx/xxxx he will write."),
    )
    assert [hit.section for hit in answer.hits] == ["D", "E"]
    assert quotes(answer) == ["Choose an item.", "[insert date]", "xx/xx/xxxx"]


def test_printed_explanations_may_stay_but_prompts_in_brackets_may_not():
    plan = plan_of(
        C="This section sets out the health care needs.\n\n[Describe the health needs here]\n\nSam has asthma."
    )
    assert quotes(ask("template-left", plan)) == ["[Describe the health needs here]"]


def test_a_sentence_with_words_of_a_prompt_is_no_prompt():
    assert quotes(ask("template-left", plan_of(A='Sam says: "I choose an item from the shop."'))) == []


def test_deleted_words_are_counted_where_they_stood_and_never_shown(tmp_path):
    from ehcaudit.readers import read

    body = p("Section B: Special educational needs") + p(ins("<w:r><w:t>He reads.</w:t></w:r>") + struck("He is lazy."))
    plan = replace(build(read(saved(tmp_path, docx_of(body)))), facts=FINAL)
    answer = ask("deleted-left", plan)
    assert [hit.values for hit in answer.hits] == [{"count": "1", "place": "section B"}]
    assert "lazy" not in str(answer)
    assert ask("deleted-left", replace(plan, facts=DRAFT)).status == "query"


# ---------------------------------------------------------------- sign-off

LIST = (
    "| Advice | Author | Date |\n|---|---|---|\n| Educational advice | Ruth Pell | 12 June 2026 |\n\n### Sign-off\n\n"
)


@pytest.mark.parametrize(
    "sign_off",
    [
        "Signed: Helen Marsh",
        "Signed on behalf of Westmere County Council: H. Marsh Date: 1 October 2026",
        "| Officer | Signature | Date |\n|---|---|---|\n| Helen Marsh | HM Marsh | 1/10/2026 |",
        "| Signed | Helen Marsh |\n|---|---|\n| Date | 1 October 2026 |",
    ],
)
def test_a_signed_final_plan_is_signed(sign_off):
    assert quotes(ask("signed", plan_of(K=LIST + sign_off))) == []


@pytest.mark.parametrize(
    "sign_off",
    [
        "Signed: ______________ Date: __________",
        "Signature of the responsible officer:",
        "| Officer | Signature | Date |\n|---|---|---|\n| | | |",
    ],
)
def test_an_empty_line_for_the_signature_is_no_signature(sign_off):
    answer = ask("signed", plan_of(K=LIST + sign_off))
    assert answer.status == "not_met"
    assert "signature" in answer.hits[0].values["missing"]


def test_a_draft_is_not_asked_for_a_signature():
    assert ask("signed", plan_of(DRAFT, K=LIST)).status == "not_applicable"


def test_a_picture_beside_the_label_is_a_signature(tmp_path):
    from ehcaudit.readers import read
    from tests.builders import picture

    body = p("Section K: Advice") + p("School report, 1 May 2026") + p("Sign-off", style="Heading1")
    body += tbl(["Signature", f"<w:tc>{p(picture())}</w:tc>"])
    plan = replace(build(read(saved(tmp_path, docx_of(body)))), facts=FINAL)
    assert ask("signed", plan).status == "met"

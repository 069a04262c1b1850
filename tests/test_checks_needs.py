"""Needs beyond one sentence, and words that stand in the wrong section."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ehcaudit.checks import CHECKS, Context
from ehcaudit.checks.base import Answer
from ehcaudit.model import Plan
from ehcaudit.plan import build
from ehcaudit.readers.text import from_markdown

AS_OF = date(2026, 11, 1)


def plan_of(**sections: str) -> Plan:
    titles = {"A": "Views", "B": "Special educational needs", "C": "Health needs", "F": "Provision", "G": "Health care"}
    titles |= {"I": "Placement", "K": "Advice"}
    text = "# Education, Health and Care Plan\n\n" + "".join(
        f"## Section {letter}: {titles[letter]}\n\n{body}\n\n" for letter, body in sections.items()
    )
    return replace(build(from_markdown(text)), partial=True)


def ask(name: str, plan: Plan, *where: str) -> Answer:
    kind = CHECKS[name]
    answer = kind.function(plan, kind.options(), where, Context(AS_OF))
    for hit in answer.hits:
        for part in hit.evidence:
            assert plan.document.blocks[part.block_id].text[part.start : part.end] == part.quote
    return answer


def quotes(answer: Answer) -> list[str]:
    return [part.quote for hit in answer.hits for part in hit.evidence]


AREAS = """### Communication and interaction

- Max says ten words.

### Cognition and learning

### Sensory and physical

None identified."""


def test_an_area_with_a_heading_and_nothing_under_it_is_found_and_one_that_says_none_is_not():
    answer = ask("area-empty", plan_of(B=AREAS), "B")
    assert [part.quote for hit in answer.hits if not hit.query for part in hit.evidence] == ["Cognition and learning"]
    assert answer.status == "not_met"


def test_a_broad_area_that_is_not_there_at_all_is_for_a_person():
    answer = ask("area-empty", plan_of(B=AREAS.replace("learning\n", "learning\n\n- Max counts to ten.\n")), "B")
    assert answer.status == "query"
    assert "social, emotional and mental health" in answer.hits[0].values["fault"]


def test_the_last_area_of_a_section_is_not_lost_to_the_section_that_follows():
    plan = plan_of(
        B="### Cognition and learning\n\n- Max counts to ten.\n\n### Sensory and physical", C="Max has asthma."
    )
    assert quotes(ask("area-empty", plan, "B")) == ["Sensory and physical"]


def test_needs_that_are_not_divided_into_areas_are_not_asked_about_areas():
    assert ask("area-empty", plan_of(B="- Max says ten words."), "B").status == "not_applicable"


@pytest.mark.parametrize(
    "words",
    ["Max is good at maps.", "His strengths are maps.", "Max can read ten words.", "Max is kind to his sister."],
)
def test_a_strength_may_stand_in_either_section(words):
    filler = "Max goes to school by bus with his brother on most days of the week."
    assert ask("strengths", plan_of(A=filler + " " + words, B="- Max falls."), "A", "B").status == "met"
    assert ask("strengths", plan_of(A=filler, B=f"- {words}"), "A", "B").status == "met"


@pytest.mark.parametrize(
    "words", ["Max cannot read.", "Max can become angry.", "His attendance is good.", "This can hurt."]
)
def test_what_only_sounds_like_a_strength_is_none(words):
    filler = "Max goes to school by bus with his brother on most days of the week."
    assert ask("strengths", plan_of(A=filler, B=f"- {words}"), "A", "B").status == "not_met"


@pytest.mark.parametrize(
    ("need", "found"),
    [
        ("Max has a reading age of 6 years.", ["reading age of 6 years"]),
        ("Max is working at a Year 1 level in maths.", ["working at a Year 1 level in maths"]),
        ("Max had a reading age of 6 years in June 2026.", []),
        ("At the end of Year 2 Max was working at pre-key stage standard 3.", []),
        ("Max reads ten words.", []),
    ],
)
def test_attainment_needs_its_date(need, found):
    assert quotes(ask("attainment-undated", plan_of(B=f"- {need}"), "B")) == found


# ---------------------------------------------------------------- in the wrong section


@pytest.mark.parametrize(
    ("provision", "status"),
    [
        ("A speech and language therapist will teach Max to join words for 30 minutes a week.", "not_met"),
        ("A speech and language therapist will check each term that Max can swallow safely.", "met"),
        ("An occupational therapist will teach Max handwriting for 30 minutes a week.", "query"),
        ("A physiotherapist will fit Max's splints every three months.", "met"),
        ("A nurse will teach his parents chest physiotherapy for an hour.", "met"),
    ],
)
def test_therapy_that_teaches_belongs_among_the_educational_provision(provision, status):
    assert ask("therapy-placed", plan_of(G=f"- {provision}"), "G").status == status


@pytest.mark.parametrize(
    "words",
    [
        "His mother says that he needs one-to-one support all day.",
        "“I need a TA for two hours.”",
        "He had speech therapy twice a week when he was three.",
        "He needs ten minutes to settle.",
        "He goes to a swimming club once a week.",
    ],
)
def test_views_and_accounts_promise_nothing(words):
    assert quotes(ask("promise-outside", plan_of(A=f"Max likes maps. {words}"), "A")) == []


def test_a_promise_of_help_outside_its_sections_is_quoted_as_one_sentence():
    words = "Max will receive 15 hours a week of teaching assistant support."
    assert quotes(ask("promise-outside", plan_of(A=f"Max likes maps. {words} He has a cat."), "A")) == [words]


def test_what_a_child_needs_done_is_a_need_among_the_needs_and_what_somebody_will_do_is_not():
    need, promise = "Max needs a carer's help twice a day.", "A carer will be with him at all times."
    assert quotes(ask("promise-outside", plan_of(C=f"- {need} {promise}"), "C")) == [promise]


def test_a_report_that_section_k_does_not_list_is_found_once_for_each_profession():
    cited = "The occupational therapist's report of May 2026 found a weak grip."
    listed = "| Advice | Author | Date |\n|---|---|---|\n| Educational advice | Ruth Pell | 12 June 2026 |"
    answer = ask("advice-cited", plan_of(B=f"- {cited}\n- {cited}", K=listed), "B")
    assert quotes(answer) == [cited]
    assert "ccupational therapist" in answer.hits[0].values["who"]
    with_it = listed + "\n| Occupational therapy report | Lena Brandt, occupational therapist | 3 May 2026 |"
    assert ask("advice-cited", plan_of(B=f"- {cited}", K=with_it), "B").status == "met"


def test_advice_still_to_come_is_no_advice_that_the_plan_rests_on():
    plan = plan_of(B="- A physiotherapist will assess Max in May 2027.", K="School report, 1 May 2026")
    assert ask("advice-cited", plan, "B").status == "met"

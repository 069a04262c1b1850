"""Section A in the forms that the rules' own Markdown examples cannot show: Word tables, bold labels, pictures."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from plan_docs import H, L, P, T, document, span

from ehcaudit.checks import CHECKS, Answer, Context
from ehcaudit.checks.voice import passages, topics_of
from ehcaudit.model import Plan
from ehcaudit.plan import build

TOPICS = ("child-views", "parent-views", "gathering", "aspirations", "interests", "communication")


def plan_of(*section_a: Any, images: tuple[int, ...] = ()) -> Plan:
    return build(
        document(
            H("Section A: Views, interests and aspirations"),
            *section_a,
            H("Section B: Special educational needs"),
            "Zeb cannot yet read signs.",
            H("Section F: Special educational provision"),
            "A teacher will teach Zeb to read signs for ten minutes a day.",
            images=images,
        )
    )


def ask(plan: Plan, topic: str) -> Answer:
    kind = CHECKS["voice"]
    answer = kind.function(plan, kind.options(topic=topic), ("A",), Context(date(2026, 10, 1)))  # type: ignore[call-arg]
    for hit in answer.hits:
        for said in hit.evidence:
            assert said.quote == plan.document.blocks[said.block_id].text[said.start : said.end]
    return answer


def third_person(plan: Plan) -> Answer:
    kind = CHECKS["voice-in-third-person"]
    return kind.function(plan, kind.options(), ("A",), Context(date(2026, 10, 1)))


def missing(plan: Plan) -> set[str]:
    return {topic for topic in TOPICS if ask(plan, topic).status == "not_met"}


def test_a_table_of_labelled_rows_is_read_row_by_row() -> None:
    plan = plan_of(
        T(
            [
                ["My views", "I want a quiet place at lunch."],
                ["My family's views", "We are proud of how he copes."],
                ["My interests", "Snails"],
                ["My hopes for the future", "A shop"],
                ["How I communicate", "I talk when you wait."],
                ["How my views were gathered", "With Miss Hale, on 3 June 2026"],
            ]
        )
    )
    assert missing(plan) == set()


def test_labels_in_rows_of_their_own_stand_over_the_next_row() -> None:
    plan = plan_of(
        T(
            [
                ["Views"],
                ["He turns to the window when the room is loud."],
                ["Interests"],
                ["Bees"],
                ["Aspirations"],
                [""],
            ]
        )
    )
    assert missing(plan) == {"parent-views", "gathering", "aspirations", "communication"}


def test_a_profile_in_columns_is_read_down_its_columns() -> None:
    plan = plan_of(
        T(
            [
                [P("What people like about me", bold=True), P("What is important to me", bold=True)],
                [[L("I am funny"), L("I help my sister")], [L("My drum kit"), L("Knowing what is next")]],
            ]
        )
    )
    assert ask(plan, "child-views").status == "met"
    assert ask(plan, "parent-views").status == "not_met"


def test_bold_lines_are_labels() -> None:
    plan = plan_of(
        P("Views of Zeb", bold=True),
        "Not available at this time.",
        P("Parents", bold=True),
        "We hope he will be happy.",
    )
    answer = ask(plan, "child-views")
    assert answer.status == "not_met"
    assert [e.quote for hit in answer.hits for e in hit.evidence] == ["Not available at this time."]
    assert ask(plan, "parent-views").status == "met"


def test_a_picture_in_section_a_may_hold_the_views() -> None:
    plan = plan_of("Zeb lives with his mother and two brothers.", images=(1,))
    assert ask(plan, "child-views").status == "query"


def test_views_in_a_form_elsewhere_are_for_a_person_to_look_at() -> None:
    plan = plan_of(P("Zeb's views", bold=True), "Please see the attached form.", "His mother hopes he will settle.")
    assert ask(plan, "child-views").status in ("query", "met")


def test_a_plan_without_section_a_is_not_assessed() -> None:
    plan = build(document(H("Section B: Special educational needs"), "Zeb cannot yet read signs."))
    assert ask(plan, "interests").status == "not_assessed"
    assert third_person(plan).status == "not_assessed"


def test_what_parents_say_in_quotation_marks_is_not_the_childs_voice() -> None:
    plan = plan_of("Zeb is a happy boy and likes it when he is praised. Mum said: “I am so proud of my little man.”")
    assert third_person(plan).status == "not_met"


def test_what_a_child_shows_is_their_voice() -> None:
    plan = plan_of(
        P("Zeb's views", bold=True),
        "In the hydrotherapy pool he smiles and kicks his legs; he turns away from the hoist.",
    )
    assert third_person(plan).status == "met"


def test_a_parent_called_by_first_name_is_not_taken_for_the_child() -> None:
    plan = plan_of(
        P("How to communicate with Zeb", bold=True),
        "Wait.",
        P("Zeb's views", bold=True),
        "“Stop talking.”",
        P("Morag's views", bold=True),
        "She wants him to be heard.",
    )
    assert ask(plan, "parent-views").status == "met"
    assert [sorted(p.topics) for p in passages(plan) if p.label == "Morag's views"] == [["parent-views"]]


def test_a_table_of_section_b_without_its_letter_is_not_section_a() -> None:
    plan = plan_of(
        "Zeb has two brothers.", T([[span(H("Cognition and learning"), columns=2)], ["Strengths", "Enjoys maths"]])
    )
    assert all("maths" not in s.words for p in passages(plan) for s in p.sentences)


@pytest.mark.parametrize(
    ("label", "topic"),
    [
        ("How these views were gathered", "gathering"),
        ("What Mum and Dad want people to know", "parent-views"),
        ("The best ways to talk with Zeb", "communication"),
        ("Things Zeb likes", "interests"),
        ("Hopes for the future", "aspirations"),
        ("What Zeb says", "child-views"),
        ("In his own words", "child-views"),
        ("Zeb's story so far", "history"),
    ],
)
def test_a_label_says_what_stands_under_it(label: str, topic: str) -> None:
    assert topic in topics_of(label)


def test_the_parents_views_are_not_the_childs() -> None:
    assert "child-views" not in topics_of("The views of Zeb's parents")
    assert {"child-views", "parent-views"} <= topics_of("Views of Zeb and his parents")

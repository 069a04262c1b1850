"""Needs, outcomes and provisions that belong together, and how sure that is."""
# ruff: noqa: E501

from __future__ import annotations

from plan_docs import H, P, T, document, span

from ehcaudit.model import Thread
from ehcaudit.plan import build
from ehcaudit.readers.text import from_markdown

COLUMNS = ["B – Special Educational Needs", "F – Special Educational Provision", "E – Outcomes"]


def test_a_row_of_a_table_is_a_thread():
    plan = build(
        document(
            T(
                [
                    COLUMNS,
                    ["Robin cannot read.", "Phonics daily.", "By July 2027 Robin will read."],
                    ["Robin cannot count.", "", "By July 2027 Robin will count."],
                    ["", "", ""],
                ]
            )
        )
    )
    assert plan.threads == (
        Thread("", ("B1",), ("E1",), ("F1",), "table", 1.0),
        Thread("", ("B2",), ("E2",), (), "table", 1.0),
    )


def test_a_need_over_several_rows_has_all_their_provision():
    plan = build(
        document(
            T(
                [
                    COLUMNS,
                    [span("Robin cannot read.", rows=2), "Phonics daily.", "By July 2027 Robin will read."],
                    [None, "Paired reading weekly.", ""],
                    ["Robin cannot count.", "Number games.", ""],
                ]
            )
        )
    )
    assert [(t.needs, t.provisions, t.confidence) for t in plan.threads] == [
        (("B1",), ("F1", "F2"), 1.0),
        (("B2",), ("F3",), 1.0),
    ]


def test_a_row_without_a_need_goes_on_with_the_row_over_it_less_surely():
    plan = build(
        document(T([COLUMNS, ["Robin cannot read.", "Phonics daily.", ""], ["", "Paired reading weekly.", ""]]))
    )
    (thread,) = plan.threads
    assert thread.provisions == ("F1", "F2")
    assert thread.confidence < 1


def test_a_row_that_says_there_is_no_need_is_no_thread():
    plan = build(
        document(
            T(
                [
                    COLUMNS,
                    ["Robin has no identified special educational needs in this area", "", ""],
                    ["Robin cannot count.", "Number games.", ""],
                ]
            )
        )
    )
    assert [t.needs for t in plan.threads] == [("B2",)]


def stacked(*rows):
    return T(
        [
            [span(H("Communication and interaction", 2), columns=4)],
            [span("Special Educational Needs", columns=4)],
            [span("Robin stammers.", "Robin cannot follow instructions.", columns=4)],
            [span("Medium Term Outcomes", columns=4)],
            [span("By July 2027 Robin will chat.", columns=4)],
            ["Special Educational Provision", "By Whom", "Frequency", "Which Need Does This Provision Meet"],
            *rows,
        ]
    )


def test_a_table_for_one_area_is_a_thread():
    plan = build(document(stacked(["Therapy", "Therapist", "Weekly", ""], ["Task board", "Teacher", "Daily", ""])))
    assert plan.threads == (Thread("communication", ("B1", "B2"), ("E1",), ("F1", "F2"), "table", 0.8),)


def test_the_column_which_need_divides_the_table():
    plan = build(
        document(stacked(["Therapy", "Therapist", "Weekly", "B1"], ["Task board", "Teacher", "Daily", "Need 2"]))
    )
    assert [(t.needs, t.outcomes, t.provisions) for t in plan.threads] == [
        (("B1",), ("E1",), ("F1",)),
        (("B2",), ("E1",), ("F2",)),
    ]


def test_references_in_words_link():
    plan = build(
        document(
            H("Section E"),
            "Outcome 1: By July 2027 Robin will read.",
            "Outcome 2: By July 2027 Robin will swim.",
            H("Section F"),
            "Swimming lessons weekly (Outcome 2).",
            "Phonics daily (Outcome 1).",
        )
    )
    assert sorted((t.outcomes, t.provisions, t.basis) for t in plan.threads) == [
        (("E1",), ("F2",), "words"),
        (("E2",), ("F1",), "words"),
    ]
    assert all(t.confidence == 0.95 for t in plan.threads)


def test_what_stands_under_the_same_area_is_a_thread_of_stated_confidence():
    plan = build(document(
        H("Section B"), P("Communication and interaction", bold=True), "Robin stammers.", P("Cognition and learning", bold=True), "Robin cannot read.",
        H("Section E"), P("Cognition and learning", bold=True), "By July 2027 Robin will read.",
        H("Section F"), P("Communication and interaction", bold=True), "Therapy weekly.", P("Cognition and learning", bold=True), "Phonics daily.", "Paired reading weekly.",
    ))  # fmt: skip
    assert plan.threads == (
        Thread("communication", ("B1",), (), ("F1",), "area", 0.9),
        Thread("cognition", ("B2",), ("E1",), ("F2", "F3"), "area", 0.7),
    )


def test_health_needs_go_with_health_provision():
    plan = build(
        from_markdown(
            "## Section C\n\nRobin has asthma.\n\n## Section D\n\nNone identified.\n\n## Section G\n\nThe nurse writes an asthma plan each year.\n\n## Section H2\n\nShort breaks."
        )
    )
    assert plan.threads == (Thread("health", ("C1",), (), ("G1",), "area", 0.9),)


def test_shared_words_link_what_no_table_and_no_area_links():
    plan = build(
        from_markdown(
            "## Section B\n\n- Robin finds reading and spelling hard.\n- Robin is anxious in noisy crowded rooms.\n\n## Section E\n\n- By July 2027 Robin will manage anxious feelings in noisy places.\n- By July 2027 Robin will read and be spelling 50 words.\n\n"
            "## Section F\n\n- A reading and spelling programme daily.\n- A place away from noisy crowded rooms.\n- A laptop.\n"
        )
    )
    assert [(t.needs, t.outcomes, t.provisions, t.basis) for t in plan.threads] == [
        (("B1",), ("E2",), ("F1",), "words"),
        (("B2",), ("E1",), ("F2",), "words"),
    ]
    assert all(0 < t.confidence < 0.9 for t in plan.threads)


def test_the_childs_name_links_nothing():
    plan = build(
        from_markdown(
            "## Section B\n\n- Robin stammers badly.\n- Robin limps.\n\n## Section F\n\n- Robin gets a laptop.\n- Robin gets swimming.\n"
        )
    )
    assert plan.threads == ()


def test_a_number_column_numbers_the_items_of_its_rows():
    plan = build(document(
        H("Section E"), T([["No.", "Outcome", "By when"], ["4", "Robin will read", "July 2027"], ["5", "Robin will swim", "July 2027"]]),
        H("Section F"), T([["Outcome", "Special educational provision", "By whom"], ["5", "Swimming lessons weekly", "Coach"]]),
    ))  # fmt: skip
    assert [item.text for item in plan.of("outcome")] == ["Robin will read", "Robin will swim"]
    assert "number" not in plan.items[0].attached
    assert [(t.outcomes, t.provisions) for t in plan.threads] == [(("E2",), ("F1",))]

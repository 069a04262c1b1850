"""Sections fall into single needs, outcomes and provisions, and what their row says of them goes with them."""
# ruff: noqa: E501

from __future__ import annotations

import pytest
from plan_docs import H, L, P, T, document, says, span

from ehcaudit.language.sentences import sentences
from ehcaudit.plan import build
from ehcaudit.plan.lexicon import area_named, role_of, says_none
from ehcaudit.readers.text import from_markdown


def of(letter, *parts):
    return build(document(H(f"Section {letter}"), *parts))


def test_bullets_and_numbers_are_one_item_each():
    plan = build(
        from_markdown(
            "## Section F\n\n- Weekly therapy\n- Daily reading. This is led by a teaching assistant.\n\n1. A quiet room\n2. A laptop\n"
        )
    )
    assert says(plan, "F") == [
        "Weekly therapy",
        "Daily reading. This is led by a teaching assistant.",
        "A quiet room",
        "A laptop",
    ]
    assert [item.id for item in plan.of("provision")] == ["F1", "F2", "F3", "F4"]


def test_typed_bullets_and_numbers_are_taken_off():
    plan = of(
        "E", "• By July 2027 Robin will read.", "2) By July 2027 Robin will swim.", "(c) By July 2027 Robin will sing."
    )
    assert says(plan, "E") == [
        "By July 2027 Robin will read.",
        "By July 2027 Robin will swim.",
        "By July 2027 Robin will sing.",
    ]


def test_a_lead_in_stays_with_each_of_its_bullets():
    plan = of(
        "E",
        "By the end of KS2 Robin will be able to:",
        L("read 50 words"),
        L("write a name"),
        "By July 2027 Robin will swim.",
    )
    assert says(plan, "E") == [
        "By the end of KS2 Robin will be able to: read 50 words",
        "By the end of KS2 Robin will be able to: write a name",
        "By July 2027 Robin will swim.",
    ]
    assert [part.quote for part in plan.items[1].evidence] == [
        "By the end of KS2 Robin will be able to:",
        "write a name",
    ]


def test_lead_ins_nest():
    plan = of(
        "F",
        "Robin will receive:",
        L("weekly therapy"),
        L("an assessment, with:", level=0),
        L("a sensory diet", level=1),
        L("a special seat", level=1),
        L("a laptop", level=0),
    )
    assert says(plan, "F") == [
        "Robin will receive: weekly therapy", "Robin will receive: an assessment, with: a sensory diet",
        "Robin will receive: an assessment, with: a special seat", "Robin will receive: a laptop",
    ]  # fmt: skip


def test_a_lead_in_that_leads_to_nothing_is_a_statement():
    plan = of("F", "Robin will be supported throughout the day by:", P("Outcomes", bold=True), "A laptop for writing.")
    assert says(plan, "F")[0] == "Robin will be supported throughout the day by:"


def test_sub_headings_are_not_items():
    plan = of(
        "E",
        P("Communication and interaction", bold=True),
        P("Long term aim:", bold=True),
        "Robin will chat with friends.",
        P("Short term outcome (1 year):", bold=True),
        "By July 2027 Robin will greet a friend.",
    )
    assert says(plan, "E") == ["Robin will chat with friends.", "By July 2027 Robin will greet a friend."]
    assert {item.area for item in plan.items} == {"communication"}


def test_how_the_plan_is_reviewed_is_not_an_item():
    plan = of(
        "E",
        "By July 2027 Robin will read.",
        P("Arrangements for setting shorter term targets", bold=True),
        "The school sets targets each term.",
        P("Health outcomes", bold=True),
        "By July 2027 Robin will use an inhaler.",
    )
    assert says(plan, "E") == ["By July 2027 Robin will read.", "By July 2027 Robin will use an inhaler."]
    assert plan.items[1].area == "health"


# ---------------------------------------------------------------- sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Robin will read. Robin will write.", 2),
        ("Dr. Hill visits. She writes.", 2),
        ("Aids, e.g. A4 slopes, are used.", 1),
        ("For approx. 30 mins. each day, i.e. daily.", 1),
        ("It lasts 45 mins. The therapist plans it.", 2),
        ("Mr. J. Lane calls. He helps.", 2),
        ("1. Robin will read.", 1),
        ("Robin scored 4.5 in No. 3. Good.", 2),
        ("Why? Because it helps!", 2),
    ],
)
def test_abbreviations_do_not_end_a_sentence(text, count):
    found = sentences(text)
    assert len(found) == count
    assert "".join(text[a:b] for a, b in found).replace(" ", "") == text.replace(" ", "")


def test_a_paragraph_of_outcomes_is_split_where_each_is_a_statement():
    plan = of(
        "E",
        "By July 2027 Robin will dress without help. By July 2028 Robin will cook a meal. This will be seen at home.",
    )
    assert says(plan, "E") == [
        "By July 2027 Robin will dress without help.",
        "By July 2028 Robin will cook a meal. This will be seen at home.",
    ]


def test_an_outcome_keeps_the_sentence_that_measures_it():
    text = (
        "By July 2027 Robin will read 50 words. He will do this in four of five trials. Progress is reviewed each term."
    )
    assert says(of("E", text), "E") == [text]


def test_a_paragraph_of_provision_is_split_at_a_new_deliverer_with_a_quantity():
    plan = of(
        "F",
        "Robin will receive 30 minutes of therapy each week. The programme will be written by a therapist. A teaching assistant will deliver it for 10 minutes daily. The class teacher will give Robin a task board for 5 minutes each lesson.",
    )
    assert says(plan, "F") == [
        "Robin will receive 30 minutes of therapy each week. The programme will be written by a therapist.",
        "A teaching assistant will deliver it for 10 minutes daily.", "The class teacher will give Robin a task board for 5 minutes each lesson.",
    ]  # fmt: skip


def test_a_provision_keeps_the_paragraph_that_leans_on_it():
    plan = of(
        "F",
        "A therapist will see Robin for 30 minutes each week.",
        "This will take place in a quiet room.",
        "The school will fund a laptop.",
    )
    assert says(plan, "F") == [
        "A therapist will see Robin for 30 minutes each week. This will take place in a quiet room.",
        "The school will fund a laptop.",
    ]


def test_a_paragraph_of_needs_is_split_only_where_every_sentence_states_one():
    assert len(says(of("B", "Robin has a severe language delay. He struggles to name everyday objects."), "B")) == 2
    text = "Robin has a severe language delay. He lives with two brothers."
    assert says(of("B", text), "B") == [text]


# ---------------------------------------------------------------- rows


def test_columns_of_their_own_go_with_the_item_of_their_row():
    plan = of(
        "E",
        T(
            [
                ["Outcome", "By when", "How will we know?"],
                ["Robin will read 50 words", "July 2027", "Reading record"],
                ["", "", ""],
            ]
        ),
    )
    (item,) = plan.of("outcome")
    assert item.text == "Robin will read 50 words"
    assert {role: part.quote for role, part in item.attached.items()} == {
        "when": "July 2027",
        "measure": "Reading record",
    }
    assert item.row == (0, 1)


def test_two_provisions_in_a_cell_share_their_row():
    plan = of(
        "F",
        T(
            [
                ["Provision", "By whom", "How often"],
                [[L("Phonics"), L("Paired reading")], "Teaching assistant", "Daily"],
            ]
        ),
    )
    assert [(i.text, i.attached["who"].quote, i.attached["frequency"].quote) for i in plan.items] == [
        ("Phonics", "Teaching assistant", "Daily"),
        ("Paired reading", "Teaching assistant", "Daily"),
    ]


def test_cells_with_as_many_lines_are_paired():
    plan = of("F", T([["Provision", "By whom"], [["Phonics", "Therapy"], ["Teaching assistant", "Therapist"]]]))
    assert [(i.text, i.attached["who"].quote) for i in plan.items] == [
        ("Phonics", "Teaching assistant"),
        ("Therapy", "Therapist"),
    ]


def test_a_second_line_of_a_role_cell_is_kept():
    plan = of("F", T([["Provision", "By whom"], ["Phonics", ["Teaching assistant", "Class teacher"]]]))
    assert {r: e.quote for r, e in plan.items[0].attached.items()} == {
        "who": "Teaching assistant",
        "who.2": "Class teacher",
    }


def test_a_merged_role_cell_goes_with_each_row_beside_it():
    plan = of(
        "F", T([["Provision", "By whom"], ["Phonics", span("Teaching assistant", rows=2)], ["Paired reading", None]])
    )
    assert [i.attached["who"].quote for i in plan.items] == ["Teaching assistant", "Teaching assistant"]


def test_labels_at_the_start_of_lines_say_what_they_are():
    plan = of(
        "E",
        "Outcome 1: By July 2027 Robin will read.",
        "Success criteria: 50 words in a week",
        "By when: July 2027",
        "Outcome 2: By July 2027 Robin will swim.",
    )
    assert says(plan, "E") == ["By July 2027 Robin will read.", "By July 2027 Robin will swim."]
    assert {r: e.quote for r, e in plan.items[0].attached.items()} == {
        "measure": "50 words in a week",
        "when": "July 2027",
    }


def test_decimal_numbers_are_taken_off_and_quantities_are_not():
    plan = of(
        "F", "4.1 Communication and interaction", "4.1.1 Robin has therapy weekly.", "2.5 hours of teaching each week."
    )
    assert says(plan, "F") == ["Robin has therapy weekly.", "2.5 hours of teaching each week."]
    assert plan.items[0].area == "communication"


def test_an_outcome_column_in_f_only_names_the_outcome():
    plan = build(document(
        H("Section E"), "1. By July 2027 Robin will read.", "2. By July 2027 Robin will swim.",
        H("Section F"), T([["Outcome", "Special educational provision", "Who", "How often"], ["2", "Swimming lessons", "Coach", "Weekly"], ["Robin will read", "Phonics", "Teacher", "Daily"]]),
    ))  # fmt: skip
    assert says(plan, "E") == ["By July 2027 Robin will read.", "By July 2027 Robin will swim."]
    assert says(plan, "F") == ["Swimming lessons", "Phonics"]
    assert [(t.outcomes, t.provisions) for t in plan.threads] == [(("E2",), ("F1",)), (("E1",), ("F2",))]


def test_an_area_column_gives_the_area_and_is_no_item():
    plan = of(
        "B",
        T(
            [
                ["Area of need", "Description of need"],
                ["Cognition and learning", "Robin cannot read."],
                ["Sensory and physical", "Robin wears aids."],
            ]
        ),
    )
    assert [(i.text, i.area) for i in plan.items] == [
        ("Robin cannot read.", "cognition"),
        ("Robin wears aids.", "sensory"),
    ]


def test_bands_between_rows_give_the_area():
    plan = of(
        "F",
        T(
            [
                ["Provision", "By whom"],
                [span("Communication and interaction", columns=2)],
                ["Therapy", "Therapist"],
                [span("Cognition and learning", columns=2)],
                ["Phonics", "Teacher"],
            ]
        ),
    )
    assert [(i.text, i.area) for i in plan.items] == [("Therapy", "communication"), ("Phonics", "cognition")]


def test_outcomes_quoted_inside_f_are_no_provision():
    plan = build(document(
        "PART F – MY SPECIAL EDUCATION PROVISION", "Communication and Interaction short term outcomes (from Section E), by the end of Key Stage 2:", "(1) Robin will use sentences.", "(2) Robin will listen.",
        P("What help do I need to make this happen and how will it be delivered?", bold=True), "Item 1: Robin will receive weekly therapy of 45 minutes.", "Item 2: A teaching assistant will work with Robin daily for 20 minutes.",
    ))  # fmt: skip
    assert says(plan, "F") == [
        "Robin will receive weekly therapy of 45 minutes.",
        "A teaching assistant will work with Robin daily for 20 minutes.",
    ]


def test_health_and_care_have_their_areas():
    plan = build(
        from_markdown(
            "## Section C\n\nRobin has asthma.\n\n## Section D\n\nRobin needs breaks.\n\n## Section H1\n\nShort breaks."
        )
    )
    assert [(item.id, item.area) for item in plan.items] == [("C1", "health"), ("D1", "care"), ("H1.1", "care")]


# ---------------------------------------------------------------- none


@pytest.mark.parametrize(
    "text",
    [
        "None identified.",
        "None identified at this time.",
        "N/A",
        "No provision is required under section 2 of the Chronically Sick and Disabled Persons Act 1970.",
        "Not applicable because Robin is over 18.",
        "Not applicable at this time.",
        "None required.",
        "Robin has no identified health care needs in this area",
        "Child/Young person has no identified special educational needs in this area",
        "[Child’s name] has no identified special educational needs in this area",
        "No health care needs have been identified at this time.",
        "Robin does not have any social care needs.",
        "A personal budget is not requested at this time.",
        "There are no social care needs which relate to his special educational needs or disability.",
        "No social care provision is required.",
        "The paediatrician's report has identified no health needs related to Robin's special educational needs.",
        "The social care assessment found no needs that relate to Robin's SEND.",
        "No health needs were identified by the community paediatrician.",
        "No social care needs were identified in the family worker's assessment.",
        "The school nurse did not find any medical conditions.",
    ],
)
def test_the_whole_entry_says_that_there_is_none(text):
    assert says_none(text)
    assert of("C", text).items[0].none_stated


@pytest.mark.parametrize(
    "text",
    [
        "None identified beyond asthma.",
        "Not applicable: he attends daily physiotherapy.",
        "No provision is required beyond the weekly physiotherapy.",
        "There are no identified medical diagnoses. However, Robin faints.",
        "He has no acute medical needs but requires monitoring.",
        "No support is given at lunch.",
        "Robin has no friends.",
        "None of the staff are trained.",
        "Robin has no identified needs in this area, although she wears glasses.",
        "Not known to this service.",
        "No speech.",
        "The assessment found no needs beyond his asthma.",
        "The paediatrician identified no cause for his seizures.",
        "The report from the social worker found no support in place at home.",
    ],
)
def test_an_entry_that_goes_on_states_a_need(text):
    assert not says_none(text)


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("Communication and Interaction", "communication"), ("Area of need 1: Cognition & Learning", "cognition"), ("Social, Emotional and Wellbeing", "semh"), ("Physical or sensory", "sensory"),
        ("Social, emotional and mental health difficulties", "semh"), ("Self-help and independence skills and keeping safe", "independence"), ("Self-care and independence (including preparation for adulthood)", "independence"),
        ("Robin likes communication", ""), ("Health", "health"), ("Social care", "care"), ("Sam", ""),
    ],
)  # fmt: skip
def test_an_area_of_need_has_many_names(text, area):
    assert area_named(text) == area


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("By Whom", "who"), ("Provided by who and by when", "who"), ("Frequency", "frequency"), ("How long?", "duration"), ("By when", "when"), ("How will we know?", "measure"), ("Success criteria", "measure"),
        ("Group size", "group"), ("Review date", "review"), ("Which Need Does This Provision Meet", "need"), ("Which outcome does this support?", "outcome"), ("Robin", ""),
    ],
)  # fmt: skip
def test_a_column_header_names_a_role(header, role):
    assert role_of(header) == role

"""Which block belongs to which section, in every layout that councils use, and what is not a section at all."""
# ruff: noqa: E501

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_docs import C, H, L, P, T, document, grey, says, span, texts

from ehcaudit.model import SECTION_LETTERS
from ehcaudit.plan import build, recognise
from ehcaudit.plan.headings import heading_of, title_heading
from ehcaudit.plan.template import read_template
from ehcaudit.readers.text import from_markdown

HEADINGS = [
    ("A1 Summary of the young person’s history", "A"),
    ("A2 SUMMARY the views, interests and aspirations of the CHILD", "A"),
    ("A2 - Summary of the views, interests and aspirations of the child and their parent", "A"),
    ("SECTIONA: MY PROFILE", "A"),
    ("Section A", "A"),
    ("*Section A: The views, interests and aspirations of the child. The child’s history.", "A"),
    ("Section A: The views, interests and aspirations of [First name]and [his/her] family", "A"),
    ("SectionATheviews,interestsandaspirationsofthechild", "A"),
    ("(A) Views, Interests and Aspirations", "A"),
    ("B – Special Educational Needs", "B"),
    ("SECTION B:The child’sidentified strengths and Special Educational Needs", "B"),
    ("C1.  A summary of my health needs resulting from my special educational needs", "C"),
    ("C - Health care needs which relates to their special educational needs", "C"),
    (
        "D1.  A summary of my social care needs under section 2 of the Chronically Sick and Disabled Persons Act 1970",
        "D",
    ),
    ("SECTION D: details of the child's health needs", "D"),
    (" E – Outcomes", "E"),
    ("Section E – Cognition and learning", "E"),
    ("4. Section E. Desired outcomes", "E"),
    ("PART F – MY SPECIAL EDUCATION PROVISION", "F"),
    ("Section F Special Educational Provision Required by Me", "F"),
    ("Section F | Special educational provision", "F"),
    ("G – Health Care Provision reasonably required by the learning difficulties", "G"),
    (
        "H1 – Any social care provision which must be made under section 2 of the Chronically Sick and Disabled Persons Act",
        "H1",
    ),
    ("H i - Social care provision", "H1"),
    ("Section H (ii): other social care provision", "H2"),
    ("H2 - Other social care provision reasonably required", "H2"),
    ("Section H: Care Provision required to meet needs (sections H1 and H2)", "H"),
    ("Section H1 and H2", "H"),
    ("I - Placement", "I"),
    ("J - Direct Payments", "J"),
    ("Section K ... Appendices to the plan", "K"),
    ("K - The advice and information gathered during the assessment ", "K"),
    ("Special Educational Needs and Provision (B-F-E)", "B F E"),
    ("Sections C (health needs which relate to SEN) and G (health provision relating to them)", "C G"),
    ("Sections D (social care needs) and H1 and H2 (Social care provision)", "D H1 H2"),
]


@pytest.mark.parametrize(("text", "letters"), HEADINGS)
def test_a_heading_gives_its_letters(text, letters):
    heading = heading_of(text)
    assert heading is not None
    assert " ".join(heading.letters) == letters
    assert heading.content == -1
    assert heading.labelled


@pytest.mark.parametrize(
    "text",
    [
        "The reports listed in section K have been used to write this plan",
        "Communication short term outcomes (from Section E), by the end of Key Stage 2:",
        "section 2 of the Chronically Sick and Disabled Persons Act 1970",
        "Section 19 of the Children and Families Act",
        "Section 323",
        "Section F sets out the provision.",
        "Section F and K of this plan say so",
        "Section F, paragraph 3",
        "Section A's words",
        "In section F, Robin has a plan",
        "A – Family advice",
        "B School advice",
        "E1 By July 2027, Robin will read.",
        "(K1) Robin has needs",
        "I want to be a vet.",
        "A teaching assistant will deliver special educational provision.",
        "D. Robin has health needs and is cared for.",
        "Sectional interests and views",
        "Part I: Personal details",
        "Part 2",
    ],
)
def test_a_cross_reference_or_a_sentence_is_no_heading(text):
    assert heading_of(text) is None


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("My One Page Profile", "A"),
        ("All about me", "A"),
        ("1.1 Who I am", "A"),
        ("Parents/Carers Views", "A"),
        ("My Special Educational Needs (SEN)", "B"),
        ("My Health Needs that relate to my SEN", "C"),
        ("My Social Care Needs", "D"),
        ("Long Term / Life Outcomes", "E"),
        ("My Outcomes and Special Educational Provision", "E F"),
        ("Special Education Provision required to meet needs and achieve outcomes", "F"),
        ("Health Care Provision", "G"),
        ("Any other social care provision reasonably required", "H2"),
        ("Placement", "I"),
        ("Personal Budget", "J"),
        ("People who have contributed to and written this plan are:", "K"),
    ],
)
def test_title_words_alone_name_a_section(text, letters):
    heading = title_heading(text)
    assert heading is not None
    assert " ".join(heading.letters) == letters
    assert not heading.labelled


@pytest.mark.parametrize(
    "text",
    [
        "Communication and interaction",
        "Robin has special educational needs",
        "Family advice",
        "Short term outcomes for maths",
    ],
)
def test_other_words_beside_the_title_name_none(text):
    assert title_heading(text) is None


def test_content_may_run_on_behind_a_heading():
    text = "Section F: Robin will receive 30 minutes of speech therapy each week."
    heading = heading_of(text)
    assert heading is not None
    assert text[heading.content :] == "Robin will receive 30 minutes of speech therapy each week."
    plan = build(from_markdown(f"# Plan\n\n{text}\n\nSection J: None requested.\n"))
    assert says(plan, "F") == ["Robin will receive 30 minutes of speech therapy each week."]
    assert texts(plan, "J") == ["Section J: None requested."]


def test_a_line_break_ends_a_title_too():
    text = "SECTION B: Special educational needs Robin has a diagnosis of autism."
    heading = heading_of(text)
    assert heading is not None
    assert heading.title == "Special educational needs"
    assert text[heading.content :] == "Robin has a diagnosis of autism."


# ---------------------------------------------------------------- headings in a line of paragraphs


def test_letter_and_title_on_one_line():
    plan = build(
        from_markdown(
            "# EHC Plan\n\n## Section B: Special educational needs\n\nRobin stammers.\n\n## Section F: Special educational provision\n\nWeekly therapy."
        )
    )
    assert plan.sections["B"].title == "Special educational needs"
    assert texts(plan, "B") == ["Robin stammers."]
    assert texts(plan, "F") == ["Weekly therapy."]
    assert plan.section_of[1] == "B"


def test_the_title_may_stand_on_the_lines_after_the_letter():
    plan = build(document(
        "Section A", "My Profile", "The views, interests and aspirations of the child/young person and their parents:", "I like trains.",
        "Section D", "My social care needs", "Details of the child or young person's health needs which are related to their special educational needs:", "Robin needs short breaks.",
        "Section I", "Oakfield School",
    ))  # fmt: skip
    assert texts(plan, "A") == ["I like trains."]
    assert plan.sections["A"].title == "My Profile"
    assert texts(plan, "D") == ["Robin needs short breaks."]
    assert plan.sections["D"].headings == (4, 5, 6)
    assert "C" not in plan.sections, "the letter outranks the title words"
    assert texts(plan, "I") == ["Oakfield School"]


def test_sub_letters_are_parts_of_their_section():
    plan = build(document(
        "Section C", "My Health Needs", "C1.  A summary of my health needs resulting from my special educational needs", "Asthma.",
        "C2.  A summary of my other health care needs", "Eczema.",
    ))  # fmt: skip
    assert texts(plan, "C") == ["Asthma.", "Eczema."]


def test_automatic_numbers_may_hold_the_letter():
    plan = build(document(
        P("Special educational needs", "heading", label="Section B"), "Robin stammers.", P("Outcomes", "heading", label="E."), "By July 2027 Robin will swim.",
        P("Needs of the family", "list-item", label="C."),
    ))  # fmt: skip
    assert texts(plan, "B") == ["Robin stammers."]
    assert texts(plan, "E")[0] == "By July 2027 Robin will swim."
    assert "C" not in plan.sections
    assert plan.sections["E"].labelled


def test_spaces_may_be_lost():
    plan = build(
        document(
            "SectionATheviews,interestsandaspirationsofthechild",
            "Robin sings.",
            "SectionFSpecialeducationalprovision",
            "Weekly therapy.",
        )
    )
    assert texts(plan, "A") == ["Robin sings."]
    assert texts(plan, "F") == ["Weekly therapy."]


def test_titles_without_letters_open_sections_that_are_not_labelled():
    plan = build(document(
        "Education, Health and Care Plan", "My One Page Profile", "I like dogs.", "My Special Educational Needs", "Communication and Interaction", "Robin stammers.",
        "My Health Needs related", "Choose an item.", "My Outcomes and Special Educational Provision",
        T([["Outcome", "Provision required to achieve the outcome", "Provided by who and by when"], ["By July 2027 Robin will sing.", "Choir weekly", "Music teacher, weekly"], ["", "", ""]]),
        "Monitoring arrangements", "Click here to enter a date.",
    ))  # fmt: skip
    assert {letter: s.labelled for letter, s in plan.sections.items()} == dict.fromkeys("ABCEF", False)
    assert says(plan, "E") == ["By July 2027 Robin will sing."]
    assert says(plan, "F") == ["Choir weekly"]
    assert plan.of("provision")[0].attached["who"].quote == "Music teacher, weekly"
    assert texts(plan, "C") == []
    assert {w.kind for w in plan.warnings} == {"section-opened-by-title"}
    assert [(left.kind, left.section, left.evidence.quote) for left in plan.leftovers] == [
        ("placeholder", "C", "Choose an item."),
        ("placeholder", "", "Click here to enter a date."),
    ]


def test_a_title_does_not_open_a_section_that_has_its_letter_elsewhere():
    plan = build(
        document(
            H("Section B"),
            "Robin stammers.",
            H("Health needs", 2),
            "Robin has asthma.",
            H("Section C"),
            "None.",
            H("Section F"),
            "Weekly therapy.",
        )
    )
    assert texts(plan, "B") == ["Robin stammers.", "Health needs", "Robin has asthma."]


def test_a_letter_that_comes_again_is_appended_with_its_area():
    plan = build(document(
        H("Section D"), "None identified.", H("OUTCOMES AND SUPPORT PLAN"), P("Communication and Interaction", bold=True), P("Section E – Desired Outcomes", bold=True),
        P("Short Term Outcome (1 Year):", bold=True), "By July 2027 Robin will chat.", P("Section F – Special Educational Provision", bold=True), L("Weekly therapy"),
        P("Cognition and learning", bold=True), P("Section E – Desired Outcomes", bold=True), "By July 2027 Robin will read.", P("Section F – Special Educational Provision", bold=True), L("Daily reading"),
    ))  # fmt: skip
    assert says(plan, "E") == ["By July 2027 Robin will chat.", "By July 2027 Robin will read."]
    assert [item.area for item in plan.of("outcome")] == ["communication", "cognition"]
    assert [(item.text, item.area) for item in plan.of("provision")] == [
        ("Weekly therapy", "communication"),
        ("Daily reading", "cognition"),
    ]
    assert texts(plan, "D") == ["None identified."]
    assert texts(plan, "F") == ["Weekly therapy", "Daily reading"], "the next area's name belongs to what follows it"


# ---------------------------------------------------------------- tables


def area_table(area, *rows, heading="Special Educational Needs and Provision (B-F-E)"):
    return T([
        [span(P(heading, bold=True), *area, columns=3)], [span(P("Strengths", bold=True), columns=3)], [span("Robin loves stories.", columns=3)],
        ["B – Special Educational Needs", "F – Special Educational Provision", " E – Outcomes"], *rows,
    ])  # fmt: skip


DEPARTMENT = document(
    "EHCP template", T([["A1", H("Summary of the child or young person’s history")]]), T([["Robin was born early."]]),
    T([["A2 SUMMARY the views, interests and aspirations of the CHILD and their parent"], ["Views"], ["I like cake."], ["Strengths"], ["I am kind."]]),
    area_table(["Communication and Interaction Children who find talking hard may need help."], ["Robin stammers.", "Speech therapy for 30 minutes each week.", "By July 2027 Robin will chat."], ["", "", ""]),
    area_table([H("Cognition and learning", 2), "Children may learn more slowly."], ["Robin cannot read.", ["Phonics daily for 15 minutes.", "Paired reading weekly for 20 minutes."], "By July 2027 Robin will read."]),
    "Sections C (health care needs which relate to their SEN) and G (Health Care Provision relating to those needs)",
    T([["C - Health care needs which relates to their special educational needs", "G – Health Care Provision reasonably required", " E – Outcomes"], ["Robin has asthma.", "The nurse checks the plan each term.", "By July 2027 Robin will use an inhaler."]]),
    "Sections D (Social care needs) and H1 and H2 (Social care provision)",
    T([["D – Social care needs", "H1 – Any social care provision which must be made under section 2 of the Chronically Sick and Disabled Persons Act 1970", "H2 - Other social care provision reasonably required", " E – Outcomes"],
       ["Child/Young person has no identified special educational needs in this area", "", "", ""]]),
    "I - Placement", T([["Name", "Type"], ["", ""], ["", ""]]), "J - Direct Payments", T([["Details", "Arrangements for direct payment"], ["", ""]]),
    "K - The advice and information gathered during the EHC needs assessment ",
    T([["Advice and information requested:", "Date received", "Who from", "Appended"], ["", "", "", "YES/ NO"], ["Medical advice", "12 March 2026", "Dr Hill", "YES"]]),
    H("Sign-off"), T([["Officer name", "Signature", "Date"], ["Jo Bell", "", "1 May 2026"]]),
)  # fmt: skip


def test_a_section_may_be_a_column_of_many_tables():
    plan = build(DEPARTMENT)
    assert list(plan.sections) == ["A", "B", "C", "D", "E", "F", "G", "H1", "H2", "I", "J", "K"]
    assert all(section.labelled for section in plan.sections.values())
    assert says(plan, "B") == ["Robin stammers.", "Robin cannot read."]
    assert says(plan, "F") == [
        "Speech therapy for 30 minutes each week.",
        "Phonics daily for 15 minutes.",
        "Paired reading weekly for 20 minutes.",
    ]
    assert [(i.text, i.area) for i in plan.of("outcome")] == [
        ("By July 2027 Robin will chat.", "communication"),
        ("By July 2027 Robin will read.", "cognition"),
        ("By July 2027 Robin will use an inhaler.", "health"),
    ]
    assert says(plan, "G") == ["The nurse checks the plan each term."]
    assert recognise(plan) == ""


def test_strengths_belong_to_section_b_and_are_no_needs():
    plan = build(DEPARTMENT)
    assert "Robin loves stories." in texts(plan, "B")
    assert "Robin loves stories." not in says(plan, "B")
    assert "I am kind." in texts(plan, "A")


def test_blank_rows_and_prefilled_cells_are_no_content():
    plan = build(DEPARTMENT)
    assert texts(plan, "I") == []
    assert texts(plan, "J") == []
    assert texts(plan, "H1") == []
    assert texts(plan, "K") == ["Medical advice", "12 March 2026", "Dr Hill", "YES"]
    assert [(left.kind, left.evidence.quote) for left in plan.leftovers] == [("prefilled", "YES/ NO")]


def test_a_sign_off_closes_the_last_section():
    plan = build(DEPARTMENT)
    assert "Jo Bell" in [plan.document.blocks[n].text for n in plan.unplaced]


def test_the_column_header_stands_in_the_place_for_people():
    plan = build(DEPARTMENT)
    outcome = plan.of("outcome")[0].evidence[0]
    assert plan.place(outcome.block_id) == "Section E › table 4 › row 5 › E – Outcomes"


def test_a_section_may_be_a_band_of_rows():
    def table(area, need, outcome, *provision):
        wide = [
            [span(words, columns=4)]
            for words in (
                area,
                "Strengths",
                "Robin listens well.",
                "Special Educational Needs",
                need,
                "Long Term / Preparation for Adulthood Outcomes",
                outcome,
            )
        ]
        return T(
            [
                *wide,
                ["Special Educational Provision", "By Whom", "Frequency", "Which Need Does This Provision Meet"],
                *provision,
            ]
        )

    plan = build(document(
        H("Education, Health and Care Plan"), T([["A1 - Summary of the child's history"], ["Born at term."]]), H("Primary area of need"), "Communication and Interaction",
        table("Communication and Interaction", "Robin stammers. (K1)", "By age 16 Robin will chat.", ["A language programme", "Therapist", "30 minutes weekly", "B1"], ["", "", "", ""]),
        table("Cognition and Learning", "Robin cannot read. (K1)", "By age 12 Robin will read.", ["Precision teaching", "Teaching assistant", "Daily", "Reading"]),
        T([[span("K - The advice and information gathered during the assessment", columns=3)], ["Advice", "Date of Document", "Author & Role"], ["Medical advice", "1 May 2026", "Dr Hill - Paediatrician"]]),
        T([["Signed on behalf of the council", "Date"], ["Jo Bell", "1 May 2026"]]),
    ))  # fmt: skip
    assert says(plan, "B") == ["Robin stammers. (K1)", "Robin cannot read. (K1)"]
    assert says(plan, "E") == ["By age 16 Robin will chat.", "By age 12 Robin will read."]
    assert [(i.text, i.area, {r: e.quote for r, e in i.attached.items()}) for i in plan.of("provision")] == [
        ("A language programme", "communication", {"who": "Therapist", "frequency": "30 minutes weekly", "need": "B1"}),
        ("Precision teaching", "cognition", {"who": "Teaching assistant", "frequency": "Daily", "need": "Reading"}),
    ]
    assert not plan.sections["F"].labelled
    assert texts(plan, "K") == ["Medical advice", "1 May 2026", "Dr Hill - Paediatrician"]
    assert "Robin listens well." in texts(plan, "B")
    assert texts(plan, "A") == ["Born at term."]


def test_an_area_named_right_above_a_table_holds_for_every_section_in_it():
    def grid(need, outcome, help_):
        bands = (
            "Section B: Special educational needs",
            "Section E: Outcomes",
            "Section F: Special educational provision",
        )
        return T([[words] for pair in zip(bands, (need, outcome, help_), strict=True) for words in pair])

    plan = build(
        document(
            H("Education, Health and Care Plan"),
            H("Section A: Views", 1),
            "Mo likes the sea.",
            H("Communication and interaction", 2),
            grid("Mo speaks in single words.", "By July 2027 Mo will ask for help.", "A therapist sees Mo weekly."),
            H("Sensory and physical", 2),
            grid("Mo covers his ears.", "By July 2027 Mo will stay in assembly.", "Mo wears ear defenders daily."),
            H("Section C: Health needs", 1),
            "Mo has asthma.",
        )
    )
    assert [(item.section, item.area) for item in plan.items] == [
        ("B", "communication"),
        ("B", "sensory"),
        ("C", "health"),
        ("E", "communication"),
        ("E", "sensory"),
        ("F", "communication"),
        ("F", "sensory"),
    ]


def test_a_whole_plan_may_be_one_table():
    plan = build(document("EHC Plan", T([
        ["Section A", "The views, interests and aspirations of the child"], [span("Robin likes football.", columns=2)],
        ["Section B", "Special educational needs"], ["Communication and interaction", "Robin stammers."],
        ["Section E", "Outcomes"], ["Outcome 1", "By July 2027 Robin will chat."], ["Success criteria", "In four of five talks"],
        ["Section F", "Special educational provision"], ["Communication and interaction", "Therapy weekly for 30 minutes."],
    ])))  # fmt: skip
    assert texts(plan, "A") == ["Robin likes football."]
    assert plan.of("need")[0].area == "communication"
    assert plan.of("outcome")[0].attached["measure"].quote == "In four of five talks"
    assert says(plan, "F") == ["Therapy weekly for 30 minutes."]


def test_a_heading_in_a_table_of_its_own_heads_the_paragraphs_after_it():
    plan = build(
        document(
            T([["Section F: Special educational provision"]]),
            "Weekly therapy.",
            T([["Section G: Health provision"]]),
            "The nurse calls.",
        )
    )
    assert texts(plan, "F") == ["Weekly therapy."]
    assert texts(plan, "G") == ["The nurse calls."]


def test_a_nested_table_keeps_its_section_and_columns():
    plan = build(
        document(
            H("Section F"),
            T(
                [
                    [
                        C(
                            [
                                "Communication and interaction",
                                T([["Provision", "By whom", "How often"], ["Therapy", "Therapist", "Weekly"]]),
                            ]
                        )
                    ]
                ]
            ),
        )
    )
    (item,) = plan.of("provision")
    assert item.text == "Therapy"
    assert item.attached["who"].quote == "Therapist"
    assert item.area == "communication"


def test_what_works_well_is_a_strength_beside_the_need():
    plan = build(
        document(
            H("SECTION B: SPECIAL EDUCATIONAL NEEDS"),
            T([["What is working", "What is not working so well"], ["Robin reads well.", "Robin struggles to write."]]),
        )
    )
    assert says(plan, "B") == ["Robin struggles to write."]
    assert texts(plan, "B") == ["Robin reads well.", "Robin struggles to write."]


# ---------------------------------------------------------------- several letters in one heading


def test_a_heading_of_several_sections_that_nothing_splits_is_reported():
    plan = build(
        document(
            "EHC plan",
            "Sections C (health needs) and G (health provision)",
            "Robin has asthma and the nurse comes weekly.",
        )
    )
    assert plan.sections["C"].shares_with == ("G",)
    assert plan.sections["G"].shares_with == ("C",)
    assert plan.sections["C"].blocks == ()
    assert [plan.document.blocks[n].text for n in plan.unplaced] == [
        "EHC plan",
        "Robin has asthma and the nurse comes weekly.",
    ]
    assert [w.kind for w in plan.warnings] == ["sections-share-a-heading"]


def test_headings_inside_split_a_group():
    plan = build(
        document(
            "Sections C (health needs) and G (health provision)",
            P("Health needs", bold=True),
            "Robin has asthma.",
            P("Health provision", bold=True),
            "The nurse calls.",
        )
    )
    assert texts(plan, "C") == ["Robin has asthma."]
    assert texts(plan, "G") == ["The nurse calls."]
    assert plan.sections["C"].shares_with == ()


def test_h_that_does_not_split_is_one_section_h():
    plan = build(document("Section H: Care provision (sections H1 and H2)", "Short breaks, 3 hours a week."))
    assert list(plan.sections) == ["H"]
    assert texts(plan, "H") == ["Short breaks, 3 hours a week."]


def test_h_that_splits_has_no_undivided_part():
    plan = build(
        document(
            "Section H: Social care provision",
            "H1 – Social care provision",
            "None.",
            "H2 – Other social care provision",
            "Short breaks.",
        )
    )
    assert list(plan.sections) == ["H1", "H2"]
    assert texts(plan, "H2") == ["Short breaks."]


def test_bare_h1_and_h2_divide_section_h():
    plan = build(
        document(
            T(
                [
                    [span("Section H: social care provision", columns=2)],
                    ["H1", "Short breaks, 3 hours a week."],
                    ["H2", "None"],
                ]
            )
        )
    )
    assert list(plan.sections) == ["H1", "H2"]
    assert texts(plan, "H1") == ["Short breaks, 3 hours a week."]


def test_generic_columns_divide_a_group():
    plan = build(
        document(
            "Sections B, E and F",
            T(
                [
                    ["Area of need", "Needs", "Outcomes", "Provision", "By whom"],
                    [
                        "Cognition and learning",
                        "Robin cannot read.",
                        "By July 2027 Robin will read.",
                        "Phonics daily",
                        "Teacher",
                    ],
                ]
            ),
        )
    )
    assert [says(plan, letter) for letter in "BEF"] == [
        ["Robin cannot read."],
        ["By July 2027 Robin will read."],
        ["Phonics daily"],
    ]
    assert {item.area for item in plan.items} == {"cognition"}
    assert all(plan.sections[letter].labelled for letter in "BEF")


def test_provision_under_each_outcome_is_section_f_where_there_is_no_other():
    plan = build(document(
        H("Section E: Outcomes"), P("Outcome 1", bold=True), "By July 2027 Robin will chat.", P("Provision", bold=True), L("Therapy weekly"),
        P("Outcome 2", bold=True), "By July 2027 Robin will read.", P("Provision", bold=True), L("Phonics daily"),
    ))  # fmt: skip
    assert says(plan, "E") == ["By July 2027 Robin will chat.", "By July 2027 Robin will read."]
    assert says(plan, "F") == ["Therapy weekly", "Phonics daily"]
    assert not plan.sections["F"].labelled
    assert plan.sections["E"].labelled


def test_a_letter_in_a_cell_of_its_own_goes_with_the_title_beside_it():
    plan = build(
        document(
            T([["B", "Special educational needs"], ["", "Robin stammers."]]),
            T([["F", "Special educational provision"], ["", "Therapy weekly."]]),
        )
    )
    assert texts(plan, "B") == ["Robin stammers."]
    assert texts(plan, "F") == ["Therapy weekly."]


# ---------------------------------------------------------------- what is no section

BODY = (
    H("Section A: Views"),
    "I like trains.",
    H("Section B: Needs"),
    "Robin stammers.",
    H("Section E: Outcomes"),
    "By July 2027 Robin will chat.",
    H("Section F: Provision"),
    "Therapy weekly.",
)


def test_a_contents_page_is_no_section():
    contents = [
        f"Section {letter}: {title} ......... {n}"
        for n, (letter, title) in enumerate(
            [
                ("A", "Views"),
                ("B", "Special educational needs"),
                ("C", "Health needs"),
                ("D", "Social care needs"),
                ("E", "Outcomes"),
                ("F", "Provision"),
            ],
            2,
        )
    ]
    plan = build(document("Contents", *contents, *BODY))
    assert texts(plan, "A") == ["I like trains."]
    assert set(plan.sections) == {"A", "B", "E", "F"}


def test_a_table_of_letters_with_their_titles_beside_them_is_no_section():
    titles = {
        "A": "The views, interests and aspirations of the child and their parents",
        "B": "The child's special educational needs",
        "C": "The child's health care needs",
        "D": "The child's social care needs",
        "E": "The outcomes sought for the child",
        "F": "The special educational provision required",
    }
    rows = [["Section label", "What the section must include"], *([f"Section {k}", v] for k, v in titles.items())]
    plan = build(document("What each section means", T(rows), *BODY))
    assert texts(plan, "A") == ["I like trains."]
    assert texts(plan, "F") == ["Therapy weekly."]
    assert set(plan.sections) == {"A", "B", "E", "F"}


def test_strengths_between_an_area_and_its_table_are_no_views_of_the_child():
    header = ["Section B: Special educational needs", "Section E: Outcomes", "Section F: Provision"]
    area = [
        H("Communication and interaction", 2),
        "Strengths: Robin jokes.",
        T([header, ["Robin stammers.", "E", "F"]]),
    ]
    plan = build(document(H("Section A: Views"), "I like trains.", *area))
    assert texts(plan, "A") == ["I like trains."]
    assert texts(plan, "B") == ["Communication and interaction", "Strengths: Robin jokes.", "Robin stammers."]
    assert plan.sections["B"].title == "Special educational needs"


def test_a_top_heading_after_the_table_of_advice_is_no_part_of_section_k():
    advice = T([["Section K: Advice and information", "Date"], ["Educational psychologist", "3 May 2026"]])
    plan = build(document(*BODY, advice, H("Emergency information"), "Ring 999.", H("A school day"), "Bus at 8."))
    assert texts(plan, "K") == ["Educational psychologist", "3 May 2026"]


def test_a_title_with_its_letter_after_it_heads_the_section():
    plan = build(
        document(H("Special educational needs (Section B)"), "Robin stammers.", H("Outcomes (E)"), "Robin chats.")
    )
    assert texts(plan, "B") == ["Robin stammers."]
    assert texts(plan, "E") == ["Robin chats."]
    assert plan.sections["B"].labelled


def test_a_reference_to_a_section_at_the_end_of_a_line_heads_nothing():
    plan = build(
        document(*BODY, P("His needs (see Section B)", bold=True), P("Training for staff (Section B)", bold=True))
    )
    assert texts(plan, "B") == ["Robin stammers."]


def test_an_empty_last_area_of_section_b_is_not_handed_to_the_next_section():
    plan = build(
        document(
            H("Section B: Special educational needs"),
            H("Communication and interaction", 2),
            "Robin stammers.",
            H("Sensory and physical", 2),
            H("Section C: Health care needs"),
            "Robin has asthma.",
            H("Section E: Outcomes"),
            "By July 2027 Robin will order his own lunch.",
        )
    )
    assert [(item.section, item.area) for item in plan.items] == [("B", "communication"), ("C", "health"), ("E", "")]


def test_contents_whose_letters_and_titles_stand_apart_are_no_sections():
    plan = build(document(
        "EHC Plan", "Section A", "Section B", "Section C", "Section D", "Section E", "ABOUT ME: MY views, interests and aspirations", "My Special Educational Needs (SEN)",
        "My Health Needs that relate to my SEN", "My Social Care Needs that relate to my SEN", "OUTCOMES: Educational Outcomes", "Section F Special Educational Provision Required by Me",
        "Section H1 Social Care Provision - Which must be made for me resulting from", "section 2 of the Chronically Sick and Disabled Persons Act 1970", "(CSDPA)", *BODY,
    ))  # fmt: skip
    assert set(plan.sections) == {"A", "B", "E", "F"}
    assert texts(plan, "E") == ["By July 2027 Robin will chat."]


def test_a_table_that_explains_the_sections_is_none():
    rows = [
        [letter, "The words of the regulations on what must stand in this part of the plan, at some length."]
        for letter in "ABCDEFGHIJK"
    ]
    plan = build(
        document(
            "Understanding the Content of EHC Plans",
            T([["Section label", "What the section must include"], *rows]),
            *BODY,
        )
    )
    assert set(plan.sections) == {"A", "B", "E", "F"}
    assert texts(plan, "B") == ["Robin stammers."]


def test_sections_that_stand_in_the_contents_alone_are_missing():
    plan = build(document("Contents", *(f"Section {letter}" for letter in "ABCDEFGHIJK"), "Thank you for reading."))
    assert plan.sections == {}
    assert recognise(plan)


def test_blank_sections_at_the_end_are_no_contents_page():
    plan = build(
        document(
            *BODY,
            *(H(f"Section {letter}") for letter in ("G", "H1", "H2", "I", "J")),
            H("Section K"),
            "Dr Hill, 1 May 2026",
        )
    )
    assert {"G", "H1", "H2", "I", "J"} <= set(plan.sections)
    assert texts(plan, "I") == []


def test_one_line_sections_are_no_contents_page():
    lines = {
        "A": "I like trains.",
        "B": "Robin stammers.",
        "C": "None",
        "D": "None",
        "E": "By July 2027 Robin will chat.",
        "F": "Therapy weekly.",
    }
    plan = build(
        document("EHC plan", *(part for letter, text in lines.items() for part in (f"Section {letter}", text)))
    )
    assert {letter: texts(plan, letter) for letter in plan.sections} == {
        letter: [text] for letter, text in lines.items()
    }


def test_cross_references_open_nothing():
    plan = build(document(
        H("Section B"), "The reports listed in section K have been used.", "section 2 of the Chronically Sick and Disabled Persons Act 1970 applies.", "Section K lists them.",
        H("Section F"), "Therapy weekly.",
    ))  # fmt: skip
    assert list(plan.sections) == ["B", "F"]
    assert len(texts(plan, "B")) == 3


@pytest.mark.parametrize(
    "closer",
    [
        "Sign-off",
        "Monitoring Arrangements",
        "Services Currently Involved",
        "Primary area of need",
        "OUTCOMES AND SUPPORT PLAN",
        "Future changes",
    ],
)
def test_an_unlettered_heading_closes_the_open_section(closer):
    plan = build(
        document(
            H("Section B"),
            "Robin stammers.",
            P(closer, bold=True),
            "Some other words.",
            H("Section F"),
            "Therapy weekly.",
        )
    )
    assert texts(plan, "B") == ["Robin stammers."]
    assert "Some other words." in [plan.document.blocks[n].text for n in plan.unplaced]


def test_appendices_after_k_never_reopen_a_section():
    plan = build(document(
        *BODY, H("Section K: Advice"), "Appendix A: Educational psychology, 1 May 2026", "Appendix B: Medical, 2 May 2026", H("Appendix B"), "Paediatric report",
        "Section F: Robin should have more therapy.", "B – School advice", "Robin is doing well.",
    ))  # fmt: skip
    assert texts(plan, "F") == ["Therapy weekly."]
    assert texts(plan, "B") == ["Robin stammers."]
    assert texts(plan, "K") == ["Appendix A: Educational psychology, 1 May 2026", "Appendix B: Medical, 2 May 2026"]


def test_a_page_title_that_comes_again_in_the_body_is_no_content():
    title = "Education, Health and Care Plan for Robin, page"
    plan = build(
        document(
            f"{title} 1",
            H("Section A"),
            "I like trains.",
            f"{title} 2",
            H("Section B"),
            "Robin stammers.",
            f"{title} 3",
            "Robin worries.",
        )
    )
    assert texts(plan, "B") == ["Robin stammers.", "Robin worries."]


def test_the_front_is_what_stands_before_the_first_section():
    plan = build(
        document("Education, Health and Care Plan", "Date of birth: 1 May 2016", *BODY, H("Sign-off"), "Jo Bell")
    )
    assert [plan.document.blocks[n].text for n in plan.front] == [
        "Education, Health and Care Plan",
        "Date of birth: 1 May 2016",
    ]
    assert len(plan.unplaced) == 4


def test_a_list_of_contributors_at_the_front_is_section_k_where_there_is_no_other():
    people = T([["Name", "Role", "Service"], ["Dr Hill", "Paediatrician", "NHS"]])
    plan = build(document("EHC plan", "These people helped me to write this plan:", people, *BODY))
    assert texts(plan, "K") == ["Dr Hill", "Paediatrician", "NHS"]
    assert not plan.sections["K"].labelled
    with_k = build(
        document(
            "EHC plan",
            "These people helped me to write this plan:",
            people,
            *BODY,
            H("Section K"),
            "Medical advice, 1 May 2026",
        )
    )
    assert texts(with_k, "K") == ["Medical advice, 1 May 2026"]
    assert "Dr Hill" in [with_k.document.blocks[n].text for n in with_k.front]


def test_a_placement_among_the_personal_details_is_not_section_i():
    plan = build(
        document(
            H("PERSONAL DETAILS"),
            T([["Name", "Robin"], ["Educational Placement named in this EHC Plan:", "Oak School"]]),
            *BODY,
        )
    )
    assert "I" not in plan.sections


def test_a_section_that_is_a_picture_cannot_be_read():
    plan = build(document(H("Section A: Views"), H("Section B: Needs"), "Robin stammers.", images=(0,)))
    assert plan.sections["A"].unreadable == "its content is a picture"
    assert plan.sections["B"].unreadable == ""
    assert [w.kind for w in plan.warnings] == ["section-content-is-picture"]


# ---------------------------------------------------------------- template text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Choose an item.", "placeholder"), ("Click here to enter a date.", "placeholder"), ("xx/xx/xxxx", "placeholder"), ("[INSERT]", "placeholder"), ("[NAME]", "placeholder"),
        ("YES/ NO", "prefilled"), ("{{ child.name }}", "merge-field"), ("«Child_Forename1»", "merge-field"), ("CCYY-MM-DD", "placeholder"),
        ("This section should set out all of the needs.", "guidance"), ("[Describe how the child communicates]", "guidance"),
        ("Provision must be detailed and specific and should normally be quantified.", "guidance"), ("Please delete grey text as these boxes are completed", "guidance"),
        ("Outcomes should be SMART and set out by phase.", "guidance"),
    ],
)  # fmt: skip
def test_template_text_is_left_over_and_no_content(text, kind):
    plan = build(document(H("Section F"), text))
    assert texts(plan, "F") == []
    assert [(left.kind, left.section, left.evidence.quote) for left in plan.leftovers] == [(kind, "F", text)]


@pytest.mark.parametrize(
    "text",
    [
        "Robin will have a 30-minute session each week.",
        "Provide a quiet space for her to work in.",
        "(K1) Robin stammers.",
        "He needs adults to list the steps.",
        "[sic] as written by the school in its report of May",
        "A visual timetable, e.g. now and next, each day.",
    ],
)
def test_what_a_person_wrote_is_content(text):
    assert read_template(document(text).blocks[0], fresh=True).content


def test_a_gap_inside_a_sentence_leaves_the_sentence_content():
    plan = build(document(H("Section F"), "[NAME] will have therapy each week by xx/xx/xxxx."))
    assert len(texts(plan, "F")) == 1
    assert [left.evidence.quote for left in plan.leftovers] == ["[NAME]", "xx/xx/xxxx"]


def test_crosses_that_stand_for_the_child_throughout_are_no_gaps():
    plan = build(document(H("Section B"), *(f"XXXX finds task {n} hard." for n in range(8))))
    assert plan.leftovers == ()
    assert len(texts(plan, "B")) == 8


def test_grey_prompts_are_guidance_and_grey_content_is_not():
    plan = build(
        document(H("Section B"), grey("State how the child learns, one need for each row"), grey("Robin stammers."))
    )
    assert texts(plan, "B") == ["Robin stammers."]
    assert [left.kind for left in plan.leftovers] == ["guidance"]


def test_a_note_on_an_order_is_neither_content_nor_left_over():
    plan = build(
        document(
            "PART F – SPECIAL EDUCATIONAL PROVISION",
            "[EHCP: Amended Final Following Appeal May 2026]",
            "Therapy weekly.",
        )
    )
    assert texts(plan, "F") == ["Therapy weekly."]
    assert plan.leftovers == ()


# ---------------------------------------------------------------- is it a plan?


def test_a_plan_with_letters_is_recognised():
    assert recognise(build(document("Education, Health and Care Plan", *BODY))) == ""


@pytest.mark.parametrize(
    "text",
    [
        "# School report\n\nMaths: good.\n\nEnglish: fair.",
        "# Individual Education Plan\n\n## Targets\n\nRobin will read.\n\n## Outcomes\n\nBy May.",
        "# Statement of Special Educational Needs\n\n## Part 1\n\nIntroduction\n\n## Part 2\n\nSpecial educational needs\n\n## Part 3\n\nSpecial educational provision",
        "# Educational psychology advice\n\nSection F: Robin needs therapy.\n\nOutcomes\n\nBy July 2027 Robin will chat.",
        "# Individualized Education Program (IEP)\n\n## Section A: Student\n\n## Section B: Services\n\nTwo hours.\n\n## Section C: Goals\n\nRead.",
        "# Ontwikkelingsperspectief\n\n## Doelen\n\nLezen.",
        "Dear parents, the summer fair is on Saturday.",
        "",
    ],
)
def test_other_documents_are_not_called_plans(text):
    assert recognise(build(from_markdown(text))) != ""


def test_a_plan_that_names_its_assessment_is_a_plan():
    plan = build(document("Education, Health and Care Plan", "This plan follows an EHC needs assessment.", *BODY))
    assert recognise(plan) == ""


def test_a_report_with_a_quoted_section_is_no_plan():
    parts = [f"Paragraph {n} of what the psychologist saw." for n in range(9)]
    plan = build(
        document(
            "Educational psychology advice",
            *parts,
            "Section B: Special educational needs",
            "Robin stammers.",
            "Section F: Special educational provision",
            "Therapy.",
        )
    )
    assert recognise(plan)


def test_a_needs_assessment_report_is_no_plan():
    plan = build(
        document(
            "Education, Health and Care Needs Assessment: summary report",
            P("Special educational needs", bold=True),
            "Robin stammers.",
            P("Outcomes", bold=True),
            "Chat.",
            P("Special educational provision", bold=True),
            "Therapy.",
        )
    )
    assert recognise(plan)


def test_a_working_document_of_two_sections_is_a_plan_in_part():
    plan = build(
        document(
            "Working Document – Education, Health and Care Plan",
            H("Section B: Special educational needs"),
            "Robin stammers.",
            H("Section F: Special educational provision"),
            "Therapy weekly.",
        )
    )
    assert recognise(plan) == ""
    assert plan.partial


# ---------------------------------------------------------------- what always holds

PIECES = st.sampled_from([
    "Section A", "Section B: Special educational needs", "Sections C (health needs) and G (health provision)", "Section F –", "H2", "Strengths", "Needs", "Outcomes", "Provision", "Appendix A",
    "Sign-off", "Communication and interaction", "Robin will chat by July 2027.", "YES/ NO", "section K", "K - The advice and information gathered", "By whom", "[NAME]", "", "E – Outcomes", "F – Special Educational Provision",
])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(PIECES, st.lists(st.lists(PIECES, min_size=1, max_size=4), min_size=1, max_size=4)), max_size=14)
)
def test_every_block_stands_in_one_place_and_every_quote_at_its_offsets(parts):
    plan = build(document(*(T(part) if isinstance(part, list) else part for part in parts)))
    blocks = plan.document.blocks
    placed = [n for section in plan.sections.values() for n in section.blocks]
    assert len(placed) == len(set(placed))
    assert not set(placed) & set(plan.unplaced)
    assert len(plan.unplaced) == len(set(plan.unplaced))
    left = {leftover.evidence.block_id for leftover in plan.leftovers}
    for block in blocks:
        if block.text.strip():
            assert block.id in plan.section_of or block.id in plan.unplaced or block.id in left, block
    for letter, section in plan.sections.items():
        assert letter in (*SECTION_LETTERS, "H")
        for number in section.blocks:
            assert plan.section_of[number] == letter
    for item in plan.items:
        assert item.text
        for part in (*item.evidence, *item.attached.values()):
            assert blocks[part.block_id].text[part.start : part.end] == part.quote
    ids = {item.id for item in plan.items}
    assert len(ids) == len(plan.items)
    for thread in plan.threads:
        assert {*thread.needs, *thread.outcomes, *thread.provisions} <= ids
        assert thread.basis == "table" or thread.confidence < 1


# ---------------------------------------------------------------- what must not be lost


@pytest.mark.parametrize(
    "text",
    [
        "You can help me by giving me time.",
        "The young person should have a quiet room.",
        "These needs should be met by staff who know Robin.",
        "☒ Yes ☐ No",
        "Robin uses symbols [SALT].",
        "In this section I talk about my family.",
    ],
)
def test_words_like_those_of_a_form_are_content_where_a_person_wrote_them(text):
    reading = read_template(document(text).blocks[0], fresh=True)
    assert reading.content
    assert reading.left == ()


def test_a_sub_heading_of_provision_does_not_close_it():
    plan = build(
        document(
            H("Section F"),
            P("Cognition and learning", bold=True),
            "Phonics daily.",
            P("Resources", bold=True),
            "A laptop.",
            H("Section G"),
            "None.",
        )
    )
    assert texts(plan, "F") == ["Cognition and learning", "Phonics daily.", "Resources", "A laptop."]


def test_a_group_heading_over_a_section_closes_the_one_before():
    plan = build(document(H("Section H2"), "Short breaks.", P("Resources", bold=True), H("Section I"), "Oak School"))
    assert texts(plan, "H2") == ["Short breaks."]


def test_a_section_goes_on_with_the_next_area_after_its_monitoring():
    plan = build(document(
        H("Section F"), P("Communication and interaction", bold=True), "Therapy weekly.", P("Monitoring", bold=True), "Reviewed each term.",
        P("Cognition and learning", bold=True), "Phonics daily.", H("Section G"), "None.",
    ))  # fmt: skip
    assert says(plan, "F") == ["Therapy weekly.", "Phonics daily."]


def test_headings_of_the_familys_own_stay_in_section_a():
    plan = build(
        document(
            *(part for letter in "ABCDEF" for part in (H(f"Section {letter}", 2), f"Words of {letter}.")),
            H("Section K", 2),
            "Dr Hill, 1 May 2026",
            H("Decision of the panel", 2),
            "Agreed.",
        )
    )
    assert texts(plan, "K") == ["Dr Hill, 1 May 2026"]
    letters = (part for letter in "BCDEF" for part in (H(f"Section {letter}", 2), f"Words of {letter}."))
    with_own = build(document(H("Section A: Views", 2), H("How I get about", 2), "By bus.", *letters))
    assert texts(with_own, "A") == ["How I get about", "By bus."]
    assert with_own.unplaced == ()


def test_people_involved_is_part_of_the_list_in_k():
    plan = build(
        document(
            H("Section K: Advice"),
            P("Professionals involved", bold=True),
            T([["Name", "Role"], ["Dr Hill", "Paediatrician"]]),
        )
    )
    assert texts(plan, "K") == ["Professionals involved", "Dr Hill", "Paediatrician"]

"""Provisions: what is asked depends on the sort, and a hedge counts by where it sits."""

from __future__ import annotations

import itertools

import pytest

from ehcaudit.language.provision import SLOTS, judge_provision
from ehcaudit.language.provision_reading import clauses_of

STRONG = {
    "therapy": [
        "Drama therapy, 50 mins weekly, term time.",
        "SALT block: 6 x 45 mins each term, 1:1, on the sounds k and g; the TA sits in.",
        "One hour a week of CBT from a BABCP-accredited therapist for 20 weeks.",
    ],
    "teaching": [
        "Daily 10-minute phonics catch-up, TA, group of 3.",
        "Pre-teaching of six topic words, 2 x 20 mins a week, TA.",
        "Two hours a week from a specialist dyslexia teacher, working on spelling rules and essay planning.",
    ],
    "staffing": [
        "1:1 TA for 25 hours a week in all lessons, to break down tasks, scribe and prompt her to use her checklist.",
        "Class of no more than 10 pupils with a qualified teacher and two TAs in every lesson.",
    ],
    "equipment": ["Laptop with Clicker 8 for all written work longer than one paragraph."],
    "strategy": [
        "Leaves each lesson five minutes early with a buddy to avoid crowded corridors.",
        "25% extra time, a reader and a separate room in all tests and mock exams.",
    ],
    "medical": ["Two trained staff change Ola's pad at 10.30, 12.45 and 2.30 in the hygiene suite, using the hoist."],
    "training": [
        "Autism Education Trust training for all six class staff from the specialist teacher by the end of October."
    ],
}
WEAK = [
    ("Regular speech and language therapy.", "vague-frequency"),
    ("Speech and language therapy programme to be delivered in school.", "no-frequency"),
    ("Up to 10 hours per week of TA support.", "up-to"),
    ("ELSA sessions or equivalent.", "or-equivalent"),
    ("The SENCo will determine the most suitable intervention, at a frequency to be agreed.", "delegated"),
    ("Band 5 funding to be used flexibly by the school.", "funding"),
    ("It is recommended that Yusuf has a handwriting programme.", "recommended"),
    ("As set out in the Educational Psychologist's report.", "points-elsewhere"),
    ("Quality first teaching and a differentiated curriculum.", "universal-only"),
    ("Exam access arrangements to be considered.", "not-provision"),
    ("Weekly phonics with a TA for 20 minutes, where possible.", "hedged"),
    ("A high level of adult support across the curriculum.", "vague-amount"),
    ("15 hours of 1:1.", "no-frequency"),
    ("One hour per week of input from an educational psychologist.", "no-content"),
    ("Provision of specialist equipment.", "equipment-unspecified"),
    ("All staff will be trained in autism.", "training-unspecified"),
]


@pytest.mark.parametrize(("sort", "text"), [(sort, text) for sort, texts in STRONG.items() for text in texts])
def test_a_provision_that_says_what_its_sort_needs_is_strong(sort: str, text: str) -> None:
    said = judge_provision(text, "F")
    assert said.verdict == "strong"
    assert said.sort == sort


@pytest.mark.parametrize(("text", "code"), WEAK)
def test_a_weak_provision_says_why(text: str, code: str) -> None:
    said = judge_provision(text, "F")
    assert said.verdict == "weak"
    assert said.has(code)


@pytest.mark.parametrize(
    "text",
    [
        "A SENCO meeting every six weeks for 45 minutes to set two targets, with professionals invited where able.",
        "A minimum of 20 minutes, four times a week, of reading comprehension with the class teacher, more if needed.",
        "Phonics in groups of up to four, 20 minutes a day, TA.",
        "Tent in the classroom corner, open all day; he goes there for up to ten minutes with a sand timer.",
    ],
)
def test_a_hedge_on_a_side_detail_or_a_group_size_does_not_fail_it(text: str) -> None:
    assert judge_provision(text, "F").verdict == "strong"


def test_hours_and_a_kind_are_enough_for_social_care() -> None:
    assert judge_provision("PA, 5 hours weekly, for gym and shopping.", "H1").verdict == "strong"
    assert judge_provision("48 nights a year of residential short breaks.", "H2").verdict == "strong"
    assert judge_provision("Support to access the community.", "H1").verdict == "weak"


def test_columns_of_the_row_fill_slots() -> None:
    text = "Colourful Semantics"
    assert judge_provision(text, "F").verdict == "weak"
    said = judge_provision(text, "F", {"who": "HLTA", "frequency": "3 x 20 minutes weekly", "group": "pair"})
    assert said.verdict == "strong"
    assert {name: slot.text for name, slot in said.slots.items() if slot and slot.start == -1} == {
        "who": "HLTA",
        "frequency": "3 x 20 minutes weekly",
        "duration": "3 x 20 minutes weekly",
        "group": "pair",
    }


def test_an_empty_column_fills_nothing() -> None:
    assert judge_provision("Colourful Semantics", "F", {"who": " ", "frequency": ""}).slots["frequency"] is None


def test_slots_quote_the_words_that_fill_them() -> None:
    text = "An occupational therapist runs a sensory circuit in the hall, 1:1, 20 minutes each Monday, reviewed termly."
    said = judge_provision(text, "F")
    assert set(said.slots) == set(SLOTS)
    assert said.slots["who"] is not None
    assert said.slots["who"].text == "occupational therapist"
    assert said.slots["duration"] is not None
    assert said.slots["duration"].text == "20 minutes"
    assert said.slots["setting"] is not None
    assert said.slots["setting"].text == "in the hall"
    assert said.slots["review"] is not None


def test_a_wide_range_is_noted_because_only_its_lower_end_can_be_enforced() -> None:
    said = judge_provision("TA, phonics, 10-45 minutes a day, group of three.", "F")
    assert said.has("open-range")
    assert not judge_provision("TA, phonics, 15-18 minutes a day, group of three.", "F").has("open-range")


def test_clauses_cover_the_text() -> None:
    folded = "weekly phonics with a ta, with parents invited; reviewed by the senco. then more"
    spans = clauses_of(folded)
    assert spans[0].start == 0
    assert spans[-1].end == len(folded)
    assert all(a.end == b.start for a, b in itertools.pairwise(spans))

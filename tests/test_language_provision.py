"""Provisions: what is asked depends on the sort, and a hedge counts by where it sits."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import pytest

from ehcaudit.language.provision import SLOTS, judge_provision
from ehcaudit.language.provision_reading import clauses_of, lexicon, read

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


@pytest.mark.parametrize(
    "text",
    [
        "A talking clock and a wall planner on his desk.",
        "Two sets of textbooks, one kept at home.",
        "Velcro shoes and elasticated trousers on swimming days.",
        "Blackout blinds in her form room by October.",
        "A large-button calculator in maths.",
    ],
)
def test_a_thing_that_is_named_and_has_its_place_is_enough_whatever_it_is(text: str) -> None:
    assert judge_provision(text, "F").verdict == "strong"


@pytest.mark.parametrize(
    "text",
    [
        "Appropriate seating.",
        "Suitable facilities for changing and personal care.",
        "Equipment as the therapist thinks fit.",
        "Calm, structured surroundings with clear routines.",
        "Practical resources and real-life examples in maths.",
    ],
)
def test_a_thing_that_nobody_could_buy_from_its_description_is_not_enough(text: str) -> None:
    assert judge_provision(text, "F").verdict == "weak"


@pytest.mark.parametrize(
    "text",
    [
        "All teachers let him answer by pointing.",
        "Every adult signs key words while speaking, in all lessons.",
    ],
)
def test_what_everybody_in_the_room_does_is_enough_where_it_can_be_seen(text: str) -> None:
    said = judge_provision(text, "F")
    assert said.verdict == "strong"
    assert said.sort == "strategy"


CONDITIONS = [
    "if he asks for it", "where it can be obtained", "as timetables permit", "when the assistant is free",
    "as tolerated",
    "unless the assistant is needed elsewhere", "within the school's existing resources", "should this be required",
    "according to staff availability", "so far as is reasonably practicable", "pending a decision on funding",
]  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_on_the_amount_takes_the_promise_back(condition: str) -> None:
    exact = "A teaching assistant teaches Remi phonics, one to one, for 20 minutes each day"
    assert judge_provision(exact + ".", "F").verdict == "strong"
    assert judge_provision(f"{exact} {condition}.", "F").has("hedged", only_serious=True)


def test_what_the_pupil_can_see_is_a_trigger_and_no_condition() -> None:
    assert judge_provision("Seat at the front, where he can see the board, in every lesson.", "F").verdict == "strong"


@pytest.mark.parametrize("often", ["several times a week", "most weeks", "throughout his time at school"])
def test_a_number_of_times_that_nobody_can_count_is_no_frequency(often: str) -> None:
    text = f"A speech and language therapist teaches Remi to use describing words for 30 minutes {often}."
    assert judge_provision(text, "F").verdict == "weak"


def test_minutes_of_help_need_a_task_and_staffing_hours_of_a_week_do_not() -> None:
    minutes = "A teaching assistant will help Remi to access the curriculum, one to one, for 20 minutes each day."
    assert judge_provision(minutes, "F").verdict == "weak"
    assert judge_provision("One-to-one from a Level 3 teaching assistant, 27 hours a week.", "F").verdict == "strong"


def test_a_pay_band_is_no_funding_band() -> None:
    text = "School nurse (band 5) gives Remi's tablet at noon each day."
    assert not judge_provision(text, "G").has("funding")
    assert judge_provision("Band 5 for the school to use.", "F").has("funding")


def test_a_thing_named_inside_an_amount_is_content() -> None:
    text = "Two sessions of hydrotherapy a week, 30 minutes each, with a physiotherapist."
    assert judge_provision(text, "F").verdict == "strong"


def test_a_therapy_called_after_people_is_a_therapy() -> None:
    text = "Parent-child interaction therapy: eight weekly sessions of an hour with a speech and language therapist."
    said = judge_provision(text, "F")
    assert (said.verdict, said.sort) == ("strong", "therapy")


def test_a_column_gives_training_and_a_range() -> None:
    columns = {"who": "Assistant with a certificate in braille", "frequency": "Weekly", "duration": "20-35 minutes"}
    said = judge_provision("Braille reading practice", "F", columns)
    assert said.slots["qualification"] is not None
    assert said.has("open-range")[0].start == -1


def _examples() -> list[str]:
    """Lines of the rules' examples: plan wording of every kind."""
    lines: set[str] = set()
    for file in Path("rules").glob("*/*.toml"):
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        for example in (*data.get("bad", ()), *data.get("good", ())):
            lines.update(line for line in example.get("text", "").splitlines() if len(line) > 20)
    return sorted(lines)


def test_no_pattern_is_passed_over_for_want_of_a_cue() -> None:
    lines = _examples()
    assert len(lines) > 300
    for line in lines:
        reading = read(line, {})
        for name in lexicon().cues:
            found = lexicon().patterns[name].search(reading.folded)
            assert (reading.search(name) is None) == (found is None), (name, line)


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

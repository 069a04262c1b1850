"""Outcomes: exact ones pass, vague ones say what is missing, and slots quote the words that fill them."""

from __future__ import annotations

import pytest

from ehcaudit.language.outcome import SLOTS, judge_outcome


def verdict(text: str, **columns: str) -> str:
    return judge_outcome(text, columns).verdict


@pytest.mark.parametrize(
    "text",
    [
        "By July 2027, Maya will ask an adult for a break with her card on at least 4 of 5 occasions.",
        "By her next annual review Safa will order her own lunch in the canteen.",
        "By the end of Year 6 Theo writes five sentences with full stops, without an adult beside him.",
        "By the age of 18 Callum will hold down a part-time job in a shop for at least eight hours a week.",
        "By the end of Year 9 Priti can name three people she would go to with a worry.",
        "Within 12 months Haroon will catheterise himself at school, a nurse checking only once a week.",
        "By the end of Year 3 Roo counts out objects to 20 correctly in 9 of 10 tries.",
        "By summer 2027 Abdul stays at Cubs for the full 90 minutes with no adult from home.",
        "By July 2026 Mia's reading age will have risen from 5:6 to 7:0.",
        "By the end of Year 7 Finn has no more than one lesson removal a fortnight (now three a week).",
        "By the end of summer 2027: plays a turn-taking game with two peers for 10 minutes, adult watching only.",
        # a plain act, and how it is done
        "By Easter 2027 Wren will keep her patch on all afternoon.",
        "By the end of Year 8 Ilse finds her locker, tutor room and canteen by touch.",
        "By his tenth birthday Cai will see to his own stoma bag with a nurse in the next room.",
        "By July 2027 Bram will stop at the kerb when told, without being held.",
        # things that are counted, whatever they are called
        "By the end of Year 11 Juno will have been to three colleges and sent one of them her application.",
        "By the end of Year 2 Odd will know 30 tricky words by sight.",
        # the child's own figure
        "In the school year ending July 2028 Piet has no more than two suspensions.",
        "By July 2027 Lev's teacher-recorded outbursts (shouting, kicking) will fall from five a day to one.",
        "By the end of Year 9 Ines will attend for at least 92 per cent of sessions.",
        # somebody else sees it, the change is the child's
        "By the end of Year 1 Ewa's parents and teacher will both report that she sleeps through five nights a week.",
        # a general verb that is spelt out, and a purpose in front
        "By the end of college Rex will manage his asthma: take his inhaler on time and tell a friend what to do.",
        "In order to get on the bricklaying course, Dov will pass Entry 3 maths by June 2028.",
        "By July 2027 Mina has a bank account and pays her own phone bill from it.",
    ],
)
def test_an_outcome_two_people_would_agree_on_is_strong(text: str) -> None:
    assert verdict(text) == "strong"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("To improve attention and listening skills.", "vague-verb"),
        ("By the end of the year Theo will have made progress with his writing.", "vague-verb"),
        ("By July 2027 Finn will be 40% calmer in lessons.", "no-measure"),
        ("Theo will receive weekly speech therapy by July 2027.", "provision-not-outcome"),
        ("By September 2026 all staff will be trained in Makaton.", "service-viewpoint"),
        ("By Christmas parents will have strategies to manage behaviour at home.", "service-viewpoint"),
        ("Callum would like a job in a garage.", "aspiration"),
        ("Ada wants to be a vet.", "aspiration"),
        ("Dara will communicate more effectively with a range of people in a variety of settings.", "no-time"),
        ("By the end of Year 7 exclusions of pupils with plans will fall by 20%.", "service-viewpoint"),
        ("By July 2026 Mia will have clearer speech where possible.", "hedged"),
        ("By the end of Year 5 Otto will show a reduction in incidents over the year.", "vague-verb"),
        ("By July 2027 Rana will be kind and patient with other children.", "vague-verb"),
        ("By the end of Year 8 Kofi will recognise his emotions and those of others.", "vague-verb"),
        ("By May 2027 Tam will have been entered for his exams with extra time.", "provision-not-outcome"),
        ("By July 2027 all of Lex's transfers will be carried out by two adults.", "provision-not-outcome"),
        ("By July 2027 Ruth will have a feeding programme in place.", "provision-not-outcome"),
        ("By July 2028 Vic will have stories written for him before each trip.", "provision-not-outcome"),
        ("By July 2029 Gus's careers adviser will have met him four times.", "service-viewpoint"),
        ("By summer 2027, 90 per cent of pupils in the base will meet their targets.", "service-viewpoint"),
        ("By the end of Year 6 Amal will have a toolkit of strategies for keeping calm.", "no-measure"),
        ("By the end of Year 4 Dag will spell unfamiliar words more accurately.", "no-measure"),
        ("By her review in May 2027 Lotte will eat a more varied and balanced diet.", "no-measure"),
        ("By the end of Year 6 Nell will dress herself with less help.", "no-measure"),
        (
            "Through a calm, nurturing and child-led approach, and a den, Noor will develop trust in Key Stage 3.",
            "vague-verb",
        ),
    ],
)
def test_a_weak_outcome_says_why(text: str, code: str) -> None:
    said = judge_outcome(text, {})
    assert said.verdict == "weak"
    assert said.has(code, only_serious=True)


def test_the_date_or_measure_may_stand_in_a_column_of_its_own() -> None:
    text = "Erin will walk between lessons unaccompanied."
    assert judge_outcome(text, {}).has("no-time")
    said = judge_outcome(text, {"when": "End of Key Stage 3"})
    assert said.verdict == "strong"
    slot = said.slots["time"]
    assert slot is not None
    assert (slot.start, slot.end, slot.text) == (-1, -1, "End of Key Stage 3")


def test_slots_quote_who_what_measure_setting_and_purpose() -> None:
    text = (
        "By July 2027 Noah will put away his tray in the dining hall, 4 days out of 5, so that he can go out to play."
    )
    slots = judge_outcome(text, {}).slots
    assert set(slots) == set(SLOTS)
    assert {name: slot.text for name, slot in slots.items() if slot} == {
        "who": "Noah",
        "verb": "put away",
        "what": "his tray",
        "measure": "4 days out of 5",
        "setting": "in the dining hall",
        "time": "By July 2027",
        "purpose": "so that he can go out to play",
    }


def test_an_undated_target_with_a_share_of_tries_is_for_a_person_and_any_other_undated_one_is_weak() -> None:
    said = judge_outcome("Kit recalls his 2, 5 and 10 times tables, 18 questions out of 20.", {})
    assert said.verdict == "query"
    assert said.has("no-time")
    assert judge_outcome("Kit will sit and read for ten minutes without an adult.", {}).verdict == "weak"


def test_several_skills_are_noted_and_do_not_fail_an_exact_outcome() -> None:
    text = (
        "By July 2027 Lily puts on her coat, zips it up and ties her laces without help; hangs her bag on its peg; and "
        "walks to her seat, four mornings a week."
    )
    said = judge_outcome(text, {})
    assert said.has("several-in-one")
    assert not said.has("several-in-one", only_serious=True)
    assert said.verdict == "strong"

"""One door to the grammars: every kind, any text, slots and faults that lie inside it."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcaudit.language.statements import judge

KINDS = ("outcome", "provision", "need", "voice", "advice", "something else")
WORDS = re.findall(
    r"\S+",
    "By July 2027 Ruby will read 3 out of 5 words unaided up to 20-45 minutes weekly (TA) as appropriate; SALT 1:1 or "
    "equivalent, in class. She’s “calm” – it is recommended that… Band 4 funding £6,000 10.30am İstanbul groups of six "
    "physiotherapist Makaton when needed so that he can",
)


def spans_hold(kind: str, text: str, section: str = "", **columns: str) -> None:
    said = judge(kind, text, section, columns)
    assert said.text == text
    assert 0 <= said.score <= 1
    for slot in said.slots.values():
        if slot is not None and slot.start >= 0:
            assert text[slot.start : slot.end] == slot.text
            assert slot.text
        elif slot is not None:
            assert slot.text in columns.values()
    for fault in said.faults:
        assert 0 <= fault.start <= fault.end <= len(text) or (columns and (fault.start, fault.end) == (-1, -1))
    if said.verdict == "strong":
        assert not any(fault.serious for fault in said.faults)
    if said.verdict == "weak":
        assert any(fault.serious for fault in said.faults)


@settings(deadline=None)  # The first call loads the word lists.
@given(st.sampled_from(KINDS), st.text(max_size=120))
def test_any_text_is_judged_and_its_spans_hold(kind: str, text: str) -> None:
    spans_hold(kind, text)


@settings(deadline=None)
@given(
    st.sampled_from(KINDS[:4]),
    st.lists(st.sampled_from(WORDS), max_size=40),
    st.sampled_from(("", "F", "G", "H1")),
    st.dictionaries(st.sampled_from(("who", "frequency", "when", "measure", "group")), st.sampled_from(WORDS)),
)
def test_any_run_of_plan_words_is_judged_and_its_spans_hold(
    kind: str, words: list[str], section: str, columns: dict[str, str]
) -> None:
    spans_hold(kind, " ".join(words), section, **columns)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["", "   ", "…", "\n\t"])
def test_nothing_said_is_for_a_person_and_has_no_fault(kind: str, text: str) -> None:
    said = judge(kind, text)
    assert said.verdict == "query"
    assert said.faults == ()


def test_advice_is_not_judged() -> None:
    assert judge("advice", "Educational psychology report, Dr Lowe, 4 March 2026").faults == ()


@pytest.mark.parametrize("kind", KINDS[:4])
@pytest.mark.parametrize("unit", ["as appropriate, ", "up to 3 hours ", "a ", "by July ", "1", "(", "every every "])
def test_time_grows_in_step_with_length(kind: str, unit: str) -> None:
    judge(kind, "warm up")
    text = (unit * 20_000)[:20_000]
    start = time.process_time()
    judge(kind, text)
    assert time.process_time() - start < 4  # A quadratic pass takes far longer on 20,000 characters.


@pytest.mark.parametrize(
    "text",
    [
        "Reads like a child of six (he is ten) and cannot sound out a word with more than three letters.",
        "Left-sided hemiplegia: carries with the right hand only and falls on the stairs about twice a week.",
        "Gags on lumpy food and eats four foods, all of them pale.",
    ],
)
def test_a_need_with_a_functional_fact_is_strong(text: str) -> None:
    assert judge("need", text).verdict == "strong"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Orla has autism.", "label-only"),
        ("He has complex communication difficulties.", "vague"),
        ("Below age-related expectations in all areas.", "vague"),
        ("Requires a high level of adult support to access the curriculum.", "provision-in-need"),
    ],
)
def test_a_need_that_is_a_label_or_a_generality_says_which(text: str, code: str) -> None:
    said = judge("need", text)
    assert said.verdict == "weak"
    assert said.has(code)


def test_the_childs_own_words_with_detail_are_strong_and_general_praise_is_not() -> None:
    own = judge("voice", "“I sit by the fish tank when the hall is noisy and I don't want anyone to talk to me there.”")
    assert own.verdict == "strong"
    assert own.slots["speaker"] is not None
    assert judge("voice", "Joseph is a lovely, happy boy who enjoys school.").has("third-person")
    assert judge("voice", "I like playing with my friends.").has("vague")


def test_what_a_child_without_words_did_counts_as_said() -> None:
    text = "Nia chose the photo of the drum four times and pushed the paints away, watched over two sessions by her TA."
    assert judge("voice", text).verdict == "strong"

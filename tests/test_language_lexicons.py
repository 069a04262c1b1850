"""Word lists become one table, and phrases are found where they stand, the longest first."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcaudit.language.lexicons import Mark, Table, add, find, phrases, plural, read_toml, verb_forms, words_of
from ehcaudit.language.pipeline import fold, tokens


def marks(text: str, *entries: tuple[str, str, str]) -> list[tuple[str, str]]:
    table: Table = {}
    for label, block, inflect in entries:
        add(table, label, phrases(block), inflect=inflect)
    return [(m.label, text[m.start : m.end]) for m in find(table, tokens(fold(text)))]


def test_alternatives_are_written_out_and_hyphens_split() -> None:
    assert list(phrases("when he|she needs, one-to-one")) == [
        ("when", "he", "needs"),
        ("when", "she", "needs"),
        ("one", "to", "one"),
    ]


@pytest.mark.parametrize(
    ("word", "many"), [("seizure", "seizures"), ("bus", "buses"), ("diary", "diaries"), ("toy", "toys")]
)
def test_nouns_have_plurals(word: str, many: str) -> None:
    assert plural(word) == many


@pytest.mark.parametrize(
    ("base", "forms"),
    [
        ("take", {"takes", "took", "taking"}),
        ("stop", {"stops", "stopped", "stopping"}),
        ("carry", {"carries", "carried", "carrying"}),
        ("dress", {"dresses", "dressed", "dressing"}),
    ],
)
def test_verbs_have_all_their_forms(base: str, forms: set[str]) -> None:
    assert forms <= set(verb_forms(base))


def test_the_longest_phrase_wins_and_its_place_is_used_once() -> None:
    found = marks(
        "Where possible staff, as required.", ("long", "where possible", ""), ("short", "where, possible", "")
    )
    assert found == [("long", "Where possible")]


def test_a_hyphen_in_the_text_does_not_hide_a_phrase() -> None:
    assert marks("A well-being check-in", ("thing", "well being, check in", "")) == [
        ("thing", "well-being"),
        ("thing", "check-in"),
    ]


def test_a_phrase_with_two_labels_gives_both() -> None:
    assert marks("training", ("a", "training", ""), ("b", "training", "")) == [("a", "training"), ("b", "training")]


@given(st.text(alphabet="ab -/.’", max_size=40))
def test_marks_lie_in_the_text_in_order(text: str) -> None:
    table: Table = {}
    add(table, "x", phrases("a b, b, ab a"))
    found: list[Mark] = find(table, tokens(fold(text)))
    assert all(0 <= m.start < m.end <= len(text) for m in found)
    assert all(one.end <= two.start for one, two in itertools.pairwise(found))


@pytest.mark.parametrize("name", ["hedges", "measures", "verbs", "provision", "outcome", "needs", "quantities"])
def test_every_list_says_where_it_comes_from(name: str) -> None:
    from ehcaudit.language import lexicons

    assert read_toml(f"{name}.toml")
    text = (lexicons._DATA / f"{name}.toml").read_text(encoding="utf-8")
    assert text.startswith("#")
    assert "Source" in text or "Facts" in text


def test_no_generic_word_is_a_naming_word_of_provision() -> None:
    generic = words_of("generic_words.txt")
    assert {"support", "input", "intervention", "opportunities"} <= generic
    assert not {"phonics", "makaton", "hoist", "braille", "numicon"} & generic

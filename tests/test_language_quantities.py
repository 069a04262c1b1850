"""Amounts as plans write them: how long, how often, over what, in what group, out of how many."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcaudit.language.lexicons import read_toml
from ehcaudit.language.pipeline import fold, tokens
from ehcaudit.language.quantities import _spelt, amounts, number_at, shares


def found(text: str, kind: str) -> list[str]:
    folded = fold(text)
    return [text[q.start : q.end].strip() for q in (*amounts(folded), *shares(folded)) if q.kind == kind]


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("Precision teaching, 15 mins.", "duration", "15 mins."),
        ("for half an hour", "duration", "half an hour"),
        ("8.40–8.55 daily", "duration", "8.40–8.55"),
        ("two nights at the unit", "duration", "two nights"),
        ("a session each time", "scope", "each time"),
        ("3 x wk", "frequency", "3 x wk"),
        ("twice a week", "frequency", "twice a week"),
        ("six-weekly", "frequency", "six-weekly"),
        ("every 6 wks", "frequency", "every 6 wks"),
        ("every Tuesday", "scope", "every Tuesday"),
        ("in all lessons", "scope", "in all lessons"),
        ("throughout the school day", "scope", "throughout the school day"),
        ("1:1 in class", "ratio", "1:1"),
        ("a group of no more than four", "ratio", "group of no more than four"),
        ("a group of Ayo and three other boys", "ratio", "group of Ayo and three other boys"),
        ("on 4 out of 5 occasions", "out-of", "4 out of 5 occasions"),
        ("80% of lessons", "percent", "80% of lessons"),
        ("at least three peers", "at-least", "at least three"),
        ("a reading age of 8", "score", "reading age"),
        ("for a whole lesson", "duration", "for a whole lesson"),
        ("on four days out of five", "frequency", "on four days out of five"),
        ("twice on each of his four days", "frequency", "twice on each of his four days"),
        ("on PE days", "frequency", "on PE days"),
        ("three meetings in Year 11", "frequency", "three meetings in Year 11"),
        ("for all 25 taught hours", "scope", "for all 25 taught hours"),
        ("keeps them on all morning", "scope", "all morning"),
        ("after each incident", "scope", "each incident"),
        ("at nine break times out of ten", "out-of", "nine break times out of ten"),
        ("with one other pupil", "ratio", "with one other pupil"),
    ],
)
def test_an_amount_is_found_with_its_kind(text: str, kind: str, words: str) -> None:
    assert words in found(text, kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("in line with school policy", "scope"),
        ("individual needs", "ratio"),
        ("every child", "scope"),
        ("pupils at 10:30 am", "ratio"),
        ("part of the daily routine", "frequency"),
        ("at least 85 per cent", "at-least"),
        ("12 weekly sessions of 50 minutes", "out-of"),
    ],
)
def test_what_only_looks_like_an_amount_is_none(text: str, kind: str) -> None:
    assert found(text, kind) == []


@settings(deadline=None)
@given(st.text(alphabet="0123456789 x:/-.aehkmoruwy%", max_size=60))
def test_places_lie_in_the_text(text: str) -> None:
    folded = fold(text)
    assert all(0 <= q.start < q.end <= len(text) for q in (*amounts(folded), *shares(folded)))


@pytest.mark.parametrize(("word", "number"), [("12", True), ("2.5", True), ("twenty", True), ("some", False)])
def test_numbers_are_told_in_figures_and_words(word: str, number: bool) -> None:
    assert number_at(word) is number


def test_no_shape_is_passed_over_for_want_of_its_opening_word() -> None:
    """Each shape, looked for at every place, is found only where a word that opens it begins."""
    data = read_toml("quantities.toml")
    numbers = set(data["opening_numbers"].split())
    lines = {
        line
        for file in Path("rules").glob("*/*.toml")
        for example in tomllib.loads(file.read_text(encoding="utf-8")).get("good", ())
        for line in example.get("text", "").splitlines()
    }
    assert len(lines) > 200
    rows = [(folded, {t.start: t.word for t in tokens(folded)}) for folded in map(fold, sorted(lines))]
    for family in ("amounts", "rates", "groups", "shares"):
        for entry in data[family]:
            opens = set(entry["opens"].split())
            opens |= numbers if "#" in opens else set()
            for shape in entry["shapes"]:
                pattern = re.compile(_spelt(shape, data["parts"]))
                for folded, starts in rows:
                    for match in pattern.finditer(folded):
                        word = starts.get(match.start())
                        assert word is None or word in opens or word[0].isdigit() or word[0] == "x", (shape, word)

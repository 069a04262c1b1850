"""Sentences end where a reader would end them, and together hold every character but white space."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcaudit.language.sentences import sentences


def told(text: str) -> list[str]:
    return [text[a:b] for a, b in sentences(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ben reads. He stops.", ["Ben reads.", "He stops."]),
        ("Dr. Lowe saw Ben at 10.30 a.m. in school.", ["Dr. Lowe saw Ben at 10.30 a.m. in school."]),
        ("1. Ben will read. 2. Ben will write.", ["1. Ben will read.", "2. Ben will write."]),
        ("Tools, e.g. a ruler, help him.", ["Tools, e.g. a ruler, help him."]),
        ("Reads well\nWrites slowly", ["Reads well", "Writes slowly"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, parts: list[str]) -> None:
    assert told(text) == parts


@given(st.text(max_size=120))
def test_nothing_but_white_space_lies_between_sentences(text: str) -> None:
    spans = sentences(text)
    kept = "".join(text[a:b] for a, b in spans)
    assert "".join(kept.split()) == "".join(text.split())
    assert all(a < b for a, b in spans)

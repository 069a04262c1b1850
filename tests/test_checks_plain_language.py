"""Reading measures and abbreviations: what the rules' own examples do not show."""

from __future__ import annotations

import pytest

from ehcaudit.language.readability import readability, syllables


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("cat", 1), ("little", 2), ("table", 2), ("hoped", 1), ("wanted", 2), ("people", 2), ("radio", 3), ("quiet", 2),
        ("science", 2), ("being", 2), ("provision", 3), ("special", 2), ("educational", 5), ("idea", 3), ("classes", 2),
        ("assessment", 3), ("communication", 5), ("recognise", 3),
    ],
)  # fmt: skip
def test_syllables_of_common_words(word, expected):
    assert syllables(word) == expected


def test_a_short_text_is_not_measured():
    assert readability("Sam reads ten words. " * 20) is None


def test_hard_words_and_long_sentences_raise_the_reading_age():
    easy = readability("Sam can read ten words. He likes the dog. " * 15)
    hard = readability("Multidisciplinary assessment demonstrates considerable developmental difficulties " * 20)
    assert easy
    assert hard
    assert easy.age < 10 < 18 < hard.age
    assert easy.flesch > 90 > hard.flesch
    assert (easy.words, easy.sentences) == (135, 30)


def test_the_formulas_give_the_published_values_for_plain_counts():
    text = "Dogs run. " * 50  # 100 words, 50 sentences, 100 syllables, 350 letters.
    measured = readability(text)
    assert measured
    assert measured.flesch == pytest.approx(206.835 - 1.015 * 2 - 84.6)
    assert measured.flesch_kincaid == pytest.approx(0.39 * 2 + 11.8 - 15.59)
    assert measured.gunning_fog == pytest.approx(0.8)
    assert measured.smog == pytest.approx(3.1291)
    assert measured.automated == pytest.approx(4.71 * 3.5 + 1 - 21.43)
    assert measured.coleman_liau == pytest.approx(0.0588 * 350 - 0.296 * 50 - 15.8)

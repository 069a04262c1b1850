"""How hard a text is to read, by the usual indices, each computed from counts of sentences, words and syllables.

Formulas: Flesch (1948); Kincaid et al. (1975); Gunning (1952); McLaughlin's SMOG (1969); Coleman and Liau (1975);
Automated Readability Index, Senter and Smith (1967). Grades are of schools in the United States: age is grade plus 5.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median

from ehcaudit.language.sentences import sentences

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+")
_ASCII_WORD = re.compile(r"[A-Za-z]+(?:['-][A-Za-z]+)*|[0-9]+")
"""The same for a text of nothing else, at half the cost."""
_VOWELS = re.compile(r"[aeiouy]+")


@dataclass(frozen=True, slots=True)
class Readability:
    """The indices of one text. ``age`` is the median of the five grade indices as a reading age in years."""

    words: int
    sentences: int
    flesch: float
    """0 very hard to 100 very easy."""
    flesch_kincaid: float
    gunning_fog: float
    smog: float
    coleman_liau: float
    automated: float

    @property
    def age(self) -> float:
        """Reading age in years."""
        grades = (self.flesch_kincaid, self.gunning_fog, self.smog, self.coleman_liau, self.automated)
        return median(grades) + 5


_SILENT = re.compile(r"[^aeiouy]e$|[^aeiouyscgxz]es$|[^aeiouytd]ed$")
_SOUNDED = re.compile(r"[^aeiouy]les?$|[cs]hes$")
_APART = re.compile(r"(?<![tcsgx])i[aou]|scie|ie(?=t)|eo(?![pu])|[aeoy]ing|(?<!q)ua(?!r)")
"""Two vowels side by side that are two syllables, as in "radio", "science", "quiet", "being"."""


_NO_LETTER = re.compile(r"[^a-z]")
_NO_WORD = re.compile(r"\W")


@lru_cache(8192)
def syllables(word: str) -> int:
    """Syllables of an English word, by its groups of vowels: right for about nine words of ten, one at least."""
    word = _NO_LETTER.sub("", word.lower())
    if len(word) <= 3:
        return 1
    count = len(_VOWELS.findall(word)) + len(_APART.findall(word))
    if _SILENT.search(word) and not _SOUNDED.search(word):
        count -= 1
    if count > 1 and word.endswith("ea"):
        count += 1
    return max(count, 1)


@lru_cache(16384)
def _measures(word: str) -> tuple[int, int]:
    """The syllables and the letters of a word."""
    return syllables(word), len(_NO_WORD.sub("", word))


def words_of(text: str) -> list[str]:
    """The words of a text, numbers included."""
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text)


def readability(text: str, *, words: Sequence[str] | None = None) -> Readability | None:
    """The indices of a text; None where it has fewer than 100 words, below which they mean nothing.

    ``words`` are those of the text, where the caller has them.
    """
    words = words_of(text) if words is None else words
    count = len(words)
    number = sum(_WORD.search(text, start, end) is not None for start, end in sentences(text)) if count >= 100 else 0
    if not number:
        return None
    sound = hard = letters = 0
    for word, times in Counter(words).items():
        loud, long = _measures(word)
        sound += times * loud
        letters += times * long
        if loud >= 3:
            hard += times
    length, density = count / number, sound / count
    return Readability(
        count,
        number,
        206.835 - 1.015 * length - 84.6 * density,
        0.39 * length + 11.8 * density - 15.59,
        0.4 * (length + 100 * hard / count),
        1.0430 * math.sqrt(hard * 30 / number) + 3.1291,
        0.0588 * (100 * letters / count) - 0.296 * (100 * number / count) - 15.8,
        4.71 * letters / count + 0.5 * length - 21.43,
    )

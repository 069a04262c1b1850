"""Text → tokens. The only module that imports spaCy: its tokeniser with our own rules, built once per process.

Full stops inside figures and abbreviations stay; hyphens, slashes and dashes between words split, so that "one-to-one",
"one to one" and "now/next" meet their lexicon entries whatever their punctuation.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]  # Cython, without a stub.
from spacy.vocab import Vocab

_FOLD = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "‑": "-",
        "‐": "-",
        "−": "-",
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        "×": "x",
        "\t": " ",
        "\n": " ",
        "\r": " ",
    }
)
_PREFIX = re.compile(r"""^(?:["'(\[{<£~+&*•\-/]|\.{2,})""")
_SUFFIX = re.compile(r"""(?:["')\]}>,;:!?%&*…/\-]|(?<=[a-z\d%)'"])\.|'s|\.{2,})$""")
_INFIX = re.compile(
    r"""(?<=[a-z])[-/](?=[a-z\d])|(?<=\d)[-/](?=[a-z])|(?<=[a-z)])[,;:(](?=\S)|\.{2,}|(?<=[a-z]{3})\.(?=[a-z]{2})|=|&"""
)


class Token(NamedTuple):
    """One word, number or mark: ``fold(text)[start:end] == word``."""

    word: str
    start: int
    end: int


def fold(text: str) -> str:
    """Lower case, plain quotes and dashes, every white space a space; same length as ``text``."""
    lowered = text.lower()
    if text.isascii() and text.isprintable():  # The table holds nothing of it but tabs and ends of lines.
        return lowered
    if len(lowered) != len(text):  # A few capitals (İ) grow when lowered, and offsets must hold.
        lowered = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    return lowered.translate(_FOLD)


@cache
def _tokenizer() -> Tokenizer:
    return Tokenizer(
        Vocab(), prefix_search=_PREFIX.search, suffix_search=_SUFFIX.search, infix_finditer=_INFIX.finditer
    )


def tokens(folded: str) -> list[Token]:
    """The tokens of a folded text, white space left out."""
    row: list[Token] = []
    at = 0
    known, enter, token = _SPLIT.get, row.append, _token
    for chunk in folded.split(" "):
        if chunk:
            for word, first, last in known(chunk) or _split(chunk):
                enter(token(Token, (word, at + first, at + last)))
        at += len(chunk) + 1
    return row


_token = tuple.__new__
"""Makes a named tuple without a call of its own."""
_SPLIT: dict[str, tuple[tuple[str, int, int], ...]] = {}
"""What the tokeniser made of words between spaces: it takes each on its own, and most come again."""
_MOST = 50_000


def _split(chunk: str) -> tuple[tuple[str, int, int], ...]:
    """The tokens of a word between spaces, with their places in it."""
    parts = tuple((t.text, t.idx, t.idx + len(t.text)) for t in _tokenizer()(chunk) if not t.is_space)
    if len(chunk) < 40:  # What nobody writes twice is not kept.
        if len(_SPLIT) >= _MOST:
            _SPLIT.clear()
        _SPLIT[chunk] = parts
    return parts

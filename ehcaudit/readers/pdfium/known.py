"""The words of ``data/pdf.toml``, and whether a page's letters mean anything."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

_FEWEST = 60


@cache
def words_known(key: str) -> frozenset[str]:
    """One of the lists."""
    return frozenset(tomllib.loads(files("ehcaudit.data").joinpath("pdf.toml").read_text("utf-8"))[key])


def means_nothing(text: str) -> bool:
    """Whether a text of some length holds next to none of the words that every English text is full of."""
    words = re.findall(r"\S+", text.lower())
    if len(words) < _FEWEST and len(text) < 6 * _FEWEST:
        return False
    common = words_known("common_words")
    return sum(word in common for word in words) < 0.02 * len(words)

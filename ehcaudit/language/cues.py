"""Patterns of the data files, compiled once, and the content words of a text.

Nothing here needs a tokeniser, so a check may import it without loading spaCy.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ehcaudit.language.guarded import guarded

_DATA = Path(__file__).parent.parent / "data"
_PLAIN = str.maketrans(
    {**dict.fromkeys("’‘ʼ`", "'"), **dict.fromkeys("“”", '"'), **dict.fromkeys("–—‑‐−", "-"), "\u00a0": " "}
)
_SUFFIX = re.compile(
    r"(?:ational|ations?|ingly|edly|ings?|edness|ments?|ness|ities|ity|ives?|ies|ied|ers?|ed|ly|es|s)$"
)
_WORD = re.compile(r"[a-z][a-z'-]{2,}")


def flat(text: str) -> str:
    """Lower case with straight quotes and plain dashes; as long as ``text``."""
    if text.isascii() and "`" not in text:  # Nothing else in the table is ASCII.
        return text.lower()
    plain = text.translate(_PLAIN)
    low = plain.lower()
    return low if len(low) == len(plain) else "".join(c.lower() if len(c.lower()) == 1 else c for c in plain)


@cache
def data(name: str) -> Mapping[str, Any]:
    """A data file of the package, read once."""
    return tomllib.loads((_DATA / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def pattern(name: str, *keys: str) -> re.Pattern[str]:
    """The pattern (or the list of patterns, as one) under ``keys`` of a data file, for text made ``flat``."""
    value: Any = data(name)
    for key in keys:
        value = value[key]
    parts: Iterable[str] = [value] if isinstance(value, str) else value
    return guarded("|".join(f"(?:{part})" for part in parts))


@cache
def listed(name: str) -> frozenset[str]:
    """The words of a plain word list; a line that begins with "#" is a comment."""
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@lru_cache(8192)
def stem(word: str) -> str:
    """A word without its common ending, where four letters or more are left."""
    cut = _SUFFIX.sub("", word.removesuffix("'s"))
    return cut if len(cut) >= 4 else word


@lru_cache(4096)
def content(text: str) -> frozenset[str]:
    """The stems of the words that say what a text is about."""
    return frozenset(map(stem, {*_WORD.findall(flat(text))} - listed("link_stopwords.txt")))

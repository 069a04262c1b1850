"""Folded text → its quantities: how long, how often, in what group, out of how many.

The patterns stand in ``data/quantities.toml``. Each family is one pass; a place belongs to the first pattern of the
family that takes it. Offsets are those of the text.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from ehcaudit.language.lexicons import read_toml

_PART = re.compile(r"<([a-z_]+)>(?!=)")


class Quantity(NamedTuple):
    """An amount in the text: ``kind`` says what it measures."""

    kind: str
    """``duration`` (of a session or an act), ``frequency``, ``scope`` (every lesson, all day, each carpet session),
    ``ratio`` (1:1, a class of eight, two carers to one), ``percent``, ``out-of`` (4 of 5), ``from-to`` (52% to 75%),
    ``at-least``, ``score`` (a test score, level or grade)."""
    start: int
    end: int


def _spelt(pattern: str, parts: dict[str, str]) -> str:
    """A pattern with its parts written out."""
    while _PART.search(pattern):
        pattern = _PART.sub(lambda m: parts[m[1]], pattern)
    return pattern


@cache
def _family(name: str) -> re.Pattern[str]:
    """The expression of one pass: its kinds are the names of its groups."""
    data = read_toml("quantities.toml")
    parts = data["parts"]
    kinds = (f"(?P<{kind}>{'|'.join(_spelt(p, parts) for p in patterns)})" for kind, patterns in data[name].items())
    return re.compile("|".join(kinds))


def _found(folded: str, *families: str) -> list[Quantity]:
    return [
        Quantity((match.lastgroup or "").replace("_", "-"), match.start(), match.end())
        for family in families
        for match in _family(family).finditer(folded)
    ]


def amounts(folded: str) -> list[Quantity]:
    """How long, how often, over what and in what group, in the order of the text (for provisions and outcomes)."""
    return sorted(_found(folded, "amounts", "rates", "groups"), key=lambda q: q.start)


def shares(folded: str) -> list[Quantity]:
    """Percentages, n out of m, from–to pairs and bounds (for outcomes)."""
    return _found(folded, "shares")


@cache
def _numeral() -> re.Pattern[str]:
    return re.compile(rf"(?:\d+(?:[.,]\d+)?(?:-\d+)?\+?|{read_toml('quantities.toml')['parts']['word']})$")


def number_at(word: str) -> bool:
    """Whether one token is a number, in figures or in words."""
    return _numeral().match(word) is not None

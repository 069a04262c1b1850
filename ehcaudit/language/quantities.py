"""Folded text → its quantities: how long, how often, in what group, out of how many.

The patterns stand in ``data/quantities.toml``, each with the words that open it: a pattern is tried only where one of
them begins. Each family is one pass; a place belongs to the first pattern of the family that takes it. Offsets are
those of the text.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from ehcaudit.language.lexicons import read_toml
from ehcaudit.language.pipeline import Token, tokens

_PART = re.compile(r"<([a-z_]+)>(?!=)")
_NUMBER = "#"
"""Stands for every number, in figures or in words, among the words that open a pattern."""
_FIGURES = frozenset("0123456789")
_START = operator.attrgetter("start")


class Quantity(NamedTuple):
    """An amount in the text: ``kind`` says what it measures."""

    kind: str
    """``duration`` (of a session or an act), ``frequency``, ``scope`` (every lesson, all day, each carpet session),
    ``ratio`` (1:1, a class of eight, two carers to one), ``percent``, ``out-of`` (4 of 5), ``from-to`` (52% to 75%),
    ``at-least``, ``score`` (a test score, level or grade)."""
    start: int
    end: int


def _spelt(pattern: str, parts: Mapping[str, str]) -> str:
    """A pattern with its parts written out."""
    while _PART.search(pattern):
        pattern = _PART.sub(lambda m: parts[m[1]], pattern)
    return pattern


class _Passes:
    """The patterns of some families, by the word at which they may begin."""

    def __init__(self, *families: str) -> None:
        data = read_toml("quantities.toml")
        self.kinds: list[str] = []
        self.shapes: list[str] = []
        opened: dict[str, list[list[int]]] = {}
        numbers = data["opening_numbers"].split()
        for place, family in enumerate(families):
            for entry in data[family]:
                number = len(self.kinds)
                self.kinds.append(entry["kind"])
                shapes = "|".join(_spelt(shape, data["parts"]) for shape in entry["shapes"])
                self.shapes.append(f"(?P<n{number}>{shapes})")
                for word in entry["opens"].split():
                    for said in (word, *numbers) if word == _NUMBER else (word,):
                        chosen = opened.setdefault(said, [[] for _ in families])[place]
                        if number not in chosen:
                            chosen.append(number)
        self.opened = {
            word: tuple((place, tuple(chosen)) for place, chosen in enumerate(by_family) if chosen)
            for word, by_family in opened.items()
        }
        self.compiled: dict[tuple[int, ...], re.Pattern[str]] = {}
        self.families = len(families)

    def _pattern(self, chosen: tuple[int, ...]) -> re.Pattern[str]:
        """Some patterns as one, compiled when first wanted."""
        found = self.compiled.get(chosen)
        if found is None:
            found = self.compiled[chosen] = re.compile("|".join(self.shapes[n] for n in chosen))
        return found

    def find(self, folded: str, row: Sequence[Token]) -> list[Quantity]:
        """The quantities of every family; those of one family do not overlap."""
        out: list[Quantity] = []
        taken = [0] * self.families
        opened = self.opened
        for word, start, _ in row:
            hits = opened.get(word)
            if hits is None:
                if word[0] in _FIGURES:
                    hits = opened[_NUMBER]
                elif word[0] == "x" and word[1:2] in _FIGURES:
                    hits = opened.get("x", ())
                else:
                    continue
            for family, chosen in hits:
                if start >= taken[family]:
                    match = self._pattern(chosen).match(folded, start)
                    if match is not None and match.end() > start:
                        taken[family] = self._take(folded, family, match, out)
        return out

    def _take(self, folded: str, family: int, match: re.Match[str], out: list[Quantity]) -> int:
        """Enter a quantity, and one that begins inside the same token ("3x20mins"); gives where they end."""
        at = match.start()
        figures = dict(self.opened[_NUMBER]).get(family)
        found: re.Match[str] | None = match
        while found is not None and found.end() > at:
            out.append(Quantity(self.kinds[int((found.lastgroup or "n0")[1:])], at, found.end()))
            at = found.end()
            inside = figures is not None and folded[at : at + 1] in _FIGURES
            found = self._pattern(figures).match(folded, at) if inside and figures is not None else None
        return at


@cache
def _passes(*families: str) -> _Passes:
    return _Passes(*families)


def amounts(folded: str, row: Sequence[Token] | None = None) -> list[Quantity]:
    """How long, how often, over what and in what group, in the order of the text (for provisions and outcomes).

    ``row`` are the tokens of the text, where the caller has them.
    """
    found = _passes("amounts", "rates", "groups").find(folded, tokens(folded) if row is None else row)
    found.sort(key=_START)
    return found


def shares(folded: str, row: Sequence[Token] | None = None) -> list[Quantity]:
    """Percentages, n out of m, from–to pairs and bounds (for outcomes)."""
    return _passes("shares").find(folded, tokens(folded) if row is None else row)


@cache
def _numeral() -> re.Pattern[str]:
    return re.compile(rf"(?:\d+(?:[.,]\d+)?(?:-\d+)?\+?|{read_toml('quantities.toml')['parts']['word']})$")


@lru_cache(8192)
def number_at(word: str) -> bool:
    """Whether one token is a number, in figures or in words."""
    return _numeral().match(word) is not None

"""Expressions of the data files, sought only in texts that hold words without which they find nothing.

Most lines hold none of the words of most headings, prompts or placeholders; whether a plain word stands in a text is
seen in a fraction of the time that an expression takes to fail at each of its places.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from re import _constants as _op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_REPEATS = (_op.MAX_REPEAT, _op.MIN_REPEAT, _op.POSSESSIVE_REPEAT)
_MOST = 12
"""With more words than this an expression is as quick by itself."""
_CASES = "ıſİ"
"""What an expression without regard to case takes for "i" and "s", and lower-casing does not."""


def any_of(patterns: Iterable[str], flags: int = 0) -> re.Pattern[str]:
    """One pattern that matches where any of these does."""
    return re.compile("|".join(f"(?i:{p[4:]})" if p.startswith("(?i)") else f"(?:{p})" for p in patterns), flags)


def signs(expression: str) -> frozenset[str]:
    """Words in lower case of which at least one stands in any text, made lower case, in which the expression finds
    anything; empty where none is sure. ASCII only, so that lower-casing changes nothing around them."""
    return _of_sequence(_parser.parse(expression)) or frozenset()


def _of_sequence(sequence: Any) -> frozenset[str] | None:
    """The surest signs of any part that must be there: those of which the shortest is longest."""
    known: list[frozenset[str]] = []
    run = ""
    for operation, value in [*sequence, (None, None)]:
        if operation is _op.LITERAL and value < 128:
            run += chr(value).lower()
            continue
        one_sign = operation in _REPEATS and value[0] and [one for one, _ in value[2]] == [_op.LITERAL]
        if one_sign and value[2][0][1] < 128:
            known.append(frozenset((run + chr(value[2][0][1]).lower() * min(value[0], 8),)))
        elif run:
            known.append(frozenset((run,)))
        run = ""
        if found := _of_part(operation, value):
            known.append(found)
    known = [found for found in known if len(found) <= _MOST]
    return max(known, key=lambda found: (min(map(len, found)), -len(found)), default=None)


def _of_part(operation: Any, value: Any) -> frozenset[str] | None:
    if operation is _op.SUBPATTERN:
        return _of_sequence(value[-1])
    if operation is _op.ATOMIC_GROUP:
        return _of_sequence(value)
    if operation in _REPEATS:
        return _of_sequence(value[2]) if value[0] else None
    if operation is _op.BRANCH:
        branches = [_of_sequence(branch) for branch in value[1]]
        return frozenset[str]().union(*(one for one in branches if one)) if all(branches) else None
    return None


class Sifted:
    """Several expressions as one, as ``any_of`` gives it; only those whose signs stand in a text are sought in it."""

    def __init__(self, expressions: Iterable[str]) -> None:
        listed = list(expressions)
        self._parts = [(tuple(sorted(signs(one))), any_of([one])) for one in listed]
        self._whole = any_of(listed)

    def _among(self, text: str) -> list[re.Pattern[str]]:
        low = text.lower()
        if not text.isascii() and any(sign in text for sign in _CASES):
            return [pattern for _, pattern in self._parts]
        found = []
        for words, pattern in self._parts:
            if not words:
                found.append(pattern)
                continue
            for word in words:
                if word in low:
                    found.append(pattern)
                    break
        return found

    def search(self, text: str) -> bool:
        """Whether any of them is in the text."""
        return any(pattern.search(text) for pattern in self._among(text))

    def fullmatch(self, text: str) -> bool:
        """Whether one of them is the whole text."""
        return any(pattern.fullmatch(text) for pattern in self._among(text))

    def finditer(self, text: str, start: int = 0) -> Iterator[re.Match[str]]:
        """What all of them together find, from left to right."""
        among = self._among(text)
        if not among:
            return iter(())
        return (among[0] if len(among) == 1 else self._whole).finditer(text, start)

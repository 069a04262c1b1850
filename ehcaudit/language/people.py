"""Who is named in a text: professionals, school staff, family, and words that name nobody ("a trusted adult").

``find_people`` gives persons and services; ``find_roles`` also takes fields of advice ("speech and language therapy
advice"), which say who wrote a report but never who delivers anything. Words and keys stand in ``data/roles.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal, NamedTuple

from ehcaudit.language import lexicons
from ehcaudit.language.pipeline import Token, fold, tokens

Group = Literal["specialist", "school", "care", "family", "child", "authority", "vague"]
_SHORT = "*"  # After the key in a label of the table: the match counts only where it is written with a capital.
_PLURAL = re.compile(r"s$")


class Person(NamedTuple):
    """A person, service or vague stand-in: ``text[start:end]`` of what was asked."""

    key: str
    start: int
    end: int
    text: str
    group: Group


@cache
def groups() -> Mapping[str, Group]:
    """Each key with its group."""
    return {key: entry["group"] for key, entry in lexicons.read_toml("roles.toml").items()}


@cache
def _table(*, fields: bool) -> lexicons.Table:
    table: lexicons.Table = {}
    for key, entry in lexicons.read_toml("roles.toml").items():
        lexicons.add(table, key, lexicons.phrases(entry.get("names", "")), inflect="noun")
        lexicons.add(table, key + _SHORT, lexicons.phrases(entry.get("short", "")))
        if fields:
            lexicons.add(table, key, _possessive(entry.get("fields", "")))
    return table


def _possessive(block: str) -> list[tuple[str, ...]]:
    """Phrases with "'s" as a word of its own, as the tokeniser gives it."""
    return list(lexicons.phrases(re.sub(r"(?<=\w)'(s?)", lambda m: " '" + m[1], fold(block))))


def find_people(text: str, *, words: list[Token] | None = None) -> list[Person]:
    """The people and services in a text, left to right, the longest name at each place.

    ``words`` are the tokens of the folded text, where the caller has them already.
    """
    return _find(text, _table(fields=False), words)


def find_roles(text: str, *, words: list[Token] | None = None) -> list[Person]:
    """People and services, and fields of advice that stand for them in a list of advice."""
    return _find(text, _table(fields=True), words)


def _find(text: str, table: lexicons.Table, words: list[Token] | None) -> list[Person]:
    found: list[Person] = []
    taken = -1
    for mark in lexicons.find(table, tokens(fold(text)) if words is None else words):
        key, short, _ = mark.label.partition(_SHORT)
        said = text[mark.start : mark.end]
        if mark.start < taken or (short and not _capital(said)):
            continue
        taken = mark.end
        found.append(Person(key, mark.start, mark.end, said, groups()[key]))
    return found


def _capital(said: str) -> bool:
    """An abbreviation looks like one: more than its first letter is a capital ("SaLT", "OTs"), or all of it."""
    letters = _PLURAL.sub("", said)
    return sum(c.isupper() for c in letters) >= min(2, len(letters))

"""Word lists (``ehcaudit/data``) → one table of phrases, and the places where they stand in a text.

A list is a string of phrases between commas; ``a|b`` in a phrase stands for either word. Each list has a name, the
label. Nouns are matched in the plural too, verbs in all their forms. The longest phrase wins at each place.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ehcaudit.language.pipeline import Token, fold

_DATA = Path(__file__).parent.parent / "data"
_END = ""  # The key under which a node of the table keeps its labels: no token is empty.
_DASH = frozenset("-/")


class Mark(NamedTuple):
    """A phrase of the lexicons in a text: its label, place, and the first and last-plus-one token."""

    label: str
    start: int
    end: int
    first: int
    last: int


Table = dict[str, Any]


def read_toml(name: str) -> dict[str, Any]:
    """One data file."""
    return tomllib.loads((_DATA / name).read_text(encoding="utf-8"))


def phrases(block: str) -> Iterator[tuple[str, ...]]:
    """The phrases of a list, alternatives written out, each a tuple of folded words without hyphens."""
    for entry in fold(block).split(","):
        words = entry.replace("-", " ").replace("/", " ").split()
        if words:
            yield from itertools.product(*(word.split("|") for word in words))


def plural(word: str) -> str:
    """The regular plural of a noun."""
    if re.search(r"(?:s|x|z|ch|sh)$", word):
        return word + "es"
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + "s"


@cache
def _irregular() -> dict[str, tuple[str, ...]]:
    pairs = (line.partition(":") for line in " ".join(read_toml("verbs.toml")["irregular"].split()).split(";"))
    return {base.strip(): tuple(forms.split()) for base, _, forms in pairs if forms}


def verb_forms(base: str) -> tuple[str, ...]:
    """A verb in all its forms, the base first."""
    if base in _irregular():
        return (base, *_irregular()[base])
    if base.endswith("e"):
        return (base, base + "s", base + "d", base[:-1] + "ing")
    if re.search(r"[^aeiou]y$", base):
        return (base, base[:-1] + "ies", base[:-1] + "ied", base + "ing")
    third = base + ("es" if re.search(r"(?:s|x|z|ch|sh|o)$", base) else "s")
    if re.search(r"^[^aeiou]*[aeiou][bdgklmnprt]$", base) and not base.endswith(("w", "x", "y")):
        return (base, third, base + base[-1] + "ed", base + base[-1] + "ing")
    if re.search(r"[^aeiou][aeiou]l$", base):  # British: labelled, travelling
        return (base, third, base + "led", base + "ling")
    return (base, third, base + "ed", base + "ing")


def add(table: Table, label: str, words: Iterable[tuple[str, ...]], *, inflect: str = "") -> None:
    """Enter phrases under a label; ``inflect`` is ``noun`` (plural of the last word), ``verb`` (forms of the first)."""
    for phrase in words:
        variants = [phrase]
        if inflect == "noun":
            variants.append((*phrase[:-1], plural(phrase[-1])))
        elif inflect == "verb":
            variants = [(form, *phrase[1:]) for form in verb_forms(phrase[0])]
        for variant in variants:
            node = table
            for word in variant:
                node = node.setdefault(word, {})
            labels = node.setdefault(_END, [])
            if label not in labels:
                labels.append(label)


def find(table: Table, tokens: list[Token]) -> list[Mark]:
    """The phrases that stand in the tokens, left to right, the longest at each place; hyphens do not count."""
    found: list[Mark] = []
    count, taken = len(tokens), 0
    words = [token[0] for token in tokens]
    for i in [i for i, word in enumerate(words) if word in table]:
        if i < taken:
            continue
        node = table[words[i]]
        best: tuple[int, list[str]] | None = None
        j = i
        while node is not None:
            j += 1
            labels = node.get(_END)
            if labels:
                best = (j, labels)
            while j + 1 < count and words[j] in _DASH and tokens[j].start == tokens[j - 1].end:
                j += 1
            if j >= count:
                break
            node = node.get(words[j])
        if best is not None:
            taken, labels = best
            start, end = tokens[i].start, tokens[taken - 1].end
            found.extend(Mark(label, start, end, i, taken) for label in labels)
    return found


@cache
def words_of(name: str) -> frozenset[str]:
    """The words of a plain list; lines that begin with "#" are comments."""
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())

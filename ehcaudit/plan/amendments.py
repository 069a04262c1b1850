"""What an amendment brought and took: tracked changes by author and date, and the keys of working documents.

A key is a line that says what a look means ("bold: the parents' additions; struck through: deletions"). Without one,
bold is a heading or emphasis and nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from ehcaudit.model import Block, Document, KeptApart, Mark
from ehcaudit.plan.lexicon import data, fold


@dataclass(frozen=True, slots=True)
class Change:
    """Words that were added, with their place."""

    text: str
    path: str
    block: int
    author: str = ""
    when: str = ""
    look: str = ""
    """``bold``, ``italic``, ``underline`` or ``highlight`` where a key says so; empty for a tracked change."""


@dataclass(frozen=True, slots=True)
class Amendments:
    """All that was added and deleted, in the order of the document."""

    added: tuple[Change, ...] = ()
    deleted: tuple[KeptApart, ...] = ()
    key: tuple[str, ...] = ()
    """The looks that the document's own key gives to additions."""


@cache
def _words() -> tuple[dict[str, re.Pattern[str]], re.Pattern[str], re.Pattern[str], re.Pattern[str], int]:
    words = data("amendments")
    looks = {name: re.compile(rf"\b(?:{pattern})\b") for name, pattern in words["look"].items()}
    struck, added = re.compile(words["struck"]), re.compile(rf"\b{words['added']}\b")
    return looks, struck, added, re.compile(rf"\b{words['removed']}\b"), words["longest"]


def find_key(blocks: Iterable[Block]) -> tuple[tuple[str, ...], frozenset[int]]:
    """The looks that mark additions, and the blocks that say so. Nothing where the document gives no key."""
    looks, struck, added, removed, longest = _words()
    found: dict[str, None] = {}
    places: set[int] = set()
    lines = [block for block in blocks if len(block.text) <= longest]
    # A word for a deletion stands in every key: "additions in bold" alone is a note to the reader.
    if not any(struck.search(fold(block.text)) and removed.search(fold(block.text)) for block in lines):
        return (), frozenset()
    for block in lines:
        # Each clause gives one look its meaning.
        for clause in re.split(r"[;,.\n]| and (?=\w+ (?:text|type|for|=|-))", fold(block.text)):
            named = [name for name, pattern in looks.items() if pattern.search(clause)]
            if not named and not struck.search(clause):
                continue
            if struck.search(clause) and removed.search(clause):
                places.add(block.id)
            elif added.search(clause) and not struck.search(clause):
                found.update(dict.fromkeys(named))
                places.add(block.id)
    return tuple(found), frozenset(places)


def find_amendments(document: Document) -> Amendments:
    """All that was added or deleted, by tracked changes or by the document's own key."""
    key, places = find_key(document.blocks)
    added: list[Change] = []
    for block in document.blocks:
        for mark in block.marks:
            if mark.kind == "inserted":
                added.append(_change(block, mark))
            elif mark.kind in key and block.id not in places and _is_addition(block, mark):
                added.append(replace(_change(block, mark), look=mark.kind))
    deleted = tuple(kept for kept in document.apart if kept.kind in ("deleted", "moved-from", "struck-through"))
    return Amendments(tuple(added), deleted, key)


def _change(block: Block, mark: Mark) -> Change:
    return Change(block.text[mark.start : mark.end], block.path, block.id, mark.author, mark.when)


def _is_addition(block: Block, mark: Mark) -> bool:
    """A marked stretch of running text, not a heading or a label that would be bold in any plan."""
    if block.kind == "heading":
        return False
    whole = mark.start == 0 and mark.end >= len(block.text)
    return not whole or len(block.text.split()) > 8 or block.text.rstrip().endswith(".")


def before(document: Document) -> Document:
    """The document without what its key marks as added; those words are kept apart as ``added``."""
    additions = [change for change in find_amendments(document).added if change.look]
    if not additions:
        return document
    spans: dict[int, list[Mark]] = {}
    for change in additions:
        block = document.blocks[change.block]
        spans.setdefault(block.id, []).extend(
            mark
            for mark in block.marks
            if mark.kind == change.look and block.text[mark.start : mark.end] == change.text
        )
    blocks = list(document.blocks)
    apart: list[KeptApart] = []
    for number, marks in spans.items():
        block = blocks[number]
        blocks[number], taken = _without(block, marks)
        apart += [KeptApart("added", words, block.path, number) for words in taken]
    return replace(document, blocks=tuple(blocks), apart=(*document.apart, *apart))


def _without(block: Block, gone: list[Mark]) -> tuple[Block, list[str]]:
    """The block without these stretches, and their words; the other marks keep theirs."""
    taken = bytearray(len(block.text))
    for mark in gone:
        taken[mark.start : mark.end] = b"\1" * (mark.end - mark.start)
    for mark in block.marks:
        if mark.kind == "put-back":
            taken[mark.start : mark.end] = bytes(mark.end - mark.start)
    words = [block.text[m.start() : m.end()].strip() for m in re.finditer(rb"\x01+", bytes(taken))]
    kept = [place for place, out in enumerate(taken) if not out]
    # Of two spaces that come to stand together one goes.
    kept = [p for n, p in enumerate(kept) if not (block.text[p] == " " and (n == 0 or block.text[kept[n - 1]] == " "))]
    while kept and block.text[kept[-1]] == " ":
        kept.pop()
    moved = {place: new for new, place in enumerate(kept)}
    marks = []
    for mark in block.marks:
        inside = [moved[place] for place in range(mark.start, mark.end) if place in moved]
        if inside:
            marks.append(replace(mark, start=inside[0], end=inside[-1] + 1))
    shorter = replace(block, text="".join(block.text[place] for place in kept), marks=tuple(marks))
    return shorter, [text for text in words if text]

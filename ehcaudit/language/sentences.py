"""Text → the places of its sentences. Abbreviations, initials and numbers do not end one."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

# Each branch looks back at the mark that it begins with, so that the search skips to the marks.
_STOP = re.compile(
    r"[.!?…;\n](?:(?<=[.!?…])(?<![.!?…].)[.!?…]*+[\"'”’)\]]*+\s+|(?<=;)\s*\n|(?<=\n)\n*)(?=[\"'“‘(\[]*\S)"
)
_WORD_BEFORE = re.compile(r"[\w.]+$")
_NUMBERING = re.compile(r"\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})\)?", re.I)
_TITLED = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|Miss|Prof|[A-Z])\.?\s+[A-Z]$")


@cache
def _abbreviations() -> tuple[frozenset[str], frozenset[str]]:
    text = (Path(__file__).parent.parent / "data" / "sentence_abbreviations.txt").read_text(encoding="utf-8")
    never, maybe = "\n".join(line for line in text.splitlines() if not line.startswith("#")).split("---")
    return frozenset(never.split()), frozenset(maybe.split())


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, white space at the ends left out; together they hold every other character."""
    never, maybe = _abbreviations()
    found: list[tuple[int, int]] = []
    start = 0
    for stop in _STOP.finditer(text):
        following = text[stop.end() : stop.end() + 3].lstrip("\"'“‘([")
        if text[stop.start()] == "." and text[stop.start() : stop.start() + 2] != "..":
            before = text[max(start, stop.start() - 20) : stop.start()]
            ends = _WORD_BEFORE.search(before)
            word = ends[0].lower() if ends else ""
            if word in never or (word in maybe and not following[:1].isupper()):
                continue
            if len(word) == 1 and word.isalpha() and _TITLED.search(before) and following[:1].isupper():
                continue
            if following[:1].islower():
                continue
            lead = text[start : stop.start()].strip()
            if len(lead) <= 6 and _NUMBERING.fullmatch(lead):
                continue  # "1. Sam will …": a number typed before the sentence.
        elif text[stop.start()] in "!?…" and following[:1].islower():
            continue
        found.append((start, stop.end()))
        start = stop.end()
    found.append((start, len(text)))
    spans = []
    for begin, end in found:
        part = text[begin:end]
        if part.strip():
            spans.append((begin + len(part) - len(part.lstrip()), begin + len(part.rstrip())))
    return spans

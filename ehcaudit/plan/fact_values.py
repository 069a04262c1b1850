"""The words of a label's value → the value and the place of its words; None where they say nothing."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from ehcaudit.language.words import listed
from ehcaudit.model import PlanStatus
from ehcaudit.plan.lexicon import data, dates_of, fold, pattern

Value = tuple[Any, int, int]
"""What words say, and where in them they say it."""


@cache
def word_set(key: str) -> frozenset[str]:
    """A list of single words of the data file."""
    return frozenset(listed(data("facts")["words"][key]))


def date_in(text: str, *, first: bool = False) -> Value | None:
    """The first date of a value; a date far behind other words is another matter's."""
    dates = dates_of(text)
    if not dates or dates[0].precision == "year" or (first and dates[0].start > 3):
        return None
    found = dates[0]
    return (found.date, found.start, found.end) if len(text[: found.start].split()) <= 8 else None


def _birth(text: str) -> Value | None:
    found = date_in(text)
    return found if found and dates_of(text)[0].precision == "day" else None


def _age(text: str) -> Value | None:
    match = re.match(r"\s*(?:aged? )?(\d{1,2})(?![\d/])", text)
    return (int(match[1]), match.start(1), match.end(1)) if match and int(match[1]) <= 25 else None


def _year_group(text: str) -> Value | None:
    folded = fold(text)
    if re.search(r"\d ?/ ?\d", folded):
        return None  # A class of two year groups does not tell the child's own.
    match = re.search(r"\b(?:year|yr|y|ncy|nc year)?[ .]?(?:group )?(\d{1,2})(?![\d/:])", folded[:40])
    early = pattern("facts", "words", "nursery").search(folded) or None
    reception = pattern("facts", "words", "reception").search(folded.strip())
    if reception and (match is None or reception.start() <= match.start()):
        at = folded.index(reception.group())
        return 0, at, at + len(reception.group())
    if early and (match is None or early.start() <= match.start()):
        return -1, early.start(), early.end()
    if match and 0 < int(match[1]) <= 14 and not dates_of(text):
        return int(match[1]), match.start() + (len(match.group()) - len(match.group().lstrip())), match.end()
    return None


def _key_stage(text: str) -> Value | None:
    folded = fold(text)
    if match := re.search(r"(?:key ?stage|ks)? ?([1-5])(?!\d)", folded[:24]):
        return int(match[1]), match.start(1), match.end(1)
    if match := re.search(r"\b(?:eyfs|early years|foundation)\b", folded):
        return 0, match.start(), match.end()
    return None


def name_of(text: str) -> Value | None:
    """A name: up to five words with capitals, or initials; nothing blacked out, in brackets or with a verb."""
    shown = text.strip(" ,;:|")
    shown = shown if shown.count(".") > 1 else shown.strip(" .")
    if not shown or len(shown) > 60 or pattern("facts", "words", "redacted").search(fold(shown)):
        return None
    words = re.sub(r"\([^()]*\)", " ", shown).replace(",", " ").split()
    small = word_set("in_names")
    if not 0 < len(words) <= 5 or not all(word[0].isupper() or word.lower() in small for word in words):
        return None
    start = text.index(shown)
    return shown, start, start + len(shown)


def _gender(text: str) -> Value | None:
    match = re.search(
        r"\b(?P<she>female|girl|woman|she|f)\b|\b(?P<he>male|boy|man|he|m)\b|\b(?P<they>they|non-?binary)\b", fold(text)
    )
    if match is None or (re.search(r"\bmale\b", fold(text)) and re.search(r"\bfemale\b", fold(text))):
        return None
    return match.lastgroup, match.start(), match.end()


@cache
def status_words() -> tuple[re.Pattern[str], ...]:
    """What says draft, amended and final."""
    return tuple(re.compile(rf"\b(?:{data('facts')['status'][key]})\b") for key in ("draft", "amended", "final"))


def status_in(text: str) -> tuple[PlanStatus, int, int] | None:
    """The one status that words say; None where they print a choice ("Draft/Proposed/Amended/Final")."""
    folded = fold(text)
    draft, amended, final = (list(p.finditer(folded)) for p in status_words())
    hits = sorted((*draft, *amended, *final), key=lambda m: m.start())
    if not hits or (draft and final and not pattern("facts", "status", "draft_of_final").search(folded)):
        return None
    between = [folded[a.end() : b.start()] for a, b in itertools.pairwise(hits)]
    if any(re.search(r"[/|,]|\bor\b|[☐□]", gap) for gap in between) or re.search(
        r"\bprevious\b|\bnot (?:a |the )?final\b", folded
    ):
        return None
    status: PlanStatus = "draft" if draft else "amended" if amended else "final"
    return status, hits[0].start(), hits[-1].end() if hits[-1].end() - hits[0].start() <= 40 else hits[0].end()


def _status_value(text: str) -> Value | None:
    if ticks(text):
        return ticked_in(text)
    return status_in(text)


def ticks(text: str) -> bool:
    """Whether a text has boxes, ticked or not."""
    folded = fold(text)
    return bool(
        pattern("facts", "status", "unticked").search(folded) or pattern("facts", "status", "ticked").search(folded)
    )


def ticked_in(text: str) -> Value | None:
    """The status whose box is ticked, in a line of statuses and boxes; None where none or several are."""
    folded = fold(text)
    ticked, empty = pattern("facts", "status", "ticked"), pattern("facts", "status", "unticked")
    status = re.compile("|".join(f"(?:{p.pattern})" for p in status_words()))
    words = list(status.finditer(folded))
    marks = sorted(
        [(m.start(), m.end(), True) for m in ticked.finditer(folded)]
        + [(m.start(), m.end(), False) for m in empty.finditer(folded)]
    )
    if not words or not any(on for *_, on in marks):
        return None
    box_first = marks[0][0] < words[0].start()
    chosen = []
    for a, b, on in marks:
        if not on:
            continue
        others = [m[0] for m in marks if m[0] > a] if box_first else [m[1] for m in marks if m[1] <= a]
        piece = (b, others[0] if others else len(folded)) if box_first else (others[-1] if others else 0, a)
        got = status_in(text[slice(*piece)])
        if got:
            chosen.append((got[0], piece[0] + got[1], piece[0] + got[2]))
    return chosen[0] if len(chosen) == 1 else None


READERS: Mapping[str, Callable[[str], Value | None]] = {
    **dict.fromkeys(("final", "amended", "current", "draft", "first", "review", "date"), date_in),
    "born": _birth,
    "age": _age,
    "year_group": _year_group,
    "key_stage": _key_stage,
    "name": name_of,
    "forename": name_of,
    "known_as": name_of,
    "gender": _gender,
    "pronoun": _gender,
    "status": _status_value,
}

"""A provision's words → what stands in them: amounts, people, clauses, words of content, and the sort of provision.

The word lists and patterns stand in ``data/provision.toml``, ``hedges.toml`` and ``generic_words.txt``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from ehcaudit.language.guarded import guarded
from ehcaudit.language.lexicons import Mark, Table, add, find, phrases, plural, read_toml, words_of
from ehcaudit.language.people import Person, find_people
from ehcaudit.language.pipeline import Token, fold, tokens
from ehcaudit.language.quantities import Quantity, amounts

_PROMISE = r"(?:the |a |an )?\w+ (?:will|to|should|may|can)\b"
_FOLLOWS = r"with|which|who|where|while|whilst|although|though|plus|alongside|so|or|and|to be|led|in|given|delivered"
# Each branch begins with a plain character, so that the search skips the places where none of them stands.
_BREAK = re.compile(
    rf"\. +|; +|: +| - | +(?:and|but) (?={_PROMISE})| +and (?:will|may|can|should) |"
    rf", +(?:and|but) (?={_PROMISE})|, +(?:{_FOLLOWS})\b"
)


_DIGIT = re.compile(r"\d")
_FIGURE = frozenset("#")


class Clause(NamedTuple):
    """A stretch of the text that says one thing."""

    start: int
    end: int


def clauses_of(folded: str) -> list[Clause]:
    """The clauses of a folded text, in order; together they cover it."""
    out: list[Clause] = []
    start = 0
    for match in _BREAK.finditer(folded):
        if match.start() > start:
            out.append(Clause(start, match.start()))
            start = match.start()
    out.append(Clause(start, len(folded)))
    return out


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The word lists and patterns of provisions, loaded once."""

    table: Table
    generic: frozenset[str]
    patterns: Mapping[str, re.Pattern[str]]
    cues: Mapping[str, frozenset[str]]
    """For some patterns the words of which one stands in every text that they match."""
    things: frozenset[str]
    hedging: frozenset[str]
    """Labels of words that promise nothing, so that they are no content."""
    words: Mapping[str, frozenset[str]]
    bare: frozenset[str]
    """Things that sort a provision and name nothing: "therapy", "programme", "equipment"."""


@cache
def lexicon() -> Lexicon:
    """The word lists and patterns of provisions."""
    data, hedges = read_toml("provision.toml"), read_toml("hedges.toml")
    table: Table = {}
    for label, block in data["things"].items():
        add(table, label, phrases(block), inflect="noun")
    for label, block in data["people"].items():
        add(table, label, phrases(block))
    add(table, "act", phrases(data["acts"]["concrete"]), inflect="verb")
    for label, block in hedges.items():
        if label != "outcome":
            add(table, label, phrases(block))
    patterns = {name: guarded(pattern) for name, pattern in data["grammar"].items()}
    bare = [" ".join(phrase) for phrase in phrases(data["bare"]["things"])]
    return Lexicon(
        table,
        words_of("generic_words.txt"),
        patterns,
        {name: frozenset(block.split()) for name, block in data["cues"].items()},
        frozenset(data["things"]),
        frozenset({"collective", *hedges} - {"outcome", "minimum", "side", "state"}),
        {name: frozenset(block.split()) for name, block in data["words"].items()},
        frozenset((*bare, *map(plural, bare))),
    )


@dataclass(slots=True)
class Reading:
    """One provision while it is read."""

    text: str
    folded: str
    tokens: list[Token]
    words: frozenset[str]
    """Its words, with "#" where there is a figure."""
    marks: list[Mark]
    amounts: list[Quantity]
    people: list[Person]
    clauses: list[Clause]
    columns: Mapping[str, str]
    purpose: int
    """Where the words of purpose begin."""
    content: list[tuple[int, int, float]] = field(default_factory=list)
    """Words that name something: place and weight."""

    def marked(self, *labels: str) -> list[Mark]:
        """The marks with one of these labels, in order."""
        return [m for m in self.marks if m.label in labels]

    def search(self, name: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        """The first place of a pattern of ``data/provision.toml``; not looked for where none of its cues stands."""
        cues = lexicon().cues.get(name)
        if cues is not None and cues.isdisjoint(self.words):
            return None
        return lexicon().patterns[name].search(self.folded, start, len(self.folded) if end is None else end)

    def spans(self, name: str) -> list[tuple[int, int]]:
        """The places of a pattern, as ``search`` finds them."""
        cues = lexicon().cues.get(name)
        if cues is not None and cues.isdisjoint(self.words):
            return []
        return [m.span() for m in lexicon().patterns[name].finditer(self.folded)]

    def of_kind(self, *kinds: str) -> list[Quantity]:
        """The amounts of these kinds, in order."""
        return [q for q in self.amounts if q.kind in kinds]


def read(text: str, columns: Mapping[str, str]) -> Reading:
    """Everything that the judging of one provision looks at."""
    folded = fold(text)
    words = lexicon()
    row = tokens(folded)
    marks = find(words.table, row)
    purpose = words.patterns["purpose"].search(folded)
    reading = Reading(
        text,
        folded,
        row,
        frozenset(token.word for token in row) | _FIGURE if _DIGIT.search(folded) else frozenset(t.word for t in row),
        marks,
        amounts(folded, row),
        find_people(text, words=row),
        clauses_of(folded),
        columns,
        purpose.start() if purpose else len(text),
    )
    reading.content = _content(reading)
    return reading


def pattern(name: str) -> re.Pattern[str]:
    """One pattern of ``data/provision.toml``."""
    return lexicon().patterns[name]


def _content(reading: Reading) -> list[tuple[int, int, float]]:
    """The places of words that name something: marks of things and acts, and words that are not generic or a name."""
    lex = lexicon()
    generic, things, bare, words = lex.generic, lex.things, lex.bare, lex.words
    out: list[tuple[int, int, float]] = []
    named = [(m.start, m.end) for m in reading.marks if m.label in things or m.label == "act"]
    spans = dict(sorted(named))
    dull = [
        *((m.start, m.end) for m in reading.marks if m.label in lexicon().hedging),
        *(
            (p.start, p.end) for p in reading.people if spans.get(p.start, 0) <= p.end
        ),  # "parent-child interaction therapy"
        *reading.spans("credential"),
    ]
    row = reading.tokens
    taken = describing = -1
    off = bytearray(len(reading.text) + 1)
    for quantity in reading.amounts:
        # It takes its own words, not a thing named in it: "two sessions of hydrotherapy a week".
        off[quantity.start : quantity.end] = b"\x02" * (quantity.end - quantity.start)
    for a, b in dull:
        off[a:b] = b"\x01" * (b - a)
    for i, token in enumerate(row):
        if token.start < taken:
            continue
        end = spans.get(token.start)
        if end is not None:
            if reading.folded[token.start : end] not in bare and off[token.start] != 1:
                out.append((token.start, end, 1.0))
            taken = end
            continue
        word = token.word
        if word in ("who", "whom"):
            describing = next((c.end for c in reading.clauses if c.start <= token.start < c.end), 0)
            promise = next((t.start for t in row[i + 1 : i + 12] if t.word in words["promise"]), describing)
            describing = min(describing, promise)  # "the adult who leads will show him …"
        if token.start < describing:
            continue
        if len(word) < 3 or not word[0].isalpha() or word in generic or off[token.start]:
            continue
        if reading.text[token.start].isupper() and not reading.text[token.start : token.end].isupper():
            after = row[i + 1].word if i + 1 < len(row) else ""
            before = row[i - 1].word if i else ""
            if after in words["name_after"] or before in words["name_before"]:
                continue
        out.append((token.start, token.end, 0.6))
    return out


def _reviewed_from(reading: Reading) -> int:
    """Where a sentence begins that only says who reviews it ("The therapist will review how this works with him")."""
    after = (m.end() for m in re.finditer(r"\.\s+", reading.folded))
    review = lexicon().patterns["review"]
    ends = ((start, reading.folded.find(". ", start)) for start in after)
    places = (
        start for start, end in ends if review.search(reading.folded, start, end if end > 0 else len(reading.folded))
    )
    return next(places, len(reading.folded))


def sort_of(reading: Reading, section: str) -> str:
    """What sort of provision it is: the section settles social care, else the words that weigh most."""
    patterns = lexicon().patterns
    if section in ("H", "H1", "H2", "D"):
        return "care"
    if reading.search("training", 0, reading.purpose):
        return "training"
    weights: dict[str, float] = {}
    first = True
    scopes = reading.of_kind("scope")
    for mark in reading.marks:
        if any(q.start < mark.start and mark.end <= q.end for q in scopes):
            continue  # "in maths" says where
        if mark.label in lexicon().things and mark.label != "training":
            weight = 1.0 if mark.start < reading.purpose else 0.3
            if reading.folded[mark.start : mark.end] in lexicon().bare:
                weight *= 0.4
            if mark.label in ("meeting", "assessment", "care", "transport"):
                weight *= 0.8 if section in ("", "G") or mark.label != "care" else 0.5
            weights[mark.label] = weights.get(mark.label, 0.0) + weight + (1.0 if first else 0.0)
            first = False
    best = max(weights, key=lambda k: weights[k], default="other")
    teacher = any(p.group in ("specialist", "school", "vague") for p in reading.people) or bool(
        reading.of_kind("duration")
    )
    reviewed = _reviewed_from(reading)
    taught = reading.search("teaches", 0, reviewed)
    if teacher and best in ("equipment", "environment", "strategy", "other") and taught:
        therapist = any(p.key in lexicon().words["therapists"] for p in reading.people)
        return "therapy" if therapist else "teaching"
    weight = weights.get(best, 0.0)
    dosed = any(q.start < reviewed for q in reading.of_kind("duration", "frequency"))
    everyone = teacher or reading.marked("collective")
    if best == "teaching" and weight < 1.6 and scopes and everyone and not dosed:
        best = "strategy"  # "Whoever is teaching him, in every lesson, will …"
    staffed = reading.search("staffing") if best != "care" and weight < 3.5 else None
    if staffed and weight < 2.0 + (1.5 if staffed.start() < 12 else 0.0):
        return "staffing"
    if section == "G" and best in ("other", "care", "strategy"):
        return "medical"
    if best == "other" and not reading.of_kind("duration"):
        if patterns["classroom_act"].match(reading.folded) and not reading.of_kind("frequency"):
            return "strategy"  # "All teachers let him answer by pointing"
        if not (reading.people or reading.search("supplied")):
            return "thing"  # "A tactile map of the school": a thing that no list names
    return best

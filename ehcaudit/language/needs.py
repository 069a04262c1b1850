"""A need's words, and the words of the child's views, → slots and faults.

A need is one concrete functional fact with its extent or effect: a label, the name of an area or "complex" gives
nothing that provision could be matched to. Views are the child's when they are the child's own words, or say what the
child said or did, with something that is this child's alone (Code of Practice 9.69).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from ehcaudit.language.guarded import guarded
from ehcaudit.language.lexicons import Mark, Table, add, find, phrases, read_toml, words_of
from ehcaudit.language.pipeline import Token, fold, tokens
from ehcaudit.language.quantities import amounts
from ehcaudit.language.values import Fault, Judgement, Slot, verdict_of

NEED_SLOTS = ("diagnosis", "difficulty", "measure", "effect")
VOICE_SLOTS = ("speaker", "detail", "gathered")
_YEAR = re.compile(r"\s(?:19|20)\d\d\b")
_NEED, _VOICE = 1.8, 2.1
"""Points from which a need, and a statement of views, says enough."""


@dataclass(frozen=True, slots=True)
class _Lexicon:
    table: Table
    patterns: Mapping[str, re.Pattern[str]]
    generic: frozenset[str]


@cache
def _lexicon(kind: str) -> _Lexicon:
    """The word lists and patterns of a need or of views."""
    data = read_toml("needs.toml")[kind]
    lists = ("diagnosis", "vague", "provision") if kind == "need" else ("generic",)
    table: Table = {}
    for label in lists:
        add(table, label, phrases(data[label]))
    if kind == "need":
        verbs = read_toml("verbs.toml")
        add(table, "act", phrases(verbs["observable"]), inflect="verb")
    patterns = {name: guarded(text) for name, text in data.items() if name not in lists}
    return _Lexicon(table, patterns, words_of("generic_words.txt"))


def _own(text: str, row: list[Token], marks: Iterable[Mark], generic: frozenset[str]) -> list[Token]:
    """The words that are in no list and not generic: they name something of this child's."""
    covered = {i for m in marks for i in range(m.first, m.last)}
    return [
        t
        for i, t in enumerate(row)
        if i not in covered
        and len(t.word) > 2
        and t.word[0].isalpha()
        and t.word not in generic
        and not (text[t.start].isupper() and i == 0 and len(row) > 1 and row[1].word in ("has", "is", "'s", "can"))
    ]


def judge_need(text: str) -> Judgement:
    """Slots, faults and verdict of one need. Faults: vague, label-only, no-effect, provision-in-need."""
    folded, lex = fold(text), _lexicon("need")
    row = tokens(folded)
    marks = find(lex.table, row)
    by = {label: [m for m in marks if m.label == label] for label in ("diagnosis", "vague", "provision", "act")}
    by["act"] = [m for m in by["act"] if not _YEAR.match(folded, m.end)]  # "March 2023"
    measures = [m.span() for m in lex.patterns["measure"].finditer(folded)]
    effect = lex.patterns["effect"].search(folded)
    own = _own(text, row, marks, lex.generic)
    points = min(2.2, 1.4 * len(measures)) + min(2.0, 0.7 * len(by["act"])) + min(1.5, 0.3 * len(own))
    points += 0.7 * bool(effect) + 0.9 * bool(lex.patterns["evidence"].search(folded)) * bool(own or measures)
    points += 1.2 * bool(lex.patterns["leaning"].match(folded))
    points -= min(1.8, 0.4 * len(by["vague"]))
    given = lex.patterns["provided"].search(folded)
    if given and any(q.kind in ("duration", "frequency") for q in amounts(folded, row)):
        points -= 2.5  # "needs a programme for 20 minutes a day": the minutes are those of help
    whole = (0, len(text))
    faults: list[Fault] = []
    strong = points >= _NEED
    if by["provision"] or given:
        found = by["provision"][0] if by["provision"] else None
        span = (found.start, found.end) if found else given.span() if given else whole
        faults.append(Fault("provision-in-need", *span, serious=not strong))
    if not strong and by["diagnosis"] and not by["act"] and not measures and len(own) < 3:
        faults.append(Fault("label-only", by["diagnosis"][0].start, by["diagnosis"][0].end, serious=True))
    elif not strong:
        place = by["vague"][0] if by["vague"] else None
        faults.append(Fault("vague", *((place.start, place.end) if place else whole), serious=True))
    if not effect and not measures and not by["act"]:
        faults.append(Fault("no-effect", *whole, serious=False))
    slots: dict[str, Slot | None] = dict.fromkeys(NEED_SLOTS)
    for name, stretch in (
        ("diagnosis", (by["diagnosis"][0].start, by["diagnosis"][0].end) if by["diagnosis"] else None),
        ("difficulty", _around(own, by["act"])),
        ("measure", measures[0] if measures else None),
        ("effect", (effect.start(), len(text)) if effect else None),
    ):
        slots[name] = Slot(*stretch, text[slice(*stretch)]) if stretch else None
    return verdict_of("need", text, slots, faults, points / 5, query=_NEED <= points < _NEED + 0.1)


def _around(own: list[Token], acts: list[Mark]) -> tuple[int, int] | None:
    """The stretch from the first to the last word of substance."""
    places = [(t.start, t.end) for t in own] + [(m.start, m.end) for m in acts]
    return (min(a for a, _ in places), max(b for _, b in places)) if places else None


def judge_voice(text: str) -> Judgement:
    """Slots, faults and verdict of a statement of views. Faults: third-person, vague."""
    folded, lex = fold(text), _lexicon("voice")
    row = tokens(folded)
    own = _own(text, row, find(lex.table, row), lex.generic)
    found = {name: pattern.search(folded) for name, pattern in lex.patterns.items()}
    voice = found["first_person"] or found["quoted"] or found["reported"]
    points = (1.0 if found["first_person"] or found["quoted"] else 0.8 if voice else 0.0) + min(2.0, 0.3 * len(own))
    points += 0.3 * bool(found["gathered"])
    whole = (0, len(text))
    faults: list[Fault] = []
    if not voice:
        faults.append(Fault("third-person", *whole, serious=True))
    if points < _VOICE and (voice or len(own) < 3):
        faults.append(Fault("vague", *whole, serious=True))
    slots: dict[str, Slot | None] = dict.fromkeys(VOICE_SLOTS)
    for name, span in (
        ("speaker", voice.span() if voice else None),
        ("detail", _around(own, [])),
        ("gathered", found["gathered"].span() if found["gathered"] else None),
    ):
        slots[name] = Slot(*span, text[slice(*span)]) if span else None
    return verdict_of("voice", text, slots, faults, points / 4, query=False)

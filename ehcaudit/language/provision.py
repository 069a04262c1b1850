"""A provision's words → its sort, slots and faults.

What a provision has to say depends on its sort. Therapy and teaching: content, how often, how long, by whom. Equipment,
environment, strategies, exam arrangements, medical procedures: the concrete thing, and where or when. Training: who, in
what, by whom or by when. Staffing: hours of a period or lessons covered, and the task. Social care: hours and a kind.
A hedge is weighed by where it sits (``hedging``). Sources: Code of Practice 9.69; Worcestershire v SE [2020] UKUT 217.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from ehcaudit.language.hedging import Clause, clauses_of, weigh_hedges
from ehcaudit.language.lexicons import Mark, Table, add, find, phrases, plural, read_toml, words_of
from ehcaudit.language.people import Person, find_people
from ehcaudit.language.pipeline import Token, fold, tokens
from ehcaudit.language.quantities import Quantity, amounts
from ehcaudit.language.values import Fault, Judgement, Slot, attached_slot, verdict_of

SLOTS = ("what", "who", "frequency", "duration", "group", "setting", "review", "qualification")
_SORTS = {"exam": "strategy", "meeting": "other"}
_EACH_PERIOD = re.compile(
    r"(?:every|each) (?:other |second |single |school |academic |\w+ )?(?:day|week|fortnight|month|half[- ]?term|term|year|morning|"
    r"afternoon|evening|night|weekend|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|"
    r"september|october|november|december|autumn|spring|summer)"
)
_SESSIONS = frozenset(("therapy", "teaching", "assessment", "meeting", "other"))
_THINGS = frozenset(("equipment", "environment", "strategy", "exam", "medical"))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The word lists and patterns of provisions, loaded once."""

    table: Table
    generic: frozenset[str]
    patterns: Mapping[str, re.Pattern[str]]
    things: frozenset[str]
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
    patterns = {name: re.compile(pattern) for name, pattern in data["grammar"].items()}
    bare = frozenset(form for phrase in phrases(data["bare"]["things"]) for form in (" ".join(phrase), plural(" ".join(phrase))))
    return Lexicon(table, words_of("generic_words.txt"), patterns, frozenset(data["things"]), bare)


@dataclass(slots=True)
class Reading:
    """One provision while it is read."""

    text: str
    folded: str
    tokens: list[Token]
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

    def of_kind(self, *kinds: str) -> list[Quantity]:
        """The amounts of these kinds, in order."""
        return [q for q in self.amounts if q.kind in kinds]


def judge_provision(text: str, section: str = "", attached: Mapping[str, str] | None = None) -> Judgement:
    """Slots, faults and verdict of one provision; ``attached`` are the other columns of its row."""
    reading = _read(text, {k: v for k, v in (attached or {}).items() if v.strip()})
    sort = _sort(reading, section)
    return _Weighing(reading, sort).judgement()


def _read(text: str, columns: Mapping[str, str]) -> Reading:
    folded = fold(text)
    words = lexicon()
    row = tokens(folded)
    marks = find(words.table, row)
    purpose = words.patterns["purpose"].search(folded)
    reading = Reading(
        text,
        folded,
        row,
        marks,
        amounts(folded),
        find_people(text, words=row),
        clauses_of(folded),
        columns,
        purpose.start() if purpose else len(text),
    )
    reading.content = _content(reading)
    return reading


_HEDGING = frozenset(
    "amount equivalent up_to delegated points_elsewhere recommended not_provision funding universal vague_frequency "
    "vague_amount collective".split()
)
_THERAPISTS = frozenset(("speech-and-language", "occupational-therapist", "physiotherapist", "therapist"))
_NAME_AFTER = frozenset(["will", "should", "must", "requires", "needs", "has", "is", "would", "to", "'s", "shall", "can", "receives", "may"])
_NAME_BEFORE = frozenset(["for", "with", "help", "support", "assist", "enable", "allow", "around", "by", "supports", "helps", "encourage", "ensure"])


def _content(reading: Reading) -> list[tuple[int, int, float]]:
    """The places of words that name something: marks of things and acts, and words that are not generic or a name."""
    generic, things, bare = lexicon().generic, lexicon().things, lexicon().bare
    out: list[tuple[int, int, float]] = []
    dull = [
        *((m.start, m.end) for m in reading.marks if m.label in _HEDGING),
        *((p.start, p.end) for p in reading.people),
        *((q.start, q.end) for q in reading.amounts if q.kind != "scope"),
    ]
    named = [(m.start, m.end) for m in reading.marks if m.label in things or m.label == "act"]
    row = reading.tokens
    taken = describing = -1
    spans = {a: b for a, b in sorted(named)}
    off = bytearray(len(reading.text) + 1)
    for a, b in dull:
        off[a:b] = b"\x01" * (b - a)
    for i, token in enumerate(row):
        if token.start < taken:
            continue
        end = spans.get(token.start)
        if end is not None:
            if reading.folded[token.start : end] not in bare and not off[token.start]:
                out.append((token.start, end, 1.0))
            taken = end
            continue
        word = token.word
        if word in ("who", "whom"):
            describing = next((c.end for c in reading.clauses if c.start <= token.start < c.end), 0)
        if token.start < describing:
            continue
        if len(word) < 3 or not word[0].isalpha() or word in generic or off[token.start]:
            continue
        if reading.text[token.start].isupper() and not reading.text[token.start : token.end].isupper():
            after = row[i + 1].word if i + 1 < len(row) else ""
            before = row[i - 1].word if i else ""
            if after in _NAME_AFTER or before in _NAME_BEFORE:
                continue
        out.append((token.start, token.end, 0.6))
    return out


def _sort(reading: Reading, section: str) -> str:
    """What sort of provision it is: the section settles social care, else the words that weigh most."""
    patterns = lexicon().patterns
    if section in ("H", "H1", "H2", "D"):
        return "care"
    if patterns["training"].search(reading.folded[: reading.purpose]):
        return "training"
    weights: dict[str, float] = {}
    first = True
    for mark in reading.marks:
        if mark.label in lexicon().things and mark.label != "training":
            weight = 1.0 if mark.start < reading.purpose else 0.3
            if reading.folded[mark.start : mark.end] in lexicon().bare:
                weight *= 0.4
            if mark.label in ("meeting", "assessment", "care", "transport"):
                weight *= 0.8
            weights[mark.label] = weights.get(mark.label, 0.0) + weight + (1.0 if first else 0.0)
            first = False
    best = max(weights, key=lambda k: weights[k], default="other")
    staffed = patterns["staffing"].search(reading.folded)
    if staffed and weights.get(best, 0.0) < 2.0 + (1.5 if staffed.start() < 12 else 0.0) and best != "care":
        return "staffing"
    if section == "G" and best in ("other", "care", "strategy"):
        return "medical"
    return best


class _Weighing:
    """Slots, points and faults of one reading."""

    def __init__(self, reading: Reading, sort: str) -> None:
        self.reading = reading
        self.sort = sort
        self.slots: dict[str, Slot | None] = dict.fromkeys(SLOTS)
        self.faults: list[Fault] = []
        self.whole = (0, len(reading.text))

    # ------------------------------------------------ slots
    def _slot(self, name: str, spans: list[tuple[int, int]], *columns: str) -> None:
        for column in columns:
            if column in self.reading.columns:
                self.slots[name] = attached_slot(self.reading.columns[column])
                return
        if spans:
            a, b = spans[0]
            while b > a and self.reading.text[b - 1] in " ,;":
                b -= 1
            self.slots[name] = Slot(a, b, self.reading.text[a:b])

    def _fill(self) -> None:
        reading, patterns = self.reading, lexicon().patterns
        frequency = [
            q
            for q in reading.of_kind("frequency", "scope")
            if not re.fullmatch(r"term[- ]time", reading.folded[q.start : q.end])
        ]
        exact = [q for q in frequency if q.kind == "frequency" or _EACH_PERIOD.match(reading.folded, q.start)]
        clock = [m.span() for m in patterns["clock"].finditer(reading.folded)]
        when = [(q.start, q.end) for q in exact or frequency] or clock
        self._slot("frequency", when, "frequency")
        self.exact, self.scopes, self.clock = exact, [q for q in frequency if q.kind == "scope"], clock
        column = fold(reading.columns.get("frequency", ""))
        self.column_amounts = amounts(column) if column else []
        spans = [(q.start, q.end) for q in reading.of_kind("duration")]
        inside = [
            m.span()
            for q in exact
            for m in re.finditer(
                r"(?:\d+(?:\.\d+)?|an?|one|two|three|four|five|six|half an)[- ]?(?:hours?|hrs?|minutes?|mins?)\b",
                reading.folded[q.start : q.end],
            )
        ]
        self.duration = spans or [(q.start, q.end) for q in exact if re.search(r"hour|hr|min", _of(reading, q))]
        del inside
        self._slot("duration", self.duration, "duration")
        if self.slots["duration"] is None and any(q.kind == "duration" for q in self.column_amounts):
            self.slots["duration"] = attached_slot(reading.columns["frequency"])
        self._slot("group", [(q.start, q.end) for q in reading.of_kind("ratio")], "group")
        self._slot("setting", [m.span() for m in patterns["place"].finditer(reading.folded)], "setting", "where")
        self._slot("qualification", [(m.start, m.end) for m in reading.marked("qualified")], "qualification")
        reviews = [
            m.span()
            for m in re.finditer(
                r"\breview(?:ed|s|ing)?\b|\bmonitored\b|\bevaluated\b|\bchecked\b|\bupdated\b", reading.folded
            )
        ]
        self._slot("review", reviews, "review")
        self._people()
        places = [c for c in reading.content if c[0] < reading.purpose] or reading.content
        if places:
            a = places[0][0]
            b = max(e for s, e, _ in places if s - a < 90)
            self.slots["what"] = Slot(a, b, reading.text[a:b])

    def _people(self) -> None:
        reading = self.reading
        named = [p for p in reading.people if p.group not in ("vague", "child", "family")]
        keyed = [p for p in reading.people if p.group == "vague" and re.match(r"(?:key|named|trained)\b", fold(p.text))]
        family = [p for p in reading.people if p.group == "family"]
        vague = [p for p in reading.people if p.group == "vague" and p not in keyed]
        collective = reading.marked("collective")
        self.named = named or keyed
        self.anyone = [
            *((p.start, p.end) for p in (*named, *keyed)),
            *((m.start, m.end) for m in collective),
            *((p.start, p.end) for p in family),
        ]
        self.vague = [(p.start, p.end) for p in vague]
        self._slot("who", self.anyone[:1] or self.vague[:1], "who")
        if "who" in reading.columns:
            self.anyone = self.anyone or [(-1, -1)]

    # ------------------------------------------------ points
    def judgement(self) -> Judgement:
        """The judgement of the reading."""
        self._fill()
        reading = self.reading
        solid = sum(w if a < reading.purpose else 0.5 * w for a, _, w in reading.content)
        if any(p.key in _THERAPISTS for p in reading.people):
            solid += 0.6
        timed = bool(self.exact or self.clock or (self.slots["frequency"] and "frequency" in reading.columns))
        when = timed or bool(self.scopes)
        points, need = self._points(solid, timed=timed, when=when)
        for fault, cost in weigh_hedges(reading, exact=points - need, sort=self.sort):
            self.faults.append(fault)
            points -= cost
        weak = points < need
        self._missing(solid, timed=timed, when=when, weak=weak)
        grave = any(f.serious for f in self.faults)
        if weak and not grave:
            self.faults.append(Fault("no-content", *self.whole, serious=True))
        margin = points - need
        query = (not any(f.serious for f in self.faults) and margin < 0.25) or (
            weak and margin > -0.3 and not grave
        )
        return verdict_of(
            "provision",
            reading.text,
            self.slots,
            self.faults,
            points / 6,
            query=query,
            sort=_SORTS.get(self.sort, self.sort),
        )

    def _points(self, solid: float, *, timed: bool, when: bool) -> tuple[float, float]:
        """The points of the reading and how many its sort needs."""
        reading, sort = self.reading, self.sort
        patterns = lexicon().patterns
        who = 1.0 if self.anyone else (0.2 if self.vague else 0.0)
        length = 1.0 if self.slots["duration"] else 0.0
        group = 0.5 if self.slots["group"] else 0.0
        place = 0.4 if self.slots["setting"] else 0.0
        measures = 0.7 if patterns["measure"].search(reading.folded) else 0.0
        dated = 0.8 if patterns["by_when"].search(reading.folded) else 0.0
        if sort == "care":
            return 1.2 * min(1.0, solid) + 1.2 * when + 0.8 * length + 0.4 * who + dated, 2.0
        if sort == "training":
            return (
                min(1.0, 0.6 * max(0.0, solid - 0.5))
                + (0.5 if self.anyone or self.vague else 0.0)
                + (1.0 if len({p.key for p in self.named}) > 0 else 0.0)
                + length
                + 0.7 * timed
                + dated
            ), 2.4
        if sort == "staffing":
            full = re.search(
                r"\bfull[- ]?time\b|\ball day\b|\bat all times\b|throughout (?:the|every|each|all)|every lesson|each lesson|all lessons|\bhours? (?:a|per|each|every) (?:day|week)|whenever",
                reading.folded,
            )
            amount = 1.6 if (timed and length) or full else (1.0 if self.scopes else (0.6 if when or length else 0.0))
            if not length and any(
                re.search(r"level|degree|amount", reading.folded[m.start : m.end]) for m in reading.marked("vague_amount")
            ):
                amount = 0.3
            return amount + min(1.2, 0.6 * solid) + 0.8 * who + group, 2.4
        if sort in _THINGS:
            concrete = min(2.0, 0.7 * solid) - 0.4 * len(reading.marked("universal"))
            located = when or place or measures or dated
            extra = 1.0 * when + place + measures + 0.6 * bool(self.anyone) + 0.4 * length + dated
            return (concrete if located else min(1.6, concrete)) + extra, 2.0
        if sort == "transport":
            return min(1.2, 0.6 * solid) + when + 0.6 * who + 0.5 * place, 2.0
        content = min(1.0, solid) + min(0.6, 0.2 * max(0.0, solid - 1)) - (0.8 if solid < 0.6 else 0.0)
        return content + 1.0 * timed + 0.5 * (when and not timed) + length + 0.8 * who + group + 0.2 * place, 2.4

    # ------------------------------------------------ what is missing
    def _missing(self, solid: float, *, timed: bool, when: bool, weak: bool) -> None:
        reading, sort = self.reading, self.sort
        vague_time = reading.marked("vague_frequency")
        vague_much = reading.marked("vague_amount")

        def note(code: str, place: tuple[int, int] | None = None, *, serious: bool) -> None:
            self.faults.append(Fault(code, *(place or self.whole), serious=serious))

        if sort not in _THINGS and solid < 1 and sort != "care":
            note("no-content", serious=weak)
        if sort in _SESSIONS or sort in ("therapy", "care", "staffing"):
            if not when:
                if vague_time:
                    note("vague-frequency", (vague_time[0].start, vague_time[0].end), serious=True)
                else:
                    note("no-frequency", serious=weak or sort in _SESSIONS | {"therapy"})
            if not self.slots["duration"] and sort in _SESSIONS | {"therapy"} and not self.scopes:
                note("no-duration", serious=False)
        if vague_much and weak:
            note("vague-amount", (vague_much[0].start, vague_much[0].end), serious=True)
        if sort not in ("equipment", "environment", "exam", "care", "transport"):
            if not self.anyone and self.vague:
                note("vague-deliverer", self.vague[0], serious=weak)
            elif not self.anyone:
                note("no-deliverer", serious=weak)
        if sort == "equipment" and weak:
            note("equipment-unspecified", serious=True)
        if sort == "training" and weak:
            note("training-unspecified", serious=True)
        expert = reading.marked("expert_task")
        if expert and not self.slots["qualification"] and not any(p.group == "specialist" for p in reading.people):
            note("no-qualification", (expert[0].start, expert[0].end), serious=False)
        if not self.slots["review"]:
            note("no-review", serious=False)


def _of(reading: Reading, quantity: Quantity) -> str:
    return reading.folded[quantity.start : quantity.end]

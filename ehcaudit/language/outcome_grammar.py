"""The grammar of an outcome: where it begins, who is to change, the head verb, and what can be counted.

[by when,] who will do what, how well or how independently, where [, so that …]. The head is the first verb after the
subject; wrappers ("be able to", "manage to") are passed over. Words and patterns stand in ``data/outcome.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ehcaudit.language.dates import find_times
from ehcaudit.language.guarded import guarded
from ehcaudit.language.lexicons import Mark, Table, add, find, phrases, read_toml, words_of
from ehcaudit.language.people import find_people
from ehcaudit.language.pipeline import Token, fold, tokens
from ehcaudit.language.quantities import Quantity, amounts, number_at, shares

Span = tuple[int, int]
_VERBS = ("receiving", "vague", "observable", "plain", "soft")
_HEADS = (*_VERBS, "state")
_WORD = re.compile(r"[\w'-]+")
_GAP = " ,:;-("


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The word lists and patterns of outcomes, loaded once."""

    table: Table
    countable: Table
    generic: frozenset[str]
    words: Mapping[str, frozenset[str]]
    patterns: Mapping[str, re.Pattern[str]]
    wrapper: re.Pattern[str]
    setting: re.Pattern[str]
    resource: re.Pattern[str]


@cache
def lexicon() -> Lexicon:
    """The word lists and patterns of outcomes."""
    verbs, measures, data = read_toml("verbs.toml"), read_toml("measures.toml"), read_toml("outcome.toml")
    table: Table = {}
    for label in _VERBS:
        add(table, label, phrases(verbs[label]), inflect="verb")
    for label in ("state", "aspiration"):
        add(table, label, phrases(verbs[label]))
    add(table, "help", phrases(measures["help_level"]))
    add(table, "fuzzy", phrases(measures["vague"]))
    add(table, "hedge", phrases(read_toml("hedges.toml")["outcome"]))
    countable: Table = {}
    add(countable, "countable", phrases(measures["countable"]), inflect="noun")
    patterns = data["patterns"]
    wrappers = "|".join(data["wrappers"].values())
    setting = f"{patterns['preposition']} (?:{patterns['before_place']} )*?{patterns['place']}"
    return Lexicon(
        table,
        countable,
        words_of("generic_words.txt"),
        {name: frozenset(block.split()) for name, block in data["words"].items()},
        {name: guarded(pattern) for name, pattern in patterns.items()},
        guarded(f"(?:{wrappers}) "),
        guarded(setting),
        guarded(patterns["resource_before"] + patterns["resource"]),
    )


@dataclass(slots=True)
class Reading:
    """One outcome while it is read."""

    text: str
    folded: str
    tokens: list[Token]
    marks: list[Mark]
    times: list[Span]
    amounts: list[Quantity]
    shares: list[Quantity]

    def inside(self, start: int, end: int) -> bool:
        """Whether a place is part of the words that say by when."""
        return any(a < end and start < b for a, b in self.times)

    def marked(self, label: str, after: int = 0, before: int = 1 << 30) -> list[Mark]:
        """The marks with a label that start in the stretch, outside the time words."""
        return [
            m for m in self.marks if m.label == label and after <= m.start < before and not self.inside(m.start, m.end)
        ]

    def verb_at(self, place: int) -> bool:
        """Whether a verb of the lexicons starts at a place."""
        return any(m.start == place and m.label in _VERBS for m in self.marks)


def read(text: str) -> Reading:
    """The tokens, marks, times and quantities of one outcome."""
    folded = fold(text)
    row = tokens(folded)
    times = [(t.start, t.end) for t in find_times(text)]
    return Reading(text, folded, row, find(lexicon().table, row), times, amounts(folded, row), shares(folded, row))


def body(reading: Reading) -> int:
    """Where the statement proper begins: after a number, a label with a colon and a leading time."""
    folded = reading.folded
    start = 0
    label = lexicon().patterns["label"].match(folded)
    if label and label.end() and not re.search(r"\b(?:will|can|to)\b", label.group()):
        start = label.end()
    moved = True
    while moved:
        moved = False
        for a, b in reading.times:
            if a <= start + 3 and b > start:
                start, moved = b, True
        while start < len(folded) and folded[start] in " ,:;-.)":
            start += 1
        if start < len(folded) and folded[start] == "(":  # "By July (end of Year 2), Sam …"
            closing = folded.find(")", start, start + 62)
            if closing > 0:
                start, moved = closing + 1, True
            else:
                start += 1
    return start


def subject(reading: Reading, start: int) -> tuple[Span | None, int]:
    """The place of the subject (None where the outcome starts with its verb), and where the head verb is looked for."""
    words = lexicon().words
    row = [t for t in reading.tokens if t.start >= start]
    led = bool(row) and row[0].word in words["leads"] | {
        "and"
    }  # "Through a calm approach, a quiet room and …, Sam will …"
    row = row[: 48 if led else 26]
    if _bare_verb(reading, row):
        return None, start
    for i, token in enumerate(row):
        if reading.inside(token.start, token.end):
            continue
        before = row[i - 1].word if i else ""
        if token.word in words["modal"] and not (token.word == "to" and before in ("due", "next", "back", "order")):
            first = next((k for k in range(i) if row[k].word not in ("that", "for", "by", "in", "a", "an", "of")), i)
            return ((row[first].start, row[i - 1].end) if first < i and before != "," else None), token.end
        if token.word in words["be"] and i:
            return (row[0].start, row[i - 1].end), token.start
        if (
            i
            and not led
            and token.word in (",", ";", ".", ":")
            and not any(t.word in words["modal"] for t in row[i : i + 14])
        ):
            break
        if (
            i
            and not (led and any(t.word in words["modal"] and t.word != "to" for t in row[i:]))
            and token.word.endswith("s")
            and reading.verb_at(token.start)
            and before not in ("'s", "the", "his", "her", "their", "of", "and", "in", "to", "own", "a", "two", "three")
        ):
            return (row[0].start, row[i - 1].end), token.start
    return None, start


def _bare_verb(reading: Reading, row: list[Token]) -> bool:
    """A note that starts with its verb: "Says own name …", "Tolerate a busy hall"."""
    if len(row) < 2 or not reading.verb_at(row[0].start):
        return False
    follows = row[1].word in lexicon().words["determiner"] - {"to", "with", "in", "for"}
    third_person = row[0].word.endswith("s") and not row[0].word.endswith("ss")
    return third_person or follows


def _subject_words(reading: Reading, span: Span) -> list[str]:
    """The words of a subject without asides in brackets and without the first part of a compound ("staff-recorded")."""
    row = [t for t in reading.tokens if span[0] <= t.start < span[1]]
    out: list[str] = []
    inside = False
    for i, token in enumerate(row):
        inside = (inside or token.word == "(") and token.word != ")"
        joined = i + 1 < len(row) and row[i + 1].word == "-" and row[i + 1].start == token.end
        if not (inside or joined or token.word in "()-"):
            out.append(token.word)
    return out


def service(reading: Reading, span: Span | None) -> Span | None:
    """The subject where somebody or something other than the child is the one who changes."""
    if span is None:
        return None
    words, patterns = lexicon().words, lexicon().patterns
    said = _subject_words(reading, span)
    if "who" in said:
        said = said[: said.index("who")]
    if not said or len(said) > 14:
        return None
    tail = said[-1]
    stretch = reading.text[slice(*span)]
    if any(p.end >= len(stretch) - 1 and p.group not in ("child", "vague") for p in find_people(stretch)):
        return span  # "Sam's careers adviser"
    childs = tail in words["own"] and "'s" in said and not set(said) & {"staff", "parents"}
    if not childs:
        marks = ("with", "from", "by", "in", "at", "using", ",")
        cut = next((i for i, w in enumerate(said) if w in marks and i), len(said))
        if words["service"] & set(said[:cut]):
            return span
    if tail in words["thing"]:
        return span
    group = reading.folded[slice(*span)]
    return span if patterns["cohort"].search(group) and patterns["of_cohort"].search(group) else None


def cohort(reading: Reading, start: int) -> Span | None:
    """A share or a number of a group of pupils in the place of the child."""
    found = lexicon().patterns["cohort_first"].match(reading.folded, start)
    return found.span() if found else None


def head(reading: Reading, at: int) -> tuple[Span | None, str]:
    """The head verb and its class: observable, plain, soft, vague, state, receiving, having, unknown or empty."""
    folded, lex = reading.folded, lexicon()
    for _ in range(8):
        while at < len(folded) and folded[at] in _GAP:
            at += 1
        wrapped = lex.wrapper.match(folded, at)
        here = [m for m in reading.marks if m.start == at and m.label in _HEADS]
        if here:
            longest = max(m.end for m in here)
            if not (wrapped and wrapped.end() > longest) and folded[at:longest] not in lex.words["dummy"]:
                labels = [m.label for m in here if m.end == longest]
                kind = next(k for k in _HEADS if k in labels)
                return (at, longest), "observable" if kind == "soft" and "observable" in labels else kind
        owned = lex.patterns["having"].match(folded, at)
        if owned:
            return (at, at + 4), "having"
        if wrapped:
            at = wrapped.end()
            continue
        word = _WORD.match(folded, at)
        if not word:
            break
        time = next((b for a, b in reading.times if a <= at < b), None)
        passed = [m.end for m in reading.marks if m.start == at and m.label in ("help", "fuzzy")]
        said = word.group()
        if time:
            at = time
        elif (
            passed
            or here
            or said in lex.words["adverb"]
            or said in ("and", "or", "to", "the")
            or lex.patterns["adverb"].match(said)
        ):
            at = max([word.end(), *passed])
        elif re.search(r"\b(?:will|to|can|'ll)\s+(?:\w+ly )?$", folded[max(0, at - 30) : at]):
            return (at, word.end()), "unknown"
        else:
            break
    return _late(reading, at)


def _late(reading: Reading, at: int) -> tuple[Span | None, str]:
    """The first verb that stands anywhere after a place, where the grammar gives no head."""
    later = [m for m in reading.marks if m.start >= at and m.label in _VERBS and not reading.inside(m.start, m.end)]
    if not later:
        return None, ""
    best = min(later, key=lambda m: (m.start, -m.end, _VERBS.index(m.label)))
    return (best.start, best.end), best.label


def figures(reading: Reading, *, weak_head: bool) -> tuple[list[Span], list[Span]]:
    """Places of figures that can be counted, and of figures that cannot ("50 % more confident")."""
    countable = find(lexicon().countable, reading.tokens)
    good: list[Span] = []
    bad: list[Span] = []
    for quantity in [*reading.shares, *reading.amounts]:
        if reading.inside(quantity.start, quantity.start + 1):
            continue
        found = _figure(reading, quantity, countable, weak_head=weak_head)
        if found:
            (good if found[0] else bad).append(found[1])
    starts = {m.first: m.end for m in countable}
    row = reading.tokens
    for i, token in enumerate(row):
        share = i + 1 < len(row) and row[i + 1].word in ("%", "per", "percent")
        if number_at(token.word) and not share and not reading.inside(token.start, token.end):
            near = next((j for j in range(i + 1, min(i + 7, len(row))) if j in starts or _plural(row[j].word)), None)
            if near and not any(row[j].word in _ENDS_COUNT for j in range(i + 1, near)):
                good.append((token.start, starts.get(near, row[near].end)))
    return merged(good), merged(bad)


_ENDS_COUNT = frozenset((",", ".", ";", "and"))


def _plural(word: str) -> bool:
    """Whether a word looks like things that can be counted: "three colleges", but not "two areas"."""
    return len(word) > 3 and word.endswith("s") and not word.endswith("ss") and word not in lexicon().words["uncounted"]


def _figure(
    reading: Reading, quantity: Quantity, countable: list[Mark], *, weak_head: bool
) -> tuple[bool, Span] | None:
    """Whether one quantity is a measure, with its place; None where it is neither good nor bad."""
    folded, patterns = reading.folded, lexicon().patterns
    a, b = quantity.start, quantity.end
    said = folded[a:b]
    if quantity.kind == "percent":
        around = folded[max(0, a - 30) : b + 40]
        uncounted = patterns["uncountable"].search(folded[a : b + 24]) or (
            weak_head and not patterns["counted_share"].search(around)
        )
        return not uncounted, (a, b)
    if quantity.kind == "at-least":
        if re.match(r"\s?(?:%|per ?cent)", folded[b:]):
            return None  # the percentage speaks for itself
        if re.search(r"\bscore", folded[max(0, a - 40) : a]):
            return True, (a, b)
        after = next((m for m in countable if b - 1 <= m.start <= b + 22), None)
        if after or patterns["after_bound"].match(folded, b):
            return True, (a, after.end if after else b)
        return None
    if quantity.kind in ("out-of", "from-to", "score"):
        month = re.search(r"\d{1,2}/(\d\d)$", said)
        if month and int(month[1]) > 20 and not re.match(r"\s?(?:times|days|mornings|nights)", folded[b:]):
            return None  # a month and year
        return True, (a, b)
    if quantity.kind in ("duration", "frequency"):
        return True, (a, b)
    if quantity.kind == "scope" and re.match(
        r"(?:for |over |during )?(?:every|each(?! (?:one|of))|all|full|the whole)", said
    ):
        return True, (a, b)
    return None


def no_help(reading: Reading, mark: Mark) -> bool:
    """Whether words that look like a level of help are none: "more accurately", "look after himself"."""
    folded = reading.folded
    if folded.endswith(("more ", "increasingly "), 0, mark.start):
        return True
    if folded[mark.start : mark.end] not in ("himself", "herself", "themselves", "myself"):
        return False
    objects = any(m.end == mark.start - 1 and m.label in _VERBS for m in reading.marks)
    return objects or folded.endswith((" after ", " for ", " of ", " about ", " in "), 0, mark.start)


def manner(reading: Reading) -> list[Mark]:
    """How it is done, where two people would agree on it: "without grabbing", "when told", "by pointing"."""
    return [
        Mark("help", *found.span(), 0, 0)
        for found in lexicon().patterns["manner"].finditer(reading.folded)
        if not reading.inside(*found.span())
    ]


def merged(spans: list[Span]) -> list[Span]:
    """Spans that touch made one."""
    out: list[Span] = []
    for a, b in sorted(spans):
        if out and a <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return out


def exact(reading: Reading, mark: Mark) -> bool:
    """A comparative that goes with a figure ("no more than two", "three or more") is not vague."""
    around = reading.folded[max(0, mark.start - 6) : mark.end + 8]
    return bool(lexicon().patterns["exact_comparative"].search(around))


def specific(reading: Reading, start: int, who: Span | None) -> int:
    """How many words name something of their own."""
    taken = {m.start for m in reading.marks}
    generic = lexicon().generic
    return sum(
        1
        for t in reading.tokens
        if t.start >= start
        and len(t.word) > 2
        and t.word[0].isalpha()
        and t.word not in generic
        and t.start not in taken
        and not (who and who[0] <= t.start < who[1])
        and not reading.inside(t.start, t.end)
    )


def resource(reading: Reading, start: int) -> Span | None:
    """Where a statement names a resource instead of a change ("Weekly therapy", "Access to …", "an hour of SALT")."""
    opening = lexicon().resource.match(reading.folded, start)
    found = opening or lexicon().patterns["dose"].search(reading.folded, start)
    return found.span() if found and found.end() > found.start() else None

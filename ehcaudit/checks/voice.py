"""Section A → whether the child's and the parents' voice is in it, in whatever form it is written.

Section A comes as sub-headings, as tables ("all about me", one-page profiles) and as plain prose. It is read as
passages: a label, and the words under it. A topic is there where a passage is labelled with it and says something, or
where sentences elsewhere speak of it. Code of Practice 9.69 says what the section includes.

A child who does not speak has views too: what they show, choose, sign or turn away from counts as their voice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from ehcaudit.checks.age import school_age
from ehcaudit.checks.base import Answer, Context, Hit, Options, check, heading_evidence, unreadable
from ehcaudit.language.cues import data, flat
from ehcaudit.language.guarded import guarded
from ehcaudit.language.sentences import sentences
from ehcaudit.model import Block, Evidence, Plan

Topic = Literal["child-views", "parent-views", "gathering", "aspirations", "interests", "communication"]
_QUOTED = re.compile(r"“[^”\n]*(?:”|$)|\"[^\"\n]*(?:\"|$)|‘[^’\n]{6,}(?:’(?!\w)|$)")
_INLINE = re.compile(r"([^:.!?\n]{2,70})(?::|\s[-–—])\s+(?=\S)")
_STARTS_SENTENCE = re.compile(r"(?:i|we|he|she|they|it|there)\b")
_SENTENCE = re.compile(r"^(?:i|we|he|she|they|it|there)\b|\b(?:says?|said|wrote|writes|adds?|added|told us|tells us)$")
_NAMED = re.compile(
    r"([a-z-]+)(?:'s|s') (?:own |and )?(?:views?|hopes?|wishes|words|thoughts|opinions?|voice|contributions?)\b"
)
_BOTH = re.compile(
    r"\b(?:child|pupil|student|young person|my)\b.*\band\b|\bviews? of [a-z]+ and (?:his|her|their|the)\b"
)
_OWN = re.compile(r"(?<![\w'])(?:i|my|me|i'm)(?![\w'])")


class VoiceOptions(Options):
    """What to look for."""

    topic: Topic


class PersonOptions(Options):
    """No options."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a passage, folded, with its place."""

    block: Block
    start: int
    end: int
    words: str

    @property
    def evidence(self) -> Evidence:
        """The sentence as it stands."""
        return Evidence(self.block.id, self.start, self.end, self.block.text[self.start : self.end])


@dataclass(slots=True)
class Passage:
    """A label of section A and the sentences under it."""

    label: str = ""
    topics: frozenset[str] = frozenset()
    sentences: list[Sentence] = field(default_factory=list)

    @property
    def filled(self) -> list[Sentence]:
        """The sentences that say something, and not only that nothing was obtained."""
        return [s for s in self.sentences if not _is("words", "empty", s.words)]

    @property
    def open(self) -> bool:
        """No label, or one that may stand over anything."""
        return not self.topics or "generic" in self.topics


@cache
def _pattern(table: str, key: str) -> re.Pattern[str]:
    words = data("voice")
    parts = words[table][key]
    filled = [part.replace("{parent}", words["parent"]).replace("{child}", words["child"]) for part in parts]
    return guarded("|".join(f"(?:{part})" for part in filled))


def _is(table: str, key: str, words: str) -> bool:
    return bool(_pattern(table, key).search(words))


# ---------------------------------------------------------------- passages


@cache
def topics_of(label: str) -> frozenset[str]:
    """What a label of section A speaks of; ``generic`` where it may stand over anything."""
    words = flat(label).strip(" :?*•-")
    if not words or len(words) > 110:
        return frozenset()
    found = {topic for topic in data("voice")["labels"] if _is("labels", topic, words)}
    if "gathering" in found:
        return frozenset({"gathering"})
    if "parent-views" in found and not _BOTH.search(words):
        found.discard("child-views")
    if "communication" in found:
        found -= {"child-views", "interests"}
    if "history" in found and len(found) > 1:
        found.discard("generic")
    return frozenset(found)


def passages(plan: Plan) -> list[Passage]:
    """Section A in passages, in the order of the document."""
    # A block with an area of need belongs to a table of section B that stands before its letter.
    blocks = [plan.document.blocks[n] for n in plan.sections["A"].blocks if n not in plan.area_of]
    rows: dict[tuple[int, int], list[Block]] = {}
    for block in blocks:
        if block.cell:
            rows.setdefault((block.cell.table, block.cell.row), []).append(block)
    headed: dict[tuple[int, int], str] = {}
    found: list[Passage] = [Passage()]
    by_label: dict[tuple[int, str], Passage] = {}
    for block in blocks:
        if block.cell:
            table, row, column = block.cell.table, block.cell.row, block.cell.column
            beside = rows[table, row]
            across = len({b.cell.column for b in beside if b.cell})
            if across > 1 and _header_row(beside):
                headed[table, column] = block.text
                continue
            first = min(b.cell.column for b in beside if b.cell)
            label = plan.column_of.get(block.id) or headed.get((table, column), "")
            if label and topics_of(label):
                if (table, label) not in by_label:
                    by_label[table, label] = Passage(label, topics_of(label))
                    found.append(by_label[table, label])
                by_label[table, label].sentences += _sentences(block, 0)
                continue
            if across > 1 and column == first and _labels(block, in_table=True):
                found.append(Passage(block.text, topics_of(block.text)))
                continue
        if _labels(block, in_table=block.cell is not None):
            found.append(Passage(block.text, topics_of(block.text)))
            continue
        inline = _INLINE.match(block.text)
        if inline and topics_of(inline[1]) and not _SENTENCE.search(flat(inline[1])):
            found.append(Passage(inline[1], topics_of(inline[1])))
            found[-1].sentences += _sentences(block, inline.end())
            continue
        found[-1].sentences += _sentences(block, 0)
    found = [passage for passage in found if passage.label or passage.sentences]
    _name_parents(found, plan.facts.name)
    return found


def _name_parents(found: Sequence[Passage], name: str) -> None:
    """Labels with a first name that is not the child's ("Morag's views") are a parent's; changed in place."""
    labels = [flat(passage.label) for passage in found]
    known = flat(name).split()[:1] or re.findall(
        r"\b(?:views of|communicate with|talk(?:ing)? (?:to|with)) ([a-z-]+)$", "\n".join(labels), re.M
    )
    if not known:
        return
    for passage, label in zip(found, labels, strict=True):
        named = _NAMED.match(label)
        if named and "child-views" in passage.topics and named[1] not in (known[0], *_CHILD):
            passage.topics = passage.topics - {"child-views"} | {"parent-views"}


_CHILD = ("child", "children", "pupil", "student", "person", "learner", "young")


def _header_row(row: Sequence[Block]) -> bool:
    return all(_labels(block, in_table=True) for block in row)


def _labels(block: Block, *, in_table: bool) -> bool:
    """Whether a block is a label: a heading, or a short line that speaks of a topic and is no sentence."""
    text = block.text.strip()
    if block.kind == "heading":
        return True
    if len(text) > 100 or len(text.split()) > 14 or text.endswith((".", "!", "”", '"')) or _QUOTED.match(text):
        return False
    words = flat(text)
    known = bool(topics_of(text))
    if block.bold:
        return known or text.endswith(":")
    if _STARTS_SENTENCE.match(words) or block.kind == "list-item":
        return False
    return known and (text.endswith((":", "?")) or in_table or len(text.split()) <= 7)


def _sentences(block: Block, start: int) -> Iterator[Sentence]:
    text = block.text[start:]
    for a, b in sentences(text):
        yield Sentence(block, start + a, start + b, flat(text[a:b]))


# ---------------------------------------------------------------- whose voice


def _by_parent(words: str, until: int) -> bool:
    """Whether a parent or a member of staff stands before this place in the sentence, so that they are who speaks."""
    return bool(_others().search(words[max(0, until - 60) : until]))


@cache
def _others() -> re.Pattern[str]:
    return guarded(
        rf"\b(?:{data('voice')['parent']}|mr|mrs|ms|miss|dr|staff|school|nursery|teachers?|adults?|sendco|senco|"
        r"therapist|psychologist|assistant|we|doctor|nurse|report)\b(?!'s (?:wish|question))"
    )


def _quotes_child(passage: Passage) -> bool:
    """Whether words in speech marks are the child's: no parent is named as the speaker around them."""
    for block in {s.block.id: s.block for s in passage.sentences}.values():
        for quoted in _QUOTED.finditer(block.text):
            before = flat(block.text[max(0, quoted.start() - 90) : quoted.start()])
            after = flat(block.text[quoted.end() : quoted.end() + 40])
            said = _is("content", "said", before[-60:]) or _is("content", "said", after)
            own = bool(_OWN.search(flat(quoted[0])))
            if not said and (len(quoted[0].split()) < 3 or (passage.open and not own)):
                continue
            near = re.split(r"[.!?]\s", before)[-1]
            if _others().search(near) or re.match(r"\W{0,3}(?:said|says|wrote|asked) (?:his|her|the|mrs?|ms)\b", after):
                continue
            return True
    return False


def _first_person(passage: Passage) -> bool:
    return any(
        _is("content", "first-person", _unquoted(s))
        and not re.search(r"\b(?:my|our) (?:son|daughter|child)\b", s.words)
        for s in passage.sentences
    )


def _unquoted(sentence: Sentence) -> str:
    return _QUOTED.sub(" ", sentence.words)


def _reported(passage: Passage, *keys: str) -> bool:
    """Whether a sentence tells what the child said, chose or showed (``keys`` of the content table)."""
    for sentence in passage.sentences:
        for key in keys:
            hit = _pattern("content", key).search(sentence.words)
            if hit and not _by_parent(sentence.words, hit.start()) and not _is("words", "empty", sentence.words):
                return True
    return False


def _speaks(passage: Passage) -> bool:
    """Whether the child's own voice is in the passage."""
    return _first_person(passage) or _quotes_child(passage)


# ---------------------------------------------------------------- topics


def _found(topic: str, found: Sequence[Passage]) -> bool:
    """Whether any passage speaks of the topic."""
    if any(topic in p.topics and p.filled for p in found):
        return True
    if topic == "child-views":
        return _child_views(found)
    if topic == "parent-views":
        return any(
            _is("content", "parent-said", s.words)
            for p in found
            if not p.topics & {"gathering", "history"}
            for s in p.filled
        )
    skipped = {
        "interests": {"parent-views", "history", "gathering"},
        "aspirations": {"gathering", "history"},
        "communication": {"gathering", "history", "parent-views"},
        "gathering": {"history"},
    }[topic]
    return any(
        _is("content", topic, s.words) for p in found if not (p.topics & skipped and not p.open) for s in p.filled
    )


def _child_views(found: Sequence[Passage]) -> bool:
    """Views without a heading of their own: in open passages, or the child speaking under two headings or more."""
    spoken = 0
    for passage in found:
        if "parent-views" in passage.topics or "gathering" in passage.topics:
            continue
        if passage.open and (
            _speaks(passage)
            or _reported(passage, "said", "chose", "showed")
            or any(
                hit and not _by_parent(s.words, hit.start())
                for s in passage.filled
                for hit in [_pattern("content", "felt").search(s.words)]
            )
        ):
            return True
        own_label = bool(_OWN.search(flat(passage.label))) and bool(passage.filled)
        spoken += own_label or _speaks(passage)
    return spoken >= 2


def _asked(plan: Plan) -> Answer | None:
    """Why section A cannot be asked at all."""
    reason = unreadable(plan, "A")
    return Answer("not_assessed", reason=reason) if reason else None


@check("voice", VoiceOptions)
def voice(plan: Plan, options: VoiceOptions, _where: tuple[str, ...], context: Context) -> Answer:
    """Not met where section A says nothing of the topic; ``query`` where a picture or a form elsewhere may hold it."""
    if stop := _asked(plan):
        return stop
    found = passages(plan)
    if _found(options.topic, found):
        return Answer("met")
    under = [s for p in found if options.topic in p.topics for s in p.sentences]
    said = tuple(s.evidence for s in under)[:2]
    if any(_is("words", "declined", s.words) for s in under):
        return Answer("met", reason="The plan says that they chose to say nothing here.")
    if options.topic == "parent-views" and (years := school_age(plan, context).years) and years[0] >= 17:
        return Answer("not_applicable", reason="The views of a young person stand for themselves (reg. 12(1)(a)).")
    doubt = any(_is("words", "elsewhere", s.words) for s in under) or _pictured(plan)
    hit = Hit(said or heading_evidence(plan, "A"), "A", query=doubt)
    return Answer("query" if doubt else "not_met", (hit,))


def _pictured(plan: Plan) -> bool:
    return any(plan.section_of.get(image) == "A" for image in plan.document.images)


@check("voice-in-third-person", PersonOptions)
def third_person(plan: Plan, _options: PersonOptions, _where: tuple[str, ...], _context: Context) -> Answer:
    """The child's views are there, and all of them in an adult's words: nothing quoted, said, chosen or shown."""
    if stop := _asked(plan):
        return stop
    found = passages(plan)
    labelled = [p for p in found if "child-views" in p.topics and p.filled]
    views = labelled or [p for p in found if p.open and p.filled]
    if not views or not _found("child-views", found):
        return Answer("not_applicable", reason="Section A holds no views of the child.")
    heard = [p for p in found if not p.topics & {"gathering", "parent-views"}]
    near = [p for p in heard if "child-views" in p.topics or "aspirations" in p.topics or p.open]
    # Reported speech will do where the plan says how the views were gathered: then one knows whose words stand behind.
    known = ("said",) if _found("gathering", found) else ()
    if any(_speaks(p) for p in heard) or any(_reported(p, "chose", "showed", *known) for p in near):
        return Answer("met")
    if all(_is("words", "declined", s.words) or _is("words", "elsewhere", s.words) for p in views for s in p.filled):
        return Answer("not_applicable", reason="The child chose to say nothing here.")
    told = [s for p in views for s in p.filled if _is("content", "felt", s.words) or _is("content", "said", s.words)]
    shown = {s.block.id: s.block for s in (views[0].filled[0], *told[:1])}
    return Answer("not_met", (Hit(tuple(Evidence(b.id, 0, len(b.text), b.text) for b in shown.values()), "A"),))

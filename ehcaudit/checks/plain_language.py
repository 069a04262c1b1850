"""Whether a family can read the plan: abbreviations, long sentences, reading age, jargon, and text left unfinished."""

from __future__ import annotations

import re
from functools import cache

from pydantic import Field

from ehcaudit.checks.base import Answer, Context, Hit, Options, check
from ehcaudit.language import cues
from ehcaudit.language.guarded import guarded
from ehcaudit.model import Block, Evidence, Plan

_NOT_READ = frozenset({"I", "J", "K"})
"""Sections that hold names, lists and money; families do not read them as prose."""


def _prose(plan: Plan, where: tuple[str, ...]) -> list[tuple[Block, str]]:
    """The blocks of sections A to H (of ``where``, if it names any), headings left out, in document order.

    What stands in no section, or in I, J and K, counts only where it is a paragraph: those hold names and lists.
    """
    found: list[tuple[Block, str]] = []
    inside = {number: letter for letter, section in plan.sections.items() for number in section.blocks}
    for block in plan.document.blocks:
        letter = inside.get(block.id, "")
        if not block.text or block.kind == "heading" or (where and "plan" not in where and letter not in where):
            continue
        if (letter and letter not in _NOT_READ) or (block.cell is None and len(block.text.split()) >= 15):
            found.append((block, letter))
    return found


def _at(block: Block, start: int, end: int) -> tuple[Evidence, ...]:
    return (Evidence(block.id, start, end, block.text[start:end]),)


def _answer(hits: list[Hit], *, empty: bool) -> Answer:
    if empty:
        return Answer("not_assessed", reason="There is no text of sections A to H to read.")
    return Answer("not_met" if hits else "met", tuple(hits))


# ---------------------------------------------------------------- abbreviations


class Nothing(Options):
    """No options."""


@cache
def _abbreviations() -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern for every spelling, and each spelling's key."""
    table = cues.data("abbreviations")
    keys = {key: key for key in table["meanings"]}
    keys |= {spelling: key for key, spellings in table["variants"].items() for spelling in spellings}
    longest = "|".join(sorted(map(re.escape, keys), key=len, reverse=True))
    # The first look fails at nearly every place, and costs the least.
    firsts = "".join(sorted({re.escape(key[0]) for key in keys}))
    return re.compile(rf"(?=[{firsts}])(?<![\w&/-])({longest})(?:s|'s|’s)?(?![\w&])"), keys


@check("acronym-unexplained", Nothing)
def acronym_unexplained(plan: Plan, options: Nothing, where: tuple[str, ...], context: Context) -> Answer:
    """Abbreviations whose meaning stands nowhere in the document: one hit for each, at its first use."""
    pattern, keys = _abbreviations()
    meanings = cues.data("abbreviations")["meanings"]
    first: dict[str, tuple[Block, re.Match[str], str]] = {}
    empty = True
    for block, letter in context.once(plan, _prose, ()):
        empty = False
        for found in pattern.finditer(block.text):
            first.setdefault(keys[found[1]], (block, found, letter))
    if not first:
        return _answer([], empty=empty)
    document = plan.document
    whole = " ".join(cues.flat("\n".join(b.text for b in (*document.blocks, *document.margins))).split())
    hits = [
        Hit(
            _at(block, *found.span(1)),
            letter,
            {"meaning": " or ".join(f"“{words}”" for words in _whole_words(meanings[key]))},
        )
        for key, (block, found, letter) in first.items()
        if not any(words in whole for words in meanings[key])
        and not re.search(rf"\b{key.lower()}s?\b[\"']?(?: \(| = | stands for | means |: )(?=[a-z])", whole)
    ]
    return _answer(hits, empty=empty)


def _whole_words(meanings: list[str]) -> list[str]:
    """The meanings to suggest, a cut stem ("difficult") completed; two at the most."""
    return [re.sub(r"(difficult|disabilit)$", r"\1ies", words) for words in meanings[:2]]


# ---------------------------------------------------------------- sentences and reading age


def _read(plan: Plan, where: tuple[str, ...]) -> list[tuple[Block, str, list[str]]]:
    """The blocks of ``_prose``, each with its words."""
    from ehcaudit.language.readability import words_of

    return [(block, letter, words_of(block.text)) for block, letter in _prose(plan, where)]


class SentenceLength(Options):
    """The longest sentence to let pass."""

    words: int = Field(default=45, ge=10)


@check("sentence-too-long", SentenceLength)
def sentence_too_long(plan: Plan, options: SentenceLength, where: tuple[str, ...], context: Context) -> Answer:
    """Sentences of more words than the limit."""
    from ehcaudit.language.readability import words_of
    from ehcaudit.language.sentences import sentences

    hits: list[Hit] = []
    empty = True
    for block, letter, words in context.once(plan, _read, where):
        empty = False
        if len(words) <= options.words or len(block.text) < options.words * 3:
            continue
        for start, end in sentences(block.text):
            count = len(words_of(block.text[start:end]))
            if count > options.words:
                hits.append(Hit(_at(block, start, end), letter, {"words": str(count)}))
    return _answer(hits, empty=empty)


class ReadingAge(Options):
    """The reading age that a section's text should not go over."""

    age: float = Field(default=14, ge=6, le=25)


@check("hard-to-read", ReadingAge)
def hard_to_read(plan: Plan, options: ReadingAge, where: tuple[str, ...], context: Context) -> Answer:
    """Sections of 100 words or more whose reading age is over the target."""
    from ehcaudit.language.readability import readability

    texts: dict[str, tuple[list[str], list[str]]] = {}
    for block, letter, words in context.once(plan, _read, where):
        lines, said = texts.setdefault(letter, ([], []))
        lines.append(block.text)
        said += words
    hits: list[Hit] = []
    asked = 0
    for letter, (lines, said) in texts.items():
        measured = readability("\n".join(lines), words=said)
        if measured is None:
            continue
        asked += 1
        if measured.age > options.age:
            values = {"age": f"{measured.age:.0f}", "flesch": f"{measured.flesch:.0f}", "target": f"{options.age:g}"}
            hits.append(Hit(section=letter, values=values))
    if not asked:
        return Answer("not_applicable", reason="No section has 100 words, below which the indices mean nothing.")
    return Answer("not_met" if hits else "met", tuple(hits), met=asked - len(hits), items=asked)


# ---------------------------------------------------------------- jargon


@cache
def _jargon() -> tuple[re.Pattern[str], tuple[tuple[re.Pattern[str], str], ...]]:
    plain = cues.data("jargon")["plain"]
    return guarded("|".join(f"(?:{words})" for words in plain)), tuple((re.compile(k), v) for k, v in plain.items())


@check("jargon", Nothing)
def jargon(plan: Plan, options: Nothing, where: tuple[str, ...], context: Context) -> Answer:
    """Professionals' words that have a plain equal: each at its first use. A word that a bracket explains passes."""
    anything, terms = _jargon()
    hits: list[Hit] = []
    seen: set[str] = set()
    empty = True
    for block, letter in context.once(plan, _prose, where):
        empty = False
        flat = cues.flat(block.text)
        for found in anything.finditer(flat):
            term, plain = next((t.pattern, words) for t, words in terms if t.match(flat, found.start()))
            if term in seen:
                continue
            seen.add(term)
            after, before = flat[found.end() : found.end() + 3], flat[max(0, found.start() - 2) : found.start()]
            if after.lstrip().startswith("(") or before.endswith("("):
                continue
            hits.append(Hit(_at(block, *found.span()), letter, {"plain": plain}))
    return _answer(hits, empty=empty)


# ---------------------------------------------------------------- copied and unfinished


_WORD = re.compile(r"\w+")


class Duplicates(Options):
    """How long a paragraph must be to count."""

    words: int = Field(default=12, ge=4)


@check("duplicate-paragraph", Duplicates)
def duplicate_paragraph(plan: Plan, options: Duplicates, where: tuple[str, ...], context: Context) -> Answer:
    """Paragraphs, and sentences in them, that stand twice. Provision that repeats is another rule's matter."""
    from ehcaudit.language.sentences import sentences

    seen: dict[str, Block] = {}
    hits: list[Hit] = []
    empty = True
    for block, letter in context.once(plan, _prose, ()):
        empty = False
        if letter in ("F", "G", "H", "H1", "H2"):
            continue
        spans = sentences(block.text)
        apart = spans if len(spans) > 1 and letter != "E" else ()  # Outcomes are measured in the same words.
        for start, end in dict.fromkeys([(0, len(block.text)), *apart]):
            if end - start < 2 * options.words - 1:  # So many words have as many letters and a gap between each two.
                continue
            words = _WORD.findall(cues.flat(block.text[start:end]))
            if len(words) < options.words:
                continue
            first = seen.setdefault(" ".join(words), block)
            if first is not block:
                hits.append(Hit(_at(block, start, end), letter, {"place": plan.place(first.id)}))
                if end - start == len(block.text):
                    break
    return _answer(hits, empty=empty)


_UNFINISHED = re.compile(
    r"\b(?:TBC|TBA|tbc|tba)\b|\b(?:[Tt]o be (?:confirmed|completed|added|inserted|updated|advised))\b|\?{3,}|"
    r"\b[xX]{3,}\b|\b(?:[Ii]nsert|INSERT|[Aa]dd|ADD) (?:text|details|here|name|date|report|info\w*)\b|"
    r"\b[Ll]orem ipsum\b|"
    r"\b[Aa]waiting (?:the )?(?:\w+ ){0,4}(?:report|advice|assessment|information|confirmation)\b|_{5,}|\.{6,}|…{3,}"
)
_UNFINISHED_HINTS = (
    "tb",
    "to be ",
    "xxx",
    "???",
    "insert ",
    "add ",
    "orem ipsum",
    "waiting ",
    "_____",
    "......",
    "………",
)
"""One of these stands in whatever ``_UNFINISHED`` finds, small letters and capitals alike: it is ten times as dear."""


@check("unfinished-text", Nothing)
def unfinished_text(plan: Plan, options: Nothing, where: tuple[str, ...], context: Context) -> Answer:
    """Marks of text that somebody meant to come back to. Template prompts are another rule's matter."""
    template = {(left.evidence.block_id, left.evidence.start) for left in plan.leftovers}
    inside = [(left.evidence.block_id, left.evidence.start, left.evidence.end) for left in plan.leftovers]
    hits: list[Hit] = []
    empty = True
    for block, letter in context.once(plan, _prose, ()):
        empty = False
        low = block.text.lower()
        if not any(hint in low for hint in _UNFINISHED_HINTS):
            continue
        for found in _UNFINISHED.finditer(block.text):
            start, end = found.span()
            if (block.id, start) in template or any(b == block.id and s <= start and end <= e for b, s, e in inside):
                continue
            hits.append(Hit(_at(block, start, end), letter))
    return _answer(hits, empty=empty)

"""Words in the wrong section → hits: therapy among health care, help outside F to H, advice that K does not list."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ehcaudit.checks.base import Answer, Context, Hit, Options, check, items_in, letters, over_items
from ehcaudit.checks.statement import gap
from ehcaudit.language import cues
from ehcaudit.model import Evidence, Plan

_STOP = re.compile(r"\s(?<=[.!?;]\s)\s*(?=[\"“A-Z])")  # It looks back from the first space, to be found by it.
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


class NoOptions(Options):
    """A check without choices."""


@check("therapy-placed", NoOptions)
def therapy_placed(plan: Plan, _options: NoOptions, where: tuple[str, ...], _context: Context) -> Answer:
    """Therapies in the sections of ``where`` that belong in F.

    Speech and language therapy does, but for work on swallowing and stated exceptional reasons; of others only what
    teaches or trains may, and a person decides.
    """
    if unread := gap(plan, where):
        return Answer("not_assessed", reason=unread)
    patterns = {key: cues.pattern("therapies", key) for key in ("speech", "swallowing", "other", "teaches")}
    hits: list[Hit] = []
    asked = 0
    for item in items_in(plan, where):
        if item.none_stated:
            continue
        asked += 1
        words = cues.flat(item.text)
        speech = patterns["speech"].search(words) and not patterns["swallowing"].search(words)
        other = None if speech else patterns["other"].search(words)
        if speech:
            hits.append(Hit(item.evidence, item.section, item=item.id))
        elif other and patterns["teaches"].search(words):
            hits.append(Hit(item.evidence, item.section, query=True, item=item.id))
    return over_items(hits, asked, nothing="No health care provision is set out.")


@check("promise-outside", NoOptions)
def promise_outside(plan: Plan, _options: NoOptions, where: tuple[str, ...], _context: Context) -> Answer:
    """Sentences of these sections that promise the child help in an amount. Views and accounts of the past are none."""
    if unread := gap(plan, where):
        return Answer("not_assessed", reason=unread)
    named = [cues.pattern("therapies", "promise", key) for key in ("entitles", "help", "amount")]
    view = cues.pattern("therapies", "promise", "view")
    hits = [
        Hit((sentence,), letter)
        for letter in letters(where)
        for sentence in _sentences(plan, letter)
        if all(pattern.search(cues.flat(sentence.quote)) for pattern in named)
        and not view.search(cues.flat(sentence.quote))
        # "Needs suction six times a day" is a need where needs belong, and an entitlement anywhere else.
        and (letter not in ("B", "C", "D") or re.search(r"\bwill\b", sentence.quote))
    ]
    return Answer("not_met" if hits else "met", tuple(hits))


@check("advice-cited", NoOptions)
def advice_cited(plan: Plan, _options: NoOptions, where: tuple[str, ...], _context: Context) -> Answer:
    """Reports of specialists on which the body rests and which section K does not list, one hit for each profession."""
    from ehcaudit.language.people import find_people

    if unread := gap(plan, ("K", *where)):
        return Answer("not_assessed", reason=unread)
    if "K" not in plan.sections:
        return Answer("not_applicable", reason="The document has no section K on purpose.")
    listed = {person.key for person in find_people(plan.text_of("K"))} | {entry.role for entry in plan.advice}
    report, coming = (cues.pattern("therapies", "cited", key) for key in ("report", "coming"))
    first: dict[str, Hit] = {}
    for letter in letters(where):
        for sentence in _sentences(plan, letter):
            if not _YEAR.search(sentence.quote):
                continue
            words = cues.flat(sentence.quote)
            if not report.search(words) or coming.search(words):
                continue
            for person in find_people(sentence.quote):
                if person.group == "specialist" and person.key not in listed:
                    first.setdefault(person.key, Hit((sentence,), letter, {"who": person.text}))
    return Answer("not_met" if first else "met", tuple(first.values()))


def _sentences(plan: Plan, letter: str) -> Iterator[Evidence]:
    """The sentences of a section, each as evidence."""
    for number in plan.sections[letter].blocks if letter in plan.sections else ():
        text = plan.document.blocks[number].text
        start = 0
        for stop in (*_STOP.finditer(text), None):
            end = stop.start() if stop else len(text)
            if text[start:end].strip():
                yield Evidence(number, start, end, text[start:end])
            start = stop.end() if stop else end

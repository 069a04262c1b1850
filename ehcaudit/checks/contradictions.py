"""What a plan says of the child's age or school against what it says elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from functools import cache

from ehcaudit.checks.age import completed_years, school_age
from ehcaudit.checks.base import Answer, Context, Hit, check
from ehcaudit.checks.identity import Nothing, answer_of, first_name, labelled_blocks, word_list
from ehcaudit.language import cues
from ehcaudit.model import Evidence, Plan


@cache
def _age() -> re.Pattern[str]:
    return re.compile(
        rf"\bis (?:now |currently )?(?:a |an )?(?:\w+ ){{0,2}}?(?P<n>\d{{1,2}}|{'|'.join(word_list('numbers'))})"
        r"[ -]years?[ -]old\b(?! (?:level|age range|child's|standard))",
        re.I,
    )


_BEFORE, _AFTER = timedelta(days=183), timedelta(days=31)


@check("age-contradicts", Nothing)
def age_contradicts(plan: Plan, options: Nothing, where: tuple[str, ...], context: Context) -> Answer:
    """Ages in the text ("is a 6-year-old boy") against the date of birth at the plan's date, or against each other.

    An age that was right half a year before the plan's date passes: plans are written over months.
    """
    said: list[tuple[int, Hit]] = []
    first = first_name(plan)
    for block in plan.document.blocks:
        letter = plan.section_of.get(block.id, "")
        if letter == "K" or "old" not in block.text.lower():  # The last word of every age.
            continue
        for found in _age().finditer(block.text):
            subject = cues.flat(block.text[max(0, found.start() - 40) : found.start()])
            if not re.search(
                rf"\b(?:he|she|they|the child|young person|i|{re.escape(first) or 'he'})[\w ]{{0,12}}$", subject
            ):
                continue
            number = found["n"].lower()
            age = int(number) if number.isdigit() else word_list("numbers").index(number) + 1
            words = found[0]
            said.append(
                (age, Hit((Evidence(block.id, found.start(), found.end(), words),), letter, {"said": str(age)}))
            )
    if not said:
        return Answer("not_applicable", reason="The text gives no age.")
    years = school_age(plan, context).years if plan.facts.born else None
    if years is None:
        low, high = min(age for age, _ in said), max(age for age, _ in said)
        odd = [hit for age, hit in said if age == high] if high - low > 1 else []
        return answer_of([Hit(h.evidence, h.section, {**h.values, "age": f"{low} elsewhere"}) for h in odd])
    born, when = plan.facts.born, plan.facts.plan_date or context.as_of
    assert born is not None
    oldest, youngest = completed_years(born, when, _AFTER), completed_years(born, when, -_BEFORE)
    hits = [
        Hit(hit.evidence, hit.section, {**hit.values, "age": str(years[0])})
        for age, hit in said
        if not youngest <= age <= oldest
    ]
    return answer_of(hits)


_SCHOOL = re.compile(
    r"\b(?:attends|goes to|is (?:currently |now )?(?:on roll at|a (?:pupil|student) at|at|attending|"
    r"in (?:Year|Reception)[\w ]{0,8} at)|(?i:current (?:school|setting) is)|"
    r"(?:^|(?<=\n))(?i:(?:current |present )?(?:education(?:al)? )?(?:school|setting|placement|attending)"
    r"(?: ?(?:/|or) ?(?:school|setting|college|nursery))?(?: attended)?:))\s+"
    r"(?P<name>(?:the )?(?:(?:[A-Z][\w'’.-]+|of|and|the|for|&) ){1,6}?"
    r"(?:School|Academy|College|Nursery|Pre-?school|Primary|Juniors?|Infants?|High|Centre)"
    r"(?: (?:School|Academy|College|Nursery|Centre))*)\b"
)


_SETTING = re.compile(
    r"(?:current |present )?(?:education(?:al)? )?(?:school|setting|placement|attending)"
    r"(?: ?(?:/|or) ?(?:school|setting|college|nursery))?(?: attended)?"
)
_NOT_NOW = re.compile(
    r"\b(?:brother|sister|sibling|cousin|twin|previously|formerly|used to|until|dual|also|and attends|will attend)\b"
)
_ENDS = re.compile("School|Academy|College|Nursery|Pre-?school|Primary|Junior|Infant|High|Centre")
"""One of these ends the name of every school, for ``_SCHOOL`` and ``_NAMED``."""
_NAMED = re.compile(_SCHOOL.pattern[_SCHOOL.pattern.index("(?P<name>") :])


@check("school-contradicts", Nothing)
def school_contradicts(plan: Plan, options: Nothing, where: tuple[str, ...], context: Context) -> Answer:
    """Two different schools that the child is said to attend now. Section I may name another for the future."""
    places: dict[str, Hit] = {}
    for block, before in labelled_blocks(plan):
        letter = plan.section_of.get(block.id, "")
        if letter in ("I", "K"):
            continue
        if not _ENDS.search(block.text):
            continue
        found = list(_SCHOOL.finditer(block.text))
        if before and _SETTING.fullmatch(cues.flat(before).strip(" :")) and (label := _NAMED.match(block.text)):
            found.append(label)
        for match in found:
            sentence = cues.flat(block.text[max(0, match.start() - 80) : match.end() + 80])
            if _NOT_NOW.search(sentence):
                continue
            evidence = Evidence(block.id, match.start("name"), match.end("name"), match["name"])
            places.setdefault(_school_key(match["name"]), Hit((evidence,), letter))
    if not places:
        return Answer("not_applicable", reason="The text names no current school.")
    keys = list(places)
    other = [places[key] for key in keys[1:] if not (key in keys[0] or keys[0] in key)]
    named = [] if other or plan.facts.status != "amended" else _named_in_placement(plan)
    if named and not any(one in two or two in one for one in keys for two in named):
        return answer_of([replace(hit, query=True) for hit in places.values()])
    return answer_of(other)


def _school_key(name: str) -> str:
    """A school's name without what plans leave out of it."""
    return re.sub(
        r"\b(?:the|school|primary|academy|college|nursery|high|c of e|ce|st|saint)\b|\W", "", cues.flat(name)
    ) or cues.flat(name)


def _named_in_placement(plan: Plan) -> list[str]:
    """The schools that section I names."""
    blocks = plan.sections["I"].blocks if "I" in plan.sections else ()
    texts = [plan.document.blocks[number].text for number in blocks]
    return [_school_key(found["name"]) for text in texts for found in _NAMED.finditer(text)]

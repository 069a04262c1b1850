"""The expressions that find times, built once of the word lists in ``data/dates.toml``.

Each shape is matched at one place, right behind the word that leads it ("by", "within", "when"); what it found stands
in its named groups. ``dates`` decides whether the shape says by when.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ehcaudit.language.calendar import month_pattern
from ehcaudit.language.guarded import guarded
from ehcaudit.language.times import Kind
from ehcaudit.language.words import either, listed, read_data

Shape = tuple[Kind, re.Pattern[str]]


@cache
def numbers() -> dict[str, int]:
    """Numbers and ordinals in words → their value."""
    data = read_data("dates.toml")["numbers"]
    words = [(word, n) for key in ("words", "ordinals") for n, word in enumerate(listed(data[key]), 1)]
    return {**dict(words), "a": 1, "an": 1}


def number_of(words: str) -> int | None:
    """A count in figures or in words; of a range the upper end."""
    figures = re.findall(r"\d+", words)
    if figures:
        return int(figures[-1])
    upper = re.split(r"\s(?:to|or)\s", words.lower().strip())[-1]
    return numbers().get(upper.replace(" ", "-"))


@cache
def places() -> dict[str, str]:
    """Names of stages of school and life, without hyphens → their key in the data file."""
    entries = read_data("dates.toml")["places"].items()
    return {word.replace("-", " "): key for key, entry in entries for word in listed(entry["words"])}


def _going(block: str) -> str:
    """Phrases with alternatives (a|b) and words that may be left out (a?), as an expression that ends in a space."""
    phrases = ("".join(f"(?:(?:{w.rstrip('?')})\\s){'?' * w.endswith('?')}" for w in p.split()) for p in listed(block))
    return f"(?:{'|'.join(phrases)})"


@dataclass(frozen=True, slots=True)
class Grammar:
    """The compiled expressions."""

    lead: re.Pattern[str]
    shapes: tuple[tuple[frozenset[str], Shape], ...]
    """Each shape with its cues: it can only be found where one of them stands in the lower-cased text."""
    before_day: re.Pattern[str]
    part_day: re.Pattern[str]
    persons: re.Pattern[str]
    things: re.Pattern[str]
    before: re.Pattern[str]
    judged: re.Pattern[str]
    within_group: re.Pattern[str]
    label: re.Pattern[str]
    measured: re.Pattern[str]

    def shapes_for(self, folded: str) -> list[Shape]:
        """The shapes of which a cue stands in the text."""
        low = folded.lower()
        there = {cue for cue in _all_cues() if cue in low}
        return [shape for cues, shape in self.shapes if not cues.isdisjoint(there)]


@cache
def _all_cues() -> frozenset[str]:
    return frozenset().union(*(cues for cues, _ in grammar().shapes))


def _cues(names: str, data: Mapping[str, Any]) -> frozenset[str]:
    """The cues of a shape: words, or the names of lists of them."""
    digits = "0123456789"
    years = ("year", "yr", *(f"y{gap}{d}" for gap in ("", " ", ".", "-") for d in digits))
    lists: dict[str, tuple[str, ...]] = {
        "seasons": (*data["terms"], *(word for block in data["feasts"].values() for word in listed(block))),
        "years": ("year", "yr", "eoy"),
        "groups": years,
        "early": ("reception", "foundation", "fs2", "nursery"),
        "stages": ("stage", "ks"),
        "places": tuple({word.replace("-", " ").split()[0].split("-")[0] for word in places()}),
        "terms": ("term", *(f"t{gap}{d}" for gap in ("", " ") for d in "123456")),
        "ages": (*digits, *numbers()),
        "reviews": ("review", " ar", "(ar", ",ar"),
        "units": ("term", "week", "fortnight", "month", "year"),
    }
    lists["moves"] = (*years, *lists["stages"], *lists["places"])
    return frozenset(cue for name in names.split() for cue in lists.get(name, (name,)))


@cache
def grammar() -> Grammar:
    """The expressions, built of the data file at the first call."""
    data = read_data("dates.toml")
    number = rf"(?:\d\d?(?![\d%]|[.:]\d)|{either(listed(data['numbers']['words']))}\b)"
    ordinal = rf"(?:\d\d?(?:st|nd|rd|th)|{either(listed(data['numbers']['ordinals']))})"
    place = either(sorted({*places(), *(w.replace(" ", "-") for w in places())}))
    term, month = "|".join(data["terms"]), month_pattern()
    feast = either([word for block in data["feasts"].values() for word in listed(block)])
    edge = (
        r"(?P<edge>(?:the\s|that\s)?(?:very\s)?(?:end|close|start|beginning|middle|finish|completion|conclusion"
        r"|(?:last|final|first)\s(?:day|week)"
        r"|half-?way|mid-?point)(?:\spoint)?(?:\s(?:of|through))?\s|(?:mid|early|late|eo)[\s-]?)"
    )
    own = (
        r"(?:(?:the|his|her|their|its|my|our|your|this|that|[a-z-]{1,20}'s?)\s){0,2}"
        r"(?P<which>(?:next|current|coming|present|following|forthcoming|upcoming)(?:\s(?:academic\s|school\s)?year's)?\s)?"
    )
    who = (
        r"(?:(?:the\s(?:child|young\sperson)|my\s(?:son|daughter)|he|she|they|we|i|you|x|(?-i:[A-Z])[\w'-]{0,30})\s"
        r"(?:has\s|have\s|first\s|is\sready\sto\s)?)"
    )
    time = r"(?:(?:the\s)?(?:time|point)\s(?:that\s|at\swhich\s|of\s|when\s)?)?"
    group = rf"(?:(?:academic|school)\s)?(?:year\s?(?:group\s)?|yr\.?\s?|y\.?\s?)(?P<group>{number})(?:/\d\d?)?"
    enter, leave = _going(data["going"]["enter"]), _going(data["going"]["leave"])
    stage = rf"(?:key\s?stage|ks)\s?(?P<stage>{number})"
    break_ = r"(?P<part>(?:[\s-]?(?:half|term(?!ly)|time|holidays?|break|vacation|[12]\b)){0,3})\b"
    year = r"(?:,?\s(?:of\s|in\s)?(?P<year>20\d\d)(?![\d/-]))?"
    name = r"(?-i:[A-Z])[\w'-]*"
    at_age = rf"(?:\s(?:at|aged?)\s(?:age\s|about\s)?(?P<age>{number}))?"
    trailing = r"(?:\s\w{1,12}ly)?(?:\s(?:by|at|in))?(?:\sthe)?[\s:]*$"
    shapes: tuple[tuple[Kind, str, str], ...] = (
        ("term", "seasons", rf"{edge}?{own}(?P<term>{term}|{feast}){break_}{year}"),
        ("term", "half", rf"{edge}?{own}(?:(?P<half_of>{month})\s)?(?P<half>half)[\s-]?term\b"),
        ("term", "term", rf"{edge}{own}(?P<any_term>term)\b"),
        ("term", "term", r"(?P<which>next|this|current|coming)\s(?P<any_term>term)\b"),
        (
            "school-year",
            "years",
            rf"{edge}{own}(?:(?:academic|school|college|calendar)\s)?y(?:ea)?r\b(?!\s?\d\d?(?!\d)|\sgroup){year}",
        ),
        (
            "school-year",
            "year",
            rf"{own}(?:academic|school|college)\syear\b(?!\s?\d\d?(?!\d))(?P<loose>)(?:[\s-]end\b)?",
        ),
        (
            "school-year",
            "year",
            r"(?:the\s)?(?P<which>20\d\d\s?[/-]\s?(?:20)?(?P<short>\d\d)\s)(?:academic|school|college)\syear\b",
        ),
        (
            "school-year",
            "year",
            rf"(?:the\s)?(?:academic|school|college)\s(?P<which>year\s(?:ending|to)\s)(?:(?:in\s)?{month}\s)?"
            r"(?P<year>20\d\d)\b",
        ),
        (
            "school-year",
            "years",
            r"(?P<which>(?:this\stime\s)?next\s)year\b(?!\s?\d)|(?:school\s|academic\s)?year[\s-]end\b|eoy\b(?!\s?\d)",
        ),
        ("year-group", "groups", rf"{edge}?{own}{group}(?:\s(?P<closing>end)\b)?"),
        ("year-group", "early", rf"{edge}?{own}(?P<early>reception|foundation\s2|fs2|nursery)(?:\s(?:year|class))?\b"),
        ("key-stage", "stages", rf"{edge}?{own}{stage}(?:\s(?P<closing>end)\b)?"),
        (
            "key-stage",
            "stage phase",
            rf"{edge}{own}(?P<this_stage>key\s?stage|phase(?:\sof\s(?:his\s|her\s|their\s)?education)?)\b",
        ),
        ("key-stage", "places", rf"{edge}{own}(?:time\s(?:at|in)\s)?(?P<place>{place})\b"),
        (
            "key-stage",
            "course internship apprenticeship traineeship placement",
            rf"{edge}{own}(?:[\w-]{{3,20}}\s){{1,2}}?"
            r"(?P<training>course|(?:supported\s)?internship|apprenticeship|traineeship|placement)\b",
        ),
        (
            "key-stage",
            "year term",
            rf"{edge}{own}(?:{ordinal}|final|last)\s(?:year|term)\b(?:\s(?:at|of|in)\s(?:the\s)?(?:{place}))?",
        ),
        ("term", "terms", rf"{edge}?{own}(?:term|t)\s?(?P<sixth>[1-6])\b{year}"),
        ("age", "age", rf"(?:the\s)?age(?:\sof|d)?\s(?P<age>{number})"),
        (
            "age",
            "ages",
            rf"(?P<alone>)(?P<age>[3-9](?=,?\s(?:he|she|{name}))|1\d|2[0-5])(?=,\s|\s(?:he|she|they|i|x|{name})\s|[\s.]*$)",
        ),
        ("age", "old age", rf"(?P<age>{number})\syears?\s(?:of\sage|old)\b"),
        ("year-group", "groups", rf"(?:the\s)?time\s(?:that\s)?{who}(?:is|am|are)\sin\s(?:{group})"),
        ("age", "birthday", rf"{own}(?P<age>{ordinal})\sbirthday\b"),
        (
            "age",
            "ages",
            rf"{time}(?:{who}(?:is|am|are|turns?|reach(?:es)?|becomes?)|(?:he|she)'s|i'm"
            rf"|they're)\s(?:the\sage\sof\s|aged?\s)?(?P<age>{number})"
            r"(?:\syears(?:\sold|\sof\sage)?)?(?!\s(?:minutes|hours|times|of|out|words|met|days|weeks|months|per))",
        ),
        (
            "review",
            "reviews",
            rf"(?:{edge}|the\stime\sof\s)?{own}(?P<sort>(?:(?:{ordinal}|annual|yearly|interim|early|ehcp?|sen"
            rf"|send|plan|statutory|transition|formal|"
            rf"scheduled|planned|{term}|term|20\d\d|{month}|year\s\d\d?"
            rf"|phase\stransfer)\s){{0,4}})(?:reviews?(?:\smeeting|\sdate)?|(?-i:AR))\b(?:\s(?:in|of)\s(?P<year>20\d\d))?",
        ),
        (
            "span",
            "units",
            r"(?P<close>(?:the\s)?end\sof\s)?(?:the\s|an?\s(?=\d)|a\speriod\sof\s|about\s|approximately\s|at\smost\s"
            r"|no\smore\sthan\s)?(?P<ahead>(?:course\sof\s(?:the\s|this\s)?)?(?:(?:next|coming|following|first)\s)?)"
            rf"(?P<count>(?:{number}\s?(?:-|to|or)\s?)?(?:{number}|an?\b))?[\s-]?(?:(?:school|academic|calendar"
            rf"|full|teaching)\s)?"
            r"(?P<unit>half[\s-]?term|term|week|fortnight|month|year)s?\b'?s?(?P<later>\s(?:time|period)\b)?"
            r"(?P<since>\s(?:from\s(?:now|today)\b|(?:of|from|after)\s(?:(?:the|this|its|his|her"
            r"|their)\s)?(?:date|issue|publication|start|making|plan|ehc\splan|ehcp|final\splan)\b"
            rf"(?:\sof\s(?:the|this)\s(?:\w+\s)?plan\b)?)|(?P<event>\s(?:of|after|from)\s(?:{enter}|(?:taking"
            rf"|receiving|having|admission|starting|joining)\b\s?)[^\s.,;:]*))?",
        ),
        (
            "move",
            "moves",
            rf"{time}{who}?(?:(?P<enter>{enter})|(?P<leave>{leave}))(?:(?:the|his|her|their|a|an|local|new"
            rf"|specialist|mainstream|first|final|year|of|in|at)\s){{0,3}}(?:(?-i:[A-Z])[\w'’-]*\s){{0,3}}?"
            rf"(?:{group}|{stage}|(?P<place>{place}))\b{at_age}",
        ),
        (
            "move",
            "trans move progress entry",
            rf"{time}{own}(?P<enter>transition|transfer|move|progression|entry)\s(?:in|on)?to\s(?:(?:the|his|her"
            rf"|their|a|an|new)\s){{0,2}}(?:{group}|{stage}|(?P<place>{place}))\b",
        ),
        ("move", "trans", rf"{time}{own}(?P<phase>secondary|phase)\s(?:transfer|transition)\b"),
        ("move", "adult", r"(?P<adult>adulthood|adult\slife)\b"),
    )
    return Grammar(
        lead=re.compile(
            r"\b(?:(?P<word>by|before|prior\sto|ahead\sof|in\stime\sfor|no\slater\sthan|not\slater\sthan|within|in|over|during"
            r"|across|at|on|upon|for|after|when|once|from|this\stime(?=\snext))(?:\s?[:-])?\s(?=\S)"
            r"|(?=(?:the\s)?(?:end|close|start|beginning|completion)\s|eo\s?[ykt]|year[\s-]end"
            r"|[a-z\d]{1,6}\s(?:weeks?|months?|terms?|years?)\s(?:from|after)\s(?:now|today|the|this)))",
            re.I,
        ),
        shapes=tuple((_cues(cues, data), (kind, re.compile(shape, re.I))) for kind, cues, shape in shapes),
        before_day=re.compile(
            rf"{edge}?(?:(?:the|his|her|their|this|next)\s)?(?:(?:mon|tues|wednes|thurs|fri|satur"
            rf"|sun)day,?\s)?(?:the\s)?",
            re.I,
        ),
        part_day=re.compile(
            rf"(?P<day>\d\d?)(?:\s?(?:st|nd|rd|th))?\s(?:of\s)?(?P<dm>{month})(?!\s?\d)"
            rf"|(?P<month>{month})(?!\s?\d)|(?P<mm>{month})\s(?P<md>\d\d?)(?:st|nd|rd|th)\b"
            r"|(?:the\s)?(?:year\s)?(?P<year>20\d\d)(?![\d/]|\swords)|(?P<zm>\d\d?)/(?P<zy>[2-4]\d)(?![\d/%])",
            re.I,
        ),
        persons=re.compile(rf"(?:'s)?[\s-](?:\w{{1,12}}ly\s)?{either(listed(data['describes']['persons']))}\b", re.I),
        things=re.compile(rf"(?:'s)?[\s-](?:\w{{1,12}}ly\s)?{either(listed(data['describes']['things']))}\b", re.I),
        before=guarded(rf"\b{either(listed(data['describes']['before']))}{trailing}", re.I),
        judged=guarded(rf"\b{either(listed(data['describes']['judged']))}{trailing}", re.I),
        within_group=re.compile(
            rf",?\s\(?(?:of|in|during)\s(?:his\s|her\s|their\s)?(?:{group}|(?P<early>reception|nursery))\)?", re.I
        ),
        label=re.compile(rf"[\s(\[*-]*(?:{either(listed(data['labels']['time']))}\s?[:-]?\s?)?", re.I),
        measured=guarded(r"\b(?:baseline|currently|scored?|assess\w*|report|dated|now|at present|previously)\b", re.I),
    )

"""Statement → the words that say by when something is to be reached, and its dates.

A time names a date, a term, a school year, a key stage, an age, a review, a span from the plan's date or a move to the
next school. Words that say how often, how long a session lasts or how old a child is are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from ehcaudit.language.calendar import (
    Dated,
    date_at,
    find_dates,
    month_pattern,
    months,
    parse_date,
    plain,
)
from ehcaudit.language.times import Anchor, Kind, Point, Time
from ehcaudit.language.words import either, listed, read_data

__all__ = ["Anchor", "Dated", "Time", "find_dates", "find_times", "parse_date"]

_Shape = tuple[Kind, re.Pattern[str]]


def find_times(text: str) -> list[Time]:
    """The times in a statement, left to right, never overlapping; offsets are those of ``text``."""
    folded = plain(text)
    found: list[Time] = []
    for lead in _grammar().lead.finditer(folded):
        if found and lead.start() < found[-1].end:
            continue
        best = max(_readings(folded, text, lead), key=lambda t: t.end, default=None)
        if best is not None:
            found.append(_extended(folded, text, best))
    return found or list(_bare(folded, text))


# ---------------------------------------------------------------- the words


@cache
def _numbers() -> dict[str, int]:
    data = read_data("dates.toml")["numbers"]
    words = [(word, n) for key in ("words", "ordinals") for n, word in enumerate(listed(data[key]), 1)]
    return {**dict(words), "a": 1, "an": 1}


def _number(words: str) -> int | None:
    """A count in figures or in words; of a range the upper end."""
    figures = re.findall(r"\d+", words)
    return int(figures[-1]) if figures else _numbers().get(words.lower().strip().replace(" ", "-"))


@cache
def _places() -> dict[str, str]:
    entries = read_data("dates.toml")["places"].items()
    return {word.replace("-", " "): key for key, entry in entries for word in listed(entry["words"])}


def _going(block: str) -> str:
    """Phrases with alternatives (a|b) and words that may be left out (a?), as an expression that ends in a space."""
    phrases = ("".join(f"(?:(?:{w.rstrip('?')})\\s){'?' * w.endswith('?')}" for w in p.split()) for p in listed(block))
    return f"(?:{'|'.join(phrases)})"


@dataclass(frozen=True, slots=True)
class _Grammar:
    """The compiled expressions."""

    lead: re.Pattern[str]
    shapes: tuple[_Shape, ...]
    before_day: re.Pattern[str]
    part_day: re.Pattern[str]
    after: re.Pattern[str]
    before: re.Pattern[str]
    within_group: re.Pattern[str]
    label: re.Pattern[str]
    measured: re.Pattern[str]


@cache
def _grammar() -> _Grammar:
    data = read_data("dates.toml")
    number = rf"(?:\d\d?(?![\d:.%])|{either(listed(data['numbers']['words']))}\b)"
    ordinal = rf"(?:\d\d?(?:st|nd|rd|th)|{either(listed(data['numbers']['ordinals']))})"
    place = either(sorted({*_places(), *(w.replace(" ", "-") for w in _places())}))
    term, month = "|".join(data["terms"]), month_pattern()
    feast = either([word for block in data["feasts"].values() for word in listed(block)])
    edge = (
        r"(?P<edge>(?:the\s|that\s)?(?:very\s)?(?:end|close|start|beginning|middle|finish|completion|conclusion|(?:last|final|first)\s(?:day|week)"
        r"|half-?way|mid-?point)(?:\spoint)?(?:\s(?:of|through))?\s|(?:mid|early|late|eo)[\s-]?)"
    )
    own = (
        r"(?:(?:the|his|her|their|its|my|our|your|this|that|[a-z-]{1,20}'s?)\s){0,2}"
        r"(?P<which>(?:next|current|coming|present|following|forthcoming|upcoming)\s)?"
    )
    who = r"(?:(?:the\s(?:child|young\sperson)|my\s(?:son|daughter)|[a-z][a-z'-]{0,20})\s(?:has\s|have\s|first\s)?)"
    time = r"(?:the\s(?:time|point)\s(?:that\s|at\swhich\s|of\s|when\s)?)?"
    group = rf"(?:(?:academic|school)\s)?(?:year\s?(?:group\s)?|yr\.?\s?|y\.?\s?)(?P<group>{number})(?:/\d\d?)?"
    enter, leave = _going(data["going"]["enter"]), _going(data["going"]["leave"])
    stage = rf"(?:key\s?stage|ks)\s?(?P<stage>{number})"
    break_ = r"(?:[\s-]?(?:half|term(?!ly)|time|holidays?|break|vacation|[12]\b)){0,3}\b"
    year = r"(?:,?\s(?:of\s|in\s)?(?P<year>20\d\d)(?![\d/-]))?"
    at_age = rf"(?:\s(?:at|aged?)\s(?:age\s|about\s)?(?P<age>{number}))?"
    shapes: tuple[tuple[Kind, str], ...] = (
        ("term", rf"{edge}?{own}(?P<term>{term}|{feast}){break_}{year}"),
        ("term", rf"{edge}?{own}(?:(?P<half_of>{month})\s)?(?P<half>half)[\s-]?term\b"),
        ("term", rf"{edge}{own}(?P<any_term>term)\b"),
        ("term", r"(?P<which>next|this|current|coming)\s(?P<any_term>term)\b"),
        ("school-year", rf"{edge}{own}(?:(?:academic|school|college|nursery|calendar)\s)?year\b(?!\s?\d|\sgroup)"),
        ("school-year", rf"{own}(?:academic|school|college)\syear\b(?!\s?\d)(?P<loose>)(?:[\s-]end\b)?"),
        ("school-year", r"(?P<which>next\s)year\b(?!\s?\d)|(?:school\s|academic\s)?year[\s-]end\b|eoy\b(?!\s?\d)"),
        ("year-group", rf"{edge}?{own}{group}"),
        ("year-group", rf"{edge}?{own}(?P<early>reception|foundation\s2|fs2|nursery)(?:\s(?:year|class))?\b"),
        ("key-stage", rf"{edge}?{own}{stage}"),
        ("key-stage", rf"{edge}{own}(?P<this_stage>key\s?stage|phase(?:\sof\s(?:his\s|her\s|their\s)?education)?)\b"),
        ("key-stage", rf"{edge}{own}(?:time\s(?:at|in)\s)?(?P<place>{place})\b"),
        ("key-stage", rf"{edge}{own}(?:{ordinal}|final|last)\s(?:year|term)\b(?:\s(?:at|of|in)\s(?:the\s)?(?:{place}))?"),
        ("age", rf"(?:the\s)?age(?:\sof|d)?\s(?P<age>{number})"),
        ("age", rf"{own}(?P<age>{ordinal})\sbirthday\b"),
        (
            "age",
            rf"{time}{who}(?:is|am|are|'s|turns?|reach(?:es)?|becomes?)\s(?:the\sage\sof\s|aged?\s)?(?P<age>{number})"
            r"(?:\syears(?:\sold|\sof\sage)?)?(?!\s(?:minutes|hours|times|of|out|words|met|days|weeks|months|per))",
        ),
        (
            "review",
            rf"(?:{edge}|the\stime\sof\s)?{own}(?P<sort>(?:(?:{ordinal}|annual|yearly|interim|early|ehcp?|sen|send|plan|statutory|transition|formal|"
            rf"scheduled|planned|{term}|term|20\d\d|{month}|year\s\d\d?|phase\stransfer)\s){{0,4}})(?:reviews?(?:\smeeting)?|(?-i:AR))\b(?:\s(?:in|of)\s(?P<year>20\d\d))?",
        ),
        (
            "span",
            r"(?:the\s|a\speriod\sof\s|about\s|approximately\s|at\smost\s|no\smore\sthan\s)?(?P<ahead>(?:course\sof\s(?:the\s|this\s)?)?(?:(?:next|coming|following|first)\s)?)"
            rf"(?P<count>(?:\d\d?\s?(?:-|to)\s?)?(?:{number}|an?\b))?[\s-]?(?:(?:school|academic|calendar|full|teaching)\s)?"
            r"(?P<unit>half[\s-]?term|term|week|fortnight|month|year)s?\b'?s?(?P<later>\stime\b)?"
            r"(?P<since>\s(?:from\s(?:now|today)\b|(?:of|from|after)\s(?:(?:the|this|its|his|her|their)\s)?(?:date|issue|publication|start|making|plan|ehc\splan|ehcp|final\splan)\b"
            rf"(?:\sof\s(?:the|this)\s(?:\w+\s)?plan\b)?)|(?P<event>\s(?:of|after|from)\s(?:{enter}|(?:taking|receiving|having|admission)\s)[^\s.,;:]+))?",
        ),
        (
            "move",
            rf"{time}{who}?(?:(?P<enter>{enter})|(?P<leave>{leave}))(?:(?:the|his|her|their|a|an|local|new|specialist|mainstream|first|final|year|of|in|at)\s){{0,3}}"
            rf"(?:{group}|{stage}|(?P<place>{place}))\b{at_age}",
        ),
        (
            "move",
            rf"{time}{own}(?P<enter>transition|transfer|move|progression|entry)\s(?:in|on)?to\s(?:(?:the|his|her|their|a|an|new)\s){{0,2}}(?:{group}|{stage}|(?P<place>{place}))\b",
        ),
        ("move", rf"{time}{own}(?P<phase>secondary|phase)\s(?:transfer|transition)\b"),
        ("move", r"(?P<adult>adulthood|adult\slife)\b"),
    )
    return _Grammar(
        lead=re.compile(
            r"\b(?:(?P<word>by|before|prior\sto|ahead\sof|no\slater\sthan|not\slater\sthan|within|in|over|during|across|at|on|upon|for|after|when|once)(?:\s?[:-])?\s(?=\S)"
            r"|(?=(?:the\s)?(?:end|close|start|beginning|completion)\s|eo\s?[ykt]|year[\s-]end|[a-z\d]{1,6}\s(?:weeks?|months?|terms?|years?)\s(?:from|after)\s(?:now|today|the|this)))",
            re.I,
        ),
        shapes=tuple((kind, re.compile(shape, re.I)) for kind, shape in shapes),
        before_day=re.compile(
            rf"{edge}?(?:(?:the|his|her|their|this|next)\s)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s)?(?:the\s)?",
            re.I,
        ),
        part_day=re.compile(
            rf"(?P<day>\d\d?)(?:\s?(?:st|nd|rd|th))?\s(?:of\s)?(?P<dm>{month})(?!\s?\d)"
            rf"|(?P<month>{month})(?!\s?\d)|(?P<mm>{month})\s(?P<md>\d\d?)(?:st|nd|rd|th)\b"
            r"|(?:the\s)?(?:year\s)?(?P<year>20\d\d)(?![\d/]|\swords)|(?P<zm>\d\d?)/(?P<zy>[2-4]\d)(?![\d/%])",
            re.I,
        ),
        after=re.compile(rf"(?:'s)?[\s-](?:\w{{1,12}}ly\s)?{either(listed(data['describes']['after']))}\b", re.I),
        before=re.compile(rf"\b{either(listed(data['describes']['before']))}(?:\s\w{{1,12}}ly)?[\s:]*$", re.I),
        within_group=re.compile(rf",?\s\(?(?:of|in|during)\s(?:his\s|her\s|their\s)?{group}\)?", re.I),
        label=re.compile(rf"[\s(\[*-]*(?:{either(listed(data['labels']['time']))}\s?[:-]\s?)?", re.I),
        measured=re.compile(r"\b(?:baseline|currently|scored?|assess\w*|report|dated|now|at present|previously)\b", re.I),
    )


# ---------------------------------------------------------------- one place

_FIRST = re.compile(r"(?:^|[.;:(!?\[-])[\s\"'*\u2022]*$|^.{0,3}\d[.)]\s?$")
_LAST = re.compile(r"\s*(?:[.;,:)!?\]]|-\s|$)")
_SUBJECT = re.compile(r",?\s(?:he|she|they|i|x|[A-Z][\w'-]*)\b")
_DEADLINE = frozenset({"by", "before", "prior to", "ahead of", "no later than", "not later than"})


@dataclass(frozen=True, slots=True)
class _Lead:
    """The word before a time, and where it stands in the sentence."""

    word: str
    start: int
    at: int
    first: bool
    """It opens the statement or a part of it."""
    described: bool
    """The words before it speak of what is or was."""

    @property
    def deadline(self) -> bool:
        return self.word in _DEADLINE


def _readings(folded: str, text: str, match: re.Match[str]) -> Iterator[Time]:
    """Every way to read a time at this lead."""
    grammar = _grammar()
    word = (match["word"] or "").lower()
    back = folded[max(0, match.start() - 40) : match.start()]
    if match.start() > 40:
        back = "~" + back  # So that a place amid the text is not taken for its beginning.
    lead = _Lead(word, match.start(), match.end(), bool(_FIRST.search(back)), bool(grammar.before.search(back)))
    yield from _days(folded, text, lead)
    for kind, shape in grammar.shapes:
        hit = shape.match(folded, lead.at)
        if hit is None or hit.end() == lead.at:
            continue
        groups = {name: value for name, value in hit.groupdict().items() if value is not None}
        if _allowed(kind, lead, groups, folded, hit):
            point = _point(kind, lead, groups)
            if point is not None:
                yield Time(lead.start, hit.end(), text[lead.start : hit.end()], kind, point)


def _edge(words: str) -> str:
    return re.sub(r"^(?:the\s|that\s)?(?:very\s)?", "", words.strip(" -").lower())


def _days(folded: str, text: str, lead: _Lead) -> Iterator[Time]:
    """A date, whole or without its year, after the lead."""
    grammar = _grammar()
    opening = grammar.before_day.match(folded, lead.at)
    assert opening is not None  # Every part of it may be left out.
    edge = _edge(opening["edge"] or "end")
    whole = date_at(folded, text, opening.end())
    if whole is not None and (lead.deadline or opening["edge"] or _loose(lead, folded, whole.end)):
        name = re.match(r"[a-z]*", whole.text.lower())
        yield _time(text, lead, whole.end, Point(edge, on=whole, name=name.group() if name else ""))
        return
    part = grammar.part_day.match(folded, opening.end())
    if whole is not None or part is None or not (lead.deadline or (opening["edge"] and not lead.described)):
        return
    named = part["dm"] or part["month"] or part["mm"]
    if part["zm"]:
        if lead.word == "by" and 1 <= int(part["zm"]) <= 12:
            yield _time(text, lead, part.end(), Point(edge, month=int(part["zm"]), year=2000 + int(part["zy"])))
    elif named:
        day = part["day"] or part["md"]
        if day is None or 1 <= int(day) <= 31:
            month = months()[named.lower().rstrip(".")]
            yield _time(text, lead, part.end(), Point(edge, day=int(day) if day else None, month=month))
    else:
        yield _time(text, lead, part.end(), Point(edge, year=int(part["year"])))


def _time(text: str, lead: _Lead, end: int, point: Point) -> Time:
    return Time(lead.start, end, text[lead.start : end], "date", point)


def _loose(lead: _Lead, folded: str, end: int) -> bool:
    """Whether words without "by" or "end" say when: they open the statement or close it, and describe nothing."""
    if lead.described or lead.word in ("once", "after", "when"):
        return False
    if lead.first:
        return bool(_LAST.match(folded, end) or _SUBJECT.match(folded, end))
    return bool(_LAST.match(folded, end)) and not _grammar().measured.search(folded, max(0, lead.start - 60), lead.start)


_PEERS = re.compile(
    r"\s(?:of|behind|below|above)\s(?:[\w'-]+\s){0,3}?(?:age|ages|peers?|level|levels|expect\w*|norms?|average|ability|classmates|chronological|actual)\b",
    re.I,
)


def _allowed(kind: Kind, lead: _Lead, groups: dict[str, str], folded: str, hit: re.Match[str]) -> bool:
    """Whether a shape after this lead says by when."""
    end = hit.end()
    if kind in ("year-group", "key-stage", "school-year") and _grammar().after.match(folded, end):
        return False
    edge = "edge" in groups
    if kind == "span":
        return _allowed_span(lead, groups, folded, end)
    if kind == "move":
        if lead.deadline or lead.word in ("when", "once", "upon", "on", "at"):
            return not lead.described and (lead.word != "by" or folded[lead.at : lead.at + 4].lower() != "the " or True)
        return False
    if kind == "age":
        return lead.deadline or (
            not lead.described and lead.word in ("at", "when", "once", "on", "after") and "ag" + "ed" not in hit.group()[:4]
        )
    if kind == "review":
        if not (lead.deadline or lead.word in ("at", "for", "in", "on")) or lead.described:
            return False
        named = bool(groups.get("sort", "").strip()) or "which" in groups
        return named and (lead.deadline or "which" in groups)
    if edge:
        return not lead.described
    if lead.deadline:
        if "any_term" in groups:
            return "which" in groups
        return kind != "school-year" or "which" in groups or "loose" not in groups or folded[end - 3 : end] == "end"
    if lead.word not in ("in", "during", "within", "over", "for", "across", "at"):
        return False
    if kind == "school-year" or "any_term" in groups:
        ahead = "which" in groups or re.match(r"this\s", folded[lead.at :], re.I)
        return bool(ahead) and _loose(lead, folded, end)
    if kind == "term" and not ("year" in groups or "which" in groups or lead.first):
        return False
    return lead.word in ("in", "during", "within", "over", "at") and _loose(lead, folded, end)


def _allowed_span(lead: _Lead, groups: dict[str, str], folded: str, end: int) -> bool:
    """A span is a time where it is counted from now ("within a year", "over the next two terms")."""
    ahead, counted = groups["ahead"].strip().lower(), "count" in groups
    coming = any(word in ahead for word in ("next", "coming", "following"))
    if not (counted or coming or "course" in ahead) or _PEERS.match(folded, end):
        return False
    if re.match(r"\s(?:of|after)\s", folded[end:]):  # "within a week of being asked", "after a year of therapy"
        return False
    if lead.word == "within":
        return True
    if lead.word in ("over", "during", "across", "for"):
        return (coming and lead.word != "for") or "course" in ahead
    if lead.word == "in":
        return coming or "later" in groups or (lead.first and counted and not lead.described)
    if lead.word == "after":
        return counted and lead.first
    return not lead.word and "since" in groups


def _point(kind: Kind, lead: _Lead, groups: dict[str, str]) -> Point | None:
    """What a shape's words say; None where a number in them is none that can be."""
    edge = _edge(groups["edge"]) if "edge" in groups else "end"
    following = groups.get("which", "").strip().lower() == "next"
    year = int(groups["year"]) if "year" in groups else None
    if kind == "term":
        if "half" in groups:
            month = months()[groups["half_of"].lower().rstrip(".")] if "half_of" in groups else None
            return Point(edge, name="half-term", month=month)
        if "any_term" in groups:
            return Point(edge, name="term", following=following)
        word = groups["term"].lower()
        feasts = read_data("dates.toml")["feasts"]
        name = next((key for key, words in feasts.items() if word in listed(words)), word)
        return Point(edge, name=name, year=year)
    if kind == "school-year":
        return Point(edge, following=following)
    if kind == "year-group":
        group = _number(groups["group"]) if "group" in groups else (-1 if groups["early"].lower() == "nursery" else 0)
        return Point(edge, number=group) if group is not None and group <= 14 else None
    if kind == "key-stage":
        if "stage" in groups:
            stage = _number(groups["stage"])
            start = "edge" not in groups and lead.deadline
            return Point("start" if start else edge, number=stage) if stage and 1 <= stage <= 5 else None
        if "place" in groups:
            key = _places()[_spaced(groups["place"])]
            return Point(edge, name=key)
        return Point(edge) if "this_stage" in groups else Point(edge, name="later")
    if kind == "age":
        age = _number(groups["age"]) if groups["age"][0].isdigit() else _numbers().get(groups["age"].lower())
        return Point(number=age) if age and age <= 26 else None
    if kind == "review":
        sort = groups.get("sort", "")
        inside = re.search(r"20\d\d", sort)
        year = int(inside.group()) if inside else year
        return Point(year=year, name="interim" if re.search(r"interim|early|term|summer|spring|autumn", sort, re.I) else "")
    if kind == "span":
        unit = "half-term" if groups["unit"].lower().startswith("half") else groups["unit"].lower()
        count = _number(groups["count"]) if "count" in groups else 1
        return Point(name="" if "event" in groups else unit, number=count)
    side = "leave" if "leave" in groups else "enter"
    if "age" in groups:
        return Point(number=_number(groups["age"]))
    if "group" in groups:
        group = _number(groups["group"])
        return Point(group=group - (side == "enter")) if group is not None and group <= 14 else None
    if "stage" in groups:
        last = {1: 2, 2: 6, 3: 9, 4: 11, 5: 13}.get(_number(groups["stage"]) or 0)
        first = {1: 0, 2: 2, 3: 6, 4: 9, 5: 11}.get(_number(groups["stage"]) or 0)
        return Point(group=last if side == "leave" else first) if last is not None else None
    if "place" in groups:
        return Point(name=f"{side} {_places()[_spaced(groups['place'])]}")
    if "adult" in groups:
        return Point(name="enter adult")
    return Point(name="enter secondary" if groups.get("phase", "").lower() == "secondary" else "enter later")


def _spaced(words: str) -> str:
    return words.lower().replace("-", " ")


def _extended(folded: str, text: str, time: Time) -> Time:
    """The time with what makes it exact: "(July 2027)" after it, or the school year in which a term lies."""
    if time.kind in ("term", "date") and time.point.on is None:
        inside = _grammar().within_group.match(folded, time.end)
        group = _number(inside["group"]) if inside else None
        if inside and group is not None and group <= 14:
            return _to(text, time, inside.end(), group=group)
    opening = re.compile(r"\s?(?P<open>\()?(?:i\.?e\.?,?\s|that is,?\s)?(?P<word>in\s|by\s|of\s|on\s|,\s)?(?:the\send\sof\s)?").match(folded, time.end)
    assert opening is not None
    if time.point.on is None and opening.end() > time.end and (opening["open"] or opening["word"]):
        exact = date_at(folded, text, opening.end())
        if exact is not None:
            closed = folded[exact.end : exact.end + 1] == ")" and bool(opening["open"])
            if closed or not opening["open"]:
                return _to(text, time, exact.end + closed, on=exact)
    return time


def _to(text: str, time: Time, end: int, **said: object) -> Time:
    point = replace(time.point, **said)  # type: ignore[arg-type]
    return replace(time, end=end, text=text[time.start : end], point=point)


def _bare(folded: str, text: str) -> Iterator[Time]:
    """A time without any lead: a label at the start, the last words after a comma or in brackets, or all there is."""
    grammar = _grammar()
    label = grammar.label.match(folded)
    begin = label.end() if label else 0
    labelled = bool(label and label.group().strip(" ([*-"))
    lead = _Lead("by", begin, begin, first=True, described=False)
    stop = re.compile(r"\s*[.)\]]*\s*$")
    after_label = re.compile(r"\s*(?:[:)]|-\s|,\s)")
    options = [t for t in _days(folded, text, lead)]
    for kind, shape in grammar.shapes:
        hit = shape.match(folded, begin)
        if hit is None or hit.end() == begin:
            continue
        groups = {name: value for name, value in hit.groupdict().items() if value is not None}
        point = _point(kind, lead, groups)
        if point is not None and (kind != "span" or "count" in groups):
            options.append(Time(begin, hit.end(), text[begin : hit.end()], kind, point))
    best = max((_extended(folded, text, t) for t in options), key=lambda t: t.end, default=None)
    if best is not None:
        all_there_is = bool(stop.match(folded, best.end))
        dated = best.kind in ("date", "term") and (best.point.on or best.point.year)
        if all_there_is or (dated or labelled) and after_label.match(folded, best.end):
            yield best
            return
    for dated_ in find_dates(text)[-1:]:
        back = folded[: dated_.start].rstrip()
        open_, comma = back.endswith(("(", "[")), back.endswith((",", ";", "-"))
        if not stop.match(folded, dated_.end) or not (open_ or (comma and back.count("(") == back.count(")"))):
            continue
        if not grammar.measured.search(back, max(0, len(back) - 60)):
            yield Time(dated_.start, dated_.end, dated_.text, "date", Point(on=dated_))

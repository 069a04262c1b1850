"""Statement → the words that say by when something is to be reached, and its dates.

A time names a date, a term, a school year, a key stage, an age, a review, a span from the plan's date or a move to the
next school. Words that say how often, how long a session lasts or how old a child is are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ehcaudit.language.calendar import (
    Dated,
    date_at,
    find_dates,
    may_hold_date,
    month_pattern,
    months,
    parse_date,
    plain,
)
from ehcaudit.language.time_grammar import Shape, grammar, number_of, numbers, places
from ehcaudit.language.times import Anchor, Kind, Point, Time
from ehcaudit.language.words import listed, read_data

__all__ = ["Anchor", "Dated", "Time", "find_dates", "find_times", "parse_date"]


def find_times(text: str) -> list[Time]:
    """The times in a statement, left to right, never overlapping; offsets are those of ``text``."""
    return list(_times(text))


@lru_cache(1024)
def _times(text: str) -> tuple[Time, ...]:
    folded = plain(text)
    shapes = grammar().shapes_for(folded)
    dated = may_hold_date(folded)
    if not (shapes or dated):
        return ()
    found: list[Time] = []
    for lead in grammar().lead.finditer(folded):
        if found and lead.start() < found[-1].end:
            continue
        best = max(_readings(folded, text, lead, shapes, dated=dated), key=lambda t: t.end, default=None)
        if best is not None:
            found.append(_extended(folded, text, best))
    return tuple(found or _bare(folded, text, shapes))


# ---------------------------------------------------------------- one place

_IN_BRACKETS = re.compile(rf"\s\((?:\w+\s)?(?:{month_pattern()}\s?)?20\d\d\)", re.I)
_FIRST = re.compile(r"(?:^|[.;:(!?\[-])[\s\"'*\u2022]*$|^.{0,3}\d[.)]\s?$")
_LAST = re.compile(r"\s*(?:[.;,:)!?\]]|-\s|$)")
_SUBJECT = re.compile(r",?\s(?:he|she|they|i|x|[A-Z][\w'-]*)\b")
_PAST = re.compile(r",?\s[\w'-]{1,20}\s(?:was|were|had|did|could\snot|scored|achieved)\b", re.I)
_DEADLINE = frozenset({"by", "before", "prior to", "ahead of", "no later than", "not later than", "in time for"})


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


def _lead(folded: str, match: re.Match[str]) -> _Lead:
    words = grammar()
    word = (match["word"] or "").lower()
    back = folded[max(0, match.start() - 40) : match.start()]
    if match.start() > 40:
        back = "~" + back  # So that a place amid the text is not taken for its beginning.
    # After "by" only a judgement describes: "what is expected by the end of Year 6".
    told = words.judged.search(back) or (word not in _DEADLINE and words.before.search(back))
    return _Lead(word, match.start(), match.end(), bool(_FIRST.search(back)), bool(told))


def _readings(folded: str, text: str, match: re.Match[str], shapes: Sequence[Shape], *, dated: bool) -> Iterator[Time]:
    """Every way to read a time at this lead."""
    at = match.end()
    hits = [(kind, hit) for kind, shape in shapes if (hit := shape.match(folded, at)) and hit.end() > at]
    if not (hits or dated):
        return
    lead = _lead(folded, match)
    if dated:
        yield from _days(folded, text, lead)
    for kind, hit in hits:
        if _PAST.match(folded, hit.end()):
            continue
        groups = {name: value for name, value in hit.groupdict().items() if value is not None}
        if _allowed(kind, lead, groups, folded, hit):
            point = _point(kind, lead, groups)
            if point is not None:
                yield Time(lead.start, hit.end(), text[lead.start : hit.end()], kind, point)


_EARLY = re.compile(r"\b(?:start|beginning|early|first)\b", re.I)
_MIDDLE = re.compile(r"\b(?:mid|half)", re.I)


def _edge(words: str) -> str:
    """``start``, ``middle`` or ``end``: which part of a term, a year or a month the words name."""
    if _EARLY.search(words):
        return "start"
    return "middle" if _MIDDLE.search(words) else "end"


_YEAR = re.compile(r"\s(?:academic|school|college)\syear\b", re.I)


def _days(folded: str, text: str, lead: _Lead) -> Iterator[Time]:
    """A date, whole or without its year, after the lead."""
    words = grammar()
    if lead.word == "from" and not lead.first:
        return  # "from September" amid a sentence says since when, not by when.
    opening = words.before_day.match(folded, lead.at)
    assert opening is not None  # Every part of it may be left out.
    edge = _edge(opening["edge"] or "end")
    whole = date_at(folded, text, opening.end())
    if whole is not None and (lead.deadline or opening["edge"] or _loose(lead, folded, whole.end)):
        name = re.match(r"[a-z]*", whole.text.lower())
        if _PAST.match(folded, whole.end):
            return
        end = whole.end
        if whole.precision == "year" and (year := _YEAR.match(folded, end)):
            end = year.end()
        yield _time(text, lead, end, Point(edge, on=whole, name=name.group() if name else ""))
        return
    part = words.part_day.match(folded, opening.end())
    if (
        whole is not None
        or part is None
        or _PAST.match(folded, part.end())
        or not (lead.deadline or (opening["edge"] and not lead.described))
    ):
        return
    named = part["dm"] or part["month"] or part["mm"]
    if part["zm"]:
        if lead.word == "by" and 1 <= int(part["zm"]) <= 12:
            yield _time(text, lead, part.end(), Point(edge, month=int(part["zm"]), year=2000 + int(part["zy"])))
    elif named:
        day = part["day"] or part["md"]
        if day is None or 1 <= int(day) <= 31:
            month = months()[named.casefold().rstrip(".")]
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
    return bool(_LAST.match(folded, end)) and not grammar().measured.search(folded, max(0, lead.start - 60), lead.start)


_PEERS = re.compile(
    r"\s(?:of|behind|below|above)\s(?:[\w'-]+\s){0,3}?"
    r"(?:age|ages|peers?|level|levels|expect\w*|norms?|average|ability|classmates|chronological|actual)\b",
    re.I,
)


def _allowed(kind: Kind, lead: _Lead, groups: dict[str, str], folded: str, hit: re.Match[str]) -> bool:
    """Whether a shape after this lead says by when."""
    end = hit.end()
    if lead.word == "from":
        return False
    if kind in ("year-group", "key-stage", "school-year"):
        words = grammar()
        if words.things.match(folded, end) or ("edge" not in groups and words.persons.match(folded, end)):
            return False
    if kind == "span":
        return _allowed_span(lead, groups, folded, end)
    if lead.described:
        return False
    if kind == "move":
        return _allowed_move(lead, groups, folded, end)
    if kind == "age":
        if "alone" in groups:
            return lead.first and lead.word in ("by", "at")
        return lead.deadline or (
            lead.word in ("at", "when", "once", "on", "after") and not hit.group().startswith("aged")
        )
    if kind == "review":
        sort = groups.get("sort", "").strip()
        if not (sort or "which" in groups or hit.group().endswith("date") or _IN_BRACKETS.match(folded, end)):
            return False
        told = "which" in groups or re.search(r"20\d\d", sort) is not None
        return lead.deadline or (lead.word in ("at", "for", "in", "on") and told)
    if "edge" in groups or "closing" in groups:
        return True
    if "early" in groups and (not lead.deadline or groups["early"].lower() == "nursery"):
        return False  # "at nursery", "collected by nursery": a place.
    ahead = "which" in groups or re.match(r"this\s", folded[lead.at :], re.I) is not None
    if lead.deadline:
        return ahead or ("any_term" not in groups and ("loose" not in groups or hit.group().endswith("end")))
    if lead.word not in ("in", "during", "within", "over", "at", "this time") or re.search(
        r"holi|break|vacat", groups.get("part", "")
    ):
        return False
    if kind == "school-year" or "any_term" in groups:
        return (ahead or lead.word == "within") and _loose(lead, folded, end)
    if kind == "term" and not ("year" in groups or ahead or lead.first):
        return False
    return _loose(lead, folded, end)


_SURE = frozenset({"secondary", "primary", "junior", "infant", "post16", "adult"})
_DAILY = re.compile(
    r"\s(?:each|every|in the|at the end|for the|on |work|lessons?|bus|uniform|bag|with|by|until|trips?|dinners?)", re.I
)


def _allowed_move(lead: _Lead, groups: dict[str, str], folded: str, end: int) -> bool:
    """A move to the next school, not the day's way to school and back."""
    if _DAILY.match(folded, end) or not (lead.deadline or lead.word in ("when", "once", "upon", "on", "at")):
        return False
    sure = places().get(_spaced(groups.get("place", ""))) in _SURE or "place" not in groups
    return sure or "leave" in groups or (lead.deadline and lead.word != "ahead of")


def _allowed_span(lead: _Lead, groups: dict[str, str], folded: str, end: int) -> bool:
    """A span is a time where it is counted from now ("within a year", "over the next two terms")."""
    ahead, counted = groups["ahead"].strip().lower(), "count" in groups
    coming = any(word in ahead for word in ("next", "coming", "following"))
    whole = lead.word == "within" and (ahead == "first" or groups["unit"].lower() == "year")
    if not (counted or coming or whole or "course" in ahead) or _PEERS.match(folded, end):
        return False
    if re.match(r"\s(?:of|after)\s", folded[end:]):  # "within a week of being asked", "after a year of therapy"
        return False
    if "close" in groups:
        return counted and lead.word in ("by", "at", "")
    if lead.word == "within":
        return True
    if lead.word in ("over", "during", "across", "for"):
        whole = lead.word == "over" and lead.first and "later" in groups  # "Over a 12-month period …"
        return (coming and lead.word != "for") or "course" in ahead or whole
    if lead.word == "in":
        return coming or "later" in groups or (lead.first and counted and not lead.described)
    if lead.word == "after":
        return counted and lead.first
    return not lead.word and "since" in groups


_HALVES = {"autumn": 10, "spring": 2, "summer": 5}


def _point(kind: Kind, lead: _Lead, groups: dict[str, str]) -> Point | None:
    """What a shape's words say; None where a number in them is none that can be."""
    edge = _edge(groups["edge"]) if "edge" in groups else "end"
    following = groups.get("which", "").strip().lower().endswith("next")
    year = int(groups["year"]) if "year" in groups else 2000 + int(groups["short"]) if "short" in groups else None
    if kind == "term":
        if "half" in groups:
            month = months()[groups["half_of"].casefold().rstrip(".")] if "half_of" in groups else None
            return Point(edge, name="half-term", month=month)
        if "any_term" in groups:
            return Point(edge, name="term", following=following)
        if "sixth" in groups:
            month = (10, 12, 2, 4, 5, 7)[int(groups["sixth"]) - 1]
            return Point(edge, name="term", month=month, year=year)
        word = groups["term"].lower()
        if "half" in groups["part"].lower() and word in _HALVES and year is None and edge == "end":
            return Point(name="half-term", month=_HALVES[word])
        feasts = read_data("dates.toml")["feasts"]
        name = next((key for key, words in feasts.items() if word in listed(words)), word)
        return Point(edge, name=name, year=year)
    if kind == "school-year":
        return Point(edge, following=following, year=year)
    if kind == "year-group":
        group = number_of(groups["group"]) if "group" in groups else (-1 if groups["early"].lower() == "nursery" else 0)
        return Point(edge, number=group) if group is not None and group <= 14 else None
    if kind == "key-stage":
        if "stage" in groups:
            stage = number_of(groups["stage"])
            start = not groups.keys() & {"edge", "closing"} and lead.deadline
            return Point("start" if start else edge, number=stage) if stage and 1 <= stage <= 5 else None
        if "place" in groups:
            key = places()[_spaced(groups["place"])]
            return Point(edge, name=key)
        return Point(edge) if "this_stage" in groups else Point(edge, name="later")
    if kind == "age":
        age = number_of(groups["age"]) if groups["age"][0].isdigit() else numbers().get(groups["age"].lower())
        return Point(number=age) if age and age <= 26 else None
    if kind == "review":
        sort = groups.get("sort", "")
        inside = re.search(r"20\d\d", sort)
        year = int(inside.group()) if inside else year
        return Point(
            year=year, name="interim" if re.search(r"interim|early|term|summer|spring|autumn", sort, re.I) else ""
        )
    if kind == "span":
        unit = "half-term" if groups["unit"].lower().startswith("half") else groups["unit"].lower()
        count = number_of(groups["count"]) if "count" in groups else 1
        unknown = "event" in groups or "first" in groups["ahead"].lower()
        return Point(name="" if unknown else unit, number=count)
    side = "leave" if "leave" in groups else "enter"
    if "age" in groups:
        return Point(number=number_of(groups["age"]))
    if "group" in groups:
        group = number_of(groups["group"])
        return Point(group=group - (side == "enter")) if group is not None and group <= 14 else None
    if "stage" in groups:
        last = {1: 2, 2: 6, 3: 9, 4: 11, 5: 13}.get(number_of(groups["stage"]) or 0)
        first = {1: 0, 2: 2, 3: 6, 4: 9, 5: 11}.get(number_of(groups["stage"]) or 0)
        return Point(group=last if side == "leave" else first) if last is not None else None
    if "place" in groups:
        return Point(name=f"{side} {places()[_spaced(groups['place'])]}")
    if "adult" in groups:
        return Point(name="enter adult")
    return Point(name="enter secondary" if groups.get("phase", "").lower() == "secondary" else "enter later")


def _spaced(words: str) -> str:
    return words.lower().replace("-", " ")


_OPENING = re.compile(
    r"\s?(?P<open>\()?(?:i\.?e\.?,?\s|that is,?\s)?(?P<word>in\s|by\s|of\s|on\s|,\s)?(?:the\send\sof\s)?", re.I
)


def _extended(folded: str, text: str, time: Time) -> Time:
    """The time with what makes it exact: "(July 2027)" after it, or the school year in which a term lies."""
    inside = grammar().within_group.match(folded, time.end)
    if inside and time.kind in ("term", "date", "school-year") and time.point.on is None:
        group = number_of(inside["group"]) if inside["group"] else -(inside["early"].lower() == "nursery")
        if group is not None and group <= 14:
            if time.kind == "school-year":
                return replace(_to(text, time, inside.end(), number=group), kind="year-group")
            return _to(text, time, inside.end(), group=group)
    opening = _OPENING.match(folded, time.end)
    assert opening is not None
    if time.point.on is None and opening.end() > time.end:
        exact = date_at(folded, text, opening.end())
        if exact is not None and (opening["open"] or opening["word"] or time.kind == "school-year"):
            closed = folded[exact.end : exact.end + 1] == ")" and bool(opening["open"])
            if closed or not opening["open"]:
                return _to(text, time, exact.end + closed, on=exact)
    return time


def _to(text: str, time: Time, end: int, **said: object) -> Time:
    point = replace(time.point, **said)  # type: ignore[arg-type]
    return replace(time, end=end, text=text[time.start : end], point=point)


_STOP = re.compile(r"\s*[.)\]]*\s*$")
_AFTER_LABEL = re.compile(r"\s*(?:[:)]|-\s|,\s)")


def _bare(folded: str, text: str, shapes: Sequence[Shape]) -> Iterator[Time]:
    """A time without any lead: a label at the start, the last words after a comma or in brackets, or all there is."""
    words = grammar()
    label = words.label.match(folded)
    begin = label.end() if label else 0
    labelled = bool(label and label.group().strip(" ([*-"))
    lead = _Lead("by", begin, begin, first=True, described=False)
    options = list(_days(folded, text, lead))
    for kind, shape in shapes:
        hit = shape.match(folded, begin)
        if hit is None or hit.end() == begin:
            continue
        groups = {name: value for name, value in hit.groupdict().items() if value is not None}
        point = _point(kind, lead, groups)
        if point is not None and (kind != "span" or "count" in groups):
            options.append(Time(begin, hit.end(), text[begin : hit.end()], kind, point))
    best = max((_extended(folded, text, t) for t in options), key=lambda t: t.end, default=None)
    if best is not None:
        all_there_is = bool(_STOP.match(folded, best.end))
        dated = best.kind in ("date", "term") and (best.point.on or best.point.year)
        ended = re.search(r"\bend$", best.text, re.I) is not None
        counted = best.kind == "span" and folded.startswith(":", best.end)
        label_ends = _AFTER_LABEL.match(folded, best.end)
        if (
            all_there_is
            or ((dated or labelled or ended or counted) and label_ends)
            or (labelled and re.match(r"\s[A-Z]", folded[best.end :]))
            or ((ended or labelled) and folded.startswith(". ", best.end))
        ):
            yield best
            return
    for dated_ in find_dates(text)[-1:]:
        back = folded[: dated_.start].rstrip()
        open_, comma = back.endswith(("(", "[")), back.endswith((",", ";", "-"))
        if not _STOP.match(folded, dated_.end) or not (open_ or (comma and back.count("(") == back.count(")"))):
            continue
        if not words.measured.search(back, max(0, len(back) - 60)):
            yield Time(dated_.start, dated_.end, dated_.text, "date", Point(on=dated_))

"""Text → the calendar dates that stand in it, read as the United Kingdom writes them: day first.

A date that cannot be (31/02, or 03/14 with the month first) is refused as a whole; nothing in it is read another way.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from ehcaudit.language.words import listed, read_data

Precision = Literal["day", "month", "year"]

_PLAIN = str.maketrans(
    dict.fromkeys("’‘`´", "'") | dict.fromkeys("–—‑‐−", "-") | dict.fromkeys("\u00a0\u2009\u202f\t\n\r", " ")
)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in a text: ``text`` are its own words, ``date`` the first day of what they name.

    A term counts as the month in which it ends, a school year ("2026/27") as the year from 1 September.
    """

    start: int
    end: int
    text: str
    date: date
    precision: Precision


def plain(text: str) -> str:
    """The text with plain dashes, apostrophes and spaces, of the same length."""
    if text.isascii() and text.isprintable() and "`" not in text:  # Nothing of it stands in the table.
        return text
    return text.translate(_PLAIN)


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def easter(year: int) -> date:
    """Easter Sunday (the anonymous Gregorian algorithm, as in Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    rest = (32 + 2 * e + 2 * i - h - k) % 7
    month, day = divmod(h + rest - 7 * ((a + 11 * h + 22 * rest) // 451) + 114, 31)
    return date(year, month, day + 1)


@cache
def months() -> dict[str, int]:
    """Every name and abbreviation of a month → its number."""
    return {name: int(number) for number, names in read_data("dates.toml")["months"].items() for name in listed(names)}


@cache
def month_pattern() -> str:
    """An expression for the name of a month, with the full stop of an abbreviation."""
    names = sorted(months(), key=len, reverse=True)
    whole = [name for name in names if len(name) > 4 or name in ("may", "june", "july")]
    short = [name for name in names if name not in whole]
    return rf"(?:(?:{'|'.join(whole)})(?![a-z])|(?:{'|'.join(short)})(?![a-z])\.?)"


_FIGURE = re.compile(r"\d")


@cache
def _may_be_month() -> re.Pattern[str]:
    return re.compile(month_pattern(), re.I)


@cache
def _stems() -> frozenset[str]:
    """The first three letters of every month, term and feast that can begin a date."""
    return frozenset(name[:3] for name in (*months(), *read_data("dates.toml")["terms"], "easter", "christmas"))


def may_hold_date(folded: str) -> bool:
    """Whether a figure or the name of a month stands in the text: without one there is no date."""
    if _FIGURE.search(folded):
        return True
    low = folded.lower()
    # Only letters beyond ASCII can be another case of a month's without being in its lower-cased name.
    may = not folded.isascii() or any(stem in low for stem in _stems())
    return may and _may_be_month().search(folded) is not None


_AFTER = ("in", "by", "since", "during", "before", "until", "from", "early", "late")
_FULL, _SHORT = r"(?:19|20)\d\d", r"'?\d\d"
# A number before one of these counts something: "on 14 March 18 pupils".
_COUNT = (
    r"(?!\s?(?:%|[ap]m\b|mins?\b|minutes|hours?|children|pupils|students|people|staff|sessions|lessons|weeks|days|times"
    r"|out\b))"
)


@cache
def _dates() -> re.Pattern[str]:
    """Every form of a date; the name of the form is the last group of a match.

    A form that fails as a date has still been consumed, so "31/02/2018" does not leave "02/2018" behind.
    """
    month = month_pattern()
    term = "|".join((*read_data("dates.toml")["terms"], "easter", "christmas"))
    own, mark, gap = r"(?<!\d)(?<!\d[/.])", r"\s?[-/.]\s?", r"\s{0,2}"
    after = "|".join(rf"(?<=\b{word}\s)" for word in _AFTER)
    forms = (
        rf"{own}(?P<iso>(?P<iso_y>{_FULL}){mark}(?P<iso_m>\d\d?){mark}(?P<iso_d>\d\d?))(?!\d)",
        rf"{own}(?P<digits>(?P<d>\d\d?){gap}(?P<mark>[-/.\\]){gap}(?P<m>\d\d?){gap}(?P=mark){gap}"
        rf"(?P<y>\d{{4}}(?!\d)|{_SHORT}(?!\d|/|[.-]\d)))",
        # A day that a scan tore apart ("1 4 March") is one number.
        rf"(?<![\d.,:/])(?<!\d\s)(?P<words>(?P<wd>[0-3]\s\d|\d\d?)\s?(?:st|nd|rd|th)?(?:\sof)?(?:\sthe)?[\s,.-]{{0,2}}"
        rf"(?P<wm>{month})[\s,-]{{0,3}}(?:of\s)?(?P<wy>(?:19|20)\s?\d\d|{_SHORT}{_COUNT}))(?!\d|:)",
        rf"\b(?P<american>(?P<am>{month})\s(?P<ad>\d\d?)(?:st|nd|rd|th)?,?\s(?P<ay>{_FULL}))(?!\d)",
        rf"(?<![a-z])(?P<month>(?P<mm>{month})[\s,-]{{0,3}}(?:of\s)?(?P<my>{_FULL}|'\s?\d\d|(?<=-)\d\d"
        rf"|(?<=\s)[1-4]\d(?![/a-z-]|,?\s20\d\d){_COUNT}))(?!\d)",
        rf"(?<!\d)(?<!\d[/.-])(?P<short>(?P<sm>\d\d?){mark}(?P<sy>{_FULL}))(?!\d|/|[.-]\d)",
        r"(?<![\d/])(?P<shorter>(?P<zm>0[1-9])/(?P<zy>[1-4]\d))(?!\d|/|%)",
        rf"\b(?P<term>(?P<tn>{term})(?:\shalf[ -]?term)?(?:\sterm)?(?:\s[12])?,?\s(?:of\s|in\s)?"
        r"(?P<ty>20\d\d|'?[1-4]\d(?!\s?[a-z%]))(?:\s?[/-]\s?(?P<tz>(?:20)?\d\d))?)(?!\d)",
        r"(?<![\d/])(?P<school>(?P<cy>20\d\d)\s?[/-]\s?(?P<cz>(?:20)?\d\d))(?![\d/-])",
        rf"(?:{after}|(?<=\bmid-))(?P<year>(?P<only>{_FULL}))(?![\d/-])",
    )
    return re.compile("|".join(forms), re.I)


def _year(words: str) -> int:
    digits = words.replace("'", "").replace(" ", "")
    if len(digits) == 4:
        return int(digits)
    # Children with plans were born after 1990; nothing in one is dated more than a few decades ahead.
    return int(digits) + (2000 if int(digits) < 70 else 1900)


def _day(year: str, month: int, day: str) -> date | None:
    full = _year(year)
    if not (
        1900 <= full <= 2100
        and 1 <= month <= 12
        and 1 <= (number := int(day.replace(" ", ""))) <= monthrange(full, month)[1]
    ):
        return None
    return date(full, month, number)


def _value(match: re.Match[str], text: str) -> tuple[date, Precision] | None:
    """What a match of ``_dates`` means, None where it cannot be."""
    form = match.lastgroup
    day: date | None = None
    if form == "iso":
        day = _day(match["iso_y"], int(match["iso_m"]), match["iso_d"])
    elif form == "digits":
        if len(match["y"]) == 2 and match.start() and text[match.start() - 1].isalpha():
            return None  # "v1.2.18", "K1.2.10": a number of something.
        day = _day(match["y"], int(match["m"]), match["d"])
    elif form == "words":
        day = _day(match["wy"], months()[match["wm"].casefold().rstrip(".")], match["wd"])
    elif form == "american":
        day = _day(match["ay"], months()[match["am"].casefold().rstrip(".")], match["ad"])
    if day is not None:
        return day, "day"
    if form in ("month", "short", "shorter"):
        if form == "month":
            if len(match["my"]) == 2 and not text[match.start()].isupper():
                return None  # "may 18 times"
            month, year = months()[match["mm"].casefold().rstrip(".")], _year(match["my"])
        else:
            month, year = (
                (int(match["sm"]), int(match["sy"])) if form == "short" else (int(match["zm"]), _year(match["zy"]))
            )
        return (date(year, month, 1), "month") if 1 <= month <= 12 else None
    if form == "term":
        if len(match["ty"]) == 2 and not text[match.start()].isupper():
            return None
        return _term_month(match["tn"].lower(), _year(match["ty"]), second=bool(match["tz"])), "month"
    if form == "school":
        first, second = int(match["cy"]), int(match["cz"]) % 100
        return (date(first, 9, 1), "year") if second == (first + 1) % 100 else None
    if form == "year":
        return date(int(match["only"]), 1, 1), "year"
    return None


def _term_month(name: str, year: int, *, second: bool) -> date:
    """The month in which a term or feast of a year ends; ``second``: the year is a school year ("Spring 2025/26")."""
    if name == "easter":
        return easter(year).replace(day=1)
    month = int(read_data("dates.toml")["terms"].get(name, 12))
    return date(year + (second and month < 9), month, 1)


def find_dates(text: str) -> list[Dated]:
    """The dates in a text, left to right, never overlapping."""
    found: list[Dated] = []
    for match in _dates().finditer(plain(text)):
        value = _value(match, text)
        if value is not None:
            found.append(Dated(match.start(), match.end(), text[match.start() : match.end()], *value))
    return found


def date_at(folded: str, text: str, at: int) -> Dated | None:
    """The date that begins at this place; ``folded`` is ``plain(text)``."""
    first = folded[at : at + 1]
    if first.isascii() and not first.isdecimal() and folded[at : at + 3].lower() not in _stems():
        return None  # Every form begins with a figure, or with the name of a month, a term or a feast.
    match = _dates().match(folded, at)
    value = _value(match, text) if match else None
    return Dated(at, match.end(), text[at : match.end()], *value) if match and value else None


_AROUND = re.compile(
    r"""^\s*(?:(?:w/[cbe]|week\s(?:commencing|beginning|ending))[:\s]*)?
        (?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[\s,.]+)?(?:the\s)?""",
    re.X | re.I,
)


def parse_date(text: str) -> date | None:
    """The date of a string that is one whole date with day, month and year, day first; None for anything else.

    A weekday or "w/c" before it and a full stop after it do not count.
    """
    folded = plain(text)
    lead = _AROUND.match(folded)
    found = date_at(folded, text, lead.end() if lead else 0)
    if found is None or found.precision != "day" or folded[found.end :].strip(" .,;)"):
        return None
    return found.date


def add_months(day: date, count: int) -> date:
    """The same day so many months on; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def days_on(day: date, count: int) -> date:
    """So many days on."""
    return day + timedelta(days=count)

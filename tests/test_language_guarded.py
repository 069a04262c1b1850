"""What is passed over for speed holds nothing that would have been found."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcaudit.language import calendar, cues
from ehcaudit.language.guarded import guarded
from ehcaudit.language.identifiers import KINDS, find_all, find_identifiers
from ehcaudit.language.lexicons import read_toml
from ehcaudit.language.readability import words_of
from ehcaudit.language.sentences import sentences

PIECES = (
    *("Mr", "Dr", "Miss", "Smith", "O’Brien", "Jo", "name:", "Name of child", "signed by", "Signature:", "GP"),
    *(
        "DOB",
        "d.o.b.",
        "born on",
        "3/5/2016",
        "1 May 2016",
        "14 March 18",
        "2026",
        "0207 946 0991",
        "+44",
        "01632960001",
    ),
    *("943 476 5919", "9434765919", "HCPC", "registration no", "PH12345", "SEN", "2024/0117", "A123456789012"),
    *("AB12CD", "QQ 12 34 56 C", "AB 12 34 56 C", "S1 2AB", "E3 1TA", "12 Long Lane", "Flat 2, 9 The Green", "a@b.org"),
    *(":", "-", "–", "\n", ".", "(", ")", "’", "`", "ſ", "İ", "é", "٣", "x", "20 minutes", "Sam", "says", "and"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join) | st.text(max_size=40)


@given(text=TEXTS, before=TEXTS)
@settings(max_examples=400, deadline=None)
def test_looking_for_every_identifier_at_once_finds_what_the_finder_of_each_kind_finds(text: str, before: str) -> None:
    apart = {kind: found for kind in KINDS if (found := find_identifiers(text, kind, before=before))}
    assert find_all(text, before=before) == apart


@given(text=TEXTS)
def test_the_words_of_a_text_are_the_same_whether_or_not_a_letter_beyond_ascii_stands_in_it(text: str) -> None:
    assert [*words_of(text), "é"] == words_of(f"{text} é")


@cache
def expressions() -> tuple[str, ...]:
    """Every expression of the word lists that the package guards, and some made to be awkward."""
    said = [*read_toml("provision.toml")["grammar"].values(), *read_toml("outcome.toml")["patterns"].values()]
    for name in ("contributions", "therapies", "strengths", "adulthood", "tests", "jargon"):
        said += leaves(cues.data(name))
    compiled = []
    for text in said:
        try:
            re.compile(text)
        except re.error:
            continue
        compiled.append(text)
    awkward = (
        r"\b(?:ab|ba|c{0,2}d|[xy]z|a?bc)\b",
        r"(?i)\b(?:ab|ba|cd|dc)+\b",
        r"(?<!a )\b(?:ab|ba|cd|(?P<last>dc))\b(?! b)",
        r"^(?:ab|b)|\b(?:ba|ca|da|cd)|\d\d",
        r"\b(?:a(?:b|c)*|b(?=a)|c\d{1,3}|d\s+a|(?:ab){2})",
        r"\b(?:a|b|c|d)(?:\b|x)(?:a|b)?",
    )
    return (*compiled, *awkward)


def leaves(value: object) -> list[str]:
    """The strings in a data file."""
    if isinstance(value, str):
        return [value]
    parts = [*value.keys(), *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return [leaf for part in parts for leaf in leaves(part)]


@cache
def words() -> tuple[str, ...]:
    """Words that the expressions name, whole and cut short."""
    found = {word for text in expressions() for word in re.findall(r"[a-z]{1,12}", text)}
    return (*sorted(found), "a", "ab", "ba", "cd", "dc", "1:1", "20%", "3", "£5", "9.30", "it's")


def found_by(pattern: re.Pattern[str], text: str) -> list[object]:
    return [(m.span(), m.groupdict(), m.lastgroup) for m in pattern.finditer(text)]


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_guarded_expression_finds_the_same_places_and_groups(data: st.DataObject) -> None:
    parts = st.lists(st.sampled_from(words()), max_size=25)
    text = data.draw(st.sampled_from((" ", "-", ", ", ""))).join(data.draw(parts))
    for expression in data.draw(st.lists(st.sampled_from(expressions()), min_size=8, max_size=8)):
        plain, quick = re.compile(expression), guarded(expression)
        assert found_by(quick, text) == found_by(plain, text), expression
        assert (plain.match(text, 3) is None) == (quick.match(text, 3) is None), expression


def test_an_expression_of_many_words_is_guarded_by_their_first_letters() -> None:
    guard = guarded(r"\b(?:teacher|tutor|coach|trainer)s?\b").pattern
    assert guard.startswith(r"\b(?=(?:coa|t(?:ea|ra|ut)))")


@pytest.mark.parametrize(
    "expression", [r"\b\w+ permitting\b", r"money|hours|days|weeks", r"\bonly\b", r"^(?:a|b|c|d)x"]
)
def test_an_expression_that_a_guard_would_not_help_stays_as_it_is(expression: str) -> None:
    assert guarded(expression).pattern == expression


@given(text=st.lists(st.sampled_from(("by", "May", "mar", "Sept", "spring", "2026", "’26", "3", "x")), max_size=6))
def test_a_text_that_is_said_to_hold_no_date_holds_none(text: list[str]) -> None:
    folded = calendar.plain(" ".join(text))
    if not calendar.may_hold_date(folded):
        assert calendar.find_dates(folded) == []
    found = {(one.start, one.date) for one in calendar.find_dates(folded)}
    assert found <= {(at, one.date) for at in range(len(folded)) if (one := calendar.date_at(folded, folded, at))}


def test_a_date_is_found_where_it_begins_and_nowhere_else() -> None:
    text = "by 3 May 2027"
    there = calendar.date_at(text, text, 3)
    assert there is not None
    assert there.date == date(2027, 5, 3)
    assert calendar.date_at(text, text, 0) is None


_OLD_STOP = re.compile(r"(?:(?<![.!?…])[.!?…]++[\"'”’)\]]*+\s+|;\s*\n|\n+)(?=[\"'“‘(\[]*\S)")


@given(st.lists(st.sampled_from((".", "!", "…", ";", "\n", " ", "A", "b", "Dr", "”", "(", "1", "e.g")), max_size=20))
def test_a_sentence_ends_only_where_a_stop_a_space_and_more_words_stand(parts: list[str]) -> None:
    text = "".join(parts)
    stops = {found.end() for found in _OLD_STOP.finditer(text)}
    begins = [start for start, _ in sentences(text)][1:]
    assert all(any(text[stop:start].strip() == "" for stop in stops if stop <= start) for start in begins)

"""Dates as the United Kingdom writes them, and the words that say by when an outcome is to be reached."""
# ruff: noqa: E501, SIM905

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ehcaudit.language.calendar import easter
from ehcaudit.language.dates import Anchor, _times, find_dates, find_times, parse_date
from ehcaudit.language.time_grammar import Grammar, grammar

MONTHS = "January February March April May June July August September October November December".split()
SHORT = "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec".split()


def ordinal(day: int) -> str:
    return f"{day}{'th' if 11 <= day <= 13 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


FORMATS = {
    "slashes": lambda d: f"{d.day:02}/{d.month:02}/{d.year}",
    "no zeros": lambda d: f"{d.day}/{d.month}/{d.year}",
    "dots": lambda d: f"{d.day:02}.{d.month:02}.{d.year}",
    "dots, short year": lambda d: f"{d.day}.{d.month}.{d.year % 100:02}",
    "hyphens": lambda d: f"{d.day}-{d.month}-{d.year}",
    "iso": lambda d: d.isoformat(),
    "words": lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year}",
    "ordinal": lambda d: f"{ordinal(d.day)} {MONTHS[d.month - 1]} {d.year}",
    "ordinal of": lambda d: f"{ordinal(d.day)} of {MONTHS[d.month - 1]}, {d.year}",
    "short month": lambda d: f"{d.day} {SHORT[d.month - 1]} {d.year}",
    "short month and year": lambda d: f"{d.day}-{SHORT[d.month - 1]}-{d.year % 100:02}",
    "short month with a stop": lambda d: f"{d.day} {SHORT[d.month - 1]}{'.' * (d.month != 5)} {d.year}",
    "spaces of a scan": lambda d: f"{d.day} / {d.month} / {d.year}",
    "a space before th": lambda d: f"{d.day} {ordinal(d.day)[-2:]} {MONTHS[d.month - 1]} {d.year}",
    "month first, named": lambda d: f"{MONTHS[d.month - 1]} {d.day}, {d.year}",
    "no-break spaces": lambda d: f"{d.day}\u00a0{MONTHS[d.month - 1]}\u00a0{d.year}",
}


@given(st.dates(date(2000, 1, 1), date(2049, 12, 31)), st.sampled_from(sorted(FORMATS)))
@settings(max_examples=400, deadline=None)
def test_a_date_in_any_format_is_found_and_parsed_back(day: date, form: str) -> None:
    written = FORMATS[form](day)
    assert parse_date(written) == day
    (found,) = find_dates(f"The report of {written} was read.")
    assert (found.text, found.date, found.precision) == (written, day, "day")


@given(st.dates(date(2014, 9, 1), date(2049, 12, 31)), st.sampled_from([MONTHS, SHORT]))
@settings(deadline=None)
def test_a_month_and_year_is_found_and_is_no_whole_date(day: date, names: list[str]) -> None:
    written = f"{names[day.month - 1]} {day.year}"
    (found,) = find_dates(f"Seen in {written} at school")
    assert (found.text, found.date, found.precision) == (written, day.replace(day=1), "month")
    assert parse_date(written) is None


@given(st.integers(2014, 2049), st.integers(1, 12), st.integers(13, 31))
@settings(deadline=None)
def test_a_date_with_the_month_first_is_refused_and_not_read_another_way(year: int, month: int, day: int) -> None:
    assert find_dates(f"Due {month:02}/{day:02}/{year}.") == []
    assert parse_date(f"{month:02}/{day:02}/{year}") is None


@pytest.mark.parametrize(
    "words",
    [
        "31/02/2018", "31 February 2018", "29/02/2027", "00/05/2026", "14/13/2018", "xx/xx/xxxx", "DD/MM/YYYY", "CCYY-MM-DD",
        "Enter date", "9.30", "7/10", "paragraph 9.62", "4 of 5", "he may 18 times out of 20", "14 March 18 pupils came",
        "NHS 943 476 5919", "1.10", "2025/29",
    ],
)  # fmt: skip
def test_what_is_no_date_is_none(words: str) -> None:
    assert find_dates(words) == []
    assert parse_date(words) is None


@pytest.mark.parametrize(
    ("words", "dates"),
    [
        ("Plan 1 agreed: 05/12/2014Date for annual review: 04/12/2015", ["2014-12-05", "2015-12-04"]),
        ("w/c 14/03/2018", ["2018-03-14"]),
        ("week commencing Monday 14th March 2018", ["2018-03-14"]),
        ("Summer Term 2026", ["2026-07-01"]),
        ("Spring term 2025/26", ["2026-04-01"]),
        ("from 12/03/2018-16/03/2018", ["2018-03-12", "2018-03-16"]),
        ("on 3 and 5 June 2026", ["2026-06-05"]),
        ("1 4 March 20 18", ["2018-03-14"]),
        ("SaLT report 09/25", ["2025-09-01"]),
        ("in the school year 2026/27", ["2026-09-01"]),
        ("since 2021", ["2021-01-01"]),
        ("Nov '25", ["2025-11-01"]),
        ("19.02.98", ["1998-02-19"]),
    ],
)
def test_dates_stand_where_plans_put_them(words: str, dates: list[str]) -> None:
    assert [d.date.isoformat() for d in find_dates(words)] == dates


def test_a_weekday_and_week_commencing_do_not_hinder_a_whole_date() -> None:
    assert parse_date("w/c 14/03/2018") == parse_date("Wednesday, 14 March 2018.") == date(2018, 3, 14)
    assert parse_date("14/03/2018 and 15/03/2018") is None


def test_easter_sunday_is_that_of_the_calendar() -> None:
    known = {2024: (3, 31), 2025: (4, 20), 2026: (4, 5), 2027: (3, 28), 2030: (4, 21), 2038: (4, 25)}
    assert {year: easter(year) for year in known} == {year: date(year, *day) for year, day in known.items()}


# ---------------------------------------------------------------- by when

SAM = Anchor(
    plan_date=date(2026, 10, 1), review_date=date(2027, 9, 24), born=date(2018, 3, 14), year_group=4, key_stage=2
)
"""A boy of eight in Year 4."""

TIMES = [
    # dates
    ("By July 2027, Sam will tie his laces.", "By July 2027", "2027-07-31"),
    ("By 3rd June 2027 he will swim a width.", "By 3rd June 2027", "2027-06-03"),
    ("By 07/27 he rides a bike.", "By 07/27", "2027-07-31"),
    ("He will cook a meal by 14 March.", "by 14 March", "2027-03-14"),
    ("By the beginning of October 2027 he will sort coins.", "By the beginning of October 2027", "2027-10-01"),
    ("No later than 31 August 2028 he will use the bus.", "No later than 31 August 2028", "2028-08-31"),
    ("July 2027: names five shapes", "July 2027", "2027-07-31"),
    ("Names five shapes (July 2027)", "July 2027", "2027-07-31"),
    ("By mid-November he will greet his teacher.", "By mid-November", "2026-11-15"),
    ("He will write his name by 2028.", "by 2028", "2028-12-31"),
    ("By Sept. 2027 he counts to fifty.", "By Sept. 2027", "2027-09-30"),
    # terms
    ("By Easter he eats in the hall.", "By Easter", "2027-03-28"),
    ("By Christmas 2027 he pours a drink.", "By Christmas 2027", "2027-12-25"),
    ("By the end of the summer term he will wash his hands.", "By the end of the summer term", "2027-07-31"),
    ("By the end of the autumn half term he lines up.", "By the end of the autumn half term", "2026-10-31"),
    ("By half-term he hangs up his coat.", "By half-term", "2026-10-31"),
    ("By the end of the Spring Term 2028 he dresses.", "By the end of the Spring Term 2028", "2028-04-16"),
    ("By the summer term of Year 6 he finds his way.", "By the summer term of Year 6", "2029-07-31"),
    ("By the end of Term 6 he will spell ten words.", "By the end of Term 6", "2027-07-31"),
    # school years and stages
    ("By the end of Year 6 he will read a timetable.", "By the end of Year 6", "2029-07-31"),
    ("EOY 6: reads a timetable", "EOY 6", "2029-07-31"),
    ("End of Y7: packs his bag", "End of Y7", "2030-07-31"),
    ("He will pack his bag by end of yr 7.", "by end of yr 7", "2030-07-31"),
    ("By Year 5 he will tell the time.", "By Year 5", "2028-07-31"),
    ("By the start of Year 7 he will wear a tie.", "By the start of Year 7", "2029-09-01"),
    ("He will use a locker in Year 7.", "in Year 7", "2030-07-31"),
    ("By the end of Key Stage 2 he writes a letter.", "By the end of Key Stage 2", "2029-07-31"),
    ("By the end of the key stage he writes a letter.", "By the end of the key stage", "2029-07-31"),
    ("End of KS3: travels alone", "End of KS3", "2032-07-31"),
    ("By the end of KS1 (July 2025), he joined in", "By the end of KS1 (July 2025)", "2025-07-31"),
    ("By the end of this academic year he will log on.", "By the end of this academic year", "2027-07-31"),
    ("By the end of the academic year 2027/28 he types.", "By the end of the academic year 2027/28", "2028-07-31"),
    ("Over the next academic year he will join a club.", "Over the next academic year", "2028-07-31"),
    ("By the end of primary school he will phone home.", "By the end of primary school", "2029-07-31"),
    ("By the end of the 2026/27 academic year he can skip.", "By the end of the 2026/27 academic year", "2027-07-31"),
    ("The aim is: by the end of Year 4 he can skip.", "by the end of Year 4", "2027-07-31"),
    ("By the time he is in Year 6 he can skip.", "By the time he is in Year 6", "2029-07-31"),
    # ages
    ("He rides alone by the time he's 16.", "by the time he's 16", "2034-03-14"),
    ("By the time he is 16 he will shop alone.", "By the time he is 16", "2034-03-14"),
    ("He will shop alone by age 16.", "by age 16", "2034-03-14"),
    ("Before his eleventh birthday he rides to school.", "Before his eleventh birthday", "2029-03-14"),
    ("By 18, Sam will have a part-time job.", "By 18", "2036-03-14"),
    # the same in other words
    ("In the school year ending July 2028 he misses no lesson.", "In the school year ending July 2028", "2028-07-31"),
    ("He swims a length over the 2027-28 school year.", "over the 2027-28 school year", "2028-07-31"),
    ("Key Stage 2 end: he writes a letter.", "Key Stage 2 end", "2029-07-31"),
    ("At the end of 12 months he will make toast.", "At the end of 12 months", "2027-10-01"),
    ("This time next year he will make toast.", "This time next year", "2028-07-31"),
    ("At the 2027 review he can name ten birds.", "At the 2027 review", "2027-09-24"),
    ("In time for secondary transfer he will use a map.", "In time for secondary transfer", "2029-08-31"),
    ("From September 2027, he will walk to school.", "From September 2027", "2027-09-30"),
    # spans
    ("Within 12 months he will ask for help.", "Within 12 months", "2027-10-01"),
    ("In two years' time he will make toast.", "In two years' time", "2028-10-01"),
    ("In the next six months he will make toast.", "In the next six months", "2027-04-01"),
    ("Over the coming 6 weeks he wears his hearing aids.", "Over the coming 6 weeks", "2026-11-12"),
    ("Within two terms he keeps score.", "Within two terms", "2027-03-28"),
    ("He keeps score 12 months from the date of this plan.", "12 months from the date of this plan", "2027-10-01"),
    ("Over a 12-month period he will keep a diary.", "Over a 12-month period", "2027-10-01"),
    ("Within six to twelve months he keeps a diary.", "Within six to twelve months", "2027-10-01"),
    # reviews
    ("By his next annual review he will skip.", "By his next annual review", "2027-09-24"),
    ("By next AR: skips", "By next AR", "2027-09-24"),
    ("By the annual review in 2027 he will skip.", "By the annual review in 2027", "2027-09-24"),
    # moves
    ("Before he moves to secondary school he will use a map.", "Before he moves to secondary school", "2029-08-31"),
    ("Before starting Year 7 he will use a map.", "Before starting Year 7", "2029-08-31"),
    ("When he transfers to high school he will use a map.", "When he transfers to high school", "2029-08-31"),
    ("By the time he leaves college at 21 he cooks.", "By the time he leaves college at 21", "2039-03-14"),
    ("By adulthood he will live with two friends.", "By adulthood", "2036-03-14"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "words", "day"), TIMES)
def test_a_time_is_found_and_resolved(statement: str, words: str, day: str) -> None:
    found = find_times(statement)
    assert [t.text for t in found] == [words]
    assert statement[found[0].start : found[0].end] == words
    assert str(found[0].resolve(SAM)) == day


@pytest.mark.parametrize(
    "statement",
    [
        "Ongoing: Sam keeps himself safe.",
        "After a course of speech sessions she says six sounds.",
        "Long term he will live on his own.",
        "He will read at his level when next reassessed.",
        "Aged 7: reads short books",
        "Sam (currently Year 2) reads short books.",
        "A Year 4 pupil who reads short books.",
        "He reads to an adult every week.",
        "He works alone for 20 minutes.",
        "He eats with others over six weeks.",
        "He reads within two years of his peers.",
        "He has been at the school since the end of Year 2.",
        "He stays until the end of Year 6.",
        "By the end of Year 2 he had learnt ten letters.",
        "When he is in school he sits by the door.",
        "When there are 3 people at the table he leaves it.",
        "Before going to school each morning he dresses.",
        "He answers by using his talker.",
        "He will raise his score by 12 points.",
        "He finishes by 9.30 each day.",
        "By the end of the lesson he has written a line.",
        "His work is checked at the end of each term.",
        "His targets are reviewed at the next annual review.",
        "Progress is measured by annual review.",
        "He falls over twice in 6 months.",
        "He spells at the end of Year 3 standard.",
        "He reads in line with Year 5 expectations.",
        "He reads 40 words (baseline 12, March 2026).",
        "He will name three friends at nursery.",
        "She is collected by nursery.",
        "He reads what is expected by the end of Year 6.",
        "Before leaving school each day he packs his bag.",
        "He reads in preparation for Year 7.",
        "On Monday he swims.",
        "",
    ],
)
def test_words_of_how_often_how_long_or_how_old_are_no_time(statement: str) -> None:
    assert find_times(statement) == []


@pytest.mark.parametrize(
    "cell", ["July 2027", "12 months", "End of KS2", "Annual review", "Summer term", "Year 6", "Target date: July 2027"]
)
def test_a_column_of_its_own_may_hold_the_bare_time(cell: str) -> None:
    (found,) = find_times(cell)
    assert found.resolve(SAM) is not None


def test_without_the_facts_of_the_plan_a_relative_time_has_no_day() -> None:
    for words in ("within 12 months", "by Easter", "by the end of Year 6", "by age 16", "by the next annual review"):
        (found,) = find_times(words)
        assert found.resolve(Anchor()) is None


def test_an_absolute_time_needs_no_facts() -> None:
    (found,) = find_times("By the end of Easter 2027")
    assert found.resolve(Anchor()) == date(2027, 3, 28)


def test_the_stated_year_group_outranks_the_date_of_birth() -> None:
    (found,) = find_times("by the end of Year 6")
    with_cohort = Anchor(plan_date=date(2026, 10, 1), born=date(2018, 3, 14))
    below_cohort = Anchor(plan_date=date(2026, 10, 1), born=date(2018, 3, 14), year_group=3)
    assert found.resolve(with_cohort) == date(2029, 7, 31)
    assert found.resolve(below_cohort) == date(2030, 7, 31)


@given(st.dates(date(2005, 1, 1), date(2022, 12, 31)), st.dates(date(2023, 1, 1), date(2030, 12, 31)))
@settings(deadline=None)
def test_a_child_turns_eleven_in_the_school_year_that_ends_year_six(born: date, plan: date) -> None:
    (found,) = find_times("by the end of Year 6")
    end = found.resolve(Anchor(plan_date=plan, born=born))
    assert end is not None
    eleven = date(born.year + 11, born.month, min(born.day, 28))
    assert date(end.year - 1, 9, 1) <= eleven <= date(end.year, 8, 31)


def test_a_review_without_a_date_is_held_within_twelve_months_of_the_plan() -> None:
    (found,) = find_times("by the next annual review")
    assert found.resolve(Anchor(plan_date=date(2026, 10, 1))) == date(2027, 10, 1)


def test_a_time_counts_from_the_as_of_day_where_the_plan_is_undated() -> None:
    (found,) = find_times("within a year")
    assert found.resolve(Anchor(as_of=date(2026, 2, 28))) == date(2027, 2, 28)


def test_a_key_stage_that_is_named_without_its_end_means_its_beginning() -> None:
    (start,), (end,) = find_times("by Key Stage 3"), find_times("by the end of Key Stage 3")
    assert (start.resolve(SAM), end.resolve(SAM)) == (date(2029, 9, 1), date(2032, 7, 31))


def test_a_plan_of_august_counts_the_school_year_that_is_to_come() -> None:
    (found,) = find_times("by the end of the school year")
    assert found.resolve(Anchor(plan_date=date(2026, 8, 20))) == date(2027, 7, 31)
    assert found.resolve(Anchor(plan_date=date(2026, 7, 20))) == date(2026, 7, 31)


def test_a_time_after_a_move_that_no_fact_dates_resolves_to_nothing() -> None:
    (found,) = find_times("Within two terms of joining Reception he will sit alone.")
    assert (found.text, found.resolve(SAM)) == ("Within two terms of joining Reception", None)


def test_a_day_that_a_year_does_not_have_resolves_to_nothing() -> None:
    (found,) = find_times("by 31 June")
    assert found.resolve(SAM) is None


# ---------------------------------------------------------------- any text

PIECES = st.sampled_from(
    "by By within in the end of before Year KS 2 6 12 months July 2027 annual review his next Easter term , . ( ) : - – ’ İ 07/27 "
    "31/02/2018 time he is 16 leaves college Sam will over coming two years' age half EOY transfers to secondary school".split()
)


@given(st.lists(PIECES, max_size=14).map(" ".join) | st.text(max_size=60))
@example("İby July 2027")
@settings(max_examples=300, deadline=None)
def test_offsets_hold_and_nothing_overlaps_in_any_text(text: str) -> None:
    for found in (find_times(text), find_dates(text)):
        free = 0
        for one in found:
            assert one.start >= free
            assert text[one.start : one.end] == one.text
            free = one.end
    for one in find_times(text):
        resolved = one.resolve(SAM)
        assert resolved is None or isinstance(resolved, date)


@pytest.mark.parametrize("piece", ["by ", "end of the ", "1/", "14 ", "by the end of ", "within a week of ", "July ", "by the time that Sam ", "(", " ", "20", "by the next annual "])  # fmt: skip
def test_hostile_text_takes_time_in_step_with_its_length(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        began = time.perf_counter()
        find_times(text)
        find_dates(text)
        return time.perf_counter() - began

    seconds(500)
    assert seconds(20_000) < 4.0


def test_no_time_is_passed_over_for_want_of_a_cue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shapes that are left out because none of their cues stands in a text would have found nothing there."""
    statements = [statement for statement, _, _ in TIMES]
    quick = [find_times(statement) for statement in statements]
    every = [shape for _, shape in grammar().shapes]
    monkeypatch.setattr(Grammar, "shapes_for", lambda self, folded: every)
    _times.cache_clear()
    try:
        assert [find_times(statement) for statement in statements] == quick
    finally:
        _times.cache_clear()


def test_a_long_s_which_regular_expressions_take_for_an_s_spells_a_month():
    assert [(d.text, d.date.isoformat()) for d in find_dates("by 3 ſept 2026")] == [("3 ſept 2026", "2026-09-03")]

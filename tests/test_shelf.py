"""Audits as bytes and on a shelf: the same reports, no more words than they show, and true on the days they say."""

from __future__ import annotations

import os
import stat
import tracemalloc
import zlib
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich_run import GOOD, ROBIN, run_of

from ehcaudit import auditing, engine
from ehcaudit.auditing import Job, Redo, audit_plan
from ehcaudit.caseload import trace
from ehcaudit.checks import Policy
from ehcaudit.checks.age import completed_years
from ehcaudit.engine import audit
from ehcaudit.horizon import ALWAYS, Span, Today, Watched
from ehcaudit.judging import judge_plan
from ehcaudit.model import Block, PlanAudit, Summary
from ehcaudit.readers import Limits
from ehcaudit.reports import ReportOptions, find_report, report_names
from ehcaudit.rules import load_rules
from ehcaudit.scoring import Scale
from ehcaudit.shelf import Sealed, Shelf, open_summary, open_whole, seal, slim

SAMPLES = Path(__file__).parent.parent / "sample_plans"
NAMES = ("07-jayden-year-9", "08-amara-year-10", "11-dean-post-19", "03-tilly-year-2")
AS_OF = date(2026, 11, 1)
RULES = load_rules().choose()


@cache
def plan_of(name: str):
    return auditing.read_plan(SAMPLES / f"{name}.docx")


def audited(name: str, day: date = AS_OF) -> tuple[PlanAudit, Watched]:
    context = Watched(day, Policy())
    return audit_plan(plan_of(name), RULES, context, Scale()), context


def sealed_of(one: PlanAudit) -> Sealed:
    return seal(one, trace(one))


# ---------------------------------------------------------------- bytes


def test_an_audit_comes_back_from_its_bytes_with_the_path_it_now_has() -> None:
    sealed = sealed_of(ROBIN)
    back = open_whole(sealed.whole, "moved/robin.docx")
    assert back.path == back.plan.document.path == "moved/robin.docx"
    assert back.results == ROBIN.results
    assert back.scorecard == ROBIN.scorecard
    assert back.findings == ROBIN.findings
    assert open_summary(sealed.summary, ROBIN.path) == Summary.of(ROBIN)


def test_the_bytes_hold_no_path_for_a_path_may_hold_a_name() -> None:
    sealed = sealed_of(replace(ROBIN, path="robin-of-locksley.docx"))
    assert b"locksley" not in zlib.decompress(sealed.whole) + zlib.decompress(sealed.summary) + sealed.trace


def test_the_bytes_hold_the_words_that_a_report_shows_and_the_summary_holds_none() -> None:
    whole, _ = audited("08-amara-year-10")
    sealed = sealed_of(whole)
    kept, counted = zlib.decompress(sealed.whole).decode(), zlib.decompress(sealed.summary).decode()
    shown = {part.block_id for finding in whole.findings for part in finding.evidence}
    blocks = whole.plan.document.blocks
    needed = [*(item.text for item in whole.plan.items), *whole.plan.column_of.values()]
    headings = {number for section in whole.plan.sections.values() for number in section.headings}
    needed += [block.text for block in blocks if block.id in shown | headings]
    other = [b for b in blocks if len(b.text) > 60 and not any(b.text in words for words in needed)]
    assert len(other) > 10
    assert not [block.text for block in other if block.text in kept]
    quotes = [part.quote for finding in whole.findings for part in finding.evidence if len(part.quote) > 12]
    assert quotes
    assert not [quote for quote in quotes if quote in counted]


def test_half_a_surrogate_pair_does_not_stop_an_audit_from_being_kept() -> None:
    document = replace(ROBIN.plan.document, margins=(Block(12, "footer", "DRAFT \ud83d 1", "footer"),))
    finding = replace(ROBIN.findings[0], message="“\ud83d” is odd")
    odd = replace(
        ROBIN,
        plan=replace(ROBIN.plan, document=document),
        results=(replace(ROBIN.results[0], findings=(finding,)),),
    )
    assert open_whole(sealed_of(odd).whole, "").findings[0].message == "“?” is odd"


@pytest.mark.parametrize("payload", [b"", b"not zlib", zlib.compress(b"{"), zlib.compress(b'{"path": 1}')])
def test_damaged_bytes_are_an_error_and_nothing_else(payload) -> None:
    for reader in (open_whole, open_summary):
        with pytest.raises(ValueError):  # noqa: PT011 - zlib's, JSON's and pydantic's are all of this kind
            reader(payload, "x")


# ---------------------------------------------------------------- the shelf


def test_a_shelf_is_a_sequence_that_can_be_gone_over_again_and_again() -> None:
    shelf = Shelf()
    for one in (ROBIN, GOOD, ROBIN):
        shelf.add(sealed_of(one))
    assert [one.path for one in shelf] == [one.path for one in shelf.traces] == [ROBIN.path, GOOD.path, ROBIN.path]
    assert [one.results for one in shelf] == [ROBIN.results, GOOD.results, ROBIN.results]
    assert shelf[-1].results == shelf[2].results
    assert [one.sha256 for one in shelf[1:]] == [GOOD.sha256, ROBIN.sha256]
    assert [one.findings for one in shelf.summaries] == [Summary.of(one).findings for one in (ROBIN, GOOD, ROBIN)]
    with pytest.raises(IndexError):
        shelf[3]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_shelf_is_a_file_without_a_name_that_only_its_owner_can_read(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    shelf = Shelf()
    shelf.add(sealed_of(ROBIN))
    assert list(tmp_path.iterdir()) == []
    assert stat.S_IMODE(os.fstat(shelf._file.fileno()).st_mode) == 0o600


def test_memory_does_not_grow_with_the_shelf() -> None:
    sealed = sealed_of(ROBIN)
    shelf = Shelf()
    for _ in range(50):
        shelf.add(sealed)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(2_000):
        shelf.add(sealed)
    total = sum(len(one.findings) for one in shelf)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == 2_050 * len(ROBIN.findings)
    assert after - before < 200 * 2_000


RENDERED = [name for name in report_names() if find_report(name).make]


@pytest.mark.parametrize("name", RENDERED)
@pytest.mark.parametrize("verbosity", [0, 1])
def test_every_report_is_the_same_from_a_shelf_as_from_memory(name, verbosity, monkeypatch) -> None:
    options = ReportOptions(width=100, verbosity=verbosity)
    report = find_report(name)
    assert report.render(shelved(), options) == report.render(held(), options)


@cache
def held():
    return audit([SAMPLES / f"{name}.docx" for name in NAMES], rules=RULES, as_of=AS_OF)


@cache
def shelved():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "SHELF_FROM", 0)
        run = audit([SAMPLES / f"{name}.docx" for name in NAMES], rules=RULES, as_of=AS_OF)
    assert isinstance(run.plans, Shelf)
    return run


def test_a_run_of_many_files_is_the_same_for_any_number_of_workers(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(engine, "SHELF_FROM", 3)
    paths = [SAMPLES / f"{name}.docx" for name in NAMES]
    (tmp_path / "broken.docx").write_bytes(b"PK\x03\x04")
    paths.insert(2, tmp_path / "broken.docx")
    report = find_report("json")
    one, two, none = (
        report.render(audit(paths, rules=RULES, as_of=AS_OF, jobs=jobs), ReportOptions()) for jobs in (1, 2, 0)
    )
    assert one == two == none


def test_a_run_without_a_shelf_has_summaries_too() -> None:
    assert run_of(ROBIN, GOOD).summaries == (Summary.of(ROBIN), Summary.of(GOOD))


# ---------------------------------------------------------------- how long an audit stays true


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_that_looks_at_the_day_answers_a_kept_plan_as_it_answers_the_whole(name) -> None:
    dated = [rule for rule in RULES if rule.options.dated]
    assert {"dates/review-overdue", "outcomes/date-already-past"} <= {rule.id for rule in dated}
    whole, _ = audited(name)
    kept = slim(whole)
    for day in (date(2024, 1, 1), AS_OF, date(2027, 3, 1), date(2027, 8, 1), date(2031, 1, 1)):
        fresh = list(judge_plan(whole.plan, dated, Watched(day, Policy())))
        assert list(judge_plan(kept.plan, dated, Watched(day, Policy()))) == fresh


def test_only_a_dated_rule_asks_for_the_day_where_the_plan_has_a_date() -> None:
    for name in NAMES:
        _, context = audited(name)
        assert (context.firm == ALWAYS) == (plan_of(name).facts.plan_date is not None)


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(NAMES), day=st.dates(date(2025, 1, 1), date(2029, 12, 31)), step=st.integers(-400, 400))
def test_an_audit_is_the_same_on_every_day_that_it_says_and_is_put_right_on_every_other(name, day, step) -> None:
    whole, context = audited(name, day)
    other = day + timedelta(days=step)
    fresh, _ = audited(name, other)
    if other in context.span.days:
        assert fresh.results == whole.results
    elif other in context.firm:
        job = Job(RULES, other, Policy(), Limits(), Scale(), sealed=True)
        kept = sealed_of(whole)
        redone = job(Redo(Path("x.docx"), kept.whole, kept.trace, context.firm))
        assert isinstance(redone, Sealed)
        again, by_file = open_whole(redone.whole, ""), sealed_of(fresh)
        assert again.results == fresh.results
        assert again.scorecard == fresh.scorecard
        assert (redone.summary, redone.trace) == (by_file.summary, by_file.trace)
        assert other in redone.days
        assert redone.firm == context.firm


@given(born=st.dates(date(2000, 1, 1), date(2026, 12, 31)), when=st.dates(date(1999, 1, 1), date(2050, 1, 1)))
def test_an_age_is_that_of_the_calendar(born, when) -> None:
    assert completed_years(born, when) == when.year - born.year - ((when.month, when.day) < (born.month, born.day))
    assert completed_years(born, when, timedelta(31)) == completed_years(born, when + timedelta(31))
    assert completed_years(born, when, -timedelta(183)) == completed_years(born, when - timedelta(183))


def test_the_span_of_an_overdue_review_begins_the_day_after_it_was_due() -> None:
    whole, context = audited("07-jayden-year-9")
    review = whole.plan.facts.review_date or whole.plan.facts.plan_date
    assert review is not None
    assert review < context.span.since <= AS_OF
    assert context.span.until == date.max


EARLY, LATE = date(2026, 1, 1), date(2027, 1, 1)


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        (lambda day: day > EARLY, EARLY + timedelta(1), date.max),
        (lambda day: day <= LATE, date.min, LATE - timedelta(1)),
        (lambda day: max(EARLY, day) < LATE, EARLY + timedelta(1), LATE - timedelta(1)),
        (lambda day: day == LATE, date.min, LATE - timedelta(1)),
        (lambda day: day != EARLY, EARLY + timedelta(1), date.max),
        (lambda day: day >= AS_OF, AS_OF, AS_OF),
        (lambda day: day.year, AS_OF, AS_OF),
        (lambda day: (day.month, day.day), AS_OF, AS_OF),
        (lambda day: day - EARLY, AS_OF, AS_OF),
        (lambda day: LATE - day, AS_OF, AS_OF),
        (lambda day: day + timedelta(1), AS_OF, AS_OF),
        (lambda day: f"{day:%B}", AS_OF, AS_OF),
        (lambda day: str(day), AS_OF, AS_OF),
        (lambda day: hash(day), AS_OF, AS_OF),
        (lambda day: day.replace(year=2020), AS_OF, AS_OF),
        (lambda day: day.weekday(), AS_OF, AS_OF),
        (lambda day: EARLY or day, date.min, date.max),
        (lambda day: day < max(day, EARLY), EARLY + timedelta(1), date.max),
        (lambda day: completed_years(date(2012, 3, 9), day), date(2026, 3, 10), date(2027, 3, 8)),
        (lambda day: completed_years(date(2012, 2, 29), day, timedelta(31)), date(2026, 1, 30), date(2027, 1, 28)),
    ],
)
def test_a_question_about_the_day_gets_its_answer_and_narrows_the_span(question, since, until) -> None:
    span = Span(AS_OF)
    assert question(Today.of(span)) == question(AS_OF)
    assert (span.since, span.until) == (since, until)
    for day in (since, until, AS_OF):
        if date.min < day < date.max:
            assert question(day) == question(AS_OF)

"""Dates of plans, advice and tests: what the rules' own examples do not show."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from plan_docs import H, L, P, T, document

from ehcaudit.checks import CHECKS, Answer, Context, Policy
from ehcaudit.checks.advice import months_between
from ehcaudit.checks.dates import add_months
from ehcaudit.checks.timeliness import labelled
from ehcaudit.model import Plan
from ehcaudit.plan import build

FRONT = ("Education, Health and Care Plan", "Status: Final", "Date of final plan: 1 October 2026")


def plan_of(*parts: Any, front: tuple[Any, ...] = FRONT) -> Plan:
    return build(
        document(*front, H("Section A: Views"), "Zeb likes bees.", H("Section B: Special educational needs"), *parts)
    )


def with_advice(*parts: Any, front: tuple[Any, ...] = FRONT) -> Plan:
    return plan_of("Zeb cannot yet read signs.", H("Section K: Advice and information"), *parts, front=front)


def ask(
    name: str, plan: Plan, where: tuple[str, ...] = ("K",), *, policy: Policy | None = None, **options: Any
) -> Answer:
    kind = CHECKS[name]
    context = Context(date(2026, 11, 2), policy or Policy())
    return kind.function(plan, kind.options(**options), where, context)


def quotes(answer: Answer) -> list[str]:
    return [said.quote for hit in answer.hits for said in hit.evidence]


def test_the_limit_of_age_comes_from_the_policy_and_may_differ_by_role() -> None:
    plan = with_advice(
        L("Educational psychologist's report, Una Frey, 3 June 2025"),
        L("Headteacher's advice, Zadie Cole, 3 June 2025"),
    )
    assert ask("advice-older-than-policy", plan).status == "met"
    strict = Policy(advice_months={"default": 24, "headteacher": 12})
    answer = ask("advice-older-than-policy", plan, policy=strict)
    assert quotes(answer) == ["Headteacher's advice, Zadie Cole, 3 June 2025"]
    assert answer.hits[0].values["limit"] == "12"


def test_advice_is_as_old_as_it_was_at_the_plans_date() -> None:
    old = ("Education, Health and Care Plan", "Status: Final", "Date of final plan: 1 October 2023")
    plan = with_advice(L("Educational psychologist's report, Una Frey, 3 June 2023"), front=old)
    assert ask("advice-older-than-policy", plan).status == "met"


def test_without_a_date_of_the_plan_advice_after_it_cannot_be_judged() -> None:
    plan = with_advice(L("Educational psychologist's report, Una Frey, 3 June 2026"), front=("EHC Plan",))
    assert ask("advice-dated-after-plan", plan).status == "not_assessed"


def test_an_entry_of_no_advice_is_not_asked_for_its_date() -> None:
    plan = with_advice(L("Social care: not known to this service"), L("School report, Zadie Cole"))
    answer = ask("advice-lacks", plan, lacks="date")
    assert quotes(answer) == ["School report, Zadie Cole"]
    assert (answer.met, answer.items) == (0, 1)


def test_a_blank_cell_under_role_is_a_missing_role() -> None:
    plan = with_advice(
        T(
            [
                ["Report", "Role", "Author", "Date of report"],
                ["Physiotherapy report", "", "Al Quist", "4 June 2026"],
                ["Parents' views", "Mother", "", "4 June 2026"],
            ]
        )
    )
    answer = ask("advice-lacks", plan, lacks="author-or-role")
    assert [hit.values["lacking"] for hit in answer.hits] == ["role"]
    assert quotes(answer)[0] == "Physiotherapy report"


def test_hits_point_at_the_item_of_their_entry() -> None:
    plan = with_advice(L("School advice, Zadie Cole, 2 June 2026"), L("OT report, Fay Lund"))
    (hit,) = ask("advice-lacks", plan, lacks="date").hits
    item = next(item for item in plan.items if item.id == hit.item)
    assert item.text == "OT report, Fay Lund"


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2024, 10, 1), date(2026, 10, 1), 24),
        (date(2024, 10, 2), date(2026, 10, 1), 23),
        (date(2026, 10, 2), date(2026, 10, 1), -1),
    ],
)
def test_months_count_whole(start: date, end: date, months: int) -> None:
    assert months_between(start, end) == months


def test_a_year_after_the_leap_day_is_the_end_of_february() -> None:
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)


# ---------------------------------------------------------------- scores


def test_a_date_in_another_cell_of_the_row_dates_a_score() -> None:
    table = T(
        [
            ["Attainment", "When assessed"],
            ["Reading: standard score 78", "May 2026"],
            ["Spelling: standard score 71", ""],
        ]
    )
    answer = ask("test-score-dated", plan_of(table), ("B",))
    assert quotes(answer) == ["Spelling: standard score 71"]


def test_a_bold_line_above_dates_the_scores_below() -> None:
    plan = plan_of(P("Assessment of June 2026", bold=True), L("WISC-V processing speed: standard score 71"))
    assert ask("test-score-dated", plan, ("B",)).status == "met"


@pytest.mark.parametrize(
    "text",
    [
        "He is supported for 20 minutes and uses his Boxall targets.",
        "She scored two goals and is 9 years 4 months old.",
        "In Year 4 his reading age was 6 years 2 months.",
        "His BAS3 and his WISC-V are held by the psychologist.",
    ],
)
def test_what_is_no_undated_score_passes(text: str) -> None:
    assert ask("test-score-dated", plan_of(text), ("B",)).status in ("met", "not_applicable")


@pytest.mark.parametrize(
    "text",
    [
        "Her vocabulary is at the 4th percentile.",
        "His BPVS-3 standardised score is 72.",
        "She has an age equivalent of 4 years 3 months for listening.",
        "On the Movement ABC-2 he scored 3.",
    ],
)
def test_scores_of_tests_need_a_date(text: str) -> None:
    assert quotes(ask("test-score-dated", plan_of(text), ("B",))) == [text]


# ---------------------------------------------------------------- labelled dates


def test_a_labelled_date_stands_behind_beside_or_below_its_label() -> None:
    behind = plan_of("x", front=(*FRONT, "Date of request for assessment: 4 May 2026"))
    beside = plan_of("x", front=(*FRONT, T([["Date of request for assessment", "4 May 2026"], ["Reference", "12"]])))
    below = plan_of("x", front=(*FRONT, T([["Date of request for assessment", "Reference"], ["4 May 2026", "12"]])))
    for plan in (behind, beside, below):
        found = labelled(plan, "request")
        assert found is not None
        day, said = found
        assert (day, said.quote) == (date(2026, 5, 4), "4 May 2026")


def test_clocks_do_not_apply_without_both_dates() -> None:
    for clock in ("final", "amended", "comments", "transfer"):
        assert ask("clock", plan_of("x"), ("plan",), clock=clock).status == "not_applicable"

"""The arithmetic of scores, and the promise that reading less never scores more."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ehcaudit.model import Finding, Result, RuleCard
from ehcaudit.scoring import Scale, score


def card(
    rule_id: str,
    *,
    theme: str = "outcomes",
    weight: float = 4,
    basis: str = "code",
    severity: str = "major",
    where: tuple[str, ...] = ("outcome",),
) -> RuleCard:
    return RuleCard(
        rule_id, rule_id, theme, severity, "high", basis, "", "", (), where, weight, "", where == ("outcome",)
    )  # type: ignore[arg-type]


def cards(*made: RuleCard) -> dict[str, RuleCard]:
    return {one.id: one for one in made}


def test_a_rule_over_items_earns_its_share_once_per_plan():
    result = score([Result("a", "not_met", met=3, items=4)], cards(card("a")), Scale())
    assert result.percent == 75
    assert result.coverage == 1
    assert result.sections["E"].percent == 75


def test_a_long_plan_weighs_no_more_than_a_short_one():
    made = cards(card("a", severity="minor"), card("b"))
    long = score([Result("a", "not_met", 30, 60), Result("b", "met")], made, Scale())
    short = score([Result("a", "not_met", 1, 2), Result("b", "met")], made, Scale())
    assert long.percent == short.percent == 75


def fault(rule: str, item: str, *, query: bool = False) -> Finding:
    return Finding(rule, "", "major", "high", "code", "E", (), "", f"{rule}{item}", query=query, item=item)


def test_one_grave_fault_in_every_outcome_leaves_none_of_them_sound():
    spread = [Result(f"r{n}", "not_met", 3, 4, (fault(f"r{n}", f"E{n}"),)) for n in range(4)]
    made = cards(*(card(f"r{n}") for n in range(4)))
    # Each rule is met by three quarters, and no outcome is sound: half of 75.
    assert score(spread, made, Scale()).percent == 37.5
    piled = [Result(f"r{n}", "not_met", 3, 4, (fault(f"r{n}", "E1"),)) for n in range(4)]
    assert score(piled, made, Scale()).percent == 75


def test_a_minor_fault_does_not_make_an_outcome_unsound():
    results = [Result("a", "met", 4, 4), Result("b", "not_met", 3, 4, (fault("b", "E1"),))]
    made = cards(card("a"), card("b", severity="minor"))
    assert round(score(results, made, Scale()).percent or 0, 1) == 91.7


def test_themes_add_up_by_the_weights_of_the_settings():
    both = cards(card("a", theme="outcomes"), card("b", theme="voice", where=("A",)))
    results = [Result("a", "met"), Result("b", "not_met")]
    assert score(results, both, Scale(theme_weights={"outcomes": 3, "voice": 1})).percent == 75
    assert score(results, both, Scale(theme_weights={"outcomes": 1, "voice": 1})).percent == 50


def test_what_was_not_assessed_is_not_earned_and_lowers_the_coverage():
    made = cards(card("a", severity="minor"), card("b", severity="minor"))
    result = score([Result("a", "met"), Result("b", "not_assessed")], made, Scale())
    assert result.percent == 50
    assert result.coverage == 0.5


def test_what_a_person_must_decide_counts_neither_way():
    finding = Finding("b", "", "major", "high", "code", "E", (), "", "f", query=True, item="E1")
    made = cards(card("a"), card("b", severity="minor"))
    result = score([Result("a", "met"), Result("b", "query", 1, 2, (finding,))], made, Scale())
    assert result.percent == 100
    assert result.coverage == 0.75


def test_what_does_not_apply_is_left_out():
    assert (
        score([Result("a", "met"), Result("b", "not_applicable")], cards(card("a"), card("b")), Scale()).percent == 100
    )


def test_a_statutory_failure_keeps_the_grade_below_good():
    made = cards(card("a", weight=99), card("law", weight=1, basis="law", severity="critical"))
    result = score([Result("a", "met"), Result("law", "not_met")], made, Scale())
    assert result.percent == 99
    assert result.grade == "Requires improvement"
    assert result.capped_by == ("law",)


def test_a_requirement_of_law_that_could_not_be_checked_does_not_lift_the_grade():
    made = cards(card("a", weight=999), card("law", weight=1, basis="law", severity="critical"))
    result = score([Result("a", "met"), Result("law", "not_assessed")], made, Scale())
    assert result.grade == "Requires improvement"
    assert (result.capped_by, result.unproven) == ((), ("law",))


def test_a_low_score_is_not_lifted_by_the_cap():
    result = score([Result("law", "not_met")], cards(card("law", basis="law", severity="critical")), Scale())
    assert result.grade == "Inadequate"


def test_no_grade_is_given_where_too_little_could_be_judged():
    made = cards(card("a"), card("b"), card("c"))
    results = [Result("a", "met"), Result("b", "not_assessed"), Result("c", "not_assessed")]
    assert score(results, made, Scale()).grade is None


def test_nothing_that_applies_is_no_score():
    result = score([Result("a", "not_applicable")], cards(card("a")), Scale())
    assert (result.percent, result.grade) == (None, None)


THEMES = ("outcomes", "voice", "health-and-care")
STATES = st.sampled_from(["met", "not_met", "query", "not_assessed", "not_applicable"])


@given(
    st.lists(st.tuples(st.sampled_from(THEMES), STATES, st.integers(0, 5), st.integers(1, 5)), min_size=1, max_size=12),
    st.data(),
)
def test_a_rule_that_could_not_be_assessed_never_raises_a_score(made, data):
    known = cards(*(card(str(i), theme=theme) for i, (theme, *_) in enumerate(made)))
    results = [
        Result(str(i), status, min(met, items), items) if status in ("met", "not_met") else Result(str(i), status)
        for i, (_, status, met, items) in enumerate(made)
    ]
    lost = data.draw(st.sets(st.integers(0, len(made) - 1)))
    unread = [replace(r, status="not_assessed", met=None, items=None) if int(r.rule) in lost else r for r in results]
    before, after = score(results, known, Scale()), score(unread, known, Scale())
    if before.percent is not None:
        assert after.percent is not None
        assert after.percent <= before.percent + 1e-9

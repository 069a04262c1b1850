"""Words that were not read surely: their section is not assessed, with a warning and without findings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcaudit.auditing import audit_plan
from ehcaudit.checks import Context
from ehcaudit.checks.base import unreadable
from ehcaudit.judging import stock_plan
from ehcaudit.model import SECTION_LETTERS, Document, PlanAudit
from ehcaudit.plan import build
from ehcaudit.readers import Limits
from ehcaudit.readers.text import from_markdown
from ehcaudit.rules import load_rules
from ehcaudit.scoring import Scale

RULES = load_rules().choose()
AS_OF = date(2026, 11, 1)
LEAST = Limits().min_confidence
GARBLED, RECOGNISED = 0.2, 0.75


def document(faulty: frozenset[str] = frozenset()) -> Document:
    """The stock plan, with hardly a word in the faulty sections."""
    front, parts = stock_plan()
    return from_markdown(
        front
        + "".join(
            f"{head}\n\nSome support as appropriate, where possible.\n\n" if letter in faulty else head + body
            for letter, head, body in parts
        )
    )


def unsure(read: Document, letters: frozenset[str], confidence: float) -> Document:
    """The same words, read with this confidence where they stand in these sections."""
    where = build(read).section_of
    blocks = (replace(b, confidence=confidence) if where.get(b.id) in letters else b for b in read.blocks)
    return replace(read, blocks=tuple(blocks))


def audited(read: Document, least: float = LEAST) -> PlanAudit:
    return audit_plan(build(read, min_confidence=least), RULES, Context(AS_OF), Scale())


def test_a_section_is_as_sure_as_the_words_in_it() -> None:
    plan = build(unsure(document(), frozenset("F"), RECOGNISED))
    assert plan.sections["F"].confidence == pytest.approx(RECOGNISED)
    assert plan.sections["B"].confidence == 1


def test_a_section_that_is_not_sure_enough_is_told_with_the_reason_and_kept_to_be_seen() -> None:
    plan = build(unsure(document(), frozenset("F"), GARBLED), min_confidence=LEAST)
    assert (
        unreadable(plan, "F") == "Section F could not be read: only 20% sure (settings: limits.min_confidence = 0.5)."
    )
    assert [warning.kind for warning in plan.warnings] == ["section-read-unsurely"]
    assert plan.text_of("F")


def test_its_rules_are_not_assessed_and_none_of_its_words_is_a_finding() -> None:
    faulty = document(frozenset("EF"))
    before, after = audited(faulty), audited(unsure(faulty, frozenset("F"), GARBLED))
    assert {finding.section for finding in before.findings} >= {"E", "F"}
    assert "E" in {finding.section for finding in after.findings}
    for finding in after.findings:
        assert finding.section != "F"
        assert "F" not in {after.plan.section_of.get(part.block_id) for part in finding.evidence}
    asked_of_f = [rule for rule in RULES if rule.file.where == ("F",)]
    status = {result.rule: result.status for result in after.results}
    assert {status[rule.id] for rule in asked_of_f} <= {"not_assessed", "not_applicable"}
    assert "not_assessed" in {status[rule.id] for rule in asked_of_f}


def test_recognised_words_are_sure_enough_by_the_default_and_not_by_a_stricter_setting() -> None:
    read = unsure(document(frozenset("F")), frozenset("F"), RECOGNISED)
    assert "F" in {finding.section for finding in audited(read).findings}
    assert "F" not in {finding.section for finding in audited(read, 0.9).findings}


@settings(max_examples=25, deadline=None)
@given(
    dark=st.frozensets(st.sampled_from(SECTION_LETTERS), min_size=1, max_size=4),
    faulty=st.frozensets(st.sampled_from(SECTION_LETTERS), max_size=6),
)
def test_a_score_never_rises_because_words_were_not_sure(dark: frozenset[str], faulty: frozenset[str]) -> None:
    sure = document(faulty)
    before, after = audited(sure), audited(unsure(sure, dark, GARBLED))
    assert before.scorecard.percent is not None
    assert after.scorecard.percent is not None
    assert after.scorecard.percent <= before.scorecard.percent + 1e-9
    assert not {finding.section for finding in after.findings} & dark

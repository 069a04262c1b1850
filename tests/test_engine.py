"""A run over files: one bad file costs itself alone, the verdict is one, and nothing checked is never clean."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ehcaudit import auditing
from ehcaudit.checks import Context
from ehcaudit.engine import Gate, audit, find_inputs
from ehcaudit.errors import NotAPlan, UsageError
from ehcaudit.judging import judge_plan, restrict, stock_plan
from ehcaudit.model import SECTION_LETTERS
from ehcaudit.plan import build
from ehcaudit.readers.text import from_markdown
from ehcaudit.rules import load_rules
from ehcaudit.scoring import Scale, score

RULES = load_rules().choose()
STOCK = "".join([stock_plan()[0], *(f"{head}{body}" for _, head, body in stock_plan()[1])])
AS_OF = date(2026, 11, 1)


def vague_outcome(words: str = "To be happier at school.") -> str:
    """The stock plan with one more outcome."""
    return STOCK.replace("\n### Arrangements", f"\n7. {words}\n\n### Arrangements")


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    path = tmp_path / "good.md"
    path.write_text(STOCK, encoding="utf-8")
    return path


def test_the_stock_plan_is_clean_by_every_rule(plan_file):
    run = audit([plan_file], as_of=AS_OF)
    quotes = [(f.rule, [e.quote for e in f.evidence]) for p in run.plans for f in p.findings]
    assert quotes == []
    assert run.verdict == "clean"
    assert run.plans[0].scorecard.grade == "Outstanding"


def test_a_fault_makes_findings_with_their_words(plan_file):
    plan_file.write_text(vague_outcome(), encoding="utf-8")
    run = audit([plan_file], as_of=AS_OF)
    assert run.verdict == "findings"
    found = {(f.rule, e.quote) for p in run.plans for f in p.findings for e in f.evidence}
    assert ("outcomes/not-time-bound", "To be happier at school.") in found


def test_every_quote_stands_at_its_offsets(plan_file):
    plan_file.write_text(vague_outcome("To be happier, in time."), encoding="utf-8")
    for audited in audit([plan_file], as_of=AS_OF).plans:
        for finding in audited.findings:
            for part in finding.evidence:
                assert audited.plan.document.blocks[part.block_id].text[part.start : part.end] == part.quote


def test_a_bad_file_becomes_a_failure_and_the_others_go_on(tmp_path, plan_file):
    (tmp_path / "broken.docx").write_bytes(b"PK\x03\x04 not really")
    (tmp_path / "letter.txt").write_text("Dear parents, the summer fair is on Saturday.", encoding="utf-8")
    run = audit([tmp_path], as_of=AS_OF)
    assert [Path(p.path).name for p in run.plans] == ["good.md"]
    assert {(Path(f.path).name, f.error) for f in run.failures} == {
        ("broken.docx", "damaged"),
        ("letter.txt", "not-a-plan"),
    }
    assert run.verdict == "incomplete"


def test_no_failure_message_holds_words_of_the_file(tmp_path):
    (tmp_path / "secret.txt").write_text("Zebediah lives at the lighthouse.", encoding="utf-8")
    (failure,) = audit([tmp_path], as_of=AS_OF).failures
    assert "Zebediah" not in failure.message
    assert "secret.txt" in failure.message


def test_an_empty_folder_is_never_clean(tmp_path):
    run = audit([tmp_path], as_of=AS_OF)
    assert run.verdict == "incomplete"
    assert run.failures[0].error == "no-inputs"


def test_a_rule_set_without_rules_cannot_run(plan_file):
    with pytest.raises(UsageError, match="no rules are switched on"):
        audit([plan_file], rules=RULES.choose(ignore=sorted({rule.theme for rule in RULES.rules})))


def test_a_check_that_crashes_is_a_failure_without_plan_text(plan_file, monkeypatch):
    def crash(*_: object) -> None:
        raise ValueError("Robin cannot")

    monkeypatch.setattr(auditing, "audit_plan", crash)
    (failure,) = audit([plan_file], as_of=AS_OF).failures
    assert failure.error == "internal"
    assert "Robin" not in failure.message
    assert "ValueError" in failure.message


def test_lock_files_are_skipped_and_named(tmp_path, plan_file):
    (tmp_path / "~$good.docx").write_bytes(b"lock")
    (tmp_path / "._good.docx").write_bytes(b"fork")
    run = audit([tmp_path], as_of=AS_OF)
    assert len(run.skipped) == 2
    assert run.verdict == "clean"


def test_a_file_named_twice_is_read_once(tmp_path, plan_file):
    files, _, _ = find_inputs([plan_file, tmp_path, str(tmp_path / "*.md")])
    assert files == [plan_file]


def test_a_pattern_that_fits_nothing_and_a_missing_file_are_failures(tmp_path):
    run = audit([tmp_path / "none.docx", str(tmp_path / "*.docx")], as_of=AS_OF)
    assert [f.error for f in run.failures] == ["not-found", "not-found"]


def test_the_gate_decides_once_on_the_whole_run(plan_file):
    plan_file.write_text(vague_outcome(), encoding="utf-8")
    assert audit([plan_file], as_of=AS_OF, gate=Gate(None)).verdict == "clean"
    assert audit([plan_file], as_of=AS_OF, gate=Gate(None, min_score=99.9)).verdict == "findings"
    assert audit([plan_file], as_of=AS_OF, gate=Gate("critical")).verdict == "clean"


def test_something_that_is_not_a_plan_is_refused_in_one_line(tmp_path):
    path = tmp_path / "report.txt"
    path.write_text("School report\n\nMaths: a pleasing term.\n", encoding="utf-8")
    with pytest.raises(NotAPlan, match="not recognised as an EHC plan") as caught:
        auditing.read_plan(path)
    assert "\n" not in str(caught.value)


def test_only_the_sections_asked_for_are_audited(plan_file):
    plan = restrict(auditing.read_plan(plan_file), ("B", "F"))
    assert set(plan.sections) == {"B", "F"}
    results = {r.rule: r for r in judge_plan(plan, RULES, Context(AS_OF))}
    assert not results["structure/section-missing"].findings


def test_an_unknown_section_letter_is_refused(plan_file):
    with pytest.raises(UsageError, match="is not a section"):
        audit([plan_file], sections=("Z",))


CARDS = {rule.id: rule.card for rule in RULES}


def percent_of(plan) -> float | None:
    return score(tuple(judge_plan(plan, RULES, Context(AS_OF))), CARDS, Scale()).percent


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lost=st.sets(st.sampled_from(SECTION_LETTERS), min_size=1, max_size=3),
    faults=st.sets(st.sampled_from(SECTION_LETTERS), max_size=6),
)
def test_a_section_that_could_not_be_read_never_raises_a_score(lost, faults):
    front, parts = stock_plan()
    text = front + "".join(
        f"{head}\n\nSome support as appropriate.\n\n" if letter in faults else f"{head}{body}"
        for letter, head, body in parts
    )
    plan = build(from_markdown(text))
    dark = {
        letter: replace(section, blocks=(), unreadable="its content is a picture") if letter in lost else section
        for letter, section in plan.sections.items()
    }
    unread = replace(
        plan,
        sections=dark,
        items=tuple(i for i in plan.items if i.section not in lost),
        advice=() if "K" in lost else plan.advice,
    )
    before, after = percent_of(plan), percent_of(unread)
    assert before is not None
    assert after is not None
    assert after <= before + 1e-9


def test_the_same_input_rules_and_date_give_the_same_run(plan_file):
    from ehcaudit.reports import render

    assert render(audit([plan_file], as_of=AS_OF), "json") == render(audit([plan_file], as_of=AS_OF), "json")

"""The sample plans and built ones go through the whole pipeline and yield what stands beside them."""

from __future__ import annotations

import sys
import tomllib
from datetime import date
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "sample_plans"
sys.path.insert(0, str(FOLDER))

import build  # noqa: E402
from plan_builder.content import Content, Planted, load  # noqa: E402
from plan_builder.expected import Expected  # noqa: E402
from plan_builder.faults import faults_for  # noqa: E402
from plan_builder.generate import generate, some_faults  # noqa: E402
from plan_builder.layouts import render  # noqa: E402
from plan_builder.measure import fold, meets  # noqa: E402
from plan_builder.style import styles, told  # noqa: E402

from ehcaudit import engine, readers  # noqa: E402
from ehcaudit.model import Plan, PlanAudit  # noqa: E402
from ehcaudit.plan import build as build_plan  # noqa: E402
from ehcaudit.plan import recognise  # noqa: E402
from ehcaudit.rules import load_rules  # noqa: E402

AS_OF = date(2026, 11, 1)
SAMPLES = sorted(path.name.removesuffix(".expected.toml") for path in FOLDER.glob("*.expected.toml"))
LAYOUTS = sorted(styles())


@cache
def rules():
    return load_rules().choose(persona="pedantic")


@cache
def known() -> frozenset[str]:
    """Rules that exist."""
    return frozenset(rule.id for rule in rules())


@cache
def audited(name: str) -> PlanAudit:
    run = engine.audit([FOLDER / f"{name}.docx"], rules=rules(), as_of=AS_OF)
    assert not run.failures, run.failures
    return run.plans[0]


@cache
def placed(name: str) -> Plan:
    return build_plan(readers.read(FOLDER / f"{name}.docx"))


@cache
def wanted(name: str) -> dict:
    return tomllib.loads((FOLDER / f"{name}.expected.toml").read_text(encoding="utf-8"))


def misplaced(plan: Plan, content: Content) -> list[str]:
    """Where the items differ from the content's.

    Each must be one of its items, or a part of one where its sentences are
    statements of their own (of at most every fourth). None may be lost, doubled, merged or stand in another section.
    """
    wrong: list[str] = []
    for letter in ("B", "C", "D", "E", "F", "G", "H1", "H2"):
        if letter in content.leave_out:
            continue
        own = content.outcomes if letter == "E" else (*content.needs, *content.provisions)
        texts = [fold(told(item)) for item in own if letter == "E" or item.section == letter]
        said = {fold(n.text) for n in content.none if n.section == letter}
        found = [fold(i.text) for i in plan.items if i.section == letter and not i.none_stated]
        found = [text for text in found if text not in said]
        wrong += [f"{letter}, not an item of it: {text}" for text in found if not any(text in t for t in texts)]
        lost = sum(len(text.split()) for text in texts) - sum(len(text.split()) for text in found)
        if lost or not len(texts) <= len(found) <= len(texts) + max(1, len(texts) // 4) * bool(texts):
            wrong.append(f"{letter}: {len(found)} items in place of {len(texts)}, {lost} words lost")
    if "K" not in content.leave_out and len(plan.advice) != len(content.advice):
        wrong.append(f"K: {len(plan.advice)} entries of advice in place of {len(content.advice)}")
    return wrong


def read(path: Path, data: bytes) -> Plan:
    path.write_bytes(data)
    return build_plan(readers.read(path))


def test_the_committed_plans_agree_with_their_content():
    assert build.check() == []


def test_the_committed_plans_stay_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) < 1_500_000


def test_there_are_twelve_plans_in_eight_layouts():
    assert len(SAMPLES) >= 12
    assert len({wanted(name)["layout"] for name in SAMPLES}) >= 8


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_has_its_sections(name):
    plan = placed(name)
    assert list(plan.sections) == wanted(name)["sections"]
    assert all(section.labelled for section in plan.sections.values()) == wanted(name)["labelled"]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_has_its_needs_outcomes_provision_and_advice(name):
    assert misplaced(placed(name), load(FOLDER / "content" / f"{name}.toml")) == []


@pytest.mark.parametrize("name", [name for name in SAMPLES if "threads" in wanted(name)])
def test_a_sample_in_tables_has_its_threads(name):
    plan = placed(name)
    text = {item.id: fold(item.text) for item in plan.items}
    for row in wanted(name)["threads"]:
        assert any(
            all(
                any(fold(start) in text[i] for i in getattr(thread, kind))
                for kind in ("needs", "outcomes", "provisions")
                for start in row[kind]
            )
            for thread in plan.threads
        ), row


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_yields_the_faults_that_were_planted_in_it(name):
    findings = audited(name).findings
    planted = [Planted(**entry) for entry in wanted(name).get("findings", ()) if entry["rule"] in known()]
    missed = [f"{p.rule}: {p.quote}" for p in planted if not p.known_gap and not meets(p, findings)]
    mended = [f"{p.rule}: {p.quote}" for p in planted if p.known_gap and meets(p, findings)]
    assert missed == []
    assert mended == [], "no longer a known gap"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_yields_none_of_what_it_must_not(name):
    never = set(wanted(name)["never"])
    assert [f"{f.rule}: {f.message}" for f in audited(name).findings if f.rule in never] == []


@pytest.mark.parametrize("name", [name for name in SAMPLES if wanted(name)["clean"]])
def test_an_excellent_sample_has_nothing_critical_or_major_against_it(name):
    planted = {entry["rule"] for entry in wanted(name).get("findings", ())} | set(wanted(name)["allowed"])
    quiet = {rule.id for rule in load_rules().choose()}
    grave = [
        f"{f.rule}: {[e.quote for e in f.evidence]}"
        for f in audited(name).findings
        if f.severity in ("critical", "major") and not f.query and f.rule not in planted and f.rule in quiet
    ]
    assert grave == []


@pytest.mark.parametrize("seed", range(20))
def test_the_same_words_in_two_layouts_give_the_same_sections_and_items(seed, tmp_path):
    one, other = LAYOUTS[seed % len(LAYOUTS)], LAYOUTS[(seed * 7 + 3) % len(LAYOUTS)]
    content, _ = generate(seed, layout=one, words=2500)
    plans = [read(tmp_path / f"{layout}.docx", render(content, layout)) for layout in dict.fromkeys((one, other))]
    for plan in plans:
        assert recognise(plan) == ""
        assert misplaced(plan, content) == []
    assert {tuple(plan.sections) for plan in plans} == {tuple(plans[0].sections)}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_keeps_every_item_in_its_section(layout, tmp_path):
    content, expected = generate(404, layout=layout, words=2500)
    plan = read(tmp_path / "plan.docx", render(content))
    assert tuple(plan.sections) == expected.sections
    assert misplaced(plan, content) == []


def test_one_seed_gives_one_plan_byte_for_byte():
    first, again = (render(generate(7, layout="department", words=2000)[0]) for _ in range(2))
    assert first == again


def test_plans_of_different_seeds_are_different():
    provisions = [
        tuple(x.text for x in generate(seed, layout="linear", words=1500)[0].provisions) for seed in range(60)
    ]
    assert len(set(provisions)) == len(provisions)


@pytest.mark.parametrize("words", [1500, 6000])
def test_a_built_plan_is_about_as_long_as_was_asked(words):
    for seed in range(5):
        assert 0.75 * words < generate(seed, layout="linear", words=words)[0].words() < 1.25 * words


def test_every_fault_can_be_planted_and_is_noted_with_its_quote():
    missing = set(faults_for())
    for seed in range(40):
        for rule in sorted(missing):
            content, expected = generate(seed, layout="linear", words=2000, faults=[rule])
            assert isinstance(expected, Expected)
            for planted in content.expect.findings:
                missing.discard(planted.rule)
                assert planted.rule == rule
                if planted.quote and "advice" not in rule:
                    assert fold(planted.quote) in fold(content.model_dump_json())
    assert missing == set()
    assert 2 <= len(some_faults(3)) <= 6


def test_the_table_of_faults_names_rules_that_exist():
    themes = {rule.split("/")[0] for rule in known()}
    assert [rule for rule in faults_for() if rule.split("/")[0] in themes and rule not in known()] == []

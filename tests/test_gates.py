"""Gates, baselines and waivers: one verdict on the whole run, and nothing is suppressed unseen."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePath

import pytest
from rich_run import GOOD, ROBIN

from ehcaudit.cli import main
from ehcaudit.engine import audit
from ehcaudit.errors import SettingsError, UsageError
from ehcaudit.gates import Gate, Screened, Share, Tally, Waiver
from ehcaudit.judging import stock_plan
from ehcaudit.model import Failure, Part, Summary
from ehcaudit.reports import ReportOptions, find_report, report_names
from ehcaudit.rules import load_rules
from ehcaudit.settings import Settings

AS_OF = date(2026, 11, 1)
RULES = load_rules().choose()
STOCK = "".join([stock_plan()[0], *(f"{head}{body}" for _, head, body in stock_plan()[1])])
ROBIN_SUMMARY, GOOD_SUMMARY = Summary.of(ROBIN), Summary.of(GOOD)


def verdict_of(gate: Gate, *summaries: Summary, failures: tuple[Failure, ...] = (), **more) -> tuple[str, str]:
    tally = Tally(gate, as_of=AS_OF, **more)
    for summary in summaries:
        tally.add(summary)
    return tally.verdict(failures)


def scored(percent: float | None, **themes: float | None) -> Summary:
    card = replace(
        GOOD.scorecard, percent=percent, themes={theme: Part(figure, 1.0) for theme, figure in themes.items()}
    )
    return replace(GOOD_SUMMARY, scorecard=card)


# ---------------------------------------------------------------- the verdict


@pytest.mark.parametrize(
    ("gate", "summaries", "verdict"),
    [
        (Gate(), [GOOD_SUMMARY], ("clean", "")),
        (
            Gate("critical"),
            [GOOD_SUMMARY, ROBIN_SUMMARY],
            ("findings", "1 of 2 plans has findings of severity critical or graver"),
        ),
        (Gate(None), [ROBIN_SUMMARY], ("clean", "")),
        (Gate(None, 70), [scored(69.94)], ("findings", "1 of 1 plans scores below 70")),
        (Gate(None, 70), [scored(69.96)], ("clean", "")),
        (Gate(None, 70), [scored(None)], ("findings", "1 of 1 plans scores below 70")),
        (
            Gate(None, min_themes={"voice": 60}),
            [scored(90, voice=59), scored(90, voice=60), scored(90, voice=12.5)],
            ("findings", "2 of 3 plans score below 60 in the theme voice"),
        ),
        (Gate(None, min_themes={"voice": 60}), [scored(90), scored(90, voice=None)], ("clean", "")),
        (Gate(), [], ("incomplete", "0 could not be audited")),
    ],
)
def test_a_gate_decides_on_all_plans_together(gate, summaries, verdict) -> None:
    assert verdict_of(gate, *summaries) == verdict


def test_a_file_that_could_not_be_audited_outranks_findings() -> None:
    failure = Failure("x.docx", "damaged", "x.docx: is damaged")
    assert verdict_of(Gate("critical"), ROBIN_SUMMARY, failures=(failure,)) == (
        "incomplete",
        "1 could not be audited; 1 of 1 plans has findings of severity critical or graver",
    )


def test_what_a_person_must_decide_fails_no_gate() -> None:
    only = replace(ROBIN_SUMMARY, findings=tuple(f for f in ROBIN_SUMMARY.findings if f.query))
    assert only.findings
    assert verdict_of(Gate("advice"), only) == ("clean", "")


VOICE = Share("plans that carry the child's voice", 95, frozenset({"voice/interests-missing"}))


def with_status(status: str) -> Summary:
    results = tuple(
        r._replace(status=status) if r.rule == "voice/interests-missing" else r for r in ROBIN_SUMMARY.results
    )
    return replace(ROBIN_SUMMARY, results=results)


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        (["met"] * 19 + ["not_met"], ("clean", "")),
        (
            ["met"] * 18 + ["not_met"] * 2,
            ("findings", "plans that carry the child's voice: 90 % of plans, and 95 % are wanted"),
        ),
        (
            ["met"] * 949 + ["not_assessed"] * 51,
            ("findings", "plans that carry the child's voice: 94.9 % of plans, and 95 % are wanted"),
        ),
        (
            ["not_applicable"],
            ("findings", "plans that carry the child's voice: 0 % of plans, and 95 % are wanted"),
        ),
    ],
)
def test_a_share_of_the_plans_can_be_a_condition(statuses, verdict) -> None:
    gate = Gate(None, shares=(VOICE,))
    assert verdict_of(gate, *map(with_status, statuses)) == verdict


def test_what_falls_just_short_of_a_share_never_reads_as_enough() -> None:
    gate = Gate(None, shares=(VOICE,))
    _, why = verdict_of(gate, *[with_status("met")] * 9496, *[with_status("not_met")] * 504)
    assert why.endswith("94.9 % of plans, and 95 % are wanted")


def test_a_share_can_ask_for_the_score_of_a_theme() -> None:
    gate = Gate(None, shares=(Share("voice of 70", 50, theme="voice", min_score=70),))
    assert verdict_of(gate, scored(10, voice=70), scored(99, voice=60)) == ("clean", "")
    assert verdict_of(gate, scored(10, voice=70), scored(99, voice=60), scored(99))[0] == "findings"


# ---------------------------------------------------------------- waivers


def waiver(**changes) -> Waiver:
    given = {
        "rule": "provision/vague-frequency",
        "plan": "robin.docx",
        "reason": "The therapist's report is on its way.",
        "owner": "SEN team",
        "expires": date(2027, 1, 31),
        **changes,
    }
    return Waiver(**given)


def test_a_waiver_takes_its_rule_in_its_plan_out_and_the_score_stays() -> None:
    tally = Tally(Gate(), as_of=AS_OF, waivers=[waiver()])
    tally.add(ROBIN_SUMMARY)
    screened = Screened((ROBIN,), (ROBIN_SUMMARY,), tally)
    assert {f.rule for f in screened.suppressed} == {"provision/vague-frequency"}
    assert len(screened.suppressed) == 2
    assert "provision/vague-frequency" not in {f.rule for f in screened[0].findings}
    assert screened[0].scorecard == ROBIN.scorecard
    assert Summary.of(screened[0]) == screened.summaries[0]
    assert [r.status for r in screened[0].results] == [r.status for r in ROBIN.results]
    assert tally.notes() == ("2 findings suppressed: 2 waived",)


def test_a_waiver_may_name_one_finding_alone() -> None:
    first, second = (f for f in ROBIN.findings if f.rule == "outcomes/vague-verb")
    tally = Tally(Gate(), as_of=AS_OF, waivers=[waiver(rule=first.rule, fingerprint=first.fingerprint)])
    tally.add(ROBIN_SUMMARY)
    screened = Screened((ROBIN,), (ROBIN_SUMMARY,), tally)
    assert list(screened.suppressed) == [first]
    assert second in screened[0].findings


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"expires": date(2026, 10, 31)}, "waiver expired: provision/vague-frequency in robin.docx"),
        ({"rule": "voice/interests-missing"}, "waiver not needed: voice/interests-missing in robin.docx"),
        ({"plan": "sam.docx"}, "1 waiver not used: no plan of this run fits: provision/vague-frequency in sam.docx"),
    ],
)
def test_a_waiver_that_is_expired_or_fits_nothing_is_said_and_suppresses_nothing(changes, note) -> None:
    tally = Tally(Gate(), as_of=AS_OF, waivers=[waiver(**changes)])
    tally.add(ROBIN_SUMMARY)
    assert tally.dropped == {}
    assert [said for said in tally.notes() if said.startswith(note)]
    assert tally.verdict(())[0] == "findings"


def test_a_waiver_holds_on_its_last_day() -> None:
    tally = Tally(Gate(), as_of=AS_OF, waivers=[waiver(expires=AS_OF)])
    tally.add(ROBIN_SUMMARY)
    assert tally.dropped


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("sam.docx", "a/b/sam.docx", True),
        ("b/*.docx", "a/b/sam.docx", True),
        ("a/*.docx", "a/b/sam.docx", False),
        ("am.docx", "a/b/sam.docx", False),
        ("*", "x.md", True),
    ],
)
def test_a_waiver_names_the_end_of_a_path(pattern, path, fits) -> None:
    assert waiver(plan=pattern).fits(PurePath(path)) == fits


COMPLETE = """
[[waivers]]
rule = "provision/no-frequency"
plan = "sam.docx"
reason = "Report awaited."
owner = "SEN team"
expires = 2027-01-31
"""


@pytest.mark.parametrize("key", ["rule", "plan", "reason", "owner", "expires"])
def test_a_waiver_without_one_of_its_five_is_refused(key, tmp_path) -> None:
    path = tmp_path / "ehcaudit.toml"
    path.write_text("\n".join(line for line in COMPLETE.splitlines() if not line.startswith(key)), encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"waivers\.0\.{key}"):
        Settings.load(path)


def test_a_waiver_for_a_rule_that_does_not_exist_is_refused_with_the_nearest(tmp_path) -> None:
    path = tmp_path / "ehcaudit.toml"
    path.write_text(COMPLETE.replace("no-frequency", "no-frequence"), encoding="utf-8")
    with pytest.raises(SettingsError, match="did you mean “provision/no-frequency”"):
        Settings.load(path).rule_set()


# ---------------------------------------------------------------- settings


GATES = """
[gate]
fail_on = "critical"
min_score = 40

[gate.presets.panel]
min_themes = { voice = 60 }
shares = [{ name = "plans that carry the child's voice", at_least = 95, rules = ["voice"] }]
"""


def test_a_preset_stands_over_the_gate_and_flags_over_both(tmp_path) -> None:
    path = tmp_path / "ehcaudit.toml"
    path.write_text(GATES, encoding="utf-8")
    plain = Settings.load(path).engine_options()["gate"]
    panel = Settings.load(path, preset="panel", min_score=55.0).engine_options()["gate"]
    assert plain == Gate("critical", 40)
    assert (panel.fail_on, panel.min_score, panel.min_themes) == ("critical", 55, {"voice": 60})
    (share,) = panel.shares
    assert share.rules == {rule.id for rule in RULES if rule.theme == "voice"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[gate]\nshares = [{ name = 'x', at_least = 95 }]", "say what the plans must be like"),
        ("[gate]\nshares = [{ name = 'x', at_least = 95, theme = 'voice', rules = ['voice'] }]", "needs min_score"),
        ("[gate]\nshares = [{ name = 'x', at_least = 0, rules = ['voice'] }]", "greater than 0"),
        ("[gate]\nmin_themes = { voise = 3 }", "“voise” is not a theme; did you mean “voice”"),
        ("[gate.presets.a]\nmin_themes = { voise = 3 }", "gate.presets.a.min_themes"),
        ("[gate]\nshares = [{ name = 'x', at_least = 9, rules = ['voise'] }]", "did you mean “voice”"),
    ],
)
def test_a_gate_that_cannot_be_is_refused(text, complaint, tmp_path) -> None:
    path = tmp_path / "ehcaudit.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        Settings.load(path).engine_options(Settings.load(path).rule_set())
    assert complaint in str(caught.value)


def test_a_preset_that_is_not_there_is_refused_with_the_nearest(tmp_path) -> None:
    path = tmp_path / "ehcaudit.toml"
    path.write_text(GATES, encoding="utf-8")
    with pytest.raises(UsageError, match=r"--gate: “panl” is not a gate .* did you mean “panel”"):
        Settings.load(path, preset="panl")


# ---------------------------------------------------------------- baseline


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plans").mkdir()
    return House(tmp_path)


class House:
    def __init__(self, folder: Path):
        self.folder = folder

    def plan(self, name: str, *faults: str) -> None:
        lines = "".join(f"{7 + number}. {fault}\n\n" for number, fault in enumerate(faults))
        words = STOCK.replace("\n### Arrangements", f"\n{lines}\n### Arrangements")
        (self.folder / "plans" / name).write_text(words, encoding="utf-8")

    def run(self, **more):
        return audit(["plans"], rules=more.pop("rules", RULES), as_of=AS_OF, **more)


HAPPY, MERRY = "To be happier at school.", "To be merrier at school."
BASE = Path("base.json")


def test_what_stands_in_the_baseline_is_known_and_what_is_new_counts(house) -> None:
    house.plan("a.md", HAPPY)
    house.plan("b.md")
    first = house.run(write_baseline=BASE)
    assert first.verdict == "findings"
    known = house.run(baseline=BASE)
    assert known.verdict == "clean"
    assert len(known.suppressed) == len(first.plans[0].findings) > 0
    assert known.plans[0].findings == ()
    house.plan("b.md", MERRY)
    new = house.run(baseline=BASE)
    assert new.verdict == "findings"
    assert new.gate.startswith("1 of 2 plans has new findings of severity minor or graver; 1 of 2 plans scores less")
    assert {quote.quote for f in new.plans[1].findings for quote in f.evidence} >= {MERRY}


def test_the_same_fault_in_another_plan_or_once_more_is_new(house) -> None:
    house.plan("a.md", HAPPY)
    house.plan("b.md")
    house.run(write_baseline=BASE)
    house.plan("a.md")
    house.plan("b.md", HAPPY)
    assert house.run(baseline=BASE).gate.startswith("1 of 2 plans has new findings")
    house.plan("b.md")
    house.plan("a.md", HAPPY, HAPPY)
    assert "new findings" in house.run(baseline=BASE).gate


def test_a_plan_that_scores_less_than_in_the_baseline_is_worse_even_without_a_gate_on_findings(house) -> None:
    house.plan("a.md")
    house.run(write_baseline=BASE)
    house.plan("a.md", HAPPY)
    run = house.run(baseline=BASE, gate=Gate(None))
    assert (run.verdict, run.gate) == ("findings", "1 of 1 plans scores less than in the baseline")


def test_a_plan_that_was_moved_is_known_by_its_content(house) -> None:
    house.plan("a.md", HAPPY)
    house.run(write_baseline=BASE)
    (house.folder / "plans" / "a.md").rename(house.folder / "plans" / "z.md")
    assert house.run(baseline=BASE).verdict == "clean"


def test_paths_are_told_from_the_baseline_so_that_it_can_be_used_from_anywhere(house, monkeypatch) -> None:
    house.plan("a.md", HAPPY)
    house.run(write_baseline=BASE)
    monkeypatch.chdir(house.folder / "plans")
    house.plan("a.md", HAPPY, "")
    run = audit(["../plans"], rules=RULES, as_of=AS_OF, baseline=Path("../base.json"))
    assert run.verdict == "clean"


def test_a_baseline_holds_hashes_and_figures_and_is_the_same_bytes_for_the_same_run(house) -> None:
    house.plan("robin.md", HAPPY)
    house.run(write_baseline=BASE)
    first = BASE.read_bytes()
    house.run(write_baseline=BASE)
    assert BASE.read_bytes() == first
    for words in (b"robin", b"happier", b"plans/"):
        assert words not in first.replace(b'"plans":', b"")
    assert json.loads(first)["schema"] == "ehcaudit.baseline/1"


def test_a_change_of_rules_is_said_and_scores_are_then_not_compared(house) -> None:
    house.plan("a.md", HAPPY)
    house.run(write_baseline=BASE, rules=RULES.choose(ignore=["outcomes"]))
    run = house.run(baseline=BASE)
    assert "scores less" not in run.gate
    assert "new findings" in run.gate
    assert any("new or changed since it was written: scores are not compared" in note for note in run.notes)


def test_a_plan_of_the_baseline_that_was_not_in_the_run_is_said(house) -> None:
    house.plan("a.md")
    house.plan("b.md")
    house.run(write_baseline=BASE)
    (house.folder / "plans" / "b.md").unlink()
    assert "baseline: 1 plan of it was not in this run" in house.run(baseline=BASE).notes


def test_a_copy_of_a_plan_does_not_hide_that_another_is_gone(house) -> None:
    house.plan("a.md", HAPPY)
    house.plan("b.md")
    house.run(write_baseline=BASE)
    (house.folder / "plans" / "b.md").unlink()
    house.plan("copy.md", HAPPY)
    run = house.run(baseline=BASE)
    assert run.verdict == "clean"
    assert "baseline: 1 plan of it was not in this run" in run.notes


def test_waivers_that_fit_no_plan_are_named_up_to_a_few() -> None:
    tally = Tally(Gate(), as_of=AS_OF, waivers=[waiver(plan=f"sam{number}.docx") for number in range(7)])
    tally.add(ROBIN_SUMMARY)
    (note,) = tally.notes()
    assert note.startswith("7 waivers not used: no plan of this run fits: provision/vague-frequency in sam0.docx, ")
    assert note.endswith("in sam4.docx and 2 more")


@pytest.mark.parametrize("text", ["", "{}", "not json", '{"schema": "ehcaudit.baseline/2"}'])
def test_what_is_not_a_baseline_is_refused_and_never_replaced(house, text) -> None:
    house.plan("a.md")
    BASE.write_text(text, encoding="utf-8")
    for flags in ({"baseline": BASE}, {"write_baseline": BASE}):
        with pytest.raises(UsageError, match="baseline"):
            house.run(**flags)
    assert BASE.read_text(encoding="utf-8") == text


def test_a_stopped_run_writes_no_baseline(house) -> None:
    house.plan("a.md")
    house.plan("b.md")

    def stop(done: int, total: int, path: str) -> None:
        raise KeyboardInterrupt

    assert house.run(write_baseline=BASE, progress=stop).verdict == "incomplete"
    assert not BASE.exists()


def test_a_waiver_comes_before_the_baseline_and_both_are_counted(house) -> None:
    house.plan("a.md", HAPPY, MERRY)
    house.run(write_baseline=BASE)
    found = house.run().plans[0].findings
    rule = found[0].rule
    run = house.run(baseline=BASE, waivers=[waiver(rule=rule, plan="a.md")])
    waived = sum(f.rule == rule for f in found)
    assert f"{len(found)} findings suppressed: {waived} waived, {len(found) - waived} known" in run.notes


@pytest.mark.parametrize("name", [name for name in report_names() if find_report(name).make])
def test_every_report_of_a_screened_run_renders_and_is_the_same_twice(house, name) -> None:
    house.plan("a.md", HAPPY)
    house.plan("b.md", MERRY)
    house.run(write_baseline=BASE)
    house.plan("b.md", MERRY, "To be jolly.")
    run = house.run(baseline=BASE)
    payload = find_report(name).render(run, ReportOptions(width=100))
    assert payload == find_report(name).render(run, ReportOptions(width=100))
    if name in ("terminal", "json", "jsonl", "csv", "markdown", "sarif", "junit"):
        assert b"uppress" in payload


# ---------------------------------------------------------------- the command line


def test_the_command_line_takes_baselines_gates_and_minima(house, capfd) -> None:
    house.plan("a.md", HAPPY)
    (house.folder / "ehcaudit.toml").write_text(GATES, encoding="utf-8")
    assert main(["check", "plans", "-q", "--write-baseline", "base.json", "--exit-zero"]) == 0
    assert main(["check", "plans", "-q", "--baseline", "base.json"]) == 0
    assert main(["check", "plans", "-q", "--fail-on", "never"]) == 0
    assert main(["check", "plans", "-q", "--fail-on", "never", "--min-theme", "outcomes=99.9"]) == 1
    assert main(["check", "plans", "-q", "--fail-on", "never", "--gate", "panel"]) == 0
    capfd.readouterr()
    assert main(["check", "plans", "--min-theme", "outcomes"]) == 2
    assert main(["check", "plans", "--gate", "pannel"]) == 2
    said = capfd.readouterr()
    assert said.out == ""
    assert "is not THEME=SCORE" in said.err
    assert "did you mean “panel”" in said.err


def test_notes_of_a_run_are_printed_beside_its_report(house, capfd) -> None:
    house.plan("sam.md", HAPPY)
    waiver_text = COMPLETE.replace("sam.docx", "sam.md").replace("2027-01-31", "2020-01-31")
    (house.folder / "ehcaudit.toml").write_text(waiver_text, encoding="utf-8")
    main(["check", "plans", "--format", "json"])
    assert "ehcaudit: waiver expired: provision/no-frequency in sam.md (SEN team, until 2020-01-31)" in (
        capfd.readouterr().err
    )
